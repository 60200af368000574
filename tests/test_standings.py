"""Standings of an area among others: tiny made-up tables whose answers the eye can check."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT

from cyp_helpers.compare.standings import standing_table
from cyp_helpers.register.tables import ENGLAND, Register, UnknownName, load_register

AUTHORITIES = list("ABCDEFGH")
LATE = "2030-01-01"


def row(value, period="FY 2016/17", area="A", **other):
    """One published figure of series s."""
    start = {
        "series_id": "s",
        "breakdown": "all",
        "area_id": area,
        "period": period,
        "value": str(value),
        "status": "",
        "numerator": np.nan,
        "denominator": np.nan,
        "published": "2017-11-30",
    }
    return {**start, **other}


def counted(numerator, denominator, period="FY 2016/17", area="A", per=100, **other):
    value = f"{per * numerator / denominator:.1f}"
    return row(value, period, area, numerator=numerator, denominator=denominator, **other)


def years(first, values, **other):
    return [row(value, f"FY {year}/{(year + 1) % 100:02d}", **other) for year, value in enumerate(values, first)]


def counted_years(first, numerators, denominator, **other):
    return [
        counted(x, denominator, f"FY {year}/{(year + 1) % 100:02d}", **other)
        for year, x in enumerate(numerators, first)
    ]


def register(unit="percent", polarity="lower", neighbours=None):
    """Authorities A to H in region R of England; B and C are A's neighbours on the old list, C and D on the new one."""
    neighbours = {"old": {"A": "BC"}, "new": {"A": "CD"}} if neighbours is None else neighbours
    listed = [
        {"list_id": one, "area_id": area, "position": str(place), "neighbour_id": other}
        for one, of_area in neighbours.items()
        for area, others in of_area.items()
        for place, other in enumerate(others, 1)
    ]
    areas = [{"area_id": area, "area_type": "county", "region_id": "R"} for area in AUTHORITIES]
    areas += [{"area_id": "R", "area_type": "region", "region_id": ""}]
    areas += [{"area_id": ENGLAND, "area_type": "country", "region_id": ""}]
    lists = [{"list_id": "new", "published": "2017-06-30"}, {"list_id": "old", "published": "2012-06-30"}]
    return Register(
        PROJECT / "data",
        {
            "areas": pd.DataFrame(areas),
            "series": pd.DataFrame([{"series_id": "s", "indicator_id": "i"}]),
            "indicators": pd.DataFrame([{"indicator_id": "i", "unit": unit, "polarity": polarity, "chance_note": ""}]),
            "units": pd.read_csv(PROJECT / "data/reference/units.csv", dtype=str, keep_default_na=False),
            "neighbour-lists": pd.DataFrame(lists),
            "neighbours": pd.DataFrame(listed, columns=["list_id", "area_id", "position", "neighbour_id"]),
        },
    )


def standing(rows, as_at=LATE, area="A", neighbour_list=None, average="mean", **of_register):
    """The only row of ``standing_table``."""
    table = standing_table(register(**of_register), pd.DataFrame(rows), as_at, area, neighbour_list, average)
    assert len(table) == 1
    return table.iloc[0]


# ---- which figure ----


def test_the_newest_known_figure_stands():
    rows = years(2014, ["20.0", "21.0", "22.0"])
    found = standing(rows)
    assert (found["period"], found["period_label"], found["value"]) == ("FY 2016/17", "2016/17", 22.0)
    assert (found["previous_period"], found["previous_value"]) == ("FY 2015/16", 21.0)


def test_what_is_published_later_is_not_known():
    rows = [row(20, "FY 2015/16", published="2016-11-30"), row(21, "FY 2016/17", published="2017-11-30")]
    assert standing(rows, "2017-03-31")["value"] == 20


def test_of_two_editions_the_newest_known_counts_whatever_their_order():
    editions = [row(20, published="2017-11-30"), row(19, published="2018-11-30", status="r")]
    for rows in (editions, editions[::-1]):
        assert standing(rows, "2018-03-31")["value"] == 20
        revised = standing(rows)
        assert (revised["value"], revised["status"]) == (19, "r")


