"""Every published figure against its past, England, its region, its neighbours and all authorities, as arrays.

Arrays have the shape (lines, areas, years) of a ``Panel``. Lines are worked in blocks, so that what a block needs
stays in the processor's cache and memory does not grow with the table.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np

from cyp_helpers.compare.statistics import (
    TREND_POINTS,
    competition_ranks,
    proportion_differs_from,
    proportions_differ,
    quartile_bands,
    rate_differs_from,
    rate_interval,
    rates_differ,
    trend_test,
    wilson_interval,
)

# evidence; blurred: rounding could hide the answer
NONE, BEYOND, WITHIN, UNTESTED, BLURRED = np.arange(5, dtype=np.int8)
TESTED, TOO_FEW, NO_COUNTS, OVERLAPPING = np.arange(4, dtype=np.int8)  # why there is no trend
_INTERVAL = {"proportion": wilson_interval, "rate": rate_interval}
_TWO_DIFFER = {"proportion": proportions_differ, "rate": rates_differ}
_DIFFERS_FROM = {"proportion": proportion_differs_from, "rate": rate_differs_from}
_ALPHA = 0.05
_BLOCK_CELLS = 60_000  # half a megabyte for each array of a block
_NOISE = 1e-9  # of binary fractions, far below any printed digit


def judge_all(panel, peers, average="mean"):
    """Work out every comparison of every figure.

    Parameters
    ----------
    panel : Panel
    peers : Peers of the panel's areas
    average : "mean" or "median" of the neighbours

    Returns
    -------
    dict of arrays (lines, areas, years), named as the columns of ``standing_table``; in the unit of the indicator:

    - ``interval_low, interval_high``: 95%, NaN without counts
    - for each of previous, england, region, neighbours: ``_value``, ``_difference``, ``_direction`` (1 above, -1
      below, 0) and ``_evidence`` (NONE where not compared, BEYOND, WITHIN, UNTESTED, BLURRED)
    - ``previous_slot``: position of the previous year with a figure, -1 where there is none or a break lies between
    - ``neighbours_n, neighbours_low, neighbours_high``: how many have a figure, and their range
    - ``rank, rank_of, rank_ties, band``: among local authorities, 1 is best; 0 where there is none
    - ``trend_direction, trend_evidence, trend_chi_squared, trend_points, trend_why`` (TESTED, TOO_FEW ...) and
      ``trend_holds`` with any one year left out

    >>> judge_all(panel, peers)["rank"].shape == panel.value.shape  # doctest: +SKIP
    True
    """
    blocks = list(_blocks(panel))
    judged = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:  # numpy lets go of the lock while it works
        parts = pool.map(lambda block: _judge_block(_take(panel, block[1]), peers, block[0], average), blocks)
        for (_, chosen), part in zip(blocks, parts):
            for name, array in part.items():
                if name not in judged:
                    judged[name] = np.empty(panel.value.shape, dtype=array.dtype)
                judged[name][chosen] = array
    return judged


def _blocks(panel):
    """Positions of the lines of each block with the test that they share; one empty block where there are no lines."""
    size = max(1, _BLOCK_CELLS // max(1, panel.value[:1].size))
    of_test = panel.lines.groupby("test").indices or {"": np.arange(0)}
    for test, lines in of_test.items():
        for start in range(0, max(1, len(lines)), size):
            yield test, lines[start : start + size]


def _take(panel, chosen):
    """A panel of some lines."""
    whole = {field.name: getattr(panel, field.name) for field in fields(panel)}
    arrays = {name: part[chosen] for name, part in whole.items() if getattr(part, "ndim", 0) == 3}
    return replace(panel, lines=panel.lines.iloc[chosen], **arrays)


def _judge_block(block, peers, test, average):
    return {
        **_intervals(block, test),
        **_named("previous", _previous(block, test)),
        **_named("england", _beside(block, test, *_england(block, peers))),
        **_named("region", _beside(block, test, *_region(block, peers))),
        **_named("neighbours", _neighbours(block, peers, test, average)),
        **_ranks(block, peers),
        **_trend(block, test),
    }


def _named(comparator, parts):
    return {f"{comparator}_{name}": array for name, array in parts.items()}


def _column(block, name):
    """A column of the lines, shaped to go with their arrays."""
    return block.lines[name].to_numpy()[:, None, None]


def _intervals(block, test):
    if not test:
        nothing = np.full(block.value.shape, np.nan)
        return {"interval_low": nothing, "interval_high": nothing}
    low, high = _INTERVAL[test](block.numerator, block.denominator)
    per = _column(block, "per")
    return {"interval_low": low * per, "interval_high": high * per}


# ---- two figures beside each other ----


def _judge(value, half, other, other_half, gap, p_value):
    """Direction and evidence. ``gap`` and ``p_value`` are of the counts, NaN where there are none to test."""
    difference = value - other
    untested = np.isnan(p_value)
    blurred = np.abs(difference) + _NOISE < half + other_half
    evidence = np.where(p_value < _ALPHA, BEYOND, WITHIN)
    evidence = np.where(untested, np.where(blurred, BLURRED, UNTESTED), evidence)
    evidence = np.where(np.isnan(difference), NONE, evidence)
    told = (evidence == BEYOND) | (evidence == UNTESTED)
    direction = np.where(told, _sign(np.where(untested, difference, gap)), np.int8(0))
    return {"value": other, "difference": difference, "direction": direction, "evidence": evidence}


def _sign(array):
    """1, -1 or 0, which also stands for NaN."""
    return (array > 0).astype(np.int8) - (array < 0)


def _previous(block, test):
    """The last earlier year with a figure, even where a year was skipped, if no break lies between."""
    found = ~np.isnan(block.value)
    slots = np.arange(len(block.years), dtype=np.int16)
    newest = np.maximum.accumulate(np.where(found, slots, np.int16(-1)), axis=-1)
    before = np.full_like(newest, -1)
    before[..., 1:] = newest[..., :-1]
    last_break = np.maximum.accumulate(np.where(block.breaks, slots, np.int16(-1)), axis=-1)
    before[(before < last_break) | ~found] = -1

    def earlier(array):
        return np.where(before >= 0, np.take_along_axis(array, np.maximum(before, 0), -1), np.nan)

    gap = p_value = np.full(block.value.shape, np.nan)
    if test:
        x, n, x0, n0 = block.numerator, block.denominator, earlier(block.numerator), earlier(block.denominator)
        p_value = _TWO_DIFFER[test](x, n, x0, n0)
        p_value[slots - before < _column(block, "span")] = np.nan  # shared years: the two are not independent
        gap = _ratio(x, n) - _ratio(x0, n0)
    judged = _judge(block.value, block.half, earlier(block.value), earlier(block.half), gap, p_value)
    return {**judged, "slot": before}


def _beside(block, test, other, other_half):
    """Against a benchmark that is taken as known but for its rounding: the nearest value that it can stand for."""
    other = np.broadcast_to(np.where(_column(block, "comparable"), other, np.nan), block.value.shape)
    gap = p_value = np.full(block.value.shape, np.nan)
    if test:
        per = _column(block, "per")
        own = _ratio(block.numerator, block.denominator)
        nearest = np.clip(own, np.maximum((other - other_half) / per, 0), (other + other_half) / per)
        p_value = _DIFFERS_FROM[test](block.numerator, block.denominator, nearest)
        gap = own - nearest
    return _judge(block.value, block.half, other, other_half, gap, p_value)


def _ratio(numerator, denominator):
    return numerator / np.where(denominator > 0, denominator, np.nan)


# ---- whom a figure stands beside ----


def _england(block, peers):
    """England's figure and the half of its last digit, for all areas but itself."""
    if peers.england < 0:
        return np.full((2, 1, 1, 1), np.nan)
    own = slice(peers.england, peers.england + 1)
    value, half = block.value[:, own], block.half[:, own]
    members = np.flatnonzero(peers.authority)
    value = _inside_range(value, half, block, members, np.zeros(min(1, len(members)), dtype=int))
    value = np.broadcast_to(value, block.value.shape).copy()
    value[:, peers.england] = np.nan
    return value, half


