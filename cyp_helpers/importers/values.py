"""Figures as publishers write them -> the figure that was meant, and a status where there is none."""

import numpy as np
import pandas as pd

from cyp_helpers.register.each import by_each

SIGNIFICANT = 6  # digits kept of a figure that its publisher did not round
UNROUNDED = 3  # publishers round to three decimals or fewer; more of them are a figure as it was worked out
_ENOUGH = 5  # figures that show by themselves how a level of areas is rounded
_GOOD_PART = 0.4  # of figures with one decimal nine in ten show it; of a handful it can be two in five
_GROUPED = r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"  # "2,3" is no 23
_STATUS_OF = {
    "z": "z", "x": "x", "c": "c", "k": "c", "low": "low", "u": "u x", "r": "c", "*": "c",
    "-": "x", ".": "z", "..": "x", ":": "x", "": "x", "null": "x", "na": "x", "n/a": "z",
}  # fmt: skip


def clean_values(texts):
    """``number``, ``decimals`` and ``status`` of printed cells (Series of str), whatever their case.

    Decimals are those that are left once the noise of binary fractions is off, seen at twelve digits; the status is ''
    for a number and "?" for a text that is neither number nor marker.

    >>> clean_values(pd.Series(["19.899999999999999", "c"])).values.tolist()
    [[19.9, 1, ''], [nan, 0, 'c']]
    """
    return by_each(texts, _clean)


def _clean(texts):
    printed = texts.str.strip()
    bare = printed.mask(printed.str.fullmatch(_GROUPED), printed.str.replace(",", ""))
    number = pd.to_numeric(bare, errors="coerce").replace([np.inf, -np.inf], np.nan)
    plain = number.map(lambda one: "" if np.isnan(one) else np.format_float_positional(float(f"{one:.12g}"), trim="-"))
    status = printed.str.casefold().map(_STATUS_OF).fillna("?").where(number.isna(), "").astype("str")
    decimals = plain.str.extract(r"\.(\d+)$")[0].str.len().fillna(0).astype(int)
    return pd.DataFrame({"number": to_numbers(plain), "decimals": decimals, "status": status})


def to_numbers(texts):
    """Texts as numbers, empty where they are none."""
    return by_each(texts, lambda each: pd.to_numeric(each, errors="coerce").astype("float64"))


def publisher_decimals(decimals, number, measure, period, level):
    """How many decimals each figure is to be printed with: those of its publisher for that measure, period and level.

    "78" among "77.5" and "80.1" was "78.0": the publisher's decimals are the most that a good part of the figures has.
    One cell with more says nothing of the others and keeps its own; noughts say nothing at all. Averages of regions can
    be rounded otherwise than authorities, so levels are looked at apart where each has five figures or more.

    >>> names, number = pd.Series(["m"] * 4), pd.Series([78.0, 77.5, 80.1, 23.083])
    >>> publisher_decimals(pd.Series([0, 1, 1, 3]), number, names, names, names).tolist()
    [1, 1, 1, 3]
    """
    keys, told = pd.DataFrame({"measure": measure, "period": period, "level": level}), number.notna() & (number != 0)
    by_level, by_all = (keys.groupby(list(keys)[:size]).ngroup() for size in (3, 2))
    enough, believed = by_level.map(by_level.value_counts()) >= _ENOUGH, decimals * 0
    for step in range(1, min(decimals.max(), SIGNIFICANT + 1) + 1 if len(decimals) else 0):
        reach = (decimals >= step).where(told).astype("float64")
        shares = (reach.groupby(group).transform("mean") for group in (by_level, by_all))
        believed = believed.mask(next(shares).where(enough, next(shares)) >= _GOOD_PART, step)
    return np.maximum(believed, decimals)


def print_values(number, decimals):
    """Numbers as text with their publisher's decimals (Series of int), as categories; '' for an empty one.

    With more than three decimals the publisher did not round, and six significant digits are kept.

    >>> print_values(pd.Series([78.0, 1.4345239329]), pd.Series([1, 10])).tolist()
    ['78.0', '1.43452']
    """

    each = pd.DataFrame({"number": number, "decimals": decimals})
    return by_each(each, lambda each: pd.Series(map(_print, *each.to_numpy().T), dtype="category"))


def _print(number, decimals):
    if np.isnan(number):
        return ""
    if decimals > UNROUNDED and number:
        before_point = max(int(np.floor(np.log10(abs(number)))) + 1, 0)
        decimals = min(decimals, max(SIGNIFICANT - before_point, 0))
    return f"{number:.{int(decimals)}f}"


def printed_counts(rows, ending=""):
    """ "3 of 10": the counts of each row (columns ``numerator`` and ``denominator`` with this ending), "?" for one
    that is not known."""
    columns = (rows["numerator" + ending], rows["denominator" + ending])
    above, below = (column.map("{:.0f}".format).astype("str").replace("nan", "?") for column in columns)
    return above + " of " + below
