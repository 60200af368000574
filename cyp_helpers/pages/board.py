"""The board page: one sheet of paper, a row for each headline indicator."""

import re

import pandas as pd

from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.subjects import published_lines
from cyp_helpers.findings import attention, not_judged, told, went_well
from cyp_helpers.show.owners import with_owners
from cyp_helpers.show.picture import Board
from cyp_helpers.show.rows import UNKNOWN, bare, in_words, pictured, short_names
from cyp_helpers.show.sentences import paragraph, say
from cyp_helpers.show.wording import day, join

FEWEST, MOST = 12, 18  # rows of one sheet; what stands beside nothing only fills it up to the first


def listed(report):
    """What the board page may show: each indicator once that is primary in the register and has a figure, in printed order.

    Of another area only what is published on the plan's own definition.

    Returns
    -------
    Rows of ``in_words`` with ``place``: in which order a sheet takes them, first what stands beside England, then what has changed.
    What stands beside nothing has a place only among the first ``FEWEST``, an evidence figure only where its priority has no
    indicator with a figure.

    >>> listed(cyp.open_review("cypf-2016-18", "2017-18 part 2")).iloc[1][["short_name", "figure", "change"]].tolist()
    ['Social care re-referrals', '25.5%', 'worsening']
    """
    rows = report.subjects
    rows = rows[(rows["role"] == "primary") & rows["measure"].isin(["indicator", "evidence figure"])]
    rows = rows[rows["value"].notna()].drop_duplicates("subject_id").reset_index(drop=True)
    if not report.is_own_area and report.plan["area_id"]:
        lines = published_lines(report.register).query("match == 'same'").set_index(["series_id", "breakdown"])
        rows = rows[pd.MultiIndex.from_frame(rows[["series_id", "breakdown"]]).isin(lines.index)].reset_index(drop=True)
    rows = with_owners(report, in_words(report, rows))
    return rows.assign(place=_places(rows))


def board(report, rows, asked=""):
    """The sheet: three sentences, then a row for each row of ``listed``, grouped by priority, then the legend.

    Parameters
    ----------
    rows : rows of ``listed``, any selection
    asked : str, what the board is asked to decide

    Returns
    -------
    Board, which shows itself in a notebook and on the page, and gives a PDF.
    """
    drawn = pictured(report, rows)
    return Board(
        title=report.title,
        review=f"Review {report.review['review'].partition(' as at ')[0]}, {day(report.as_at)}",
        asked=say("board_asked", 1 if asked else 0, what=asked),
        said=sentences(report, rows),
        rule=say("board_rule", len(rows)),
        rows=drawn.drop(columns=[] if report.is_own_area else ["target", "lead"]),
    )


def sentences(report, rows):
    """What most needs attention of the rows, what went well and what cannot be judged: a heading, a sign and a sentence each.

    Parameters
    ----------
    rows : rows of ``listed``

    Returns
    -------
    DataFrame with ``heading, sign, sentence``.
    """
    shown = set(rows["subject_id"])
    worst, best = (found[found["subject_id"].isin(shown)] for found in (attention(report), went_well(report)))
    names = _names(report)
    why = told(report, -1).drop_duplicates(["subject_id", "question"])
    why = why.assign(finding=why["finding"].str.replace(r" \(.*\)$", "", regex=True))
    why = why.groupby("subject_id")["finding"].agg(lambda each: join(list(each)))
    bad = worst.head(3).assign(
        why=lambda top: top["subject_id"].map(why), short=lambda top: top["subject_id"].map(names)
    )
    bad = bad.groupby("why", sort=False)["short"].agg(lambda each: _within(list(each), first=True))
    good = _within(best["subject_id"].head(3).map(names).tolist())
    gaps = not_judged(report).query("measure == 'indicator'").drop_duplicates("subject_id")
    untested = gaps["subject_id"].isin(
        report.comparison.loc[report.comparison["evidence"] == Evidence.NOT_TESTED, "subject_id"]
    )
    figure = gaps["subject_id"].isin(report.comparison.loc[report.comparison["observation_id"] != "", "subject_id"])
    every = report.comparison.query("measure == 'indicator'")["subject_id"].nunique()
    loose = rows[(rows["change"] == Evidence.NOT_TESTED) & rows["wrong_way"]]
    loose = (bare(loose["short_name"]) + " (" + loose["moved"] + ")").head(2).tolist()
    more_bad, more_good = (max(len(found) - 3, 0) for found in (worst, best))
    attend = [f"{name}: {what}." for what, name in bad.items()] or [say("board_bad", 0)]
    told_good = say("board_good", min(len(best), 2), names=good, more=say("board_more_good", more_good))
    unknown = [say("board_gaps", (~figure).sum(), all=every), say("board_lone", (figure & ~untested).sum())]
    unknown.append(say("board_untested", len(loose), names=_within(loose)))
    return pd.DataFrame(
        [
            ["Needs attention", "worse", paragraph(*attend, say("board_more_bad", more_bad))],
            ["Going well", "better", told_good],
            ["Not judged", "unclear", paragraph(*unknown)],
        ],
        columns=["heading", "sign", "sentence"],
    )


# ---- which rows, and their names ----


def _places(rows):
    """The order in which a sheet takes rows."""
    bare = ~rows["priority_id"].isin(rows.loc[rows["measure"] == "indicator", "priority_id"])
    beside, lone = rows["england"].notna(), rows["england"].isna() & (rows["change"] == UNKNOWN)
    headline = (rows["measure"] == "indicator") | (bare & beside)
    # Where not all have room, every priority has its first ones.
    turn = rows.groupby("priority_id").cumcount() / 1000 * ((headline & beside).sum() > MOST)
    place = (2 * lone + ~beside + turn).where(headline).rank(method="first")
    return place.where(~lone | (place <= FEWEST))


def _names(report):
    """Short names of all subjects, by ``subject_id``."""
    rows = report.subjects.drop_duplicates("subject_id")
    return bare(short_names(report, rows)).set_axis(rows["subject_id"])


def _within(names, first=False):
    """Names within a sentence, small but for abbreviations; with ``first`` the first begins it."""
    small = [name if re.match(r"\w[A-Z]", name) else name[:1].lower() + name[1:] for name in names]
    told = join(small or [""])
    return told[:1].upper() + told[1:] if first else told
