"""Lists of statistical neighbours (Department for Education): ten for each authority, by LA number."""

import pandas as pd

from cyp_helpers.importers.mapping import area_of_number
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.tables import AUTHORITY_TYPES

_COLUMNS = ["list_id", "area_id", "position", "neighbour_id", "closeness"]
_FIRST, _TEN, _NONE, _NEARLY_ALL = "LA num", 10, "-", 0.9


def read_neighbours(sheet, file_name, register, list_id):
    """Neighbours in the register's form: ``list_id`` (such as "sn-2025-05"), ``area_id, position, neighbour_id,
    closeness``.

    In ``sheet`` (of ``reading.read_sheet``) the name "SNP" stands ten times, to the right of its neighbour. An
    authority with dashes for neighbours has no row. Raises UnreadableFile where a column is missing, an area unknown or
    an authority stands twice.
    """
    names, areas = sheet.columns.tolist(), area_of_number(register)
    missing = [name for name in [f"SN{place}" for place in range(1, _TEN + 1)] if name not in names]
    if missing or _FIRST not in names:
        told = ", ".join(map(repr, missing or [_FIRST]))
        raise UnreadableFile(f"{file_name}: no column {told}; a list of neighbours has {_FIRST!r} and 'SN1' to 'SN10'")
    parts = []
    for place in range(1, _TEN + 1):
        at = names.index(f"SN{place}")
        closeness = sheet.iloc[:, at + 1] if names[at + 1 : at + 2] == ["SNP"] else ""
        part = {"la": sheet[_FIRST], "position": place, "other": sheet.iloc[:, at], "closeness": closeness}
        parts.append(pd.DataFrame(part))
    long = pd.concat(parts, ignore_index=True)
    long = long[long["other"] != _NONE]
    unknown = sorted((set(long["la"]) | set(long["other"])) - set(areas.index))
    if unknown:
        raise UnreadableFile(f"{file_name}: area number {unknown[0]!r}, which data/reference/areas.csv does not have")
    size = long.groupby("la")["position"].transform("size")
    own, again = long["la"] == long["other"], long.duplicated(["la", "other"])
    rules = [
        (long.duplicated(["la", "position"]), "area number {la} stands twice; right would be one row an authority"),
        (own, "area number {la} is its own neighbour, SN{position}; right would be another authority"),
        (again, "area number {la} has {other} twice, SN{position}; right would be each once"),
        (size != _TEN, "area number {la} has not ten neighbours; right would be SN1 to SN10, or dashes in all"),
    ]
    for bad, words in rules:
        if bad.any():
            raise UnreadableFile(f"{file_name}: {words.format(**long[bad].iloc[0])}")
    table, told = register.table("areas"), long["la"].nunique()
    authorities = (table["area_type"].isin(AUTHORITY_TYPES) & (table["la_number"] != "")).sum()
    if told < _NEARLY_ALL * authorities:
        right = f"right would be nearly all {authorities}"
        raise UnreadableFile(f"{file_name}: {told} authorities with neighbours; {right}")
    long = long.assign(
        list_id=list_id, area_id=long["la"].map(areas), neighbour_id=long["other"].map(areas),
        closeness=long["closeness"].astype("str").str.capitalize(),
    )  # fmt: skip
    return long.sort_values(["area_id", "position"])[_COLUMNS].reset_index(drop=True)
