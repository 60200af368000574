"""The tables of the pages, each built from a review."""

from decimal import Decimal

import pandas as pd

from cyp_helpers.findings import attention, coverage, judged_over_time, not_judged, went_well
from cyp_helpers.register.tables import ENGLAND, source_titles
from cyp_helpers.show.table import SHORTHAND, Difference, Table, numbers, tidy, with_sign

_AREAS = {"england": "England", "region": "Region", "neighbours": "Statistical neighbours"}

# ---- the tables of a priority ----


def summary_table(report):
    """One row for each indicator that has a figure or a verdict."""
    subjects = report.subjects
    over_time = judged_over_time(report).set_index(["priority_id", "subject_id"])
    for column in ("verdict", "evidence"):
        key = pd.MultiIndex.from_frame(subjects[["priority_id", "subject_id"]])
        subjects[f"time_{column}"] = key.map(over_time[column]).astype("str").fillna("")
    shown = subjects[
        (subjects["measure"] != "context figure")
        & ~subjects["subject_id"].isin(not_judged(report, figures_too=True)["subject_id"])
    ]
    frame = _frame(
        report,
        shown,
        {
            "Indicator": shown["name"],
            **_figure_columns(report, shown),
            "Over time": _verdicts(shown, "time"),
            "Against target": with_sign(shown["target_verdict"].mask(shown["target_text"] == "", "no target")),
            "Against England": _verdicts(shown, "england"),
            "Against neighbours": _verdicts(shown, "neighbours"),
        },
    )
    return Table("Newest figure and verdicts of each indicator", frame, (_EVIDENCE_NOTE,), "summary")


def targets_table(report):
    """Every indicator for which a document prints a target."""
    rows = report.comparison
    rows = rows[(rows["comparator"] == "target") & (rows["target_id"] != "") & (rows["measure"] != "milestone")]
    frame = _frame(
        report,
        rows,
        {
            "Indicator": rows["name"],
            **_figure_columns(report, rows),
            "Target as printed": rows["comparator_text"].replace("", "left blank"),
            "Verdict": with_sign(rows["verdict"]),
            "What this rests on": rows["reason"],
        },
    )
    return Table("Figures beside the targets that the documents print", frame, (), "targets")


def changes_table(report):
    """Every figure that could be set against an earlier one, or of which a document states a change."""
    rows = judged_over_time(report)
    rows = rows[rows["measure"] != "context figure"]
    return Table(
        "Figures beside earlier ones",
        _pair_frame(report, rows, "Earlier figure"),
        _notes(report, rows["reason"]),
        "changes",
    )


def areas_table(report):
    """Every figure that could be set beside England, the region or the statistical neighbours, or of which a document says how it stands."""
    rows = report.comparison
    rows = rows[rows["comparator"].isin(list(_AREAS)) & (rows["verdict"] != "not compared")]
    frame = _pair_frame(report, rows, "Other figure")
    frame.insert(1, "Beside", rows["comparator"].map(_AREAS).to_numpy())
    return Table("Figures beside those of other areas", frame, _notes(report, rows["reason"]), "areas")


def gaps_table(report):
    """What cannot be judged, and why."""
    rows = not_judged(report)
    frame = _frame(
        report,
        rows,
        {"Indicator or measure": rows["name"], "Kind": rows["measure"], "Why it cannot be judged": rows["reason"]},
    )
    return Table("Indicators and measures without a verdict", frame, (), "gaps")


# ---- the tables of a plan ----


def attention_table(report):
    """What most needs attention, over all priorities, worst first."""
    rows = attention(report)
    return Table(
        "Indicators that need attention, worst first",
        _finding_frame(report, rows),
        _notes(report, rows["findings"]),
        "attention",
    )


def went_well_table(report):
    """What went well, over all priorities, best first."""
    rows = went_well(report)
    frame = _finding_frame(report, rows)
    frame.insert(4, "Also needs attention", rows["mixed"].map({True: "yes", False: "no"}))
    return Table("Indicators that went well, best first", frame, _notes(report, rows["findings"]), "went-well")


