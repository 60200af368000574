"""Every figure of a plan against its target, its start, its past, England, region and neighbours, told in words."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use, list_words
from cyp_helpers.compare.figures import (
    at_newest_edition, contradicting, figures_of_periods, format_places, known_pairings, look_up, newest_figures,
    with_words
)
from cyp_helpers.compare.flags import pair_flags, with_age, with_queries
from cyp_helpers.compare.judge import Evidence, Verdict, judge
from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.compare.reasons import average_words, coarser_places, gap_sentences, pair_sentences
from cyp_helpers.compare.stated import with_stated
from cyp_helpers.compare.subjects import listed_subjects
from cyp_helpers.compare.targets import assess_targets
from cyp_helpers.register.reviews import find_review, previous_review
from cyp_helpers.register.tables import ENGLAND, LINE_KEY, area_of_plan, region_of

COMPARATORS = {
    "target": "Target", "baseline": "Starting figure", "previous": "Previous figure",
    "same_period_last_year": "Same period last year", "five_years": "Five years", "england": "England",
    "region": "Region", "neighbours": "Statistical neighbours"
}
_NOT_AT_HAND = "No figure at hand"  # how no_counterpart.csv begins where a figure is published elsewhere
COLUMNS = [
    "plan_id", "review", "as_at", "priority_id", "subject_id", "name", "measure", "role", "basis", "indicator_id",
    "series_id", "area_id", "breakdown", "unit", "polarity", "comparator", "period", "value", "value_text",
    "comparator_period", "comparator_value", "comparator_text", "difference", "difference_text", "direction", "verdict",
    "evidence", "promise", "score", "counts", "england_difference", "outlook", "gap", "reason", "flags", "rank",
    "rank_of", "rank_ties", "band", "observation_id", "comparator_observation_id", "target_id", "stated_id",
    "value_source", "comparator_source", "query_ids"
]


def compare_plan(judged, plan, review, area, published=False):
    """Compare every figure that a plan's documents list, as known at a review.

    Parameters
    ----------
    judged : Judged on the day of the review
    plan, review : str, such as "cypf-2016-18" and "2017-18 part 2"
    area : ``area_id`` of the authority to compare
    published : compare the published series of the plan's indicators in place of what its documents list

    Returns
    -------
    (rows, figures): the rows are a DataFrame with ``COLUMNS``, one row for each priority, subject and comparator
    (``COMPARATORS``), in printed order. ``verdict`` and ``evidence`` are words of ``Verdict`` and ``Evidence``; ``gap`` is a key of
    ``reasons.GAPS``, why a row is not compared; ``reason`` is for readers; ``difference`` is in the unit of the indicator,
    percentage points for percentages. The figures are those of ``with_words`` that the rows are about.

    Raises
    ------
    UnknownName, with the valid names.

    >>> from cyp_helpers.compare.comparison import judged_on
    >>> judged = judged_on(load_register(), pd.Timestamp("2018-03-31"))
    >>> rows, _ = compare_plan(judged, "cypf-2016-18", "2017-18 part 2", "E10000024")
    >>> rows.loc[rows["series_id"] == "re-referrals", "comparator"].tolist()[:3]
    ['target', 'baseline', 'previous']
    """
    register = judged.register
    figures = shown_figures(judged, area)
    pairings = known_pairings(register)
    own = area == area_of_plan(register, plan) and not published
    subjects = listed_subjects(register, plan, None if own else area)
    newest = newest_figures(figures[figures["open_data"]] if published else figures, pairings).rename("observation_id")
    subjects = subjects.join(newest, on=LINE_KEY).fillna({"observation_id": ""})
    subjects = subjects.join(_without_figure(subjects, figures, register))
    pairs = _pairs_of(subjects, figures, judged)
    rows = _tell(pairs, figures, register)
    rows = with_stated(rows, figures, register)
    rows = pd.concat([assess_targets(subjects, figures, rows, register, plan), rows], ignore_index=True)
    rows = with_age(rows, figures, register, previous_review(register, plan, review))
    rows = with_queries(rows, register)
    rows = rows.assign(plan_id=plan, review=review, as_at=find_review(register, plan, review)["as_at"])
    rows = rows.drop(columns=["rank", "rank_of", "rank_ties", "band"], errors="ignore")
    rows = rows.join(figures[["rank", "rank_of", "rank_ties", "band"]], on="observation_id")
    order = {comparator: n for n, comparator in enumerate(COMPARATORS)}
    rows["subject_order"] = rows.groupby(["priority_id", "subject_id"], sort=False).ngroup()
    rows = rows.assign(comparator_order=rows["comparator"].map(order))
    rows = rows.sort_values(["subject_order", "comparator_order"], kind="stable")
    text = rows.select_dtypes(exclude=["number", "datetime"]).columns
    rows[text] = rows[text].fillna("")
    return rows.reindex(columns=COLUMNS).reset_index(drop=True), figures


def shown_figures(judged, area):
    """Figures with words that bear on an area: its own, its region's and England's; of documents only those of the plan's area."""
    figures = judged.figures
    places = [area, region_of(judged.register, area), ENGLAND]
    plans = judged.register.table("plans").set_index("plan_id")["area_id"]
    about = judged.register.table("sources").set_index("source_id")["plan_id"].map(plans)
    shown = np.where(figures["open_data"], figures["area_id"].isin(places), figures["source_id"].map(about) == area)
    return with_words(figures[shown], judged.register)


