"""Work that is done once for each distinct row, since half a million figures have few words."""

import numpy as np
import pandas as pd


def words_of(rows):
    """Rows with their categories as text."""
    return rows.astype(dict.fromkeys(rows.select_dtypes("category"), "str"))


def by_each(rows, work):
    """What ``work`` makes of texts (a Series) or rows (a frame), worked out once for each distinct one.

    >>> by_each(pd.Series(["a", "b", "a"]), lambda each: each + "!").tolist()
    ['a!', 'b!', 'a!']
    """
    if rows.ndim == 1:
        codes, each = pd.factorize(rows, use_na_sentinel=False)
        return work(pd.Series(each, dtype="str")).take(codes).set_axis(rows.index)
    codes = rows.groupby(list(rows), sort=False, dropna=False).ngroup().to_numpy()
    each = rows.iloc[np.unique(codes, return_index=True)[1]].reset_index(drop=True)
    return work(words_of(each)).take(codes).set_axis(rows.index)
