"""Why two figures are not compared, and what is said of two that are: each sentence stands here once."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import format_places, word
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.register.tables import decimal_places

# {area} is the other area, {detail} what the page must name.
GAPS = {
    "": "",
    "milestone": "This is an event or document to deliver, not a figure.",
    "superseded": "No figure is known on this definition; figures continue on another, because {detail}.",
    "printed instead": "No figure is known: the document prints '{detail}'.",
    "no figure": "No figure is known.",
    "nothing earlier": "No earlier figure on this definition is known.",
    "unlike periods": "Earlier figures cover unlike periods.",
    "order unknown": "Another figure is printed without its period, so it is not known which of the two is earlier.",
    "break between": "The publisher marks a break in the series between this figure and the one before it.",
    "whole year": "The figure is for a whole year: see the previous figure.",
    "no period": "No period is printed for the figure.",
    "nothing a year before": "No figure for the same period a year before is known.",
    "total": "A total grows with the area that it is of, so it is not set beside that of another area.",
    "itself": "{area} is not set beside itself.",
    "outside members": "The figure published for {area} lies outside the range of its own areas, so it is not used.",
    "other period": "For {area} there is no figure for this period; the newest is for {detail}.",
    "no figure printed": "The document prints '{detail}' for {area}.",
    "no figure of area": "No figure of {area} is known on this definition.",
    "no neighbours": "No neighbour figures are published on this definition for this period.",
    "contradicted": "The two printed figures cannot both be on this definition.",
    "too few years": "A trend needs five unbroken annual figures; there {detail}.",
    "overlapping years": "Each figure covers several years, so that they overlap.",
    "no counts": "Counts are not published for all five years, or are not independent.",
    "no start": "The plan prints no starting figure.",
    "start itself": "No figure later than the starting figure is known.",
    "start undated": "The starting figure is printed without its period, so it is not known whether the newer publication is a later figure.",
    "start unlike": "The starting figure covers an unlike period.",
}
_BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither direction is better in itself"}


def gap_sentences(gap, area, detail):
    """Why nothing is compared, in one sentence each.

    Parameters
    ----------
    gap : Series of keys of ``GAPS``
    area, detail : Series of the words that some of them name

    >>> gap_sentences(pd.Series(["no figure of area"]), pd.Series(["England"]), pd.Series([""]))[0]
    'No figure of England is known on this definition.'
    """
    text = gap.map(GAPS)
    for mark, words in (("{area}", area), ("{detail}", detail)):
        parts = text.str.partition(mark)
        text = parts[0] + words.where(parts[1] != "", "") + parts[2]
    return text


def judged_sentences(pairs):
    """What the evidence of judged pairs is, in one sentence each."""
    trend = pairs["comparator"] == "five_years"
    said = [
        (trend & (pairs["direction"] == 0), "Over five years that is within what chance alone can bring (99.8%)."),
        (trend, "Over five years that is more than chance would bring (99.8%), with any one year left out too."),
        (pairs["evidence"] == Evidence.BEYOND, "The difference is more than chance would bring (95%)."),
        (pairs["evidence"] == Evidence.WITHIN, "That is within what chance alone can bring (95%)."),
        (pairs["direction"].isna(), "As printed, the two are too close to tell apart after rounding."),
    ]
    return pd.Series(np.select(*zip(*said), "Chance is not tested."), index=pairs.index, dtype="str")


def pair_sentences(rows, mine, other, unlike, units):
    """One plain sentence for each judged row, with what the reader must know added.

    Parameters
    ----------
    rows : judged pairs with ``comparator, unit, polarity, difference, direction, evidence, caution`` and ``other_words`` (what an
        average is called, '' for a figure)
    mine, other : frames of ``with_words``, a row for each; that of an average is empty
    unlike : True where a document sets unlike periods side by side
    units : table of units by ``unit``
    """
    size = (
        rows["unit"].map(units["difference_prefix"]).fillna("")
        + format_places(rows["difference"].abs(), rows["places"])
        + rows["unit"].map(units["difference_suffix"]).fillna("")
    )
    where = (", the figure of " + other["area"]).where(~rows["comparator"].isin(OVER_TIME), "")
    beside = (other["said"] + where).where(rows["other_words"] == "", rows["other_words"])
    side = np.select([rows["difference"] > 0, rows["difference"] < 0], [" above ", " below "], " from ")
    gap = mine["said"] + " is " + size + side + beside
    equal = mine["said"] + " is the same as " + beside
    clear = gap + "; " + rows["polarity"].map(_BETTER).fillna("")
    blurred = mine["said"] + " and " + beside + ", as printed, are too close to tell apart after rounding."
    open_ended = mine["qualifier"].isin(["about", "over", "under"]) | other["qualifier"].isin(
        ["about", "over", "under"]
    )
    vague = mine["said"] + " and " + beside + " cannot be told apart, because not both are printed as exact figures."
    trend = rows["comparator"] == "five_years"
    said = [
        (
            trend & (rows["direction"] == 0),
            gap + ". Over five years that is within what chance alone can bring (99.8%).",
        ),
        (
            trend,
            clear + ". Over five years that is more than chance would bring (99.8%), with any one year left out too.",
        ),
        (rows["evidence"] == Evidence.BEYOND, clear + ". The difference is more than chance would bring (95%)."),
        (
            rows["evidence"] == Evidence.WITHIN,
            gap.mask(rows["difference"] == 0, equal) + ", which is within what chance alone can bring (95%).",
        ),
        (rows["direction"] == 0, equal + "."),
        (rows["direction"].notna(), clear + "."),
        (open_ended, vague),
    ]
    text = pd.Series(np.select(*zip(*said), blurred), index=rows.index, dtype="str")
    text += word(" The periods are unlike; the document itself sets them side by side.", unlike)
    text += word(" One figure is from a document, the other is published data.", rows["other_source"])
    return text + (" " + rows["caution"] + ".").where(rows["caution"] != "", "")


def coarser_places(mine, other):
    """Decimals of a difference: those of the coarser of its two figures; those of the figure beside an average."""
    first, second = (decimal_places(frame["value"].astype("str").fillna("")) for frame in (mine, other))
    return first.where(other["value"].isna(), np.minimum(first, second))


def average_words(rows, places, units):
    """ "21.9%, the mean of 9 of 10 statistical neighbours"."""
    prefix, suffix = (rows["unit"].map(units[end]).astype("str").fillna("") for end in ("prefix", "suffix"))
    count = rows[["n", "of"]].map("{:.0f}".format, na_action="ignore").astype("str")
    value = prefix + format_places(rows["other_number"], places) + suffix
    return value + ", the mean of " + count["n"] + " of " + count["of"] + " statistical neighbours"
