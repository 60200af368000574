import pandas as pd
import pytest
from conftest import PROJECT, figure, id_of, target, tiny, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from cyp_helpers.compare.comparison import COLUMNS, compare
from cyp_helpers.register.tables import UnknownName, load_register, with_rounding

LAST, THIS = "FY 2014/15", "FY 2015/16"
ENGLAND = "E92000001"


# ---- over time ----


@pytest.mark.parametrize(
    "polarity, rising, falling",
    [("higher", "improved", "worsened"), ("lower", "worsened", "improved"), ("none", "increased", "decreased")],
)
def test_change_by_polarity(polarity, rising, falling):
    up = verdict("previous", [figure("50.0", LAST), figure("51.0", THIS)], polarity=polarity)
    down = verdict("previous", [figure("51.0", LAST), figure("50.0", THIS)], polarity=polarity)
    assert (up["verdict"], up["difference"], up["difference_text"], up["evidence"]) == (
        rising,
        1.0,
        "+1.0",
        "chance not tested",
    )
    assert (down["verdict"], down["difference"], down["difference_text"]) == (falling, -1.0, "−1.0")
    assert up["reason"].startswith("51.0% in 2015/16 is 1.0 percentage points above 50.0% in 2014/15; ")


def test_equal_counts_are_no_clear_change():
    assert verdict("previous", [figure("7", LAST), figure("7", THIS)], unit="count")["verdict"] == "no clear change"


def test_counts_are_exact_and_percentages_are_not():
    figures = [figure("5", LAST), figure("5.4", THIS)]
    assert (
        verdict("previous", figures)["verdict"] == "cannot tell from rounded figures"
    )  # 5 can be anything from 4.5 up to 5.5
    assert verdict("previous", figures, unit="count")["verdict"] == "improved"


def test_touching_intervals_can_be_told_apart():
    assert (
        verdict("previous", [figure("5", LAST), figure("6", THIS)])["verdict"] == "improved"
    )  # below 5.5, and at least 5.5


@pytest.mark.parametrize(
    "qualifier, this, expected",
    [("over", "80", "cannot tell from rounded figures"), ("about", "99", "cannot tell from rounded figures")],
)
def test_open_ended_figures(qualifier, this, expected):
    assert verdict("previous", [figure("75", LAST, qualifier=qualifier), figure(this, THIS)])["verdict"] == expected


def test_over_can_still_be_above():
    assert verdict("previous", [figure("60", LAST), figure("75", THIS, qualifier="over")])["verdict"] == "improved"


def test_unlike_periods_are_not_compared():
    row = verdict("previous", [figure("50.0", "CY 2014"), figure("51.0", THIS)])
    assert (row["verdict"], row["reason"]) == ("not compared", "Earlier figures cover unlike periods.")


def test_unlike_periods_that_the_document_prints_are_shown_and_flagged():
    pairing = {
        "observation_id": id_of("N", THIS),
        "comparator": "previous",
        "comparator_observation_id": id_of("N", "CY 2014"),
    }
    row = verdict("previous", [figure("50.0", "CY 2014"), figure("51.0", THIS)], pairings=[pairing])
    assert (
        row["verdict"] == "improved" and "unlike periods" in row["flags"] and "sets them side by side" in row["reason"]
    )


def test_an_undated_figure_is_earlier_only_if_published_before_the_period_ended():
    known = figure("48", "latest at 2011-09", published="2011-09-30")
    assert verdict("previous", [known, figure("44.0", "FY 2012/13")])["verdict"] == "worsened"
    row = verdict("previous", [known, figure("44.0", "CY 2010")])
    assert row["verdict"] == "not compared" and "not known which of the two is earlier" in row["reason"]


def test_first_figure_has_nothing_before_it():
    assert verdict("previous", [figure("50.0", THIS)])["reason"] == "No earlier figure on this definition is known."


