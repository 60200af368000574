# ruff: noqa: C408 - a case reads as columns and what they hold
"""Comparisons, from figures to words: each case is hand-made rows and what must be said of them.

Beside an area a point is a score of 1; since last year 1.31 are, after a year that stood still (the root of 2 times the root of 6/7); of 100 promises with that score (score + 1)² to 1
are kept, see ``conftest.many``.
"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import around, case, failures, figure, holds, id_of, many, published, rows_of, statement, target, tiny, verdict
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.pairs import COMPARATORS
from cyp_helpers.register.tables import UnknownName, with_rounding
from cyp_helpers.report import open_review

LAST, THIS = "FY 2014/15", "FY 2015/16"
ENGLAND = "E92000001"
HIDDEN = {"evidence": "cannot tell from rounded figures", "direction": 0}
UNTESTED = {"evidence": "not tested", "verdict": "no clear change", "direction": 0}
NONE = {"verdict": "not compared", "evidence": "", "direction": None, "difference": None}


def two(last, this, **rest):
    """Two years of documents."""
    return case([figure(last, LAST, **rest.pop("was", {})), figure(this, THIS, **rest.pop("now", {}))], **rest)


def moved(last, this, counts=((None, None), (None, None)), others=("50.0", "50.0"), **rest):
    """Two published years after one that stood still, while all ten others moved as is said."""
    mine = [published(value, period, "N", *n) for value, period, n in zip((last, this), (LAST, THIS), counts)]
    mine += [
        published(last, "FY 2013/14"),
        *around("FY 2013/14", LAST, value=others[0]),
        *around(THIS, value=others[1]),
    ]
    return case(open_data=[*mine, *rest.pop("open_data", [])], **rest)


def beside(this, england, **rest):
    """Documents print a figure and England's."""
    return case([figure(this, THIS), figure(england, THIS, ENGLAND)], **rest)


def line(values, first=2011, **rest):
    """Published years, while all others stand still at 50."""
    years = [f"FY {first + n}/{first + n - 1999:02d}" for n in range(len(values))]
    mine = [published(value, year) for value, year in zip(values, years)]
    return case(open_data=[*mine, *around(*years)], **rest)


def query(*ids, effect="not compared", **rest):
    return {
        "query_id": "q-1",
        "source_id": "doc",
        "effect": effect,
        "concerns": " ".join(ids),
        "bearing": "high",
        **rest,
    }


def pairing(comparator, mine, other, caution=""):
    ids = {"observation_id": id_of(*mine), "comparator_observation_id": id_of(*other)}
    return {**ids, "comparator": comparator, "caution": caution}


def said(stated, comparator="england", **rest):
    row = statement(THIS) | {
        "comparator": comparator,
        "stated": stated,
        "printed": stated.capitalize(),
        "reading": "clear",
    }
    return row | rest


MONTHS = [
    figure("72", "month 2015-12"),
    figure("74", "month 2016-06"),
    figure("76", "month 2016-12", published="2017-01-31"),
]
GOAL = target("value", "55.0", value="55.0", period="FY 2017/18", baseline_observation_id=id_of("N", LAST))
UNDATED = figure("48", "latest at 2011-09", published="2011-09-30")
OVERLAP = [f"CY {year} to CY {year + 2}" for year in range(2009, 2014)]
COUNTED = ((2186, 8462), (1475, 6390))
SPREAD = [published(f"{20 + n}.0", THIS, f"A{n}") for n in range(9)]  # 20 to 28, mean and median 24; the tenth has none

