"""Which two figures stand side by side: like with like, or what a document itself sets side by side."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import at_newest_edition
from cyp_helpers.register.periods import ANNUAL_KINDS, UNDATED_KINDS
from cyp_helpers.register.tables import ENGLAND, OBSERVATION_KEY, region_of


def pair_figures(comparator, subjects, figures, pairings, register):
    """The figure to set each subject's newest figure against, or the reason why there is none.

    Parameters
    ----------
    comparator : "baseline", "previous", "same_period_last_year", "england" or "region"
    subjects : frame of ``listed_subjects`` with ``observation_id`` of the newest figure and ``gap`` (``why_no_figure``)
    figures : frame of ``known_figures``
    pairings : frame of ``known_pairings``, the pairs that documents print

    Returns
    -------
    ``subjects`` with ``comparator, comparator_observation_id`` ('' where there is none), ``problem`` (why, or ''),
    ``printed_pair`` (True where the document sets the two side by side) and ``caution``.
    """
    found = {
        "baseline": _starting_figures,
        "previous": _previous_figures,
        "same_period_last_year": _figures_a_year_before,
        "england": _england_figures,
        "region": _region_figures,
    }[comparator](subjects, figures, register)
    printed = _printed_beside(subjects, pairings, figures, comparator)
    pairs = subjects.assign(comparator=comparator).join(found).join(printed)
    use_printed = pairs["printed_id"].notna() & (comparator != "baseline")
    pairs["comparator_observation_id"] = pairs["printed_id"].where(use_printed, pairs["found_id"]).fillna("")
    pairs["printed_pair"] = use_printed
    pairs["caution"] = pairs["caution"].where(use_printed, "").fillna("")
    pairs["problem"] = (
        pairs["problem"].mask(pairs["comparator_observation_id"] != "", "").mask(pairs["gap"] != "", pairs["gap"])
    )
    return pairs.drop(columns=["printed_id", "found_id"])


def _printed_beside(subjects, pairings, figures, comparator):
    pairings = pairings[
        (pairings["comparator"] == comparator) & pairings["comparator_observation_id"].isin(figures.index)
    ]
    pairings = pairings.set_index("observation_id")[["comparator_observation_id", "caution"]]
    pairings = pairings.rename(columns={"comparator_observation_id": "printed_id"})
    return pairings.reindex(subjects["observation_id"]).set_index(subjects.index)


def _previous_figures(subjects, figures, register):
    """The last earlier figure of the same line over a like period."""
    both = _candidates(subjects, figures, OBSERVATION_KEY, figures[figures["number"].notna()])
    like = (
        both["other_dated"] & both["dated"] & (both["other_kind"] == both["kind"]) & (both["other_end"] < both["start"])
    )
    undated = ~both["other_dated"] & (both["other_end"] < both["end"])
    best = (
        both[like | undated]
        .sort_values(["other_dated", "other_end"], kind="stable")
        .drop_duplicates("subject", keep="last")
    )
    unlike, unordered = both[~like], both[~undated & ~both["other_dated"]]
    problem = np.select(
        [subjects.index.isin(unordered["subject"]), subjects.index.isin(unlike["subject"])],
        [
            "Another figure is printed without its period, so it is not known which of the two is earlier.",
            "Earlier figures cover unlike periods.",
        ],
        "No earlier figure on this definition is known.",
    )
    return _found(subjects, best, problem)


def _figures_a_year_before(subjects, figures, register):
    both = _candidates(subjects, figures, OBSERVATION_KEY)
    year = pd.DateOffset(years=1)
    best = both[(both["other_kind"] == both["kind"]) & (both["other_start"] == both["start"] - year)]
    kind = subjects["observation_id"].map(figures["kind"])
    problem = np.select(
        [kind.isin(ANNUAL_KINDS), kind.isin(UNDATED_KINDS)],
        ["The figure is for a whole year: see the previous figure.", "No period is printed for the figure."],
        "No figure for the same period a year before is known.",
    )
    return _found(subjects, best[~best["kind"].isin(ANNUAL_KINDS)], problem)


def _england_figures(subjects, figures, register):
    return _area_figures(subjects, figures, pd.Series(ENGLAND, index=subjects.index), "England")


def _region_figures(subjects, figures, register):
    regions = {area: region_of(register, area) for area in subjects["area_id"].unique()}
    names = register.table("areas").set_index("area_id")["name"]
    region = subjects["area_id"].map(regions).astype("str")
    return _area_figures(subjects, figures, region, region.map(names).astype("str").fillna("the region"))


def _area_figures(subjects, figures, area, name):
    """The figure of a wider area for the very same period."""
    wider = figures.assign(wider=figures["area_id"])
    both = _candidates(subjects.assign(wider=area), figures, ["series_id", "breakdown", "wider"], wider)
    best = both[
        (both["other_start"] == both["start"]) & (both["other_end"] == both["end"]) & both["other_number"].notna()
    ]
    with_figure = both[both["other_number"].notna()].join(figures["period_label"], on="other_id")
    newest = with_figure.sort_values("other_end", kind="stable").groupby("subject")["period_label"].last()
    newest = newest.reindex(subjects.index)
    empty = both[both["other_number"].isna()].groupby("subject")["other_text"].first().reindex(subjects.index)
    problem = np.select(
        [newest.notna(), empty.notna()],
        [
            "For " + name + " there is no figure for this period; the newest is for " + newest.fillna("") + ".",
            "The document prints '" + empty.fillna("") + "' for " + name + ".",
        ],
        "No figure of " + name + " is known on this definition.",
    )
    return _found(subjects, best.drop_duplicates("subject"), problem)


def _starting_figures(subjects, figures, register):
    """The figure from which the plan's target is measured."""
    targets = register.table("targets")
    targets = targets.assign(
        baseline_observation_id=at_newest_edition(targets["baseline_observation_id"], register, figures)
    )
    start = targets[targets["baseline_observation_id"].isin(figures.index[figures["number"].notna()])].set_index(
        "plan_indicator_id"
    )["baseline_observation_id"]
    listing = subjects["listed_as"].str.split().explode().map(start).astype("str").dropna()
    best = pd.DataFrame({"subject": listing.index, "other_id": listing.to_numpy()}).drop_duplicates(
        "subject", keep="last"
    )
    both = best.join(_facts(figures).add_prefix("other_"), on="other_id").set_index("subject")
    mine = _facts(figures).reindex(subjects["observation_id"]).set_index(subjects.index).reindex(both.index)
    same = both["other_id"] == subjects["observation_id"].reindex(both.index)
    unordered = ~both["other_dated"].astype(bool) & (both["other_end"] >= mine["end"]) & ~same
    unlike = both["other_dated"].astype(bool) & (both["other_kind"] != mine["kind"]) & ~same
    earlier = both["other_dated"].astype(bool) & (mine["end"] <= both["other_end"]) & ~same
    reasons = np.select(
        [same | earlier, unordered, unlike],
        [
            "No figure later than the starting figure is known.",
            "The starting figure is printed without its period, so it is not known whether the newer publication is a later figure.",
            "The starting figure covers an unlike period.",
        ],
        "",
    )
    reasons = pd.Series(reasons, index=both.index, dtype="str")
    good = both[reasons == ""].reset_index()
    problem = reasons.reindex(subjects.index).fillna("The plan prints no starting figure.")
    return _found(subjects, good, problem)


