"""What an import is told as: a summary for each file, and the revisions of a newer edition with their verdicts."""

import pandas as pd

from cyp_helpers.importers.merge import KEY, revisions
from cyp_helpers.register.tables import ENGLAND, find_area

_SHOWN = 12  # lines of a list before it is cut short
_AGAINST = {
    "previous": "on the year before", "england": "against England", "region": "against the region",
    "neighbours": "against the neighbours", "trend": "over five years",
}  # fmt: skip


def describe_import(one, before, after):
    """Lines of text about one imported file.

    Parameters
    ----------
    one : Imported, of ``run.import_files``
    before, after : Register, before and after the import

    Returns
    -------
    list of str: rows read and used, figures by series, new and changed ones, what was held back and left out, and why.
    """
    lines = [f"{one.file}: {one.rows_read:,} rows read, {len(one.figures):,} figures used, as {one.source_id}"]
    lines += [f"  {told}" for told in one.told]
    if len(one.figures):
        lines += [f"  {_compare(one, before, after)}", *_by_series(one.figures), *_held(one.held)]
    lines += _cut_short([f"  Left out: {told}" for told in one.skipped])
    if one.again:
        lines.append(
            f"  This edition lies between others: import {', '.join(one.again)} once more, so that what they changed "
            "back is seen"
        )
    return lines


def describe_revisions(one, before, after, area):
    """Lines of text about what an edition revised, and which verdicts of one area change with it.

    ``area`` is a code or a name. Returns no line where nothing was revised.
    """
    changed = revisions(after.table("published"), one.source_id)
    known = revisions(before.table("published"), one.source_id)
    changed = changed.merge(known[[*KEY, "new"]], on=[*KEY, "new"], how="left", indicator=True)
    changed = changed[changed["_merge"] == "left_only"]
    if changed.empty:
        return []
    row = find_area(after, area)
    places = {row["area_id"]: row["name"], row["region_id"]: "its region", ENGLAND: "England"}
    counts = changed.groupby("series_id")["area_id"].agg(["size", "nunique"])
    lines = [f"Revised by {one.source_id}: {len(changed):,} figures"]
    lines += [f"  {name}: figures {size:,}, areas {areas}" for name, size, areas in counts.itertuples()]
    lines.append(f"Revised for {row['name']}, its region and England:")
    mine = changed[changed["area_id"].isin(places)].sort_values([*KEY])
    told = mine["series_id"] + ", " + mine["area_id"].map(places) + ", " + mine["period"]
    lines += ("  " + told + ": " + _with_counts(mine, "old") + " -> " + _with_counts(mine, "new")).tolist()
    return lines + _describe_verdicts(one, before, after, row)


def changed_verdicts(before, after, as_at, area_id):
    """Verdicts of one area that a revision changes, on the figures that were there before.

    Figures of new periods are left out, so that a change is the revision's and not that of another year.

    Parameters
    ----------
    before, after : Register
    as_at : day by which both are read; area_id : code of an authority

    Returns
    -------
    DataFrame: ``series_id, period, comparator``, the verdicts ``old`` and ``new``.
    """
    from cyp_helpers.compare.standings import standing_table  # scipy loads only for this

    old, new = (register.table("published") for register in (before, after))
    there = pd.MultiIndex.from_frame(new[KEY]).isin(pd.MultiIndex.from_frame(old[KEY]))
    sides = []
    for register, published in ((before, old), (after, new[there])):
        table = standing_table(register, published, as_at, area_id)
        columns = [f"{name}_verdict" for name in _AGAINST]
        long = table.melt(["series_id", "breakdown", "period"], columns, "comparator", "verdict")
        sides.append(long.set_index(["series_id", "breakdown", "period", "comparator"])["verdict"])
    both = pd.concat(sides, axis=1, keys=["old", "new"]).fillna("none")
    both = both[both["old"] != both["new"]].reset_index()
    return both.assign(comparator=both["comparator"].str.removesuffix("_verdict")).drop(columns="breakdown")


def _compare(one, before, after):
    old, new = (register.table("published") for register in (before, after))
    source = one.figures.assign(source_id=one.source_id)
    keys = pd.MultiIndex.from_frame(source[KEY])
    fresh = ~keys.isin(pd.MultiIndex.from_frame(old[KEY]))
    revised = len(revisions(new, one.source_id))
    was = len(revisions(old, one.source_id))
    unchanged = len(source) - fresh.sum() - (revised - was)
    return f"{fresh.sum():,} new, {revised - was:,} changed, {unchanged:,} unchanged, {len(one.held):,} held back"


def _by_series(figures):
    given = figures[figures["value"] != ""]
    groups = given.groupby("series_id").agg(areas=("area_id", "nunique"), periods=("period", "nunique"))
    return [f"  {name}: {areas} areas, {periods} periods" for name, areas, periods in groups.itertuples()]


def _held(held):
    if held.empty:
        return []
    groups = held.groupby(["series_id", "rule"]).agg(size=("value", "size"), reason=("reason", "first"))
    lines = ["  Held back, listed in data/observations/quarantine.csv:"]
    return lines + [
        f"    {name}, {rule}: {size} (such as: {reason})" for (name, rule), size, reason in groups.itertuples()
    ]


def _cut_short(lines):
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"  and {more} more"] if more > 0 else [])


def _with_counts(rows, side):
    """The figure, and its counts where it is they that changed."""
    value = rows[side].replace("", "none")
    counts = " (" + rows[f"{side}_counts"] + ")"
    return value + counts.where(rows["old"] == rows["new"], "")


def _describe_verdicts(one, before, after, row):
    editions = after.table("editions").set_index("source_id")
    changed = changed_verdicts(before, after, editions.at[one.source_id, "edition_date"], row["area_id"])
    if changed.empty:
        return [f"No verdict of {row['name']} changes."]
    told = changed["series_id"] + ", " + changed["period"] + ", " + changed["comparator"].map(_AGAINST)
    told = "  " + told + ": " + changed["old"] + " -> " + changed["new"]
    return [f"Verdicts of {row['name']} that change with it:", *told]
