"""Sentences about figures, computed, so that they are right for every review."""

import html

from cyp_helpers.findings import attention, coverage, judged, judged_over_time, not_judged, went_well
from cyp_helpers.report import has_figure, last_review, subjects_of
from cyp_helpers.show.table import STYLE
from urllib.parse import quote

from cyp_helpers.show.wording import Words, bold, clean, count, day, escape, how_many, join, plural, sentence_count

_ORDER = [
    "not met",
    "off track",
    "worsened",
    "worse",
    "met",
    "on track",
    "improved",
    "better",
    "increased",
    "decreased",
    "higher",
    "lower",
    "no clear change",
    "similar",
    "cannot tell from rounded figures",
    "not assessed",
]
_QUESTIONS = [
    ("target", "Against target"),
    ("over time", "Over time"),
    ("england", "Against England"),
    ("neighbours", "Against statistical neighbours"),
]
_SHORT = {"cannot tell from rounded figures": "hidden by rounding"}


class Opening(Words):
    """The words of a set-up cell, with the look of the tables below."""

    def _repr_html_(self):
        return f"<style>{STYLE}</style><p>{html.escape(clean(self))}</p>"


def opening(review):
    """Where the data of a review comes from; shown by the set-up cell."""
    printed, published = len(review.document_figures), int(review.figures["open_data"].sum())
    documents = review.document_figures["source_id"].nunique()
    return Opening(
        f"Figures come from the register in data/, as known at {day(review.as_at)}: {printed} figures from {count(documents)} "
        f"{plural(documents, 'document')}, and {published:,} published figures of {review.area['name']}, its region and England."
    )


def in_brief(review):
    """What the page is about, the verdicts and, for a priority, what most needs attention, in short paragraphs."""
    parts = [heading(review), counts(review), since_last_review(review)]
    return Words("\n\n".join(parts if review.priority is None else [*parts, read_summary(review)]))


def heading(review):
    """The priority, plan and review, what the page is about in bold."""
    plan = review.plan["title"] + (
        "" if review.is_own_area else f", its published indicators for {review.area['name']}"
    )
    which = escape(f"{review.review['review']}, {review.review['kind']} review, as known at {day(review.as_at)}.")
    if review.priority is None:
        return Words(f"{bold(plan + '.')} {which}")
    kind = "Outcome" if review.priority["kind"] == "outcome" else "Priority"
    return Words(f"{bold(f'{kind} {review.priority["number"]}: {review.priority["title"]}.')} {escape(plan)}. {which}")


def counts(review):
    """How much is listed, how much has a figure, and what the verdicts are."""
    rows = review.comparisons[review.comparisons["measure"] != "context figure"].drop_duplicates("subject_id")
    verdicts = judged(review)
    verdicts = verdicts[verdicts["measure"] != "context figure"].drop_duplicates(["subject_id", "question"])
    with_figure = has_figure(
        subjects_of(review).drop_duplicates("subject_id").set_index("subject_id").loc[rows["subject_id"]]
    ).sum()
    on_figures = verdicts.loc[verdicts["evidence"] != "stated", "subject_id"].nunique()
    on_words = verdicts["subject_id"].nunique() - on_figures
    rest = (
        f", {how_many(on_figures)} from figures and {how_many(on_words)} only by what a document says"
        if len(verdicts)
        else ""
    )
    parts = [
        f"The documents list {count(len(rows))} {plural(len(rows), 'indicator or measure', 'indicators and measures')} here; "
        f"{how_many(with_figure)} {'have' if with_figure > 1 else 'has'} a figure and {how_many(on_figures + on_words)} can be judged{rest}."
    ]
    for question, lead in _QUESTIONS:
        rows = verdicts[verdicts["question"] == question]
        parts.append(f"{lead}: {_tally(rows['verdict'])}.")
    parts.append(_evidence_words(verdicts[verdicts["question"] != "target"]))
    return Words(" ".join(part for part in parts if part))


