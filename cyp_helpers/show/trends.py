"""Small charts of each published indicator over the years, beside England and the range of the neighbours."""

import textwrap

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use, neighbour_averages
from cyp_helpers.compare.figures import TOTALS, join_words, word
from cyp_helpers.compare.limits import limits_table
from cyp_helpers.findings import names_of, runs
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.charts import (
    DARK_BLUE,
    DARK_GREY,
    LIGHT_GREY,
    ORANGE,
    Chart,
    Charts,
    add_title,
    draw_plain,
    draw_svg,
    new_figure,
)
from cyp_helpers.show.table import show
from cyp_helpers.show.words import tally

_ACROSS = 2
_LINE = ["series_id", "breakdown"]


def history(report, lines):
    """Every known figure of published lines: of the area, of England, and the range of the neighbours.

    Parameters
    ----------
    lines : rows of ``Report.lines``

    Returns
    -------
    Rows of ``Report.everyone`` of the area with a figure, oldest first for each line, with ``number, value`` (as published),
    ``england, england_value, low, high`` (lowest and highest neighbour), ``low_value, high_value`` and ``neighbours_with_figure``.
    """
    everyone, register = report.everyone, report.register
    everyone = everyone.merge(lines[_LINE].drop_duplicates(), on=_LINE)
    england = everyone[everyone["area_id"] == ENGLAND].set_index("cell")[["number", "value"]]
    near = neighbour_averages(everyone, register, list_in_use(register))
    texts = everyone.drop_duplicates(["cell", "number"]).set_index(["cell", "number"])["value"]
    own = everyone.drop(columns=["low", "high"])[everyone["area_id"] == report.area["area_id"]]
    own = own.join(near[["n", "least", "most"]])
    own = own.join(england.rename(columns={"number": "england", "value": "england_value"}), on="cell")
    own = own.rename(columns={"least": "low", "most": "high", "n": "neighbours_with_figure"})
    for end in ("low", "high"):
        wanted = pd.MultiIndex.from_frame(own[["cell", end]])
        own[f"{end}_value"] = texts.reindex(wanted).set_axis(own.index)
    return own.sort_values(["line", "end"], kind="stable")


def trend_charts(report):
    """Small charts of every published line with three figures or more in one picture; then those by month or quarter."""
    lines = report.lines.drop_duplicates(_LINE)
    lines = lines[~lines["unit"].isin(TOTALS)]  # a total of a county and of England do not go into one picture
    past = history(report, lines).merge(lines[[*_LINE, "name", "unit_heading", "five_years_verdict"]], on=_LINE)
    past = past[past.groupby("name")["number"].transform("size") >= 3]
    if past.empty:
        nothing = "No published indicator of this page has three figures known at the date of the review."
        return Charts(tuple(run_charts(report)), nothing)
    shown = lines[lines["name"].isin(past["name"])]
    panels = [past[past["name"] == name] for name in shown["name"]]
    area, tested = report.area["name"], shown["five_years_evidence"] != ""
    told = tally(shown.loc[tested, "five_years_verdict"], "no trend over five years can be tested")
    title = f"{area} beside England and its neighbours, {len(panels)} indicators: {told}"
    alternative = f"{len(panels)} small line charts. {title}. " + " ".join(_spoken(panel, area) for panel in panels)
    small = Chart(title, alternative, _draw(report, panels, title), _data(panels, area))
    return Charts((small, *run_charts(report)), "")


def _spoken(panel, area):
    first, last = panel.iloc[0], panel.iloc[-1]
    england = f"; England {last['england_value']}" if pd.notna(last["england"]) else ""
    spread = f"; neighbours {last['low_value']} to {last['high_value']}" if last["neighbours_with_figure"] else ""
    return (
        f"{last['name']} ({last['unit_heading']}): {area} {first['value']} in {first['period_label']}, {last['value']} in "
        f"{last['period_label']}{england}{spread}; {last['five_years_verdict']}."
    )


def _data(panels, area):
    names = {"number": area, "england": "England", "low": "Lowest neighbour", "high": "Highest neighbour"}
    texts = {"value": f"{area}_text", **{f"{one}_value": f"{names[one]}_text" for one in ("england", "low", "high")}}
    rows = pd.concat(panels)[["name", "period_label", *names, *texts, "neighbours_with_figure"]].rename(
        columns=names | texts
    )
    return show(rows, "Figures behind the small charts", name="small-charts")


def _draw(report, panels, title):
    from matplotlib.figure import Figure

    down = -(-len(panels) // _ACROSS)
    height = 2.3 * down + 1.1
    figure = Figure(figsize=(8, height))
    # Fixed margins, in inches: working them out would draw every panel twice.
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.75 / height, top=1 - 0.95 / height, hspace=0.6, wspace=0.2)
    grid = figure.subplots(down, _ACROSS, squeeze=False)
    for axes, panel in zip(grid.flat, panels):
        _draw_panel(axes, panel)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    add_title(figure, title)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, [report.area["name"], *labels[1:]], loc="lower left", ncols=3, frameon=False, fontsize=10)
    return draw_svg(figure)


