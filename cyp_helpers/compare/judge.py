"""The one judge: what two figures say of each other, and how often what stood out so far still did a year later."""

from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cyp_helpers.compare.figures import SLACK, choose, matching, spread
from cyp_helpers.compare.pairs import COMPARATOR, OVER_TIME
from cyp_helpers.compare.promise import CLEAR_PROMISE, CLEAR_SCORE, as_numbers, promise_tables, promises, scores
from cyp_helpers.compare.scale import children, yearly_changes
from cyp_helpers.compare.statistics import proportion_differs_from, proportions_differ, rate_differs_from, rates_differ
from cyp_helpers.register.tables import ENGLAND

_LEVEL = 0.05
_SERIES = ["series_id", "breakdown"]
COUNTS_AGREE, COUNTS_DISAGREE = "counts agree", "counts say the opposite"
COUNTS_CHANCE = "counts say no more than chance"


class Evidence(StrEnum):
    """How sure a verdict is."""

    CLEAR = "clear"
    UNCLEAR = "unclear"
    NOT_TESTED = "not tested"
    STATED = "stated"
    HIDDEN = "cannot tell from rounded figures"


class Verdict(StrEnum):
    """Every verdict, in the order in which they are told."""

    NOT_MET = "not met"
    OFF_TRACK = "off track"
    WORSENED = "worsened"
    WORSENING = "worsening"
    FALLING_BEHIND = "falling behind"
    WORSE = "worse"
    MET = "met"
    ON_TRACK = "on track"
    IMPROVED = "improved"
    IMPROVING = "improving"
    GAINING_GROUND = "gaining ground"
    BETTER = "better"
    INCREASED = "increased"
    INCREASING = "increasing"
    DECREASED = "decreased"
    DECREASING = "decreasing"
    HIGHER = "higher"
    LOWER = "lower"
    NO_CHANGE = "no clear change"
    NO_DIFFERENCE = "no clear difference"
    HIDDEN = "cannot tell from rounded figures"
    NOT_ASSESSED = "not assessed"
    NOT_COMPARED = "not compared"

    @property
    def good(self):
        """1 for good news, -1 for bad, 0 for neither."""
        return (self in _GOOD) - (self in _BAD)

    @property
    def sign(self):
        """The sign that stands beside the word, never instead of it; '' where there is nothing to sign."""
        return {1: "✓", -1: "✗"}.get(self.good, "")


_V = Verdict
_GOOD = {_V.MET, _V.ON_TRACK, _V.IMPROVED, _V.IMPROVING, _V.GAINING_GROUND, _V.BETTER}
_BAD = {_V.NOT_MET, _V.OFF_TRACK, _V.WORSENED, _V.WORSENING, _V.FALLING_BEHIND, _V.WORSE}
NO_VERDICT = (_V.NOT_COMPARED, _V.NOT_ASSESSED)


def _words(worse, better, lower, higher, neither):
    """Below, neither and above what the figure is set against, where higher is better, lower is, neither is."""
    return [worse, neither, better, better, neither, worse, lower, neither, higher]


# By what is asked; an array, from which words are taken by code: a comparison of text takes ten times as long.
_TIME, _AREA, _TREND, _OPPOSED = range(4)  # opposed: moved less than others did, or the other way
_CELLS = pd.array([str(verdict) for verdict in [
    *_words(_V.WORSENED, _V.IMPROVED, _V.DECREASED, _V.INCREASED, _V.NO_CHANGE),
    *_words(_V.WORSE, _V.BETTER, _V.LOWER, _V.HIGHER, _V.NO_DIFFERENCE),
    *_words(_V.WORSENING, _V.IMPROVING, _V.DECREASING, _V.INCREASING, _V.NO_CHANGE),
    *_words(_V.FALLING_BEHIND, _V.GAINING_GROUND, _V.NO_CHANGE, _V.NO_CHANGE, _V.NO_CHANGE),
    _V.NOT_COMPARED,
]], dtype="str")
_COMPARATORS = pd.array(COMPARATOR.categories, dtype="str")