def read_summary(review):
    """Which indicator of the table most needs attention."""
    worst = attention(review)
    if worst.empty:
        return Words(
            "Nothing here can be said to be worse, to have worsened or to miss its target; that is not to say that all is well, see what cannot be judged."
        )
    return Words(
        f"Most in need of attention: **{worst.at[0, 'name']}** ({worst.at[0, 'verdicts']}). {worst.at[0, 'findings']}"
    )


def read_targets(review):
    """How the printed targets fare, and which are looser than their start."""
    rows = _asked(review, "target")
    if rows.empty:
        return Words("The documents print no target that a figure could be held against.")
    loose = rows[rows["flags"].str.contains("looser")]
    text = f"{sentence_count(len(rows))} {plural(len(rows), 'indicator has', 'indicators have')} a printed target: {_tally(rows['verdict'])}."
    if len(loose):
        text += f" {plural(len(loose), 'One target is looser than the figure it started from', 'These targets are looser than the figures they started from')}: {'; '.join(loose['name'])}."
    return Words(text)


def read_changes(review):
    """What got better or worse, and how much of it is old or only stated."""
    rows = judged_over_time(review)
    rows = rows[rows["measure"] != "context figure"]
    if rows.empty:
        return Words("No figure can be set against an earlier one.")
    stated = rows["evidence"].eq("stated").sum()
    stale = rows["flags"].str.contains("no new figure").sum()
    text = f"{sentence_count(len(rows))} {plural(len(rows), 'indicator looks', 'indicators look')} back: {_tally(rows['verdict'])}."
    if stated:
        text += f" {sentence_count(stated)} of these {plural(stated, 'is', 'are')} only stated, without both figures."
    if stale:
        text += f" {sentence_count(stale)} {plural(stale, 'rests', 'rest')} on figures that have not moved on since the last review: that is not the same as no change."
    return Words(text)


def read_areas(review):
    """How many stand better or worse than England, and how many of these are only stated; then the neighbours."""
    verdicts = judged(review)
    rows, beside = (verdicts[verdicts["question"] == one] for one in ("england", "neighbours"))
    if rows.empty:
        return Words("No figure can be set against England's.")
    stated = rows["evidence"].eq("stated").sum()
    text = f"{sentence_count(len(rows))} {plural(len(rows), 'indicator stands', 'indicators stand')} beside England: {_tally(rows['verdict'])}."
    if stated:
        of_these = (
            "this one" if len(rows) == 1 else "all of these" if stated == len(rows) else f"{count(stated)} of these"
        )
        text += f" For {of_these} the document says how the area stands and prints no figures to check it with."
    if len(beside):
        text += f" Beside the statistical neighbours: {_tally(beside['verdict'])}."
    return Words(text)


def read_gaps(review):
    """How much cannot be judged."""
    rows = not_judged(review)
    if rows.empty:
        return Words("Everything listed can be judged in some way.")
    kinds = rows["measure"].value_counts()
    parts = [
        f"{count(kinds[kind])} {plural(kinds[kind], one, many)}"
        for kind, one, many in [
            ("indicator", "indicator", "indicators"),
            ("milestone", "event or document to deliver", "events or documents to deliver"),
            ("evidence figure", "figure of the review of evidence", "figures of the review of evidence"),
        ]
        if kind in kinds
    ]
    return Words(f"{join(parts).capitalize()} cannot be judged. A missing figure is not good news.")


def read_background(review):
    """How many figures are shown and not judged."""
    number = subjects_of(review)["measure"].eq("context figure").sum()
    return Words(
        f"{sentence_count(number)} {plural(number, 'figure describes', 'figures describe')} need, money or volume; more or less of it is neither better nor worse."
        if number
        else "There are no background figures for this priority."
    )


def read_coverage(review):
    """How much of what is listed can be judged."""
    total = coverage(review).drop(columns=["priority_id", "name"]).sum()
    listed = total["listed"] - total["background"]
    return Words(
        f"Of {listed} indicators and measures that the documents list, {how_many(total['judged'])} can be judged; {how_many(total['milestones'])} {plural(total['milestones'], 'is an event or document', 'are events or documents')} to deliver. "
        "An indicator that serves two priorities counts under each."
    )


