"""What an import is told as: a summary for each file, and the revisions of a newer edition with their verdicts."""

from datetime import date
from html import escape
from pathlib import Path

import pandas as pd

from cyp_helpers.importers.merge import KEY, revisions
from cyp_helpers.register.store import refuse_outside
from cyp_helpers.register.tables import ENGLAND, find_area

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
    lines = [
        f"{one.file}: {_many(one.rows_read, 'row')} read, {_many(len(one.figures), 'figure')} used, {len(one.held):,} held back, as {one.source_id}"
    ]
    lines += [f"  {told}" for told in one.told]
    if len(one.figures):
        lines += [f"  {_compare(one, before, after)}", *_by_series(one.figures), *_held(one.held)]
    lines += _cut_short([f"  Left out, {told}" for told in one.skipped])
    if one.again:
        lines.append(
            f"  This edition lies between others: import {', '.join(one.again)} once more, so that what they changed "
            "back is seen"
        )
    return lines


def new_revisions(one, before, after):
    """Revisions (``merge.revisions``) that an import brought and that were not there before, and figures of the same edition
    that another file of it replaced."""
    replaced = replaced_figures(one, before, after)
    changed, known = (revisions(register.table("published"), one.source_id) for register in (after, before))
    known = pd.concat([known[[*KEY, "new"]], replaced[[*KEY, "new"]]])
    changed = changed.merge(known.drop_duplicates(), on=[*KEY, "new"], how="left", indicator=True)
    changed = changed[changed["_merge"] == "left_only"].drop(columns="_merge")
    return pd.concat([changed, replaced], ignore_index=True) if len(replaced) else changed


def replaced_figures(one, before, after):
    """Figures that an earlier file of the same edition had brought and that this one says otherwise: columns as in
    ``merge.revisions``."""
    tables = [register.table("published") for register in (before, after)]
    columns = [*KEY, "value", "numerator", "denominator", "published"]
    old, new = (table.loc[table["source_id"] == one.source_id, columns] for table in tables)
    both = old.merge(new, on=KEY, suffixes=("_old", ""))
    differs = both["value_old"] != both["value"]
    for part in ("numerator", "denominator"):
        differs |= (both[part] != both[f"{part}_old"]) & both[part].notna() & both[f"{part}_old"].notna()
    both = both[differs]
    counts = {
        name: _printed(both[f"numerator{end}"]) + " of " + _printed(both[f"denominator{end}"])
        for name, end in (("old_counts", "_old"), ("new_counts", ""))
    }
    both = both.assign(old=both["value_old"], new=both["value"], **counts)
    return both[[*KEY, "old", "new", "old_counts", "new_counts", "published"]]


def _printed(counts):
    return counts.map("{:.0f}".format).astype("str").replace("nan", "?")


def describe_revisions(one, before, after, area):
    """Lines of text about what an edition revised, and which verdicts of one area change with it.

    ``area`` is a code or a name. Returns no line where nothing was revised.
    """
    changed = new_revisions(one, before, after)
    if changed.empty:
        return []
    row = find_area(after, area)
    places = {row["area_id"]: row["name"], row["region_id"]: "its region", ENGLAND: "England"}
    counts = changed.groupby("series_id")["area_id"].agg(["size", "nunique"])
    lines = [f"Revised by {one.source_id}: {_many(len(changed), 'figure')}"]
    lines += [f"  {name}: {_many(size, 'figure')}, {_many(areas, 'area')}" for name, size, areas in counts.itertuples()]
    lines.append(f"Revised for {row['name']}, its region and England:")
    mine = changed[changed["area_id"].isin(places)].sort_values([*KEY])
    told = mine["series_id"] + ", " + mine["area_id"].map(places) + ", " + mine["period"]
    lines += ("  " + told + ": " + _with_counts(mine, "old") + " -> " + _with_counts(mine, "new")).tolist()
    return lines + _describe_verdicts(one, before, after, row)


def write_page(project, imported, before, after, area):
    """The report of an import as a page, ``outputs/imports/<day>.html``: numbers first, then what was revised, held back, left
    out, and which verdicts of ``area`` change.

    Returns the path; a second page of one day gets a number.
    """
    from cyp_helpers.show.publish import framed
    from cyp_helpers.show.table import Table, render_table

    folder, day = Path(project) / "outputs" / "imports", str(date.today())
    tables = _page_tables(imported, before, after, find_area(after, area))
    counts = " ".join(f"{name}: {len(frame):,}." for name, frame in tables.items())
    body = [f"<h1>Import of {day}</h1>\n<p>{escape(counts)}</p>"]
    for name, frame in tables.items():
        cut = (f"The first {_ON_PAGE:,} of {len(frame):,} rows.",) if len(frame) > _ON_PAGE else ()
        body.append(render_table(Table(name, frame.head(_ON_PAGE), cut)))
    refuse_outside(folder, Path(project) / "outputs")
    folder.mkdir(parents=True, exist_ok=True)
    names = [day, *(f"{day}-{number}" for number in range(2, 1000))]
    path = next(folder / f"{name}.html" for name in names if not (folder / f"{name}.html").exists())
    aside = path.with_suffix(".partial")
    aside.write_text(framed("\n".join(body), path.stem, f"Import of {day}"), encoding="utf-8")
    return aside.replace(path)


