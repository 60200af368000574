"""Pictures of one indicator: its years, all authorities, the funnel, its past on other definitions, and its months."""

import numpy as np
import pandas as pd

from cyp_helpers import findings
from cyp_helpers.compare.figures import TOTALS, join_words, word
from cyp_helpers.compare.funnel import funnel_limits, overdispersion
from cyp_helpers.compare.limits import limits_table
from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.tables import ENGLAND, decimal_places
from cyp_helpers.show import drawing
from cyp_helpers.show.charts import Chart, Charts
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import count, plural

POINTS = [
    "line",
    "value",
    "value_text",
    "marks",
    "period_label",
    "document",
    "locator",
]  # what a table tells of each point
_RULES = {
    "outside": "outside the limits", "shift": "in a run of seven on one side of the mean",
    "trend": "in a run of seven that rise or fall", "two_of_three": "near a limit with another of three",
}
_NOTHING = "No figures of other authorities are published for this indicator."


def pictures(about):
    """The years beside England, region and neighbours, and all authorities for the newest."""
    return Charts((_over_years(about), _among_all(about)), "") if about.peers else Charts((), _NOTHING)


def _over_years(about):
    peers, report = about.peers, about.report
    own, years = report.area["area_id"], peers.years
    near = years.reindex(peers.neighbours(own)).mean()
    names = {
        "own": report.area["name"], "England": "England",
        "region": report.register.table("areas").set_index("area_id")["name"].get(report.area["region_id"], ""),
        "near": "Neighbours",
    }
    ids = {"own": own, "England": ENGLAND, "region": report.area["region_id"]}
    lines = {kind: (names[kind], years.loc[one].tolist()) for kind, one in ids.items() if one in years.index}
    lines["near"] = (names["near"], near.tolist())
    now = peers.verdicts[(peers.verdicts["area_id"] == own) & (peers.verdicts["comparator"] == "previous")]
    gate = (
        []
        if now.empty or now[["before", "usual"]].isna().any(axis=None)
        else [float(now["before"].iloc[0] + way * now["usual"].iloc[0]) for way in (-1, 1)]
    )
    times = [end.year + end.day_of_year / 366 for end in years.columns]
    spread = drawing.quantiles(years[years.index.isin(peers.areas.index)])
    picture = drawing.years(times, peers.labels.tolist(), lines, int(about.line["places"]), spread, gate)
    title = f"{about.line['name']}, {about.line['unit_heading']}"
    spoken = "; ".join(f"{name} {_ends(numbers, peers.labels)}" for name, numbers in lines.values())
    data = years.loc[[one for one in ids.values() if one in years.index]].T.set_axis(
        [names[kind] for kind, one in ids.items() if one in years.index], axis=1
    )
    data = data.assign(**{"Average of neighbours": near}).set_axis(peers.labels.rename("period"), axis=0)
    note = "Grey: nine in ten authorities, the middle half darker. Box: where an ordinary year could have ended. The axis need not begin at nought."
    return Chart(
        title, f"Line chart. {title}. {spoken}.", picture.encode(), show(data, f"Figures behind the chart: {title}"),
        note,
    )


def _ends(numbers, labels):
    """ "18.7 in 2012/13, 25.5 in 2016/17" of a line's first and last figure."""
    known = [(f"{number:,.10g}", label) for number, label in zip(np.round(numbers, 2), labels) if not np.isnan(number)]
    return (
        ", ".join(f"{number} in {label}" for number, label in dict.fromkeys([known[0], known[-1]]))
        if known
        else "without figures"
    )


def authorities(about):
    """The figures of all authorities and of England for the newest period, best first.

    Returns
    -------
    DataFrame with ``area_id, area, value`` (number), ``value_text`` (as published), ``marks, rank, which`` ("this review", "neighbour",
    "England" or ''), ``numerator, denominator`` and ``n`` (number of the authority among all, -1 for England).
    """
    if not about.peers:
        return pd.DataFrame(columns=["area", "value", "value_text", "rank", "which"])
    peers, own = about.peers, about.report.area["area_id"]
    rows = peers.figures[
        (peers.figures["cell"] == about.line["cell"]) & (peers.figures["local"] | (peers.figures["area_id"] == ENGLAND))
    ]
    rows = rows.set_index("area_id").sort_values(["rank", "area"])
    which = np.select(
        [rows.index == own, rows.index.isin(peers.neighbours(own)), rows.index == ENGLAND],
        ["this review", "neighbour", "England"], "",
    )
    rows = rows.assign(
        value_text=rows["value"], value=rows["number"], which=which,
        marks=rows["status"].fillna("").str.replace(r"(\w+)", r"[\1]", regex=True),
    )
    told = ["area", "value", "value_text", "marks", "rank", "which", "numerator", "denominator"]
    return rows[told].join(peers.areas["n"]).fillna({"n": -1}).astype({"n": int}).reset_index()


