"""What was tried to tell more at the same promise, judged out of time like the rule itself; most of it gains nothing.

Each way makes promises for a year from outcomes known by then. It is told at the cuts of its kind, and once more as many cases as
the rule tells, so that ways can be compared by what held. ``python -m benchmarks record --tried``.
"""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from benchmarks import learning
from benchmarks.learning import cases, learn
from benchmarks.record import NAMES, _table, is_told
from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.promise import CLEAR_PROMISE, CLEAR_SCORE, KINDS, damped, rising
from cyp_helpers.register.tables import load_register

LOOSER = (1.64, 2)  # a score, and points above the cut of each kind
_HALF_LIFE = 4  # years


def measure(day):
    """What each way tells and what of it held, by way and kind: shares from 0 to 1."""
    every = cases(judged_on(load_register(), pd.Timestamp(day)))
    with ProcessPoolExecutor(2) as pool:
        made = dict(zip(WAYS, pool.map(_try, WAYS, [every] * len(WAYS))))
    rule = made[next(iter(WAYS))]
    rows = [_fared(way, promised, rule) for way, promised in made.items()]
    beyond, points = LOOSER
    return pd.concat(
        [*rows, _fared(f"score beyond {beyond}, promise {points} points more", rule, rule, beyond, points)]
    )


def report(measured):
    """A Markdown table: told, held of these, and held of as many as the rule tells."""
    cells = measured.map("{:.1%}".format)
    cell = cells["told"] + " / " + cells["held"] + " / " + cells["at the rule's share"]
    table = cell.unstack("kind").reindex(measured.index.unique("way")).reindex(columns=list(KINDS))
    return _table(table.rename(columns=NAMES), "way (told / held / held at the rule's share)")


def _fared(way, promised, rule, beyond=CLEAR_SCORE, points=0):
    rows = {}
    for kind in KINDS:
        mine = promised[(promised["kind"] == kind) & promised["held"].notna()]
        same = rule.loc[(rule["kind"] == kind) & rule["held"].notna()].index
        mine = mine[mine.index.isin(same)]
        told = (mine["score"].abs() > beyond) & (mine["promise"] >= CLEAR_PROMISE[kind] + points)
        by = mine.sort_values("promise", ascending=False, kind="stable").head(is_told(rule.loc[same]).sum())
        rows[way, kind] = [told.mean(), mine.loc[told, "held"].mean(), by["held"].mean()]
    index = pd.MultiIndex.from_tuples(rows, names=["way", "kind"])
    return pd.DataFrame(list(rows.values()), index, ["told", "held", "at the rule's share"])


# ---- ways ----


def _try(way, every):
    return WAYS[way](every)


def _without(name, value):
    """The rule with a part of it taken out."""

    def ways(every):
        before = getattr(learning, name)
        try:
            setattr(learning, name, value)
            return learn(every)[2]
        finally:
            setattr(learning, name, before)

    return ways


def _by_year(promise):
    """Promises of each year by a function of (past, now)."""

    def ways(every):
        made = []
        for _, rows in every.groupby("kind"):
            for year in range(rows["year"].min() + 1, rows["year"].max() + 1):
                past = rows[(rows["year"] < year) & rows["held"].notna()]
                now = rows[rows["year"] == year]
                if len(past) >= learning.FIRST_CASES and len(now):
                    made.append(now.assign(promise=100 * promise(past, now)))
        return pd.concat(made)

    return ways


def _isotonic(past, now):
    """Share held as a never falling step of |score|."""
    ordered = past.assign(size=past["score"].abs()).sort_values("size")
    return np.interp(now["score"].abs(), ordered["size"], isotonic_regression(ordered["held"]).x)


def _logistic(more=None, half_life=None):
    """Logistic regression on score and support, with one more column, or older years weighing less; no correction by what was kept."""

    def promise(past, now):
        import statsmodels.api as sm

        def columns(rows):
            x = [np.ones(len(rows)), rising(rows["score"]), damped(rows["support"]).fillna(0), rows["support"].isna()]
            extra = [] if more is None else [more(rows, past).fillna(0), more(rows, past).isna()]
            return np.column_stack([*x, *extra]).astype(float)

        weight = None if half_life is None else 0.5 ** ((now["year"].iloc[0] - past["year"]) / half_life)
        x = columns(past)
        used = [0, *np.flatnonzero(x.std(axis=0))]
        fit = sm.GLM(past["held"].to_numpy(), x[:, used], family=sm.families.Binomial(), freq_weights=weight).fit()
        return fit.predict(columns(now)[:, used])

    return _by_year(promise)


def _years_known(rows, past):
    first = past.groupby("series_id")["year"].min()
    return np.log1p((rows["year"] - rows["series_id"].map(first)).clip(lower=0))


WAYS = {
    "the rule": _without("FIRST_CASES", learning.FIRST_CASES),
    "score alone": lambda every: learn(every.assign(support=np.nan))[2],
    "no correction by promises kept": _without("FIRST_RECORD", np.inf),
    "no offsets of series": _without("_SERIES_YEARS", 1e9),
    "isotonic in the score": _by_year(_isotonic),
    "logistic, score and support alone": _logistic(),
    f"the same, years half as heavy every {_HALF_LIFE}": _logistic(half_life=_HALF_LIFE),
    "the same, with children": _logistic(lambda rows, past: np.log(rows["children"]) - 10.5),
    "the same, with what counts say": _logistic(lambda rows, past: rows["agree"]),
    "the same, with the number of years": _logistic(_years_known),
}
