import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyp_helpers.register.periods import months_between, parse_periods

FORMS = [
    ("FY 2016/17", "2016-04-01", "2017-03-31", "financial year", 12, "2016/17"),
    ("AY 2016/17", "2016-09-01", "2017-08-31", "academic year", 12, "academic year 2016/17"),
    ("CY 2010", "2010-01-01", "2010-12-31", "calendar year", 12, "2010"),
    ("FY 1999/00", "1999-04-01", "2000-03-31", "financial year", 12, "1999/00"),
    ("CY 2005 to CY 2013", "2005-01-01", "2013-12-31", "9 calendar years", 108, "2005 to 2013"),
    ("FY 2011/12 to FY 2013/14", "2011-04-01", "2014-03-31", "3 financial years", 36, "2011/12 to 2013/14"),
    ("FY 2017/18 Q4", "2018-01-01", "2018-03-31", "quarter", 3, "quarter 4, 2017/18"),
    ("FY 2017/18 Q1 to Q3", "2017-04-01", "2017-12-31", "quarters 1 to 3", 9, "quarters 1 to 3, 2017/18"),
    ("month 2016-02", "2016-02-01", "2016-02-29", "month", 1, "February 2016"),
    ("day 2011-03-27", "2011-03-27", "2011-03-27", "day", 0, "27 March 2011"),
]


@pytest.mark.parametrize("form, start, end, kind, months, label", FORMS)
def test_each_form(form, start, end, kind, months, label):
    row = parse_periods(pd.Series([form])).iloc[0]
    assert (str(row["start"].date()), str(row["end"].date()), row["kind"], row["months"], row["period_label"]) == (
        start,
        end,
        kind,
        months,
        label,
    )


@pytest.mark.parametrize(
    "form, end, label",
    [
        ("latest at 2011-09", "2011-09-30", "latest at September 2011"),
        ("before 2018-03", "2018-03-31", "before March 2018"),
    ],
)
def test_a_figure_without_a_printed_period_has_no_start(form, end, label):
    row = parse_periods(pd.Series([form])).iloc[0]
    assert pd.isna(row["start"]) and str(row["end"].date()) == end and label in row["period_label"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2016/17",
        "FY 2016/18",
        "FY 2016",
        "CY 2010/11",
        "AY 2016/17 Q1",
        "FY 2017/18 Q3 to Q1",
        "FY 2012/13 to AY 2013/14",
        "month 2016-13",
        "day 2011-02-30",
        "Dec-11",
    ],
)
def test_what_is_not_a_period_is_left_empty(text):
    assert parse_periods(pd.Series([text])).isna().all(axis=None)


def test_index_and_repeats_are_kept():
    parsed = parse_periods(pd.Series(["CY 2010", None, "CY 2010"], index=[7, 8, 9]))
    assert parsed.index.tolist() == [7, 8, 9] and parsed["period_label"].fillna("-").tolist() == ["2010", "-", "2010"]


@given(st.integers(1950, 2090), st.sampled_from(["FY", "AY"]))
def test_every_split_year_lasts_twelve_months(year, kind):
    row = parse_periods(pd.Series([f"{kind} {year}/{(year + 1) % 100:02d}"])).iloc[0]
    assert row["start"].year == year and row["end"] == row["start"] + pd.DateOffset(years=1) - pd.Timedelta(days=1)


@pytest.mark.parametrize(
    "earlier, later, months",
    [
        ("2017-03-31", "2018-03-31", 12),
        ("2017-08-31", "2018-03-31", 7),
        ("2018-02-28", "2018-03-31", 1),
        ("2018-01-15", "2018-03-31", 2),
        ("2018-03-31", "2018-03-31", 0),
    ],
)
def test_months_between(earlier, later, months):
    assert months_between(pd.Series([pd.Timestamp(earlier)]), pd.Timestamp(later))[0] == months
