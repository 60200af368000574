"""The page of the annual review: are the priorities and indicators still right?

The plan of 2011 asks once a year for a full review of progress and a new look at needs, which may change the priorities. The
workbook sets performance, delivery, the rank that young people gave and the quality of the data side by side and names
candidates; a board decides.
"""

from decimal import Decimal

import numpy as np
import pandas as pd

from cyp_helpers.findings import attention, coverage, went_well
from cyp_helpers.pages.delivery_tracker import DONE, OVERDUE, PARTLY, actions_of
from cyp_helpers.show.table import Table, tidy
from cyp_helpers.show.wording import Words, how_many, join, plural, sentence_count

KEEP, CHANGE, RETIRE = "keep", "change", "retire"
_LITTLE = 1 / 3  # of what is listed; below this share a priority cannot be steered by its indicators


def priorities_of_review(report):
    """What speaks for and against each priority.

    Returns
    -------
    DataFrame with one row for each priority: ``priority_id, name, worse, better`` (numbers of findings), ``overdue, done, actions,
    rank`` (given by young people, or empty), ``judged, not_judged, candidate`` (keep, change, retire) and ``reason``.
    """
    table = coverage(report).set_index("priority_id")
    worse, better = (
        rows["priority_ids"].str.split().explode().value_counts() for rows in (attention(report), went_well(report))
    )
    actions = actions_of(report)
    late = actions[actions["state"].isin([OVERDUE, PARTLY])]["priority_id"].value_counts()
    done = actions[actions["state"] == DONE]["priority_id"].value_counts()
    rank = report.priorities.set_index("priority_id")["young_people_rank"]
    rows = (
        pd.DataFrame(
            {
                "name": table["name"],
                "worse": worse,
                "better": better,
                "overdue": late,
                "done": done,
                "actions": actions["priority_id"].value_counts(),
                "judged": table["judged"],
                "not_judged": table["not_judged"],
            }
        )
        .reindex(table.index)
        .fillna({column: 0 for column in ("worse", "better", "overdue", "done", "actions")})
    )
    rows = rows.astype({column: int for column in rows.columns.drop("name")}).assign(rank=rank.reindex(rows.index))
    share = rows["judged"] / (rows["judged"] + rows["not_judged"]).where(lambda total: total > 0)
    finished = (rows["worse"] == 0) & (rows["better"] > 0) & (rows["actions"] > 0) & (rows["done"] == rows["actions"])
    unseen = share.fillna(0) < _LITTLE
    rows["candidate"] = np.select([finished, unseen], [RETIRE, CHANGE], KEEP)
    seen = (
        rows["judged"].astype(str)
        + " of "
        + (rows["judged"] + rows["not_judged"]).astype(str)
        + " indicators and measures can be judged"
    )
    rows["reason"] = np.select(
        [finished, unseen, rows["worse"] > 0, rows["overdue"] > 0],
        [
            "Nothing is worse, something is better, and every action is shown to be done.",
            "Only " + seen + ", so its indicators cannot steer it: change what is measured.",
            "Findings to attend to: " + rows["worse"].astype(str) + "; " + seen + ".",
            "Nothing is worse; overdue actions: " + rows["overdue"].astype(str) + "; " + seen + ".",
        ],
        "Nothing is worse; " + seen + ".",
    )
    return rows.reset_index()


def priorities_table(report):
    """Performance, delivery, young people's rank and data quality of each priority, and the candidate."""
    rows = priorities_of_review(report)
    numbers = {
        "Findings to attend to": "worse",
        "Findings to the good": "better",
        "Actions": "actions",
        "Overdue": "overdue",
        "Shown to be done": "done",
        "Can be judged": "judged",
        "Cannot be judged": "not_judged",
    }
    frame = pd.DataFrame(
        {"Priority": rows["name"], **{heading: rows[column].map(Decimal) for heading, column in numbers.items()}}
    )
    frame["Young people's rank"] = [Decimal(rank) if rank else "none printed" for rank in rows["rank"]]
    frame["Candidate to"], frame["Why"] = rows["candidate"], rows["reason"]
    return Table("Performance, delivery, rank and data quality of each priority", tidy(frame), (), "priorities")


