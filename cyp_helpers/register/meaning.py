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


def meaning_faults(register, paths):
    """All faults of meaning in a register whose form is right; ``paths`` gives the file of each table.

    Returns
    -------
    list of [file, row (as a spreadsheet counts), column, what was found, what would be right].
    """
    checks = [
        _periods,
        _days,
        _values,
        _jumps,
        _indicators,
        _references,
        _figures_once,
        _shown,
        _targets,
        _to_oneself,
        _plans,
        _reviews,
        _work,
    ]
    faults = []
    for check in checks:
        for name, bad, column, right in check(register):
            if check in (_jumps, _shown) and paths[name].startswith(f"data/{OWN}/"):
                continue  # the form itself asks for a word about a jump, and the newest review shows every figure
            frame, right = register.table(name), pd.Series(right, index=register.table(name).index)
            cells = frame[column].astype("str")
            faults += [
                [paths[name], row + 2, column, cells[row], right[row]]
                for row in frame.index[bad.fillna(False).astype(bool)]
            ]
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
    places = [(name, "period") for name, _ in _observations(register)] + [
        ("targets", "period"),
        ("targets", "baseline_period"),
        ("narrative-figures", "period"),
    ]
    for name, column in [*places, ("stated-comparisons", "period"), ("stated-comparisons", "comparator_period")]:
        cells = register.tables[name][column] if name in register.tables else pd.Series(dtype="str")
        if len(cells):
            yield name, (cells != "") & parse_periods(cells)["end"].isna(), column, f"a period such as {PERIOD_FORMS}"
    for name, frame in _observations(register):
        late = parse_periods(frame["period"])["start"] > pd.to_datetime(frame["published"])
        yield name, late, "published", "a day on which the period had begun"


def _days(register):
    """What came out or was said on a day that is still to come."""
    today = pd.Timestamp.today().normalize()
    said = [("sources", "published"), ("editions", "edition_date"), ("neighbour-lists", "published"), ("stated-comparisons", "published"),
            ("commentary", "written"), ("action-statuses", "said_on"), ("action-statuses", "done_on")]  # fmt: skip
    for name, column in [*said, *((name, "published") for name, _ in _observations(register))]:
        day = pd.to_datetime(register.table(name)[column], errors="coerce")
        yield name, day > today, column, f"a day up to today, {today:%Y-%m-%d}"


def _values(register):
    """The digits of ``value`` stand in ``printed``, and fit the unit and the decimals of their indicator."""
    indicators = register.table("indicators").set_index("indicator_id")
    for name, frame in _observations(register):
        value, printed, number, given = (
            frame["value"],
            frame["printed"],
            to_numbers(frame["value"]),
            frame["value"] != "",
        )
        indicator = _indicator_of(register, frame["series_id"])
        unit, limit = indicator.map(indicators["unit"]), indicator.map(indicators["decimals"]).fillna("0").astype(int)
        digits = printed.str.findall(_DIGITS).map(lambda found: [text.replace(",", "") for text in found])
        stands = pd.Series([one in found for one, found in zip(value, digits)], index=frame.index, dtype=bool)
        inside = pd.Series([one in text for one, text in zip(value, printed)], index=frame.index, dtype=bool)
        plain, is_word = frame["qualifier"] != "word", number.isna()
        right = "the number in " + printed.map(repr) + " with the decimals printed there and no thousands separator"
        yield name, given & plain & ~stands.where(~is_word, inside), "value", right
        yield (
            name,
            ~given & ~frame["status"].str.contains(r"\b(?:x|z|c|low)\b"),
            "status",
            "x, z, c or low, because no value is given",
        )
        judgement, on_scale = unit == "judgement", _on_scale(register, indicator, value)
        yield (
            name,
            given & judgement & ~on_scale,
            "value",
            "a label on the scale of its indicator, in data/reference/scales.csv",
        )
        yield name, given & ~judgement & number.isna(), "value", "a number, with no thousands separator"
        yield name, (unit == "percent") & ~number.fillna(0).between(0, 100), "value", "a percentage from 0 to 100"
        right = "at most " + limit.astype(str) + " decimals, or more decimals in indicators.csv"
        yield name, number.notna() & (decimal_places(value) > limit), "value", right
        share = to_numbers(frame["numerator"]) > to_numbers(frame["denominator"])
        yield name, (unit == "percent") & share, "numerator", "a count no larger than the denominator"
        nothing = given & (to_numbers(frame["denominator"]) == 0)
        yield name, nothing, "denominator", "a count above nought, because a figure is given"