# name: (case, comparator, what its row holds)
CASES = {
    # ---- since last year: beyond an ordinary year's move, of others as well as of itself ----
    "rose": (moved("50.0", "53.0"), "previous", dict(verdict="improved", evidence="clear", direction=1, difference_text="+3.0", score=2.29, promise=89.32, counts="", reason="53.0% in 2015/16 is 3.0 percentage points above 50.0% in 2014/15; higher is better. Clear: of 100 such, 89 were still so")),
    "fell": (moved("53.0", "50.0"), "previous", dict(verdict="worsened", direction=-1, difference_text="−3.0", score=-2.29)),
    "rose-low": (moved("50.0", "53.0", polarity="lower"), "previous", dict(verdict="worsened", direction=1)),
    "fell-low": (moved("53.0", "50.0", polarity="lower"), "previous", dict(verdict="improved", direction=-1)),
    "rose-neither": (moved("50.0", "53.0", polarity="none"), "previous", dict(verdict="increased", direction=1)),
    "fell-neither": (moved("53.0", "50.0", polarity="none"), "previous", dict(verdict="decreased", direction=-1)),
    "ordinary": (moved("50.0", "52.5"), "previous", dict(verdict="no clear change", evidence="unclear", direction=0, score=1.91)),
    "with-all": (moved("50.0", "53.0", others=("50.0", "53.0")), "previous", dict(verdict="no clear change", evidence="unclear", score=0)),
    "others-ran-ahead": (moved("50.0", "51.0", others=("50.0", "54.0")), "previous", dict(verdict="falling behind", direction=-1, difference=1.0, score=-2.29, reason="Other authorities moved differently")),
    "others-ran-ahead-low": (moved("50.0", "51.0", others=("50.0", "54.0"), polarity="lower"), "previous", dict(verdict="gaining ground", direction=-1)),
    "others-ran-ahead-neither": (moved("50.0", "51.0", others=("50.0", "54.0"), polarity="none"), "previous", dict(verdict="no clear change", evidence="unclear", direction=0)),
    "england-too": (moved("50.0", "53.0", open_data=[published("48.0", LAST, ENGLAND), published("47.0", THIS, ENGLAND)]), "previous", dict(england_difference=-1.0, reason="England fell by 1.0 percentage points.")),
    "counts-agree": (moved("25.8", "23.1", COUNTED, polarity="lower"), "previous", dict(counts="counts agree", evidence="clear", verdict="improved", reason="2.7 percentage points below 25.8% in 2014/15, 173 of 6,390; lower is better")),
    "counts-chance": (moved("24.9", "27.9", ((169, 680), (203, 727))), "previous", dict(counts="counts say no more than chance", verdict="improved", evidence="clear")),
    "counts-opposite": (moved("50.0", "53.0", ((5300, 10_000), (5000, 10_000))), "previous", dict(verdict="improved", counts="counts say the opposite")),
    "counts-of-a-lag": (moved("50.0", "53.0", ((5000, 10_000), (5300, 10_000)), others=("50.0", "58.0")), "previous", dict(verdict="falling behind", counts="")),
    "counts-only": (moved("30.0", "20.0", ((300, 1000), (200, 1000)), variation=None), "previous", dict(verdict="worsened", evidence="clear", score=-2.56, reason="judged by its counts")),  # z 5.11 over the root of 4
    "counts-rate": (moved("10.0", "20.0", ((100, 100_000), (200, 100_000)), unit="rate per 10,000", variation=None), "previous", dict(verdict="improved", counts="counts agree")),
    "no-scale": (moved("50.0", "60.0", variation=None), "previous", UNTESTED | dict(difference=10.0, reason="not known, so this is not tested")),
    "others-unknown": (two("50.0", "60.0"), "previous", UNTESTED | dict(difference=10.0)),
    "equal-counts": (two("7", "7", unit="count"), "previous", UNTESTED | dict(difference=0)),
    "other-source": (case([figure("50.0", LAST)], open_data=[published("53.0", THIS), *around(LAST, THIS)]), "previous", dict(flags="other source", verdict="improved", comparator_text="50.0%")),
    "own-source-first": (case([figure("40.0", LAST), figure("41.0", "FY 2016/17")], open_data=[published("50.0", LAST), published("53.0", THIS)]), "previous", dict(value=41.0, comparator_value=40.0)),
    "skipped-year": (line(["50.0"], 2012) | {"figures": [figure("53.0", THIS)]}, "previous", UNTESTED | dict(comparator_value=50.0)),
    # ---- rounding ----
    "rounded": (moved("5", "5.4", others=("0", "0")), "previous", HIDDEN | dict(difference_text="", reason="too close to tell apart after rounding")),  # 5 is 4.5 up to 5.5
    "touching": (moved("5", "6"), "previous", dict(evidence="unclear", difference=1.0)),
    "exact": (two("5", "5.4", unit="count"), "previous", dict(evidence="not tested", difference=0.4)),
    "over": (two("75", "80", was={"qualifier": "over"}), "previous", HIDDEN | dict(reason="not both are printed as exact figures")),
    "about": (two("75", "99", was={"qualifier": "about"}), "previous", HIDDEN),
    "over-above": (two("60", "75", now={"qualifier": "over"}), "previous", dict(evidence="not tested")),
    "gap-two-figures": (moved("20", "21", others=("20", "20")), "previous", HIDDEN),  # worked out from two rounded figures: 19 to 21, 20 to 22
    "coarser": (two("6.59", "10.9", unit="weeks"), "previous", dict(reason="10.9 weeks in 2015/16 is 4.3 weeks above", difference_text="+4.3")),
    # ---- like with like ----
    "first": (case([figure("50.0", THIS)]), "previous", NONE | dict(gap="nothing earlier")),
    "unlike": (case([figure("50.0", "CY 2014"), figure("51.0", THIS)]), "previous", NONE | dict(gap="unlike periods", reason="Earlier figures cover unlike periods.")),
    "unlike-printed": (case([figure("50.0", "CY 2014"), figure("51.0", THIS)], pairings=[pairing("previous", ("N", THIS), ("N", "CY 2014"))]), "previous", UNTESTED | dict(flags="unlike periods", reason="sets them side by side")),
    "undated-before": (case([UNDATED, figure("44.0", "FY 2012/13")]), "previous", UNTESTED | dict(difference=-4, flags="period not printed")),
    "undated-when": (case([UNDATED, figure("44.0", "CY 2010")]), "previous", NONE | dict(gap="order unknown")),
    "other-definition": (case([figure("90.0", LAST, series_id="s2"), figure("50.0", THIS)]), "previous", NONE),
    "superseded": (case([figure("45.5", THIS, series_id="s2")], breaks=[{"series_id": "s", "successor_series_id": "s2", "what_changed": "grades became numbers", "comparable": "no"}]), "previous", NONE | dict(gap="superseded", reason="because grades became numbers")),
    "contradicted": (two("69.4", "34.3", queries=[query(id_of("N", LAST), id_of("N", THIS))]), "previous", NONE | dict(gap="contradicted", query_ids="contradicted/q-1", flags="source query")),
    "break": (case(open_data=[published("50.0", LAST), published("60.0", THIS, status="p b")]), "previous", NONE | dict(gap="break between")),
    "break-printed": (case([figure("60.0", THIS)], open_data=[published("50.0", LAST), published("60.0", THIS, status="b")]), "previous", NONE | dict(gap="break between")),
    "overlap": (case(open_data=[published(f"{10 + n}.0", one) for n, one in enumerate(OVERLAP)]), "previous", UNTESTED | dict(difference=3, comparator_period="2010 to 2012")),
    "overlap-trend": (case(open_data=[published("10.0", one) for one in OVERLAP]), "five_years", NONE | dict(gap="overlapping years")),
    "overlap-all": (case(open_data=[published("10.0", one) for one in OVERLAP[:3]]), "previous", NONE | dict(gap="unlike periods")),
    "milestone": (case(series=""), "previous", NONE | dict(gap="milestone")),
    # ---- the same months of the year before ----
    "months": (case(MONTHS), "same_period_last_year", UNTESTED | dict(comparator_text="72%", difference=4)),
    "months-before": (case(MONTHS), "previous", dict(comparator_text="74%")),
    "months-lone": (case(MONTHS[1:]), "same_period_last_year", NONE | dict(gap="nothing a year before")),
    "months-break": (case([MONTHS[0], {**MONTHS[1], "status": "b"}, MONTHS[2]]), "same_period_last_year", NONE | dict(gap="break between")),
    "months-after-break": (case([{**MONTHS[0], "status": "b"}, *MONTHS[1:]]), "same_period_last_year", UNTESTED | dict(difference=4)),
    "months-of-a-year": (two("50.0", "51.0"), "same_period_last_year", NONE | dict(gap="whole year")),
    # ---- the start of the plan ----
    "start": (two("50.0", "51.0", targets=[GOAL]), "baseline", UNTESTED | dict(difference=1.0)),
    "start-break": (two("50.0", "51.0", now={"status": "b"}, targets=[GOAL]), "baseline", NONE | dict(gap="break between", reason="a break in the series between the earlier figure and this one")),
    "start-after-break": (two("50.0", "51.0", was={"status": "b"}, targets=[GOAL]), "baseline", UNTESTED | dict(difference=1.0)),
    "start-alone": (case([figure("50.0", LAST)], targets=[GOAL]), "baseline", NONE | dict(gap="start itself")),
    "start-none": (two("50.0", "51.0"), "baseline", NONE | dict(gap="no start")),
    # ---- five years: a slope of 1 a year is a score of the root of 10, over the area's own factor ----
    "rises": (line(["50.0", "51.0", "52.0", "53.0", "54.0"]), "five_years", dict(verdict="improving", evidence="clear", difference=4.0, comparator_period="2011/12", score=3.10)),
    "rises-low": (line(["50.0", "51.0", "52.0", "53.0", "54.0"], polarity="lower"), "five_years", dict(verdict="worsening", direction=1)),
    "rises-neither": (line(["50.0", "51.0", "52.0", "53.0", "54.0"], polarity="none"), "five_years", dict(verdict="increasing")),
    "wavers": (line(["50.0", "51.0", "50.0", "51.0", "50.0"]), "five_years", dict(verdict="no clear change", evidence="unclear", score=0)),
    "four-years": (line(["50.0", "51.0", "52.0", "53.0"]), "five_years", NONE | dict(gap="too few years", reason="figures; 4 so far.")),
    "one-year": (line(["50.0"]), "five_years", NONE | dict(reason="figures; 1 so far.")),
    "missing-year": (case(open_data=[published("50.0", f"FY {year}/{year - 1999:02d}") for year in (2009, 2010, 2011, 2013, 2014)]), "five_years", NONE | dict(reason="figures; 2 so far.")),
    "break-in-trend": (case(open_data=[published("50.0", f"FY {year}/{year - 1999:02d}", status="b" * (year == 2012)) for year in range(2008, 2015)]), "five_years", NONE | dict(reason="figures; 3 so far.")),
    # ---- England ----
    "above": (beside("53.0", "50.0"), "england", dict(verdict="better", evidence="clear", direction=1, score=3, promise=92.84)),
    "below": (beside("47.0", "50.0"), "england", dict(verdict="worse", direction=-1, score=-3)),
    "above-low": (beside("53.0", "50.0", polarity="lower"), "england", dict(verdict="worse", direction=1)),
    "above-neither": (beside("53.0", "50.0", polarity="none"), "england", dict(verdict="higher", direction=1)),
    "below-neither": (beside("47.0", "50.0", polarity="none"), "england", dict(verdict="lower", direction=-1)),
    "near": (beside("51.9", "50.0"), "england", dict(verdict="no clear difference", evidence="unclear", score=1.9)),
    "size-matters": (beside("53.0", "50.0", variation=("1", "7000")), "england", dict(score=1.5, evidence="unclear")),  # s² = 1 + 7000/1000 = 8
    "england-rounded": (beside("61.8", "62"), "england", HIDDEN | dict(verdict="no clear difference")),
    "total": (beside("3563", "646120", unit="count"), "england", NONE | dict(gap="total", comparator_value=646120)),
    "england-of-last-year": (case([figure("48.4", THIS), figure("37.8", LAST, ENGLAND)]), "england", NONE | dict(reason="For England there is no figure for this period; the newest is for 2014/15.")),
    "england-printed-beside": (case([figure("48.4", THIS), figure("37.8", LAST, ENGLAND)], pairings=[pairing("england", ("N", THIS), (ENGLAND, LAST), "Sixth forms only")]), "england", dict(verdict="better", flags="unlike periods; unlike coverage", reason="Sixth forms only.")),
    "england-tbc": (case([figure("50.0", THIS), figure("", THIS, ENGLAND, printed="tbc", status="x")]), "england", NONE | dict(reason="The document prints 'tbc' for England.")),
    "england-none": (case([figure("50.0", THIS)]), "england", NONE | dict(gap="no figure of area")),
    "england-outside": (case(open_data=[*around(THIS), published("52.0", THIS), published("60.0", THIS, ENGLAND)]), "england", NONE | dict(gap="outside members")),
    "england-few-members": (case(open_data=[published("52.0", THIS), published("60.0", THIS, ENGLAND)]), "england", dict(verdict="worse")),
    "region": (case(open_data=[published("53.0", THIS), published("50.0", THIS, "R")]), "region", dict(verdict="better", comparator_text="50.0%")),
    "region-none": (case(open_data=[published("53.0", THIS)]), "region", NONE | dict(reason="No figure of Region is known on this definition.")),
    # ---- neighbours: over the root of 1 + 1/9 more ----
    "neighbours": (case(open_data=[published("27.0", THIS), *SPREAD], polarity="lower"), "neighbours", dict(verdict="worse", difference=3.0, score=2.846, comparator_text="24.0%, the mean of 9 of 10 statistical neighbours", flags="average of areas", reason="(list of January 2016)")),
    "neighbours-few": (case(open_data=[published("27.0", THIS), *SPREAD[:4]], polarity="lower"), "neighbours", dict(evidence="not tested", difference=5.5, verdict="no clear difference")),
    "neighbours-none": (case(open_data=[published("27.0", THIS)]), "neighbours", NONE | dict(gap="no neighbours")),
    "neighbours-total": (case(open_data=[published("27", THIS), *SPREAD], unit="count"), "neighbours", NONE | dict(gap="total")),
    # ---- what a document states ----
    "stated": (case(stated=[said("worse")]), "england", dict(verdict="worse", evidence="stated", comparator_text="'Worse'", stated_id="stated/st", direction=None, promise=None, reason="The document says: 'Worse' (2015/16).")),
    "stated-before": (beside("53.0", "50.0", stated=[said("worse", published="2016-05-01")]), "england", dict(verdict="better", evidence="clear")),
    "stated-after": (beside("53.0", "50.0", stated=[said("worse")]), "england", dict(verdict="worse", evidence="stated", value_text="", value=None)),
    "stated-published": (case(open_data=[published("53.0", THIS), published("50.0", THIS, ENGLAND)], stated=[said("worse")]), "england", dict(verdict="better", evidence="clear")),
    "stated-similar": (case(stated=[said("similar")]), "england", dict(verdict="no clear difference", evidence="stated")),
    "stated-fell": (case(stated=[said("decreased", "previous")], polarity="lower"), "previous", dict(verdict="improved", evidence="stated")),
    "stated-fell-high": (case(stated=[said("decreased", "previous")]), "previous", dict(verdict="worsened", evidence="stated")),
    "stated-rose-neither": (case(stated=[said("increased", "previous")], polarity="none"), "previous", dict(verdict="increased", evidence="stated")),
    "stated-cut": (case(stated=[said("unclear", "previous", reading="cut off")]), "previous", NONE | dict(flags="text cut off")),
    # ---- flags, age, trace ----
    **{
        f"status-{status.replace(' ', '-')}": (two("50.0", "51.0", was={"status": status}), "previous", dict(flags=words, reason=words.split("; ")[0]))
        for status, words in {"p": "provisional", "r": "revised", "e": "estimated", "u": "low reliability", "p e": "provisional; estimated"}.items()
    },
    "cut-off": (two("50.0", "51.0", was={"reading": "cut off"}), "previous", dict(flags="text cut off")),
    "inferred": (two("50.0", "51.0", was={"reading": "inferred"}), "previous", dict(flags="reading inferred")),
    "aged": (two("50.0", "51.0"), "previous", dict(flags="no new figure", reason="Nothing newer since the last review; the figure is 12 months old.")),
    "traced": (two("50.0", "51.0"), "previous", dict(observation_id=f"traced/{id_of('N', THIS)}", comparator_observation_id=f"traced/{id_of('N', LAST)}", value_source="doc: row 1")),
}  # fmt: skip
REGISTER = many({name: one for name, (one, _, _) in CASES.items()})


