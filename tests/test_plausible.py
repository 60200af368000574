"""Figures that cannot be right: each rule with a made-up row that breaks it and one that does not."""

import pandas as pd
import pytest
from importing import (
    EAST_MIDLANDS,
    ENGLAND,
    FINGERTIPS_ROWS,
    NEW,
    NOTTS,
    edition,
    empty_register,
    fingertips_frame,
    import_lait,
    published,
    save,
)

from cyp_helpers.importers.plausible import REASONS, hold_back
from cyp_helpers.importers.run import import_files
from cyp_helpers.register.tables import load_register


@pytest.fixture
def register(tmp_path):
    return empty_register(tmp_path / "project")


@pytest.fixture(scope="module")
def shipped():
    return load_register()


def frame_of(shipped, *rows, **common):
    """Figures as hold_back takes them: each row area, period, value and what else it gives."""
    base = {
        "measure_key": "m", "series_id": "s", "breakdown": "all", "status": "", "numerator": float("nan"), "denominator": float("nan"),
        "locator": "row", "concern": "", "unit": "percent", "per": 100, "above_100": "no", "minus_measure": "", "own_counts": True,
    }  # fmt: skip
    filled = [
        {**base, **common, "area_id": area, "period": period, "value": value, **more}
        for area, period, value, more in rows
    ]
    return pd.DataFrame(filled).assign(number=lambda frame: pd.to_numeric(frame["value"]))


def rules(shipped, *rows, **common):
    _, held = hold_back(frame_of(shipped, *rows, **common), shipped, NEW)
    return held["rule"].tolist()


def counts(numerator, denominator):
    return {"numerator": float(numerator), "denominator": float(denominator)}


ONE_ROW = [
    ("outside-0-100", "101.0", {}, {}),
    ("negative", "-0.1", {}, {"unit": "rate per 10,000"}),
    ("part-exceeds-whole", "", counts(5, 0), {}),
    ("zero-of-zero", "0", counts(0, 0), {}),
    ("counts-contradict", "12.0", counts(33, 101), {}),
    ("unreadable-year", "12.0", {"concern": "unreadable-year"}, {}),
]


@pytest.mark.parametrize("rule, value, more, common", ONE_ROW)
def test_rules_that_one_row_shows(shipped, rule, value, more, common):
    assert rules(shipped, (NOTTS, "FY 2016/17", value, more), **common) == [rule]


@pytest.mark.parametrize("value, more, common", [
    ("101.0", {}, {"above_100": "yes"}), ("-4", {}, {"minus_measure": "other", "unit": "percentage points"}),
    ("32.7", counts(33, 101), {}), ("33", counts(35, 105), {}), ("", counts(0, 0), {}),
])  # fmt: skip
def test_figures_that_look_odd_and_are_right(shipped, value, more, common):
    assert rules(shipped, (NOTTS, "FY 2016/17", value, more), **common) == []


def test_counts_put_together_from_other_measures_are_dropped_and_the_figure_stays(shipped):
    rows = frame_of(shipped, (NOTTS, "FY 2016/17", "12.0", counts(33, 101)), own_counts=False)
    kept, held = hold_back(rows, shipped, NEW)
    assert kept["value"].tolist() == ["12.0"] and kept["numerator"].isna().all()
    assert held["value"].tolist() == ["33 of 101"] and "stands without them" in held["reason"][0]


def authorities(shipped, region=EAST_MIDLANDS):
    areas = shipped.table("areas")
    return areas[(areas["region_id"] == region) & areas["note"].eq("") | (areas["area_id"] == NOTTS)][
        "area_id"
    ].tolist()


@pytest.mark.parametrize(
    "average, expected", [("14.0", []), ("21.0", ["average-outside-members"]), ("3.0", ["average-outside-members"])]
)
def test_an_average_outside_the_range_of_its_members(shipped, average, expected):
    members = [(area, "FY 2016/17", f"{10 + number}.0", {}) for number, area in enumerate(authorities(shipped))]
    assert rules(shipped, *members, (EAST_MIDLANDS, "FY 2016/17", average, {})) == expected


