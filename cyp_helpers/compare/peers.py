"""Whom each area is set beside: England, its region, the other authorities, its statistical neighbours."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, UnknownName


@dataclass(frozen=True)
class Peers:
    """Positions among the areas of a panel; -1 where there is none.

    Attributes
    ----------
    authority : bool array, one for each area: a local authority, current or abolished
    england : int, position of England
    region : int array, position of each authority's region
    neighbours : int array of the shape (areas, places on the list), positions of each area's neighbours
    neighbour_list : str, the ``list_id`` they are from, '' where the register has no list
    """

    authority: np.ndarray
    england: int
    region: np.ndarray
    neighbours: np.ndarray
    neighbour_list: str


def find_peers(register, areas, as_at, neighbour_list=None):
    """Look up the peers of each area.

    Parameters
    ----------
    register : Register with ``areas``, ``neighbour-lists`` and ``neighbours``
    areas : Index of area ids, those of a panel
    as_at : date, which decides the neighbour list: the newest published by then, or the oldest of all
    neighbour_list : str, a ``list_id`` to use whatever the date

    Returns
    -------
    Peers

    Raises
    ------
    UnknownName where the register does not have the list asked for; it names those it has.

    >>> find_peers(register, panel.areas, "2022-03-31").neighbour_list  # doctest: +SKIP
    'sn-2021-04'
    """
    place = register.table("areas").set_index("area_id").reindex(areas)
    regions = place["region_id"].where(place["area_type"].isin(AUTHORITY_TYPES), "")
    chosen = choose_list(register, as_at, neighbour_list)
    return Peers(
        authority=place["area_type"].isin(AUTHORITY_TYPES).to_numpy(),
        england=int(areas.get_indexer([ENGLAND])[0]),
        region=areas.get_indexer(regions.fillna("")),
        neighbours=_neighbours(register.table("neighbours"), chosen, areas),
        neighbour_list=chosen,
    )


def choose_list(register, as_at, wanted=None):
    """The ``list_id`` of the neighbour list in use on a day: the newest published by then, or the oldest of all.

    ``wanted`` is taken whatever the day; raises UnknownName, with those there are, where the register does not have it.

    >>> choose_list(load_register(), "2018-03-31")
    'sn-2021-04'
    """
    lists = register.table("neighbour-lists")
    if wanted is not None:
        if wanted not in set(lists["list_id"]):
            raise UnknownName(f"Unknown neighbour list: {wanted!r}. Valid: {', '.join(lists['list_id'])}.")
        return wanted
    lists = lists.sort_values("published", kind="stable")
    known = lists[pd.to_datetime(lists["published"]) <= pd.Timestamp(as_at)]
    if len(known):
        return known["list_id"].iloc[-1]
    return lists["list_id"].iloc[0] if len(lists) else ""


def _neighbours(table, list_id, areas):
    """Positions of the neighbours, one row for each area and one column for each place on the list."""
    table = table[table["list_id"] == list_id]
    positions = table["position"].astype(int)
    places = np.full((len(areas), positions.max() if len(table) else 0), -1)
    area = areas.get_indexer(table["area_id"])
    places[area[area >= 0], positions[area >= 0] - 1] = areas.get_indexer(table["neighbour_id"])[area >= 0]
    return places