def test_every_case():
    rows = rows_of(REGISTER)
    assert failures({name: (rows.loc[name, of], expected) for name, (_, of, expected) in CASES.items()}) == {}


def test_every_row_says_why_in_known_words_and_nothing_of_the_register_is_changed():
    before = {name: frame.copy() for name, frame in REGISTER.tables.items()}
    rows = rows_of(REGISTER)
    assert rows["verdict"].isin(list(Verdict)).all() and rows["evidence"].isin(["", *Evidence]).all()
    assert (rows["reason"] != "").all()
    alone = rows["gap"].isin(["nothing earlier", "order unknown", "unlike periods", "break between", "nothing a year before"])
    assert alone.any() and rows.loc[alone, "comparator_value"].isna().all() and rows.loc[alone, "value"].notna().all()
    assert (rows.loc[alone, ["comparator_observation_id", "comparator_text", "difference_text"]] == "").all(axis=None)
    assert (
        rows.groupby(["priority_id", "subject_id"])["comparator"]
        .agg(list)
        .map(lambda one: one == list(COMPARATORS))
        .all()
    )
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, REGISTER.table(name))


def test_a_high_score_without_a_promise_is_unclear():
    """With the first power in place of the square 80 of 100 stay at a score of 4: too few beside England (85), enough over time (75)."""
    row = verdict("england", [figure("54.0", THIS), figure("50.0", THIS, ENGLAND)], slope="0.90841")
    assert holds(
        row,
        score=4,
        promise=80.0,
        evidence="unclear",
        verdict="no clear difference",
        reason="80 were still so a year later, too few",
    )
    steep = line(["50.0", "51.3", "52.6", "53.9", "55.2"])
    assert holds(verdict("five_years", **steep, slope="0.90841"), evidence="clear", verdict="improving")


