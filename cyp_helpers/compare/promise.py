"""How far a figure stands out, and how often what stood out so far still did a year later."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.scale import fit_variation, own_factor
from cyp_helpers.compare.years import YEARS

LEVELS = ("england", "region", "neighbours")
KINDS = (*LEVELS, "previous", "five_years")  # comparators that have a promise
CLEAR_SCORE = 1.96
CLEAR_PROMISE = dict.fromkeys(LEVELS, 85.0) | {"previous": 75.0, "five_years": 75.0}
FEWEST_NEIGHBOURS = 5
CURVES = ["kind", "learnt", "form", "constant", "slope", "support", "lowest", "highest"]
OFFSETS = ["kind", "learnt", "series_id", "breakdown", "cases", "held", "offset"]
# Of so many cases beyond CLEAR_SCORE a smaller share held: such a series is promised no more than its own record.
FAILING = (50, 0.6)
_BEFORE = {"previous": (3, 4, 5), "five_years": (6, 7)}  # years of the area's own past that bear a change out
_NOTHING = 0.4
_SUPPORT = (-2.0, 3.0)  # beyond these ends more of it says no more


def scores(figures, pairs, years, changes, size, later, earlier=None):
    """How far each figure stands out, in units of what it ordinarily moves.

    With s the scale of the authority (``scale``) and m the median authority: beside England or its region, the difference over
    s / sqrt 2; beside the mean of n neighbours over s / sqrt 2 * sqrt(1 + 1/n), none below five; since last year, the change less
    the median change over s, worked out without that change where others of the authority are known; over five unbroken years, the least-squares slope of the figure
    less m over s / sqrt 20.

    Parameters
    ----------
    figures, pairs : frames of ``known_figures`` and ``pair_figures``
    years : frame of ``years_before``
    changes : frame of ``yearly_changes``, those to learn from
    size : Series of children by ``area_id``
    later : DataFrame by ``line`` with ``a`` and ``b``, learnt later, for lines that ``changes`` are too few of
    earlier : frame of pairs in which those of the years before are found; ``pairs`` where it is left out

    Returns
    -------
    DataFrame indexed as ``pairs``: ``score``, empty where there is no scale; ``scale`` (s, in the unit); ``support``, how far the years before bear it out (the
    mean score of the two years before; for a change, how far the newest figure lies beyond the mean of years before those that it
    is about, over s), positive in the direction of the score, empty where no such years are known; ``later``.
    """
    asked = pairs[pairs["comparator"].isin(KINDS) & (pairs["gap"] == "") & pairs["other_number"].notna()]
    rows = (
        figures[["line", "area_id", "number", "end", "local", "span", "cell"]]
        .reindex(asked["figure"])
        .set_axis(asked.index)
    )
    asked, rows = (frame[rows["local"] & (rows["span"] == 1)] for frame in (asked, rows))
    scale, without, is_later = _scales(rows, asked["figure"], changes, size, later)
    middle = figures[figures["local"] & figures["open_data"]].groupby("cell")["number"].median()
    relative = figures["number"] - figures["cell"].map(middle)
    past = years.reindex(asked["figure"]).fillna(-1).astype(int).set_axis(asked.index)
    before = pd.DataFrame({back: _pick(relative, past[back]) for back in past}, index=asked.index)
    kind = asked["comparator"]

    level = level_scale(scale, asked["n"]).where(kind == "neighbours", level_scale(scale))
    difference = rows["number"] - asked["other_number"]
    moved = _moved(changes, rows, asked, figures)
    slope = sum(before[YEARS - 1 - i] * (i - 2) for i in range(YEARS)) / 10
    score = np.select(
        [kind.isin(LEVELS), kind == "previous", kind == "five_years"],
        [difference / level, (difference - moved) / without, slope / (scale / np.sqrt(20))],
        np.nan,
    )
    score = pd.Series(score, index=asked.index)
    found = pd.DataFrame(
        {
            "score": score,
            "scale": scale,
            "support": _support(asked, score, before, past, level, scale, pairs if earlier is None else earlier),
            "later": is_later & score.notna(),
        }
    )
    return found.reindex(pairs.index).astype({"later": "boolean"}).fillna({"later": False}).astype({"later": bool})


def level_scale(scale, neighbours=None):
    """What a level ordinarily stands away by: s / sqrt 2, beside the mean of n neighbours times sqrt(1 + 1/n); empty below five."""
    if neighbours is None:
        return scale / np.sqrt(2)
    return scale / np.sqrt(2) * np.sqrt(1 + 1 / neighbours.where(neighbours >= FEWEST_NEIGHBOURS))


def _scales(rows, labels, changes, size, later):
    """The scale of each row, the one worked out without its own change, and whether it was learnt later."""
    fits = fit_variation(changes, size)
    fits = pd.concat([fits.assign(later=False), later[~later.index.isin(fits.index)].assign(later=True)])
    fits = fits.astype({"a": float, "b": float})
    known = rows[["line"]].join(fits, on="line")
    ordinary = np.sqrt(known["a"] + known["b"] / size.reindex(rows["area_id"]).to_numpy())
    of_change = changes[["line"]].join(fits, on="line")
    of_change = np.sqrt(of_change["a"] + of_change["b"] / size.reindex(changes["area_id"]).to_numpy())
    factors, without = own_factor(changes, of_change)
    own = rows[["line", "area_id"]].join(factors.rename("factor"), on=["line", "area_id"])["factor"].fillna(1.0)
    alone = labels.map(without).set_axis(rows.index).fillna(own)
    return ordinary * own, ordinary * alone, known["later"].eq(True)


def _moved(changes, rows, asked, figures):
    """How the median authority moved from the year before; empty where the two figures are not a year apart."""
    year = rows["end"].dt.year
    apart = year - figures["end"].reindex(asked["other"]).dt.year.set_axis(asked.index)
    median = changes.drop_duplicates(["line", "year"]).set_index(["line", "year"])["moved"]
    wanted = pd.MultiIndex.from_arrays([rows["line"], year])
    return pd.Series(median.reindex(wanted).to_numpy(), index=rows.index).where(apart == 1)


def _support(asked, score, before, past, level, scale, pairs):
    """How far the years before bear a score out, positive in its direction."""
    kind, sign = asked["comparator"], np.sign(score)
    beside = pairs[pairs["comparator"].isin(LEVELS)]
    differences = beside.set_index(["comparator", "figure"])["difference"]
    earlier = [_pick(differences, pd.MultiIndex.from_arrays([kind, past[back]])) for back in (1, 2)]
    support = pd.DataFrame(np.column_stack(earlier), index=asked.index).mean(axis=1).div(level).where(kind.isin(LEVELS))
    for one, backs in _BEFORE.items():
        beyond = (before[0] - before[list(backs)].mean(axis=1)) / scale
        support = support.where(kind != one, beyond)
    return (support * sign).clip(*_SUPPORT)


def _pick(column, labels):
    return column.reindex(labels).to_numpy()


def promises(rows, curves, offsets):
    """Of 100 like cases, how many still stood on that side a year later.

    The logarithm of the odds is constant + slope * log(1 + |score| - 0.4) + support * sign(support) log(1 + |support|) + the offset of the
    series; the promise lies between the lowest and highest that the record bears out, and a series that has failed is
    promised no more than its own record (``own_record``). Learnt by ``python -m benchmarks
    promises`` on outcomes known by the year of the figure; where none were, on the first that are.

    Parameters
    ----------
    rows : DataFrame with ``comparator, series_id, breakdown, year, score, support``
    curves : the table ``promises``; ``offsets`` : the table ``promise-series``

    Returns
    -------
    DataFrame indexed as ``rows``: ``promise`` (0 to 100, empty where there is no score) and ``promise_later`` (learnt on later years).

    >>> curves = pd.DataFrame([["england", 2017, "alone", 0.0, 1.75, 0.0, 0.5, 0.97]], columns=CURVES)
    >>> rows = pd.DataFrame([["england", "s", "all", 2018, -2.0, None]], columns=["comparator", "series_id", "breakdown", "year", "score", "support"])
    >>> promises(rows, curves, pd.DataFrame(columns=OFFSETS))["promise"].round(1).tolist()
    [84.2]
    """
    scored = rows[rows["score"].notna() & rows["comparator"].isin(set(curves["kind"]))]
    learnt = _learnt_by(scored, curves)
    form = np.where(scored["support"].notna(), "with past", "alone")
    found = curves.set_index(["kind", "learnt", "form"])
    found = found.reindex(pd.MultiIndex.from_arrays([scored["comparator"], learnt, form])).set_axis(scored.index)
    keys = ["kind", "learnt", "series_id", "breakdown"]
    wanted = pd.MultiIndex.from_arrays([scored["comparator"], learnt, scored["series_id"], scored["breakdown"]])
    own = offsets.assign(most=own_record(offsets)).set_index(keys)[["offset", "most"]].astype(float)
    own = own.reindex(wanted).set_axis(scored.index).fillna({"offset": 0.0, "most": 1.0})
    odds = found["constant"] + found["slope"] * rising(scored["score"])
    odds += (found["support"] * damped(scored["support"].astype(float))).fillna(0.0) + own["offset"]
    share = (1 / (1 + np.exp(-odds))).clip(found["lowest"], found["highest"]).clip(upper=own["most"])
    told = pd.DataFrame({"promise": 100 * share, "promise_later": scored["year"] < learnt})
    return (
        told.reindex(rows.index)
        .astype({"promise_later": "boolean"})
        .fillna({"promise_later": False})
        .astype({"promise_later": bool})
    )


def own_record(offsets):
    """The most that a series is promised, from 0 to 1: the share of its own cases beyond 1.96 that held, where that has failed, else 1.

    >>> own_record(pd.DataFrame({"cases": [93, 93, 20], "held": [0.39, 0.9, 0.39]})).tolist()
    [0.39, 1.0, 1.0]
    """
    cases, least = FAILING
    return offsets["held"].astype(float).where((offsets["cases"] >= cases) & (offsets["held"] < least), 1.0)


def _learnt_by(scored, curves):
    """The last year of learning that does not lie after each row's, or the first of all."""
    learnt = pd.Series(0, scored.index)
    for kind, years in curves.groupby("kind")["learnt"]:
        years, asked = np.unique(years.astype(int)), scored["comparator"] == kind
        place = np.searchsorted(years, scored.loc[asked, "year"], side="right") - 1
        learnt[asked] = years[place.clip(min=0)]
    return learnt


