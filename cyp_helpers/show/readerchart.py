"""A chart of the reader's own: lines over periods, or bars of areas at one period, of any selection of figures."""

from itertools import cycle

import numpy as np

from cyp_helpers.compare.figures import format_places, has_status
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.charts import (
    DARK_BLUE, DARK_GREY, LIGHT_GREY, ORANGE, TURQUOISE, Chart, add_title, draw_plain, draw_svg, new_figure, tell_dates,
)
from cyp_helpers.show.wording import capital, how_many, join

MOST_BARS, MOST_TOLD = 60, 6  # bars that fit a page; lines that can be told apart
_NEEDED = "series_id name breakdown unit polarity area_id area period period_label value places".split()
_LOOKS = [(DARK_BLUE, "o"), (TURQUOISE, "^"), ("#801650", "D"), ("#A285D1", "v"), (DARK_GREY, "P")]
_WIDE = {"percent": "%", "percentage points": " percentage points"}


def chart(frame, caption=""):
    """A picture of figures of one indicator: bars of areas where they are of one period, else lines over periods.

    Parameters
    ----------
    frame : DataFrame, a selection of ``figures`` or ``compare``, such as ``rows.query("series_id == 're-referrals'")``
    caption : str, the chart's title; where it is left out, the lowest and highest figure

    Returns
    -------
    Chart that shows itself in a notebook, with an alternative text worked out from the figures and the figures behind
    it; ``.data`` is the very frame that was given. Figures whose period is not printed, or without a number, are not
    drawn. A line is broken where a year is missing or the publisher marks a break.

    Raises
    ------
    ValueError where there is nothing to draw, figures of more than one indicator or group, more areas than fit a page.

    >>> rows = cyp.figures(cyp.load_register(), as_at="2018-03-31", areas="East Midlands", series="re-referrals")
    >>> cyp.chart(rows[rows["year"] == "2016/17"]).title
    "Re-referrals to children's social care, 2016/17: lowest in Lincolnshire (16.3%), highest in Northamptonshire (35.6%)"
    """
    rows = _drawable(frame)
    one_period = rows["period_label"].nunique() == 1
    title = caption or _finding(rows)
    draw, kind = (_bars, "Bar chart") if one_period else (_lines, "Line chart, broken where a year is missing")
    return Chart(title, f"{kind}. {title}. {_spoken(rows, one_period)}.", draw_svg(draw(rows, title)), frame)


def _drawable(frame):
    """The figures that can be drawn, each once, oldest first, with ``text`` and ``when`` (the end of the period)."""
    lacking = [column for column in _NEEDED if column not in frame]
    if lacking:
        given = "as cyp.figures() and cyp.compare() give them; use .query() to select rows."
        raise ValueError(f"chart() needs the columns {', '.join(lacking)}, {given}")
    rows = frame.dropna(subset=["value", "period"])
    if rows.empty:
        raise ValueError(f"chart() was given {len(frame)} rows, none with both a value and a printed period.")
    kinds = rows[["series_id", "breakdown"]].drop_duplicates()
    if len(kinds) > 1:
        given, (series, breakdown) = ", ".join(kinds.agg(", ".join, axis=1).head(4)), kinds.iloc[0]
        raise ValueError(
            f"chart() draws one indicator of one group; it was given {len(kinds)} ({given} ...). Select one, such as "
            f".query(\"series_id == '{series}' and breakdown == '{breakdown}'\")."
        )
    rows = rows.assign(when=[period.end_time.normalize() for period in rows["period"]])
    rows = rows.sort_values("when", kind="stable").drop_duplicates(["area_id", "period_label"], keep="last")
    return rows.assign(text=format_places(rows["value"], rows["places"]) + _WIDE.get(rows["unit"].iloc[0], ""))


def _finding(rows):
    """The lowest and the highest figure of the newest period; of one area its first and last."""
    first, last = rows.iloc[0], rows.iloc[-1]
    if rows["area_id"].nunique() == 1:
        told = dict.fromkeys(f"{row['text']} in {row['period_label']}" for row in (first, last))
        return f"{first['name']}, {first['area']}: {join(list(told))}"
    newest = rows[rows["when"] == last["when"]]
    ends = [newest[newest["value"] == extreme] for extreme in (newest["value"].min(), newest["value"].max())]
    areas = [join(one["area"].tolist()) if len(one) < 4 else f"{len(one)} areas" for one in ends]
    low, high = (f"in {area} ({one['text'].iloc[0]})" for area, one in zip(areas, ends))
    return f"{last['name']}, {last['period_label']}: lowest {low}, highest {high}"