# ---- as known at ----


def test_only_what_was_published_by_the_review_is_used():
    corrected = figure("49.0", THIS, observation_id="corrected", published="2016-12-31", status="r")
    late = published("51.0", THIS, published="2017-05-31")
    query_later = query(id_of("N", THIS), effect="caution", other_locator="later-doc, row 1")
    register = many(
        {
            "later": case([figure("50.0", LAST), figure("51.0", THIS, published="2016-12-31")]),
            "corrected": case([figure("50.0", LAST), figure("51.0", THIS), corrected]),
            "not-yet": case(open_data=[published("50.0", LAST), late]),
            "queried": case([figure("50.0", LAST), figure("51.0", THIS)], queries=[query_later]),
        }
    )
    later = register.table("sources").assign(source_id="later-doc", published=pd.Timestamp("2016-12-31"))
    register.tables["sources"] = pd.concat([register.table("sources"), later], ignore_index=True)
    one, two_ = (rows_of(register, f"2016-17 part {n}").xs("previous", level=1) for n in (1, 2))
    assert (one.at["later", "value"], two_.at["later", "value"]) == (50, 51)
    assert (one.at["corrected", "difference"], two_.at["corrected", "difference"]) == (1, -1)
    assert "revised" in two_.at["corrected", "flags"] and "revised" not in one.at["corrected", "flags"]
    assert two_.at["not-yet", "value"] == 50
    assert (one.at["queried", "query_ids"], two_.at["queried", "query_ids"]) == ("", "queried/q-1")
    assert "no new figure" in two_.at["queried", "flags"] and "no new figure" not in one.at["queried", "flags"]
    assert "no new figure" not in two_.at["later", "flags"]  # as new as the newer side


