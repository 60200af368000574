"""What a page says in words, computed, so that it is right for every review, by the sentences of ``sentences.csv``."""

import pandas as pd

from cyp_helpers.compare.areas import list_in_use, list_words
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.reasons import FLAGS
from cyp_helpers.findings import OLD_MONTHS, attention, judged, probably_not, went_well
from cyp_helpers.register.tables import days_of, list_known
from cyp_helpers.show.table import STYLE
from cyp_helpers.show.wording import (
    LICENCE, Words, bold, capital, count, day, escape, in_html, join, paragraph, say, stop,
)

_QUESTIONS = {
    "target": "Against target", "over time": "Over time", "five_years": "Over five years", "england": "Against England",
    "neighbours": "Against its neighbours",
}
_KINDS = ("indicator", "evidence figure", "milestone")  # each told by the sentence gap_...
COVERAGE_NOTE = say("note_on_coverage")


class Opening(str):
    """The words of a set-up cell, with the look of the tables below."""

    __repr__ = str.__str__

    def _repr_html_(self):
        return f"<style>{STYLE}</style><p>{in_html(self)}</p>"


def opening(report):
    """Where the data of a review comes from; shown by the set-up cell."""
    printed, published = report.document_figures, int(report.figures["open_data"].sum())
    documents = say("from_documents", printed["source_id"].nunique())
    transcribed = say("documents", len(printed), from_documents=documents)
    told = join([*filter(None, [transcribed, say("published", published, area=report.area["name"])])])
    known = f"Figures come from the register in data/, as known at {day(report.as_at)}: {told}."
    return Opening(paragraph(known, since(report)))


def since(report):
    """Since when the authority is one, of those younger than the figures, and whose older figures are; else ''."""
    first, _ = days_of(report.register, report.area["area_id"])
    if not first:
        return ""
    began, figures = pd.Timestamp(first), report.figures
    before = (figures["area_id"] == report.area["area_id"]) & (figures["end"] < began) & figures["number"].notna()
    return say("since", int(not before.any()), day=day(began))


def in_brief(report):
    """What the page is about, the verdicts and, for a priority, what most needs attention, in short paragraphs."""
    parts = [heading(report), counts(report), since_last_review(report)]
    return Words("\n\n".join(parts if report.priority is None else [*parts, read_summary(report)]))


def heading(report):
    """The plan and review, and the priority that a page is about; what the page is about in bold."""
    plan, row = stop(report.title), report.priority
    which = escape(f"{report.review['review']}, {report.review['kind']} review, as known at {day(report.as_at)}.")
    if row is None:
        return Words(f"{bold(plan)} {which}")
    title = f"{_kind(row).capitalize()} {row['number']}: {row['title']}"
    return Words(f"{bold(stop(title))} {escape(plan)} {which}")


def counts(report):
    """How much is listed and has a figure, what the verdicts of figures are, and apart what documents alone say."""
    listed, verdicts = indicators(report), judged(report).query("measure != 'context figure'")
    verdicts = verdicts.drop_duplicates(["subject_id", "question"])
    stated = verdicts["evidence"] == Evidence.STATED
    by_figures, all_judged = verdicts.loc[~stated, "subject_id"].nunique(), verdicts["subject_id"].nunique()
    told = f"{say('with_figure', listed.value.notna().sum())} and {say('can_be_judged', all_judged)}"
    told += say("in_words", all_judged - by_figures)
    kinds, several = capital(kinds_of(listed["measure"])), listed["measure"].nunique() > 1
    parts = [say("listed", len(listed), kinds=kinds + f", {len(listed)} in all," * several, rest=told)]
    parts.append(say("events", report.subjects.query("measure == 'milestone'")["subject_id"].nunique()))
    for question, lead in _QUESTIONS.items() if len(verdicts) else ():
        parts.append(f"{lead}: {tally(verdicts.loc[~stated & (verdicts['question'] == question), 'verdict'])}.")
    tested = verdicts[~stated & (verdicts["question"] != "target") & (verdicts["verdict"] != Verdict.HIDDEN)]
    told = join([f"{count(number)} {kind}" for kind, number in tested["evidence"].value_counts().items()])
    return paragraph(*parts, say("evidence", len(tested), kinds=told), read_stated(verdicts))


def indicators(report):
    """The indicators and the figures of a review of evidence, each once: rows of ``Report.subjects``."""
    rows = report.subjects
    return rows[rows["measure"].isin(["indicator", "evidence figure"])].drop_duplicates("subject_id")


def kinds_of(measures):
    """ "33 indicators and 28 figures of the review of evidence": how many of each kind of ``measure`` there are."""
    number = measures.value_counts()
    return join([say(f"gap_{kind}", number[kind]) for kind in _KINDS if kind in number])


def read_stated(verdicts):
    """What documents alone say of rows of ``judged``, apart from what figures show: "over time, six improved"."""
    rows = verdicts[verdicts["evidence"] == Evidence.STATED]
    each = [(lead, rows.loc[rows["question"] == one, "verdict"]) for one, lead in _QUESTIONS.items()]
    told = "; ".join(f"{lead[0].lower()}{lead[1:]}, {tally(some)}" for lead, some in each if len(some))
    return say("stated", len(rows), tallies=told)


