"""A table as readers see it: a caption, headers with scope, printed decimals, a word for every verdict."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha1
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

STYLE = (Path(__file__).parent / "tables.css").read_text(encoding="utf-8")
# A sign beside the word, never instead of it.
SIGNS = {
    "improved": "✓",
    "better": "✓",
    "met": "✓",
    "on track": "✓",
    "worsened": "✗",
    "worse": "✗",
    "not met": "✗",
    "off track": "✗",
    "cannot tell from rounded figures": "?",
    "improving": "✓",
    "worsening": "✗",
    "no clear change": "=",
    "no significant trend": "=",
    "similar": "=",
}
SHORTHAND = {
    "[p]": "provisional: an early figure that its publisher may still change",
    "[r]": "revised: replaces a figure published earlier",
    "[b]": "break in the series",
    "[e]": "estimated",
    "[u]": "low reliability: too few cases to rely on",
    "[c]": "confidential: hidden so that nobody can be recognised",
    "[x]": "not available",
    "[z]": "not applicable",
    "[low]": "more than nothing, but rounds to zero",
    "no figure": "none is known at the date of the review",
    "academic year": "September to August; a year such as 2016/17 without these words is a financial year, April to March",
}


class Difference(Decimal):
    """A difference, shown with its sign."""


@dataclass(frozen=True)
class Table:
    """A table with its words; shows itself in a notebook, and ``workbook`` writes it as a sheet.

    A ``folded`` table, for looking things up, opens on demand. ``frame``: the first column holds the row headers; a Decimal keeps the decimals that were printed.
    """

    caption: str
    frame: pd.DataFrame = field(repr=False)
    notes: tuple = ()
    name: str = ""
    folded: bool = False

    def __repr__(self):
        return f"Table: {self.caption} ({len(self.frame)} rows)"

    def _repr_html_(self):
        return render_table(self)


def render_table(table):
    """Accessible HTML of a table: caption, headers with scope, notes below; or the caption and "nothing to show"."""
    frame = table.frame
    slug = re.sub(r"[^a-z0-9]+", "-", table.caption.lower()).strip("-")[:40]
    number = [Markup(' class="number"') if _is_number_column(frame[name]) else "" for name in frame.columns]
    return _template().render(
        identity=f"table-{slug}-{sha1(table.caption.encode()).hexdigest()[:6]}",
        caption=table.caption,
        columns=list(zip(frame.columns, number)),
        rows=frame.map(cell_text).to_numpy().tolist(),
        notes=table.notes,
        folded=table.folded,
    )


@cache
def _template():
    environment = Environment(autoescape=True, loader=FileSystemLoader(Path(__file__).parent))
    return environment.get_template("table.html.j2")


def cell_text(cell):
    """A cell as text: 6784 becomes "6,784", a missing number "no figure"."""
    if isinstance(cell, Difference):
        return f"{cell:+,}".replace("-", "\N{MINUS SIGN}")
    if isinstance(cell, Decimal):
        return f"{cell:,}"
    return "no figure" if cell is None else str(cell)


def with_sign(verdicts):
    """Verdicts with their sign in front: "✓ improved"."""
    verdicts = verdicts.fillna("").astype("str")
    return (verdicts.map(SIGNS).astype("str").fillna("–") + " " + verdicts).where(verdicts != "", "")


def numbers(values):
    """Values as Decimal with their printed decimals; words stay words, None where there is no figure."""
    values = values.astype("str").fillna("")
    is_number = values.str.fullmatch(r"-?\d+(?:\.\d+)?")
    cells = [Decimal(value) if number else (value or None) for value, number in zip(values, is_number)]
    return pd.Series(cells, index=values.index, dtype=object)


def tidy(frame):
    """Without empty columns of marks; an empty text cell says so with a dash."""
    frame = frame.reset_index(drop=True)
    if "Marks" in frame and (frame["Marks"] == "").all():
        frame = frame.drop(columns="Marks")
    return frame.replace("", "–")


def _is_number_column(column):
    return column.map(lambda cell: isinstance(cell, Decimal)).any()
