"""The page on delivery: what was due, what is shown to be done, what is overdue, and what is the evidence."""

import numpy as np
import pandas as pd

from cyp_helpers.show.charts import (
    DARK_BLUE,
    LIGHT_GREY,
    ORANGE,
    TURQUOISE,
    Chart,
    Charts,
    draw_plain,
    draw_svg,
    tell_dates,
)
from cyp_helpers.show.table import Table, numbers, tidy
from cyp_helpers.show.wording import Words, count, day, how_many, join, plural, sentence_count

DONE, PARTLY, OVERDUE, TODAY, AHEAD, BEGUN, ONGOING, UNDATED = (
    "done",
    "overdue, partly shown",
    "overdue, nothing shown",
    "due on the day of the review",
    "not yet due",
    "should have begun",
    "ongoing",
    "no date printed",
)
STATES = [OVERDUE, PARTLY, TODAY, BEGUN, AHEAD, ONGOING, UNDATED, DONE]
_COLOURS = {OVERDUE: ORANGE, PARTLY: "#A285D1", TODAY: TURQUOISE, BEGUN: TURQUOISE, AHEAD: LIGHT_GREY, DONE: DARK_BLUE}
_MARKERS = {OVERDUE: "X", PARTLY: "P", TODAY: "D", BEGUN: "D", AHEAD: "o", DONE: "o"}


def actions_of(report):
    """The actions of a plan as they stood at the review.

    An action is done only where a later document says of this very action that it happened. Overdue means that its last
    day lies before the date of the review.

    Returns
    -------
    Rows of ``actions`` set by documents known at the review, with ``priority`` (short name), ``activity`` (title), ``governance``,
    ``state`` (one of ``STATES``), ``shown`` and ``evidence`` (what a later document known at the review says).
    """
    register, as_at = report.register, report.as_at
    actions = register.table("actions")
    actions = actions[(actions["plan_id"] == report.plan["plan_id"])]
    said = register.table("action-evidence").set_index("action_id")
    said = said[said["said_by"].isin(register.table("sources")["source_id"])]
    activities = register.table("activities").set_index("activity_id")
    priorities = report.priorities.set_index("priority_id")["name"]
    actions = actions.assign(
        end=pd.to_datetime(actions["due_end"]),
        begin=pd.to_datetime(actions["due_start"]),
        shown=actions["action_id"].map(said["shown"]).astype("str").fillna("not shown"),
        evidence=actions["action_id"]
        .map(said["reason"])
        .astype("str")
        .fillna("No later document known at the review says whether this was done."),
        priority=actions["priority_id"].map(priorities).astype("str").fillna("whole plan"),
        activity=actions["activity_id"].map(activities["title"]).astype("str").fillna(""),
        governance=actions["activity_id"]
        .map(activities["governance_printed"])
        .astype("str")
        .fillna("")
        .replace("", "none printed"),
    )
    late = actions["end"] < as_at
    state = np.select(
        [
            actions["shown"] == "done",
            late & (actions["shown"] == "partly"),
            late,
            actions["end"] == as_at,
            actions["end"] > as_at,
            (actions["due_form"] == "begins") & (actions["begin"] <= as_at),
            actions["due_form"] == "begins",
            actions["due_form"] == "ongoing",
        ],
        [DONE, PARTLY, OVERDUE, TODAY, AHEAD, BEGUN, AHEAD, ONGOING],
        UNDATED,
    )
    return actions.assign(state=state)


def states_table(report):
    """How many actions stand where, by priority."""
    return _crosstab(report, "priority", "Actions by priority and how they stand", "Priority")


def governance_table(report):
    """How many actions stand where, by the group that governs them."""
    return _crosstab(report, "governance", "Actions by governance group and how they stand", "Governance group")


def overdue_table(report):
    """Every overdue action, with its lead and what is shown."""
    actions = actions_of(report)
    rows = actions[actions["state"].isin([OVERDUE, PARTLY])].sort_values("end", kind="stable")
    return Table(
        f"Actions overdue at {day(report.as_at)}",
        tidy(
            pd.DataFrame(
                {
                    "Action": rows["wording"],
                    "Priority": rows["priority"],
                    "Due, as printed": rows["due_printed"],
                    "Lead and partners, as printed": rows["lead_printed"].replace("", "none printed"),
                    "Governance group": rows["governance"],
                    "How it stands": rows["state"],
                    "What a later document says": rows["evidence"],
                }
            )
        ),
        (),
        "overdue",
    )


