"""The years before a figure: which figures of the same line and source they are, as far back as no break lies between."""

import pandas as pd

from cyp_helpers.compare.figures import has_status

YEARS = 5  # of a trend
BACK = 8  # years that are looked back at in all, the figure's own among them


def years_before(figures):
    """The figures of the years before each published or printed whole-year figure.

    Parameters
    ----------
    figures : frame of ``known_figures``

    Returns
    -------
    DataFrame by label of the figures that have a number and cover one year: columns ``0`` (the figure itself) to ``7`` (seven years
    before), labels in ``figures``; -1 where the year is missing, a year between is, or a break lies between.
    """
    annual = figures[(figures["span"] == 1) & figures["number"].notna()]
    year = annual["end"].dt.year
    keys = ["track", "open_data", "year"]
    there = (
        annual.assign(year=year).drop_duplicates(keys, keep="last").reset_index(names="label").set_index(keys)["label"]
    )
    broken = has_status(annual["status"], "b")
    labels, unbroken = {0: annual.index.to_series()}, ~broken
    for back in range(1, BACK):
        wanted = pd.MultiIndex.from_arrays([annual["track"], annual["open_data"], year - back])
        found = pd.Series(there.reindex(wanted).to_numpy(), index=annual.index).where(unbroken)
        unbroken = found.notna() & ~found.map(broken).eq(True)
        labels[back] = found
    return pd.DataFrame(labels).fillna(-1).astype(int)
