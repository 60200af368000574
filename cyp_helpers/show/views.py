"""Pictures of one indicator: its years, all authorities, the funnel, its past on other definitions, and its months."""

import numpy as np
import pandas as pd

from cyp_helpers import findings
from cyp_helpers.compare.figures import TOTALS, join_words, word
from cyp_helpers.compare.limits import limits_table
from cyp_helpers.compare.statistics import funnel_limits, overdispersion
from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.tables import ENGLAND, decimal_places
from cyp_helpers.show import drawing
from cyp_helpers.show.charts import Chart, Charts
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import capital, count, join, say

POINTS = ["line", "value", "value_text", "marks", "period_label", "document", "locator"]  # told of each point
_RULES = {
    "outside": "outside the limits", "shift": "a long run on one side of the mean",
    "trend": "a long run that rises or falls", "two_of_three": "close to a limit, two of three",
}
_SPELLS = 3  # of one rule that a title names


def pictures(about):
    """The years beside England, region and neighbours where two are known, and all authorities for the newest."""
    if not about.peers:
        return Charts((), say("no_others"))
    if about.peers.years.shape[1] < 2:
        return Charts((_among_all(about),), say("one_year", period=about.peers.labels.iloc[-1]))
    return Charts((_over_years(about), _among_all(about)))


def _over_years(about):
    peers, area = about.peers, about.report.area
    years, labels, own = peers.years, peers.labels, area["area_id"]
    names = about.report.register.table("areas").set_index("area_id")["name"]
    ids = {"own": own, "England": ENGLAND, "region": area["region_id"]}
    lines = {kind: (names[one], years.loc[one].tolist()) for kind, one in ids.items() if one in years.index}
    lines["near"] = ("Neighbours", years.reindex(peers.neighbours[own]).mean().tolist())
    now = peers.verdicts[(peers.verdicts["area_id"] == own) & (peers.verdicts["comparator"] == "previous")]
    gate = now[["low", "high"]].dropna().to_numpy(float).ravel().tolist()
    spread = years[years.index.isin(peers.areas.index)].quantile([0.05, 0.25, 0.75, 0.95]).T
    times = drawing.in_years(years.columns)
    picture = drawing.years(times, labels.tolist(), lines, int(about.line["places"]), spread, gate)
    title, sign = f"{about.line['name']}, {about.line['unit_heading']}", _sign(about.line)
    spoken = "; ".join(f"{name} {_ends(numbers, labels, sign)}" for name, numbers in lines.values())
    data = pd.DataFrame(dict(lines.values()), index=labels.rename("period"))
    data = show(data.rename(columns={"Neighbours": "Average of neighbours"}), f"Figures behind the chart: {title}")
    return Chart(title, f"Line chart. {title}. {spoken}.", picture, data, say("under_years", bool(gate)))


def _sign(line):
    """What stands behind each figure of a published line where it is spoken."""
    return "%" if line["unit"] == "percent" else ""


def _ends(numbers, labels, sign):
    """ "18.7% in 2012/13, 25.5% in 2016/17" of a line's first and last figure."""
    pairs = zip(np.round(numbers, 2), labels)
    told = [f"{number:,.10g}{sign} in {label}" for number, label in pairs if not np.isnan(number)]
    return ", ".join(dict.fromkeys([told[0], told[-1]])) if told else "without figures"


def authorities(about):
    """The figures of all authorities and of England for the newest period, best first.

    Returns
    -------
    DataFrame with ``area_id, area, value`` (number, in the indicator's unit), ``value_text`` (as published), ``marks,
    rank`` (1 is best), ``which`` ("this review", "neighbour", "England" or ''), ``numerator, denominator`` (counts) and
    ``n`` (number of the authority among all, -1 for England).
    """
    if not about.peers:
        return pd.DataFrame(columns=["area", "value", "value_text", "rank", "which"])
    peers, own = about.peers, about.report.area["area_id"]
    rows = peers.now[peers.now["local"] | (peers.now["area_id"] == ENGLAND)]
    rows = rows.set_index("area_id").sort_values(["rank", "area"])
    kinds = {"this review": [own], "neighbour": peers.neighbours[own], "England": [ENGLAND]}
    which = np.select([rows.index.isin(ids) for ids in kinds.values()], list(kinds), "")
    marks = rows["status"].fillna("").str.replace(r"(\w+)", r"[\1]", regex=True)
    rows = rows.assign(value_text=rows["value"], value=rows["number"], which=which, marks=marks)
    told = ["area", "value", "value_text", "marks", "rank", "which", "numerator", "denominator"]
    return rows[told].join(peers.areas["n"]).fillna({"n": -1}).astype({"n": int}).reset_index()


