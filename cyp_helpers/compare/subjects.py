"""What a plan asks to be looked at: its indicators, events and figures, and the published series that belong to them."""

import numpy as np
import pandas as pd

from cyp_helpers.register.tables import area_of_plan, priorities_of

_MEASURES = ["indicator", "evidence figure", "context figure", "milestone"]  # the first one named decides


def listed_subjects(register, plan, area=None):
    """What a plan asks to be looked at, as far as its documents are known.

    One row for each priority and subject; a subject is a line of figures (series, area, breakdown) or, where a
    document names no figure, a milestone. Several documents of a plan may list one subject.

    With an ``area`` the subjects are the published series of the same indicators, for that area; what documents say of the
    plan's own area (targets, milestones, starting figures) does not belong to it.

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
    wanted = priorities_of(register, plan)["priority_id"]
    listings = listings[listings["priority_id"].isin(wanted)].copy()
    line = listings["series_id"] + "|" + listings["area_id"] + "|" + listings["breakdown"]
    listings["subject_id"] = line.where(listings["series_id"] != "", listings["plan_indicator_id"])
    listings["measure"] = pd.Categorical(listings["measure"], _MEASURES, ordered=True)
    listings["listing_source"] = listings["source_id"] + ": " + listings["locator"]
    listings["order"] = listings["priority_id"].map({one: n for n, one in enumerate(wanted)})
    listings = listings.sort_values(["order", "known_from", "position"], key=_as_number, kind="stable")
    subjects = listings.groupby(["order", "subject_id"], sort=False, as_index=False).agg(
        priority_id=("priority_id", "first"), name_printed=("name_printed", "first"), measure=("measure", "min"),
        role=("role", "max"), basis=("basis", "max"), series_id=("series_id", "first"), area_id=("area_id", "first"),
        breakdown=("breakdown", "first"), reporting=("reporting", "first"), listed_as=("plan_indicator_id", " ".join),
        listing_source=("listing_source", "; ".join)
    )
    subjects["measure"] = subjects["measure"].astype(str)
    if area is not None and area_of_plan(register, plan):
        subjects = _published_subjects(subjects, register, area)
    elif area is not None:  # a plan of every authority lists series as they are published
        line = subjects["series_id"] + "|" + area + "|" + subjects["breakdown"]
        subjects = subjects.assign(area_id=area, subject_id=line)
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
        area_id=area, subject_id=rows["series_id"] + "|" + area + "|" + rows["breakdown"], listed_as="", reporting=""
    )


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
