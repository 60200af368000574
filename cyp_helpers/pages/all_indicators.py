"""The page of all indicators: one table, and what is said of it."""

from cyp_helpers.findings import attention, judged, priority_names, went_well
from cyp_helpers.pages import priority_review
from cyp_helpers.pages.data_quality import ages
from cyp_helpers.register.due import next_figures
from cyp_helpers.show.picture import Pictures
from cyp_helpers.show.rows import pictured
from cyp_helpers.show.wording import paragraph, say
from cyp_helpers.show.words import indicators, kinds_of, named, none_found, not_next_year, of_which_new


def listed(report):
    """Every indicator of a plan once, and every figure of a review of evidence; events and background are left out.

    Returns rows of ``rows.in_words`` with ``serves``: the names of all priorities that each serves.

    >>> listed(cyp.open_review("cypf-2016-18", "2017-18 part 2"))["subject_id"].is_unique
    True
    """
    rows = report.subjects
    serves = priority_names(report, rows["priority_id"]).groupby(rows["subject_id"]).agg(", ".join)
    return priority_review.listed(report).assign(serves=lambda each: each["subject_id"].map(serves))


def table(report, rows):
    """Rows of ``listed``, any selection, as a table with pictures that a page can sort, search and filter."""
    rows = pictured(report, rows).drop(columns="lead")
    return Pictures("Every indicator; right is better, or higher where neither is good", rows, sortable=True)


def read_attention(report):
    """The first three that need attention, and how many of all will probably not be so next year."""
    worst = attention(report)
    names = "; ".join(named(row) for _, row in worst.head(3).iterrows())
    told = say("attention", len(worst), new=of_which_new(worst), names=names, **none_found(report))
    return paragraph(told, not_next_year(worst))


def read_went_well(report):
    """How much went well, and how much of it will probably not be so next year."""
    good = went_well(report)
    told = say("went_well", len(good), new=of_which_new(good), **none_found(report))
    return paragraph(told, not_next_year(good))


def older(report):
    """Rows of ``ages`` that are more than a year old, with ``expected``: when the next was to come, as was known then.

    >>> older(cyp.open_review("cypf-2016-18", "2017-18 part 2"))[["age", "expected"]].iloc[0].tolist()
    ['84 months', 'unknown']
    """
    rows = ages(report)
    rows = rows[rows["months"] > 12]
    by = next_figures(report.register, report.as_at).reindex(rows["series_id"]).set_axis(rows.index)
    words = "by " + by.dt.strftime("%d %B %Y").str.lstrip("0")
    return rows.assign(expected=words.mask(by < report.as_at, "should be out by now").mask(by.isna(), "unknown"))


def read_older(old):
    """How many figures, of ``older``, are more than a year old, and for how many newer ones should be out."""
    return paragraph(say("older", len(old)), say("newer_out", (old["expected"] == "should be out by now").sum()))


def read_coverage(report):
    """How much of what is listed, each once, can be judged, and how much the table counts more than once."""
    rows, listed = report.subjects.query("measure != 'context figure'"), indicators(report)
    told = say("can_be_judged", listed["subject_id"].isin(judged(report)["subject_id"]).sum())
    twice = (rows.groupby("subject_id")["priority_id"].nunique() > 1).sum()
    return paragraph(say("coverage", len(listed), kinds=kinds_of(listed["measure"]), judged=told), say("twice", twice))