def _among_all(about):
    rows, line = authorities(about), about.line
    data = show(rows[["area", "value", "value_text", "marks", "rank", "which"]], "All authorities with a figure")
    rows = rows.assign(value_text=rows["value_text"] + _sign(line))
    local, england = rows[rows["which"] != "England"], rows.loc[rows["which"] == "England", "value"]
    picture = drawing.strip(local, line["polarity"], england.iloc[0] if len(england) else None, int(line["places"]))
    near, own = (local[local["which"] == one] for one in ("neighbour", "this review"))
    place = {one: f"{line[one]:.0f}" for one in ("rank", "rank_of")}
    rank = "no rank" if pd.isna(line["rank"]) else say("spoken_rank", int(line["rank_ties"]), **place)
    place = f"{about.report.area['name']} {own['value_text'].iloc[0] if len(own) else 'unknown'}, {rank}"
    spoken = say("spoken_neighbours", len(near), told="; ".join(near["area"] + " " + near["value_text"]))
    words = f"Strip of {len(local)} authorities. {place}. {spoken}"
    return Chart(f"All {len(local)} authorities, {line['period']}", words, picture, data, say("under_strip"))


def funnel_chart(about):
    """Figures against the size of what they count, with the limits that ordinary differences keep to around England."""
    rows = authorities(about)
    if rows.empty:
        return Charts(())
    line, unit, local = about.line, about.line["unit"], rows["which"] != "England"
    counted = rows[local & rows["numerator"].notna() & (rows["denominator"] > 0)]
    if counted.empty or local.all() or unit not in PER:
        return Charts((), say("no_counts"))
    england, size = rows.loc[~local, "value"].iloc[0], counted["denominator"]
    spread = overdispersion(counted, england, unit)
    limits = funnel_limits(size, england, unit, spread)
    value = PER[unit] * counted["numerator"] / size
    outside = int(((value < limits["low_998"]) | (value > limits["high_998"])).sum())
    own, where = counted["which"] == "this review", "has no counts"
    if own.any():
        near, far = (value.between(limits[f"low_{one}"], limits[f"high_{one}"])[own].item() for one in ("95", "998"))
        within = "inside the 95%" if near else "between the 95% and 99.8%" if far else "outside the 99.8%"
        where = f"lies {within} limits around England"
    title = say("outside", outside, every=len(counted), period=about.peers.labels.iloc[-1])
    where = f"{about.report.area['name']} {where}."
    steps = pd.Series(np.unique(np.geomspace(size.min(), size.max(), 120).round()))
    counted = counted.assign(value_text=counted["value_text"] + _sign(line))
    picture = drawing.funnel(counted, value, funnel_limits(steps, england, unit, spread).assign(size=steps), england)
    wider = f" Limits are {np.sqrt(spread):.1f} times as wide as chance alone would make them." if spread > 1 else ""
    data = show(counted[["area", "value", "value_text", "numerator", "denominator"]], "Figures behind the funnel")
    note = f"{where} {say('under_funnel')}{wider}"
    spoken = f"Funnel plot. {line['name']}, {line['period']}. {title}. {where}{wider}"
    return Charts((Chart(title, spoken, picture, data, note),))


def long_chart(about):
    """All points over time on every definition; a line joins only points of one definition, area and kind of period."""
    report = about.report
    rows = points(report, about.row.name)
    totals = rows["unit"].isin(TOTALS) & (rows["area_id"] == ENGLAND)
    rows = rows[(rows["kind"] != "month") & ~rows.index.isin(_runs(about).index) & ~totals]
    rows = rows.drop_duplicates(["series_id", "area_id", "breakdown", "period", "end"], keep="last")
    own = rows.loc[rows["area_id"] != ENGLAND, ["series_id", "area_id", "breakdown", "kind"]].drop_duplicates()
    if len(own) < 2 and about.peers or len(rows) < 2:
        return Charts(())
    drawn = [line.sort_values("end") for _, line in rows.groupby(["line", "kind"], sort=False)]
    names = pd.Series([line["line"].iloc[0] for line in drawn])
    drawn = list(zip(names.where(~names.duplicated(keep=False), names + ": " + pd.Series(map(whence, drawn))), drawn))
    span, kinds = range(rows["end"].min().year, rows["end"].max().year + 1), rows["series_id"].nunique()
    picture = drawing.long_lines(drawn, span, int(decimal_places(rows["value"]).max()))
    title = f"{about.row['name']}: {say('figures', len(rows))} on {say('definitions', kinds)}"
    spoken = "; ".join(f"{row.line} {row.said}" for row in rows.itertuples())
    data = show(findings.in_words(report, rows)[POINTS], f"Figures behind the chart: {title}")
    return Charts((Chart(title, f"Line chart. {title}. {spoken}.", picture, data, say("under_long")),))