def coverage_table(report):
    """How much of what each priority lists can be judged."""
    rows = coverage(report)
    columns = {
        "name": "Priority",
        "listed": "Listed",
        "background": "Background figures",
        "milestones": "Events or documents to deliver",
        "with_figure": "With a figure",
        "figure_only": "With a figure only",
        "against_target": "Judged against target",
        "over_time": "Judged over time",
        "against_england": "Judged against England",
        "judged": "Judged in some way",
        "not_judged": "Not judged",
    }
    frame = rows[list(columns)].rename(columns=columns)
    frame[frame.columns[1:]] = frame[frame.columns[1:]].map(Decimal)
    return Table("How much can be judged, by priority", frame, (), "coverage")


def gaps_summary_table(report):
    """Why things cannot be judged, with how many and which, over all priorities."""
    rows = not_judged(report)
    rows = rows.assign(priority=rows["priority_id"].map(_short_names(report)), which=rows["name"])
    each = (
        rows.groupby(["why", "priority"], sort=False)["which"]
        .agg([("number", "size"), ("which", "; ".join)])
        .reset_index()
    )
    frame = pd.DataFrame(
        {
            "Why": each["why"],
            "Priority": each["priority"],
            "Number": each["number"].map(Decimal),
            "Which": each["which"],
        }
    )
    return Table(
        "Indicators and measures without a verdict, by kind of gap",
        tidy(frame.sort_values(["Why", "Priority"], kind="stable")),
        (),
        "gaps",
    )


def _finding_frame(report, rows):
    names = _short_names(report)
    return pd.DataFrame(
        {
            "Indicator": rows["name"],
            "Priority": rows["priority_ids"].str.split().map(lambda ids: ", ".join(names[one] for one in ids)),
            "Verdicts": rows["verdicts"],
            "New since last review": rows["new"].map({True: "yes", False: "no"}),
            "What this rests on": rows["findings"],
        }
    )


def _short_names(report):
    return report.priorities.set_index("priority_id")["name"]


# ---- tables that any page may show ----


def background_table(report):
    """Figures that describe need, money or volume: shown, not judged."""
    rows = report.subjects
    rows = rows[rows["measure"] == "context figure"]
    frame = _frame(
        report,
        rows,
        {
            "Figure for": rows["name"],
            **_figure_columns(report, rows),
            "Source": rows["value_source"],
        },
    )
    return Table("Figures of need, money or volume", frame, (), "background")


def sources_table(report):
    """Every figure used, with the document and place it comes from."""
    figures = report.figures.loc[_figures_used(report)]
    series = report.register.table("series").set_index("series_id")["name"]
    areas = report.register.table("areas").set_index("area_id")["name"]
    titles = source_titles(report.register)
    frame = pd.DataFrame(
        {
            "Figure of": figures["series_id"].map(series)
            + (": " + figures["breakdown"]).where(figures["breakdown"] != "all", ""),
            "Area": figures["area_id"].map(areas),
            "Period": figures["period_label"],
            "As printed": figures["printed"],
            "Read": figures["reading"],
            "Document": figures["source_id"].map(titles),
            "Place": figures["locator"],
            "Known from": figures["published"].dt.strftime("%d %B %Y").str.lstrip("0")
            + figures["published_basis"].map({"assumed": " (assumed)", "cited": " (cited report)"}).fillna(""),
        }
    )
    return Table("Every figure used, with its source", tidy(frame), (), "sources", folded=True)


def queries_table(report):
    """What is odd in the sources of the figures used."""
    used = set(_figures_used(report)) | set(report.comparison["stated_id"]) | set(" ".join(_listings(report)).split())
    queries = report.register.table("source-queries")
    queries = queries[queries["concerns"].str.split().map(lambda ids: bool(used & set(ids))).astype(bool)]
    frame = pd.DataFrame(
        {
            "Query": queries["query_id"],
            "Document": queries["source_id"],
            "Place": queries["locator"],
            "As printed": queries["printed"],
            "What is odd": queries["query"],
            "Bearing": queries["bearing"],
        }
    )
    return Table("Source queries about these figures", tidy(frame), (), "queries", folded=True)


