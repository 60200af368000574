"""Findings: what needs attention, what went well, what cannot be judged, and how much is covered."""

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import as_text, choose, formatted, look_up
from cyp_helpers.compare.judge import NO_VERDICT, Evidence, Verdict
from cyp_helpers.compare.subjects import line_ids, listing_ids
from cyp_helpers.register.periods import months_between
from cyp_helpers.register.tables import ENGLAND, source_titles

OVER_TIME = ["same_period_last_year", "previous", "baseline"]  # the first that gave an answer speaks for the subject
BESIDE = {"england": "England", "neighbours": "its neighbours"}  # areas whose verdicts count; the region is shown only
OLD_MONTHS = 24  # an older figure says little about children now
_KEY = ["priority_id", "subject_id"]


@lru_cache(maxsize=16)  # nearly all that is said of a report begins with it
def judged(report):
    """Comparisons that gave an answer, one for each subject and question; what was not tested gave none.

    Returns: rows of ``compare_plan`` with ``question`` (the comparator, or "over time" for the first of ``OVER_TIME``
    with an answer) and ``finding`` (the verdict in words).
    """
    rows = report.comparison
    rows = rows[
        ~rows["verdict"].isin(NO_VERDICT) & (rows["comparator"] != "region") & (rows["evidence"] != Evidence.NOT_TESTED)
    ]
    rank = rows["comparator"].map({name: n for n, name in enumerate(OVER_TIME)}).astype(float)
    # An answer from figures goes before one that a document states.
    first = rank.fillna(0) + 10 * (rows["evidence"] == Evidence.STATED)
    rows = rows.assign(question=rows["comparator"].where(rank.isna(), "over time"), rank=first)
    best = rows.sort_values("rank", kind="stable").drop_duplicates([*_KEY, "question"]).sort_index()
    return best.assign(finding=_in_words(best)).drop(columns="rank")


def _in_words(rows):
    """ "worse than England (clear, 94 in 100)": a verdict with what it is on, its evidence and its promise."""
    verdict, question, evidence = rows["verdict"], rows["question"], rows["evidence"]
    beside, target = as_text(question.map(BESIDE)), question == "target"
    words = choose(
        rows.index,
        (target & (verdict == Verdict.HIDDEN), "target hidden by rounding"),
        (target & verdict.isin([Verdict.MET, Verdict.NOT_MET]), "target " + verdict),
        (target, verdict + " for the target"),
        ((beside != "") & (verdict == Verdict.NO_DIFFERENCE), verdict + " from " + beside),
        (beside != "", verdict + " than " + beside),
        (question == "five_years", verdict + " over five years"),
        otherwise=verdict,
    )
    since = (", since " + rows["comparator_period"]).where(rows["comparator_period"] != "", "")
    more = choose(
        rows.index, (evidence == Evidence.CLEAR, formatted(rows["promise"].round(), ", {:.0f} in 100")),
        (evidence == Evidence.STATED, since),
    )
    return words + (" (" + evidence + more.fillna("") + ")").where(evidence != "", "")


def judged_over_time(report):
    """The rows of ``judged`` that look back to an earlier figure."""
    rows = judged(report)
    return rows[rows["question"] == "over time"]


def attention(report):
    """What most needs attention: indicators that are clearly worse, worsened or worsening, or miss their target.

    First those that stand worse and move the wrong way, then what stands beside no others (a target missed), then by
    place among authorities, worst first, then by promise. What is only stated, not clear, a background figure or older
    than two years is not here.

    Returns: DataFrame, one row for each subject: ``subject_id, name, priority_ids`` (all that it serves, joined by a
    space), ``priority`` (their names), ``both`` (stands and moves the same way), ``promise`` (the highest, of 100;
    empty for a target alone), ``verdicts, new`` (False where all of it was known at the last review) and ``findings``
    (sentences).

    >>> attention(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["name"].tolist()[0]
    "Re-referrals to children's social care"
    """
    return _found(report, -1)


def went_well(report):
    """What went well, best first; as ``attention``. An indicator that needs attention is not here."""
    good = _found(report, 1)
    return good[~good["subject_id"].isin(attention(report)["subject_id"])].reset_index(drop=True)