def whence(line):
    """Where a line (rows of ``points``) is from and what years it has, which tells it from another of its name."""
    labels = dict.fromkeys([line["period_label"].iloc[0], line["period_label"].iloc[-1]])
    return f"{'published' if line['open_data'].all() else 'printed in a plan document'}, {' to '.join(labels)}"


def run_charts(about):
    """A run chart of each series by month or quarter, with limits where points are enough to tell what stands out."""
    rows = _runs(about)
    names = findings.names_of(about.report, rows)
    lines = rows.groupby("line", sort=False)
    return Charts(tuple(_run_chart(about, names[line.index[0]], line) for _, line in lines))


def _runs(about):
    """The figures by month or quarter of the area, of lines that have three or more."""
    rows = points(about.report, about.row.name)
    rows = rows[(rows["area_id"] == about.report.area["area_id"]) & rows["kind"].isin(["month", "quarter"])]
    return rows[rows.groupby("line")["number"].transform("size") >= 3]


def _run_chart(about, name, line):
    points, kind, area = limits_table(line), line["kind"].iloc[0], about.report.area["name"]
    told = _standing_out(points) or f"no {kind} stands out"
    title = f"{name}, {area}, to {points['period_label'].iloc[-1]}: {points['reason'].iloc[0].rstrip('.') or told}"
    places = int(decimal_places(line["value"]).max())
    named = zip(("mean", "lower limit", "upper limit"), points[["centre", "lower", "upper"]].iloc[0])
    levels = [(words, level) for words, level in named if pd.notna(level)]
    lines, marked = {"own": (area, points["value"].tolist())}, set(np.flatnonzero(points[list(_RULES)].any(axis=1)))
    labels = points["period_label"].tolist()
    picture = drawing.years(points.index.tolist(), labels, lines, places, levels=levels, marked=marked)
    which = join_words([word(words, points[rule]) for rule, words in _RULES.items()])
    said = "; ".join(f"{words} {level:,.{places}f}" for words, level in levels)
    alternative = f"Run chart of {len(points)} {kind}s. {title}. {capital(said)}{'.' if said else ''}"
    data = points[["period_label", "value"]].assign(what_stands_out=which)
    data = show(data, f"{kind.capitalize()}s behind the chart: {name}")
    return Chart(title, alternative.strip(), picture, data, say("under_run", len(levels)))


def _standing_out(points):
    """ "March 2013 outside the limits; April to ... ": which points each rule names, each by the first that does."""
    rule = pd.Series(np.select([points[one] for one in _RULES], list(_RULES), ""), points.index)
    spells = points["period_label"].groupby([rule.ne(rule.shift()).cumsum(), rule]).agg(["first", "last"])
    named = spells["first"].where(spells["first"] == spells["last"], spells["first"] + " to " + spells["last"])
    named = named.droplevel(0)
    told = []
    for one, words in _RULES.items():
        each = named[named.index == one].tolist()
        each = [*each[:_SPELLS], f"{count(len(each) - _SPELLS)} more"] if len(each) > _SPELLS + 1 else each
        told += [f"{join(each)} {words}"] if each else []
    return "; ".join(told)


def points(report, indicator):
    """Every known figure of an indicator, on every definition, oldest first.

    Returns
    -------
    Rows of ``known_figures`` with a figure, and ``line`` (definition, area and breakdown in words).

    >>> points(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "re-referrals")["value"].tolist()[-2:]
    ['25.5', '21.9']
    """
    figures = report.figures
    asked = (figures["indicator_id"] == indicator) & (figures["area_id"] != report.area["region_id"])
    rows = figures[asked & figures["number"].notna()].sort_values(["end", "published"], kind="stable")
    return rows.assign(line=findings.names_of(report, rows) + ", " + rows["area"])
