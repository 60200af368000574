"""What a schema cannot say of the register: references into several files, printed decimals, dates that fit their form.

Each check returns faults as rows of file, row (as a spreadsheet counts), column, what was found and what would be right.
"""

import pandas as pd

from cyp_helpers.register.periods import PERIOD_FORMS, parse_periods
from cyp_helpers.register.tables import decimal_places, judgement_steps

_DIGITS = r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?"


def meaning_faults(register, paths):
    """All faults of meaning in a register whose form is right; ``paths`` gives the file of each table."""
    checks = [
        _period_faults,
        _printed_faults,
        _value_faults,
        _reference_faults,
        _duplicate_faults,
        _target_faults,
        _scale_faults,
        _link_faults,
    ]
    return [fault for check in checks for fault in check(register, paths)]


def _rows(frame, bad, file, column, right):
    """A fault for each row of ``frame`` where ``bad`` is true; ``right`` is a text or a Series."""
    right = pd.Series(right, index=frame.index)
    return [[file, row + 2, column, frame.at[row, column], right[row]] for row in frame.index[bad]]


def _observation_tables(register, paths):
    return [(register.table(name), path) for name, path in paths.items() if name.startswith("observations-")]


def _period_faults(register, paths):
    wanted = [(frame, path, "period") for frame, path in _observation_tables(register, paths)]
    wanted += [(register.table("targets"), paths["targets"], "period")]
    wanted += [
        (register.table("stated-comparisons"), paths["stated-comparisons"], column)
        for column in ("period", "comparator_period")
    ]
    faults = []
    for frame, path, column in wanted:
        given = frame[column] != ""
        bad = given & parse_periods(frame[column])["end"].isna()
        faults += _rows(frame, bad, path, column, f"a period such as {PERIOD_FORMS}")
    return faults


def _printed_faults(register, paths):
    """The digits of ``value`` stand in ``printed``, with as many decimals."""
    faults = []
    for frame, path in _observation_tables(register, paths):
        numbers = frame["printed"].str.findall(_DIGITS).map(lambda found: [text.replace(",", "") for text in found])
        is_number = pd.to_numeric(frame["value"], errors="coerce").notna() & (frame["qualifier"] != "word")
        stands = pd.Series(
            [value in found for value, found in zip(frame["value"], numbers)], index=frame.index, dtype=bool
        )
        right = (
            "the number in "
            + frame["printed"].map(repr)
            + " with the decimals printed there and no thousands separator"
        )
        faults += _rows(frame, is_number & ~stands, path, "value", right)
        word = (frame["value"] != "") & ~is_number & (frame["qualifier"] != "word")
        inside = pd.Series(
            [value in printed for value, printed in zip(frame["value"], frame["printed"])],
            index=frame.index,
            dtype=bool,
        )
        faults += _rows(frame, word & ~inside, path, "value", right)
        missing = (frame["value"] == "") & ~frame["status"].str.contains(r"\b(?:x|z|c|low)\b")
        faults += _rows(frame, missing, path, "status", "x, z, c or low, because no value is given")
    return faults


def _value_faults(register, paths):
    """Values fit the unit and the decimals of their indicator."""
    indicators = register.table("indicators").set_index("indicator_id")
    indicator_of = register.table("series").set_index("series_id")["indicator_id"]
    unit_of, decimals_of = indicator_of.map(indicators["unit"]), indicator_of.map(indicators["decimals"].astype(int))
    faults = []
    for frame, path in _observation_tables(register, paths):
        number, unit = pd.to_numeric(frame["value"], errors="coerce"), frame["series_id"].map(unit_of)
        given = frame["value"] != ""
        judgement = unit == "judgement"
        step = judgement_steps(
            frame["series_id"].map(indicator_of).map(indicators["scale_id"]), frame["value"], register
        )
        faults += _rows(
            frame,
            given & judgement & step.isna(),
            path,
            "value",
            "a label on the scale of its indicator, in data/reference/scales.csv",
        )
        faults += _rows(
            frame, given & ~judgement & number.isna(), path, "value", "a number, with no thousands separator"
        )
        faults += _rows(
            frame, (unit == "percent") & ~number.fillna(0).between(0, 100), path, "value", "a percentage from 0 to 100"
        )
        places = decimal_places(frame["value"])
        limit = frame["series_id"].map(decimals_of)
        right = "at most " + limit.astype(str) + " decimals, or more decimals in indicators.csv"
        faults += _rows(frame, number.notna() & (places > limit), path, "value", right)
        share = pd.to_numeric(frame["numerator"]) > pd.to_numeric(frame["denominator"])
        faults += _rows(frame, (unit == "percent") & share, path, "numerator", "a count no larger than the denominator")
    return faults


def _reference_faults(register, paths):
    """Ids that may stand in any of several files."""
    observations = set(register.table("observations")["observation_id"])
    anything = (
        observations
        | set(register.table("stated-comparisons")["stated_id"])
        | set(register.table("plan-indicators")["plan_indicator_id"])
    )
    right = "an observation_id that stands in data/observations"
    faults = []
    for name, column in [
        ("printed-pairings", "observation_id"),
        ("printed-pairings", "comparator_observation_id"),
        ("targets", "baseline_observation_id"),
    ]:
        frame = register.table(name)
        faults += _rows(frame, (frame[column] != "") & ~frame[column].isin(observations), paths[name], column, right)
    queries = register.table("source-queries")
    strangers = queries["concerns"].str.split().map(lambda ids: [one for one in ids if one not in anything])
    right = "ids of observations, stated comparisons or plan indicators; unknown: " + strangers.str.join(", ")
    faults += _rows(queries, strangers.str.len() > 0, paths["source-queries"], "concerns", right)
    unserved = register.table("plan-indicators")
    served = unserved["plan_indicator_id"].isin(register.table("plan-indicator-priorities")["plan_indicator_id"])
    faults += _rows(
        unserved,
        ~served,
        paths["plan-indicators"],
        "plan_indicator_id",
        "an indicator with a row in plan_indicator_priorities.csv",
    )
    return faults


