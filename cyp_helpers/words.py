"""Sentences about figures, computed, so that they are right for every review."""

import html

from cyp_helpers.findings import attention, coverage, judged, judged_over_time, not_judged, went_well
from cyp_helpers.review import has_figure, last_review, subjects_of
from cyp_helpers.tables import STYLE

_ORDER = ["not met", "off track", "worsened", "worse", "met", "on track", "improved", "better", "increased", "decreased", "higher", "lower",
          "no clear change", "similar", "cannot tell from rounded figures", "not assessed"]
_COUNT = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


class Words(str):
    """Text that shows itself as Markdown in a notebook."""

    def _repr_markdown_(self):
        return str(self)

    def __repr__(self):
        return str(self)


class Opening(Words):
    """The words of a set-up cell, with the look of the tables below."""

    def _repr_html_(self):
        return f"<style>{STYLE}</style><p>{html.escape(self)}</p>"


def opening(review):
    """Where the data of a review comes from; shown by the set-up cell."""
    sources = review.register.table("sources")
    known = sources[sources["published"] <= review.as_at]
    return Opening(f"Figures come from the register in data/, as known at {_day(review.as_at)}: {len(review.figures)} figures from "
                   f"{_count(len(known))} {_plural(len(known), 'document')}.")


def in_brief(review):
    """What the page is about, and the verdicts in three short paragraphs."""
    return Words("\n\n".join([heading(review), counts(review), since_last_review(review)]))


def heading(review):
    """The priority, plan and review in bold."""
    plan = review.plan["title"]
    which = f"{review.review['review']}, {review.review['kind']} review"
    if review.priority is None:
        return Words(f"**{plan}.** {which}, as known at {_day(review.as_at)}.")
    kind = {"outcome": "Outcome"}.get(review.priority["kind"], "Priority")
    return Words(f"**{kind} {review.priority['number']}: {review.priority['title']}.** {plan}. {which}, as known at {_day(review.as_at)}.")


def counts(review):
    """How much is listed, how much has a figure, and what the verdicts are."""
    rows = review.comparisons[review.comparisons["measure"] != "context figure"].drop_duplicates("subject_id")
    verdicts = judged(review)
    verdicts = verdicts[verdicts["measure"] != "context figure"].drop_duplicates(["subject_id", "question"])
    with_figure = has_figure(subjects_of(review).drop_duplicates("subject_id").set_index("subject_id").loc[rows["subject_id"]]).sum()
    parts = [f"The documents list {_count(len(rows))} {_plural(len(rows), 'indicator or measure', 'indicators and measures')} here; "
             f"{_how_many(with_figure)} {'have' if with_figure > 1 else 'has'} a figure and {_how_many(verdicts['subject_id'].nunique())} can be judged in some way."]
    for question, lead in [("target", "Against target"), ("over time", "Over time"), ("england", "Against England")]:
        rows = verdicts[verdicts["question"] == question]
        parts.append(f"{lead}: {_tally(rows['verdict'])}.")
    parts.append("No difference could be tested for chance, because the documents print no counts." if len(verdicts) else "")
    return Words(" ".join(part for part in parts if part))


def read_summary(review):
    """Which indicator of the table most needs attention."""
    worst = attention(review)
    if worst.empty:
        return Words("Nothing here can be said to be worse, to have worsened or to miss its target; that is not to say that all is well, see what cannot be judged.")
    return Words(f"Most in need of attention: **{worst.at[0, 'name']}** ({worst.at[0, 'verdicts']}). {worst.at[0, 'findings']}")


def read_targets(review):
    rows = _asked(review, "target")
    if rows.empty:
        return Words("The documents print no target for these indicators.")
    loose = rows[rows["flags"].str.contains("looser")]
    text = f"{_sentence_count(len(rows))} {_plural(len(rows), 'indicator has', 'indicators have')} a printed target: {_tally(rows['verdict'])}."
    if len(loose):
        text += f" {_plural(len(loose), 'One target is', 'These targets are')} looser than the figure it started from: {'; '.join(loose['name'])}."
    return Words(text)


