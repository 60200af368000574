"""Areas as files name them: by authority number, by GSS code, or by both; these and the name have to agree."""

import pandas as pd

from cyp_helpers.register.each import by_each

_NO_AREA = {"", "z", "x", "c", "-", ".", "..", ":", "na", "n/a", "null", "none", "e99999999"}
# Words that publishers add or leave.
_KIND = set("and borough cc city council county lg of pre region statistical the ua until".split())
_AUTHORITY = r"E(?:06|08|09|10)[0-9]{6}"
_TYPE_OF_CODE = {
    "E06": "unitary authority", "E08": "metropolitan district", "E09": "London borough", "E10": "county",
}  # fmt: skip


def find_areas(register, number="", code="", name=""):
    """The area of each row, by number and code; either alone serves (Series of str, '' where unknown).

    Returns ``area_id`` (category; missing where there is none), ``why`` there is none, in words, and ``clash``: number,
    code and name say two different areas.

    >>> one = find_areas(load_register(), *(pd.Series([text]) for text in ("891", "E10000007", "")))
    >>> one[["area_id", "clash"]].values.tolist()
    [['E10000024', True]]
    """
    named = pd.DataFrame({"number": number, "code": code, "name": name})
    return by_each(named, lambda each: _find_each(each, register))


def _find_each(one, register):
    bare, code, areas = one["number"].str.replace(r"\.0+$", "", regex=True), one["code"], register.table("areas")
    has_number, has_code = (~cells.str.casefold().isin(_NO_AREA) for cells in (bare, code))
    by_number, by_code = bare.map(area_of_number(register)), code.str.upper().map(area_of_code(register))
    label = one["name"].where(one["name"] != "", code.where(has_code, one["number"])).map(repr)
    keyed = ("number " + bare).where(has_number, "") + (" code " + code).where(has_code, "")
    why = "area " + label + " (" + keyed.str.strip() + ") does not stand in data/reference/areas.csv"
    found, printed = by_number.fillna(by_code), one["number"].map(repr)
    nothing = "no area is named: " + label + " has number " + printed + " and code " + code.map(repr)
    why = why.case_when([
        (found.notna(), ""),
        (~has_number & ~has_code, nothing),
        (one["number"].str.contains("/"), "area " + printed + " stands for two authorities together"),
        (has_number & code.str.fullmatch(_AUTHORITY), why + ": new to the register, --new-areas takes it in"),
    ])  # fmt: skip
    said, known = fold_areas(one["name"]), fold_areas(areas.set_index("area_id")["name"])
    other = said.isin(known) & (said != found.map(known))  # a name that no area has says nothing
    clash = found.notna() & (has_number & has_code & (by_number != by_code) | other)
    return pd.DataFrame({"area_id": found.astype("category"), "why": why, "clash": clash})


def fold_areas(names):
    """Names of areas (Series of str) without what publishers spell each in their own way: the order of words, capitals,
    the kind of area, and years.

    >>> fold_areas(pd.Series(["Durham", "County Durham", "Dorset (until 2019)", "London (Inner)"])).tolist()
    ['durham', 'durham', 'dorset', 'inner london']
    """
    words = names.str.casefold().str.findall(r"[^\W\d_]+")
    return words.map(lambda each: " ".join(sorted(set(each) - _KIND))).astype("str")


def area_of_number(register):
    """Series of ``area_id`` by LA number."""
    areas = register.table("areas")
    return areas[areas["la_number"] != ""].set_index("la_number")["area_id"]


def area_of_code(register):
    """Series of ``area_id`` by GSS code, former codes included."""
    areas = register.table("areas")
    codes = (areas["area_id"] + " " + areas["former_codes"]).str.split()
    return areas.assign(code=codes).explode("code").set_index("code")["area_id"]


def learn_areas(rows, register):
    """Authorities of an EES file (``la, la_code, la_name, region_code`` of rows of authorities) that areas.csv does
    not have, as rows of that table; number and code are in the file."""
    rows = rows[["la", "la_code", "la_name", "region_code"]].drop_duplicates()
    areas, days, name = register.table("areas"), register.table("area-days"), rows["la_name"]
    gone = areas["area_id"].isin(days.loc[days["last_day"] != "", "area_id"])
    fits = rows["la"].str.fullmatch(r"[0-9]{3}") & rows["la_code"].str.fullmatch(_AUTHORITY)
    fits &= ~rows["la"].isin(area_of_number(register).index) & ~rows["la_code"].isin(area_of_code(register).index)
    fits &= name.map(lambda one: 0 < len(one) <= 100 and one.isprintable())
    fits &= ~name.str.casefold().isin(areas["name"].str.casefold())  # a name means one area
    fits &= ~fold_areas(name).isin(fold_areas(areas.loc[~gone, "name"]))
    new = rows[fits].drop_duplicates("la").drop_duplicates("la_code")
    region, of = new["region_code"].map(area_of_code(register)), areas.set_index("area_id")
    region = region.mask(region.map(of["area_type"]) == "part of region", region.map(of["region_id"]))
    learnt = {
        "area_id": new["la_code"], "name": new["la_name"], "area_type": new["la_code"].str[:3].map(_TYPE_OF_CODE),
        "la_number": new["la"], "region_id": region,
    }  # fmt: skip
    return pd.DataFrame(learnt, dtype="str").reindex(columns=areas.columns, fill_value="").fillna("")
