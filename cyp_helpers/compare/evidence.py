"""Is a difference more than chance? Asked of every figure that comes with counts."""

import numpy as np
import pandas as pd

BEYOND, WITHIN, NOT_TESTED = "beyond chance", "within chance", "chance not tested"
PER = {"percent": 100, "rate per 1,000": 1_000, "rate per 10,000": 10_000, "rate per 100,000": 100_000}
_LEVEL = 0.05


def chance_of(mine, other, unit, over_time):
    """Test pairs of figures at 95%.

    Over time two samples stand side by side: a two-proportion test for percentages, a two-rate test for rates.
    Beside another area the figure is tested against that area's, which counts as known; see ``chance_against``.

    Parameters
    ----------
    mine, other : frames of ``known_figures`` with one row for each pair
    unit : Series, the unit of each pair
    over_time : boolean Series, True where ``other`` is an earlier figure

    Returns
    -------
    DataFrame with ``evidence`` (one of the constants above) and ``side`` (1 above, -1 below, 0 within chance; empty
    where nothing was tested).
    """
    from cyp_helpers.compare.statistics import proportions_differ, rates_differ  # scipy takes a second to import

    n1, d1, n2, d2 = (frame[end].to_numpy(float) for frame in (mine, other) for end in ("numerator", "denominator"))
    p_value = np.where(unit == "percent", proportions_differ(n1, d1, n2, d2), rates_differ(n1, d1, n2, d2))
    step = np.sign(n1 / d1 - n2 / d2)
    in_time = np.where(p_value < _LEVEL, step, np.where(np.isfinite(p_value) & unit.isin(list(PER)), 0.0, np.nan))
    beside = chance_against(mine, unit, other["low"], other["high"])["side"]
    return _told(pd.Series(in_time, index=mine.index).where(over_time, beside))


def chance_against(mine, unit, low, high):
    """Test figures against a level that counts as known, at 95%.

    Parameters
    ----------
    mine : frame with ``numerator`` and ``denominator``
    unit : Series, the unit of each figure
    low, high : Series, the ends of what the printed level can stand for; beyond chance is beyond both ends

    Returns
    -------
    DataFrame as that of ``chance_of``.
    """
    from cyp_helpers.compare.statistics import proportion_differs_from, rate_differs_from

    n, d = (mine[end].to_numpy(float) for end in ("numerator", "denominator"))
    per = unit.map(PER).to_numpy(float)
    share = per * n / d
    sides = []
    for end in (low.to_numpy(float), high.to_numpy(float)):
        p_value = np.where(
            unit == "percent", proportion_differs_from(n, d, end / per), rate_differs_from(n, d, end / per)
        )
        sides.append(np.where(p_value < _LEVEL, np.sign(share - end), np.where(np.isfinite(p_value), 0.0, np.nan)))
    side = np.where(sides[0] == sides[1], sides[0], np.where(np.isnan(sides[0] + sides[1]), np.nan, 0.0))
    return _told(pd.Series(side, index=mine.index))


def _told(side):
    evidence = np.select([side.isna(), side == 0], [NOT_TESTED, WITHIN], BEYOND)
    return pd.DataFrame({"evidence": pd.Series(evidence, index=side.index, dtype="str"), "side": side})
