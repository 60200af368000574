"""A review opened for reading: the register, the plan, the review, the priority and every comparison of it."""

import ast
import pickle
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path

import pandas as pd

from cyp_helpers.compare.comparison import compare_known
from cyp_helpers.compare.figures import known_figures
from cyp_helpers.compare.neighbours import standing_at
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import (
    ENGLAND,
    Register,
    UnknownName,
    find_area,
    find_plan,
    find_priority,
    find_review,
    load_register,
    previous_review,
    priorities_of,
)


def kept(function):
    """A function of a Review (and names) that gives a frame, worked out once for each review: many tables are built from it.

    Each caller has a frame of its own.
    """
    return _keep(function, lambda review: review.memory)


def kept_for_all(function):
    """As ``kept``, for what is the same for each priority: a review narrowed to one has what the whole one worked out."""
    return _keep(function, lambda review: review.memory_for_all)


def _keep(function, memory_of):
    @wraps(function)
    def give(review, *args):
        memory, key = memory_of(review), (function.__qualname__, *args)
        if key not in memory:
            memory[key] = function(review, *args)
        return memory[key].copy(deep=False)

    return give


@dataclass(frozen=True, eq=False)
class Review:
    """What the notebooks read: rows of the register as Series, comparisons and figures as frames."""

    register: Register
    plan: pd.Series
    review: pd.Series
    priority: pd.Series | None
    area: pd.Series
    comparisons: pd.DataFrame
    figures: pd.DataFrame
    standing: pd.DataFrame
    memory: dict = field(default_factory=dict, init=False, repr=False)  # what is kept, see ``kept``
    memory_for_all: dict = field(default_factory=dict, repr=False)  # see ``kept_for_all``

    @property
    def as_at(self):
        return self.review["as_at"]

    @property
    def is_own_area(self):
        """Whether the review is about the area of the plan itself."""
        return self.area["area_id"] == self.plan["area_id"]

    @property
    def document_figures(self):
        """``known_figures`` of the plan documents alone; none of them is about another area."""
        return self.figures[~self.figures["open_data"]]

    @property
    def priorities(self):
        """The priorities of the plan in order."""
        return priorities_of(self.register, self.plan["plan_id"])


def open_review(plan, review, priority=None, area="", register=None):
    """Check the names and compare.

    Parameters
    ----------
    plan, review, priority : str, such as "cypf-2016-18", "2017-18 part 2" and "safe"; without a priority all of them
    area : GSS code, LA number or name of the area to review; the plan's own where it is left out
    register : Register; read from the project's ``data/`` where it is left out

    Raises
    ------
    UnknownName, with the valid names.

    >>> open_review("cypf-2016-18", "2017-18 part 2", "safe").priority["name"]
    'Safe'
    """
    if register is None and (plan, review, area) in _opened_ahead:
        return narrowed(_opened_ahead[plan, review, area], priority)
    register = register or load_register()
    plan_row = find_plan(register, plan)
    review_row = find_review(register, plan, review)
    priority_row = None if priority is None else find_priority(register, plan, priority)
    area_row = find_area(register, area or plan_row["area_id"])
    area_id = area_row["area_id"]
    standing = standing_at(register, review_row["as_at"], area_id)
    figures = known_figures(register, review_row["as_at"], area_id)
    comparisons = compare_known(figures, standing, register, plan, review, priority, area_id)
    return Review(register, plan_row, review_row, priority_row, area_row, comparisons, figures, standing)


_opened_ahead = {}


def reopen(pickled, project):
    """Let ``open_review`` in this process give a review that another one has opened, as a batch run does for its kernels.

    Parameters
    ----------
    pickled : bytes, a pickled Review of all priorities; unpickled, so it must come from this project's own processes.
        None: reviews are opened from ``data/`` again
    project : folder; the review's register becomes that of this project

    Returns
    -------
    Review or None
    """
    _opened_ahead.clear()
    if pickled is None:
        return None
    opened = pickle.loads(pickled)
    whole = with_register(opened, replace(opened.register, folder=Path(project) / "data"))
    asked = "" if whole.is_own_area else whole.area["area_id"]
    _opened_ahead[whole.plan["plan_id"], whole.review["review"], asked] = whole
    return whole


