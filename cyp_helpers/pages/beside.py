"""Where each indicator stands: change, target, England, region, neighbours, rank and trend, one row for each.

The figures are the published ones of all authorities; an indicator without a published counterpart is not here.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import format_places, published_lines
from cyp_helpers.compare.neighbours import list_words
from cyp_helpers.compare.peers import choose_list
from cyp_helpers.compare.published import TOTALS
from cyp_helpers.findings import worse_and_worsening
from cyp_helpers.pages.long_view import links as long_views
from cyp_helpers.register.tables import ENGLAND, OBSERVATION_KEY, decimal_places
from cyp_helpers.report import kept
from cyp_helpers.show.table import Table, numbers, tidy, with_sign
from cyp_helpers.show.wording import Words, count, how_many, plural, sentence_count
from cyp_helpers.show.words import pages

_NOTE = (
    "Each cell gives the figure of the comparator for the same period, the verdict and its evidence. Beyond chance and within chance are tests at "
    "95%; chance not tested means that no counts are published, or none that are independent. A trend needs five unbroken annual figures with counts and is tested at 99.8%."
)
_RANK_NOTE = (
    "Rank: place among the authorities with a figure for this period, 1 is best (highest where neither direction is better); = stands for a tie. "
    "Quarter: 1 is the best quarter of authorities."
)
_DEFINITION = {"same": "as in the plan", "near": "differs, see below", "context": "not in the plan"}


@kept
def lines_beside(report):
    """The published lines of the indicators that a review lists, with where the area stands on each.

    Returns
    -------
    DataFrame, one row for each priority and line with a figure known: the columns of ``standing_table`` with ``priority_id,
    indicator_id, name, unit, polarity, match, differs``, ``text`` and ``marks`` of the figure, ``places`` (printed decimals).
    """
    listed = report.comparison[report.comparison["indicator_id"] != ""]
    listed = listed.drop_duplicates(["priority_id", "indicator_id"])[["priority_id", "indicator_id"]]
    listed = listed.rename(columns={"indicator_id": "beside_indicator"})
    lines = listed.merge(published_lines(report.register), on="beside_indicator", sort=False)
    lines = lines.merge(report.standing, on=["series_id", "breakdown"], sort=False, suffixes=("", "_standing"))
    series = report.register.table("series").set_index("series_id")["name"]
    indicators = report.register.table("indicators").set_index("indicator_id")
    part = (": " + lines["breakdown"]).where(lines["breakdown"] != "all", "")
    own = _figures_for(report, lines, report.area["area_id"])
    return lines.assign(
        name=lines["series_id"].map(series) + part,
        unit=lines["indicator_id"].map(indicators["unit"]),
        polarity=lines["indicator_id"].map(indicators["polarity"]),
        text=own["text"],
        marks=own["marks"],
        printed_value=own["value"],
        places=decimal_places(own["value"].astype("str").fillna("")),
    )


def comparators_table(report):
    """One row for each published indicator: value, change, target, England, region, neighbours, rank and trend."""
    rows = lines_beside(report)
    units = report.register.table("units").set_index("unit")
    frame = pd.DataFrame(
        {
            "Indicator": rows["name"],
            "Definition": rows["match"].map(_DEFINITION),
            "Unit": rows["unit"].map(units["heading"]),
            "Figure": numbers(rows["printed_value"]),
            "Marks": rows["marks"],
            "Period": rows["period_label"],
            "Change": _cell(format_places(rows["previous_difference"], rows["places"], signed=True), rows, "previous"),
            "Target": _target(report, rows),
            "England": _cell(_figures_for(report, rows, ENGLAND)["value"], rows, "england"),
            "Region": _cell(_figures_for(report, rows, report.area["region_id"])["value"], rows, "region"),
            "Neighbours": _cell(_average(rows), rows, "neighbours"),
            "Rank and quarter": _rank(rows) + ", " + _quarter(rows),
            "Trend": _trend(rows),
        }
    )
    if report.priority is None:
        frame.insert(1, "Priority", rows["priority_id"].map(report.priorities.set_index("priority_id")["name"]))
    lists = list_words(report.standing, report.register, report.as_at)
    used = [f"Statistical neighbours: {lists[one]}." for one in sorted(set(rows["neighbours_list"].dropna()) - {""})]
    used += _change_of_list(report, lists)
    near = rows[rows["match"] == "near"].drop_duplicates(["series_id", "breakdown"])
    differs = near["name"] + " differs from the plan's definition: " + near["differs"] + "."
    reasons = report.register.table("indicators").set_index("indicator_id").loc[rows["indicator_id"].unique()]
    reasons = reasons[reasons["chance_note"] != ""]
    untested = reasons["name"] + ": chance is not tested, because " + reasons["chance_note"] + "."
    notes = (_NOTE, _RANK_NOTE, *used, *untested, *differs)
    return Table("Each indicator beside its comparators", tidy(frame), notes, "comparators")


def read_comparators(report):
    """How many indicators can be set beside all authorities, and how they stand."""
    rows = lines_beside(report).drop_duplicates(["series_id", "breakdown"])
    if rows.empty:
        return Words("No indicator of this page has a published counterpart known at the date of the review.")
    parts = [
        f"{sentence_count(len(rows))} {plural(len(rows), 'line', 'lines')} of published figures "
        f"{plural(len(rows), 'belongs', 'belong')} to the indicators listed here."
    ]
    for comparator, name in [("england", "England"), ("neighbours", "the statistical neighbours")]:
        told = rows[rows[f"{comparator}_evidence"] == "beyond chance"]
        verdicts = told[f"{comparator}_verdict"].value_counts()
        words = [f"{count(number)} {verdict}" for verdict, number in verdicts.sort_index().items()]
        parts.append(f"Beyond chance against {name}: {', '.join(words) or 'none'}.")
    tested = rows["trend_verdict"] != "cannot be tested"
    moving = tested & (rows["trend_verdict"] != "no significant trend")
    told = f"; {how_many(moving.sum())} {'is' if moving.sum() < 2 else 'are'} significant" if tested.any() else ""
    parts.append(f"A trend could be tested for {how_many(tested.sum())}{told}.")
    return Words(" ".join(parts))


def both_ways_table(report):
    """What stands worse than England or the neighbours and is getting worse, then what stands better and is getting better."""
    worse, better = worse_and_worsening(report), worse_and_worsening(report, "better")
    rows = pd.concat(
        [worse.assign(which="worse and getting worse"), better.assign(which="better and getting better")],
        ignore_index=True,
    )
    frame = pd.DataFrame(
        {
            "Indicator": rows["name"],
            "Which": rows["which"],
            "Priority": _priority_names(report, rows["priority_ids"]),
            "Where it stands": rows["standing"],
            "Where it is going": rows["direction"],
            "What this rests on": rows["reason"],
        }
    )
    return Table("Worse and getting worse, better and getting better", tidy(frame), (), "both-ways")


def read_both_ways(report):
    """How many are worse and getting worse, and better and getting better."""
    worse, better = worse_and_worsening(report), worse_and_worsening(report, "better")
    names = f": {'; '.join(f'**{name}**' for name in worse['name'])}" if len(worse) else ""
    return Words(
        f"{sentence_count(len(worse))} {plural(len(worse), 'indicator is', 'indicators are')} worse and getting worse{names}. "
        f"{sentence_count(len(better))} {plural(len(better), 'is', 'are')} better and getting better."
    )


def links(report):
    """Links to the pages of the priorities, to the long views of the plan's own area and to the comparators page of each
    published series."""
    rows = lines_with_page(report)
    lines = [f"- [Comparators: {row.label}](comparators-{row.series_id}.html)" for row in rows.itertuples()]
    views = [long_views(report)] if report.is_own_area else []
    return Words("\n".join([pages(report), *views, *lines]))


def lines_with_page(report):
    """The published series that have a comparators page: one on the definition of the documents, with a figure.

    Returns
    -------
    DataFrame with ``series_id`` and ``label``, in the order of the plan.
    """
    rows = lines_beside(report)
    rows = rows[(rows["match"] == "same") & ~rows["unit"].isin(TOTALS)].drop_duplicates("series_id")
    return rows[["series_id", "name"]].set_axis(["series_id", "label"], axis=1).reset_index(drop=True)


# ---- cells ----


def _change_of_list(report, lists):
    """A sentence where the neighbours are not those of the review before."""
    before = report.last_review
    if before is None:
        return []
    old, new = (choose_list(report.register, day) for day in (before["as_at"], report.as_at))
    changed = f"The list of neighbours changed since the review {before['review']}, which used the {lists[old]}."
    return [changed] if old != new else []


def _priority_names(report, ids):
    names = report.priorities.set_index("priority_id")["name"]
    return ids.str.split().map(lambda each: ", ".join(names[one] for one in each)).astype("str")


def _figures_for(report, rows, area_id):
    """Text, value and marks of an area's figure for the series and period of each row."""
    keys = [*OBSERVATION_KEY, "period"]
    known = (
        report.figures[report.figures["open_data"]]
        .drop_duplicates(keys, keep="last")
        .set_index(keys)[["text", "value", "marks"]]
    )
    wanted = pd.MultiIndex.from_frame(rows[["series_id", "breakdown", "period"]].assign(area_id=area_id)[keys])
    return known.reindex(wanted).set_axis(rows.index).astype("str").fillna("")


