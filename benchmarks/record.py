"""The track record of verdicts, out of time: what was promised before the outcome was known, against what came.

Each promise is made from earlier years alone (``learning.learn``), and no figure of a case is part of what judges it. Shares are of
cases whose outcome is known. ``python -m benchmarks record`` prints the tables of the README.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.learning import cases, learn, variation, write_rows
from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.promise import CLEAR_PROMISE, CLEAR_SCORE, KINDS, LEVELS
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, FIGURE_KEY, decimal_places, load_register

ENOUGH = {"tenth": 200, "series": 50}  # cases, below which no share is told
NAMES = dict(zip(KINDS, ("beside England", "beside the region", "beside neighbours", "since last year", "five years")))
SEED = 20_170_331


def measure(day):
    """All of the record.

    Parameters
    ----------
    day : date on which is looked back

    Returns
    -------
    dict of frames, as printed by ``report``.
    """
    register = load_register()
    judged = judged_on(register, pd.Timestamp(day))
    every = cases(judged)
    with ProcessPoolExecutor(2) as pool:
        ours, start = pool.map(_promised, [every, every.assign(support=np.nan)])
    return {
        "kinds": by_kind(ours, start),
        "tenths": calibration(ours),
        "series": by_series(ours),
        "spread": variation(judged)[["series_id", "overdispersion"]].dropna(),
        "still": false_alarms(judged_on(without_change(register), pd.Timestamp(day))),
    }


def _promised(every):
    return learn(every)[2]


def report(measured):
    """The record as Markdown tables."""
    kinds, tenths, series, spread, still = measured.values()
    percent = kinds.map("{:.1%}".format).assign(cases=kinds["cases"].map("{:,.0f}".format))
    told = tenths.dropna(subset="seen")
    off = (told["seen"] - told["promised"]).abs().max()
    pairs = told.assign(cell=told["promised"].map("{:.0f}".format) + " / " + told["seen"].map("{:.0f}".format))
    wide = pairs.pivot(index="tenth", columns="kind", values="cell").reindex(columns=["all", *KINDS]).fillna("")
    cell = series["held"].map("{:.0f}".format) + " (" + series["cases"].map("{:,.0f}".format) + ")"
    by = cell.unstack("kind").reindex(columns=list(KINDS)).fillna("")
    widest = spread.sort_values("overdispersion", ascending=False)
    middle = spread["overdispersion"].median()
    words = widest["series_id"] + " " + widest["overdispersion"].map("{:.1f}".format)
    return "\n\n".join(
        [
            _table(percent.rename(index=NAMES), "what is compared"),
            _table(wide.rename(columns=NAMES), "promise, of 100"),
            f"Promised / seen. At most {off:.1f} points apart where a tenth has {ENOUGH['tenth']} cases.",
            _table(still.map("{:.1%}".format).rename(index=NAMES), "figures without change"),
            _table(by.rename(columns=NAMES), f"held, of 100 told (series with {ENOUGH['series']} told)"),
            f"Variance of changes over that of independent children, median {middle:.1f}: {'; '.join(words)}.",
        ]
    )


def keep(measured, register, day):
    """Write what pages print of the record, ``data/reference/record.csv``; returns its path."""
    kinds, tenths, _, _, still = measured.values()
    percent = {"told": 100 * kinds["told"], "seen": 100 * kinds["held"], "false_told": 100 * still["told"]}
    whole = kinds.assign(**percent, tenth="all").rename(index={"all levels": "levels"}).rename_axis("kind").reset_index()
    rows = pd.concat([whole[whole["kind"] != "levels"], tenths], ignore_index=True)
    columns = ["kind", "tenth", "cases", "told", "promised", "seen", "false_told"]
    return write_rows(register, "record", rows[columns].astype({"cases": int}).assign(learnt=day))


def _table(frame, corner):
    lines = ["| " + " | ".join([corner, *map(str, frame.columns)]) + " |", "|---" + "|---:" * len(frame.columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples()])


# ---- what was told, and whether it held ----


def is_told(promised):
    """True for a case that is clear: its score beyond 1.96 and its promise at least that of its kind."""
    return (promised["score"].abs() > CLEAR_SCORE) & (promised["promise"] >= promised["kind"].map(CLEAR_PROMISE))


def by_kind(ours, start):
    """Share told and share held by kind: by our rule, by the starting rule (promise from the score alone), and by that at our share.

    Parameters
    ----------
    ours, start : frames of ``learn``, of the same cases

    Returns
    -------
    DataFrame by kind, and of all levels together: ``cases`` with a known outcome, and shares from 0 to 1.

    >>> row = {"kind": "england", "score": 3.0, "promise": 90.0, "held": 1.0}
    >>> frame = pd.DataFrame([row, row | {"score": 1.0}])
    >>> by_kind(frame, frame).loc["england", "told"]
    np.float64(0.5)
    """
    ours, start = (rows[rows["held"].notna()] for rows in (ours, start))
    rows = {}
    groups = {kind: (kind,) for kind in KINDS} | {"all levels": LEVELS}
    for name, kinds in groups.items():
        if not set(kinds) & set(ours["kind"]):
            continue
        mine, other = ours[ours["kind"].isin(kinds)], start[start["kind"].isin(kinds)]
        told, theirs = is_told(mine), is_told(other)
        best = other.sort_values("promise", ascending=False, kind="stable").head(told.sum())
        beyond = mine["score"].abs() > CLEAR_SCORE
        rows[name] = {
            "cases": len(mine),
            "told": told.mean(),
            "held": mine.loc[told, "held"].mean(),
            "score alone: told": theirs.mean(),
            "score alone: held": other.loc[theirs, "held"].mean(),
            "score alone at our share: held": best["held"].mean(),
            "all beyond 1.96: told": beyond.mean(),
            "all beyond 1.96: held": mine.loc[beyond, "held"].mean(),
        }
    return pd.DataFrame(rows).T


def calibration(promised):
    """Promise against what was seen, in tenths of promise.

    Returns
    -------
    DataFrame with ``kind`` ("all" too), ``tenth`` ("80 to 90"), ``cases, promised`` and ``seen`` (of 100; empty below 200 cases).
    """
    known = promised[promised["held"].notna()]
    known = pd.concat([known, known.assign(kind="all")])
    tenth = (known["promise"] // 10).clip(upper=9)
    rows = (
        known.assign(tenth=tenth)
        .groupby(["kind", "tenth"])
        .agg(cases=("held", "size"), promised=("promise", "mean"), seen=("held", "mean"))
    )
    enough = rows["cases"] >= ENOUGH["tenth"]
    rows = rows.assign(seen=(100 * rows["seen"]).where(enough)).reset_index()
    return rows.assign(tenth=rows["tenth"].map(lambda n: f"{10 * n:.0f} to {10 * n + 10:.0f}"))


def by_series(promised):
    """What held of what was told, by ``series_id`` and ``kind``: ``cases`` and ``held`` (of 100), where 50 were told."""
    told = promised[is_told(promised) & promised["held"].notna()]
    rows = told.groupby(["series_id", "kind"])["held"].agg(cases="size", held="mean")
    return rows[rows["cases"] >= ENOUGH["series"]].assign(held=lambda rows: 100 * rows["held"])


# ---- figures without change ----


def without_change(register):
    """The register with every published figure of an authority at England's level, but for chance.

    Chance is normal, as large as the series ordinarily moves in an authority of its size (s / sqrt 2 a figure, so s a change); years,
    areas, gaps in the data and decimals are as published, regions stand at England's level, and no counts are used.
    """
    from cyp_helpers.compare.scale import children

    rows = register.table("published").drop(columns=["numerator", "denominator"])
    fits = register.table("usual-variation").set_index(["series_id", "breakdown"])[["a", "b"]].astype(float)
    local = register.table("areas").set_index("area_id")["area_type"].isin(AUTHORITY_TYPES)
    size, number = children(rows), pd.to_numeric(rows["value"], errors="coerce")
    line = [rows["series_id"], rows["breakdown"], rows["period"]]
    level = number.where(rows["area_id"] == ENGLAND).groupby(line).transform("last")
    level = level.fillna(number.where(rows["area_id"].map(local)).groupby(line).transform("median"))
    fit = fits.reindex(pd.MultiIndex.from_arrays(line[:2])).set_axis(rows.index)
    s = np.sqrt(fit["a"] + fit["b"] / rows["area_id"].map(size)).where(rows["area_id"].map(local), 0.0)
    drawn = rows[FIGURE_KEY].drop_duplicates().assign(z=lambda each: np.random.default_rng(SEED).normal(size=len(each)))
    z = rows[FIGURE_KEY].merge(drawn, on=FIGURE_KEY, how="left")["z"].to_numpy()
    still, places = level + z * s / np.sqrt(2), decimal_places(rows["value"])
    text = pd.Series([f"{value:.{n}f}" for value, n in zip(still, places)], index=rows.index)
    made = rows.assign(
        value=text.where(still.notna() & number.notna(), rows["value"]), numerator=np.nan, denominator=np.nan
    )
    made = made[still.notna() | rows["series_id"].eq("population-0-17")]
    return replace(register, tables=register.tables | {"published": made})


def false_alarms(judged):
    """Of comparisons of authorities that could be judged: ``told`` (clear), and ``beyond 1.96``, by kind; shares from 0 to 1."""
    pairs = judged.pairs[judged.pairs["score"].notna() & judged.pairs["comparator"].isin(KINDS)]
    told = pd.DataFrame(
        {
            "told": pairs["evidence"] == Evidence.CLEAR,
            "score beyond 1.96": pairs["score"].abs() > CLEAR_SCORE,
        }
    )
    return told.groupby(pairs["comparator"]).mean().reindex(list(KINDS))
