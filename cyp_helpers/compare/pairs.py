"""Which two figures stand side by side, for all areas at once: like with like, or what a document sets side by side."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use, neighbour_averages, outside_members
from cyp_helpers.compare.figures import choose, contradicting, has_status, known_pairings, matching, word
from cyp_helpers.register.tables import ENGLAND

# What a figure is set against, and how a reader calls it.
COMPARATORS = {
    "target": "Target", "baseline": "Starting figure", "previous": "Previous figure",
    "same_period_last_year": "Same period last year", "five_years": "Five years", "england": "England",
    "region": "Region", "neighbours": "Statistical neighbours"
}
OVER_TIME = ("baseline", "previous", "same_period_last_year", "five_years")  # comparators that look back
COMPARATOR = pd.CategoricalDtype(list(COMPARATORS)[1:])  # codes are told apart in a tenth of the time of text
YEARS = 5  # of a trend
BACK = 8  # years that are looked back at in all, the figure's own among them
_FACTS = ["number", "low", "high", "numerator", "denominator"]
# What pairing reads of a figure: taking all columns along costs a third of the time.
_READ = [*_FACTS, "line", "track", "cell", "area_id", "region_id", "local", "open_data", "total", "observation_id",
         "start", "end", "kind", "dated", "span", "status"]


def pair_figures(figures, register, years):
    """Set each figure (of ``known_figures``) beside what it may be compared with.

    Returns: DataFrame, one row for each figure with a number and each comparator (not target, baseline) asked of it,
    with

    - ``figure`` and ``other``, labels in ``figures``; ``other`` is -1 where there is none, or an average
    - ``comparator``; ``other_number, other_low, other_high, other_numerator, other_denominator``
    - ``gap``, a name of ``reasons.csv``: why the two are not compared, or ''
    - ``caution`` (what a document that sets the two side by side says of that), ``other_source`` (one of a document,
      one of published data)
    - ``n`` (neighbours with a figure, or unbroken years), ``of`` (neighbours on the list)
    - ``difference``, the figure less the other, in its unit; of ``five_years`` from the first to the last
    """
    figures = figures[_READ]
    known = figures[figures["number"].notna()]
    outside = outside_members(figures, register)
    parts = {
        "previous": _previous(known),
        "same_period_last_year": _a_year_before(known[known["dated"] & (known["span"] == 0)]),
        "england": _of_area(known, figures, pd.Series(ENGLAND, known.index), outside),
        "five_years": _five_years(known, years),
        "region": _of_area(known, figures, known["region_id"].fillna(""), outside),
    }
    pairs = pd.concat([_asked(rows, name) for name, rows in parts.items()], ignore_index=True)
    broken = across_break(pairs["figure"], pairs["other"], figures) & pairs["comparator"].isin(OVER_TIME)
    pairs.loc[broken, ["gap", "other"]] = "break between", -1
    pairs = _as_printed(pairs, figures, register)
    other = figures[_FACTS].reindex(pairs["other"]).add_prefix("other_").set_axis(pairs.index)
    pairs = pd.concat([pairs.join(other), _neighbours(known, register)], ignore_index=True)
    mine = figures[["total", "number", "open_data"]].reindex(pairs["figure"]).set_axis(pairs.index)
    total = mine["total"] & ~pairs["comparator"].isin(OVER_TIME)
    pairs["gap"] = pairs["gap"].mask(total & (pairs["gap"] == ""), "total")
    # An average of totals is no figure that anybody knows.
    average = ["other_number", "other_low", "other_high"]
    pairs[average] = pairs[average].mask(total & (pairs["comparator"] == "neighbours"))
    pairs["difference"] = (mine["number"] - pairs["other_number"]).where(pairs["gap"] == "").round(9)
    theirs = figures["open_data"].reindex(pairs["other"]).to_numpy()
    pairs["other_source"] = (pairs["other"] >= 0) & (mine["open_data"] != theirs)
    return pairs


def across_break(mine, others, figures):
    """True where the publisher marks a break in the line after the other figure and not after this one.

    Parameters: ``mine``, ``others``: Series of labels in ``figures``, -1 or empty for none, with one index.
    """
    breaks = figures[has_status(figures["status"], "b") & figures["dated"]]
    if breaks.empty:
        return pd.Series(False, mine.index)
    dated = figures[figures["dated"]]
    after = dated.assign(start=dated["end"] + pd.Timedelta(days=1))
    # Not map(), which cannot tell what dates are where there is none at all.
    last = breaks["end"].reindex(_last_before(after, breaks, ["track"])).set_axis(after.index)
    return dated["end"].reindex(others).set_axis(mine.index) < last.reindex(mine).set_axis(mine.index)


def _previous(known):
    """The last earlier figure of the same line that ends before this one begins: of the same source, or else of the
    other one, or else one without a printed period."""
    same, other = known["open_data"], ~known["open_data"]
    dated = known[known["dated"]]
    by_day = known.assign(start=known["end"], area_line=known.groupby(["line", "area_id"], sort=False).ngroup())
    undated = by_day[~by_day["dated"]]
    found = _last_before(dated, dated, ["track", "open_data"], same).reindex(known.index)
    found = found.fillna(_last_before(dated[found[dated.index].isna()], dated, ["track", "open_data"], other))
    found = found.fillna(_last_before(by_day[found.isna()], undated, ["area_line"]))
    pairs = by_day[["area_line", "end", "dated"]].reset_index(names="figure")
    pairs = pairs.merge(undated[["area_line", "end"]], on="area_line", suffixes=("", "_undated"))
    later = (pairs["end_undated"] > pairs["end"]) | (pairs["end_undated"].eq(pairs["end"]) & pairs["dated"])
    unordered = pairs.loc[later, "figure"]
    unlike = known["end"] > by_day.groupby("area_line")["end"].transform("min")
    gap = choose(
        known.index, (found.notna(), ""), (known.index.isin(unordered), "order unknown"),
        (unlike, "unlike periods"), otherwise="nothing earlier",
    )
    return pd.DataFrame({"other": found.fillna(-1).astype(int), "gap": gap}, index=known.index)


def _a_year_before(known):
    """The figure for the same months of the year before."""
    wanted = known.assign(start=known["start"] - pd.DateOffset(years=1))
    found = matching(wanted, known.reset_index(names="label"), ["track", "open_data", "start"], "label", keep="last")
    gap = np.where(found.notna(), "", "nothing a year before")
    return pd.DataFrame({"other": found.fillna(-1).astype(int), "gap": gap}, index=known.index)


def _five_years(known, years):
    """The first of five unbroken years."""
    asked = known[known["span"] > 0]
    labels = years.reindex(asked.index).fillna(-1).astype(int)
    n = (labels[list(range(YEARS))] >= 0).sum(axis=1)
    overlap = asked["span"] > 1
    gap = choose(asked.index, (overlap, "overlapping years"), (n < YEARS, "too few years"))
    return pd.DataFrame({"other": labels[YEARS - 1].where(gap == "", -1), "n": n.mask(overlap, 0), "gap": gap})


def _last_before(mine, others, by, source=None):
    """Label of the last of ``others`` that ends before each of ``mine`` starts, of a ``source`` where that is given."""
    left = mine[[*by, "start"]].rename_axis("label").reset_index()
    if source is not None:
        left["open_data"] = source.reindex(mine.index).to_numpy()
    left = left.dropna(subset="start").sort_values("start", kind="stable")
    right = others[[*by, "end"]].rename_axis("other").reset_index().sort_values("end", kind="stable")
    found = pd.merge_asof(left, right, left_on="start", right_on="end", by=by, allow_exact_matches=False)
    return found.set_index("label")["other"].reindex(mine.index)


def _of_area(known, figures, area, outside):
    """The figure of a wider area for the very same period, of the same source or else of the other one."""
    mine = area != known["area_id"]
    there = known[(known["cell"] >= 0) & known["area_id"].isin(area.unique())].reset_index(names="label")
    found = pd.Series(np.nan, known.index)
    for source in (known["open_data"], ~known["open_data"]):
        unmet = mine & found.isna()
        wanted = pd.DataFrame({"cell": known["cell"], "area_id": area, "open_data": source})[unmet]
        found[unmet] = matching(wanted, there, list(wanted), "label")
    other = found.fillna(-1).astype(int)
    wide = figures[figures["area_id"].isin(area.unique())]
    lines = pd.MultiIndex.from_frame(wide[["line", "area_id"]])
    wanted = pd.MultiIndex.from_arrays([known["line"], area])
    out = outside.reindex(other, fill_value=False).to_numpy()
    gap = choose(
        known.index, (~mine, "itself"), (out, "outside members"), (other >= 0, ""),
        (wanted.isin(lines[wide["number"].notna()]), "other period"), (wanted.isin(lines), "no figure printed"),
        otherwise="no figure of area",
    )
    return pd.DataFrame({"other": other.mask(out, -1), "gap": gap}, index=known.index)


def _neighbours(known, register):
    """The mean of the statistical neighbours, on the list in use."""
    near = neighbour_averages(known, register, list_in_use(register))
    pairs = near.rename(columns={"number": "other_number", "low": "other_low", "high": "other_high"})
    gap = word("no neighbours", (near["n"] == 0) | ~known["local"])
    return _asked(pairs.assign(other=-1, gap=gap, caution=""), "neighbours")


def _asked(rows, comparator):
    rows = rows.rename_axis("figure").reset_index()
    return rows.assign(comparator=pd.Series(comparator, rows.index, dtype=COMPARATOR))


def _as_printed(pairs, figures, register):
    """What a document sets beside a figure goes before what was found; a source query keeps some pairs apart."""
    labels = figures.loc[~figures["open_data"] & figures["number"].notna(), "observation_id"]
    labels = pd.Series(labels.index, index=labels)
    pairs = pairs.assign(caution=pd.Series("", pairs.index, dtype="str"))
    if labels.empty:
        return pairs
    pairings = known_pairings(register)
    pairings = pairings.assign(
        figure=pairings["observation_id"].map(labels), printed_other=pairings["comparator_observation_id"].map(labels)
    ).dropna(subset=["figure", "printed_other"])
    pairings = pairings.astype({"figure": float, "printed_other": float})  # numbers, also where there is none
    pairings = pairings.drop_duplicates(["figure", "comparator"], keep="last")
    asked = pairs.loc[pairs["figure"].isin(pairings["figure"]), ["figure", "comparator"]]
    found = asked.reset_index().merge(pairings[[*asked, "printed_other", "caution"]], on=list(asked)).set_index("index")
    pairs.loc[found.index, "other"] = found["printed_other"].astype(int)
    pairs.loc[found.index, ["caution", "gap"]] = found[["caution"]].assign(gap="")
    documents = pairs[pairs["figure"].isin(labels) & pairs["other"].isin(labels)]
    ids = documents[["figure", "other"]].apply(lambda column: column.map(figures["observation_id"]))
    apart = contradicting(ids, register, "figure", "other").reindex(pairs.index, fill_value=False)
    return pairs.assign(gap=pairs["gap"].mask(apart, "contradicted"))


def years_before(figures):
    """The figures of the years before each one that has a number and covers one year, published or printed.

    Returns: DataFrame by label of such figures: columns ``0`` (the figure itself) to ``7`` (seven years before), labels
    in ``figures``; -1 where the year is missing, a year between is, or a break lies between.
    """
    annual = figures[(figures["span"] == 1) & figures["number"].notna()]
    year = annual["end"].dt.year
    # One number for line, source and year: looked up in a tenth of the time of three columns.
    slot = annual.groupby(["track", "open_data"], sort=False).ngroup() * 10_000 + year
    last = annual[~slot.duplicated(keep="last")]
    there = pd.Index(slot[last.index])
    broken = has_status(annual["status"], "b")
    labels, unbroken = {0: annual.index.to_numpy()}, ~broken.to_numpy()
    for back in range(1, BACK):
        at = np.where(unbroken, there.get_indexer(slot - back), -1)
        labels[back] = np.append(last.index, -1)[at]
        unbroken = np.append(~broken[last.index], False)[at]
    return pd.DataFrame(labels, annual.index)
