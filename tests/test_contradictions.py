"""One fact has one answer: on every frame, page, sheet and in ``compare``, for all reviews and areas of unlike kinds."""

import pandas as pd
import pytest

import cyp_helpers as cyp
from conftest import PROJECT
from cyp_helpers import findings
from cyp_helpers.compare.checks import Contradiction, check_comparisons
from cyp_helpers.compare.judge import Verdict
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review
from cyp_helpers.show.sheets import sheets_of

pytestmark = pytest.mark.long

REGISTER = load_register(PROJECT)
AREAS = {
    "Nottinghamshire": "a county, of the plans",
    "Leicester": "a unitary authority",
    "Cambridgeshire": "a county",
    "Birmingham": "a metropolitan district",
    "Camden": "a London borough",
    "City of London": "hardly any children",
    "Isles of Scilly": "hardly any children",
    "Cumbria": "abolished in 2023",
    "Dorset": "new in 2019",
    "North Northamptonshire": "new in 2021",
}
REVIEWS = list(REGISTER.table("reviews")[["plan_id", "review"]].itertuples(index=False, name=None))
OTHERS = [area for area in AREAS if area != "Nottinghamshire"]
GOOD = {str(one): one.good for one in Verdict}
KEY = ["observation_id", "comparator"]
SAME = ["verdict", "evidence", "gap", "difference", "comparator_value"]


def one_answer(*frames):
    """Stop where two rows of one figure and comparator say different things in what all frames have."""
    same = [column for column in SAME if all(column in frame for frame in frames)]
    told = pd.concat([frame[[*KEY, *same]].assign(on=n) for n, frame in enumerate(frames)])
    told = (
        told[told["observation_id"] != ""]
        .round({"difference": 9, "comparator_value": 9})
        .drop_duplicates([*KEY, *same])
    )
    again = told[told.duplicated(KEY, keep=False)]
    assert again.empty, again.sort_values(KEY).head(4).to_string()


def from_side(wide):
    """Rows of ``side_by_side`` made long again."""
    comparators = [name.removesuffix("_verdict") for name in wide if name.endswith("_verdict")]
    parts = {"verdict": "verdict", "evidence": "evidence", "value": "comparator_value"}
    told = [
        wide[[f"{one}_{part}" for part in parts]].set_axis(list(parts.values()), axis=1).assign(comparator=one)
        for one in comparators
    ]
    told = pd.concat([part.assign(observation_id=wide["observation_id"]) for part in told])
    return told.astype({"comparator_value": float})


@pytest.mark.parametrize(
    "plan, review", REVIEWS, ids=[f"{plan}-{review}".replace(" ", "-") for plan, review in REVIEWS]
)
def test_one_fact_has_one_answer(plan, review):
    # The plans' own area at each review and two of the others in turn: each meets several, in a third of the time.
    turn = 2 * REVIEWS.index((plan, review))
    for area in ["Nottinghamshire", *(OTHERS * 5)[turn : turn + 2]]:
        report = open_review(plan, review, area=area, register=REGISTER)
        # What hangs on a plan (targets, starts, statements) is no pair of figures.
        pages = [report.comparison] if report.published is report.comparison else [report.comparison, report.published]
        rows = pd.concat(pages)
        rows = rows[rows["evidence"].ne("stated") & ~rows["comparator"].isin(["target", "baseline"])]
        labels = pd.Series(report.figures.index, index=report.figures["figure"])
        every = report.pairs.rename(columns={"other_number": "comparator_value"})
        every = every.assign(observation_id=every["figure"].map(labels))
        asked = rows[KEY].drop_duplicates()
        # A month is asked for the same month of the year before, a whole year is not: the page says so in a row of its own.
        both = asked.merge(every)
        side = [from_side(report.lines), from_side(report.subjects)]
        side = pd.concat(side).merge(asked).query("evidence != 'stated'")
        one_answer(rows.merge(both[KEY]), both)
        one_answer(rows, side)
        totals = rows[(rows["unit"] == "count") & rows["comparator"].isin(["england", "region", "neighbours"])]
        assert totals["verdict"].eq("not compared").all() and totals["difference"].isna().all(), area


