"""How an area stands on each published indicator: its newest figure beside every comparator, in words.

``judgements`` works out all figures of all areas at once; here one area's are picked and told.
"""

from itertools import product

import numpy as np
import pandas as pd

from cyp_helpers.compare.judgements import (
    BEYOND,
    BLURRED,
    NO_COUNTS,
    NONE,
    OVERLAPPING,
    TESTED,
    TOO_FEW,
    WITHIN,
    judge_all,
)
from cyp_helpers.compare.peers import find_peers
from cyp_helpers.compare.published import build_panel, measures_of
from cyp_helpers.compare.statistics import TREND_CUT
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import ENGLAND

COMPARATORS = ("previous", "england", "region", "neighbours")
# verdict for below, neither and above, by polarity
_AREA = {
    "higher": ("worse", "similar", "better"),
    "lower": ("better", "similar", "worse"),
    "none": ("lower", "similar", "higher"),
}
_TIME = {
    "higher": ("worsened", "no clear change", "improved"),
    "lower": ("improved", "no clear change", "worsened"),
    "none": ("decreased", "no clear change", "increased"),
}
_TREND = {
    "higher": ("worsening", "no significant trend", "improving"),
    "lower": ("improving", "no significant trend", "worsening"),
    "none": ("decreasing", "no significant trend", "increasing"),
}
_RANKED = ["rank", "rank_of", "rank_ties", "band"]
_COLUMNS = [
    "series_id",
    "breakdown",
    "period",
    "period_label",
    "value",
    "status",
    "numerator",
    "denominator",
    "interval_low",
    "interval_high",
    "previous_period",
    "previous_value",
    "previous_status",
    "previous_difference",
    "previous_verdict",
    "previous_evidence",
    "england_value",
    "england_status",
    "england_difference",
    "england_verdict",
    "england_evidence",
    "region_value",
    "region_status",
    "region_difference",
    "region_verdict",
    "region_evidence",
    "neighbours_value",
    "neighbours_n",
    "neighbours_of",
    "neighbours_low",
    "neighbours_high",
    "neighbours_list",
    "neighbours_difference",
    "neighbours_verdict",
    "neighbours_evidence",
    "rank",
    "rank_of",
    "rank_ties",
    "band",
    "band_reason",
    "trend_verdict",
    "trend_evidence",
    "trend_chi_squared",
    "trend_points",
    "trend_reason",
    "row",
    "previous_row",
    "england_row",
    "region_row",
]


def standing_table(register, published, as_at, area_id, neighbour_list=None, average="mean"):
    """Set an area's newest known figure on every published line beside its comparators.

    Parameters
    ----------
    register : Register
    published : DataFrame, ``register.table("published")``
    as_at : date; nothing published later is used
    area_id : str, an authority, a region or England; an area without figures gives no rows
    neighbour_list : str, a ``list_id``; left out, the newest list published by ``as_at``, or the oldest there is
    average : "mean" or "median" of the neighbours' figures

    Returns
    -------
    DataFrame, a row for each ``series_id`` and ``breakdown`` with a figure for a whole year, with these columns.

    - ``period, period_label, value, status, numerator, denominator``; ``interval_low, interval_high`` (95%)
    - for previous, england, region and neighbours: ``_value, _difference`` (unit of the indicator), ``_verdict`` and
      ``_evidence``; ``_status`` for the first three; ``previous_period``
    - ``neighbours_n`` (with a figure) ``neighbours_of`` (on the list) ``neighbours_low, neighbours_high`` (their
      range) ``neighbours_list``
    - ``rank`` (1 is best, highest without polarity) ``rank_of, rank_ties`` (how many share it) ``band`` (1 is the
      best quarter), NaN where there is none; ``band_reason`` says why
    - ``trend_verdict, trend_evidence, trend_chi_squared, trend_points`` (unbroken years, at most five)
      ``trend_reason`` (a sentence)
    - ``row, previous_row, england_row, region_row``: positions in ``published``, -1 where there is none

    Verdicts against areas: better, similar, worse (higher, lower without polarity); over time: improved, no clear
    change, worsened (increased, decreased); ``cannot tell from rounded figures``; ``not compared``. Trends:
    improving, worsening (increasing, decreasing), ``no significant trend``, ``cannot be tested``. Evidence: ``beyond
    chance``, ``within chance``, ``chance not tested`` or ''.

    Raises
    ------
    UnknownName where the neighbour list is unknown.

    >>> standing_table(register, register.table("published"), "2026-06-30", "E10000024")  # doctest: +SKIP
    """
    areas = pd.Index(register.table("areas")["area_id"])
    panel = build_panel(published, measures_of(register), areas, as_at)
    peers = find_peers(register, areas, as_at, neighbour_list)
    cells = _newest_cells(panel, area_id)
    picked = pd.DataFrame({name: array[cells] for name, array in judge_all(panel, peers, average).items()})
    lines = panel.lines.iloc[cells[0]].reset_index(drop=True)
    table = pd.concat([_figures(panel, peers, published, cells, picked), _verdicts(lines, picked)], axis=1)
    table = table.assign(
        neighbours_of=(peers.neighbours[cells[1]] >= 0).sum(axis=1),
        neighbours_list=peers.neighbour_list,
        band_reason=_band_reason(lines, picked),
        trend_reason=_trend_reason(lines, picked),
    )
    whole = {name: picked[name].where(picked[name] > 0).astype(float) for name in _RANKED}
    rest = picked[picked.columns.difference([*table.columns, *_RANKED])]
    return pd.concat([lines[["series_id", "breakdown"]], table, rest.assign(**whole)], axis=1)[_COLUMNS]


