"""Each kind of target, met and not met, on and off track, and each reason why it cannot be assessed."""

import pytest
from conftest import figure, id_of, target, verdict

START, LATER, DUE = "FY 2013/14", "FY 2014/15", "FY 2015/16"
BASE = id_of("N", START)


def judge(this, period=DUE, start="50.0", **goal):
    unit = goal.pop("unit", "percent")
    figures = ([figure(start, START)] if start else []) + ([figure(this, period)] if this else [])
    kind = goal.pop("kind")
    england = goal.pop("england", None)
    if england:
        figures.append(figure(england, period, "E92000001"))
    base = {"baseline_observation_id": BASE} if start else {}
    return verdict(
        "target", figures, targets=[target(kind, **{"period": DUE, "printed": "as printed", **base, **goal})], unit=unit
    )


@pytest.mark.parametrize(
    "direction, value, this, expected",
    [
        ("higher", "55", "55.1", "met"),
        ("higher", "55", "54.9", "not met"),
        ("higher", "55", "55.0", "cannot tell from rounded figures"),
        ("lower", "45", "44.9", "met"),
        ("lower", "45", "45.1", "not met"),
        ("lower", "45", "45.0", "cannot tell from rounded figures"),
    ],
)
def test_value(direction, value, this, expected):
    assert judge(this, kind="value", value=value, direction=direction)["verdict"] == expected


def test_a_count_meets_its_target_at_the_very_value():
    assert judge("55", start="50", kind="value", value="55", unit="count")["verdict"] == "met"


@pytest.mark.parametrize(
    "this, expected", [("55.1", "on track"), ("54.9", "off track"), ("55.0", "cannot tell from rounded figures")]
)
def test_before_its_date_on_the_straight_line(this, expected):
    row = judge(this, period=LATER, kind="value", value="60")  # from 50 in 2013/14 to 60 in 2015/16: 55 halfway
    assert row["verdict"] == expected and "it would be 55.0%." in row["reason"]


def test_a_date_that_has_passed_without_a_figure_is_said():
    assert "date has passed without a figure" in judge("56.0", period=LATER, kind="value", value="60")["reason"]


def test_a_figure_later_than_the_target_does_not_judge_it():
    row = verdict(
        "target",
        [figure("50.0", START), figure("61.0", DUE)],
        targets=[target("value", "60%", value="60", period=LATER, baseline_observation_id=BASE)],
    )
    assert (
        row["verdict"] == "not assessed"
        and "No figure is known for the date of the target, '60%' for 2014/15" in row["reason"]
    )


@pytest.mark.parametrize("this, expected", [("65.0", "not assessed"), ("75.0", "on track")])
def test_before_its_date_without_a_start_there_is_no_line(this, expected):
    assert judge(this, start=None, period=LATER, kind="value", value="70")["verdict"] == expected


def test_an_undated_start_gives_no_line():
    figures = [figure("60", "latest at 2011-09", published="2011-09-30"), figure("65.0", LATER)]
    row = verdict(
        "target",
        figures,
        targets=[
            target("value", "70%", value="70", period=DUE, baseline_observation_id=id_of("N", "latest at 2011-09"))
        ],
    )
    assert row["verdict"] == "not assessed" and "no line" in row["reason"]


def test_the_start_of_the_line_is_rounded_too():
    row = judge(
        "62.6", start="60", period=LATER, kind="value", value="65"
    )  # 59.5 to 60.5 at the start: 62.25 to 62.75 halfway
    assert row["verdict"] == "cannot tell from rounded figures" and " to 62." in row["reason"]


def test_zero_cannot_fall():
    assert (
        judge("0", start="0", kind="direction", direction="lower", unit="count")["reason"]
        == "The starting figure is zero, so it cannot fall."
    )


def test_a_figure_no_later_than_the_start_is_no_progress():
    assert judge("49.0", period="FY 2012/13", kind="value", value="60")["verdict"] == "not assessed"


@pytest.mark.parametrize(
    "direction, this, expected",
    [
        ("lower", "49.0", "met"),
        ("lower", "51.0", "not met"),
        ("higher", "51.0", "met"),
        ("lower", "50.0", "cannot tell from rounded figures"),
    ],
)
def test_direction(direction, this, expected):
    assert judge(this, kind="direction", direction=direction)["verdict"] == expected


