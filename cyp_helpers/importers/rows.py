"""What every publisher's reader does with its rows: keep those that are meant, count the others by reason, and
settle on one figure for each measure, area and period."""

import re

import numpy as np
import pandas as pd

from cyp_helpers.importers.mapping import FIGURE_COLUMNS
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.importers.values import clean_values, print_values, publisher_decimals, to_numbers
from cyp_helpers.register.tables import AUTHORITY_TYPES
from cyp_helpers.show.wording import plural

_TELLS_APART = set(
    "age sex gender category group phase term ethnicity characteristic breakdown type kind stage quarter month week decile quintile "
    "band provider sector cohort status year curriculum length range".split()
)
_ALL = ["", "total", "all", "persons"]  # what such a column may hold throughout
_COUNTED = set("count number num percent percentage pct rate total score ratio average mean median".split())
_SHOWN = 6  # reasons or values in one line
_RANK = {"p": 2, "": 1, "r": 0}  # of two labels of one year, "2025" and "2025 (Provisional)", the final one wins


def read_filters(cell):
    """Conditions of a cell such as "term=Total; school_type?=Primary | Special": (column, values, may it be absent).

    >>> read_filters("term=Total | All; sex?=")
    [('term', ['Total', 'All'], False), ('sex', [''], True)]
    """
    pairs = [condition.partition("=")[::2] for condition in cell.split("; ") if condition]
    split = [(name, [one.strip() for one in values.split("|")]) for name, values in pairs]
    return [(name.rstrip("?"), values, name.endswith("?")) for name, values in split]


def why_not_meant(rows, filters):
    """Why a mapping's filters leave each row out, in words ('' where they take it); ``filters`` as ``read_filters``
    gives.

    >>> why_not_meant(pd.DataFrame({"sex": ["Male"]}), [("sex", ["Persons"], False)])[0]
    "sex is 'Male', not 'Persons'"
    """
    why = pd.Series("", index=rows.index, dtype="str")
    for name, values, _ in filters:
        if name in rows:
            told = name + " is " + rows[name].map(repr) + ", not " + " or ".join(map(repr, values))
            why = why.mask((why == "") & ~rows[name].isin(values), told)
    return why


def count_left_out(why):
    """Lines of text: how many rows were left out for each reason, the largest number first.

    >>> count_left_out(pd.Series(["", "a ward", "a ward"]))
    ['2 rows: a ward']
    """
    counts = why[why != ""].value_counts()
    return [f"{size:,} {plural(size, 'row')}: {reason}" for reason, size in counts.items()]


def keep_meant(rows, why, file_name):
    """The rows without a reason to leave them out. Raises UnreadableFile, with the reasons, where none is left."""
    if (why != "").all():
        told = count_left_out(why)
        more = f"; and {len(told) - _SHOWN} reasons more" if len(told) > _SHOWN else ""
        reasons = "; ".join(told[:_SHOWN]) + more
        raise UnreadableFile(f"{file_name}: not one row that the register has a use for: {reasons}")
    return rows[why == ""]


def refuse_unnamed(rows, known, file_name):
    """Refuse (UnreadableFile) a column that is not ``known`` and tells the rows apart: with more than one value, not
    numbers, or by its name such as "sex" and with a value that is not all."""
    for name in rows.columns.difference(list(known), sort=False):
        values = rows[name].drop_duplicates()
        parts = set(re.split(r"[\W_]+", name.casefold()))
        named = bool(parts & _TELLS_APART) and not parts & _COUNTED
        words = named or (clean_values(values)["status"] == "?").any()
        if (len(values) > 1 and words) or (named and not values.str.casefold().isin(_ALL).all()):
            told = ", ".join(map(repr, values.head(_SHOWN)))
            told += f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
            words = "tells rows apart by" if len(values) > 1 else "holds only"
            raise UnreadableFile(
                f"{file_name}: column {name!r} {words} {told}; right would be all or Total throughout, or "
                "the wanted value named under filters in data/reference/published_measures.csv"
            )


def settle(rows, register):
    """One figure for each measure, area and period: a frame of ``mapping.FIGURE_COLUMNS`` with what is wrong with a row
    in ``concern``, also of the label of a year that gives way to a final one and says otherwise.

    ``rows`` have ``measure_key, area_id, period, number, decimals, mark`` (status of the cell, "?" for one that cannot
    be read), ``note`` (p or r by the label of the year), ``numerator, denominator, locator, concern``; optional
    ``fixed``, decimals that the mapping gives.
    """
    key, areas = ["measure_key", "area_id", "period"], register.table("areas")
    rows = rows.astype(dict.fromkeys(key, "category"))
    authority = rows["area_id"].isin(areas.loc[areas["area_type"].isin(AUTHORITY_TYPES), "area_id"])
    places = publisher_decimals(rows["decimals"], rows["number"], rows["measure_key"], rows["period"], authority)
    value = print_values(rows["number"], rows["fixed"].fillna(places) if "fixed" in rows else places)
    unread = (rows["mark"] == "?").map({True: "unreadable-value", False: ""})
    unread = unread.mask(rows["period"] == "", "unreadable-year")
    rows = rows.assign(
        value=value, number=to_numbers(value),
        status=(rows["note"] + " " + rows["mark"].replace("?", "x")).str.strip(),
        concern=rows["concern"].where(rows["concern"] != "", unread).astype("str"),
    )  # fmt: skip
    doubtful = rows["concern"] != ""
    good = rows.loc[~doubtful, [*FIGURE_COLUMNS, "note"]]
    several = good.duplicated(key, keep=False)
    one = good[several]
    one = one.assign(rank=one["note"].map(_RANK).fillna(1))
    first = one["rank"] == one.groupby(key)["rank"].transform("min")
    one, other = one[first], one[~first]
    one = one.drop_duplicates([*key, "value", "numerator", "denominator"])
    one = one.assign(concern=np.where(one.duplicated(key, keep=False), "duplicates-disagree", "")).drop_duplicates(key)
    other = other[other["value"] != ""].merge(one[[*key, "value"]], how="left_anti", on=[*key, "value"])
    other = other.assign(concern="labels-disagree")
    good = pd.concat([good[~several], one]).sort_index()
    doubted = rows[doubtful].drop_duplicates()
    return pd.concat([good, doubted, other], ignore_index=True)[FIGURE_COLUMNS].astype({"concern": "str"})