# ---- pairs ----


def _without_figure(subjects, figures, register):
    """``lack``, a key of ``GAPS``: why a subject cannot be compared at all, and ``lack_detail``; '' where it can."""
    empty = figures[figures["number"].isna()].drop_duplicates(LINE_KEY, keep="last").set_index(LINE_KEY)["printed"]
    printed = subjects[LINE_KEY].join(empty, on=LINE_KEY)["printed"]
    breaks = register.table("series-breaks")
    known_series = set(figures.loc[figures["number"].notna(), "series_id"])
    breaks = breaks[breaks["successor_series_id"].isin(known_series)].set_index("series_id")["what_changed"]
    elsewhere = register.table("no-counterpart").set_index("indicator_id")["reason"]
    elsewhere = subjects["indicator_id"].map(elsewhere[elsewhere.str.startswith(_NOT_AT_HAND)]).astype("str")
    superseded = subjects["series_id"].map(breaks).astype("str")
    conditions = [
        (subjects["observation_id"] != "", "", ""), (subjects["measure"] == "milestone", "milestone", ""),
        (superseded.notna(), "superseded", superseded.fillna("")),
        (printed.notna(), "printed instead", printed.fillna("")),
        (elsewhere.notna(), "not at hand", elsewhere.fillna(""))
    ]
    when, lacks, details = zip(*conditions)
    told = {"lack": np.select(when, lacks, "no figure"), "lack_detail": np.select(when, details, "")}
    return pd.DataFrame(told, index=subjects.index)


def _pairs_of(subjects, figures, judged):
    """The judged pairs of each subject's newest figure; one row for each comparator, also where there is nothing to compare."""
    every = pd.MultiIndex.from_product([subjects.index, list(COMPARATORS)[2:]], names=["subject", "comparator"])
    asked = subjects.join(figures["figure"], on="observation_id").rename_axis("subject")
    found = asked[["figure"]].dropna().reset_index().merge(judged.pairs, on="figure").set_index(every.names)
    start = _starts(asked, figures, judged.register)
    start = judge(judged.figures, start, judged.years, judged.register).set_index(every.names)
    found = (
        pd.concat([start, found.reindex(every)])
        .sort_index(level=0, sort_remaining=False, kind="stable")
        .reset_index("comparator")
    )
    rows = asked.drop(columns="figure").join(found.drop(columns="figure")).reset_index(drop=True)
    kind = look_up(rows["observation_id"], figures["kind"])
    dated, span = (look_up(rows["observation_id"], figures[column]) for column in ("dated", "span"))
    missing = rows["gap"].isna() & (rows["comparator"] == "same_period_last_year")
    why = np.select([dated.eq(False), span == 1], ["no period", "whole year"], "nothing a year before")
    rows["gap"] = rows["gap"].mask(missing, why)
    rows["gap"] = rows["gap"].mask(rows["gap"].isna() & kind.notna(), "too few years")
    rows["gap"] = rows["lack"].where(rows["lack"] != "", rows["gap"])
    return rows.assign(verdict=rows["verdict"].where(rows["gap"] == "", Verdict.NOT_COMPARED.value))


