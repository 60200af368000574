"""The long table of the Local Authority Interactive Tool (Department for Education).

It has a measure, a year and an area number a row. A measure's counts are measures of their own; the mapping says which
belong together.
"""

import pandas as pd

from cyp_helpers.importers.mapping import FIGURE_COLUMNS, area_of_number, load_measures, names_of
from cyp_helpers.importers.reading import read_frame
from cyp_helpers.importers.values import clean_values, print_values, publisher_decimals
from cyp_helpers.importers.years import read_years

DATASET = "lait"
COLUMNS = {
    "measure": ("Short Desc", "Measure_short"),
    "year": ("Years", "Year"),
    "la": ("LA Number", "LA_Number"),
    "printed": ("Values", "Value"),
}
_PARTS = ["measure", "numerator", "denominator", "minus_measure"]


def read_lait(path, register, edition_date):
    """Figures of the register's series from a long table of LAIT.

    Parameters
    ----------
    path : bds_long as Parquet or CSV
    register : Register, for the mapping and the areas
    edition_date : text such as "2026-04-08"; some measures hold for some editions only

    Returns
    -------
    (figures, rows, skipped): a frame with the columns of ``mapping.FIGURE_COLUMNS``, the number of rows read, and what
    was left out, in words. Raises UnreadableFile.
    """
    measures = load_measures(register, DATASET, edition_date)
    names = {name: cell for cell in _wanted(measures) for name in names_of(cell)}
    rows = read_frame(path, COLUMNS, ("measure", names)).rename(columns={"measure": "name"})
    rows["measure"] = rows["name"].map(names)
    rows["la"] = rows["la"].str.replace(r"\.0+$", "", regex=True)
    rows["area_id"] = rows["la"].map(area_of_number(register))
    absent = sorted(set(_wanted(measures)) - set(rows["measure"].unique()))
    skipped = [
        f"area number {la}, which areas.csv does not have" for la in rows.loc[rows["area_id"].isna(), "la"].unique()
    ]
    skipped += [f"measure {name}, which the file does not have" for name in absent]
    figures = _join_parts(measures, _mark_twins(_understand(rows.dropna(subset="area_id"), measures)))
    return _worded(figures)[FIGURE_COLUMNS], len(rows), skipped


def _wanted(measures):
    cells = pd.concat([measures[part] for part in _PARTS])
    return sorted(cells[(cells != "") & ~cells.str.startswith("series ")].unique())


def _understand(rows, measures):
    """Add ``number``, ``decimals``, ``mark`` (a status), ``period``, ``year_end`` and ``note`` (a status)."""
    kinds = pd.concat([measures.set_index(part)["period_kind"] for part in _PARTS])
    kinds = kinds[~kinds.index.duplicated()]
    # One measure can count by two kinds of year, but not in one edition.
    years = read_years(rows["year"], rows["measure"].map(kinds))
    clean = clean_values(rows["printed"])
    rows = rows.assign(number=clean["number"], decimals=clean["decimals"], mark=clean["status"])
    return rows.assign(period=years["period"], year_end=years["year"], note=years["status"])


def _mark_twins(rows):
    """One row for each measure, area and year; ``twins`` is true where the file has two that disagree."""
    key = ["measure", "area_id", "year"]  # under whichever name
    once = rows.drop_duplicates([*key, "printed"])
    return once.assign(twins=once.duplicated(key, keep=False)).drop_duplicates(key)


def _join_parts(measures, rows):
    """One row for each figure of the mapping, with its counts and, for a gap, the measure that is taken off."""
    wanted = measures[["measure_key", "first_year", "last_year", *_PARTS]]
    figures = wanted.rename(columns={part: f"{part}_name" for part in _PARTS[1:]}).merge(rows, on="measure")
    unread = figures["year_end"] == 0
    figures = figures[unread | figures["year_end"].between(figures["first_year"], figures["last_year"])]
    known = rows[rows["period"] != ""].drop_duplicates(["measure", "area_id", "period"])
    for part in _PARTS[1:]:
        one = known[["measure", "area_id", "period", "number", "decimals", "mark"]]
        one = one.set_axis([f"{part}_name", "area_id", "period", part, f"{part}_decimals", f"{part}_mark"], axis=1)
        figures = figures.merge(one, on=[f"{part}_name", "area_id", "period"], how="left")
    return figures


def _worded(figures):
    """Values as text with the decimals of their measure and year, statuses, and where each stands in the file."""
    gap = figures["minus_measure_name"] != ""
    number = figures["number"] - figures["minus_measure"].where(gap, 0.0)
    own = figures["mark"].where(figures["mark"] != "", figures["minus_measure_mark"].fillna("").where(gap, ""))
    places = figures[["decimals", "minus_measure_decimals"]].max(axis=1)
    # Areas that are no authority have numbers from 970 on.
    places = publisher_decimals(
        places.where(number.notna(), 0), figures["measure_key"], figures["period"], figures["la"] >= "970"
    )
    value = print_values(number, places)
    name = figures["name"] + (" minus " + figures["minus_measure_name"]).where(gap, "")
    concern = pd.Series("", index=figures.index, dtype="str")
    concern = concern.mask(own == "?", "unreadable-value").mask(figures["twins"], "duplicates-disagree")
    return figures.assign(
        value=value,
        number=pd.to_numeric(value, errors="coerce"),
        status=(figures["note"] + " " + own.replace("?", "x")).str.strip(),
        locator=name + ", area " + figures["la"] + ", year " + figures["year"],
        concern=concern.mask(figures["period"] == "", "unreadable-year"),
    )
