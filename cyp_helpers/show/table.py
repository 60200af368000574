"""A table as readers see it: a caption, headers with scope, printed decimals, a word for every verdict."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from hashlib import sha1
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from cyp_helpers.show.cells import cell_text, for_readers
from cyp_helpers.show.wording import clean, in_html

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "tables.css").read_text(encoding="utf-8")
LONG = 60  # rows of a folded table that paper only names
MOST_ROWS = 2000  # of a table on a page; its data keep them all
# What marks and words of the tables mean.
SHORTHAND = pd.read_csv(FOLDER / "shorthand.csv", index_col="shorthand")["meaning"].to_dict()


@dataclass(frozen=True, eq=False)
class Table:
    """A table with its words; shows itself in a notebook, and ``workbook`` writes it as a sheet.

    Attributes
    ----------
    caption : str
    data : DataFrame or Series, as it was given
    frame : DataFrame, what readers see of it (``for_readers``); the first column holds the row headers
    notes : sentences below the table
    name : str, by which ``workbook`` knows it, and on a page where a link leads
    folded : bool; a table for looking things up opens on demand
    """

    caption: str
    data: pd.DataFrame = field(repr=False)
    notes: tuple = ()
    name: str = ""
    folded: bool = False

    @cached_property
    def frame(self):
        return for_readers(self.data)

    def __repr__(self):
        return f"Table: {clean(self.caption)} ({len(self.data)} rows)"

    def _repr_html_(self):
        return render_table(self)


def show(frame, caption, notes=(), name="", folded=False):
    """A selection of a frame as a table for readers.

    Parameters
    ----------
    frame : DataFrame or Series, such as ``report.comparison.query("verdict == 'worse'")``; its columns may be any
    caption : str, what the table shows
    notes : str or sequence of str, sentences below the table
    name : str, the sheet's name in a workbook; small letters and hyphens make it an address on the page
    folded : bool, True for a table that opens on demand

    Returns
    -------
    Table that shows itself in a notebook; ``.data`` is the very frame that was given, numbers as numbers.

    Raises
    ------
    TypeError where ``frame`` is no pandas frame or ``caption`` no text.

    >>> show(pd.DataFrame({"name": ["Re-referrals"], "value": [23.9]}), "Figures").frame.to_dict("list")
    {'Indicator': ['Re-referrals'], 'Figure': [Decimal('23.9')]}
    """
    if not isinstance(frame, pd.DataFrame | pd.Series):
        raise TypeError(f"show() was given {type(frame).__name__}; it shows a pandas DataFrame or Series.")
    if not isinstance(caption, str) or not caption.strip():
        raise TypeError(f"show() needs a caption that says what the table shows; it was given {caption!r}.")
    return Table(caption, frame, (notes,) if isinstance(notes, str) else tuple(notes), name, folded)


def render_table(table):
    """Accessible HTML of a table: caption, headers with scope, notes below; or the caption and "nothing to show"."""
    notes, rows = list(table.notes), len(table.data)
    frame = table.frame if rows <= MOST_ROWS else for_readers(table.data.head(MOST_ROWS))
    if rows > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS:,} of {rows:,} rows are shown; select fewer to see others.")
    slug = re.sub(r"[^a-z0-9]+", "-", table.caption.lower()).strip("-")[:40]
    identity = sha1(table.caption.encode("utf-8", "replace")).hexdigest()[:6]
    kinds = [_NUMBER if is_number_column(frame.iloc[:, n]) else _TEXT for n in range(frame.shape[1])]
    columns, cells = list(zip(frame.columns, kinds)), frame.map(cell_text).to_numpy().tolist()
    told = {"caption": table.caption, "columns": columns, "rows": cells, "notes": notes, "folded": table.folded}
    name = re.sub(r"[^a-z0-9-]", "", table.name)
    return render("table.html", identity=f"table-{slug}-{identity}", name=name, long=LONG, **told)


# JupyterLab aligns every cell to the right, and an untrusted notebook has no other style than that of its elements.
_NUMBER, _TEXT = Markup(' class="number"'), Markup(' style="text-align:left"')


def render(template, **shown):
    """HTML of one of the templates: markup as it is, text escaped and as ``clean`` has it."""
    return _templates().get_template(f"{template}.j2").render(**shown)


@cache
def _templates():
    def shown(value):
        return value if isinstance(value, Markup) else clean(value)

    options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(loader=FileSystemLoader(FOLDER), finalize=shown, **options)
    made.filters["in_html"] = lambda text: Markup(in_html(text))
    return made


def is_number_column(column):
    """Whether a column of ``Table.frame`` holds a number, so that it stands to the right."""
    return column.map(lambda cell: isinstance(cell, Decimal)).any()
