"""The board page: one sheet of paper, a row for each headline indicator."""

import re

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import format_places, look_up
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.promise import CLEAR_SCORE
from cyp_helpers.compare.subjects import published_lines
from cyp_helpers.findings import attention, not_judged, told, went_well
from cyp_helpers.pages.comparators import lines_with_page
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.owners import with_owners
from cyp_helpers.show.picture import Board
from cyp_helpers.show.sentences import paragraph, say
from cyp_helpers.show.wording import day, join
from cyp_helpers.show.words import page_name

FEWEST, MOST = 12, 18  # rows of one sheet; what stands beside nothing only fills it up to the first
UNKNOWN, NONE = "unknown", "–"
_LOOKING_BACK = [
    "five_years",
    "same_period_last_year",
    "previous",
]  # the first that is clear speaks, else the last figure's
_SURE = [Evidence.CLEAR, Evidence.STATED, Evidence.UNCLEAR, Evidence.HIDDEN, Evidence.NOT_TESTED, ""]
_WORDLESS = ["judgement", "words"]  # units whose figures are words
_GOOD = {"higher": "high", "lower": "low", "none": "neither"}


def listed(report):
    """What the board page may show: each indicator once that is primary in the register and has a figure, in printed order.

    Of another area only what is published on the plan's own definition.

    Returns
    -------
    DataFrame with ``subject_id, priority_id, priority, name, short_name, page`` (file name), ``measure, polarity, value, figure`` (short),
    ``period, england, neighbours`` (numbers), ``england_figure``, ``change, against_england, against_neighbours, target`` (words),
    each with its ``<name>_sign`` (of ``marks.SIGNS``, or ''), ``lead, owner`` (the owner's words), ``attention`` (among
    ``findings.attention``) and ``place``: in which order a sheet takes them, first what stands beside England, then what has changed.
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
    rows = rows.assign(
        priority=rows["priority_id"].map(report.priorities.set_index("priority_id")["name"]),
        short_name=_short_names(report, rows),
        page=_pages(report, rows),
        **_figures(rows),
        **_change(report, rows),
        **_beside(report, rows, "england"),
        **_beside(report, rows, "neighbours"),
        **_target(report, rows),
        lead=_leads(report, rows),
        owner="",
        attention=rows["subject_id"].isin(attention(report)["subject_id"]),
    )
    rows = with_owners(report, rows)
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
    drawn = rows.assign(**_drawn(report, rows))
    title = report.plan["title"]
    if not report.plan["area_id"]:
        title = f"{report.area['name']}: {title}"
    elif not report.is_own_area:
        whose = report.register.table("areas").set_index("area_id").at[report.plan["area_id"], "name"]
        title = f"{report.area['name']}: indicators of {whose}'s {report.plan['short_title']}"
    return Board(
        title=title,
        review=f"Review {report.review['review']}, {day(report.as_at)}",
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
    loose = (_bare(loose["short_name"]) + " (" + loose["moved"] + ")").head(2).tolist()
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


def _short_names(report, rows):
    series = report.register.table("series").set_index("series_id")["short_name"]
    areas = report.register.table("areas").set_index("area_id")
    short = rows["series_id"].map(series).astype("str").fillna("")
    part = (", " + rows["breakdown"]).where(~rows["breakdown"].isin(["", "all"]), "")
    # Of several authorities of one indicator the first word says which.
    one_of_many = areas["area_type"].reindex(rows["area_id"]).isin(["primary care trust", "district"]).to_numpy()
    place = (", " + rows["area_id"].map(areas["name"]).astype("str").str.split().str[0]).where(one_of_many, "")
    return (short + part + place).where(short != "", rows["name"])


def _names(report):
    """Short names of all subjects, by ``subject_id``."""
    rows = report.subjects.drop_duplicates("subject_id")
    return _bare(_short_names(report, rows)).set_axis(rows["subject_id"])


def _bare(names):
    """Short names without what follows a comma, and without their unit."""
    return names.str.replace(r",.*| per [\d,k]+$", "", regex=True)


def _within(names, first=False):
    """Names within a sentence, small but for abbreviations; with ``first`` the first begins it."""
    small = [name if re.match(r"\w[A-Z]", name) else name[:1].lower() + name[1:] for name in names]
    told = join(small or [""])
    return told[:1].upper() + told[1:] if first else told


def _pages(report, rows):
    """The page of each indicator, or else that of its priority."""
    own = "comparators-" + rows["series_id"] + ".html"
    pages = {row["priority_id"]: f"{page_name(row)}.html" for _, row in report.priorities.iterrows()}
    return own.where(rows["series_id"].isin(lines_with_page(report)["series_id"]), rows["priority_id"].map(pages))


def _leads(report, rows):
    """Short name of the organisation that leads the activity each indicator measures."""
    listings = report.register.table("plan-indicators")
    listings = listings[(listings["plan_id"] == report.plan["plan_id"]) & (listings["activity_id"] != "")]
    who = report.register.table("activity-organisations").query("role == 'lead'").drop_duplicates("activity_id")
    lead = listings["activity_id"].map(who.set_index("activity_id")["organisation_id"])
    line = listings["series_id"] + "|" + listings["area_id"] + "|" + listings["breakdown"]
    lead = lead.set_axis(line).dropna()
    return rows["subject_id"].map(lead[~lead.index.duplicated()]).map(organisations(report)).astype("str").fillna(NONE)


def organisations(report):
    """Short names of organisations by ``organisation_id``."""
    every = report.register.table("organisations").set_index("organisation_id")
    return every["short_name"].where(every["short_name"] != "", every["name"])


# ---- words of a row ----


def _figures(rows):
    """Figure and England's with three digits at most, never more than printed, and a period in a word or two."""
    units = rows["unit"].map({"percent": "%"}).astype("str").fillna("")
    own = _short(rows["value"], rows["value_text"]) + units
    undated = rows["period"].str.startswith("period not printed")
    period = rows["period"].str.replace(
        r"^(academic|financial) year |^period not printed \(latest at |\)$", "", regex=True
    )
    period = period.mask(undated, "by " + period.str.extract(r"(\d{4})$")[0])
    period = period.str.replace(r"\b([A-Z][a-z]{2})[a-z]+ ", r"\1 ", regex=True)
    return {
        "figure": own.where(~rows["unit"].isin(_WORDLESS), rows["value_text"]),
        "period": period,
        "good": rows["polarity"].map(_GOOD).astype("str").fillna(""),
        "england": rows["england_value"].astype(float),
        "england_figure": (_short(rows["england_value"], rows["england_text"]) + units).where(rows["england_value"].notna(), NONE),
        "neighbours": rows["neighbours_value"].astype(float),
    }  # fmt: skip