def test_another_definition_is_never_the_previous_figure():
    row = verdict("previous", [figure("90.0", LAST, series_id="s2"), figure("50.0", THIS)])
    assert row["verdict"] == "not compared"


def test_no_figure_on_a_superseded_definition_says_what_changed():
    broken = {
        "series_id": "s",
        "successor_series_id": "s2",
        "what_changed": "grades became numbers",
        "comparable": "no",
    }
    row = verdict("previous", [figure("45.5", THIS, series_id="s2")], breaks=[broken])
    assert row["verdict"] == "not compared" and "because grades became numbers" in row["reason"]


def test_two_printed_figures_that_cannot_both_be_right_are_not_compared():
    query = {
        "query_id": "q-1",
        "source_id": "doc",
        "effect": "not compared",
        "concerns": f"{id_of('N', LAST)} {id_of('N', THIS)}",
        "bearing": "high",
    }
    row = verdict("previous", [figure("69.4", LAST), figure("34.3", THIS)], queries=[query])
    assert row["verdict"] == "not compared" and row["query_ids"] == "q-1" and "source query" in row["flags"]


def test_same_period_last_year():
    months = [
        figure("72", "month 2015-12"),
        figure("74", "month 2016-06"),
        figure("76", "month 2016-12", published="2017-01-31"),
    ]
    row = verdict("same_period_last_year", months)
    assert (row["comparator_text"], row["verdict"]) == ("72%", "improved")
    assert verdict("previous", months)["comparator_text"] == "74%"


def test_a_whole_year_has_no_same_period_of_its_own():
    assert (
        "see the previous figure"
        in verdict("same_period_last_year", [figure("50.0", LAST), figure("51.0", THIS)])["reason"]
    )


def test_starting_figure():
    goal = target("value", "55.0", value="55.0", period="FY 2017/18", baseline_observation_id=id_of("N", LAST))
    assert verdict("baseline", [figure("50.0", LAST), figure("51.0", THIS)], targets=[goal])["verdict"] == "improved"
    assert (
        verdict("baseline", [figure("50.0", LAST)], targets=[goal])["reason"]
        == "No figure later than the starting figure is known."
    )


# ---- against England ----


@pytest.mark.parametrize(
    "polarity, above, below", [("higher", "better", "worse"), ("lower", "worse", "better"), ("none", "higher", "lower")]
)
def test_england_by_polarity(polarity, above, below):
    assert (
        verdict("england", [figure("51.0", THIS), figure("50.0", THIS, ENGLAND)], polarity=polarity)["verdict"] == above
    )
    assert (
        verdict("england", [figure("49.0", THIS), figure("50.0", THIS, ENGLAND)], polarity=polarity)["verdict"] == below
    )


def test_equal_counts_are_similar_to_england():
    assert verdict("england", [figure("50", THIS), figure("50", THIS, ENGLAND)], unit="count")["verdict"] == "similar"


def test_england_hidden_by_rounding():
    assert (
        verdict("england", [figure("61.8", THIS), figure("62", THIS, ENGLAND)])["verdict"]
        == "cannot tell from rounded figures"
    )


def test_england_of_another_year_is_not_compared_unless_printed_beside():
    figures = [figure("48.4", THIS), figure("37.8", LAST, ENGLAND)]
    assert verdict("england", figures)["reason"] == (
        "For England there is no figure for this period; the newest is for 2014/15."
    )
    pairing = {
        "observation_id": id_of("N", THIS),
        "comparator": "england",
        "comparator_observation_id": id_of(ENGLAND, LAST),
        "caution": "Sixth forms only",
    }
    row = verdict("england", figures, pairings=[pairing])
    assert (
        row["verdict"] == "better"
        and row["flags"].startswith("unlike periods; unlike coverage")
        and "Sixth forms only." in row["reason"]
    )


@pytest.mark.parametrize("printed", ["tbc", "N/A", "-"])
def test_what_stands_in_place_of_an_england_figure_is_told(printed):
    row = verdict("england", [figure("50.0", THIS), figure("", THIS, ENGLAND, printed=printed, status="x")])
    assert row["reason"] == f"The document prints '{printed}' for England."


