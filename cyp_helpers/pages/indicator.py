"""One indicator: its finding, its years, all authorities, what it would take, what hangs on a choice, and where it comes from."""

import html
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import neighbour_averages
from cyp_helpers.compare.figures import PER, TOTALS, join_words, word
from cyp_helpers.compare.judge import promise_tables, verdicts
from cyp_helpers.compare.limits import limits_table
from cyp_helpers.compare.promise import level_scale, promises
from cyp_helpers import findings
from cyp_helpers.findings import names_of, with_page
from cyp_helpers.register.tables import ENGLAND, UnknownName, decimal_places, source_titles
from cyp_helpers.show import drawing
from cyp_helpers.show.charts import Chart, Charts
from cyp_helpers.show.columns import WORDS
from cyp_helpers.show.peers import Peers
from cyp_helpers.show.rows import bare, in_words, short_names
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import Words, clean, count, escape, plural, stop

POINTS = [
    "line",
    "value",
    "value_text",
    "marks",
    "period_label",
    "document",
    "locator",
]  # what a table tells of each point
_PLACES = ["places", "difference_places", "usual_places", "promise_places"]  # decimals, not shown
VERDICTS = [
    "comparator",
    "comparator_value",
    "difference",
    "usual",
    "verdict",
    "evidence",
    "promise",
    "counts",
    "reason",
    *_PLACES,
]
REACH = ["goal", "goal_figure", "difference", "cases", "places"]
BESIDE = ["area", "value_text", "rank"]
_ITSELF = "One definition; only like periods and like areas are compared."
_RULES = {
    "outside": "outside the limits",
    "shift": "in a run of seven on one side of the mean",
    "trend": "in a run of seven that rise or fall",
    "two_of_three": "near a limit with another of three",
}
_NOTHING = "No figures of other authorities are published for this indicator."


@dataclass(frozen=True, eq=False)
class Indicator:
    """An indicator in a review: ``row`` of the register, ``subjects`` (rows of ``Report.subjects``) and, where it is published for all
    authorities, ``line`` (row of ``Report.lines``) and ``peers``; else both are None."""

    report: object
    row: pd.Series
    line: pd.Series | None
    peers: Peers | None

    @cached_property
    def subjects(self):
        rows = self.report.subjects
        return rows[rows["indicator_id"] == self.row.name].drop_duplicates("subject_id")

    @cached_property
    def verdicts(self):
        """The area beside its past, England, region and neighbours: rows of ``Peers.verdicts``; none where it is not published."""
        return self.peers.verdicts if self.peers else pd.DataFrame(columns=["area_id", *VERDICTS])

    @cached_property
    def reach(self):
        """What it would take to reach England, the neighbours, the best quarter, and the target where that is a figure: rows of ``Peers.reach``."""
        if not self.peers:
            return pd.DataFrame(columns=["area_id", *REACH])
        report, rows = self.report, self.peers.reach
        target = report.comparison.query("comparator == 'target' and target_id != ''")
        target = target[
            target["subject_id"].isin(self.subjects["subject_id"]) & target["comparator_value"].notna()
        ].head(1)
        if rows.empty or target.empty or report.area["area_id"] not in self.peers.areas.index:
            return rows
        own = report.area["area_id"]
        return pd.concat(
            [
                rows,
                self.peers.to_reach("the target", pd.Series({own: float(target["comparator_value"].iloc[0])}), [own]),
            ],
            ignore_index=True,
        )

    @cached_property
    def beside(self):
        """Figure and rank of the statistical neighbours, closest first."""
        return self.peers.beside(self.report.area["area_id"], BESIDE) if self.peers else pd.DataFrame(columns=BESIDE)

    @property
    def unit(self):
        """The unit of its figures, in words."""
        return self.report.register.table("units").set_index("unit").at[self.row["unit"], "heading"]

    @property
    def series(self):
        """``series_id`` of the published line, or '' where there is none."""
        return "" if self.line is None else self.line["series_id"]

    @property
    def others(self):
        """The other published lines of the indicator: rows of ``Report.lines``."""
        rows = self.report.lines
        rows = rows[rows["indicator_id"] == self.row.name].drop_duplicates(["series_id", "breakdown"])
        return rows[rows.index != self.line.name] if self.line is not None else rows