def _region(block, peers):
    """The figure of each authority's region and the half of its last digit."""
    members = np.argsort(peers.region, kind="stable")
    members = members[peers.region[members] >= 0]
    regions, starts = np.unique(peers.region[members], return_index=True)
    half = block.half[:, regions]
    value = _inside_range(block.value[:, regions], half, block, members, starts)
    place = np.searchsorted(regions, peers.region)
    empty = np.full((len(value), 1, value.shape[2]), np.nan)
    value, half = (np.concatenate([part, empty], axis=1) for part in (value, half))
    place[peers.region < 0] = len(regions)
    return value[:, place], half[:, place]


def _inside_range(value, half, block, members, starts):
    """An average outside the range of its members cannot be right: NaN there.

    Judged only where half of the members or more have a figure; a few published figures do not bound an average.

    ``members`` are positions of areas, group after group; ``starts`` say where each group begins.
    """
    if not len(members):
        return value
    figures, slack = block.value[:, members], block.half[:, members]
    lowest = np.fmin.reduceat(figures - slack, starts, axis=1)
    highest = np.fmax.reduceat(figures + slack, starts, axis=1)
    known = np.add.reduceat(~np.isnan(figures), starts, axis=1, dtype=int)
    enough = 2 * known >= np.diff(np.append(starts, len(members)))[:, None]
    outside = (value + half < lowest - _NOISE) | (value - half > highest + _NOISE)
    return np.where(enough & outside, np.nan, value)


