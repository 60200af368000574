"""The shipped register: what is known of Nottinghamshire on 31 March 2018, worked by hand, and rules that hold for all."""

import numpy as np
import pandas as pd
import pytest

import cyp_helpers as cyp
from conftest import PROJECT
from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.subjects import published_lines
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review

REGISTER = load_register(PROJECT)
FIVE = "five_years"


@pytest.fixture(scope="module")
def report():
    return open_review("cypf-2016-18", "2017-18 part 2", register=REGISTER)


@pytest.fixture(scope="module")
def nottinghamshire():
    """Published figures beside their comparators, oldest first."""
    rows = cyp.compare(REGISTER, as_at="2018-03-31", areas="Nottinghamshire")
    rows = rows[rows["source_id"].isin(REGISTER.table("editions")["source_id"])]
    return rows.sort_values("period", key=lambda period: period.map(lambda one: one.end_time), kind="stable")


def level(figure, other, s, n=None):
    """The difference over s / √2, beside the mean of n neighbours over √(1 + 1/n) more."""
    return (figure - other) / (s / np.sqrt(2) * np.sqrt(1 + (1 / n if n else 0)))


def slope(levels, s):
    """The slope of five years' figures less the median authority, over s / √20."""
    return np.dot(levels, [-2, -1, 0, 1, 2]) / 10 / (s / np.sqrt(20))


@pytest.mark.parametrize(
    "series, beside, told, by_hand, verdict",
    [
        # beside England: score expected of the rule, figure, England's, s
        ("excess-weight-10-11", "england", -5.3, level(30.56, 34.25, 0.9697), "better"),  # −3.69 / 0.6857
        ("hospital-admissions-injuries-0-14", "england", -5.2, level(81.9, 104.9, 6.1034), "better"),  # −23.0 / 4.3158
        ("permanent-exclusions", "england", -4.4, level(0.03, 0.08, 0.016181), "better"),  # −0.05 / 0.01144
        ("assessments-timely", "england", 3.1, level(94.4, 82.9, 5.384), "better"),  # 11.5 / 3.807
        ("attainment-gap-early-years-fsm", "england", 2.9, level(23, 17, 2.9129), "worse"),  # 6 / 2.0597
        ("social-worker-vacancy-rate", "england", -2.8, level(4.8, 17.0, 6.0566), "better"),  # −12.2 / 4.2827
        ("school-absence-6-half-terms", "england", -2.3, level(4.44, 4.65, 0.13205), "better"),  # −0.21 / 0.09337
        ("re-referrals", "england", 1.6, level(25.5, 21.9, 3.3323), "no clear difference"),  # 3.6 / 2.3563
        ("care-leavers-eet", "england", -1.6, level(45, 50, 4.5501), "no clear difference"),  # −5 / 3.2174
        ("strengths-difficulties-score", "england", 1.3, level(14.9, 14.1, 0.86017), "no clear difference"),  # 0.8 / 0.6082
        ("youth-justice-first-time-entrants", "england", 0.5, level(349, 326, 65.762), "no clear difference"),  # 23 / 46.501
        ("under-18-conceptions", "england", -0.4, level(18.3, 18.8, 1.5592), "no clear difference"),  # −0.5 / 1.1025
        # beside the mean of 9 neighbours: 5.2111 / (2.3563 × 1.0541)
        ("re-referrals", "neighbours", 2.2, level(25.5, 20.2889, 3.3323, 9), "worse"),
        # over five years: 18.7, 20.1, 24.2, 23.9, 25.5 less 22.3, 21.2, 21.1, 19.5, 19.95 rise by 2.38 a year; 2.38 / 0.7451
        ("re-referrals", FIVE, 3.4, slope([-3.6, -1.1, 3.1, 4.4, 5.55], 3.3323), "worsening"),
        # rose from 56.6 to 68.1, others from 50.7 to 70.7: −2.115 a year; over 0.5168
        ("good-level-of-development-2013", FIVE, -4.1, slope([5.9, 1.6, -0.95, -2.55, -2.6], 2.3114), "falling behind"),
        ("permanent-exclusions", FIVE, -5.2, slope([0.02, 0.01, -0.02, -0.04, -0.05], 0.016181), "improving"),  # −0.019 / 0.003618
        ("school-absence-6-half-terms", FIVE, -3.5, slope([0.23, 0.01, -0.07, -0.15, -0.205], 0.13205), "improving"),  # −0.103 / 0.02953
    ],
)  # fmt: skip
def test_scores_worked_by_hand(nottinghamshire, series, beside, told, by_hand, verdict):
    row = nottinghamshire.query("series_id == @series and comparator == @beside and difference == difference").iloc[-1]
    assert row["score"] == pytest.approx(by_hand, rel=2e-3) and row["score"] == pytest.approx(told, rel=0.15)
    assert row["verdict"] == verdict and row["evidence"] == ("unclear" if verdict.startswith("no clear") else "clear")
    assert row["promise"] >= (75 if beside == FIVE else 85) or row["evidence"] == "unclear"


def test_since_last_year_nothing_is_clear(report):
    rows = report.published.query("comparator == 'previous' and difference == difference")
    assert len(rows) > 20 and not rows["evidence"].eq("clear").any()


def test_no_direction_without_clear_or_stated(report):
    rows = pd.concat([report.comparison, report.published])
    rows = rows[~rows["verdict"].isin(["not compared", "not assessed"]) & (rows["comparator"] != "target")]
    told = ~rows["verdict"].str.startswith("no clear")
    assert told.any() and rows.loc[told, "evidence"].isin(["clear", "stated"]).all()
    assert (rows["direction"].abs().eq(1) == rows["evidence"].eq("clear")).all()


def test_hardly_anything_that_can_be_compared_is_not_tested():
    """The newest published figures of every authority at every review: at most 3 in 100."""
    wanted = published_lines(REGISTER)["series_id"]
    asked = untested = 0
    for day in REGISTER.table("reviews")["as_at"].drop_duplicates():
        judged = judged_on(REGISTER, day)
        figures = judged.figures
        mine = figures[
            figures["local"] & figures["open_data"] & figures["number"].notna() & figures["series_id"].isin(wanted)
        ]
        mine = mine[~mine["total"]].sort_values("end", kind="stable")
        newest = mine.drop_duplicates(["series_id", "breakdown", "area_id"], keep="last").index
        pairs = judged.pairs[judged.pairs["figure"].isin(newest) & (judged.pairs["gap"] == "")]
        asked, untested = asked + len(pairs), untested + (pairs["evidence"] == "not tested").sum()
    assert asked > 10_000 and untested <= 0.03 * asked, untested / asked