def read_attention(review):
    """The first three that need attention."""
    worst = attention(review)
    if worst.empty:
        return Words("No indicator can be said to be worse, to have worsened or to miss its target.")
    names = "; ".join(f"**{name}** ({verdicts})" for name, verdicts in zip(worst["name"][:3], worst["verdicts"][:3]))
    return Words(
        f"{sentence_count(len(worst))} {plural(len(worst), 'indicator needs', 'indicators need')} attention, {_of_which_new(worst)}. First: {names}."
    )


def read_went_well(review):
    """How much went well, and how much of it is mixed."""
    good = went_well(review)
    if good.empty:
        return Words("No indicator can be said to be better, to have improved or to meet its target.")
    mixed = good["mixed"].sum()
    text = f"{sentence_count(len(good))} {plural(len(good), 'indicator has', 'indicators have')} something good to show, {_of_which_new(good)}."
    return Words(
        text
        + (
            f" {sentence_count(mixed)} of these {plural(mixed, 'has', 'have')} a worse side as well and {plural(mixed, 'stands', 'stand')} in the table above too."
            if mixed
            else ""
        )
    )


def caveats(review):
    """What a reader must bear in mind, from the register."""
    sources = review.register.table("sources")
    sources = sources[
        (sources["published"] <= review.as_at)
        & sources["source_id"].isin(set(review.figures["source_id"]) | {review.plan["source_id"]})
    ]
    assumed = sources[sources["published_basis"] == "assumed"]
    rows = judged(review)
    lines = [f"- **{row.title}**: {row.published_note}." for row in assumed.itertuples()]
    counts = {
        "provisional": "rest on provisional figures, which may change",
        "text cut off": "rest on text that is cut off in the document",
        "reading inferred": "rest on a reading from the context, because the document does not print it",
        "period not printed": "rest on a figure without a printed period",
        "unlike periods": "set unlike periods side by side, as the document does",
        "draft document": "rest on a document marked as a draft",
        "source query": "use a figure with a source query",
    }
    for flag, words in counts.items():
        subjects = rows.loc[rows["flags"].str.contains(flag), "subject_id"].nunique()
        lines += (
            [f"- {sentence_count(subjects)} {plural(subjects, 'indicator', 'indicators')}: comparisons {words}."]
            if subjects
            else []
        )
    breaks = _breaks(review)
    lines += [
        f"- **Break in the series**: from {row.name} to {row.successor}, {row.what_changed}; comparable: {row.comparable}."
        for row in breaks.itertuples()
    ]
    if rows["evidence"].eq("chance not tested").any():
        lines.append(
            "- A difference whose chance is not tested may be chance: no counts are published with these figures."
        )
    if review.figures["open_data"].any():
        lines.append(
            "- Published figures are those of the newest edition read; when each first came out is mostly assumed from its usual delay, and "
            "a correction made since then cannot be told from a first figure. They contain public sector information licensed under the Open "
            f"Government Licence v3.0; publishers: {', '.join(_publishers(review))}."
        )
    return Words("\n".join(lines))


def closing(review):
    """The caveats, and where a batch run keeps the page."""
    return Words(f"{caveats(review)}\n\n{saved(review)}")


def saved(review):
    """Where a batch run keeps this page and its tables."""
    folder = f"outputs/{review.plan['plan_id']}/{review.review['review'].replace(' ', '-')}"
    command = f'cyp review --plan {review.plan["plan_id"]} --review "{review.review["review"]}"'
    if not review.is_own_area:
        folder, command = f"{folder}/{review.area['area_id']}", f"{command} --area {review.area['area_id']}"
    return Words(
        f"`{command}` keeps this page, `comparison-tables.xlsx`, `comparisons.csv` and `manifest.json` in `{folder}/`."
    )


