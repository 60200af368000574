"""Figures ready to compare: what each indicator of a plan is about, and the newest figure known for it."""

from functools import reduce

import numpy as np
import pandas as pd

from cyp_helpers.register.periods import UNDATED_KINDS
from cyp_helpers.register.tables import (
    ENGLAND,
    OBSERVATION_KEY,
    area_of_plan,
    find_priority,
    known_observations,
    priorities_of,
    region_of,
    with_rounding,
)

OVER_TIME = ("baseline", "previous", "same_period_last_year")  # comparators that look back
_MEASURES = ["indicator", "evidence figure", "context figure", "milestone"]  # the first one named decides


def known_figures(register, as_at, area=None):
    """Observations known on a day, with all that words about them need.

    Those of the plan documents, and the published open data of one area, its region and England.

    Parameters
    ----------
    as_at : date
    area : ``area_id``; figures of documents are of use for the area of the plan only, so another area has published
        data alone. Without an area there are the documents alone

    Returns
    -------
    DataFrame indexed by ``observation_id``: the columns of ``register.known_observations`` with, for
    judgements, the step on the scale as ``number``; ``low`` and ``high``; ``numerator`` and ``denominator`` as numbers, where chance is tested;
    ``text`` ("23.0%"), ``marks`` ("over", "[p]"), ``said`` ("23.0% (provisional) in 2016/17"), ``dated`` (False where
    no period is printed), ``open_data`` (True for published open data), ``unit``, ``area`` (its name) and ``source``
    (document or edition, and place).

    >>> known_figures(load_register(), "2018-03-31").loc["plan-2011-14/09-current", "text"]
    '65.5%'
    """
    documents = register.table("observations").assign(open_data=False)
    if area is not None:
        own = area in set(register.table("plans")["area_id"])
        documents = pd.concat([documents[: None if own else 0], _open_data(register, area)], ignore_index=True)
    figures = known_observations(documents, register.table("series"), as_at)
    untested = figures["indicator_id"].map(register.table("indicators").set_index("indicator_id")["chance_note"]) != ""
    figures = figures.assign(
        **{end: pd.to_numeric(figures[end]).mask(untested) for end in ("numerator", "denominator")}
    )
    units = register.table("units").set_index("unit")
    figures["unit"] = figures["indicator_id"].map(register.table("indicators").set_index("indicator_id")["unit"])
    figures["number"] = figures["number"].fillna(judgement_steps(figures["indicator_id"], figures["value"], register))
    figures = with_rounding(figures, figures["unit"].map(units["exact"] == "true"))
    figures["text"] = value_text(figures, units)
    labels = register.table("statuses").set_index("status")["label"]
    figures["marks"] = _marks(figures)
    figures["status_words"] = status_words(figures["status"], labels)
    figures["dated"] = ~figures["kind"].isin(UNDATED_KINDS)
    figures["said"] = _said(figures)
    figures["source"] = figures["source_id"] + ": " + figures["locator"]
    figures["area"] = figures["area_id"].map(register.table("areas").set_index("area_id")["name"])
    return figures


def _open_data(register, area):
    """The published figures of an area, its region and England in the form of ``observations``."""
    published = register.table("published")
    rows = published[published["area_id"].isin([area, region_of(register, area), ENGLAND])]
    place = rows["series_id"] + "/" + rows["breakdown"] + "/" + rows["area_id"] + "/" + rows["period"]
    return rows.assign(
        observation_id=(rows["source_id"] + "/" + place).str.replace(" ", "-"),
        period_printed=rows["period"],
        printed=rows["value"].where(rows["value"] != "", "no figure"),
        qualifier="",
        reading="clear",
        note="",
        open_data=True,
    )


