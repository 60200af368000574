"""Process limits of a monthly or quarterly series of one area (XmR charts)."""

from collections import namedtuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

XMR_POINTS = 12
# A flag for each point and rule; why there are no limits, or ''.
Limits = namedtuple("Limits", "centre lower upper outside shift trend two_of_three reason")


def limits_table(points):
    """The points of a series with the limits of an XmR chart and the rules that each point breaks.

    Limits say what the series would keep to if nothing but chance moved it from one point to the next. A series with
    seasons, such as referrals, which fall every August, breaks them without anything having changed.

    Parameters: ``points``: rows of ``known_figures`` of one line and area; those of months or quarters count.
    Returns: DataFrame, a row for each month or quarter from the first to the last, also where there is no figure:
    ``period, period_label`` ('' for a gap), ``value, centre, lower, upper`` (NaN where there are none), ``outside,
    shift, trend, two_of_three`` (bool, see ``xmr_limits``) and ``reason``, the same in every row: why there are no
    limits, or ''.

    >>> from cyp_helpers.compare.figures import known_figures
    >>> months = known_figures(load_register().as_known("2025-03-31"), ["referrals-by-month"])
    >>> limits_table(months[months["area"] == "Leicester"])["reason"].unique().tolist()
    ['']
    """
    points = points[points["kind"].isin(["month", "quarter"])]
    points = points[points["months"] == points["months"].min()]  # a series told both ways is read by month
    slot = ((points["end"].dt.year * 12 + points["end"].dt.month) // points["months"]).astype(int)
    points = points.set_index(slot.to_numpy())[["period", "period_label", "number"]].rename(columns={"number": "value"})
    points = points.reindex(range(slot.min(), slot.max() + 1) if len(slot) else [])
    limits = xmr_limits(points["value"])
    return points.fillna({"period": "", "period_label": ""}).assign(**limits._asdict()).reset_index(drop=True)


def xmr_limits(values):
    """Limits of an XmR chart for a monthly or quarterly series, and the points that have a special cause.

    Centre: the mean. Limits: centre ∓ 2.66 times the mean moving range (Wheeler 1993), the mean worked out again
    without moving ranges from 3.267 times it, as NHSRplotthedots does unless told not to. Rules and flags are that
    package's: ``outside`` the limits; ``shift``, part of seven points running on one side of the centre; ``trend``,
    part of seven points that all rise or all fall; ``two_of_three``, beyond two thirds of the way to a limit, with
    another such among three points running on that side. A missing point breaks every run and moving range.

    Parameters: ``values``: array of one dimension in order of time, evenly spaced; NaN where a point has no figure.
    Returns: Limits. With fewer than 12 figures NaN and no flags, and ``reason`` says why.

    >>> limits = xmr_limits([10, 12] * 6)
    >>> limits.centre, round(limits.upper, 2), limits.reason
    (11.0, 16.32, '')
    """
    y = np.asarray(values, dtype=float)
    known = int((~np.isnan(y)).sum())
    nothing = np.zeros(y.shape, dtype=bool)
    moving = np.abs(np.diff(y))
    moving = moving[~np.isnan(moving)]
    if known < XMR_POINTS or not moving.size:
        reason = "Limits need points that follow each other; every second one is missing."
        if known < XMR_POINTS:
            reason = f"Limits need at least {XMR_POINTS} points; there are {known}."
        return Limits(np.nan, np.nan, np.nan, nothing, nothing, nothing, nothing, reason)
    centre = float(np.nanmean(y))
    screened = moving[moving < 3.267 * moving.mean()]
    reach = 2.66 * float((screened if screened.size else moving).mean())
    far, side, step = np.abs(y - centre), np.nan_to_num(np.sign(y - centre)), np.nan_to_num(np.sign(np.diff(y)))
    outside, near = far > reach, (far > reach * 2 / 3) & (far <= reach)
    shift = _part_of_run(np.abs(sliding_window_view(side, 7).sum(-1)) == 7, 7, y.size)
    trend = _part_of_run(np.abs(sliding_window_view(step, 6).sum(-1)) == 6, 7, y.size)
    threes, close = sliding_window_view(side, 3), sliding_window_view(near, 3)
    pair = _part_of_run((np.abs(threes.sum(-1)) == 3) & (close.sum(-1) >= 2), 3, y.size)
    return Limits(centre, centre - reach, centre + reach, outside, shift, trend, near & pair, "")


def _part_of_run(run_starts, length, size):
    """Every point of the runs of ``length`` points that start where ``run_starts`` says."""
    return np.convolve(run_starts, np.ones(length), mode="full")[:size] > 0
