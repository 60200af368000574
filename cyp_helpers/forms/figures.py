"""Figures of own indicators: periods as councils write them, numbers as they are meant, and years made of months."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.periods import parse_periods

STEPS = {"monthly": ("month", 12), "quarterly": ("quarter", 4)}  # kind of period, and how many make a year
_NAMES = "January February March April May June July August September October November December".casefold().split()
_MONTHS = {short: f"{at:02d}" for at, name in enumerate(_NAMES, 1) for short in (name, name[:3])} | {"sept": "09"}
_YEAR = re.compile(
    r"(?:(?P<type>FY|AY|CY) )?(?P<year>(?:19|20)\d\d)(?:[/-](?:20)?(?P<next>\d\d))?(?: ?Q(?P<quarter>[1-4]))?",
    re.ASCII | re.IGNORECASE,
)
_MONTH = re.compile(
    r"(?:month )?(?P<year>(?:19|20)\d\d)-(?P<number>0[1-9]|1[0-2])(?:-01)?|"
    r"(?P<name>[A-Za-z]{3,9})[ -](?P<named_year>(?:19|20)\d\d)", re.ASCII,
)  # fmt: skip
_LAST = {"FY": "03", "AY": "08", "CY": "12"}  # the month in which a year ends
_DASHES = str.maketrans("\N{EN DASH}\N{MINUS SIGN}", "--")
_FIGURE = ["period", "value", "numerator", "denominator", "status", "published", "cell"]
EXAMPLES = {"FY": "2026/27", "AY": "2026/27", "CY": "2026", "monthly": "2026-11", "quarterly": "2026/27 Q3"}


def read_period(text, frequency, kind):
    """A period of the register from what stands in the form, or ''; asked for is a frequency and a kind of year, FY, AY
    or CY.

    >>> read_period("2026/27", "annual", "AY"), read_period("Nov 2026", "monthly", "FY"), read_period("2026/28", "annual", "FY")
    ('AY 2026/27', 'month 2026-11', '')
    """
    text = text.translate(_DASHES)
    if frequency == "monthly":
        part = _MONTH.fullmatch(text)
        name = part and part["name"] and part["name"].casefold()
        if not part or name and name not in _MONTHS:
            return ""
        return f"month {part['named_year'] or part['year']}-{_MONTHS[name] if name else part['number']}"
    part = _YEAR.fullmatch(text)
    if not part or (part["type"] or kind).upper() != kind or bool(part["quarter"]) != (frequency == "quarterly"):
        return ""
    kind = "FY" if frequency == "quarterly" else kind
    following = None if kind == "CY" else f"{(int(part['year']) + 1) % 100:02d}"
    if part["next"] != following:
        return ""
    year = f"{kind} {part['year']}" + (f"/{following}" if following else "")
    return year + (f" Q{part['quarter']}" if part["quarter"] else "")


def typed(period, kind):
    """A period of the register as a form takes it: twelve months are a year where they end with one; '' if no other are.

    >>> typed("AY 2026/27", "AY"), typed("month 2026-11", "FY"), typed("12 months to 2026-03", "FY")
    ('2026/27', '2026-11', '2025/26')
    """
    months = re.fullmatch(r"12 months to (\d{4})-(\d\d)", period)
    if not months:
        return re.sub("^(FY|AY|CY|month) ", "", period)
    last = int(months[1])
    year = f"{last}" if kind == "CY" else f"{last - 1}/{last % 100:02d}"
    return year if months[2] == _LAST[kind] else ""


def read_figure(text, unit, decimals=None):
    """A number as it is meant, and what would be right where that is not plain.

    A share of 0.45 may be 0.45 or 45 per cent: it is taken only with its sign. A figure has its indicator's decimals.

    >>> read_figure("45.26", "percent", 1), read_figure("0.45%", "percent", 2), read_figure("0.45", "percent", 1)[0]
    (('45.3', ''), ('0.45', ''), '')
    """
    sign, number = text.endswith("%"), Decimal(text.rstrip("%"))
    if sign and unit != "percent":
        return "", f"a figure in its unit, {unit}, without a percent sign"
    if unit == "percent":
        if not sign and 0 < abs(number) <= 1:
            whole = f"{(number * 100).normalize():f}"
            less = f"or {number:f}% with its sign where less than one per cent is"
            return "", f"{whole} where {whole} per cent are meant, {less}"
        if not 0 <= number <= 100:
            return "", "a percentage from 0 to 100"
    if number < 0 and (unit in ("count", "days", "weeks") or unit in PER):
        return "", "a figure of 0 or more"
    if unit == "count" and number != number.to_integral_value():
        return "", "a whole number, for a count"
    return f"{number:f}" if decimals is None else _rounded(number, decimals), ""


def from_counts(numerator, denominator, unit, decimals):
    """The share or rate that two counts give, as text.

    >>> from_counts("45", "60", "percent", 1)
    '75.0'
    """
    return _rounded(Decimal(numerator) * Decimal(int(PER[unit])) / Decimal(denominator), decimals)


def _rounded(number, decimals):
    return f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def end_of(period):
    """The last day of a period of the register, an ISO date.

    >>> end_of("FY 2026/27")
    '2027-03-31'
    """
    return f"{parse_periods(pd.Series([period]))['end'][0]:%Y-%m-%d}"


def years_of(rows, frequency, rule, unit, decimals):
    """The sum or mean (``rule``) of twelve months, for each month or quarter that ends twelve of them without a gap.

    ``rows`` are those of one indicator, with the columns of ``_FIGURE``; ``note`` is added. A mean of shares with
    counts is that of all children.
    """
    kind, many = STEPS[frequency]
    rows = rows.join(parse_periods(rows["period"])[["end", "kind", "months"]])
    rows = rows[(rows["kind"] == kind) & (rows["value"] != "")].sort_values("end", kind="stable")
    at = (rows["end"].dt.year * 12 + rows["end"].dt.month).to_numpy()
    made = []
    for last in range(many - 1, len(rows)):
        part = rows.iloc[last - many + 1 : last + 1]
        if at[last] - at[last - many + 1] != 12 - 12 // many:
            continue
        counted = (part[["numerator", "denominator"]] != "").all(axis=None) and unit in PER
        counts = [f"{sum(map(Decimal, part[one])):f}" if counted else "" for one in ("numerator", "denominator")]
        value = _rounded(sum(map(Decimal, part["value"])) / (many if rule == "mean" else 1), decimals)
        if counted and Decimal(counts[1]):
            value = from_counts(*counts, unit, decimals)
        status = " ".join(one for one in "pe" if part["status"].eq(one).any())
        cells = f"{part['cell'].iloc[0]} to {part['cell'].iloc[-1]}"
        note, period = f"{rule.capitalize()} of {many} {kind}s", f"12 months to {part['end'].iloc[-1]:%Y-%m}"
        made.append([period, value, *counts, status, part["published"].max(), cells, note])
    return pd.DataFrame(made, columns=[*_FIGURE, "note"])


def far_from_before(rows):
    """Which figures are ten times that before or a tenth of it: a lost separator, a digit too many; not small counts.

    ``rows`` has ``period`` and ``value`` of one indicator; gives a bool Series.
    """
    order = parse_periods(rows["period"])["end"].sort_values(kind="stable").index
    number = pd.to_numeric(rows["value"].reindex(order))
    before = number.shift(1)
    far = (number >= 10 * before) | (number * 10 <= before)
    return (far & (before > 0) & (number > 0) & (number.combine(before, max) >= 50)).reindex(rows.index)
