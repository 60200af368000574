"""Lists of statistical neighbours (Department for Education): ten for each authority, by LA number."""

import pandas as pd

from cyp_helpers.importers.areas import area_of_number, find_areas
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.tables import AUTHORITY_TYPES

_COLUMNS = ["list_id", "area_id", "position", "neighbour_id", "closeness"]
FIRST = "LA num"
_NAME, _AGAIN = "LA Name", "LA number"
_TEN, _NONE, _NEARLY_ALL = 10, "-", 0.9
_PLACES = [f"SN{place}" for place in range(1, _TEN + 1)]


def read_neighbours(sheet, file_name, register, list_id):
    """Neighbours in the register's form: ``list_id`` (such as "sn-2025-05"), ``area_id, position, neighbour_id,
    closeness``.

    In ``sheet`` (of ``reading.read_sheet``) the name "SNP" stands ten times, to the right of its neighbour. An
    authority with dashes for neighbours has no row; one that is gone has neighbours of its time. Raises UnreadableFile.
    """
    names, areas = sheet.columns.tolist(), area_of_number(register)
    if missing := [name for name in [FIRST, *_PLACES] if name not in names]:
        told = ", ".join(map(repr, missing))
        raise UnreadableFile(f"{file_name}: no column {told}; a list of neighbours has {FIRST!r} and 'SN1' to 'SN10'")
    parts = []
    for place, name in enumerate(_PLACES, 1):
        at = names.index(name)
        closeness = sheet.iloc[:, at + 1] if names[at + 1 : at + 2] == ["SNP"] else ""
        parts.append(sheet[[FIRST]].assign(position=place, other=sheet.iloc[:, at], closeness=closeness))
    long = pd.concat(parts, ignore_index=True).rename(columns={FIRST: "la"})
    long = long[long["other"] != _NONE]
    _refuse_clash(sheet, file_name, register)
    unknown = sorted((set(long["la"]) | set(long["other"])) - {*areas.index, ""})
    if unknown:
        raise UnreadableFile(f"{file_name}: area number {unknown[0]!r}, which data/reference/areas.csv does not have")
    table = register.table("areas")
    authorities = table.loc[table["area_type"].isin(AUTHORITY_TYPES) & (table["la_number"] != ""), "la_number"]
    days = register.table("area-days").set_index("area_id")["last_day"]
    last_day = (long[name].map(areas).map(days).fillna("") for name in ("la", "other"))
    gone, other_gone = ((day != "") & (day < list_id.removeprefix("sn-")) for day in last_day)
    size = long.groupby("la")["position"].transform("size")
    own, again = long["la"] == long["other"], long.duplicated(["la", "other"])
    rules = [
        (long["other"] == "", "area number {la} has nothing as SN{position}; right would be a number, or dashes in all"),
        (~long["other"].isin(authorities), "area number {la} has {other} as SN{position}; right would be an authority"),
        (other_gone & ~gone, "area number {la} has {other} as SN{position}, which was gone by then; right would be another"),
        (long.duplicated(["la", "position"]), "area number {la} stands twice; right would be one row an authority"),
        (own, "area number {la} is its own neighbour, SN{position}; right would be another authority"),
        (again, "area number {la} has {other} twice, SN{position}; right would be each once"),
        (size != _TEN, "area number {la} has not ten neighbours; right would be SN1 to SN10, or dashes in all"),
    ]
    for bad, words in rules:
        if bad.any():
            raise UnreadableFile(f"{file_name}: {words.format(**long[bad].iloc[0])}")
    told = long["la"].nunique()
    if told < _NEARLY_ALL * len(authorities):
        right = f"right would be nearly all {len(authorities)}"
        raise UnreadableFile(f"{file_name}: {told} authorities with neighbours; {right}")
    closeness = long["closeness"].astype("str").str.capitalize()
    ids = {"area_id": long["la"].map(areas), "neighbour_id": long["other"].map(areas)}
    long = long.assign(list_id=list_id, closeness=closeness, **ids).sort_values(["area_id", "position"])
    return long[_COLUMNS].astype("str").reset_index(drop=True)


def without_notes(sheet):
    """The rows of a list without those that are notes: no neighbour in them, and no number in front."""
    places = [name for name in _PLACES if name in sheet]
    return sheet[(sheet[places] != "").any(axis=1) | sheet[FIRST].str.fullmatch("[0-9]+")].reset_index(drop=True)


def _refuse_clash(sheet, file_name, register):
    """Raise UnreadableFile for a row without a number, or whose numbers and name say two areas."""
    told = sheet.loc[:, ~sheet.columns.duplicated()].reindex(columns=[FIRST, _NAME, _AGAIN], fill_value="")
    clash = find_areas(register, told[FIRST], name=told[_NAME])["clash"]
    bad = told[clash | (told[FIRST] == "") | ((told[_AGAIN] != "") & (told[_AGAIN] != told[FIRST]))]
    if len(bad):
        found = ", ".join(f"{name} {one!r}" for name, one in bad.iloc[0].items())
        raise UnreadableFile(f"{file_name}: a row with {found}; right would be number and name of one area")
