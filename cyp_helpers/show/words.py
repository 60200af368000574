"""What a page says in words, computed, so that it is right for every review. The sentences stand in ``sentences``."""

import html
from urllib.parse import quote

from cyp_helpers.findings import attention, coverage, judged, judged_over_time, not_judged, went_well
from cyp_helpers.show.sentences import say
from cyp_helpers.show.table import STYLE
from cyp_helpers.show.wording import Words, bold, clean, count, day, escape, join, stop

# In this order verdicts are counted; any others follow.
_ORDER = [
    *("not met", "off track", "worsened", "worse", "met", "on track", "improved", "better"),
    *("increased", "decreased", "higher", "lower", "no clear change", "no clear difference", "similar"),
    *("cannot tell from rounded figures", "not assessed"),
]
_QUESTIONS = {
    "target": "Against target",
    "over time": "Over time",
    "england": "Against England",
    "neighbours": "Against statistical neighbours",
}
_SHORT = {"cannot tell from rounded figures": "hidden by rounding"}
_CAVEATS = {
    "provisional": "rest on provisional figures, which may change",
    "text cut off": "rest on text that is cut off in the document",
    "reading inferred": "rest on a reading from the context, because the document does not print it",
    "period not printed": "rest on a figure without a printed period",
    "unlike periods": "set unlike periods side by side, as the document does",
    "draft document": "rest on a document marked as a draft",
    "source query": "use a figure with a source query",
}


class Opening(str):
    """The words of a set-up cell, with the look of the tables below."""

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        return f"<style>{STYLE}</style><p>{html.escape(clean(self))}</p>"


def opening(report):
    """Where the data of a review comes from; shown by the set-up cell."""
    printed, documents = len(report.document_figures), report.document_figures["source_id"].nunique()
    parts = [
        say("documents", printed, from_documents=say("from_documents", documents)),
        say("published", int(report.figures["open_data"].sum()), area=report.area["name"]),
    ]
    told = join([part for part in parts if part])
    return Opening(f"Figures come from the register in data/, as known at {day(report.as_at)}: {told}.")


def in_brief(report):
    """What the page is about, the verdicts and, for a priority, what most needs attention, in short paragraphs."""
    parts = [heading(report), counts(report), since_last_review(report)]
    return Words("\n\n".join(parts if report.priority is None else [*parts, read_summary(report)]))


def heading(report):
    """The plan and review, and the priority that a page is about; what the page is about in bold."""
    plan, row = report.plan["title"], report.priority
    if not report.is_own_area:
        plan += f", its published indicators for {report.area['name']}"
    which = escape(f"{report.review['review']}, {report.review['kind']} review, as known at {day(report.as_at)}.")
    if row is None:
        return Words(f"{bold(stop(plan))} {which}")
    title = f"{'Outcome' if row['kind'] == 'outcome' else 'Priority'} {row['number']}: {row['title']}"
    return Words(f"{bold(stop(title))} {escape(stop(plan))} {which}")


def counts(report):
    """How much is listed, how much has a figure, and what the verdicts are."""
    listed = report.subjects.query("measure != 'context figure'").drop_duplicates("subject_id")
    verdicts = judged(report).query("measure != 'context figure'").drop_duplicates(["subject_id", "question"])
    on_figures = verdicts.loc[verdicts["evidence"] != "stated", "subject_id"].nunique()
    all_judged = verdicts["subject_id"].nunique()
    told = f"{say('with_figure', listed.value.notna().sum())} and {say('can_be_judged', all_judged)}"
    parts = [say("listed", len(listed), rest=told + say("in_words", all_judged - on_figures))]
    for question, lead in _QUESTIONS.items() if len(verdicts) else ():
        parts.append(f"{lead}: {_tally(verdicts.loc[verdicts['question'] == question, 'verdict'])}.")
    tested = verdicts[(verdicts["question"] != "target") & (verdicts["verdict"] != "cannot tell from rounded figures")]
    kinds = tested["evidence"].value_counts()
    told = join([f"{count(number)} {kind}" for kind, number in kinds.items()] or [""])
    return Words(" ".join([*parts, say("evidence", len(tested), kinds=told)]).rstrip())