# ---- what a document states ----

STATED = {
    "stated_id": "st",
    "series_id": "s",
    "area_id": "N",
    "breakdown": "all",
    "period": THIS,
    "comparator": "england",
    "stated": "worse",
    "printed": "Worse",
    "reading": "clear",
    "published": "2016-06-30",
    "source_id": "doc",
    "locator": "row 2",
}


def test_stated_without_figures():
    row = verdict("england", [], stated=[STATED])
    assert (row["verdict"], row["evidence"], row["comparator_text"], row["stated_id"]) == (
        "worse",
        "stated",
        "'Worse'",
        "st",
    )
    assert row["reason"].startswith("The document says: 'Worse' (2015/16).")


def test_figures_go_before_an_older_statement_and_after_a_newer_one():
    figures = [figure("51.0", THIS), figure("50.0", THIS, ENGLAND)]
    assert verdict("england", figures, stated=[{**STATED, "published": "2016-05-01"}])["verdict"] == "better"
    newer = verdict("england", figures, stated=[STATED])
    assert (newer["verdict"], newer["evidence"], newer["value_text"]) == ("worse", "stated", "")


@pytest.mark.parametrize(
    "stated, polarity, expected",
    [
        ("decreased", "lower", "improved"),
        ("decreased", "higher", "worsened"),
        ("increased", "none", "increased"),
        ("unclear", "lower", "not compared"),
    ],
)
def test_stated_direction_by_polarity(stated, polarity, expected):
    row = verdict("previous", [], stated=[{**STATED, "comparator": "previous", "stated": stated}], polarity=polarity)
    assert row["verdict"] == expected and row["evidence"] == ("" if stated == "unclear" else "stated")


# ---- as known at, age, flags, trace ----


def test_only_what_was_published_by_the_review_is_used():
    figures = [figure("50.0", LAST), figure("51.0", THIS, published="2016-12-31")]
    assert verdict("previous", figures, review="2016-17 part 1")["value_text"] == "50.0%"
    assert verdict("previous", figures)["value_text"] == "51.0%"


def test_a_correction_changes_the_later_review_only():
    figures = [
        figure("50.0", LAST),
        figure("51.0", THIS),
        figure("49.0", THIS, observation_id="corrected", published="2016-12-31", status="r"),
    ]
    assert verdict("previous", figures, review="2016-17 part 1")["verdict"] == "improved"
    row = verdict("previous", figures)
    assert row["verdict"] == "worsened" and "revised" in row["flags"]


def test_a_correction_keeps_what_hangs_on_the_figure():
    """Pairings, starting figures and queries name the first edition; they hold for the corrected one too."""
    pairing = {
        "observation_id": id_of("N", THIS),
        "comparator": "england",
        "comparator_observation_id": id_of(ENGLAND, LAST),
    }
    goal = target("value", "55%", value="55", period=THIS, baseline_observation_id=id_of("N", LAST))
    query = {
        "query_id": "q-1",
        "source_id": "doc",
        "effect": "not compared",
        "concerns": f"{id_of('N', LAST)} {id_of('N', THIS)}",
        "bearing": "high",
    }
    corrected = [
        figure("51.0", LAST, observation_id="new-start", published="2016-12-31"),
        figure("49.0", THIS, observation_id="new", published="2016-12-31"),
    ]
    figures = [figure("50.0", LAST), figure("48.0", THIS), figure("52", LAST, ENGLAND), *corrected]
    assert verdict("england", figures, pairings=[pairing])["difference_text"] == "−3"
    assert verdict("baseline", figures, targets=[goal])["comparator_text"] == "51.0%"
    assert verdict("previous", figures, queries=[query])["verdict"] == "not compared"


