"""The files of Explore Education Statistics (Department for Education), in their forms of 2017 to 2025.

One row an area and year, counts and shares in columns. Which file it is, is told by its columns, under any of the names
that the mapping lists; column order does not matter.
"""

import pandas as pd

from cyp_helpers.importers.mapping import FIGURE_COLUMNS, area_of_code, area_of_number, load_measures, names_of
from cyp_helpers.importers.reading import fold_name, match_columns, read_frame, read_header
from cyp_helpers.importers.values import clean_values, print_values, publisher_decimals
from cyp_helpers.importers.years import year_period

PREFIX = "ees-"
COLUMNS = {name: (name,) for name in ("time_period", "geographic_level", "country_code", "region_code")}
COLUMNS |= {"la": ("old_la_code", "la_code"), "la_code": ("new_la_code",), "la_name": ("la_name",)}
_PARTS = ["measure", "numerator", "denominator"]
_MONTHS = [
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
]


def find_dataset(path, register):
    """Which dataset of the mapping a file is, by its columns.

    Raises UnreadableFile where it is none, naming the nearest one's columns that are missing.
    """
    names = read_header(path)
    table = register.table("published-measures")
    datasets = [one for one in table["dataset"].unique() if one.startswith(PREFIX)]
    lacking = {one: _lacking(_columns_of(load_measures(register, one)), names) for one in datasets}
    best = min(lacking, key=lambda one: (len(lacking[one]) > 0, len(lacking[one])))
    if lacking[best]:
        match_columns(names, {**COLUMNS, **_columns_of(load_measures(register, best))}, path.name)
    return best


def read_ees(path, register, edition_date):
    """Figures of the register's series from one file; see ``lait.read_lait`` for what comes back.

    Authorities that areas.csv does not have are left out and told, and so are rows that stand for two at once
    ("314 / 318").
    """
    measures = load_measures(register, find_dataset(path, register), edition_date)
    columns = _columns_of(measures)
    rows = read_frame(path, {**COLUMNS, **columns}).apply(lambda column: column.str.strip())
    read = len(rows)
    rows["area_id"] = _areas(rows, register)
    strange = rows.loc[rows["area_id"].isna(), ["la", "la_name"]].drop_duplicates()
    skipped = [f"area {one.la or one.la_name!r}, {_why(one.la)}" for one in strange.itertuples()]
    rows = rows.dropna(subset="area_id")
    printed = match_columns(read_header(path), columns, path.name)
    parts = [_figures(one, _narrow(rows, one), printed) for one in measures.itertuples()]
    return pd.concat(parts, ignore_index=True)[FIGURE_COLUMNS], read, skipped


def _columns_of(measures):
    """Every column that the mapping needs of one dataset, as key -> accepted names."""
    cells = pd.concat([measures[part] for part in _PARTS])
    cells = [cell for cell in cells.unique() if cell and not cell.startswith("series ")]
    months = set(" ".join(cells).split()) >= set(_MONTHS)
    columns = {name: (name,) for name in _MONTHS} if months else {cell: names_of(cell) for cell in cells}
    wanted = [name for filters in measures["filters"] for name, _ in _conditions(filters)]
    return columns | {name: (name,) for name in wanted}


def _conditions(filters):
    return [condition.split("=", 1) for condition in filters.split("; ") if condition]


def _lacking(wanted, names):
    folded = {fold_name(name) for name in names}
    return [key for key, many in wanted.items() if not any(fold_name(one) in folded for one in many)]


def _why(la):
    return "a row for two authorities together" if "/" in la else "which areas.csv does not have"


def _areas(rows, register):
    """The area of each row: by LA number, which stays when a code changes, else by code."""
    code = rows["la_code"].where(rows["la_code"] != "", rows["region_code"])
    level = rows["geographic_level"].str.casefold()
    code = code.where(level != "national", rows["country_code"])
    by_number = rows["la"].map(area_of_number(register))
    return by_number.where(level == "local authority", code.map(area_of_code(register)))


def _narrow(rows, measure):
    for name, value in _conditions(measure.filters):
        rows = rows[rows[name] == value]
    return rows