def judge(figures, pairs, years, register, only=None):
    """Direction, evidence and verdict of each pair of ``pair_figures``, or of those for which ``only`` is True.

    Clear: the score (``promise.scores``) is beyond 1.96, and of 100 like cases at least 85 (beside areas) or 75 (since
    last year, over five years) still stood on that side a year later. Only what is clear has a direction. Where counts
    are published, exact tests at 95% are a second sign; where no scale is known but counts are, they give the score,
    divided by the root of the median overdispersion of all series. Rounding goes before all: what it could turn round
    is not told.

    Returns: ``pairs`` with ``england_difference`` (over time, how England moved between the same two periods),
    ``score`` (positive above), ``promise`` (of 100), ``counts`` (what a test of counts says, '' where there is none),
    ``direction`` (1 above, over time more than others; -1 below; 0 not clear; NaN where not compared), ``evidence`` (''
    where not compared), ``verdict``, and ``later`` (the scale or the promise was learnt later), ``by_counts``,
    ``support`` and ``scale`` (what the figure ordinarily moves in a year).
    """
    numbers, words = ["number", "low", "high", "numerator", "denominator", "per", "end"], ["unit", "polarity", *_SERIES]
    facts = figures[numbers + words].astype(dict.fromkeys(words, "category"))  # codes are taken along faster than text
    every, pairs = pairs, pairs if only is None else pairs[only]
    pairs = pairs.astype({"comparator": COMPARATOR})
    mine = facts.reindex(pairs["figure"]).set_axis(pairs.index)
    compared = (pairs["gap"] == "") & pairs["other_number"].notna()
    over_time, of_two = pairs["comparator"].isin(OVER_TIME), compared & (pairs["comparator"] != "five_years")
    p_value, gap = _chance(mine, pairs, of_two, over_time)
    scored = _scored(figures, pairs, every, years, register, p_value, gap, mine)
    told = pairs[["comparator", "difference"]].assign(
        **scored, polarity=mine["polarity"], compared=compared, hidden=of_two & ~_apart(mine, pairs)
    )
    tested, towards = p_value.notna() & compared, np.sign(scored["score"].fillna(pairs["difference"]))
    counts = choose(
        pairs.index, (tested & (p_value >= _LEVEL), COUNTS_CHANCE), (tested & (np.sign(gap) == towards), COUNTS_AGREE),
        (tested, COUNTS_DISAGREE)
    )
    return pairs.assign(
        comparator=_COMPARATORS.take(pairs["comparator"].cat.codes),
        england_difference=_england_moved(figures, pairs, over_time), **scored, counts=counts, **verdicts(told)
    )


def verdicts(rows):
    """``direction, evidence, verdict`` from ``comparator, polarity, difference, score, promise, compared`` and
    ``hidden`` (by rounding).

    >>> row = {"comparator": "england", "polarity": "lower", "difference": 3.6, "compared": True, "hidden": False}
    >>> verdicts(pd.DataFrame([{**row, "score": 2.4, "promise": 92.0}]))[["evidence", "verdict"]].values.tolist()
    [['clear', 'worse']]
    """
    over_time, compared = rows["comparator"].isin(OVER_TIME), rows["compared"]
    sign = np.sign(rows["score"])
    enough = rows["promise"] >= rows["comparator"].map(CLEAR_PROMISE).astype(float)
    clear = (rows["score"].abs() > CLEAR_SCORE) & enough & compared & ~rows["hidden"]
    opposed = over_time & (sign != np.sign(rows["difference"]))
    question = np.select([opposed, rows["comparator"] == "five_years", over_time], [_OPPOSED, _TREND, _TIME], _AREA)
    polarity = pd.Categorical(rows["polarity"], ["higher", "lower", "none"]).codes.astype(int)
    cells = (3 * question + polarity) * 3 + sign.where(clear, 0.0).to_numpy().astype(int) + 1
    clear &= np.array([word != Verdict.NO_CHANGE for word in _CELLS])[cells]
    evidence = choose(
        rows.index, (~compared, ""), (rows["hidden"], Evidence.HIDDEN), (clear, Evidence.CLEAR),
        (rows["promise"].notna(), Evidence.UNCLEAR), otherwise=Evidence.NOT_TESTED
    )
    verdict = _CELLS.take(np.where(compared, cells, len(_CELLS) - 1))
    direction = sign.where(clear, 0.0).where(compared)
    return pd.DataFrame({"direction": direction, "evidence": evidence, "verdict": verdict}, rows.index)


