"""The one judge: what two figures say of each other, and how sure that is."""

from enum import StrEnum

import numpy as np
import pandas as pd

from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.compare.statistics import (
    proportion_differs_from,
    proportions_differ,
    rate_differs_from,
    rates_differ,
)
from cyp_helpers.compare.years import YEARS, trend_of

_LEVEL = 0.05
_SLACK = 1e-9  # noise of binary fractions, far below any printed digit


class Evidence(StrEnum):
    """How sure a verdict is."""

    BEYOND = "beyond chance"
    WITHIN = "within chance"
    NOT_TESTED = "chance not tested"
    STATED = "stated"


class Verdict(StrEnum):
    """Every verdict, in the order in which they are told."""

    NOT_MET = "not met"
    OFF_TRACK = "off track"
    WORSENED = "worsened"
    WORSENING = "worsening"
    WORSE = "worse"
    MET = "met"
    ON_TRACK = "on track"
    IMPROVED = "improved"
    IMPROVING = "improving"
    BETTER = "better"
    INCREASED = "increased"
    INCREASING = "increasing"
    DECREASED = "decreased"
    DECREASING = "decreasing"
    HIGHER = "higher"
    LOWER = "lower"
    NO_CHANGE = "no clear change"
    NO_TREND = "no significant trend"
    SIMILAR = "similar"
    HIDDEN = "cannot tell from rounded figures"
    NOT_TESTABLE = "cannot be tested"
    NOT_ASSESSED = "not assessed"
    NOT_COMPARED = "not compared"

    @property
    def good(self):
        """1 for good news, -1 for bad, 0 for neither."""
        return (self in _GOOD) - (self in _BAD)

    @property
    def sign(self):
        """The sign that stands beside the word, never instead of it; none that begins a formula where a cell is copied into a sheet."""
        if self in _LEVEL_ONES:
            return "≈"
        return {1: "✓", -1: "✗"}.get(self.good, "?" if self == Verdict.HIDDEN else "–")


_V = Verdict
_GOOD = {_V.MET, _V.ON_TRACK, _V.IMPROVED, _V.IMPROVING, _V.BETTER}
_BAD = {_V.NOT_MET, _V.OFF_TRACK, _V.WORSENED, _V.WORSENING, _V.WORSE}
_LEVEL_ONES = {_V.NO_CHANGE, _V.NO_TREND, _V.SIMILAR}
NO_VERDICT = (_V.NOT_COMPARED, _V.NOT_ASSESSED, _V.NOT_TESTABLE)
# Below, neither and above what the figure is set against, by what is asked and by polarity.
_WORDS = {
    "time": {
        "higher": (_V.WORSENED, _V.NO_CHANGE, _V.IMPROVED),
        "lower": (_V.IMPROVED, _V.NO_CHANGE, _V.WORSENED),
        "none": (_V.DECREASED, _V.NO_CHANGE, _V.INCREASED),
    },
    "area": {
        "higher": (_V.WORSE, _V.SIMILAR, _V.BETTER),
        "lower": (_V.BETTER, _V.SIMILAR, _V.WORSE),
        "none": (_V.LOWER, _V.SIMILAR, _V.HIGHER),
    },
    "trend": {
        "higher": (_V.WORSENING, _V.NO_TREND, _V.IMPROVING),
        "lower": (_V.IMPROVING, _V.NO_TREND, _V.WORSENING),
        "none": (_V.DECREASING, _V.NO_TREND, _V.INCREASING),
    },
}


def verdict_words(question, polarity, direction):
    """The verdict for each direction (1 above, -1 below, 0 neither).

    Parameters
    ----------
    question : Series of "time", "area" or "trend"
    polarity : Series of "higher", "lower" or "none"
    direction : Series of numbers

    >>> verdict_words(pd.Series(["time"]), pd.Series(["lower"]), pd.Series([1])).tolist()
    ['worsened']
    """
    words = {
        (q, p, d): str(word)
        for q, table in _WORDS.items()
        for p, told in table.items()
        for d, word in zip((-1, 0, 1), told)
    }
    index = pd.MultiIndex.from_tuples(words)
    wanted = pd.MultiIndex.from_arrays([question, polarity, direction.fillna(0).astype(int)])
    return pd.Series(
        np.array(list(words.values()), dtype=object)[index.get_indexer(wanted)], index=direction.index, dtype="str"
    )


