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
# Signs and pictures with their words; the legend has those that the rows show.
SIGNS_EXPLAINED = (
    (("better", "worse", "neither"), "clear; worsening, improving: five years"),
    (("better too", "worse too"), "England moved too"), (("unclear",), "unclear: usual ups and downs"), (("untested",), "untested"),
)
WORDS_EXPLAINED = "unknown: page says why"
DASH_EXPLAINED = "none"
LINKS = (("all-indicators.html", "all indicators"), ("delivery.html", "actions"))  # the second where the plan's own work is shown
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
        links = LINKS[: 2 if "lead" in self.rows else 1]
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
    """A sheet (``Board.data`` or ``pages.pack.pack``) as bytes of one landscape page of A4, PDF/UA-1: tagged, with
    alternative texts and links; the sections of a pack go on after it. The typeface comes with matplotlib, so that
    every machine makes the same bytes."""
    import typst
    from matplotlib import get_data_path

    told = data | {"columns": list(data["columns"].items()), "signs": {name: marks.sign(name) for name in marks.SIGNS}}
    return typst.compile(
        str(FOLDER / "board.typ"), sys_inputs={"data": json.dumps(told | _legend(data["groups"]))},
        font_paths=[f"{get_data_path()}/fonts/ttf"], ignore_system_fonts=True, pdf_standards="ua-1", timestamp=0,
    )


def linked(data, pages):
    """The data of a sheet with links to these pages alone (names without ending); what would lead nowhere is plain words."""
    there = {f"{name}.html": f"{name}.html" for name in pages}
    groups = [[name, [row | {"page": there.get(row["page"], "")} for row in rows]] for name, rows in data["groups"]]
    return data | {"groups": groups, "links": [link for link in data["links"] if link[0] in there]}


def board_in(notebook):
    """The data of the sheet that an executed notebook shows, or None."""
    outputs = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return next((data[DATA] for data in outputs if DATA in data), None)


def _dot(place, stroke, fill):
    """For the legend: the area beside the line of England."""
    line = f'<path d="M{place} 1v22" stroke="{marks.INK}" stroke-width="1.5"/>'
    dot = f'<circle cx="10" cy="12" r="5.5" fill="{fill}" stroke="{stroke}" stroke-width="2.5"/>'
    return marks.svg((20, 24), line + dot)


# Small pictures with their words, for the legend.
_STRIP = '<path d="M0 6h64v12H0z" fill="#e3e3e3"/><path d="M20 6h24v12H20z" fill="#b0b0b0"/>'
_DIAMOND = '<path d="M8 6l6 6-6 6-6-6z" fill="#fff" stroke="#1d1d1d" stroke-width="1.5"/>'
_GATE = (
    '<path d="M17 3h14v18H17z" fill="#dcdcdc"/>'
    '<path d="M1 20l10-6 13-3" fill="none" stroke="#3D3D3D" stroke-width="1.75"/>'
    '<circle cx="24" cy="11" r="3.75" fill="#1d1d1d"/>'
)
PICTURES_EXPLAINED = (
    (marks.svg((32, 24), _GATE), "up is higher; grey: ordinary year"),
    (marks.svg((64, 24), _STRIP), "nine in ten, middle half darker"),
    (marks.svg((16, 24), _DIAMOND), "neighbours: similar authorities"),
    (_dot(2, marks.BLUE, marks.BLUE), "ours: better,"), (_dot(18, marks.PLUM, marks.PLUM), "worse,"),
    (_dot(15, marks.SOFT, "#fff"), "unclear against England"),
)
_ENDS = f'<path d="M1 12h8M31 12h8M35 8v8" fill="none" stroke="{marks.INK}" stroke-width="1.75"/>'
NEITHER_EXPLAINED = (marks.svg((40, 24), f'{_ENDS}<circle cx="20" cy="12" r="6.5" fill="{marks.INK}"/>'), "lower, higher")


def _legend(groups):
    """What explains the rows: signs and words that none of them shows are left out."""
    shown = {(name, str(word)) for _, rows in groups for row in rows for name, word in row.items()}
    signs, words = ({word for name, word in shown if name.endswith("_sign") == of_sign} for of_sign in (True, False))
    dash = NONE in words or not shown.isdisjoint({("spark", ""), ("spine", "")})
    explained = [([one for one in kinds if one in signs], words) for kinds, words in SIGNS_EXPLAINED]
    explained = [one for one in explained if one[0]]
    told = [f"{NONE} {DASH_EXPLAINED}"] * dash + [WORDS_EXPLAINED] * (UNKNOWN in words)
    neither = any(row["good"] == "neither" and row["spine"] for _, rows in groups for row in rows)
    pictures = (*PICTURES_EXPLAINED, *[NEITHER_EXPLAINED] * neither)
    same = {"axis": AXIS, "marked": MARKED, "dash": DASH_EXPLAINED, "pictures": pictures}
    return same | {"explained": explained, "words": told}


def _inline(svg_or_sign):
    """A sign or a key in the running text; the words beside it say what it says."""
    svg = marks.sign(svg_or_sign) if svg_or_sign in marks.SIGNS else svg_or_sign
    return Markup(svg.replace("<svg ", '<svg class="sign" aria-hidden="true" focusable="false" ', 1))


def _image(svg, words):
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(Markup(encoded), clean(words))


def _rendered(template, **shown):
    order = {name: place for place, name in enumerate(marks.SIGNS)}
    told = shown | _legend(shown["groups"])
    return render(f"{template}.html", **told, sign=_inline, picture=_image, order=order, whys=(UNKNOWN, UNTESTED))
