"""Process limits of monthly series: published values, rules on made-up series, gaps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from conftest import published, tiny
from cyp_helpers.compare.figures import known_figures
from cyp_helpers.compare.limits import limits_table, xmr_limits

# rnorm(20) of R after set.seed(123), the series that NHSRplotthedots tests its limits with
R_NORMAL = [
    *(-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285),
    *(-0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716),
    *(0.70135590, -0.47279141),
]
RULES = ["outside", "shift", "trend", "two_of_three"]


def lines_of(values):
    return xmr_limits(values).loc[0, ["centre", "lower", "upper"]].astype(float)


def flagged_by(rule, values):
    return xmr_limits(values)[rule].to_numpy().nonzero()[0].tolist()


def test_limits_agree_with_nhsrplotthedots():
    """Printed in its test snapshots: plain, with an outlier whose moving ranges are screened out."""
    assert_allclose(lines_of(R_NORMAL), (0.1416238, -3.01138, 3.294627), rtol=1e-6)
    outlier = [*R_NORMAL[:14], 10.0, *R_NORMAL[15:]]
    assert_allclose(lines_of(outlier), (0.6694159, -2.383666, 3.722497), rtol=1e-6)
    assert flagged_by("outside", outlier) == [14]
    assert not xmr_limits(R_NORMAL)[RULES].any(axis=None)


def test_limits_are_mean_and_2_66_mean_moving_ranges():
    assert_allclose(lines_of([10, 12] * 6), (11, 11 - 5.32, 11 + 5.32))


NOISE = [0, 10] * 6


@pytest.mark.parametrize(
    "rule, values, flagged",
    [
        ("shift", NOISE + [9, 10, 9, 10, 9, 10, 9, 0], range(11, 19)),  # with the ten before them eight on one side
        ("shift", NOISE[:-1] + [0, 9, 10, 9, 10, 9, 10, 0], ()),
        ("trend", [5, 9, 5, 9, 5, 1, 2, 3, 4, 5, 6, 7, 6, 5], range(5, 12)),
        ("trend", [5, 1, 5, 1, 5, 9, 8, 7, 6, 5, 4, 3, 4, 5], range(5, 12)),
        ("trend", [5, 9, 5, 9, 5, 1, 2, 3, 4, 5, 6, 5, 6, 5], ()),
        ("trend", [5, 9, 5, 9, 5, 1, 2, 3, np.nan, 5, 6, 7, 6, 5], ()),  # a gap breaks a run
        ("two_of_three", [1, -1] * 7 + [5.5, -5.5], ()),  # near the limits, one on either side
        # Mean 0.625, 13 steps of 2, one of 4, one of 0: reach 5.3; the last two lie beyond two thirds of it, after one above.
        ("two_of_three", [-1, 1] * 7 + [5, 5], (14, 15)),
    ],
)
def test_rules(rule, values, flagged):
    assert flagged_by(rule, values) == list(flagged)


@pytest.mark.parametrize(
    "values, reason",
    [
        ([1.0] * 11 + [np.nan], "Limits need at least 12 points; there are 11."),
        ([1.0, np.nan] * 12, "Limits need points that follow each other; every second one is missing."),
        ([1.0] * 12, ""),
    ],
)
def test_why_there_are_no_limits(values, reason):
    limits = xmr_limits(values)
    assert (limits["reason"] == reason).all() and (limits["centre"].isna() == (reason != "")).all()


def months(*missing):
    periods = [f"month 2015-{n:02d}" for n in range(1, 13)]
    rows = [published(str(10 + 2 * (n % 2)), one) for n, one in enumerate(periods) if n not in missing]
    rows += [published("99", one) for one in ("FY 2014/15", "FY 2015/16 Q1")]
    figures = known_figures(tiny(open_data=rows).as_known("2017-03-31"), ["s"])
    return limits_table(figures)


def test_limits_of_a_monthly_series():
    told = months()
    assert told["period_label"].iloc[[0, -1]].tolist() == ["January 2015", "December 2015"]
    assert (told["centre"] == 11).all() and (told["reason"] == "").all()


def test_a_missing_month_is_a_gap():
    told = months(5)
    assert len(told) == 12 and np.isnan(told["value"][5]) and told["period"][5] == ""
    assert told["reason"].unique().tolist() == ["Limits need at least 12 points; there are 11."]
    assert months(*range(12))["reason"].tolist() == ["Limits need at least 12 points; there are 1."]  # a quarter alone


def test_annual_figures_have_no_limits():
    figures = known_figures(tiny(open_data=[published("9", "FY 2014/15")]).as_known("2017-03-31"), ["s"])
    assert limits_table(figures).empty


def test_without_limits_there_is_no_number_and_no_flag():
    for values in ([1.0] * 11, [1.0, np.nan] * 12):
        limits = xmr_limits(values)
        assert limits[["centre", "lower", "upper"]].isna().all(axis=None) and len(limits) == len(values)
        assert (limits[RULES].dtypes == bool).all() and not limits[RULES].any(axis=None)


@pytest.mark.parametrize("level", [-100, 0, 100])
def test_flags_are_the_same_at_any_level(level):
    """Mean 0.625, reach 5.32: 3.6 lies beyond two thirds of it and 3.5 does not."""
    for near, flagged in ((4.4, [14, 15]), (3.9, [])):
        values = np.array([-1, 1] * 7 + [near, near]) + level
        assert flagged_by("two_of_three", values) == flagged