def pages(review):
    """Links to the page of each priority, with its number of findings, and to the other pages of the review."""
    worse, good = (
        rows["priority_ids"].str.split().explode().value_counts() for rows in (attention(review), went_well(review))
    )
    lines = [
        f"- [{row['number']}. {row['title']}]({page_name(row)}.html): {count(worse.get(row['priority_id'], 0)) if worse.get(row['priority_id']) else 'nothing'} to attend to, {count(good.get(row['priority_id'], 0)) if good.get(row['priority_id']) else 'nothing'} to the good"
        for _, row in review.priorities.iterrows()
    ]
    if not review.is_own_area:
        return Words("\n".join(lines))  # actions and claims are those of the plan's own area
    lines += [
        "- [Delivery tracker](delivery.html): was the work done, and who leads what is overdue?",
        "- [Data quality](data-quality.html): what is missing or odd, and do the claims hold?",
    ]
    if review.review["kind"] == "annual":
        lines.append("- [Annual review](annual-review.html): are the priorities and indicators still right?")
    return Words("\n".join(lines))


def page_name(priority):
    """File name of a priority's page, without ending."""
    return f"priority-{priority['number']}-{priority['short_id']}"


def since_last_review(review):
    """Which figures are new since the review before."""
    before = last_review(review)
    if before is None:
        return Words("This is the first review of the plan, so nothing is compared with an earlier review.")
    subjects = subjects_of(review)
    subjects = subjects[subjects["measure"] != "context figure"]
    published = subjects["observation_id"].map(review.figures["published"])
    new = subjects[published > before["as_at"]].drop_duplicates("subject_id")["name"].tolist()
    if not new:
        return Words(
            f"No figure is new since the review {before['review']} ({day(before['as_at'])}). No new data is not no change."
        )
    return Words(
        f"{sentence_count(len(new))} {plural(len(new), 'figure is', 'figures are')} new since the review {before['review']} ({day(before['as_at'])})."
    )


# ---- parts of sentences ----


def _evidence_words(verdicts):
    """How many verdicts over time and beside areas rest on a test of chance."""
    told = verdicts[verdicts["verdict"] != "cannot tell from rounded figures"]["evidence"].value_counts()
    if told.empty:
        return ""
    beyond, within, untested, stated = (
        told.get(one, 0) for one in ("beyond chance", "within chance", "chance not tested", "stated")
    )
    return (
        f"Of {count(told.sum())} verdicts over time and beside other areas, {how_many(beyond)} {plural(beyond, 'is', 'are')} beyond chance, "
        f"{how_many(within)} within chance, {how_many(untested)} could not be tested because no counts are published and {how_many(stated)} "
        f"{plural(stated, 'is', 'are')} only stated."
    )


def _asked(review, question):
    rows = review.comparisons
    return rows[(rows["comparator"] == question) & (rows["target_id"] != "") & (rows["measure"] != "milestone")]


def _of_which_new(findings):
    new = findings["new"].sum()
    if new == len(findings):
        return "new since the last review"
    return f"{how_many(new)} of them new since the last review; the rest {plural(len(findings) - new, 'was', 'were')} known then and still {plural(len(findings) - new, 'stands', 'stand')}"


def _publishers(review):
    editions = review.register.table("editions")
    return editions.loc[editions["source_id"].isin(set(review.figures["source_id"])), "publisher"].drop_duplicates()


def _breaks(review):
    names = review.register.table("series").set_index("series_id")["name"]
    sources = review.register.table("sources")
    breaks = review.register.table("series-breaks")
    breaks = breaks[breaks["source_id"].isin(sources.loc[sources["published"] <= review.as_at, "source_id"])]
    used = set(review.comparisons["series_id"]) - {""}
    breaks = breaks[breaks["series_id"].isin(used) | breaks["successor_series_id"].isin(used)]
    return breaks.assign(name=breaks["series_id"].map(names), successor=breaks["successor_series_id"].map(names))


def _tally(verdicts):
    """ "three improved, one cannot tell from rounded figures", or "none"."""
    counts = verdicts.value_counts()
    ordered = [verdict for verdict in _ORDER if verdict in counts]
    return (
        ", ".join(f"{count(counts[verdict])} {_SHORT.get(verdict, verdict)}" for verdict in ordered)
        or "none could be judged"
    )
