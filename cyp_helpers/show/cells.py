"""Cells as readers see them: printed decimals, a word for every verdict, "unknown" where there is none."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import as_text
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.plan import COMPARATORS
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.show.wording import clean, day

# What a reader calls each column of this project's frames and how it is shown, the only such list. Kinds are text,
# period, number, difference, verdict. Hidden columns find, join or print others; they are shown where nothing else is.
COLUMNS = pd.read_csv(Path(__file__).with_name("columns.csv"), index_col="column", keep_default_na=False)
HIDDEN = set(COLUMNS.index[COLUMNS["kind"] == "hidden"])
COLUMNS = COLUMNS.drop(index=HIDDEN).to_dict("index")
# Codes that read better as words.
WORDS = {
    "comparator": COMPARATORS, "direction": {1: "above", -1: "below", 0: "no clear difference"},
    "polarity": {"higher": "higher is better", "lower": "lower is better", "none": "neither direction"},
    "breakdown": {"all": "everyone"},
}
_TEXT_OF = {"comparator_value": "comparator_text", "period": "period_label"}  # else X_text prints X
_PRINTS = {text: number for number, text in _TEXT_OF.items()}
_SIGNS = {verdict.value: verdict.sign for verdict in Verdict}
TEXT_ONLY = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}  # of XlsxWriter
# What a spreadsheet reads as the start of a formula, also in full width, where it is not that of a number.
_FORMULA = re.compile(r"\A(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])(?![+-][0-9][0-9,]*(\.[0-9]+)?%?\Z)")
_FIGURE = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


class Difference(Decimal):
    """A difference, shown with its sign."""


class Printed(Decimal):
    """A number shown as it was printed, such as "94.4%"; a sheet keeps the number."""

    def __new__(cls, number, text):
        made = super().__new__(cls, number)
        made.text = text
        return made


def cell_text(cell):
    """A cell as text: 6784 becomes "6,784", a missing number "unknown"."""
    if isinstance(cell, Printed):
        return clean(cell.text)
    if isinstance(cell, Decimal):
        return f"{cell:{'+' if isinstance(cell, Difference) else ''}z,}".replace("-", "\N{MINUS SIGN}")
    return "unknown" if cell is None or (isinstance(cell, float) and np.isnan(cell)) else clean(cell)


def with_sign(verdicts):
    """Verdicts with their sign in front: "✓ improved"; "no clear change" has none."""
    verdicts = verdicts.fillna("").astype("str")
    return (as_text(verdicts.map(_SIGNS)) + " " + verdicts).str.strip()


def for_csv(frame):
    """A frame whose text no spreadsheet takes for a formula: such a cell begins with an apostrophe, as OWASP advises.

    >>> for_csv(pd.DataFrame({"name": ["=1+1", "+0.4", "Re-referrals"]}))["name"].tolist()
    ["'=1+1", '+0.4', 'Re-referrals']
    """
    return each_text(frame, _no_formula)


def each_text(frame, function):
    """A frame with a function applied to each cell of its columns of text."""
    text = frame.select_dtypes(["str", "object", "category"])
    return frame.assign(**{name: text[name].map(function, na_action="ignore") for name in text})


def _no_formula(cell):
    """A carriage return alone would end the row: CSV is written with quotes around a line feed only."""
    return re.sub("\r\n?", "\n", _FORMULA.sub("'", clean(cell))) if isinstance(cell, str) else cell


def for_readers(frame):
    """A frame or Series as readers see it: a frame of text and Decimals, None where there is no figure.

    ``columns.csv`` says how each column of the project is shown; an unknown one is shown by its type. A named index
    becomes columns. Numbers of a column X are shown as X_text prints them, or else with X_places (or places) decimals.
    A verdict that a document only states has no sign where its evidence is there; X_evidence goes with X_verdict.

    >>> for_readers(pd.DataFrame({"verdict": ["worse"], "series_id": ["s"]})).to_dict("list")
    {'Verdict': ['✗ worse']}
    """
    frame = _without_index(frame)
    shown = [n for n, name in enumerate(frame) if kind_of(name) != "hidden" and not _is_companion(str(name), frame)]
    shown = [n for n in shown if frame.columns[n] != "marks" or frame.iloc[:, n].ne("").any()] or range(frame.shape[1])
    made = pd.DataFrame({n: _shown(frame, n) for n in shown}, index=frame.index)
    return made.set_axis([heading_of(frame.columns[n]) for n in shown], axis=1)


def text_of(name):
    """The column that prints another one: ``value_text`` prints ``value``."""
    return _TEXT_OF.get(name, f"{name}_text")


def printed_by(name):
    """The column that another one prints; its own name where it prints none."""
    return _PRINTS.get(name, name.removesuffix("_text"))


def heading_of(name):
    """The heading of a column; an unknown one's name, tidied where it is written as code.

    >>> heading_of("comparator_value"), heading_of("good_level"), heading_of("england_verdict")
    ('Other figure', 'Good level', 'England')
    """
    name = " ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name)
    if printed_by(name) in COLUMNS:
        return COLUMNS[printed_by(name)]["heading"]
    name = name.removesuffix("_verdict").removesuffix("_told")
    name = COMPARATORS.get(name, name)
    return name.replace("_", " ").capitalize() if name == name.lower() else name


def kind_of(name):
    """How a column is shown; empty for one that is not in the list."""
    name = str(name)
    if name in HIDDEN or name.endswith("_places"):
        return "hidden"
    name = "verdict" if name.endswith("_verdict") else printed_by(name)
    return COLUMNS[name]["kind"] if name in COLUMNS else ""


def _without_index(frame):
    frame = frame.to_frame("value" if frame.name is None else frame.name) if isinstance(frame, pd.Series) else frame
    unnamed = all(name is None for name in frame.index.names)
    frame = frame.set_axis(pd.Index(list(frame.columns), dtype=object), axis=1)  # categories take no new name
    if unnamed and pd.api.types.is_numeric_dtype(frame.index):
        return frame.reset_index(drop=True)
    return (frame.rename_axis("item") if unnamed else frame).reset_index(allow_duplicates=True)


def _is_companion(name, frame):
    of = re.sub("_evidence$", "_verdict", name) if name.endswith("_evidence") else printed_by(name)
    return of != name and of in frame.columns


def _shown(frame, n):
    """One column as text and Decimals."""
    name, column = frame.columns[n], frame.iloc[:, n]
    kind = kind_of(name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(name, str) and name in WORDS:
        column = column.astype(object).map(lambda cell: WORDS[name].get(cell, cell), na_action="ignore")
    if column.dtype == bool or isinstance(column.dtype, pd.BooleanDtype):
        return column.map({True: "yes", False: "no"}).astype(object).where(column.notna(), "–")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.map(day, na_action="ignore").astype(object).where(column.notna(), "–")
    if kind == "period":
        text = frame.get(text_of(name), column).astype("str")
        label = parse_periods(text)["period_label"].astype(object)
        return label.where(label.notna() & (label != ""), text).where(column.notna() & (text != ""), "–")
    if kind == "verdict":
        evidence = str(name).replace("verdict", "evidence")
        stated = frame[evidence].eq(Evidence.STATED) if evidence in frame else pd.Series(False, frame.index)
        said = column.astype("str") + ("" if evidence == "evidence" else f" ({Evidence.STATED})")
        return with_sign(column).mask(stated, said).astype(object).replace("", "–")
    if pd.api.types.is_numeric_dtype(column):
        return _numeric(frame, name, column, kind)
    is_figure = column.dtype == object or kind in ("number", "difference")  # of words and figures mixed
    return column.astype(object).where(column.notna() & (column.astype(object) != ""), None if is_figure else "–")


def _numeric(frame, name, column, kind):
    """Numbers as printed, or with the decimals of a companion; without one, each with no more than it needs."""
    values = column.astype(float).where(lambda each: np.isfinite(each))
    if text_of(name) in frame:
        text = as_text(frame[text_of(name)])
        cells = pd.Series([_printed(*pair) for pair in zip(values, text)], index=column.index, dtype=object)
        return cells.where(cells.notna(), "–") if kind == "difference" else cells
    places = next((frame[one] for one in (f"{name}_places", "places") if kind and one in frame), None)
    if places is None or str(name).startswith(("rank", "band")):
        places = _places(values, alike=not kind)
    maker = Difference if kind == "difference" else Decimal
    cells = [maker(f"{value:.{int(each)}f}") for value, each in zip(values.fillna(0), places.fillna(0))]
    is_figure = kind != "difference" and not str(name).startswith(("rank", "band", "usual"))
    return pd.Series(cells, index=column.index, dtype=object).where(values.notna(), None if is_figure else "–")


def _printed(value, text):
    """A number as printed, of "83.5%, the mean of 9 of 10" the figure alone; else the words printed, or None."""
    found = _FIGURE.search(text)
    if pd.isna(value) or not found:
        return text or None
    return Printed(f"{value:.{len(found[0].partition('.')[2])}f}", text.partition(", ")[0])


def _places(values, alike):
    """The fewest decimals that tell each number: two at most, three below one; the same for all where ``alike``."""
    most = np.where(values.abs() >= 1, 2, 3)
    needed = np.select([np.isclose(values, values.round(n), rtol=0, atol=1e-9) for n in range(3)], range(3), 3)
    needed = pd.Series(np.minimum(needed, most), index=values.index).where(values.notna(), 0)
    return needed * 0 + (needed.max() if len(needed) else 0) if alike else needed