def value_text(figures, units):
    """Values as a reader sees them: "17,790", "£5.2 million", "over 75%"; what is printed where there is none."""
    part = figures["value"].str.extract(r"^(?P<whole>[^.]*)(?P<decimals>\.\d+)?$").fillna("")
    grouped = (
        pd.to_numeric(part["whole"], errors="coerce")
        .map("{:,.0f}".format, na_action="ignore")
        .astype("str")
        .fillna(part["whole"])
        + part["decimals"]
    )
    prefix, suffix = (figures["unit"].map(units[column]) for column in ("prefix", "suffix"))
    qualifier = figures["qualifier"].where(figures["qualifier"].isin(["about", "over", "under"]), "")
    words = (qualifier + " ").where(qualifier != "", "") + prefix + grouped + suffix
    spelled = figures["printed"] + " (" + words + ")"
    words = words.mask(figures["qualifier"] == "word", spelled)
    return words.where(figures["value"] != "", figures["printed"])


def judgement_steps(indicator_ids, labels, register):
    """The step of each judgement on the scale of its indicator; empty where it is not one."""
    scale = indicator_ids.map(register.table("indicators").set_index("indicator_id")["scale_id"])
    steps = register.table("scales").set_index(["scale_id", "label"])["step"].astype(float)
    wanted = pd.MultiIndex.from_arrays([scale.fillna(""), labels.fillna("")])
    return pd.Series(steps.reindex(wanted).to_numpy(), index=labels.index)


def at_newest_edition(ids, register, figures):
    """Ids of observations of documents, each replaced by that of the newest known edition of the same figure."""
    edition_of = [*OBSERVATION_KEY, "period"]
    newest = figures[~figures["open_data"]].reset_index().set_index(edition_of)["observation_id"]
    every = register.table("observations")
    current = newest.reindex(pd.MultiIndex.from_frame(every[edition_of])).set_axis(every["observation_id"])
    return ids.map(current).astype("str").fillna(ids)


def known_pairings(register, figures):
    """The pairs that documents print, at the newest edition of each figure."""
    pairings = register.table("printed-pairings")
    columns = ("observation_id", "comparator_observation_id")
    return pairings.assign(**{column: at_newest_edition(pairings[column], register, figures) for column in columns})


def known_queries(register, as_at):
    """Source queries about documents that were known on a day, each with the documents that it sets beside each other."""
    sources = register.table("sources")
    unknown = sources.loc[sources["published"] > as_at, "source_id"]
    queries = register.table("source-queries")
    ahead = queries["source_id"].isin(unknown)
    for source_id in unknown:  # a handful of documents
        ahead |= queries["other_locator"].str.contains(source_id, regex=False)
    return queries[~ahead]


def status_words(status, labels):
    """ "p e" -> "provisional, estimated", by the labels of ``statuses.csv``."""
    return status.str.split().map(lambda codes: ", ".join(labels[code] for code in codes))


def newest_figures(figures, pairings):
    """The newest figure of each line (series, area, breakdown).

    Dated figures are ordered by the end of their period. Between a dated one and one without a printed period
    the later publication counts, unless the document itself calls one of them the earlier.

    Returns
    -------
    Series of ``observation_id`` indexed by series, area and breakdown.
    """
    over_time = pairings[(pairings["comparator"] != "england") & pairings["observation_id"].isin(figures.index)]
    current = figures[figures["number"].notna() & ~figures.index.isin(over_time["comparator_observation_id"])]
    current = current.assign(is_latest=current["kind"] != "before").reset_index()
    by_end = current.sort_values(["dated", "is_latest", "end", "published"], kind="stable")
    best_of_each = by_end.drop_duplicates([*OBSERVATION_KEY, "dated"], keep="last")
    newest = best_of_each.sort_values("first_published", kind="stable").drop_duplicates(OBSERVATION_KEY, keep="last")
    return newest.set_index(OBSERVATION_KEY)["observation_id"]


