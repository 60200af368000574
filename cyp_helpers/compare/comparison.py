"""Honest comparison: known figures, pairs, judged pairs, of all areas at once.

Direction and evidence are two things. Like is set against like or not at all. Rounding may hide the answer. Flags
travel with what is worked out from a figure. Every row names its observations.
"""

from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from cyp_helpers.compare.areas import RANKS, ranks
from cyp_helpers.compare.figures import as_text, choose, join_words, known_figures, look_up, status_words, word
from cyp_helpers.compare.judge import judge
from cyp_helpers.compare.pairs import pair_figures, years_before
from cyp_helpers.compare.reasons import coarser_places, judged_sentences, sentences
from cyp_helpers.register.periods import to_periods
from cyp_helpers.register.tables import Register, UnknownName, decimal_places, find_areas


class Judged(NamedTuple):
    """What was known on a day: the register, every figure (with ranks), every pair, the years before each figure."""

    register: Register
    figures: pd.DataFrame
    pairs: pd.DataFrame
    years: pd.DataFrame

    def of(self, rows=None):
        """The same with the pairs judged of all figures, or of some (a boolean Series)."""
        only = None if rows is None else rows.reindex(self.pairs["figure"]).to_numpy()
        return self._replace(pairs=judge(self.figures, self.pairs, self.years, self.register, only))


@lru_cache(maxsize=2)
def known_on(register, day, series=None):
    """The register as known on a day and every figure in it (of ``series``, a tuple, or all) with its rank; kept."""
    known = register.holding(series or ()).as_known(day)
    every = known_figures(known, series)
    return known, every.join(ranks(every))


@lru_cache(maxsize=2)
def paired_on(register, day, series=None):
    """What ``judged_on`` gives before the pairs are judged; kept, since a few areas are judged faster than all."""
    known, every = known_on(register, day, series)
    years = years_before(every)
    return Judged(known, every, pair_figures(every, known, years), years)


@lru_cache(maxsize=2)
def judged_on(register, day, series=None):
    """Every comparison of every figure known on a day (of ``series``, a tuple, or all), a Judged; kept."""
    return paired_on(register, day, series).of()


# What is the same in the help of ``figures`` and ``compare``.
_HELP = {
    "parameters": """Parameters
    ----------
    register : Register, of ``load_register``
    as_at : date; only what had been published by then is used, the newest edition of each figure. Left out: today
    areas : name, GSS code or LA number of an authority, a region or England, or a list of such; a region stands for the
        authorities in it. Left out: all areas
    series : ``series_id`` or a list of such, see ``indicators``. Left out: all but the catalogue's, read by name""",
    "facts": """- ``series_id``, ``name`` (of the series), ``breakdown``, ``unit``
    - ``polarity`` (higher or lower is better, or none), ``area_id``, ``area``, ``region``
    - ``period`` (pandas Period; NaT where a document prints none), ``period_label`` ("2024/25", "academic year
      2024/25"), ``year`` ("2024/25" of both, "2024" of calendar years, '' of other periods)
    - ``value`` (number, in the unit), ``places`` (its printed decimals), ``status`` (shorthand: p for provisional)""",
    "ranks": """- ``rank`` (1 is best, the highest where neither direction is better), ``rank_of``, ``rank_ties``,
      ``band`` (quarter, 1 is best): among all authorities with a published figure for the period, whichever areas were
      asked for""",
    "errors": """Raises
    ------
    UnknownName for an area or series that the register does not have, with near matches.""",
}


def _explained(verb):
    verb.__doc__ = verb.__doc__.format(**_HELP)
    return verb


@_explained
def figures(register, as_at=None, areas=None, series=None):
    """Every known figure: of the plans' documents and of published data alike.

    {parameters}

    Returns
    -------
    DataFrame, one row for each figure that has a number, with these columns:

    {facts}
    - ``low``, ``high``: what the printed value can stand for, in the unit; a printed 5 is 4.5 up to 5.5
    - ``numerator``, ``denominator``: counts, where published and fit for a test
    {ranks}
    - ``source_id`` (document or file), ``locator`` (place in it), ``published`` (date)

    {errors}

    >>> rows = cyp.figures(cyp.load_register(), as_at="2018-03-31", areas="Leicester", series="re-referrals")
    >>> rows.loc[rows["year"] == "2016/17", ["value", "rank"]].values.tolist()
    [[17.2, 48.0]]
    """
    wanted, day, chosen = _asked(register, as_at, areas, series)
    known, every = known_on(register, day, chosen)
    every = every[every["number"].notna() & every["area_id"].isin(every["area_id"] if wanted is None else wanted)]
    more = ["low", "high", "numerator", "denominator", *RANKS, "source_id", "locator", "published"]
    return _facts(every, known).join(every[more]).reset_index(drop=True)


