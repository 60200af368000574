"""The page on delivery: what was due, what is shown to be done, what no document shows, and what is the evidence."""

import numpy as np
import pandas as pd

from cyp_helpers.findings import priority_names
from cyp_helpers.register.reviews import half_year
from cyp_helpers.show.charts import (
    DARK_BLUE, LIGHT_GREY, ORANGE, TURQUOISE, Chart, Charts, add_title, draw_plain, draw_svg, tell_dates,
)  # fmt: skip
from cyp_helpers.show.owners import leading
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import Words, count, day, how_many, join, paragraph, say

DONE, PARTLY, OVERDUE = "shown to be done", "past its day, shown in part", "past its day, in no document"
TODAY, AHEAD, BEGUN = "due on the day of the review", "not yet due", "to have begun by now"
ONGOING, UNDATED = "ongoing", "without a printed date"
# What owners say who were asked, in the words of the form; that an action is overdue is said on their word or silence.
SAID_DONE, SAID_LATE = "done, its owner says", "overdue, its owner says so"
SILENT, SAID_ON = "overdue, its owner did not answer", "past its day, its owner says it goes on"
STOPPED = "stopped, its owner says"
STATES = [SAID_LATE, SILENT, OVERDUE, PARTLY, SAID_ON, STOPPED, TODAY, BEGUN, AHEAD, ONGOING, UNDATED, DONE, SAID_DONE]
LATE = [SAID_LATE, SILENT, OVERDUE, PARTLY, SAID_ON]
WHOLE = "whole plan"  # priority of an action that serves all of them
NO_INDICATOR, NO_ACTIVITY = "activity without an indicator", "indicator without an activity"
_STEP = 0.13  # inches from one mark of the timeline to the next above it
# Of the states that have a day: no two share a mark, since a mark is told apart without its colour too.
MARKS = {
    OVERDUE: (ORANGE, "X"), PARTLY: ("#A285D1", "P"), TODAY: (TURQUOISE, "D"), BEGUN: ("#801650", "^"),
    AHEAD: (LIGHT_GREY, "o"), DONE: (DARK_BLUE, "s"), SAID_LATE: ("#C03A00", "v"), SILENT: ("#F7A24B", "*"),
    SAID_ON: ("#7A5BA8", "h"), STOPPED: ("black", "d"), SAID_DONE: ("#2F6DA8", "<"),
}  # fmt: skip


def actions_of(report):
    """The actions of a plan as they stood at the review.

    An action is done only where a later document says of this very action that it happened. Past its day and in no
    document is no alarm: it may well have been done.

    Returns rows of ``actions`` set by documents known at the review, with ``priority`` (short name), ``activity``
    (title), ``governance``, ``state`` (one of ``STATES``), ``begin`` and ``end`` (days), ``shown`` and
    ``later_document`` (what a later document known at the review says), ``document`` (id). ``priority`` and ``state``
    are categories in the order in which they are told.

    >>> actions_of(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["state"].isin(LATE).sum() > 0
    np.True_
    """
    register = report.register
    actions = register.table("actions")
    actions = actions[actions["plan_id"] == report.plan["plan_id"]]
    said = register.table("action-evidence").set_index("action_id")
    said = said[said["said_by"].isin(register.table("sources")["source_id"])]
    activities = register.table("activities").set_index("activity_id")
    names = report.priorities.set_index("priority_id")["name"]
    silent, none = "No later document known at the review says whether this was done.", "none printed"
    actions = actions.assign(
        end=pd.to_datetime(actions["due_end"]), begin=pd.to_datetime(actions["due_start"]),
        shown=_words(actions["action_id"], said["shown"], "not shown"),
        later_document=_words(actions["action_id"], said["reason"], silent),
        priority=pd.Categorical(_words(actions["priority_id"], names, WHOLE), [*dict.fromkeys([*names, WHOLE])]),
        activity=_words(actions["activity_id"], activities["title"], ""),
        governance=_words(actions["activity_id"], activities["governance_printed"], none).replace("", none),
        lead_printed=actions["lead_printed"].replace("", none), due_printed=actions["due_printed"].replace("", none),
        document=actions["source_id"],
    )  # fmt: skip
    asked = register.table("action-statuses").set_index("action_id")
    asked = asked.reindex(actions["action_id"]).set_axis(actions.index)
    actions["later_document"] = _said_words(asked).fillna(actions["later_document"])
    return actions.assign(state=pd.Categorical(_states(actions, asked, report.as_at), STATES))


