"""Tests of counts: hand-worked values, other people's programs, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from scipy.special import logsumexp

from conftest import PROJECT
from cyp_helpers.compare.statistics import (
    funnel_limits,
    overdispersion,
    proportion_differs_from,
    proportions_differ,
    rate_differs_from,
    rates_differ,
)

FINGERTIPS = PROJECT.parent / "shared" / "open-data" / "fingertips" / "region_hospital_admissions_2324.csv"
TWO_SAMPLES = [proportions_differ, rates_differ]
COUNTS = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SHARES = st.floats(0.001, 0.999)


@pytest.mark.parametrize("count, expected, p", [(117, 140.71, 0.0455), (118, 98.01, 0.0543), (0, 3.0, 2 * np.exp(-3))])
def test_a_rate_beside_a_known_one_worked_by_hand(count, expected, p):
    """117 of 140.71 is low and 118 of 98.01 is not high, where a lopsided score says the opposite of both."""
    assert_allclose(rate_differs_from(count, 1, expected), p, atol=5e-5)


def twice_the_smaller_tail(terms, x):
    """Of the logarithms of a distribution's terms from 0 on, summed term by term: tails of scipy's are off near 1e-290."""
    return min(1, 2 * np.exp(min(logsumexp(terms[: x + 1]), logsumexp(terms[x:]))))


@example((15, 180), 0.98828125)  # scipy's tail is a thousandth off
@given(COUNTS, SHARES)
def test_known_benchmarks_are_twice_the_smaller_exact_tail(pair, share):
    x, n = pair
    for p, terms in (
        (proportion_differs_from(x, n, share), stats.binom.logpmf(np.arange(n + 1), n, share)),
        (rate_differs_from(x, n, share), stats.poisson.logpmf(np.arange(3 * n + 100), n * share)),
    ):
        assert_allclose(p, twice_the_smaller_tail(terms, x), rtol=1e-6, atol=1e-300)


@given(COUNTS, COUNTS)
def test_two_proportions_are_yates_chi_squared(one, two):
    table = [[one[0], one[1] - one[0]], [two[0], two[1] - two[0]]]
    expected = 1 if min(np.sum(table, axis=0)) == 0 else stats.chi2_contingency(table, correction=True).pvalue
    assert_allclose(proportions_differ(*one, *two), expected, atol=1e-12)


@example((462, 462), (16, 1764))  # scipy's tail is a millionth off
@given(COUNTS, COUNTS)
def test_two_rates_are_the_exact_test_of_the_one_count_given_both(one, two):
    both = one[0] + two[0]
    terms = stats.binom.logpmf(np.arange(both + 1), both, one[1] / (one[1] + two[1]))
    assert_allclose(rates_differ(*one, *two), twice_the_smaller_tail(terms, one[0]), rtol=1e-6, atol=1e-300)


@pytest.mark.parametrize("differ", TWO_SAMPLES)
@given(one=COUNTS, two=COUNTS)
def test_two_samples_do_not_mind_the_order_and_are_never_impossible(differ, one, two):
    p = differ(*one, *two)
    assert 0 < p <= 1
    assert_allclose(p, differ(*two, *one), atol=1e-12)


@pytest.mark.parametrize("differ", TWO_SAMPLES)
def test_nothing_counted_in_either_is_no_difference(differ):
    assert differ(0, 50, 0, 80) == 1


def test_what_no_chance_can_bring_is_still_not_nought():
    assert 0 < rate_differs_from(10_000, 1, 1.0) < 1e-300 and 0 < proportion_differs_from(10_000, 10_000, 1e-9) < 1e-300
    assert 0 < rates_differ(0, 1, 10**7, 1) < 1e-300 and 0 < proportions_differ(0, 10**7, 10**7, 10**7) < 1e-300


NOT_COUNTS = [(1, 0), (0, 0), (-1, 5), (1.5, 5), (np.nan, 5), (1, np.nan), (np.inf, 5), (1, np.inf), (None, 5), (1, -5)]


@pytest.mark.parametrize("x, n", NOT_COUNTS)
def test_what_is_no_count_gives_no_answer(x, n):
    answers = [differ(*pair) for differ in TWO_SAMPLES for pair in ((x, n, 1, 5), (1, 5, x, n))]
    assert np.isnan([*answers, proportion_differs_from(x, n, 0.5), rate_differs_from(x, n, 0.5)]).all()


@pytest.mark.parametrize("benchmark", [np.nan, np.inf, -0.1])
def test_what_is_no_benchmark_gives_no_answer(benchmark):
    assert np.isnan([proportion_differs_from(1, 5, benchmark), rate_differs_from(1, 5, benchmark)]).all()


def test_more_than_everybody_is_no_proportion_but_may_be_a_rate():
    assert np.isnan([proportions_differ(6, 5, 1, 5), proportion_differs_from(6, 5, 0.5)]).all()
    assert 0 < rates_differ(6, 5, 1, 5) < 1 and 0 < rate_differs_from(6, 5, 0.5) < 1


def test_everything_broadcasts_and_nothing_may_be_asked():
    assert proportions_differ(np.ones((3, 1)), 10, np.arange(4), 10).shape == (3, 4)
    assert rates_differ([], [], [], []).shape == rate_differs_from([], [], []).shape == (0,)


def test_verdicts_against_england_are_those_of_fingertips_but_for_its_rounded_counts():
    if not FINGERTIPS.exists():
        pytest.skip("shared/open-data is not here")
    rows = pd.read_csv(FINGERTIPS, dtype=str)
    rows = rows[rows["Category"].isna() & rows["Count"].notna()]
    rows = rows.assign(**rows[["Count", "Denominator", "Value"]].astype(float))
    column = "Compared to England value or percentiles"
    england = rows[rows["Area Type"] == "England"].set_index(["Sex", "Time period"])["Value"]
    local = rows[rows["Area Type"].str.startswith("Count") & (rows[column] != "Not compared")]
    benchmark = england.reindex(pd.MultiIndex.from_frame(local[["Sex", "Time period"]])).to_numpy()
    p = rate_differs_from(local["Count"], local["Denominator"], benchmark / 10_000)
    ours = np.select([p >= 0.05, local["Value"] < benchmark], ["Similar", "Better"], "Worse")
    assert len(local) > 5000 and (ours == local[column]).mean() > 0.98
    assert not ((ours != "Similar") & (local[column] != "Similar") & (ours != local[column])).any()


# ---- all authorities around England ----

ENDS = {"low_95": 0.025, "high_95": 0.975, "low_998": 0.001, "high_998": 0.999}


def test_funnel_limits_worked_by_hand():
    limits = funnel_limits(pd.Series([100.0]), 50.0, "percent", spread=1.0)
    # Of 100 coins 40 to 60 fall heads 95% of the time, 35 to 65 99.8% of the time.
    assert limits.to_dict("records") == [{"low_95": 40.0, "high_95": 60.0, "low_998": 35.0, "high_998": 65.0}]
    # Of 3 events expected 0 to 7 come 95% of the time, 0 to 10 99.8% of the time.
    limits = funnel_limits(pd.Series([10_000.0]), 3.0, "rate per 10,000", spread=1.0)
    assert limits.to_dict("records") == [{"low_95": 0.0, "high_95": 7.0, "low_998": 0.0, "high_998": 10.0}]


@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=4), SHARES)
def test_funnel_limits_are_the_quantiles_of_exact_distributions(sizes, share):
    n = pd.Series(sizes, dtype=float)
    shares, rates = (funnel_limits(n, share * per, unit, 1.0) for per, unit in ((100, "percent"), (1000, "rate per 1,000")))
    assert list(shares) == list(rates) == list(ENDS)
    for name, p in ENDS.items():
        assert_allclose(shares[name], 100 * stats.binom.ppf(p, sizes, share) / n)
        assert_allclose(rates[name], 1000 * stats.poisson.ppf(p, n * share) / n)


def test_funnel_limits_are_as_many_times_wider_as_the_root_of_the_spread_and_never_below_nought():
    limits = funnel_limits(pd.Series([100.0]), 50.0, "percent", spread=4.0).iloc[0]
    assert limits.tolist() == [30.0, 70.0, 20.0, 80.0]
    assert funnel_limits(pd.Series([100.0]), 50.0, "percent", spread=16.0)["low_998"].tolist() == [0.0]


@pytest.mark.parametrize("unit, average, size, expected, deviation", [
    ("percent", 50.0, 100, 50, 5), ("percent", 20.0, 100, 20, 4), ("rate per 10,000", 100.0, 10_000, 100, 10),
])  # fmt: skip
def test_overdispersion_worked_by_hand(unit, average, size, expected, deviation):
    """Scores -4, -2, 0, 2, 4; the ends drawn in to -3.2 and 3.2: (10.24 + 4 + 0 + 4 + 10.24) / 5."""
    counted = pd.DataFrame({"numerator": [expected + deviation * score for score in (-4, -2, 0, 2, 4)]})
    counted["denominator"] = size
    assert_allclose(overdispersion(counted, average, unit), 5.696)
    assert overdispersion(counted.iloc[[2, 2]], average, unit) == 1.0  # no less than chance
