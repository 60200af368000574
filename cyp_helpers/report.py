"""A report: one plan, one review, one area, opened for reading, with every comparison of it."""

import pickle
import sys
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import RANKS
from cyp_helpers.compare.checks import check_comparisons
from cyp_helpers.compare.comparison import paired_on
from cyp_helpers.compare.figures import as_text, formatted, look_up
from cyp_helpers.compare.judge import NO_VERDICT, Evidence, Verdict
from cyp_helpers.compare.pairs import COMPARATORS, OVER_TIME
from cyp_helpers.compare.plan import compare_plan
from cyp_helpers.compare.scale import CHILDREN
from cyp_helpers.compare.subjects import published_lines
from cyp_helpers.register.reviews import find_review, previous_review
from cyp_helpers.register.tables import (
    ENGLAND, Register, UnknownName, decimal_places, find_area, find_plan, find_priority, load_register, only_row,
    priorities_of, region_of
)

_OF_EVERYONE = ["series_id", "breakdown", "area_id", "area", "region_id", "local", "open_data", "unit", "polarity",
                "cell", "kind", "months", "start", "end", "period", "period_label", "value", "status", "source_id",
                "number", "low", "high", "numerator", "denominator", *RANKS]
_KEY = ["priority_id", "subject_id"]
_FIRST = ["name", "measure", "role", "basis", "unit", "polarity", "indicator_id", "series_id", "breakdown", "area_id"]
_NEWEST = ["value", "value_text", "period", "observation_id", "value_source", *RANKS]
_BY_COMPARATOR = ["verdict", "evidence", "comparator_value", "comparator_text", "value_text", "told"]


@dataclass(frozen=True, eq=False)
class Report:
    """What the notebooks read.

    Attributes
    ----------
    register : Register, as known at the review
    plan, review, area : Series, rows of the register; ``priority`` one too, or None for all of them
    comparison : DataFrame of ``compare_plan``, a row for each priority, indicator and comparator
    published : the same of the published series of the plan's indicators; beside its own area's documents, for another
        area alone
    figures : DataFrame of ``with_words``, every figure that these rows may be about, by ``observation_id``
    everyone : DataFrame of ``known_figures`` with ranks, of all authorities, regions and England: the plan's published
        series, and what documents print of them (not ``open_data``); without the columns that no page reads, since it
        is most of what goes to each page's process
    pairs : DataFrame of ``judge``: every comparison of every one of ``figures``

    >>> open_review("cypf-2016-18", "2017-18 part 2", "safe")
    <Report: Safe, 2017-18 part 2, Nottinghamshire, as known at 2018-03-31>
    """

    register: Register
    plan: pd.Series
    review: pd.Series
    priority: pd.Series | None
    area: pd.Series
    comparison: pd.DataFrame
    published: pd.DataFrame
    figures: pd.DataFrame
    everyone: pd.DataFrame
    pairs: pd.DataFrame

    def __repr__(self):
        what = self.plan["title"] if self.priority is None else self.priority["name"]
        return f"<Report: {what}, {self.review['review']}, {self.area['name']}, as known at {self.as_at:%Y-%m-%d}>"

    @property
    def as_at(self):
        return self.review["as_at"]

    @property
    def is_own_area(self):
        """Whether the report is about the area of the plan itself."""
        return self.area["area_id"] == self.plan["area_id"]

    @property
    def is_of_others(self):
        """Whether the plan is that of another area, which lends its measures."""
        return self.plan["area_id"] not in ("", self.area["area_id"])

    @property
    def title(self):
        """What the report is about: the plan, or its measures for another area.

        >>> open_review("cypf-2016-18", "2017-18 part 2", area="Leeds").title
        'Leeds: measures of the plan of Nottinghamshire (Plan 2016-18)'
        """
        if self.is_own_area:
            return self.plan["title"]
        if not self.is_of_others:
            return f"{self.area['name']}: {self.plan['title']}"
        whose = self.register.table("areas").set_index("area_id").at[self.plan["area_id"], "name"]
        return f"{self.area['name']}: measures of the plan of {whose} ({self.plan['short_title']})"

    @property
    def document_figures(self):
        """``figures`` of the plan documents alone; none of them is about another area."""
        return self.figures[~self.figures["open_data"]]

    @cached_property
    def peers(self):
        """Rows of ``judge``: comparisons of all authorities' figures for the periods of the newest published ones."""
        shown = self.figures["cell"].reindex(self.published["observation_id"].unique()).dropna()
        paired = paired_on(self.register.whole, self.as_at, _shown(self.register.whole, self.plan))
        every = paired.figures
        published = every["local"] & every["open_data"] & every["number"].notna()
        return paired.of(every["cell"].isin(shown) & published).pairs

    @cached_property
    def priorities(self):
        """The priorities of the plan in order; for another area by short names, since the long ones name places."""
        rows = priorities_of(self.register, self.plan["plan_id"])
        return rows.assign(title=rows["name"]) if self.is_of_others else rows

    @cached_property
    def last_review(self):
        """The review before this one, a row of ``reviews``, or None."""
        return previous_review(self.register, self.plan["plan_id"], self.review["review"])

    @cached_property
    def subjects(self):
        """``side_by_side`` of ``comparison``."""
        subjects = side_by_side(self.comparison)
        # Where a document newer than the figure states how it stands, the old figure is not what that verdict is about.
        aside = subjects["england_evidence"].eq("stated") & subjects["england_value_text"].eq("")
        subjects["value"] = subjects["value"].mask(aside)
        text = ["value_text", "period", "observation_id", "value_source"]
        subjects[text] = subjects[text].mask(subjects["value"].isna(), "")
        return subjects.assign(marks=as_text(look_up(subjects["observation_id"], self.figures["marks"])))

    @cached_property
    def lines(self):
        """``side_by_side`` of ``published`` where there is a figure, with ``match, differs`` of ``published_lines``,
        ``priority`` (name), ``unit_heading``, ``printed`` (value as published), ``marks`` and ``places`` (printed
        decimals)."""
        lines = side_by_side(self.published)
        lines = lines[lines["value"].notna()].reset_index(drop=True)
        facts = published_lines(self.register).set_index(["series_id", "breakdown"])[["match", "differs"]]
        figures = self.figures[["value", "marks", "cell", "status"]].rename(columns={"value": "printed"})
        lines = lines.join(facts, on=["series_id", "breakdown"]).join(figures, on="observation_id")
        return lines.assign(
            priority=lines["priority_id"].map(self.priorities.set_index("priority_id")["name"]),
            unit_heading=self.register.look_up(lines["unit"], "units", "heading"),
            places=decimal_places(lines["printed"]),
        )


