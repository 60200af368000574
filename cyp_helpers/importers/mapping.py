"""Which published measure stands for which series of the register: ``data/reference/published_measures.csv``; and the
columns of the publishers' files: ``columns.csv``."""

from pathlib import Path

from cyp_helpers.register.tables import read_table

FIGURE_COLUMNS = [
    "measure_key", "area_id", "period", "value", "number", "status", "numerator", "denominator", "locator", "concern",
]  # fmt: skip
_NUMBERS = ["per", "first_year", "last_year", "lag_months"]


def load_measures(register, dataset=None, day=None):
    """The mapping, of one dataset such as "lait", and of an edition of a day (text) the rows that hold for it; with
    whole numbers as int and ``unit``, that of the indicator each series belongs to."""
    measures = register.table("published-measures")
    if dataset is not None:
        measures = measures[measures["dataset"] == dataset]
    if day is not None:
        since, until = measures["first_edition"].replace("", "0000"), measures["last_edition"].replace("", "9999")
        measures = measures[(since <= day) & (day <= until)]
    unit = measures["series_id"].map(of_indicator(register, "unit"))
    return measures.assign(unit=unit).astype(dict.fromkeys(_NUMBERS, int)).reset_index(drop=True)


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


def layout(form):
    """The columns of a form of file, "lait", "ees", "fingertips" or "dictionary": a dict of the name used here -> names
    under which they have been printed, the usual one first; and those that say in words what a code says."""
    rows = read_table(Path(__file__).with_name("columns.csv")).query("form == @form")
    used, plain = rows[rows["key"] != ""], rows[rows["key"] == ""]
    return dict(zip(used["key"], map(names_of, used["names"]))), plain["names"].tolist()
