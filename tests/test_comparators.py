"""The pages that set an area beside all authorities."""

import pandas as pd
import pytest
from conftest import PROJECT, published, statement, tiny

from cyp_helpers import allareas
from cyp_helpers.compare.claims import check_standings
from cyp_helpers.pages import beside as comparators
from cyp_helpers.pages import comparators as authorities
from cyp_helpers.pages import data_quality as quality
from cyp_helpers.register.tables import UnknownName, find_area, load_register
from cyp_helpers.report import open_review

LAST, THIS, ENGLAND = "FY 2014/15", "FY 2015/16", "E92000001"
COUNTS = [(1475, 10089), (2186, 10532), (2196, 8866), (2957, 8462), (2840, 6390)]  # rising from 15% to 44%


def five_years(area="N", counts=COUNTS):
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    return [published(f"{100 * x / n:.1f}", year, area, x, n) for year, (x, n) in zip(years, counts)]


def review(open_data, stated=(), **rest):
    return open_review("p", "2016-17 part 2", register=tiny([], stated=stated, open_data=open_data, **rest))


@pytest.fixture(scope="module")
def shipped():
    return open_review("cypf-2016-18", "2017-18 part 2", register=load_register(PROJECT))


def test_one_row_tells_every_comparator():
    beside = [published(f"{20 + n}.0", THIS, f"A{n}") for n in range(9)]
    page = review(
        [*five_years(), published("21.9", THIS, ENGLAND), published("46.0", THIS, "R"), *beside], polarity="lower"
    )
    row = comparators.comparators_table(page).frame.iloc[0]
    assert row["Change"] == "+9.5: ✗ worsened (beyond chance)"
    assert row["England"] == "21.9: ✗ worse (beyond chance)"
    assert row["Neighbours"] == "24.0 (mean of 9 of 10): ✗ worse (beyond chance)"
    assert row["Rank and quarter"].startswith("10 of 10, ")
    assert row["Trend"] == "✗ worsening (beyond chance)"
    assert row["Target"] == "– no target"


def test_worse_and_getting_worse_needs_both():
    england = published("21.9", THIS, ENGLAND)
    worse = comparators.both_ways_table(review([*five_years(), england], polarity="lower")).frame
    assert worse[["Indicator", "Which"]].to_numpy().tolist() == [["Series s", "worse and getting worse"]]
    assert "worsening over five years" in worse.at[0, "Where it is going"]
    assert comparators.both_ways_table(
        review([*five_years(), published("60.0", THIS, ENGLAND)], polarity="lower")
    ).frame.empty


def test_better_and_getting_better():
    rows = comparators.both_ways_table(review([*five_years(), published("21.9", THIS, ENGLAND)])).frame
    assert rows.at[0, "Which"] == "better and getting better"


def test_within_chance_is_neither():
    level = [(100, 1000), (110, 1000), (95, 1000), (105, 1000), (108, 1000)]
    page = review([*five_years(counts=level), published("10.0", THIS, ENGLAND)], polarity="lower")
    assert comparators.both_ways_table(page).frame.empty


def test_a_new_list_of_neighbours_is_said():
    page = review([published("24.0", THIS), published("20.0", THIS, "A0")])
    assert not any("changed" in note for note in comparators.comparators_table(page).notes)
    lists = page.register.table("neighbour-lists")
    newer = lists.assign(list_id="newer", published="2016-12-31")
    page.register.tables["neighbour-lists"] = pd.concat([lists, newer], ignore_index=True)
    told = comparators.comparators_table(open_review("p", "2016-17 part 2", register=page.register)).notes
    assert (
        "The list of neighbours changed since the review 2016-17 part 1, which used the list of January 2016." in told
    )


def test_history_gives_the_range_of_the_neighbours():
    beside = [published("30.0", THIS, "A0"), published("10.0", THIS, "A1"), published("20.0", THIS, "A2")]
    page = review([published("24.0", LAST), published("23.0", THIS), published("22.0", THIS, ENGLAND), *beside])
    rows = allareas.history(page)
    assert rows["own"].tolist() == [24.0, 23.0]
    last = rows.iloc[-1]
    assert (last["low"], last["high"], last["neighbours"], last["england"]) == (10.0, 30.0, 3, 22.0)


