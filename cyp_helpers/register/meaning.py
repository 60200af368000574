"""What a schema cannot say of the register: references into several files, printed decimals, dates that fit their form.

Each check yields (table, bad rows as a bool Series, column, what would be right: a text or a Series of texts).
"""

import pandas as pd

from cyp_helpers.register.own import OWN
from cyp_helpers.register.periods import PERIOD_FORMS, parse_periods
from cyp_helpers.register.schema import NUMBER
from cyp_helpers.register.tables import decimal_places

_DIGITS = r"(?<![\w.])-?[0-9][0-9,]*(?:\.[0-9]+)?"
_JUMP = 10.0
_LINE = ["series_id", "area_id", "breakdown"]
_SCALE = "a label on the scale of its indicator, in data/reference/scales.csv"


def meaning_faults(register, paths):
    """All faults of meaning in a register whose form is right; ``paths`` gives the file of each table.

    Returns a list of [file, row (as a spreadsheet counts), column, what was found, what would be right].
    """
    faults = []
    for check in (_periods, _days, _values, _jumps, _indicators, _references, _figures_once, _shown, _targets,
                  _to_oneself, _plans, _reviews, _work):  # fmt: skip
        for name, bad, column, right in check(register):
            if check in (_jumps, _shown) and paths[name].startswith(f"data/{OWN}/"):
                continue  # the form itself asks for a word about a jump, and the newest review shows every figure
            frame = register.table(name)
            rows, right = frame.index[bad.fillna(False).astype(bool)], pd.Series(right, index=frame.index)
            cells = frame.loc[rows, column].astype("str")
            faults += [[paths[name], row + 2, column, cells[row], right[row]] for row in rows]
    return faults


def to_numbers(values):
    """Numbers from texts that are written in plain ASCII digits; empty for any other text.

    >>> to_numbers(pd.Series(["38.0", "1e3", "nan"])).tolist()
    [38.0, nan, nan]
    """
    return pd.to_numeric(values.where(values.str.fullmatch(NUMBER)), errors="coerce").astype("float64")


def _observations(register):
    return [(name, frame) for name, frame in register.tables.items() if name.startswith("observations-")]


def _indicator_of(register, series_ids):
    return series_ids.map(register.table("series").set_index("series_id")["indicator_id"])


def _on_scale(register, indicator_ids, labels):
    """Whether a label stands on the scale of its indicator."""
    scale = indicator_ids.map(register.table("indicators").set_index("indicator_id")["scale_id"]).fillna("")
    known = pd.MultiIndex.from_frame(register.table("scales")[["scale_id", "label"]])
    return pd.Series(pd.MultiIndex.from_arrays([scale, labels]).isin(known), index=labels.index)


def _periods(register):
    observations = _observations(register)
    places = [("targets", "period"), ("targets", "baseline_period"), ("narrative-figures", "period"),
              ("stated-comparisons", "period"), ("stated-comparisons", "comparator_period")]  # fmt: skip
    for name, column in [*((name, "period") for name, _ in observations), *places]:
        cells = register.tables[name][column] if name in register.tables else pd.Series(dtype="str")
        if len(cells):
            yield name, (cells != "") & parse_periods(cells)["end"].isna(), column, f"a period such as {PERIOD_FORMS}"
    for name, frame in observations:
        late = parse_periods(frame["period"])["start"] > pd.to_datetime(frame["published"])
        yield name, late, "published", "a day on which the period had begun"


def _days(register):
    """What came out or was said on a day that is still to come."""
    today = pd.Timestamp.today().normalize()
    said = [("sources", "published"), ("editions", "edition_date"), ("neighbour-lists", "published"),
            ("stated-comparisons", "published"), ("commentary", "written"), ("action-statuses", "said_on"),
            ("action-statuses", "done_on"), *((name, "published") for name, _ in _observations(register))]  # fmt: skip
    for name, column in said:
        day = pd.to_datetime(register.table(name)[column], errors="coerce")
        yield name, day > today, column, f"a day up to today, {today:%Y-%m-%d}"


