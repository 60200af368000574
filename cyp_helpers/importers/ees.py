"""The files of Explore Education Statistics (Department for Education), in their forms of 2017 to 2025.

One row an area and year, counts and shares in columns. Which file it is, is told by its columns, under any of the names
that the mapping lists, and by the values that the mapping's filters name; column order does not matter.
"""

import calendar

import pandas as pd

from cyp_helpers.importers.areas import find_areas, learn_areas
from cyp_helpers.importers.mapping import layout, load_measures, names_of
from cyp_helpers.importers.reading import UnreadableFile, fold_name, match_columns, read_frame, read_header
from cyp_helpers.importers.rows import count_left_out, keep_meant, read_filters, refuse_unnamed, settle, why_not_meant
from cyp_helpers.importers.values import clean_values
from cyp_helpers.importers.years import year_period

PREFIX = "ees-"
COLUMNS, _NAMES = layout("ees")
_PARTS = ["measure", "numerator", "denominator"]
_MONTHS = [calendar.month_name[(at + 3) % 12 + 1] for at in range(12)]
_YEAR_TOTALS = ("referrals", "referral_count")
_ROUNDED = 5.0 * 13  # of twelve months; each of the thirteen can be rounded to ten
_LEVELS = ("national", "regional", "local authority")
_YEAR_OF = {"FY": "financial year", "AY": "academic year", "CY": "calendar year", "month": "financial year"}


def _find_dataset(path, names, register):
    """Which dataset of the mapping has these columns; of none, what the nearest has and the file lacks is told."""
    folded, measures = {fold_name(name) for name in names}, load_measures(register)
    measures = measures[measures["dataset"].str.startswith(PREFIX)]
    wanted = {one: _columns_of(rows) for one, rows in measures.groupby("dataset", sort=False)}

    def fits(dataset):
        there = [not folded.isdisjoint(map(fold_name, many)) for many in wanted[dataset].values()]
        return sum(there) / len(there), sum(there)

    best = max(wanted, key=fits)
    try:
        match_columns(names, {**COLUMNS, **wanted[best]}, f"{path.name}: nearest is {best}")
    except UnreadableFile as error:
        raise UnreadableFile(f"{error}; right would be a file of {', '.join(wanted)}") from error
    return best


def read_ees(path, register, _day=None, new_areas=False):
    """Figures of the register's series from one file; see ``lait.read_lait`` for what comes back.

    With ``new_areas`` authorities that areas.csv does not have are added to ``register.tables``; otherwise they are
    left out and told. Rows of districts, schools, wards, quarters and terms are left out and counted.
    """
    names = read_header(path)
    dataset = _find_dataset(path, names, register)
    measures = load_measures(register, dataset)
    columns = _columns_of(measures)
    printed = match_columns(names, columns, path.name)
    rows = read_frame(path, {**COLUMNS, **columns}, ignored=_NAMES)
    level, unit = rows["geographic_level"].str.casefold(), rows["time_identifier"].str.casefold()
    wanted = ["reporting year", *measures["period_kind"].map(_YEAR_OF).unique()]
    other_level, other_time = ~level.isin(_LEVELS), ~unit.isin(wanted)
    is_la, is_region = level == "local authority", level == "regional"
    if new_areas:
        new = learn_areas(rows[is_la & ~other_time], register)
        register.tables["areas"] = pd.concat([register.table("areas"), new.sort_values("area_id")], ignore_index=True)
    code = rows["la_code"].where(is_la, rows["region_code"].where(is_region, rows["country_code"]))
    name = rows["la_name"].where(is_la, rows["region_name"].where(is_region, "") if "region_name" in rows else "")
    where = find_areas(register, rows["la"].where(is_la, ""), code, name)
    area_id, year = where["area_id"].astype("str"), _year_ends(rows["time_period"])
    last_day = register.table("area-days").set_index("area_id")["last_day"]
    gone = year > pd.to_numeric(area_id.map(last_day).str[:4], errors="coerce")
    concern = pd.Series("", rows.index).case_when([(gone, "area-gone"), (where["clash"], "keys-disagree")])
    rows = rows.assign(area_id=area_id, year=year, concern=concern)
    first, last = measures["first_year"].min(), measures["last_year"].max()
    filters = [read_filters(cell) for cell in measures["filters"]]
    reasons = [why_not_meant(rows, one) for one in filters]
    why = pd.Series("", rows.index).case_when([
        (other_level, "level " + rows["geographic_level"].map(repr) + " is no authority, region or England"),
        (other_time, "time " + rows["time_identifier"].map(repr) + " is no " + wanted[-1]),
        (where["why"] != "", where["why"]),
        ((year > 0) & ~year.between(first, last), f"the mapping takes years that end in {first} to {last}"),
        (pd.concat(reasons, axis=1).ne("").all(axis=1), reasons[0]),
    ])  # fmt: skip
    named = [*COLUMNS, "region_name", *columns, *(name for one in filters for name, *_ in one), "area_id", "year", "concern"]
    refuse_unnamed(keep_meant(rows, why, path.name), named, path.name)
    meant = [rows[(why == "") & (reason == "")] for reason in reasons]
    parts = [_figures(one, mine, printed) for one, mine in zip(measures.itertuples(), meant)]
    return dataset, settle(pd.concat(parts, ignore_index=True), register), len(rows), count_left_out(why)


