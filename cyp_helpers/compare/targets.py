"""Targets of every kind: met, not met, on track, off track, not assessed, or hidden by rounding.

A target is a value; a direction; a trend; "in line with" an area; a relative change; from one value to
another; a step on a scale; or words. Before its date a figure is held against the straight line from the
starting figure to the target; a figure later than its date says nothing about the date.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import (
    as_text, at_newest_edition, choose, contradicting, figures_of_periods, formatted, join_words, look_up, matching,
    word
)
from cyp_helpers.compare.judge import Verdict
from cyp_helpers.compare.pairs import across_break
from cyp_helpers.compare.reasons import draft_sources, in_unit, sentences
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import LINE_KEY, find_plan, judgement_steps

_KEY = ["priority_id", "subject_id"]
# Of a figure that rises, where higher is better.
_TREND_SIGNS = {"improving": 1, "increasing": 1, "worsening": -1, "decreasing": -1}
_LINE_KINDS = ["value", "from_to", "relative_change"]  # with a straight line to them
_LEVEL_KINDS = [*_LINE_KINDS, "judgement_step"]


def targets_of(subjects, figures, register):
    """The newest target set for each subject by a document known on the day; '' where there is none.

    Returns: DataFrame indexed as ``subjects``: ``target_id, kind, target_printed, target_period, target_value,
    direction, baseline_observation_id`` (the figure that the target is measured from), ``year_rule, comparator_area_id,
    comparator_source``.
    """
    targets = register.table("targets")
    targets = targets.rename(columns={one: f"target_{one}" for one in ("printed", "period", "value")}).assign(
        known_from=targets["source_id"].map(register.table("sources").set_index("source_id")["published"]),
        comparator_source=targets["source_id"] + ": " + targets["locator"],
    )
    wanted = ["target_id", "kind", "target_printed", "target_period", "target_value", "direction", "year_rule",
              "baseline_observation_id", "baseline_period", "comparator_area_id", "comparator_source"]
    listing = subjects["listed_as"].str.split().explode().rename("plan_indicator_id").rename_axis("row").reset_index()
    found = listing.merge(targets, on="plan_indicator_id").sort_values("known_from", kind="stable").set_index("row")
    found = found.loc[~found.index.duplicated(keep="last"), wanted].reindex(subjects.index, fill_value="")
    start, lines = found["baseline_observation_id"], subjects[LINE_KEY]
    by_period = as_text(figures_of_periods(lines, found.pop("baseline_period"), figures))
    return found.assign(baseline_observation_id=at_newest_edition(start, register).where(start != "", by_period))


def assess_targets(rows, figures, told, register, plan):
    """Hold each subject's figure against the target that the plan sets for it.

    Parameters: ``rows``: subjects with what ``targets_of`` gives, ``observation_id`` of the newest figure, ``lack`` and
    ``lack_detail``; ``figures``: frame of ``with_words``; ``told``: rows of ``compare_plan``, whose five years answer a
    target that asks for a trend.
    Returns: One row for each subject, in the form of ``compare_plan`` with comparator ``target``.
    """
    asked = parse_periods(rows["target_period"])
    plan_end = pd.Timestamp(find_plan(register, plan)["period_end"])
    # The figure for the target's own period where there is one, else the newest.
    own = figures_of_periods(rows, rows["target_period"], figures)
    rows = rows.assign(
        comparator="target", lack_words=sentences(rows["lack"], area=rows["lack"], detail=rows["lack_detail"]),
        comparator_period=asked["period_label"], observation_id=own.fillna(rows["observation_id"]),
        target_end=asked["end"].fillna(plan_end), target_months=asked["months"],
    )
    rows = _with_sides(rows, figures, register)
    rows = rows.join(_goals(rows, figures, register))
    five = told[told["comparator"] == "five_years"].set_index(_KEY)[["verdict", "reason", "difference", "scale"]]
    rows = rows.join(five.add_prefix("trend_"), on=_KEY)
    rows = rows.join(_verdicts(rows))
    levels = rows["kind"].isin(_LEVEL_KINDS)
    looser = levels & (_sign(rows) * (rows["goal"] - rows["start_number"]) < 0)

    why = _why_not_assessed(rows, register)
    assessed, period, printed = why == "", rows["comparator_period"], "'" + rows["target_printed"] + "'"
    problem = sentences(
        why, said=rows["value_said"], start=rows["start_said"], printed=printed, lack=rows["lack_words"],
        trend=rows["trend_reason"], goal=printed + " for " + period.fillna("the end of the plan"),
        period=period.fillna("another period"),
    )
    difference = (rows["value"] - rows["goal"]).where(assessed & levels & (rows["unit"] != "judgement")).round(6)
    rows = rows.assign(verdict=rows["verdict"].where(assessed, "not assessed"), evidence="", difference=difference)
    rows["outlook"] = _outlook(rows).where(~rows["due"], "")
    words = " The target is looser than the starting figure, " + rows["start_said"] + "."
    rows["reason"] = _reasons(rows, register).where(assessed, problem) + words.where(looser, "")
    rows["flags"] = join_words([
        rows["status_words"], word("target looser than start", looser),
        word("period not printed", rows["value_dated"].eq(False)), word("draft document", rows["draft"]),
    ])
    return rows.drop(columns="direction")  # the way of the target; beside a comparator the word means another thing


# ---- the target, the figure and the start ----


def _with_sides(rows, figures, register):
    columns = ["number", "low", "high", "start", "end", "dated", "months", "said"]
    mine, start = (look_up(rows[f"{side}observation_id"], figures) for side in ("", "baseline_"))
    both = mine[columns].add_prefix("value_").join(start[columns].add_prefix("start_"))
    both["start_dated"] = both["start_dated"].fillna(True).astype(bool)
    both["broken"] = across_break(mine["figure"], start["figure"], figures.set_index("figure"))
    return rows.join(both).assign(
        period=mine["period_label"], value=mine["number"], value_text=mine["text"], value_source=mine["source"],
        value_said=as_text(mine["said"]), start_said=as_text(start["said"]), status_words=mine["status_words"],
        draft=mine["source_id"].isin(draft_sources(register)), comparator_text=rows["target_printed"],
    )


def _goals(rows, figures, register):
    """What the figure must reach: ``goal`` with its ends where it depends on a rounded starting figure."""
    scale = rows["indicator_id"].map(register.table("indicators").set_index("indicator_id")["scale_id"])
    steps = judgement_steps(scale, rows["target_value"], register)
    number = pd.to_numeric(rows["target_value"], errors="coerce").mask(rows["kind"] == "judgement_step", steps)
    share = 1 + _sign(rows) * number / 100
    # The figure of the target's area for the period of the figure.
    wanted = rows[LINE_KEY].assign(area_id=rows["comparator_area_id"], start=rows["value_start"], end=rows["value_end"])
    national = matching(wanted, figures[figures["number"].notna()], list(wanted), ["number", "low", "high", "said"])
    kinds = [rows["kind"] == one for one in ("relative_change", "direction", "in_line")]
    ends = {}
    for goal, end in (("goal", "number"), ("goal_low", "low"), ("goal_high", "high")):
        start = rows[f"start_{end}"]
        ends[goal] = np.select(kinds, [start * share, start, national[end]], number)
    told = {"comparator_value": ends["goal"], "national_said": as_text(national["said"])}
    return pd.DataFrame({**ends, **told}, rows.index)


def _sign(rows):
    return rows["direction"].map({"higher": 1, "lower": -1}).astype(float)


# ---- the verdict ----


def _why_not_assessed(rows, register):
    """Why a target cannot be assessed, the first of ``reasons.csv`` that holds; '' where it can."""
    kind, dated, missing = rows["kind"], rows["start_dated"], rows["start_number"].isna()
    target_end, value_end, start_end = (rows[f"{one}_end"] for one in ("target", "value", "start"))
    in_line, direction = kind == "in_line", kind == "direction"
    start = (rows["observation_id"] == rows["baseline_observation_id"]) | (dated & (value_end <= start_end))
    part = (rows["target_months"] >= 12) & rows["value_months"].between(1, 11) & (rows["year_rule"] != "last")
    late = (rows["target_period"] != "") & rows["value_dated"].eq(True) & (value_end > target_end) & ~in_line
    ahead = kind.isin(_LEVEL_KINDS) & ~rows["due"]
    return choose(
        rows.index,
        # No target, no figure, or a kind of target that figures alone do not answer.
        (rows["target_id"] == "", "no target"), (kind == "pending", "no target yet"),
        (kind == "words", "target in words"), (rows["lack"] != "", "no figure for target"),
        ((kind == "trend") & ~rows["trend_verdict"].isin(list(_TREND_SIGNS)), "no trend"),
        # The figure is the start itself, of unknown order, or of another date than the target's.
        (start, "not later than start"), (part, "part of year"),
        (~dated & (start_end >= value_end), "start of unknown order"),
        (late, "later than target"), (in_line & (value_end != target_end), "target of other period"),
        # The target hangs on a starting or national figure that is missing, undated, contradicted or on another basis.
        (direction & (rows["direction"] == "lower") & (rows["start_high"] == 0), "start of nought"),
        (contradicting(rows, register, "observation_id", "baseline_observation_id"), "start contradicted"),
        (rows["broken"], "start before break"),
        (ahead & ~missing & ~dated, "start without date"),
        ((kind == "relative_change") & missing, "change without start"),
        (ahead & (missing | (kind == "judgement_step")) & ~rows["reached"], "no line"),
        (direction & missing, "direction without start"),
        (in_line & rows["goal"].isna(), "no figure of target area"),
    )


def _verdicts(rows):
    """On or after the target's date met or not met, before it on or off the straight line to it."""
    due = rows["value_end"] >= rows["target_end"]
    elapsed = (rows["value_end"] - rows["start_end"]) / (rows["target_end"] - rows["start_end"])
    straight = ~due & rows["kind"].isin(_LINE_KINDS) & rows["start_number"].notna()
    # The start is rounded too, so the line is a band that narrows towards the target.
    low, high = (
        goal.mask(straight, start + elapsed * (goal - start)).round(9)
        for start, goal in ((rows[f"start_{end}"], rows[f"goal_{end}"]) for end in ("low", "high"))
    )
    falling, trend = rows["direction"] == "lower", rows["kind"] == "trend"
    reached = (rows["value_high"] <= low).where(falling, rows["value_low"] >= high)
    missed = (rows["value_low"] >= high).where(falling, rows["value_high"] <= low)
    stands_still = (rows["value_low"] == rows["value_high"]) & (low == high) & (rows["value_low"] == low)
    reached &= ~(stands_still & (rows["kind"] == "direction"))  # "reduce" is not met by standing still
    reached |= (rows["kind"] == "in_line") & ~missed
    sign = rows["trend_verdict"].map(_TREND_SIGNS).astype(float)
    towards = sign.mask(rows["polarity"] == "lower", -sign) * _sign(rows) > 0
    reached, missed = reached.mask(trend, towards), missed.mask(trend, sign.notna() & ~towards)
    verdict = choose(
        rows.index, (reached & due, "met"), (reached, "on track"), (missed & due, "not met"), (missed, "off track"),
        otherwise=Verdict.HIDDEN,
    )
    lines = {"line_low": low.where(straight), "line_high": high.where(straight)}
    return pd.DataFrame({"due": due, "reached": reached, "verdict": verdict, **lines})