def read_summary(report):
    """Which indicator of the table most needs attention."""
    worst = attention(report)
    if worst.empty:
        return Words(say("attention", 0))
    first = worst.iloc[0]
    return Words(f"Most in need of attention: {_named(first)}. {escape(first['findings'])}")


def read_targets(report):
    """How the printed targets fare, and which are looser than their start."""
    rows = report.comparison
    rows = rows[(rows["comparator"] == "target") & (rows["target_id"] != "") & (rows["measure"] != "milestone")]
    loose = rows[rows["flags"].str.contains("looser")]
    names = "; ".join(map(escape, loose["name"]))
    return Words(say("targets", len(rows), tally=_tally(rows["verdict"])) + say("loose", len(loose), names=names))


def read_changes(report):
    """What got better or worse, and how much of it is old or only stated."""
    rows = judged_over_time(report).query("measure != 'context figure'")
    stated, stale = rows["evidence"].eq("stated").sum(), rows["flags"].str.contains("no new figure").sum()
    told = say("changes", len(rows), tally=_tally(rows["verdict"]))
    return Words(told + say("stated", stated) + say("stale", stale))


def read_areas(report):
    """How many stand better or worse than England, and how many of these are only stated; then the neighbours."""
    verdicts = judged(report)
    rows, beside = (verdicts[verdicts["question"] == one] for one in ("england", "neighbours"))
    told = say("beside_england", len(rows), tally=_tally(rows["verdict"]))
    told += say("standing_stated", rows["evidence"].eq("stated").sum())
    return Words(told + say("neighbours", len(beside), tally=_tally(beside["verdict"])))


def read_gaps(report):
    """How much cannot be judged."""
    kinds = not_judged(report)["measure"].value_counts()
    parts = [say(f"gap_{kind}", kinds[kind]) for kind in ("indicator", "milestone", "evidence figure") if kind in kinds]
    told = join(parts) if parts else ""
    return Words(say("gaps", kinds.sum(), kinds=told[:1].upper() + told[1:]))


def read_background(report):
    """How many figures are shown and not judged."""
    return Words(say("background", report.subjects["measure"].eq("context figure").sum()))


def read_coverage(report):
    """How much of what is listed can be judged."""
    total = coverage(report).drop(columns=["priority_id", "name"]).sum()
    told = {"judged": say("can_be_judged", total["judged"]), "milestones": say("milestones", total["milestones"])}
    return Words(say("coverage", total["listed"] - total["background"], **told))


def read_attention(report):
    """The first three that need attention."""
    worst = attention(report)
    names = "; ".join(_named(row) for _, row in worst.head(3).iterrows())
    return Words(say("attention", len(worst), new=_of_which_new(worst), names=names))


def read_went_well(report):
    """How much went well, and how much of it is mixed."""
    good = went_well(report)
    return Words(say("went_well", len(good), new=_of_which_new(good), mixed=say("mixed", good["mixed"].sum())))


def caveats(report, series=None):
    """What a reader must bear in mind, from the register; with the id of a ``series`` only what concerns that one."""
    rows, figures, used = judged(report), report.figures, set(report.comparison["series_id"]) - {""}
    if series:
        rows, figures, used = rows[rows["series_id"] == series], figures[figures["series_id"] == series], {series}
    sources = report.register.table("sources")
    read = set(figures["source_id"]) | ({report.plan["source_id"]} if not series else set())
    sources = sources[sources["source_id"].isin(read)]
    assumed = sources[sources["published_basis"] == "assumed"]
    lines = [f"- {bold(row.title)}: {escape(stop(row.published_note))}" for row in assumed.itertuples()]
    for flag, words in _CAVEATS.items():
        lines.append(say("caveat", rows.loc[rows["flags"].str.contains(flag), "subject_id"].nunique(), what=words))
    lines += [
        f"- **Break in the series**: from {escape(row.name)} to {escape(row.successor)}, {escape(row.what_changed)}; comparable: {escape(row.comparable)}."
        for row in _breaks(report, used).itertuples(index=False)
    ]
    if rows["evidence"].isin(["chance not tested", "not tested"]).any():
        lines.append("- A difference that is not tested may be chance.")
    if figures["open_data"].any():
        lines.append(
            "- Published figures are those of the newest edition read; when each first came out is mostly assumed from its usual delay, and "
            "a correction made since then cannot be told from a first figure. They contain public sector information licensed under the Open "
            f"Government Licence v3.0; publishers: {', '.join(map(escape, _publishers(report, figures)))}."
        )
    return Words("\n".join(line for line in lines if line))


