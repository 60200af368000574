"""Is it more than chance? Tests and trends of counts on whole arrays.

Numpy arrays in and out; everything broadcasts, and what cannot be worked out is NaN. Proportions and rates are per 1,
so 23.1% is 0.231. The definitions are those of Fingertips and its R package PHEindicatormethods;
each function says where it departs from them and why.

The tests carry a continuity correction, because a claim "beyond chance" must be
wrong at most 5% of the time. ``python -m benchmarks errors`` measures that: uncorrected, the two-proportion test is wrong up to
6.1% of the time and Wilson's interval against a benchmark up to 7.8%; corrected, 4.9% and 5.0%.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, ndtr

TREND_CUT = float(chdtri(1, 1 - 0.998))  # 9.5495: the 99.8% point of chi-squared with one degree of freedom
TREND_POINTS = 5


class Trend(NamedTuple):
    """``chi_squared``; ``slope`` per step; ``keeps_sign`` with any one point left out; ``significant``."""

    chi_squared: np.ndarray
    slope: np.ndarray
    keeps_sign: np.ndarray
    significant: np.ndarray


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


# ---- helpers ----


def _counts(numerator, denominator):
    """As float arrays of one shape; NaN in both where the numerator is negative or the denominator not above 0."""
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    good = (x >= 0) & (n > 0)
    return np.where(good, x, np.nan), np.where(good, n, np.nan)


def _p_value(gap, variance):
    """Two-sided p value of a corrected gap; no gap is left where the correction is more than the gap."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap > 0, gap / np.sqrt(variance), 0 * variance)
    return 2 * ndtr(-z)