def test_authorities_are_ranked_best_first_with_ties():
    figures = [
        published("23.0", THIS),
        published("20.0", THIS, "A0"),
        published("20.0", THIS, "A1"),
        published("22.0", THIS, ENGLAND),
    ]
    rows = authorities.authorities(review(figures, polarity="lower"), "s").set_index("area_id")
    assert rows["rank"].dropna().to_dict() == {"A0": 1, "A1": 1, "N": 3}
    assert rows.index[-1] == ENGLAND and rows.loc["A0", "position"] == 1


def test_funnel_limits_are_exact():
    limits = authorities.funnel_limits(pd.Series([100.0]), 50.0, "percent").iloc[0]
    # Of 100 coins 40 to 60 fall heads 95% of the time, 35 to 65 99.8% of the time.
    assert limits.tolist() == [40.0, 60.0, 35.0, 65.0]


def test_verdict_that_hangs_on_the_average_says_so():
    # Mean 28.8, pulled up by one neighbour; median 21.
    beside = [published(value, THIS, f"A{n}") for n, value in enumerate(["20.0", "21.0", "21.0", "22.0", "60.0"])]
    text = authorities.read_sensitivity(review([published("25.0", THIS), *beside], polarity="lower"), "s")
    assert (
        text.startswith("The verdict hangs on the choice: ") and "better one time" in text and "worse one time" in text
    )


def test_unknown_series_is_refused_with_the_known():
    with pytest.raises(UnknownName, match="Known at this review: s"):
        authorities.line_of(review([published("25.0", THIS)]), "t")


@pytest.mark.parametrize("england, answer", [("25.0", "agrees"), ("21.0", "does not agree"), ("23.2", "within chance")])
def test_what_a_document_states_is_held_against_published_figures(england, answer):
    said = statement(THIS)
    page = review(
        [published("23.1", THIS, "N", 1475, 6390), published(england, THIS, ENGLAND)], stated=[said], polarity="lower"
    )
    assert check_standings(page.register, page.figures, page.as_at)["answer"].tolist() == [answer]


def test_a_later_figure_is_named_as_such_and_none_is_not_an_answer():
    said = statement(LAST)
    later = review([published("23.0", THIS), published("25.0", THIS, ENGLAND)], stated=[said], polarity="lower")
    assert check_standings(later.register, later.figures, later.as_at)["answer"].tolist() == [
        "agrees, by a later figure"
    ]
    none = review([], stated=[said])
    assert check_standings(none.register, none.figures, none.as_at)["answer"].tolist() == ["cannot be checked"]
    assert "cannot be checked: one" in quality.read_standings(none)


# ---- the shipped register ----


def test_two_ways_to_the_same_verdict_agree(shipped):
    rows = shipped.comparisons
    for comparator in ("previous", "england", "region", "neighbours"):
        mine = rows[
            (rows["comparator"] == comparator) & (rows["verdict"] != "not compared") & (rows["evidence"] != "stated")
        ]
        ids = shipped.figures["open_data"].reindex(mine["observation_id"]).eq(True).to_numpy()
        mine = mine[ids].drop_duplicates("series_id").set_index("series_id")
        theirs = shipped.standing[shipped.standing["series_id"].isin(mine.index)].set_index("series_id")
        theirs = theirs[theirs[f"{comparator}_verdict"] != "not compared"]
        mine = mine.reindex(theirs.index)
        assert len(theirs) > 5
        assert mine["verdict"].to_dict() == theirs[f"{comparator}_verdict"].to_dict()


def test_areas_are_found_by_code_name_and_number():
    register = load_register(PROJECT)
    assert {find_area(register, one)["area_id"] for one in ("E10000024", "nottinghamshire", "891")} == {"E10000024"}
    with pytest.raises(UnknownName, match="Near matches: Leicester"):
        find_area(register, "Liecester")
    with pytest.raises(UnknownName, match="Unknown area: 'England'"):
        find_area(register, "England")


def test_any_authority_can_be_reviewed():
    page = open_review("cypf-2016-18", "2017-18 part 2", "safe", "Leicester", load_register(PROJECT))
    assert set(page.comparisons["area_id"]) == {"E06000016"} and page.document_figures.empty
    assert (page.comparisons.loc[page.comparisons["comparator"] == "target", "target_id"] == "").all()
    assert "better" in comparators.read_comparators(page) or "worse" in comparators.read_comparators(page)


def test_another_area_has_links_to_its_own_pages_only():
    page = open_review("cypf-2016-18", "2017-18 part 2", area="Leicester", register=load_register(PROJECT))
    links = comparators.links(page).splitlines()
    assert len(links) > 5 and all(line.startswith("- [") for line in links)
    assert not any("long-view" in line or "delivery" in line for line in links)
