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
``12 months to 2017-11``           twelve months, of whatever kind of year
``day 2011-03-27``                 a snapshot on one day
``latest at 2011-09``              no period is printed: the newest figure when published
``before 2018-03``                 no period is printed: an earlier figure than the newest
=================================  ==========================================================

The words in front keep spreadsheets from turning "2011/12" into December 2011.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd

from cyp_helpers.register.each import by_each

_YEARS = {  # of each kind of year its name, its first month, and how pandas calls it
    "FY": ("financial year", 4, "Y-MAR"), "AY": ("academic year", 9, "Y-AUG"), "CY": ("calendar year", 1, "Y-DEC"),
}  # fmt: skip
UNDATED_KINDS = ("latest", "before")

_ONE, _TWO = (rf"(?P<type{n}>FY|AY|CY) (?P<year{n}>(?:19|20)\d\d)(?:/(?P<next{n}>\d\d))?" for n in (1, 2))
_MONTH = r"(?P<year1>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])"
_FORMS = {
    "year": _ONE,
    "years": f"{_ONE} to {_TWO}",
    "quarters": rf"{_ONE} Q(?P<first>[1-4])(?: to Q(?P<last>[1-4]))?",
    "twelve": f"12 months to {_MONTH}",
    "month": f"month {_MONTH}",
    "day": rf"day {_MONTH}-(?P<day>\d\d)",
    "latest": f"latest at {_MONTH}",
    "before": f"before {_MONTH}",
}
PERIOD_FORMS = (
    "FY 2016/17, AY 2016/17, CY 2010, CY 2005 to CY 2013, FY 2017/18 Q3, FY 2017/18 Q1 to Q3, "
    "month 2017-11, 12 months to 2017-11, day 2011-03-27, latest at 2011-09 or before 2018-03"
)
_COLUMNS = {"start": "datetime64[us]", "end": "datetime64[us]", "kind": "str", "period_label": "str", "months": float}


def parse_periods(periods):
    """Read a Series of str in the forms of this module.

    Returns a DataFrame with the same index: ``start`` and ``end`` (dates, both inclusive; ``start`` is empty where no
    period is printed), ``kind`` (periods of one kind may be compared), ``months`` (length) and ``period_label`` (for
    readers). A text that is not a period gives an empty row.

    >>> parse_periods(pd.Series(["FY 2016/17"])).loc[0, "period_label"]
    '2016/17'
    """
    return by_each(periods, _parse_each)


def _parse_each(texts):
    parsed = [_parse(text) or (None,) * len(_COLUMNS) for text in texts.fillna("")]
    return pd.DataFrame(parsed, columns=list(_COLUMNS), dtype=object).astype(_COLUMNS)


def to_periods(parsed):
    """The stretches of time of ``parse_periods`` as pandas Periods; NaT where no period is printed.

    >>> to_periods(parse_periods(pd.Series(["FY 2016/17"])))[0].start_time
    Timestamp('2016-04-01 00:00:00')
    """
    frequencies = {name: of for name, _, of in _YEARS.values()}
    whole = parsed["kind"].str.extract(f"({'|'.join(frequencies)})")[0].map(frequencies)
    unit = whole.fillna(pd.Series("M", parsed.index).mask(parsed["kind"] == "day", "D"))
    count = (parsed["months"] // pd.Series(1, parsed.index).mask(whole.notna(), 12)).clip(lower=1)
    frequency = count.fillna(1).astype(int).astype("str") + unit
    spans = pd.DataFrame({"start": parsed["start"], "frequency": frequency})
    each = spans.drop_duplicates()
    made = [pd.NaT if pd.isna(start) else pd.Period(start, freq=of) for start, of in each.itertuples(index=False)]
    told = pd.Series(made, index=pd.MultiIndex.from_frame(each), dtype=object)
    return told.reindex(pd.MultiIndex.from_frame(spans)).set_axis(parsed.index)


def months_between(earlier, later):
    """Whole months from ``earlier`` to ``later`` (Series of dates), rounded down; empty where either is.

    >>> months_between(pd.Series([pd.Timestamp("2017-08-31")]), pd.Timestamp("2018-03-31")).tolist()
    [7]
    """
    later = pd.Series(later, index=earlier.index)
    whole = (later.dt.year - earlier.dt.year) * 12 + later.dt.month - earlier.dt.month
    # A month's last day to another month's last day is a whole number of months.
    short = (later.dt.day < earlier.dt.day) & ~(later.dt.is_month_end & earlier.dt.is_month_end)
    return whole - short


@lru_cache(maxsize=4096)
def _parse(text):
    """Start, end, kind, label and months of one form, or None where it is not a period."""
    for form, pattern in _FORMS.items():
        part = re.fullmatch(pattern, text, re.ASCII)
        if part:
            try:
                return (_parse_years if "type1" in part.groupdict() else _parse_months)(form, part.groupdict())
            except ValueError:  # a month or day that the calendar does not have
                return None
    return None


def _parse_years(form, part):
    year, (kind, first_month, _), label = int(part["year1"]), _YEARS[part["type1"]], _year_label(part, 1)
    if not label:
        return None
    if form == "quarters":
        first, last = int(part["first"]), int(part["last"] or part["first"])
        if part["type1"] != "FY" or last < first:
            return None
        kind = f"quarters 1 to {last - first + 1}" if last > first else "quarter"
        label = (f"quarters {first} to {last}, " if last > first else f"quarter {first}, ") + label
        months, first_month = 3 * (last - first + 1), first_month + 3 * (first - 1)
    elif form == "years":
        years, last = int(part["year2"]) - year + 1, _year_label(part, 2)
        if years < 2 or part["type1"] != part["type2"] or not last:
            return None
        months, kind, label = 12 * years, f"{years} {kind}s", f"{label} to {last}"
    else:
        months = 12
    start = _month_start(year, first_month)
    return start, _month_end(start, months), kind, label, float(months)


def _parse_months(form, part):
    start = _month_start(int(part["year1"]), int(part["month"]))
    end, name = _month_end(start, 1), f"{start:%B %Y}"
    if form == "day":
        day = start.replace(day=int(part["day"]))
        return day, day, form, f"{day.day} {name}", 0.0
    if form in UNDATED_KINDS:
        words = "latest at" if form == "latest" else "before"
        return None, end, form, f"period not printed ({words} {name})", None
    if form == "twelve":
        return _month_start(start.year, start.month - 11), end, "12 months", f"12 months to {name}", 12.0
    return start, end, form, name, 1.0


def _year_label(part, n):
    """ "2016/17" for a financial year, "academic year 2016/17" or "2010"; '' where a year is not split as it should."""
    kind, year, following = part[f"type{n}"], part[f"year{n}"], part[f"next{n}"]
    if following != (None if kind == "CY" else f"{(int(year) + 1) % 100:02}"):
        return ""
    return ("academic year " if kind == "AY" else "") + year + (f"/{following}" if following else "")


def _month_start(year, month):
    """First day of a month; month 13 is January of the year after, month 0 December of the year before."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _month_end(start, months):
    """Last day of so many months from a first day."""
    return _month_start(start.year, start.month + months) - timedelta(days=1)