def indicators_of_review(report):
    """Each indicator as a candidate to keep, change or retire.

    Retire: its definition has been superseded. Change: it has a target that cannot be judged by figures or is looser than its
    start, or no figure is known for it. Keep: it has a figure or a statement to judge it by.

    Returns
    -------
    DataFrame with ``name, priority, candidate, reason``, one row for each indicator.
    """
    subjects = report.subjects.drop_duplicates("subject_id")
    subjects = subjects[subjects["measure"] == "indicator"]
    target = (
        report.comparison[report.comparison["comparator"] == "target"]
        .drop_duplicates("subject_id")
        .set_index("subject_id")
    )
    target = target.reindex(subjects["subject_id"]).set_axis(subjects.index)
    breaks = report.register.table("series-breaks")
    known = report.figures.loc[report.figures["number"].notna(), "series_id"]
    superseded = breaks[breaks["successor_series_id"].isin(known)].set_index("series_id")["what_changed"]
    what_changed = subjects["subject_id"].str.partition("|")[0].map(superseded).astype("str")
    loose, figure = target["flags"].str.contains("looser"), subjects["value"].notna()
    stated = subjects["england_evidence"].eq("stated") | subjects["previous_evidence"].eq("stated")
    reasons = [
        (what_changed.notna(), RETIRE, "Its definition was superseded: " + what_changed.fillna("") + "."),
        (loose, CHANGE, "Its target is looser than the figure it started from."),
        (~figure & ~stated, CHANGE, "No figure and no statement is known for it."),
        (~figure, KEEP, "A document states how it stands, without figures; publish the figures."),
    ]
    conditions = [condition for condition, _, _ in reasons]
    return subjects.assign(
        priority=subjects["priority_id"].map(report.priorities.set_index("priority_id")["name"]),
        candidate=np.select(conditions, [candidate for _, candidate, _ in reasons], KEEP),
        reason=np.select(conditions, [reason for _, _, reason in reasons], "It has a figure."),
    )[["name", "priority", "candidate", "reason"]].reset_index(drop=True)


def indicators_table(report):
    """The indicators by candidate: to retire, to change, to keep."""
    rows = indicators_of_review(report)
    rows = rows.assign(order=rows["candidate"].map({RETIRE: 0, CHANGE: 1, KEEP: 2})).sort_values("order", kind="stable")
    return Table(
        "Indicators as candidates to retire, change or keep",
        tidy(
            pd.DataFrame(
                {
                    "Indicator": rows["name"],
                    "Priority": rows["priority"],
                    "Candidate to": rows["candidate"],
                    "Why": rows["reason"],
                }
            )
        ),
        (),
        "indicators",
    )


def equality_table(report):
    """The equality impact assessment of the plan, where it has one."""
    rows = report.register.table("equality")
    rows = rows[rows["plan_id"] == report.plan["plan_id"]]
    return Table(
        "Equality impact assessment",
        tidy(
            pd.DataFrame(
                {
                    "Area": rows["area_printed"],
                    "Positive impact": rows["positive_impact"],
                    "Adverse impact": rows["adverse_impact"],
                    "Unmet need": rows["unmet_need"],
                    "Evidence, in own words": rows["summary"],
                }
            )
        ),
        (),
        "equality",
    )


def read_priorities(report):
    """Which priorities are candidates for what."""
    rows = priorities_of_review(report)
    parts = [
        f"{candidate}: {join(group['name'].tolist())}" for candidate, group in rows.groupby("candidate", sort=False)
    ]
    return Words(
        f"Candidates to {'; to '.join(parts)}. The rules are plain and the board decides; the reasons stand beside each."
    )


def read_indicators(report):
    """How many indicators are candidates for what."""
    counts = indicators_of_review(report)["candidate"].value_counts()
    return Words(
        f"{sentence_count(counts.sum())} {plural(counts.sum(), 'indicator is', 'indicators are')} listed: {how_many(counts.get(KEEP, 0))} to keep, {how_many(counts.get(CHANGE, 0))} to change, {how_many(counts.get(RETIRE, 0))} to retire."
    )


def read_equality(report):
    """What the equality impact assessment finds, or that there is none."""
    rows = report.register.table("equality")
    rows = rows[rows["plan_id"] == report.plan["plan_id"]]
    if rows.empty:
        return Words(
            "The documents of this plan print no equality impact assessment: whom the plan helps and whom it misses is not shown."
        )
    positive, need = (rows["positive_impact"] == "Yes").sum(), (rows["unmet_need"] == "Yes").sum()
    return Words(
        f"{sentence_count(positive)} of {len(rows)} areas are said to see a positive impact; {how_many(need)} {plural(need, 'is', 'are')} said to have an unmet need. Saying so is not measuring it: no figure is printed by group."
    )
