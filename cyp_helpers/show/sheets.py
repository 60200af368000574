"""The comparison tables of a whole plan, a sheet each: a column holds numbers or words, never both."""

from pathlib import Path

import pandas as pd

from cyp_helpers import findings
from cyp_helpers.compare.figures import as_text
from cyp_helpers.compare.judge import NO_VERDICT
from cyp_helpers.show.cells import text_of
from cyp_helpers.show.table import show
from cyp_helpers.show.words import COVERAGE_NOTE, notes_on_lines

_KEY = ["priority_id", "subject_id"]
# The columns of each sheet, with a heading where that of ``columns.csv`` lacks the unit, or is not of evidence alone.
_COLUMNS = pd.read_csv(Path(__file__).with_name("sheets.csv"), keep_default_na=False)


def sheets_of(report):
    """The tables of a report of all priorities, a dict by the name of their sheet."""
    seen = findings.coverage(report).drop(columns="priority_id")
    seen = seen.rename(columns={"name": "priority", "against_england": "Against England"})
    used = findings.figures_used(report).reset_index(drop=True)
    odd = findings.queries_about(report).rename(columns={"query_id": "number", "source_id": "document"})
    compared = "Every comparison: a row for each figure and what it is set beside; those without a verdict say why"
    judged = "What needs attention, worst first, and what went well, best first"
    return {
        "Findings": show(found(report).drop(columns="priority_ids"), judged),
        "Indicators": show(
            _indicators(report), "Every indicator, measure and event of the plan, with its newest figure",
            "Comparisons has the reasons, the region, targets as printed and figures on other definitions.",
        ),
        "Comparisons": show(_comparisons(report), compared, notes_on_lines(report, report.lines)),
        "Coverage": show(seen, "How much can be judged: numbers of what is listed, by priority", COVERAGE_NOTE),
        "Sources": show(_headed(used, "Sources"), "Every figure used, with its source"),
        "Queries": show(_headed(odd, "Queries"), "Source queries: what is odd about these figures in their sources"),
    }


def found(report):
    """A row for each verdict that needs attention or is good news, in the order of the indicators, with headings."""
    lists = {-1: (findings.attention(report), "needs attention"), 1: (findings.went_well(report), "went well")}
    parts = []
    for good, (found, which) in lists.items():
        rows = findings.told(report, good).drop_duplicates(["subject_id", "question"])
        rows = found[["subject_id", "priority_ids", "priority", "new"]].merge(rows, on="subject_id")
        parts.append(rows.assign(which=which, comparator=rows["question"].replace("over time", "Over time")))
    return _headed(pd.concat(parts, ignore_index=True), "Findings")


def _indicators(report):
    """A row for each indicator and priority: newest figure, place, verdicts with evidence, or why there is none."""
    over_time = findings.judged_over_time(report).set_index(_KEY)[["verdict", "evidence"]].add_prefix("over_time_")
    why = findings.not_judged(report).set_index(_KEY)["why"]
    rows = _worded(report, report.subjects.join(over_time, on=_KEY).join(why, on=_KEY))
    for one in ("england", "neighbours"):
        figures = {f"{one}_figure": rows[f"{one}_value"].astype(float), f"{one}_figure_text": rows[f"{one}_text"]}
        rows = rows.assign(**figures)
    return _headed(rows, "Indicators")


def _comparisons(report):
    """All comparisons of figures, of documents and published files, and what documents state; the same one once."""
    rows = pd.concat([report.comparison, report.published])
    rows = rows.drop_duplicates(["priority_id", "subject_id", "comparator", "observation_id"])
    rows = rows[(rows["observation_id"] != "") | (rows["stated_id"] != "")]
    order = rows["priority_id"].map({one: n for n, one in enumerate(report.priorities["priority_id"])})
    rows = _worded(report, rows.assign(order=order).sort_values("order", kind="stable").reset_index(drop=True))
    rows["source"] = rows["value_source"].str.partition(": ")[0]
    return _headed(rows, "Comparisons")


def _worded(report, rows):
    """Rows with the names of their priorities, and in own columns the words in place of a number or after it."""
    rows = rows.assign(priority=findings.priority_names(report, rows["priority_id"]))
    for number, words in (("value", "figure_in_words"), ("comparator_value", "other_figure_in_words")):
        if number in rows:
            text = as_text(rows[text_of(number)])
            after = text.str.extract(r", (the .*)")[0].fillna("")
            rows = rows.assign(**{words: text.where(rows[number].isna(), after)})
    return rows


def _headed(rows, sheet):
    """The columns of a sheet with their headings, numbers with what prints them, without empty columns of words."""
    columns = _COLUMNS[_COLUMNS["sheet"] == sheet].set_index("column")["heading"]
    rows = rows.assign(promise=rows["promise"].round()) if "promise" in rows else rows
    verdicts = rows.filter(regex="_(verdict|evidence)$")
    rows = rows.assign(**{one: verdicts[one].astype("str").replace(NO_VERDICT, "").fillna("") for one in verdicts})
    names = {one: said or one for one, said in columns.items() if one in rows}
    names = {one: said for one, said in names.items() if not one.endswith("_words") or rows[one].ne("").any()}
    prints = {text_of(one): f"{said}_text" for one, said in names.items() if text_of(one) in rows and said != one}
    return rows[[*names, *prints]].rename(columns=names | prints)