def _values(register):
    """The digits of ``value`` stand in ``printed``, and fit the unit and the decimals of their indicator."""
    indicators = register.table("indicators").set_index("indicator_id")
    for name, frame in _observations(register):
        value, printed = frame["value"], frame["printed"]
        number, given = to_numbers(value), value != ""
        indicator = _indicator_of(register, frame["series_id"])
        unit, limit = indicator.map(indicators["unit"]), indicator.map(indicators["decimals"]).fillna("0").astype(int)
        percent, judgement = unit == "percent", unit == "judgement"
        digits = [[text.replace(",", "") for text in found] for found in printed.str.findall(_DIGITS)]
        # A number stands there as a whole, a word as part of the text.
        texts = zip(value, printed, digits, number.isna())
        stands = [one in (text if is_word else found) for one, text, found, is_word in texts]
        lost = given & (frame["qualifier"] != "word") & ~pd.Series(stands, frame.index, dtype=bool)
        right = "the number in " + printed.map(repr) + " with the decimals printed there and no thousands separator"
        yield name, lost, "value", right
        without = ~given & ~frame["status"].str.contains(r"\b(?:x|z|c|low)\b")
        yield name, without, "status", "x, z, c or low, because no value is given"
        yield name, given & judgement & ~_on_scale(register, indicator, value), "value", _SCALE
        yield name, given & ~judgement & number.isna(), "value", "a number, with no thousands separator"
        yield name, percent & ~number.fillna(0).between(0, 100), "value", "a percentage from 0 to 100"
        right = "at most " + limit.astype(str) + " decimals, or more decimals in indicators.csv"
        yield name, number.notna() & (decimal_places(value) > limit), "value", right
        part, whole = to_numbers(frame["numerator"]), to_numbers(frame["denominator"])
        yield name, percent & (part > whole), "numerator", "a count no larger than the denominator"
        yield name, given & (whole == 0), "denominator", "a count above nought, because a figure is given"


def _jumps(register):
    """A thousands separator that was lost, or a digit too many: ten times the year before, or a tenth of it."""
    queries = register.table("source-queries").assign(observation_id=lambda rows: rows["concerns"].str.split())
    queries = queries.explode("observation_id").groupby("observation_id")["printed"].agg(" ".join)
    every = register.table("observations")[[*_LINE, "period", "value", "observation_id"]]
    if (register.folder / "observations" / "published.parquet").is_file():
        open_data = register.table("published")[[*_LINE, "period", "value"]]
        open_data = open_data[open_data["series_id"].isin(every["series_id"])]
        every = pd.concat([every, open_data[open_data["area_id"].isin(every["area_id"])]], ignore_index=True)
    every = every.join(parse_periods(every["period"])[["end", "kind"]]).assign(number=to_numbers(every["value"]))
    every = every[every["number"] > 0].sort_values([*_LINE, "kind", "end"], kind="stable")
    every = every.drop_duplicates([*_LINE, "kind", "end"])
    line = every.groupby([*_LINE, "kind"])["number"]
    before = line.shift(1).fillna(line.shift(-1))  # a first figure is held against the one after
    times = (every["number"] / before).set_axis(every["observation_id"])
    far = set(times.index[(times >= _JUMP) | (times <= 1 / _JUMP)].dropna())
    right = "less than ten times the year before, and more than a tenth; or a row of source_queries.csv that prints it"
    for name, frame in _observations(register):
        texts = frame["observation_id"].map(queries).fillna("")
        unsaid = pd.Series([value not in text for value, text in zip(frame["value"], texts)], frame.index, dtype=bool)
        yield name, frame["observation_id"].isin(far) & unsaid, "value", right


def _indicators(register):
    indicators, scales = register.table("indicators"), register.table("scales")["scale_id"]
    right = "a scale_id that stands in data/reference/scales.csv, for a judgement; empty for any other unit"
    is_judgement = indicators["unit"] == "judgement"
    yield "indicators", (indicators["scale_id"] != "") != is_judgement, "scale_id", right
    yield "indicators", is_judgement & ~indicators["scale_id"].isin(scales), "scale_id", right
    listed, served = register.table("plan-indicators"), register.table("plan-indicator-priorities")["plan_indicator_id"]
    right = "an indicator with a row in plan_indicator_priorities.csv"
    yield "plan-indicators", ~listed["plan_indicator_id"].isin(served), "plan_indicator_id", right
    counts = listed["measure"].isin(["indicator", "evidence figure", "context figure"])
    yield "plan-indicators", counts & (listed["series_id"] == ""), "series_id", "a series_id, for what has figures"


