"""The pages that set an area beside all authorities."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from conftest import PROJECT
from conftest import published, statement, target, tiny

from cyp_helpers.compare.claims import check_standings
from cyp_helpers.compare.promise import ordinary_ends
from cyp_helpers.findings import attention, went_well, with_page
from cyp_helpers.pages import indicator
from cyp_helpers.pages import data_quality as quality
from cyp_helpers.register.tables import UnknownName, find_area, load_register
from cyp_helpers.report import open_review
from cyp_helpers.show import drawing, words
from cyp_helpers.show.views import _standing_out as standing_out
from cyp_helpers.show.views import whence

LAST, THIS, ENGLAND = "FY 2014/15", "FY 2015/16", "E92000001"
COUNTS = [(1475, 10089), (2186, 10532), (2196, 8866), (2957, 8462), (2840, 6390)]  # rising from 15% to 44%


def five_years(area="N", counts=COUNTS):
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    return [published(f"{100 * x / n:.1f}", year, area, x, n) for year, (x, n) in zip(years, counts)]


def level():
    """Two neighbours who stand at 20.0 all five years, so that nobody but Nottinghamshire moves."""
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    return [published("20.0", year, area) for year in years for area in ("A0", "A1")]


def review(open_data, variation=(), **rest):
    return open_review("p", "2016-17 part 2", register=tiny([], open_data=open_data, variation=variation, **rest))


@pytest.fixture(scope="module")
def shipped():
    return open_review("cypf-2016-18", "2017-18 part 2", register=load_register(PROJECT))


def test_one_row_tells_every_comparator():
    england, region = published("21.9", THIS, ENGLAND), published("40.0", THIS, "R")
    beside = [published("28.0", THIS, f"A{n}") for n in range(2, 9)]
    row = review([*five_years(), *level(), *beside, england, region], polarity="lower", variation=("4", "0")).lines.iloc[0]
    assert row["previous_told"] == "+9.5: no clear change"  # Nottinghamshire is used to jumps of six
    assert row["england_told"] == "21.9%: ✗ worse"
    assert row["neighbours_told"] == "26.2% (mean of 9 of 10): ✗ worse"
    assert row["rank_told"].startswith("10 of 10") and row["target_told"] == ""
    assert row["five_years_told"] == "+29.8: ✗ worsening"


def test_what_is_not_clear_has_no_sign_and_what_is_not_compared_is_empty():
    row = review([published("24.0", THIS, "N", 240, 1000), published("23.0", THIS, ENGLAND)]).lines.iloc[0]
    assert (row["england_told"], row["previous_told"]) == ("23.0%: no clear difference", "")


def test_worse_and_getting_worse_needs_both():
    england = published("21.9", THIS, ENGLAND)
    worse = attention(review([*five_years(), *level(), england], polarity="lower", variation=("4", "0")))
    assert worse[["name", "priority", "both"]].to_numpy().tolist() == [["Series s", "A", True]]
    assert "worsening over five years (clear, " in worse.at[0, "verdicts"]
    ahead = review([*five_years(), published("60.0", THIS, ENGLAND)], polarity="lower")
    assert not any(found(ahead)["both"].any() for found in (attention, went_well))


def test_better_and_getting_better():
    page = review([*five_years(), published("21.9", THIS, ENGLAND)])
    assert went_well(page)[["name", "both"]].to_numpy().tolist() == [["Series s", True]]
    assert words.read_both_ways(page) == "No indicator is worse and getting worse. One is better and getting better."


def test_within_chance_is_neither():
    level = [(100, 1000), (110, 1000), (95, 1000), (105, 1000), (108, 1000)]
    page = review([*five_years(counts=level), published("10.0", THIS, ENGLAND)], polarity="lower")
    assert attention(page).empty and went_well(page).empty


def test_a_new_list_of_neighbours_is_said():
    page = review([published("24.0", THIS), published("20.0", THIS, "A0")])
    assert words.neighbours_used(page) == ("Statistical neighbours: list of January 2016.",)
    whole = page.register.whole
    lists = whole.table("neighbour-lists")
    newer = lists.assign(list_id="newer", published="2016-12-31")
    register = replace(whole, tables={**whole.tables, "neighbour-lists": pd.concat([lists, newer])})
    assert words.neighbours_used(open_review("p", "2016-17 part 2", register=register)) == (
        "Statistical neighbours: list of December 2016.",
        "The neighbours changed since the review 2016-17 part 1, which used the list of January 2016.",
    )


def about(page):
    return indicator.open_indicator(page, page.lines["indicator_id"].iloc[0])


def test_authorities_are_ranked_best_first_with_ties():
    figures = [
        published("23.0", THIS),
        published("20.0", THIS, "A0"),
        published("20.0", THIS, "A1"),
        published("22.0", THIS, ENGLAND),
    ]
    rows = indicator.authorities(about(review(figures, polarity="lower")))
    assert rows["area_id"].tolist() == ["A0", "A1", "N", ENGLAND]
    assert rows["rank"].tolist()[:3] == [1, 1, 3]
    assert rows["which"].tolist() == ["neighbour", "neighbour", "this review", "England"]


def test_the_finding_tells_what_is_clear_and_the_pictures_tell_the_place():
    figures = [published("23.0", THIS), published("20.0", THIS, "A0"), published("22.0", THIS, ENGLAND)]
    one = about(review(figures, variation=("0.16", "0")))
    assert (
        one.peers.titles["N"].endswith(": better than England")
        and one.peers.lead("N") == "Nottinghamshire: 23.0% in 2015/16, place 1 of 2"
    )
    drawn = indicator.pictures(one)
    (everyone,) = drawn.charts
    assert drawn.nothing == "Figures are known for 2015/16 only, so there is no chart of years."
    assert "Nottinghamshire 23.0%, rank 1 of 2 authorities with a figure. One neighbour: Neighbour 0 20.0%." in everyone.alternative
    assert everyone.picture.count(b'class="a"') == 2


def test_a_promise_without_a_record_of_its_own_says_whose_it_is():
    figures = [published("23.0", THIS), published("20.0", THIS, "A0"), published("22.0", THIS, ENGLAND)]
    none = "No record of this indicator itself is known yet"
    promised, untested = (about(review(figures, variation=one)).peers.record() for one in (("0.16", "0"), ()))
    assert promised == f"{none}: each promise is that of like verdicts on other indicators."
    assert untested == f"{none}."


def test_a_yearly_indicator_is_led_by_its_year_and_a_monthly_one_by_its_month():
    register = load_register(PROJECT)
    plan = open_review("cypf-2016-18", "2017-18 part 2", register=register)
    yearly = indicator.open_indicator(plan, "referrals")
    assert "9,317 in 2016/17" in indicator.finding(yearly) and "March 2017" not in indicator.finding(yearly)
    monthly = replace(yearly, row=yearly.row.replace("annual", "monthly"))
    assert "550 in March 2017" in indicator.finding(monthly)
    assert "<strong" in indicator.finding(yearly) and "Neither direction is better by itself: more" in indicator.finding(yearly)


def test_a_run_chart_names_the_months_that_stand_out_each_once():
    names = ["April", "May", "June", "July", "August"]
    points = pd.DataFrame({"period_label": names, "outside": [1, 0, 0, 0, 1], "shift": [1, 1, 1, 0, 0], "trend": 0, "two_of_three": [0, 1, 0, 0, 0]})
    rules = ["outside", "shift", "trend", "two_of_three"]
    told = standing_out(points.astype(dict.fromkeys(rules, bool)))
    assert told == "April and August outside the limits; May to June a long run on one side of the mean"
def test_the_years_are_told_with_their_unit_and_notes_explain_only_what_is_drawn():
    years, _ = indicator.pictures(about(review([*five_years(), published("21.9", THIS, ENGLAND)]))).charts
    assert "Nottinghamshire 14.6% in 2011/12, 44.4% in 2015/16; England 21.9% in 2015/16" in years.alternative
    assert "Box:" not in years.note and b"gate" not in years.picture
    assert re.search(rb'<path class="England" d="M[0-9. ]+h10"', years.picture)  # a lone figure has a mark of its own
    boxed, _ = indicator.pictures(about(review([*five_years(), *level()], variation=("4", "0")))).charts
    assert "Box:" in boxed.note and b"gate" in boxed.picture


def test_a_shared_place_says_so():
    figures = [published("23.0", THIS), published("23.0", THIS, "A0"), published("20.0", THIS, "A1")]
    peers = about(review(figures, polarity="lower")).peers
    assert [peers.lead(one).partition(", ")[2] for one in ("N", "A0", "A1")] == ["place 2= of 3", "place 2= of 3", "place 1 of 3"]


def test_an_ordinary_year_ends_no_further_than_its_unit_can_be():
    """Nottinghamshire stays at 2%, and ordinary years move by 4 to either side: below nought there is nothing."""
    figures = [published("2.0", f"FY {2010 + n}/{11 + n}", area) for n in range(1, 6) for area in ("N", "A0", "A1")]
    row = about(review(figures, variation=("4", "0"))).peers.verdicts.query("area_id == 'N' and comparator == 'previous'").iloc[0]
    assert row["low"] == 0 and row["high"] > 5
    ends = ordinary_ends(*(pd.Series([one]) for one in (120.0, 0.0, 4.0, "percent")))  # some percentages pass 100
    assert ends.round(2).to_numpy().tolist() == [[112.16, 120.0]]


def test_words_of_a_picture_stand_within_it_and_limits_within_its_frame():
    """Half of "200,000" has 35 points of room, and a limit of 2.0 must not squash figures below 0.25."""
    rows = pd.DataFrame({"numerator": [20, 400], "denominator": [200.0, 200_000.0], "n": [0, 1], "area": ["A", "B"],
                         "value_text": ["0.10", "0.20"], "which": ""})  # fmt: skip
    limits = pd.DataFrame({"size": [200.0, 200_000.0], "low_95": 0.0, "high_95": [1.0, 0.2], "low_998": 0.0, "high_998": [2.0, 0.3]})
    drawn = drawing.funnel(rows, pd.Series([0.10, 0.20]), limits, 0.15).decode()
    ends = {words: float(x) for x, words in re.findall(r'<text x="([0-9.]+)" y="334" [^>]*>([^<]+)<', drawn)}
    assert ends["200,000"] + 35 <= drawing.WIDTH and ">0.20<" in drawn and ">0.25<" not in drawn
    assert re.search(r'<svg x="76" y="12"[^>]*><path class="limit"', drawn)


def test_lines_of_one_name_are_told_apart():
    lines = [pd.DataFrame({"line": ["Re-referrals, N"], "period_label": [label], "open_data": said}) for label, said in
             (("2016/17", True), ("2010/11", False))]  # fmt: skip
    assert [whence(line) for line in lines] == ["published, 2016/17", "printed in a plan document, 2010/11"]
    long = "A name that is so long that no picture has room for it on a line of its own, of Nottinghamshire"
    points = pd.DataFrame({"area_id": "N", "end": pd.to_datetime(["2016-03-31"]), "number": [1.0]})
    drawn = re.findall(r'text-anchor="start"[^>]*>([^<]+)<', drawing.long_lines([(long, points)], range(2016, 2017), 0).decode())
    assert " ".join(drawn) == long


def test_what_it_would_take_is_told_in_cases_and_what_is_reached_says_so():
    """Lower is better: 60 of 100 beside England's 50 is ten too many; the neighbour stands at 40."""
    figures = [
        published("60.0", THIS, "N", 60, 100),
        published("40.0", THIS, "A0", 40, 100),
        published("50.0", THIS, ENGLAND),
    ]
    reach = about(review(figures, polarity="lower")).reach.set_index(["area_id", "goal"])
    assert reach.loc[("N", "England"), ["difference", "cases"]].tolist() == [-10.0, "10 fewer of 100"]
    assert reach.loc[("A0", "England"), "cases"] == "reached"