def by_lead(report):
    """How many actions each lead organisation has, by what documents say of them.

    Returns a DataFrame by ``lead`` (the organisation that leads the activity, or else the first that is printed), the
    one with most first, with a column for each of ``STATES`` that is late, stopped or done, and one for all others.

    >>> by_lead(cyp.open_review("cypf-2016-18", "2017-18 part 2")).index.tolist()[0]
    'Nottinghamshire County Council'
    """
    actions = actions_of(report)
    lead = report.register.look_up(actions["activity_id"].map(leading(report.register)), "organisations", "name")
    lead = lead.fillna(actions["lead_printed"].str.split(",").str[0])
    told = actions["state"].isin([DONE, SAID_DONE, STOPPED, *LATE])
    said = actions["state"].astype("str").where(told, "not due, ongoing or without a day")
    counted = pd.crosstab(lead.rename("lead"), said).rename_axis(columns=None)
    return counted.loc[counted.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def due_soon(report):
    """The actions that fall due after the review and before the next one, earliest first: rows of ``actions_of``."""
    actions, tomorrow = actions_of(report).sort_values("end", kind="stable"), report.as_at + pd.Timedelta(days=1)
    return actions[actions["end"].between(tomorrow, half_year(tomorrow)["period_end"])]


def _words(ids, texts, otherwise):
    return ids.map(texts).astype("str").fillna(otherwise)


def _states(actions, asked, as_at):
    """How actions stand; ``asked`` has the ``status`` that owners gave, '' where one did not answer, empty where nobody
    was asked, and the day, ``said_on``: what was said by the day an action was due is no word on what became of it."""
    late, begins, status = actions["end"] < as_at, actions["due_form"] == "begins", asked["status"]
    after = late & (pd.to_datetime(asked["said_on"]) > actions["end"])
    told = [
        (status == "done", SAID_DONE),
        (status == "stopped", STOPPED),
        (late & (status == "late") | after & (status == "not started"), SAID_LATE),
        (after & (status == ""), SILENT),
        (after & status.notna(), SAID_ON),
        (actions["shown"] == "done", DONE),
        (late & (actions["shown"] == "partly"), PARTLY),
        (late, OVERDUE),
        (actions["end"] == as_at, TODAY),
        (actions["end"] > as_at, AHEAD),
        (begins & (actions["begin"] <= as_at), BEGUN),
        (begins, AHEAD),
        (actions["due_form"] == "ongoing", ONGOING),
    ]
    return np.select(*zip(*told), UNDATED)


def _said_words(said):
    """ "Head of Inclusion, 12 October 2026: under way"."""
    when = said["said_by"] + ", " + pd.to_datetime(said["said_on"]).map(day, na_action="ignore").astype("str") + ": "
    done = (", on " + pd.to_datetime(said["done_on"]).map(day, na_action="ignore").astype("str")).fillna("")
    return when + said["status"].replace("", "did not answer") + done


def evidence_of(report):
    """The key activities of a plan, and what the review of evidence shows for each.

    Where a plan took an activity over from an earlier one, the evidence of that one counts and the judgement says so.

    Returns rows of ``activities`` with ``activity`` (title), ``priority``, ``document`` (id), ``judgement`` (the
    workbook's reading), ``achieved`` (in own words), ``judgement_reason`` and ``reading``; an activity without
    evidence says so.

    >>> rows = evidence_of(cyp.open_review("cypf-2016-18", "2017-18 part 2"))
    >>> rows.query("judgement == 'achieved'")["priority"].tolist()
    ['Healthy']
    """
    register = report.register
    activities = register.table("activities")
    activities = activities[activities["plan_id"] == report.plan["plan_id"]]
    evidence = register.table("evidence").set_index("activity_id")
    moves = register.table("activity-moves")
    moves = moves[moves["from_activity_id"].ne("") & moves["to_activity_id"].ne("")]
    onward = moves.groupby("to_activity_id")["from_activity_id"].first()
    ids = activities["activity_id"], _words(activities["activity_id"], onward, "")
    own, came = (evidence.reindex(one).set_axis(activities.index) for one in ids)
    via = own["achieved"].isna() & came["achieved"].notna()
    found = own.where(~via, came)
    through = pd.Series(" (by way of the activity of the plan that it came from)", activities.index).where(via, "")
    return activities.assign(
        activity=activities["title"],
        priority=priority_names(report, activities["priority_id"]),
        document=activities["source_id"],
        judgement=found["judgement"].astype("str").fillna("no evidence known") + through,
        achieved=found["achieved"].astype("str").fillna("No document known at the review says."),
        **found[["judgement_reason", "reading"]].fillna(""),
    )


def unmatched(report):
    """Activities without an indicator, and indicators without an activity; none of a plan that has no activities.

    Returns a DataFrame with ``activity_or_indicator`` (its name), ``what``, ``document`` (id) and ``locator``.

    >>> unmatched(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["what"].nunique()
    2
    """
    plan = report.plan["plan_id"]
    listed, activities = (report.register.table(name) for name in ("plan-indicators", "activities"))
    listed, activities = listed[listed["plan_id"] == plan], activities[activities["plan_id"] == plan]
    bare = activities[~activities["activity_id"].isin(listed.loc[listed["series_id"] != "", "activity_id"])]
    lone = listed[(listed["activity_id"] == "") & (listed["measure"] == "indicator") & (len(activities) > 0)]
    columns = ["activity_or_indicator", "what", "document", "locator"]
    both = [
        bare.assign(what=NO_INDICATOR).rename(columns={"title": columns[0], "source_id": "document"})[columns],
        lone.assign(what=NO_ACTIVITY).rename(columns={"name_printed": columns[0], "source_id": "document"})[columns],
    ]
    return pd.concat(both, ignore_index=True)


def timeline(report):
    """When the actions of each priority are due, and how they stand; without a dated action there is no chart."""
    from matplotlib.figure import Figure

    actions = actions_of(report)
    dated = actions[actions["state"].isin(list(MARKS))].assign(when=lambda rows: rows["end"].fillna(rows["begin"]))
    dated = dated.dropna(subset="when").sort_values("when", kind="stable")
    if dated.empty:
        return Charts((), "No action known at the review has a date by which it is due, so there is no timeline.")
    dated["priority"] = dated["priority"].cat.remove_unused_categories()
    names = list(dated["priority"].cat.categories)
    height = _STEP * dated.groupby(["priority", "when"], observed=True).cumcount()
    # Inches from the top: each priority has room for its highest stack, so that every mark can be counted.
    foot = (height.groupby(dated["priority"], observed=True).max() + 0.4).cumsum()
    place = height - dated["priority"].map(foot).astype(float)
    figure = Figure(figsize=(8, foot.iloc[-1] + 2.2), layout="constrained")
    axes = figure.subplots()
    for state, (colour, marker) in MARKS.items():
        mine = dated["state"] == state
        if mine.any():
            look = {"color": colour, "marker": marker, "s": 32, "edgecolors": "black", "linewidths": 0.4}
            axes.scatter(dated.loc[mine, "when"], place[mine], label=f"{state} ({mine.sum()})", **look)
    axes.axvline(report.as_at, color="black", linestyle="--", linewidth=1.2)
    place_of = {"xycoords": ("data", "axes fraction"), "xytext": (-3, 2), "textcoords": "offset points"}
    axes.annotate("review", (report.as_at, 1), ha="right", va="bottom", fontsize=9, **place_of)
    axes.set_yticks(-foot, names)
    axes.set_ylim(-foot.iloc[-1] - 0.2, 0)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.35 / foot.iloc[-1]), ncols=3, frameon=False, fontsize=9)
    tell_dates(axes)
    draw_plain(axes)
    late = actions["state"].isin(LATE).sum()
    title = say("overdue", late, all_actions=say("all_actions", len(actions)), day=day(report.as_at))
    add_title(figure, title)
    states = pd.crosstab(actions["priority"], actions["state"])
    spoken = "; ".join(f"{name}: {_tally(row[row > 0])}" for name, row in states.iterrows())
    words, table = f"Timeline of due dates. {title}. {spoken}.", show(states, "Figures behind the timeline")
    return Chart(title, words, draw_svg(figure), table)


