"""Claims worked out again from their own figures: does the arithmetic of a document hold?"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import word
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import ENGLAND, LINE_KEY, decimal_places

_RISING, _FALLING = ["increased", "higher"], ["decreased", "lower"]
HOLDS, EDGE, COARSE, FAILS, HIDDEN, UNCHECKED = (
    "holds", "holds only at the edge of rounding", "holds only if a figure is rounded as coarsely as it is printed",
    "does not hold", "hidden by rounding", "cannot be checked"
)


def check_claims(register, figures):
    """Each comparison that a document states, against the figures that stand beside it.

    A relative change of ``v`` from ``c`` lies between ``v_low / c_high - 1`` and ``v_high / c_low - 1``; a printed change of
    21% stands for anything from 20.5% up to 21.5%. Documents often drop a final zero (5.2 to 4), so the change is worked out twice:
    with the rounding that is printed, and with both figures taken to the decimals of the finer one.

    Parameters
    ----------
    figures : frame of ``with_words``

    Returns
    -------
    DataFrame with one row for each stated comparison known on the day: ``stated_id, name, area_id, printed, earlier,
    later`` (figures in words, or ''), ``recomputed`` (the range), ``outcome`` (one of the constants above), ``reason``,
    ``source``.
    """
    claims = register.table("stated-comparisons").reset_index(drop=True)
    names = register.table("series").set_index("series_id")["name"]
    later = _figure_of(claims, figures, claims["area_id"], claims["period"])
    national = claims["comparator"] == "england"
    earlier = _figure_of(
        claims, figures, claims["area_id"].mask(national, ENGLAND),
        claims["period"].where(national, claims["comparator_period"])
    )
    both = later["number"].notna() & earlier["number"].notna()
    change = pd.to_numeric(claims["change"])
    sized, relative = both & change.notna(), claims["change_unit"].str.contains("earlier figure")
    printed_range = _range(later, earlier, relative)
    finest = np.maximum(
        decimal_places(later["value"].astype("str").fillna("")),
        decimal_places(earlier["value"].astype("str").fillna("")),
    )
    finer_range = _range(_rounded_to(later, finest), _rounded_to(earlier, finest), relative)
    half = 0.5 * 10.0 ** -decimal_places(claims["change"])
    outcome = np.select(
        [~both | (claims["stated"] == "unclear"), sized],
        [UNCHECKED, _size_outcome(change, half, printed_range, finer_range)],
        _direction_outcome(claims["stated"], later, earlier),
    )
    unit = pd.Series(np.where(relative, "%", " percentage points"), index=claims.index, dtype="str")
    recomputed = (_range_text(finer_range) + unit).where(sized, "")
    return pd.DataFrame({
        "stated_id": claims["stated_id"], "name": claims["series_id"].map(names), "area_id": claims["area_id"],
        "printed": claims["printed"], "earlier": earlier["said"].astype("str").fillna(""),
        "later": later["said"].astype("str").fillna(""), "recomputed": recomputed, "outcome": outcome,
        "reason": _reasons(claims, outcome, both, recomputed, printed_range, unit),
        "source": claims["source_id"] + ": " + claims["locator"]
    })


def _figure_of(claims, figures, area_id, period):
    keys = [*LINE_KEY, "period"]
    wanted = claims[["series_id", "breakdown"]].assign(area_id=area_id, period=period)
    known = figures[figures["number"].notna()].drop_duplicates(keys, keep="last").set_index(keys)
    return (
        known[["number", "low", "high", "value", "said"]]
        .reindex(pd.MultiIndex.from_frame(wanted[keys]))
        .set_axis(claims.index)
    )


def _rounded_to(figure, places):
    half = 0.5 * 10.0**-places
    return figure.assign(low=figure["number"] - half, high=figure["number"] + half)


def _range(later, earlier, relative):
    low = (100 * (later["low"] / earlier["high"] - 1)).where(relative, later["low"] - earlier["high"])
    high = (100 * (later["high"] / earlier["low"] - 1)).where(relative, later["high"] - earlier["low"])
    return pd.DataFrame({"low": low, "high": high}).round(9)


def _size_outcome(change, half, printed_range, finer_range):
    inside = change.between(finer_range["low"], finer_range["high"])
    touching = (change + half > finer_range["low"]) & (change - half < finer_range["high"])
    coarse = (change + half > printed_range["low"]) & (change - half < printed_range["high"])
    return np.select([inside, touching, coarse], [HOLDS, EDGE, COARSE], FAILS)


def _direction_outcome(stated, later, earlier):
    above, below = later["low"] >= earlier["high"], later["high"] <= earlier["low"]
    apart = above | below
    return np.select(
        [
            stated == "similar", ~apart, stated.isin(_RISING) & above, stated.isin(_FALLING) & below,
            ~stated.isin(_RISING + _FALLING)
        ],
        [np.where(apart, FAILS, HOLDS), HIDDEN, HOLDS, HOLDS, UNCHECKED], FAILS
    )


def _range_text(span):
    ends = (
        span.round(1)
        .map("{:+.1f}".format, na_action="ignore")
        .astype("str")
        .apply(lambda column: column.str.replace("-", "\N{MINUS SIGN}"))
    )
    return ends["low"] + " to " + ends["high"]


def _reasons(claims, outcome, both, recomputed, printed_range, unit):
    outcome = pd.Series(outcome, index=claims.index)
    coarse = _range_text(printed_range) + unit
    return pd.Series(
        np.select(
            [
                claims["stated"] == "unclear",
                ~both,
                recomputed != "",
                outcome == HIDDEN,
                claims["stated"] == "similar",
            ],
            [
                "The text is cut off, so there is no claim to check.",
                "The document does not print both figures.",
                "From the printed figures the change is "
                + recomputed.fillna("")
                + "; as coarsely as printed, "
                + coarse.fillna("")
                + ".",
                "The two figures are too close to tell apart after rounding.",
                "In line is taken to mean that the two cannot be told apart after rounding.",
            ],
            "The printed figures show the direction.",
        ),
        index=claims.index,
    )


# ---- stated standings beside published figures ----


def check_standings(register, figures, pairs):
    """What documents state about an area beside England ("Better", "Worse"), against the published figures of that time.

    The published figure is that of the stated period; where no period is printed, the newest one published by the date of
    the document. Where there is none of that time the nearest later one is shown, and the answer says so.

    Parameters
    ----------
    figures : frame of ``with_words`` with published data
    pairs : frame of ``judge``

    Returns
    -------
    DataFrame, one row for each statement known on the day: ``stated_id, name, printed, own, england`` (figures in words,
    or ''), ``published_verdict, evidence, answer`` (agrees, does not agree, no clear difference, hidden by rounding, cannot be checked; with
    ", by a later figure" where it is one), ``source``.
    """
    stated = register.table("stated-comparisons")
    stated = stated[stated["comparator"] == "england"]
    stated = stated[stated["stated"].isin(["better", "worse", "similar"])].reset_index(drop=True)
    series = register.table("series").set_index("series_id")
    both = _of_the_time(stated, figures)
    mine, other = both.xs("own", axis=1), both.xs("england", axis=1)
    of_pair = pairs[pairs["comparator"] == "england"].set_index("figure")[["verdict", "evidence"]]
    told = of_pair.reindex(mine["figure"]).set_axis(stated.index)
    known = told["evidence"].fillna("") != ""
    sure = told["evidence"] == Evidence.CLEAR
    answer = np.select(
        [~known, told["evidence"] == Evidence.HIDDEN, ~sure, told["verdict"] == stated["stated"]],
        [UNCHECKED, HIDDEN, "no clear difference", "agrees"], "does not agree"
    )
    later = word(", by a later figure", mine["number"].notna() & mine["is_later"].eq(True))
    return pd.DataFrame({
        "stated_id": stated["stated_id"], "name": stated["series_id"].map(series["name"]),
        "printed": stated["printed"] + stated["period_printed"].map(" ({})".format).where(
            stated["period_printed"] != "", ""
        ),
        "own": mine["said"].astype("str").fillna(""), "england": other["said"].astype("str").fillna(""),
        "published_verdict": told["verdict"].where(known, ""), "evidence": told["evidence"].fillna(""),
        "answer": pd.Series(answer, dtype="str") + later, "source": stated["source_id"] + ": " + stated["locator"]
    })


def _of_the_time(stated, figures):
    """The published figure of the area and of England that each statement can be held against, side by side."""
    columns = ["number", "said", "figure"]
    keys = ["series_id", "breakdown", "start", "end"]
    published = figures[figures["open_data"] & figures["number"].notna()].reset_index()
    own = published[published["area_id"] != ENGLAND]
    pairs = own.merge(
        published.loc[published["area_id"] == ENGLAND, [*keys, *columns]], on=keys, suffixes=("", "_england")
    )
    asked = stated[LINE_KEY].assign(row=stated.index, told=stated["published"])
    asked = asked.assign(
        asked_end=parse_periods(stated["period"])["end"], with_period=~stated["period"].str.startswith("latest")
    )
    both = asked.merge(pairs, on=LINE_KEY)
    both["is_later"] = (both["end"] > both["asked_end"]) | (~both["with_period"] & (both["published"] > both["told"]))
    good = both[~both["with_period"] | (both["end"] >= both["asked_end"])]
    # Of its time: the newest that was known; else the first that came later.
    distance = (good["end"] - good["asked_end"]).abs()
    best = good.assign(distance=distance).sort_values(["is_later", "distance"], kind="stable").drop_duplicates("row")
    best = best.set_index("row").reindex(stated.index)
    sides = {
        "own": best[[*columns, "is_later"]],
        "england": best[[f"{one}_england" for one in columns]].set_axis(columns, axis=1),
    }
    return pd.concat(sides, axis=1)
