"""Where nothing has changed, tests of counts speak at most 5% of the time.

Few denominators and draws, so that it takes seconds; ``python -m benchmarks errors`` draws the whole grid.
"""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from benchmarks.error_rates import error_rates, report
from cyp_helpers.compare.statistics import proportion_differs_from, proportions_differ, rate_differs_from, rates_differ

ALPHA = 0.05


@pytest.fixture(scope="module")
def rates():
    return error_rates(30_000, denominators=(50, 100, 1_000), proportions=(0.02, 0.2, 0.5))


def test_nothing_is_said_too_often(rates):
    assert rates["question"].nunique() == 6 and len(rates) == 6 * 3 * 3
    too_often = rates[~rates["holds"]]
    assert too_often.empty, report(too_often)


def test_the_usual_tests_would_be_caught(rates):
    """The same draws find the tests without correction out, so the test above can fail."""
    usual = rates["usual"] > rates["limit"] + 3 * rates["error"]
    caught = set(rates.loc[usual, "question"])
    assert {"two proportions, same size", "proportion against a benchmark"} <= caught


def test_something_is_said_almost_as_often_as_it_may(rates):
    """A test that is never wrong would never find anything either."""
    large = rates[(rates["denominator"] == 1_000) & (rates["proportion"] == 0.5)]
    assert (large["said"] > 0.6 * large["limit"]).all()


def all_counts(distribution, n, p):
    """Counts that matter, and how likely each is."""
    mean = n * p
    counts = np.arange(max(0, int(mean - 7 * mean**0.5 - 10)), int(mean + 7 * mean**0.5 + 10))
    return counts, distribution.pmf(counts, n, p) if distribution is binom else distribution.pmf(counts, mean)


@pytest.mark.parametrize("p", [0.02, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("n, m", [(50, 50), (50, 1_000), (100, 200), (500, 500), (1_000, 20_000)])
@pytest.mark.parametrize("distribution, differ", [(binom, proportions_differ), (poisson, rates_differ)])
def test_two_sample_tests_hold_exactly(distribution, differ, n, m, p):
    """Worked out over all pairs of counts, without drawing."""
    (x, likely_x), (y, likely_y) = all_counts(distribution, n, p), all_counts(distribution, m, p)
    said = differ(x[:, None], n, y[None], m) < ALPHA
    assert likely_x @ said @ likely_y <= ALPHA


@pytest.mark.parametrize("p", np.arange(0.02, 0.51, 0.02))
@pytest.mark.parametrize("distribution, differs", [(binom, proportion_differs_from), (poisson, rate_differs_from)])
def test_tests_against_a_benchmark_hold_exactly(distribution, differs, p):
    for n in (50, 75, 100, 200, 300, 700, 2_000, 20_000):
        counts, likely = all_counts(distribution, n, p)
        assert likely[differs(counts, n, p) < ALPHA].sum() <= ALPHA