@pytest.mark.parametrize("total, expected", [("9000", []), ("9040", []), ("9100", ["total-is-not-sum"])])
def test_a_total_that_is_not_the_sum_of_its_regions(shipped, total, expected):
    areas = shipped.table("areas")
    regions = [(area, "FY 2016/17", "1000", {}) for area in areas.loc[areas["area_type"] == "region", "area_id"]]
    assert rules(shipped, *regions, (ENGLAND, "FY 2016/17", total, {}), unit="count") == expected


@pytest.mark.parametrize(
    "value, expected",
    [("14.0", []), ("1.4", ["ten-fold-jump"]), ("0.0", ["ten-fold-jump"]), ("150.0", ["ten-fold-jump"])],
)
def test_a_ten_fold_jump_of_one_area_while_the_others_stand_still(shipped, value, expected):
    areas = shipped.table("areas")
    sixty = (
        areas.loc[areas["area_type"] == "London borough", "area_id"].tolist()
        + areas.loc[areas["area_type"] == "metropolitan district", "area_id"].tolist()
    )
    years = [f"FY 20{year}/{year + 1}" for year in range(12, 18)]
    rows = [(area, year, "15.0", {}) for area in sixty for year in years]
    rows += [(NOTTS, year, value if year == years[3] else "15.0", {}) for year in years]
    assert rules(shipped, *rows, unit="score") == expected


def steady(shipped, odd, areas=4, unit="percent", more=None):
    """Sixty boroughs and districts with 60.0 for six years; some of them have something odd in the fourth."""
    table = shipped.table("areas")
    sixty = table.loc[table["area_type"].isin(["London borough", "metropolitan district"]), "area_id"][:60]
    years = [f"FY 20{year}/{year + 1}" for year in range(12, 18)]
    values = [
        (area, year, odd if at < areas and year == years[3] else "60.0", more or {})
        for at, area in enumerate(sixty)
        for year in years
    ]
    return frame_of(shipped, *values, unit=unit)


@pytest.mark.parametrize(
    "odd, areas, more, held",
    [
        ("0.61", 4, {}, 4), ("0.61", 1, {}, 1), ("6.1", 4, {}, 0),  # of four areas it can be true, though it is a tenth
        ("0", 4, {"denominator": 6000.0}, 4), ("0", 4, {"denominator": 30.0}, 0), ("0", 4, {}, 0),
    ],
)  # fmt: skip
def test_nothing_and_a_hundredth_are_held_in_several_areas_too(shipped, odd, areas, more, held):
    _, rows = hold_back(steady(shipped, odd, areas, more=more), shipped, NEW)
    assert len(rows) == held and set(rows["rule"]) <= {"fell-away", "ten-fold-jump"}


def test_members_that_are_held_do_not_take_their_region_with_them(shipped):
    areas = authorities(shipped)
    years = [f"FY 20{year}/{year + 1}" for year in range(12, 18)]
    others = shipped.table("areas").loc[lambda table: table["area_type"] == "London borough", "area_id"]
    rows = [(area, year, "60.0", {}) for area in (*areas, *others, EAST_MIDLANDS) for year in years]
    wrong = [(*row[:2], "0.6", {}) if row[0] in areas and row[1] == years[3] else row for row in rows]
    _, held = hold_back(frame_of(shipped, *wrong), shipped, NEW)
    assert set(held["area_id"]) == set(areas) and set(held["rule"]) == {"fell-away"}


def test_a_count_that_its_share_contradicts_is_held_wherever_it_is_used(shipped):
    share = (NOTTS, "FY 2016/17", "25.0", counts(1500, 60000))
    count = (NOTTS, "FY 2016/17", "60000", {"unit": "count", "measure_key": "n"})
    other = (NOTTS, "FY 2016/17", "60001", {"unit": "count", "measure_key": "n2"})
    assert rules(shipped, share, count, other) == ["counts-contradict", "count-in-doubt"]


def test_a_count_with_decimals_is_none(shipped):
    assert rules(shipped, (NOTTS, "FY 2016/17", "6.077", {}), unit="count") == ["count-with-decimals"]
    posts = (NOTTS, "FY 2016/17", "6.5", {"own_counts": False})  # full-time equivalents
    assert rules(shipped, posts, unit="count") == []


