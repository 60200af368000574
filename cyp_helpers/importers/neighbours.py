"""Lists of statistical neighbours (Department for Education): ten for each authority, by LA number."""

import pandas as pd

from cyp_helpers.importers.mapping import area_of_number
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.tables import AUTHORITY_TYPES

NEIGHBOUR_COLUMNS = ["list_id", "area_id", "position", "neighbour_id", "closeness"]
_FIRST, _TEN, _NONE, _NEARLY_ALL = "LA num", 10, "-", 0.9


def is_neighbour_list(sheet):
    """Whether a sheet is a list of neighbours: SN1 to SN10, each with its closeness to the right."""
    return "SN1" in sheet.columns


def read_neighbours(sheet, file_name, register, list_id):
    """Neighbours in the register's form.

    Parameters
    ----------
    sheet : frame of ``reading.read_sheet``; a name such as "SNP" stands ten times, to the right of its neighbour
    file_name : for messages
    register : Register, for the areas
    list_id : text such as "sn-2025-05"

    Returns
    -------
    DataFrame of ``NEIGHBOUR_COLUMNS``; an authority with dashes for neighbours has no row. Raises UnreadableFile where a
    column is missing, an area unknown or an authority stands twice.
    """
    names = sheet.columns.tolist()
    missing = [f"SN{place}" for place in range(1, _TEN + 1) if f"SN{place}" not in names]
    if missing or _FIRST not in names:
        told = ", ".join(map(repr, missing or [_FIRST]))
        raise UnreadableFile(f"{file_name}: no column {told}; a list of neighbours has {_FIRST!r} and 'SN1' to 'SN10'")
    parts = []
    for place in range(1, _TEN + 1):
        at = names.index(f"SN{place}")
        closeness = sheet.iloc[:, at + 1] if names[at + 1 : at + 2] == ["SNP"] else ""
        parts.append(
            pd.DataFrame({"la": sheet[_FIRST], "position": place, "other": sheet.iloc[:, at], "closeness": closeness})
        )
    long = pd.concat(parts, ignore_index=True)
    long = long[long["other"] != _NONE]
    areas = area_of_number(register)
    unknown = sorted((set(long["la"]) | set(long["other"])) - set(areas.index))
    if unknown:
        raise UnreadableFile(f"{file_name}: area number {unknown[0]!r}, which data/reference/areas.csv does not have")
    own, size = long["la"] == long["other"], long.groupby("la")["position"].transform("size")
    rules = [
        (long.duplicated(["la", "position"]), "area number {la} stands twice; right would be one row an authority"),
        (own, "area number {la} is its own neighbour, SN{position}; right would be another authority"),
        (
            long.duplicated(["la", "other"]),
            "area number {la} has {other} twice, SN{position}; right would be each once",
        ),
        (size != _TEN, "area number {la} has not ten neighbours; right would be SN1 to SN10, or dashes in all"),
    ]
    for bad, words in rules:
        if bad.any():
            raise UnreadableFile(f"{file_name}: {words.format(**long[bad].iloc[0])}")
    authorities = register.table("areas")["area_type"].isin(AUTHORITY_TYPES) & (
        register.table("areas")["la_number"] != ""
    )
    if long["la"].nunique() < _NEARLY_ALL * authorities.sum():
        raise UnreadableFile(
            f"{file_name}: {long['la'].nunique()} authorities with neighbours; right would be nearly all {authorities.sum()}"
        )
    long = long.assign(list_id=list_id, area_id=long["la"].map(areas), neighbour_id=long["other"].map(areas))
    long["closeness"] = long["closeness"].astype("str").str.capitalize()
    return long.sort_values(["area_id", "position"])[NEIGHBOUR_COLUMNS].reset_index(drop=True)
