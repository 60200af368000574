"""Honest comparison: every figure of a plan against its target, its start, its past, England, region and neighbours.

Direction and evidence are two things. Like is set against like or not at all. Rounding may hide the answer. No new
data is not no change. Flags travel with what is worked out from a figure. Every row names its observations.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.evidence import BEYOND, WITHIN, chance_of
from cyp_helpers.compare.figures import (
    OVER_TIME,
    contradicting,
    format_places,
    join_words,
    known_figures,
    known_pairings,
    listed_subjects,
    look_up,
    newest_figures,
    word,
)
from cyp_helpers.compare.flags import draft_flag, reading_flags, with_age, with_queries
from cyp_helpers.compare.neighbours import neighbour_rows, standing_at
from cyp_helpers.compare.pairs import pair_figures, why_no_figure
from cyp_helpers.compare.stated import with_stated
from cyp_helpers.compare.targets import assess_targets
from cyp_helpers.register.tables import OBSERVATION_KEY, area_of_plan, decimal_places, find_review

COMPARATORS = {
    "target": "Target",
    "baseline": "Starting figure",
    "previous": "Previous figure",
    "same_period_last_year": "Same period last year",
    "england": "England",
    "region": "Region",
    "neighbours": "Statistical neighbours",
}
COLUMNS = [
    "plan_id",
    "review",
    "as_at",
    "priority_id",
    "subject_id",
    "name",
    "measure",
    "role",
    "basis",
    "indicator_id",
    "series_id",
    "area_id",
    "breakdown",
    "unit",
    "polarity",
    "comparator",
    "period",
    "value",
    "value_text",
    "comparator_period",
    "comparator_value",
    "comparator_text",
    "difference",
    "difference_text",
    "verdict",
    "evidence",
    "reason",
    "flags",
    "observation_id",
    "comparator_observation_id",
    "target_id",
    "stated_id",
    "value_source",
    "comparator_source",
    "query_ids",
]
_PAIRED = ("baseline", "previous", "same_period_last_year", "england", "region")  # with one other figure
_BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither direction is better in itself"}
# verdict by polarity, where the figure is above or below what it is set against
_TIME_VERDICTS = {
    "above": {"higher": "improved", "lower": "worsened", "none": "increased"},
    "below": {"higher": "worsened", "lower": "improved", "none": "decreased"},
}
_AREA_VERDICTS = {
    "above": {"higher": "better", "lower": "worse", "none": "higher"},
    "below": {"higher": "worse", "lower": "better", "none": "lower"},
}


def compare(register, plan, review, priority=None, area=None):
    """Compare every figure that a plan's documents list, as known at a review.

    Parameters
    ----------
    register : Register
    plan : str, such as "cypf-2016-18"
    review : str, such as "2017-18 part 2"
    priority : str, short name such as "safe"; all priorities where it is left out
    area : ``area_id`` of the authority to compare; the plan's own where it is left out

    Returns
    -------
    DataFrame with ``COLUMNS``, one row for each priority, subject and comparator (``COMPARATORS``), in printed
    order. ``verdict`` is better, similar, worse (higher, lower without polarity) against an area; improved,
    worsened, no clear change (increased, decreased) over time; met, not met, on track, off track, not assessed
    against a target; else ``cannot tell from rounded figures`` or ``not compared``. ``evidence`` is ``beyond chance``,
    ``within chance`` (the verdict then is similar or no clear change), ``chance not tested`` (no counts), ``stated`` or
    empty where there is no verdict. ``reason`` is for readers. ``difference`` is in the unit of the indicator,
    percentage points for percentages.

    Raises
    ------
    UnknownName, with the valid names.

    >>> compare(load_register(), "cypf-2016-18", "2017-18 part 2", "safe")["comparator"].unique().tolist()
    ['target', 'baseline', 'previous', 'same_period_last_year', 'england', 'region', 'neighbours']
    """
    area = area or area_of_plan(register, plan)
    as_at = find_review(register, plan, review)["as_at"]
    figures, standing = known_figures(register, as_at, area), standing_at(register, as_at, area)
    return compare_known(figures, standing, register, plan, review, priority, area)


def compare_known(figures, standing, register, plan, review, priority, area):
    """``compare`` for figures that are at hand: ``known_figures`` and ``standing_at`` of the area and date."""
    as_at = find_review(register, plan, review)["as_at"]
    pairings = known_pairings(register, figures)
    subjects = listed_subjects(register, plan, as_at, priority, area)
    newest = newest_figures(figures, pairings).rename("observation_id")
    subjects = subjects.merge(newest, how="left", left_on=OBSERVATION_KEY, right_index=True).fillna(
        {"observation_id": ""}
    )
    subjects["gap"] = why_no_figure(subjects, figures, register)

    pairs = [pair_figures(comparator, subjects, figures, pairings, register) for comparator in _PAIRED]
    rows = _judge_pairs(pd.concat(pairs, ignore_index=True), figures, register)
    rows = pd.concat([rows, neighbour_rows(subjects, figures, standing, register, as_at)], ignore_index=True)
    rows = with_stated(rows, figures, register, as_at)
    rows = pd.concat([assess_targets(subjects, figures, standing, register, plan, as_at), rows], ignore_index=True)
    rows = with_age(rows, figures, register, plan, review)
    rows = with_queries(rows, register, figures, as_at)
    rows = rows.assign(plan_id=plan, review=review, as_at=as_at)
    order = {comparator: n for n, comparator in enumerate(COMPARATORS)}
    rows["subject_order"] = rows.groupby(["priority_id", "subject_id"], sort=False).ngroup()
    rows = rows.sort_values(
        ["subject_order", "comparator"], key=lambda c: c.map(order) if c.name == "comparator" else c, kind="stable"
    )
    text = rows.select_dtypes(exclude=["number", "datetime"]).columns
    rows[text] = rows[text].fillna("")
    return rows.reindex(columns=COLUMNS).reset_index(drop=True)


# ---- what the two figures say ----


def _judge_pairs(pairs, figures, register):
    """Verdict, difference and reason for each pair."""
    units = register.table("units").set_index("unit")
    mine = look_up(pairs["observation_id"], figures)
    other = look_up(pairs["comparator_observation_id"], figures)
    rows = pairs.assign(
        period=mine["period_label"],
        value=mine["number"],
        value_text=mine["text"],
        value_source=mine["source"],
        comparator_period=other["period_label"],
        comparator_value=other["number"],
        comparator_text=other["text"],
        comparator_source=other["source"],
    )
    rows["problem"] = rows["problem"].mask(
        contradicting(rows, register, figures, "observation_id", "comparator_observation_id") & (rows["problem"] == ""),
        "The two printed figures cannot both be on this definition.",
    )
    unlike = _unlike_periods(rows, mine, other)
    rows["problem"] = rows["problem"].mask(
        unlike & ~rows["printed_pair"] & (rows["problem"] == ""), "The two figures cover unlike periods."
    )
    judged = (rows["problem"] == "") & other["number"].notna().to_numpy()

    chance = chance_of(mine, other, rows["unit"], rows["comparator"].isin(OVER_TIME))
    side = _side(mine, other, chance)
    rows["verdict"] = np.where(judged, _verdict(rows, side), "not compared")
    rows["evidence"] = chance["evidence"].where(judged, "")
    places = np.minimum(
        decimal_places(mine["value"].astype("str").fillna("")), decimal_places(other["value"].astype("str").fillna(""))
    )
    difference = (mine["number"] - other["number"]).where(judged)
    rows["difference"] = difference.round(9)
    rows["difference_text"] = format_places(difference, places, signed=True).where(side.notna(), "").fillna("")
    rows["reason"] = _reason(rows, mine, other, side, unlike, places, units).where(judged, rows["problem"])
    undated = ~(mine["dated"].fillna(True).astype(bool) & other["dated"].fillna(True).astype(bool))
    rows["flags"] = join_words(
        [
            mine["status_words"],
            other["status_words"].where(judged, ""),
            word("unlike periods", judged & unlike),
            word("unlike coverage", judged & (rows["caution"] != "")),
            word("period not printed", undated),
            reading_flags(mine, other.where(judged)),
            draft_flag(mine, other, register),
        ]
    )
    return rows.drop(columns=["problem", "caution", "printed_pair", "gap"])


def _side(mine, other, chance):
    """On which side of the other figure a figure lies: 1 above, -1 below, 0 neither, empty where rounding hides it."""
    same = (mine["low"] == mine["high"]) & (other["low"] == other["high"]) & (mine["number"] == other["number"])
    above, below = (mine["low"] >= other["high"]) & ~same, (mine["high"] <= other["low"]) & ~same
    by_rounding = pd.Series(np.select([same, above, below], [0.0, 1.0, -1.0], np.nan), index=mine.index)
    return chance["side"].fillna(by_rounding)


def _verdict(rows, side):
    time = rows["comparator"].isin(OVER_TIME)
    up, down = (
        rows["polarity"].map(_TIME_VERDICTS[end]).where(time, rows["polarity"].map(_AREA_VERDICTS[end]))
        for end in ("above", "below")
    )
    return np.select(
        [side == 0, side > 0, side < 0],
        [np.where(time, "no clear change", "similar"), up, down],
        "cannot tell from rounded figures",
    )


def _unlike_periods(rows, mine, other):
    """Over time the two must be of one kind; between areas they must be the very same period."""
    both_dated = mine["dated"].fillna(False).astype(bool) & other["dated"].fillna(False).astype(bool)
    kind = mine["kind"] != other["kind"]
    span = (mine["start"] != other["start"]) | (mine["end"] != other["end"])
    return both_dated & kind.where(rows["comparator"].isin(OVER_TIME), span)


def _reason(rows, mine, other, side, unlike, places, units):
    """One plain sentence for each judged row, with what the reader must know added."""
    size = format_places(rows["difference"].abs(), places)
    size = (
        rows["unit"].map(units["difference_prefix"]).fillna("")
        + size
        + rows["unit"].map(units["difference_suffix"]).fillna("")
    )
    where = (", the figure of " + other["area"]).where(~rows["comparator"].isin(OVER_TIME), "")
    beside = other["said"] + where
    gap = mine["said"] + " is " + size + np.where(rows["difference"] > 0, " above ", " below ") + beside
    clear = gap + "; " + rows["polarity"].map(_BETTER).fillna("")
    equal = mine["said"] + " is the same as " + beside + "."
    blurred = mine["said"] + " and " + other["said"] + ", as printed, are too close to tell apart after rounding."
    open_ended = (mine["qualifier"].isin(["about", "over", "under"])) | (
        other["qualifier"].isin(["about", "over", "under"])
    )
    vague = (
        mine["said"] + " and " + other["said"] + " cannot be told apart, because not both are printed as exact figures."
    )
    conditions = [rows["evidence"] == BEYOND, rows["evidence"] == WITHIN, side == 0, side.notna(), open_ended]
    sentences = [
        clear + ". The difference is more than chance would bring (95%).",
        gap.mask(rows["difference"] == 0, equal.str.rstrip("."))
        + ", which is within what chance alone can bring (95%).",
        equal,
        clear + ".",
        vague,
    ]
    text = pd.Series(np.select(conditions, sentences, blurred), index=rows.index, dtype="str")
    text = text + word(" The periods are unlike; the document itself sets them side by side.", unlike)
    return text + (" " + rows["caution"] + ".").where(rows["caution"] != "", "")
