"""Figures that cannot be right, held back with a reason: neither used silently nor dropped.

Each rule has a name, a reason in plain words and one function; all look at whole columns. A rule about a figure holds
the figure back. A rule about counts that were put together from other measures holds back the counts only, since it is
the pairing that is in doubt; the figure then stands without them, and chance is not tested.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.importers.values import UNROUNDED, by_each, printed_counts
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, decimal_places

REASONS = {
    "unreadable-year": "the year label is none that the importer knows",
    "unreadable-value": "the cell holds neither a number nor a known marker",
    "duplicates-disagree": "the file has the figure twice, with two values",
    "labels-disagree": "the file has the year under two labels, and the revised or final one stands, with another value",
    "withheld-with-figure": "the note says that the figure is withheld, and yet there is one",
    "value-without-count": "the publisher gives counts with this measure, and none here",
    "outside-own-limits": "the figure lies outside its own confidence limits",
    "keys-disagree": "authority number, GSS code and name say different areas",
    "not-begun": "the period had not begun, or had half a year to go, when the edition came out",
    "outside-0-100": "a share lies between 0 and 100",
    "negative": "there is less than nothing of what is counted",
    "part-exceeds-whole": "the count above the line is larger than the one below it",
    "zero-of-zero": "nothing out of nothing has no share, and yet a figure is given",
    "counts-contradict": "the counts give another figure, beyond what rounding can do",
    "average-outside-members": "an average lies between the lowest and the highest of the areas in it",
    "total-is-not-sum": "the count of England is not the sum of its regions, beyond what rounding can do",
    "months-are-not-year": "the twelve months do not add up to the year in the same row",
    "ten-fold-jump": "ten times more or less than in its other years, which lie close together, and hardly any other area "
    "comes near it",
    "fell-away": "nothing, or a hundredth, of what the area has in its other years, which lie close together",
    "count-with-decimals": "a count has no decimals",
    "count-in-doubt": "the cell is one that a share was worked out from, and the two do not fit together",
    "area-gone": "the area was no authority any more",
    "digit-missing": "an eighth or less of the years beside it, which have thousands, as where a digit is missing",
    "nothing-after-thousands": "thousands in the year before, and nothing in this one",
    "scale-turned": "most areas have far more than before, or far less",
    "share-inverted": "most shares are what was missing to a hundred before",
    "measure-emptied": "many figures that the edition before had are gone",
    "all-moved": "nearly every authority has another figure than before, by more than figures are revised",
    "equals-another": "the figures of nearly all areas are those of another measure, and were not before",
    "part-held-back": "one of the two figures that it lies between is held back",
    "far-fewer-areas": "far fewer areas than before",
    "same-count-everywhere": "every area, England among them, has the same count",
    "same-figure-everywhere": "every area, England among them, has the same figure, which is then that of England",
}

_OF_COUNTS = ["counts-contradict", "part-exceeds-whole", "outside-0-100"]
_ENOUGH = 5  # members that an average is held against; of fewer, one withheld member could explain it
_MANY, _MOST = 20, 100  # areas that cannot share one count, one figure by chance
_TEN, _CLOSE, _FEW = 10.0, 3.0, 3  # a jump; how close the other years lie; how many are too few to say
_NEARLY_ALL, _THOUSANDS, _EIGHT = 0.9, 1000, 8
_EARLY = pd.Timedelta(days=183)  # what is taken in the middle of a year, such as a census in January, comes out before its end
_HUNDRED = 50.0  # a hundredth, with room for what a year can change
_HARDLY_ANY, _HALF = 0.02, 0.5  # share of areas that may lie as far out in one year


def hold_back(figures, register, edition_date):
    """Set apart what cannot be right.

    ``figures`` have the columns of ``mapping.FIGURE_COLUMNS`` and, from the mapping, ``unit, per, above_100,
    minus_measure``, and ``own_counts`` (do the counts stand in the same row of the file); ``concern`` names a rule that
    the reader of the file already found broken. ``edition_date`` is text.

    Returns (kept, held): the figures to use, with counts emptied where they are in doubt and ``end`` of the period; and
    the rows held back with ``rule``, ``reason`` and ``counts_only`` (then ``value`` is "135 of 300", and the figure
    stands).

    >>> REASONS["outside-0-100"]
    'a share lies between 0 and 100'
    """
    areas = register.table("areas").set_index("area_id")
    figures = figures.reset_index(drop=True)
    for name in ("area_type", "region_id"):
        told = areas[name]
        figures[name] = by_each(figures["area_id"], lambda each: each.map(told).fillna("").astype("category"))
    figures[["start", "end"]] = by_each(figures["period"], parse_periods)[["start", "end"]]
    rows = figures.drop(columns=["status", "locator", "concern"])  # long texts are slow to take along
    rows = rows.assign(**{name: pd.factorize(rows[name])[0] for name in ("measure_key", "period")})
    far, day = _far_from_other_years(rows), pd.Timestamp(edition_date)
    out_of_nothing = ("zero-of-zero", (rows["denominator"] == 0) & rows["number"].notna())
    counted = rows["numerator"].where(rows["denominator"].notna())
    of_counts = [("same-count-everywhere", _same_everywhere(rows, counted, _MANY)), out_of_nothing, _counts_contradict(rows)]
    counts_rule, counts_detail = _first_rule(rows, of_counts)
    jumps = [("ten-fold-jump", "jump"), ("fell-away", "fell")]
    jumps = [(name, far[column], lambda rows: far["detail"][rows.index]) for name, column in jumps]
    not_begun = ("not-begun", (rows["start"] > day) | (rows["end"] > day + _EARLY))
    together = [("same-figure-everywhere", _same_everywhere(rows, rows["number"], _MOST) & (rows["number"] != 0))]
    together += [_average_outside_members(rows, far["jump"] | far["fell"])]
    together += [_total_is_not_sum(rows), *_nothing_after_thousands(rows)]
    rule, detail = _first_rule(rows, [*_of_each_row(rows), *together, *jumps, not_begun])
    rule, detail = rule.where(figures["concern"] == "", figures["concern"]), detail.where(figures["concern"] == "", "")
    # Counts printed in one row with the figure are its own: then either can be wrong.
    own = (counts_rule != "") & figures["own_counts"] & (rule == "")
    rule, detail = rule.mask(own, counts_rule), detail.mask(own, counts_detail)
    same = (rule == "") & _of_cells_in_doubt(rows, figures["own_counts"] & rule.isin(_OF_COUNTS))
    rule = rule.mask(same, "count-in-doubt")
    doubtful = (counts_rule != "") & (rule == "")
    held = [_held(figures[rule != ""], rule, detail), _held(figures[doubtful], counts_rule, counts_detail, True)]
    kept = figures[rule == ""].drop(columns=["area_type", "region_id", "concern", "start"])
    # A nought that may be true, of a cohort whose size is not known or is small, stays and is flagged.
    doubted = far["doubted"][kept.index]
    kept.loc[doubted, "status"] = (kept["status"][doubted] + " u").str.strip()
    kept.loc[doubtful[kept.index], ["numerator", "denominator"]] = np.nan
    return kept, pd.concat(held, ignore_index=True)


def contradicted(figures):
    """Where counts give another figure than the one printed, beyond what the rounding of both can do (bool Series).

    Counts rounded to five or ten are recognised by all counts of a measure, period and level of area being multiples.

    >>> row = {"measure_key": "m", "period": "CY 2016", "area_type": "county", "value": "50", "number": 50.0}
    >>> contradicted(pd.DataFrame([{**row, "numerator": 3.0, "denominator": 4.0, "per": 100}])).tolist()
    [True]
    """
    whole = figures.index
    figures = figures[figures["measure_key"].isin(figures.loc[figures["denominator"].notna(), "measure_key"].unique())]
    places = decimal_places(figures["value"])
    # A figure that was cut to six digits here has been rounded twice.
    half = 10.0**-places * (0.5 + 0.5 * (places > UNROUNDED))
    numerator, denominator = figures["numerator"], figures["denominator"]
    above, below = (_count_rounding(figures, part) / 2 for part in ("numerator", "denominator"))
    low = figures["per"] * (numerator - above) / (denominator + below)
    high = figures["per"] * (numerator + above) / (denominator - below).where(denominator > below)
    tiny = 1e-9 * (1 + figures["number"].abs())
    beyond = (low > figures["number"] + half + tiny) | (high < figures["number"] - half - tiny)
    return ((denominator > 0) & beyond).reindex(whole, fill_value=False)


def _held(figures, rule, detail, counts_only=False):
    figures = figures.drop(columns="end").astype(dict.fromkeys(figures.select_dtypes("category"), "str"))
    rule, detail, value, ending = rule[figures.index], detail[figures.index], figures["value"], ""
    if counts_only:
        value, ending = printed_counts(figures), "; the figure stands without them"
    reason = rule.map(REASONS).fillna("") + (": " + detail).where(detail != "", "") + ending
    return figures.assign(value=value, rule=rule, reason=reason, counts_only=counts_only)


def _first_rule(figures, rules):
    """The first rule (name, who breaks it, perhaps words of the rows) that each row breaks."""
    found = pd.Series("", index=figures.index, dtype="str")
    details = found.copy()
    for name, broken, *detail in rules:
        new = figures.index[broken.fillna(False).astype(bool)]
        new = new[found[new] == ""]
        found[new] = name
        for words in detail if len(new) else ():
            details[new] = words(figures.loc[new])
    return found, details


def _of_each_row(figures):
    number, above, below = (figures[name] for name in ("number", "numerator", "denominator"))
    share = (figures["unit"] == "percent") & (figures["above_100"] == "no")
    signed = figures["unit"].isin(["progress score", "percentage points"]) | (figures["minus_measure"] != "")
    return [
        ("outside-0-100", share & ~number.fillna(0).between(0, 100)),
        ("negative", ((number < 0) & ~signed) | (above < 0) | (below < 0)),
        ("part-exceeds-whole", share & figures["own_counts"] & (above > below)),
        ("count-with-decimals", (figures["unit"] == "count") & figures["own_counts"] & (number % 1 > 0)),
        ("zero-of-zero", (above == 0) & (below == 0) & number.notna()),
    ]


def _of_cells_in_doubt(figures, doubted):
    """Counts that were read from the cells of a share which its own counts contradict: they have the number of one of
    them, in the same area and period (bool Series)."""
    key = ["area_id", "period", "number"]
    cells = figures.loc[doubted, [*key[:2], "numerator", "denominator"]].astype({"area_id": "str"})
    cells = cells.melt(key[:2], value_name="number").dropna(subset="number")[key]
    counts = figures.loc[figures["own_counts"] & (figures["unit"] == "count"), key].astype({"area_id": "str"})
    same = pd.MultiIndex.from_frame(counts).isin(pd.MultiIndex.from_frame(cells)) if len(cells) else False
    return pd.Series(same, index=counts.index).reindex(figures.index, fill_value=False)


def _same_everywhere(figures, numbers, fewest):
    """Where all areas of a measure and period, so many at least, have one number."""
    by_period = numbers.groupby([figures["measure_key"], figures["period"]])
    return (by_period.transform("nunique") == 1) & (by_period.transform("count") >= fewest) & numbers.notna()


def _counts_contradict(figures):
    def told(rows):
        worked_out = rows["per"] * rows["numerator"] / rows["denominator"]
        return "they give " + worked_out.round(2).astype(str) + ", printed is " + rows["value"].astype("str")

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


def _average_outside_members(figures, wrong):
    """``wrong`` members (bool Series) say nothing of their average."""
    average = figures[~figures["unit"].isin(TOTALS)]
    key, authority = ["measure_key", "period"], average["area_type"].isin(AUTHORITY_TYPES)
    told = authority & average["number"].notna() & ~wrong[average.index]
    members, whole = average[told].astype({"region_id": "str"}), average[~authority]
    nation, region = (members.groupby(by)["number"].agg(["min", "max", "size"]) for by in (key, [*key, "region_id"]))
    england = nation.reindex(pd.MultiIndex.from_frame(whole[key])).set_axis(whole.index)
    # A part of London is held against the boroughs of all of London.
    area, part = whole["area_id"].astype("str"), whole["region_id"].astype("str")
    part = part.where(whole["area_type"] == "part of region", area)
    regional = region.reindex(pd.MultiIndex.from_frame(whole[key].assign(region=part))).set_axis(whole.index)
    held_against = regional.where(whole["area_id"] != ENGLAND, england)
    slack = 10.0 ** -decimal_places(whole["value"]) + 1e-9
    outside = (whole["number"] < held_against["min"] - slack) | (whole["number"] > held_against["max"] + slack)
    outside &= held_against["size"] >= _ENOUGH

    def told(rows):
        least, most = (held_against.loc[rows.index, end].round(5).astype(str) for end in ("min", "max"))
        return "the members have " + least + " to " + most

    return "average-outside-members", outside.reindex(figures.index, fill_value=False), told


def _total_is_not_sum(figures):
    is_region, is_england = figures["area_type"] == "region", figures["area_id"] == ENGLAND
    counts = figures[(figures["unit"] == "count") & (is_region | is_england)]
    regions = counts["number"].where(is_region).groupby([counts["measure_key"], counts["period"]])
    total, size = regions.transform("sum"), regions.transform("count")
    wrong = (counts["number"] - total).abs() > 5.0 * (size + 1)  # each can be rounded to ten
    wrong = (wrong & is_england & (size == 9)).reindex(figures.index, fill_value=False)
    return "total-is-not-sum", wrong, lambda rows: "the regions add up to " + total[rows.index].round(0).astype(str)


def _nothing_after_thousands(figures):
    """Of a count, and an eighth or less; a year that is not given lies between no two others."""
    counts = figures[(figures["unit"] == "count") & figures["number"].notna()]
    counts = counts.sort_values(["measure_key", "area_id", "end"])
    beside = counts.groupby(["measure_key", "area_id"])["number"]
    years = pd.concat([beside.shift(1), beside.shift(-1)], axis=1)
    nothing = (counts["number"] == 0) & (years.max(axis=1) >= _THOUSANDS)
    less = (counts["number"] * _EIGHT <= years.min(axis=1)) & (years.min(axis=1) >= _THOUSANDS)
    found = {"nothing-after-thousands": nothing, "digit-missing": less}
    return [(name, bad.reindex(figures.index, fill_value=False)) for name, bad in found.items()]


def _far_from_other_years(figures):
    """Rates and shares ten times more or less than in an area's other years, which lie close together (counts of
    small areas can jump): ``jump`` where hardly any other area is so far out, ``fell`` where several are and yet it
    cannot be, ``detail``, and ``doubted`` for a nought that may be true, since few were expected or nobody knows how
    many."""
    line = ["measure_key", "area_id"]
    proper = ~figures["unit"].isin(TOTALS) & (figures["minus_measure"] == "")  # a gap can close altogether
    columns = [*line, "period", "end", "unit", "number", "denominator", "per"]
    dated = figures.loc[figures["number"].notna() & proper, columns].sort_values([*line, "end"])
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
    few_below, few_above = (others.rank(method="max", pct=True, ascending=up) <= _HARDLY_ANY for up in (True, False))
    lonely_low = few_below & (number * _TEN <= others.transform("quantile", 0.1))
    lonely_high = few_above & (number >= _TEN * others.transform("quantile", 0.9))
    # A handful of children can be none in one year: where counts are known, twenty must have been expected.
    expected = ranked["denominator"] * second_least / ranked["per"]
    can_be = (expected < _MANY) | ((number == 0) & expected.isna() & (ranked["unit"] != "score"))
    told = (size > _FEW) & (second_least > 0)
    # Nought of many, or the hundredth of a share in several areas, is no true figure, however many areas have it; where
    # half of them do, it is the measure that turned.
    hundredth = told & low & (ranked["unit"] == "percent") & (number > 0) & (number * _HUNDRED <= second_least)
    hundredth &= hundredth.groupby([ranked["measure_key"], ranked["period"]]).transform("sum") >= _FEW
    fell = hundredth | (told & low & (number == 0) & (expected >= _MANY))
    fell &= fell.groupby([ranked["measure_key"], ranked["period"]]).transform("mean") < _HALF
    far = pd.DataFrame({"jump": told & ((low & lonely_low & ~can_be) | (high & lonely_high & (least > 0)))})
    far["fell"] = fell & ~far["jump"]
    far = far.assign(doubted=told & low & lonely_low & can_be & (number == 0)).reindex(figures.index, fill_value=False)
    before, after = (one[far.index[far["jump"] | far["fell"]]].map("{:g}".format).astype("str") for one in beside)
    detail = (before + " before and " + after + " after").str.replace("nan", "none")
    return far.assign(detail=detail.reindex(figures.index, fill_value=""))
