"""One published indicator in all authorities: rank, neighbours, funnel, and how far the verdict hangs on the choices made."""

import numpy as np
import pandas as pd

from cyp_helpers import allareas
from cyp_helpers.compare.evidence import PER
from cyp_helpers.compare.figures import format_places
from cyp_helpers.compare.neighbours import list_words
from cyp_helpers.pages.beside import lines_beside
from cyp_helpers.register.tables import ENGLAND, UnknownName, decimal_places, source_titles
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
from cyp_helpers.show.table import Table, numbers, tidy, with_sign
from cyp_helpers.show.wording import Words, count, plural, sentence_count


def line_of(report, series):
    """The row of ``lines_beside`` for a published series of the plan.

    Raises UnknownName with the series that the review knows figures of.
    """
    lines = lines_beside(report).drop_duplicates("series_id").set_index("series_id", drop=False)
    if series not in lines.index:
        raise UnknownName(f"Unknown published series: {series!r}. Known at this review: {', '.join(lines.index)}.")
    return lines.loc[series]


def authorities(report, series):
    """The rows of ``allareas.authorities`` of one series: best first, England last."""
    return _of_line(allareas.authorities(report), line_of(report, series))


def authorities_chart(report, series):
    """Every authority in order, the area and its neighbours marked, England as a line."""
    line, rows = line_of(report, series), authorities(report, series)
    local, england = rows[rows["area_id"] != ENGLAND], rows[rows["area_id"] == ENGLAND]
    own, beside = local["area_id"] == report.area["area_id"], local["position"].notna()
    place = np.arange(1, len(local) + 1)
    figure, axes = new_figure()
    axes.scatter(
        place[~own & ~beside], local["number"][~own & ~beside], color=LIGHT_GREY, s=16, label="Other authorities"
    )
    axes.scatter(place[beside], local["number"][beside], color=ORANGE, marker="^", s=42, label="Statistical neighbours")
    axes.scatter(
        place[own], local["number"][own], color=DARK_BLUE, marker="D", s=64, zorder=3, label=report.area["name"]
    )
    _england_line(axes, england)
    axes.set(
        xlabel="Authorities, best first" if line["polarity"] != "none" else "Authorities, highest first",
        ylabel=_unit(report, line),
    )
    axes.set_xticks([])
    axes.legend(loc="best", frameon=False, fontsize=10)
    draw_plain(axes, keep_left=True)
    title = f"{line['name']}, {line['period_label']}: {report.area['name']} {line['text']}, {_rank_words(line)}"
    add_title(figure, title)
    spoken = f" England {england['text'].iloc[0]}." if len(england) else ""
    alternative = f"Dot chart of {len(local)} authorities in order. {title}.{spoken} {_neighbours_spoken(local)}"
    return Chart(title, alternative, draw_svg(figure), authorities_table(report, series, folded=False))


def funnel_chart(report, series):
    """Figures against the size of what they count, with the limits that chance alone would keep to around England."""
    line, rows = line_of(report, series), authorities(report, series)
    counted = rows[rows["numerator"].notna() & (rows["denominator"] > 0) & (rows["area_id"] != ENGLAND)]
    england = rows[rows["area_id"] == ENGLAND]
    if counted.empty or england.empty or line["unit"] not in PER:
        return Charts((), "No counts are published for this indicator, so there is no funnel.")
    limits = funnel_limits(counted["denominator"], england["number"].iloc[0], line["unit"])
    value = PER[line["unit"]] * counted["numerator"] / counted["denominator"]
    outside = ((value < limits["low_998"]) | (value > limits["high_998"])).sum()
    own = counted["area_id"] == report.area["area_id"]
    where = _where(value[own], limits[own]) if own.any() else "has no counts"
    title = f"{report.area['name']} {where}; {count(int(outside))} of {len(counted)} authorities {plural(int(outside), 'lies', 'lie')} outside the 99.8% limits"
    data = Table(
        "Figures behind the funnel",
        tidy(
            pd.DataFrame(
                {
                    "Authority": counted["name"],
                    "Figure": numbers(counted["text"]),
                    "Counted": numbers(counted["numerator"].map("{:.0f}".format)),
                    "Out of": numbers(counted["denominator"].map("{:.0f}".format)),
                }
            )
        ),
    )
    picture = _draw_funnel(report, line, counted, value, own, england, title)
    return Charts((Chart(title, f"Funnel plot. {line['name']}, {line['period_label']}. {title}.", picture, data),), "")