def closing(report, series=None):
    """The caveats, as ``caveats`` gives them, and where a batch run keeps the page."""
    return Words(f"{caveats(report, series)}\n\n{saved(report)}")


def saved(report):
    """Where a batch run keeps this page and its tables."""
    folder = f"outputs/{report.plan['plan_id']}/{report.review['review'].replace(' ', '-')}"
    command = f'cyp review --plan {report.plan["plan_id"]} --review "{report.review["review"]}"'
    if not report.is_own_area:
        folder, command = f"{folder}/{report.area['area_id']}", f"{command} --area {report.area['area_id']}"
    return Words(
        f"`{command}` keeps this page, `comparison-tables.xlsx`, `comparisons.csv` and `manifest.json` in `{folder}/`."
    )


def pages(report):
    """Links to the page of each priority, with its number of findings, and to the other pages of the review."""
    worse, good = (
        rows["priority_ids"].str.split().explode().value_counts() for rows in (attention(report), went_well(report))
    )
    lines = []
    for _, row in report.priorities.iterrows():
        title, key = escape(f"{row['number']}. {row['title']}"), row["priority_id"]
        told = f"{say('to_attend_to', worse.get(key, 0))}, {say('to_the_good', good.get(key, 0))}"
        lines.append(f"- [{title}]({quote(page_name(row))}.html): {told}")
    if not report.is_own_area:
        return Words("\n".join(lines))  # actions and claims are those of the plan's own area
    lines += [
        "- [Delivery tracker](delivery.html): was the work done, and who leads what is overdue?",
        "- [Data quality](data-quality.html): what is missing or odd, and do the claims hold?",
    ]
    if report.review["kind"] == "annual":
        lines.append("- [Annual review](annual-review.html): are the priorities and indicators still right?")
    return Words("\n".join(lines))


def page_name(priority):
    """File name of a priority's page, without ending."""
    return f"priority-{priority['number']}-{priority['short_id']}"


def since_last_review(report):
    """Which figures are new since the review before."""
    before = report.last_review
    if before is None:
        return Words("This is the first review of the plan, so nothing is compared with an earlier review.")
    subjects = report.subjects.query("measure != 'context figure'")
    published = subjects["observation_id"].map(report.figures["published"])
    new = subjects.loc[published > before["as_at"], "subject_id"].nunique()
    return Words(say("new_figures", new, before=escape(f"{before['review']} ({day(before['as_at'])})")))


# ---- parts of sentences ----


def _named(finding):
    """The name of a finding in bold, and its verdicts."""
    return f"{bold(finding['name'])} ({escape(finding['verdicts'])})"


def _of_which_new(findings):
    new = findings["new"].sum()
    return "new since the last review" if len(findings) == new else say("new", new)


def _publishers(report, figures):
    editions = report.register.table("editions")
    return editions.loc[editions["source_id"].isin(set(figures["source_id"])), "publisher"].drop_duplicates()


def _breaks(report, used):
    """Breaks known at a review in series that are used, with the names of both."""
    names = report.register.table("series").set_index("series_id")["name"]
    breaks = report.register.table("series-breaks")
    breaks = breaks[breaks["series_id"].isin(used) | breaks["successor_series_id"].isin(used)]
    return breaks.assign(name=breaks["series_id"].map(names), successor=breaks["successor_series_id"].map(names))


def _tally(verdicts):
    """ "three improved, one hidden by rounding", or "none could be judged"."""
    counts = verdicts.value_counts()
    ordered = [verdict for verdict in _ORDER if verdict in counts] + sorted(set(counts.index) - set(_ORDER))
    told = [f"{count(counts[verdict])} {_SHORT.get(verdict, verdict)}" for verdict in ordered]
    return ", ".join(told) or "none could be judged"
