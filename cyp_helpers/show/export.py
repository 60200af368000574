"""A frame taken along: one CSV and one Excel file in ``outputs/own/``."""

import os
import re

import pandas as pd

from cyp_helpers.register.tables import find_project
from cyp_helpers.show.cells import for_csv
from cyp_helpers.show.wording import Words, clean, escape, plural

_TEXT_ONLY = {"options": {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}}


def export(frame, name):
    """Save a frame as ``outputs/own/<name>.csv`` and ``.xlsx``, in place of what an earlier call saved under that name.

    Parameters
    ----------
    frame : DataFrame. Numbers stay numbers; ``period`` becomes two dates, ``period_start`` and ``period_end``; a named index
        becomes columns. Text that a spreadsheet would take for a formula is kept as text
    name : str of small letters, digits and hyphens

    Returns
    -------
    Words, what was saved where.

    Raises
    ------
    ValueError for another kind of name, TypeError where ``frame`` is no DataFrame.

    >>> cyp.export(pd.DataFrame({"area": ["Rutland"], "value": [26.8]}), "example")
    Saved outputs/own/example.csv and outputs/own/example.xlsx: 1 row, 2 columns.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"export() was given {type(frame).__name__}; it saves a pandas DataFrame.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", str(name)):
        raise ValueError(
            f"export() was given the name {name!r}; a name has small letters, digits and hyphens, such as 'worsened'."
        )
    outputs = find_project() / "outputs"
    folder = outputs / "own"
    folder.mkdir(parents=True, exist_ok=True)
    if not folder.resolve().is_relative_to(outputs.resolve()):
        raise ValueError(f"outputs/own leads to {folder.resolve()}, which is not in outputs/; nothing was saved.")
    frame = _flat(frame)
    for_csv(frame).to_csv(aside := folder / f".{name}.csv", index=False, lineterminator="\n")
    os.replace(aside, folder / f"{name}.csv")
    with pd.ExcelWriter(aside := folder / f".{name}.xlsx", engine="xlsxwriter", engine_kwargs=_TEXT_ONLY) as book:
        _cleaned(frame).to_excel(book, index=False, sheet_name="Figures", freeze_panes=(1, 0), autofilter=True)
    os.replace(aside, folder / f"{name}.xlsx")
    files = " and ".join(f"outputs/own/{name}.{ending}" for ending in ("csv", "xlsx"))
    return Words(
        escape(
            f"Saved {files}: {len(frame)} {plural(len(frame), 'row')}, {frame.shape[1]} {plural(frame.shape[1], 'column')}."
        )
    )


def _flat(frame):
    """A frame without a named index, with dates in place of periods."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    for place, column in reversed(list(enumerate(frame))):
        ends = _ends(frame[column])
        if ends is not None:
            frame = frame.drop(columns=column)
            for name, days in reversed(ends.items()):
                frame.insert(place, f"{column}_{name}", days)
    return frame


def _ends(column):
    """First and last day of each period; None for a column that holds no periods."""
    if not (
        isinstance(column.dtype, pd.PeriodDtype) or (column.dtype == object and column.map(type).eq(pd.Period).any())
    ):
        return None
    start = column.map(lambda one: one.start_time, na_action="ignore")
    end = column.map(lambda one: one.end_time.normalize(), na_action="ignore")
    return {name: pd.to_datetime(days).dt.date for name, days in (("start", start), ("end", end))}


def _cleaned(frame):
    text = frame.select_dtypes(["str", "object", "category"])
    return frame.assign(
        **{name: text[name].map(lambda one: clean(one) if isinstance(one, str) else one) for name in text}
    )