@lru_cache(maxsize=16)
def _found(report, good):
    rows = told(report, good)
    serves = rows.drop_duplicates(_KEY).groupby("subject_id")["priority_id"].agg(" ".join)
    rows = rows.drop_duplicates(["subject_id", "question"])
    rows = rows.assign(
        new=~rows["flags"].str.contains("no new figure"),
        stands=rows["question"].isin(list(BESIDE)), moves=rows["question"].isin(["over time", "five_years"]),
    )
    found = rows.groupby("subject_id", sort=False, as_index=False).agg(
        name=("name", "first"), stands=("stands", "max"), moves=("moves", "max"), new=("new", "max"),
        promise=("promise", "max"), verdicts=("finding", "; ".join), findings=("reason", _once),
    )
    far = found["subject_id"].map(_behind(report, found["subject_id"])) * -good
    found = found.assign(both=found["stands"] & found["moves"], far=far, priority_ids=found["subject_id"].map(serves))
    found["priority"] = priority_names(report, found["priority_ids"])
    order = ["both", "far", "promise"]
    found = found.sort_values(order, ascending=False, kind="stable", na_position="first", ignore_index=True)
    return found[["subject_id", "name", "priority_ids", "priority", "both", "promise", "verdicts", "new", "findings"]]


def _behind(report, subject_ids):
    """The share of authorities with a better figure, by ``subject_id``; also of documents' figures, without a rank."""
    rows = report.subjects[report.subjects["subject_id"].isin(subject_ids)].drop_duplicates("subject_id")
    rows = rows.assign(cell=look_up(rows["observation_id"], report.figures["cell"]))
    others = report.everyone
    others = others.loc[others["local"] & others["open_data"] & others["number"].notna(), ["cell", "number"]]
    beside = rows[["subject_id", "cell", "value", "polarity"]].merge(others, on="cell")
    sign = np.sign(beside["number"] - beside["value"].astype(float))
    better = sign == beside["polarity"].map({"higher": 1, "lower": -1})
    return better.groupby(beside["subject_id"]).mean()


def told(report, good):
    """Rows of ``judged`` that are good (1) or bad (-1) news: clear, or a target; no background figures or old ones."""
    rows = judged(report)
    news = rows["verdict"].map({str(one): one.good for one in Verdict}) == good
    sure = (rows["evidence"] == Evidence.CLEAR) | (rows["question"] == "target")
    loose = rows["flags"].str.contains("looser than start") & (good > 0)  # such a target is met by getting worse
    return rows[news & sure & ~loose & is_recent(report, rows) & (rows["measure"] != "context figure")]


def is_recent(report, rows):
    """Whether the figure of each row, by its ``observation_id``, is not older than ``OLD_MONTHS``."""
    end = report.figures["end"].reindex(rows["observation_id"]).set_axis(rows.index)
    return ~(months_between(end, report.as_at) > OLD_MONTHS)


def probably_not(found):
    """How many rows of ``attention`` or ``went_well`` will probably not be so next year: what promises leave open.

    >>> probably_not(pd.DataFrame({"promise": [90.0, 85.0, None]}))
    0.25
    """
    return round(float((1 - found["promise"].dropna() / 100).sum()), 2)


def with_page(report):
    """``indicator_id`` of those that have a page of their own, in the order in which the plan lists them: those of the
    plan (milestones and figures of a review of evidence aside), those with published figures, and those of which more
    than one document prints figures. Of another area only what is published."""
    subjects, lines, own = report.subjects, report.lines["indicator_id"], report.document_figures
    listed = set(subjects.loc[subjects["measure"] == "indicator", "indicator_id"]) if report.is_own_area else set()
    documents = own[own["number"].notna() & (own["area_id"] != ENGLAND)].groupby("indicator_id")["source_id"].nunique()
    chosen = listed | set(lines) | set(documents.index[documents > 1])
    return [one for one in dict.fromkeys([*subjects["indicator_id"], *lines]) if one in chosen]


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

    Returns: DataFrame with ``priority_id, subject_id, name, measure, why`` and ``reason`` (of the nearest comparison).
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
    untested = rows.loc[rows["evidence"] == Evidence.NOT_TESTED, "subject_id"]
    why = choose(
        best.index,
        (best["measure"] == "milestone", "An event or document to deliver, not a figure"),
        (best["subject_id"].isin(untested), "Not tested: how far its figures move by themselves is not known"),
        (best["observation_id"] != "", "A figure, with nothing to set it beside"),
        (best["gap"] == "superseded", "No figure on this definition"),
        otherwise="No figure known",
    )
    best = best.assign(reason=best["reason"].mask(lone, figure + without_target), why=why)
    return best[[*_KEY, "name", "measure", "why", "reason"]]