def read_changes(review):
    rows = judged_over_time(review)
    rows = rows[rows["measure"] != "context figure"]
    if rows.empty:
        return Words("No figure can be set against an earlier one.")
    stated = rows["evidence"].eq("stated").sum()
    stale = rows["flags"].str.contains("no new figure").sum()
    text = f"{_sentence_count(len(rows))} {_plural(len(rows), 'indicator looks', 'indicators look')} back: {_tally(rows['verdict'])}."
    if stated:
        text += f" {_sentence_count(stated)} of these {_plural(stated, 'is', 'are')} only stated, without both figures."
    if stale:
        text += f" {_sentence_count(stale)} {_plural(stale, 'rests', 'rest')} on figures that have not moved on since the last review: that is not the same as no change."
    return Words(text)


def read_england(review):
    rows = judged(review)
    rows = rows[rows["question"] == "england"]
    if rows.empty:
        return Words("No figure can be set against England's.")
    stated = rows["evidence"].eq("stated").sum()
    text = f"{_sentence_count(len(rows))} {_plural(len(rows), 'indicator stands', 'indicators stand')} beside England: {_tally(rows['verdict'])}."
    if stated:
        text += f" For {_count(stated)} of these the document says better, worse or lower and prints no figures to check it with."
    return Words(text)


def read_gaps(review):
    rows = not_judged(review)
    if rows.empty:
        return Words("Everything listed can be judged in some way.")
    kinds = rows["measure"].value_counts()
    parts = [f"{_count(kinds[kind])} {_plural(kinds[kind], one, many)}" for kind, one, many in
             [("indicator", "indicator", "indicators"), ("milestone", "event or document to deliver", "events or documents to deliver"), ("evidence figure", "figure of the review of evidence", "figures of the review of evidence")] if kind in kinds]
    return Words(f"{_join(parts).capitalize()} cannot be judged. A missing figure is not good news.")


def read_background(review):
    count = subjects_of(review)["measure"].eq("context figure").sum()
    return Words(f"{_sentence_count(count)} {_plural(count, 'figure describes', 'figures describe')} need, money or volume; more or less of it is neither better nor worse." if count
                 else "There are no background figures for this priority.")


def read_coverage(review):
    total = coverage(review).drop(columns=["priority_id", "name"]).sum()
    listed = total["listed"] - total["background"]
    return Words(f"Of {listed} indicators and measures that the documents list, {_how_many(total['judged'])} can be judged; {_how_many(total['milestones'])} {_plural(total['milestones'], 'is an event or document', 'are events or documents')} to deliver. "
                 "An indicator that serves two priorities counts under each.")


def read_attention(review):
    worst = attention(review)
    if worst.empty:
        return Words("No indicator can be said to be worse, to have worsened or to miss its target.")
    names = "; ".join(f"**{name}** ({verdicts})" for name, verdicts in zip(worst["name"][:3], worst["verdicts"][:3]))
    return Words(f"{_sentence_count(len(worst))} {_plural(len(worst), 'indicator needs', 'indicators need')} attention. First: {names}.")


def read_went_well(review):
    good = went_well(review)
    if good.empty:
        return Words("No indicator can be said to be better, to have improved or to meet its target.")
    mixed = good["mixed"].sum()
    text = f"{_sentence_count(len(good))} {_plural(len(good), 'indicator has', 'indicators have')} something good to show."
    return Words(text + (f" {_sentence_count(mixed)} of these {_plural(mixed, 'has', 'have')} a worse side as well and {_plural(mixed, 'stands', 'stand')} in the table above too." if mixed else ""))