def shorthand_table():
    """The shorthand used in tables."""
    return Table(
        "Shorthand", pd.DataFrame({"Shorthand": list(SHORTHAND), "Meaning": list(SHORTHAND.values())}), (), "shorthand"
    )


# ---- parts of tables ----

_EVIDENCE_NOTE = (
    "Evidence: beyond chance and within chance are tests at 95% on the published counts; chance not tested means that there are no counts, so the "
    "difference may be chance; stated means that a document says so without both figures."
)


def _verdicts(rows, comparator):
    """ "✓ better (beyond chance)"; the sign stands for the verdict beside it."""
    verdict, evidence = rows[f"{comparator}_verdict"], rows[f"{comparator}_evidence"]
    evidence = evidence.where(verdict != "cannot tell from rounded figures", "")
    told = with_sign(verdict) + (" (" + evidence + ")").where(evidence != "", "")
    return told.where(~verdict.isin(["", "not compared"]), "not compared")


def _notes(report, sentences):
    """The note on evidence, and the words of each source query that the sentences of a table name."""
    named = sorted(set(" ".join(sentences).replace(",", " ").replace(".", " ").split()))
    queries = report.register.table("source-queries").set_index("query_id")["query"]
    return (_EVIDENCE_NOTE, *(f"{one}: {queries[one]}" for one in named if one in queries.index))


def _pair_frame(report, rows, other):
    """The figure, what it is set against, the difference and the verdict."""
    stated = rows["evidence"] == "stated"
    worded = stated | (rows["comparator"] == "neighbours")
    against = _numbers(report, rows["comparator_observation_id"]).mask(worded, rows["comparator_text"])
    return _frame(
        report,
        rows,
        {
            "Indicator": rows["name"],
            **_figure_columns(report, rows),
            other: against,
            f"{other}: period": rows["comparator_period"],
            "Difference": _differences(rows),
            "Verdict and evidence": with_sign(rows["verdict"]) + " (" + rows["evidence"] + ")",
            "What this rests on": rows["reason"],
        },
    )


def _figure_columns(report, rows):
    """Unit, figure, marks and period of each row."""
    return {
        "Unit": _units(report, rows["unit"]),
        "Figure": _numbers(report, rows["observation_id"]),
        "Marks": _marks(report, rows["observation_id"]),
        "Period": rows["period"],
    }


def _frame(report, rows, columns):
    """A tidy frame; where a table spans the priorities of a plan, with the priority of each row."""
    frame = pd.DataFrame(columns)
    if report.priority is None:
        frame.insert(1, "Priority", rows["priority_id"].map(_short_names(report)))
    return tidy(frame)


def _numbers(report, observation_ids):
    return numbers(observation_ids.map(report.figures["value"]))


def _differences(rows):
    plain = rows["difference_text"].str.replace("\N{MINUS SIGN}", "-").str.replace(",", "")
    return pd.Series([Difference(text) if text else "" for text in plain], index=rows.index, dtype=object)


def _units(report, units):
    """Units as headings: "%" or "per 10,000"."""
    return units.map(report.register.table("units").set_index("unit")["heading"]).fillna("")


def _marks(report, observation_ids):
    return observation_ids.map(report.figures["marks"]).fillna("")


def _figures_used(report):
    """Ids of every figure of the documents for the subjects of a review and of England beside them, and of the published
    figures that were compared."""
    line = report.figures["series_id"] + "|" + report.figures["area_id"] + "|" + report.figures["breakdown"]
    subjects = report.comparison["subject_id"].drop_duplicates()
    england = subjects.str.replace(r"\|[^|]*\|", f"|{ENGLAND}|", regex=True)
    named = set(report.comparison["observation_id"]) | set(report.comparison["comparator_observation_id"])
    compared = ~report.figures["open_data"] | report.figures.index.isin(named)
    return report.figures.index[(line.isin(subjects) | line.isin(england)) & compared]


def _listings(report):
    listed = report.register.table("plan-indicators")
    line = listed["series_id"] + "|" + listed["area_id"] + "|" + listed["breakdown"]
    subject = line.where(listed["series_id"] != "", listed["plan_indicator_id"])
    return listed.loc[subject.isin(report.comparison["subject_id"]), "plan_indicator_id"]