def coverage(report):
    """How much of what each priority lists, in order, can be judged: counts of subjects.

    Returns: DataFrame with ``priority_id, name, listed, milestones, background, with_figure, figure_only`` (a figure
    and nothing to set it beside), ``against_target, over_time, against_england, judged, not_judged``.
    """
    rows, subjects = report.comparison.drop_duplicates(_KEY), report.subjects
    questions = judged(report).query("measure != 'context figure'")
    names = report.priorities.set_index("priority_id")["name"]
    with_figure = subjects[subjects["measure"].isin(["indicator", "evidence figure"]) & subjects["value"].notna()]
    answered = pd.MultiIndex.from_frame(with_figure[_KEY]).isin(pd.MultiIndex.from_frame(questions[_KEY]))
    counted = {
        "listed": rows,
        "milestones": rows[rows["measure"] == "milestone"],
        "background": rows[rows["measure"] == "context figure"],
        "with_figure": with_figure,
        "figure_only": with_figure[~answered],
        "against_target": questions[questions["question"] == "target"],
        "over_time": questions[questions["question"] == "over time"],
        "against_england": questions[questions["question"] == "england"],
        "judged": questions.drop_duplicates(_KEY),
    }
    counted = {column: some["priority_id"].value_counts() for column, some in counted.items()}
    table = pd.DataFrame({"name": names, **counted}).reindex(names.index).fillna(0).astype(dict.fromkeys(counted, int))
    return table.assign(not_judged=table["listed"] - table["background"] - table["judged"]).reset_index()


def figures_used(report):
    """Every figure of documents for the subjects of a report and of England beside them, and every published figure
    compared: rows of ``Report.figures`` with ``name`` (of the series and breakdown), ``document`` (title) and
    ``known_from``."""
    figures, rows = report.figures, report.comparison
    subjects = rows["subject_id"].drop_duplicates()
    lines = {*subjects, *subjects.str.replace(r"\|[^|]*\|", f"|{ENGLAND}|", regex=True)}
    named = {*rows["observation_id"], *rows["comparator_observation_id"]}
    used = figures[line_ids(figures).isin(lines) & (~figures["open_data"] | figures.index.isin(named))]
    how = used["published_basis"].map({"assumed": " (assumed)", "cited": " (cited report)"}).fillna("")
    return used.assign(
        name=names_of(report, used), document=used["source_id"].map(source_titles(report.register)),
        known_from=used["published"].dt.strftime("%d %B %Y").str.lstrip("0") + how
    )


def names_of(report, rows):
    """The name of each row's series, with its breakdown."""
    names = report.register.look_up(rows["series_id"], "series", "name")
    return names + (": " + rows["breakdown"]).where(rows["breakdown"] != "all", "")


def in_words(report, figures):
    """Rows of ``Report.figures`` as a table shows them: ``name``, ``value``, ``value_text``, ``document`` (id)."""
    said = {"name": names_of(report, figures), "value": figures["number"], "value_text": figures["text"]}
    return figures.assign(**said, document=figures["source_id"])


def queries_about(report):
    """What is odd in the sources of the figures and statements that a report uses: rows of ``source-queries``."""
    listed = report.register.table("plan-indicators")
    listings = listed.loc[listing_ids(listed).isin(report.comparison["subject_id"]), "plan_indicator_id"]
    used = {*figures_used(report).index, *report.comparison["stated_id"], *listings}
    queries = report.register.table("source-queries")
    return queries[queries["concerns"].map(lambda ids: not used.isdisjoint(ids.split())).astype(bool)]