def test_a_correction_keeps_what_hangs_on_the_figure():
    """Pairings, starting figures and queries name the first edition; they hold for the corrected one too."""
    start = figure("51.0", LAST, observation_id="new-start", published="2016-12-31")
    figures = [figure("50.0", LAST), figure("48.0", THIS), figure("52", LAST, ENGLAND), start]
    figures += [figure("49.0", THIS, observation_id="new", published="2016-12-31")]
    old = figure("4.5", "latest at 2011-09", published="2011-09-30")
    again = figure("4.7", "latest at 2011-09", published="2016-12-31", observation_id="again")
    rows = rows_of(
        many(
            {
                "paired": case(figures, pairings=[pairing("england", ("N", THIS), (ENGLAND, LAST))]),
                "aimed": case(figures, targets=[GOAL]),
                "queried": case(figures, queries=[query(id_of("N", LAST), id_of("N", THIS))]),
                "undated": case([old, figure("2.5", "FY 2012/13", published="2013-09-30"), again]),
            }
        )
    )
    assert rows.loc[("paired", "england"), "difference_text"] == "−3"
    assert rows.loc[("aimed", "baseline"), "comparator_text"] == "51.0%"
    assert rows.loc[("queried", "previous"), "gap"] == "contradicted"
    assert rows.loc[("undated", "previous"), "value_text"] == "2.5%"