def test_rows_lead_back_to_the_published_table():
    rows = [row(30, area=ENGLAND), *years(2015, [20, 21]), row(25, area="R"), *[row(28, area=x) for x in "BCDEFGH"]]
    found = standing(rows)
    assert [found[name] for name in ("row", "previous_row", "england_row", "region_row")] == [2, 1, -1, 3]


def test_months_and_snapshots_have_no_standing():
    rows = [row(5, "month 2017-11"), row(5, "day 2017-03-31"), row(5, "FY 2017/18 Q3")]
    assert standing_table(register(), pd.DataFrame(rows), LATE, "A").empty


def test_an_area_without_figures_has_no_rows():
    for area in ("B", "Z"):
        assert standing_table(register(), pd.DataFrame([row(5)]), LATE, area).empty


# ---- over time ----


def test_a_skipped_year_still_has_a_previous_figure():
    found = standing([row(20, "FY 2013/14"), row(25, "FY 2016/17")])
    assert (found["previous_period"], found["previous_verdict"]) == ("FY 2013/14", "worsened")


def test_a_marked_break_is_not_compared_across():
    found = standing([row(20, "FY 2015/16"), row(25, "FY 2016/17", status="p b")])
    assert (found["previous_verdict"], found["previous_evidence"], found["previous_row"]) == ("not compared", "", -1)


def test_a_change_beyond_chance():
    found = standing(counted_years(2015, [2186, 1475], 8462))
    assert (found["previous_verdict"], found["previous_evidence"]) == ("improved", "beyond chance")


def test_a_change_within_chance_has_no_direction():
    found = standing(counted_years(2015, [50, 55], 500))
    assert (found["previous_verdict"], found["previous_evidence"]) == ("no clear change", "within chance")
    assert found["previous_difference"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "before, now, verdict",
    [("20.0", "21.0", "worsened"), ("20", "21", "worsened"), ("20", "20.4", "cannot tell from rounded figures")],
)
def test_without_counts_rounding_decides(before, now, verdict):
    found = standing(years(2015, [before, now]))
    assert (found["previous_verdict"], found["previous_evidence"]) == (verdict, "chance not tested")


@pytest.mark.parametrize("polarity, verdict", [("lower", "worsened"), ("higher", "improved"), ("none", "increased")])
def test_the_word_follows_polarity(polarity, verdict):
    assert standing(years(2015, [20, 30]), polarity=polarity)["previous_verdict"] == verdict


def test_years_that_overlap_are_not_independent():
    periods = [f"CY {year} to CY {year + 2}" for year in range(2008, 2014)]
    rows = [counted(x, 1000, period) for x, period in zip((100, 150, 200, 250, 300, 350), periods)]
    found = standing(rows)
    assert (found["previous_verdict"], found["previous_evidence"]) == ("worsened", "chance not tested")
    assert found["trend_reason"] == "Each figure covers 3 years, so that they overlap."


# ---- beside areas ----


def england_and(rows, england, **other):
    """The rows, a figure for England and authorities on either side of it."""
    spread = [row(float(england) + step, area=area) for area, step in zip("BCDEFGH", range(-30, 40, 10))]
    return [*rows, row(england, area=ENGLAND, **other), *spread]


def test_beside_england_beyond_chance():
    found = standing(england_and([counted(1475, 6390)], "22.0"))
    assert (found["england_verdict"], found["england_evidence"]) == ("worse", "beyond chance")
    assert (found["interval_low"], found["interval_high"]) == pytest.approx((22.07, 24.13), abs=0.005)


def test_beside_england_within_what_its_rounding_hides():
    """22 can stand for 22.4, which is within chance of 23.1."""
    found = standing(england_and([counted(1475, 6390)], "22"))
    assert (found["england_verdict"], found["england_evidence"]) == ("similar", "within chance")


def test_rates_stand_beside_rates():
    rows = england_and([counted(520, 162_000, per=10_000)], "40.0")
    found = standing(rows, unit="rate per 10,000", polarity="higher")
    assert (found["england_verdict"], found["england_evidence"]) == ("worse", "beyond chance")


