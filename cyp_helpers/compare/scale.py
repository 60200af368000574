"""What a figure ordinarily moves from year to year in an authority of its size and temper: the unit of every score."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import look_up

CHILDREN = "population-0-17"  # the series whose figures are the size of an authority
ENOUGH = 100  # changes of all authorities, below which nothing is learnt
_GROUPS = 5  # of authorities by size
_MEDIAN = 0.6745  # of |x| where x is normal with variance 1
_ORDINARY_YEARS = 6  # of an ordinary authority, to which its own years are shrunk


def yearly_changes(figures, pairs):
    """Changes of published figures of authorities from one year to the next, unbroken and not overlapping.

    Returns: DataFrame by label of the later figure: ``line, area_id, year`` (in which it ends), ``change``, ``moved``
    (the median change of all authorities), ``r`` (change less that) and ``half`` (half a unit of its last digit).
    """
    told = (pairs["comparator"] == "previous") & (pairs["gap"] == "") & ~pairs["other_source"].astype(bool)
    rows = pairs.loc[told, ["figure", "other", "other_number"]].set_index("figure")
    read = ["line", "area_id", "end", "local", "open_data", "total", "span", "number", "high"]
    mine = figures[read].reindex(rows.index)
    year = mine["end"].dt.year
    before = figures["end"].reindex(rows["other"]).dt.year.set_axis(rows.index)
    good = mine["local"] & mine["open_data"] & ~mine["total"] & (mine["span"] == 1) & (year - before == 1)
    changes = mine[["line", "area_id"]].assign(
        year=year, change=mine["number"] - rows["other_number"], half=mine["high"] - mine["number"]
    )[good]
    moved = changes.groupby(["line", "year"])["change"].transform("median")
    return changes.assign(moved=moved, r=changes["change"] - moved)


def children(published):
    """Children aged 0 to 17 in each authority (by ``area_id``), the median over the years of table ``published``."""
    rows = published[published["series_id"] == CHILDREN]
    return pd.to_numeric(rows["value"], errors="coerce").groupby(rows["area_id"]).median().dropna()


def fit_variation(changes, size):
    """s(N)^2 = a + b/N of each line, neither below 0, by least squares on robust variances of r in five groups by size.

    Robust: 1.4826 times the median of |r|, squared; a group weighs as number over variance. ``size``: of ``children``.
    Returns: DataFrame by ``line``: ``a``, ``b`` and ``changes`` (how many); without lines that have fewer than
    ``ENOUGH`` changes or of which three quarters of authorities did not move.
    """
    rows = changes.assign(n=look_up(changes["area_id"], size), size=changes["r"].abs()).dropna(subset=["n", "r"])
    areas = rows.drop_duplicates(["line", "area_id"])
    place = areas.groupby("line")["n"].rank(method="first", pct=True)
    group = areas[["line", "area_id"]].assign(group=np.ceil(place * _GROUPS))
    rows = rows.assign(inverse=1 / rows["n"]).merge(group, on=["line", "area_id"])
    groups = rows.groupby(["line", "group"]).agg(
        middle=("size", "median"), x=("inverse", "mean"), n=("size", "size"), half=("half", "mean")
    )
    groups["v"] = ((1.4826 * groups["middle"]) ** 2).clip(lower=(2 * groups["half"]) ** 2 / 6)
    by_line = groups.groupby("line")
    moves = rows.groupby("line")["size"].quantile(0.75) > 0
    usable = moves & (by_line["v"].min() > 0) & (by_line["n"].sum() >= ENOUGH) & (by_line["n"].size() == _GROUPS)
    groups = groups[usable.reindex(groups.index.get_level_values("line")).to_numpy()]
    w, x, v = groups["n"] / groups["v"], groups["x"], groups["v"]
    w, wx, wxx, wv, wxv = (one.groupby("line").sum() for one in (w, w * x, w * x**2, w * v, w * x * v))
    b = (w * wxv - wx * wv) / (w * wxx - wx**2)
    a = (wv - b * wx) / w
    a, b = a.mask(b < 0, wv / w).mask(a < 0, 0.0), b.mask(b < 0, 0.0).mask(a < 0, wxv / wxx)
    return pd.DataFrame({"a": a, "b": b, "changes": groups.groupby("line")["n"].sum()})


def own_factor(changes, ordinary):
    """How much more or less than an ordinary authority of its size each one moves: its median |r| over s(N)
    (``ordinary``, of each row), shrunk by six years of an ordinary authority.

    Returns: (factors, without): by ``line`` and ``area_id``, from all its changes; and by label of a change, from all
    but that one, so that it is not part of what it is held against. The only change of an authority stays in: two
    figures alone are no sign of how it ordinarily moves, and what they show is not told as far beyond it.
    """
    rows = changes[["line", "area_id"]].assign(size=changes["r"].abs() / ordinary).dropna(subset="size")
    rows = rows.sort_values(["line", "area_id", "size"], kind="stable")
    key = rows.groupby(["line", "area_id"], sort=False)
    n, place, sizes = key["size"].transform("size").to_numpy(), key.cumcount().to_numpy(), rows["size"].to_numpy()
    start = np.arange(len(rows)) - place

    def at(k):  # the k-th of the others of one authority
        k = np.clip(k, 0, None)
        return sizes[np.minimum(start + k + (place <= k), len(sizes) - 1)] if len(sizes) else sizes

    others = np.where(n > 1, (at((n - 2) // 2) + at((n - 1) // 2)) / 2, 0.0)
    factors = _shrunk(key["size"].median(), key.size())
    return factors, pd.Series(np.where(n > 1, _shrunk(others, n - 1), _shrunk(sizes, 1)), index=rows.index)


def _shrunk(middle, years):
    return np.sqrt((years * middle**2 + _ORDINARY_YEARS * _MEDIAN**2) / (years + _ORDINARY_YEARS)) / _MEDIAN
