"""How far from an average figures of each size ordinarily lie."""

import numpy as np
import pandas as pd

from cyp_helpers.register.catalogue import PER


def overdispersion(rows, average, unit):
    """How many times as much as independent children would authorities vary around England: the mean of squared scores,
    a tenth at each end drawn in, and at least 1 (Spiegelhalter, Quality and Safety in Health Care 2005).

    >>> same = pd.DataFrame({"numerator": [50, 50, 50], "denominator": [100, 100, 100]})
    >>> overdispersion(same, 50.0, "percent")
    1.0
    """
    share = average / PER[unit]
    variance = share * (1 - share) if unit == "percent" else share
    scores = (rows["numerator"] / rows["denominator"] - share) / np.sqrt(variance / rows["denominator"])
    drawn_in = scores.clip(scores.quantile(0.1), scores.quantile(0.9))
    return max(float((drawn_in**2).mean()), 1.0)


def funnel_limits(denominator, average, unit, spread=1.0):
    """Limits around an average: what a figure would keep to 95% and 99.8% of the time if authorities varied as they do.

    Exact binomial (percentages) and Poisson (rates) quantiles where nothing but chance is at work, and as many times as
    far from the average as the root of ``spread`` (Spiegelhalter, Statistics in Medicine 2005).

    Parameters: ``denominator``: Series of counts; ``average``: the figure of England, in the unit; ``spread``: of
    ``overdispersion``.
    Returns: DataFrame with ``low_95, high_95, low_998, high_998`` in the unit, indexed as ``denominator``.
    """
    from scipy.stats import binom, poisson

    share = average / PER[unit]
    counts = binom(denominator, share) if unit == "percent" else poisson(denominator * share)
    tails = {"low_95": 0.025, "high_95": 0.975, "low_998": 0.001, "high_998": 0.999}
    limits = pd.DataFrame({name: PER[unit] * counts.ppf(p) / denominator for name, p in tails.items()})
    return (average + (limits - average) * np.sqrt(spread)).clip(lower=0)
