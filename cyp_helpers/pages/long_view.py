"""The long view: one indicator and its successors through all plans, broken wherever the definition breaks."""

from itertools import combinations, cycle

import numpy as np
import pandas as pd

from cyp_helpers.findings import in_words, names_of
from cyp_helpers.register.tables import ENGLAND, UnknownName
from cyp_helpers.show.charts import (
    DARK_BLUE,
    DARK_GREY,
    ORANGE,
    TURQUOISE,
    Chart,
    add_title,
    draw_plain,
    draw_svg,
    new_figure,
    tell_dates,
)
from cyp_helpers.show.columns import WORDS
from cyp_helpers.show.sentences import paragraph, say
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import Words, bold, day, escape, stop

POINTS = [
    "line",
    "value",
    "value_text",
    "marks",
    "period_label",
    "document",
    "locator",
]  # what a table tells of each point
_ITSELF = "One definition; only like periods and like areas are compared."
_SHORT_LINE = 4  # points
_LOOKS = [(DARK_BLUE, "o"), (TURQUOISE, "^"), ("#801650", "D"), ("#A285D1", "v"), (DARK_GREY, "P")]


def families(report):
    """Indicators of a plan that have a past on paper: figures of the area or its parts from more than one document.

    The years of the others are on the pages of the priorities; the notebook can be run for any indicator by hand.

    Returns
    -------
    list of ``indicator_id``, in the order in which the plan lists them.
    """
    listed = report.register.table("plan-indicators")
    listed = listed[(listed["series_id"] != "") & (listed["plan_id"] == report.plan["plan_id"])]
    of_plan = (
        listed["series_id"]
        .map(report.register.table("series").set_index("series_id")["indicator_id"])
        .drop_duplicates()
    )
    own = report.document_figures
    own = own[own["number"].notna() & (own["area_id"] != ENGLAND)]
    documents = own.groupby("indicator_id")["source_id"].nunique()
    return [one for one in of_plan if documents.get(one, 0) > 1]


def links(report):
    """Links to the long views of a review."""
    names = report.register.table("indicators").set_index("indicator_id")["name"]
    lines = [f"- [Long view: {escape(names[one])}](long-view-{one}.html)" for one in families(report)]
    return Words("\n".join(lines) or "No indicator of this plan has figures from more than one document.")


def points(report, indicator):
    """Every known figure of an indicator, on every definition, oldest first.

    Raises UnknownName with the indicators that have a long view where ``indicator`` has none.

    Returns
    -------
    Rows of ``known_figures`` with a figure, and ``line`` (definition, area and breakdown in words).
    """
    if indicator not in set(report.register.table("indicators")["indicator_id"]):
        raise UnknownName(f"Unknown indicator: {indicator!r}. With a long view: {', '.join(families(report))}.")
    figures = report.figures[report.figures["area_id"] != report.area["region_id"]]
    rows = figures[(figures["indicator_id"] == indicator) & figures["number"].notna()].sort_values(
        ["end", "published"], kind="stable"
    )
    return rows.assign(line=names_of(report, rows) + ", " + rows["area"])


def long_chart(report, indicator):
    """All points over time; a line joins only points of one definition, area and kind of period."""
    rows = points(report, indicator)
    rows = rows.drop_duplicates(["series_id", "area_id", "breakdown", "period"], keep="last")
    lines = [line for _, line in rows.groupby(["series_id", "area_id", "breakdown"], sort=False)]
    own = [line for line in lines if line["area_id"].iloc[0] != ENGLAND]
    england = rows[rows["area_id"] == ENGLAND]
    words = 0.2 * (len(own) + 1)
    figure, axes = new_figure(height=3.6 + words, bottom=0.4 + words)
    for line, (colour, marker) in zip(own, cycle(_LOOKS)):
        _draw_line(axes, line, line["line"].iloc[0], colour, marker, "-")
        _tell_figures(axes, _labelled(line), england)
    for line in lines:
        if line["area_id"].iloc[0] == ENGLAND:
            _draw_line(axes, line, "England", ORANGE, "s", "--")
    if len(rows):
        _frame(axes, rows, report.register.table("units").set_index("unit").at[rows["unit"].iloc[0], "heading"])
    draw_plain(axes, keep_left=True)
    name = report.register.table("indicators").set_index("indicator_id").at[indicator, "name"]
    title = say("points_title", len(rows), name=name, definitions=say("definitions", rows["series_id"].nunique()))
    add_title(figure, title)
    spoken = "; ".join(f"{row.line} {row.said}" for row in rows.itertuples())
    return Chart(
        title,
        f"Line chart, broken wherever the definition changes; a hollow point has no printed period. {title}. {spoken}.",
        draw_svg(figure),
        show(in_words(report, rows)[POINTS], f"Figures behind the chart: {name}"),
    )