def _spoken(rows, one_period):
    """Each bar, or where each line begins and ends."""
    if one_period:
        return "; ".join(rows["area"] + " " + rows["text"])
    ends = (rows["text"] + " in " + rows["period_label"]).groupby(rows["area"], sort=False).agg(["first", "last"])
    return "; ".join(f"{area} {first}, {last}" for area, first, last in ends.itertuples())


def _unit(rows):
    unit = rows["unit"].iloc[0]
    return capital({"percent": "per cent"}.get(unit, unit))


def _bars(rows, title):
    """One bar an area, the best on top, England in another colour."""
    if len(rows) > MOST_BARS:
        most = f"it draws {MOST_BARS} bars at most. Select fewer, or use cyp.show()."
        raise ValueError(f"chart() was given {len(rows)} areas; {most}")
    rows = rows.sort_values("value", ascending=rows["polarity"].iloc[0] != "lower", kind="stable")
    figure, axes = new_figure(0.3 * len(rows) + 1.3, left=1.9, right=0.9)
    colours = np.where(rows["area_id"] == ENGLAND, ORANGE, DARK_BLUE)
    bars = axes.barh(range(len(rows)), rows["value"], color=colours, height=0.66)
    axes.bar_label(bars, rows["text"], padding=4, fontsize=10)
    axes.set_yticks(range(len(rows)), rows["area"])
    axes.set(ylim=(-0.6, len(rows) - 0.4), xlabel=_unit(rows))
    draw_plain(axes)
    add_title(figure, title)
    return figure


def _lines(rows, title):
    """One line an area; of many, only England and the ends of the newest period are told apart."""
    figure, axes = new_figure(4.2, right=1.9)
    lines, told = dict(list(rows.groupby("area", sort=False))), _told(rows)
    looks, ends = cycle(_LOOKS), []
    for name in sorted(lines, key=lambda name: name in told):  # the grey ones first, behind
        line = lines[name]
        england = line["area_id"].iloc[0] == ENGLAND
        colour, marker = (ORANGE, "s") if england else next(looks) if name in told else (LIGHT_GREY, "")
        look = {"color": colour, "marker": marker, "markersize": 4.5, "linestyle": "--" if england else "-"}
        for _, piece in line.groupby(_unbroken(line)):
            axes.plot(piece["when"], piece["value"], **look)
        if name in told:
            ends.append((line["value"].iloc[-1], name, colour, line["when"].iloc[-1]))
    axes.set_ylim(min(0, rows["value"].min() * 1.1), rows["value"].max() * 1.1)
    _name_ends(axes, sorted(ends))
    axes.set_ylabel(_unit(rows))
    tell_dates(axes)
    draw_plain(axes, keep_left=True)
    grey = len(lines) - len(told)
    add_title(figure, title + (f"; {how_many(grey)} more in grey" if grey else ""))
    return figure


def _told(rows):
    """Names of the areas that are told apart."""
    if rows["area"].nunique() <= MOST_TOLD:
        return set(rows["area"])
    newest = rows[rows["when"] == rows["when"].max()]
    ends = newest.loc[[newest["value"].idxmin(), newest["value"].idxmax()], "area"]
    return {*ends, *rows.loc[rows["area_id"] == ENGLAND, "area"]}


def _unbroken(line):
    """A number for each stretch of a line without a missing period and without a break."""
    step = line["when"].diff()
    broken = has_status(line["status"], "b") if "status" in line else False
    return ((step > 1.5 * step.median()) | broken).cumsum()


def _name_ends(axes, ends):
    """Names at the ends of the lines, moved apart where they would cover each other."""
    low, high = axes.get_ylim()
    least, last = (high - low) / 17, -np.inf
    place = {"textcoords": axes.get_yaxis_transform(), "fontsize": 10, "va": "center"}
    arrow = {"arrowstyle": "-", "color": LIGHT_GREY, "linewidth": 0.6}
    for value, name, colour, when in ends:
        last = max(value, last + least)
        told = name if len(name) < 26 else name[:24] + "…"
        axes.annotate(told, (when, value), xytext=(1.02, last), color=colour, arrowprops=arrow, **place)
