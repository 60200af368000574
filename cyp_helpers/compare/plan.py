"""Every figure of a plan against its target, its start, its past, England, region and neighbours, told in words."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import RANKS, list_in_use, list_words
from cyp_helpers.compare.figures import (
    as_text, choose, contradicting, format_places, join_words, look_up, matching,
    newest_figures, with_words, word
)
from cyp_helpers.compare.judge import Evidence, Verdict, judge
from cyp_helpers.compare.pairs import COMPARATORS, OVER_TIME, across_break
from cyp_helpers.compare.reasons import (
    average_words, coarser_places, pair_flags, pair_sentences, sentences, with_age, with_queries
)
from cyp_helpers.compare.subjects import listed_subjects
from cyp_helpers.compare.targets import assess_targets, targets_of
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.reviews import find_review, previous_review
from cyp_helpers.register.tables import ENGLAND, LINE_KEY, area_of_plan, decimal_places, region_of

_NOT_AT_HAND = "No figure at hand"  # how no_counterpart.csv begins where a figure is published elsewhere
COLUMNS = [
    "plan_id", "review", "as_at", "priority_id", "subject_id", "name", "measure", "role", "basis", "indicator_id",
    "series_id", "area_id", "breakdown", "unit", "polarity", "comparator", "period", "value", "value_text",
    "comparator_period", "comparator_value", "comparator_text", "difference", "difference_text", "direction", "verdict",
    "evidence", "promise", "score", "counts", "england_difference", "outlook", "gap", "reason", "flags", "rank",
    "rank_of", "rank_ties", "band", "observation_id", "comparator_observation_id", "target_id", "stated_id",
    "value_source", "comparator_source", "query_ids",
]


def compare_plan(judged, plan, review, area, published=False):
    """Compare every figure that a plan's documents list, as known at a review.

    Parameters: ``judged``: Judged on the day of the review; ``area``: ``area_id`` of the authority to compare;
    ``published``: compare the published series of the plan's indicators in place of what its documents list.
    Returns: (rows, figures): the rows are a DataFrame with ``COLUMNS``, one row for each priority, subject and
    comparator (``COMPARATORS``), in printed order. ``verdict`` and ``evidence`` are words of ``Verdict`` and
    ``Evidence``; ``gap`` is a name of ``reasons.csv``, why a row is not compared; ``reason`` is for readers;
    ``difference`` is in the unit of the indicator, percentage points for percentages. The figures are those of
    ``with_words`` that the rows are about.
    """
    register = judged.register
    figures = shown_figures(judged, area)
    own = area == area_of_plan(register, plan) and not published
    subjects = listed_subjects(register, plan, None if own else area)
    newest = newest_figures(figures[figures["open_data"]] if published else figures, register)
    subjects = subjects.join(newest.rename("observation_id"), on=LINE_KEY).fillna({"observation_id": ""})
    subjects = subjects.join(_without_figure(subjects, figures, register))
    targets = targets_of(subjects, figures, register)
    rows = _pairs_of(subjects, targets["baseline_observation_id"], figures, judged)
    rows = with_stated(_tell(rows, figures, register), figures, register)
    rows = pd.concat([assess_targets(subjects.join(targets), figures, rows, register, plan), rows], ignore_index=True)
    rows = with_queries(with_age(rows, figures, register, previous_review(register, plan, review)), register)
    rows = rows.assign(plan_id=plan, review=review, as_at=find_review(register, plan, review)["as_at"])
    rows = rows.join(figures[RANKS], on="observation_id")
    order = rows["comparator"].map(list(COMPARATORS).index)
    order += len(COMPARATORS) * rows.groupby(["priority_id", "subject_id"], sort=False).ngroup()
    rows = rows.loc[order.sort_values().index, COLUMNS].reset_index(drop=True)
    text = rows.select_dtypes(exclude=["number", "datetime"]).columns
    rows[text] = rows[text].fillna("")
    return rows, figures


def shown_figures(judged, area):
    """Figures with words of an area, its region and England; of documents only those of the plans of the area."""
    figures = judged.figures
    places = [area, region_of(judged.register, area), ENGLAND]
    plans = judged.register.table("plans").set_index("plan_id")["area_id"]
    about = judged.register.table("sources").set_index("source_id")["plan_id"].map(plans)
    shown = np.where(figures["open_data"], figures["area_id"].isin(places), figures["source_id"].map(about) == area)
    return with_words(figures[shown], judged.register)


def _without_figure(subjects, figures, register):
    """``lack``, a name of ``reasons.csv``: why a subject cannot be compared, and ``lack_detail``; '' where it can."""
    printed = matching(subjects, figures[figures["number"].isna()], LINE_KEY, "printed", keep="last")
    breaks = register.table("series-breaks")
    known_series = set(figures.loc[figures["number"].notna(), "series_id"])
    breaks = breaks[breaks["successor_series_id"].isin(known_series)].set_index("series_id")["what_changed"]
    elsewhere = register.table("no-counterpart").set_index("indicator_id")["reason"]
    elsewhere = subjects["indicator_id"].map(elsewhere[elsewhere.str.startswith(_NOT_AT_HAND)]).astype("str")
    superseded = subjects["series_id"].map(breaks).astype("str")
    when, lacks, details = zip(
        (subjects["observation_id"] != "", "", ""), (subjects["measure"] == "milestone", "milestone", ""),
        (superseded.notna(), "superseded", superseded.fillna("")),
        (printed.notna(), "printed instead", printed.fillna("")),
        (elsewhere.notna(), "not at hand", elsewhere.fillna(""))
    )
    told = {"lack": np.select(when, lacks, "no figure"), "lack_detail": np.select(when, details, "")}
    return pd.DataFrame(told, index=subjects.index)


def _pairs_of(subjects, starts, figures, judged):
    """The judged pairs of each subject's newest figure; one row for each comparator, also without a pair."""
    every = pd.MultiIndex.from_product([subjects.index, list(COMPARATORS)[2:]], names=["subject", "comparator"])
    asked = subjects.join(figures["figure"], on="observation_id").rename_axis("subject")
    found = asked[["figure"]].dropna().reset_index().merge(judged.pairs, on="figure").set_index(every.names)
    start = _starts(asked, starts, figures, judged)
    start = judge(judged.figures, start, judged.years, judged.register).set_index(every.names)
    found = pd.concat([start, found.reindex(every)]).reset_index("comparator")
    rows = asked.drop(columns="figure").join(found.drop(columns="figure")).reset_index(drop=True)
    mine, year_ago = look_up(rows["observation_id"], figures), rows["comparator"] == "same_period_last_year"
    gap = choose(
        rows.index, (rows["lack"] != "", rows["lack"]), (rows["gap"].notna(), rows["gap"]),
        (year_ago & mine["dated"].eq(False), "no period"), (year_ago & (mine["span"] == 1), "whole year"),
        (year_ago, "nothing a year before"), otherwise="too few years",
    )
    return rows.assign(gap=gap, verdict=rows["verdict"].where(gap == "", Verdict.NOT_COMPARED.value))