def _draw_line(axes, line, name, colour, marker, style):
    """One definition in one area: full points with a printed period, joined, and hollow ones without."""
    dated, undated = line[line["dated"]], line[~line["dated"]]
    look = {"color": colour, "marker": marker, "markersize": 5.5, "zorder": 2 if name == "England" else 3}
    axes.plot(dated["end"], dated["number"], linewidth=1.5, linestyle=style, label=name, **look)
    axes.plot(undated["end"], undated["number"], linestyle="none", markerfacecolor="white", **look)


def _tell_figures(axes, line, england):
    """Figures above their points, or below where England's stands above."""
    beside = england[england["series_id"] == line["series_id"].iloc[0]].groupby("end")["number"].max()
    below = line["number"] <= line["end"].map(beside)
    for row in line.assign(offset=np.where(below, -14, 6)).itertuples():
        text = f"{row.value} {row.marks}".strip()
        place = {"xytext": (0, row.offset), "textcoords": "offset points", "ha": "center"}
        axes.annotate(text, (row.end, row.number), fontsize=9, zorder=4, **place)


def _frame(axes, rows, heading):
    """The axis from zero, time with room on both sides, and what each line is below."""
    room = max((rows["end"].max() - rows["end"].min()) * 0.08, pd.Timedelta(days=200))
    axes.set_xlim(rows["end"].min() - room, rows["end"].max() + room)
    axes.set_ylim(0, rows["number"].max() * 1.25)
    axes.set(ylabel=heading[:1].upper() + heading[1:])
    tell_dates(axes)
    handles, labels = axes.get_legend_handles_labels()
    each = dict(zip(labels, handles))
    axes.legend(each.values(), each, loc="upper left", bbox_to_anchor=(-0.02, -0.1), frameon=False, fontsize=9.5)


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


def read_long_view(report, indicator):
    """How many figures are known, on how many definitions, from when to when."""
    rows = points(report, indicator)
    own = rows[rows["area_id"] != ENGLAND]
    ends = (rows if own.empty else own)["said"].map(escape)
    definitions = rows["series_id"].nunique()
    told = say(
        "points", len(rows), day=day(report.as_at), definitions=say("definitions", definitions), span=_span(ends)
    )
    return paragraph(told, say("not_across", definitions), say("undated_points", (~rows["dated"]).sum()))


def name_of(report, indicator):
    """The indicator in bold, with what it counts and which direction is better."""
    row = report.register.table("indicators").set_index("indicator_id").loc[indicator]
    better = WORDS["polarity"][row["polarity"]].capitalize()
    reason = escape(row["polarity_reason"][:1].lower() + row["polarity_reason"][1:])
    return Words(f"{bold(stop(row['name']))} {escape(stop(row['definition']))} {better}: {stop(reason)}")


# ---- parts ----


def _span(said):
    """ "from 51.4% in 2015/16 to 45.5% in 2016/17"; of one figure, or of one told twice, the figure."""
    ends = list(dict.fromkeys(said.iloc[[0, -1]])) if len(said) else [""]
    return ends[0] if len(ends) == 1 else f"from {ends[0]} to {ends[1]}"


def _labelled(line):
    """The points that carry their figure: all of a short line, the first and last of a long one."""
    return line if len(line) <= _SHORT_LINE else line.iloc[[0, -1]]