def listed_subjects(register, plan, as_at, priority=None, area=None):
    """What a plan asks to be looked at, as far as its documents were known on a day.

    One row for each priority and subject; a subject is a line of figures (series, area, breakdown) or, where a
    document names no figure, a milestone. Several documents of a plan may list one subject.

    With an ``area`` other than the plan's own, the subjects are the published series of the same indicators, for that
    area; what documents say of the plan's own area (targets, milestones, starting figures) does not belong to it.

    Returns
    -------
    DataFrame with ``priority_id, subject_id, name, measure, role, basis, indicator_id, series_id, area_id,
    breakdown, unit, polarity, listed_as`` (ids of the listings), ``listing_source`` and ``reporting``, in printed order.
    """
    listings = register.table("plan-indicators").merge(
        register.table("plan-indicator-priorities"), on="plan_indicator_id"
    )
    published = register.table("sources").set_index("source_id")["published"]
    listings["known_from"] = listings["source_id"].map(published)
    wanted = (
        priorities_of(register, plan)["priority_id"]
        if priority is None
        else [find_priority(register, plan, priority)["priority_id"]]
    )
    listings = listings[listings["priority_id"].isin(wanted) & (listings["known_from"] <= pd.Timestamp(as_at))].copy()
    line = listings["series_id"] + "|" + listings["area_id"] + "|" + listings["breakdown"]
    listings["subject_id"] = line.where(listings["series_id"] != "", listings["plan_indicator_id"])
    listings["measure"] = pd.Categorical(listings["measure"], _MEASURES, ordered=True)
    listings["listing_source"] = listings["source_id"] + ": " + listings["locator"]
    listings["order"] = listings["priority_id"].map({one: n for n, one in enumerate(wanted)})
    listings = listings.sort_values(["order", "known_from", "position"], key=_as_number, kind="stable")
    subjects = listings.groupby(["order", "subject_id"], sort=False, as_index=False).agg(
        priority_id=("priority_id", "first"),
        name_printed=("name_printed", "first"),
        measure=("measure", "min"),
        role=("role", "max"),
        basis=("basis", "max"),
        series_id=("series_id", "first"),
        area_id=("area_id", "first"),
        breakdown=("breakdown", "first"),
        reporting=("reporting", "first"),
        listed_as=("plan_indicator_id", " ".join),
        listing_source=("listing_source", "; ".join),
    )
    subjects["measure"] = subjects["measure"].astype(str)
    if area is not None and area != area_of_plan(register, plan):
        subjects = _published_subjects(subjects, register, area)
    return _with_indicator(subjects, register)


def published_lines(register):
    """Which published series belong to which indicator.

    Returns
    -------
    DataFrame with ``beside_indicator`` (the indicator that documents list), ``indicator_id`` (its own), ``series_id,
    breakdown, match`` ("same", "near" or "context": of use beside the indicator) and ``differs``; one row for each
    published line, first those of the same definition as the documents'.
    """
    measures = register.table("published-measures")
    own = measures["series_id"].map(register.table("series").set_index("series_id")["indicator_id"])
    beside = measures["counterpart_of"]
    lines = measures.assign(indicator_id=own, beside_indicator=beside.where(beside != "", own))
    lines = lines.drop_duplicates(["series_id", "breakdown"])
    order = {"same": 0, "near": 1, "context": 2}
    lines = lines.sort_values("match", key=lambda match: match.map(order), kind="stable", ignore_index=True)
    return lines[["beside_indicator", "indicator_id", "series_id", "breakdown", "match", "differs"]]


def _published_subjects(subjects, register, area):
    """The listed indicators as published for another area, each line once for each priority."""
    of_series = register.table("series").set_index("series_id")["indicator_id"]
    listed = subjects[subjects["series_id"] != ""].assign(indicator_id=lambda rows: rows["series_id"].map(of_series))
    listed = listed.drop_duplicates(["priority_id", "indicator_id"]).drop(columns=["series_id", "breakdown"])
    lines = published_lines(register)[["beside_indicator", "series_id", "breakdown"]]
    rows = listed.merge(lines, left_on="indicator_id", right_on="beside_indicator")
    rows = rows.drop(columns=["indicator_id", "beside_indicator"])
    return rows.assign(
        area_id=area,
        subject_id=rows["series_id"] + "|" + area + "|" + rows["breakdown"],
        listed_as="",
        reporting="",
    )