def test_standing_still_does_not_meet_a_direction():
    assert judge("50", start="50", kind="direction", direction="lower", unit="count")["verdict"] == "not met"


@pytest.mark.parametrize("this, expected", [("49.0", "on track"), ("51.0", "off track")])
def test_direction_before_the_plan_ends(this, expected):
    row = verdict(
        "target",
        [figure("50.0", START), figure(this, DUE)],
        targets=[target("direction", "Reduce", direction="lower", baseline_observation_id=BASE)],
    )
    assert row["verdict"] == expected  # no date is printed, so the plan's end counts: March 2018


@pytest.mark.parametrize(
    "this, expected", [("34.9", "met"), ("35.1", "not met"), ("35.0", "cannot tell from rounded figures")]
)
def test_relative_change(this, expected):
    assert (
        judge(this, start="50.0", kind="relative_change", value="30", direction="lower")["verdict"] == expected
    )  # 30% off 50 is 35


def test_relative_change_without_a_start():
    assert (
        "no starting figure is printed"
        in judge("35.0", start=None, kind="relative_change", value="30", direction="lower")["reason"]
    )


@pytest.mark.parametrize("this, expected", [("9.9", "met"), ("10.1", "not met")])
def test_from_to(this, expected):
    assert judge(this, start="15", kind="from_to", value="10", direction="lower")["verdict"] == expected


@pytest.mark.parametrize("this, expected", [("62.0", "met"), ("61.8", "met"), ("60.0", "not met"), ("70.0", "met")])
def test_in_line_with_england(this, expected):
    assert (
        judge(this, kind="in_line", comparator_area_id="E92000001", england="62")["verdict"] == expected
    )  # 62 can be 61.5 up to 62.5


def test_in_line_needs_the_year_it_names():
    assert (
        "the figure known is"
        in judge("62.0", period=LATER, kind="in_line", comparator_area_id="E92000001", england="62")["reason"]
    )


@pytest.mark.parametrize("this, expected", [("Adequate", "met"), ("Inadequate", "not met")])
def test_judgement_step(this, expected):
    row = judge(this, start="Inadequate", kind="judgement_step", value="Adequate", unit="judgement")
    assert row["verdict"] == expected


def test_trend_needs_five_annual_figures():
    row = judge("49.0", kind="trend", direction="lower")
    assert (
        row["verdict"] == "not assessed" and "A trend needs five unbroken annual figures" in row["reason"]
    )


@pytest.mark.parametrize(
    "kind, reason",
    [("words", "The target is in words: 'as printed'."), ("pending", "The document sets no target yet. ")],
)
def test_words_and_pending(kind, reason):
    row = judge("51.0", kind=kind)
    assert (row["verdict"], row["reason"]) == ("not assessed", reason)


def test_only_the_starting_figure():
    row = judge(None, kind="value", value="60")
    assert row["verdict"] == "not assessed" and row["reason"].startswith(
        "No figure later than the starting figure is known: 50.0% in 2013/14."
    )


def test_no_target_at_all():
    row = verdict("target", [figure("50.0", START)])
    assert (row["verdict"], row["reason"], row["target_id"]) == ("not assessed", "No target is printed.", "")


@pytest.mark.parametrize(
    "value, direction, loose",
    [("45", "higher", True), ("55", "higher", False), ("55", "lower", True), ("45", "lower", False)],
)
def test_a_target_looser_than_its_start_is_shown(value, direction, loose):
    row = judge("52.0", kind="value", value=value, direction=direction)
    assert ("target looser than start" in row["flags"]) == loose == ("looser than the starting figure" in row["reason"])


def test_an_undated_start_that_may_be_later_is_not_used():
    figures = [figure("16.8", "latest at 2011-09", published="2011-09-30"), figure("17.1", "CY 2010")]
    row = verdict(
        "target",
        figures,
        targets=[
            target("direction", "Reduce", direction="lower", baseline_observation_id=id_of("N", "latest at 2011-09"))
        ],
    )
    assert row["verdict"] == "not assessed" and "not known whether 17.1% in 2010 is a later figure" in row["reason"]