def open_indicator(report, indicator):
    """An indicator of a plan, with the published line that is nearest to the documents' definition.

    Raises UnknownName with the indicators that have a page.

    >>> open_indicator(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "re-referrals").line["series_id"]
    're-referrals'
    """
    register = report.register.table("indicators").set_index("indicator_id")
    if indicator not in register.index:
        raise UnknownName(f"Unknown indicator: {indicator!r}. With a page: {', '.join(with_page(report))}.")
    lines = report.lines[(report.lines["indicator_id"] == indicator) & ~report.lines["unit"].isin(TOTALS)]
    lines = lines[lines["observation_id"].isin(report.figures.index)].sort_values(
        "match", key=lambda match: match.map({"same": 0, "near": 1, "context": 2}), kind="stable"
    )
    if lines.empty:
        return Indicator(report, register.loc[indicator], None, None)
    line = lines.iloc[0]
    return Indicator(
        report, register.loc[indicator], line, Peers(report, line, bare(short_names(report, lines.head(1))).iloc[0])
    )


# ---- the finding ----


class Finding(str):
    """The heading of an indicator's page, what it counts, and what a page needs to show another authority."""

    def _repr_html_(self):
        return str(self)


def finding(about):
    """The finding as a heading, the figure with its place, what the indicator counts and which direction is better."""
    title, lead = _told(about)
    row = about.row
    reason = row["polarity_reason"][:1].lower() + row["polarity_reason"][1:]
    better = f"{WORDS['polarity'][row['polarity']].capitalize()}: {stop(reason)}"
    held = about.peers.chooser(VERDICTS, REACH) if about.peers else ""
    said = [
        f'<strong data-field="lead">{_safe(lead)}</strong>.' if lead else "",
        _safe(stop(row["definition"])),
        _safe(better),
    ]
    return Finding(f'<h1 data-field="title">{_safe(title)}</h1>{held}<p>{" ".join(filter(None, said))}</p>')


def _told(about):
    """Title and lead: of the area beside others where it is published, else of what documents print."""
    own = about.report.area["area_id"]
    if about.peers:
        return about.peers.title(own), about.peers.lead(own)
    subjects = about.subjects[about.subjects["value"].notna()]
    known = points(about.report, about.row.name)
    known = known[known["area_id"] == own]
    if subjects.empty:
        newest = f"{known['text'].iloc[-1]} in {known['period_label'].iloc[-1]}" if len(known) else ""
        return f"{about.row['name']}: {newest or 'no figure is known'}", newest
    rows = in_words(about.report, subjects.head(1))
    row = rows.iloc[0]
    change = {"unknown": "with nothing to set it beside"}.get(row["change"], row["change"])
    return (
        f"{row['short_name']}: {row['figure']}, {change}",
        f"{row['figure']} {row['period'] if row['period'].startswith('by ') else 'in ' + row['period']}",
    )


# ---- pictures ----


def pictures(about):
    """The years beside England, region and neighbours, and all authorities for the newest."""
    return Charts((_over_years(about), _among_all(about)), "") if about.peers else Charts((), _NOTHING)