def _jumps(register):
    """A thousands separator that was lost, or a digit too many: ten times the year before, or a tenth of it."""
    queries = register.table("source-queries").assign(observation_id=lambda rows: rows["concerns"].str.split())
    queries = queries.explode("observation_id").groupby("observation_id")["printed"].agg(" ".join)
    published = (
        register.table("published") if (register.folder / "observations" / "published.parquet").is_file() else None
    )
    for name, frame in _observations(register):
        every = register.table("observations")[[*_LINE, "period", "value", "observation_id", "qualifier"]]
        if published is not None:
            open_data = published.loc[published["series_id"].isin(frame["series_id"]), [*_LINE, "period", "value"]]
            every = pd.concat([every, open_data[open_data["area_id"].isin(frame["area_id"])]], ignore_index=True)
        every = every.join(parse_periods(every["period"])[["end", "kind"]]).assign(
            number=lambda rows: to_numbers(rows["value"])
        )
        every = (
            every[every["number"] > 0]
            .sort_values([*_LINE, "kind", "end"], kind="stable")
            .drop_duplicates([*_LINE, "kind", "end"])
        )
        line = every.groupby([*_LINE, "kind"])["number"]
        before = line.shift(1).fillna(line.shift(-1))  # a first figure is held against the one after
        times = (every["number"] / before).set_axis(every["observation_id"])
        far = set(times.index[(times >= _JUMP) | (times <= 1 / _JUMP)].dropna())
        said = [value in text for value, text in zip(frame["value"], frame["observation_id"].map(queries).fillna(""))]
        right = (
            "less than ten times the year before, and more than a tenth; or a row of source_queries.csv that prints it"
        )
        yield name, frame["observation_id"].isin(far) & ~pd.Series(said, index=frame.index, dtype=bool), "value", right


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
    stated, listed = (
        set(register.table("stated-comparisons")["stated_id"]),
        set(register.table("plan-indicators")["plan_indicator_id"]),
    )
    one = [
        ("printed-pairings", "observation_id"),
        ("printed-pairings", "comparator_observation_id"),
        ("targets", "baseline_observation_id"),
    ]
    for name, column in one:
        cells = register.table(name)[column]
        yield (
            name,
            (cells != "") & ~cells.isin(observations),
            column,
            "an observation_id that stands in data/observations",
        )
    several = [
        (
            "source-queries",
            "concerns",
            observations | stated | listed,
            "ids of observations, stated comparisons or plan indicators",
        ),
        ("evidence", "figures", observations | stated, "ids of observations or stated comparisons"),
    ]
    for name, column, known, words in several:
        strangers = (
            register.table(name)[column]
            .str.split()
            .map(lambda ids, known=known: [one for one in ids if one not in known])
        )
        yield name, strangers.str.len() > 0, column, words + "; unknown: " + strangers.str.join(", ")
    breaks = register.table("series-breaks")
    sources = pd.concat([register.table(name)["source_id"] for name in ("sources", "editions")])
    yield "series-breaks", ~breaks["source_id"].isin(sources), "source_id", "a source_id of sources.csv or editions.csv"
    areas = register.table("areas").set_index("area_id", drop=False)
    region = areas["region_id"].map(areas["area_type"]).set_axis(register.table("areas").index)
    in_region = register.table("areas")["region_id"] != ""
    yield "areas", in_region & (region != "region"), "region_id", "the area_id of a region"
    former = register.table("areas")["former_codes"].str.split().explode()
    taken = former[former.isin(areas.index) | (former.duplicated(keep=False) & former.notna())].index
    rows = pd.Series(register.table("areas").index.isin(taken), index=register.table("areas").index)
    yield "areas", rows, "former_codes", "codes that no other area has or had"
    numbers = register.table("areas")["la_number"]
    yield "areas", (numbers != "") & numbers.duplicated(), "la_number", "a number that no other area has"


