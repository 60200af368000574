"""The page on data quality: what is missing, uncertain, old or contradictory in what a review rests on."""

import pandas as pd

from cyp_helpers.compare.claims import UNCHECKED, check_claims, check_standings
from cyp_helpers.register.periods import months_between
from cyp_helpers.show.table import Table, numbers, tidy
from cyp_helpers.show.wording import Words, count, how_many, join, plural, sentence_count

OLD_MONTHS = 24


def missing_table(report):
    """Places where a document prints something else than a figure."""
    figures = report.document_figures
    figures = figures[figures["number"].isna()]
    return Table(
        "What the documents print in place of a figure",
        tidy(
            pd.DataFrame(
                {
                    "Figure of": _names(report, figures),
                    "Area": _areas(report, figures),
                    "Printed instead": figures["printed"],
                    "Status": figures["status_words"],
                    "Document": figures["source_id"],
                    "Place": figures["locator"],
                }
            )
        ),
        (),
        "missing",
    )


def uncertain_table(report):
    """Figures that are provisional, estimated, read from the context or cut off."""
    figures = report.document_figures
    figures = figures[figures["number"].notna()]
    figures = figures[(figures["status"] != "") | (figures["reading"] != "clear")]
    return Table(
        "Figures that are provisional, estimated, read from the context or cut off",
        tidy(
            pd.DataFrame(
                {
                    "Figure of": _names(report, figures),
                    "Area": _areas(report, figures),
                    "Figure": numbers(figures["value"]),
                    "Period": figures["period_label"],
                    "Status": figures["status_words"],
                    "Read": figures["reading"],
                    "Why": figures["note"],
                    "Document": figures["source_id"],
                }
            )
        ),
        (),
        "uncertain",
        folded=True,
    )


def stale_table(report):
    """The newest figure of each indicator where it is old or has no printed period."""
    subjects = _old_subjects(report)
    age = subjects["months"].map("{:.0f} months".format, na_action="ignore").astype("str").fillna("not known")
    return Table(
        f"Newest figures older than {OLD_MONTHS} months, or without a printed period",
        tidy(
            pd.DataFrame(
                {
                    "Indicator": subjects["name"],
                    "Figure": numbers(subjects["observation_id"].map(report.figures["value"])),
                    "Period": subjects["period"],
                    "Age": age,
                    "Document and place": subjects["value_source"],
                }
            )
        ),
        (),
        "stale",
    )


def claims_table(report):
    """Comparisons that a document states, worked out again from its own figures."""
    claims = check_claims(report.register, report.document_figures)
    checked = claims[claims["outcome"] != UNCHECKED]
    return Table(
        "Claims worked out again from their own figures",
        tidy(
            pd.DataFrame(
                {
                    "Claim about": checked["name"],
                    "As printed": checked["printed"],
                    "From": checked["earlier"],
                    "To": checked["later"],
                    "Outcome": checked["outcome"],
                    "Working": checked["reason"],
                    "Document and place": checked["source"],
                }
            )
        ),
        (),
        "claims",
    )


def unchecked_claims_table(report):
    """Claims that cannot be checked."""
    claims = check_claims(report.register, report.document_figures)
    rows = claims[claims["outcome"] == UNCHECKED]
    return Table(
        "Claims that cannot be checked",
        tidy(
            pd.DataFrame(
                {
                    "Claim about": rows["name"],
                    "As printed": rows["printed"],
                    "Why not": rows["reason"],
                    "Document and place": rows["source"],
                }
            )
        ),
        (),
        "unchecked",
        folded=True,
    )


def query_counts_table(report):
    """Source queries by kind and bearing."""
    queries = _queries(report)
    counts = pd.crosstab(queries["kind"], queries["bearing"]).reindex(columns=["high", "medium", "low"], fill_value=0)
    counts = counts.sort_values(["high", "medium"], ascending=False, kind="stable")
    frame = (
        counts.map(lambda number: numbers(pd.Series([str(number)])).iloc[0])
        .rename(columns=lambda bearing: f"{bearing.capitalize()} bearing")
        .rename_axis("Kind of query")
        .reset_index()
    )
    return Table("Source queries by kind and bearing on comparisons", frame, (), "query-counts")