def _neighbours(block, peers, test, average):
    """Average, number and range of the neighbours. The mean of all is one matrix product."""
    areas, places = peers.neighbours.shape
    weights = np.zeros((areas, areas + 1))
    np.put_along_axis(weights, peers.neighbours % (areas + 1), 1.0, axis=1)  # -1, nobody, goes to the last column
    weights = weights[:, :areas]
    found = ~np.isnan(block.value)
    n = weights @ found.astype(float)
    count = np.where(n > 0, n, np.nan)
    padded = np.concatenate([block.value, np.full_like(block.value[:, :1], np.nan)], axis=1)
    low = high = np.full(block.value.shape, np.nan)
    for place in range(places):
        figure = padded[:, peers.neighbours[:, place]]
        low, high = np.fmin(low, figure), np.fmax(high, figure)
    if average == "median":
        other = _median(padded[:, peers.neighbours], n)
    else:
        # Rounded, so that the same figures give the same digits whatever order a machine adds them in.
        other = np.round(weights @ np.where(found, block.value, 0.0) / count, 9)
    half = weights @ np.where(found, block.half, 0.0) / count  # as if rounding had moved all figures one way
    judged = _beside(block, test, other, half)
    return {**judged, "n": n.astype(np.int8), "low": low, "high": high}


def _median(figures, n):
    """Median along the third axis, of the n figures there are."""
    ordered = np.sort(figures, axis=2)  # NaN sorts last
    upper = n.astype(int) // 2
    middle = np.stack([np.maximum(n.astype(int) - 1, 0) // 2, np.minimum(upper, figures.shape[2] - 1)], axis=2)
    return np.where(n > 0, np.take_along_axis(ordered, middle, 2).mean(axis=2), np.nan)


# ---- rank and trend ----


def _ranks(block, peers):
    """Ranks among local authorities; 1 is best, the highest where neither direction is better."""
    sign = np.where(_column(block, "polarity") == "lower", -1.0, 1.0)
    figures = np.where(_column(block, "comparable"), block.value * sign, np.nan)[:, peers.authority]
    ranks = competition_ranks(figures, axis=1)
    bands = np.where(_column(block, "polarity") == "none", 0, quartile_bands(ranks, axis=1))
    ranked = {}
    for name, part in zip(("rank", "rank_of", "rank_ties", "band"), (*ranks, bands)):
        ranked[name] = np.zeros(block.value.shape, dtype=np.int16)
        ranked[name][:, peers.authority] = part
    return ranked


def _trend(block, test):
    """Trend over the five unbroken years that end with each."""
    slots = np.arange(len(block.years), dtype=np.int16)
    start_after = np.where(np.isnan(block.value), slots, np.where(block.breaks, slots - 1, np.int16(-1)))
    points = np.minimum(slots - np.maximum.accumulate(start_after, axis=-1), TREND_POINTS)
    chi_squared = np.full(block.value.shape, np.nan)
    direction = np.zeros(block.value.shape, dtype=np.int8)
    holds = np.zeros(block.value.shape, dtype=bool)
    if test and len(slots) >= TREND_POINTS:
        trend = trend_test(_last_five(block.numerator), _last_five(block.denominator), test, axis=0)
        chi_squared[..., TREND_POINTS - 1 :] = trend.chi_squared
        direction[..., TREND_POINTS - 1 :] = np.where(trend.significant, _sign(trend.slope), np.int8(0))
        holds[..., TREND_POINTS - 1 :] = trend.keeps_sign
    why = np.where(np.isnan(chi_squared), NO_COUNTS, TESTED)
    why = np.where(points < TREND_POINTS, TOO_FEW, why)
    why = np.where(_column(block, "span") > 1, OVERLAPPING, why)
    direction = np.where(why == TESTED, direction, np.int8(0))
    evidence = np.where(why != TESTED, NONE, np.where(direction != 0, BEYOND, WITHIN))
    return {
        "trend_direction": direction,
        "trend_evidence": evidence,
        "trend_chi_squared": np.where(why == TESTED, chi_squared, np.nan),
        "trend_points": points.astype(np.int8),
        "trend_why": why,
        "trend_holds": holds,
    }


def _last_five(array):
    """The five points that end with each year from the fifth, along a new first axis."""
    windows = np.lib.stride_tricks.sliding_window_view(array, TREND_POINTS, axis=-1)
    return np.ascontiguousarray(np.moveaxis(windows, -1, 0))