def _england_moved(figures, pairs, over_time):
    """How England's figure moved between the two periods of each pair over time, of the same source."""
    rows = pairs.loc[over_time & (pairs["other"] >= 0), ["figure", "other"]]
    is_england = figures["area_id"] == ENGLAND
    keys = ["cell", "open_data"]
    england = figures[is_england & (figures["cell"] >= 0) & figures["number"].notna()]
    beside = matching(figures, england, keys, "number")
    moved = beside.mask(is_england).reindex(rows["figure"]).to_numpy() - beside.reindex(rows["other"]).to_numpy()
    return spread(pd.Series(moved, rows.index).round(9), pairs.index)


def _scored(figures, pairs, every, years, register, p_value, gap, mine):
    """Score and promise of each pair; where no scale is known, the score is that of its counts."""
    if not pairs["comparator"].isin(list(CLEAR_PROMISE)).any():
        none = pd.DataFrame(np.nan, pairs.index, ["promise", "score", "support", "scale"])
        return none.assign(later=False, by_counts=False)
    variation = as_numbers(register.table("usual-variation")).set_index(_SERIES)
    lines = figures.drop_duplicates("line").set_index("line")[[*_SERIES, "indicator_id"]]
    series = register.table("series").set_index("series_id")["indicator_id"]
    # A series that is too young has the scale of the same indicator on another definition.
    kin = variation[["a", "b"]].groupby(variation.index.get_level_values("series_id").map(series)).median()
    later = lines.join(variation[["a", "b"]], on=_SERIES).fillna(lines.join(kin, on="indicator_id"))
    later = later[["a", "b"]].dropna()
    size, ever = (children(one.table("published")) for one in (register, register.whole))
    size = size.combine_first(ever)
    found = scores(figures, pairs, years, yearly_changes(figures, every), size, later, every)
    of_counts = np.sign(gap) * -ndtri(p_value / 2) / np.sqrt(variation["overdispersion"].median())
    by_counts = found["score"].isna() & of_counts.notna() & pairs["comparator"].isin(list(CLEAR_PROMISE))
    score = found["score"].where(~by_counts, of_counts)
    asked = mine[_SERIES].assign(comparator=pairs["comparator"], year=mine["end"].dt.year, score=score)
    asked["support"] = found["support"]
    promised = promises(asked, *promise_tables(register))
    later = found["later"] | promised.pop("promise_later")
    return promised.assign(score=score, **found[["support", "scale"]], later=later, by_counts=by_counts)


def _apart(mine, pairs):
    """Whether two figures differ whatever their rounding hides, or are equal and exact."""
    exact = (mine["low"] == mine["high"]) & (pairs["other_low"] == pairs["other_high"])
    same = exact & (mine["number"] == pairs["other_number"])
    return same | (mine["low"] >= pairs["other_high"] - SLACK) | (mine["high"] <= pairs["other_low"] + SLACK)


def _chance(mine, pairs, asked, over_time):
    """p value of each pair that has counts, and the gap; over time both are samples, else the other is known."""
    counted = mine["denominator"].notna() & (pairs["other_denominator"].notna() | ~over_time)
    asked = asked & mine["per"].notna() & counted
    read = ["other_numerator", "other_denominator", "other_low", "other_high"]
    rows, other, over_time = mine[asked], pairs.loc[asked, read], over_time[asked]
    x, n, per = rows["numerator"], rows["denominator"], rows["per"]
    own = x / n.where(n > 0)
    x0, n0 = other["other_numerator"], other["other_denominator"]
    share = rows["unit"] == "percent"
    # The nearest value that the other figure can stand for.
    bounded = np.isfinite(other["other_low"]) & np.isfinite(other["other_high"])
    nearest = own.clip((other["other_low"] / per).clip(lower=0), other["other_high"] / per).where(bounded)
    p_value = pd.Series(np.nan, index=rows.index)
    for which, test, given in (
        (over_time & share, proportions_differ, (x, n, x0, n0)),
        (over_time & ~share, rates_differ, (x, n, x0, n0)),
        (~over_time & share, proportion_differs_from, (x, n, nearest)),
        (~over_time & ~share, rate_differs_from, (x, n, nearest)),
    ):
        p_value[which] = test(*(one[which] for one in given))
    gap = (own - x0 / n0.where(n0 > 0)).where(over_time, own - nearest)
    return spread(p_value, pairs.index), spread(gap, pairs.index)