def _duplicate_faults(register, paths):
    """An observation_id in two files, or one figure twice with one publication date."""
    every = register.table("observations")
    twice = set(every.loc[every["observation_id"].duplicated(), "observation_id"])
    key = ["series_id", "area_id", "breakdown", "period", "published"]
    same = set(every.loc[every.duplicated(key), "observation_id"])
    faults = []
    for frame, path in _observation_tables(register, paths):
        faults += _rows(
            frame,
            frame["observation_id"].isin(twice),
            path,
            "observation_id",
            "an id that no other file of observations has",
        )
        right = (
            "one row for a series, area, breakdown, period and publication date; a corrected figure has a later date"
        )
        faults += _rows(frame, frame["observation_id"].isin(same), path, "observation_id", right)
    return faults


def _target_faults(register, paths):
    targets, path = register.table("targets"), paths["targets"]
    needs_value = targets["kind"].isin(["value", "from_to", "relative_change"])
    faults = _rows(
        targets,
        needs_value & pd.to_numeric(targets["value"], errors="coerce").isna(),
        path,
        "value",
        "a number for this kind of target",
    )
    needs_direction = ~targets["kind"].isin(["words", "pending"])
    faults += _rows(
        targets,
        needs_direction & (targets["direction"] == ""),
        path,
        "direction",
        "higher or lower for this kind of target",
    )
    in_line = targets["kind"] == "in_line"
    faults += _rows(
        targets,
        in_line & (targets["comparator_area_id"] == ""),
        path,
        "comparator_area_id",
        "the area to be in line with",
    )
    faults += _rows(targets, in_line & (targets["period"] == ""), path, "period", "the period in which to be in line")
    listed = register.table("plan-indicators").set_index("plan_indicator_id")["series_id"]
    indicator = (
        targets["plan_indicator_id"].map(listed).map(register.table("series").set_index("series_id")["indicator_id"])
    )
    scale = indicator.map(register.table("indicators").set_index("indicator_id")["scale_id"])
    step = judgement_steps(scale, targets["value"], register)
    faults += _rows(
        targets,
        (targets["kind"] == "judgement_step") & step.isna(),
        path,
        "value",
        "a label on the scale of its indicator, in data/reference/scales.csv",
    )
    twice = targets["plan_indicator_id"].duplicated()
    return faults + _rows(targets, twice, path, "plan_indicator_id", "one target for each row of plan_indicators.csv")


def _link_faults(register, paths):
    """Links that point to one of several kinds of row, and due dates that do not fit their form."""
    links, kinds = (
        register.table("governance-links"),
        {
            "body": ("governance-bodies", "body_id"),
            "activity": ("activities", "activity_id"),
            "plan": ("plans", "plan_id"),
        },
    )
    faults = []
    for kind, (name, key) in kinds.items():
        bad = (links["target_kind"] == kind) & ~links["target_id"].isin(register.table(name)[key])
        faults += _rows(
            links, bad, paths["governance-links"], "target_id", f"{key} of a row that stands in {paths[name]}"
        )
    evidence = register.table("evidence")
    known = set(register.table("observations")["observation_id"]) | set(
        register.table("stated-comparisons")["stated_id"]
    )
    strangers = evidence["figures"].str.split().map(lambda ids: [one for one in ids if one not in known])
    faults += _rows(
        evidence,
        strangers.str.len() > 0,
        paths["evidence"],
        "figures",
        "ids of observations or stated comparisons; unknown: " + strangers.str.join(", "),
    )
    moves, activities = register.table("activity-moves"), register.table("activities")["activity_id"]
    for column in ("from_activity_id", "to_activity_id"):
        bad = (moves[column] != "") & ~moves[column].isin(activities)
        faults += _rows(
            moves, bad, paths["activity-moves"], column, f"activity_id of a row that stands in {paths['activities']}"
        )
    shown, sources = register.table("action-evidence"), register.table("sources")["source_id"]
    faults += _rows(
        shown,
        (shown["said_by"] != "") & ~shown["said_by"].isin(sources),
        paths["action-evidence"],
        "said_by",
        f"source_id of a row that stands in {paths['sources']}",
    )
    actions = register.table("actions")
    needs_end, needs_start = (
        actions["due_form"].isin(["by", "between"]),
        actions["due_form"].isin(["begins", "between"]),
    )
    faults += _rows(
        actions,
        needs_end != (actions["due_end"] != ""),
        paths["actions"],
        "due_end",
        "a date for the forms by and between, and none for the others",
    )
    return faults + _rows(
        actions,
        needs_start != (actions["due_start"] != ""),
        paths["actions"],
        "due_start",
        "a date for the forms begins and between, and none for the others",
    )


def _scale_faults(register, paths):
    indicators, scales = register.table("indicators"), register.table("scales")["scale_id"]
    judgement = indicators["unit"] == "judgement"
    right = "a scale_id that stands in data/reference/scales.csv, for a judgement; empty for any other unit"
    return _rows(indicators, judgement != indicators["scale_id"].isin(scales), paths["indicators"], "scale_id", right)
