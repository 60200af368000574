"""Periods: what stretch of time a figure covers, read from the short forms used in ``data/``.

=================================  ==========================================================
form                               meaning
=================================  ==========================================================
``FY 2016/17``                     financial year, 1 April to 31 March
``AY 2016/17``                     academic year, 1 September to 31 August
``CY 2010``                        calendar year
``CY 2005 to CY 2013``             several whole years (also FY, AY)
``FY 2017/18 Q3``                  quarter of a financial year
``FY 2017/18 Q1 to Q3``            several quarters counted together
``month 2017-11``                  one month, or the position in that month
``day 2011-03-27``                 a snapshot on one day
``latest at 2011-09``              no period is printed: the newest figure when published
``before 2018-03``                 no period is printed: an earlier figure than the newest
=================================  ==========================================================

The words in front keep spreadsheets from turning "2011/12" into December 2011.
"""

import pandas as pd

YEAR_START = {"FY": 4, "AY": 9, "CY": 1}  # first month of each kind of year
YEAR_KIND = {"FY": "financial year", "AY": "academic year", "CY": "calendar year"}
ANNUAL_KINDS = tuple(YEAR_KIND.values())
UNDATED_KINDS = ("latest", "before")

_YEAR = r"(?P<type{n}>FY|AY|CY) (?P<year{n}>\d{{4}})(?:/(?P<next{n}>\d\d))?"
_ONE, _TWO = _YEAR.format(n=1), _YEAR.format(n=2)
_FORMS = {
    "year": rf"{_ONE}",
    "years": rf"{_ONE} to {_TWO}",
    "quarters": rf"{_ONE} Q(?P<first>[1-4])(?: to Q(?P<last>[1-4]))?",
    "month": r"month (?P<year1>\d{4})-(?P<month>0[1-9]|1[0-2])",
    "day": r"day (?P<year1>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    "latest": r"latest at (?P<year1>\d{4})-(?P<month>0[1-9]|1[0-2])",
    "before": r"before (?P<year1>\d{4})-(?P<month>0[1-9]|1[0-2])",
}
PERIOD_FORMS = (
    "FY 2016/17, AY 2016/17, CY 2010, CY 2005 to CY 2013, FY 2017/18 Q3, FY 2017/18 Q1 to Q3, "
    "month 2017-11, day 2011-03-27, latest at 2011-09 or before 2018-03"
)


_NOTHING = pd.DataFrame(
    {
        "start": pd.Series(dtype="datetime64[us]"),
        "end": pd.Series(dtype="datetime64[us]"),
        "kind": pd.Series(dtype="str"),
        "period_label": pd.Series(dtype="str"),
        "months": pd.Series(dtype="float"),
    }
)


def parse_periods(periods):
    """Read period forms.

    Parameters
    ----------
    periods : Series of str, in the forms of this module

    Returns
    -------
    DataFrame with the same index: ``start`` and ``end`` (dates, both inclusive; ``start`` is empty
    where no period is printed), ``kind`` (periods of one kind may be compared), ``months`` (length)
    and ``period_label`` (for readers). A text that is not a period gives an empty row.

    >>> parse_periods(pd.Series(["FY 2016/17"])).loc[0, "period_label"]
    '2016/17'
    """
    texts = pd.Series(periods.dropna().unique(), dtype="str")
    parsed = pd.concat(
        [_NOTHING, *(_parse_form(form, texts) for form in _FORMS if texts.str.fullmatch(_FORMS[form]).any())]
    )
    return parsed.reindex(periods.fillna("")).set_axis(periods.index)


def months_between(earlier, later):
    """Whole months from ``earlier`` to ``later`` (Series of dates), rounded down; empty where either is.

    >>> months_between(pd.Series([pd.Timestamp("2017-08-31")]), pd.Timestamp("2018-03-31"))[0]
    7.0
    """
    later = pd.Series(later, index=earlier.index)
    whole = (later.dt.year - earlier.dt.year) * 12 + later.dt.month - earlier.dt.month
    # A month's last day to another month's last day is a whole number of months.
    short = (later.dt.day < earlier.dt.day) & ~(later.dt.is_month_end & earlier.dt.is_month_end)
    return whole - short


