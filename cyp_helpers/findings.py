"""Findings: what needs attention, what went well, what cannot be judged, and how much is covered."""

import re

import numpy as np
import pandas as pd

from cyp_helpers.compare.judge import NO_VERDICT
from cyp_helpers.register.tables import ENGLAND, source_titles

OVER_TIME = ["same_period_last_year", "previous", "baseline"]  # the first that gave a verdict speaks for the subject
_BAD = {"not met": 4, "off track": 4, "worsened": 3, "worse": 2}
_GOOD = {"met": 4, "on track": 4, "improved": 3, "better": 2}
_KEY = ["priority_id", "subject_id"]
_BOTH_WAYS = {"worse": ("worse", "worsened", "worsening"), "better": ("better", "improved", "improving")}
BESIDE = {"england": "England", "neighbours": "its neighbours"}  # areas whose verdicts count; the region is shown only


def judged(report):
    """Comparisons that gave a verdict, one for each subject and question (target, over time, England, neighbours).

    Returns
    -------
    Rows of ``compare`` with ``question`` (the comparator, or "over time" for the first of ``OVER_TIME`` with a
    verdict) and ``finding`` (the verdict in words).
    """
    rows = report.comparison[~report.comparison["verdict"].isin(NO_VERDICT)]
    rows = rows[~rows["comparator"].isin(["region", "five_years"])]
    rank = rows["comparator"].map({name: n for n, name in enumerate(OVER_TIME)})
    rows = rows.assign(question=rows["comparator"].where(rank.isna(), "over time"), rank=rank.astype(float).fillna(0))
    # A verdict from figures goes before one that a document states.
    rows = rows.assign(rank=rows["rank"] + 10 * (rows["evidence"] == "stated"))
    best = rows.sort_values("rank", kind="stable").drop_duplicates([*_KEY, "question"]).sort_index()
    return best.assign(finding=_in_words(best)).drop(columns="rank")


def _in_words(rows):
    """ "worse than England (beyond chance)": a verdict with what it is a verdict on, and its evidence."""
    unsure = rows["verdict"].eq("cannot tell from rounded figures")
    beside = rows["question"].map(BESIDE).astype("str")
    words = np.select(
        [
            unsure & (rows["question"] == "over time"),
            unsure & beside.notna(),
            unsure,
            rows["verdict"].isin(["met", "not met"]),
            rows["verdict"].isin(["on track", "off track"]),
            rows["verdict"] == "similar",
            beside.notna(),
        ],
        [
            "change hidden by rounding",
            "difference from " + beside.fillna("") + " hidden by rounding",
            "target hidden by rounding",
            "target " + rows["verdict"],
            rows["verdict"] + " for the target",
            "similar to " + beside.fillna(""),
            rows["verdict"] + " than " + beside.fillna(""),
        ],
        rows["verdict"],
    )
    since = (", since " + rows["comparator_period"]).where(rows["comparator_period"] != "", "")
    evidence = rows["evidence"] + since.where(rows["evidence"] == "stated", "")
    tell = ~unsure & (rows["question"] != "target") & (rows["evidence"] != "")
    return pd.Series(words, index=rows.index, dtype="str") + (" (" + evidence + ")").where(tell, "")


def judged_over_time(report):
    """The rows of ``judged`` that look back."""
    rows = judged(report)
    return rows[rows["question"] == "over time"]


def attention(report):
    """What most needs attention, worst first.

    Each subject scores for a target not met or off track (4), for having worsened (3) and for standing worse
    than England (2) or than its statistical neighbours (2); what a document only states scores half, and so does what was known at the last review.
    Background figures do not score.

    Returns
    -------
    DataFrame with ``subject_id, name, priority_ids`` (all that it serves, joined by a space), ``priority`` (their names), ``score``,
    ``verdicts, new`` (False where all of it was known at the last review) and ``findings`` (sentences); one row for each subject.
    """
    return _scored(report, _BAD)


def went_well(report):
    """What went well, best first; scored and shaped as in ``attention``."""
    worse = attention(report)
    good = _scored(report, _GOOD)
    return good.assign(mixed=good["subject_id"].isin(worse["subject_id"]))


