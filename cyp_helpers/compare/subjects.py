"""What a plan asks to be looked at: indicators, events and figures, and the published series that belong to them."""

import numpy as np
import pandas as pd

from cyp_helpers.register.tables import area_of_plan, priorities_of

_MEASURES = ["indicator", "evidence figure", "context figure", "milestone"]  # the first one named decides


def listed_subjects(register, plan, area=None):
    """What a plan's known documents ask to be looked at: one row for each priority and subject, in printed order.

    A subject is a line of figures (series, area, breakdown) or, where a document names no figure, a milestone. Several
    documents of a plan may list one subject. With an ``area`` the subjects are the published series of the same
    indicators, for that area; what documents say of the plan's own area (targets, milestones, starting figures) does
    not belong to it.

    Returns: DataFrame with ``priority_id, subject_id, name, measure, role, basis, indicator_id, series_id, area_id,
    breakdown, unit, polarity, listed_as`` (ids of the listings).
    """
    wanted = priorities_of(register, plan)["priority_id"].tolist()
    serves = register.table("plan-indicator-priorities")
    serves = serves[serves["priority_id"].isin(wanted)]
    listings = register.table("plan-indicators").merge(serves, on="plan_indicator_id")
    listings = listings.assign(
        subject_id=listing_ids(listings), measure=pd.Categorical(listings["measure"], _MEASURES, ordered=True),
        known_from=listings["source_id"].map(register.table("sources").set_index("source_id")["published"]),
        order=pd.Categorical(listings["priority_id"], wanted), position=listings["position"].astype(int)
    ).sort_values(["order", "known_from", "position"], kind="stable")
    first = ["name_printed", "series_id", "area_id", "breakdown"]
    subjects = listings.groupby(["priority_id", "subject_id"], sort=False, as_index=False).agg(
        **{column: (column, "first") for column in first}, measure=("measure", "min"), role=("role", "max"),
        basis=("basis", "max"), listed_as=("plan_indicator_id", " ".join),
    ).astype({"measure": "str"})
    if area is not None and area_of_plan(register, plan):
        subjects = _published_subjects(subjects, register, area)
    elif area is not None:  # a plan of every authority lists series as they are published
        subjects = subjects.assign(area_id=area)
        subjects["subject_id"] = line_ids(subjects)
    return _with_indicator(subjects, register)


def line_ids(rows):
    """The ``subject_id`` of each line of figures, "series|area|breakdown"."""
    return rows["series_id"].str.cat(rows[["area_id", "breakdown"]], sep="|")


def listing_ids(listings):
    """The ``subject_id`` of each row of ``plan-indicators``: its line or, where it names no series, its own id."""
    return line_ids(listings).where(listings["series_id"] != "", listings["plan_indicator_id"])


def published_lines(register):
    """Which published series belong to which indicator, a row each, first those on the documents' definition.

    Returns: DataFrame with ``beside_indicator`` (the indicator that documents list), ``indicator_id`` (its own),
    ``series_id, breakdown, match`` ("same", "near" or "context": of use beside the indicator) and ``differs``.
    """
    measures = register.table("published-measures")
    own = measures["series_id"].map(register.table("series").set_index("series_id")["indicator_id"])
    beside, match = measures["counterpart_of"], pd.Categorical(measures["match"], ["same", "near", "context"])
    lines = measures.assign(indicator_id=own, beside_indicator=beside.where(beside != "", own), order=match)
    lines = lines.drop_duplicates(["series_id", "breakdown"]).sort_values("order", kind="stable", ignore_index=True)
    return lines[["beside_indicator", "indicator_id", "series_id", "breakdown", "match", "differs"]]


def _published_subjects(subjects, register, area):
    """The listed indicators as published for another area, each line once for each priority."""
    of_series = register.table("series").set_index("series_id")["indicator_id"]
    listed = subjects[subjects["series_id"] != ""].drop(columns="breakdown")
    listed["beside_indicator"] = listed.pop("series_id").map(of_series)
    lines = published_lines(register)
    # A series of use beside another indicator is also that of its own, where a plan lists that.
    lines = pd.concat([lines, lines.assign(beside_indicator=lines["indicator_id"])], ignore_index=True)
    lines = lines[["beside_indicator", "series_id", "breakdown"]].drop_duplicates()
    rows = listed.drop_duplicates(["priority_id", "beside_indicator"]).merge(lines, on="beside_indicator")
    rows = rows.drop_duplicates(["priority_id", "series_id", "breakdown"], ignore_index=True)
    rows = rows.drop(columns="beside_indicator").assign(area_id=area, listed_as="")
    return rows.assign(subject_id=line_ids(rows))


def _with_indicator(subjects, register):
    series = register.table("series").set_index("series_id")
    indicators = register.table("indicators").set_index("indicator_id")
    areas = register.table("areas").set_index("area_id")
    subjects["indicator_id"] = subjects["series_id"].map(series["indicator_id"]).fillna("")
    subjects = subjects.join(indicators[["unit", "polarity"]], on="indicator_id").fillna({"unit": "", "polarity": ""})
    part = (": " + subjects["breakdown"]).where(~subjects["breakdown"].isin(["", "all"]), "")
    one_of_many = areas["area_type"].reindex(subjects["area_id"]).isin(["primary care trust", "district"]).to_numpy()
    place = np.where(one_of_many, ": " + subjects["area_id"].map(areas["name"]).fillna(""), "")
    subjects["name"] = (subjects["series_id"].map(series["name"]) + part + place).fillna(subjects["name_printed"])
    return subjects.drop(columns="name_printed")
