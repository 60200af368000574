"""Targets of every kind: met, not met, on track, off track, not assessed, or hidden by rounding.

A target is a value; a direction; a trend; "in line with" an area; a relative change; from one value to
another; a step on a scale; or words. Before its date a figure is held against the straight line from the
starting figure to the target; a figure later than its date says nothing about the date.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import at_newest_edition, contradicting, figures_of_periods, join_words, look_up, word
from cyp_helpers.compare.flags import draft_sources
from cyp_helpers.compare.reasons import gap_sentences
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import find_plan, judgement_steps

# Of a figure that rises, where higher is better.
_TREND_SIGNS = {"improving": 1, "increasing": 1, "worsening": -1, "decreasing": -1}
SECURE, EITHER_WAY, NOT_AT_THIS_PACE = "secure", "could go either way", "not at this pace"
_LEVEL_KINDS = ["value", "from_to", "judgement_step", "relative_change"]


def assess_targets(subjects, figures, told, register, plan):
    """Hold each subject's figure against the target that the plan sets for it.

    Parameters
    ----------
    subjects : frame of ``listed_subjects`` with ``observation_id`` of the newest figure, ``lack`` and ``lack_detail``
    figures : frame of ``with_words``
    told : rows of ``compare_plan``, whose five years answer a target that asks for a trend

    Returns
    -------
    One row for each subject, in the form of ``compare_plan`` with comparator ``target``.
    """
    rows = subjects.assign(comparator="target").join(_targets_of(subjects, register))
    rows["lack_words"] = gap_sentences(rows["lack"], pd.Series("", rows.index), rows["lack_detail"])
    rows["baseline_observation_id"] = at_newest_edition(
        rows["baseline_observation_id"].astype("str").fillna(""), register
    )
    rows["target_end"] = parse_periods(rows["target_period"].fillna(""))["end"].fillna(
        pd.Timestamp(find_plan(register, plan)["period_end"])
    )
    by_period = figures_of_periods(rows, rows["baseline_period"], figures).astype("str").fillna("")
    rows["baseline_observation_id"] = rows["baseline_observation_id"].where(rows["baseline_observation_id"] != "", by_period)
    # The figure for the target's own period where there is one, else the newest.
    own = figures_of_periods(rows, rows["target_period"], figures)
    rows["observation_id"] = own.fillna(rows["observation_id"])
    rows = _with_sides(rows, figures, register)
    rows = rows.join(_goals(rows, figures, register))
    rows = rows.join(_trends(told), on=["priority_id", "subject_id"])
    rows["looser"] = rows["kind"].isin(_LEVEL_KINDS) & (_sign(rows) * (rows["goal"] - rows["start_number"]) < 0)

    verdicts = _verdicts(rows)
    problem = _why_not_assessed(rows, figures, register)
    assessed = problem == ""
    rows["verdict"] = verdicts.where(assessed, "not assessed")
    rows["evidence"] = ""
    rows["outlook"] = _outlook(rows, told).where(~rows["due"], "")
    rows["difference"] = (
        (rows["value"] - rows["goal"])
        .where(assessed & rows["kind"].isin(_LEVEL_KINDS) & (rows["unit"] != "judgement"))
        .round(6)
    )
    rows["reason"] = _reasons(rows, register).where(assessed, problem) + _looser_words(rows)
    rows["flags"] = join_words([
        rows["status_words"], word("target looser than start", rows["looser"]),
        word("period not printed", rows["value_dated"].eq(False)), word("draft document", rows["draft"])
    ])
    return rows.drop(
        columns="direction"
    )  # which way the target points; beside a comparator the word means another thing


# ---- the target, the figure and the start ----


def _targets_of(subjects, register):
    """The newest target set for each subject by a document known on the day."""
    targets = register.table("targets")
    known_from = targets["source_id"].map(register.table("sources").set_index("source_id")["published"])
    targets = targets.assign(known_from=known_from).rename(
        columns={"period": "target_period", "printed": "target_printed"}
    )
    targets["comparator_source"] = targets["source_id"] + ": " + targets["locator"]
    wanted = [
        "target_id", "kind", "target_printed", "target_period", "value", "direction", "baseline_observation_id",
        "baseline_period", "year_rule", "comparator_area_id", "comparator_source", "known_from"
    ]
    targets = targets.set_index("plan_indicator_id")[wanted].rename(columns={"value": "target_value"})
    listing = subjects["listed_as"].str.split().explode().rename("plan_indicator_id").to_frame()
    found = (
        listing.join(targets, on="plan_indicator_id")
        .dropna(subset="target_id")
        .sort_values("known_from", kind="stable")
    )
    return (
        found[~found.index.duplicated(keep="last")]
        .drop(columns=["plan_indicator_id", "known_from"])
        .reindex(subjects.index)
    )


def _with_sides(rows, figures, register):
    mine = look_up(rows["observation_id"], figures)
    start = look_up(rows["baseline_observation_id"], figures)
    return rows.assign(
        period=mine["period_label"], value=mine["number"], value_text=mine["text"], value_source=mine["source"],
        value_said=mine["said"].astype("str"), value_low=mine["low"], value_high=mine["high"], value_end=mine["end"],
        value_start=mine["start"], value_dated=mine["dated"], value_months=mine["months"],
        status_words=mine["status_words"], draft=mine["source_id"].isin(draft_sources(register)),
        numerator=mine["numerator"], denominator=mine["denominator"], per=mine["per"], start_number=start["number"],
        start_low=start["low"], start_high=start["high"], start_end=start["end"],
        start_said=start["said"].astype("str"), start_dated=start["dated"].fillna(True).astype(bool),
        comparator_period=parse_periods(rows["target_period"].fillna(""))["period_label"],
        comparator_text=rows["target_printed"].astype("str")
    )


def _goals(rows, figures, register):
    """What the figure must reach: ``goal`` with its ends where it depends on a rounded starting figure."""
    number = pd.to_numeric(rows["target_value"], errors="coerce")
    scale = register.table("indicators").set_index("indicator_id")["scale_id"]
    number = number.where(
        rows["kind"] != "judgement_step",
        judgement_steps(rows["indicator_id"].map(scale), rows["target_value"].astype("str").fillna(""), register),
    )
    share = 1 + _sign(rows) * number / 100
    national = _national(rows, figures)
    kinds = [rows["kind"] == "relative_change", rows["kind"] == "direction", rows["kind"] == "in_line"]
    ends = {}
    for end, source in (("goal", "number"), ("goal_low", "low"), ("goal_high", "high")):
        start = rows[f"start_{source}"]
        ends[end] = np.select(kinds, [start * share, start, national[source]], number)
    return pd.DataFrame({**ends, "national_said": national["said"].astype("str")}, index=rows.index).assign(
        comparator_value=ends["goal"]
    )


def _national(rows, figures):
    """The figure of the target's area for the period of the figure."""
    keys = ["series_id", "breakdown", "area_id", "start", "end"]
    wanted = rows[["series_id", "breakdown"]].assign(
        area_id=rows["comparator_area_id"], start=rows["value_start"], end=rows["value_end"], row=rows.index
    )
    found = wanted.merge(figures[figures["number"].notna()], on=keys).drop_duplicates("row").set_index("row")
    return found[["number", "low", "high", "said"]].reindex(rows.index)


