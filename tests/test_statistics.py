"""Intervals, tests and trends: hand-worked values, published values, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as poisson_two_sample

from cyp_helpers.compare.statistics import (
    TREND_CUT,
    proportion_differs_from,
    proportions_differ,
    rate_differs_from,
    rate_interval,
    rates_differ,
    trend_test,
    wilson_interval,
)

FINGERTIPS = PROJECT.parent / "shared" / "open-data" / "fingertips" / "region_hospital_admissions_2324.csv"
# Nottinghamshire 2021-25: numerators and denominators of re-referrals, repeat child protection plans, three placements
RE_REFERRALS = [2840, 2957, 2196, 2186, 1475], [10089, 10532, 8866, 8462, 6390]
REPEAT_PLANS = [221, 243, 238, 169, 203], [929, 794, 907, 680, 727]
PLACEMENTS = [37, 26, 60, 61, 43], [993, 958, 956, 955, 901]
unhurried = settings(deadline=None)  # the first example pays for imports
DENOMINATORS = st.integers(1, 20_000)
SHARES = st.floats(0, 1)


@st.composite
def proportions(draw):
    n = draw(DENOMINATORS)
    return round(draw(SHARES) * n), n


# ---- intervals ----


def test_wilson_interval_of_re_referrals_worked_by_hand():
    assert_allclose(wilson_interval(1475, 6390), (0.2207, 0.2413), atol=5e-5)


@pytest.mark.parametrize(
    "numerator, denominator, low, high",
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_agrees_with_newcombe_1998_table_1(numerator, denominator, low, high):
    assert_allclose(wilson_interval(numerator, denominator), (low, high), atol=5e-5)


@pytest.mark.parametrize("numerator, denominator", [(5, 0), (0, 0), (6, 5), (-1, 5), (np.nan, 5), (1, np.nan)])
def test_wilson_interval_has_no_ends_for_what_is_no_proportion(numerator, denominator):
    assert np.isnan(wilson_interval(numerator, denominator)).all()


def test_wilson_interval_of_nobody_and_everybody_ends_at_the_edge():
    assert wilson_interval(0, 50)[0] == 0 and wilson_interval(50, 50)[1] == 1


@pytest.mark.parametrize(
    "count, low, high", [(0, 0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (9, 4.1154, 17.0848)]
)
def test_rate_interval_of_small_counts_agrees_with_garwood_1936(count, low, high):
    assert_allclose(rate_interval(count, 1), (low, high), atol=5e-5)


def test_rate_interval_changes_to_byar_at_ten_as_fingertips_does():
    exact = stats.chi2.ppf(0.025, 20) / 2, stats.chi2.ppf(0.975, 22) / 2
    byar = 10 * (1 - 1 / 90 - 1.959964 / (3 * 10**0.5)) ** 3, 11 * (1 - 1 / 99 + 1.959964 / (3 * 11**0.5)) ** 3
    assert_allclose(rate_interval(10, 1), byar, rtol=1e-6)
    assert_allclose(rate_interval(10, 1), exact, rtol=5e-3)


@pytest.mark.parametrize("count, population", [(5, 0), (-1, 5), (np.nan, 5), (1, np.nan)])
def test_rate_interval_has_no_ends_without_population(count, population):
    assert np.isnan(rate_interval(count, population)).all()


@pytest.mark.skipif(not FINGERTIPS.exists(), reason="shared/open-data is not here")
def test_rate_interval_agrees_with_all_limits_that_fingertips_publishes():
    """The file rounds its counts to 5 after the limits were worked out, so the count is one of the five around it.

    Limits are printed with 5 decimals of about 100, so they agree to half of the last digit (5e-8 relative); where
    they are printed with 7 or 8 decimals, to 1e-9 relative.
    """
    rows = pd.read_csv(FINGERTIPS, dtype=str)
    rows = rows[rows["Count"].notna() & rows["Denominator"].notna()]
    counts = rows["Count"].astype(float).to_numpy()[:, None] + np.arange(-2, 3)
    population = rows["Denominator"].astype(float).to_numpy()[:, None]
    off, relative = np.zeros(counts.shape), np.zeros(counts.shape)
    for level, confidence in [("95.0", 0.95), ("99.8", 0.998)]:
        for end, ours in zip(("Lower", "Upper"), rate_interval(counts, population, confidence)):
            printed = rows[f"{end} CI {level} limit"]
            places = printed.str.extract(r"\.(\d+)")[0].str.len().to_numpy(float)[:, None]
            theirs = printed.astype(float).to_numpy()[:, None]
            error = np.abs(1e4 * ours - theirs)
            off = np.fmax(off, error)
            relative = np.fmax(relative, np.where(places >= 7, error / theirs, np.nan))
    best = np.arange(len(rows)), off.argmin(axis=1)
    assert len(rows) == 6586
    assert off[best].max() < 5.1e-6
    assert np.nanmax(relative[best]) < 1e-9


@pytest.fixture(scope="module")
def admissions():
    """Fingertips' figures by area, sex and year, without its splits of England by deprivation."""
    if not FINGERTIPS.exists():
        pytest.skip("shared/open-data is not here")
    rows = pd.read_csv(FINGERTIPS, dtype=str)
    rows = rows[rows["Category"].isna() & rows["Count"].notna()]
    numbers = ["Count", "Denominator", "Value"]
    return rows.assign(**rows[numbers].astype(float))