def all_actions_table(report):
    """Every action, for looking up."""
    rows = actions_of(report)
    return Table(
        "Every action",
        tidy(
            pd.DataFrame(
                {
                    "Action": rows["wording"],
                    "Priority": rows["priority"],
                    "Activity": rows["activity"],
                    "Due, as printed": rows["due_printed"].replace("", "none printed"),
                    "How it stands": rows["state"],
                    "Evidence": rows["evidence"],
                    "Document": rows["source_id"],
                    "Place": rows["locator"],
                }
            )
        ),
        (),
        "actions",
        folded=True,
    )


def evidence_table(report):
    """What the review of evidence shows for each key activity; an activity without evidence is shown as such."""
    register = report.register
    activities = register.table("activities")
    activities = activities[(activities["plan_id"] == report.plan["plan_id"])]
    evidence = register.table("evidence").set_index("activity_id")
    found = evidence.reindex(activities["activity_id"]).set_axis(activities.index)
    moves = register.table("activity-moves")
    onward = (
        moves[moves["from_activity_id"].ne("") & moves["to_activity_id"].ne("")]
        .groupby("to_activity_id")["from_activity_id"]
        .first()
    )
    through = evidence.reindex(activities["activity_id"].map(onward).astype("str").fillna("")).set_axis(
        activities.index
    )
    via = found["achieved"].isna() & through["achieved"].notna()
    found = found.where(~via, through)
    judgement = found["judgement"].astype("str").fillna("no evidence known") + np.where(
        via, " (by way of the activity of the plan that it came from)", ""
    )
    return Table(
        "Key activities and the evidence for them",
        tidy(
            pd.DataFrame(
                {
                    "Key activity": activities["title"],
                    "Priority": activities["priority_id"].map(report.priorities.set_index("priority_id")["name"]),
                    "Document": activities["source_id"],
                    "The workbook's reading": judgement,
                    "What was achieved, in own words": found["achieved"]
                    .astype("str")
                    .fillna("No document known at the review says."),
                    "Why": found["judgement_reason"].astype("str").fillna("–"),
                    "Text": found["reading"].astype("str").fillna("–"),
                }
            )
        ),
        (
            "Achieved, partly and not shown are the workbook's reading of the evidence against the wording of the activity.",
        ),
        "evidence",
        folded=True,
    )


def unmatched_table(report):
    """Activities without an indicator, and indicators without an activity."""
    plan = report.plan["plan_id"]
    listed = report.register.table("plan-indicators")
    listed = listed[(listed["plan_id"] == plan)]
    activities = report.register.table("activities")
    activities = activities[(activities["plan_id"] == plan)]
    with_figures = listed[listed["series_id"] != ""]
    bare = activities[~activities["activity_id"].isin(with_figures["activity_id"])]
    lone = listed[(listed["activity_id"] == "") & (listed["measure"] == "indicator")]
    return Table(
        "Activities without an indicator, and indicators without an activity",
        tidy(
            pd.DataFrame(
                {
                    "Name": pd.concat([bare["title"], lone["name_printed"]]),
                    "What": ["activity without an indicator"] * len(bare)
                    + ["indicator without an activity"] * len(lone),
                    "Document": pd.concat([bare["source_id"], lone["source_id"]]),
                    "Place": pd.concat([bare["locator"], lone["locator"]]),
                }
            )
        ),
        (),
        "unmatched",
        folded=True,
    )


