"""One indicator: its finding and years, all authorities, what it would take, what hangs on a choice, its source."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import pandas as pd

from cyp_helpers.compare.areas import list_in_use, neighbour_averages
from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.compare.judge import verdicts
from cyp_helpers.compare.promise import level_scale, promise_tables, promises
from cyp_helpers.compare.reasons import BETTER
from cyp_helpers.findings import with_page
from cyp_helpers.register.tables import UnknownName, source_titles
from cyp_helpers.show.peers import Peers
from cyp_helpers.show.rows import bare, in_words, short_names
from cyp_helpers.show.views import (  # noqa: F401  what the notebook calls
    POINTS, authorities, funnel_chart, long_chart, pictures, points, run_charts,
)  # fmt: skip
from cyp_helpers.show.wording import Words, count, escape, in_html, plural, stop

_PLACES = ["places", "difference_places", "usual_places", "promise_places"]  # decimals, not shown
VERDICTS = ["comparator", "comparator_value", "difference", "usual", "verdict", "evidence", "promise", "counts",
            "reason", *_PLACES]  # fmt: skip
REACH = ["goal", "goal_figure", "difference", "cases", "places"]
BESIDE = ["area", "value", "value_text", "rank"]
_MONTHS = {"annual": 12, "quarterly": 3, "monthly": 1}  # of the period that an indicator is about, by its frequency
_NEAREST = {"same": 0, "near": 1, "context": 2}
_CHOICES = ["list_of_neighbours", "average", "used_here", "neighbours_with_figure", "value", "difference", "verdict",
            "evidence", "promise"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Indicator:
    """An indicator in a review: ``row`` of the register, ``subjects`` (rows of ``Report.subjects``) and, where it is
    published for all authorities, ``line`` (row of ``Report.lines``) and ``peers``; else both are None."""

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
        """Beside its past, England, region and neighbours: rows of ``Peers.verdicts``; none if not published."""
        return self.peers.verdicts if self.peers else pd.DataFrame(columns=["area_id", *VERDICTS])

    @cached_property
    def reach(self):
        """What it would take to reach others, and the target where that is a figure: rows of ``Peers.reach``."""
        if not self.peers:
            return pd.DataFrame(columns=["area_id", *REACH])
        report, rows = self.report, self.peers.reach
        target = report.comparison.query("comparator == 'target' and target_id != ''")
        mine = target["subject_id"].isin(self.subjects["subject_id"])
        target = target.loc[mine, "comparator_value"].dropna().head(1)
        own = report.area["area_id"]
        if rows.empty or target.empty or own not in self.peers.areas.index:
            return rows
        further = self.peers.to_reach("the target", pd.Series({own: float(target.iloc[0])}), [own])
        return pd.concat([rows, further], ignore_index=True)

    @cached_property
    def beside(self):
        """Figure and rank of the statistical neighbours, closest first."""
        if not self.peers:
            return pd.DataFrame(columns=BESIDE)
        rows = self.peers.areas.reindex(self.peers.neighbours[self.report.area["area_id"]]).reset_index()
        names = self.report.register.look_up(rows["area_id"], "areas", "name")
        return rows.assign(area=names, value_text=rows["text"])[BESIDE]

    @property
    def unit(self):
        """The unit of its figures, in words."""
        return self.report.register.table("units").set_index("unit").at[self.row["unit"], "heading"]

    @property
    def series(self):
        """Every ``series_id`` of which its page shows a figure or a definition."""
        return sorted({*self.subjects["series_id"], *definitions(self.report, self.row.name)["series_id"]})

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
    lines = lines[lines["observation_id"].isin(report.figures.index)]
    lines = lines.sort_values("match", key=lambda match: match.map(_NEAREST), kind="stable")
    if lines.empty:
        return Indicator(report, register.loc[indicator], None, None)
    peers = Peers(report, lines.iloc[0], bare(short_names(report, lines.head(1))).iloc[0])
    return Indicator(report, register.loc[indicator], lines.iloc[0], peers)


# ---- the finding ----


class Finding(str):
    """The heading of an indicator's page, what it counts, and what a page needs to show another authority."""

    _repr_html_ = str.__str__


def finding(about):
    """The finding as a heading, the figure with its place, what the indicator counts and which direction is better."""
    title, lead = _told(about)
    row, reason = about.row, about.row["polarity_reason"]
    better = stop(": ".join(filter(None, [BETTER[row["polarity"]].capitalize(), reason[:1].lower() + reason[1:]])))
    tables = about.verdicts[["area_id", *VERDICTS]], about.reach[["area_id", *REACH]]
    held = about.peers.chooser(*tables) if about.peers else ""
    strong = f'<strong data-field="lead">{in_html(lead)}</strong>.' if lead else ""
    said = " ".join(filter(None, [strong, in_html(stop(row["definition"])), in_html(better)]))
    return Finding(f'<h1 data-field="title">{in_html(title)}</h1>{held}<p>{said}</p>')


def _told(about):
    """Title and lead: of the area beside others where it is published, else of what documents print."""
    own = about.report.area["area_id"]
    if about.peers:
        return about.peers.titles[own], about.peers.lead(own)
    subjects = about.subjects[about.subjects["value"].notna()]
    if subjects.empty:
        known = points(about.report, about.row.name)
        known = known[known["area_id"] == own]
        whole = known["months"] == _MONTHS.get(about.row["frequency"])  # a yearly indicator is not told by a month
        known = known[whole] if whole.any() else known
        newest = f"{known['text'].iloc[-1]} in {known['period_label'].iloc[-1]}" if len(known) else ""
        return f"{about.row['name']}: {newest or 'no figure is known'}", newest
    row = in_words(about.report, subjects.head(1)).iloc[0]
    change = "with nothing to set it beside" if row["change"] == "unknown" else row["change"]
    period = row["period"] if row["period"].startswith("by ") else "in " + row["period"]
    return f"{row['short_name']}: {row['figure']}, {change}", f"{row['figure']} {period}"