def none_found(report):
    """What a sentence that names no finding needs: of what it is true, and of how many years."""
    whole = "the plan" if report.priority is None else f"this {_kind(report.priority)}"
    return {"whole": whole, "years": count(OLD_MONTHS // 12)}


def _kind(priority):
    return "outcome" if priority["kind"] == "outcome" else "priority"


def read_summary(report):
    """Which indicator of the table most needs attention."""
    worst = attention(report)
    if worst.empty:
        return say("attention", 0, **none_found(report))
    return Words(f"Most in need of attention: {named(worst.iloc[0])}. {escape(worst['findings'].iloc[0])}")


def read_both_ways(report):
    """How many are worse and getting worse, and better and getting better."""
    worse, better = (found[found["both"]] for found in (attention(report), went_well(report)))
    names = f": {'; '.join(map(bold, worse['name']))}" if len(worse) else ""
    return paragraph(say("worse_and_worsening", len(worse), names=names), say("better_and_better", len(better)))


def notes_on_lines(report, rows):
    """What stands below a table of rows of ``Report.lines``: how to read it, whose neighbours, what differs."""
    near = rows[rows["match"] == "near"].drop_duplicates(["series_id", "breakdown"])
    return (
        say("note_on_lines"), *neighbours_used(report),
        *(near["name"] + " differs from the plan's definition: " + near["differs"] + "."),
    )


def neighbours_used(report):
    """Which list of neighbours a report uses, and that it is not that of the review before."""
    lists, in_use, before = list_words(report.register), list_in_use(report.register), report.last_review
    told = [f"Statistical neighbours: {lists[in_use]}."] if in_use else []
    if in_use and before is not None:
        then = list_known(report.register.whole.table("neighbour-lists"), before["as_at"])["list_id"].iloc[-1]
        if then != in_use:
            told.append(f"The neighbours changed since the review {before['review']}, which used the {lists[then]}.")
    return tuple(told)


def caveats(report, series=None):
    """What a reader must bear in mind, from the register; with a list of ``series_id`` only what concerns these."""
    whole, used = series is None, set(report.comparison["series_id"] if series is None else series) - {""}
    rows, figures = (rows if whole else rows[rows["series_id"].isin(used)] for rows in (judged(report), report.figures))
    read = set(figures["source_id"]) | ({report.plan["source_id"]} if whole and not report.is_of_others else set())
    sources, breaks = report.register.table("sources"), report.register.table("series-breaks")
    assumed = sources[sources["source_id"].isin(read) & (sources["published_basis"] == "assumed")]
    lines = [f"- {bold(row.title)}: {escape(stop(row.published_note))}" for row in assumed.itertuples()]
    for flag, words in FLAGS.items():
        number = rows.loc[rows["flags"].str.contains(flag), "subject_id"].nunique()
        lines.append(say("caveat", number, what=words))
    names = report.register.table("series").set_index("series_id")["name"]
    for row in breaks[breaks[["series_id", "successor_series_id"]].isin(used).any(axis=1)].itertuples():
        between = f"from {escape(names[row.series_id])} to {escape(names[row.successor_series_id])}"
        changed = f"{escape(row.what_changed)}; comparable: {escape(row.comparable)}"
        lines.append(f"- **Break in the series**: {between}, {changed}.")
    if rows["evidence"].eq(Evidence.NOT_TESTED).any():
        lines.append("- A difference that is not tested may be chance.")
    if figures["open_data"].any():
        editions, of = report.register.table("editions"), set(figures["source_id"])
        publishers = editions.loc[editions["source_id"].isin(of), "publisher"].drop_duplicates()
        lines.append(say("caveat_published", licence=LICENCE, publishers=", ".join(map(escape, publishers))))
    return Words("\n".join(filter(None, lines)))


def closing(report, series=None):
    """The caveats, as ``caveats`` gives them, and where a batch run keeps the page."""
    return Words(f"{caveats(report, series)}\n\n{saved(report)}")


def saved(report):
    """Where a batch run keeps this page and its tables."""
    plan, review, area = report.plan["plan_id"], report.review["review"], report.area["area_id"]
    folder, command = f"outputs/{plan}/{review.replace(' ', '-')}", f'cyp review --plan {plan} --review "{review}"'
    if not report.is_own_area:
        folder, command = f"{folder}/{area}", f"{command} --area {area}"
    kept = "this page, `comparison-tables.xlsx`, `comparisons.csv` and `manifest.json`"
    return Words(f"`{command}` keeps {kept} in `{folder}/`.")


def page_name(priority):
    """File name of a priority's page, without ending."""
    return f"priority-{priority['number']}-{priority['short_id']}"


def since_last_review(report):
    """Which figures are new since the review before."""
    before = report.last_review
    if before is None:
        return say("first_review")
    subjects = report.subjects.query("measure != 'context figure'")
    known = report.figures.index[report.figures["published"] > before["as_at"]]
    new = subjects.loc[subjects["observation_id"].isin(known), "subject_id"].nunique()
    return say("new_figures", new, before=escape(f"{before['review']} ({day(before['as_at'])})"))


# ---- parts of sentences ----


def named(finding):
    """The name of a finding in bold, and its verdicts."""
    return f"{bold(finding['name'])} ({escape(finding['verdicts'])})"


def of_which_new(findings):
    """How many of these findings are new since the last review, as part of a sentence."""
    new = findings["new"].sum()
    return "new since the last review" if len(findings) == new else say("new", new)


def not_next_year(found):
    """How many findings will probably not be so next year, by the promises they rest on."""
    return say("not_next_year", round(probably_not(found)))


def tally(verdicts):
    """ "three improved, one hidden by rounding", or what is said of none."""
    counts, hidden = verdicts.value_counts(), {Verdict.HIDDEN: "hidden by rounding"}
    told = [f"{count(counts[one])} {hidden.get(one, one)}" for one in Verdict if one in counts]
    return ", ".join(told) or "none could be judged"
