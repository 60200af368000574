"""The board page: one sheet of paper, a row for each headline indicator."""

import re

import numpy as np
import pandas as pd

from cyp_helpers.compare.subjects import published_lines
from cyp_helpers.findings import BESIDE, attention, told, went_well
from cyp_helpers.show.owners import NO_OWNER, asked as asked_owners, with_owners
from cyp_helpers.show.picture import Board
from cyp_helpers.show.rows import NONE, bare, in_words, pictured
from cyp_helpers.show.wording import count, day, join, paragraph, say
from cyp_helpers.show.words import since

FEWEST, MOST = 12, 17  # rows of one sheet; what stands beside nothing only fills it up to the first
FOUND = MOST // 2  # of these, at most, for what needs attention; the rest is for every priority
NUMBERED = {"worse": 3, "better": 2}  # rows that the sentences number and give reasons for


def listed(report):
    """What the board page may show: each indicator once that is primary in the register and has a figure, as printed.

    Of another area only what is published on the plan's own definition.

    Returns rows of ``in_words`` with ``place``: in which order a sheet takes them, first what needs attention
    (``FOUND``) and what the sentences name as going well, then what stands beside England, then what has changed. What
    stands beside nothing has a place only among the first ``FEWEST``, an evidence figure only where its priority has no
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
    worst, best = _found(report, rows)
    found = [*worst["subject_id"].head(FOUND), *best["subject_id"].head(NUMBERED["better"])]
    return rows.assign(place=_places(rows, rows["subject_id"].isin(found)))


def board(report, rows, asked=""):
    """The sheet: three sentences, then a row for each of ``rows``, grouped by priority, then the legend.

    ``rows`` are those of ``listed``, any selection; ``asked`` is what the board is asked to decide. Returns a Board,
    which shows itself in a notebook and on the page, and gives a PDF.
    """
    drawn, own = pictured(report, rows.join(_marked(report, rows))), report.is_own_area
    owners = asked_owners(report)
    led = (drawn["lead"] != NONE) | drawn["subject_id"].isin(owners.loc[owners["owner"] != NO_OWNER, "subject_id"])
    lone = sorted(drawn.loc[(drawn["mark_sign"] == "worse") & (drawn["mark"] != "") & ~led, "mark"])
    without_lead = say("board_no_lead", len(lone), names=", ".join(lone))
    decision = paragraph(say("board_asked", bool(asked), what=asked), without_lead) if own or asked else ""
    return Board(
        title=report.title,
        review=f"{report.review['review'].partition(' as at ')[0]}, {day(report.as_at)}",
        asked=paragraph(since(report), decision),
        said=sentences(report, rows),
        rule=say("board_rule", len(rows)),
        rows=drawn.drop(columns=[] if own else ["target", "lead"]),
    )


def sentences(report, rows):
    """What most needs attention of rows of ``listed`` and what goes best, each with its number, and what is not known.

    Returns a DataFrame with ``heading, sign, sentence`` (in lines).

    >>> report = cyp.open_review("cypf-2016-18", "2017-18 part 2")
    >>> sentences(report, listed(report)).loc[1, "sentence"].split("\\n")[0]
    '1 Permanent exclusions: improving, better than England and neighbours.'
    """
    worst, best = _found(report, rows)
    doubtful = rows[_marked(report, rows)["mark_sign"] == "untested"]
    unit = doubtful["unit"].where(doubtful["unit"].isin(["weeks", "days", "months"]), "")
    loose = (bare(doubtful["short_name"]) + ", " + doubtful["moved"] + (" " + unit).str.rstrip()).head(2).tolist()
    others = report.comparison.query("measure == 'indicator' and subject_id not in @rows['subject_id']")
    without = others.groupby("subject_id")["observation_id"].max().eq("")
    listed, elsewhere = say("board_all", len(rows) + len(without)), say("board_elsewhere", (~without).sum())
    gaps = say("board_gaps", without.sum(), all=listed, shown=count(len(rows)), elsewhere=elsewhere)
    unknown = [say("board_untested", len(loose), names=_within(loose)), gaps]
    said = [
        _sentence(report, rows, "Needs attention, worst", worst, len(attention(report)), "worse"),
        _sentence(report, rows, "Going well, best", best, len(went_well(report)), "better"),
        ["Not known", "untested", "\n".join(filter(None, unknown))],
    ]
    return pd.DataFrame(said, columns=["heading", "sign", "sentence"])


def _sentence(report, rows, heading, found, number, sign):
    """Heading, sign and sentence of what was found; the heading says how many of how many (``number``) are named."""
    named = found.head(NUMBERED[sign])
    heading += f" {len(named)} of {number}" if 0 < len(named) < number else " first"
    return [heading, sign, _named(report, rows, named, 1 if sign == "better" else -1) or say("board_found", number)]


# ---- what was found ----


def _found(report, rows):
    """What needs attention and what went well of the rows, as ``findings`` order it."""
    return [found[found["subject_id"].isin(rows["subject_id"])] for found in (attention(report), went_well(report))]


def _marked(report, rows):
    """``mark``, the number by which the sentences name a row, and ``mark_sign``, what was found or cannot be tested."""
    told = pd.DataFrame({"mark": "", "mark_sign": np.where(rows["doubtful"], "untested", "")}, rows.index)
    for (sign, most), found in zip(NUMBERED.items(), _found(report, rows)):
        place = rows["subject_id"].map({one: n for n, one in enumerate(found["subject_id"], 1)})
        told = told.assign(mark_sign=told["mark_sign"].mask(place.notna(), sign))
        told = told.assign(mark=told["mark"].mask(place <= most, place.map("{:.0f}".format)))
    return told


def _named(report, rows, found, good):
    """A line for each with its number and why."""
    names = rows.set_index("subject_id")["short_name"]
    names = names.where(bare(names).duplicated(keep=False), bare(names))
    told = found["subject_id"].map(names + ": " + _why(report, rows, good))
    return "\n".join(f"{n} {name}." for n, name in enumerate(told, 1))


def _why(report, listed, good):
    """Findings in few words, by ``subject_id``; a change that England made too says so."""
    rows = told(report, good).drop_duplicates(["subject_id", "question"])
    short = rows["finding"].str.replace(r" \(.*\)$| over five years", "", regex=True)
    too = rows["subject_id"].isin(listed.loc[listed["change_sign"].isin(["better too", "worse too"]), "subject_id"])
    short = short.where(~(too & ~rows["question"].isin(list(BESIDE))), short + " (England too)")
    each = short.groupby(rows["subject_id"]).agg(", ".join)
    each = each.str.replace(r"than England, \w+ than its", "than England and", regex=True)
    return each.str.replace("than its", "than")


# ---- which rows ----


def _places(rows, found):
    """The order in which a sheet takes rows, those that are ``found`` first."""
    bare = ~rows["priority_id"].isin(rows.loc[rows["measure"] == "indicator", "priority_id"])
    beside, lone = rows["england"].notna(), rows["england"].isna() & ~rows["earlier"]
    headline = (rows["measure"] == "indicator") | (bare & beside)
    # Where not all have room, every priority has its first ones.
    turn = rows.groupby("priority_id").cumcount() / 1000 * ((headline & beside).sum() > MOST)
    place = (2 * lone + ~beside + turn).mask(found, -1).where(headline | found).rank(method="first")
    return place.where(~lone | found | (place <= FEWEST))


def _within(names):
    """Names within a sentence, small but for abbreviations."""
    return join([name if re.match(r"\w[A-Z]", name) else name[:1].lower() + name[1:] for name in names])
