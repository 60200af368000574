"""Process limits of a monthly or quarterly series of one area, as it was known on a day."""

import pandas as pd

from cyp_helpers.compare.statistics import xmr_limits
from cyp_helpers.register.periods import parse_periods


def limits_table(published, as_at, series_id, area_id, breakdown="all"):
    """The points of a series with the limits of an XmR chart and the rules that each point breaks.

    Limits say what the series would keep to if nothing but chance moved it from one point to the next. A series with
    seasons, such as referrals, which fall every August, breaks them without anything having changed.

    Parameters
    ----------
    published : DataFrame, ``register.table("published")``
    as_at : date; nothing published later is used, and of several editions the newest known counts
    series_id, area_id, breakdown : str, which series; annual figures have no limits, see ``standings`` for those

    Returns
    -------
    DataFrame, a row for each month or quarter from the first to the last, also where there is no figure: ``period,
    period_label`` ('' for a gap), ``value, centre, lower, upper`` (NaN where there are none), ``outside, shift, trend,
    two_of_three`` (bool, see ``xmr_limits``) and ``reason``, the same in every row: why there are no limits, or ''.

    >>> limits_table(published, "2025-03-31", "referrals", "E10000024")["reason"].unique()  # doctest: +SKIP
    ['']
    """
    rows = published[
        (published["series_id"] == series_id)
        & (published["area_id"] == area_id)
        & (published["breakdown"] == breakdown)
        & (published["published"] <= f"{pd.Timestamp(as_at):%Y-%m-%d}")
    ]
    rows = rows.sort_values("published", kind="stable").drop_duplicates("period", keep="last")
    points = rows[["period", "value"]].join(parse_periods(rows["period"]))
    points = points[points["kind"].isin(["month", "quarter"])]
    points = points[points["months"] == points["months"].min()]  # a series told both ways is read by month
    slot = ((points["end"].dt.year * 12 + points["end"].dt.month) // points["months"]).astype(int)
    points = points.set_index(slot.to_numpy())[["period", "period_label", "value"]]
    points = points.reindex(range(slot.min(), slot.max() + 1) if len(slot) else [])
    points["value"] = pd.to_numeric(points["value"], errors="coerce")
    limits = xmr_limits(points["value"])
    return points.fillna({"period": "", "period_label": ""}).assign(**limits._asdict()).reset_index(drop=True)
