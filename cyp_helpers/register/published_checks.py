"""What has to hold for the table of published figures and for the tables that say what it holds.

Each check returns faults as rows of file, row (as a spreadsheet counts, the header is row 1), column, what was found and
what would be right, like ``cyp_helpers.register.meaning``. All look at whole columns.
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
_SHOWN = 20  # faults of one kind; more of them say nothing new


def published_form(register):
    """What is wrong with the files of published figures as a whole; the other checks need them to be as they should be.

    Returns
    -------
    list of [file, row, column, found, right]; empty where there are no such files.
    """
    path = register.folder.parent / FILE
    return (_form_of(FILE, lambda: register.table("published")) if path.is_file() else []) + _catalogue_file(register)[0]


def _catalogue_file(register):
    """Faults of the form of the catalogue's file, those of its figures, and a row for each series, area and edition in it."""
    path = register.folder.parent / MORE
    return _looked_at(register.folder, sha256(path.read_bytes()).digest()) if path.is_file() else ([], [], None)


@lru_cache(maxsize=2)  # half a million rows, which only an import changes
def _looked_at(folder, _):
    faults = _form_of(MORE, lambda: catalogue.read_figures(folder, None))
    if faults:
        return faults, [], None
    rows = catalogue.read_figures(folder, None)
    return [], _figure_faults(rows, MORE), rows.drop_duplicates(["series_id", "area_id", "source_id"])


def _form_of(file, read):
    try:
        published = read()
    except (
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
        MemoryError,
    ) as error:  # pyarrow's own are of these kinds
        told = (str(error) or type(error).__name__).splitlines()[0][-80:]
        return [[file, "", "", f"a damaged Parquet file: {told}", "the file as cyp import writes it"]]
    form = {name: str(kind) for name, kind in published.dtypes.items()}
    told, right = (", ".join(f"{name} ({kind})" for name, kind in one.items()) for one in (form, COLUMNS))
    if form != COLUMNS:
        return [[file, "", "", told, right]]
    empty = [name for name, kind in COLUMNS.items() if kind == "str" and published[name].isna().any()]
    return [[file, "", name, "a cell without text", "text, which may be empty"] for name in empty]


def published_faults(register, paths):
    """All faults of the published figures, of the mapping and of the lists of neighbours.

    Parameters
    ----------
    register : Register whose form is right, that of published.parquet too; paths : dict, the file of each table

    Returns
    -------
    list of [file, row, column, found, right].
    """
    faults = _mapping_faults(register, paths) + _neighbour_faults(register, paths)
    if not (register.folder / "observations" / "published.parquet").is_file():
        return faults
    published, (_, more_faults, more) = register.table("published"), _catalogue_file(register)
    for file, rows in ((FILE, published), (MORE, more)):
        if rows is not None:
            own = rows["series_id"].str.startswith(catalogue.OWN) == (file == MORE)
            faults += _rows(rows, ~own, file, "series_id", f"a series_id that begins with {catalogue.OWN} in {MORE} alone")
            faults += _reference_faults(register, rows, file)
    faults += _figure_faults(published, FILE) + _limit_faults(register, published)
    return faults + more_faults + _catalogue_faults(register, paths)


def _catalogue_faults(register, paths):
    """Whether each measure is a series of the register, or one of its own."""
    rows = register.table("catalogue")
    known = rows["series_id"].isin(register.table("series")["series_id"])
    first, last = rows["first_year"].astype(int), rows["last_year"].astype(int)
    return [
        *_rows(rows, ~known, paths["catalogue"], "series_id", "a series_id of data/plans/series.csv, or one of its own"),
        *_rows(rows, first > last, paths["catalogue"], "last_year", "a year that is not before first_year"),
    ]


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
    return [fault for bad, column, right in checks for fault in _rows(published, bad, file, column, right)]