def _page_tables(imported, before, after, row):
    """Table of each count, in the words of the count."""
    areas, old = (
        after.table("areas").set_index("area_id")["name"],
        pd.MultiIndex.from_frame(before.table("published")[KEY]),
    )
    parts = {"Figures revised": [], f"Verdicts of {row['name']} changed": [], "Held back": [], "New figures": []}
    for one in (one for one in imported if len(one.figures)):
        fresh = ~pd.MultiIndex.from_frame(one.figures[KEY]).isin(old)
        revised = new_revisions(one, before, after)
        verdicts = _verdicts(one, before, after, row) if len(revised) else pd.DataFrame()
        for name, frame in zip(parts, (revised, verdicts, one.held, one.figures[fresh])):
            known = {column: label for column, label in _HEADS.items() if column in frame}
            if "area_id" in frame:
                frame = frame.assign(area_id=frame["area_id"].map(areas))
            parts[name].append(frame[list(known)].rename(columns=known))
    files = [[one.file, one.source_id, one.rows_read, len(one.figures), len(one.held)] for one in imported]
    left_out = [[one.file, told] for one in imported for told in one.skipped]
    frames = {
        name: pd.concat(many, ignore_index=True) if many else pd.DataFrame({"Series": []})
        for name, many in parts.items()
    }
    frames["Files imported"] = pd.DataFrame(
        files, columns=["File", "Edition", "Rows read", "Figures used", "Held back"], dtype="str"
    )
    frames["Reasons to leave rows out"] = pd.DataFrame(left_out, columns=["File", "Left out"])
    return frames


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
    from cyp_helpers.compare.comparison import compare  # scipy loads only for this

    keys = ["series_id", "breakdown", "period_label", "comparator"]
    old, new = (compare(register, as_at, area_id) for register in (before, after))
    old = old[old["source_id"].isin(before.table("editions")["source_id"])]
    newest = old.drop_duplicates(keys[:3], keep="last").drop_duplicates(keys[:2], keep="last")
    both = old.merge(newest[keys[:3]]).merge(new[[*keys, "verdict"]], on=keys, suffixes=("_old", "_new"))
    told = both[
        (both["verdict_old"] != both["verdict_new"]) & (both["gap"] == "") & (both["verdict_new"] != "not compared")
    ]
    told = told[["series_id", "period_label", "comparator", "verdict_old", "verdict_new"]].reset_index(drop=True)
    return told.set_axis(["series_id", "period", "comparator", "old", "new"], axis=1)


def _compare(one, before, after):
    old, new = (register.table("published") for register in (before, after))
    source = one.figures.assign(source_id=one.source_id)
    keys = pd.MultiIndex.from_frame(source[KEY])
    fresh = ~keys.isin(pd.MultiIndex.from_frame(old[KEY]))
    more = len(revisions(new, one.source_id)) - len(revisions(old, one.source_id))
    changed = more + len(replaced_figures(one, before, after))
    unchanged = len(source) - fresh.sum() - changed
    return f"{fresh.sum():,} new, {changed:,} changed, {unchanged:,} unchanged, {len(one.held):,} held back"


def _by_series(figures):
    given = figures[figures["value"] != ""]
    groups = given.groupby("series_id").agg(areas=("area_id", "nunique"), periods=("period", "nunique"))
    return [
        f"  {name}: {_many(areas, 'area')}, {_many(periods, 'period')}" for name, areas, periods in groups.itertuples()
    ]


def _many(number, word):
    return f"{number:,} {word}{'' if number == 1 else 's'}"


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


def _verdicts(one, before, after, row):
    day = after.table("editions").set_index("source_id").at[one.source_id, "edition_date"]
    changed = changed_verdicts(before, after, day, row["area_id"])
    return changed.assign(comparator=changed["comparator"].map(_AGAINST))


def _describe_verdicts(one, before, after, row):
    changed = _verdicts(one, before, after, row)
    if changed.empty:
        return [f"No verdict of {row['name']} changes."]
    told = "  " + changed["series_id"] + ", " + changed["period"] + ", " + changed["comparator"]
    told += ": " + changed["old"] + " -> " + changed["new"]
    return [f"Verdicts of {row['name']} that change with it:", *told]
