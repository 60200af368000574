"""The rule in a picture: what a figure is set against, the band of an ordinary year around it, and the figure in or out of it."""

from pathlib import Path

from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.promise import CLEAR_SCORE
from cyp_helpers.compare.scale import yearly_changes
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
        drawn.append(
            {"row": row, "ours": row["value"], "other": row["comparator_value"], "middle": middle, "half": half}
        )
    return drawn


def draw(drawn):
    """One line a comparison; returns the Figure."""
    figure, axes = new_figure(0.6 + 1.5 * len(drawn), left=0.1, right=0.1, bottom=0.05, top=0.5)
    for place, one in enumerate(drawn):
        row, clear, time = one["row"], one["row"]["evidence"] == Evidence.CLEAR, one["row"]["comparator"] == "previous"
        # Drawn in half bands, so that indicators of unlike units fit one picture.
        ours, other = ((one[name] - one["middle"]) / one["half"] for name in ("ours", "other"))
        axes.barh(place, 2, 0.3, left=-1, color=LIGHT_GREY, zorder=1)
        axes.plot(other, place, "|", color=DARK_GREY, markersize=24, markeredgewidth=2, zorder=2)
        axes.plot(ours, place, "o", color=ORANGE if clear else DARK_BLUE, markersize=12, zorder=3)
        beside = f"{'the year before' if time else 'England'} {row['comparator_text'].split(',')[0]}"
        axes.text(other, place + 0.2, beside, ha="center", va="top")
        axes.text(ours, place - 0.19, f"Nottinghamshire {row['value_text']}", ha="center", va="bottom")
        axes.text(-4.4, place - 0.4, f"{row['name']}, {row['period']}", va="bottom", fontweight="bold")
        told = f"Out of the band and {row['evidence']}: {row['verdict']}" if clear else f"In the band: {row['verdict']}"
        promise = f".\n{row['promise']:.0f} in 100 such were\nso a year later." if clear else "."
        axes.text(1.4, place, told + promise, va="center")
    axes.set(xlim=(-4.5, 4.0), ylim=(len(drawn) - 0.55, -0.65), xticks=[], yticks=[])
    draw_plain(axes)
    axes.spines[:].set_visible(False)
    add_title(figure, "Grey: 19 of 20 ordinary years, for an authority of this size")
    return figure


def write(project=None):
    """Write the picture; returns its path and its words."""
    drawn = bands()
    path = Path(project or find_project()) / PATH
    draw(drawn).savefig(path, dpi=120, metadata={"Software": None})
    words = [
        f"{one['row']['name']}: {one['ours']} beside {one['other']}, band {one['middle'] - one['half']:.1f} to {one['middle'] + one['half']:.1f}"
        for one in drawn
    ]
    return path, words