def test_another_area_has_published_figures_and_no_target():
    figures = [published("53.0", THIS, "A3"), published("50.0", THIS, ENGLAND)]
    rows = rows_of(tiny([figure("60.0", THIS)], targets=[GOAL], open_data=figures), area="A3").loc["s"]
    assert holds(rows.loc["england"], verdict="better", area_id="A3")
    assert holds(rows.loc["target"], reason="No target is printed.", target_id="")


def test_the_list_of_neighbours_known_on_the_day_is_used():
    register = tiny(open_data=[published("27.0", THIS), *SPREAD])
    add = {"neighbour-lists": {"published": "2016-10-31"}, "neighbours": {"neighbour_id": "A8"}}
    for name, change in add.items():
        rows = register.table(name)
        register.tables[name] = pd.concat([rows, rows.head(1).assign(list_id="new", **change)], ignore_index=True)
    values = [rows_of(register, f"2016-17 part {n}").loc[("s", "neighbours"), "comparator_value"] for n in (1, 2)]
    assert values == [24.0, 28.0]


@pytest.mark.parametrize(
    "names, message",
    [
        (("q", "2016-17 part 2", None), "Unknown plan: 'q'. Valid: p."),
        (
            ("p", "2016-17 part 3", None),
            "Unknown review of p: '2016-17 part 3'. Did you mean '2016-17 part 2'? Valid: 2016-17 part 1, 2016-17 part 2, latest, a day such as 2026-03-31.",
        ),
        (("p", "2016-17 part 2", "z"), "Unknown priority of p: 'z'. Valid: a."),
        (("p", "2016-17 part 2", 3), "Unknown priority of p: 3. Valid: a."),
    ],
)
def test_unknown_names_are_refused_with_the_valid_ones(names, message):
    with pytest.raises(UnknownName) as error:
        open_review(*names, register=tiny())
    assert str(error.value) == message


@given(st.integers(0, 10_000), st.integers(0, 2))
def test_a_rounded_value_stands_for_everything_that_rounds_to_it(digits, places):
    text = f"{digits / 10**places:.{places}f}"
    frame = with_rounding(pd.DataFrame({"value": [text], "number": [float(text)], "qualifier": [""]}), False)
    low, high = frame.loc[0, ["low", "high"]]
    assert high - low == pytest.approx(10.0**-places) and low < float(text) < high
