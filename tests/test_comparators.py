"""The pages that set an area beside all authorities."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import PROJECT
from smallregister import published, statement, tiny

from cyp_helpers.compare.claims import check_standings
from cyp_helpers.findings import worse_and_worsening
from cyp_helpers.pages import comparators, all_indicators
from cyp_helpers.pages import data_quality as quality
from cyp_helpers.register.tables import UnknownName, find_area, load_register
from cyp_helpers.report import open_review
from cyp_helpers.show import words
from cyp_helpers.show.trends import history, trend_charts

LAST, THIS, ENGLAND = "FY 2014/15", "FY 2015/16", "E92000001"
COUNTS = [(1475, 10089), (2186, 10532), (2196, 8866), (2957, 8462), (2840, 6390)]  # rising from 15% to 44%


def five_years(area="N", counts=COUNTS):
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    return [published(f"{100 * x / n:.1f}", year, area, x, n) for year, (x, n) in zip(years, counts)]


def level():
    """Two neighbours who stand at 20.0 all five years, so that nobody but Nottinghamshire moves."""
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    return [published("20.0", year, area) for year in years for area in ("A0", "A1")]


def review(open_data, stated=(), **rest):
    return open_review("p", "2016-17 part 2", register=tiny([], stated=stated, open_data=open_data, **rest))


@pytest.fixture(scope="module")
def shipped():
    return open_review("cypf-2016-18", "2017-18 part 2", register=load_register(PROJECT))


def test_one_row_tells_every_comparator():
    england, region = published("21.9", THIS, ENGLAND), published("40.0", THIS, "R")
    beside = [published("28.0", THIS, f"A{n}") for n in range(2, 9)]
    row = review([*five_years(), *level(), *beside, england, region], polarity="lower", scale="2").lines.iloc[0]
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
    worse = worse_and_worsening(review([*five_years(), *level(), england], polarity="lower", scale="2"))
    assert worse[["name", "priority"]].to_numpy().tolist() == [["Series s", "A"]]
    assert "worsening over five years (clear, " in worse.at[0, "direction"]
    ahead = review([*five_years(), published("60.0", THIS, ENGLAND)], polarity="lower")
    assert worse_and_worsening(ahead).empty and worse_and_worsening(ahead, "better").empty


def test_better_and_getting_better():
    page = review([*five_years(), published("21.9", THIS, ENGLAND)])
    assert worse_and_worsening(page, "better")["name"].tolist() == ["Series s"]
    assert words.read_both_ways(page) == "No indicator is worse and getting worse. One is better and getting better."


def test_within_chance_is_neither():
    level = [(100, 1000), (110, 1000), (95, 1000), (105, 1000), (108, 1000)]
    page = review([*five_years(counts=level), published("10.0", THIS, ENGLAND)], polarity="lower")
    assert worse_and_worsening(page).empty and worse_and_worsening(page, "better").empty


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


def test_history_gives_the_range_of_the_neighbours():
    beside = [published("30.0", THIS, "A0"), published("10.0", THIS, "A1"), published("20.0", THIS, "A2")]
    page = review([published("24.0", LAST), published("23.0", THIS), published("22.0", THIS, ENGLAND), *beside])
    rows = history(page, page.lines)
    assert rows["value"].tolist() == ["24.0", "23.0"] and rows["neighbours_with_figure"].tolist() == [0, 3]
    assert rows.iloc[-1][["low_value", "high_value", "england"]].tolist() == ["10.0", "30.0", 22.0]


def test_the_small_charts_tell_the_first_and_last_figure():
    page = review([*five_years(), *level(), published("21.9", THIS, ENGLAND)], polarity="lower", scale="2")
    chart = trend_charts(page).charts[0]
    assert chart.title == "Nottinghamshire beside England and its neighbours, 1 indicators: one worsening"
    assert chart.alternative.endswith(
        "Series s (per cent): Nottinghamshire 14.6 in 2011/12, 44.4 in 2015/16; England 21.9; neighbours 20.0 to 20.0; worsening."
    )
    assert chart.data.data["Nottinghamshire"].tolist() == [14.6, 20.8, 24.8, 34.9, 44.4]


def test_two_figures_make_no_small_chart():
    assert "three figures" in trend_charts(review([published("24.0", LAST), published("23.0", THIS)])).nothing


def test_authorities_are_ranked_best_first_with_ties():
    figures = [
        published("23.0", THIS),
        published("20.0", THIS, "A0"),
        published("20.0", THIS, "A1"),
        published("22.0", THIS, ENGLAND),
    ]
    page = review(figures, polarity="lower")
    rows = comparators.authorities(page, comparators.line_of(page, "s"))
    ranked = rows.dropna(subset="value")
    assert ranked["area_id"].tolist() == ["A0", "A1", "N", ENGLAND]
    assert ranked["rank"].tolist()[:3] == [1, 1, 3]
    assert ranked["which"].tolist() == ["neighbour", "neighbour", "this review", "England"]
    # Eight of the ten neighbours have no figure, which the table of neighbours says.
    assert rows["which"].eq("neighbour").sum() == 10 and rows["value_text"].eq("no figure").sum() == 8


def test_the_chart_of_authorities_tells_the_rank():
    figures = [published("23.0", THIS), published("20.0", THIS, "A0"), published("22.0", THIS, ENGLAND)]
    page = review(figures, scale="0.4")
    line = comparators.line_of(page, "s")
    chart = comparators.authorities_chart(page, line, comparators.authorities(page, line))
    assert chart.title == "Series s, 2015/16: Nottinghamshire 23.0%, rank 1 of 2 authorities with a figure"
    assert "England 22.0. One neighbour: Neighbour 0 20.0." in chart.alternative
    told = comparators.read_authorities(page, line)
    assert "Against England: better (clear)." in told and "Against the region" not in told


def test_the_funnel_says_where_the_area_lies_and_needs_counts():
    page = review(
        [published("60.0", THIS, "N", 60, 100), published("50.0", THIS, "A0", 50, 100), published("50", THIS, ENGLAND)]
    )
    line = comparators.line_of(page, "s")
    chart = comparators.funnel_chart(page, line, comparators.authorities(page, line)).charts[0]
    assert (
        chart.title
        == "Nottinghamshire lies inside the 95% limits around England; no of 2 authorities lie outside the 99.8% limits"
    )
    bare = review([published("60.0", THIS), published("50.0", THIS, ENGLAND)])
    line = comparators.line_of(bare, "s")
    assert "No counts" in comparators.funnel_chart(bare, line, comparators.authorities(bare, line)).nothing


def test_funnel_limits_are_exact():
    limits = comparators.funnel_limits(pd.Series([100.0]), 50.0, "percent").iloc[0]
    # Of 100 coins 40 to 60 fall heads 95% of the time, 35 to 65 99.8% of the time.
    assert limits.tolist() == [40.0, 60.0, 35.0, 65.0]


def test_verdict_that_hangs_on_the_average_says_so():
    # Mean 28.8, pulled up by one neighbour; median 21.
    beside = [published(value, THIS, f"A{n}") for n, value in enumerate(["20.0", "21.0", "21.0", "22.0", "60.0"])]
    page = review([published("25.0", THIS), *beside], polarity="lower", scale="1")
    rows = comparators.choices(page, comparators.line_of(page, "s"))
    assert rows[["average", "value", "verdict"]].to_numpy().tolist() == [
        ["mean", 28.8, "better"],
        ["median", 21.0, "worse"],
    ]
    text = comparators.read_choices(rows)
    assert text.startswith("The verdict hangs on the choice: better one time, worse one time.")


def test_unknown_series_is_refused_with_the_known():
    with pytest.raises(UnknownName, match="Known at this review: s"):
        comparators.line_of(review([published("25.0", THIS)]), "t")


@pytest.mark.parametrize(
    "england, answer", [("25.0", "agrees"), ("21.0", "does not agree"), ("23.2", "no clear difference")]
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
        [published("23.0", THIS), published("25.0", THIS, ENGLAND)], stated=[said], polarity="lower", scale="1"
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
    assert "better" in words.read_lines(page) or "worse" in words.read_lines(page)


def test_another_area_has_links_to_its_own_pages_only():
    page = open_review("cypf-2016-18", "2017-18 part 2", area="Leicester", register=load_register(PROJECT))
    links = all_indicators.links(page).splitlines()
    assert len(links) > 5 and all(line.startswith("- [") for line in links)
    assert not any("long-view" in line or "delivery" in line for line in links)