def _among_all(about):
    rows, line = authorities(about), about.line
    local, england = rows[rows["which"] != "England"], rows.loc[rows["which"] == "England", "value"]
    picture = drawing.strip(local, line["polarity"], england.iloc[0] if len(england) else None, int(line["places"]))
    title = f"All {len(local)} authorities, {line['period']}"
    near = local[local["which"] == "neighbour"]
    spoken = (
        f"{count(len(near)).capitalize()} {plural(len(near), 'neighbour')}: {'; '.join(near['area'] + ' ' + near['value_text'])}."
        if len(near)
        else "No neighbour has a figure."
    )
    own = local.loc[local["which"] == "this review", "value_text"]
    alternative = f"Strip of {len(local)} authorities. {about.report.area['name']} {own.iloc[0] if len(own) else 'unknown'}, {_rank_words(line)}. {spoken}"
    data = show(rows[["area", "value", "value_text", "marks", "rank", "which"]], "All authorities with a figure")
    note = "Dot: this area. Diamonds: its neighbours. Grey: the middle half. Point at a mark for its name."
    return Chart(title, alternative, picture.encode(), data, note)


def funnel_chart(about):
    """Figures against the size of what they count, with the limits that ordinary differences keep to around England."""
    rows = authorities(about)
    if rows.empty:
        return Charts((), "")
    line, local = about.line, rows["which"] != "England"
    counted = rows[local & rows["numerator"].notna() & (rows["denominator"] > 0)]
    england = rows.loc[~local, "value"]
    if counted.empty or england.empty or line["unit"] not in PER:
        return Charts((), "No counts are published for this indicator, so there is no funnel.")
    spread = overdispersion(counted, england.iloc[0], line["unit"])
    limits = funnel_limits(counted["denominator"], england.iloc[0], line["unit"], spread)
    value = PER[line["unit"]] * counted["numerator"] / counted["denominator"]
    outside = int(((value < limits["low_998"]) | (value > limits["high_998"])).sum())
    own = counted["which"] == "this review"
    where = _where(value[own], limits[own]) if own.any() else "has no counts"
    title = f"{about.report.area['name']} {where}; {count(outside)} of {len(counted)} authorities {plural(outside, 'lies', 'lie')} outside the 99.8% limits"
    size = pd.Series(
        np.geomspace(counted["denominator"].min(), counted["denominator"].max(), 120).round()
    ).drop_duplicates(ignore_index=True)
    curves = funnel_limits(size, england.iloc[0], line["unit"], spread).assign(size=size)
    picture = drawing.funnel(counted, value, curves, england.iloc[0], int(line["places"]))
    wider = f" Limits are {np.sqrt(spread):.1f} times as wide as chance alone would make them." if spread > 1 else ""
    data = show(counted[["area", "value", "value_text", "numerator", "denominator"]], "Figures behind the funnel")
    note = f"Lines: 95% (dotted) and 99.8% limits around England.{wider}"
    return Charts(
        (
            Chart(
                title, f"Funnel plot. {line['name']}, {line['period']}. {title}.{wider}", picture.encode(), data, note
            ),
        ),
        "",
    )