def test_an_average_outside_the_range_of_its_members_is_not_used():
    rows = [row(value, area=area) for area, value in zip("ABCDEFGH", range(20, 28))]
    found = standing([*rows, row(30, area=ENGLAND), row(24, area="R")])
    assert (found["england_verdict"], found["england_row"]) == ("not compared", -1)
    assert np.isnan(found["england_value"])
    assert (found["region_verdict"], found["region_value"]) == ("better", 24)


def test_few_published_members_do_not_bound_an_average():
    found = standing([row(20), row(22, area="B"), row(30, area=ENGLAND)])
    assert found["england_verdict"] == "better"


def test_totals_do_not_stand_beside_other_areas():
    found = standing(england_and(years(2015, [20, 25]), "22"), unit="count", polarity="none")
    assert found["england_verdict"] == found["neighbours_verdict"] == "not compared"
    assert (found["previous_verdict"], found["band_reason"]) == ("increased", "totals grow with the area")
    assert np.isnan(found["rank"])


def test_england_does_not_stand_beside_itself():
    found = standing(england_and([], "22"), area=ENGLAND)
    assert (found["england_verdict"], found["region_verdict"]) == ("not compared", "not compared")
    assert found["band_reason"] == "only local authorities are ranked"


# ---- neighbours ----

NEIGHBOURS = [row(value, area=area) for area, value in zip("ABCD", ("20.0", "21.0", "23.0", "31.0"))]


def test_neighbours_of_the_list_known_by_then():
    early = standing([{**one, "published": "2017-01-31"} for one in NEIGHBOURS], "2017-03-31")
    assert (early["neighbours_list"], early["neighbours_value"]) == ("old", 22.0)
    late = standing(NEIGHBOURS)
    assert (late["neighbours_list"], late["neighbours_value"]) == ("new", 27.0)
    assert (late["neighbours_low"], late["neighbours_high"], late["neighbours_verdict"]) == (23, 31, "better")


def test_before_any_list_the_oldest_is_used():
    assert standing([row(20, "FY 2009/10", published="2010-11-30")], "2011-03-31")["neighbours_list"] == "old"


def test_a_list_can_be_chosen_and_must_exist():
    assert standing(NEIGHBOURS, neighbour_list="old")["neighbours_value"] == 22
    with pytest.raises(UnknownName, match="'odd'. Valid: new, old"):
        standing(NEIGHBOURS, neighbour_list="odd")


def test_how_many_neighbours_have_a_figure():
    found = standing(NEIGHBOURS[:3])
    assert (found["neighbours_n"], found["neighbours_of"], found["neighbours_value"]) == (1, 2, 23)
    nobody = standing(NEIGHBOURS[:1])
    assert (nobody["neighbours_n"], nobody["neighbours_verdict"]) == (0, "not compared")


@pytest.mark.parametrize("others, median", [("BCD", 23), ("BC", 22), ("BCDE", 23), ("BE", 21)])
def test_median_of_the_neighbours_there_are(others, median):
    """E has no figure."""
    found = standing(NEIGHBOURS, average="median", neighbours={"new": {"A": others}})
    assert found["neighbours_value"] == median


# ---- rank, band ----


def test_rank_counts_authorities_with_a_figure_and_shares_ties():
    rows = [row(value, area=area) for area, value in zip("ABCD", (20, 10, 20, 40))]
    found = standing([*rows, row(25, area=ENGLAND), row(5, area="R")])
    assert (found["rank"], found["rank_of"], found["rank_ties"]) == (2, 4, 2)
    assert standing(rows, polarity="higher")["rank"] == 2
    assert standing(rows[:2], polarity="higher")["rank"] == 1


def test_band_is_the_quarter_and_1_is_best():
    rows = [row(value, area=area) for area, value in zip("ABCDEFGH", range(8))]
    assert standing(rows)["band"] == 1
    assert standing(rows, polarity="higher")["band"] == 4
    neither = standing(rows, polarity="none")
    assert (neither["band_reason"], neither["rank"]) == ("neither direction is better", 8)
    assert np.isnan(neither["band"])


def test_no_band_from_too_few_different_figures():
    found = standing([row(value, area=area) for area, value in zip("ABCDEFGH", (0, 0, 0, 1, 2, 3, 4, 5))])
    assert (
        np.isnan(found["band"]) and found["band_reason"] == "one figure is shared by more than a quarter of authorities"
    )