def test_findings_and_sheets_and_the_verb_say_what_the_report_says():
    for area in ("Nottinghamshire", "Leicester"):
        report = open_review("cypf-2016-18", "2017-18 part 2", area=area, register=REGISTER)
        key = ["subject_id", "comparator"]
        rows = report.comparison.drop_duplicates(key).set_index(key)
        found = findings.judged(report)
        assert (
            len(found)
            and (rows.loc[pd.MultiIndex.from_frame(found[key]), "verdict"].to_numpy() == found["verdict"]).all()
        )
        for good, list_of in ((-1, findings.attention), (1, findings.went_well)):
            told = findings.told(report, good)
            assert told["verdict"].map(GOOD).eq(good).all()
            assert set(list_of(report)["subject_id"]) <= set(told["subject_id"])
        assert not set(findings.attention(report)["subject_id"]) & set(findings.went_well(report)["subject_id"])
        sheet = sheets_of(report)["Comparisons"].data.drop_duplicates(["name", "comparator", "source", "period"])
        keys = ["name", "comparator", "period", "Figure, in its unit_text"]
        every = pd.concat([report.comparison, report.published]).rename(columns={"value_text": keys[-1]})
        both = sheet.merge(every.drop_duplicates([*keys, "verdict"]), on=keys, suffixes=("", "_of"))
        assert len(both) >= len(sheet) > 100 and {*both["Verdict"]} > {"better", "not compared"}
        same = both["Verdict"] == both["verdict"]
        assert same.groupby([both[one] for one in keys]).any().all()
        assert (both.loc[same, "evidence"] == both.loc[same, "evidence_of"]).all()
        verb = cyp.compare(REGISTER, as_at=report.as_at, areas=area)
        keys = ["series_id", "breakdown", "comparator", "period"]
        mine = report.published[report.published["observation_id"] != ""]
        verb = verb.assign(period=verb["period_label"])
        both = mine.merge(
            verb[verb["source_id"].isin(REGISTER.table("editions")["source_id"])], on=keys, suffixes=("", "_verb")
        )
        assert both["series_id"].nunique() > 20
        for column in ("verdict", "evidence", "gap"):
            assert both[column].tolist() == both[f"{column}_verb"].tolist()
        assert ((both["difference"].astype(float) - both["difference_verb"]).abs().fillna(0) < 1e-9).all()


# ---- the check that every report runs ----

ROW = {
    "name": "Absence", "comparator": "england", "unit": "percent", "polarity": "lower", "difference": 1.0, "score": 3.0,
    "direction": 1.0, "evidence": "clear", "verdict": "worse", "gap": "", "reason": "Clear.",
}  # fmt: skip
NOTHING = {"evidence": "", "direction": None, "difference": None, "score": None}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"verdict": "similar"}, "no verdict"),
        ({"evidence": "beyond chance"}, "no evidence"),
        ({"reason": ""}, "must say why"),
        ({"evidence": ""}, "has evidence"),
        ({"verdict": "not compared"}, "has evidence"),
        ({**NOTHING, "verdict": "not compared", "difference": 1.0}, "has no difference"),
        ({"gap": "total"}, "reason not to compare"),
        ({"unit": "count"}, "a total is not set beside"),
        ({"direction": 0.0}, "only what is clear has a direction"),
        ({"evidence": "unclear"}, "only what is clear has a direction"),
        ({"score": 1.9}, "beyond 1.96"),
        ({"score": None}, "beyond 1.96"),
        ({"score": -3.0}, "the direction is that of the score"),
        ({"comparator": "previous", "difference": -1.0, "verdict": "worsened"}, "figure's own move"),
        ({"comparator": "previous", "verdict": "falling behind"}, "figure's own move"),
        ({"verdict": "better"}, "where lower is better, above is bad news"),
        ({"direction": 0.0, "evidence": "unclear"}, "only what is clear has a word"),
    ],
)
def test_a_comparison_that_contradicts_itself_stops_the_report(change, message):
    good = pd.DataFrame([ROW, ROW | NOTHING | {"verdict": "not compared", "gap": "total", "unit": "count"}])
    check_comparisons(good)
    with pytest.raises(Contradiction, match=message):
        check_comparisons(pd.DataFrame([ROW, ROW | change]))
