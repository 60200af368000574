"""What owners say of their indicators, as known at a review, and whose words are missing."""

import re

import pandas as pd

from cyp_helpers.compare.figures import as_text
from cyp_helpers.compare.subjects import line_ids
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.show.wording import Words, bold, day, escape

NO_OWNER = "no owner named"  # of an indicator, in a form that names none
_FRESH_DAYS = 183  # an older story is no answer for this review
_LETTERS = 110  # of a sentence on the board's sheet


def asked(report):
    """Who was asked about which indicator of the plan, and the newest thing that they said by the day of the review.

    A frame in the plan's order: ``subject_id, priority_id, name, owner``, ``who, story, next, period`` (label, '' where
    none), ``written`` (date; empty where nothing was said) and ``fresh`` (said within half a year before the review).
    Without rows for another area than the plan's own, and for plans that name no owners.
    """
    table, words = report.register.table, ["who", "story", "next"]
    told = table("commentary").sort_values("written", kind="stable").drop_duplicates("plan_indicator_id", keep="last")
    listed = table("plan-indicators")
    listed = listed[(listed["plan_id"] == report.plan["plan_id"]) & report.is_own_area]
    rows = listed[["plan_indicator_id"]].assign(subject_id=line_ids(listed))
    rows = rows.merge(table("indicator-owners")[["plan_indicator_id", "owner"]])
    rows = rows.merge(told[["plan_indicator_id", *words, "period", "written"]], how="left")
    rows = report.subjects[["subject_id", "priority_id", "name"]].merge(rows, on="subject_id")
    written = pd.to_datetime(rows["written"])
    label = parse_periods(as_text(rows["period"]))["period_label"].fillna("")
    rows[words] = rows[words].apply(as_text)
    fresh = written >= report.as_at - pd.Timedelta(days=_FRESH_DAYS)
    return rows.assign(written=written, period=label, fresh=fresh).drop(columns="plan_indicator_id")


def leading(register):
    """The ``organisation_id`` that leads each activity, a Series by ``activity_id``."""
    who = register.table("activity-organisations").query("role == 'lead'").drop_duplicates("activity_id")
    return who.set_index("activity_id")["organisation_id"]


def commentary(report):
    """All that owners say, in full with who, when and of what; then how many of those who were asked have spoken."""
    rows = asked(report)
    told = ""
    for row in rows[rows["written"].notna()].itertuples():
        about = f", about {row.period}" if row.period else ""
        old = "" if row.fresh else ", more than half a year ago"
        said = f"{row.story} What we do next: {row.next}" if row.next else row.story
        told += f"- {bold(row.name)} ({escape(f'{row.who}, {day(row.written)}{about}{old}')}): {escape(said)}\n"
    return Words(f"{told}\n{missing(report)}" if told else missing(report))


def missing(report):
    """ "5 of 12 commented. Missing: Head of Inclusion (School absence)."; '' where nobody was asked."""
    rows = asked(report).drop_duplicates("subject_id")
    if rows.empty:
        return ""
    silent = rows[~rows["fresh"]].groupby("owner", sort=False)["name"].agg(", ".join)
    by_owner = "; ".join(f"{escape(owner)} ({escape(names)})" for owner, names in silent.items())
    told = f"{rows['fresh'].sum()} of {len(rows)} commented within half a year before the review."
    return told + (f" Missing: {by_owner}." if by_owner else "")


def with_owners(report, rows):
    """Rows of a board page with shorter periods, and in ``owner`` the first sentence of what was said."""
    said = asked(report).query("fresh").drop_duplicates("subject_id").set_index("subject_id")
    words = said["who"] + ": " + said["story"].map(first_sentence)
    period = rows["period"].str.replace("12 months to ", "yr to ", regex=False)
    return rows.assign(period=period, owner=as_text(rows["subject_id"].map(words)))


def first_sentence(text):
    """The first sentence of a text, cut at a word where it is long."""
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
    return sentence if len(sentence) <= _LETTERS else sentence[:_LETTERS].rpartition(" ")[0] + " …"
