"""``cyp check``: hold the register to its schema and to what a schema cannot say.

Every fault is one row: file, row (as a spreadsheet counts, the header is row 1), column, what was found and
what would be right.
"""

import csv
import json
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.figures import judgement_steps
from cyp_helpers.periods import PERIOD_FORMS, parse_periods
from cyp_helpers.register import decimal_places, find_project, load_register

FAULT_COLUMNS = ["file", "row", "column", "found", "right"]
_DIGITS = r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?"


def check_register(project=None):
    """Check ``data/``.

    Returns
    -------
    DataFrame with the columns ``file, row, column, found, right``, one row per fault; empty where all is well.

    >>> check_register().empty
    True
    """
    data = find_project(project) / "data"
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    faults = _file_faults(data, package) or _schema_faults(data, package) + _unlisted_files(data, package)
    if faults:  # meaning is looked at only where the form is right
        return pd.DataFrame(faults, columns=FAULT_COLUMNS)
    register = load_register(project)
    paths = {item["name"]: f"data/{item['path']}" for item in package["resources"]}
    faults = [
        *(_period_faults(register, paths)),
        *(_printed_faults(register, paths)),
        *(_value_faults(register, paths)),
        *(_reference_faults(register, paths)),
        *(_duplicate_faults(register, paths)),
        *(_target_faults(register, paths)),
        *(_scale_faults(register, paths)),
        *(_link_faults(register, paths)),
    ]
    return pd.DataFrame(faults, columns=FAULT_COLUMNS)


def describe_fault(fault):
    """One line for a reader: ``data/plans/targets.csv, row 5, column value: found '...'; right would be ...``."""
    place = f"{fault.file}, row {fault.row}" if fault.row != "" else fault.file
    place += f", column {fault.column}" if fault.column else ""
    return f"{place}: found {fault.found!r}; right would be {fault.right}"


# ---- can the files be read at all ----


def _file_faults(data, package):
    """One message for each file that is missing, is not UTF-8, or has not the columns of its schema."""
    faults = []
    for item in package["resources"]:
        wanted = [field["name"] for field in item["schema"]["fields"]]
        found, right = _header_fault(data / item["path"], wanted)
        if found:
            faults.append([f"data/{item['path']}", "", "", found, right])
    return faults


def _header_fault(path, wanted):
    """What is wrong with the first line of a file, and what would be right; ('', '') where it is as it should be."""
    expected = "the columns " + ", ".join(wanted)
    if not path.is_file():
        return "no such file", expected
    try:
        header = next(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()), [])
    except UnicodeDecodeError as error:
        return f"a byte that is not UTF-8, at position {error.start}", "a file saved as CSV UTF-8"
    if header == wanted:
        return "", ""
    if len(header) == 1 and ";" in header[0]:
        return (
            "columns separated by semicolons",
            "columns separated by commas; in Excel save as CSV UTF-8 (comma delimited)",
        )
    missing, extra = [name for name in wanted if name not in header], [name for name in header if name not in wanted]
    parts = [
        f"{what} {', '.join(map(repr, names))}"
        for what, names in (("no column", missing), ("a column", extra))
        if names
    ]
    return "; ".join(parts) or "an empty file" if not header or parts else "the columns in another order", expected


# ---- what the Table Schema can say ----


def _schema_faults(data, package):
    from frictionless import Package  # takes 0.3 s to import

    report = Package(str(data / "datapackage.json")).validate()
    items = {item["path"]: item for item in package["resources"]}
    faults = []
    for task in report.tasks:
        item = items.get(task.place, {})
        for error in task.errors:
            faults.append(_schema_fault(data, item, f"data/{task.place}", error))
    faults.extend(["data/datapackage.json", "", "", error.note, "a valid data package"] for error in report.errors)
    return faults


def _schema_fault(data, item, file, error):
    row = getattr(error, "row_number", "")
    if error.type == "foreign-key":
        key = error.reference_field_names[0]
        return [
            file,
            row,
            error.field_names[0],
            error.field_cells[0],
            _existing(data, error.reference_name, key, error.field_cells[0]),
        ]
    column = getattr(error, "field_name", "") or getattr(error, "label", "")
    cell = getattr(error, "cell", "") or ""
    if error.type in ("constraint-error", "type-error", "unique-error"):
        return [file, row, column, cell, _allowed(item, column, error)]
    right = {
        "missing-label": f"the column {column!r} here",
        "extra-label": "no further column",
        "incorrect-label": f"the column {column!r}",
        "missing-cell": "as many cells as the header has",
        "extra-cell": "no more cells than the header has",
        "primary-key": "a key that no other row has",
        "blank-row": "no empty row",
    }.get(error.type, error.title)
    found = getattr(error, "label", "") or cell or error.note
    return [file, row, column, found, right]


def _allowed(item, column, error):
    """What the schema allows in a column, in words."""
    field = next((f for f in item["schema"]["fields"] if f["name"] == column), {})
    rules = field.get("constraints", {})
    if error.type == "unique-error":
        return "a value that no other row has"
    if error.type == "type-error":
        example = {
            "date": "a date such as 2011-09-30",
            "integer": "a whole number",
            "number": "a number",
            "boolean": "true or false",
        }
        return example.get(field.get("type"), f"of type {field.get('type')}")
    if "enum" in rules:
        words = [word or "(empty)" for word in rules["enum"]]
        near = get_close_matches(str(error.cell), words, n=1)
        return (f"{near[0]!r}, or another of: " if near else "one of: ") + ", ".join(words)
    if rules.get("required") and not getattr(error, "cell", ""):
        return "a value; the cell is empty"
    return field["description"] + (f" (pattern {rules['pattern']})" if "pattern" in rules else f" ({error.note})")


def _existing(data, resource, key, found):
    """The nearest existing ids for one that does not exist."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    path = next(item["path"] for item in package["resources"] if item["name"] == resource)
    ids = pd.read_csv(data / path, dtype=str, keep_default_na=False)[key].unique()
    near = get_close_matches(str(found), ids, n=3, cutoff=0.4)
    return f"{key} of a row that stands in data/{path}" + (f", such as {', '.join(near)}" if near else "")


def _unlisted_files(data, package):
    listed = {item["path"] for item in package["resources"]}
    # "~$name.csv" is the lock that Excel lays beside an open file.
    files = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.csv") if not path.name.startswith("~$"))
    return [
        [
            f"data/{name}",
            "",
            "",
            "a file that datapackage.json does not list",
            "an entry for it under resources, or the file taken away",
        ]
        for name in files
        if name not in listed
    ]


# ---- what it cannot say ----


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
        step = judgement_steps(frame["series_id"].map(indicator_of), frame["value"], register)
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
    step = judgement_steps(indicator.astype("str").fillna(""), targets["value"], register)
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