def _scored(report, weights):
    rows = judged(report)
    rows = rows[rows["verdict"].isin(list(weights)) & (rows["measure"] != "context figure")]
    old = rows["flags"].str.contains("no new figure")
    score = rows["verdict"].map(weights).astype(float) / (1 + (rows["evidence"] == "stated")) / (1 + old)
    rows = rows.assign(score=score, new=~old)
    serves = rows.drop_duplicates(_KEY).groupby("subject_id")["priority_id"].agg(" ".join)
    rows = rows.drop_duplicates(["subject_id", "question"])
    scored = rows.groupby("subject_id", sort=False, as_index=False).agg(
        name=("name", "first"),
        score=("score", "sum"),
        verdicts=("finding", "; ".join),
        new=("new", "max"),
        findings=("reason", _once),
    )
    scored.insert(2, "priority_ids", scored["subject_id"].map(serves))
    scored.insert(3, "priority", priority_names(report, scored["priority_ids"]))
    return scored.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def worse_and_worsening(report, which="worse"):
    """Subjects that stand worse than England or their neighbours and are getting worse; with ``which`` "better" those that
    stand better and are getting better.

    Getting worse is a change since the earlier figure or a trend over five years. Differences within chance do not count.

    Returns
    -------
    DataFrame with ``subject_id, name, priority_ids, priority``, ``standing`` and ``direction`` (verdicts in words, with evidence) and
    ``reason`` (sentences).
    """
    beside, moved, trend = _BOTH_WAYS[which]
    rows = judged(report)
    rows = rows[rows["measure"] != "context figure"]
    stand = rows[(rows["verdict"] == beside) & rows["question"].isin(list(BESIDE))]
    move = rows[(rows["verdict"] == moved) & (rows["question"] == "over time")]
    trends = report.comparison.query("comparator == 'five_years' and verdict == @trend and measure != 'context figure'")
    trends = trends.assign(finding=f"{trend} over five years (beyond chance)")
    told = pd.concat([move, trends])
    both = set(stand["subject_id"]) & set(told["subject_id"])
    first = rows[rows["subject_id"].isin(both)].groupby("subject_id", sort=False)
    serves = first["priority_id"].agg(lambda ids: " ".join(dict.fromkeys(ids)))

    def words(frame, column):
        each = frame[frame["subject_id"].isin(both)].drop_duplicates(["subject_id", column])
        return each.groupby("subject_id")[column]

    return pd.DataFrame(
        {
            "name": first["name"].first(),
            "priority_ids": serves,
            "priority": priority_names(report, serves),
            "standing": words(stand, "finding").agg("; ".join),
            "direction": words(told, "finding").agg("; ".join),
            "reason": words(pd.concat([stand, told]), "reason").agg(_once),
        }
    ).reset_index(names="subject_id")


def _once(reasons):
    """Sentences of several reasons, each only once."""
    sentences = [sentence for reason in reasons for sentence in re.split(r"(?<=\.) (?=[A-Z])", reason)]
    return " ".join(dict.fromkeys(sentences))


def priority_names(report, ids):
    """Names of priorities, joined by commas, for ids joined by spaces."""
    names = report.priorities.set_index("priority_id")["name"]
    return ids.str.split().map(lambda each: ", ".join(names[one] for one in each)).astype("str")


def not_judged(report, figures_too=False):
    """Subjects without any verdict, and why; with ``figures_too`` only those of them that have no figure either.

    Returns
    -------
    DataFrame with ``priority_id, subject_id, name, measure, why`` (a kind of gap) and ``reason`` (the sentence of the
    comparison that came nearest).
    """
    rows = report.comparison[report.comparison["measure"] != "context figure"]
    with_verdict = pd.MultiIndex.from_frame(judged(report)[_KEY])
    rows = rows[~pd.MultiIndex.from_frame(rows[_KEY]).isin(with_verdict)]
    if figures_too:
        rows = rows[rows["observation_id"] == ""]
    has_target = (rows["comparator"] == "target") & (rows["target_id"] != "")
    previous = rows["comparator"] == "previous"
    said = rows[has_target | previous].assign(order=(~has_target).astype(int))
    best = said.sort_values("order", kind="stable").drop_duplicates(_KEY).sort_index()
    figure = "It stands at " + best["value_text"] + "; "
    without_target = best["reason"].str[:1].str.lower() + best["reason"].str[1:]
    lone = (best["observation_id"] != "") & (best["comparator"] == "previous")
    why = np.select(
        [
            best["measure"] == "milestone",
            best["observation_id"] != "",
            best["gap"] == "superseded",
        ],
        [
            "An event or document to deliver, not a figure",
            "A figure, with nothing to set it beside",
            "No figure on this definition",
        ],
        "No figure known",
    )
    return best.assign(reason=best["reason"].mask(lone, figure + without_target), why=why)[
        [*_KEY, "name", "measure", "why", "reason"]
    ]


