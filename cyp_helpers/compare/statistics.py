"""What counts alone say of things independent of each other: exact tests of shares and rates, limits of a funnel.

The tests take arrays of counts and give two-sided p values that chance alone is at work; everything broadcasts, and
what cannot be worked out is NaN. Proportions, rates and benchmarks are per 1, so 23.1% is 0.231. Children come in
families, schools and episodes, so these tests are a second sign only: where nothing but chance is at work they are
wrong at most 5% of the time (``python -m benchmarks errors``), and real figures vary by far more.
"""

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrc, ndtr, pdtr, pdtrc

from cyp_helpers.register.catalogue import PER


def proportions_differ(numerator_1, denominator_1, numerator_2, denominator_2):
    """Of two proportions: the pooled z test with Yates's correction, the chi-squared of a two by two table.

    z = (|p1 − p2| − (1/n1 + 1/n2)/2) / √(p(1 − p)(1/n1 + 1/n2)) (Yates 1934; Fleiss, Levin and Paik 2003, 3.1).
    Fingertips looks at whether two intervals overlap; that is not a 5% test (it misses real changes). Both
    0, or both all: p is 1.

    >>> round(float(proportions_differ(2186, 8462, 1475, 6390)), 6)
    0.000128
    """
    (x1, n1), (x2, n2) = _counts(numerator_1, denominator_1), _counts(numerator_2, denominator_2)
    pooled = (x1 + x2) / (n1 + n2)
    step = 1 / n1 + 1 / n2
    gap = np.maximum(np.abs(x1 / n1 - x2 / n2) - step / 2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap > 0, gap / np.sqrt(pooled * (1 - pooled) * step), 0 * pooled)
    p = np.maximum(2 * ndtr(-z), np.finfo(float).tiny)
    return np.where((x1 <= n1) & (x2 <= n2), p, np.nan)


def rates_differ(count_1, population_1, count_2, population_2):
    """Of two rates: given both counts together, the first is binomial with π = n1 / (n1 + n2) (Przyborowski and
    Wilenski 1940); twice the smaller exact tail. No events in either: p is 1.

    >>> round(float(rates_differ(30, 1000, 50, 1000)), 4)
    0.033
    """
    (x1, n1), (x2, n2) = _counts(count_1, population_1), _counts(count_2, population_2)
    return _twice(x1, x1 + x2, n1 / (n1 + n2))


def proportion_differs_from(numerator, denominator, benchmark):
    """Of a proportion and a benchmark that is taken as known: twice the smaller exact binomial tail.

    Exact tails hold their 5% where those of a score test are lopsided. Fingertips uses Wilson's interval without
    correction, which says "more than chance" of no difference up to 7.8% of the time.

    >>> round(float(proportion_differs_from(1475, 6390, 0.22)), 4)
    0.0389
    """
    x, n = _counts(numerator, denominator)
    return _twice(np.where(x <= n, x, np.nan), n, np.asarray(benchmark, dtype=float))


def rate_differs_from(count, population, benchmark):
    """Of a rate and a benchmark that is taken as known: twice the smaller exact Poisson tail of the events expected.

    >>> [round(float(rate_differs_from(x, 1, e)), 4) for x, e in ((117, 140.71), (118, 98.01))]
    [0.0455, 0.0543]
    """
    x, n = _counts(count, population)
    expected = n * np.where(np.isfinite(benchmark), benchmark, np.nan)
    low, high = pdtr(x, expected), np.where(x > 0, pdtrc(x - 1, expected), 1.0)
    return _p_value(low, high)


def _counts(numerator, denominator):
    """As float arrays of one shape; NaN in both where they are no counts: below 0, not whole or finite, out of 0."""
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    good = (x >= 0) & (n > 0) & np.isfinite(x) & np.isfinite(n) & (x == np.round(np.where(np.isfinite(x), x, 0.5)))
    return np.where(good, x, np.nan), np.where(good, n, np.nan)


def _twice(x, n, share):
    """Twice the smaller exact binomial tail; NaN where there is no whole number to choose from."""
    n = np.where(np.isfinite(n) & (n == np.round(n)), n, -1).astype(int)
    low, high = bdtr(x, n, share), np.where(x > 0, bdtrc(x - 1, n, share), 1.0)
    return _p_value(low, np.where(np.isnan(x), np.nan, high))


def _p_value(low, high):
    """Twice the smaller tail: at most 1, and never nought, which no chance is."""
    return np.clip(2 * np.minimum(low, high), np.finfo(float).tiny, 1.0)


def overdispersion(rows, average, unit):
    """How many times as much as independent children authorities vary around England: the mean of squared scores, a
    tenth at each end drawn in, and at least 1 (Spiegelhalter, Quality and Safety in Health Care 2005).

    >>> same = pd.DataFrame({"numerator": [50, 50, 50], "denominator": [100, 100, 100]})
    >>> overdispersion(same, 50.0, "percent")
    1.0
    """
    share = average / PER[unit]
    variance = share * (1 - share) if unit == "percent" else share
    scores = (rows["numerator"] / rows["denominator"] - share) / np.sqrt(variance / rows["denominator"])
    drawn_in = scores.clip(scores.quantile(0.1), scores.quantile(0.9))
    return max(float((drawn_in**2).mean()), 1.0)


def funnel_limits(denominator, average, unit, spread):
    """``low_95, high_95, low_998, high_998`` around England's figure (all in its unit) for each denominator.

    Exact binomial (percentages) and Poisson (rates) quantiles, as many times as far from the average as the root of
    ``spread``, the ``overdispersion`` (Spiegelhalter, Statistics in Medicine 2005).
    """
    from scipy.stats import binom, poisson

    share = average / PER[unit]
    counts = binom(denominator, share) if unit == "percent" else poisson(denominator * share)
    tails = {"low_95": 0.025, "high_95": 0.975, "low_998": 0.001, "high_998": 0.999}
    limits = pd.DataFrame({name: PER[unit] * counts.ppf(p) / denominator for name, p in tails.items()})
    return (average + (limits - average) * np.sqrt(spread)).clip(lower=0)
