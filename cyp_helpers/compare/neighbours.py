"""Figures beside the average of the statistical neighbours, in the form of ``compare``."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.evidence import BEYOND, WITHIN
from cyp_helpers.compare.figures import format_places, join_words, look_up, word
from cyp_helpers.register.tables import decimal_places

_NOTHING = "No neighbour figures are published on this definition for this period."


def neighbour_rows(subjects, figures, standing, register, as_at):
    """Set each subject's newest figure against the mean of its statistical neighbours for the same period.

    Parameters
    ----------
    subjects : frame of ``listed_subjects`` with ``observation_id`` of the newest figure and ``gap``
    figures : frame of ``known_figures``
    standing : frame of ``standing_table`` for the area of the review; subjects of other areas have no neighbours

    Returns
    -------
    One row for each subject with comparator ``neighbours``; ``comparator_text`` says how many of the ten neighbours
    had a figure, the reason names the list of neighbours and its date.
    """
    keys = ["series_id", "breakdown", "area_id", "period"]
    mine = look_up(subjects["observation_id"], figures)
    line = subjects[keys[:3]].assign(period=mine["period"].astype("str").fillna(""))
    found = standing.set_index(keys).reindex(pd.MultiIndex.from_frame(line)).set_axis(subjects.index)
    judged = ~found["neighbours_verdict"].isin(["", "not compared"]) & found["neighbours_verdict"].notna()

    places = decimal_places(mine["value"].astype("str").fillna(""))
    units = register.table("units").set_index("unit")
    prefix, suffix = (subjects["unit"].map(units[end]).astype("str").fillna("") for end in ("prefix", "suffix"))
    average = prefix + format_places(found["neighbours_value"], places) + suffix
    count = found[["neighbours_n", "neighbours_of"]].map("{:.0f}".format, na_action="ignore").astype("str")
    whose = "the mean of " + count["neighbours_n"] + " of " + count["neighbours_of"] + " statistical neighbours"
    text = average + ", " + whose
    rows = subjects.assign(
        comparator="neighbours",
        period=mine["period_label"],
        value=mine["number"],
        value_text=mine["text"],
        value_source=mine["source"],
        comparator_period=mine["period_label"].where(judged),
        comparator_value=found["neighbours_value"].where(judged),
        comparator_text=text.where(judged),
        comparator_source=found["neighbours_list"].where(judged),
        comparator_observation_id="",
        verdict=found["neighbours_verdict"].where(judged, "not compared"),
        evidence=found["neighbours_evidence"].where(judged, ""),
        difference=found["neighbours_difference"].where(judged).round(9),
    )
    rows["difference_text"] = format_places(rows["difference"], places, signed=True).fillna("")
    problem = subjects["gap"].where(subjects["gap"] != "", _NOTHING)
    rows["reason"] = _sentence(rows, mine, text, places, units, list_words(standing, register, as_at)).where(
        judged, problem
    )
    rows["flags"] = join_words([mine["status_words"].where(judged, ""), word("average of areas", judged)])
    return rows.drop(columns="gap")


def standing_at(register, as_at, area):
    """``standing_table`` of an area on a day, as ``neighbour_rows`` wants it, with ``area_id``."""
    from cyp_helpers.compare.standings import standing_table  # scipy takes a second to import

    return standing_table(register, register.table("published"), as_at, area).assign(area_id=area)


def list_words(standing, register, as_at):
    """ "list of April 2021" for each list of neighbours in use; one that is newer than the day says so."""
    lists = register.table("neighbour-lists").set_index("list_id")
    published = pd.to_datetime(lists["published"])
    later = pd.Series(
        np.where(published > pd.Timestamp(as_at), ", the oldest there is, made after this review", ""),
        index=lists.index,
    )
    return "list of " + published.dt.strftime("%B %Y") + later


def _sentence(rows, mine, text, places, units, lists):
    size = (
        rows["unit"].map(units["difference_prefix"]).astype("str").fillna("")
        + format_places(rows["difference"].abs(), places)
        + rows["unit"].map(units["difference_suffix"]).astype("str").fillna("")
    )
    side = np.select([rows["difference"] > 0, rows["difference"] < 0], ["above ", "below "], "from ")
    chance = rows["evidence"].map(
        {
            BEYOND: " The difference is more than chance would bring (95%).",
            WITHIN: " That is within what chance alone can bring (95%).",
        }
    )
    blurred = word(
        " As published, the two are too close to tell apart.", rows["verdict"] == "cannot tell from rounded figures"
    )
    listed = " (" + rows["comparator_source"].map(lists).astype("str").fillna("") + ")."
    said = mine["said"].astype("str").fillna("")
    return said + " is " + size + " " + side + text + listed + chance.astype("str").fillna("") + blurred
