"""The long table of the Local Authority Interactive Tool (Department for Education).

It has a measure, a year and an area number a row. A measure's counts are measures of their own; the mapping says which
belong together.
"""

from pathlib import Path

import pandas as pd

from cyp_helpers.importers.areas import find_areas
from cyp_helpers.importers.mapping import layout, load_measures, names_of
from cyp_helpers.importers.reading import fold_name, read_frame
from cyp_helpers.importers.rows import count_left_out, keep_meant, refuse_unnamed, settle
from cyp_helpers.importers.values import clean_values
from cyp_helpers.importers.years import read_years

DATASET = "lait"
COLUMNS, _NAMES = layout("lait")
_AREA, _CLASH, _MINUS = "LA and Regions", "clash", " minus "
_PARTS = ["measure", "numerator", "denominator", "minus_measure"]


def read_lait(path, register, edition_date, _new_areas=False):
    """Figures of the register's series from a long table of LAIT, bds_long as Parquet or CSV, of an edition of a day
    (text); some measures hold for some editions only.

    Returns (dataset, figures, rows, skipped): the dataset of the mapping, a frame with the columns of
    ``mapping.FIGURE_COLUMNS``, the number of rows read, and what was left out, in words. Raises UnreadableFile.
    """
    measures = load_measures(register, DATASET, edition_date)
    names = {name: cell for cell in _wanted(measures) for name in names_of(cell)}
    rows = read_frame(path, COLUMNS, ("measure", names), ignored=_NAMES).rename(columns={"measure": "name"})
    rows = rows.rename(columns=lambda name: "area" if fold_name(name) == fold_name(_AREA) else name)
    refuse_unnamed(rows, ["name", "area", *COLUMNS], Path(path).name)
    rows = rows.reindex(columns=["name", "year", "la", "printed", "area"], fill_value="")
    rows = rows.astype("category")  # few words in many rows
    rows["measure"] = rows["name"].map(names).astype("category")
    rows["la"] = rows["la"].str.replace(r"\.0+$", "", regex=True).astype("category")
    where = find_areas(register, rows["la"], name=rows.pop("area"))
    rows["area_id"], rows["clash"] = where["area_id"], where["clash"]
    absent = sorted(set(_wanted(measures)) - set(rows["measure"].unique()))
    left_out = count_left_out(where["why"]) + _without_window(register, edition_date, absent)
    left_out += [f"measure {name}, which the file does not have" for name in absent]
    known = _understand(keep_meant(rows, where["why"], Path(path).name), measures)
    return DATASET, settle(_figures(_join_parts(measures, known)), register), len(rows), left_out


def _wanted(measures):
    cells = pd.concat([measures[part] for part in _PARTS])
    return sorted(cells[(cells != "") & ~cells.str.startswith("series ")].unique())


def _without_window(register, edition_date, absent):
    """Measures whose definition is not known for an edition of this day: they lie between two windows."""
    every, now = load_measures(register, DATASET), load_measures(register, DATASET, edition_date)
    told = every.groupby("measure")[["last_edition", "first_edition"]]
    told = told.agg(lambda days: ", ".join(filter(None, days)) or "none")
    words = "measure {}, whose definition in an edition of {} is not known (last of {}, first of {})"
    lost = sorted(set(every["measure"]) - set(now["measure"]) - set(absent))
    return [words.format(name, edition_date, *told.loc[name]) for name in lost]


def _understand(rows, measures):
    """Add ``number``, ``decimals``, ``mark`` (a status, or that area number and name clash), ``period``, ``year_end``
    and ``note`` (a status)."""
    kinds = pd.concat([measures.set_index(part)["period_kind"] for part in _PARTS])
    # One measure can count by two kinds of year, but not in one edition.
    years = read_years(rows["year"], rows["measure"].map(kinds[~kinds.index.duplicated()]).astype("category"))
    clean = clean_values(rows["printed"]).rename(columns={"status": "mark"})
    clean["mark"] = clean["mark"].mask(rows["clash"], _CLASH)
    return rows.assign(**clean, period=years["period"], year_end=years["year"], note=years["status"])