def _parse_form(form, texts):
    """The texts of one form, as rows of ``parse_periods`` indexed by text."""
    part = texts.str.extract(f"^{_FORMS[form]}$").set_axis(texts)
    part = part[part["year1"].notna()]
    year = pd.to_numeric(part["year1"])
    if form in ("year", "years", "quarters"):
        frame = _year_forms(form, part, year)
    else:
        frame = _month_forms(form, part, year)
    return frame.dropna(subset="end")


def _year_forms(form, part, year):
    first_month = part["type1"].map(YEAR_START)
    start = _date(year, first_month)
    if form == "quarters":
        first = pd.to_numeric(part["first"])
        last = pd.to_numeric(part["last"].fillna(part["first"]))
        quarters = last - first + 1
        end = _add_months(start, 3 * last)
        start = _add_months(start, 3 * (first - 1))
        kind = "quarter" + ("s 1 to " + last.astype(str)).where(quarters > 1, "")
        span = ("quarters " + first.astype(str) + " to " + last.astype(str)).where(
            quarters > 1, "quarter " + first.astype(str)
        )
        label = span + ", " + _year_label(part, 1)
        good = _year_is_good(part, 1) & (quarters > 0) & (part["type1"] == "FY")
    else:
        last_year = pd.to_numeric(part["year2"]) if form == "years" else year
        end = _add_months(_date(last_year, first_month), 12)
        years = last_year - year + 1
        kind = part["type1"].map(YEAR_KIND)
        label, good = _year_label(part, 1), _year_is_good(part, 1)
        if form == "years":
            kind = years.astype(str) + " " + kind + "s"
            label = label + " to " + _year_label(part, 2)
            good &= _year_is_good(part, 2) & (years > 1) & (part["type1"] == part["type2"])
    frame = pd.DataFrame({"start": start, "end": end - pd.Timedelta(days=1), "kind": kind, "period_label": label})
    frame["months"] = months_between(start, end)
    return frame[good]


def _month_forms(form, part, year):
    month = pd.to_numeric(part["month"])
    first = _date(year, month)
    last = _add_months(first, 1) - pd.Timedelta(days=1)
    name = first.dt.strftime("%B %Y")
    frame = pd.DataFrame({"start": first, "end": last, "kind": form, "months": 1.0, "period_label": name})
    if form == "day":
        day = pd.to_datetime(
            part["year1"] + "-" + part["month"] + "-" + part["day"], errors="coerce", format="%Y-%m-%d"
        )
        label = day.dt.day.astype("Int64").astype(str) + day.dt.strftime(" %B %Y")
        frame = frame.assign(start=day, end=day, months=0.0, period_label=label)
    if form in UNDATED_KINDS:
        frame["start"] = pd.NaT
        frame["months"] = float("nan")
        words = "latest at " if form == "latest" else "before "
        frame["period_label"] = "period not printed (" + words + name + ")"
    return frame


def _year_label(part, n):
    """ "2016/17" for a financial year, "academic year 2016/17" or "2010"."""
    year, following = part[f"year{n}"], part[f"next{n}"]
    return part["type1"].map({"AY": "academic year "}).fillna("") + year + ("/" + following).fillna("")


def _year_is_good(part, n):
    """A split year names the year that follows; a calendar year is not split."""
    following = (pd.to_numeric(part[f"year{n}"]) + 1).mod(100)
    split = pd.to_numeric(part[f"next{n}"])
    return (split == following).where(part[f"type{n}"] != "CY", split.isna())


def _date(year, month):
    return pd.to_datetime({"year": year, "month": month, "day": pd.Series(1, index=year.index)}, errors="coerce")


def _add_months(dates, months):
    """First days of months, moved by a Series of whole months."""
    month = dates.dt.month - 1 + months
    return _date(dates.dt.year + month // 12, month % 12 + 1)