# ---- trend ----


def test_a_trend_over_five_unbroken_years():
    found = standing(counted_years(2012, [300, 280, 240, 220, 190], 1000))
    assert (found["trend_verdict"], found["trend_evidence"], found["trend_points"]) == ("improving", "beyond chance", 5)
    assert "above 9.55, and the direction holds" in found["trend_reason"]


def test_no_trend_where_chance_explains_it():
    found = standing(counted_years(2012, [200, 205, 195, 210, 200], 1000))
    assert (found["trend_verdict"], found["trend_evidence"]) == ("no significant trend", "within chance")


def test_no_trend_that_hangs_on_one_year():
    found = standing(counted_years(2012, [100, 100, 100, 100, 200], 1000))
    assert (
        found["trend_verdict"] == "no significant trend"
        and "does not hold with one year left out" in found["trend_reason"]
    )


def test_no_trend_by_less_than_one_case():
    found = standing(counted_years(2012, [10, 10, 12, 17, 24], 100))
    assert found["trend_verdict"] == "no significant trend" and "less than one case" in found["trend_reason"]


@pytest.mark.parametrize(
    "rows, reason",
    [
        (counted_years(2013, [1, 2, 3, 4], 9), "A trend needs five unbroken annual figures; there are 4."),
        (counted_years(2016, [1], 9), "A trend needs five unbroken annual figures; there is 1."),
        (
            counted_years(2009, [1, 2, 3], 9) + counted_years(2013, [1, 2], 9),
            "A trend needs five unbroken annual figures; there are 2.",
        ),
        (years(2012, [1, 2, 3, 4, 5]), "Counts are not published for all five years."),
    ],
)
def test_why_a_trend_cannot_be_tested(rows, reason):
    found = standing(rows)
    assert (found["trend_verdict"], found["trend_evidence"], found["trend_reason"]) == ("cannot be tested", "", reason)


def test_a_marked_break_starts_the_count_again():
    rows = counted_years(2010, [1, 2, 3, 4, 5, 6, 7], 90)
    rows[4]["status"] = "b"
    assert standing(rows)["trend_points"] == 3


def test_no_trend_of_what_is_no_share_or_rate():
    found = standing(years(2012, [1, 2, 3, 4, 5]), unit="days")
    assert found["trend_reason"] == "A trend is tested for shares and rates of things that are independent."


# ---- shipped figures ----


@pytest.fixture(scope="module")
def nottinghamshire():
    """Standing of Nottinghamshire in June 2026, by series."""
    data = load_register(PROJECT)
    return standing_table(data, data.table("published"), "2026-06-30", "E10000024").set_index("series_id")


@pytest.mark.parametrize(
    "series, period, chi_squared, verdict",
    [
        ("re-referrals", "FY 2024/25", 63.826, "improving"),
        ("child-protection-repeat", "FY 2024/25", 0.493, "no significant trend"),
        ("looked-after-3-placements", "FY 2024/25", 7.264, "no significant trend"),
    ],
)
def test_trends_of_the_shipped_figures_are_those_worked_by_hand(nottinghamshire, series, period, chi_squared, verdict):
    row = nottinghamshire.loc[series]
    assert (row["period"], row["trend_verdict"]) == (period, verdict)
    assert row["trend_chi_squared"] == pytest.approx(chi_squared, abs=5e-4)


def test_re_referrals_of_the_shipped_figures(nottinghamshire):
    """23.1% of 6,390 referrals, 22.07 to 24.13, holds England's 22.6."""
    row = nottinghamshire.loc["re-referrals"]
    assert (row["interval_low"], row["interval_high"]) == pytest.approx((22.07, 24.13), abs=0.005)
    assert (row["england_value"], row["england_verdict"], row["england_evidence"]) == (22.6, "similar", "within chance")
    assert (row["previous_verdict"], row["previous_evidence"]) == ("improved", "beyond chance")
    assert (row["neighbours_list"], row["neighbours_n"], row["neighbours_of"]) == ("sn-2025-05", 10, 10)
