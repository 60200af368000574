"""The published figures of all areas as dense arrays, line x area x year, as they were known on a day.

A line is one series and breakdown over one kind of year. A slot stands for a year, so a year without a figure is a
gap and not a neighbour; months, quarters and days have no place here.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cyp_helpers.register.periods import parse_periods

COLUMNS = ["series_id", "breakdown", "area_id", "period", "value", "status", "numerator", "denominator", "published"]
TOTALS = ("count", "average count", "million pounds")  # grow with the area, so areas are not set side by side


@dataclass(frozen=True)
class Panel:
    """Figures in arrays of the shape (lines, areas, years).

    Attributes
    ----------
    lines : DataFrame, a row for each line: series_id, breakdown, kind (of year), span (years that one figure covers),
        polarity (higher, lower, none), test (proportion, rate or ''), per (what the unit counts by, 100 for
        percentages), comparable (between areas)
    areas : Index of area ids
    years : array of int, the year in which the period ends
    value : float, NaN where there is no figure
    half : float, half a unit of the last printed digit, 0 for exact units
    numerator, denominator : float, NaN where not published
    breaks : bool, the publisher marks a break at this figure (status b)
    row : int, position of the figure in the published table, -1 where there is none
    """

    lines: pd.DataFrame
    areas: pd.Index
    years: np.ndarray
    value: np.ndarray
    half: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    breaks: np.ndarray
    row: np.ndarray


def measures_of(register):
    """What the register says of each series: ``unit``, ``polarity``, ``exact`` (bool) and ``chance_note`` (why chance is not
    tested, '' where it is), indexed by ``series_id``."""
    series = register.table("series").set_index("series_id")["indicator_id"]
    indicators = register.table("indicators").set_index("indicator_id")[["unit", "polarity", "chance_note"]]
    exact = register.table("units").set_index("unit")["exact"] == "true"
    measures = indicators.reindex(series).set_axis(series.index)
    return measures.assign(exact=measures["unit"].map(exact).fillna(False).astype(bool))


def build_panel(published, measures, areas, as_at=None):
    """Arrange the figures of whole years by line, area and year.

    Parameters
    ----------
    published : DataFrame with ``COLUMNS``, the table ``published`` of the register; ``published`` as 2017-03-31
    measures : DataFrame of ``measures_of``; rows of a series that it does not know are left out
    areas : Index of all area ids; rows of another area are left out
    as_at : date; a figure published later is not known, and of several editions of a figure the newest known counts

    Returns
    -------
    Panel with lines in order of series and breakdown, the areas as given, and every year from the first to the last.

    >>> panel = build_panel(register.table("published"), measures_of(register), areas, "2018-03-31")  # doctest: +SKIP
    >>> panel.value.shape  # doctest: +SKIP
    (52, 174, 12)
    """
    period, forms = pd.factorize(published["period"])
    years = _read_years(forms)
    rows = _known_rows(published, measures, areas, as_at)
    rows = rows[(years["span"].to_numpy() > 0)[period[rows]]]
    line, lines = _find_lines(published, rows, period, years["kind"])
    area, area_ids = pd.factorize(published["area_id"])
    area = areas.get_indexer(area_ids)[area[rows]]
    year = years["year"].to_numpy()[period[rows]]
    slots = np.arange(year.min(), year.max() + 1) if year.size else np.zeros(1, dtype=int)

    shape = (len(lines), len(areas), len(slots))
    cell = np.ravel_multi_index((line, area, year - slots[0]), shape)
    newest = np.full(np.prod(shape), -1)
    np.maximum.at(newest, cell, np.arange(len(rows)))  # rows are in order of publication: the last one counts
    filled = np.flatnonzero(newest >= 0)
    lines = _describe(lines, measures, years)
    return _fill(published, rows[newest[filled]], filled, shape, lines, areas, slots)


# ---- which rows, in which lines ----


def _known_rows(published, measures, areas, as_at):
    """Positions of the rows known on a day, in order of publication."""
    known = published["series_id"].isin(measures.index) & published["area_id"].isin(areas)
    if as_at is not None:
        known &= published["published"] <= f"{pd.Timestamp(as_at):%Y-%m-%d}"
    rows = np.flatnonzero(known)
    day, days = pd.factorize(published["published"], sort=True)
    day = day.astype(np.min_scalar_type(len(days)))  # small integers sort five times as fast
    return rows[np.argsort(day[rows], kind="stable")]


def _find_lines(published, rows, period, kind_of_form):
    """The line of each row, and the lines in order of series, breakdown and kind of year."""
    series, series_ids = pd.factorize(published["series_id"], sort=True)
    breakdown, breakdowns = pd.factorize(published["breakdown"], sort=True)
    kind, kinds = pd.factorize(kind_of_form, sort=True)
    sizes = (len(series_ids), len(breakdowns), len(kinds))
    codes = np.ravel_multi_index((series[rows], breakdown[rows], kind[period[rows]]), sizes)
    line, keys = pd.factorize(codes, sort=True)
    series, breakdown, kind = np.unravel_index(keys, sizes)
    names = {"series_id": series_ids[series], "breakdown": breakdowns[breakdown], "kind": kinds[kind]}
    return line, pd.DataFrame(names)


# ---- reading what is printed ----


def _read_years(forms):
    """``kind``, ``year`` of the end and ``span`` in years of each period form; span 0 where it is not whole years."""
    parsed = parse_periods(pd.Series(forms, dtype="str"))
    whole = parsed["kind"].str.contains("year", na=False)
    return pd.DataFrame(
        {
            "kind": parsed["kind"].where(whole, ""),
            "year": parsed["end"].dt.year.fillna(0).astype(int),
            "span": (parsed["months"] // 12).where(whole, 0).astype(int),
        }
    )


def _read_values(texts):
    """Number and half a unit of the last printed digit, from distinct texts."""
    texts = pd.Series(texts, dtype="str")
    point = texts.str.find(".")
    places = (texts.str.len() - point - 1).where(point >= 0, 0)
    return pd.to_numeric(texts, errors="coerce").to_numpy(float), 0.5 * 10.0 ** -places.to_numpy(float)


def _describe(lines, measures, years):
    """Add what the tests need to know of each line."""
    measure = measures.reindex(lines["series_id"]).reset_index(drop=True)
    rate = pd.to_numeric(measure["unit"].str.extract(r"^rate per ([\d,]+)$")[0].str.replace(",", ""))
    share = measure["unit"] == "percent"
    tested = measure["chance_note"] == ""
    return lines.assign(
        span=lines["kind"].map(years.drop_duplicates("kind").set_index("kind")["span"]),
        polarity=measure["polarity"],
        exact=measure["exact"],
        test=np.select([share & tested, rate.notna() & tested], ["proportion", "rate"], ""),
        per=rate.fillna(1.0).mask(share, 100.0),
        comparable=~measure["unit"].isin(TOTALS),
    )


# ---- arranging ----


def _fill(published, rows, cell, shape, lines, areas, years):
    """Put the chosen rows of the table into their cells."""

    def arrange(values, empty):
        array = np.full(np.prod(shape, dtype=int), empty, dtype=np.asarray(values).dtype)
        array[cell] = values
        return array.reshape(shape)

    text, texts = pd.factorize(published["value"])
    status, statuses = pd.factorize(published["status"])
    number, half = _read_values(texts)
    marked = np.array(["b" in codes.split() for codes in statuses], dtype=bool)
    half = arrange(half[text[rows]], np.nan)
    half[lines["exact"].to_numpy(bool)] = 0.0
    return Panel(
        lines=lines,
        areas=areas,
        years=years,
        value=arrange(number[text[rows]], np.nan),
        half=half,
        numerator=arrange(published["numerator"].to_numpy(float)[rows], np.nan),
        denominator=arrange(published["denominator"].to_numpy(float)[rows], np.nan),
        breaks=arrange(marked[status[rows]], False),
        row=arrange(rows.astype(np.int32), -1),
    )
