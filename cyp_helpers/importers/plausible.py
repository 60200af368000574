"""Figures that cannot be right, held back with a reason: neither used silently nor dropped.

Each rule has a name, a reason in plain words (``reasons.csv``) and its figures; all look at whole columns. A rule about
a figure holds the figure back. A rule about counts that were put together from other measures holds back the counts
only, since it is the pairing that is in doubt; the figure then stands without them, and chance is not tested.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.importers.values import UNROUNDED, printed_counts
from cyp_helpers.register.each import by_each, words_of
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, decimal_places, read_table

REASONS = read_table(Path(__file__).with_name("reasons.csv")).set_index("rule")["reason"].to_dict()
_OF_COUNTS = ["counts-contradict", "part-exceeds-whole", "outside-0-100"]
_ENOUGH = 5  # members that an average is held against; of fewer, one withheld member could explain it
_MANY, _MOST = 20, 100  # areas that cannot share one count, one figure by chance
_TEN, _CLOSE, _FEW = 10.0, 3.0, 3  # a jump; how close the other years lie; how many are too few to say
_NEARLY_ALL, _THOUSANDS, _EIGHT = 0.9, 1000, 8
_EARLY = pd.Timedelta(days=183)  # what is taken in the middle of a year, such as a census in January, comes out before its end
_HUNDRED = 50.0  # a hundredth, with room for what a year can change
_HARDLY_ANY, _HALF = 0.02, 0.5  # share of areas that may lie as far out in one year
_ABOUT = 5.0  # a count can be rounded to ten


def hold_back(figures, register, edition_date):
    """Set apart what cannot be right.

    ``figures`` have the columns of ``mapping.FIGURE_COLUMNS`` (``concern`` names a rule that the reader of the file
    already found broken), of the mapping ``unit, per, above_100, minus_measure``, and ``own_counts``: do the counts
    stand in the same row of the file.

    Returns (kept, held): the figures to use, with counts emptied where they are in doubt and ``end`` of the period; and
    the rows held back with ``rule``, ``reason`` and ``counts_only`` (then ``value`` is "135 of 300", and the figure
    stands).
    """
    areas = register.table("areas").set_index("area_id")[["area_type", "region_id"]]
    figures = figures.reset_index(drop=True)
    figures[list(areas)] = by_each(figures["area_id"], lambda each: areas.reindex(each).fillna("").astype("category"))
    figures[["start", "end"]] = parse_periods(figures["period"])[["start", "end"]]
    rows = figures.drop(columns=["status", "locator", "concern"])  # long texts are slow to take along
    rows = rows.assign(**{name: pd.factorize(rows[name])[0] for name in ("measure_key", "period")})
    far = _far_from_other_years(rows)
    counts_rule, counts_detail = _first_rule(rows, _of_counts(rows))
    together = [*_of_several(rows, far["jump"] | far["fell"]), ("ten-fold-jump", far["jump"], far["detail"])]
    together += [("fell-away", far["fell"], far["detail"]), _not_begun(rows, pd.Timestamp(edition_date))]
    rule, detail = _first_rule(rows, [*_of_each_row(rows), *together])
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


def _count_rounding(figures, part):
    """0, 5 or 10: what the counts of a measure, period and level of area are multiples of; 0 where they are exact."""
    key = [figures["measure_key"], figures["period"], figures["area_type"].isin(AUTHORITY_TYPES)]
    base = pd.Series(0.0, index=figures.index)
    for step in (5, 10):
        # One odd cell says nothing of the others.
        multiple = (figures[part].fillna(0) % step == 0).groupby(key).transform("mean")
        base = base.mask(multiple >= _NEARLY_ALL, step)
    return base


def _held(figures, rule, detail, counts_only=False):
    figures = words_of(figures.drop(columns="end"))
    rule, detail, value, ending = rule[figures.index], detail[figures.index], figures["value"], ""
    if counts_only:
        value, ending = printed_counts(figures), "; the figure stands without them"
    reason = rule.map(REASONS).fillna("") + (": " + detail).where(detail != "", "") + ending
    return figures.assign(value=value, rule=rule, reason=reason, counts_only=counts_only)


def _first_rule(figures, rules):
    """The first rule that each row breaks: (name, who breaks it, perhaps words about each such row)."""
    found = pd.Series("", index=figures.index, dtype="str")
    details = found.copy()
    for name, broken, *detail in rules:
        new = broken.index[broken.fillna(False).astype(bool)]
        new = new[found[new] == ""]
        found[new] = name
        for words in detail:
            details[new] = words[new]
    return found, details


# ---- the rules: name, who breaks it (bool Series of all or some figures), words ----


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


def _of_counts(figures):
    counted = figures["numerator"].where(figures["denominator"].notna())
    wrong = contradicted(figures)
    rows = figures[wrong]
    given = (rows["per"] * rows["numerator"] / rows["denominator"]).round(2).astype(str)
    return [
        ("same-count-everywhere", _same_everywhere(figures, counted, _MANY)),
        ("zero-of-zero", (figures["denominator"] == 0) & figures["number"].notna()),
        ("counts-contradict", wrong, "they give " + given + ", printed is " + rows["value"].astype("str")),
    ]


def _of_several(figures, wrong):
    """Rules of several areas or years; ``wrong`` members (bool Series) say nothing of their average."""
    same = _same_everywhere(figures, figures["number"], _MOST) & (figures["number"] != 0)
    yield "same-figure-everywhere", same
    yield _average_outside_members(figures, wrong)
    counts = figures[(figures["unit"] == "count") & figures["number"].notna()]
    yield _total_is_not_sum(counts)
    # A year that is not given lies between no two others.
    counts = counts.sort_values(["measure_key", "area_id", "end"])
    beside = counts.groupby(["measure_key", "area_id"])["number"]
    years = pd.concat([beside.shift(1), beside.shift(-1)], axis=1)
    yield "nothing-after-thousands", (counts["number"] == 0) & (years.max(axis=1) >= _THOUSANDS)
    least = years.min(axis=1)
    yield "digit-missing", (counts["number"] * _EIGHT <= least) & (least >= _THOUSANDS)


def _not_begun(figures, day):
    return "not-begun", (figures["start"] > day) | (figures["end"] > day + _EARLY)


def _same_everywhere(figures, numbers, fewest):
    """Where all areas of a measure and period, so many at least, have one number."""
    by_period = numbers.groupby([figures["measure_key"], figures["period"]])
    return (by_period.transform("nunique") == 1) & (by_period.transform("count") >= fewest) & numbers.notna()


def _of_cells_in_doubt(figures, doubted):
    """Counts that were read from the cells of a share which its own counts contradict: they have the number of one of
    them, in the same area and period (bool Series)."""
    key = ["area_id", "period", "number"]
    cells = figures.loc[doubted, [*key[:2], "numerator", "denominator"]].astype({"area_id": "str"})
    cells = cells.melt(key[:2], value_name="number").dropna(subset="number")[key]
    counts = figures.loc[figures["own_counts"] & (figures["unit"] == "count"), key].astype({"area_id": "str"})
    same = pd.MultiIndex.from_frame(counts).isin(pd.MultiIndex.from_frame(cells)) if len(cells) else False
    return pd.Series(same, index=counts.index).reindex(figures.index, fill_value=False)


def _average_outside_members(figures, wrong):
    average = figures[~figures["unit"].isin(TOTALS)]
    key, authority = ["measure_key", "period"], average["area_type"].isin(AUTHORITY_TYPES)
    told = authority & average["number"].notna() & ~wrong[average.index]
    # A part of London is held against the boroughs of all of London; England against all.
    members, whole = words_of(average[told]), words_of(average[~authority])
    part = whole["region_id"].where(whole["area_type"] == "part of region", whole["area_id"])
    members = pd.concat([members, members.assign(region_id=ENGLAND)])
    spread = members.groupby([*key, "region_id"])["number"].agg(["min", "max", "size"])
    spread = spread.reindex(pd.MultiIndex.from_frame(whole[key].assign(part=part))).set_axis(whole.index)
    slack = 10.0 ** -decimal_places(whole["value"]) + 1e-9
    outside = (whole["number"] < spread["min"] - slack) | (whole["number"] > spread["max"] + slack)
    outside &= spread["size"] >= _ENOUGH
    least, most = (spread.loc[outside, end].round(5).astype(str) for end in ("min", "max"))
    return "average-outside-members", outside, "the members have " + least + " to " + most


def _total_is_not_sum(counts):
    key = ["measure_key", "period"]
    regions = counts[counts["area_type"] == "region"].groupby(key)["number"].agg(["sum", "size"])
    england = counts[counts["area_id"] == ENGLAND].join(regions, on=key)
    wrong = (england["number"] - england["sum"]).abs() > _ABOUT * (england["size"] + 1)
    told = "the regions add up to " + england["sum"].round(0).astype(str)
    return "total-is-not-sum", wrong & (england["size"] == 9), told


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