def _trends(told):
    """The verdict over five years of each subject, and its reason."""
    five = told[told["comparator"] == "five_years"].set_index(["priority_id", "subject_id"])
    return five[["verdict", "reason"]].add_prefix("trend_")


def _sign(rows):
    return rows["direction"].map({"higher": 1, "lower": -1}).astype(float)


# ---- the verdict ----


def _why_not_assessed(rows, figures, register):
    """The reason why a target cannot be assessed; '' where it can. The first that holds is the one told."""
    printed = "'" + rows["target_printed"].fillna("") + "'"
    pairs = [
        *_target_says_no(rows, printed), *_figure_is_too_early_or_late(rows, printed),
        *_nothing_to_start_from(rows, figures, register, printed)
    ]
    conditions, reasons = zip(*pairs)
    return pd.Series(np.select(conditions, reasons, ""), index=rows.index)


def _target_says_no(rows, printed):
    """No target, no figure, or a kind of target that figures alone do not answer."""
    moving = rows["trend_verdict"].isin(list(_TREND_SIGNS))
    return [
        (rows["target_id"].isna(), "No target is printed."),
        (rows["kind"] == "pending", "The document sets no target yet. " + rows["lack_words"]),
        (rows["kind"] == "words", "The target is in words: " + printed + "."),
        (rows["lack"] != "", rows["lack_words"] + " The target is " + printed + "."),
        ((rows["kind"] == "trend") & ~moving, "The target is " + printed + ". " + rows["trend_reason"]),
    ]


