"""Areas as files name them: new authorities are learnt from the files that give number and code together."""

import pandas as pd

from cyp_helpers.importers.mapping import area_of_code, area_of_number
from cyp_helpers.importers.reading import read_frame

_COLUMNS = {name: (name,) for name in ("geographic_level", "region_code", "old_la_code", "new_la_code", "la_name")}
_TYPE_OF_CODE = {
    "E06": "unitary authority", "E08": "metropolitan district", "E09": "London borough", "E10": "county",
}  # fmt: skip


def learn_areas(path, register):
    """Authorities of an EES file that areas.csv does not have, as rows of that table; their code is in the file.

    >>> learn_areas(Path("c1.csv"), register)["name"].tolist()  # doctest: +SKIP
    []
    """
    rows = read_frame(path, _COLUMNS).apply(lambda column: column.str.strip()).drop_duplicates()
    known = area_of_number(register).index
    fits = rows["old_la_code"].str.fullmatch(r"\d{3}") & rows["new_la_code"].str.fullmatch(r"E\d{8}")
    new = rows[fits & ~rows["old_la_code"].isin(known) & ~rows["new_la_code"].isin(area_of_code(register).index)]
    new = new.drop_duplicates("old_la_code", keep="first").drop_duplicates("new_la_code")
    region = new["region_code"].map(area_of_code(register)).fillna("")
    areas = register.table("areas").set_index("area_id")
    part = region.map(areas["area_type"]) == "part of region"
    return pd.DataFrame(
        {
            "area_id": new["new_la_code"],
            "name": new["la_name"],
            "area_type": new["new_la_code"].str[:3].map(_TYPE_OF_CODE).fillna("unitary authority"),
            "la_number": new["old_la_code"],
            "region_id": region.where(~part, region.map(areas["region_id"])),
            "former_codes": "",
            "note": "",
        },
        columns=register.table("areas").columns,
    ).astype("str")


def compare_list(sheet, register):
    """What a list of LA numbers, names and types (la_code_list.xlsx) says otherwise than areas.csv, in words."""
    known = area_of_number(register)
    authority = sheet[sheet["Type"].isin(["OLB", "ILB", "MD", "UA", "SC"])]
    strangers = authority[~authority["LA Number"].isin(known.index)]
    missing = [f"area number {one[0]} ({one[1]}), which areas.csv does not have" for one in strangers.to_numpy()]
    counted = authority["LA Number"].isin(known.index).sum()
    return [f"{counted} authorities stand in areas.csv under the same number", *missing]
