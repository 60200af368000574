"""What has to hold for the table of published figures and for the tables that say what it holds.

Each check returns faults like those of ``cyp_helpers.register.meaning``. All look at whole columns.
"""

from functools import lru_cache
from hashlib import sha256

import numpy as np
import pandas as pd

from cyp_helpers.register import catalogue
from cyp_helpers.register.meaning import to_numbers
from cyp_helpers.register.periods import PERIOD_FORMS, parse_periods

FILE, MORE = "data/observations/published.parquet", f"data/observations/{catalogue.FILE}"
COLUMNS = {
    "series_id": "str", "breakdown": "str", "area_id": "str", "period": "str", "value": "str", "status": "str",
    "numerator": "float64", "denominator": "float64", "published": "str", "published_basis": "str", "source_id": "str",
    "locator": "str",
}  # fmt: skip
KEY = ["series_id", "breakdown", "area_id", "period", "published"]
_STATUS = r"(?!.*\b(\w+) (.* )?\1\b)((p|r|b|e|u|c|x|z|low)( (p|r|b|e|u|c|x|z|low))*)?"
_NOT_BEFORE = "a year that is not before first_year"
_SHOWN = 20  # faults of one kind; more of them say nothing new


def published_form(register):
    """What is wrong with the files of published figures as a whole; the other checks need them to be as they should be.

    Returns a list of [file, row, column, found, right]; empty where there are no such files.
    """
    told = _catalogue_file(register)[0]
    has_figures = (register.folder.parent / FILE).is_file()
    return _form_of(FILE, lambda: register.table("published"))[1] + told if has_figures else told


def _catalogue_file(register):
    """Faults of the form of the catalogue's file, those of its figures, and a row for each series, area and edition in it."""
    path = register.folder.parent / MORE
    return _looked_at(register.folder, sha256(path.read_bytes()).digest()) if path.is_file() else ([], [], None)


@lru_cache(maxsize=2)  # half a million rows, which only an import changes
def _looked_at(folder, _):
    rows, faults = _form_of(MORE, lambda: catalogue.read_figures(folder, None))
    if faults:
        return faults, [], None
    return [], _figure_faults(rows, MORE), rows.drop_duplicates(["series_id", "area_id", "source_id"])


def _form_of(file, read):
    """What a file of figures holds, and what is wrong with its form."""
    try:
        rows = read()
    except (OSError, ValueError, KeyError, NotImplementedError, MemoryError) as error:  # pyarrow's own are such
        told = (str(error) or type(error).__name__).splitlines()[0][-80:]
        return None, [[file, "", "", f"a damaged Parquet file: {told}", "the file as cyp import writes it"]]
    form = {name: str(kind) for name, kind in rows.dtypes.items()}
    if form != COLUMNS:
        told, right = (", ".join(f"{name} ({kind})" for name, kind in one.items()) for one in (form, COLUMNS))
        return rows, [[file, "", "", told, right]]
    empty = [name for name, kind in COLUMNS.items() if kind == "str" and rows[name].isna().any()]
    return rows, [[file, "", name, "a cell without text", "text, which may be empty"] for name in empty]


def published_faults(register, paths):
    """All faults of published figures, of the mapping and of the lists of neighbours, as ``published_form`` tells them.

    The form of the register and of published.parquet has to be right; ``paths`` gives the file of each table.
    """
    faults = _mapping_faults(register, paths) + _neighbour_faults(register, paths)
    if not (register.folder.parent / FILE).is_file():
        return faults
    published, (_, more_faults, more) = register.table("published"), _catalogue_file(register)
    for file, rows in ((FILE, published), (MORE, more)):
        if rows is not None:
            other = rows["series_id"].str.startswith(catalogue.OWN) != (file == MORE)
            right = f"a series_id that begins with {catalogue.OWN} in {MORE} alone"
            faults += _rows(rows, other, file, "series_id", right)
            faults += _reference_faults(register, rows, file)
    faults += _figure_faults(published, FILE) + _limit_faults(register, published) + more_faults
    # Each measure is a series of the register, or one of its own.
    rows, file = register.table("catalogue"), paths["catalogue"]
    lost = ~rows["series_id"].isin(register.table("series")["series_id"])
    faults += _rows(rows, lost, file, "series_id", "a series_id of data/plans/series.csv, or one of its own")
    backwards = rows["first_year"].astype(int) > rows["last_year"].astype(int)
    return faults + _rows(rows, backwards, file, "last_year", _NOT_BEFORE)


def _rows(frame, bad, file, column, right):
    rows = frame.index[bad][:_SHOWN]
    return [[file, row + 2, column, str(frame.at[row, column]), right] for row in rows]


def _reference_faults(register, published, file):
    """Series, areas and editions that the register does not have."""
    faults = []
    for column, table in (("series_id", "series"), ("area_id", "areas"), ("source_id", "editions")):
        known = published[column].isin(register.table(table)[column])
        faults += _rows(published, ~known, file, column, f"a {column} of the table {table}")
    mapped = published["series_id"].isin(register.table("published-measures")["series_id"])
    return faults + _rows(published, ~mapped, file, "series_id", "a series_id of data/reference/published_measures.csv")


