"""Is it more than chance? Intervals, tests, trends, limits, ranks and bands on whole arrays.

Numpy arrays in and out; everything broadcasts, and what cannot be worked out is NaN. Proportions and rates are per 1,
so 23.1% is 0.231. The definitions are those of Fingertips and its R package PHEindicatormethods, and of
NHSRplotthedots for limits; each function says where it departs from them and why.

Intervals are shown; tests decide. The tests carry a continuity correction, because a claim "beyond chance" must be
wrong at most 5% of the time. ``python -m benchmarks errors`` measures that: uncorrected, the two-proportion test is wrong up to
6.1% of the time and Wilson's interval against a benchmark up to 7.8%; corrected, 4.9% and 5.0%.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, ndtr, ndtri

TREND_CUT = float(chdtri(1, 1 - 0.998))  # 9.5495: the 99.8% point of chi-squared with one degree of freedom
TREND_POINTS = 5
XMR_POINTS = 12
_SMALL_COUNT = 10  # Byar's approximation is used from here, as Fingertips does


class Trend(NamedTuple):
    """``chi_squared``; ``slope`` per step; ``keeps_sign`` with any one point left out; ``significant``."""

    chi_squared: np.ndarray
    slope: np.ndarray
    keeps_sign: np.ndarray
    significant: np.ndarray


class Limits(NamedTuple):
    """``centre``, ``lower``, ``upper``; a flag for each point and rule; ``reason`` why there are no limits, or ''."""

    centre: float
    lower: float
    upper: float
    outside: np.ndarray
    shift: np.ndarray
    trend: np.ndarray
    two_of_three: np.ndarray
    reason: str


class Ranks(NamedTuple):
    """``rank`` (1 is highest, 0 where there is no figure), ``of`` (how many have one), ``ties`` (how many share it)"""

    rank: np.ndarray
    of: np.ndarray
    ties: np.ndarray


# ---- intervals ----


def wilson_interval(numerator, denominator, confidence=0.95):
    """Wilson's score interval for proportions.

    (2x + z² ∓ z √(z² + 4x(1 − x/n))) / 2(n + z²), Wilson (1927), as Fingertips and ``phe_proportion``; worked out by
    statsmodels. 0 of n and n of n have an interval of which one end is exactly 0 or 1. NaN where the denominator is
    not above 0 or the numerator not from 0 to the denominator; ``phe_proportion`` stops with an error there.

    Parameters
    ----------
    numerator, denominator : arrays of counts that broadcast together
    confidence : float, 0.95 or 0.998 in Fingertips

    Returns
    -------
    (low, high), arrays of proportions from 0 to 1.

    >>> [round(float(end), 4) for end in wilson_interval(1475, 6390)]
    [0.2207, 0.2413]
    """
    from statsmodels.stats.proportion import proportion_confint  # takes 0.7 s to import

    x, n = _counts(numerator, denominator)
    x = np.where(x <= n, x, np.nan)
    low, high = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def rate_interval(count, population, confidence=0.95):
    """Interval for rates of events that follow a Poisson distribution.

    Byar's approximation from a count of 10, lower x(1 − 1/9x − z/3√x)³ and upper the same with x + 1 and + z
    (Breslow and Day 1987, volume II, page 69); below 10 the exact interval from chi-squared (Garwood 1936), by
    statsmodels. As Fingertips and ``phe_rate``. A count of 0 has an exact interval from 0. NaN where the count is
    negative or the population not above 0.

    Parameters
    ----------
    count, population : arrays that broadcast together; the population is not an upper bound of the count
    confidence : float

    Returns
    -------
    (low, high), arrays per 1 of population.

    >>> [round(float(end), 2) for end in rate_interval(5, 1)]
    [1.62, 11.67]
    """
    from statsmodels.stats.rates import confint_poisson

    x, n = _counts(count, population)
    z = ndtri((1 + confidence) / 2)
    low, high = np.array(_byar(np.maximum(x, 1), -z)), np.array(_byar(x + 1, z))
    small = x < _SMALL_COUNT
    low[small], high[small] = confint_poisson(x[small], 1.0, method="exact-c", alpha=1 - confidence)
    return low / n, high / n


# ---- tests ----


def proportions_differ(numerator_1, denominator_1, numerator_2, denominator_2):
    """Two-sided p value that two proportions differ by chance alone.

    Pooled two-proportion z test with Yates's correction, the chi-squared of a two by two table:
    z = (|p1 − p2| − (1/n1 + 1/n2)/2) / √(p(1 − p)(1/n1 + 1/n2)) (Yates 1934; Fleiss, Levin and Paik 2003, 3.1).
    Fingertips looks at whether two intervals overlap; that is not a 5% test (it misses real changes), so this
    departs from it. Both 0, or both all: p is 1. NaN where either is not a proportion.

    >>> round(float(proportions_differ(2186, 8462, 1475, 6390)), 6)
    0.000128
    """
    (x1, n1), (x2, n2) = _counts(numerator_1, denominator_1), _counts(numerator_2, denominator_2)
    pooled = (x1 + x2) / (n1 + n2)
    step = 1 / n1 + 1 / n2
    gap = np.abs(x1 / n1 - x2 / n2) - step / 2
    p = _p_value(gap, pooled * (1 - pooled) * step)
    return np.where((x1 <= n1) & (x2 <= n2), p, np.nan)


def rates_differ(count_1, population_1, count_2, population_2):
    """Two-sided p value that two rates differ by chance alone.

    Given both counts together, the first is binomial with π = n1 / (n1 + n2) (Przyborowski and Wilenski 1940); the
    score test of that with half a case taken off, z = (|x1 − πT| − ½) / √(Tπ(1 − π)). Without the half it is
    statsmodels' ``test_poisson_2indep(method="score")``, wrong up to 5.8% of the time. No events in either: p is 1.

    >>> round(float(rates_differ(30, 1000, 50, 1000)), 4)
    0.0336
    """
    (x1, n1), (x2, n2) = _counts(count_1, population_1), _counts(count_2, population_2)
    share = n1 / (n1 + n2)
    total = x1 + x2
    return _p_value(np.abs(x1 - share * total) - 0.5, total * share * (1 - share))


def proportion_differs_from(numerator, denominator, benchmark):
    """Two-sided p value of a proportion against a benchmark that is taken as known.

    z = (|x − np0| − ½) / √(np0(1 − p0)); it is below 0.05 exactly where Wilson's interval with continuity correction
    (Newcombe 1998, method 4) leaves the benchmark out. Fingertips uses the interval without correction, which says
    "beyond chance" of no difference up to 7.8% of the time; the two disagree only within half a case of its ends.

    Parameters
    ----------
    numerator, denominator : arrays of counts
    benchmark : array of proportions from 0 to 1

    >>> round(float(proportion_differs_from(1475, 6390, 0.22)), 4)
    0.038
    """
    x, n = _counts(numerator, denominator)
    expected = n * benchmark
    p = _p_value(np.abs(x - expected) - 0.5, expected * (1 - np.asarray(benchmark)))
    return np.where(x <= n, p, np.nan)


def rate_differs_from(count, population, benchmark):
    """Two-sided p value of a rate against a benchmark that is taken as known, per 1 of population.

    z = (|x − E| − ½) / √E with E expected events. It gives the verdict of Byar's interval, which Fingertips uses, in
    995 of 1,000 published comparisons of admissions, and both are wrong at most 5.0% of the time.

    >>> round(float(rate_differs_from(30, 1000, 0.02)), 4)
    0.0336
    """
    x, n = _counts(count, population)
    expected = n * benchmark
    return _p_value(np.abs(x - expected) - 0.5, expected)


def trend_test(numerator, denominator, kind, axis=-1):
    """Does a proportion or a rate rise or fall over equally spaced points, more than chance makes it?

    With t = 0, 1, 2 ... and totals N, X over the points, S = Σtx − XΣtn/N and V = Σt²n − (Σtn)²/N,
    chi-squared is S² / (p(1 − p)V) for proportions, p = X/N (Cochran 1954, Armitage 1955), and S² / (pV) for rates,
    the score test of a log-linear trend with the populations as offsets (Breslow and Day 1987, volume II, 3.12).
    Significant: above 9.5495 (99.8%) with half a case taken off |S|, and the slope keeps its sign with any one point
    left out.

    For proportions chi-squared is that of Fingertips and of ``assign_trend_markers`` in PHEindicatormethods. Three
    departures: the half case, without which a trend is said of no change up to 0.216% of the time; the sign is that of
    S, not of an unweighted line through logits, which has no value where nobody or everybody is counted; and rates use
    counts, where Fingertips weighs a line by the width of published intervals, that is by each point's own variance
    and not by the common one that holds where there is no trend.

    Parameters
    ----------
    numerator, denominator : arrays of counts, with the points in time along ``axis``, three of them or more
    kind : "proportion" or "rate"

    Returns
    -------
    Trend of arrays without ``axis``. NaN and False where a point is missing; 0 where nothing was counted at all.

    >>> trend = trend_test([2840, 2957, 2196, 2186, 1475], [10089, 10532, 8866, 8462, 6390], "proportion")
    >>> round(float(trend.chi_squared), 2), bool(trend.significant)
    (63.83, True)
    """
    x, n = _counts(numerator, denominator)
    if kind == "proportion":
        x = np.where(x <= n, x, np.nan)
    x, n = np.moveaxis(x, axis, 0), np.moveaxis(n, axis, 0)
    t = np.arange(len(x), dtype=float).reshape(-1, *[1] * (x.ndim - 1))
    tx, tn = t * x, t * n
    total_x, total_n, total_tx, total_tn, total_ttn = (part.sum(axis=0) for part in (x, n, tx, tn, t * tn))
    score = total_tx - total_x * total_tn / total_n
    spread = total_ttn - total_tn**2 / total_n
    p = total_x / total_n
    variance = p * (1 - p) * spread if kind == "proportion" else p * spread
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_squared = np.where(variance == 0, 0.0, score**2 / variance)
        beyond = np.maximum(np.abs(score) - 0.5, 0) ** 2 > TREND_CUT * variance
        # S again without each point in turn; counts are whole, so the noise around a true 0 is far below 1e-6.
        without = (total_tx - tx) - (total_x - x) * (total_tn - tn) / (total_n - n)
    keeps_sign = (without * np.sign(score) > 1e-6).all(axis=0)
    return Trend(chi_squared, score / spread, keeps_sign, keeps_sign & beyond)


# ---- process limits ----


def xmr_limits(values):
    """Limits of an XmR chart for a monthly or quarterly series, and the points that have a special cause.

    Centre: the mean. Limits: centre ∓ 2.66 times the mean moving range (Wheeler 1993), the mean worked out again
    without moving ranges from 3.267 times it, as NHSRplotthedots does unless told not to. Rules and flags are that
    package's: ``outside`` the limits; ``shift``, part of seven points running on one side of the centre; ``trend``,
    part of seven points that all rise or all fall; ``two_of_three``, beyond two thirds of the way to a limit, with
    another such among three points running on that side. A missing point breaks every run and moving range.

    Parameters
    ----------
    values : array of one dimension in order of time, evenly spaced; NaN where a point has no figure

    Returns
    -------
    Limits. With fewer than 12 figures NaN and no flags, and ``reason`` says why.

    >>> limits = xmr_limits([10, 12] * 6)
    >>> limits.centre, round(limits.upper, 2), limits.reason
    (11.0, 16.32, '')
    """
    y = np.asarray(values, dtype=float)
    known = int((~np.isnan(y)).sum())
    nothing = np.zeros(y.shape, dtype=bool)
    if known < XMR_POINTS:
        reason = f"Limits need at least {XMR_POINTS} points; there are {known}."
        return Limits(np.nan, np.nan, np.nan, nothing, nothing, nothing, nothing, reason)
    moving = np.abs(np.diff(y))
    moving = moving[~np.isnan(moving)]
    if not moving.size:
        reason = "Limits need points that follow each other; every second one is missing."
        return Limits(np.nan, np.nan, np.nan, nothing, nothing, nothing, nothing, reason)
    centre = float(np.nanmean(y))
    screened = moving[moving < 3.267 * moving.mean()]
    reach = 2.66 * float((screened if screened.size else moving).mean())
    outside = np.abs(y - centre) > reach
    side = np.nan_to_num(np.sign(y - centre))
    near = ~outside & (np.abs(y - centre) > reach * 2 / 3)
    return Limits(
        centre,
        centre - reach,
        centre + reach,
        outside,
        _part_of_run(np.abs(_windows(side, 7).sum(axis=-1)) == 7, 7, y.size),
        _part_of_run(np.abs(_windows(np.nan_to_num(np.sign(np.diff(y))), 6).sum(axis=-1)) == 6, 7, y.size),
        near & _part_of_run((np.abs(_windows(side, 3).sum(-1)) == 3) & (_windows(near, 3).sum(-1) >= 2), 3, y.size),
        "",
    )


# ---- ranks and bands ----


def competition_ranks(values, axis=-1):
    """Rank from the highest along an axis: 1, 2, 2, 4.

    ``scipy.stats.rankdata`` ranks one line at a time where values are missing; here one sort ranks them all.

    >>> competition_ranks([7.0, 9.0, 7.0, np.nan]).rank.tolist()
    [2, 1, 2, 0]
    """
    falling = np.negative(np.moveaxis(np.asarray(values, dtype=float), axis, -1))  # NaN sorts last either way
    order = np.argsort(falling, axis=-1)
    ordered = np.take_along_axis(falling, order, -1)
    place = np.arange(ordered.shape[-1], dtype=np.int16)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-1)
    ends = np.ones(ordered.shape, dtype=bool)
    ends[..., :-1] = starts[..., 1:]
    last = np.minimum.accumulate(np.where(ends, place, place[-1])[..., ::-1], axis=-1)[..., ::-1]
    found = ~np.isnan(ordered)
    rank, ties = np.empty_like(first), np.empty_like(first)
    np.put_along_axis(rank, order, np.where(found, first + 1, 0).astype(np.int16), -1)
    np.put_along_axis(ties, order, np.where(found, last - first + 1, 0).astype(np.int16), -1)
    of = np.broadcast_to(found.sum(axis=-1, dtype=np.int16)[..., None], rank.shape)
    return Ranks(*(np.moveaxis(part, -1, axis) for part in (rank, of, ties)))


def quartile_bands(ranks, axis=-1):
    """Quarter of each rank, 1 to 4; 0 where there is no figure or where the figures cannot fill four quarters.

    1 + ⌊4(rank − 1) / of⌋, the same as ``phe_quantile`` of PHEindicatormethods with four quantiles. That function
    bands however few values there are; here a figure that more than a quarter of areas share leaves no band at all,
    since it would swallow one.

    >>> quartile_bands(competition_ranks(np.arange(8.0))).tolist()
    [4, 4, 3, 3, 2, 2, 1, 1]
    """
    rank, of, ties = ranks
    crowded = 4 * ties.max(axis=axis, keepdims=True) > of
    band = 1 + 4 * (rank.astype(np.int32) - 1) // np.maximum(of, 1)
    return np.where((rank > 0) & ~crowded, band, 0).astype(np.int8)


# ---- helpers ----


def _counts(numerator, denominator):
    """As float arrays of one shape; NaN in both where the numerator is negative or the denominator not above 0."""
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    good = (x >= 0) & (n > 0)
    return np.where(good, x, np.nan), np.where(good, n, np.nan)


def _windows(flags, length):
    return np.lib.stride_tricks.sliding_window_view(flags, length)


def _part_of_run(run_starts, length, size):
    """Every point of the runs of ``length`` points that start where ``run_starts`` says."""
    return np.convolve(run_starts, np.ones(length), mode="full")[:size] > 0


def _byar(x, z):
    return x * (1 - 1 / (9 * x) + z / (3 * np.sqrt(x))) ** 3


def _p_value(gap, variance):
    """Two-sided p value of a corrected gap; no gap is left where the correction is more than the gap."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap > 0, gap / np.sqrt(variance), 0 * variance)
    return 2 * ndtr(-z)