def test_one_count_for_every_area_is_no_count(shipped):
    areas = shipped.table("areas")
    counties = areas.loc[areas["area_type"] == "county", "area_id"][:21]
    rows = [(area, "FY 2016/17", f"{13500 / n:.2f}", counts(135, n)) for n, area in enumerate(counties, 270)]
    assert set(rules(shipped, *rows, own_counts=False)) == {"same-count-everywhere"}


def test_one_figure_for_every_area_is_that_of_england(shipped):
    areas = shipped.table("areas")
    every = [ENGLAND, *areas.loc[areas["area_type"] != "country", "area_id"][:99]]
    assert set(rules(shipped, *((area, "FY 2017/18", "12", {}) for area in every))) == {"same-figure-everywhere"}
    assert rules(shipped, *((area, "FY 2017/18", "0", {}) for area in every)) == []
    assert rules(shipped, *((area, "FY 2017/18", "12", {}) for area in every[:-1])) == []


def test_a_period_that_had_not_begun(shipped):
    assert rules(shipped, (NOTTS, "FY 2030/31", "12.0", {})) == ["not-begun"]


def test_rows_that_stand_twice_and_disagree_are_held_and_twins_are_not(register, tmp_path):
    import_lait(
        register,
        tmp_path,
        [
            *edition("25.1"),
            ("PrevRegCPR", "2024", "891", "26.0"),
            ("PrevRegCPR", "2023", "891", "24"),
            ("PrevRegCPR", "2023", "891", "24"),
        ],
    )
    held = load_register(register).table("quarantine")
    assert held[["rule", "period"]].to_numpy().tolist() == [["duplicates-disagree", "FY 2023/24"]]
    assert published(register)["period"].tolist() == ["FY 2022/23"]


@pytest.mark.parametrize(
    "year, value, rule", [("0", "25.0", "unreadable-year"), ("2024", "about 25", "unreadable-value")]
)
def test_labels_and_cells_that_cannot_be_read_are_listed(register, tmp_path, year, value, rule):
    import_lait(register, tmp_path, [("PrevRegCPR", year, "891", value), ("PrevRegCPR", "2022", "891", "24")])
    assert load_register(register).table("quarantine")["rule"].tolist() == [rule]


def fingertips_row(value, low, high, count, note=""):
    return (NOTTS, "Nottinghamshire", "2022/23", value, low, high, "", count, "138500", note)


@pytest.mark.parametrize(
    "row, rule",
    [
        (fingertips_row("64.2599", "70.1", "78.6", "890"), "outside-own-limits"),
        (fingertips_row("64.2599", "60.1", "68.6", ""), "value-without-count"),
        (
            fingertips_row("64.2599", "60.1", "68.6", "890", "Value suppressed for disclosure control"),
            "withheld-with-figure",
        ),
    ],
)
def test_labels_that_contradict_their_values(register, tmp_path, row, rule):
    import_files(register, "fingertips", [save(fingertips_frame([FINGERTIPS_ROWS[0], row]), tmp_path / "x.csv")])
    assert load_register(register).table("quarantine")["rule"].tolist() == [rule]


def test_a_limit_of_minus_one_is_no_limit(register, tmp_path):
    row = fingertips_row("64.2599", "-1.0", "-1.0", "890")
    import_files(register, "fingertips", [save(fingertips_frame([row]), tmp_path / "x.csv")])
    assert load_register(register).table("quarantine").empty


def test_every_rule_has_its_reason():
    shown = {rule for rule, *_ in ONE_ROW} | {
        "average-outside-members", "total-is-not-sum", "ten-fold-jump", "same-count-everywhere", "same-figure-everywhere", "not-begun", "unreadable-value",
        "duplicates-disagree", "outside-own-limits", "value-without-count", "withheld-with-figure",
        "fell-away", "count-with-decimals", "count-in-doubt",
        "labels-disagree", "area-gone", "digit-missing",  # shown in test_import_labels.py
        # shown in test_importers.py, test_import_kinds.py
        "months-are-not-year", "share-inverted", "part-held-back",
        "keys-disagree", "nothing-after-thousands", "scale-turned", "measure-emptied", "all-moved", "equals-another", "far-fewer-areas",
    }  # fmt: skip
    assert shown == set(REASONS) and all(reason[0].islower() and reason[-1] != "." for reason in REASONS.values())
