"""One published indicator in all authorities: rank, neighbours, funnel, and how far the verdict hangs on the choices made."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use, neighbour_averages
from cyp_helpers.compare.figures import PER, TOTALS
from cyp_helpers.compare.judge import NO_VERDICT, promise_tables, verdicts
from cyp_helpers.compare.promise import level_scale, promises
from cyp_helpers.register.tables import ENGLAND, UnknownName, source_titles
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
from cyp_helpers.show.wording import Words, bold, count, escape, plural, sentence_count


def lines_with_page(report):
    """The published series that have a comparators page: one on the definition of the documents, with a figure.

    Returns
    -------
    DataFrame with ``series_id`` and ``label``, in the order of the plan.
    """
    rows = report.lines[(report.lines["match"] == "same") & ~report.lines["unit"].isin(TOTALS)]
    rows = rows.drop_duplicates("series_id")
    return rows[["series_id", "name"]].set_axis(["series_id", "label"], axis=1).reset_index(drop=True)


def line_of(report, series):
    """The row of ``Report.lines`` for a published series of the plan.

    Raises UnknownName with the series that the review knows figures of.
    """
    lines = report.lines.drop_duplicates("series_id").set_index("series_id", drop=False)
    if series not in lines.index:
        raise UnknownName(f"Unknown published series: {series!r}. Known at this review: {', '.join(lines.index)}.")
    return lines.loc[series]


def authorities(report, line):
    """The figures of all authorities and of England for the period of a line, best first.

    Parameters
    ----------
    line : row of ``line_of``

    Returns
    -------
    DataFrame with ``area_id, area, value`` (number), ``value_text`` (as published), ``marks, rank, which`` ("this review",
    "neighbour", "England" or ''), ``position`` and ``closeness`` (of neighbours, 1 is closest), ``numerator, denominator``;
    England last, then neighbours without a figure.
    """
    listed = report.register.table("neighbours")
    listed = listed[(listed["list_id"] == list_in_use(report.register)) & (listed["area_id"] == report.area["area_id"])]
    listed = listed.set_index("neighbour_id")[["position", "closeness"]]
    rows = report.everyone[report.everyone["cell"] == line["cell"]].set_index("area_id").sort_values(["rank", "area"])
    rows = rows.reindex([*rows.index, *listed.index.difference(rows.index, sort=False)]).join(listed)
    which = np.select(
        [rows.index == report.area["area_id"], rows["position"].notna(), rows.index == ENGLAND],
        ["this review", "neighbour", "England"],
        "",
    )
    rows = rows.assign(
        area=report.register.table("areas").set_index("area_id")["name"],
        value_text=rows["value"].fillna("no figure"),
        value=rows["number"],
        marks=rows["status"].fillna("").str.replace(r"(\w+)", r"[\1]", regex=True),
        position=pd.to_numeric(rows["position"]),
        which=which,
    )
    told = [
        "area",
        "value",
        "value_text",
        "marks",
        "rank",
        "which",
        "position",
        "closeness",
        "numerator",
        "denominator",
    ]
    return rows[told].rename_axis("area_id").reset_index()


def authorities_chart(report, line, rows):
    """Every authority in order, the area and its neighbours marked, England as a line.

    Parameters
    ----------
    rows : frame of ``authorities``
    """
    known = rows[rows["value"].notna()]
    local, england = known[known["area_id"] != ENGLAND], known[known["area_id"] == ENGLAND]
    place = pd.Series(np.arange(1, len(local) + 1), local.index)
    figure, axes = new_figure()
    for which, words, look in [
        ("", "Other authorities", {"color": LIGHT_GREY, "s": 16}),
        ("neighbour", "Statistical neighbours", {"color": ORANGE, "marker": "^", "s": 42}),
        ("this review", report.area["name"], {"color": DARK_BLUE, "marker": "D", "s": 64, "zorder": 3}),
    ]:
        these = local["which"] == which
        axes.scatter(place[these], local["value"][these], label=words, **look)
    _england_line(axes, england)
    axes.set(
        xlabel="Authorities, best first" if line["polarity"] != "none" else "Authorities, highest first",
        ylabel=_unit(line),
    )
    axes.set_xticks([])
    axes.legend(loc="best", frameon=False, fontsize=10)
    draw_plain(axes, keep_left=True)
    title = f"{line['name']}, {line['period']}: {report.area['name']} {line['value_text']}, {_rank_words(line)}"
    add_title(figure, title)
    spoken = f" England {england['value_text'].iloc[0]}." if len(england) else ""
    alternative = f"Dot chart of {len(local)} authorities in order. {title}.{spoken} {_neighbours_spoken(local)}"
    data = show(known[["area", "value", "value_text", "marks", "rank", "which"]], "All authorities with a figure")
    return Chart(title, alternative, draw_svg(figure), data)


def funnel_chart(report, line, rows):
    """Figures against the size of what they count, with the limits that chance alone would keep to around England.

    Parameters
    ----------
    rows : frame of ``authorities``
    """
    counted = rows[rows["numerator"].notna() & (rows["denominator"] > 0) & (rows["area_id"] != ENGLAND)]
    england = rows[rows["area_id"] == ENGLAND]
    if counted.empty or england.empty or line["unit"] not in PER:
        return Charts((), "No counts are published for this indicator, so there is no funnel.")
    spread = overdispersion(counted, england["value"].iloc[0], line["unit"])
    limits = funnel_limits(counted["denominator"], england["value"].iloc[0], line["unit"], spread)
    value = PER[line["unit"]] * counted["numerator"] / counted["denominator"]
    outside = int(((value < limits["low_998"]) | (value > limits["high_998"])).sum())
    own = counted["area_id"] == report.area["area_id"]
    where = _where(value[own], limits[own]) if own.any() else "has no counts"
    title = f"{report.area['name']} {where}; {count(outside)} of {len(counted)} authorities {plural(outside, 'lies', 'lie')} outside the 99.8% limits"
    data = counted[["area", "value", "value_text", "numerator", "denominator"]]
    picture = _draw_funnel(report, line, counted, value, own, england, spread, title)
    wider = f" Limits are {np.sqrt(spread):.1f} times as wide as chance alone would make them." if spread > 1 else ""
    alternative = f"Funnel plot. {line['name']}, {line['period']}. {title}.{wider}"
    return Charts((Chart(title, alternative, picture, show(data, "Figures behind the funnel")),), "")


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


def choices(report, line):
    """The verdict against the neighbours by mean and median, and by each version of the list.

    Returns
    -------
    DataFrame with ``list_of_neighbours`` (title), ``average, neighbours_with_figure, value`` (the average), ``places`` and
    of the judged pair ``difference, verdict, evidence``; one row for each choice that gives an average.
    """
    figures = report.everyone[report.everyone["cell"] == line["cell"]]
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
    told = [
        "list_of_neighbours",
        "average",
        "neighbours_with_figure",
        "value",
        "difference",
        "verdict",
        "evidence",
        "promise",
    ]
    return rows[told].assign(places=line["places"])


def definition(report, line):
    """What a series counts, why it is the counterpart of the documents' indicator, and which file it is from.

    Returns
    -------
    DataFrame with ``what`` and ``words``.
    """
    series, register = line["series_id"], report.register
    indicators = register.table("indicators").set_index("indicator_id")["definition"]
    words = register.table("series").set_index("series_id").at[series, "definition"]
    measures = register.table("published-measures")
    measures = measures[(measures["series_id"] == series) & (measures["breakdown"] == line["breakdown"])]
    titles = source_titles(register)
    used = report.figures[(report.figures["series_id"] == series) & report.figures["open_data"]]
    rows = {
        "Definition": words.replace("As the indicator", indicators[line["indicator_id"]]),
        "Why it belongs to the indicator": " ".join(dict.fromkeys(measures["reason"])),
        "What differs from the documents": line["differs"] or "nothing that is known",
        "Measure in the published file": "; ".join(dict.fromkeys(measures["dataset"] + ": " + measures["measure"])),
        "Files": "; ".join(titles[one] for one in sorted(used["source_id"].unique())),
    }
    return pd.DataFrame({"what": list(rows), "words": list(rows.values())})


def read_authorities(report, line):
    """Where the area stands, in one sentence."""
    where = f"{line['period']}: {report.area['name']} {line['value_text']}, {_rank_words(line)}."
    said = [f"{bold(line['name'])}, {escape(where)}"]
    for comparator, name in [
        ("england", "Against England"),
        ("region", "Against the region"),
        ("neighbours", "Against the mean of the neighbours"),
        ("five_years", "Over five years"),
    ]:
        verdict, evidence, reason = (line[f"{comparator}_{what}"] for what in ("verdict", "evidence", "reason"))
        if verdict not in NO_VERDICT:
            said.append(f"{name}: {verdict} ({evidence}).")
        elif comparator == "five_years":
            said.append(f"{name}: {verdict}. {escape(reason)}")
    return Words(" ".join(said))


def read_choices(choices):
    """Whether the verdict hangs on the average or the list."""
    verdicts = choices["verdict"]
    if verdicts.empty:
        return Words("No neighbour has a figure.")
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


def _neighbours_spoken(local):
    beside = local[local["which"] == "neighbour"]
    if beside.empty:
        return "No neighbour has a figure."
    return f"{sentence_count(len(beside))} {plural(len(beside), 'neighbour')}: {'; '.join(beside['area'] + ' ' + beside['value_text'])}."


def _unit(line):
    return line["unit_heading"][:1].upper() + line["unit_heading"][1:]


def _england_line(axes, england):
    if len(england):
        axes.axhline(england["value"].iloc[0], color=DARK_GREY, linewidth=1.2, linestyle="--")
        axes.annotate(
            f"England {england['value_text'].iloc[0]}",
            (0, england["value"].iloc[0]),
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


def _draw_funnel(report, line, counted, value, own, england, spread, title):
    size = pd.Series(np.geomspace(counted["denominator"].min(), counted["denominator"].max(), 200).round())
    limits = funnel_limits(size, england["value"].iloc[0], line["unit"], spread)
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
    axes.set(xscale="log", xlabel="Out of how many (logarithmic scale)", ylabel=_unit(line), ylim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    add_title(figure, title)
    axes.legend(loc="best", frameon=False, fontsize=10)
    draw_plain(axes, keep_left=True)
    return draw_svg(figure)
