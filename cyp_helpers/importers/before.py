"""An edition beside the one before, measure by measure, before anything is written.

A figure is looked at in ``plausible``; here it is whole measures: a publisher that turned a unit or a definition, emptied a
column, or sent a part of the file. What such a measure would change is held back until it is accepted by name.
"""

import numpy as np
import pandas as pd

from cyp_helpers.importers.merge import KEY, says_the_same, with_rounding_steps
from cyp_helpers.importers.plausible import REASONS
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES

_COMPARED = [*KEY, "value", "numerator", "denominator"]
_TURNED = 5.0  # times; real medians of all areas move by two thirds at most from year to year
_FEW, _MANY = 5, 20  # areas that a median needs where there are as many; authorities that can be called all
_MOST, _ALL = 0.5, 0.9
_MOVED = 0.02  # median change of a period that was revised throughout: real ones are 0.4%
_NEW_YEAR = 1 / 3  # of the areas of the year before


def look_at_measures(figures, published, editions, row, register):
    """What an edition's measures would change, and whether that can be.

    Parameters
    ----------
    figures : figures to use, with ``measure_key``, ``minus_measure`` and the columns of the published table
    published, editions : the tables so far
    row : dict, the edition's row of editions.csv
    register : Register, for the kinds of areas

    Returns
    -------
    DataFrame with the index of ``figures``: ``rule`` and ``reason`` ('' where the figure may pass). Figures that say what
    was known may pass, whatever their measure does.
    """
    known = _known(figures, published, editions, row["edition_date"])
    beside = figures[["measure_key", "minus_measure", *_COMPARED]].assign(source_id=row["source_id"])
    beside = beside.merge(known, on=KEY, how="left", suffixes=("", "_old")).set_index(figures.index)
    old = beside[[f"{name}_old" for name in ("source_id", "value", "numerator", "denominator")]]
    old = old.set_axis([name.removesuffix("_old") for name in old], axis=1).assign(series_id=beside["series_id"])
    told = beside["source_id_old"].notna()
    old = with_rounding_steps(old.fillna({"value": "", "source_id": ""}))
    beside = with_rounding_steps(beside)
    changed = ~(told & says_the_same(beside, old))
    beside = beside.assign(
        old=old["number"], known=told, changed=changed & (told | beside["number"].notna()),
        end=parse_periods(beside["period"])["end"],
        is_authority=beside["area_id"].map(register.table("areas").set_index("area_id")["area_type"]).isin(AUTHORITY_TYPES),
    )  # fmt: skip
    rules = [_turned(beside), _emptied(beside), _all_moved(beside), _equals_another(beside), _fewer(beside, known)]
    found = pd.concat(rules).groupby(level=0).first()
    rule, detail = (
        beside["measure_key"].map(found[name].to_dict()).astype("str").fillna("") for name in ("rule", "detail")
    )
    rule = rule.where(beside["changed"], "")
    reason = rule.map(REASONS).fillna("") + ": " + detail + "; --accept " + beside["measure_key"] + " takes it as it is"
    return pd.DataFrame({"rule": rule, "reason": reason.where(rule != "", "")})


def _known(figures, published, editions, day):
    """Each figure as the newest edition up to ``day`` had it, or else the first after it."""
    rows = published[published["series_id"].isin(figures["series_id"].unique())]
    when = rows["source_id"].map(editions.set_index("source_id")["edition_date"])
    rows = rows[[*_COMPARED, "source_id"]].assign(earlier=when <= day, when=when).sort_values("when", kind="stable")
    rows = pd.concat([rows[rows["earlier"]].iloc[::-1], rows[~rows["earlier"]]]).drop_duplicates(KEY)
    return rows[[*_COMPARED, "source_id", "earlier"]]


def _found(bad, rule, words):
    """The first bad group of each measure (frame with ``measure_key``) as measure_key -> rule, detail."""
    first = bad.drop_duplicates("measure_key").set_index("measure_key")
    detail = [words.format(**group) for group in first.to_dict("records")]
    return pd.DataFrame({"rule": rule, "detail": detail}, index=first.index, dtype="str")


