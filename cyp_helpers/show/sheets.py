"""The comparison tables of a whole plan, a sheet each."""

import pandas as pd

from cyp_helpers import findings
from cyp_helpers.compare.judge import NO_VERDICT
from cyp_helpers.show.table import show
from cyp_helpers.show.words import notes_on_lines

_PAIR = [
    *("name", "priority", "comparator", "unit", "value", "value_text", "period", "comparator_value", "comparator_text"),
    *("comparator_period", "difference", "difference_text", "verdict", "evidence", "flags", "reason"),
]
_TOLD = [f"{one}_told" for one in ("previous", "england", "region", "neighbours", "five_years")]
_FINDING = ["name", "priority", "verdicts", "new", "findings"]


def sheets_of(report):
    """The tables of a report of all priorities, by the name of their sheet.

    Returns
    -------
    dict of str to Table; each keeps the selection it shows as ``data``.

    >>> sheets_of(open_review("cypf-2016-18", "2017-18 part 2"))["Attention"].caption  # doctest: +SKIP
    'Indicators that need attention, worst first'
    """
    rows = _with_priority(report, report.comparison)
    judged = rows[~rows["verdict"].isin(NO_VERDICT)]
    targets = rows[(rows["comparator"] == "target") & (rows["target_id"] != "") & (rows["measure"] != "milestone")]
    changes = findings.judged_over_time(report).query("measure != 'context figure'")
    areas = judged[judged["comparator"].isin(["england", "region", "neighbours"])]
    ways = {"worse": "worse and getting worse", "better": "better and getting better"}
    both = pd.concat([findings.worse_and_worsening(report, one).assign(which=words) for one, words in ways.items()])
    gaps = _with_priority(report, findings.not_judged(report))
    background = _with_priority(report, report.subjects.query("measure == 'context figure'"))
    seen = findings.coverage(report).drop(columns="priority_id").rename(columns={"name": "priority"})
    used = findings.figures_used(report).reset_index(drop=True)
    odd = findings.queries_about(report).rename(columns={"query_id": "number", "source_id": "document"})
    figure = ["name", "priority", "unit", "value", "value_text", "marks", "period"]
    read = ["name", "area", "period_label", "printed", "reading", "document", "locator", "known_from"]
    return {
        "Attention": show(findings.attention(report)[_FINDING], "Indicators that need attention, worst first"),
        "Went well": show(findings.went_well(report)[_FINDING], "Indicators that went well, best first"),
        "Coverage": show(seen, "How much can be judged, by priority"),
        "Targets": show(targets[_PAIR], "Figures beside the targets that the documents print"),
        "Over time": show(_with_priority(report, changes)[_PAIR], "Figures beside earlier ones"),
        "Other areas": show(areas[_PAIR], "Figures beside those of other areas"),
        "Published": show(
            report.lines[[*figure, *_TOLD, "rank", "rank_of", "band"]],
            "Each published indicator beside its comparators",
            notes_on_lines(report, report.lines),
        ),
        "Worse and better": show(
            both[["name", "which", "priority", "standing", "direction", "reason"]], "Worse and getting worse, or better"
        ),
        "Not judged": show(
            gaps[["name", "priority", "measure", "why", "reason"]], "Indicators and measures without a verdict"
        ),
        "Background": show(background[[*figure, "value_source"]], "Figures of need, money or volume"),
        "Sources": show(used[read], "Every figure used, with its source"),
        "Source queries": show(
            odd[["number", "document", "locator", "printed", "query", "bearing"]], "Source queries about these figures"
        ),
    }


def _with_priority(report, rows):
    return rows.assign(priority=findings.priority_names(report, rows["priority_id"]))