def _columns_of(measures):
    """Every column that the mapping needs of one dataset, as key -> accepted names."""
    cells = pd.concat([measures[part] for part in _PARTS])
    cells = [cell for cell in cells.unique() if cell and not cell.startswith("series ")]
    months = set(" ".join(cells).split()) >= set(_MONTHS)
    columns = {name: (name,) for name in _MONTHS} if months else {cell: names_of(cell) for cell in cells}
    wanted = [name for cell in measures["filters"] for name, _, absent in read_filters(cell) if not absent]
    return columns | {name: (name,) for name in wanted}


def _figures(measure, rows, printed):
    """The figures of one row of the mapping; ``printed`` are the names that the file has for its columns."""
    rows = rows[(rows["year"] == 0) | rows["year"].between(measure.first_year, measure.last_year)]
    if measure.period_kind == "month":
        rows, column = _by_month(rows), "printed"
    else:
        kind, column = pd.Series(measure.period_kind, index=rows.index, dtype="str"), measure.measure
        period = year_period(kind, rows["year"]).where(rows["year"] > 0, "")
        rows = rows.assign(period=period, column=printed.get(column, ""))
    if not column:
        rows = _added_up(measure, rows, printed)
    cells = {part: getattr(measure, part) for part in _PARTS[1:]}
    counts = {part: clean_values(rows[cell])["number"] if cell else float("nan") for part, cell in cells.items()}
    clean = clean_values(rows[column]) if column else _worked_out(measure, counts)
    where = rows["la"].where(rows["la"] != "", rows["area_id"])
    return rows.assign(
        **counts, number=clean["number"], decimals=clean["decimals"], mark=clean["status"], note="", measure_key=measure.measure_key,
        locator=rows["column"] + ", area " + where + ", " + rows["time_period"],
    )  # fmt: skip


def _year_ends(texts):
    """The year that each of "2025" or "202425" ends in, 0 where it is none."""
    year = texts.str.extract(r"^([0-9]{4})([0-9]{2})?$")
    first, second = pd.to_numeric(year[0]), pd.to_numeric(year[1])
    end = first.where(second.isna(), (first + 1).where((first + 1) % 100 == second))
    return end.fillna(0).astype(int)


def _added_up(measure, rows, printed):
    """Counts added up over the values of the filters; a sum with a part that is not given is not given.

    Two rows of one value are no two parts. Where an area has fewer values than the year before, a part is not given.
    """
    parts = [measure.numerator, measure.denominator]
    kinds = [name for name, values, _ in read_filters(measure.filters) if len(values) > 1]
    of_year = ["area_id", "la", "time_period", "period", "year"]
    counts = rows[[*of_year, *kinds, "concern"]].assign(**{part: clean_values(rows[part])["number"] for part in parts})
    counts = counts.drop_duplicates()
    twice = counts.duplicated([*of_year, *kinds], keep=False)
    counts["concern"] = counts["concern"].mask(twice & (counts["concern"] == ""), "duplicates-disagree")
    sums = counts.groupby(of_year, as_index=False, sort=False)
    sums = sums.agg({"concern": "max"} | dict.fromkeys(parts, lambda numbers: numbers.sum(skipna=False)))
    given = counts[["area_id", "year", *kinds]].drop_duplicates().groupby(["area_id", "year"]).size()
    now, before = (given.reindex([sums["area_id"], sums["year"] - step]).to_numpy() for step in (0, 1))
    lost = now < before
    sums.loc[lost, parts] = float("nan")
    return sums.astype(dict.fromkeys(parts, "str")).assign(column=" / ".join(printed[part] for part in parts))


def _worked_out(measure, counts):
    number = measure.per * counts["numerator"] / counts["denominator"].where(counts["denominator"] > 0)
    status = pd.Series("", index=number.index, dtype="str").mask(number.isna(), "x")
    places = int(measure.decimals)
    return pd.DataFrame({"number": number.round(places), "decimals": places, "status": status})


def _by_month(rows):
    """April to March in columns: one row a month."""
    kept = ["area_id", "la", "time_period", "year", "concern"]
    for total in (name for name in rows if fold_name(name) in _YEAR_TOTALS):
        number = rows[[*_MONTHS, total]].apply(lambda cells: clean_values(cells)["number"])
        apart = (number[_MONTHS].sum(axis=1, skipna=False) - number[total]).abs() > _ROUNDED
        rows = rows.assign(concern=rows["concern"].mask(apart & (rows["concern"] == ""), "months-are-not-year"))
    long = rows.melt(id_vars=kept, value_vars=_MONTHS, var_name="column", value_name="printed")
    number = long["column"].map({name: (at + 3) % 12 + 1 for at, name in enumerate(_MONTHS)})
    period = "month " + (long["year"] - (number > 3)).astype(str) + "-" + number.astype(str).str.zfill(2)
    return long.assign(period=period.where(long["year"] > 0, ""))