def side_by_side(rows):
    """Rows of ``compare_plan`` as one row for each priority and subject.

    Returns: DataFrame with ``_KEY`` and ``_FIRST``, of the newest figure ``_NEWEST`` and ``rank_told``, and for each
    comparator ``<comparator>_`` with ``verdict, evidence, value, text, value_text, told`` ("82.9%: ✓ better"; '' where
    there is no verdict).
    """
    rows = rows.assign(told=_told(rows))
    subjects = rows.groupby(_KEY, sort=False)[_FIRST].first()
    wide = rows.pivot(index=_KEY, columns="comparator", values=_BY_COMPARATOR)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([_BY_COMPARATOR, COMPARATORS]))  # a priority may be empty
    wide.columns = [f"{comparator}_{what.removeprefix('comparator_')}" for what, comparator in wide.columns]
    own = rows[rows["comparator"] == "previous"].set_index(_KEY)[_NEWEST]
    rank, of, band = (formatted(own[column]).fillna("") for column in ("rank", "rank_of", "band"))
    place = rank + np.where(own["rank_ties"] > 1, "=", "") + " of " + of + (", quarter " + band).where(band != "", "")
    own["rank_told"] = place.where(rank != "", "")
    return subjects.join(own).join(wide.reindex(subjects.index)).reset_index()


def _told(rows):
    """The figure that a row is set against, or the change over time, and the verdict; a document's word says so."""
    stated = rows["evidence"] == Evidence.STATED
    other = rows["difference_text"].where(rows["comparator"].isin(OVER_TIME) & ~stated, rows["comparator_text"])
    other = other.str.replace(r", the (.*) statistical neighbours$", r" (\1)", regex=True)
    signs = {str(one): f"{one.sign} ".lstrip() for one in Verdict}
    words = rows["verdict"].map(signs).mask(stated, "") + rows["verdict"] + np.where(stated, " (stated)", "")
    return ((other + ": ").where(other != "", "") + words).mask(rows["verdict"].isin(NO_VERDICT), "")


