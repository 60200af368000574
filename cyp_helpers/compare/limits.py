"""Process limits of a monthly or quarterly series of one area (XmR charts)."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

XMR_POINTS = 12


def limits_table(points):
    """Each month or quarter of a series from the first to the last, with or without a figure, with XmR limits.

    Limits say what the series would keep to if nothing but chance moved it from one point to the next. A series with
    seasons, such as referrals, which fall every August, breaks them without anything having changed.

    Parameters: ``points``: rows of ``known_figures`` of one line and area; those of months or quarters count.
    Returns: DataFrame: ``period, period_label`` ('' for a gap), ``value`` and the columns of ``xmr_limits``.
    """
    points = points[points["kind"].isin(["month", "quarter"])]
    points = points[points["months"] == points["months"].min()]  # a series told both ways is read by month
    slot = ((points["end"].dt.year * 12 + points["end"].dt.month) // points["months"]).astype(int)
    points = points.set_index(slot.to_numpy())[["period", "period_label", "number"]].rename(columns={"number": "value"})
    points = points.reindex(range(slot.min(), slot.max() + 1) if len(slot) else []).reset_index(drop=True)
    return points.fillna({"period": "", "period_label": ""}).join(xmr_limits(points["value"]))


def xmr_limits(values):
    """Limits of an XmR chart for values in order of time (NaN for a gap), and the points with a special cause.

    Centre: the mean. Limits: centre ∓ 2.66 times the mean moving range (Wheeler 1993), the mean worked out again
    without moving ranges from 3.267 times it, as NHSRplotthedots does unless told not to. The rules are that
    package's: ``outside`` the limits; ``shift``, part of seven points running on one side of the centre; ``trend``,
    part of seven points that all rise or all fall; ``two_of_three``, beyond two thirds of the way to a limit, with
    another such among three points running on that side. A missing point breaks every run and moving range.

    Returns: DataFrame, a row for each value: ``centre, lower, upper``, a bool for each rule, and why there are no
    limits, the same in every row, as ``reason``, or ''.

    >>> xmr_limits([10, 12] * 6).loc[0, ["centre", "upper"]].round(2).tolist()
    [11.0, 16.32]
    """
    y = np.asarray(values, dtype=float)
    moving = np.abs(np.diff(y))
    moving = moving[~np.isnan(moving)]
    told = dict.fromkeys(["centre", "lower", "upper"], np.nan)
    told |= dict.fromkeys(["outside", "shift", "trend", "two_of_three"], False) | {"reason": ""}
    known = (~np.isnan(y)).sum()
    if known < XMR_POINTS:
        told["reason"] = f"Limits need at least {XMR_POINTS} points; there are {known}."
    elif not moving.size:
        told["reason"] = "Limits need points that follow each other; every second one is missing."
    else:
        centre, screened = np.nanmean(y), moving[moving < 3.267 * moving.mean()]
        reach = 2.66 * (screened if screened.size else moving).mean()
        far, side, step = np.abs(y - centre), np.nan_to_num(np.sign(y - centre)), np.nan_to_num(np.sign(np.diff(y)))
        near = (far > reach * 2 / 3) & (far <= reach)
        shift = _part_of_run(np.abs(sliding_window_view(side, 7).sum(-1)) == 7, 7, y.size)
        trend = _part_of_run(np.abs(sliding_window_view(step, 6).sum(-1)) == 6, 7, y.size)
        threes, close = sliding_window_view(side, 3), sliding_window_view(near, 3)
        pair = _part_of_run((np.abs(threes.sum(-1)) == 3) & (close.sum(-1) >= 2), 3, y.size)
        told |= {"centre": centre, "lower": centre - reach, "upper": centre + reach}
        told |= {"outside": far > reach, "shift": shift, "trend": trend, "two_of_three": near & pair}
    return pd.DataFrame(told, index=range(y.size))


def _part_of_run(run_starts, length, size):
    """Every point of the runs of ``length`` points that start where ``run_starts`` says."""
    return np.convolve(run_starts, np.ones(length), mode="full")[:size] > 0
