"""Areas as files name them: by authority number, by GSS code, or by both; these and the name have to agree."""

import pandas as pd

from cyp_helpers.importers.mapping import area_of_code, area_of_number
from cyp_helpers.importers.values import each_row

_NO_AREA = {"", "z", "x", "c", "-", ".", "..", ":", "na", "n/a", "null", "none", "e99999999"}
# Words that publishers add or leave.
_KIND = set("and borough cc city council county lg of pre region statistical the ua until".split())
_AUTHORITY = r"E(?:06|08|09|10)[0-9]{6}"
_TYPE_OF_CODE = {
    "E06": "unitary authority", "E08": "metropolitan district", "E09": "London borough", "E10": "county",
}  # fmt: skip


def find_areas(register, number, code, name):
    """The area of each row, by number and code; either alone serves (``number, code, name``: Series of str, '' where
    unknown).

    Returns a frame with the same index: ``area_id`` (category; missing where there is none), ``why`` (there is none, in
    words) and ``clash`` (number, code and name say two different areas).

    >>> one = find_areas(load_register(), *(pd.Series([text]) for text in ("891", "E10000007", "")))
    >>> one[["area_id", "clash"]].values.tolist()
    [['E10000024', True]]
    """
    one, codes = each_row(pd.DataFrame({"number": number, "code": code, "name": name}))
    bare = one["number"].str.replace(r"\.0+$", "", regex=True)
    given = {"number": ~bare.str.casefold().isin(_NO_AREA), "code": ~one["code"].str.casefold().isin(_NO_AREA)}
    by_number, by_code = bare.map(area_of_number(register)), one["code"].str.upper().map(area_of_code(register))
    label = one["name"].where(one["name"] != "", one["code"].where(given["code"], one["number"])).map(repr)
    keyed = ("number " + bare).where(given["number"], "") + (" code " + one["code"]).where(given["code"], "")
    why = "area " + label + " (" + keyed.str.strip() + ") does not stand in data/reference/areas.csv"
    can_be = given["number"] & one["code"].str.fullmatch(_AUTHORITY)
    why = why.mask(can_be, why + ": new to the register, --new-areas takes it in")
    printed = one["number"].map(repr)
    why = why.mask(one["number"].str.contains("/"), "area " + printed + " stands for two authorities together")
    nothing = "no area is named: " + label + " has number " + printed + " and code " + one["code"].map(repr)
    why = why.mask(~given["number"] & ~given["code"], nothing)
    found = by_number.fillna(by_code)
    both = given["number"] & given["code"] & found.notna()
    areas = register.table("areas").set_index("area_id")["name"]
    said, known = fold_areas(one["name"]), fold_areas(areas)
    other = said.isin(known) & found.notna() & (said != found.map(known))  # a name that no area has says nothing
    why, clash = why.where(found.isna(), ""), both & (by_number != by_code) | other
    told = pd.DataFrame({"area_id": found.astype("category"), "why": why, "clash": clash})
    return told.take(codes).set_axis(number.index)


def fold_areas(names):
    """Names of areas (Series of str) without what publishers spell each in their own way: the order of words, capitals,
    the kind of area, and years.

    >>> fold_areas(pd.Series(["Durham", "County Durham", "Dorset (until 2019)", "London (Inner)"])).tolist()
    ['durham', 'durham', 'dorset', 'inner london']
    """
    words = names.str.casefold().str.findall(r"[^\W\d_]+")
    return words.map(lambda each: " ".join(sorted(set(each) - _KIND))).astype("str")


def learn_areas(rows, register):
    """Authorities of an EES file (``la, la_code, la_name, region_code`` of rows of authorities) that areas.csv does
    not have, as rows of that table; number and code are in the file."""
    rows = rows[["la", "la_code", "la_name", "region_code"]].drop_duplicates()
    known = area_of_number(register).index
    fits = rows["la"].str.fullmatch(r"[0-9]{3}") & rows["la_code"].str.fullmatch(_AUTHORITY)
    areas, days = register.table("areas"), register.table("area-days")
    gone = areas["area_id"].isin(days.loc[days["last_day"] != "", "area_id"])
    fits &= rows["la_name"].map(lambda name: 0 < len(name) <= 100 and name.isprintable())
    fits &= ~rows["la_name"].str.casefold().isin(areas["name"].str.casefold())  # a name means one area
    fits &= ~fold_areas(rows["la_name"]).isin(fold_areas(areas.loc[~gone, "name"]))
    new = rows[fits & ~rows["la"].isin(known) & ~rows["la_code"].isin(area_of_code(register).index)]
    new = new.drop_duplicates("la", keep="first").drop_duplicates("la_code")
    region = new["region_code"].map(area_of_code(register)).fillna("")
    areas = areas.set_index("area_id")
    part = region.map(areas["area_type"]) == "part of region"
    learnt = {
        "area_id": new["la_code"], "name": new["la_name"], "area_type": new["la_code"].str[:3].map(_TYPE_OF_CODE),
        "la_number": new["la"], "region_id": region.where(~part, region.map(areas["region_id"])),
    }  # fmt: skip
    learnt = pd.DataFrame(learnt).reindex(columns=register.table("areas").columns)
    return learnt.astype("str").replace("nan", "").fillna("")