def open_review(plan, review, priority=None, area="", register=None):
    """Check the names, and compare every figure of a plan as known at a review.

    Parameters
    ----------
    plan, review, priority : str, such as "cypf-2016-18", "2017-18 part 2" and "safe"; without a priority all of them;
        ``plans()``, ``reviews(plan)`` and ``priorities(plan)`` list them; a review can also be a day, such as
        "2026-03-31", or "latest", today
    area : GSS code, LA number or name of the area to report; the plan's own where it is left out
    register : Register; read from the project's ``data/`` where it is left out

    Returns
    -------
    Report

    Raises
    ------
    UnknownName, with the valid names.

    >>> open_review("cypf-2016-18", "2017-18 part 2", "safe").priority["name"]
    'Safe'
    """
    if register is None and (plan, review, area) in _opened_ahead:
        return narrowed(_opened_ahead[plan, review, area], priority)
    register = register or load_register()
    plan_row, review_row = find_plan(register, plan), find_review(register, plan, review)
    if not area and not plan_row["area_id"]:
        raise UnknownName(f"{plan_row['title']} is of every authority: say which one as area, such as Leeds")
    area_row = find_area(register, area or plan_row["area_id"])
    register = register.holding(_listed(register, plan_row)).of_plan(plan_row)
    if priority is not None:
        find_priority(register, plan, priority)
    area_id, review = area_row["area_id"], review_row["review"]
    judged = paired_on(register, review_row["as_at"], _shown(register, plan_row))
    places = [area_id, region_of(judged.register, area_id), ENGLAND]
    judged = judged.of(judged.figures["area_id"].isin(places) | ~judged.figures["open_data"])
    comparison, figures = compare_plan(judged, plan, review, area_id)
    own = area_id == plan_row["area_id"]
    published = compare_plan(judged, plan, review, area_id, published=True)[0] if own else comparison
    for rows in (comparison, published):
        check_comparisons(rows)
    of_plan = judged.figures["series_id"].isin(published_lines(register)["series_id"])
    everyone = judged.figures.loc[of_plan & judged.figures["number"].notna(), _OF_EVERYONE]
    pairs = judged.pairs[judged.pairs["figure"].isin(figures["figure"])]
    frames = (comparison, published, figures, everyone, pairs)
    return narrowed(Report(judged.register, plan_row, review_row, None, area_row, *frames), priority)


def _listed(register, plan):
    """The series that a plan (a row of ``plans``) lists."""
    listed = register.table("plan-indicators")
    return tuple(sorted({*listed.loc[listed["plan_id"] == plan["plan_id"], "series_id"], CHILDREN}))


def _shown(register, plan):
    """Those that a plan of every authority shows alone; None for others, which have counterparts beside, any series."""
    return None if plan["area_id"] else _listed(register, plan)


_opened_ahead = {}


def reopen(pickled, project):
    """Let ``open_review`` in this process give a report of all priorities that another one has opened, as a batch run
    does for its pages; gives it too.

    Parameters: ``pickled``: bytes, which must come from this project's own processes; ``project``: folder, whose
    register becomes that of the report.
    """
    _opened_ahead.clear()
    opened = pickle.loads(pickled)
    whole = replace(opened, register=replace(opened.register, folder=Path(project) / "data"))
    vars(whole).update({name: known for name, known in vars(opened).items() if name not in vars(whole)})
    asked = "" if whole.is_own_area else whole.area["area_id"]
    _opened_ahead[whole.plan["plan_id"], whole.review["review"], asked] = whole
    return whole


def narrowed(whole, priority):
    """A whole report narrowed to one priority; the same as opening it for that priority."""
    if priority is None:
        return whole
    row = only_row(whole.priorities, "short_id", priority, f"priority of {whole.plan['plan_id']}")
    mine = [rows[rows["priority_id"] == row["priority_id"]] for rows in (whole.comparison, whole.published)]
    comparison, published = (rows.reset_index(drop=True) for rows in mine)
    report = replace(whole, priority=row, comparison=comparison, published=published)
    if "peers" in vars(whole):  # the same for all priorities
        vars(report)["peers"] = whole.peers
    return report


def check_parameters(*known, names=None):
    """Stop where a notebook sets a name that is not one of its parameters; papermill itself only warns of one.

    In a fresh kernel nothing but parameters stands before the set-up cell, so any other plain value is refused. Later
    only a name that comes near a parameter's is. What is refused is forgotten, so that a corrected cell runs at once.

    Parameters
    ----------
    known : str, the names of the notebook's parameters
    names : dict of names and values; those of the notebook where it is left out

    Raises
    ------
    UnknownName, with the parameters there are.

    >>> check_parameters("plan", "priority", names={"plan": "cypf-2016-18", "priorty": "safe"})
    Traceback (most recent call last):
        ...
    cyp_helpers.register.tables.UnknownName: Unknown parameter: 'priorty'. Did you mean 'priority'? Valid: plan, priority.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    names = names if names is not None else shell.user_ns if shell else {}
    hidden = {"In", "Out", *(shell.user_ns_hidden if shell else ())}
    fresh = "_parameters_checked" not in names
    names["_parameters_checked"] = True
    for name in [name for name in names if name not in hidden and name not in known and not name.startswith("_")]:
        near = get_close_matches(name, known, n=1, cutoff=0.75)
        if isinstance(names[name], str | int | float | list | dict | None) and (near or fresh):
            del names[name]
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownName(f"Unknown parameter: {name!r}.{hint} Valid: {', '.join(known)}.")