def test_verdicts_against_england_are_those_of_fingertips_but_for_its_rounded_counts(admissions):
    column = "Compared to England value or percentiles"
    england = admissions[admissions["Area Type"] == "England"].set_index(["Sex", "Time period"])["Value"]
    local = admissions[admissions["Area Type"].str.startswith("Count") & (admissions[column] != "Not compared")]
    benchmark = england.reindex(pd.MultiIndex.from_frame(local[["Sex", "Time period"]])).to_numpy()
    p = rate_differs_from(local["Count"], local["Denominator"], benchmark / 10_000)
    ours = np.select([p >= 0.05, local["Value"] < benchmark], ["Similar", "Better"], "Worse")
    assert len(local) == 5701
    assert (ours == local[column]).mean() > 0.985
    assert not ((ours != "Similar") & (local[column] != "Similar") & (ours != local[column])).any()


def test_trends_are_those_of_fingertips_in_all_but_a_few(admissions):
    """Its test for rates is another one, see ``trend_test``; 98% of its verdicts are the same and none is opposite."""
    wide = {
        name: admissions.pivot_table(index=["Area Code", "Sex"], columns="Time period", values=name).iloc[:, -5:]
        for name in ("Count", "Denominator")
    }
    trend = trend_test(wide["Count"], wide["Denominator"], "rate")
    theirs = admissions[admissions["Recent Trend"].notna()].set_index(["Area Code", "Sex"])["Recent Trend"]
    theirs = theirs.reindex(wide["Count"].index).str.split().str[0].map({"Decreasing": -1, "Increasing": 1, "No": 0})
    both = ~np.isnan(trend.chi_squared) & theirs.notna()
    ours = np.sign(trend.slope) * trend.significant
    assert both.sum() == 467
    assert (ours[both] == theirs[both]).mean() > 0.975
    assert ((ours * theirs)[both] >= 0).all()


@unhurried
@given(proportions(), st.sampled_from([0.95, 0.998]))
def test_intervals_contain_the_estimate_and_widen_with_confidence(pair, confidence):
    x, n = pair
    for interval in (wilson_interval, rate_interval):
        low, high = interval(x, n, confidence)
        wider_low, wider_high = interval(x, n, 0.999)
        assert wider_low - 1e-12 <= low <= x / n + 1e-12 and x / n - 1e-12 <= high <= wider_high + 1e-12


@unhurried
@given(proportions())
def test_wilson_interval_of_the_others_is_its_mirror(pair):
    x, n = pair
    low, high = wilson_interval(x, n)
    assert_allclose(wilson_interval(n - x, n), (1 - high, 1 - low), atol=1e-12)


# ---- tests ----


