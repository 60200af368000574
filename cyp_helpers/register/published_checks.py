"""What has to hold for the table of published figures and for the tables that say what it holds.

Each check returns faults as rows of file, row (as a spreadsheet counts, the header is row 1), column, what was found and
what would be right, like ``cyp_helpers.register.meaning``. All look at whole columns.
"""

import pandas as pd

from cyp_helpers.register.periods import PERIOD_FORMS, parse_periods

FILE = "data/observations/published.parquet"
COLUMNS = {
    "series_id": "str", "breakdown": "str", "area_id": "str", "period": "str", "value": "str", "status": "str",
    "numerator": "float64", "denominator": "float64", "published": "str", "published_basis": "str", "source_id": "str",
    "locator": "str",
}  # fmt: skip
KEY = ["series_id", "breakdown", "area_id", "period", "published"]
_STATUS = r"((p|r|b|e|u|c|x|z|low)( (p|r|b|e|u|c|x|z|low))*)?"
_SHOWN = 20  # faults of one kind; more of them say nothing new


def published_faults(register, paths):
    """All faults of the published figures, of the mapping and of the lists of neighbours.

    Parameters
    ----------
    register : Register whose form is right; paths : dict, the file of each table

    Returns
    -------
    list of [file, row, column, found, right]; empty where there is no published.parquet.
    """
    faults = _mapping_faults(register, paths) + _neighbour_faults(register, paths) + _break_faults(register, paths)
    if not (register.folder / "observations" / "published.parquet").is_file():
        return faults
    published = register.table("published")
    form = {name: str(kind) for name, kind in published.dtypes.items()}
    if form != COLUMNS:
        told = ", ".join(f"{name} ({kind})" for name, kind in form.items())
        right = ", ".join(f"{name} ({kind})" for name, kind in COLUMNS.items())
        return [*faults, [FILE, "", "", told, right]]
    return faults + _reference_faults(register, published) + _figure_faults(published)


def _rows(frame, bad, file, column, right):
    rows = frame.index[bad][:_SHOWN]
    return [[file, row + 2, column, str(frame.at[row, column]), right] for row in rows]


def _reference_faults(register, published):
    """Series, areas and editions that the register does not have."""
    faults = []
    for column, table in (("series_id", "series"), ("area_id", "areas"), ("source_id", "editions")):
        known = published[column].isin(register.table(table)[column])
        faults += _rows(published, ~known, FILE, column, f"a {column} of the table {table}")
    mapped = published["series_id"].isin(register.table("published-measures")["series_id"])
    return faults + _rows(published, ~mapped, FILE, "series_id", "a series_id of data/reference/published_measures.csv")


def _figure_faults(published):
    number = pd.to_numeric(published["value"], errors="coerce")
    empty = published["value"] == ""
    given = published["status"].str.contains(r"\b(?:x|z|c|low)\b")
    day = pd.to_datetime(published["published"], format="%Y-%m-%d", errors="coerce")
    unreadable = parse_periods(published["period"])["end"].isna()
    checks = [
        (published.duplicated(KEY), "series_id", "one row for each series, breakdown, area, period and day"),
        (unreadable, "period", f"a period such as {PERIOD_FORMS}"),
        (number.isna() & ~empty, "value", "a number, or an empty value with a status"),
        (empty & ~given, "status", "x, z, c or low, because no value is given"),
        (~published["status"].str.fullmatch(_STATUS), "status", "statuses of data/reference/statuses.csv"),
        (day.isna(), "published", "a day such as 2018-03-31"),
        (~published["published_basis"].isin(["printed", "assumed"]), "published_basis", "printed or assumed"),
        (published["numerator"] < 0, "numerator", "no count below nought"),
        (published["denominator"] < 0, "denominator", "no count below nought"),
        (published["locator"] == "", "locator", "where the figure stands in its file"),
    ]
    return [fault for bad, column, right in checks for fault in _rows(published, bad, FILE, column, right)]


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
    indicators = set(register.table("indicators")["indicator_id"]) | {""}
    unknown = ~measures["counterpart_of"].isin(indicators)
    faults += _rows(measures, unknown, file, "counterpart_of", "an indicator_id of indicators.csv, or nothing")
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


def _break_faults(register, paths):
    """A break is told by a document or by an edition of published data."""
    breaks = register.table("series-breaks")
    sources = pd.concat([register.table(name)["source_id"] for name in ("sources", "editions")])
    right = "a source_id of sources.csv or editions.csv"
    return _rows(breaks, ~breaks["source_id"].isin(sources), paths["series-breaks"], "source_id", right)
