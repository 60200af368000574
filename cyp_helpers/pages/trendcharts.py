"""Small charts of each published indicator over the years, beside England and the range of the neighbours."""

import textwrap

import numpy as np
import pandas as pd

from cyp_helpers import allareas
from cyp_helpers.compare.figures import join_words, word
from cyp_helpers.compare.published import TOTALS
from cyp_helpers.pages.beside import lines_beside
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
from cyp_helpers.show.table import Table, numbers, tidy

_ACROSS = 2


def trend_charts(report):
    """Small charts of every published line with three figures or more in one picture; then those of monthly figures."""
    lines = lines_beside(report).drop_duplicates(["series_id", "breakdown"])
    lines = lines[~lines["unit"].isin(TOTALS)]  # a total of a county and of England do not go into one picture
    headings = report.register.table("units").set_index("unit")["heading"]
    lines = lines.assign(unit=lines["unit"].map(headings))
    past = allareas.history(report).merge(
        lines[["series_id", "breakdown", "name", "unit", "trend_verdict"]], on=["series_id", "breakdown"]
    )
    past = past[past.groupby("name")["own"].transform("count") >= 3]
    if past.empty:
        return Charts((), "No published indicator of this page has three figures known at the date of the review.")
    order = past["name"].drop_duplicates().tolist()
    panels = [past[past["name"] == name] for name in order]
    area = report.area["name"]
    verdicts = lines.loc[lines["name"].isin(order), "trend_verdict"].value_counts()
    told = "; ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    title = f"{area} beside England and its neighbours, {len(order)} indicators: {told}"
    alternative = f"{len(order)} small line charts. {title}. " + " ".join(_spoken(panel, area) for panel in panels)
    small = Chart(title, alternative, _draw(report, panels, title), _data(panels, area))
    return Charts((small, *month_charts(report)), "")


def _spoken(panel, area):
    first, last = panel.iloc[0], panel.iloc[-1]
    england = f"; England {last['england_text']}" if isinstance(last["england_text"], str) else ""
    spread = f"; neighbours {last['low_text']} to {last['high_text']}" if isinstance(last["low_text"], str) else ""
    return (
        f"{last['name']} ({last['unit']}): {area} {first['own_text']} in {first['period_label']}, {last['own_text']} in "
        f"{last['period_label']}{england}{spread}; {last['trend_verdict']}."
    )


def _data(panels, area):
    rows = pd.concat(panels)
    frame = pd.DataFrame(
        {
            "Indicator": rows["name"],
            "Period": rows["period_label"],
            area: numbers(rows["own_text"]),
            "England": numbers(rows["england_text"]),
            "Lowest neighbour": numbers(rows["low_text"]),
            "Highest neighbour": numbers(rows["high_text"]),
            "Neighbours with a figure": numbers(rows["neighbours"].map("{:.0f}".format, na_action="ignore")),
        }
    )
    return Table("Figures behind the small charts", tidy(frame), (), "small-charts")


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
        np.insert(panel[column].to_numpy(float), gap, np.nan) for column in ("own", "england", "low", "high")
    )
    axes.plot(at, own, color=DARK_BLUE, linewidth=2, marker="o", markersize=3.5, label="own")
    axes.plot(at, england, color=ORANGE, linewidth=1.5, linestyle="--", label="England")
    axes.fill_between(at, low, high, color=LIGHT_GREY, alpha=0.6, linewidth=0, label="Range of neighbours")
    last = panel.iloc[-1]
    axes.annotate(
        last["own_text"],
        (year.iloc[-1], last["own"]),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )
    axes.set_xticks(year.iloc[[0, -1]], panel["period_label"].str.replace("academic year ", "").iloc[[0, -1]])
    axes.set_xlim(year.iloc[0] - 0.2, year.iloc[-1] + 0.18 * (year.iloc[-1] - year.iloc[0]) + 0.2)
    top = np.nanmax([panel["own"].max(), panel["england"].max(), panel["high"].max()])
    bottom = np.nanmin([0, panel["own"].min(), panel["low"].min()])
    axes.set_ylim(bottom, top * 1.15)
    axes.set_title(
        "\n".join(textwrap.wrap(f"{last['name']} ({last['unit']})", 44)),
        fontsize=9.5,
        loc="left",
        color=DARK_GREY,
    )
    axes.locator_params(axis="y", nbins=4)
    draw_plain(axes)


# ---- months ----

_RULES = {
    "outside": "outside the limits",
    "shift": "in a run of seven on one side of the mean",
    "trend": "in a run of seven that rise or fall",
    "two_of_three": "near a limit with another of three",
}


def month_charts(report):
    """An XmR chart of each monthly series of the page: what moves by more than the usual ups and downs?

    A series with fewer than 12 months known has no chart, because it has no limits.
    """
    months = allareas.months(report)
    months = months[months["beside_indicator"].isin(report.comparison["indicator_id"])]
    names = report.register.table("series").set_index("series_id")["name"]
    lines = [
        (names[series_id], line) for (series_id, _), line in months.groupby(["series_id", "breakdown"], sort=False)
    ]
    return [
        _month_chart(report, name, line.reset_index(drop=True)) for name, line in lines if (line["reason"] == "").any()
    ]


def _month_chart(report, name, months):
    stands_out = months[list(_RULES)].any(axis=1)
    tally = months[list(_RULES)].sum()
    told = "; ".join(f"{number} {_RULES[rule]}" for rule, number in tally.items() if number) or "no month stands out"
    title = f"{name}, {report.area['name']}, to {months['period_label'].iloc[-1]}: {told}"
    centre, lower, upper = months[["centre", "lower", "upper"]].iloc[0]
    which = join_words([word(words, months[rule]) for rule, words in _RULES.items()])
    data = pd.DataFrame(
        {
            "Month": months["period_label"],
            "Figure": numbers(months["value"].map("{:.0f}".format, na_action="ignore")),
            "What stands out": which,
        }
    )
    alternative = (
        f"XmR chart of {len(months)} months. {title}. Mean {centre:,.0f}, limits {lower:,.0f} to {upper:,.0f}. A diamond marks a "
        "month that stands out. Referrals follow the seasons, such as school holidays, so not every diamond is a change."
    )
    table = Table(f"Months behind the chart: {name}", tidy(data), (), "months")
    return Chart(title, alternative, _draw_months(months, stands_out, title), table)


def _draw_months(months, stands_out, title):
    figure, axes = new_figure(height=3.2, right=1.4)
    axes.plot(months.index, months["value"], color=DARK_BLUE, marker="o", markersize=3.5, linewidth=1.5)
    axes.scatter(months.index[stands_out], months["value"][stands_out], color=ORANGE, marker="D", s=36, zorder=3)
    for column, style, words in [("centre", "-", "mean"), ("lower", ":", "lower limit"), ("upper", ":", "upper limit")]:
        level = months[column].iloc[0]
        axes.axhline(level, color=DARK_GREY, linewidth=1, linestyle=style)
        axes.annotate(
            f"{words} {level:,.0f}",
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    ends = months.index[[0, -1]]
    axes.set_xticks(ends, months["period_label"].iloc[[0, -1]])
    axes.set(ylabel="Number in the month")
    add_title(figure, title)
    draw_plain(axes, keep_left=True)
    return draw_svg(figure)