def _references(register):
    """Ids that may stand in any of several files."""
    observations = set(register.table("observations")["observation_id"])
    stated = set(register.table("stated-comparisons")["stated_id"])
    listed = set(register.table("plan-indicators")["plan_indicator_id"])
    for name, column in (("printed-pairings", "observation_id"), ("printed-pairings", "comparator_observation_id"),
                         ("targets", "baseline_observation_id")):  # fmt: skip
        bad = ~register.table(name)[column].isin({*observations, ""})
        yield name, bad, column, "an observation_id that stands in data/observations"
    any_id = "ids of observations, stated comparisons or plan indicators"
    several = [("source-queries", "concerns", observations | stated | listed, any_id),
               ("evidence", "figures", observations | stated, "ids of observations or stated comparisons")]  # fmt: skip
    for name, column, known, words in several:
        ids = register.table(name)[column].str.split()
        strangers = ids.map(lambda ids, known=known: [one for one in ids if one not in known])
        yield name, strangers.str.len() > 0, column, words + "; unknown: " + strangers.str.join(", ")
    breaks = register.table("series-breaks")
    sources = pd.concat([register.table(name)["source_id"] for name in ("sources", "editions")])
    yield "series-breaks", ~breaks["source_id"].isin(sources), "source_id", "a source_id of sources.csv or editions.csv"
    areas = register.table("areas")
    region = areas["region_id"].map(areas.set_index("area_id")["area_type"])
    yield "areas", (areas["region_id"] != "") & (region != "region"), "region_id", "the area_id of a region"
    former = areas["former_codes"].str.split().explode()
    taken = former[former.isin(areas["area_id"]) | (former.duplicated(keep=False) & former.notna())].index
    yield "areas", areas.index.to_series().isin(taken), "former_codes", "codes that no other area has or had"
    numbers = areas["la_number"]
    yield "areas", (numbers != "") & numbers.duplicated(), "la_number", "a number that no other area has"


def _figures_once(register):
    """An observation_id in two files, or one figure twice with one publication date."""
    every = register.table("observations")
    twice = set(every.loc[every["observation_id"].duplicated(), "observation_id"])
    same = set(every.loc[every.duplicated([*_LINE, "period", "published"]), "observation_id"])
    right = "one row for a series, area, breakdown, period and publication date; a corrected figure has a later date"
    for name, frame in _observations(register):
        ids = frame["observation_id"]
        yield name, ids.isin(twice), "observation_id", "an id that no other file of observations has"
        yield name, ids.isin(same), "observation_id", right


def _shown(register):
    """A figure that no page would show."""
    listed, reviews = register.table("plan-indicators"), register.table("reviews")
    last = listed["plan_id"].map(reviews.groupby("plan_id")["as_at"].max()).groupby(listed["series_id"]).max()
    for name, frame in _observations(register):
        day = frame["series_id"].map(last)
        right = "a day up to " + day.dt.strftime("%Y-%m-%d") + ", the last review of a plan that lists its series"
        right += ": until reviews.csv has a later one, no page will show this figure"
        yield name, pd.to_datetime(frame["published"]) > day, "published", right
        yield name, day.isna(), "series_id", "a series that a plan with a review lists; no page will show this figure"


def _targets(register):
    targets, listed = register.table("targets"), register.table("plan-indicators")
    kind, value, number = targets["kind"], targets["value"], to_numbers(targets["value"])
    needs_value = kind.isin(["value", "from_to", "relative_change"])
    in_line, step = kind == "in_line", kind == "judgement_step"
    ids = targets["plan_indicator_id"]
    indicator = ids.map(listed.set_index("plan_indicator_id")["series_id"])
    indicator = _indicator_of(register, indicator).astype("str").fillna("")
    every = register.table("observations").drop_duplicates("observation_id").set_index("observation_id")["series_id"]
    baseline = _indicator_of(register, targets["baseline_observation_id"].map(every))
    unit = indicator.map(register.table("indicators").set_index("indicator_id")["unit"])
    share = (unit == "percent") & kind.isin(["value", "from_to"])
    no_direction = ~kind.isin(["words", "pending"]) & (targets["direction"] == "")
    other = "an observation of the indicator that the target is for, " + indicator
    for bad, column, right in [
        (needs_value & number.isna(), "value", "a number for this kind of target"),
        (~(needs_value | step) & (value != ""), "value", "nothing for this kind of target"),
        (no_direction, "direction", "higher or lower for this kind of target"),
        (in_line & (targets["comparator_area_id"] == ""), "comparator_area_id", "the area to be in line with"),
        (in_line & (targets["period"] == ""), "period", "the period in which to be in line"),
        (step & ~_on_scale(register, indicator, value), "value", _SCALE),
        (targets.duplicated([ids.name, "source_id"]), ids.name, "one target of a document for each row of plan_indicators.csv"),
        (baseline.notna() & (baseline != indicator), "baseline_observation_id", other),
        (share & ~number.fillna(0).between(0, 100), "value", "a percentage from 0 to 100"),
    ]:
        yield "targets", bad, column, right