def coverage(report):
    """How much of what each priority lists can be judged.

    Returns
    -------
    DataFrame with one row for each priority, in order: ``priority_id, name, listed, milestones, background,
    with_figure, figure_only`` (a figure and nothing to set it beside), ``against_target, over_time, against_england,
    judged, not_judged``; counts of subjects.
    """
    rows = report.comparison.drop_duplicates(_KEY)
    questions = judged(report)
    questions = questions[questions["measure"] != "context figure"]
    index = report.priorities.set_index("priority_id")["name"]
    subjects = report.subjects
    with_figure = subjects[subjects["measure"].isin(["indicator", "evidence figure"]) & subjects["value"].notna()]

    def count(frame):
        return frame.drop_duplicates(_KEY)["priority_id"].value_counts().reindex(index.index).fillna(0).astype(int)

    table = pd.DataFrame(
        {
            "name": index,
            "listed": count(rows),
            "milestones": count(rows[rows["measure"] == "milestone"]),
            "background": count(rows[rows["measure"] == "context figure"]),
            "with_figure": count(with_figure),
            "figure_only": count(
                with_figure[
                    ~pd.MultiIndex.from_frame(with_figure[_KEY]).isin(pd.MultiIndex.from_frame(questions[_KEY]))
                ]
            ),
            "against_target": count(questions[questions["question"] == "target"]),
            "over_time": count(questions[questions["question"] == "over time"]),
            "against_england": count(questions[questions["question"] == "england"]),
            "judged": count(questions),
        }
    )
    table["not_judged"] = table["listed"] - table["background"] - table["judged"]
    return table.reset_index()


def figures_used(report):
    """Every figure of documents for the subjects of a report and of England beside them, and every published figure compared.

    Returns
    -------
    Rows of ``Report.figures`` with ``name`` (of the series and breakdown), ``document`` (title) and ``known_from``.
    """
    figures, rows = report.figures, report.comparison
    line = figures["series_id"] + "|" + figures["area_id"] + "|" + figures["breakdown"]
    subjects = rows["subject_id"].drop_duplicates()
    lines = {*subjects, *subjects.str.replace(r"\|[^|]*\|", f"|{ENGLAND}|", regex=True)}
    named = {*rows["observation_id"], *rows["comparator_observation_id"]}
    used = figures[line.isin(lines) & (~figures["open_data"] | figures.index.isin(named))]
    how = used["published_basis"].map({"assumed": " (assumed)", "cited": " (cited report)"}).fillna("")
    return used.assign(
        name=names_of(report, used),
        document=used["source_id"].map(source_titles(report.register)),
        known_from=used["published"].dt.strftime("%d %B %Y").str.lstrip("0") + how,
    )


def names_of(report, rows):
    """The name of each row's series, with its breakdown."""
    series = report.register.table("series").set_index("series_id")["name"]
    return rows["series_id"].map(series) + (": " + rows["breakdown"]).where(rows["breakdown"] != "all", "")


def in_words(report, figures):
    """Rows of ``Report.figures`` as a table shows them: ``name``, ``value`` (a number, printed by ``value_text``), ``document`` (id)."""
    said = {"name": names_of(report, figures), "value": figures["number"], "value_text": figures["text"]}
    return figures.assign(**said, document=figures["source_id"])


def queries_about(report):
    """What is odd in the sources of the figures and statements that a report uses: rows of ``source-queries``."""
    listed = report.register.table("plan-indicators")
    line = listed["series_id"] + "|" + listed["area_id"] + "|" + listed["breakdown"]
    line = line.where(listed["series_id"] != "", listed["plan_indicator_id"])
    listings = listed.loc[line.isin(report.comparison["subject_id"]), "plan_indicator_id"]
    used = {*figures_used(report).index, *report.comparison["stated_id"], *listings}
    queries = report.register.table("source-queries")
    about = queries["concerns"].str.split().map(lambda ids: not used.isdisjoint(ids)).astype(bool)
    return queries[about]