@unhurried
@given(proportions(), proportions())
def test_proportions_differ_is_yates_chi_squared(one, two):
    table = [[one[0], one[1] - one[0]], [two[0], two[1] - two[0]]]
    p = proportions_differ(*one, *two)
    if min(np.sum(table, axis=0)) == 0:
        assert p == 1
    else:
        assert_allclose(p, stats.chi2_contingency(table, correction=True).pvalue, atol=1e-12)


def test_rates_differ_is_the_score_test_of_statsmodels_with_half_a_case_off():
    plain = poisson_two_sample(50, 1000, 30, 1500, method="score").statistic
    share = 1000 / 2500
    corrected = plain * (50 - 80 * share - 0.5) / (50 - 80 * share)
    assert_allclose(rates_differ(50, 1000, 30, 1500), 2 * stats.norm.sf(corrected), rtol=1e-12)


@pytest.mark.parametrize("differ", [proportions_differ, rates_differ])
@unhurried
@given(one=proportions(), two=proportions())
def test_two_sample_tests_do_not_mind_the_order(differ, one, two):
    p = differ(*one, *two)
    assert 0 <= p <= 1
    assert_allclose(p, differ(*two, *one), atol=1e-12)


@unhurried
@given(proportions(), proportions())
def test_proportions_differ_as_much_as_their_complements(one, two):
    (x1, n1), (x2, n2) = one, two
    assert_allclose(proportions_differ(x1, n1, x2, n2), proportions_differ(n1 - x1, n1, n2 - x2, n2), atol=1e-9)


@pytest.mark.parametrize("differ", [proportions_differ, rates_differ])
def test_nothing_counted_in_either_is_no_difference(differ):
    assert differ(0, 50, 0, 80) == 1


@pytest.mark.parametrize("differ", [proportions_differ, rates_differ])
@pytest.mark.parametrize("counts", [(1, 0, 1, 5), (-1, 5, 1, 5), (np.nan, 5, 1, 5), (1, 5, 1, np.nan)])
def test_two_sample_tests_say_nothing_without_both_counts(differ, counts):
    assert np.isnan(differ(*counts))


def test_more_than_everybody_is_no_proportion_but_may_be_a_rate():
    assert np.isnan(proportions_differ(6, 5, 1, 5)) and np.isnan(proportion_differs_from(6, 5, 0.5))
    assert 0 < rates_differ(6, 5, 1, 5) < 1 and 0 < rate_differs_from(6, 5, 0.5) < 1


@unhurried
@given(proportions(), st.floats(0.001, 0.999))
def test_proportion_against_benchmark_is_wilsons_interval_with_correction(pair, benchmark):
    """Newcombe's limits solve |x - np| - 1/2 = z sqrt(np(1 - p)); so p is 5% exactly at a limit."""
    x, n = pair
    gap = abs(x - n * benchmark) - 0.5
    outside = gap > 0 and gap**2 / (n * benchmark * (1 - benchmark)) > stats.norm.ppf(0.975) ** 2
    assert (proportion_differs_from(x, n, benchmark) < 0.05) == outside


@unhurried
@given(proportions(), st.floats(0.001, 0.999))
def test_what_the_tests_call_beyond_chance_lies_outside_the_shown_interval(pair, benchmark):
    x, n = pair
    low, high = wilson_interval(x, n)
    if proportion_differs_from(x, n, benchmark) < 0.05:
        assert benchmark < low or benchmark > high


def test_tests_broadcast():
    assert proportions_differ(np.ones((3, 1)), 10, np.arange(4), 10).shape == (3, 4)


# ---- trends ----


@pytest.mark.parametrize(
    "counts, chi_squared, significant",
    [(RE_REFERRALS, 63.826, True), (REPEAT_PLANS, 0.493, False), (PLACEMENTS, 7.264, False)],
)
def test_trends_of_nottinghamshire_worked_by_hand(counts, chi_squared, significant):
    trend = trend_test(*counts, "proportion")
    assert_allclose(trend.chi_squared, chi_squared, atol=5e-4)
    assert trend.significant == significant


def test_re_referrals_fall_and_the_cut_is_that_of_fingertips():
    trend = trend_test(*RE_REFERRALS, "proportion")
    assert trend.slope < 0 and trend.keeps_sign
    assert_allclose(TREND_CUT, 9.5495, atol=5e-5)