def timeline(report):
    """When the actions of each priority are due, and how they stand; without a dated action there is no chart."""
    from matplotlib.figure import Figure

    actions = actions_of(report)
    dated = (
        actions[actions["state"].isin(_COLOURS)]
        .assign(when=lambda rows: rows["end"].fillna(rows["begin"]))
        .dropna(subset="when")
    )
    if dated.empty:
        return Charts((), "No action known at the review has a date by which it is due, so there is no timeline.")
    names = [name for name in [*report.priorities["name"], "whole plan"] if name in set(dated["priority"])]
    figure = Figure(figsize=(8, 0.75 * len(names) + 1.9), layout="constrained")
    axes = figure.subplots()
    stacked = dated.sort_values("when", kind="stable")
    height = stacked.groupby(["priority", "when"]).cumcount()
    place = -stacked["priority"].map({name: number for number, name in enumerate(names)}).astype(float) + 0.09 * height
    for state in [state for state in STATES if state in set(dated["state"])]:
        mine = stacked["state"] == state
        axes.scatter(
            stacked.loc[mine, "when"],
            place[mine],
            color=_COLOURS[state],
            marker=_MARKERS[state],
            s=32,
            label=f"{state} ({mine.sum()})",
            edgecolors="black",
            linewidths=0.4,
        )
    axes.axvline(report.as_at, color="black", linestyle="--", linewidth=1.2)
    axes.annotate(
        "review",
        (report.as_at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-3, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=9,
    )
    axes.set_yticks([-number for number in range(len(names))], names)
    axes.set_ylim(-len(names) + 0.6, 1.1)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.12), ncols=3, frameon=False, fontsize=9)
    tell_dates(axes)
    draw_plain(axes)
    late = actions["state"].isin([OVERDUE, PARTLY]).sum()
    title = f"{late} of {len(actions)} actions overdue at {day(report.as_at)}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11.5, fontweight="bold")
    spoken = "; ".join(
        f"{name}: {join([f'{number} {state}' for state, number in group['state'].value_counts().items()])}"
        for name, group in actions.groupby("priority", sort=False)
    )
    return Chart(title, f"Timeline of due dates. {title}. {spoken}.", draw_svg(figure), states_table(report))


def read_delivery(report):
    """How many actions are overdue, done or without a date."""
    actions = actions_of(report)
    if actions.empty:
        return Words("No document of this plan known at the review sets an action.")
    number = actions["state"].value_counts()
    late = number.get(OVERDUE, 0) + number.get(PARTLY, 0)
    said = {
        AHEAD: "not yet due",
        ONGOING: "ongoing",
        UNDATED: "without a printed date",
        DONE: "shown to be done",
        TODAY: TODAY,
        BEGUN: "that should have begun",
    }
    parts = [f"{how_many(late)} overdue at {day(report.as_at)}"] + [
        f"{count(number[state])} {words}" for state, words in said.items() if state in number
    ]
    text = f"{sentence_count(len(actions))} {plural(len(actions), 'action is', 'actions are')} set: {join(parts)}."
    if late:
        text += f" Of those overdue, a later document partly shows {how_many(number.get(PARTLY, 0))}."
    return Words(text + " No news of an action is not news that it was done.")


def read_evidence(report):
    """How the review of evidence judges the activities."""
    evidence = report.register.table("evidence")
    plan_activities = report.register.table("activities").set_index("activity_id")["plan_id"]
    evidence = evidence[(evidence["activity_id"].map(plan_activities) == report.plan["plan_id"])]
    if evidence.empty:
        return Words("No review of evidence is known at this date.")
    counts = evidence["judgement"].value_counts()
    parts = [f"{count(counts[name])} {name}" for name in ("achieved", "partly", "not shown") if name in counts]
    return Words(
        f"Of {len(evidence)} activities reviewed, the evidence shows {join(parts)}, by the workbook's reading; {count((evidence['reading'] == 'cut off').sum())} rest on text that is cut off."
    )


# ---- parts ----


def _crosstab(report, column, caption, heading):
    actions = actions_of(report)
    table = pd.crosstab(actions[column], actions["state"], margins=True, margins_name="All")
    order = [state for state in STATES if state in table.columns]
    table = table.reindex(columns=[*order, "All"])
    first = [name for name in actions[column].drop_duplicates() if name in table.index]
    frame = (
        table.reindex([*first, "All"] if len(actions) else [])
        .rename_axis(heading)
        .rename(columns=str.capitalize)
        .reset_index()
    )
    frame.columns.name = None
    for name in frame.columns[1:]:
        frame[name] = numbers(frame[name].astype(int).astype("str"))
    return Table(caption, frame, (), column)
