"""The year forms of LAIT -> the register's periods.

About 65 forms stand in one edition. What is left once "(Rev)", "(Provisional)" and the like are off is a single year
("2017", the year in which a financial or academic year ends), a split year ("2016/17", "2016-17") or several years
("2013/14-15/16", or "2014-16" which is three calendar years).
"""

import pandas as pd

_NOTE = r"\s*\((?P<note>[^)]*)\)\s*$"
_SINGLE = r"^(?P<year>(?:19|20)\d\d)$"
_SPLIT = r"^(?P<from>(?:19|20)\d\d)[/-](?P<to>\d\d)$"
_SPLITS = r"^(?P<from>(?:19|20)\d\d)/(?P<from2>\d\d)-(?P<to1>\d\d)/(?P<to>\d\d)$"
STATUS_OF_NOTE = {"prov": "p", "provisional": "p", "rev": "r", "revised": "r"}


def read_years(texts, kinds):
    """Year forms as periods.

    Parameters
    ----------
    texts : Series of str, such as "2016", "2016/17", "2016-17 (OT)", "2012/13-14/15", "2014-16", "2023(prov)"
    kinds : Series of str by row: FY, AY or CY, what the measure counts by

    Returns
    -------
    DataFrame with the same index: ``period`` (a form of ``cyp_helpers.register.periods``, '' where there is none), ``year`` (that
    the period ends in) and ``status`` (p or r where the form says so).

    >>> read_years(pd.Series(["2017 (Rev)"]), pd.Series(["AY"])).values.tolist()
    [['AY 2016/17', 2017, 'r']]
    """
    rows = pd.DataFrame({"text": texts, "kind": kinds})
    unique = rows.drop_duplicates().reset_index(drop=True)
    note = unique["text"].str.extract(_NOTE)["note"].str.strip().str.casefold()
    bare = unique["text"].str.replace(_NOTE, "", regex=True).str.strip()
    read = pd.DataFrame({"first": float("nan"), "year": float("nan")}, index=unique.index)
    single, split, splits = (bare.str.extract(form) for form in (_SINGLE, _SPLIT, _SPLITS))
    read["year"] = pd.to_numeric(single["year"])
    read["first"] = read["year"]
    for part in (split, splits):
        start = pd.to_numeric(part["from"])
        end = start // 100 * 100 + pd.to_numeric(part["to"])
        end = end.where(end >= start, end + 100)
        # 2016-17 is one year unless the measure counts calendar years; 2014-16 is several.
        one = (end - start == 1) & (unique["kind"] != "CY") & (part is split)
        first = (start + (unique["kind"] != "CY")).where(~one, end)
        read["year"], read["first"] = read["year"].fillna(end), read["first"].fillna(first)
    one = _form(unique["kind"], read["year"])
    period = one.where(read["first"] == read["year"], _form(unique["kind"], read["first"]) + " to " + one)
    done = unique.assign(
        period=period.where(read["year"].notna(), ""),
        year=read["year"].fillna(0).astype(int),
        status=note.map(STATUS_OF_NOTE).fillna(""),
    ).set_index(["text", "kind"])
    return done.reindex(pd.MultiIndex.from_frame(rows)).set_axis(texts.index)[["period", "year", "status"]]


def year_period(kind, year):
    """The register's form of a year by its kind and the year in which it ends (both Series).

    >>> year_period(pd.Series(["FY"]), pd.Series([2017]))[0]
    'FY 2016/17'
    """
    return _form(kind, year)


def _form(kind, year):
    year = year.fillna(0).astype(int)
    split = (year - 1).astype(str) + "/" + year.mod(100).astype(str).str.zfill(2)
    return kind + " " + split.where(kind != "CY", year.astype(str))
