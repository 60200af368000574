"""How far a figure stands out, and how often what stood out so far still did a year later."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import look_up, matching, spread
from cyp_helpers.compare.pairs import YEARS
from cyp_helpers.compare.scale import fit_variation, own_factor
from cyp_helpers.register.catalogue import PER

LEVELS = ("england", "region", "neighbours")
KINDS = (*LEVELS, "previous", "five_years")  # comparators that have a promise
CLEAR_SCORE = 1.96
NEVER_BELOW_NOUGHT = (*PER, "count", "average count", "cases", "weeks", "days", "months")
CLEAR_PROMISE = dict.fromkeys(LEVELS, 85.0) | {"previous": 75.0, "five_years": 75.0}
FEWEST_NEIGHBOURS = 5
# Of so many cases beyond CLEAR_SCORE a smaller share held: such a series is promised no more than its own record.
FAILING = (50, 0.6)
_BEFORE = {"previous": (3, 4, 5), "five_years": (6, 7)}  # years of the area's own past that bear a change out
_NOTHING = 0.4
_SUPPORT = (-2.0, 3.0)  # beyond these ends more of it says no more


def scores(figures, pairs, years, changes, size, later, earlier):
    """How far each figure stands out, in units of what it ordinarily moves.

    With s the scale of the authority (``scale``) and m the median authority: beside England or its region, the
    difference over s / sqrt 2; beside the mean of n neighbours over s / sqrt 2 * sqrt(1 + 1/n), none below five; since
    last year, the change less the median change over s, worked out without that change where others of the authority
    are known; over five unbroken years, the least-squares slope of the figure less m over s / sqrt 20.

    Parameters: ``changes`` to learn from (``yearly_changes``); ``size`` of authorities (``children``); ``later``: ``a``
    and ``b`` by ``line``, learnt later, for lines that ``changes`` are too few of; ``earlier``: pairs in which those of
    the years before are found.
    Returns: DataFrame indexed as ``pairs``: ``score``, empty where there is no scale; ``scale`` (s, in the unit);
    ``support``, how far the years before bear it out (the mean score of the two years before; for a change, how far the
    newest figure lies beyond the mean of years before those that it is about, over s), positive in the direction of the
    score, empty where no such years are known; ``later`` (the scale was learnt later).
    """
    told = pairs["comparator"].isin(KINDS) & (pairs["gap"] == "") & pairs["other_number"].notna()
    told &= (figures["local"] & (figures["span"] == 1)).reindex(pairs["figure"]).to_numpy()
    asked = pairs.loc[told, ["figure", "comparator", "other", "other_number", "n"]]
    # What is a figure's own is worked out once for it, then taken along to its pairs.
    codes, each = pd.factorize(asked["figure"])
    own = figures.loc[each, ["line", "area_id", "number", "end"]]
    own = own.join(_scales(own, changes, size, later))
    past = years.reindex(own.index).fillna(-1).astype(int)
    middle = figures.loc[figures["local"] & figures["open_data"], ["cell", "number"]].groupby("cell")["number"].median()
    relative = figures["number"] - figures["cell"].map(middle)
    before = {back: relative.reindex(past[back]).to_numpy() for back in past}
    own["slope"] = sum(before[YEARS - 1 - i] * (i - 2) for i in range(YEARS)) / 10
    for kind, backs in _BEFORE.items():
        mean = pd.DataFrame({back: before[back] for back in backs}, own.index).mean(axis=1)
        own[kind] = (before[0] - mean) / own["scale"]
    rows = own.drop(columns="area_id").join(past[[1, 2]]).take(codes).set_axis(asked.index)

    kind, scale = asked["comparator"], rows["scale"]
    level = level_scale(scale, asked["n"].where(kind == "neighbours", np.inf))
    difference = rows["number"] - asked["other_number"]
    moved = _moved(changes, rows, asked[kind == "previous"], figures)
    score = (difference / level).mask(kind == "previous", (difference - moved) / rows["without"])
    score = score.mask(kind == "five_years", rows["slope"] / (scale / np.sqrt(20)))
    support = _levels_before(kind, rows, earlier).div(level)
    for one in _BEFORE:
        support = support.where(kind != one, rows[one])
    support = (support * np.sign(score)).clip(*_SUPPORT)
    found = {"score": score, "scale": scale, "support": support, "later": rows["later"] & score.notna()}
    found = pd.DataFrame({name: spread(column, pairs.index) for name, column in found.items()})
    return found.assign(later=found["later"] == 1)


def level_scale(scale, neighbours=np.inf):
    """What a level ordinarily stands away by: s / sqrt 2, beside n neighbours times sqrt(1 + 1/n); empty below five."""
    return scale / np.sqrt(2) * np.sqrt(1 + 1 / np.where(neighbours >= FEWEST_NEIGHBOURS, neighbours, np.nan))


def ordinary_ends(number, score, scale, unit):
    """``low, high`` between which an ordinary year would have brought figures: ``CLEAR_SCORE`` scales to either side of
    where the median change of all authorities would have, no further than the unit can be; empty without a score.

    >>> ordinary_ends(*(pd.Series([one]) for one in (2.0, 0.5, 4.0, "percent"))).round(2).to_numpy().tolist()
    [[0.0, 7.84]]
    """
    before, reach = number - score * scale, CLEAR_SCORE * scale
    low, high = before - reach, before + reach
    # Some percentages pass 100: places taken up, of those that are funded.
    low = low.clip(lower=before.clip(upper=0)).where(unit.isin(NEVER_BELOW_NOUGHT), low)
    return pd.DataFrame({"low": low, "high": high.clip(upper=before.clip(lower=100)).where(unit == "percent", high)})


def _scales(figures, changes, size, later):
    """Of each figure ``scale``, ``without`` (without its own change) and ``later`` (the scale was learnt later)."""
    fits = fit_variation(changes, size)
    fits = pd.concat([fits.assign(later=False), later[~later.index.isin(fits.index)].assign(later=True)])
    fits = fits.astype({"a": float, "b": float})

    def ordinary(rows):
        known = rows[["line"]].join(fits, on="line")
        return np.sqrt(known["a"] + known["b"] / look_up(rows["area_id"], size))

    factors, without = own_factor(changes, ordinary(changes))
    keys = ["line", "area_id"]
    own = figures[keys].join(factors.rename("factor"), on=keys)["factor"].fillna(1.0)
    alone, scale = without.reindex(figures.index).fillna(own), ordinary(figures)
    is_later = figures["line"].map(fits["later"]).eq(True)
    return pd.DataFrame({"scale": scale * own, "without": scale * alone, "later": is_later})


def _moved(changes, rows, asked, figures):
    """How the median authority moved from the year before; empty where the two figures are not a year apart."""
    rows = rows.loc[asked.index, ["line", "end"]].assign(year=lambda each: each["end"].dt.year)
    apart = rows["year"] - figures["end"].reindex(asked["other"]).dt.year.set_axis(asked.index)
    return matching(rows, changes, ["line", "year"], "moved").where(apart == 1)


def _levels_before(kind, rows, pairs):
    """The mean difference of the two years before, of each level; of one year where only that is known."""
    mean = pd.Series(np.nan, kind.index)
    for one in LEVELS:
        asked = rows.loc[kind == one, [1, 2]]
        known = pairs.loc[pairs["comparator"] == one, ["figure", "difference"]].set_index("figure")["difference"]
        both = {back: known.reindex(asked[back]).to_numpy() for back in asked}
        mean[asked.index] = pd.DataFrame(both, asked.index).mean(axis=1)
    return mean


def promises(rows, curves, offsets):
    """Of 100 like cases, how many still stood on that side a year later.

    The logarithm of the odds is constant + slope * log(1 + |score| - 0.4) + support * sign(support) log(1 + |support|)
    + the offset of the series; the promise lies between the lowest and highest that the record bears out, and a series
    that has failed is promised no more than its own record (``own_record``). Learnt by ``python -m benchmarks
    promises`` on outcomes known by the year of the figure; where none were, on the first that are.

    Parameters: ``rows``: ``comparator, series_id, breakdown, year, score, support``; the others: ``promise_tables``.
    Returns: DataFrame indexed as ``rows``: ``promise`` (0 to 100, empty where there is no score) and ``promise_later``
    (learnt on later years).
    """
    scored = rows[rows["score"].notna() & rows["comparator"].isin(set(curves["kind"]))]
    found = _curves_of(scored, curves)
    learnt = found["learnt"]
    keys = ["kind", "learnt", "series_id", "breakdown"]
    wanted = pd.MultiIndex.from_arrays([scored["comparator"], learnt, scored["series_id"], scored["breakdown"]])
    own = offsets.assign(most=own_record(offsets)).set_index(keys)[["offset", "most"]].astype(float)
    own = own.reindex(wanted).set_axis(scored.index).fillna({"offset": 0.0, "most": 1.0})
    odds = found["constant"] + found["slope"] * rising(scored["score"])
    odds += (found["support"] * damped(scored["support"].astype(float))).fillna(0.0) + own["offset"]
    share = (1 / (1 + np.exp(-odds))).clip(found["lowest"], found["highest"]).clip(upper=own["most"])
    is_later = spread(scored["year"] < learnt, rows.index) == 1
    return pd.DataFrame({"promise": spread(100 * share, rows.index), "promise_later": is_later})


def own_record(offsets):
    """The most that a series is promised: where it has failed the share of its cases beyond 1.96 that held, or 1."""
    cases, least = FAILING
    return offsets["held"].astype(float).where((offsets["cases"] >= cases) & (offsets["held"] < least), 1.0)


def _curves_of(scored, curves):
    """The curve of each row: of its kind and form, learnt last on years that do not lie after it, or first of all."""
    place = pd.Series(-1, scored.index)
    curves = curves.astype({"learnt": int}).sort_values("learnt", ignore_index=True)
    for (kind, form), of_kind in curves.groupby(["kind", "form"]):
        asked = (scored["comparator"] == kind) & (scored["support"].notna() == (form == "with past"))
        last = of_kind["learnt"].searchsorted(scored.loc[asked, "year"], side="right") - 1
        place[asked] = of_kind.index[last.clip(min=0)]
    return curves.drop(columns=["kind", "form"]).reindex(place).set_axis(scored.index)


def record_of(register):
    """What verdicts of each kind kept: of scores beyond 1.96, how many still stood on that side a year later, as far as
    outcomes were known on the register's day, those of figures that end in the year before it or earlier.

    Returns: DataFrame in the order of ``KINDS`` with ``kind, series_id, breakdown, cases`` (with a known outcome),
    ``held`` (of 100).
    """
    _, rows = promise_tables(register)
    rows = rows[rows["learnt"] < register.day.year]
    rows = rows[(rows["learnt"] == rows.groupby("kind")["learnt"].transform("max")) & (rows["cases"] > 0)]
    rows = rows.assign(kind=pd.Categorical(rows["kind"], KINDS), held=100 * rows["held"])
    rows = rows.sort_values(["kind", "series_id"], ignore_index=True).astype({"kind": "str"})
    return rows[["kind", "series_id", "breakdown", "cases", "held"]]


def promise_tables(register):
    """The tables ``promises`` and ``promise-series`` with their numbers as numbers."""
    return tuple(as_numbers(register.table(name)) for name in ("promises", "promise-series"))


def as_numbers(table):
    """A table of what was learnt with its numbers as numbers."""
    numbers = table.columns.difference(["kind", "form", "series_id", "breakdown"])
    return table.assign(**{name: pd.to_numeric(table[name], errors="coerce") for name in numbers})


def damped(x):
    """sign(x) log(1 + |x|): more of it says ever less."""
    return np.sign(x) * np.log1p(x.abs())


def rising(score):
    """log(1 + |score| - 0.4), 0 below: how a score enters the odds. So near to nothing its size says nothing."""
    return np.log1p((score.abs() - _NOTHING).clip(lower=0))