def _join_parts(measures, rows):
    """One row for each figure of the mapping, with its counts and, for a gap, the measure that is taken off."""
    cells = {part: measures[part] for part in _PARTS}
    names = pd.CategoricalDtype(sorted(set(rows["measure"].cat.categories).union(*cells.values())))
    rows, cells = rows.astype({"measure": names}), pd.DataFrame(cells).astype(names)
    wanted = measures[["measure_key", "first_year", "last_year"]].astype({"measure_key": "category"})
    wanted = wanted.join(cells.rename(columns={part: f"{part}_name" for part in _PARTS[1:]}))
    figures = wanted.merge(rows, on="measure")
    year, first, last = (figures[name] for name in ("year_end", "first_year", "last_year"))
    figures = figures[(year == 0) | year.between(first, last)]
    key = ["measure", "area_id", "period", "number", "decimals", "mark"]
    is_part = rows["measure"].isin(pd.unique(cells[_PARTS[1:]].to_numpy().ravel()))
    known = rows.loc[is_part & (rows["period"] != ""), [*key, "note"]]
    known = known.assign(rank=known["note"].map({"r": 0, "p": 2}).fillna(1)).drop_duplicates()
    # A final figure before a provisional one.
    best = known[known["rank"] == known.groupby(key[:3])["rank"].transform("min")]
    best = best.assign(twice=best.duplicated(key[:3], keep=False)).drop_duplicates(key[:3])[[*key, "twice"]]
    ends = ("", "_decimals", "_mark", "_twice")
    for part in _PARTS[1:]:
        one = best.set_axis([f"{part}_name", "area_id", "period", *(part + end for end in ends)], axis=1)
        figures = figures.merge(one, on=[f"{part}_name", "area_id", "period"], how="left")
    return figures


def _figures(figures):
    """Gaps taken, statuses of both sides, and where each figure stands in the file."""
    taken_off, name, la, year = (figures[one].astype("str") for one in ("minus_measure_name", "name", "la", "year"))
    gap = taken_off != ""
    mark = figures["mark"].where(figures["mark"] != "", figures["minus_measure_mark"].fillna("").where(gap, ""))
    clash, mark = mark == _CLASH, mark.replace(_CLASH, "")
    twice = {one: figures[f"{one}_twice"].eq(True) for one in _PARTS[1:]}
    counts = {one: figures[one].mask((figures[f"{one}_mark"] == _CLASH) | twice[one]) for one in _PARTS[1:3]}
    concern = (gap & twice["minus_measure"]).map({True: "duplicates-disagree", False: ""})
    # Nothing to take off: the second measure has no row for this area and year.
    alone = gap & figures["minus_measure"].isna()
    return figures.assign(
        number=(figures["number"] - figures["minus_measure"].where(gap, 0.0)).mask(mark != ""),
        decimals=figures[["decimals", "minus_measure_decimals"]].max(axis=1).astype(int),
        mark=mark.mask(alone & (mark == ""), "x"),
        locator=name + (_MINUS + taken_off).where(gap, "") + ", area " + la + ", year " + year,
        concern=concern.mask(clash, "keys-disagree"), **counts,
    )


def parts_of_gaps(locators):
    """The locators of the two figures that each gap is made of (Series of str to a frame of two columns).

    >>> parts_of_gaps(pd.Series(["Other minus FSM, area 891, year 2024"])).values.tolist()
    [['Other, area 891, year 2024', 'FSM, area 891, year 2024']]
    """
    told = locators.str.extract(f"^(.+){_MINUS}(.+)(, area .+)$")
    return pd.DataFrame({"one": told[0] + told[2], "other": told[1] + told[2]})
