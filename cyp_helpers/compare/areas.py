"""Whom a figure stands beside: England, its region, its statistical neighbours, and its rank among all authorities."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import SLACK
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND

RANKS = ["rank", "rank_of", "rank_ties", "band"]  # columns of ``ranks``


def list_in_use(register):
    """The ``list_id`` of the neighbour list in use, '' where there is none."""
    lists = register.table("neighbour-lists")["list_id"]
    return lists.iloc[-1] if len(lists) else ""


def list_words(register):
    """ "list of April 2021" for each list of neighbours; one that is newer than the register's day says so.

    >>> list_words(load_register().as_known("2018-03-31"))["sn-2021-04"]
    'list of April 2021, the oldest there is, made after this review'
    """
    lists, in_use = (one.table("neighbour-lists").set_index("list_id") for one in (register.whole, register))
    later = in_use["later"].reindex(lists.index).eq(True)
    words = np.where(later, ", the oldest there is, made after this review", "")
    return "list of " + pd.to_datetime(lists["published"]).dt.strftime("%B %Y") + words


def outside_members(figures, register):
    """True for a figure of England or a region that cannot be right, because it lies outside the range of its members.

    Judged only where half of the members or more have a figure; a few published figures do not bound an average.
    """
    areas = register.table("areas")
    areas = areas[areas["area_type"].isin(AUTHORITY_TYPES)]
    members = {ENGLAND: len(areas), **areas["region_id"].value_counts()}
    read = ["cell", "area_id", "region_id", "low", "high", "local", "open_data", "total"]
    known = figures.loc[figures["number"].notna(), read]
    local = known[known["local"] & known["open_data"]]
    both = pd.concat([local.assign(wide=ENGLAND), local.assign(wide=local["region_id"])])
    spread = both.groupby(["cell", "wide"]).agg(low=("low", "min"), high=("high", "max"), known=("low", "size"))
    wide = known[~known["local"] & ~known["total"]]
    found = spread.reindex(pd.MultiIndex.from_frame(wide[["cell", "area_id"]])).set_axis(wide.index)
    outside = (wide["high"] < found["low"] - SLACK) | (wide["low"] > found["high"] + SLACK)
    enough = 2 * found["known"] >= wide["area_id"].map(members).astype(float)
    return (outside & enough).reindex(figures.index, fill_value=False)


def neighbour_averages(figures, register, list_id, average="mean"):
    """Average ("mean" or "median") of the statistical neighbours on a list, for each figure of ``known_figures``.

    Returns: DataFrame indexed as ``figures``: ``number``, ``low`` and ``high`` (as if rounding had moved all figures
    one way), empty where there is none; ``n`` (neighbours with a figure) and ``of`` (on the list).
    """
    codes, areas = pd.factorize(figures["area_id"])
    listed = register.table("neighbours")
    listed = listed[(listed["list_id"] == list_id) & listed["area_id"].isin(areas)]
    places = listed.assign(n=listed.groupby("area_id").cumcount()).pivot(
        index="area_id", columns="n", values="neighbour_id"
    ).reindex(areas)
    count = len(areas) + 1
    usable = figures["number"].notna() & figures["local"] & figures["open_data"]
    start = (figures["cell"].fillna(-1).to_numpy(dtype=int) + 1) * count  # a place for each cell and area
    where = np.full(start.max(initial=0) + count, -1)
    where[(start + codes)[usable]] = np.arange(usable.sum())
    # With an empty last place, which -1, no such neighbour, then stands for.
    number, high = (np.append(figures.loc[usable, column].to_numpy(), np.nan) for column in ("number", "high"))
    theirs = [areas.get_indexer(places[n].fillna("")) for n in places] or [np.full(len(areas), -1)]
    at = np.stack([where[start + one[codes]] for one in theirs], axis=1)
    found = at >= 0
    n, of = found.sum(axis=1), places.notna().sum(axis=1).to_numpy()[codes]
    values, half = number[at][n > 0], (high - number)[at][n > 0]
    # Rounded, so that the same figures give the same digits whatever order a machine adds them in.
    middle = np.nanmean(values, axis=1).round(9) if average == "mean" else np.nanmedian(values, axis=1)
    slack = np.nanmean(half, axis=1)
    found = pd.DataFrame({"number": middle, "low": middle - slack, "high": middle + slack}, figures.index[n > 0])
    return pd.DataFrame({"n": n, "of": of}, figures.index).join(found)


def ranks(figures):
    """Place of each authority's published figure (of ``known_figures``) among all of the same line and period.

    Returns: DataFrame indexed as ``figures``: ``rank`` (1 is best, the highest where neither direction is better),
    ``rank_of``, ``rank_ties`` (how many share it) and ``band`` (quarter, 1 is best), empty where there is none: of
    totals, areas that are not local authorities, without polarity, and where more than a quarter of authorities share
    one figure.
    """
    kept = figures["number"].notna() & figures["local"] & figures["open_data"] & ~figures["total"]
    ranked = figures.loc[kept, ["number", "polarity", "cell"]]
    best_first = ranked["number"].where(ranked["polarity"] == "lower", -ranked["number"])
    group = best_first.groupby(ranked["cell"])
    rank, of = group.rank(method="min"), group.transform("size").astype(float)
    ties = best_first.groupby([ranked["cell"], best_first]).transform("size").astype(float)
    crowded = 4 * ties.groupby(ranked["cell"]).transform("max") > of
    band = (1 + 4 * (rank - 1) // of).mask(crowded | (ranked["polarity"] == "none"))
    return pd.DataFrame({"rank": rank, "rank_of": of, "rank_ties": ties, "band": band}).reindex(figures.index)