def _figures_once(register):
    """An observation_id in two files, or one figure twice with one publication date."""
    every = register.table("observations")
    twice = set(every.loc[every["observation_id"].duplicated(), "observation_id"])
    same = set(every.loc[every.duplicated([*_LINE, "period", "published"]), "observation_id"])
    for name, frame in _observations(register):
        ids = frame["observation_id"]
        yield name, ids.isin(twice), "observation_id", "an id that no other file of observations has"
        right = (
            "one row for a series, area, breakdown, period and publication date; a corrected figure has a later date"
        )
        yield name, ids.isin(same), "observation_id", right


def _shown(register):
    """A figure that no page would show."""
    listed, reviews = register.table("plan-indicators"), register.table("reviews")
    last = listed["plan_id"].map(reviews.groupby("plan_id")["as_at"].max()).groupby(listed["series_id"]).max()
    for name, frame in _observations(register):
        day = frame["series_id"].map(last)
        right = (
            "a day up to "
            + day.dt.strftime("%Y-%m-%d")
            + ", the last review of a plan that lists its series: until reviews.csv has a "
        )
        yield (
            name,
            pd.to_datetime(frame["published"]) > day,
            "published",
            right + "later one, no page will show this figure",
        )
        yield name, day.isna(), "series_id", "a series that a plan with a review lists; no page will show this figure"


def _targets(register):
    targets, listed = (
        register.table("targets"),
        register.table("plan-indicators").set_index("plan_indicator_id")["series_id"],
    )
    kind, number = targets["kind"], to_numbers(targets["value"])
    needs_value, in_line = kind.isin(["value", "from_to", "relative_change"]), kind == "in_line"
    yield "targets", needs_value & number.isna(), "value", "a number for this kind of target"
    takes_one = needs_value | (kind == "judgement_step")
    yield "targets", ~takes_one & (targets["value"] != ""), "value", "nothing for this kind of target"
    needs_direction = ~kind.isin(["words", "pending"]) & (targets["direction"] == "")
    yield "targets", needs_direction, "direction", "higher or lower for this kind of target"
    yield (
        "targets",
        in_line & (targets["comparator_area_id"] == ""),
        "comparator_area_id",
        "the area to be in line with",
    )
    yield "targets", in_line & (targets["period"] == ""), "period", "the period in which to be in line"
    indicator = _indicator_of(register, targets["plan_indicator_id"].map(listed)).astype("str").fillna("")
    step = (kind == "judgement_step") & ~_on_scale(register, indicator, targets["value"])
    yield "targets", step, "value", "a label on the scale of its indicator, in data/reference/scales.csv"
    yield (
        "targets",
        targets["plan_indicator_id"].duplicated(),
        "plan_indicator_id",
        "one target for each row of plan_indicators.csv",
    )
    every = register.table("observations").drop_duplicates("observation_id").set_index("observation_id")["series_id"]
    baseline = _indicator_of(register, targets["baseline_observation_id"].map(every))
    right = "an observation of the indicator that the target is for, " + indicator
    yield "targets", baseline.notna() & (baseline != indicator), "baseline_observation_id", right
    unit = indicator.map(register.table("indicators").set_index("indicator_id")["unit"])
    share = (unit == "percent") & kind.isin(["value", "from_to"]) & ~number.fillna(0).between(0, 100)
    yield "targets", share, "value", "a percentage from 0 to 100"