def _turned(rows):
    """The unit: a hundredth, a hundred times, shares that became counts, nothing after thousands."""
    line = ["measure_key", "area_id", "breakdown"]
    rows = rows[(rows["minus_measure"] == "") & rows["number"].notna()].sort_values([*line, "end"])
    year_before = rows["old"].fillna(rows["number"]).groupby([rows[name] for name in line]).shift(1)
    old = rows["old"].where(rows["known"], year_before.where(~rows["period"].str.startswith("month")))
    rows = rows.assign(ratio=rows["number"] / old.where(old != 0))
    found = rows.groupby(["measure_key", "period"])["ratio"].agg(times="median", size="count").reset_index()
    enough = found["size"] >= np.minimum(_FEW, found.groupby("measure_key")["size"].transform("max"))
    bad = enough & ((found["times"] >= _TURNED) | (found["times"] <= 1 / _TURNED))
    return _found(found[bad], "scale-turned", "in {period} {times:.3g} times as much as before")


def _emptied(rows):
    """Of the whole measure, or of a year of it."""
    had = rows[rows["old"].notna()].assign(gone=lambda frame: frame["number"].isna())
    whole = had.groupby("measure_key")["gone"].agg(["mean", "sum", "size"]).reset_index().assign(where="all")
    years = (
        had.groupby(["measure_key", "period"])["gone"]
        .agg(["mean", "sum", "size"])
        .reset_index(names=["measure_key", "where"])
    )
    years = years[(years["mean"] >= _ALL) & (years["size"] >= _MANY)]
    bad = pd.concat([whole[whole["mean"] >= _MOST], years])
    return _found(bad, "measure-emptied", "in {where} years {sum} of {size}")


def _all_moved(rows):
    both = rows[rows["old"].notna() & rows["number"].notna() & rows["is_authority"]]
    both = both.assign(size=(100 * (both["number"] - both["old"]) / both["old"].where(both["old"] != 0)).abs())
    found = both.groupby(["measure_key", "period"]).agg(
        share=("changed", "mean"), areas=("changed", "size"), half=("size", "median")
    )
    bad = (found["share"] >= _ALL) & (found["areas"] >= _MANY) & (found["half"] >= 100 * _MOVED)
    words = "in {period} {share:.0%} of authorities, half of them by {half:.1f}% or more"
    return _found(found[bad].reset_index(), "all-moved", words)


def _equals_another(rows):
    """Within one edition; pairs of measures that were equal before, or are one series, are not looked at."""
    given = rows.loc[
        rows["number"].notna() & rows["is_authority"], ["measure_key", "series_id", "area_id", "period", "value", "old"]
    ]
    size = given.groupby(["measure_key", "period"])["value"].agg(["size", "nunique"])
    telling = size[(size["size"] >= _MANY) & (size["nunique"] >= _MANY / 2)]
    given = given[pd.MultiIndex.from_frame(given[["measure_key", "period"]]).isin(telling.index)]
    pairs = given.merge(given, on=["area_id", "period", "value"], suffixes=("", "_other"))
    pairs = pairs[pairs["series_id"] != pairs["series_id_other"]].assign(
        were=lambda frame: frame["old"] == frame["old_other"]
    )
    found = pairs.groupby(["measure_key", "period", "measure_key_other"])["were"].agg(["size", "mean"]).reset_index()
    of = size["size"].reindex(pd.MultiIndex.from_frame(found[["measure_key", "period"]])).to_numpy()
    bad = (found["size"] >= _ALL * of) & (found["mean"] < _MOST)
    return _found(found[bad], "equals-another", "in {period} those of {measure_key_other}")


def _fewer(rows, known):
    """Areas of the whole measure, and of a year that is new in it."""
    own = known["source_id"] == rows["source_id"].iloc[0]
    before = known[known["earlier"].astype(bool) & ~own].groupby("series_id")["area_id"].nunique()
    # An edition can come in parts: what an earlier file of it brought counts.
    areas = (
        pd.concat([rows[["series_id", "area_id"]], known.loc[own, ["series_id", "area_id"]]])
        .groupby("series_id")["area_id"]
        .nunique()
    )
    whole = rows.groupby("measure_key").agg(series=("series_id", "first")).reset_index()
    whole = whole.assign(
        now=whole["series"].map(areas), before=whole["series"].map(before).fillna(0).astype(int), where="all years"
    )
    given = rows[rows["number"].notna()]
    years = given.groupby(["measure_key", "end"]).agg(
        now=("area_id", "nunique"), known=("known", "max"), where=("period", "first")
    )
    years = years.reset_index().assign(before=lambda frame: frame.groupby("measure_key")["now"].shift(1))
    new = ~years["known"] & years.groupby("measure_key")["known"].transform("max")
    few = new & (years["before"] >= _MANY) & (years["now"] < _NEW_YEAR * years["before"])
    bad = pd.concat([whole[(whole["before"] > 1) & (whole["now"] < _ALL * whole["before"])], years[few]])
    return _found(bad, "far-fewer-areas", "in {where} {now} of {before:.0f} areas")
