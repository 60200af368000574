"""Five unbroken years of one line of figures: which they are, and whether they rise or fall."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import has_status
from cyp_helpers.compare.statistics import trend_test

YEARS = 5


def unbroken_years(known):
    """The figures of the five years that end with each whole-year figure, of one source.

    Parameters
    ----------
    known : frame of ``known_figures`` with a number

    Returns
    -------
    DataFrame indexed by those of ``known`` that cover whole years: ``0`` (the first year) to ``4`` (the figure itself), labels in
    ``known``, -1 where a year is missing or a break lies between; ``n`` (unbroken years); ``gap`` (a key of ``reasons.GAPS``).
    """
    annual = known[known["span"] > 0]
    year = annual["end"].dt.year
    keys = ["track", "open_data", "year"]
    there = (
        annual.assign(year=year).drop_duplicates(keys, keep="last").reset_index(names="label").set_index(keys)["label"]
    )
    broken = has_status(annual["status"], "b")
    labels, unbroken = {YEARS - 1: annual.index.to_series()}, ~broken
    for back in range(1, YEARS):
        wanted = pd.MultiIndex.from_arrays([annual["track"], annual["open_data"], year - back])
        found = pd.Series(there.reindex(wanted).to_numpy(), index=annual.index).where(unbroken)
        unbroken = found.notna() & ~found.map(broken).eq(True)
        labels[YEARS - 1 - back] = found
    years = pd.DataFrame(labels)[list(range(YEARS))].fillna(-1).astype(int)
    n = (years >= 0).sum(axis=1)
    gap = np.select([annual["span"] > 1, n < YEARS], ["overlapping years", "too few years"], "")
    return years.assign(n=n, gap=gap)


def trend_of(figures, years):
    """Direction of the trend and whether it is more than chance: a test of counts at 99.8%, see ``statistics.trend_test``.

    Parameters
    ----------
    figures : frame of ``known_figures``
    years : DataFrame of labels, one column for each year

    Returns
    -------
    DataFrame indexed as ``years``: ``direction`` (1 rising, -1 falling, 0 neither, NaN where no test fits) and ``tested``.
    """
    x, n = (
        figures[end].reindex(years.to_numpy().ravel()).to_numpy().reshape(years.shape)
        for end in ("numerator", "denominator")
    )
    share = (figures["unit"].reindex(years[YEARS - 1]) == "percent").to_numpy()
    counted = figures["per"].reindex(years[YEARS - 1]).notna().to_numpy()
    direction = np.full(len(years), np.nan)
    for kind, rows in (("proportion", share & counted), ("rate", ~share & counted)):
        trend = trend_test(x[rows], n[rows], kind)
        told = np.where(trend.significant, np.sign(trend.slope), 0.0)
        direction[rows] = np.where(np.isnan(trend.chi_squared), np.nan, told)
    return pd.DataFrame({"direction": direction, "tested": ~np.isnan(direction)}, index=years.index)
