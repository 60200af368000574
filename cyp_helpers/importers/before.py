"""An edition beside the one before, measure by measure, before anything is written.

A figure is looked at in ``plausible``; here it is whole measures: a publisher that turned a unit or a definition,
emptied a column, or sent a part of the file. What such a measure would change is held back until it is accepted by
name.
"""

import numpy as np
import pandas as pd

from cyp_helpers.importers.merge import KEY, figure_numbers, says_the_same, with_rounding_steps
from cyp_helpers.importers.plausible import REASONS
from cyp_helpers.register.catalogue import OWN
from cyp_helpers.register.each import by_each
from cyp_helpers.register.tables import AUTHORITY_TYPES

_COMPARED = [*KEY, "value", "numerator", "denominator"]
# Times as much. Real medians of all areas move, from year to year, to 1.14 times for gaps and to 1.65 for the measures
# of the register; those of the rest of the catalogue, with their small counts, to 2.5 in the pandemic.
_TURNED_GAP, _TURNED, _TURNED_REST = 1.5, 1.8, 2.6
_ABOUT_NOUGHT = 0.1  # of figures with the other sign
_INVERTED = 3.0  # times nearer to what was missing to a hundred than to the figure itself; real medians reach 2
_FEW, _MANY = 5, 20  # areas that a median needs where there are as many; authorities that can be called all
_MOST, _ALL = 0.5, 0.9
_YEAR_EMPTIED = 0.25  # of a year's figures; editions take back 6% of a year at most
_MOVED = 0.02  # median change of a period that was revised throughout: real ones are 0.4%
_NEW_YEAR = 1 / 3  # of the areas of the year before


def look_at_measures(figures, published, editions, day, register):
    """What an edition of a ``day`` (text) would change of whole measures, and whether that can be.

    ``figures`` are those to use, with ``measure_key, minus_measure, end`` (of the period) and the columns of the
    published table. Returns for each ``rule`` and ``reason``, '' where it may pass, as do all that say what was known.
    """
    known, areas = _known(figures, published, editions, day), register.table("areas")
    beside = figures[["measure_key", "minus_measure", "end", "source_id", *_COMPARED]]
    number, of_known = figure_numbers(beside, known)
    old = known.set_axis(of_known)[["source_id", "value", "numerator", "denominator"]]
    old = old.reindex(number).set_axis(beside.index)
    told = old["source_id"].notna()
    old = with_rounding_steps(old.assign(series_id=beside["series_id"]))
    beside = with_rounding_steps(beside)
    changed = ~(told & says_the_same(beside, old))
    beside = beside.assign(
        old=old["number"], known=told, changed=changed & (told | beside["number"].notna()),
        is_authority=beside["area_id"].isin(areas.loc[areas["area_type"].isin(AUTHORITY_TYPES), "area_id"]),
    )  # fmt: skip
    rows = beside[beside["series_id"].isin(beside.loc[beside["changed"], "series_id"].unique())]
    if rows.empty:
        return pd.DataFrame({"rule": "", "reason": ""}, figures.index, dtype="str")
    turned, inverted, moved = _of_periods(_beside_year_before(rows))
    found = [turned, inverted, _emptied(rows), moved, _equals_another(beside), _fewer(rows, known)]
    found = pd.concat(found).groupby(level=0).first()
    bad = rows[rows["changed"] & rows["measure_key"].isin(found.index)]
    key = bad["measure_key"].astype("str")
    rule, detail = (key.map(found[name]).astype("str") for name in ("rule", "detail"))
    reason = rule.map(REASONS) + ": " + detail + "; --accept " + key + " takes it as it is"
    return pd.DataFrame({"rule": rule, "reason": reason}, dtype="str").reindex(figures.index, fill_value="")


def _known(figures, published, editions, day):
    """Each figure as the newest edition up to ``day`` had it, or else the first after it."""
    rows = published.loc[published["series_id"].isin(figures["series_id"].unique()), [*_COMPARED, "source_id"]]
    days = editions.set_index("source_id")["edition_date"]
    when = by_each(rows["source_id"], lambda each: each.map(days).astype("category"))
    rows = rows.assign(earlier=when.isin(days[days <= day]), when=when.cat.codes, figure=figure_numbers(rows)[0])
    rows = rows.sort_values("when", kind="stable")
    return pd.concat([rows[rows["earlier"]].iloc[::-1], rows[~rows["earlier"]]]).drop_duplicates("figure")


def _found(bad, rule, words):
    """The first bad group of each measure (frame with ``measure_key``) as measure_key -> rule, detail."""
    first = bad.drop_duplicates("measure_key").astype({"measure_key": "str"}).set_index("measure_key")
    detail = [words.format(**group) for group in first.to_dict("records")]
    return pd.DataFrame({"rule": rule, "detail": detail}, index=first.index, dtype="str")


def _beside_year_before(rows):
    """Rows with a figure; ``old`` is what was known of it, or else the area's figure of the year before (months: of the
    same month)."""
    rows = rows[rows["number"].notna()].assign(month=rows["end"].dt.month)
    line = ["measure_key", "area_id", "breakdown", "month"]
    rows = rows.sort_values([*line, "end"])
    year_before = rows["old"].fillna(rows["number"]).groupby([rows[name] for name in line]).shift(1)
    return rows.assign(old=rows["old"].where(rows["known"], year_before))