def caveats(review):
    """What a reader must bear in mind, from the register."""
    sources = review.register.table("sources")
    sources = sources[(sources["published"] <= review.as_at) & sources["source_id"].isin(set(review.figures["source_id"]) | {review.plan["source_id"]})]
    assumed = sources[sources["published_basis"] == "assumed"]
    rows = review.comparisons.drop_duplicates(["subject_id", "flags"])
    lines = [f"- **{row.title}**: {row.published_note}." for row in assumed.itertuples()]
    counts = {
        "provisional": "rest on provisional figures, which may change", "text cut off": "rest on text that is cut off in the document",
        "reading inferred": "rest on a reading from the context, because the document does not print it", "period not printed": "rest on a figure without a printed period",
        "unlike periods": "set unlike periods side by side, as the document does", "draft document": "rest on a document marked as a draft",
        "source query": "use a figure with a source query, listed with the sources",
    }
    for flag, words in counts.items():
        subjects = rows.loc[rows["flags"].str.contains(flag), "subject_id"].nunique()
        lines += [f"- {_sentence_count(subjects)} {_plural(subjects, 'indicator', 'indicators')}: comparisons {words}."] if subjects else []
    breaks = _breaks(review)
    lines += [f"- **Break in the series**: from {row.name} to {row.successor}, {row.what_changed}; comparable: {row.comparable}." for row in breaks.itertuples()]
    lines.append("- A difference between two printed figures may be chance: no counts are printed with them, so none was tested.")
    return Words("\n".join(lines))


def saved(review):
    """Where a batch run keeps this page and its tables."""
    folder = f"outputs/{review.plan['plan_id']}/{review.review['review'].replace(' ', '-')}"
    return Words(f"`cyp review --plan {review.plan['plan_id']} --review \"{review.review['review']}\"` keeps this page, `comparison-tables.xlsx`, "
                 f"`comparisons.csv` and `manifest.json` in `{folder}/`.")


def pages(review):
    """Links to the page of each priority, with its number of findings."""
    worse, good = (rows["priority_ids"].str.split().explode().value_counts() for rows in (attention(review), went_well(review)))
    lines = [f"- [{row['number']}. {row['title']}]({page_name(row)}.html): {_count(worse.get(row['priority_id'], 0))} to attend to, {_count(good.get(row['priority_id'], 0))} to the good"
             for _, row in review.priorities.iterrows()]
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
    published = subjects["observation_id"].map(review.figures["published"])
    new = subjects[published > before["as_at"]].drop_duplicates("subject_id")["name"].tolist()
    if not new:
        return Words(f"No figure is new since the review {before['review']} ({_day(before['as_at'])}). No new data is not no change.")
    return Words(f"{_sentence_count(len(new))} {_plural(len(new), 'figure is', 'figures are')} new since the review {before['review']} ({_day(before['as_at'])}).")


# ---- parts of sentences ----


def _asked(review, question):
    rows = review.comparisons
    return rows[(rows["comparator"] == question) & (rows["target_id"] != "") & (rows["measure"] != "milestone")]


def _breaks(review):
    names = review.register.table("series").set_index("series_id")["name"]
    breaks = review.register.table("series-breaks")
    used = set(review.comparisons["series_id"]) - {""}
    breaks = breaks[breaks["series_id"].isin(used) | breaks["successor_series_id"].isin(used)]
    return breaks.assign(name=breaks["series_id"].map(names), successor=breaks["successor_series_id"].map(names))


def _tally(verdicts):
    """ "three improved, one cannot tell from rounded figures", or "none"."""
    counts = verdicts.value_counts()
    ordered = [verdict for verdict in _ORDER if verdict in counts]
    return ", ".join(f"{_count(counts[verdict])} {verdict}" for verdict in ordered) or "none could be judged"


def _count(number):
    return _COUNT[number] if number < len(_COUNT) else str(number)


def _how_many(number):
    """A number that stands alone: "none" and not "no"."""
    return _count(number) if number else "none"


def _sentence_count(number):
    return _count(number).capitalize()


def _plural(number, one, many=None):
    return one if number == 1 else many or one + "s"


def _join(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _day(date):
    return f"{date.day} {date:%B %Y}"
