"""Honest comparison: every figure of a plan against its target, its start, its past and England.

Direction and evidence are two things. Like is set against like or not at all. Rounding may hide the answer. No new
data is not no change. Flags travel with what is worked out from a figure. Every row names its observations.
"""

import numpy as np
import pandas as pd

from cyp_helpers.figures import (
    at_newest_edition,
    contradicting,
    draft_sources,
    join_words,
    known_figures,
    known_pairings,
    known_queries,
    listed_subjects,
    newest_figures,
    word,
)
from cyp_helpers.pairs import pair_figures, why_no_figure
from cyp_helpers.periods import months_between, parse_periods
from cyp_helpers.register import OBSERVATION_KEY, decimal_places, find_plan, find_review, previous_review
from cyp_helpers.targets import assess_targets

COMPARATORS = {
    "target": "Target",
    "baseline": "Starting figure",
    "previous": "Previous figure",
    "same_period_last_year": "Same period last year",
    "england": "England",
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
_OVER_TIME = ("baseline", "previous", "same_period_last_year")
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


def compare(register, plan, review, priority=None):
    """Compare every figure that a plan's documents list, as known at a review.

    Parameters
    ----------
    register : Register
    plan : str, such as "cypf-2016-18"
    review : str, such as "2017-18 part 2"
    priority : str, short name such as "safe"; all priorities where it is left out

    Returns
    -------
    DataFrame with ``COLUMNS``, one row for each priority, subject and comparator (``COMPARATORS``), in printed
    order. ``verdict`` is better, similar, worse (higher, lower without polarity) against an area; improved,
    worsened, no clear change (increased, decreased) over time; met, not met, on track, off track, not assessed
    against a target; else ``cannot tell from rounded figures`` or ``not compared``. ``evidence`` is ``chance
    not tested``, ``stated`` or empty where there is no verdict. ``reason`` is for readers. ``difference`` is
    in the unit of the indicator, percentage points for percentages.

    Raises
    ------
    UnknownName, with the valid names.

    >>> compare(load_register(), "cypf-2016-18", "2017-18 part 2", "safe")["comparator"].unique().tolist()
    ['target', 'baseline', 'previous', 'same_period_last_year', 'england']
    """
    find_plan(register, plan)
    as_at = find_review(register, plan, review)["as_at"]
    figures = known_figures(register, as_at)
    pairings = known_pairings(register, figures)
    subjects = listed_subjects(register, plan, as_at, priority)
    newest = newest_figures(figures, pairings).rename("observation_id")
    subjects = subjects.merge(newest, how="left", left_on=OBSERVATION_KEY, right_index=True).fillna(
        {"observation_id": ""}
    )
    subjects["gap"] = why_no_figure(subjects, figures, register)

    rows = pd.concat(
        [
            _judge_pairs(pair_figures(comparator, subjects, figures, register), figures, register)
            for comparator in COMPARATORS
            if comparator != "target"
        ]
    )
    rows = _with_stated(rows, figures, register, as_at)
    rows = pd.concat([assess_targets(subjects, figures, register, plan, as_at), rows], ignore_index=True)
    rows = _with_age(rows, figures, register, plan, review)
    rows = _with_queries(rows, register, figures, as_at)
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
    mine = figures.reindex(pairs["observation_id"].replace("", None)).set_index(pairs.index)
    other = figures.reindex(pairs["comparator_observation_id"].replace("", None)).set_index(pairs.index)
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

    same = (mine["low"] == mine["high"]) & (other["low"] == other["high"]) & (mine["number"] == other["number"])
    above, below = (mine["low"] >= other["high"]) & ~same, (mine["high"] <= other["low"]) & ~same
    rows["verdict"] = np.where(judged, _verdict(rows, above, below, same), "not compared")
    rows["evidence"] = np.where(judged, "chance not tested", "")
    places = np.minimum(
        decimal_places(mine["value"].astype("str").fillna("")), decimal_places(other["value"].astype("str").fillna(""))
    )
    difference = (mine["number"] - other["number"]).where(judged)
    rows["difference"] = difference.round(9)
    rows["difference_text"] = _signed(difference, places).where(same | above | below, "")
    rows["reason"] = _reason(rows, mine, other, above, below, same, unlike, places, units).where(
        judged, rows["problem"]
    )
    undated = ~(mine["dated"].fillna(True).astype(bool) & other["dated"].fillna(True).astype(bool))
    rows["flags"] = join_words(
        [
            mine["status_words"],
            other["status_words"].where(judged, ""),
            word("unlike periods", judged & unlike),
            word("unlike coverage", judged & (rows["caution"] != "")),
            word("period not printed", undated),
            _reading_flags(mine, other.where(judged)),
            _draft_flag(mine, other, register),
        ]
    )
    return rows.drop(columns=["problem", "caution", "printed_pair", "gap"])


def _verdict(rows, above, below, same):
    time = rows["comparator"].isin(_OVER_TIME)
    up, down = (
        rows["polarity"].map(_TIME_VERDICTS[side]).where(time, rows["polarity"].map(_AREA_VERDICTS[side]))
        for side in ("above", "below")
    )
    return np.select(
        [same, above, below],
        [np.where(time, "no clear change", "similar"), up, down],
        "cannot tell from rounded figures",
    )


def _unlike_periods(rows, mine, other):
    """Over time the two must be of one kind; between areas they must be the very same period."""
    both_dated = mine["dated"].fillna(False).astype(bool) & other["dated"].fillna(False).astype(bool)
    kind = mine["kind"] != other["kind"]
    span = (mine["start"] != other["start"]) | (mine["end"] != other["end"])
    return both_dated & kind.where(rows["comparator"].isin(_OVER_TIME), span)


def _reason(rows, mine, other, above, below, same, unlike, places, units):
    """One plain sentence for each judged row, with what the reader must know added."""
    size = _signed(rows["difference"].abs(), places).str.lstrip("+")
    size = (
        rows["unit"].map(units["difference_prefix"]).fillna("")
        + size
        + rows["unit"].map(units["difference_suffix"]).fillna("")
    )
    side = pd.Series(np.select([above, below], ["above ", "below "], ""), index=rows.index)
    better = "; " + rows["polarity"].map(_BETTER).fillna("") + "."
    clear = mine["said"] + " is " + size + " " + side + other["said"] + better
    equal = mine["said"] + " is the same as " + other["said"] + "."
    blurred = mine["said"] + " and " + other["said"] + ", as printed, are too close to tell apart after rounding."
    open_ended = (mine["qualifier"].isin(["about", "over", "under"])) | (
        other["qualifier"].isin(["about", "over", "under"])
    )
    vague = (
        mine["said"] + " and " + other["said"] + " cannot be told apart, because not both are printed as exact figures."
    )
    text = pd.Series(
        np.select([same, above | below, open_ended], [equal, clear, vague], blurred), index=rows.index, dtype="str"
    )
    text = text + word(" The periods are unlike; the document itself sets them side by side.", unlike)
    return text + (" " + rows["caution"] + ".").where(rows["caution"] != "", "")


def _signed(difference, places):
    """ "+0.4" or "−0.4", with no more decimals than the coarser of the two figures."""
    rounded = {n: difference.map(f"{{:+,.{n}f}}".format, na_action="ignore").astype("str") for n in places.unique()}
    text = pd.Series("", index=difference.index, dtype="str")
    for n, column in rounded.items():
        text = text.mask(places == n, column)
    return text.fillna("").str.replace("-", "\N{MINUS SIGN}")


# ---- what travels with a row ----


def _with_stated(rows, figures, register, as_at):
    """What a document states in words, where no pair of figures could be judged or only older ones."""
    stated = register.table("stated-comparisons")
    stated = stated.assign(published=pd.to_datetime(stated["published"]))
    stated = stated[stated["published"] <= as_at].sort_values("published", kind="stable")
    key = [*OBSERVATION_KEY, "comparator"]
    stated = stated.drop_duplicates(key, keep="last").set_index(key)
    found = stated.reindex(pd.MultiIndex.from_frame(rows[key])).set_index(rows.index)
    newer = pd.to_datetime(found["published"]) > _of(rows["observation_id"], figures["published"])
    use = found["stated_id"].notna() & ((rows["verdict"] == "not compared") | newer)
    unclear = found["stated"] == "unclear"
    period, earlier = (
        parse_periods(found[column].fillna(""))["period_label"] for column in ("period", "comparator_period")
    )
    quoted = "'" + found["printed"] + "'"
    span = (
        " (" + period.str.replace(r"period not printed \((.*)\)", r"period not printed, \1", regex=True) + ")"
    ).fillna("")
    ending = np.where(
        unclear,
        "The text is cut off, so the direction is not certain.",
        "It prints no pair of figures to check this with.",
    )
    verdict = _stated_verdict(found["stated"], rows["polarity"], rows["comparator"])
    changes = {
        "verdict": verdict.mask(unclear, "not compared"),
        "evidence": np.where(unclear, "", "stated"),
        "stated_id": found["stated_id"],
        "reason": "The document says: " + quoted + span + ". " + ending,
        "comparator_text": quoted,
        "comparator_period": earlier,
        "comparator_source": found["source_id"] + ": " + found["locator"],
        "comparator_observation_id": "",
        "difference": np.nan,
        "difference_text": "",
        "comparator_value": np.nan,
    }
    rows = rows.assign(stated_id="")
    for column, new in changes.items():
        rows[column] = pd.Series(new, index=rows.index).where(use, rows[column])
    # An older figure has no part in what a newer document says.
    aside = use & newer
    text = ["period", "value_text", "observation_id", "value_source", "flags"]
    rows[text] = rows[text].mask(aside, "")
    rows["value"] = rows["value"].mask(aside)
    rows["flags"] = join_words([rows["flags"], word("text cut off", use & (found["reading"] == "cut off"))])
    return rows


def _stated_verdict(stated, polarity, comparator):
    """ "decreased" for an indicator where lower is better reads as improved."""
    up = stated.isin(["increased", "higher"])
    down = stated.isin(["decreased", "lower"])
    good = (up & (polarity == "higher")) | (down & (polarity == "lower"))
    bad = (up & (polarity == "lower")) | (down & (polarity == "higher"))
    time = comparator.isin(_OVER_TIME)
    return stated.mask(good, np.where(time, "improved", "better")).mask(bad, np.where(time, "worsened", "worse"))


def _with_age(rows, figures, register, plan, review):
    """Flag figures that have not moved on since the last review, with their age."""
    before = previous_review(register, plan, review)
    as_at = find_review(register, plan, review)["as_at"]
    end = _of(rows["observation_id"], figures["end"].where(figures["dated"]))
    months = months_between(end, as_at)
    told = pd.to_datetime(register.table("stated-comparisons").set_index("stated_id")["published"])
    sides = [
        _of(rows["observation_id"], figures["published"]),
        _of(rows["comparator_observation_id"], figures["published"]),
        _of(rows["stated_id"], told),
    ]
    known_from = pd.concat(sides, axis=1).max(axis=1)  # a comparison is as new as its newer side
    old = known_from <= (before["as_at"] if before is not None else pd.Timestamp.min)
    age = ("; the figure is " + months.map("{:.0f}".format, na_action="ignore").astype("str") + " months old").fillna(
        ""
    )
    tell = old & ~rows["verdict"].isin(["not compared", "not assessed"])
    sentence = word(" Nothing newer since the last review", tell) + age.where(tell, "") + word(".", tell)
    flags = join_words([rows["flags"], word("no new figure", old)])
    return rows.assign(flags=flags, reason=rows["reason"] + sentence)


def _with_queries(rows, register, figures, as_at):
    """Ids of the source queries that ask for caution with a figure, target or statement of a row.

    The reason names those with a high bearing; tables print their words below.
    """
    queries = known_queries(register, as_at)
    queries = queries[queries["effect"] != "none"]
    concerns = queries.assign(concerns=queries["concerns"].str.split()).explode("concerns")
    concerns["concerns"] = at_newest_edition(concerns["concerns"], register, figures)
    ids = concerns.groupby("concerns")["query_id"].agg(" ".join)
    grave = concerns[concerns["bearing"] == "high"].groupby("concerns")["query_id"].agg(" ".join)
    touched = ("observation_id", "comparator_observation_id", "stated_id", "target_id")
    query_ids = join_words([rows[column].map(ids) for column in touched], separator=" ")
    told = join_words([rows[column].map(grave) for column in touched], separator=" ")
    flags = join_words([rows["flags"], word("source query", query_ids != "")])
    tell = (told != "") & ~rows["verdict"].isin(["not compared", "not assessed"])
    see = (" See source query " + told.str.replace(" ", ", ") + ".").where(tell, "")
    return rows.assign(query_ids=query_ids, flags=flags, reason=rows["reason"] + see)


def _of(ids, column):
    """What a column holds for each id; empty where it has none."""
    return column.reindex(ids).set_axis(ids.index)


def _reading_flags(mine, other):
    cut = (mine["reading"] == "cut off") | (other["reading"] == "cut off")
    inferred = ((mine["reading"] == "inferred") | (other["reading"] == "inferred")) & ~cut
    return join_words([word("text cut off", cut), word("reading inferred", inferred)])


def _draft_flag(mine, other, register):
    drafts = draft_sources(register)
    return word("draft document", mine["source_id"].isin(drafts) | other["source_id"].isin(drafts))