def _figure_is_too_early_or_late(rows, printed):
    """The figure is the start itself, of unknown order, or of another date than the target's."""
    said, period = rows["value_said"].fillna(""), rows["comparator_period"].astype("str")
    start = (rows["observation_id"] == rows["baseline_observation_id"]) | (
        rows["start_dated"] & (rows["value_end"] <= rows["start_end"])
    )
    unordered = ~rows["start_dated"] & (rows["start_end"] >= rows["value_end"])
    dated = (rows["target_period"].fillna("") != "") & rows["value_dated"].eq(True)
    late = dated & (rows["value_end"] > rows["target_end"]) & (rows["kind"] != "in_line")
    other = (rows["kind"] == "in_line") & (rows["value_end"] != rows["target_end"])
    goal = printed + " for " + period.fillna("the end of the plan")
    whole_year = parse_periods(rows["target_period"].fillna(""))["months"] >= 12
    part = whole_year & rows["value_months"].between(1, 11) & ~rows["year_rule"].eq("last")
    lost = "The starting figure is printed without its period, so it is not known whether "
    return [
        (start, "No figure later than the starting figure is known: " + said + ". The target is " + printed + "."),
        (part, "The target is for a year, " + goal + "; the figure known is of a part of one: " + said + "."),
        (unordered, lost + said + " is a later figure."),
        (late, "No figure is known for the date of the target, " + goal + "; there is a later one: " + said + "."),
        (other, "The target is for " + period.fillna("another period") + "; the figure known is " + said + "."),
    ]


def _nothing_to_start_from(rows, figures, register, printed):
    """The target hangs on a starting or national figure that is missing, undated or contradicted."""
    said, kind, missing = rows["value_said"].fillna(""), rows["kind"], rows["start_number"].isna()
    zero = (kind == "direction") & (rows["direction"] == "lower") & (rows["start_high"] == 0)
    contradicted = contradicting(rows, register, "observation_id", "baseline_observation_id")
    ahead = kind.isin(_LEVEL_KINDS) & ~rows["due"]
    no_line = ahead & (missing | (kind == "judgement_step")) & ~rows["reached"]
    goal = "The target, " + printed + " for " + rows["comparator_period"].astype("str").fillna("the end of the plan")
    undated = ", is still ahead, and the starting figure is printed without its period, so there is no line to hold "
    both = " and the starting figure, " + rows["start_said"].fillna("")
    without = " (" + printed + ") and no starting figure is printed."
    return [
        (zero, "The starting figure is zero, so it cannot fall."),
        (contradicted, said + both + ", cannot both be on the definition of the target."),
        (ahead & ~missing & ~rows["start_dated"], goal + undated + said + " against."),
        ((kind == "relative_change") & missing, "The target is a relative change" + without),
        (no_line, goal + ", is still ahead, and there is no line from a starting figure to hold " + said + " against."),
        ((kind == "direction") & missing, "The target is a direction" + without),
        ((kind == "in_line") & rows["goal"].isna(), "No figure of the area that the target refers to is printed."),
    ]