def _figures(measure, rows, printed):
    """The figures of one row of the mapping; ``printed`` are the names that the file has for its columns."""
    year = rows["time_period"].str.extract(r"^(\d{4})(\d{2})?$")
    end = pd.to_numeric(year[0]).where(year[1].isna(), pd.to_numeric(year[0]) + 1)
    rows = rows.assign(year=end.fillna(0).astype(int))
    rows = rows[(rows["year"] == 0) | rows["year"].between(measure.first_year, measure.last_year)]
    if measure.period_kind == "month":
        return _monthly(measure, rows)
    kind = pd.Series(measure.period_kind, index=rows.index, dtype="str")
    rows = rows.assign(period=year_period(kind, rows["year"]).where(rows["year"] > 0, ""))
    if not measure.measure:
        rows = _added_up(measure, rows)
    counts = {
        part: clean_values(rows[getattr(measure, part)])["number"] if _has(measure, part) else float("nan")
        for part in _PARTS[1:]
    }
    clean = clean_values(rows[measure.measure]) if measure.measure else _worked_out(measure, counts)
    where = rows["la"].where(rows["la"] != "", rows["area_id"])
    column = (
        printed[measure.measure]
        if measure.measure
        else f"{printed[measure.numerator]} / {printed[measure.denominator]}"
    )
    return _worded(
        measure, rows.assign(**counts, locator=column + ", area " + where + ", " + rows["time_period"]), clean
    )


def _has(measure, part):
    return getattr(measure, part) != ""


def _added_up(measure, rows):
    """Counts added up over what the filters leave apart, such as school types: one row an area and year."""
    sums = {part: clean_values(rows[part])["number"] for part in (measure.numerator, measure.denominator)}
    key = ["area_id", "la", "time_period", "period", "year"]
    return (
        rows[key]
        .assign(**sums)
        .groupby(key, as_index=False, sort=False)
        .sum(min_count=1)
        .astype({one: "str" for one in sums})
    )


def _worked_out(measure, counts):
    number = measure.per * counts["numerator"] / counts["denominator"]
    status = pd.Series("", index=number.index, dtype="str").mask(number.isna(), "x")
    return pd.DataFrame({"number": number, "decimals": int(measure.decimals), "status": status})


def _monthly(measure, rows):
    """April to March in columns: one row a month."""
    long = rows.melt(
        id_vars=["area_id", "la", "time_period", "year"], value_vars=_MONTHS, var_name="month", value_name="printed"
    )
    number = long["month"].map({name: (at + 3) % 12 + 1 for at, name in enumerate(_MONTHS)})
    year = long["year"] - (number > 3)
    period = "month " + year.astype(str) + "-" + number.astype(str).str.zfill(2)
    where = long["la"].where(long["la"] != "", long["area_id"])
    long = long.assign(
        period=period.where(long["year"] > 0, ""),
        numerator=float("nan"),
        denominator=float("nan"),
        locator=long["month"] + ", area " + where + ", " + long["time_period"],
    )
    return _worded(measure, long, clean_values(long["printed"]))


def _worded(measure, rows, clean):
    """Values as text with the decimals of their year, statuses and what is wrong with a row."""
    name = pd.Series(measure.measure_key, index=rows.index, dtype="str")
    places = publisher_decimals(clean["decimals"], name, rows["period"], rows["la"] == "")
    value = print_values(clean["number"], places)
    concern = pd.Series("", index=rows.index, dtype="str").mask(clean["status"] == "?", "unreadable-value")
    twins = (
        rows.assign(value=value)
        .drop_duplicates(["area_id", "period", "value"])
        .duplicated(["area_id", "period"], keep=False)
    )
    concern = concern.mask(twins.reindex(rows.index, fill_value=False), "duplicates-disagree")
    figures = rows.assign(
        measure_key=measure.measure_key,
        value=value,
        number=pd.to_numeric(value, errors="coerce"),
        status=clean["status"].replace("?", "x"),
        concern=concern.mask(rows["period"] == "", "unreadable-year"),
    )
    return figures.drop_duplicates(["area_id", "period"])