def test_a_correction_of_an_old_undated_figure_does_not_make_it_the_newest():
    old = figure("4.5", "latest at 2011-09", published="2011-09-30")
    again = figure("4.7", "latest at 2011-09", published="2016-12-31", observation_id="again")
    assert (
        verdict("previous", [old, figure("2.5", "FY 2012/13", published="2013-09-30"), again])["value_text"] == "2.5%"
    )


def test_a_query_about_a_later_document_is_not_known_yet():
    query = {
        "query_id": "q-1",
        "source_id": "doc",
        "effect": "caution",
        "concerns": id_of("N", THIS),
        "bearing": "high",
        "other_locator": "later-doc, row 1",
    }
    register = tiny([figure("50.0", LAST), figure("51.0", THIS)], queries=[query])
    later = register.table("sources").assign(source_id="later-doc", published=pd.Timestamp("2016-12-31"))
    register.tables["sources"] = pd.concat([register.table("sources"), later], ignore_index=True)
    known = [
        compare(register, "p", f"2016-17 part {n}").query("comparator == 'previous'")["query_ids"].iloc[0]
        for n in (1, 2)
    ]
    assert known == ["", "q-1"]


def test_a_comparison_is_as_new_as_its_newer_side():
    row = verdict("england", [figure("51.0", THIS), figure("50.0", THIS, ENGLAND, published="2016-12-31")])
    assert "no new figure" not in row["flags"]


def test_a_difference_has_the_decimals_of_the_coarser_figure():
    assert verdict("previous", [figure("6.59", LAST), figure("10.9", THIS)], unit="weeks")["reason"].startswith(
        "10.9 weeks in 2015/16 is 4.3 weeks above"
    )


def test_no_new_data_is_said_with_its_age():
    row = verdict("previous", [figure("50.0", LAST), figure("51.0", THIS)])
    assert "no new figure" in row["flags"] and row["reason"].endswith(
        "Nothing newer since the last review; the figure is 12 months old."
    )
    first = verdict("previous", [figure("50.0", LAST), figure("51.0", THIS)], review="2016-17 part 1")
    assert "no new figure" not in first["flags"]


@pytest.mark.parametrize(
    "status, word",
    [
        ("p", "provisional"),
        ("r", "revised"),
        ("b", "break"),
        ("e", "estimated"),
        ("u", "low reliability"),
        ("p e", "provisional; estimated"),
    ],
)
def test_flags_travel(status, word):
    row = verdict("previous", [figure("50.0", LAST, status=status), figure("51.0", THIS)])
    assert row["flags"].startswith(word) and word.split("; ")[0] in row["reason"]


@pytest.mark.parametrize("reading, flag", [("cut off", "text cut off"), ("inferred", "reading inferred")])
def test_uncertain_readings_are_flagged(reading, flag):
    assert flag in verdict("previous", [figure("50.0", LAST, reading=reading), figure("51.0", THIS)])["flags"]


def test_every_row_names_its_observations_and_places():
    row = verdict("previous", [figure("50.0", LAST), figure("51.0", THIS)])
    assert (row["observation_id"], row["comparator_observation_id"], row["value_source"]) == (
        id_of("N", THIS),
        id_of("N", LAST),
        "doc: row 1",
    )


def test_milestones_are_kept_and_not_compared():
    rows = compare(tiny([], series=""), "p", "2016-17 part 2")
    assert rows["verdict"].isin(["not compared", "not assessed"]).all() and len(rows) == 7


def test_the_register_is_not_changed():
    register = tiny([figure("50.0", LAST), figure("51.0", THIS)])
    before = {name: frame.copy() for name, frame in register.tables.items()}
    compare(register, "p", "2016-17 part 2")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, register.table(name))