def funnel_limits(denominator, average, unit):
    """Exact limits around an average: what a figure would keep to by chance 95% and 99.8% of the time.

    Binomial quantiles for percentages, Poisson quantiles for rates (Spiegelhalter, Statistics in Medicine 2005).

    Parameters
    ----------
    denominator : Series of counts
    average : the figure of England, in the unit

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
    return pd.DataFrame(
        {name: PER[unit] * quantile(p) / denominator for name, p in tails.items()}, index=denominator.index
    )


def authorities_table(report, series, folded=True):
    """All authorities with a figure, best first."""
    rows = authorities(report, series)
    kind = np.select(
        [rows["area_id"] == report.area["area_id"], rows["position"].notna(), rows["area_id"] == ENGLAND],
        ["this review", "neighbour", "England"],
        "",
    )
    frame = pd.DataFrame(
        {
            "Authority": rows["name"],
            "Figure": numbers(rows["text"]),
            "Marks": rows["status"].str.replace(r"(\w+)", r"[\1]", regex=True),
            "Rank": numbers(rows["rank"].map("{:.0f}".format, na_action="ignore")),
            "Which": kind,
        }
    )
    return Table("All authorities with a figure", tidy(frame), (), "authorities", folded=folded)


def neighbours_table(report, series):
    """The statistical neighbours, closest first, with their figures; one without a figure says so."""
    line, rows = line_of(report, series), authorities(report, series)
    names = report.register.table("areas").set_index("area_id")["name"]
    listed = report.register.table("neighbours")
    listed = listed[(listed["list_id"] == line["neighbours_list"]) & (listed["area_id"] == report.area["area_id"])]
    found = rows.set_index("area_id").reindex(listed["neighbour_id"])
    frame = pd.DataFrame(
        {
            "Neighbour": listed["neighbour_id"].map(names).to_numpy(),
            "Closeness": listed["closeness"].to_numpy(),
            "Figure": numbers(found["text"]).to_numpy(),
            "Rank": numbers(found["rank"].map("{:.0f}".format, na_action="ignore")).to_numpy(),
        }
    )
    note = f"From the {list_words(report.standing, review.register, review.as_at)[line['neighbours_list']]}."
    return Table("Statistical neighbours, closest first", tidy(frame), (note,), "neighbours")


def sensitivity_table(report, series):
    """The verdict against the neighbours by mean and median, and by each version of the list."""
    rows = sensitivity(report, series)
    lists = report.register.table("neighbour-lists").set_index("list_id")["title"]
    places = decimal_places(rows["text"])
    frame = pd.DataFrame(
        {
            "Average": rows["average"],
            "List of neighbours": rows["neighbours_list"].map(lists),
            "Neighbours with a figure": numbers(rows["neighbours_n"].map("{:.0f}".format)),
            "Average figure": numbers(format_places(rows["neighbours_value"], places)),
            "Verdict and evidence": with_sign(rows["neighbours_verdict"]) + " (" + rows["neighbours_evidence"] + ")",
        }
    )
    return Table("The verdict by average and list", tidy(frame), (), "sensitivity")


def sensitivity(report, series):
    """The rows of ``neighbour_choices`` of one series, with ``text`` (the figure as published)."""
    line = line_of(report, series)
    return _of_line(allareas.choices(report), line).assign(text=line["printed_value"])


def definition_table(report, series):
    """What the series counts, why it is the counterpart of the documents' indicator, and which file it is from."""
    line = line_of(report, series)
    indicators = report.register.table("indicators").set_index("indicator_id")["definition"]
    definition = report.register.table("series").set_index("series_id").at[series, "definition"]
    definition = definition.replace("As the indicator", indicators[line["indicator_id"]])
    measures = report.register.table("published-measures")
    measures = measures[(measures["series_id"] == series) & (measures["breakdown"] == line["breakdown"])]
    titles = source_titles(report.register)
    used = report.figures[(report.figures["series_id"] == series) & report.figures["open_data"]]
    rows = {
        "Definition": definition,
        "Why it belongs to the indicator": " ".join(dict.fromkeys(measures["reason"])),
        "What differs from the documents": line["differs"] or "nothing that is known",
        "Measure in the published file": "; ".join(dict.fromkeys(measures["dataset"] + ": " + measures["measure"])),
        "Files": "; ".join(titles[one] for one in sorted(used["source_id"].unique())),
    }
    frame = pd.DataFrame({"What": list(rows), "Words": list(rows.values())})
    return Table("Definition and source", frame, (), "definition")


