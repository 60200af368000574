"""What an import is told as: a summary for each file, and the revisions of a newer edition with their verdicts."""

from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

import pandas as pd

from cyp_helpers.importers.merge import KEY, figure_numbers, revisions
from cyp_helpers.register.each import words_of
from cyp_helpers.register.store import refuse_outside, write_whole
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.wording import plural

_HEADS = {
    "series_id": "Series", "area_id": "Area", "period": "Period", "comparator": "Comparator", "old": "Before", "new": "Now",
    "value": "Value", "reason": "Reason",
}  # fmt: skip
_SHOWN, _ON_PAGE = 12, 200  # lines of a list, rows of a table before they are cut short
_AGAINST = {
    "previous": "on the year before", "england": "against England", "region": "against the region",
    "neighbours": "against the neighbours", "five_years": "over five years",
    "same_period_last_year": "on the same months of the year before",
}  # fmt: skip


def find_changes(one, before, after, area_id):
    """One file (Imported, of ``run.import_files``) with what it changed between two registers: figures that are new,
    those that it says otherwise than was known (as ``merge.revisions``), and the verdicts of one area (as
    ``changed_verdicts``)."""
    old, new = (register.table("published") for register in (before, after))
    revised, fresh, verdicts = revisions(one.source_id, old, new), one.figures, pd.DataFrame()
    if len(fresh):
        numbers, had = figure_numbers(fresh, old)
        fresh = fresh[~numbers.isin(had)]
    if len(revised):
        day = after.table("editions").set_index("source_id").at[one.source_id, "edition_date"]
        verdicts = changed_verdicts(before, after, day, area_id, revised["series_id"].unique())
    return replace(one, new=fresh, revised=revised, verdicts=verdicts)


def changed_verdicts(before, after, as_at, area_id, series):
    """Verdicts of one area (code of an authority) that a revision of these series changes, on the figures that were
    there before: ``series_id, period, comparator``, the verdicts ``old`` and ``new``.

    Figures of new periods are left out, so that a change is the revision's and not that of another year.
    """
    from cyp_helpers.compare.comparison import compare  # scipy loads only for this
    from cyp_helpers.compare.scale import CHILDREN

    keys = ["series_id", "breakdown", "period_label", "comparator"]
    compared = []
    for register in (before, after):
        rows = register.table("published")
        rows = words_of(rows[rows["series_id"].isin([*series, CHILDREN]) | (CHILDREN in series)])
        compared.append(compare(replace(register, tables=register.tables | {"published": rows}), as_at, area_id))
    old, new = compared
    old = old[old["source_id"].isin(before.table("editions")["source_id"])]
    newest = old.drop_duplicates(keys[:3], keep="last").drop_duplicates(keys[:2], keep="last")
    both = old.merge(newest[keys[:3]]).merge(new[[*keys, "verdict"]], "left", on=keys, suffixes=("_old", "_new"))
    both["verdict_new"] = both["verdict_new"].fillna("no figure")  # taken back, or what it was compared with
    told = (both["verdict_old"] != both["verdict_new"]) & (both["gap"] == "") & (both["verdict_new"] != "not compared")
    told = both.loc[told, ["series_id", "period_label", "comparator", "verdict_old", "verdict_new"]]
    return told.reset_index(drop=True).set_axis(["series_id", "period", "comparator", "old", "new"], axis=1)


def describe_import(one):
    """Lines of text about one imported file (of ``find_changes``): rows read and used, figures by series, new and
    changed ones, what was held back and left out, and why."""
    held, read, used = f"{len(one.held):,} held back", _many(one.rows_read, "row"), _many(len(one.figures), "figure")
    lines = [f"{one.file}: {read} read, {used} used, {held}, as {one.source_id}"]
    lines += [f"  {told}" for told in one.told]
    if len(one.figures):
        fresh, changed = len(one.new), len(one.revised)
        lines.append(f"  {fresh:,} new, {changed:,} changed, {len(one.figures) - fresh - changed:,} unchanged, {held}")
        given = one.figures[one.figures["value"] != ""].groupby("series_id")
        given = given.agg(areas=("area_id", "nunique"), periods=("period", "nunique")).itertuples()
        lines += [f"  {name}: {_many(areas, 'area')}, {_many(periods, 'period')}" for name, areas, periods in given]
    if len(one.held):
        groups = one.held.groupby(["series_id", "rule"])["reason"].agg(["size", "first"]).itertuples()
        lines.append("  Held back, listed in data/observations/quarantine.csv:")
        lines += [f"    {name}, {rule}: {size} (such as: {reason})" for (name, rule), size, reason in groups]
    more = len(one.skipped) - _SHOWN
    lines += [f"  Left out, {told}" for told in one.skipped[:_SHOWN]] + ([f"  and {more} more"] if more > 0 else [])
    if one.again:
        again = f"import {', '.join(one.again)} once more, so that what they changed back is seen"
        lines.append(f"  This edition lies between others: {again}")
    return lines


