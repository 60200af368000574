"""What pages tell of the published figures of all areas, worked out for all lines at once.

A line is a published series and breakdown. The table of published figures is large, so a run works these frames out when
it opens a review (``prepare``), and its pages need not read the table again.
"""

import pandas as pd

from cyp_helpers.compare.figures import published_lines
from cyp_helpers.compare.limits import limits_table
from cyp_helpers.compare.published import measures_of
from cyp_helpers.compare.standings import neighbour_choices
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND
from cyp_helpers.report import kept_for_all

_LINE = ["series_id", "breakdown"]
_AUTHORITIES = [
    *_LINE,
    *["area_id", "name", "text", "number", "status", "numerator", "denominator", "rank", "position", "closeness"],
]


def prepare(review):
    """Work out everything below, for the review and those narrowed from it."""
    for frame in (authorities, choices, history, months):
        frame(review)


@kept_for_all
def authorities(review):
    """The figures of all authorities and of England for the newest period of each published line.

    Returns
    -------
    DataFrame with ``series_id, breakdown, area_id, name, text, number, status, numerator, denominator``, ``rank`` (1 is best, highest
    without polarity; ties share one), ``position`` among the neighbours (empty for others), ``closeness``; for each line best
    first, England last.
    """
    lines = review.standing[[*_LINE, "period", "neighbours_list"]]
    lines = lines.assign(polarity=lines["series_id"].map(measures_of(review.register)["polarity"]))
    rows = _known(review, lines, ["period"])
    areas = review.register.table("areas").set_index("area_id")
    rows = rows.assign(
        name=rows["area_id"].map(areas["name"]),
        local=rows["area_id"].map(areas["area_type"]).isin(AUTHORITY_TYPES),
        number=pd.to_numeric(rows["value"]),
    )
    rows = rows[rows["local"] | (rows["area_id"] == ENGLAND)]
    best_first = rows["number"].where(rows["polarity"] == "lower", -rows["number"]).where(rows["local"])
    rows = rows.assign(rank=best_first.groupby([rows["series_id"], rows["breakdown"]]).rank(method="min"))
    rows = rows.sort_values([*_LINE, "rank", "name"], kind="stable", ignore_index=True)
    keys = pd.MultiIndex.from_frame(rows[["neighbours_list", "area_id"]])
    neighbours = _neighbours(review).set_index(["list_id", "neighbour_id"]).reindex(keys).set_axis(rows.index)
    rows = rows.assign(position=pd.to_numeric(neighbours["position"]), closeness=neighbours["closeness"])
    return rows.rename(columns={"value": "text"})[_AUTHORITIES]


@kept_for_all
def choices(review):
    """``neighbour_choices`` of every published line."""
    published = review.register.table("published")
    published = published[published["series_id"].isin(review.standing["series_id"])]
    return neighbour_choices(review.register, published, review.as_at, review.area["area_id"])


@kept_for_all
def history(review):
    """Every known figure of each published line: of the area, of England, and the range of the neighbours.

    Returns
    -------
    DataFrame with ``series_id, breakdown, period, period_label, end, own, england, low, high`` (numbers), ``own_text,
    england_text, low_text, high_text`` (as published) and ``neighbours`` (how many had a figure), oldest first.
    """
    keys = [*_LINE, "period"]
    known = _known(review, review.standing[[*_LINE, "neighbours_list"]])
    known = known.assign(number=pd.to_numeric(known["value"]))
    known = known.join(parse_periods(known["period"])[["end", "period_label"]])
    beside = known.merge(
        _neighbours(review), left_on=["neighbours_list", "area_id"], right_on=["list_id", "neighbour_id"]
    )
    beside = beside.sort_values("number", kind="stable").groupby(keys)
    own, england = (known[known["area_id"] == area].set_index(keys) for area in (review.area["area_id"], ENGLAND))
    rows = own[["period_label", "end"]].assign(
        own=own["number"],
        own_text=own["value"],
        england=england["number"],
        england_text=england["value"],
        low=beside["number"].first(),
        high=beside["number"].last(),
        low_text=beside["value"].first(),
        high_text=beside["value"].last(),
        neighbours=beside.size(),
    )
    return rows.sort_values("end", kind="stable").reset_index()


@kept_for_all
def months(review):
    """``limits_table`` of every published line with figures of months, with ``beside_indicator, series_id, breakdown``."""
    figures = review.figures[review.figures["open_data"] & (review.figures["kind"] == "month")]
    lines = published_lines(review.register)
    lines = lines[lines["series_id"].isin(figures["series_id"])]
    published, area_id = review.register.table("published"), review.area["area_id"]
    tables = [
        limits_table(published, review.as_at, line.series_id, area_id, line.breakdown).assign(
            beside_indicator=line.beside_indicator, series_id=line.series_id, breakdown=line.breakdown
        )
        for line in lines.itertuples()
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"beside_indicator": []}, dtype="str")


# ---- parts ----


def _known(review, lines, on=()):
    """Published figures of lines as known at the review, with the columns of the lines; the newest edition of each."""
    published = review.register.table("published")
    wanted = published["series_id"].isin(lines["series_id"]) & (published["value"] != "")
    rows = published[wanted & (published["published"] <= f"{review.as_at:%Y-%m-%d}")]
    rows = rows.merge(lines, on=[*_LINE, *on], suffixes=("", "_line")).sort_values("published", kind="stable")
    return rows.drop_duplicates([*_LINE, "period", "area_id"], keep="last")


def _neighbours(review):
    neighbours = review.register.table("neighbours")
    return neighbours[neighbours["area_id"] == review.area["area_id"]].drop(columns="area_id")
