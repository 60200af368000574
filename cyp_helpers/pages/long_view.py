"""The long view: one indicator and its successors through all plans, broken wherever the definition breaks."""

from dataclasses import replace
from itertools import combinations, cycle

import numpy as np
import pandas as pd

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
from cyp_helpers.show.table import Table, numbers, tidy
from cyp_helpers.show.wording import Words, count, day, plural, sentence_count

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
    lines = [f"- [Long view: {names[one]}](long-view-{one}.html)" for one in families(report)]
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
    series = report.register.table("series").set_index("series_id")["name"]
    areas = report.register.table("areas").set_index("area_id")["name"]
    part = (", " + rows["breakdown"]).where(rows["breakdown"] != "all", "")
    return rows.assign(
        line=rows["series_id"].map(series) + part + ", " + rows["area_id"].map(areas), area=rows["area_id"].map(areas)
    )


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
    definitions = rows["series_id"].nunique()
    title = (
        f"{_name_of(report, indicator)}: {count(len(rows))} {plural(len(rows), 'figure')} on {count(definitions)} "
        f"{plural(definitions, 'definition')}"
    )
    add_title(figure, title)
    spoken = "; ".join(f"{row.line} {row.said}" for row in rows.itertuples())
    return Chart(
        title,
        f"Line chart, broken wherever the definition changes; a hollow point has no printed period. {title}. {spoken}.",
        draw_svg(figure),
        replace(points_table(report, indicator), caption=f"Figures behind the chart: {_name_of(report, indicator)}"),
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


def points_table(report, indicator):
    """Each point with its source; below it the source queries with a high bearing."""
    rows = points(report, indicator)
    queries = report.register.table("source-queries")
    queries = queries[(queries["effect"] != "none") & (queries["bearing"] == "high")]
    about = queries["concerns"].str.split().map(lambda ids: bool(set(ids) & set(rows.index))).astype(bool)
    notes = tuple(queries["query_id"][about] + ": " + queries["query"][about])
    return Table(
        f"Every figure known: {_name_of(report, indicator)}",
        tidy(
            pd.DataFrame(
                {
                    "Definition": rows["line"],
                    "Figure": numbers(rows["value"]),
                    "Marks": rows["marks"],
                    "Period": rows["period_label"],
                    "Document": rows["source_id"],
                    "Place": rows["locator"],
                }
            )
        ),
        notes,
        "points",
    )


def definitions_table(report, indicator):
    """The definitions of an indicator, and which document uses which."""
    series = _definitions(report, indicator)
    listed = report.register.table("plan-indicators")
    used = listed.groupby("series_id")["source_id"].agg(lambda ids: ", ".join(dict.fromkeys(ids)))
    return Table(
        "The definitions, and who uses them",
        tidy(
            pd.DataFrame(
                {
                    "Name": series["name"],
                    "Definition": series["definition"],
                    "Listed in": series["series_id"].map(used).astype("str").fillna("no document known at this date"),
                }
            )
        ),
        (),
        "definitions",
    )


def comparable_table(report, indicator):
    """What may be compared with what, and why not."""
    series = _definitions(report, indicator).set_index("series_id")["name"]
    breaks = report.register.table("series-breaks").set_index(["series_id", "successor_series_id"])
    rows = [_pair(one, other, series, breaks) for one, other in combinations(series.index, 2)]
    rows += [
        {
            "One": name,
            "Other": name,
            "May they be compared": "yes",
            "Why": "One definition; only like periods and like areas are compared.",
        }
        for name in series
    ]
    return Table("What may be compared with what", pd.DataFrame(rows), (), "comparable")


def read_long_view(report, indicator):
    """How many figures are known, on how many definitions, from when to when."""
    rows = points(report, indicator)
    if rows.empty:
        return Words("No figure is known for this indicator at the date of the review.")
    own = rows[rows["area_id"] != ENGLAND]
    own = rows if own.empty else own
    undated = (~rows["dated"]).sum()
    definitions = rows["series_id"].nunique()
    text = f"{sentence_count(len(rows))} {plural(len(rows), 'figure is', 'figures are')} known as at {day(report.as_at)}, on {count(definitions)} {plural(definitions, 'definition')}, from {own['said'].iloc[0]} to {own['said'].iloc[-1]}."
    if definitions > 1:
        text += " Figures on different definitions stand in one picture and are not compared."
    if undated:
        text += f" {sentence_count(undated)} {plural(undated, 'has', 'have')} no printed period and {plural(undated, 'stands', 'stand')} at the date of the document."
    return Words(text)


def name_of(report, indicator):
    """The indicator in bold, with what it counts and which direction is better."""
    row = report.register.table("indicators").set_index("indicator_id").loc[indicator]
    better = {
        "higher": "Higher is better",
        "lower": "Lower is better",
        "none": "Neither direction is better in itself",
    }[row["polarity"]]
    return Words(
        f"**{row['name']}.** {row['definition']}. {better}: {row['polarity_reason'][:1].lower() + row['polarity_reason'][1:]}."
    )


# ---- parts ----


def _definitions(report, indicator):
    """The series of an indicator that a known document lists or that have a figure."""
    series = report.register.table("series")
    listed = report.register.table("plan-indicators")
    listed = listed["series_id"]
    used = series["series_id"].isin(listed) | series["series_id"].isin(points(report, indicator)["series_id"])
    return series[(series["indicator_id"] == indicator) & used]


def _labelled(line):
    """The points that carry their figure: all of a short line, the first and last of a long one."""
    return line if len(line) <= _SHORT_LINE else line.iloc[[0, -1]]


def _pair(one, other, series, breaks):
    for first, second in ((one, other), (other, one)):
        if (first, second) in breaks.index:
            row = breaks.loc[(first, second)]
            return {
                "One": series[first],
                "Other": series[second],
                "May they be compared": row["comparable"],
                "Why": row["what_changed"][:1].upper() + row["what_changed"][1:] + ".",
            }
    return {
        "One": series[one],
        "Other": series[other],
        "May they be compared": "no",
        "Why": "Two definitions with no step between them.",
    }


def _name_of(report, indicator):
    return report.register.table("indicators").set_index("indicator_id").at[indicator, "name"]
