"""The page of the annual review: are the priorities and indicators still right?

The plan of 2011 asks once a year for a new look at needs, which may change the priorities. Here performance, delivery,
young people's rank and the quality of the data stand side by side and name candidates; a board decides.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.judge import Evidence
from cyp_helpers.findings import attention, coverage, priority_names, went_well
from cyp_helpers.pages.delivery_tracker import DONE, LATE, SAID_DONE, actions_of
from cyp_helpers.show.wording import Words, capital, escape, how_many, join, say

KEEP, CHANGE, RETIRE = "keep", "change", "retire"
CANDIDATES = [RETIRE, CHANGE, KEEP]
_LITTLE = 1 / 3  # of what is listed; below this share a priority cannot be steered by its indicators


def priorities_of_review(report):
    """What speaks for and against each priority.

    Returns a DataFrame with one row for each priority: ``priority_id``, ``priority`` (name), ``needs_attention`` and
    ``went_well`` (numbers of indicators), ``actions``, ``past_their_day`` and ``done`` (numbers), ``judged`` and
    ``not_judged`` (indicators, figures and events), ``young_people_rank`` ('' where none is printed; only where the
    plan prints one), ``candidate`` (keep, change, retire) and ``reason``.

    >>> priorities_of_review(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["candidate"].isin(CANDIDATES).all()
    np.True_
    """
    seen = coverage(report).set_index("priority_id").rename(columns={"name": "priority"})
    actions = actions_of(report)
    number = {
        "needs_attention": attention(report)["priority_ids"].str.split().explode(),
        "went_well": went_well(report)["priority_ids"].str.split().explode(),
        "actions": actions["priority_id"],
        "past_their_day": actions.loc[actions["state"].isin(LATE), "priority_id"],
        "done": actions.loc[actions["state"].isin([DONE, SAID_DONE]), "priority_id"],
    }
    number = {name: ids.value_counts().reindex(seen.index).fillna(0).astype(int) for name, ids in number.items()}
    rank = report.priorities.set_index("priority_id")["young_people_rank"].reindex(seen.index)
    rows = seen[["priority"]].assign(**number, **seen[["judged", "not_judged"]], young_people_rank=rank)
    if (rows["young_people_rank"] == "").all():
        rows = rows.drop(columns="young_people_rank")
    listed = rows["judged"] + rows["not_judged"]
    finished = (rows["needs_attention"] == 0) & (rows["went_well"] > 0) & (rows["actions"] > 0)
    finished &= rows["done"] == rows["actions"]
    unseen = (rows["judged"] / listed.where(listed > 0)).fillna(0) < _LITTLE
    told = pd.Series(list(map(_judged_of, rows["judged"], listed)), rows.index, dtype="str")
    late = "Nothing needs attention; actions past their day: " + rows["past_their_day"].astype(str) + ". "
    attend = "Indicators that need attention: " + rows["needs_attention"].astype(str) + ". "
    reasons = [
        (finished, RETIRE, "Nothing needs attention, something went well, and every action is done."),
        (unseen, CHANGE, told + " That cannot steer it: change what is measured."),
        (rows["needs_attention"] > 0, KEEP, attend + told),
        (rows["past_their_day"] > 0, KEEP, late + told),
    ]
    return _decided(rows, reasons, "Nothing needs attention. " + told).reset_index()


def _judged_of(judged, listed):
    """ "Three of its nine indicators, figures and events can be judged." """
    number = "All" if judged == listed else capital(how_many(judged))
    return say("judged_of", listed, can="can" if judged else "cannot", number=number)


def _decided(rows, reasons, otherwise):
    """Rows with the ``candidate`` and ``reason`` of the first condition that holds; else they are kept."""
    conditions, candidates, words = zip(*reasons)
    candidate = pd.Categorical(np.select(conditions, candidates, KEEP), CANDIDATES)
    return rows.assign(candidate=candidate, reason=np.select(conditions, words, otherwise))


def indicators_of_review(report):
    """Each indicator as a candidate to keep, change or retire.

    Retire: its definition has been superseded. Change: it has a target that cannot be judged by figures or is looser
    than its start, or no figure is known for it. Keep: it has a figure or a statement to judge it by.

    Returns a DataFrame with ``name, priority, candidate`` (a category, retire first) and ``reason``, one row for each
    indicator.

    >>> rows = indicators_of_review(cyp.open_review("cypf-2016-18", "2017-18 part 2"))
    >>> rows["candidate"].value_counts().to_dict()
    {'keep': 18, 'change': 14, 'retire': 1}
    """
    subjects = report.subjects.drop_duplicates("subject_id").query("measure == 'indicator'")
    target = report.comparison.query("comparator == 'target'").drop_duplicates("subject_id").set_index("subject_id")
    loose = subjects["subject_id"].map(target["flags"]).str.contains("looser").eq(True)
    breaks = report.register.table("series-breaks")
    known = report.figures.loc[report.figures["number"].notna(), "series_id"]
    superseded = breaks[breaks["successor_series_id"].isin(known)].set_index("series_id")["what_changed"]
    what_changed = subjects["subject_id"].str.partition("|")[0].map(superseded).astype("str")
    figure = subjects["value"].notna()
    stated = subjects["england_evidence"].eq(Evidence.STATED) | subjects["previous_evidence"].eq(Evidence.STATED)
    reasons = [
        (what_changed.notna(), RETIRE, "Its definition was superseded: " + what_changed.fillna("") + "."),
        (loose, CHANGE, "Its target is looser than the figure it started from."),
        (~figure & ~stated, CHANGE, "No figure and no statement is known for it."),
        (~figure, KEEP, "A document states how it stands, without figures; publish the figures."),
    ]
    subjects = subjects.assign(priority=priority_names(report, subjects["priority_id"]))
    rows = _decided(subjects, reasons, "It has a figure.")
    return rows[["name", "priority", "candidate", "reason"]].reset_index(drop=True)


# ---- sentences ----


def read_priorities(rows):
    """Which priorities, of ``priorities_of_review``, are candidates for what."""
    groups = rows.groupby("candidate", observed=True)["priority"]
    parts = [f"{candidate}: {join([escape(name) for name in names])}" for candidate, names in groups]
    rule = "The rules are plain and the board decides; the reasons stand beside each."
    return Words(f"Candidates to {'; to '.join(parts)}. {rule}" if parts else "The plan has no priority.")


def read_indicators(rows):
    """How many indicators, of ``indicators_of_review``, are candidates for what."""
    number = rows["candidate"].value_counts(sort=False)
    tally = ", ".join(f"{how_many(each)} to {candidate}" for candidate, each in number.items())
    return say("candidates", len(rows), tally=tally)


def read_equality(rows):
    """What an equality impact assessment (rows of ``equality``) finds, or that there is none."""
    positive, need = (rows["positive_impact"] == "Yes").sum(), (rows["unmet_need"] == "Yes").sum()
    return say("equality", len(rows), positive=say("positive", positive), need=say("unmet_need", need))
