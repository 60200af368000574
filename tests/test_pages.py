"""Claims, delivery, data quality and annual review."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from conftest import PROJECT
from conftest import figure, tiny
from cyp_helpers.compare.claims import check_claims
from cyp_helpers.compare.figures import known_figures, with_words
from cyp_helpers.findings import in_words
from cyp_helpers.pages import annual_review as reassessment
from cyp_helpers.pages import data_quality as quality
from cyp_helpers.pages import delivery_tracker as delivery
from cyp_helpers.pages import indicator
from cyp_helpers.register.tables import UnknownName, load_register, priorities_of
from cyp_helpers.report import open_review

LAST, THIS = "FY 2014/15", "FY 2015/16"


def claim(stated, change="", change_unit="percent of the earlier figure", **other):
    row = {
        "stated_id": "st",
        "series_id": "s",
        "area_id": "N",
        "breakdown": "all",
        "period": THIS,
        "comparator": "previous",
        "comparator_period": LAST,
        "stated": stated,
        "change": change,
        "change_unit": change_unit,
        "printed": "as printed",
        "reading": "clear",
        "published": "2016-06-30",
        "source_id": "doc",
        "locator": "row 2",
    }
    return {**row, **other}


def known_then(register):
    known = register.as_known("2017-03-31")
    return known, with_words(known_figures(known), known)


def outcome(figures, one):
    register = tiny(figures, stated=[one], unit="million pounds", polarity="lower")
    return check_claims(*known_then(register)).iloc[0]


@pytest.mark.parametrize(
    "earlier, later, change, expected",
    [
        ("5.2", "4.0", "-23", "holds"),  # 23.1%
        ("5.2", "4", "-21", "holds only at the edge of rounding"),  # 5.15 to 4.05 is 21.4%, and 21% can be 21.5%
        ("5.2", "4", "-15", "holds only if a figure is rounded as coarsely as it is printed"),  # 4 can be 4.49
        ("5.2", "4", "-40", "does not hold"),
        ("5.2", "4.0", "23", "does not hold"),
        ("5.2", None, "-21", "cannot be checked"),
    ],
)
def test_relative_claims(earlier, later, change, expected):
    figures = [figure(earlier, LAST)] + ([figure(later, THIS)] if later else [])
    assert outcome(figures, claim("decreased", change))["outcome"] == expected


def test_the_working_is_shown():
    assert (
        outcome([figure("5.2", LAST), figure("4", THIS)], claim("decreased", "-21"))["recomputed"] == "−24.8 to −21.4%"
    )


@pytest.mark.parametrize(
    "later, change, expected",
    [
        ("23.0", "0.4", "holds"),
        ("23.0", "0.5", "holds"),
        ("23.0", "0.6", "does not hold"),
        ("23.0", "1.0", "does not hold"),
    ],
)
def test_claims_in_points(later, change, expected):
    row = outcome([figure("22.6", LAST), figure(later, THIS)], claim("increased", change, "percentage points"))
    assert row["outcome"] == expected


@pytest.mark.parametrize(
    "stated, later, expected",
    [
        ("increased", "51.0", "holds"),
        ("decreased", "51.0", "does not hold"),
        ("increased", "50.0", "hidden by rounding"),
        ("similar", "50.0", "holds"),
        ("similar", "51.0", "does not hold"),
        ("unclear", "51.0", "cannot be checked"),
    ],
)
def test_claims_of_direction(stated, later, expected):
    assert outcome([figure("50.0", LAST), figure(later, THIS)], claim(stated))["outcome"] == expected


@pytest.fixture(scope="module")
def register():
    return load_register(PROJECT)


def test_the_claim_on_agency_spending(register):
    report = open_review("cypf-2016-18", "2017-18 part 2", register=register)
    row = check_claims(report.register, report.document_figures).query("printed == '21% reduction'").iloc[0]
    assert row["outcome"] == "holds only at the edge of rounding" and "−24.8 to −21.4%" in row["reason"]


def test_an_action_is_done_only_when_a_document_known_by_then_says_so(register):
    before, after = (
        delivery.actions_of(open_review("cypf-2016-18", name, register=register)).set_index("action_id")
        for name in ("2017-18 part 1", "2017-18 part 2")
    )
    online = "improvement-plan-2016-17/2.1-action-2"
    assert (before.at[online, "state"], after.at[online, "state"]) == (delivery.OVERDUE, delivery.DONE)


def test_activities_without_evidence_are_shown(register):
    early = delivery.evidence_of(open_review("cypf-2016-18", "2016-17 part 1", register=register))
    assert len(early) and early["judgement"].eq("no evidence known").all() and early["achieved"].ne("").all()
    late = delivery.evidence_of(open_review("cypf-2016-18", "2017-18 part 2", register=register))
    assert len(late) == len(early) and late["judgement"].eq("achieved").any() and late["reading"].eq("cut off").any()


def test_the_long_view_is_broken_where_the_definition_changes(register):
    report = open_review("cypf-2016-18", "2017-18 part 2", register=register)
    about = indicator.open_indicator(report, "gcse-attainment")
    chart = indicator.long_chart(about).charts[0]
    assert chart.title.startswith("GCSE attainment at age 16: ") and chart.title.endswith("figures on three definitions")
    assert chart.picture == indicator.long_chart(about).charts[0].picture
    pairs = indicator.comparable(report, "gcse-attainment")
    assert pairs["comparable"].eq("yes").equals(pairs["one"] == pairs["other"]) and pairs["why"].str.endswith(".").all()
    with pytest.raises(UnknownName, match="Unknown indicator: 'gcse'. With a page: .*gcse-attainment"):
        indicator.open_indicator(report, "gcse")


def test_the_annual_review_names_candidates_with_reasons(register):
    report = open_review("cypf-2016-18", "2017-18 part 2", register=register)
    rows = reassessment.priorities_of_review(report).set_index("priority")
    assert rows["young_people_rank"].tolist() == ["1", "2", "4", "3"]
    assert (
        rows["actions"].sum() == len(delivery.actions_of(report))
        and (rows["past_their_day"] + rows["done"] <= rows["actions"]).all()
    )
    little = rows["judged"] * 3 < rows["judged"] + rows["not_judged"]
    assert rows["candidate"].eq("change").equals(little) and little.any()
    superseded = reassessment.indicators_of_review(report).query("candidate == 'retire'")
    assert superseded["name"].tolist() == ["GCSE: A*-C in English and maths"]


def test_a_target_looser_than_its_start_is_to_be_changed(register):
    rows = reassessment.indicators_of_review(open_review("cypf-2011-14", "2011-12 part 2", register=register))
    loose = rows[rows["reason"].str.contains("looser")]
    assert loose["candidate"].eq("change").all() and loose["name"].str.contains("two years").any()


@pytest.mark.parametrize(
    "plan, name",
    [("cypf-2011-14", "2011-12 part 1"), ("early-help-2013-16", "2015-16 part 2"), ("cypf-2016-18", "2016-17 part 1")],
)
def test_every_sentence_of_a_page_ends_with_one_stop_and_names_no_empty_count(register, plan, name):
    report = open_review(plan, name, register=register)
    known, figures = report.register, in_words(report, report.document_figures)
    ages, equality = quality.ages(report), known.table("equality")
    said = [
        quality.read_claims_and_standings(report),
        quality.read_missing(figures[figures["number"].isna()]),
        quality.read_old(ages[~(ages["months"] <= quality.OLD)]),
        quality.read_queries(known.table("source-queries")),
        delivery.read_delivery(report),
        delivery.read_evidence(report),
        delivery.read_unmatched(delivery.unmatched(report)),
        reassessment.read_priorities(reassessment.priorities_of_review(report)),
        reassessment.read_indicators(reassessment.indicators_of_review(report)),
        reassessment.read_equality(equality[equality["plan_id"] == plan]),
    ]
    for text in filter(None, said):  # what there is nothing to say of is left out
        assert text.endswith(".") and not re.search(
            r"\.\.|\.[A-Z]| [.,:;]|  |\bnan\b|(?<![\d.])0 [a-z]|[Oo]ne [a-z]+ are\b|: ?\.", text
        ), text


def test_each_sentence_is_put_together_for_none_one_and_many():
    """Actions of a made-up plan: nothing set, one overdue, two of which one is partly shown."""
    assert said_of([]) == "No document of this plan known at the review sets an action."
    one = said_of([("a", "2017-01-31", "")])
    assert one.startswith("One action is set: one due before 31 March 2017 and not shown to be done. No news")
    two = said_of([("a", "2017-01-31", "partly"), ("b", "2017-06-30", "")])
    assert two.startswith(
        "Two actions are set: one due before 31 March 2017 and not shown to be done and one not yet due. For one of"
    )


@pytest.mark.parametrize(
    "due, form, shown, expected",
    [
        ("2017-03-30", "by", "", delivery.OVERDUE),
        ("2017-03-30", "by", "partly", delivery.PARTLY),
        ("2017-03-30", "by", "done", delivery.DONE),
        ("2017-03-31", "by", "", delivery.TODAY),
        ("2017-04-01", "by", "partly", delivery.AHEAD),
        ("", "ongoing", "", delivery.ONGOING),
        ("", "none", "", delivery.UNDATED),
    ],
)
def test_how_an_action_stands_on_the_day_of_the_review(due, form, shown, expected):
    assert delivery.actions_of(plan_with([("a", due, shown)], form))["state"].tolist() == [expected]


@pytest.mark.parametrize(
    "status, said_on, expected",
    [
        ("under way", "2017-03-10", delivery.SAID_ON),
        ("not started", "2017-03-10", delivery.SAID_LATE),
        ("", "2017-03-10", delivery.SILENT),
        # Said before the action was due: no word on what became of it.
        ("under way", "2017-01-31", delivery.OVERDUE),
        ("not started", "2017-01-31", delivery.OVERDUE),
        ("", "2017-01-31", delivery.OVERDUE),
        ("late", "2017-01-31", delivery.SAID_LATE),
        ("stopped", "2017-01-31", delivery.STOPPED),
    ],
)
def test_what_an_owner_said_counts_from_the_day_on_which_it_was_due(status, said_on, expected):
    plan = plan_with([("a", "2017-02-28", "")], statuses=[("a", status, "", "Head", said_on)])
    assert delivery.actions_of(plan)["state"].tolist() == [expected]


def test_what_is_due_soon_is_due_before_the_half_year_ends():
    plan = plan_with([("a", "2017-09-30", ""), ("b", "2017-10-01", "")])
    assert delivery.due_soon(plan)["action_id"].tolist() == ["a"]
    assert delivery.due_soon(SimpleNamespace(**vars(plan) | {"as_at": pd.Timestamp("2017-08-31")}))["action_id"].tolist() == ["a"]


def test_no_two_states_of_the_timeline_share_a_mark():
    colours, shapes = zip(*delivery.MARKS.values())
    assert len(set(shapes)) == len(set(colours)) == len(delivery.MARKS)


def test_the_timeline_says_how_many_are_overdue_and_where():
    chart = delivery.timeline(plan_with([("a", "2017-01-31", ""), ("b", "2017-06-30", "")]))
    assert chart.title == "One of two actions is past its day at 31 March 2017 and no document shows it done"
    assert "A: one past its day, in no document; one not yet due" in chart.alternative
    assert chart.data.data.loc["A", [delivery.OVERDUE, delivery.AHEAD]].tolist() == [1, 1]
    assert delivery.timeline(plan_with([("a", "", "")], "none")).nothing.startswith("No action")


def test_marks_of_one_day_stand_apart():
    many = delivery.timeline(plan_with([(f"a{n}", "2017-01-31", "") for n in range(12)])).picture.decode()
    up = sorted({float(y) for y in re.findall(r'<use [^>]*y="([0-9.]+)" style="fill: #f46a25', many)})
    # A mark is 5.7 points high; one more of them stands in the legend.
    assert len(up) >= 12 and min(after - before for before, after in zip(up, up[1:12])) > 7


def said_of(actions):
    return delivery.read_delivery(plan_with(actions))


def plan_with(actions, form="by", statuses=()):
    """A report at 31 March 2017 of a plan with one priority and these actions: id, last day, what a later document shows."""
    known = tiny([figure("50.0", THIS)]).as_known("2017-03-31")
    blank = {
        "due_start": "",
        "due_printed": "",
        "lead_printed": "",
        "activity_id": "",
        "wording": "",
        "source_id": "doc",
        "locator": "",
    }
    rows = [
        blank | {"action_id": one, "plan_id": "p", "priority_id": "p/a", "due_end": due, "due_form": form}
        for one, due, _ in actions
    ]
    said = [
        {"action_id": one, "shown": shown, "reason": "It is said.", "said_by": "doc"}
        for one, _, shown in actions
        if shown
    ]
    known.tables.update(
        {
            "actions": pd.DataFrame(
                rows, columns=[*blank, "action_id", "plan_id", "priority_id", "due_end", "due_form"], dtype="str"
            ),
            "action-evidence": pd.DataFrame(said, columns=["action_id", "shown", "reason", "said_by"], dtype="str"),
            "activities": pd.DataFrame(columns=["activity_id", "title", "governance_printed"], dtype="str"),
            "action-statuses": pd.DataFrame(
                statuses, columns=["action_id", "status", "done_on", "said_by", "said_on"], dtype="str"
            ),
        }
    )
    return SimpleNamespace(
        register=known, as_at=pd.Timestamp("2017-03-31"), plan={"plan_id": "p"}, priorities=priorities_of(known, "p")
    )