def neighbour_choices(register, published, as_at, area_id):
    """The verdict against the neighbours by mean and by median, and by each version of the list.

    Returns
    -------
    DataFrame, for each choice a row for each ``series_id`` and ``breakdown`` of ``published``, with ``average``,
    ``neighbours_list`` and the other columns of ``standing_table`` that begin with ``neighbours_``.

    >>> neighbour_choices(register, published, "2026-06-30", "E10000024")["average"].unique()  # doctest: +SKIP
    ['mean', 'median']
    """
    listed = register.table("neighbours")
    listed = listed.loc[listed["area_id"] == area_id, "neighbour_id"]
    areas = pd.Index([area_id, ENGLAND, *listed]).drop_duplicates()  # no other area bears on the verdicts
    panel = build_panel(published, measures_of(register), areas, as_at)
    cells = _newest_cells(panel, area_id)
    lines = panel.lines.iloc[cells[0]].reset_index(drop=True)
    tables = []
    for average, list_id in product(["mean", "median"], register.table("neighbour-lists")["list_id"]):
        peers = find_peers(register, areas, as_at, list_id)
        picked = pd.DataFrame({name: array[cells] for name, array in judge_all(panel, peers, average).items()})
        numbers = picked.filter(like="neighbours_").drop(columns=["neighbours_direction", "neighbours_evidence"])
        told = numbers.join(_verdicts(lines, picked).filter(like="neighbours_"))
        of = (peers.neighbours[cells[1]] >= 0).sum(axis=1)
        told = told.assign(neighbours_of=of, neighbours_list=list_id, average=average)
        tables.append(lines[["series_id", "breakdown"]].join(told))
    return pd.concat(tables, ignore_index=True)


# ---- figures ----


def _newest_cells(panel, area_id):
    """(line, area, year) positions of the area's newest figure; the newest kind of year where a series has several."""
    area = panel.areas.get_indexer([area_id])[0]
    found = ~np.isnan(panel.value[:, area]) if area >= 0 else np.zeros(panel.value[:, 0].shape, dtype=bool)
    newest = found.shape[1] - 1 - found[:, ::-1].argmax(axis=1)
    lines = panel.lines[["series_id", "breakdown"]].assign(year=newest)[found.any(axis=1)]
    lines = (
        lines.sort_values("year", kind="stable").drop_duplicates(["series_id", "breakdown"], keep="last").sort_index()
    )
    line = lines.index.to_numpy()
    return line, np.full(len(line), area), newest[line]