def contradicting(rows, register, figures, first, second):
    """True where one source query says that the two observations named in a row may not stand side by side."""
    queries = register.table("source-queries")
    listed = queries.loc[queries["effect"] == "not compared", ["query_id", "concerns"]]
    listed = listed.assign(concerns=listed["concerns"].str.split()).explode("concerns")
    listed["concerns"] = at_newest_edition(listed["concerns"], register, figures)
    pairs = listed.merge(listed, on="query_id")
    pairs = pd.MultiIndex.from_frame(pairs[pairs["concerns_x"] != pairs["concerns_y"]][["concerns_x", "concerns_y"]])
    return pd.Series(pd.MultiIndex.from_frame(rows[[first, second]].fillna("")).isin(pairs), index=rows.index)


def draft_sources(register):
    """Ids of the documents that are marked as drafts."""
    sources = register.table("sources")
    return sources.loc[sources["status"] == "draft", "source_id"]


def format_places(numbers, places, signed=False):
    """Numbers as text with so many decimals each, "1,408" or "−0.4"; empty where there is no number.

    >>> format_places(pd.Series([1408.0]), pd.Series([0]))[0]
    '1,408'
    """
    sign = "+" if signed else ""
    rounded = {n: numbers.map(f"{{:{sign},.{n}f}}".format, na_action="ignore").astype("str") for n in places.unique()}
    text = pd.Series(None, index=numbers.index, dtype="str")
    for n, column in rounded.items():
        text = text.mask(places == n, column)
    return text.str.replace("-", "\N{MINUS SIGN}")


def look_up(ids, column):
    """What a column, or a frame, holds for each id; empty where it has none."""
    return column.reindex(ids).set_axis(ids.index)


def word(text, condition):
    """A column with ``text`` where the condition holds and '' elsewhere."""
    return pd.Series(np.where(condition, text, ""), index=condition.index, dtype="str")


def join_words(columns, separator="; "):
    """Join columns of words with a separator, without empty ones and repeats."""
    joined = reduce(
        lambda left, right: left + separator + right, [column.astype("str").fillna("") for column in columns]
    )
    joined = joined.str.replace(", ", separator)
    tidy = {text: separator.join(dict.fromkeys(filter(None, text.split(separator)))) for text in joined.unique()}
    return joined.map(tidy).astype("str")


def _with_indicator(subjects, register):
    series = register.table("series").set_index("series_id")
    indicators = register.table("indicators").set_index("indicator_id")
    areas = register.table("areas").set_index("area_id")
    subjects["indicator_id"] = subjects["series_id"].map(series["indicator_id"]).fillna("")
    for column in ("unit", "polarity"):
        subjects[column] = subjects["indicator_id"].map(indicators[column]).fillna("")
    part = (": " + subjects["breakdown"]).where(~subjects["breakdown"].isin(["", "all"]), "")
    one_of_many = areas["area_type"].reindex(subjects["area_id"]).isin(["primary care trust", "district"]).to_numpy()
    place = np.where(one_of_many, ": " + subjects["area_id"].map(areas["name"]).fillna(""), "")
    subjects["name"] = (subjects["series_id"].map(series["name"]) + part + place).fillna(subjects["name_printed"])
    return subjects.drop(columns=["order", "name_printed"])


def _as_number(column):
    return column.astype(int) if column.name == "position" else column


def _marks(figures):
    """What stands beside a number in a table: "over", "about", and the status in shorthand such as "[p]"."""
    shorthand = figures["status"].str.replace(r"(\w+)", r"[\1]", regex=True)
    return (figures["qualifier"].replace("word", "in words") + " " + shorthand).str.strip()


def _said(figures):
    """ "22.6% (provisional) in 2015/16"; a figure without a printed period says so."""
    printed = (": " + figures["period_printed"]).where(figures["period_printed"] != "", "")
    cut = figures["reading"] == "cut off"
    undated = np.where(figures["kind"] == "before", "earlier, ", "") + np.where(
        cut, "period cut off" + printed, "period not printed"
    )
    notes = join_words(
        [figures["status_words"], pd.Series(undated, index=figures.index).where(~figures["dated"], "")]
    ).str.replace("; ", ", ")
    preposition = np.where(figures["kind"] == "day", " on ", " in ")
    when = (preposition + figures["period_label"]).where(figures["dated"], "")
    return figures["text"] + (" (" + notes + ")").where(notes != "", "") + when