def _starts(subjects, starts, figures, judged):
    """The figure that the plan's target is measured from (``starts``: ``observation_id``), as pairs to judge."""
    ids = starts.where(starts.isin(figures.index[figures["number"].notna()]))
    mine, other = (look_up(one, figures) for one in (subjects["observation_id"], ids))
    dated, undated = other["dated"].eq(True), other["dated"].eq(False)
    apart = contradicting(subjects[["observation_id"]].assign(start=ids), judged.register, "observation_id", "start")
    broken = across_break(mine["figure"], other["figure"], judged.figures)
    gap = choose(
        subjects.index, (ids.isna(), "no start"),
        ((ids == subjects["observation_id"]) | (dated & (mine["end"] <= other["end"])), "start itself"),
        (undated & (other["end"] >= mine["end"]), "start undated"),
        (dated & (other["kind"] != mine["kind"]), "start unlike"), (broken, "break between"), (apart, "contradicted")
    )
    known = gap.isin(["", "contradicted"])
    facts = other[["number", "low", "high", "numerator", "denominator"]].where(known).add_prefix("other_")
    return facts.assign(
        difference=(mine["number"] - facts["other_number"]).round(9).mask(apart), comparator="baseline", gap=gap,
        figure=mine["figure"].fillna(-1).astype(int), other=other["figure"].where(known).fillna(-1).astype(int),
        caution="", other_source=False, n=np.nan, subject=subjects.index,
    )


def _tell(rows, figures, register):
    """What readers see of each judged pair: both figures, the difference, one sentence, flags."""
    units = register.table("units").set_index("unit")
    mine = look_up(rows["observation_id"], figures)
    label = figures.reset_index().set_index("figure")["observation_id"]
    ids = as_text(rows["other"].map(label))
    other = look_up(ids, figures)
    judged, near = (rows["gap"] == "") & rows["difference"].notna(), rows["comparator"] == "neighbours"
    places = coarser_places(decimal_places(as_text(mine["value"])), other["value"])
    average = average_words(rows, places, units).where(judged & near)
    in_use = list_in_use(register)
    listed = f" ({list_words(register)[in_use]})" if in_use else ""
    rows = rows.assign(
        period=mine["period_label"], value=mine["number"], value_text=mine["text"], value_source=mine["source"],
        comparator_observation_id=ids, comparator_value=rows["other_number"],
        comparator_period=other["period_label"].where(~near, mine["period_label"].where(judged)),
        comparator_text=other["text"].where(~near, average),
        comparator_source=other["source"].where(~near | ~judged, in_use),
        places=places, other_words=(average + listed).fillna(""),
    )
    dated = mine["dated"].eq(True) & other["dated"].eq(True)
    span = (mine["start"] != other["start"]) | (mine["end"] != other["end"])
    unlike = dated & span.where(~rows["comparator"].isin(OVER_TIME), mine["kind"] != other["kind"])
    told = format_places(rows["difference"], places, signed=True).where(rows["evidence"] != Evidence.HIDDEN, "")
    reason = pair_sentences(rows, mine, other, unlike, units).where(judged, _gap_words(rows, figures, register))
    flags = pair_flags(rows, mine, other, judged, unlike, register)
    return rows.assign(difference_text=told.fillna(""), reason=reason, flags=flags)


