"""Honest comparison: known figures, pairs, judged pairs, of all areas at once.

Direction and evidence are two things. Like is set against like or not at all. Rounding may hide the answer. Flags travel
with what is worked out from a figure. Every row names its observations.
"""

from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from cyp_helpers.compare.areas import ranks
from cyp_helpers.compare.figures import join_words, known_figures, status_words, word
from cyp_helpers.compare.judge import judge
from cyp_helpers.compare.pairs import pair_figures
from cyp_helpers.compare.reasons import gap_sentences, judged_sentences
from cyp_helpers.register.periods import to_periods
from cyp_helpers.register.tables import Register, UnknownName, find_areas


class Judged(NamedTuple):
    """What was known on a day: the register then, every figure (with ranks), every judged pair."""

    register: Register
    figures: pd.DataFrame
    pairs: pd.DataFrame


@lru_cache(maxsize=2)
def judged_on(register, day, series=None):
    """Every comparison of every figure known on a day (of ``series``, a tuple, or all); kept, since all areas and pages read it.

    >>> judged_on(load_register(), pd.Timestamp("2018-03-31")).pairs["verdict"].isin(Verdict).all()
    True
    """
    known = register.as_known(day)
    figures = known_figures(known, series)
    return Judged(known, figures.join(ranks(figures)), judge(figures, pair_figures(figures, known)))


def compare(register, as_at=None, areas=None, series=None):
    """Every known figure against its past, England, its region and its statistical neighbours.

    Parameters
    ----------
    register : Register, of ``load_register``
    as_at : date; only what had been published by then is used. Left out: today
    areas : name, GSS code or LA number of an authority, a region or England, or a list of such; a region stands for the
        authorities in it. Left out: all areas
    series : ``series_id`` or a list of such, see ``indicators``. Left out: all

    Returns
    -------
    DataFrame, one row for each figure and comparator, with these columns:

    - ``series_id``, ``indicator`` (name of the series), ``breakdown``, ``unit``, ``polarity`` (higher or lower is better, or none)
    - ``area_id``, ``area``, ``region``
    - ``period`` (pandas Period; NaT where a document prints none), ``period_label`` ("2024/25", "academic year 2024/25"),
      ``year`` ("2024/25" of both, "2024" of calendar years, '' of other periods)
    - ``value`` (number, in the unit), ``status`` (shorthand such as p for provisional), ``source_id`` (document or file)
    - ``comparator``: previous (the last earlier figure), same_period_last_year (of months and quarters), five_years, england,
      region, neighbours (their mean)
    - ``other_value``, ``other_period``; ``difference`` = value - other_value, in the unit, percentage points for percentages
    - ``direction``: 1 above, -1 below, 0 no clear difference; empty where not compared or rounding hides it
    - ``verdict``: a word of ``Verdict``, such as improved, better, no clear change, not compared
    - ``evidence``: a word of ``Evidence``, '' where not compared
    - ``gap``: '' or the kind of reason why the two are not compared; ``reason``: one sentence on the verdict or the gap
    - ``flags``: what else to know, joined by "; ": statuses of both figures, "other source", "unlike periods", "average of areas"
    - ``rank`` (1 is best, the highest where neither direction is better) ``rank_of, rank_ties``, ``band`` (quarter, 1 is best):
      among all authorities with a figure for the period, whichever areas were asked for

    Raises
    ------
    UnknownName for an area or series that the register does not have, with near matches.

    Notes
    -----
    Rounding: a printed 5 stands for 4.5 up to 5.5 and a difference that this could turn round has no direction. Tests: see
    ``judge``. Totals are not set beside other areas' totals; a break in a series is not compared across.

    >>> rows = compare(load_register(), as_at="2018-03-31", areas="Leicester", series="re-referrals")
    >>> rows.query("comparator == 'england' and year == '2016/17'")["verdict"].tolist()
    ['better']
    """
    day = pd.Timestamp(as_at) if as_at is not None else pd.Timestamp.today().normalize()
    wanted = None if areas is None else find_areas(register, areas)
    chosen = None if series is None else tuple(find_series(register, series))
    known, figures, pairs = judged_on(register, day, chosen)
    if wanted is not None:
        figures = figures[figures["area_id"].isin(wanted)]
        pairs = pairs[pairs["figure"].isin(figures.index)]
    return _tidy(pairs, figures, judged_on(register, day, chosen).figures, known)


def _tidy(pairs, figures, every, register):
    """Judged pairs with the facts of their figures, as ``compare`` gives them."""
    names = register.table("series").set_index("series_id")["name"]
    areas = register.table("areas").set_index("area_id")["name"]
    facts = pd.DataFrame(
        {
            "series_id": figures["series_id"],
            "indicator": figures["series_id"].map(names),
            "breakdown": figures["breakdown"],
            "unit": figures["unit"],
            "polarity": figures["polarity"],
            "area_id": figures["area_id"],
            "area": figures["area"],
            "region": figures["region_id"].map(areas).astype("str").fillna(""),
            "period": to_periods(figures),
            "period_label": figures["period_label"],
            "year": figures["period"].str.extract(r"^\w\w (\d{4}(?:/\d\d)?)$")[0].astype("str").fillna(""),
            "value": figures["number"],
            "status": figures["status"],
            "source_id": figures["source_id"],
        }
    )
    rows = facts.reindex(pairs["figure"]).set_axis(pairs.index)
    other = every[["status", "period_label", "start", "end", "kind"]].reindex(pairs["other"]).set_axis(pairs.index)
    mine = every[["start", "end"]].reindex(pairs["figure"]).set_axis(pairs.index)
    near = pairs["comparator"] == "neighbours"
    beside = pairs["comparator"].isin(["england", "region"])
    where = (
        rows["region"].mask(pairs["comparator"] == "england", "England").mask(pairs["gap"] == "itself", rows["area"])
    )
    years = "are " + pairs["n"].fillna(0).astype(int).astype("str")
    detail = pd.Series("another period", pairs.index).mask(pairs["gap"] == "no figure printed", "no figure")
    detail = detail.mask(pairs["gap"] == "too few years", years)
    judged = pairs["gap"] == ""
    apart = beside & judged & ((mine["start"] != other["start"]) | (mine["end"] != other["end"]))
    rows = rows.assign(
        comparator=pairs["comparator"],
        other_value=pairs["other_number"],
        other_period=other["period_label"].mask(near & judged, rows["period_label"]).fillna(""),
        **pairs[["difference", "direction", "verdict", "evidence", "gap"]],
        reason=judged_sentences(pairs).where(judged, gap_sentences(pairs["gap"], where, detail)),
        flags=join_words(
            [
                status_words(rows["status"], register),
                status_words(other["status"].fillna(""), register),
                word("unlike periods", apart),
                word("other source", pairs["other_source"].eq(True)),
                word("average of areas", near & judged),
            ]
        ),
    )
    ranked = figures[["rank", "rank_of", "rank_ties", "band"]].reindex(pairs["figure"]).set_axis(pairs.index)
    return rows.join(ranked).reset_index(drop=True)


def find_series(register, series):
    """The ``series_id`` of one series or a list of them; raises UnknownName with near matches."""
    wanted = [series] if isinstance(series, str) else list(series)
    known = register.table("series")["series_id"]
    strangers = [one for one in wanted if one not in set(known)]
    if strangers:
        near = get_close_matches(strangers[0], known, n=3)
        hint = f" Near matches: {', '.join(near)}." if near else " cyp.indicators() lists them."
        raise UnknownName(f"Unknown series: {strangers[0]!r}.{hint}")
    return wanted
