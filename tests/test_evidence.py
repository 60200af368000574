"""Chance: asked wherever counts are known, and telling in the verdict."""

import pandas as pd
import pytest
from conftest import published, statement, target, tiny

from cyp_helpers.compare.comparison import compare

LAST, THIS, ENGLAND = "FY 2014/15", "FY 2015/16", "E92000001"


def row_of(comparator, open_data, figures=(), **rest):
    rows = compare(tiny(figures, open_data=open_data, **rest), "p", "2016-17 part 2")
    return rows[rows["comparator"] == comparator].iloc[0]


def test_a_change_beyond_chance_is_told_with_its_direction():
    row = row_of(
        "previous",
        [published("25.8", LAST, "N", 2186, 8462), published("23.1", THIS, "N", 1475, 6390)],
        polarity="lower",
    )
    assert (row["verdict"], row["evidence"], row["difference_text"]) == ("improved", "beyond chance", "−2.7")
    assert row["reason"].startswith(
        "23.1% in 2015/16 is 2.7 percentage points below 25.8% in 2014/15; lower is better. The difference is more than chance"
    )


def test_a_change_within_chance_is_no_clear_change():
    row = row_of(
        "previous", [published("24.9", LAST, "N", 169, 680), published("27.9", THIS, "N", 203, 727)], polarity="lower"
    )
    assert (row["verdict"], row["evidence"], row["difference"]) == ("no clear change", "within chance", 3.0)
    assert "within what chance alone can bring" in row["reason"]


def test_without_counts_chance_is_not_tested():
    row = row_of("previous", [published("24.9", LAST), published("27.9", THIS)], polarity="lower")
    assert (row["verdict"], row["evidence"]) == ("worsened", "chance not tested")


def test_counts_tell_what_rounding_would_hide():
    # Both print 1%, but 1.4% of a million and 0.6% of a million are far apart.
    row = row_of(
        "previous", [published("1", LAST, "N", 6_000, 1_000_000), published("1", THIS, "N", 14_000, 1_000_000)]
    )
    assert (row["verdict"], row["evidence"]) == ("improved", "beyond chance")


@pytest.mark.parametrize(
    "england, verdict, evidence",
    [("23.5", "similar", "within chance"), ("21.0", "worse", "beyond chance"), ("25.0", "better", "beyond chance")],
)
def test_beside_england_the_interval_decides(england, verdict, evidence):
    # Wilson's interval of 1475 in 6390 is 22.07 to 24.13.
    row = row_of(
        "england", [published("23.1", THIS, "N", 1475, 6390), published(england, THIS, ENGLAND)], polarity="lower"
    )
    assert (row["verdict"], row["evidence"], row["comparator_text"]) == (verdict, evidence, f"{england}%")


def test_the_region_is_the_one_the_area_lies_in():
    row = row_of("region", [published("23.1", THIS, "N", 1475, 6390), published("21.0", THIS, "R")], polarity="lower")
    assert (row["verdict"], row["comparator_text"]) == ("worse", "21.0%")
    assert row_of("region", [published("23.1", THIS)])["reason"] == "No figure of Region is known on this definition."


def test_rates_are_tested_as_rates():
    ten = [published("10.0", LAST, "N", 100, 100_000), published("20.0", THIS, "N", 200, 100_000)]
    row = row_of("previous", ten, unit="rate per 10,000", polarity="lower")
    assert (row["verdict"], row["evidence"]) == ("worsened", "beyond chance")


def test_neighbours_say_how_many_had_a_figure():
    beside = [published(f"{20 + n}.0", THIS, f"A{n}") for n in range(9)]  # 20 to 28, mean 24; the tenth has none
    row = row_of("neighbours", [published("27.0", THIS), *beside], polarity="lower")
    assert (row["verdict"], row["difference"]) == ("worse", 3.0)
    assert row["comparator_text"] == "24.0%, the mean of 9 of 10 statistical neighbours"
    assert "(list of January 2016)" in row["reason"]


def test_a_target_just_missed_is_within_chance():
    goal = target("value", "23%", value="23", direction="lower", period=THIS)
    row = row_of("target", [published("23.1", THIS, "N", 1475, 6390)], targets=[goal], polarity="lower")
    assert (row["verdict"], row["evidence"]) == ("not met", "within chance")


def test_published_figures_go_before_words_of_the_same_time():
    said = statement("latest at 2016-06")
    figures = [published("23.1", THIS), published("21.0", THIS, ENGLAND)]
    assert row_of("england", figures, stated=[said], polarity="lower")["verdict"] == "worse"


def test_another_area_has_published_figures_and_no_target():
    goal = target("value", "23%", value="23", direction="lower", period=THIS)
    register = tiny(
        [],
        targets=[goal],
        open_data=[published("23.1", THIS, "A3"), published("21.0", THIS, ENGLAND)],
        polarity="lower",
    )
    rows = compare(register, "p", "2016-17 part 2", area="A3").set_index("comparator")
    assert rows.loc["england", "verdict"] == "worse"
    assert rows.loc["target", "reason"] == "No target is printed."
    assert set(rows["area_id"]) == {"A3"}


def test_trend_target_is_met_by_a_significant_trend():
    goal = target("trend", "Achieve downward trend", direction="lower", period=THIS)
    counts = [(2840, 10089), (2957, 10532), (2196, 8866), (2186, 8462), (1475, 6390)]
    years = [f"FY {2010 + n}/{11 + n}" for n in range(1, 6)]
    figures = [published(f"{100 * x / n:.1f}", year, "N", x, n) for year, (x, n) in zip(years, counts)]
    row = row_of("target", figures, targets=[goal], polarity="lower")
    assert (row["verdict"], row["evidence"]) == ("met", "beyond chance")


def test_figures_published_later_are_not_known():
    figures = [published("24.0", LAST), published("23.1", THIS, published="2017-05-31")]
    assert row_of("england", figures)["value"] == 24.0
    assert pd.isna(row_of("england", [published("23.1", THIS, published="2017-05-31")])["value"])