def with_register(whole, register):
    """The same review over a register of equal tables that stands elsewhere or has been read in part."""
    moved = replace(whole, register=register)
    moved.memory.update(whole.memory)
    return moved


def narrowed(whole, priority):
    """A whole review narrowed to one priority; the same as opening it for that priority."""
    if priority is None:
        return whole
    row = find_priority(whole.register, whole.plan["plan_id"], priority)
    rows = whole.comparisons
    return replace(
        whole, priority=row, comparisons=rows[rows["priority_id"] == row["priority_id"]].reset_index(drop=True)
    )


def refuse_unknown_parameters(inputs, known):
    """Stop where papermill injected a parameter that the notebook does not have; papermill itself only warns.

    Parameters
    ----------
    inputs : list of str, the cells run so far (``In`` of a notebook)
    known : list of str, the notebook's parameters

    >>> refuse_unknown_parameters(["# Parameters\\nplan = 'cypf-2016-18'"], ["plan"])
    """
    injected = [cell for cell in inputs if cell.lstrip().startswith("# Parameters")]
    given = [
        target.id
        for cell in injected
        for node in ast.parse(cell).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    strangers = [name for name in given if name not in known]
    if strangers:
        raise UnknownName(f"Unknown parameter: {', '.join(map(repr, strangers))}. Valid: {', '.join(known)}.")


@kept
def subjects_of(review):
    """One row for each priority and subject: name, measure, newest figure and the verdicts, in printed order.

    Returns
    -------
    DataFrame with ``priority_id, subject_id, name, measure, role, unit, polarity, value, value_text, period, flags``
    and, for each comparator, the columns ``<comparator>_verdict`` and ``<comparator>_text``.
    """
    rows = review.comparisons
    first = ["name", "measure", "role", "basis", "unit", "polarity", "indicator_id"]
    key = ["priority_id", "subject_id"]
    subjects = rows.groupby(key, sort=False)[first].first()
    newest = rows[rows["comparator"] == "previous"].set_index(key)[
        ["value", "value_text", "period", "observation_id", "value_source"]
    ]
    # Where a document newer than the figure states how it stands, the old figure is not what that verdict is about.
    set_aside = (
        rows[(rows["comparator"] == "england") & (rows["evidence"] == "stated") & (rows["observation_id"] == "")]
        .set_index(key)
        .index
    )
    newest["value"] = newest["value"].mask(newest.index.isin(set_aside))
    text = newest.columns.drop("value")
    newest[text] = newest[text].mask(newest["value"].isna(), "")
    wide = rows.pivot(
        index=key, columns="comparator", values=["verdict", "evidence", "comparator_text", "difference_text", "flags"]
    )
    wide.columns = [f"{comparator}_{what}" for what, comparator in wide.columns]
    return subjects.join(newest).join(wide.reindex(subjects.index)).reset_index()


def has_figure(subjects):
    """True for the subjects that have a figure."""
    return subjects["value"].notna()


def line_of_figures(review, subject):
    """Every known figure of one subject and of England beside it, oldest first.

    Parameters
    ----------
    subject : a row of ``subjects_of``

    Returns
    -------
    DataFrame of ``known_figures`` rows; undated figures come where the document puts them.
    """
    series_id, area_id, breakdown = subject["subject_id"].split("|")
    figures = review.figures
    line = figures[
        (figures["series_id"] == series_id) & (figures["breakdown"] == breakdown) & figures["number"].notna()
    ]
    line = line[line["area_id"].isin([area_id, ENGLAND])]
    order = line["end"].where(line["kind"] != "before", line["end"] - pd.DateOffset(years=1))
    return line.assign(order=order).sort_values(["order", "published"], kind="stable").drop(columns="order")


def known_sources(review):
    """Ids of the documents that were known at a review."""
    sources = review.register.table("sources")
    return sources.loc[sources["published"] <= review.as_at, "source_id"]


def last_review(review):
    """The review before this one, or None."""
    return previous_review(review.register, review.plan["plan_id"], review.review["review"])


def period_labels(periods):
    """Period forms as readers see them."""
    return parse_periods(periods)["period_label"]