def choices(about):
    """The verdict against the neighbours by mean and median, and by each version of the list.

    Returns a DataFrame with ``list_of_neighbours`` (title), ``average, used_here`` (the choice that all pages go by),
    ``neighbours_with_figure, value`` (the average), ``places`` and of the judged pair ``difference, verdict, evidence,
    promise``; a row for each choice that gives an average.

    >>> about = open_indicator(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "re-referrals")
    >>> choices(about).query("used_here")[["average", "verdict"]].to_dict("records")
    [{'average': 'mean', 'verdict': 'worse'}]
    """
    if not about.peers:
        return pd.DataFrame(columns=_CHOICES)
    report, line = about.report, about.line
    every = report.everyone
    figures = every[(every["cell"] == line["cell"]) & every["local"] & every["open_data"]]
    own = figures[figures["area_id"] == report.area["area_id"]]
    label = report.figures.at[line["observation_id"], "figure"]
    judged = report.pairs[(report.pairs["comparator"] == "neighbours") & (report.pairs["figure"] == label)].iloc[0]
    lists = report.register.whole.table("neighbour-lists").set_index("list_id")["title"]
    nearby = report.register.table("neighbours").query("area_id == @report.area['area_id']")["neighbour_id"]
    figures, in_use = pd.concat([own, figures[figures["area_id"].isin(nearby)]]), list_in_use(report.register)
    made = [
        neighbour_averages(figures, report.register, list_id, average).loc[own.index].assign(
            list_of_neighbours=title, average=average, used_here=(list_id, average) == (in_use, "mean"))
        for list_id, title in lists.items() for average in ("mean", "median")
    ]  # fmt: skip
    rows = pd.concat(made, ignore_index=True).query("n > 0")
    number, low, high = own[["number", "low", "high"]].iloc[0]
    rows = rows.assign(
        comparator="neighbours", difference=(number - rows["number"]).round(9), compared=True,
        hidden=(low < rows["high"] - 1e-9) & (high > rows["low"] + 1e-9), year=own["end"].dt.year.iloc[0],
        support=judged["support"], **line[["series_id", "breakdown", "polarity"]],
    )
    rows["score"] = rows["difference"] / level_scale(judged["scale"], rows["n"])
    rows["promise"] = promises(rows, *promise_tables(report.register))["promise"]
    rows = rows.join(verdicts(rows)[["verdict", "evidence"]])
    rows = rows.rename(columns={"n": "neighbours_with_figure", "number": "value"})
    return rows[_CHOICES].assign(places=line["places"])


def notes_on(report, points):
    """Source queries with a high bearing on the points, a sentence each."""
    queries = report.register.table("source-queries")
    queries = queries[(queries["effect"] != "none") & (queries["bearing"] == "high")]
    about = queries["concerns"].str.split().map(lambda ids: not set(points.index).isdisjoint(ids)).astype(bool)
    return tuple(queries["query_id"][about] + ": " + queries["query"][about])


def definitions(report, indicator):
    """The definitions of an indicator that a known document lists or that have a figure.

    Returns rows of ``series`` with ``listed_in``, the documents that use it.

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

    Returns a DataFrame with ``one`` and ``other`` (names), ``comparable`` (yes, no, or in the words of
    ``series_breaks``) and ``why``.

    >>> rows = comparable(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "school-absence")
    >>> rows["comparable"].tolist()
    ['no', 'yes', 'yes']
    """
    names = definitions(report, indicator).set_index("series_id")["name"]
    breaks = report.register.table("series-breaks").set_index(["series_id", "successor_series_id"])
    both_ways = pd.concat([breaks, breaks.swaplevel()])
    pairs = pd.MultiIndex.from_tuples(combinations(names.index, 2), names=["one", "other"])
    known = both_ways[~both_ways.index.duplicated()].reindex(pairs)[["comparable", "what_changed"]]
    why = known["what_changed"].str[:1].str.upper() + known["what_changed"].str[1:] + "."
    why = why.fillna("Two definitions with no step between them.")
    apart = pd.DataFrame({"comparable": known["comparable"].fillna("no"), "why": why})
    like = "One definition; only like periods and like areas are compared."
    itself = pd.DataFrame({"one": names.index, "other": names.index, "comparable": "yes", "why": like})
    rows = pd.concat([apart.reset_index(), itself], ignore_index=True)
    return rows.assign(one=rows["one"].map(names), other=rows["other"].map(names))


def source(about):
    """What the published line counts, why it is the counterpart of the documents' indicator, and which file it is from.

    Returns a DataFrame with ``what`` and ``words``; empty where nothing is published.

    >>> about = open_indicator(cyp.open_review("cypf-2016-18", "2017-18 part 2"), "re-referrals")
    >>> source(about).set_index("what").at["Files", "words"]
    'Children in need, referrals and re-referrals'
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
    return pd.DataFrame(rows.items(), columns=["what", "words"])


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
    used, others = (verdicts[choices["used_here"] == one] for one in (True, False))
    told = [f"{verdict} {count(n)} {plural(n, 'time')}" for verdict, n in others.value_counts().items()]
    here = f"All pages go by the mean of the list in use: {used.iloc[0]}. " if len(used) else ""
    return Words(f"{here}Another choice may say otherwise: {', '.join(told)}. Say which when you quote it.")