def _to_oneself(register):
    """Rows that refer to themselves."""
    pairs = [
        ("series-breaks", "series_id", "successor_series_id"), ("activity-moves", "from_activity_id", "to_activity_id"),
        ("printed-pairings", "observation_id", "comparator_observation_id"), ("governance-links", "body_id", "target_id"),
        ("areas", "area_id", "region_id"),
    ]  # fmt: skip
    for name, one, other in pairs:
        frame = register.table(name)
        yield name, (frame[one] == frame[other]) & (frame[one] != ""), other, f"another than {one} has"


def _plans(register):
    """What a row says of its plan twice."""
    priorities = register.table("priorities")
    yield (
        "priorities",
        priorities["priority_id"].str.partition("/")[0] != priorities["plan_id"],
        "priority_id",
        "plan_id, /, a short name",
    )
    right = "a number that no other priority of the plan has"
    yield "priorities", priorities.duplicated(["plan_id", "number"]), "number", right
    for name in ("activities", "actions", "outcomes"):
        frame = register.tables.get(name)
        if frame is not None:
            other = (frame["priority_id"] != "") & (frame["priority_id"].str.partition("/")[0] != frame["plan_id"])
            yield name, other, "priority_id", "a priority of the plan in plan_id"
    served = register.table("plan-indicator-priorities")
    plan = served["plan_indicator_id"].map(register.table("plan-indicators").set_index("plan_indicator_id")["plan_id"])
    yield (
        "plan-indicator-priorities",
        served["priority_id"].str.partition("/")[0] != plan,
        "priority_id",
        "a priority of the indicator's plan",
    )
    plans = register.table("plans")
    yield "plans", plans["period_end"] <= plans["period_start"], "period_end", "a day after period_start"


def _reviews(register):
    reviews = register.table("reviews")
    year, half = pd.to_numeric(reviews["review"].str[:4]), reviews["review"].str[-1]
    split = (year + 1).mod(100).astype(str).str.zfill(2) == reviews["review"].str[5:7]
    yield "reviews", ~split, "review", "a year and the one after it, such as 2017-18 part 2"
    first = year.astype(str) + half.map({"1": "-04-01", "2": "-10-01"})
    last = (year + (half == "2")).astype(str) + half.map({"1": "-09-30", "2": "-03-31"})
    yield "reviews", reviews["period_start"] != first, "period_start", first
    yield "reviews", reviews["period_end"] != last, "period_end", last
    kind = half.map({"1": "six-monthly", "2": "annual"})
    yield "reviews", reviews["kind"] != kind, "kind", kind
    yield "reviews", reviews["as_at"] < pd.to_datetime(last), "as_at", "a day on or after period_end"


def _work(register):
    """Links that point to one of several kinds of row, due dates that fit their form, and who says what was done."""
    links, tables = register.table("governance-links"), {
        "body": ("governance-bodies", "body_id"), "activity": ("activities", "activity_id"), "plan": ("plans", "plan_id"),
    }  # fmt: skip
    for kind, (name, key) in tables.items():
        bad = (links["target_kind"] == kind) & ~links["target_id"].isin(register.table(name)[key])
        yield "governance-links", bad, "target_id", f"{key} of a row that stands in the table {name}"
    shown = register.table("action-evidence")
    said = shown["shown"].isin(["done", "partly"])
    yield (
        "action-evidence",
        said & (shown["said_by"] == ""),
        "said_by",
        "the document that says so, a source_id of sources.csv",
    )
    actions = register.table("actions")
    form, start, end = actions["due_form"], actions["due_start"], actions["due_end"]
    right = "a date for the forms {} and between, and none for the others"
    yield "actions", form.isin(["by", "between"]) != (end != ""), "due_end", right.format("by")
    yield "actions", form.isin(["begins", "between"]) != (start != ""), "due_start", right.format("begins")
    yield "actions", (start != "") & (end != "") & (start > end), "due_end", "a day on or after due_start"
    moves = register.table("activity-moves")
    nothing = (moves["from_activity_id"] == "") & (moves["to_activity_id"] == "")
    yield "activity-moves", nothing, "from_activity_id", "an activity on one side at least"