def _figure_faults(published, file):
    number, empty = to_numbers(published["value"]), published["value"] == ""
    given = published["status"].str.contains(r"\b(?:x|z|c|low)\b")
    periods = parse_periods(published["period"])
    day = pd.to_datetime(published["published"], format="%Y-%m-%d", errors="coerce")
    checks = [
        (published.duplicated(KEY), "series_id", "one row for each series, breakdown, area, period and day"),
        (periods["end"].isna(), "period", f"a period such as {PERIOD_FORMS}"),
        (number.isna() & ~empty, "value", "a number, or an empty value with a status"),
        (empty & ~given, "status", "x, z, c or low, because no value is given"),
        (~published["status"].str.fullmatch(_STATUS), "status", "statuses of data/reference/statuses.csv, each once"),
        (~empty & (published["denominator"] == 0), "denominator", "a count above nought, because a figure is given"),
        (~day.between("1990-01-01", "2099-12-31"), "published", "a day such as 2018-03-31"),
        (periods["start"] > day, "published", "a day on which the period had begun"),
        (~published["published_basis"].isin(["printed", "assumed"]), "published_basis", "printed or assumed"),
        (published["locator"] == "", "locator", "where the figure stands in its file"),
    ]
    for name in ("numerator", "denominator"):
        bad = (published[name] < 0) | np.isinf(published[name])
        checks.append((bad, name, "no count below nought, and an end to it"))
    return [fault for bad, *told in checks for fault in _rows(published, bad, file, *told)]


def _limit_faults(register, published):
    """Shares above 100, and days after the edition that a figure came with."""
    measures, units = (register.table(name) for name in ("published-measures", "indicators"))
    over = set(measures.loc[measures["above_100"] == "yes", "series_id"])
    unit = register.table("series").set_index("series_id")["indicator_id"].map(units.set_index("indicator_id")["unit"])
    share = (published["series_id"].map(unit) == "percent") & ~published["series_id"].isin(over)
    over = share & (to_numbers(published["value"]) > 100)
    edition = published["source_id"].map(register.table("editions").set_index("source_id")["edition_date"])
    late = published["published"] > edition
    return [
        *_rows(published, over, FILE, "value", "a percentage from 0 to 100"),
        *_rows(published, late, FILE, "published", "a day that is not after the edition's"),
    ]


def _mapping_faults(register, paths):
    """Each year of a series comes from one dataset, and no indicator has both a counterpart and a reason for none."""
    measures = register.table("published-measures")
    first, last = measures["first_year"].astype(int), measures["last_year"].astype(int)
    since, until = measures["first_edition"].replace("", "0000"), measures["last_edition"].replace("", "9999")
    spans = measures.assign(first=first, last=last, since=since, until=until, row=measures.index)
    both = spans.merge(spans, on=["series_id", "breakdown"]).query(
        "row_x < row_y and first_x <= last_y and first_y <= last_x and since_x <= until_y and since_y <= until_x"
    )
    windowed = (measures["first_edition"] != "") | (measures["last_edition"] != "")
    dataset = measures["dataset"].str.fullmatch(r"lait|ees-[a-z-]+|fingertips-[0-9]+")
    without = (measures["measure"] == "") & ((measures["numerator"] == "") | (measures["denominator"] == ""))
    series = measures["denominator"].str.extract("^series (?s:(.*))$")[0]
    lost = series.notna() & ~series.isin(register.table("series")["series_id"])
    form = measures["filters"].str.fullmatch(r"([^=;?]+\??=[^=;]*(; [^=;?]+\??=[^=;]*)*)?")
    checks = [
        (first > last, "last_year", _NOT_BEFORE),
        (measures.index.isin(both["row_y"]), "first_year", "years that no other row gives this series"),
        (windowed & (measures["edition_source"] == ""), "edition_source", "where the day is said"),
        (since > until, "last_edition", "a day that is not before first_edition"),
        (~dataset, "dataset", "lait, or ees- and a name, or fingertips- and a number"),
        (without, "measure", "a measure, or counts to work it out from"),
        (lost, "denominator", "a name, or the word series and a series_id"),
        (~form, "filters", "column=value; column=value | value; column?=value"),
    ]
    faults = [fault for bad, *told in checks for fault in _rows(measures, bad, paths["published-measures"], *told)]
    none = register.table("no-counterpart")
    matched = none["indicator_id"].isin(measures["counterpart_of"])
    return faults + _rows(none, matched, paths["no-counterpart"], "indicator_id", "an indicator without a counterpart")


def _neighbour_faults(register, paths):
    neighbours, file = register.table("neighbours"), paths["neighbours"]
    wrong = neighbours["area_id"] == neighbours["neighbour_id"]
    wrong |= neighbours.duplicated(["list_id", "area_id", "neighbour_id"])
    few = neighbours.groupby(["list_id", "area_id"])["position"].transform("size") != 10
    return [
        *_rows(neighbours, wrong, file, "neighbour_id", "ten other areas, each once"),
        *_rows(neighbours, few, file, "area_id", "an area with ten neighbours"),
    ]