def _to_oneself(register):
    """Rows that refer to themselves."""
    for name, one, other in [
        ("series-breaks", "series_id", "successor_series_id"),
        ("activity-moves", "from_activity_id", "to_activity_id"),
        ("printed-pairings", "observation_id", "comparator_observation_id"),
        ("governance-links", "body_id", "target_id"),
        ("areas", "area_id", "region_id"),
    ]:
        frame = register.table(name)
        yield name, (frame[one] == frame[other]) & (frame[one] != ""), other, f"another than {one} has"


def _plans(register):
    """What a row says of its plan twice."""
    priorities = register.table("priorities")
    other = _plan_in(priorities) != priorities["plan_id"]
    yield "priorities", other, "priority_id", "plan_id, /, a short name"
    right = "a number that no other priority of the plan has"
    yield "priorities", priorities.duplicated(["plan_id", "number"]), "number", right
    for name in ("activities", "actions", "outcomes"):
        if name in register.tables:
            frame = register.table(name)
            other = (frame["priority_id"] != "") & (_plan_in(frame) != frame["plan_id"])
            yield name, other, "priority_id", "a priority of the plan in plan_id"
    served = register.table("plan-indicator-priorities")
    plan = served["plan_indicator_id"].map(register.table("plan-indicators").set_index("plan_indicator_id")["plan_id"])
    yield "plan-indicator-priorities", _plan_in(served) != plan, "priority_id", "a priority of the indicator's plan"
    plans = register.table("plans")
    yield "plans", plans["period_end"] <= plans["period_start"], "period_end", "a day after period_start"


def _plan_in(rows):
    return rows["priority_id"].str.partition("/")[0]


def _reviews(register):
    reviews = register.table("reviews")
    year, half = pd.to_numeric(reviews["review"].str[:4]), reviews["review"].str[-1]
    split = (year + 1).mod(100).astype(str).str.zfill(2) == reviews["review"].str[5:7]
    yield "reviews", ~split, "review", "a year and the one after it, such as 2017-18 part 2"
    first = year.astype(str) + half.map({"1": "-04-01", "2": "-10-01"})
    last = (year + (half == "2")).astype(str) + half.map({"1": "-09-30", "2": "-03-31"})
    rights = {"period_start": first, "period_end": last, "kind": half.map({"1": "six-monthly", "2": "annual"})}
    for column, right in rights.items():
        yield "reviews", reviews[column] != right, column, right
    yield "reviews", reviews["as_at"] < pd.to_datetime(last), "as_at", "a day on or after period_end"


def _work(register):
    """Links that point to one of several kinds of row, due dates that fit their form, and who says what was done."""
    links = register.table("governance-links")
    for kind, name, key in (("body", "governance-bodies", "body_id"), ("activity", "activities", "activity_id"),
                            ("plan", "plans", "plan_id")):  # fmt: skip
        bad = (links["target_kind"] == kind) & ~links["target_id"].isin(register.table(name)[key])
        yield "governance-links", bad, "target_id", f"{key} of a row that stands in the table {name}"
    shown = register.table("action-evidence")
    unsaid = shown["shown"].isin(["done", "partly"]) & (shown["said_by"] == "")
    yield "action-evidence", unsaid, "said_by", "the document that says so, a source_id of sources.csv"
    actions = register.table("actions")
    form, start, end = actions["due_form"], actions["due_start"], actions["due_end"]
    right = "a date for the forms {} and between, and none for the others"
    yield "actions", form.isin(["by", "between"]) != (end != ""), "due_end", right.format("by")
    yield "actions", form.isin(["begins", "between"]) != (start != ""), "due_start", right.format("begins")
    yield "actions", (start != "") & (end != "") & (start > end), "due_end", "a day on or after due_start"
    moves = register.table("activity-moves")
    nothing = (moves["from_activity_id"] == "") & (moves["to_activity_id"] == "")
    yield "activity-moves", nothing, "from_activity_id", "an activity on one side at least"