def _gap_words(rows, figures, register):
    """Why each row is not compared."""
    areas, gap, known = register.table("areas").set_index("area_id"), rows["gap"], figures["number"].notna()
    wide = rows["area_id"].map(areas["region_id"]).where(rows["comparator"] == "region", ENGLAND)
    wide = wide.where(gap != "itself", rows["area_id"])
    wanted = rows[LINE_KEY].assign(area_id=wide).fillna("")
    newest = matching(wanted, figures[known].sort_values("end", kind="stable"), LINE_KEY, "period_label", keep="last")
    empty = matching(wanted, figures[~known], LINE_KEY, "text")
    years = rows["n"].fillna(0).astype(int)
    detail = choose(
        rows.index, (gap == "other period", newest), (gap == "no figure printed", empty),
        (gap == "too few years", years.astype("str")),
        otherwise=rows["lack_detail"],
    )
    return sentences(gap, area=wide.map(areas["name"]).astype("str").fillna("the region"), detail=as_text(detail))


def with_stated(rows, figures, register):
    """What a document states in words ("Better", "fewer complaints"), where no pair of figures could be judged or only
    older ones of documents. A pair of published figures goes before words."""
    stated = register.table("stated-comparisons").sort_values("published", kind="stable")
    key = [*LINE_KEY, "comparator"]
    found = matching(rows, stated, key, list(stated.columns.drop(key)), keep="last")
    newer = found["published"] > look_up(rows["observation_id"], figures["published"])
    newer &= ~look_up(rows["observation_id"], figures["open_data"]).eq(True)
    use = found["stated_id"].notna() & ((rows["verdict"] == "not compared") | newer)
    unclear, quoted = found["stated"] == "unclear", "'" + found["printed"] + "'"
    period, earlier = (parse_periods(found[one])["period_label"] for one in ("period", "comparator_period"))
    span = " (" + period.str.replace(r"period not printed \((.*)\)", r"period not printed, \1", regex=True) + ")"
    ending = choose(
        rows.index, (unclear, "The text is cut off, so the direction is not certain."),
        otherwise="It prints no pair of figures to check this with.",
    )
    # "decreased" for an indicator where lower is better reads as improved.
    up, down = found["stated"].isin(["increased", "higher"]), found["stated"].isin(["decreased", "lower"])
    higher, lower, time = rows["polarity"] == "higher", rows["polarity"] == "lower", rows["comparator"].isin(OVER_TIME)
    verdict = choose(
        rows.index, (unclear, "not compared"),
        ((up & higher) | (down & lower), word(Verdict.IMPROVED, time) + word(Verdict.BETTER, ~time)),
        ((up & lower) | (down & higher), word(Verdict.WORSENED, time) + word(Verdict.WORSE, ~time)),
        otherwise=found["stated"].replace("similar", Verdict.NO_DIFFERENCE.value)
    )
    numbers = ["difference", "direction", "promise", "score", "england_difference", "comparator_value"]
    changes = {
        "verdict": verdict, "evidence": word(Evidence.STATED, ~unclear), "stated_id": found["stated_id"],
        "reason": "The document says: " + quoted + span.fillna("") + ". " + ending, "comparator_text": quoted,
        "comparator_period": earlier, "comparator_source": found["source_id"] + ": " + found["locator"],
        **dict.fromkeys(numbers, np.nan),
        **dict.fromkeys(["comparator_observation_id", "counts", "gap", "difference_text"], "")
    }
    rows = rows.assign(stated_id="")
    for column, new in changes.items():
        rows[column] = pd.Series(new, index=rows.index).where(use, rows[column])
    # An older figure has no part in what a newer document says.
    aside, text = use & newer, ["period", "value_text", "observation_id", "value_source", "flags"]
    rows[text], rows["value"] = rows[text].mask(aside, ""), rows["value"].mask(aside)
    return rows.assign(flags=join_words([rows["flags"], word("text cut off", use & (found["reading"] == "cut off"))]))