def _starts(subjects, figures, register):
    """The figure from which the plan's target is measured, as pairs to be judged."""
    targets = register.table("targets")
    start = at_newest_edition(targets["baseline_observation_id"], register).set_axis(targets["plan_indicator_id"])
    start = start[start.isin(figures.index[figures["number"].notna()])]
    listing = (
        subjects["listed_as"]
        .str.split()
        .explode()
        .map(start[~start.index.duplicated(keep="last")])
        .astype("str")
        .dropna()
    )
    periods = targets.set_index("plan_indicator_id")["baseline_period"]
    periods = subjects["listed_as"].str.split().str[-1].map(periods[~periods.index.duplicated(keep="last")])
    ids = listing.groupby(level=0).last().reindex(subjects.index)
    ids = ids.fillna(figures_of_periods(subjects, periods.astype("str"), figures))
    mine, other = (look_up(one, figures) for one in (subjects["observation_id"], ids))
    same = (ids == subjects["observation_id"]) | (other["dated"].eq(True) & (mine["end"] <= other["end"]))
    gap = np.select(
        [
            ids.isna(), same, other["dated"].eq(False) & (other["end"] >= mine["end"]),
            other["dated"].eq(True) & (other["kind"] != mine["kind"])
        ],
        ["no start", "start itself", "start undated", "start unlike"], ""
    )
    gap = pd.Series(gap, index=subjects.index, dtype="str")
    facts = other[["number", "low", "high", "numerator", "denominator"]].mask(gap != "").add_prefix("other_")
    difference = (mine["number"] - facts["other_number"]).round(9)
    pairs = facts.assign(
        difference=difference, comparator="baseline", figure=mine["figure"].fillna(-1).astype(int),
        other=other["figure"].where(gap == "").fillna(-1).astype(int), gap=gap
    )
    both = subjects[["observation_id"]].assign(start=ids)
    apart = contradicting(both, register, "observation_id", "start") & (gap == "")
    pairs["gap"], pairs["difference"] = pairs["gap"].mask(apart, "contradicted"), pairs["difference"].mask(apart)
    return pairs.assign(printed=False, caution="", other_source=False, n=np.nan, subject=subjects.index)


# ---- words ----


def _tell(rows, figures, register):
    """What readers see of each judged pair: both figures, the difference, one sentence, flags."""
    units = register.table("units").set_index("unit")
    mine = look_up(rows["observation_id"], figures)
    label = figures.reset_index().set_index("figure")["observation_id"]
    ids = rows["other"].map(label).astype("str").fillna("")
    other = look_up(ids, figures)
    judged = (rows["gap"] == "") & rows["difference"].notna()
    places = coarser_places(mine, other)
    near = rows["comparator"] == "neighbours"
    average = average_words(rows, places, units).where(judged & near)
    in_use = list_in_use(register)
    listed = f" ({list_words(register)[in_use]})" if in_use else ""
    rows = rows.assign(
        period=mine["period_label"], value=mine["number"], value_text=mine["text"], value_source=mine["source"],
        comparator_observation_id=ids,
        comparator_period=other["period_label"].where(~near, mine["period_label"].where(judged)),
        comparator_value=rows["other_number"], comparator_text=other["text"].where(~near, average),
        comparator_source=other["source"].where(~near | ~judged, in_use), places=places,
        other_words=(average + listed).fillna("")
    )
    dated = mine["dated"].eq(True) & other["dated"].eq(True)
    span = (mine["start"] != other["start"]) | (mine["end"] != other["end"])
    unlike = dated & span.where(~rows["comparator"].isin(OVER_TIME), mine["kind"] != other["kind"])
    told = format_places(rows["difference"], places, signed=True).where(rows["evidence"] != Evidence.HIDDEN, "")
    rows["difference_text"] = told.fillna("")
    sentence = pair_sentences(rows, mine, other, unlike, units)
    rows["reason"] = sentence.where(judged, _gap_words(rows, figures, register))
    return rows.assign(flags=pair_flags(rows, mine, other, judged, unlike, register))


def _gap_words(rows, figures, register):
    """Why each row is not compared."""
    regions = register.table("areas").set_index("area_id")["region_id"]
    wide = rows["area_id"].map(regions).where(rows["comparator"] == "region", ENGLAND)
    wide = wide.where(rows["gap"] != "itself", rows["area_id"])
    names = register.table("areas").set_index("area_id")["name"]
    keys = ["series_id", "breakdown", "area_id"]
    wanted = pd.MultiIndex.from_frame(rows[keys].assign(area_id=wide)[keys].fillna(""))
    told = figures[figures["number"].notna()].sort_values("end", kind="stable").drop_duplicates(keys, keep="last")
    newest = told.set_index(keys)["period_label"].reindex(wanted).set_axis(rows.index)
    empty = (
        figures[figures["number"].isna()]
        .drop_duplicates(keys)
        .set_index(keys)["text"]
        .reindex(wanted)
        .set_axis(rows.index)
    )
    years = rows["n"].fillna(0).astype(int)
    detail = (
        rows["lack_detail"].mask(rows["gap"] == "other period", newest).mask(rows["gap"] == "no figure printed", empty)
    )
    detail = detail.mask(
        rows["gap"] == "too few years", pd.Series(np.where(years == 1, "is ", "are "), rows.index) + years.astype("str")
    )
    return gap_sentences(
        rows["gap"], wide.map(names).astype("str").fillna("the region"), detail.astype("str").fillna("")
    )
