"""The page on data quality: what is missing, uncertain, old or contradictory in what a review rests on."""

import pandas as pd

from cyp_helpers.compare.claims import UNCHECKED, check_claims, check_standings
from cyp_helpers.compare.promise import record_of
from cyp_helpers.findings import names_of
from cyp_helpers.register.periods import months_between
from cyp_helpers.show.wording import count, day, escape, join, paragraph, say

OLD = 24  # months
_KINDS = {
    "england": "beside England", "neighbours": "beside neighbours", "previous": "since last year",
    "five_years": "over five years",
}


def ages(report):
    """How old the newest figure of each indicator is.

    Returns rows of ``Report.subjects`` with a figure, oldest first, with ``months`` from the end of its period to
    the review (NaN where no period is printed) and ``age`` in words.

    >>> ages(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["age"].iloc[0]
    '84 months'
    """
    subjects = report.subjects.drop_duplicates("subject_id")
    subjects = subjects[subjects["observation_id"] != ""]
    end = report.figures["end"].where(report.figures["dated"])
    months = months_between(subjects["observation_id"].map(end), report.as_at)
    words = months.map("{:.0f} months".format, na_action="ignore").astype("str").fillna("unknown")
    return subjects.assign(months=months, age=words).sort_values("months", ascending=False, kind="stable")


def record(register):
    """What was promised of verdicts and what came of them, of all authorities and years up to the day it was learnt.

    Returns a DataFrame of the table ``record``: ``comparator, tenth`` (of promise; "all" for a whole kind),
    ``outcomes`` (cases with one), ``told, promised, seen`` and ``false_told`` (of 100), ``learnt``

    >>> record(load_register()).query("tenth == 'all'")["comparator"].tolist()[0]
    'england'
    """
    rows = register.table("record").rename(columns={"kind": "comparator", "cases": "outcomes"})
    numbers = ["outcomes", "told", "promised", "seen", "false_told"]
    return rows.assign(**rows[numbers].apply(pd.to_numeric).round(1))


def series_record(report):
    """``record_of`` at the review, of each indicator and group with 50 cases: ``name, comparator, outcomes, seen``."""
    rows = record_of(report.register).rename(columns={"kind": "comparator", "cases": "outcomes", "held": "seen"})
    rows = rows[rows["outcomes"] >= 50].round({"seen": 0})
    return rows.assign(name=names_of(report, rows))[["name", "comparator", "outcomes", "seen"]]


def variation(report):
    """How many times as much changes vary as those of independent children, most first: ``name, overdispersion``."""
    rows = report.register.table("usual-variation")
    rows = rows.assign(name=names_of(report, rows), overdispersion=pd.to_numeric(rows["overdispersion"]).round(1))
    rows = rows.dropna(subset="overdispersion").sort_values("overdispersion", ascending=False)
    return rows[["name", "overdispersion"]]


# ---- sentences ----


def looked_back(rows):
    """That rows of ``record`` or ``usual-variation`` are not as they were known at the review, but of which day.

    >>> looked_back(pd.DataFrame({"learnt": ["2026-11-26"]}))
    'This is not as known at the review: it looks back from 26 November 2026 on all years.'
    """
    learnt = day(pd.Timestamp(rows["learnt"].max()))
    return f"This is not as known at the review: it looks back from {learnt} on all years."


def read_record(record):
    """How much of what was told held, of each kind."""
    rows = record[record["tenth"] == "all"].set_index("comparator")["seen"]
    told = [say("record", 1, when=when, seen=f"{rows[kind]:.0f}") for kind, when in _KINDS.items() if kind in rows]
    return paragraph(*(told or [say("record", 0)]))


def read_claims_and_standings(report):
    """Whether the arithmetic of the documents holds, and whether what they say about England does."""
    claims = read_claims(check_claims(report.register, report.document_figures))
    return paragraph(claims, read_standings(check_standings(report.register, report.figures, report.pairs)))


def read_claims(claims):
    """How many claims, of ``check_claims``, can be worked out again, and how they fare."""
    outcomes = claims["outcome"].value_counts()
    checked = outcomes.drop(UNCHECKED, errors="ignore")
    parts = [say("claim_outcome", number, outcome=outcome) for outcome, number in checked.items()]
    told = say("checked", checked.sum(), outcomes=join(parts))
    return say("claims", len(claims), checked=told)


def read_standings(standings):
    """How many stated standings, of ``check_standings``, the published figures bear out."""
    answers = standings["answer"].value_counts()
    told = "; ".join(f"{answer}, {count(number)}" for answer, number in answers.items())
    return say("standings", len(standings), answers=told)


def read_missing(missing):
    """How many places for a figure hold something else, and what."""
    forms = missing["printed"].value_counts()
    told = ", ".join(f"{escape(form) or 'blank'} ({number})" for form, number in forms.items())
    return say("missing", len(missing), forms=told)


def read_old(old):
    """How many newest figures, of ``ages``, are old or undated."""
    undated = old["months"].isna().sum()
    return paragraph(say("old", len(old) - undated, months=OLD), say("undated", undated))


def read_queries(queries):
    """How many source queries are open, and what they ask for."""
    told = say("queries", len(queries), high=say("high", (queries["bearing"] == "high").sum()))
    caution, apart = ((queries["effect"] == effect).sum() for effect in ("caution", "not compared"))
    return paragraph(told, say("caution", caution), say("apart", apart))