def _draw_panel(axes, panel):
    """One line of figures; a year without a figure leaves a gap."""
    year = panel["end"].dt.year + panel["end"].dt.dayofyear / 366
    gap = np.flatnonzero(np.diff(year) > 1.5) + 1
    at = np.insert(year.to_numpy(), gap, np.nan)
    own, england, low, high = (
        np.insert(panel[column].to_numpy(float), gap, np.nan) for column in ("number", "england", "low", "high")
    )
    axes.plot(at, own, color=DARK_BLUE, linewidth=2, marker="o", markersize=3.5, label="own")
    axes.plot(at, england, color=ORANGE, linewidth=1.5, linestyle="--", label="England")
    axes.fill_between(at, low, high, color=LIGHT_GREY, alpha=0.6, linewidth=0, label="Range of neighbours")
    last = panel.iloc[-1]
    axes.annotate(
        last["value"],
        (year.iloc[-1], last["number"]),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )
    axes.set_xticks(year.iloc[[0, -1]], panel["period_label"].str.replace("academic year ", "").iloc[[0, -1]])
    axes.set_xlim(year.iloc[0] - 0.2, year.iloc[-1] + 0.18 * (year.iloc[-1] - year.iloc[0]) + 0.2)
    top = np.nanmax(panel[["number", "england", "high"]].max())
    bottom = np.nanmin([0, panel["number"].min(), panel["low"].min()])
    axes.set_ylim(bottom, top * 1.15)
    axes.set_title(
        "\n".join(textwrap.wrap(f"{last['name']} ({last['unit_heading']})", 37)),
        fontsize=9.5,
        loc="left",
        color=DARK_GREY,
    )
    axes.locator_params(axis="y", nbins=4)
    draw_plain(axes)


# ---- months and quarters ----

_RULES = {
    "outside": "outside the limits",
    "shift": "in a run of seven on one side of the mean",
    "trend": "in a run of seven that rise or fall",
    "two_of_three": "near a limit with another of three",
}


def run_charts(report):
    """A run chart of each series by month or quarter, with limits where there are points enough: what moves by more than the usual
    ups and downs?"""
    rows = runs(report)
    names = names_of(report, rows)
    return [_run_chart(report, names[line.index[0]], line) for _, line in rows.groupby(_LINE, sort=False)]


def _run_chart(report, name, line):
    points, kind = limits_table(line), line["kind"].iloc[0]
    unit = report.register.table("units").set_index("unit").at[line["unit"].iloc[0], "heading"]
    stands_out = points[list(_RULES)].any(axis=1)
    counts = points[list(_RULES)].sum()
    told = "; ".join(f"{number} {_RULES[rule]}" for rule, number in counts.items() if number) or f"no {kind} stands out"
    told = points["reason"].iloc[0].rstrip(".") or told
    title = f"{name}, {report.area['name']}, to {points['period_label'].iloc[-1]}: {told}"
    centre, lower, upper = points[["centre", "lower", "upper"]].iloc[0]
    limits = "" if pd.isna(centre) else f" Mean {centre:,.3g}, limits {lower:,.3g} to {upper:,.3g}."
    alternative = (
        f"Run chart of {len(points)} {kind}s. {title}.{limits} A diamond marks a {kind} that stands out. "
        "Some figures follow the seasons, such as school holidays, so not every diamond is a change."
    )
    which = join_words([word(words, points[rule]) for rule, words in _RULES.items()])
    data = points[["period_label", "value"]].assign(what_stands_out=which)
    table = show(data, f"{kind.capitalize()}s behind the chart: {name}", name="months")
    return Chart(title, alternative, _draw_run(points, stands_out, title, f"{unit[:1].upper()}{unit[1:]} in the {kind}"), table)


def _draw_run(points, stands_out, title, label):
    figure, axes = new_figure(height=3.2, right=1.4)
    axes.plot(points.index, points["value"], color=DARK_BLUE, marker="o", markersize=3.5, linewidth=1.5)
    axes.scatter(points.index[stands_out], points["value"][stands_out], color=ORANGE, marker="D", s=36, zorder=3)
    for column, style, words in [("centre", "-", "mean"), ("lower", ":", "lower limit"), ("upper", ":", "upper limit")]:
        level = points[column].iloc[0]
        if pd.notna(level):
            axes.axhline(level, color=DARK_GREY, linewidth=1, linestyle=style)
            place = {"xycoords": ("axes fraction", "data"), "xytext": (3, 0), "textcoords": "offset points"}
            axes.annotate(f"{words} {level:,.3g}", (1, level), va="center", fontsize=9, **place)
    axes.set_xticks(points.index[[0, -1]], points["period_label"].iloc[[0, -1]])
    axes.set(ylabel=label)
    add_title(figure, title)
    draw_plain(axes, keep_left=True)
    return draw_svg(figure)