def test_another_authority_of_the_page_has_the_words_of_its_own():
    figures = [published("23.0", THIS), published("20.0", THIS, "A0"), published("22.0", THIS, ENGLAND)]
    page = about(review(figures, variation=("0.16", "0"), targets=[target("value", "21%", value="21", period="FY 2017/18")]))
    peers, held = page.peers, page.peers.chooser(page.verdicts[["area_id", *indicator.VERDICTS]], page.reach[["area_id", *indicator.REACH]])
    data = json.loads(held.partition("data-all='")[2].partition("'></div>")[0].replace("&amp;", "&").replace("&#39;", "'"))
    first, own = data["areas"]
    assert [one[0] for one in data["areas"]] == ["Neighbour 0", "Nottinghamshire"] and data["own"] == 1
    assert (first[1], own[1]) == (peers.titles["A0"], peers.titles["N"]) and own[1].endswith(": better than England")
    assert "✓ better" in [data["words"][cell] for row in own[9] for cell in row]
    goals = ["England", "its neighbours' average", "the best quarter of authorities", "the target"]
    assert [data["words"][row[0]] for row in own[10]] == goals  # also on coming back from another authority


def test_the_funnel_says_where_the_area_lies_and_needs_counts():
    page = review(
        [published("60.0", THIS, "N", 60, 100), published("50.0", THIS, "A0", 50, 100), published("50", THIS, ENGLAND)]
    )
    chart = indicator.funnel_chart(about(page)).charts[0]
    assert chart.title == "None of 2 authorities lie outside the 99.8% limits around England in 2015/16"
    where = "Nottinghamshire lies inside the 95% limits around England."
    assert where in chart.alternative and chart.note.startswith(where) and "the two may differ" in chart.note
    bare = review([published("60.0", THIS), published("50.0", THIS, ENGLAND)])
    assert "No counts" in indicator.funnel_chart(about(bare)).nothing


