"""Claims worked out again from their own figures: does the arithmetic of a document hold?"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import as_text, choose, formatted, matching, word
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import ENGLAND, LINE_KEY, decimal_places

HOLDS, EDGE, COARSE, FAILS, HIDDEN, UNCHECKED = (
    "holds", "holds only at the edge of rounding", "holds only if a figure is rounded as coarsely as it is printed",
    "does not hold", "hidden by rounding", "cannot be checked",
)


def check_claims(register, figures):
    """Each comparison that a document states, against the figures (of ``with_words``) that stand beside it.

    A relative change of ``v`` from ``c`` lies between ``v_low / c_high - 1`` and ``v_high / c_low - 1``; a printed
    change of 21% stands for anything from 20.5% up to 21.5%. Documents often drop a final zero (5.2 to 4), so the
    change is worked out twice: with the rounding that is printed, and with both figures taken to the decimals of the
    finer one.

    Returns: DataFrame, a row for each stated comparison known on the day: ``stated_id, name, area_id, printed, earlier,
    later`` (figures in words, or ''), ``recomputed`` (the range), ``outcome`` (one of the constants above), ``reason``,
    ``source``.
    """
    claims = register.table("stated-comparisons").reset_index(drop=True)
    stated, national = claims["stated"], claims["comparator"] == "england"
    later = _figure_of(claims, figures, claims["area_id"], claims["period"])
    period = claims["period"].where(national, claims["comparator_period"])
    earlier = _figure_of(claims, figures, claims["area_id"].mask(national, ENGLAND), period)
    both = later["number"].notna() & earlier["number"].notna()
    change, relative = pd.to_numeric(claims["change"]), claims["change_unit"].str.contains("earlier figure")
    half, sized = 0.5 * 10.0 ** -decimal_places(claims["change"]), both & change.notna()
    as_printed = _range(later, earlier, relative)
    finest = np.maximum(*(decimal_places(as_text(side["value"])) for side in (later, earlier)))
    finer = _range(_rounded_to(later, finest), _rounded_to(earlier, finest), relative)
    touching, coarse = ((change + half > one["low"]) & (change - half < one["high"]) for one in (finer, as_printed))
    above, below = later["low"] >= earlier["high"], later["high"] <= earlier["low"]
    rising, falling = stated.isin(["increased", "higher"]), stated.isin(["decreased", "lower"])
    cut, similar, apart = stated == "unclear", stated == "similar", above | below
    outcome = choose(
        claims.index,
        (~both | cut, UNCHECKED),
        (sized & change.between(finer["low"], finer["high"]), HOLDS),
        (sized & touching, EDGE), (sized & coarse, COARSE), (sized, FAILS),
        (similar & ~apart, HOLDS), (similar, FAILS), (~apart, HIDDEN),
        ((rising & above) | (falling & below), HOLDS), (rising | falling, FAILS),
        otherwise=UNCHECKED,
    )
    unit = word("%", relative) + word(" percentage points", ~relative)
    recomputed = (_range_text(finer) + unit).where(sized, "").fillna("")
    coarsely = "; as coarsely as printed, " + (_range_text(as_printed) + unit).fillna("") + "."
    reason = choose(
        claims.index,
        (cut, "The text is cut off, so there is no claim to check."),
        (~both, "The document does not print both figures."),
        (sized, "From the printed figures the change is " + recomputed + coarsely),
        (outcome == HIDDEN, "The two figures are too close to tell apart after rounding."),
        (similar, "In line is taken to mean that the two cannot be told apart after rounding."),
        otherwise="The printed figures show the direction.",
    )
    names = register.table("series").set_index("series_id")["name"]
    return claims[["stated_id"]].assign(
        name=claims["series_id"].map(names), area_id=claims["area_id"], printed=claims["printed"],
        earlier=as_text(earlier["said"]), later=as_text(later["said"]), recomputed=recomputed, outcome=outcome,
        reason=reason, source=claims["source_id"] + ": " + claims["locator"],
    )


def _figure_of(claims, figures, area_id, period):
    wanted, known = claims.assign(area_id=area_id, period=period), figures[figures["number"].notna()]
    return matching(wanted, known, [*LINE_KEY, "period"], ["number", "low", "high", "value", "said"], keep="last")


def _rounded_to(figure, places):
    half = 0.5 * 10.0**-places
    return figure.assign(low=figure["number"] - half, high=figure["number"] + half)


def _range(later, earlier, relative):
    low = (100 * (later["low"] / earlier["high"] - 1)).where(relative, later["low"] - earlier["high"])
    high = (100 * (later["high"] / earlier["low"] - 1)).where(relative, later["high"] - earlier["low"])
    return pd.DataFrame({"low": low, "high": high}).round(9)


def _range_text(span):
    low, high = (formatted(span[end].round(1), "{:+.1f}") for end in ("low", "high"))
    return (low + " to " + high).str.replace("-", "\N{MINUS SIGN}")


def check_standings(register, figures, pairs):
    """What documents state about an area beside England ("Better"), against the published figures of that time.

    The published figure is that of the stated period; where no period is printed, the newest one published by the date
    of the document. Where there is none of that time the nearest later one is shown, and the answer says so.

    Returns: DataFrame, a row for each statement known on the day: ``stated_id, name, printed, own, england`` (figures
    in words, or ''), ``published_verdict, evidence, answer`` (agrees, does not agree, no clear difference, hidden by
    rounding, cannot be checked; with ", by a later figure" where it is one), ``source``.
    """
    stated = register.table("stated-comparisons").query("comparator == 'england'")
    stated = stated[stated["stated"].isin(["better", "worse", "similar"])].reset_index(drop=True)
    both = _of_the_time(stated, figures)
    of_pair = pairs[pairs["comparator"] == "england"].set_index("figure")[["verdict", "evidence"]]
    told = of_pair.reindex(both["figure"]).set_axis(stated.index)
    evidence = told["evidence"].fillna("")
    answer = choose(
        stated.index,
        (evidence == "", UNCHECKED),
        (evidence == Evidence.HIDDEN, HIDDEN),
        (evidence != Evidence.CLEAR, "no clear difference"),
        (told["verdict"] == stated["stated"], "agrees"),
        otherwise="does not agree",
    )
    later = word(", by a later figure", both["number"].notna() & both["is_later"].eq(True))
    when = stated["period_printed"].map(" ({})".format).where(stated["period_printed"] != "", "")
    names = register.table("series").set_index("series_id")["name"]
    return stated[["stated_id"]].assign(
        name=stated["series_id"].map(names), printed=stated["printed"] + when, own=as_text(both["said"]),
        england=as_text(both["said_england"]), published_verdict=told["verdict"].where(evidence != "", ""),
        evidence=evidence, answer=answer + later, source=stated["source_id"] + ": " + stated["locator"],
    )


def _of_the_time(stated, figures):
    """The published figure of the area that each statement can be held against, and of England (``said_england``)."""
    keys = ["series_id", "breakdown", "start", "end"]
    published = figures[figures["open_data"] & figures["number"].notna()].reset_index()
    is_england = published["area_id"] == ENGLAND
    england = published.loc[is_england, [*keys, "said"]]
    pairs = published[~is_england].merge(england, on=keys, suffixes=("", "_england"))
    asked = stated[LINE_KEY].assign(
        row=stated.index, told=stated["published"], asked_end=parse_periods(stated["period"])["end"],
        with_period=~stated["period"].str.startswith("latest"),
    )
    both = asked.merge(pairs, on=LINE_KEY)
    both = both[~both["with_period"] | (both["end"] >= both["asked_end"])]
    later = (both["end"] > both["asked_end"]) | (~both["with_period"] & (both["published"] > both["told"]))
    # Of its time: the newest that was known; else the first that came later.
    both = both.assign(is_later=later, distance=(both["end"] - both["asked_end"]).abs())
    best = both.sort_values(["is_later", "distance"], kind="stable").drop_duplicates("row").set_index("row")
    return best.reindex(stated.index)