@_explained
def compare(register, as_at=None, areas=None, series=None):
    """Every known figure against its past, England, its region and its statistical neighbours.

    {parameters}

    Returns
    -------
    DataFrame, one row for each figure and comparator, with these columns:

    {facts}
    - ``source_id`` (document or file)
    - ``comparator``: previous (the last earlier figure), same_period_last_year (of months and quarters), five_years,
      england, region, neighbours (their mean)
    - ``comparator_value`` (in the unit; empty where there is none), ``comparator_period`` (for readers)
    - ``difference``: value less comparator_value, in the unit, percentage points for percentages;
      ``difference_places``, the decimals it can bear, those of the coarser figure
    - ``direction``: 1 above (over time: moved up more than other authorities), -1 below, 0 not clear; empty where
      not compared
    - ``verdict``: a word of ``Verdict``, such as improved, better, no clear change, not compared; improved and worsened
      are beside how other authorities moved, and where the figure itself moved the other way it is falling behind or
      gaining ground
    - ``evidence``: a word of ``Evidence``: clear, unclear, not tested, stated, cannot tell from rounded figures; ''
      where not compared
    - ``promise``: of 100 like cases of earlier years, how many still stood on that side a year later; ``score``: how
      far the figure stands out, in units of what it ordinarily moves (see ``promise.scores``)
    - ``counts``: what a test of counts says, a second sign; '' where no counts are used
    - ``england_difference``: over time, how England moved between the same periods, in the unit
    - ``gap``: '' or the kind of reason why the two are not compared; ``reason``: one sentence on the verdict or the gap
    - ``flags``: what else to know, joined by "; ": statuses of both figures, "other source", "unlike periods", "average
      of areas"
    {ranks}

    {errors}

    Notes
    -----
    Clear: the score is beyond 1.96 and the promise at least 85 (beside areas) or 75 (over time), see ``judge``.
    Rounding: a printed 5 stands for 4.5 up to 5.5 and a difference that this could turn round has no direction. Totals
    are not set beside other areas' totals; a break in a series is not compared across.

    >>> rows = cyp.compare(cyp.load_register(), as_at="2018-03-31", areas="Nottinghamshire", series="assessments-timely")
    >>> rows.query("comparator == 'england' and year == '2016/17'")["verdict"].tolist()
    ['better']
    """
    wanted, day, chosen = _asked(register, as_at, areas, series)
    judged = judged_on(register, day, chosen) if wanted is None else paired_on(register, day, chosen)
    judged = judged if wanted is None else judged.of(judged.figures["area_id"].isin(wanted))
    return tidy(judged.pairs, judged.figures, judged.register)


def _asked(register, as_at, areas, series):
    """``area_id`` asked for or None, the day, ``series_id`` asked for or None; raises UnknownName with near ones."""
    day = pd.Timestamp(as_at) if as_at is not None else pd.Timestamp.today().normalize()
    chosen = None if series is None else (series,) if isinstance(series, str) else tuple(series)
    known = register.table("series")["series_id"]
    for stranger in [one for one in chosen or () if one not in set(known)]:
        near = get_close_matches(stranger, known, n=3)
        hint = f" Near matches: {', '.join(near)}." if near else " cyp.indicators() lists them."
        raise UnknownName(f"Unknown series: {stranger!r}.{hint}")
    return None if areas is None else find_areas(register, areas), day, chosen


def _facts(every, register):
    """What ``figures`` and ``compare`` say of each figure."""
    names = register.table("series").set_index("series_id")["name"]
    areas = register.table("areas").set_index("area_id")["name"]
    facts = every.assign(
        name=every["series_id"].map(names), region=as_text(every["region_id"].map(areas)),
        period=to_periods(every), year=as_text(every["period"].str.extract(r"^\w\w (\d{4}(?:/\d\d)?)$")[0]),
        value=every["number"], places=decimal_places(every["value"]),
    )
    order = "series_id name breakdown unit polarity area_id area region period period_label year value places status"
    return facts[order.split()]


def tidy(pairs, every, register):
    """Pairs of ``judge`` with the facts of their figures (``every``, of both sides), as ``compare`` gives them."""
    mine = every.loc[pairs["figure"].unique()]
    rows = look_up(pairs["figure"], _facts(mine, register).join(mine[["source_id", "start", "end", *RANKS]]))
    other = look_up(pairs["other"], every[["status", "period_label", "start", "end", "value"]])
    comparator, gap = pairs["comparator"], pairs["gap"]
    near, judged = comparator == "neighbours", gap == ""
    where = rows["region"].mask(comparator == "england", "England").mask(gap == "itself", rows["area"])
    detail = choose(
        pairs.index, (gap == "too few years", "are " + pairs["n"].fillna(0).astype(int).astype("str")),
        (gap == "no figure printed", "no figure"), otherwise="another period",
    )
    apart = (rows["start"] != other["start"]) | (rows["end"] != other["end"])
    apart &= comparator.isin(["england", "region"]) & judged
    told = rows.drop(columns=["start", "end", *RANKS]).assign(
        comparator=comparator, comparator_value=pairs["other_number"],
        comparator_period=other["period_label"].mask(near & judged, rows["period_label"]).fillna(""),
        difference=pairs["difference"], difference_places=coarser_places(rows["places"], other["value"]),
        **pairs[["direction", "verdict", "evidence", "promise", "score", "counts", "england_difference", "gap"]],
        reason=judged_sentences(pairs).where(judged, sentences(gap, area=where, detail=detail)),
        flags=join_words([
            status_words(rows["status"], register), status_words(other["status"].fillna(""), register),
            word("unlike periods", apart), word("other source", pairs["other_source"].eq(True)),
            word("average of areas", near & judged),
        ]),
    )
    return told.join(rows[RANKS]).reset_index(drop=True)