def _candidates(subjects, figures, on, among=None):
    """Every other figure with the same key (of those ``among``, else of all) beside each subject's newest figure."""
    mine = subjects[["observation_id", *on]].rename_axis("subject").reset_index()
    mine = mine.join(_facts(figures), on="observation_id")
    others = (figures if among is None else among).reset_index(names="other_id")[["other_id", *on]]
    both = mine.merge(others, on=on)
    both = both.join(_facts(figures).add_prefix("other_"), on="other_id")
    both = both[both["other_id"] != both["observation_id"]]
    return both.astype({"dated": bool, "other_dated": bool})


def _facts(figures):
    return figures[["start", "end", "kind", "dated", "number", "text"]]


def _found(subjects, best, problem):
    ids = best.set_index("subject")["other_id"].reindex(subjects.index)
    return pd.DataFrame({"found_id": ids, "problem": problem}, index=subjects.index)


def why_no_figure(subjects, figures, register):
    """Why a subject cannot be compared at all; '' where it can."""
    empty = (
        figures[figures["number"].isna()]
        .reset_index()
        .drop_duplicates(OBSERVATION_KEY, keep="last")
        .set_index(OBSERVATION_KEY)["printed"]
    )
    keys = pd.MultiIndex.from_frame(subjects[OBSERVATION_KEY])
    printed = pd.Series(empty.reindex(keys).to_numpy(), index=subjects.index)
    breaks = register.table("series-breaks")
    known_series = set(figures.loc[figures["number"].notna(), "series_id"])
    breaks = breaks[breaks["successor_series_id"].isin(known_series)].set_index("series_id")["what_changed"]
    superseded = subjects["series_id"].map(breaks).astype("str")
    return pd.Series(
        np.select(
            [subjects["observation_id"] != "", subjects["measure"] == "milestone", superseded.notna(), printed.notna()],
            [
                "",
                "This is an event or document to deliver, not a figure.",
                "No figure is known on this definition; figures continue on another, because "
                + superseded.fillna("")
                + ".",
                "No figure is known: the document prints '" + printed.fillna("") + "'.",
            ],
            "No figure is known.",
        ),
        index=subjects.index,
    )