def _verdicts(rows):
    """On or after the target's date met or not met, before it on or off the straight line to it."""
    rows["due"] = rows["value_end"] >= rows["target_end"]
    elapsed = (rows["value_end"] - rows["start_end"]) / (rows["target_end"] - rows["start_end"])
    straight = ~rows["due"] & rows["kind"].isin(["value", "from_to", "relative_change"]) & rows["start_number"].notna()
    # The start is rounded too, so the line is a band that narrows towards the target.
    low, high = (
        rows[f"goal_{end}"]
        .mask(straight, rows[f"start_{end}"] + elapsed * (rows[f"goal_{end}"] - rows[f"start_{end}"]))
        .round(9)
        for end in ("low", "high")
    )
    rows["line_low"], rows["line_high"] = low.where(straight), high.where(straight)
    falling = rows["direction"] == "lower"
    reached = (rows["value_high"] <= low).where(falling, rows["value_low"] >= high)
    missed = (rows["value_low"] >= high).where(falling, rows["value_high"] <= low)
    stands_still = (rows["value_low"] == rows["value_high"]) & (low == high) & (rows["value_low"] == low)
    reached &= ~(stands_still & (rows["kind"] == "direction"))  # "reduce" is not met by standing still
    reached |= (rows["kind"] == "in_line") & ~missed
    trend = rows["kind"] == "trend"
    sign = rows["trend_verdict"].map(_TREND_SIGNS).astype(float)
    towards = np.where(rows["polarity"] == "lower", -sign, sign) * _sign(rows) > 0
    reached, missed = reached.mask(trend, towards), missed.mask(trend, sign.notna() & ~towards)
    rows["reached"] = reached
    yes, no = np.where(rows["due"], "met", "on track"), np.where(rows["due"], "not met", "off track")
    return pd.Series(np.select([reached, missed], [yes, no], "cannot tell from rounded figures"), index=rows.index)


def _outlook(rows, told):
    """Whether a value will be reached by its date at the pace of the last five years, beside what the figure ordinarily moves.

    The figure moved on by its yearly change over five years until the target's date, less the target, over s times the root of the
    years left: beyond 1 on the good side "secure", beyond 1 on the other "not at this pace", else "could go either way".
    """
    key = ["priority_id", "subject_id"]
    five = told[told["comparator"] == "five_years"].set_index(key)
    pace = rows[key].join((five["difference"] / 4).rename("pace"), on=key)["pace"]
    scale = rows[key].join(five["scale"], on=key)["scale"]
    years = (rows["target_end"] - rows["value_end"]).dt.days / 365.25
    ahead = (rows["value"] + pace * years - rows["goal"]) * _sign(rows) / (scale * np.sqrt(years.where(years > 0)))
    good = rows["kind"].isin(["value", "from_to", "relative_change"]) & ahead.notna()
    said = np.select([ahead > 1, ahead < -1], [SECURE, NOT_AT_THIS_PACE], EITHER_WAY)
    return pd.Series(said, index=rows.index, dtype="str").where(good, "")


def _reasons(rows, register):
    """One plain sentence for each target that can be assessed."""
    by = (" for " + rows["comparator_period"]).astype("str").fillna("").where(rows["kind"] != "in_line", "")
    goal = "the target '" + rows["target_printed"].astype("str").fillna("") + "'" + by
    start = ", from " + rows["start_said"].fillna("")
    beside = pd.Series(
        np.select(
            [rows["kind"].isin(["direction", "relative_change"]), rows["kind"] == "in_line"],
            [start, ", which was " + rows["national_said"].fillna("")], ""
        ),
        index=rows.index
    )
    words = (
        rows["verdict"]
        .map(
            {
                "met": " meets ",
                "not met": " does not meet ",
                "on track": " is on track for ",
                "off track": " is off track for ",
            }
        )
        .astype("str")
        .fillna("")
    )
    text = rows["value_said"].fillna("") + words + goal + beside + "."
    blurred = "Rounding hides whether " + rows["value_said"].fillna("") + " is enough for " + goal + beside + "."
    text = text.mask(rows["verdict"] == "cannot tell from rounded figures", blurred)
    text = text + (" " + rows["trend_reason"]).where(rows["kind"] == "trend", "")
    units = register.table("units").set_index("unit")
    prefix, suffix = (rows["unit"].map(units[end]).fillna("") for end in ("prefix", "suffix"))
    low, high = (rows[end].map("{:,.1f}".format, na_action="ignore").astype("str") for end in ("line_low", "line_high"))
    band = low.where(low == high, low + " to " + high)
    line = (" On the straight line from the starting figure it would be " + prefix + band + suffix + ".").fillna("")
    text += line + (" At the pace of the last five years: " + rows["outlook"] + ".").where(rows["outlook"] != "", "")
    passed, today = rows["target_end"] < register.day, rows["target_end"] == register.day
    text += word(" The target's date has passed without a figure for it.", ~rows["due"] & passed)
    return text + word(
        " The target is due on the day of the review; no figure for it is known yet.", ~rows["due"] & today
    )


def _looser_words(rows):
    words = " The target is looser than the starting figure, " + rows["start_said"].fillna("") + "."
    return words.where(rows["looser"], "")
