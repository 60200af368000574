"""The board's sheet: a row for each indicator with pictures in it, the same rows as HTML and as PDF."""

import base64
import json
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from cyp_helpers.show import marks
from cyp_helpers.show.rows import NONE, UNKNOWN, UNTESTED
from cyp_helpers.show.table import FOLDER, render
from cyp_helpers.show.wording import clean

STYLE = (FOLDER / "board.css").read_text(encoding="utf-8")
# Column of the rows and its header; the words of a column that has a sign stand beside it.
COLUMNS = {
    "short_name": "Indicator", "good": "Good is", "figure": "Latest", "period": "Period", "spark": "Years",
    "england_figure": "England", "spine": "All authorities", "change": "Change", "against_england": "Against England",
    "against_neighbours": "Against neighbours", "target": "Target", "lead": "Lead",
}
MORE = {"measure": "What it is", "serves": "Priority"}  # of a table that is not the board's
MARKED = {"worse": "needs attention", "better": "going well", "untested": "untested"}  # what a sign before a name says
AXIS = ("worse", "England", "better")
# Signs with their words; the legend has those that the rows show.
SIGNS_EXPLAINED = (
    (("better", "worse", "neither"), "clear; worsening, improving: five years"),
    (("better too", "worse too"), "England moved too"),
    (("unclear",), "unclear: usual ups and downs"), (("untested",), "untested"),
)
DATA = "application/vnd.cyp.board+json"


@dataclass(frozen=True, eq=False)
class Board:
    """One sheet; shows itself in a notebook, and ``pdf_of`` prints it.

    ``said`` has ``heading, sign, sentence``; ``rows`` the columns of ``COLUMNS`` (those that are not there are left
    out), ``priority, page, attention, owner``, for each column with a sign ``<column>_sign``, for each picture
    ``<column>_words``; ``mark, mark_sign`` stand before the name.
    """

    title: str
    review: str
    asked: str
    rule: str
    said: pd.DataFrame = field(repr=False)
    rows: pd.DataFrame = field(repr=False)

    def __repr__(self):
        return f"Board: {clean(self.title)} ({len(self.rows)} rows)"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """HTML for readers, words for a terminal, and the data of which ``pdf_of`` prints the very same rows."""
        return {"text/html": f"<style>{STYLE}</style>{self.html()}", "text/plain": repr(self), DATA: self.data}

    @property
    def columns(self):
        """The columns that it has, with their headers; that of the lead only where some row has one."""
        lone = {"lead"} if "lead" in self.rows and self.rows["lead"].isin(["", "–"]).all() else set()
        return {name: header for name, header in COLUMNS.items() if name in self.rows and name not in lone}

    @property
    def data(self):
        """All that either layout shows, as JSON holds it."""
        shown = [*self.columns, "page", "owner", "attention", "mark", "spark_words", "spine_words"]
        shown += [name for name in self.rows if name.endswith("_sign")]
        groups = [[name, part[shown].to_dict("records")] for name, part in self.rows.groupby("priority", sort=False)]
        texts = {name: getattr(self, name) for name in ("title", "review", "asked", "rule")}
        links = [("all-indicators.html", "all indicators"), *[("delivery.html", "actions")] * ("lead" in self.rows)]
        told = {"columns": self.columns, "said": self.said.to_dict("records"), "groups": groups, "links": links}
        return _cleaned(json.loads(json.dumps(texts | told)))

    def html(self):
        """The sheet as a fragment of HTML without its style."""
        return _rendered("board", **self.data)


def _cleaned(told):
    """Lists, dicts and texts without characters that turn, hide or break a text: no PDF and no Word file takes them."""
    if isinstance(told, dict):
        return {name: _cleaned(one) for name, one in told.items()}
    if isinstance(told, list):
        return [_cleaned(one) for one in told]
    return clean(told) if isinstance(told, str) else told


@dataclass(frozen=True, eq=False)
class Pictures:
    """A table with pictures; shows itself in a notebook. On a page it can be sorted, searched and filtered where
    ``sortable``. Its rows are as of ``Board``; ``serves`` and ``measure`` are shown where they are there."""

    caption: str
    rows: pd.DataFrame = field(repr=False)
    sortable: bool = False

    def __repr__(self):
        return f"Pictures: {clean(self.caption)} ({len(self.rows)} rows)"

    def _repr_html_(self):
        columns = {name: header for name, header in (COLUMNS | MORE).items() if name in self.rows}
        told = {"groups": [("", self.rows.to_dict("records"))], "caption": self.caption, "sortable": self.sortable}
        return f"<style>{STYLE}</style>{_rendered('pictures', columns=columns, **told)}"


def pdf_of(data):
    """A sheet (``Board.data`` or ``pages.pack.pack``) as bytes of one landscape page of A4, PDF/UA-1; the sections of a
    pack go on after it. The typeface comes with matplotlib, so that every machine makes the same bytes."""
    import typst
    from matplotlib import get_data_path

    told = data | legend_of(data["groups"]) | {"columns": list(data["columns"].items()), "signs": marks.SIGNS}
    return typst.compile(
        str(FOLDER / "board.typ"), sys_inputs={"data": json.dumps(told)},
        font_paths=[f"{get_data_path()}/fonts/ttf"], ignore_system_fonts=True, pdf_standards="ua-1", timestamp=0,
    )


def linked(data, pages):
    """The data of a sheet with links to these pages alone (names without ending); what leads nowhere is plain words."""
    there = {name: name for name in map("{}.html".format, pages)}
    groups = [[name, [row | {"page": there.get(row["page"], "")} for row in rows]] for name, rows in data["groups"]]
    return data | {"groups": groups, "links": [link for link in data["links"] if link[0] in there]}


def board_in(notebook, kind=DATA):
    """The data of the sheet that an executed notebook shows, or a ``kind`` of it, such as text/html; else None."""
    outputs = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return next((data[kind] for data in outputs if DATA in data), None)


def legend_of(groups):
    """What explains the rows: signs and words that none of them shows are left out."""
    shown = {(name, str(word)) for _, rows in groups for row in rows for name, word in row.items()}
    signs, words = ({word for name, word in shown if name.endswith("_sign") == of_sign} for of_sign in (True, False))
    dash = NONE in words or not shown.isdisjoint({("spark", ""), ("spine", "")})
    explained = [([one for one in kinds if one in signs], told) for kinds, told in SIGNS_EXPLAINED]
    same = {"axis": AXIS, "marked": MARKED, "dash": "none", "unknown": "unknown: page says why"}
    told = [f"{NONE} {same['dash']}"] * dash + [same["unknown"]] * (UNKNOWN in words)
    neither = any(row["good"] == "neither" and row["spine"] for _, rows in groups for row in rows)
    pictures = [pair for name, pair in marks.EXPLAINED.items() if name != "ends" or neither]
    return same | {"pictures": pictures, "explained": [one for one in explained if one[0]], "words": told}


def _inline(svg_or_sign):
    """A sign or a key in the running text; the words beside it say what it says."""
    svg, look = marks.SIGNS.get(svg_or_sign, svg_or_sign), 'class="sign" aria-hidden="true" focusable="false"'
    return Markup(svg.replace("<svg", f"<svg {look}", 1))


def _image(svg, words):
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(Markup(encoded), clean(words))


def _rendered(template, **shown):
    how = {"sign": _inline, "picture": _image, "order": list(marks.SIGNS), "whys": (UNKNOWN, UNTESTED)}
    return render(f"{template}.html", **shown, **legend_of(shown["groups"]), **how)