def record_of(register, series=None):
    """What verdicts of each kind have kept: of scores beyond 1.96 of earlier years, how many still stood on that side a year later.

    Parameters
    ----------
    register : Register, as known on a day; its outcomes are of figures that end in the year before that day or earlier
    series : list of ``series_id``; all where it is left out

    Returns
    -------
    DataFrame in the order of ``KINDS`` with ``kind, series_id, breakdown, cases`` (with a known outcome), ``held`` (of 100) and
    ``failed`` (the series is promised no more than that, so nothing of that kind is clear).

    >>> record_of(load_register().as_known("2018-03-31"), ["re-referrals"])[["kind", "cases"]].values.tolist()[0]
    ['england', 168]
    """
    rows = register.table("promise-series")
    rows = rows.assign(**{name: pd.to_numeric(rows[name]) for name in ("learnt", "cases", "held")})
    rows = rows[rows["learnt"] < (register.day.year if register.day is not None else np.inf)]
    rows = rows[rows["learnt"] == rows.groupby("kind")["learnt"].transform("max")]
    rows = rows[(rows["cases"] > 0) & (rows["series_id"].isin(series) if series is not None else True)]
    order = rows["kind"].map({kind: n for n, kind in enumerate(KINDS)}).rename("order")
    rows = rows.assign(held=100 * rows["held"], failed=own_record(rows) < 1).sort_values("series_id").join(order)
    rows = rows.sort_values("order", kind="stable", ignore_index=True)
    return rows[["kind", "series_id", "breakdown", "cases", "held", "failed"]]


def damped(x):
    """sign(x) log(1 + |x|): more of it says ever less."""
    return np.sign(x) * np.log1p(x.abs())


def rising(score):
    """log(1 + |score| - 0.4), 0 below: how a score enters the odds. Nearer to nothing than that, its size says nothing."""
    return np.log1p((score.abs() - _NOTHING).clip(lower=0))