def long_chart(about):
    """All points over time on every definition; a line joins only points of one definition, area and kind of period."""
    report = about.report
    rows = points(report, about.row.name)
    rows = rows[(rows["kind"] != "month") & ~rows.index.isin(_runs(about).index) & ~(rows["unit"].isin(TOTALS) & (rows["area_id"] == ENGLAND))]
    rows = rows.drop_duplicates(["series_id", "area_id", "breakdown", "period", "end"], keep="last")
    lines = [(name, line.sort_values("end")) for name, line in rows.groupby(["line", "kind"], sort=False)]
    if (
        len(rows.loc[rows["area_id"] != ENGLAND, ["series_id", "area_id", "breakdown", "kind"]].drop_duplicates()) < 2
        and about.peers
        or len(rows) < 2
    ):
        return Charts((), "")
    drawn = [
        (
            name, [end.year + end.day_of_year / 366 for end in line["end"]], line["number"].tolist(),
            line["area_id"].iloc[0] == ENGLAND,
        )
        for (name, _), line in lines
    ]
    span = range(rows["end"].min().year, rows["end"].max().year + 1)
    picture = drawing.long_lines(
        drawn, [year + 0.25 for year in span], [str(year) for year in span], int(decimal_places(rows["value"]).max())
    )
    title = f"{about.row['name']}: {count(len(rows))} {plural(len(rows), 'figure')} on {count(rows['series_id'].nunique())} {plural(rows['series_id'].nunique(), 'definition')}"
    spoken = "; ".join(f"{row.line} {row.said}" for row in rows.itertuples())
    data = show(findings.in_words(report, rows)[POINTS], f"Figures behind the chart: {title}")
    note = "A line joins figures of one definition and area. The axis need not begin at nought."
    return Charts((Chart(title, f"Line chart. {title}. {spoken}.", picture.encode(), data, note),), "")


def run_charts(about):
    """A run chart of each series by month or quarter, with limits where there are points enough: what moves by more than the usual ups and downs?"""
    rows = _runs(about)
    names = findings.names_of(about.report, rows)
    lines = rows.groupby("line", sort=False)
    return Charts(tuple(_run_chart(about, names[line.index[0]], line) for _, line in lines), "")


def _runs(about):
    """The figures by month or quarter of the area, of lines that have three or more."""
    rows = points(about.report, about.row.name)
    rows = rows[(rows["area_id"] == about.report.area["area_id"]) & rows["kind"].isin(["month", "quarter"])]
    return rows[rows.groupby("line")["number"].transform("size") >= 3]


def _run_chart(about, name, line):
    points, kind, area = limits_table(line), line["kind"].iloc[0], about.report.area["name"]
    stands_out = points[list(_RULES)].any(axis=1)
    counts = points[list(_RULES)].sum()
    told = "; ".join(f"{number} {_RULES[rule]}" for rule, number in counts.items() if number) or f"no {kind} stands out"
    title = f"{name}, {area}, to {points['period_label'].iloc[-1]}: {points['reason'].iloc[0].rstrip('.') or told}"
    places = int(decimal_places(line["value"]).max())
    named = zip(("mean", "lower limit", "upper limit"), points[["centre", "lower", "upper"]].iloc[0])
    levels = [(words, level) for words, level in named if pd.notna(level)]
    picture = drawing.years(
        points.index.tolist(), points["period_label"].tolist(), {"own": (area, points["value"].tolist())}, places,
        levels=levels, marked=set(np.flatnonzero(stands_out)),
    )
    which = join_words([word(words, points[rule]) for rule, words in _RULES.items()])
    said = "; ".join(f"{words} {level:,.{places}f}" for words, level in levels)
    alternative = f"Run chart of {len(points)} {kind}s. {title}. {said[:1].upper()}{said[1:]}{'.' if said else ''}"
    data = show(points[["period_label", "value"]].assign(what_stands_out=which), f"{kind.capitalize()}s behind the chart: {name}")
    note = "Diamonds stand out. Figures that follow the seasons do so each year, which is no change." if levels else ""
    return Chart(title, alternative.strip(), picture.encode(), data, note)


def points(report, indicator):
    """Every known figure of an indicator, on every definition, oldest first.

    Returns
    -------
    Rows of ``known_figures`` with a figure, and ``line`` (definition, area and breakdown in words).
    """
    figures = report.figures
    asked = (figures["indicator_id"] == indicator) & (figures["area_id"] != report.area["region_id"])
    rows = figures[asked & figures["number"].notna()].sort_values(["end", "published"], kind="stable")
    return rows.assign(line=findings.names_of(report, rows) + ", " + rows["area"])


def _rank_words(line):
    if pd.isna(line["rank"]):
        return "no rank"
    tie = f", shared by {count(int(line['rank_ties']))}" if line["rank_ties"] > 1 else ""
    return f"rank {line['rank']:.0f} of {line['rank_of']:.0f} authorities with a figure{tie}"


def _where(value, limits):
    value, row = value.iloc[0], limits.iloc[0]
    if value > row["high_998"] or value < row["low_998"]:
        return "lies outside the 99.8% limits around England"
    if value > row["high_95"] or value < row["low_95"]:
        return "lies between the 95% and 99.8% limits around England"
    return "lies inside the 95% limits around England"
