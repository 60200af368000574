"""Figures as publishers write them -> the figure that was meant, and a status where there is none."""

import numpy as np
import pandas as pd

SIGNIFICANT = 6  # digits kept of a figure that its publisher did not round
UNROUNDED = 3  # publishers round to three decimals or fewer; more of them are a figure as it was worked out
_ENOUGH = 5  # figures that show by themselves how a level of areas is rounded
_GOOD_PART = 0.4  # of figures with one decimal nine in ten show it; of a handful it can be two in five
_GROUPED = r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"  # "2,3" is no 23
_STATUS_OF = {
    "z": "z", "x": "x", "c": "c", "k": "c", "low": "low", "u": "u x",
    "-": "x", ".": "z", "..": "x", ":": "x", "": "x", "NULL": "x", "NA": "x", "N/A": "z", "R": "c", "*": "c",
}  # fmt: skip


def by_each(texts, work):
    """What ``work`` (Series of str to a Series or frame of as many rows) makes of texts, worked out once for each: a
    file has hundreds of thousands of rows and few words.

    >>> by_each(pd.Series(["a", "b", "a"]), lambda each: each + "!").tolist()
    ['a!', 'b!', 'a!']
    """
    codes, each = pd.factorize(texts, use_na_sentinel=False)
    return work(pd.Series(each, dtype="str")).take(codes).set_axis(texts.index)


def each_row(rows):
    """The distinct rows of a frame, categories as text, and for each row which of them it is (array of int)."""
    codes = rows.groupby(list(rows), sort=False, dropna=False).ngroup().to_numpy()
    each = rows.iloc[np.unique(codes, return_index=True)[1]].reset_index(drop=True)
    return each.astype(dict.fromkeys(each.select_dtypes("category"), "str")), codes


def clean_values(texts):
    """Numbers and statuses from printed values (Series of str), such as "19.899999999999999", "3.236E-2", "1,234" or a
    marker: ``z x c u k low``, the older ``. x NULL NA R`` and blanks, LAIT's "-".

    Returns a frame with the same index: ``number`` (float), ``decimals`` (that are left once the noise of binary
    fractions is off, seen at twelve digits) and ``status`` ('' for a number; "?" for a text that is neither).

    >>> clean_values(pd.Series(["19.899999999999999", "c"])).values.tolist()
    [[19.9, 1, ''], [nan, 0, 'c']]
    """
    return by_each(texts, _clean)


def _clean(texts):
    printed = texts.str.strip()
    bare = printed.mask(printed.str.fullmatch(_GROUPED), printed.str.replace(",", ""))
    number = pd.to_numeric(bare, errors="coerce").replace([np.inf, -np.inf], np.nan)
    plain = number.map(lambda one: "" if np.isnan(one) else np.format_float_positional(float(f"{one:.12g}"), trim="-"))
    marks = {mark.casefold(): status for mark, status in _STATUS_OF.items()}
    status = printed.str.casefold().map(marks).fillna("?").where(number.isna(), "")
    decimals = plain.str.extract(r"\.(\d+)$")[0].str.len().fillna(0).astype(int)
    number = pd.to_numeric(plain, errors="coerce").astype("float64")
    return pd.DataFrame({"number": number, "decimals": decimals, "status": status.astype("str")})


def publisher_decimals(decimals, number, measure, period, level):
    """How many decimals each figure is to be printed with: those of its publisher for that measure, period and level.

    "78" among "77.5" and "80.1" was "78.0": the publisher's decimals are the most that a good part of the figures has.
    One cell with more says nothing of the others and keeps its own; noughts say nothing at all. Averages of regions can
    be rounded otherwise than authorities, so levels are looked at apart where each has five figures or more.

    >>> names, number = pd.Series(["m"] * 4), pd.Series([78.0, 77.5, 80.1, 23.083])
    >>> publisher_decimals(pd.Series([0, 1, 1, 3]), number, names, names, names).tolist()
    [1, 1, 1, 3]
    """
    keys = pd.DataFrame({"measure": measure, "period": period, "level": level})
    told = (number.notna() & (number != 0)).to_numpy()
    places, deepest = decimals.to_numpy(), min(int(decimals.max() or 0), SIGNIFICANT + 1) if len(decimals) else 0
    by_level, by_all = (keys.groupby(list(keys)[:size]).ngroup().to_numpy() for size in (3, 2))
    enough = np.bincount(by_level, minlength=len(keys))[by_level] >= _ENOUGH
    believed = np.zeros(len(keys), dtype=int)
    for step in range(1, deepest + 1):
        shares = []
        for group in (by_level, by_all):
            reach = np.bincount(group[told], weights=places[told] >= step, minlength=len(keys))
            shares.append((reach >= _GOOD_PART * np.bincount(group[told], minlength=len(keys)).clip(1))[group])
        believed[np.where(enough, *shares)] = step
    return pd.Series(np.maximum(believed, places), index=decimals.index)


def print_values(number, decimals):
    """Numbers as text with their publisher's decimals, as categories; '' for an empty one.

    ``decimals`` (Series of int by row) is what the publisher used for that measure and year; where they are more than
    three, the publisher did not round, and six significant digits are kept.

    >>> print_values(pd.Series([78.0, 1.4345239329]), pd.Series([1, 10])).tolist()
    ['78.0', '1.43452']
    """
    each, codes = each_row(pd.DataFrame({"number": number, "decimals": decimals.astype(int)}))
    shown = ["" if np.isnan(one) else _print(one, places) for one, places in zip(each["number"], each["decimals"])]
    return pd.Series(shown, dtype="category").take(codes).set_axis(number.index)


def _print(number, decimals):
    if decimals > UNROUNDED and number:
        before_point = max(int(np.floor(np.log10(abs(number)))) + 1, 0)
        decimals = min(decimals, max(SIGNIFICANT - before_point, 0))
    return f"{number:.{decimals}f}"


def printed_counts(rows, ending=""):
    """ "3 of 10": the counts of each row (columns ``numerator`` and ``denominator`` with this ending), "?" for one
    that is not known."""
    columns = (rows["numerator" + ending], rows["denominator" + ending])
    above, below = (column.map("{:.0f}".format).astype("str").replace("nan", "?") for column in columns)
    return above + " of " + below
