"""The rule in a picture: what a figure is set against, the band of an ordinary year around it, and the figure in or out of it."""

from pathlib import Path

from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.promise import CLEAR_SCORE
from cyp_helpers.compare.scale import yearly_changes
from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.register.tables import find_project
from cyp_helpers.report import open_review
from cyp_helpers.show.charts import DARK_BLUE, DARK_GREY, LIGHT_GREY, ORANGE, add_title, draw_plain, new_figure

REVIEW = ("cypf-2016-18", "2017-18 part 2", "E10000024")
SHOWN = [("re-referrals", "previous"), ("excess-weight-10-11", "england")]
PATH = Path("notebooks/images/ordinary-year.png")


def bands(review=REVIEW, shown=SHOWN):
    """What is drawn of each comparison of the newest figure of a series.

    Returns
    -------
    list of dict: ``name``, ``ours``, ``other``, ``middle`` (the other figure, over time moved as the median authority moved),
    ``half`` (half the band), in the unit; ``row``, of ``Report.comparison``.
    """
    plan, period, area = review
    report = open_review(plan, period, area=area)
    judged = judged_on(report.register.whole, report.as_at)
    moved = yearly_changes(judged.figures, judged.pairs)["moved"]
    drawn = []
    for series, comparator in shown:
        row = report.published.query("series_id == @series and comparator == @comparator").iloc[0]
        figure = report.figures.at[row["observation_id"], "figure"]
        middle = row["comparator_value"] + (moved.get(figure, 0.0) if comparator == "previous" else 0.0)
        half = abs(CLEAR_SCORE * (row["value"] - middle) / row["score"])
        drawn.append({"row": row, "ours": row["value"], "other": row["comparator_value"], "middle": middle, "half": half})
    return drawn


def draw(drawn):
    """One line a comparison; returns the Figure."""
    figure, axes = new_figure(1.0 + 1.15 * len(drawn), left=0.3, bottom=0.3, top=0.62)
    for place, one in enumerate(drawn):
        row, clear = one["row"], one["row"]["evidence"] == Evidence.CLEAR
        scale = 1 / one["half"]  # a line is drawn in half bands, so that indicators of unlike units fit one picture
        at = {name: (one[name] - one["middle"]) * scale for name in ("ours", "other")}
        axes.barh(place, 2, 0.34, left=-1, color=LIGHT_GREY, zorder=1)
        axes.plot(at["other"], place, "|", color=DARK_GREY, markersize=22, markeredgewidth=2, zorder=2)
        axes.plot(at["ours"], place, "o", color=ORANGE if clear else DARK_BLUE, markersize=11, zorder=3)
        time = row["comparator"] == "previous"
        axes.text(at["other"], place + 0.26, f"{'the year before' if time else 'England'} {row['comparator_text'].split(',')[0]}", ha="center", va="top")
        axes.text(at["ours"], place - 0.24, f"Nottinghamshire {row['value_text']}", ha="center", va="bottom", fontweight="bold")
        told = f"out of the band, {row['evidence']}: {row['verdict']}" if clear else f"in the band: {row['verdict']}"
        promise = f"; {row['promise']:.0f} in 100 such were so a year later" if clear else ""
        axes.text(-3.6, place - 0.42, f"{row['name']}, {row['period']}: {told}{promise}", ha="left", va="bottom")
    axes.set_xlim(-3.7, 3.7)
    axes.set_ylim(len(drawn) - 0.5, -0.75)
    axes.set_xticks([])
    axes.set_yticks([])
    draw_plain(axes)
    axes.spines[:].set_visible(False)
    add_title(figure, "Grey: where nineteen of twenty ordinary years of this indicator lie, in an authority of this size")
    return figure


def write(project=None):
    """Write the picture; returns its path and its words."""
    drawn = bands()
    path = Path(project or find_project()) / PATH
    draw(drawn).savefig(path, dpi=120, metadata={"Software": None})
    words = [f"{one['row']['name']}: {one['ours']} beside {one['other']}, band {one['middle'] - one['half']:.1f} to {one['middle'] + one['half']:.1f}" for one in drawn]
    return path, words