def _short(numbers, printed):
    """Numbers with three digits at most, halves up, and no more decimals than are printed."""
    numbers = numbers.astype(float)
    have = printed.astype("str").str.extract(r"\d\.(\d+)")[0].str.len().fillna(0)
    wanted = pd.Series(np.select([numbers.abs() >= 100, numbers.abs() >= 10], [0, 1], 2), numbers.index)
    places = np.minimum(have, wanted)
    up = np.floor(numbers.abs() * 10**places + 0.5 + 1e-9) / 10**places * np.sign(numbers)
    return format_places(up, places).fillna("")


def _signed(verdict, evidence, too):
    """The word and the sign of verdicts; ``too``: England moved that way as well."""
    clear = evidence == Evidence.CLEAR
    good = verdict.map({str(one): one.good for one in Verdict}).fillna(0)
    moved = clear & (good != 0)
    signs = [
        moved & (good > 0) & too,
        moved & (good > 0),
        moved & too,
        moved,
        clear,
        evidence.isin([Evidence.UNCLEAR, Evidence.HIDDEN]),
        evidence != "",
    ]
    kinds = ["better too", "better", "worse too", "worse", "neither", "unclear", "untested"]
    stated = verdict.where(verdict == Verdict.NO_CHANGE, verdict + ", " + Evidence.STATED).where(
        verdict != Verdict.NO_CHANGE, Evidence.STATED
    )
    words = np.select(
        [clear, evidence == Evidence.STATED, evidence == Evidence.HIDDEN, evidence != ""],
        [verdict, stated, Evidence.UNCLEAR.value, evidence],
        UNKNOWN,
    )
    return pd.Series(words, index=verdict.index, dtype="str"), pd.Series(
        np.select(signs, kinds, ""), index=verdict.index
    )


def _change(report, rows):
    """Over five years where that is clear, else since last year, else what stands in its way."""
    every = report.comparison
    every = every[every["comparator"].isin(_LOOKING_BACK)].drop_duplicates(["subject_id", "comparator"])
    every = every.assign(sure=every["evidence"].map({str(one): n for n, one in enumerate(_SURE)}))
    every = every.assign(order=every["comparator"].map({one: n for n, one in enumerate(_LOOKING_BACK)}))
    best = every.sort_values(["sure", "order"], kind="stable").drop_duplicates("subject_id").set_index("subject_id")
    best = best.reindex(rows["subject_id"]).set_axis(rows.index)
    theirs = best["england_difference"].astype(float)
    too = (np.sign(theirs) == np.sign(best["difference"])) & (theirs.abs() * 2 >= best["difference"].abs())
    words, sign = _signed(best["verdict"].astype("str").fillna(""), best["evidence"].astype("str").fillna(""), too)
    start = _short(best["comparator_value"], best["comparator_text"])
    moved = start + " to " + _short(rows["value"], rows["value_text"])
    bad = rows["polarity"].map({"higher": -1, "lower": 1}) * best["difference"].astype(float) > 0
    return {"change": words, "change_sign": sign, "moved": moved, "wrong_way": bad}