def _cell(figure, rows, comparator):
    """ "21.9: ✗ worse (beyond chance)"."""
    verdict, evidence = rows[f"{comparator}_verdict"], rows[f"{comparator}_evidence"]
    evidence = evidence.where(verdict != "cannot tell from rounded figures", "")
    told = (
        figure.astype("str").fillna("") + ": " + with_sign(verdict) + (" (" + evidence + ")").where(evidence != "", "")
    )
    return told.where(~verdict.isin(["", "not compared"]), "not compared")


def _average(rows):
    count = rows[["neighbours_n", "neighbours_of"]].map("{:.0f}".format, na_action="ignore").astype("str").fillna("")
    return (
        format_places(rows["neighbours_value"], rows["places"]).fillna("")
        + " (mean of "
        + count["neighbours_n"]
        + " of "
        + count["neighbours_of"]
        + ")"
    )


def _target(report, rows):
    """The verdict on the plan's target, where the published line is on its definition."""
    targets = report.comparison[(report.comparison["comparator"] == "target")].drop_duplicates(
        ["series_id", "breakdown", "priority_id"]
    )
    targets = targets.set_index(["series_id", "breakdown", "priority_id"])
    found = targets.reindex(pd.MultiIndex.from_frame(rows[["series_id", "breakdown", "priority_id"]])).set_axis(
        rows.index
    )
    none = found["target_id"].isna() | (found["target_id"] == "")
    return with_sign(found["verdict"].astype("str").fillna("").mask(none, "no target")).mask(
        rows["match"] != "same", "not compared: other definition"
    )


def _rank(rows):
    whole = rows[["rank", "rank_of"]].map("{:.0f}".format, na_action="ignore").astype("str")
    tie = np.where(rows["rank_ties"].fillna(0) > 1, "=", "")
    return (whole["rank"] + tie + " of " + whole["rank_of"]).fillna("no rank")


def _quarter(rows):
    return rows["band"].map("quarter {:.0f}".format, na_action="ignore").astype("str").fillna(rows["band_reason"])


def _trend(rows):
    evidence = (" (" + rows["trend_evidence"] + ")").where(rows["trend_evidence"] != "", "")
    return (with_sign(rows["trend_verdict"]) + evidence).str.replace("– ", "")