def read_authorities(report, series):
    """Where the area stands, in one sentence."""
    line = line_of(report, series)
    said = [f"**{line['name']}**, {line['period_label']}: {report.area['name']} {line['text']}, {_rank_words(line)}."]
    for comparator, name in [
        ("england", "England"),
        ("region", "the region"),
        ("neighbours", "the mean of the neighbours"),
    ]:
        if line[f"{comparator}_verdict"] not in ("", "not compared"):
            said.append(f"Against {name}: {line[f'{comparator}_verdict']} ({line[f'{comparator}_evidence']}).")
    said.append(
        f"Trend: {line['trend_verdict']}. {line['trend_reason']}"
        if line["trend_reason"]
        else f"Trend: {line['trend_verdict']}."
    )
    return Words(" ".join(said))


def read_sensitivity(report, series):
    """Whether the verdict hangs on the average or the list."""
    verdicts = sensitivity(report, series)["neighbours_verdict"]
    if verdicts.nunique() == 1:
        return Words(f"The verdict is the same all {count(len(verdicts))} ways: {verdicts.iloc[0]}.")
    tally = ", ".join(
        f"{verdict} {count(number)} {plural(number, 'time')}" for verdict, number in verdicts.value_counts().items()
    )
    return Words(f"The verdict hangs on the choice: {tally}. It should not be quoted without saying which.")


# ---- parts ----


def _of_line(rows, line):
    of_line = (rows["series_id"] == line["series_id"]) & (rows["breakdown"] == line["breakdown"])
    return rows[of_line].reset_index(drop=True)


def _rank_words(line):
    if pd.isna(line["rank"]):
        return "no rank"
    tie = f", shared by {count(int(line['rank_ties']))}" if line["rank_ties"] > 1 else ""
    return f"rank {line['rank']:.0f} of {line['rank_of']:.0f} authorities with a figure{tie}"


def _neighbours_spoken(local):
    beside = local[local["position"].notna()]
    if beside.empty:
        return "No neighbour has a figure."
    return (
        f"{sentence_count(len(beside))} {plural(len(beside), 'neighbour')}: "
        + "; ".join(f"{row.name_} {row.text}" for row in beside.rename(columns={"name": "name_"}).itertuples())
        + "."
    )


def _unit(report, line):
    heading = report.register.table("units").set_index("unit").at[line["unit"], "heading"]
    return heading[:1].upper() + heading[1:]


def _england_line(axes, england):
    if len(england):
        axes.axhline(england["number"].iloc[0], color=DARK_GREY, linewidth=1.2, linestyle="--")
        axes.annotate(
            f"England {england['text'].iloc[0]}",
            (0, england["number"].iloc[0]),
            xycoords=("axes fraction", "data"),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=10,
        )


def _where(value, limits):
    value, row = value.iloc[0], limits.iloc[0]
    if value > row["high_998"] or value < row["low_998"]:
        return "lies outside the 99.8% limits around England"
    if value > row["high_95"] or value < row["low_95"]:
        return "lies between the 95% and 99.8% limits around England"
    return "lies inside the 95% limits around England"


def _draw_funnel(report, line, counted, value, own, england, title):
    size = pd.Series(np.geomspace(counted["denominator"].min(), counted["denominator"].max(), 200).round())
    limits = funnel_limits(size, england["number"].iloc[0], line["unit"])
    figure, axes = new_figure()
    for column, style in [("low_95", ":"), ("high_95", ":"), ("low_998", "-"), ("high_998", "-")]:
        axes.plot(
            size,
            limits[column],
            color=DARK_GREY,
            linestyle=style,
            linewidth=1,
            label={"low_95": "95% limits", "low_998": "99.8% limits"}.get(column),
        )
    axes.scatter(counted["denominator"][~own], value[~own], color=LIGHT_GREY, s=16, label="Other authorities")
    axes.scatter(
        counted["denominator"][own], value[own], color=DARK_BLUE, marker="D", s=64, zorder=3, label=report.area["name"]
    )
    _england_line(axes, england)
    axes.set(xscale="log", xlabel="Out of how many (logarithmic scale)", ylabel=_unit(report, line), ylim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    add_title(figure, title)
    axes.legend(loc="best", frameon=False, fontsize=10)
    draw_plain(axes, keep_left=True)
    return draw_svg(figure)
