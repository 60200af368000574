"""Figures that cannot be right, held back with a reason: neither used silently nor dropped.

Each rule has a name, a reason in plain words and one function; all look at whole columns. A rule about a figure holds
the figure back. A rule about counts that were put together from other measures holds back the counts only, since it is
the pairing that is in doubt; the figure then stands without them, and chance is not tested.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.importers.values import UNROUNDED
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, decimal_places

REASONS = {
    "unreadable-year": "the year label is none that the importer knows",
    "unreadable-value": "the cell holds neither a number nor a known marker",
    "duplicates-disagree": "the file has the figure twice, with two values",
    "withheld-with-figure": "the note says that the figure is withheld, and yet there is one",
    "value-without-count": "the publisher gives counts with this measure, and none here",
    "outside-own-limits": "the figure lies outside its own confidence limits",
    "keys-disagree": "authority number and GSS code say two different areas",
    "not-begun": "the period had not begun, or had half a year to go, when the edition came out",
    "outside-0-100": "a share lies between 0 and 100",
    "negative": "there is less than nothing of what is counted",
    "part-exceeds-whole": "the count above the line is larger than the one below it",
    "zero-of-zero": "nothing out of nothing has no share, and yet a figure is given",
    "counts-contradict": "the counts give another figure, beyond what rounding can do",
    "average-outside-members": "an average lies between the lowest and the highest of the areas in it",
    "total-is-not-sum": "the count of England is not the sum of its regions, beyond what rounding can do",
    "ten-fold-jump": "ten times more or less than in its other years, which lie close together, and hardly any other area "
    "comes near it",
    "nothing-after-thousands": "thousands in the year before, and nothing in this one",
    "scale-turned": "most areas have five times as much as before or more, or a fifth or less",
    "measure-emptied": "most figures that the edition before had are gone",
    "all-moved": "nearly every authority has another figure than before, by more than figures are revised",
    "equals-another": "the figures of nearly all areas are those of another measure, and were not before",
    "far-fewer-areas": "far fewer areas than before",
    "same-count-everywhere": "every area, England among them, has the same count",
}

_ENOUGH = 5  # members that an average is held against; of fewer, one withheld member could explain it
_MANY = 20  # areas that cannot share one count by chance
_TEN, _CLOSE, _FEW = 10.0, 3.0, 3  # a jump; how close the other years lie; how many are too few to say
_NEARLY_ALL, _THOUSANDS = 0.9, 1000
_EARLY = pd.Timedelta(days=183)  # what is taken in the middle of a year, such as a census in January, comes out before its end
_HARDLY_ANY = 0.02  # share of areas that may lie as far out in one year


def hold_back(figures, register, edition_date):
    """Set apart what cannot be right.

    Parameters
    ----------
    figures : frame with the columns of ``mapping.FIGURE_COLUMNS`` and, from the mapping, ``unit, per, above_100,
        minus_measure``, and ``own_counts`` (do the counts stand in the same row of the file); ``concern`` names a rule
        that the reader of the file already found broken
    register : Register, for the areas
    edition_date : text, the day of the edition

    Returns
    -------
    (kept, held): ``kept`` the figures to use, with counts emptied where they are in doubt; ``held`` the rows held back
    with ``rule`` and ``reason``, among them those whose counts only are (``value`` is then "135 of 300").

    >>> REASONS["outside-0-100"]
    'a share lies between 0 and 100'
    """
    areas = register.table("areas").set_index("area_id")
    figures = figures.reset_index(drop=True)
    figures["area_type"] = figures["area_id"].map(areas["area_type"]).fillna("")
    figures["region_id"] = figures["area_id"].map(areas["region_id"]).fillna("")
    far = _far_from_other_years(figures)
    counts_rule, counts_detail = _first_rule(figures, [_same_count_everywhere, _out_of_nothing, _counts_contradict])
    jump = ("ten-fold-jump", far["jump"], lambda rows: far["detail"][rows.index])
    rule, detail = _first_rule(figures, [*_RULES, lambda _: jump, lambda frame: _not_begun(frame, edition_date)])
    rule = rule.mask(figures["concern"] != "", figures["concern"])
    detail = detail.mask(figures["concern"] != "", "")
    # Counts printed in one row with the figure are its own: then either can be wrong.
    own = (counts_rule != "") & figures["own_counts"] & (rule == "")
    rule, detail = rule.mask(own, counts_rule), detail.mask(own, counts_detail)
    doubtful = (counts_rule != "") & (rule == "")
    held = [
        _held(figures[rule != ""], rule, detail),
        _held(figures[doubtful], counts_rule, counts_detail, counts_only=True),
    ]
    kept = figures[rule == ""].copy()
    # A nought that may be true, of a cohort whose size is not known or is small, stays and is flagged.
    kept["status"] = kept["status"].mask(far["doubted"][kept.index], (kept["status"] + " u").str.strip())
    kept.loc[doubtful[doubtful].index, ["numerator", "denominator"]] = np.nan
    return kept.drop(columns=["area_type", "region_id", "concern"]), pd.concat(held, ignore_index=True)


def contradicted(figures):
    """Where counts give another figure than the one printed, beyond what the rounding of both can do (bool Series).

    Counts rounded to five or ten are recognised by all counts of a measure, period and level of area being multiples.

    >>> row = {"measure_key": "m", "period": "CY 2016", "area_type": "county", "value": "50", "number": 50.0}
    >>> contradicted(pd.DataFrame([{**row, "numerator": 3.0, "denominator": 4.0, "per": 100}])).tolist()
    [True]
    """
    places = decimal_places(figures["value"])
    # A figure that was cut to six digits here has been rounded twice.
    half = 10.0**-places * (0.5 + 0.5 * (places > UNROUNDED))
    numerator, denominator = figures["numerator"], figures["denominator"]
    above, below = (_count_rounding(figures, part) / 2 for part in ("numerator", "denominator"))
    low = figures["per"] * (numerator - above) / (denominator + below)
    high = figures["per"] * (numerator + above) / (denominator - below).where(denominator > below)
    tiny = 1e-9 * (1 + figures["number"].abs())
    return (denominator > 0) & ((low > figures["number"] + half + tiny) | (high < figures["number"] - half - tiny))


def _held(figures, rule, detail, counts_only=False):
    rule, detail = rule[figures.index], detail[figures.index]
    value = figures["value"]
    if counts_only:
        counts = [figures[part].map("{:.0f}".format).astype("str").replace("nan", "?") for part in ("numerator", "denominator")]
        value = counts[0] + " of " + counts[1]
    ending = "; the figure stands without them" if counts_only else ""
    reason = rule.map(REASONS).fillna("") + (": " + detail).where(detail != "", "") + ending
    return figures.assign(value=value, rule=rule, reason=reason)


def _first_rule(figures, rules):
    """The first rule that each row breaks ('' for none), and the numbers that show it; a rule gives its name, who breaks it
    and, where there are numbers, a function from the rows to their text."""
    found = pd.Series("", index=figures.index, dtype="str")
    details = found.copy()
    for check in rules:
        name, broken, *detail = check(figures)
        new = broken.fillna(False).astype(bool) & (found == "")
        found = found.mask(new, name)
        for words in detail if new.any() else ():
            details[new] = words(figures[new])
    return found, details


def _outside_0_100(figures):
    share = (figures["unit"] == "percent") & (figures["above_100"] == "no")
    return "outside-0-100", share & ~figures["number"].fillna(0).between(0, 100)


def _negative(figures):
    below = ~figures["unit"].isin(["progress score", "percentage points"])
    value = (figures["number"] < 0) & (figures["minus_measure"] == "") & below
    return "negative", value | (figures["numerator"] < 0) | (figures["denominator"] < 0)


def _part_exceeds_whole(figures):
    share = (figures["unit"] == "percent") & (figures["above_100"] == "no") & figures["own_counts"]
    return "part-exceeds-whole", share & (figures["numerator"] > figures["denominator"])


def _zero_of_zero(figures):
    nothing = (figures["numerator"] == 0) & (figures["denominator"] == 0)
    return "zero-of-zero", nothing & figures["number"].notna()


def _out_of_nothing(figures):
    return "zero-of-zero", (figures["denominator"] == 0) & figures["number"].notna()


def _same_count_everywhere(figures):
    counts = figures["numerator"].groupby([figures["measure_key"], figures["period"]])
    same = (counts.transform("nunique") == 1) & (counts.transform("count") >= _MANY) & figures["numerator"].notna()
    return "same-count-everywhere", same & figures["denominator"].notna()


def _counts_contradict(figures):
    def told(rows):
        worked_out = rows["per"] * rows["numerator"] / rows["denominator"]
        return "they give " + worked_out.round(2).astype(str) + ", printed is " + rows["value"]

    return "counts-contradict", contradicted(figures), told


def _count_rounding(figures, part):
    """0, 5 or 10: what the counts of a measure, period and level of area are multiples of; 0 where they are exact."""
    level = figures["area_type"].isin(AUTHORITY_TYPES)
    key = [figures["measure_key"], figures["period"], level]
    base = pd.Series(0.0, index=figures.index)
    for step in (5, 10):
        # One odd cell says nothing of the others.
        multiple = (figures[part].fillna(0) % step == 0).groupby(key).transform("mean")
        base = base.mask(multiple >= _NEARLY_ALL, step)
    return base


def _average_outside_members(figures):
    average = ~figures["unit"].isin(TOTALS)
    key = ["measure_key", "period"]
    members = figures[average & figures["area_type"].isin(AUTHORITY_TYPES) & figures["number"].notna()]
    nation = members.groupby(key)["number"].agg(["min", "max", "size"])
    region = members.groupby([*key, "region_id"])["number"].agg(["min", "max", "size"])
    england = nation.reindex(pd.MultiIndex.from_frame(figures[key])).set_axis(figures.index)
    # A part of London is held against the boroughs of all of London.
    part = figures["region_id"].where(figures["area_type"] == "part of region", figures["area_id"])
    regional = region.reindex(pd.MultiIndex.from_frame(figures[key].assign(region=part))).set_axis(figures.index)
    is_england = figures["area_id"] == ENGLAND
    held_against = regional.where(~is_england, england)
    slack = 10.0 ** -decimal_places(figures["value"]) + 1e-9
    outside = (figures["number"] < held_against["min"] - slack) | (figures["number"] > held_against["max"] + slack)
    is_average = average & ~figures["area_type"].isin(AUTHORITY_TYPES) & (held_against["size"] >= _ENOUGH)

    def told(rows):
        least, most = (held_against.loc[rows.index, end].round(5).astype(str) for end in ("min", "max"))
        return "the members have " + least + " to " + most

    return "average-outside-members", is_average & outside, told


def _total_is_not_sum(figures):
    key = [figures["measure_key"], figures["period"]]
    regions = figures["number"].where(figures["area_type"] == "region").groupby(key)
    total, size = regions.transform("sum"), regions.transform("count")
    wrong = (figures["number"] - total).abs() > 5.0 * (size + 1)  # each can be rounded to ten
    england = (figures["unit"] == "count") & (figures["area_id"] == ENGLAND) & (size == 9)
    return "total-is-not-sum", england & wrong, lambda rows: "the regions add up to " + total[rows.index].round(0).astype(str)


def _nothing_after_thousands(figures):
    """Of a count; a year that is not given lies between no two others."""
    counts = figures[(figures["unit"] == "count") & figures["number"].notna()]
    counts = counts.assign(end=parse_periods(counts["period"])["end"]).sort_values(["measure_key", "area_id", "end"])
    beside = counts.groupby(["measure_key", "area_id"])["number"]
    many = pd.concat([beside.shift(1), beside.shift(-1)], axis=1).max(axis=1) >= _THOUSANDS
    broken = ((counts["number"] == 0) & many).reindex(figures.index, fill_value=False)
    return "nothing-after-thousands", broken


def _far_from_other_years(figures):
    """Rates and shares ten times more or less than in an area's other years, which lie close together (counts of small areas
    can jump): ``jump``, ``detail``, and ``doubted`` for a nought that may be true, since few were expected or nobody
    knows how many."""
    line = ["measure_key", "area_id"]
    dated = figures.assign(end=parse_periods(figures["period"])["end"])
    proper = ~dated["unit"].isin(TOTALS) & (dated["minus_measure"] == "")  # a gap can close altogether
    dated = dated[dated["number"].notna() & proper].sort_values([*line, "end"])
    beside = [dated.groupby(line)["number"].shift(step) for step in (1, -1)]
    ranked = dated.sort_values([*line, "number"])
    number, key = ranked["number"], [ranked[name] for name in line]
    places = ranked.groupby(line)["number"]
    least, most, size = (places.transform(how) for how in ("min", "max", "size"))
    second_least = number.where(places.cumcount() == 1).groupby(key).transform("max")
    second_most = number.where(places.cumcount(ascending=False) == 1).groupby(key).transform("max")
    low = (number * _TEN <= second_least) & (most <= _CLOSE * second_least)
    high = (number >= _TEN * second_most) & (second_most <= _CLOSE * least)
    others = number.groupby([ranked["measure_key"], ranked["period"]])
    lonely_low = (others.rank(method="max", pct=True) <= _HARDLY_ANY) & (
        number * _TEN <= others.transform("quantile", 0.1)
    )
    lonely_high = (others.rank(method="max", pct=True, ascending=False) <= _HARDLY_ANY) & (
        number >= _TEN * others.transform("quantile", 0.9)
    )
    # A handful of children can be none in one year: where counts are known, twenty must have been expected.
    expected = ranked["denominator"] * second_least / ranked["per"]
    can_be = (expected < _MANY) | ((number == 0) & expected.isna() & (ranked["unit"] != "score"))
    told = (size > _FEW) & (second_least > 0)
    far = pd.DataFrame({"jump": told & ((low & lonely_low & ~can_be) | (high & lonely_high & (least > 0)))})
    far = far.assign(doubted=told & low & lonely_low & can_be & (number == 0)).reindex(figures.index, fill_value=False)
    before, after = (one[far.index[far["jump"]]].map("{:g}".format).astype("str") for one in beside)
    detail = (before + " before and " + after + " after").str.replace("nan", "none")
    return far.assign(detail=detail.reindex(figures.index, fill_value=""))


def _not_begun(figures, edition_date):
    day, periods = pd.Timestamp(edition_date), parse_periods(figures["period"])
    return "not-begun", (periods["start"] > day) | (periods["end"] > day + _EARLY)


_RULES = [
    _outside_0_100, _negative, _part_exceeds_whole, _zero_of_zero, _average_outside_members, _total_is_not_sum,
    _nothing_after_thousands,
]  # fmt: skip