def _many(number, word):
    return f"{number:,} {plural(number, word)}"


def describe_revisions(one, row):
    """Lines of text about what an edition revised (file of ``find_changes``), if anything, and which verdicts of one
    authority (row of areas.csv) change with it."""
    revised, verdicts = one.revised, one.verdicts
    if revised.empty:
        return [f"Nothing revised by {one.source_id}."]
    places = {row["area_id"]: row["name"], row["region_id"]: "its region", ENGLAND: "England"}
    counts = revised.groupby("series_id")["area_id"].agg(["size", "nunique"])
    lines = [f"Revised by {one.source_id}: {_many(len(revised), 'figure')}"]
    lines += [f"  {name}: {_many(size, 'figure')}, {_many(areas, 'area')}" for name, size, areas in counts.itertuples()]
    mine = revised[revised["area_id"].isin(places)].sort_values(KEY)
    told = mine["series_id"] + ", " + mine["area_id"].map(places) + ", " + mine["period"]
    same = mine["old"] == mine["new"]  # then it is the counts that changed
    counts = {side: (" (" + mine[f"{side}_counts"] + ")").where(same, "") for side in ("old", "new")}
    old, new = (mine[side].replace("", "none") + counted for side, counted in counts.items())
    lines += [f"Revised for {row['name']}, its region and England:", *("  " + told + ": " + old + " -> " + new)]
    if verdicts.empty:
        return [*lines, f"No verdict of {row['name']} changes."]
    told = "  " + verdicts["series_id"] + ", " + verdicts["period"] + ", " + verdicts["comparator"].map(_AGAINST)
    told += ": " + verdicts["old"] + " -> " + verdicts["new"]
    return [*lines, f"Verdicts of {row['name']} that change with it:", *told]


def write_page(project, imported, after, name):
    """The report of an import (files of ``find_changes``) as a page, ``outputs/imports/<day>.html`` (a second one of a day
    gets a number), with the verdicts of the area called ``name``; returns its path."""
    from cyp_helpers.show.publish import framed
    from cyp_helpers.show.table import Table, render_table

    folder, day = Path(project) / "outputs" / "imports", str(date.today())
    tables = _page_tables(imported, after, name)
    counts = " ".join(f"{title}: {len(frame):,}." for title, frame in tables.items())
    body = [f"<h1>Import of {day}</h1>\n<p>{escape(counts)}</p>"]
    for title, frame in tables.items():
        cut = (f"The first {_ON_PAGE:,} of {len(frame):,} rows.",) if len(frame) > _ON_PAGE else ()
        body.append(render_table(Table(title, frame.head(_ON_PAGE), cut)))
    refuse_outside(folder, Path(project) / "outputs")
    folder.mkdir(parents=True, exist_ok=True)
    names = [day, *(f"{day}-{number}" for number in range(2, 1000))]
    path = next(folder / f"{name}.html" for name in names if not (folder / f"{name}.html").exists())
    return write_whole(path, framed("\n".join(body), path.stem, f"Import of {day}"))


def _page_tables(imported, after, name):
    """Table of each count, in the words of the count."""
    words = {"area_id": after.table("areas").set_index("area_id")["name"], "comparator": _AGAINST}
    frames, parts = {}, {"revised": "Figures revised", "verdicts": f"Verdicts of {name} changed"}
    parts |= {"held": "Held back", "new": "New figures"}
    for part, title in parts.items():
        rows = pd.concat([getattr(one, part) for one in imported])
        rows = rows[[column for column in _HEADS if column in rows]].astype("str")
        rows = rows.assign(**{column: rows[column].map(of) for column, of in words.items() if column in rows})
        frames[title] = rows.rename(columns=_HEADS) if len(rows.columns) else pd.DataFrame({"Series": []})
    heads = ["File", "Edition", "Rows read", "Figures used", "Held back"]
    files = [[one.file, one.source_id, one.rows_read, len(one.figures), len(one.held)] for one in imported]
    frames["Files imported"] = pd.DataFrame(files, columns=heads, dtype="str")
    left_out = [[one.file, told] for one in imported for told in one.skipped]
    frames["Reasons to leave rows out"] = pd.DataFrame(left_out, columns=["File", "Left out"])
    return frames