def judge(figures, pairs):
    """Difference, direction, evidence and verdict of each pair.

    Chance is tested where both counts fit: over time a two-proportion or two-rate test, beside an area the figure against a
    benchmark that counts as known but for its rounding, at 95%. Where it is not tested, rounding may hide the answer.

    Parameters
    ----------
    figures : frame of ``known_figures``
    pairs : frame of ``pair_figures``

    Returns
    -------
    ``pairs`` with ``difference`` (figure less other, in its unit), ``direction`` (1 above, -1 below, 0 neither, NaN where rounding
    hides it or nothing is compared), ``evidence`` ('' where nothing is compared) and ``verdict``.
    """
    mine = figures[["number", "low", "high", "numerator", "denominator", "per", "unit", "polarity"]]
    mine = mine.reindex(pairs["figure"]).set_axis(pairs.index)
    trend = pairs["comparator"] == "five_years"
    trends = _trends(figures, pairs[trend & (pairs["gap"] == "")]).reindex(pairs.index)
    pairs = pairs.assign(gap=pairs["gap"].mask(trend & (pairs["gap"] == "") & trends.isna(), "no counts"))
    compared = (pairs["gap"] == "") & pairs["other_number"].notna()
    over_time = pairs["comparator"].isin(OVER_TIME)
    tested = compared & ~trend & mine["per"].notna() & mine["denominator"].notna()
    tested &= pairs["other_denominator"].notna() | ~over_time
    p_value, gap = _chance(mine[tested], pairs[tested], over_time[tested])
    p_value, gap = p_value.reindex(pairs.index), gap.reindex(pairs.index)
    exact = (mine["low"] == mine["high"]) & (pairs["other_low"] == pairs["other_high"])
    same = exact & (mine["number"] == pairs["other_number"])
    above = (mine["low"] >= pairs["other_high"] - _SLACK) & ~same
    below = (mine["high"] <= pairs["other_low"] + _SLACK) & ~same
    by_rounding = np.select([same, above, below], [0.0, 1.0, -1.0], np.nan)
    by_test = np.sign(gap).where(p_value < _LEVEL, 0.0)
    direction = pd.Series(np.where(p_value.notna(), by_test, by_rounding), index=pairs.index)
    direction = direction.mask(trend, trends).where(compared)
    beyond = (p_value < _LEVEL) | (trend & (direction != 0))
    evidence = np.select(
        [~compared, beyond, p_value.notna() | trend], ["", Evidence.BEYOND, Evidence.WITHIN], Evidence.NOT_TESTED
    )
    question = pd.Series(np.select([trend, over_time], ["trend", "time"], "area"), index=pairs.index)
    verdict = verdict_words(question, mine["polarity"], direction)
    return pairs.assign(
        difference=(mine["number"] - pairs["other_number"]).where(compared).round(9),
        direction=direction,
        evidence=evidence,
        verdict=verdict.mask(direction.isna(), Verdict.HIDDEN.value).where(compared, Verdict.NOT_COMPARED.value),
    )


def _trends(figures, pairs):
    years = pairs.reindex(columns=[f"year_{n}" for n in range(YEARS)]).astype("Int64").astype(int)
    return trend_of(figures, years.set_axis(range(YEARS), axis=1))["direction"]


def _chance(mine, pairs, over_time):
    """p value of each pair, and the gap between its counts."""
    x, n, per = mine["numerator"], mine["denominator"], mine["per"]
    own = x / n.where(n > 0)
    x0, n0 = pairs["other_numerator"], pairs["other_denominator"]
    share = mine["unit"] == "percent"
    twice = np.where(share, proportions_differ(x, n, x0, n0), rates_differ(x, n, x0, n0))
    # The nearest value that the other figure can stand for.
    bounded = np.isfinite(pairs["other_low"]) & np.isfinite(pairs["other_high"])
    nearest = own.clip((pairs["other_low"] / per).clip(lower=0), pairs["other_high"] / per).where(bounded)
    once = np.where(share, proportion_differs_from(x, n, nearest), rate_differs_from(x, n, nearest))
    p_value = pd.Series(np.where(over_time, twice, once), index=mine.index)
    return p_value, (own - x0 / n0.where(n0 > 0)).where(over_time, own - nearest)


def against_level(rows, low, high):
    """Direction and evidence of figures against a level that counts as known, such as a target.

    Parameters
    ----------
    rows : DataFrame with ``number, low, high, numerator, denominator, per, unit``
    low, high : Series, the ends of what the printed level can stand for

    Returns
    -------
    Series of ``Evidence``.
    """
    pairs = pd.DataFrame({"other_low": low, "other_high": high, "other_numerator": np.nan, "other_denominator": np.nan})
    p_value, _ = _chance(rows, pairs, pd.Series(False, index=rows.index))
    p_value = p_value.where(rows["per"].notna())
    told = np.select([p_value < _LEVEL, p_value.notna()], [Evidence.BEYOND, Evidence.WITHIN], Evidence.NOT_TESTED)
    return pd.Series(told, index=rows.index, dtype="str")