def _outlook(rows):
    """Whether a value will be reached by its date at the pace of five years, beside what the figure ordinarily moves.

    The figure moved on by its yearly change over five years until the target's date, less the target, over s times the
    root of the years left: beyond 1 on either side it is secure, or not to be reached at this pace.
    """
    years = (rows["target_end"] - rows["value_end"]).dt.days / 365.25
    usual = rows["trend_scale"] * np.sqrt(years.where(years > 0))
    ahead = (rows["value"] + rows["trend_difference"] / 4 * years - rows["goal"]) * _sign(rows) / usual
    said = choose(rows.index, (ahead > 1, "secure"), (ahead < -1, "not at this pace"), otherwise="could go either way")
    return said.where(rows["kind"].isin(_LINE_KINDS) & ahead.notna(), "")


def _reasons(rows, register):
    """One plain sentence for each target that can be assessed."""
    kind, verdict, said = rows["kind"], rows["verdict"], rows["value_said"]
    by = (" for " + rows["comparator_period"]).fillna("").where(kind != "in_line", "")
    beside = choose(
        rows.index, (kind.isin(["direction", "relative_change"]), ", from " + rows["start_said"]),
        (kind == "in_line", ", which was " + rows["national_said"]),
    )
    goal = "the target '" + rows["target_printed"] + "'" + by + beside + "."
    words = {"met": " meets ", "not met": " does not meet "}
    words |= {one: f" is {one} for " for one in ("on track", "off track")}
    text = said + as_text(verdict.map(words)) + goal
    blurred = "Rounding hides whether " + said + " is enough for " + goal
    text = text.mask(verdict == Verdict.HIDDEN, blurred)
    text += (" " + rows["trend_reason"]).where(kind == "trend", "")
    units = register.table("units").set_index("unit")
    low, high = (formatted(rows[end], "{:,.1f}") for end in ("line_low", "line_high"))
    band = in_unit(rows, low.where(low == high, low + " to " + high), units)
    text += (" On the straight line from the starting figure it would be " + band + ".").fillna("")
    text += (" At the pace of the last five years: " + rows["outlook"] + ".").where(rows["outlook"] != "", "")
    passed, today = rows["target_end"] < register.day, rows["target_end"] == register.day
    text += word(" The target's date has passed without a figure for it.", ~rows["due"] & passed)
    return text + word(
        " The target is due on the day of the review; no figure for it is known yet.", ~rows["due"] & today
    )
