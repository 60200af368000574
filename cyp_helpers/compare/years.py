"""The years before a figure: which figures of the same line and source they are, as far back as no break lies between."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import has_status

YEARS = 5  # of a trend
BACK = 8  # years that are looked back at in all, the figure's own among them


def years_before(figures):
    """The figures of the years before each published or printed whole-year figure.

    Parameters: ``figures``: frame of ``known_figures``.
    Returns: DataFrame by label of the figures that have a number and cover one year: columns ``0`` (the figure itself)
    to ``7`` (seven years before), labels in ``figures``; -1 where the year is missing, a year between is, or a break
    lies between.
    """
    annual = figures[(figures["span"] == 1) & figures["number"].notna()]
    year = annual["end"].dt.year
    # One number for line, source and year: looked up in a tenth of the time of three columns.
    slot = annual.groupby(["track", "open_data"], sort=False).ngroup() * 10_000 + year
    last = annual[~slot.duplicated(keep="last")]
    there = pd.Index(slot[last.index])
    broken = has_status(annual["status"], "b")
    labels, unbroken = {0: annual.index.to_numpy()}, ~broken.to_numpy()
    for back in range(1, BACK):
        at = np.where(unbroken, there.get_indexer(slot - back), -1)
        labels[back] = np.append(last.index, -1)[at]
        unbroken = np.append(~broken[last.index], False)[at]
    return pd.DataFrame(labels, annual.index)