def _of_periods(rows):
    """What turned in a period: the unit or the length of the year (a hundredth, a hundred times, shares that became
    counts, a quarter for a year; of a gap also its sign); shares that became the rest of the hundred; and nearly every
    authority's figure. Of measures that lie about nought the median says nothing of the unit."""
    number, old, authority = rows["number"], rows["old"], rows["is_authority"]
    some = old.where(old != 0)
    below = (some < 0).groupby(rows["measure_key"]).transform("mean")
    again = authority & rows["known"] & old.notna()
    found = rows.assign(
        times=(number / some).mask(below.between(_ABOUT_NOUGHT, 1 - _ABOUT_NOUGHT)),
        moved=(number - old).abs().where(authority), missed=(number + old - 100).abs().where(authority),
        share=rows["changed"].astype("float64").where(again), part=(100 * (number - old) / some).abs().where(again),
    ).groupby(["measure_key", "period"]).agg(
        series_id=("series_id", "first"), gap=("minus_measure", "first"),
        times=("times", "median"), size=("times", "count"),
        moved=("moved", "median"), missed=("missed", "median"), areas=("moved", "count"),
        share=("share", "mean"), again=("share", "count"), half=("part", "median"),
    ).reset_index()  # fmt: skip
    enough = found["size"] >= np.minimum(_FEW, found.groupby("measure_key")["size"].transform("max"))
    rest = found["series_id"].str.startswith(OWN)
    limit = np.where(found["gap"] != "", _TURNED_GAP, np.where(rest, _TURNED_REST, _TURNED))
    turned = enough & ((found["times"] >= limit) | (found["times"] <= 1 / limit))
    inverted = (found["areas"] >= _MANY) & (found["moved"] >= _INVERTED * found["missed"]) & (found["moved"] > 0)
    moved = (found["share"] >= _ALL) & (found["again"] >= _MANY) & (found["half"] >= 100 * _MOVED)
    by_how_much = "in {period} {share:.0%} of authorities, half of them by {half:.1f}% or more"
    return (
        _found(found[turned], "scale-turned", "in {period} {times:.3g} times as much as before"),
        _found(found[inverted], "share-inverted", "in {period} of {areas} authorities"),
        _found(found[moved], "all-moved", by_how_much),
    )


def _emptied(rows):
    """Of the whole measure, or of a year of it."""
    had = rows[rows["old"].notna()].assign(gone=rows["number"].isna(), where=rows["period"])
    keys = ("measure_key", ["measure_key", "where"])
    whole, years = (had.groupby(by)["gone"].agg(["mean", "sum", "size"]).reset_index() for by in keys)
    years = years[(years["mean"] >= _YEAR_EMPTIED) & (years["size"] >= _MANY)]
    bad = pd.concat([whole[whole["mean"] >= _MOST].assign(where="all years"), years])
    return _found(bad, "measure-emptied", "in {where} {sum} of {size}")


def _equals_another(rows):
    """Within one edition; pairs of measures that were equal before, or are one series, are not looked at."""
    columns = ["measure_key", "series_id", "area_id", "period", "value", "old", "number"]
    given = rows.loc[rows["number"].notna() & rows["is_authority"], columns]
    # Where no figure of a period is another than before, nothing began to be equal there.
    given = given[given["period"].isin(given.loc[given["old"] != given["number"], "period"].unique())]
    cells = given.groupby(["measure_key", "period"])["value"]
    given = given.assign(areas=cells.transform("size"))
    given = given[(given["areas"] >= _MANY) & (cells.transform("nunique") >= _MANY / 2)]
    pairs = given.merge(given, on=["area_id", "period", "value"], suffixes=("", "_other"))
    pairs = pairs.assign(were=pairs["old"] == pairs["old_other"])[pairs["series_id"] != pairs["series_id_other"]]
    found = pairs.groupby(["measure_key", "period", "measure_key_other"])
    found = found.agg(same=("were", "size"), were=("were", "mean"), areas=("areas", "first")).reset_index()
    bad = (found["same"] >= _ALL * found["areas"]) & (found["were"] < _MOST)
    return _found(found[bad], "equals-another", "in {period} those of {measure_key_other}")


def _fewer(rows, known):
    """Areas of the whole measure, and of a year that is new in it."""
    own = known["source_id"] == rows["source_id"].iloc[0]
    before = known[known["earlier"].astype(bool) & ~own].groupby("series_id")["area_id"].nunique()
    # An edition can come in parts: what an earlier file of it brought counts.
    parts = [part[["series_id", "area_id"]].drop_duplicates().astype("str") for part in (rows, known[own])]
    areas = pd.concat(parts).groupby("series_id")["area_id"].nunique()
    whole = rows.groupby("measure_key")["series_id"].first().astype("str").reset_index()
    now, had = (whole["series_id"].map(each) for each in (areas, before.rename(str)))
    whole = whole.assign(now=now, before=had.fillna(0).astype(int), where="all years")
    given = rows[rows["number"].notna()].groupby(["measure_key", "end"])
    years = given.agg(now=("area_id", "nunique"), known=("known", "max"), where=("period", "first")).reset_index()
    years = years.assign(before=lambda frame: frame.groupby("measure_key")["now"].shift(1))
    new = ~years["known"] & years.groupby("measure_key")["known"].transform("max")
    few = new & (years["before"] >= _MANY) & (years["now"] < _NEW_YEAR * years["before"])
    bad = pd.concat([whole[(whole["before"] > 1) & (whole["now"] < _ALL * whole["before"])], years[few]])
    return _found(bad, "far-fewer-areas", "in {where} {now} of {before:.0f} areas")
