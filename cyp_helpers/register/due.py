"""When the publisher brings the next figures of a series, and which figures should be here by now."""

import pandas as pd

from cyp_helpers.register.listing import indicators
from cyp_helpers.register.reviews import half_year

OUT, SOON = "should be out by now", "due before the next review"


def next_figures(register, day):
    """The last day on which the next figures of each series are expected, as the publisher's dictionary known on a day
    has it, by ``series_id``; a month stands for its last day. What is discontinued or has no day is not in it.

    >>> next_figures(load_register(), pd.Timestamp("2026-06-01"))["re-referrals"]
    Timestamp('2026-10-31 00:00:00')
    """
    rows = register.table("catalogue")
    editions = register.table("editions").set_index("source_id")["edition_date"]
    rows = rows[(rows["next_update"] != "") & (rows["source_id"].map(editions) <= f"{day:%Y-%m-%d}")]
    by = pd.to_datetime(rows["next_update"])
    by = by.mask(by.dt.day == 1, by + pd.offsets.MonthEnd(0))
    return by.groupby(rows["series_id"]).max()


def due(register, day):
    """The series of plans whose next figures are not in the register and are out on a day, or will be by the end of its
    half-year.

    Columns, soonest first: ``series_id, name, newest`` (last year held, such as 2024/25), ``by`` (Timestamp), ``state``
    (``OUT`` or ``SOON``) and ``plans`` (ids, joined by a comma)

    >>> due(load_register(), pd.Timestamp("2026-11-26")).query("series_id == 're-referrals'")["state"].tolist()
    ['should be out by now']
    """
    users, by = _plans(register), next_figures(register, day)
    by = by[by.index.isin(users.index) & (by <= half_year(day)["period_end"])]
    held = register.holding(list(by.index)).table("published")
    here = pd.to_datetime(held.groupby("series_id")["published"].max()).reindex(by.index)
    by = by[~(here > by)].sort_values(kind="stable").rename("by").reset_index()
    facts = indicators(register=register).set_index("series_id")[["name", "last_year"]]
    rows = by.join(facts, on="series_id").rename(columns={"last_year": "newest"})
    rows["state"] = (rows["by"] < day).map({True: OUT, False: SOON})
    return rows.assign(plans=rows["series_id"].map(users))[["series_id", "name", "newest", "by", "state", "plans"]]


def _plans(register):
    """The plans that show each published series, by ``series_id``: as listed, or beside an indicator that is."""
    listed = register.table("plan-indicators")
    indicator = listed["series_id"].map(register.table("series").set_index("series_id")["indicator_id"])
    measures = register.table("published-measures")[["series_id", "counterpart_of"]]
    beside = listed.assign(counterpart_of=indicator)[["plan_id", "counterpart_of"]].merge(measures, on="counterpart_of")
    rows = pd.concat([listed[["plan_id", "series_id"]], beside[["plan_id", "series_id"]]]).drop_duplicates()
    return rows.sort_values("plan_id").groupby("series_id")["plan_id"].agg(", ".join)