def _tally(numbers):
    """ "two overdue, nothing shown; one done"."""
    return "; ".join(f"{count(number)} {state}" for state, number in numbers.items())


def read_delivery(report):
    """How many actions are past their day and not shown to be done, done, or without a date."""
    number = actions_of(report)["state"].value_counts(sort=False)
    late = number[LATE].sum()
    parts = [f"{how_many(late)} due before {day(report.as_at)} and not shown to be done"]
    parts += [f"{how_many(each)} {state}" for state, each in number.drop(LATE).items() if each]
    told = say("actions", number.sum(), tally=join(parts))
    return paragraph(told, say("partly", number[PARTLY]), say("no_news", number.sum()))


def read_evidence(report):
    """How the review of evidence judges the activities."""
    evidence = report.register.table("evidence")
    plans = report.register.look_up(evidence["activity_id"], "activities", "plan_id")
    evidence = evidence[plans == report.plan["plan_id"]]
    told = "; ".join(f"{name}, {count(number)}" for name, number in evidence["judgement"].value_counts().items())
    cut_off = say("cut_off", (evidence["reading"] == "cut off").sum())
    return paragraph(say("evidence_of_activities", len(evidence), tally=told), cut_off)


def read_unmatched(rows):
    """How many activities and indicators, of ``unmatched``, stand alone."""
    if rows.empty:
        return Words("")
    activities, indicators = ((rows["what"] == what).sum() for what in (NO_INDICATOR, NO_ACTIVITY))
    return Words(f"{say('unmatched_activity', activities)}; {say('unmatched_indicator', indicators)}.")
