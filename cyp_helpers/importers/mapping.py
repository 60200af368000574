"""Which published measure stands for which series of the register: ``data/reference/published_measures.csv``."""

import pandas as pd

FIGURE_COLUMNS = [
    "measure_key", "area_id", "period", "value", "number", "status", "numerator", "denominator", "locator", "concern",
]  # fmt: skip
_NUMBERS = ["per", "first_year", "last_year", "lag_months"]


def load_measures(register, dataset, edition_date=None):
    """The rows of the mapping (as ``with_units`` gives) for one dataset, such as "lait"; with ``edition_date`` those that
    hold for an edition of that day."""
    measures = with_units(register)
    measures = measures[measures["dataset"] == dataset]
    if edition_date is not None:
        since, until = measures["first_edition"].replace("", "0000"), measures["last_edition"].replace("", "9999")
        measures = measures[(since <= str(edition_date)) & (str(edition_date) <= until)]
    return measures.reset_index(drop=True)


def with_units(register):
    """The mapping with whole numbers as int and ``unit``, that of the indicator each series belongs to."""
    measures = register.table("published-measures")
    unit = measures["series_id"].map(of_indicator(register, "unit"))
    return measures.assign(unit=unit, **{name: measures[name].astype(int) for name in _NUMBERS})


def of_indicator(register, column):
    """What the indicators table says (one of its columns) of each series: a Series by ``series_id``."""
    of = register.table("indicators").set_index("indicator_id")[column]
    return register.table("series").set_index("series_id")["indicator_id"].map(of)


def names_of(cell):
    """The names under which a measure or column has been published, from a cell such as "a | b".

    >>> names_of("referral_count | Referrals")
    ('referral_count', 'Referrals')
    """
    return tuple(name.strip() for name in cell.split("|"))


def area_of_number(register):
    """Series of ``area_id`` by LA number."""
    areas = register.table("areas")
    return areas[areas["la_number"] != ""].set_index("la_number")["area_id"]


def area_of_code(register):
    """Series of ``area_id`` by GSS code, former codes included."""
    areas = register.table("areas")
    former = areas.assign(code=areas["former_codes"].str.split()).explode("code")
    codes = pd.concat([areas.assign(code=areas["area_id"]), former[former["code"].notna()]])
    return codes.set_index("code")["area_id"]
