"""Rows of a picture table: each indicator's figure, years and place as pictures, and how it changed in words."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import as_text, format_places, look_up, matching
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.promise import ordinary_ends
from cyp_helpers.compare.subjects import line_ids
from cyp_helpers.findings import attention, is_recent, priority_names, with_page
from cyp_helpers.show import marks
from cyp_helpers.show.owners import leading
from cyp_helpers.show.wording import plural
from cyp_helpers.show.words import page_name

UNKNOWN, UNTESTED, NONE = "unknown", "untested", "–"
_YEARS_SHOWN = 5
_LARGE = 0.25  # of the earlier figure: such a change is told although nothing can test it
_LOOKING_BACK = ["five_years", "same_period_last_year", "previous"]  # the first that is clear speaks, else the last
_SURE = [Evidence.CLEAR, Evidence.STATED, Evidence.UNCLEAR, Evidence.HIDDEN, Evidence.NOT_TESTED, ""]
_WORDLESS = ["judgement", "words"]  # units whose figures are words
_GOOD = {"higher": "high", "lower": "low", "none": "neither"}


def in_words(report, subjects):
    """What a picture table says of each subject.

    Parameters
    ----------
    subjects : rows of ``Report.subjects``, any selection

    Returns
    -------
    ``subjects`` with ``priority`` (name), ``short_name, page`` (address), ``figure`` (short), ``period, good`` (words),
    ``england, neighbours`` (their figures, numbers in the unit), ``england_figure`` (short), ``change, against_england,
    against_neighbours, target`` (words), each with its ``<name>_sign`` (of ``marks.SIGNS``, or ''), ``moved`` (from
    where to where), ``doubtful`` (moved far the wrong way of late, and nothing can test it), ``earlier`` (has
    an earlier figure), ``lead``, ``owner`` (the owner's words) and ``attention`` (among ``findings.attention``).
    """
    rows = subjects.reset_index(drop=True)
    return rows.assign(
        priority=priority_names(report, rows["priority_id"]), short_name=short_names(report, rows), owner="",
        page=_pages(report, rows), **_figures(report, rows), **_change(report, rows), **_beside(rows, "england"),
        **_beside(rows, "neighbours"), **_target(report, rows), lead=_leads(report, rows),
        attention=rows["subject_id"].isin(attention(report)["subject_id"]),
    )


# ---- names and addresses ----


def short_names(report, rows):
    """Names for a narrow column: those that a plan gives its indicators, or else those of the register."""
    known = report.register.look_up
    short = as_text(known(rows["series_id"], "series", "short_name"))
    part = (", " + rows["breakdown"]).where(~rows["breakdown"].isin(["", "all"]), "")
    # Of several authorities of one indicator the first word says which.
    one_of_many = known(rows["area_id"], "areas", "area_type").isin(["primary care trust", "district"])
    place = (", " + as_text(known(rows["area_id"], "areas", "name")).str.split().str[0]).where(one_of_many, "")
    told = (short + part + place).where(short != "", rows["name"])
    owners = report.register.table("indicator-owners")[["plan_indicator_id", "short_name"]]
    given = report.register.table("plan-indicators").merge(owners)
    given = given[(given["plan_id"] == report.plan["plan_id"]) & (given["short_name"] != "")]
    return matching(rows, given, ["series_id", "breakdown"], "short_name").fillna(told)


def bare(names):
    """Short names without what follows a comma, and without their unit."""
    return names.str.replace(r",.*| per [\d,k]+$", "", regex=True)


def _pages(report, rows):
    """The page of each indicator, or else where its priority's page gives the reasons."""
    own = "indicator-" + rows["indicator_id"] + ".html"
    pages = {row["priority_id"]: f"{page_name(row)}.html#reasons" for _, row in report.priorities.iterrows()}
    return own.where(rows["indicator_id"].isin(with_page(report)), rows["priority_id"].map(pages))


def _leads(report, rows):
    """Short name of the organisation that leads the activity each indicator measures."""
    listings = report.register.table("plan-indicators")
    listings = listings[(listings["plan_id"] == report.plan["plan_id"]) & (listings["activity_id"] != "")]
    lead = listings["activity_id"].map(leading(report.register)).set_axis(line_ids(listings)).dropna()
    lead = rows["subject_id"].map(lead[~lead.index.duplicated()])
    short, long = (report.register.look_up(lead, "organisations", name) for name in ("short_name", "name"))
    return short.where(short != "", long).astype("str").fillna(NONE)


# ---- words of a row ----


def _figures(report, rows):
    """Figure and England's with three digits at most, never more than printed, and a period in a word or two."""
    own = _short(report, rows, rows["value"], rows["value_text"])
    period = rows["period"].str.replace(r"^(academic|financial) year ", "", regex=True)
    period = period.str.replace(r"^period not printed \(.*(\d{4})\)$", r"by \1", regex=True)
    period = period.str.replace(r"\b([A-Z][a-z]{2})[a-z]+ ", r"\1 ", regex=True)
    theirs = _short(report, rows, rows["england_value"], rows["england_text"])
    return {
        "figure": own.where(~rows["unit"].isin(_WORDLESS), rows["value_text"]).where(rows["value"].notna(), UNKNOWN),
        "period": period.where(rows["value"].notna(), NONE),
        "good": as_text(rows["polarity"].map(_GOOD)),
        "england_figure": theirs.where(rows["england_value"].notna(), NONE),
        **{one: rows[f"{one}_value"].astype(float) for one in ("england", "neighbours")},
    }


def _short(report, rows, numbers, printed):
    """Numbers with three digits at most, halves up, no more decimals than are printed, with per cent or pounds."""
    numbers = numbers.astype(float)
    have = printed.astype("str").str.extract(r"\d\.(\d+)")[0].str.len().fillna(0)
    wanted = pd.Series(np.select([numbers.abs() >= 100, numbers.abs() >= 10], [0, 1], 2), numbers.index)
    places = np.minimum(have, wanted)
    up = np.floor(numbers.abs() * 10**places + 0.5 + 1e-9) / 10**places * np.sign(numbers)
    prefix, suffix = (as_text(report.register.look_up(rows["unit"], "units", end)) for end in ("prefix", "suffix"))
    return (prefix + format_places(up, places) + suffix.where((prefix != "") | (suffix == "%"), "")).fillna("")


def _signed(verdict, evidence, too):
    """The word and the sign of verdicts; ``too``: England moved that way as well."""
    verdict = verdict.astype("str")  # of no rows it is not known to be text
    good = verdict.map({str(one): one.good for one in Verdict}).fillna(0)
    clear, stated = evidence == Evidence.CLEAR, evidence == Evidence.STATED
    unclear = evidence.isin([Evidence.UNCLEAR, Evidence.HIDDEN])
    better, worse = clear & (good > 0), clear & (good < 0)
    kinds = {"better too": better & too, "better": better, "worse too": worse & too, "worse": worse}
    kinds |= {"neither": clear, "unclear": unclear, "untested": stated}
    said = "said " + verdict.mask(verdict.isin([Verdict.NO_CHANGE, Verdict.NO_DIFFERENCE]), "similar")
    kinds_of_evidence = [clear, unclear, stated, evidence == Evidence.NOT_TESTED]
    words = np.select(kinds_of_evidence, [verdict, Evidence.UNCLEAR.value, said, UNTESTED], UNKNOWN)
    sign = np.select(list(kinds.values()), list(kinds), "")
    return pd.Series(words, verdict.index, dtype="str"), pd.Series(sign, verdict.index)


def _change(report, rows):
    """Over five years where that is clear, else since last year, else what stands in its way."""
    every = report.comparison
    every = every[every["comparator"].isin(_LOOKING_BACK)].drop_duplicates(["subject_id", "comparator"])
    order = {str(one): n for n, one in enumerate([*_SURE, *_LOOKING_BACK])}
    every = every.sort_values(["evidence", "comparator"], key=lambda column: column.astype("str").map(order))
    best = every.drop_duplicates("subject_id").set_index("subject_id")
    best = best.reindex(rows["subject_id"]).set_axis(rows.index)
    theirs, ours = best["england_difference"].astype(float), best["difference"].astype(float)
    verdict, evidence = (as_text(best[name]) for name in ("verdict", "evidence"))
    too = (np.sign(theirs) == np.sign(ours)) & (theirs.abs() * 2 >= ours.abs())
    # Who falls behind moved less than England, whatever the way.
    words, sign = _signed(verdict, evidence, too & ~verdict.isin([Verdict.FALLING_BEHIND, Verdict.GAINING_GROUND]))
    large = (evidence == Evidence.NOT_TESTED) & (ours.abs() >= _LARGE * best["comparator_value"].astype(float).abs())
    words = words.mask(large, pd.Series(np.where(ours > 0, "rise", "fall"), rows.index) + f", {UNTESTED}")
    start = _short(report, rows, best["comparator_value"], best["comparator_text"])
    moved = start + " to " + _short(report, rows, rows["value"], rows["value_text"])
    bad = rows["polarity"].map({"higher": -1, "lower": 1}).astype(float) * ours > 0
    told = {"change": words, "change_sign": sign.mask(large, "untested"), "moved": moved, "earlier": evidence != ""}
    return told | {"doubtful": large & bad & is_recent(report, rows)}


def _beside(rows, comparator):
    """Against England or the neighbours; where they have no figure there is none."""
    words, sign = _signed(rows[f"{comparator}_verdict"], rows[f"{comparator}_evidence"], pd.Series(False, rows.index))
    words = words.where(rows[f"{comparator}_value"].notna() | (words != UNKNOWN), NONE)
    return {f"against_{comparator}": words, f"against_{comparator}_sign": sign}


def _target(report, rows):
    """Met or not, before its day on or off track, and where it is heading."""
    targets = report.comparison[report.comparison["comparator"] == "target"].drop_duplicates("subject_id")
    row = targets.set_index("subject_id").reindex(rows["subject_id"]).set_axis(rows.index)
    known = row["verdict"].isin([Verdict.MET, Verdict.NOT_MET, Verdict.ON_TRACK, Verdict.OFF_TRACK])
    without = np.where(as_text(row["target_id"]) != "", UNKNOWN, NONE)
    # Of an older figure than the newest the year is told.
    of = look_up(row["observation_id"], report.figures["end"]).dt.strftime(" %Y")
    when = of.where(row["period"] != rows["period"]).fillna("")
    words = row["outlook"].where(row["outlook"] != "", row["verdict"] + when).where(known, without)
    return {"target": words, "target_sign": row["verdict"].where(known, "")}


# ---- pictures ----


def pictured(report, rows):
    """Rows of ``in_words`` with their pictures: ``spark`` and ``spine``, SVG, '' where there is nothing to draw, and
    ``spark_words, spine_words``."""
    pairs = report.pairs[report.pairs["comparator"] == "previous"].drop_duplicates("figure").set_index("figure")
    pairs = pairs.reindex(look_up(rows["observation_id"], report.figures["figure"]))
    score, scale = (pairs[one].astype(float).set_axis(rows.index) for one in ("score", "scale"))
    gates = ordinary_ends(rows["value"], score, scale, rows["unit"]).itertuples(index=False)
    cells = look_up(rows["observation_id"], report.figures["cell"])
    everyone = report.everyone[report.everyone["local"] & report.everyone["open_data"]]
    everyone = {cell: part["number"] for cell, part in everyone[everyone["cell"].isin(cells)].groupby("cell")}
    lines = report.figures[report.figures["series_id"].isin(rows["series_id"]) & report.figures["number"].notna()]
    drawn = []
    for row, gate, cell in zip(rows.to_dict("records"), gates, cells):
        years, authorities, spine = _years(lines, row), everyone.get(cell, ()), ("", "")
        spark = "" if row["unit"] in _WORDLESS or years.empty else marks.spark(years, *gate)
        if len(authorities) >= 5 and not pd.isna(row["england"]):
            clear = {"better": 1, "worse": -1, "neither": 2}.get(row["against_england_sign"], 0)
            stands = row["value"], row["england"], row["neighbours"], row["polarity"]
            spine = marks.spine(authorities, *stands, clear), _spoken_place(row, authorities)
        drawn.append((spark, _spoken_years(row, years, *gate), *spine))
    names = ["spark", "spark_words", "spine", "spine_words"]
    return rows.assign(**pd.DataFrame(drawn, rows.index, names, dtype="str"))


def _years(lines, row):
    """The figures of five years up to a row's newest, of the same kind of period, by their end in years."""
    if row["observation_id"] not in lines.index:
        return pd.Series(dtype=float)
    newest, key = lines.loc[row["observation_id"]], ["series_id", "area_id", "breakdown"]
    line = lines[(lines[key] == newest[key]).all(axis=1)]
    like = (line["kind"] == newest["kind"]) | (not newest["dated"])
    line = line[like & line["end"].between(newest["end"] - pd.DateOffset(years=_YEARS_SHOWN), newest["end"], "right")]
    line = line.assign(own=line.index == row["observation_id"]).sort_values(["end", "own", "published"], kind="stable")
    line = line.drop_duplicates("end", keep="last")  # where two sources print one period, the row's own figure
    return line["number"].set_axis(line["end"].dt.year + line["end"].dt.day_of_year / 366)


def _spoken_years(row, years, low, high):
    numbers = ", ".join(f"{one:,.4g}" for one in years)
    gate = f"; an ordinary year ends between {low:,.3g} and {high:,.3g}"
    gate = "" if pd.isna(low) or len(years) < 2 else gate
    return f"{row['short_name']}, {len(years)} {plural(len(years), 'figure')} up to {row['period']}: {numbers}{gate}"


def _spoken_place(row, authorities):
    low, high = authorities.quantile([0.25, 0.75])
    near = "" if pd.isna(row["neighbours"]) else f", neighbours {row['neighbours']:,.3g}"
    rank = f"; place {row['rank_told'].split(',')[0]}" if row["rank_told"] else ""
    rank += "; neither direction is better" if row["polarity"] == "none" else ""
    told = f"{row['short_name']}: ours {row['figure']}, England {row['england_figure']}{near}; "
    return f"{told}the middle half of authorities {low:,.3g} to {high:,.3g}{rank}"