def _limit_faults(register, published):
    """Shares above 100, and days after the edition that a figure came with."""
    measures, units = (register.table(name) for name in ("published-measures", "indicators"))
    over = set(measures.loc[measures["above_100"] == "yes", "series_id"])
    unit = register.table("series").set_index("series_id")["indicator_id"].map(units.set_index("indicator_id")["unit"])
    share = (published["series_id"].map(unit) == "percent") & ~published["series_id"].isin(over)
    edition = published["source_id"].map(register.table("editions").set_index("source_id")["edition_date"])
    faults = _rows(published, share & (to_numbers(published["value"]) > 100), FILE, "value", "a percentage from 0 to 100")
    return faults + _rows(
        published, published["published"] > edition, FILE, "published", "a day that is not after the edition's"
    )


def _mapping_faults(register, paths):
    """Each year of a series comes from one dataset, and no indicator has both a counterpart and a reason for none."""
    file, measures = paths["published-measures"], register.table("published-measures")
    first, last = measures["first_year"].astype(int), measures["last_year"].astype(int)
    faults = _rows(measures, first > last, file, "last_year", "a year that is not before first_year")
    since = measures["first_edition"].where(measures["first_edition"] != "", "0000")
    until = measures["last_edition"].where(measures["last_edition"] != "", "9999")
    spans = measures.assign(first=first, last=last, since=since, until=until, row=measures.index)
    both = spans.merge(spans, on=["series_id", "breakdown"])
    overlap = (
        (both["row_x"] < both["row_y"]) & (both["first_x"] <= both["last_y"]) & (both["first_y"] <= both["last_x"])
    )
    overlap &= (both["since_x"] <= both["until_y"]) & (both["since_y"] <= both["until_x"])
    bad = measures.index.isin(both.loc[overlap, "row_y"])
    faults += _rows(measures, bad, file, "first_year", "years that no other row gives this series")
    windowed = (measures["first_edition"] != "") | (measures["last_edition"] != "")
    faults += _rows(
        measures, windowed & (measures["edition_source"] == ""), file, "edition_source", "where the day is said"
    )
    faults += _rows(measures, since > until, file, "last_edition", "a day that is not before first_edition")
    dataset = measures["dataset"].str.fullmatch(r"lait|ees-[a-z-]+|fingertips-[0-9]+")
    faults += _rows(measures, ~dataset, file, "dataset", "lait, or ees- and a name, or fingertips- and a number")
    counts = (measures["numerator"] != "") & (measures["denominator"] != "")
    faults += _rows(
        measures, (measures["measure"] == "") & ~counts, file, "measure", "a measure, or counts to work it out from"
    )
    series = (
        measures["denominator"].str.removeprefix("series ").where(measures["denominator"].str.startswith("series "))
    )
    lost = series.notna() & ~series.isin(register.table("series")["series_id"])
    faults += _rows(measures, lost, file, "denominator", "a name, or the word series and a series_id")
    form = measures["filters"].str.fullmatch(r"([^=;?]+\??=[^=;]*(; [^=;?]+\??=[^=;]*)*)?")
    faults += _rows(measures, ~form, file, "filters", "column=value; column=value | value; column?=value")
    none = register.table("no-counterpart")
    matched = none["indicator_id"].isin(measures["counterpart_of"])
    return faults + _rows(none, matched, paths["no-counterpart"], "indicator_id", "an indicator without a counterpart")


def _neighbour_faults(register, paths):
    neighbours, file = register.table("neighbours"), paths["neighbours"]
    itself = neighbours["area_id"] == neighbours["neighbour_id"]
    twice = neighbours.duplicated(["list_id", "area_id", "neighbour_id"])
    ten = neighbours.groupby(["list_id", "area_id"])["position"].transform("size") == 10
    return [
        *_rows(neighbours, itself | twice, file, "neighbour_id", "ten other areas, each once"),
        *_rows(neighbours, ~ten, file, "area_id", "an area with ten neighbours"),
    ]