def test_verdict_that_hangs_on_the_average_says_so():
    # Mean 28.8, pulled up by one neighbour; median 21.
    beside = [published(value, THIS, f"A{n}") for n, value in enumerate(["20.0", "21.0", "21.0", "22.0", "60.0"])]
    page = review([published("25.0", THIS), *beside], polarity="lower", variation=("1", "0"))
    rows = indicator.choices(about(page))
    assert rows[["average", "value", "verdict"]].to_numpy().tolist() == [
        ["mean", 28.8, "better"],
        ["median", 21.0, "worse"],
    ]
    text = indicator.read_choices(rows)
    assert text.startswith("All pages go by the mean of the list in use: better. Another choice may say otherwise: worse one time.")


def test_an_unknown_indicator_is_refused_with_the_known():
    with pytest.raises(UnknownName, match="With a page: "):
        indicator.open_indicator(review([published("25.0", THIS)]), "t")


@pytest.mark.parametrize(
    "england, answer", [("27.0", "agrees"), ("21.0", "does not agree"), ("23.2", "no clear difference")]
)
def test_what_a_document_states_is_held_against_published_figures(england, answer):
    said = statement(THIS)
    page = review(
        [published("23.1", THIS, "N", 1475, 6390), published(england, THIS, ENGLAND)], stated=[said], polarity="lower"
    )
    assert check_standings(page.register, page.figures, page.pairs)["answer"].tolist() == [answer]