def high_queries_table(report):
    """The source queries with a high bearing on comparisons."""
    queries = _queries(report)
    queries = queries[queries["bearing"] == "high"]
    return Table(
        "Source queries with a high bearing on comparisons",
        tidy(
            pd.DataFrame(
                {
                    "Query": queries["query_id"],
                    "Kind": queries["kind"],
                    "Document": queries["source_id"],
                    "Place": queries["locator"],
                    "As printed": queries["printed"],
                    "What is odd": queries["query"],
                }
            )
        ),
        (),
        "high-queries",
        folded=True,
    )


def documents_table(report):
    """The documents known at the review, with the hash of the text that was transcribed."""
    sources = _sources(report)
    return Table(
        "Documents and the texts that were transcribed",
        tidy(
            pd.DataFrame(
                {
                    "Document": sources["title"],
                    "Id": sources["source_id"],
                    "Status": sources["status"],
                    "Known from": sources["published"].dt.strftime("%Y-%m-%d"),
                    "How this is known": sources["published_basis"],
                    "SHA-256 of the text": sources["sha256"],
                }
            )
        ),
        (),
        "documents",
    )


def standings_table(report):
    """What documents state about the area beside England, against the published figures of that time."""
    rows = check_standings(report.register, report.figures)
    return Table(
        "Stated standings beside published figures",
        tidy(
            pd.DataFrame(
                {
                    "Statement about": rows["name"],
                    "As printed": rows["printed"],
                    "Published figure": rows["own"],
                    "England": rows["england"],
                    "Published figures say": rows["published_verdict"],
                    "Evidence": rows["evidence"],
                    "Answer": rows["answer"],
                    "Document and place": rows["source"],
                }
            )
        ),
        (
            (
                "Agrees: the published figures of the stated time say the same. Within chance: they are too close to say. "
                "By a later figure: none of that time is in the files that were read, so the next one is shown."
            ),
        ),
        "standings",
    )


def editions_table(report):
    """The published files that figures come from, with their hashes."""
    editions = report.register.table("editions")
    return Table(
        "Published files that figures were read from",
        tidy(
            pd.DataFrame(
                {
                    "File": editions["title"],
                    "Publisher": editions["publisher"],
                    "Edition": editions["edition"],
                    "Id": editions["source_id"],
                    "Figures used": numbers(editions["rows_used"]),
                    "Licence": editions["licence"],
                    "SHA-256 of the file": editions["sha256"],
                }
            )
        ),
        (),
        "editions",
        folded=True,
    )


def quarantine_table(report):
    """Published figures that cannot be right, kept out of every comparison: how many of each series, and why."""
    rows = report.register.table("quarantine")
    rows = rows.groupby(["series_id", "breakdown", "source_id", "reason"], sort=False, as_index=False).agg(
        number=("period", "size"), areas=("area_id", "nunique"), first=("locator", "first")
    )
    return Table(
        "Published figures that are not used, because they cannot be right",
        tidy(
            pd.DataFrame(
                {
                    "Figure of": _names(report, rows),
                    "Figures": numbers(rows["number"].astype("str")),
                    "Areas": numbers(rows["areas"].astype("str")),
                    "Why they are not used": rows["reason"],
                    "File and first place": rows["source_id"] + ": " + rows["first"],
                }
            )
        ),
        ("data/observations/quarantine.csv lists each figure.",),
        "quarantine",
        folded=True,
    )


# ---- sentences ----


def read_claims_and_standings(report):
    """Whether the arithmetic of the documents holds, and whether what they say about England does."""
    return Words(f"{read_claims(report)} {read_standings(report)}")