def test_trend_is_the_regression_of_cases_on_time():
    """Cochran-Armitage is N times the squared correlation between being a case and the point in time."""
    x, n = map(np.array, PLACEMENTS)
    time = np.repeat(np.tile(np.arange(5), 2), np.concatenate([x, n - x]))
    case = np.repeat([1, 0], [x.sum(), (n - x).sum()])
    r = np.corrcoef(time, case)[0, 1]
    assert_allclose(trend_test(x, n, "proportion").chi_squared, n.sum() * r**2, rtol=1e-9)


def test_trend_of_rates_is_the_score_test_of_a_poisson_model():
    """Score and information of log rate = a + bt at b = 0, with a at its maximum, put together the long way."""
    x, n, t = np.array([30, 41, 38, 52, 60.0]), np.array([1000, 1100, 1050, 1200, 1150.0]), np.arange(5.0)
    mu = n * x.sum() / n.sum()
    design = np.stack([np.ones(5), t], axis=1)
    score = design.T @ (x - mu)
    information = design.T @ (design * mu[:, None])
    trend = trend_test(x, n, "rate")
    assert_allclose(trend.chi_squared, score @ np.linalg.solve(information, score), rtol=1e-9)
    assert trend.slope > 0


def test_a_slope_that_hangs_on_one_year_is_no_trend():
    trend = trend_test([100, 100, 100, 100, 200], [1000] * 5, "proportion")
    assert trend.chi_squared > TREND_CUT and not trend.keeps_sign and not trend.significant


def test_a_trend_that_less_than_one_case_makes_is_none():
    """S = 181 - 73 x 2 = 35, V = 1,000, p(1 - p) = 0.146 x 0.854: 35 squared is above the cut, 34.5 squared is not."""
    trend = trend_test([10, 10, 12, 17, 24], [100] * 5, "proportion")
    assert_allclose(trend.chi_squared, 35**2 / 124.684)
    assert trend.chi_squared > TREND_CUT > 34.5**2 / 124.684
    assert trend.keeps_sign and not trend.significant


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_trend_of_nothing_counted_is_no_trend(kind):
    trend = trend_test([0] * 5, [50] * 5, kind)
    assert trend.chi_squared == 0 and not trend.significant


@pytest.mark.parametrize("counts", [([1, 2, np.nan, 4, 5], [9] * 5), ([1, 2, 3, 4, 5], [9, 9, 0, 9, 9])])
def test_trend_with_a_point_missing_is_not_worked_out(counts):
    trend = trend_test(*counts, "proportion")
    assert np.isnan(trend.chi_squared) and not trend.significant


@unhurried
@given(st.lists(proportions(), min_size=5, max_size=5), st.sampled_from(["proportion", "rate"]))
def test_trend_backwards_is_the_same_with_the_other_sign(points, kind):
    x, n = np.array(points, dtype=float).T
    forward, back = trend_test(x, n, kind), trend_test(x[::-1], n[::-1], kind)
    assert_allclose(forward.chi_squared, back.chi_squared, rtol=1e-6, atol=1e-6)
    assert_allclose(forward.slope, -back.slope, rtol=1e-6, atol=1e-9)
    assert forward.keeps_sign == back.keeps_sign


@unhurried
@given(st.lists(proportions(), min_size=5, max_size=5))
def test_leaving_out_is_what_it_says(points):
    x, n = np.array(points, dtype=float).T
    whole = trend_test(x, n, "rate")
    slopes = []
    for left_out in range(5):
        t, xs, ns = (np.delete(part, left_out) for part in (np.arange(5.0), x, n))
        slopes.append((t * xs).sum() - xs.sum() * (t * ns).sum() / ns.sum())
    assert whole.keeps_sign == (min(np.array(slopes) * np.sign(whole.slope)) > 1e-6)


def test_trend_works_along_any_axis():
    x, n = (np.stack([a, b]) for a, b in zip(RE_REFERRALS, PLACEMENTS))
    assert_allclose(trend_test(x, n, "proportion").chi_squared, trend_test(x.T, n.T, "proportion", axis=0).chi_squared)