@pytest.mark.parametrize(
    "names, message",
    [
        (("q", "2016-17 part 2", None), "Unknown plan: 'q'. Valid: p."),
        (
            ("p", "2016-17 part 3", None),
            "Unknown review of p: '2016-17 part 3'. Did you mean '2016-17 part 2'? Valid: 2016-17 part 1, 2016-17 part 2.",
        ),
        (("p", "2016-17 part 2", "z"), "Unknown priority of p: 'z'. Valid: a."),
        (("p", "2016-17 part 2", 3), "Unknown priority of p: 3. Valid: a."),
    ],
)
def test_unknown_names_are_refused_with_the_valid_ones(names, message):
    with pytest.raises(UnknownName) as error:
        compare(tiny([]), *names)
    assert str(error.value) == message


@given(st.integers(0, 10_000), st.integers(0, 2))
def test_a_rounded_value_stands_for_everything_that_rounds_to_it(digits, places):
    text = f"{digits / 10**places:.{places}f}"
    frame = with_rounding(pd.DataFrame({"value": [text], "number": [float(text)], "qualifier": [""]}), False)
    low, high = frame.loc[0, ["low", "high"]]
    assert high - low == pytest.approx(10.0**-places) and low < float(text) < high


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_verdict_turns_round_when_the_figures_change_places(one, other):
    figures = [figure(f"{one / 10:.1f}", LAST), figure(f"{other / 10:.1f}", THIS)]
    turned = [figure(f"{other / 10:.1f}", LAST), figure(f"{one / 10:.1f}", THIS)]
    opposite = {"improved": "worsened", "worsened": "improved"}
    there, back = verdict("previous", figures)["verdict"], verdict("previous", turned)["verdict"]
    assert opposite.get(there, there) == back
    assert (there == "cannot tell from rounded figures") == (one == other)


# ---- the shipped register ----


def test_every_review_of_every_plan_compares():
    register = load_register(PROJECT)
    for row in register.table("reviews").itertuples():
        rows = compare(register, row.plan_id, row.review)
        assert list(rows.columns) == COLUMNS and (rows["reason"] != "").all()
        assert rows.groupby(["priority_id", "subject_id"])["comparator"].nunique().eq(7).all()


@pytest.mark.parametrize(
    "plan, review, subject, comparator, expected",
    [
        (
            "cypf-2016-18",
            "2017-18 part 2",
            "attainment-gap-early-years-fsm|E10000024|all",
            "previous",
            ("worsened", "+0.4"),
        ),
        ("cypf-2016-18", "2017-18 part 2", "attainment-gap-early-years-fsm|E10000024|all", "england", ("worse", "+6")),
        (
            "cypf-2016-18",
            "2017-18 part 2",
            "ks2-reading-writing-maths|E10000024|all",
            "england",
            ("cannot tell from rounded figures", ""),
        ),
        ("cypf-2016-18", "2017-18 part 2", "under-18-conceptions|E10000024|all", "england", ("better", "−0.5")),
        ("cypf-2016-18", "2017-18 part 2", "youth-reoffending|E10000024|all", "previous", ("not compared", "")),
        ("cypf-2011-14", "2013-14 part 2", "attainment-gap-16-fsm-eligible|E10000024|all", "target", ("met", "")),
        (
            "cypf-2011-14",
            "2013-14 part 2",
            "child-protection-plan-rate|E10000024|all",
            "previous",
            ("cannot tell from rounded figures", ""),
        ),
        ("cypf-2011-14", "2013-14 part 2", "child-poverty|E10000024|all", "previous", ("not compared", "")),
        (
            "cypf-2011-14",
            "2013-14 part 2",
            "breastfeeding-6-8-weeks-pct|bassetlaw-pct|all",
            "baseline",
            ("not compared", ""),
        ),
        ("early-help-2013-16", "2013-14 part 1", "under-18-conceptions|E10000024|all", "england", ("worse", "+1.2")),
    ],
)
def test_known_answers(plan, review, subject, comparator, expected):
    rows = compare(load_register(PROJECT), plan, review)
    row = rows[(rows["subject_id"] == subject) & (rows["comparator"] == comparator)].iloc[0]
    assert (row["verdict"], row["difference_text"]) == expected