def _over_years(about):
    peers, report = about.peers, about.report
    own, years = report.area["area_id"], peers.years
    near = years.reindex(peers.neighbours(own)).mean()
    names = {
        "own": report.area["name"],
        "England": "England",
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
    times = [end.year + end.dayofyear / 366 for end in years.columns]
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
        title,
        f"Line chart. {title}. {spoken}.",
        picture.encode(),
        show(data, f"Figures behind the chart: {title}"),
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
        ["this review", "neighbour", "England"],
        "",
    )
    rows = rows.assign(
        value_text=rows["value"],
        value=rows["number"],
        which=which,
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


def overdispersion(rows, average, unit):
    """How many times as much as independent children would authorities vary around England: the mean of squared scores, a tenth at
    each end drawn in, and at least 1 (Spiegelhalter, Quality and Safety in Health Care 2005).

    >>> same = pd.DataFrame({"numerator": [50, 50, 50], "denominator": [100, 100, 100]})
    >>> overdispersion(same, 50.0, "percent")
    1.0
    """
    share = average / PER[unit]
    variance = share * (1 - share) if unit == "percent" else share
    scores = (rows["numerator"] / rows["denominator"] - share) / np.sqrt(variance / rows["denominator"])
    drawn_in = scores.clip(scores.quantile(0.1), scores.quantile(0.9))
    return max(float((drawn_in**2).mean()), 1.0)


def funnel_limits(denominator, average, unit, spread=1.0):
    """Limits around an average: what a figure would keep to 95% and 99.8% of the time if authorities varied as they do.

    Exact binomial (percentages) and Poisson (rates) quantiles where nothing but chance is at work, and as many times as far from the
    average as the root of ``spread`` (Spiegelhalter, Statistics in Medicine 2005).

    Parameters
    ----------
    denominator : Series of counts
    average : the figure of England, in the unit
    spread : of ``overdispersion``

    Returns
    -------
    DataFrame with ``low_95, high_95, low_998, high_998`` in the unit, indexed as ``denominator``.
    """
    from scipy.stats import binom, poisson

    share = average / PER[unit]
    quantile = (
        (lambda p: binom.ppf(p, denominator, share))
        if unit == "percent"
        else (lambda p: poisson.ppf(p, denominator * share))
    )
    tails = {"low_95": 0.025, "high_95": 0.975, "low_998": 0.001, "high_998": 0.999}
    limits = pd.DataFrame(
        {name: PER[unit] * quantile(p) / denominator for name, p in tails.items()}, index=denominator.index
    )
    return (average + (limits - average) * np.sqrt(spread)).clip(lower=0)


def choices(about):
    """The verdict against the neighbours by mean and median, and by each version of the list.

    Returns
    -------
    DataFrame with ``list_of_neighbours`` (title), ``average, neighbours_with_figure, value`` (the average), ``places`` and
    of the judged pair ``difference, verdict, evidence``; one row for each choice that gives an average.
    """
    if not about.peers:
        return pd.DataFrame(columns=_CHOICES)
    report, line = about.report, about.line
    figures = report.everyone[(report.everyone["cell"] == line["cell"]) & report.everyone["local"]]
    own = figures[figures["area_id"] == report.area["area_id"]]
    label = report.figures.at[line["observation_id"], "figure"]
    judged = report.pairs[(report.pairs["comparator"] == "neighbours") & (report.pairs["figure"] == label)].iloc[0]
    lists = report.register.whole.table("neighbour-lists").set_index("list_id")["title"]
    made = [
        neighbour_averages(figures, report.register, list_id, average)
        .loc[own.index]
        .assign(list_of_neighbours=title, average=average)
        for list_id, title in lists.items()
        for average in ("mean", "median")
    ]
    rows = pd.concat(made, ignore_index=True).query("n > 0")
    number, low, high = own[["number", "low", "high"]].iloc[0]
    rows = rows.assign(
        comparator="neighbours", polarity=line["polarity"], difference=(number - rows["number"]).round(9), compared=True,
        hidden=(low < rows["high"] - 1e-9) & (high > rows["low"] + 1e-9), year=own["end"].dt.year.iloc[0],
        series_id=line["series_id"], breakdown=line["breakdown"], support=judged["support"],
    )  # fmt: skip
    rows["score"] = rows["difference"] / level_scale(judged["scale"], rows["n"])
    rows["promise"] = promises(rows, *promise_tables(report.register))["promise"]
    rows = rows.rename(columns={"n": "neighbours_with_figure", "number": "value"}).join(
        verdicts(rows)[["verdict", "evidence"]]
    )
    return rows[_CHOICES].assign(places=line["places"])


_CHOICES = [
    "list_of_neighbours",
    "average",
    "neighbours_with_figure",
    "value",
    "difference",
    "verdict",
    "evidence",
    "promise",
]


def long_chart(about):
    """All points over time on every definition; a line joins only points of one definition, area and kind of period."""
    report = about.report
    rows = points(report, about.row.name)
    rows = rows[(rows["kind"] != "month") & ~(rows["unit"].isin(TOTALS) & (rows["area_id"] == ENGLAND))]
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
            name,
            [end.year + end.dayofyear / 366 for end in line["end"]],
            line["number"].tolist(),
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


def month_charts(about):
    """An XmR chart of each monthly series: what moves by more than the usual ups and downs? Without 12 months there are no limits and no chart."""
    report = about.report
    rows = report.everyone[
        (report.everyone["area_id"] == report.area["area_id"]) & (report.everyone["kind"] == "month")
    ]
    rows = rows[rows["indicator_id"] == about.row.name]
    tables = [(line, limits_table(each)) for line, each in rows.groupby("line", sort=False)]
    names = report.register.table("series").set_index("series_id")["name"]
    series = rows.drop_duplicates("line").set_index("line")["series_id"].map(names)
    return Charts(
        tuple(_month_chart(report, series[line], months) for line, months in tables if (months["reason"] == "").any()),
        "",
    )


def _month_chart(report, name, months):
    stands_out = months[list(_RULES)].any(axis=1)
    counts = months[list(_RULES)].sum()
    told = "; ".join(f"{number} {_RULES[rule]}" for rule, number in counts.items() if number) or "no month stands out"
    title = f"{name}, {report.area['name']}, to {months['period_label'].iloc[-1]}: {told}"
    centre, lower, upper = months[["centre", "lower", "upper"]].iloc[0]
    levels = [("mean", centre), ("lower limit", lower), ("upper limit", upper)]
    picture = drawing.years(
        months.index.tolist(),
        months["period_label"].tolist(),
        {"own": (report.area["name"], months["value"].tolist())},
        0,
        levels=levels,
        marked=set(np.flatnonzero(stands_out)),
    )
    which = join_words([word(words, months[rule]) for rule, words in _RULES.items()])
    alternative = (
        f"Run chart of {len(months)} months. {title}. Mean {centre:,.0f}, limits {lower:,.0f} to {upper:,.0f}."
    )
    data = show(months[["period_label", "value"]].assign(what_stands_out=which), f"Months behind the chart: {name}")
    note = "Diamonds stand out. Figures that follow the seasons do so each year, which is no change."
    return Chart(title, alternative, picture.encode(), data, note)


def points(report, indicator):
    """Every known figure of an indicator, on every definition, oldest first.

    Returns
    -------
    Rows of ``known_figures`` with a figure, and ``line`` (definition, area and breakdown in words).
    """
    figures = report.figures[report.figures["area_id"] != report.area["region_id"]]
    rows = figures[(figures["indicator_id"] == indicator) & figures["number"].notna()].sort_values(
        ["end", "published"], kind="stable"
    )
    return rows.assign(line=names_of(report, rows) + ", " + rows["area"])


def notes_on(report, points):
    """Source queries with a high bearing on the points, a sentence each."""
    queries = report.register.table("source-queries")
    queries = queries[(queries["effect"] != "none") & (queries["bearing"] == "high")]
    about = queries["concerns"].str.split().map(lambda ids: not set(points.index).isdisjoint(ids)).astype(bool)
    return tuple(queries["query_id"][about] + ": " + queries["query"][about])


def definitions(report, indicator):
    """The definitions of an indicator that a known document lists or that have a figure.

    Returns
    -------
    Rows of ``series`` with ``listed_in``, the documents that use it.

    >>> definitions(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "school-absence")["series_id"].tolist()
    ['school-absence-basis-not-printed', 'school-absence-6-half-terms']
    """
    series, listed = (report.register.table(name) for name in ("series", "plan-indicators"))
    used = series["series_id"].isin({*listed["series_id"], *points(report, indicator)["series_id"]})
    documents = listed.groupby("series_id")["source_id"].agg(lambda ids: ", ".join(dict.fromkeys(ids)))
    told = series["series_id"].map(documents).astype("str").fillna("no document known at this date")
    return series.assign(listed_in=told)[(series["indicator_id"] == indicator) & used]


def comparable(report, indicator):
    """Each pair of definitions of an indicator, whether their figures may be compared, and why; last each with itself.

    Returns
    -------
    DataFrame with ``one`` and ``other`` (names), ``comparable`` (yes, no, or in the words of ``series_breaks``) and ``why``.
    """
    names = definitions(report, indicator).set_index("series_id")["name"]
    breaks = report.register.table("series-breaks").set_index(["series_id", "successor_series_id"])
    both_ways = pd.concat([breaks, breaks.swaplevel()])
    pairs = pd.MultiIndex.from_tuples(combinations(names.index, 2), names=["one", "other"])
    known = both_ways[~both_ways.index.duplicated()].reindex(pairs)[["comparable", "what_changed"]]
    why = known["what_changed"].str[:1].str.upper() + known["what_changed"].str[1:] + "."
    apart = known.assign(
        comparable=known["comparable"].fillna("no"), why=why.fillna("Two definitions with no step between them.")
    )
    itself = pd.DataFrame({"one": names.index, "other": names.index, "comparable": "yes", "why": _ITSELF})
    rows = pd.concat([apart.drop(columns="what_changed").reset_index(), itself], ignore_index=True)
    return rows.assign(one=rows["one"].map(names), other=rows["other"].map(names))


def source(about):
    """What the published line counts, why it is the counterpart of the documents' indicator, and which file it is from.

    Returns
    -------
    DataFrame with ``what`` and ``words``; empty where nothing is published.
    """
    report, line = about.report, about.line
    if line is None:
        return pd.DataFrame(columns=["what", "words"])
    register, series = report.register, line["series_id"]
    measures = register.table("published-measures")
    measures = measures[(measures["series_id"] == series) & (measures["breakdown"] == line["breakdown"])]
    titles = source_titles(register)
    used = report.figures[(report.figures["series_id"] == series) & report.figures["open_data"]]
    rows = {
        "Why it belongs to the indicator": " ".join(dict.fromkeys(measures["reason"])),
        "What differs from the documents": line["differs"] or "nothing that is known",
        "Measure in the published file": "; ".join(dict.fromkeys(measures["dataset"] + ": " + measures["measure"])),
        "Files": "; ".join(titles[one] for one in sorted(used["source_id"].unique())),
    }
    return pd.DataFrame({"what": list(rows), "words": list(rows.values())})


def read_record(about):
    """How verdicts of this kind on this indicator have held so far."""
    return Words(escape(about.peers.record()) if about.peers else "")


def read_choices(choices):
    """Whether the verdict hangs on the average or the list."""
    verdicts = choices["verdict"]
    if verdicts.empty:
        return Words("")
    if verdicts.nunique() == 1:
        return Words(f"The verdict is the same all {count(len(verdicts))} ways: {verdicts.iloc[0]}.")
    told = ", ".join(
        f"{verdict} {count(number)} {plural(number, 'time')}" for verdict, number in verdicts.value_counts().items()
    )
    return Words(f"The verdict hangs on the choice: {told}. It should not be quoted without saying which.")


# ---- parts ----


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


def _safe(text):
    return html.escape(clean(text))
