"""The long table of the Local Authority Interactive Tool (Department for Education).

It has a measure, a year and an area number a row. A measure's counts are measures of their own; the mapping says which
belong together.
"""

from pathlib import Path

import pandas as pd

from cyp_helpers.importers.areas import find_areas
from cyp_helpers.importers.mapping import load_measures, names_of
from cyp_helpers.importers.reading import read_frame
from cyp_helpers.importers.rows import count_left_out, keep_meant, refuse_unnamed, settle
from cyp_helpers.importers.values import clean_values
from cyp_helpers.importers.years import read_years

DATASET = "lait"
COLUMNS = {
    "measure": ("Short Desc", "Measure_short"),
    "year": ("Years", "Year"),
    "la": ("LA Number", "LA_Number"),
    "printed": ("Values", "Value"),
}
_NAMES = ("Data item", "LA and Regions", "Region")  # say in words what measure and number say
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
    rows = read_frame(path, COLUMNS, ("measure", names), ignored=_NAMES).rename(columns={"measure": "name"})
    refuse_unnamed(rows, ["name", *COLUMNS], Path(path).name)
    rows["measure"] = rows["name"].map(names)
    rows["la"] = rows["la"].str.replace(r"\.0+$", "", regex=True)
    nothing = pd.Series("", index=rows.index, dtype="str")
    where = find_areas(register, rows["la"], nothing, nothing)
    rows["area_id"] = where["area_id"]
    absent = sorted(set(_wanted(measures)) - set(rows["measure"].unique()))
    left_out = count_left_out(where["why"]) + _without_window(register, edition_date, absent)
    left_out += [f"measure {name}, which the file does not have" for name in absent]
    known = _understand(keep_meant(rows, where["why"], Path(path).name), measures)
    return settle(_figures(_join_parts(measures, known)), register), len(rows), left_out


def _wanted(measures):
    cells = pd.concat([measures[part] for part in _PARTS])
    return sorted(cells[(cells != "") & ~cells.str.startswith("series ")].unique())


def _without_window(register, edition_date, absent):
    """Measures whose definition is not known for an edition of this day: they lie between two windows."""
    every, now = load_measures(register, DATASET), load_measures(register, DATASET, edition_date)
    lost = sorted(set(every["measure"]) - set(now["measure"]) - set(absent))
    told = every.groupby("measure")[["first_edition", "last_edition"]].agg(lambda days: ", ".join(filter(None, days)))
    return [
        f"measure {name}, whose definition in an edition of {edition_date} is not known (last of {told.at[name, 'last_edition'] or 'none'}, "
        f"first of {told.at[name, 'first_edition'] or 'none'})"
        for name in lost
    ]


def _understand(rows, measures):
    """Add ``number``, ``decimals``, ``mark`` (a status), ``period``, ``year_end`` and ``note`` (a status)."""
    kinds = pd.concat([measures.set_index(part)["period_kind"] for part in _PARTS])
    kinds = kinds[~kinds.index.duplicated()]
    # One measure can count by two kinds of year, but not in one edition.
    years = read_years(rows["year"], rows["measure"].map(kinds))
    clean = clean_values(rows["printed"])
    rows = rows.assign(number=clean["number"], decimals=clean["decimals"], mark=clean["status"])
    return rows.assign(period=years["period"], year_end=years["year"], note=years["status"])


def _join_parts(measures, rows):
    """One row for each figure of the mapping, with its counts and, for a gap, the measure that is taken off."""
    wanted = measures[["measure_key", "first_year", "last_year", *_PARTS]]
    figures = wanted.rename(columns={part: f"{part}_name" for part in _PARTS[1:]}).merge(rows, on="measure")
    unread = figures["year_end"] == 0
    figures = figures[unread | figures["year_end"].between(figures["first_year"], figures["last_year"])]
    key = ["measure", "area_id", "period", "number", "decimals", "mark"]
    known = rows.loc[rows["period"] != "", [*key, "note"]].sort_values(
        "note", key=lambda note: note == "p", kind="stable"
    )
    known = known.drop_duplicates(key[:3])[key]  # a final figure before a provisional one
    for part in _PARTS[1:]:
        one = known.set_axis([f"{part}_name", "area_id", "period", part, f"{part}_decimals", f"{part}_mark"], axis=1)
        figures = figures.merge(one, on=[f"{part}_name", "area_id", "period"], how="left")
    return figures


def _figures(figures):
    """Gaps taken, statuses of both sides, and where each figure stands in the file."""
    gap = figures["minus_measure_name"] != ""
    mark = figures["mark"].where(figures["mark"] != "", figures["minus_measure_mark"].fillna("").where(gap, ""))
    # Nothing to take off: the second measure has no row for this area and year.
    alone = gap & figures["minus_measure"].isna()
    number = (figures["number"] - figures["minus_measure"].where(gap, 0.0)).mask(mark != "")
    name = figures["name"] + (" minus " + figures["minus_measure_name"]).where(gap, "")
    return figures.assign(
        number=number,
        decimals=figures[["decimals", "minus_measure_decimals"]].max(axis=1).astype(int),
        mark=mark.mask(alone & (mark == ""), "x"),
        locator=name + ", area " + figures["la"] + ", year " + figures["year"],
        concern="",
    )