def read_standings(report):
    """How many stated standings the published figures bear out."""
    answers = check_standings(report.register, report.figures)["answer"].value_counts()
    if answers.empty:
        return Words("The documents known at this date state no standing beside England.")
    parts = [f"{answer}: {count(number)}" for answer, number in answers.items()]
    return Words(
        f"{sentence_count(answers.sum())} {plural(answers.sum(), 'standing is', 'standings are')} stated beside England. "
        f"Held against the published figures, the statement {'; '.join(parts)}."
    )


def read_quarantine(report):
    """How many published figures are kept out."""
    number = len(report.register.table("quarantine"))
    return Words(
        f"{sentence_count(number)} published {plural(number, 'figure is', 'figures are')} kept out of every comparison, because "
        f"{plural(number, 'it', 'they')} cannot be right; the list gives the reason for each."
    )


def read_missing(report):
    """How many places for a figure hold something else."""
    figures = report.document_figures
    kinds = figures.loc[figures["number"].isna(), "printed"].value_counts()
    if kinds.empty:
        return Words("Every place for a figure holds one.")
    total = kinds.sum()
    return Words(
        f"{sentence_count(total)} {plural(total, 'place', 'places')} for a figure {plural(total, 'holds', 'hold')} something else, in {count(len(kinds))} different {plural(len(kinds), 'form', 'forms')}. They are kept apart: a dash is not a figure to be confirmed."
    )


def read_stale(report):
    """How many newest figures are old or undated."""
    old = _old_subjects(report)
    undated = old["months"].isna().sum()
    return Words(
        f"{how_many(len(old) - undated).capitalize()} of the newest figures {plural(len(old) - undated, 'is', 'are')} older than {OLD_MONTHS} months, and {how_many(undated)} {plural(undated, 'has', 'have')} no printed period."
        if len(old)
        else f"No newest figure is older than {OLD_MONTHS} months."
    )


def read_claims(report):
    """How many claims can be worked out again, and how they fare."""
    outcomes = check_claims(report.register, report.document_figures)["outcome"].value_counts()
    if outcomes.empty:
        return Words("The documents known at this date state no comparison in words.")
    checked = outcomes.drop(UNCHECKED, errors="ignore")
    parts = [f"for {count(number)} the claim {outcome}" for outcome, number in checked.items()]
    return Words(
        f"{sentence_count(outcomes.sum())} {plural(outcomes.sum(), 'comparison is', 'comparisons are')} stated in words; {how_many(checked.sum())} can be worked out again"
        + (f": {join(parts)}." if parts else ".")
    )


def read_queries(report):
    """How many source queries are open, and what they ask for."""
    queries = _queries(report)
    high = (queries["bearing"] == "high").sum()
    kept = (queries["effect"] == "not compared").sum()
    return Words(
        f"{len(queries)} source queries are open, {high} with a high bearing; {count((queries['effect'] == 'caution').sum())} ask for caution beside a figure and {how_many(kept)} {plural(kept, 'keeps', 'keep')} two figures apart."
    )


# ---- parts ----


def _old_subjects(report):
    subjects = report.subjects.drop_duplicates("subject_id")
    subjects = subjects[subjects["observation_id"] != ""]
    end = (
        report.figures["end"]
        .where(report.figures["dated"])
        .reindex(subjects["observation_id"])
        .set_axis(subjects.index)
    )
    subjects = subjects.assign(months=months_between(end, report.as_at))
    return subjects[subjects["months"].isna() | (subjects["months"] > OLD_MONTHS)].sort_values(
        "months", ascending=False, kind="stable"
    )


def _sources(report):
    return report.register.table("sources")


def _queries(report):
    return report.register.table("source-queries")


def _names(report, figures):
    series = report.register.table("series").set_index("series_id")["name"]
    return figures["series_id"].map(series) + (": " + figures["breakdown"]).where(figures["breakdown"] != "all", "")


def _areas(report, figures):
    return figures["area_id"].map(report.register.table("areas").set_index("area_id")["name"])