def _beside(report, rows, comparator):
    """Against England or the neighbours."""
    words, sign = _signed(rows[f"{comparator}_verdict"], rows[f"{comparator}_evidence"], pd.Series(False, rows.index))
    return {f"against_{comparator}": words, f"against_{comparator}_sign": sign}


def _target(report, rows):
    """Met or not, before its day on or off track, and where it is heading."""
    targets = report.comparison[report.comparison["comparator"] == "target"].drop_duplicates("subject_id")
    row = targets.set_index("subject_id").reindex(rows["subject_id"]).set_axis(rows.index)
    signs = [str(one) for one in (Verdict.MET, Verdict.NOT_MET, Verdict.ON_TRACK, Verdict.OFF_TRACK)]
    known = row["verdict"].isin(signs)
    without = np.where(row["target_id"].astype("str").fillna("") != "", UNKNOWN, NONE)
    words = row["outlook"].where(row["outlook"] != "", row["verdict"]).where(known, without)
    return {"target": words, "target_sign": row["verdict"].where(known, "")}


# ---- pictures ----


def _drawn(report, rows):
    """``spark`` and ``spine``: SVG of each row, '' where there is nothing to draw, and ``spark_words``, ``spine_words``."""
    from cyp_helpers.show import marks

    gates, cells = _gates(report, rows), look_up(rows["observation_id"], report.figures["cell"])
    everyone = report.everyone[report.everyone["area_id"] != ENGLAND]
    everyone = {cell: part["number"] for cell, part in everyone[everyone["cell"].isin(cells)].groupby("cell")}
    lines = report.figures[report.figures["series_id"].isin(rows["series_id"]) & report.figures["number"].notna()]
    lines = lines[["series_id", "area_id", "breakdown", "number", "end", "kind", "dated", "published"]]
    drawn = {name: [] for name in ("spark", "spark_words", "spine", "spine_words")}
    for row, (before, reach), cell in zip(rows.to_dict("records"), gates, cells):
        years, authorities = _years(lines, row), everyone.get(cell)
        wordless = row["unit"] in _WORDLESS or years.empty
        drawn["spark"].append("" if wordless else marks.spark(years, before, reach))
        drawn["spark_words"].append(_spoken_years(row, years, before, reach))
        shown = authorities is not None and len(authorities) >= 5 and not pd.isna(row["england"])
        clear = {"better": 1, "worse": -1, "neither": 2}.get(row["against_england_sign"], 0)
        drawn["spine"].append(
            marks.spine(authorities, row["value"], row["england"], row["neighbours"], row["polarity"], clear)
            if shown
            else ""
        )
        drawn["spine_words"].append(_spoken_place(row, authorities) if shown else "")
    return drawn


def _gates(report, rows):
    """Where an ordinary year would have brought each figure, all authorities' median change included, and how far beside it
    such a year ends."""
    label = look_up(rows["observation_id"], report.figures["figure"])
    pairs = report.pairs[report.pairs["comparator"] == "previous"].drop_duplicates("figure").set_index("figure")
    pairs = pairs.reindex(label)
    before = rows["value"].to_numpy() - (pairs["score"] * pairs["scale"]).to_numpy(float)
    return list(zip(before, CLEAR_SCORE * pairs["scale"].to_numpy(float)))


def _years(lines, row):
    """The figures of a row's line up to its newest, of the same kind of period, by their end in years."""
    newest = lines.loc[row["observation_id"]] if row["observation_id"] in lines.index else None
    if newest is None:
        return pd.Series(dtype=float)
    line = lines[
        (lines[["series_id", "area_id", "breakdown"]] == newest[["series_id", "area_id", "breakdown"]]).all(axis=1)
    ]
    line = line[
        (line["end"] <= newest["end"]) & ((line["kind"] == newest["kind"]) | ~line["dated"] | (not newest["dated"]))
    ]
    line = line.sort_values(["end", "published"], kind="stable").drop_duplicates("end", keep="last")
    return line["number"].set_axis(line["end"].dt.year + line["end"].dt.day_of_year / 366)


def _spoken_years(row, years, before, reach):
    numbers = ", ".join(f"{one:,.4g}" for one in years)
    gate = (
        ""
        if pd.isna(reach) or len(years) < 2
        else f"; an ordinary year ends between {before - reach:,.3g} and {before + reach:,.3g}"
    )
    return f"{row['short_name']}, {len(years)} {'figure' if len(years) == 1 else 'figures'} up to {row['period']}: {numbers}{gate}"


def _spoken_place(row, authorities):
    low, high = authorities.quantile([0.25, 0.75])
    near = "" if pd.isna(row["neighbours"]) else f", neighbours {row['neighbours']:,.3g}"
    rank = f"; place {row['rank_told'].split(',')[0]}" if row["rank_told"] else ""
    rank += "; neither direction is better" if row["polarity"] == "none" else ""
    return (
        f"{row['short_name']}: ours {row['figure']}, England {row['england_figure']}{near}; "
        f"the middle half of authorities {low:,.3g} to {high:,.3g}{rank}"
    )
