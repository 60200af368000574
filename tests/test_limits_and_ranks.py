"""Process limits, ranks and bands: published values, rules on made-up series, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from cyp_helpers.compare.limits import limits_table
from cyp_helpers.compare.statistics import competition_ranks, quartile_bands, xmr_limits

unhurried = settings(deadline=None)  # the first example pays for imports
# rnorm(20) of R after set.seed(123), the series that NHSRplotthedots tests its limits with
R_NORMAL = [
    *(-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285),
    *(-0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716),
    *(0.70135590, -0.47279141),
]


# ---- process limits ----


def test_limits_agree_with_nhsrplotthedots():
    """Printed in its test snapshots: plain, with an outlier whose moving ranges are screened out."""
    assert_allclose(xmr_limits(R_NORMAL)[:3], (0.1416238, -3.01138, 3.294627), rtol=1e-6)
    outlier = [*R_NORMAL[:14], 10.0, *R_NORMAL[15:]]
    assert_allclose(xmr_limits(outlier)[:3], (0.6694159, -2.383666, 3.722497), rtol=1e-6)
    assert xmr_limits(outlier).outside.nonzero()[0].tolist() == [14]
    assert not any(flags.any() for flags in xmr_limits(R_NORMAL)[3:7])


def test_two_near_opposite_limits_are_no_special_cause():
    """From the tests of NHSRplotthedots: two points near the limits, one on either side."""
    limits = xmr_limits([1, -1] * 7 + [5.5, -5.5])
    assert not limits.two_of_three.any()


def test_limits_are_mean_and_2_66_mean_moving_ranges():
    limits = xmr_limits([10, 12] * 6)
    assert_allclose(limits[:3], (11, 11 - 5.32, 11 + 5.32))


def test_seven_on_one_side_is_a_shift_and_six_is_not():
    noise = [0, 10] * 6
    assert xmr_limits(noise + [9, 10, 9, 10, 9, 10, 9, 0]).shift.nonzero()[0].tolist() == list(range(11, 19))
    assert not xmr_limits(noise[:-1] + [0, 9, 10, 9, 10, 9, 10, 0]).shift.any()


def test_seven_rising_is_a_trend_and_six_is_not():
    assert xmr_limits([5, 9, 5, 9, 5, 1, 2, 3, 4, 5, 6, 7, 6, 5]).trend.nonzero()[0].tolist() == list(range(5, 12))
    assert not xmr_limits([5, 9, 5, 9, 5, 1, 2, 3, 4, 5, 6, 5, 6, 5]).trend.any()
    assert xmr_limits([5, 1, 5, 1, 5, 9, 8, 7, 6, 5, 4, 3, 4, 5]).trend.nonzero()[0].tolist() == list(range(5, 12))


def test_a_gap_breaks_a_run():
    rising = [5, 9, 5, 9, 5, 1, 2, 3, np.nan, 5, 6, 7, 6, 5]
    assert not xmr_limits(rising).trend.any()


def test_limits_need_twelve_points():
    limits = xmr_limits([1.0] * 11 + [np.nan])
    assert np.isnan(limits.centre) and "at least 12 points; there are 11" in limits.reason
    assert xmr_limits([1.0] * 12).reason == ""


# ---- ranks and bands ----


def test_ties_share_a_rank_and_the_next_one_is_skipped():
    ranks = competition_ranks([5, 9, 7, np.nan, 7])
    assert ranks.rank.tolist() == [4, 1, 2, 0, 2]
    assert ranks.of.tolist() == [4] * 5
    assert ranks.ties.tolist() == [1, 1, 2, 0, 2]


@unhurried
@given(st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.5, np.nan, -0.0, 0.0]), min_size=6, max_size=6), min_size=1))
def test_ranks_are_those_of_pandas(rows):
    values = np.array(rows)
    expected = pd.DataFrame(values).rank(axis=1, method="min", ascending=False).fillna(0).to_numpy()
    assert_array_equal(competition_ranks(values, axis=1).rank, expected)
    assert_array_equal(competition_ranks(values.T, axis=0).rank, expected.T)


def test_bands_are_quarters_of_the_areas():
    assert quartile_bands(competition_ranks(np.arange(12.0, 0, -1))).tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@unhurried
@given(st.integers(4, 160))
def test_bands_are_those_of_phe_quantile(n):
    rank = np.arange(1, n + 1)
    theirs = np.floor(5 - np.ceil((n + 1 - rank) / (n / 4)))
    assert_array_equal(quartile_bands(competition_ranks(-rank)), theirs)


@pytest.mark.parametrize("values", [[1, 2, 3], [0, 0, 0, 0, 0, 1, 2, 3], [np.nan] * 5])
def test_no_bands_where_the_figures_cannot_fill_four_quarters(values):
    assert not quartile_bands(competition_ranks(np.array(values, dtype=float))).any()


# ---- limits of a published series ----


def monthly(values, first="2016-01", **other):
    periods = pd.period_range(first, periods=len(values), freq="M")
    same = {"series_id": "s", "breakdown": "all", "area_id": "A", "published": "2017-11-30", **other}
    return [{**same, "period": f"month {period}", "value": str(value)} for period, value in zip(periods, values)]


def test_limits_of_a_monthly_series():
    table = limits_table(pd.DataFrame(monthly([10, 12] * 6)), "2018-03-31", "s", "A")
    assert table["period_label"].iloc[[0, -1]].tolist() == ["January 2016", "December 2016"]
    assert (table["centre"] == 11).all() and (table["reason"] == "").all()


def test_limits_use_what_was_known():
    rows = pd.DataFrame(monthly([10, 12] * 6) + monthly([50], "2016-12", published="2018-11-30"))
    assert limits_table(rows, "2018-03-31", "s", "A")["value"].max() == 12
    assert limits_table(rows, "2019-03-31", "s", "A")["value"].iloc[-1] == 50


def test_a_missing_month_is_a_gap():
    table = limits_table(pd.DataFrame(monthly([10, 12] * 6)).drop(index=5), "2018-03-31", "s", "A")
    assert len(table) == 12 and np.isnan(table["value"][5]) and table["period"][5] == ""
    assert table["reason"].unique().tolist() == ["Limits need at least 12 points; there are 11."]


def test_annual_figures_and_unknown_series_have_no_limits():
    rows = pd.DataFrame(monthly([10] * 12)).assign(
        period=[f"FY {year}/{(year + 1) % 100:02d}" for year in range(2000, 2012)]
    )
    assert limits_table(rows, "2018-03-31", "s", "A").empty
    assert limits_table(rows, "2018-03-31", "other", "A").empty