def _figures(panel, peers, published, cells, picked):
    """What is printed of the figure and of the figures it is set beside, and where that stands in ``published``."""
    line, area, year = cells
    region = peers.region[area]
    rows = {
        "row": panel.row[cells],
        "previous_row": _row_of(panel, line, area, picked["previous_slot"], picked["previous_value"]),
        "england_row": _row_of(panel, line, peers.england, year, picked["england_value"]),
        "region_row": _row_of(panel, line, region, year, picked["region_value"]),
    }
    text = {name: published[["period", "status"]].iloc[row].reset_index(drop=True) for name, row in rows.items()}
    known = {name: pd.Series(row >= 0) for name, row in rows.items()}
    statuses = {name.replace("row", "status"): frame["status"].where(known[name], "") for name, frame in text.items()}
    period = text["row"]["period"]
    return pd.DataFrame(
        {
            "period": period,
            "period_label": parse_periods(period)["period_label"],
            "value": panel.value[cells],
            "numerator": panel.numerator[cells],
            "denominator": panel.denominator[cells],
            "previous_period": text["previous_row"]["period"].where(known["previous_row"], ""),
            **statuses,
            **rows,
        }
    )


def _row_of(panel, line, area, year, value):
    """Row of another figure, -1 where there is none or it is not used."""
    return np.where(np.isnan(value), -1, panel.row[line, area, year])


# ---- words ----


def _verdicts(lines, picked):
    polarity = lines["polarity"]
    words = {}
    for comparator in COMPARATORS:
        evidence = picked[f"{comparator}_evidence"]
        verdict = _say(polarity, _TIME if comparator == "previous" else _AREA, picked[f"{comparator}_direction"])
        verdict = np.select(
            [evidence == NONE, evidence == BLURRED], ["not compared", "cannot tell from rounded figures"], verdict
        )
        words[f"{comparator}_verdict"] = pd.Series(verdict, dtype="str")
        words[f"{comparator}_evidence"] = _say_evidence(evidence)
    tested = picked["trend_why"] == TESTED
    words["trend_verdict"] = _say(polarity, _TREND, picked["trend_direction"]).where(tested, "cannot be tested")
    words["trend_evidence"] = _say_evidence(picked["trend_evidence"])
    return pd.DataFrame(words)


def _say(polarity, words, direction):
    """The word for each direction by polarity."""
    table = pd.DataFrame(words, index=[-1, 0, 1]).T
    places = table.index.get_indexer(polarity), table.columns.get_indexer(direction)
    return pd.Series(table.to_numpy()[places], index=polarity.index, dtype="str")


def _say_evidence(evidence):
    said = np.select(
        [evidence == NONE, evidence == BEYOND, evidence == WITHIN],
        ["", "beyond chance", "within chance"],
        "chance not tested",
    )
    return pd.Series(said, index=evidence.index, dtype="str")


def _band_reason(lines, picked):
    """Why there is no quarter; '' where there is one."""
    reasons = [
        (picked["band"] > 0, ""),
        (~lines["comparable"], "totals grow with the area"),
        (picked["rank"] == 0, "only local authorities are ranked"),
        (lines["polarity"] == "none", "neither direction is better"),
    ]
    shared = "one figure is shared by more than a quarter of authorities"
    return pd.Series(np.select(*zip(*reasons), shared), index=lines.index, dtype="str")


def _trend_reason(lines, picked):
    """A sentence on what the trend rests on."""
    chi_squared = picked["trend_chi_squared"]
    size = "Chi-squared is " + chi_squared.map("{:.2f}".format, na_action="ignore").astype("str").fillna("")
    cut = f"{TREND_CUT:.2f}"
    kept = size + f" over five years, above {cut}, and the direction holds with any one year left out."
    turned = size + f" over five years, above {cut}, but the direction does not hold with one year left out."
    narrow = size + f" over five years, above {cut} by less than one case can move it."
    small = size + f" over five years, not above {cut}."
    points = picked["trend_points"].astype("str")
    few = "A trend needs five unbroken annual figures; there are " + points + "."
    few = few.mask(picked["trend_points"] == 1, "A trend needs five unbroken annual figures; there is 1.")
    spans = "Each figure covers " + lines["span"].astype("str") + " years, so that they overlap."
    uncounted = pd.Series("Counts are not published for all five years.", index=lines.index)
    uncounted = uncounted.mask(
        lines["test"] == "", "A trend is tested for shares and rates of things that are independent."
    )
    why = picked["trend_why"]
    said = np.select(
        [
            why == OVERLAPPING,
            why == TOO_FEW,
            why == NO_COUNTS,
            picked["trend_direction"] != 0,
            chi_squared <= TREND_CUT,
        ],
        [spans, few, uncounted, kept, small],
        narrow.where(picked["trend_holds"], turned),
    )
    return pd.Series(said, index=lines.index, dtype="str")