def test_a_later_figure_is_named_as_such_and_none_is_not_an_answer():
    said = statement(LAST)
    later = review(
        [published("23.0", THIS), published("25.0", THIS, ENGLAND)], stated=[said], polarity="lower", variation=("1", "0")
    )
    assert check_standings(later.register, later.figures, later.pairs)["answer"].tolist() == [
        "agrees, by a later figure"
    ]
    none = review([], stated=[said])
    assert check_standings(none.register, none.figures, none.pairs)["answer"].tolist() == ["cannot be checked"]
    told = quality.read_standings(check_standings(none.register, none.figures, none.pairs))
    assert "cannot be checked" in told


# ---- the shipped register ----


def test_one_fact_has_one_verdict(shipped):
    """What documents list and what is published are compared in one way: the same figure has the same verdicts."""
    key = ["observation_id", "comparator"]
    rows = shipped.comparison.query("comparator not in ['target', 'baseline'] and evidence != 'stated'")
    both = rows.merge(shipped.published, on=key, suffixes=("", "_published")).query("observation_id != ''")
    assert both["series_id"].nunique() > 5
    for column in ("verdict", "evidence", "reason"):
        assert both[column].tolist() == both[f"{column}_published"].tolist()


def test_areas_are_found_by_code_name_and_number():
    register = load_register(PROJECT)
    assert {find_area(register, one)["area_id"] for one in ("E10000024", "nottinghamshire", "891")} == {"E10000024"}
    with pytest.raises(UnknownName, match="Near matches: Leicester"):
        find_area(register, "Liecester")
    with pytest.raises(UnknownName, match="Unknown area: 'England'"):
        find_area(register, "England")


def test_any_authority_can_be_reviewed():
    page = open_review("cypf-2016-18", "2017-18 part 2", "safe", "Leicester", load_register(PROJECT))
    assert set(page.comparison["area_id"]) == {"E06000016"} and page.document_figures.empty
    assert (page.comparison.loc[page.comparison["comparator"] == "target", "target_id"] == "").all()


def test_another_area_has_pages_of_what_is_published_only():
    page = open_review("cypf-2016-18", "2017-18 part 2", area="Leicester", register=load_register(PROJECT))
    assert set(with_page(page)) == set(page.lines["indicator_id"])
