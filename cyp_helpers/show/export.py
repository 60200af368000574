"""A frame taken along: one CSV and one Excel file in ``outputs/own/``."""

import re
from functools import partial

import pandas as pd

from cyp_helpers.register.store import write_whole
from cyp_helpers.register.tables import find_project
from cyp_helpers.show.cells import TEXT_ONLY, each_text, for_csv
from cyp_helpers.show.wording import Words, clean, escape, plural


def export(frame, name):
    """Save a frame as ``outputs/own/<name>.csv`` and ``.xlsx``, in place of what an earlier call saved under that name.

    Parameters
    ----------
    frame : DataFrame. Numbers stay numbers; ``period`` becomes two dates, ``period_start`` and ``period_end``; a named
        index becomes columns. Text that a spreadsheet would take for a formula is kept as text
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
        right = "a name has small letters, digits and hyphens, such as 'worsened'."
        raise ValueError(f"export() was given the name {name!r}; {right}")
    outputs = find_project() / "outputs"
    folder = outputs / "own"
    folder.mkdir(parents=True, exist_ok=True)
    if not folder.resolve().is_relative_to(outputs.resolve()):
        raise ValueError(f"outputs/own leads to {folder.resolve()}, which is not in outputs/; nothing was saved.")
    frame = _flat(frame)
    write_whole(folder / f"{name}.csv", for_csv(frame).to_csv(index=False, lineterminator="\n"))
    write_whole(folder / f"{name}.xlsx", partial(_write_sheet, frame))
    rows, columns = frame.shape
    size = f"{rows} {plural(rows, 'row')}, {columns} {plural(columns, 'column')}"
    return Words(escape(f"Saved outputs/own/{name}.csv and outputs/own/{name}.xlsx: {size}."))


def _write_sheet(frame, path):
    cleaned = each_text(frame, lambda one: clean(one) if isinstance(one, str) else one)
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": TEXT_ONLY}) as book:
        cleaned.to_excel(book, index=False, sheet_name="Figures", freeze_panes=(1, 0), autofilter=True)


def _flat(frame):
    """A frame without a named index, with dates in place of periods."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    for place, column in reversed(list(enumerate(frame))):
        periods = frame[column]
        if isinstance(periods.dtype, pd.PeriodDtype) or periods.map(type).eq(pd.Period).any():
            frame = frame.drop(columns=column)
            for name in ("end", "start"):
                days = periods.map(lambda one, name=name: getattr(one, f"{name}_time"), na_action="ignore")
                frame.insert(place, f"{column}_{name}", pd.to_datetime(days).dt.date)
    return frame
