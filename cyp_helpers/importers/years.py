"""The year forms of LAIT -> the register's periods.

About 65 forms stand in one edition. What is left once "(Rev)", "(Provisional)", "(Final)" or "(OT)" is off is a single
year ("2017", the year in which a financial or academic year ends), a split year ("2016/17", "2016-17") or several years
("2013/14-15/16", or "2014-16" which is three calendar years).
"""

import pandas as pd

from cyp_helpers.importers.values import each_row

_NOTE = r"\s*\((?P<note>[^)]*)\)\s*$"
_SINGLE = r"^(?P<year>(?:19|20)\d\d)$"
_SPLIT = r"^(?P<from>(?:19|20)\d\d)[/-](?P<to>\d\d)$"
_SPLITS = r"^(?P<from>(?:19|20)\d\d)/(?P<from2>\d\d)-(?P<to1>\d\d)/(?P<to>\d\d)$"
# Any other note, such as "(Q1)" or "(Girls)", may say that it is another figure.
_STATUS_OF_NOTE = {"prov": "p", "provisional": "p", "rev": "r", "revised": "r", "final": "", "ot": ""}


def read_years(texts, kinds):
    """Year forms (Series of str), such as "2016", "2016/17", "2016-17 (OT)", "2012/13-14/15", "2014-16" or
    "2023(prov)", as periods; ``kinds`` (Series) says what the measure of each row counts by, FY, AY or CY.

    Returns a frame with the same index: ``period`` (category; a form of ``cyp_helpers.register.periods``, '' where
    there is none or the brackets hold another note), ``year`` (that the period ends in) and ``status`` (p or r where the
    form says so).

    >>> read_years(pd.Series(["2017 (Rev)"]), pd.Series(["AY"])).values.tolist()
    [['AY 2016/17', 2017, 'r']]
    """
    unique, codes = each_row(pd.DataFrame({"text": texts, "kind": kinds}))
    kind, note = unique["kind"], unique["text"].str.extract(_NOTE)["note"].str.strip().str.casefold()
    bare = unique["text"].str.replace(_NOTE, "", regex=True).str.strip()
    single, split, splits = (bare.str.extract(form) for form in (_SINGLE, _SPLIT, _SPLITS))
    first = year = pd.to_numeric(single["year"])
    for part in (split, splits):
        start = pd.to_numeric(part["from"])
        end = start // 100 * 100 + pd.to_numeric(part["to"])
        end = end.where(end >= start, end + 100)
        # 2016-17 is one year unless the measure counts calendar years; 2014-16 is several.
        one = (end - start == 1) & (kind != "CY") & (part is split)
        first, year = first.fillna((start + (kind != "CY")).where(~one, end)), year.fillna(end)
    one = year_period(kind, year)
    period = one.where(first == year, year_period(kind, first) + " to " + one)
    period = period.where(year.notna() & (note.isna() | note.isin(_STATUS_OF_NOTE)), "").astype("category")
    status = note.map(_STATUS_OF_NOTE).astype("str").fillna("")
    found = pd.DataFrame({"period": period, "year": year.fillna(0).astype(int), "status": status})
    return found.take(codes).set_axis(texts.index)


def year_period(kind, year):
    """The register's form of a year by its kind and the year in which it ends (both Series).

    >>> year_period(pd.Series(["FY"]), pd.Series([2017]))[0]
    'FY 2016/17'
    """
    year = year.fillna(0).astype(int)
    split = (year - 1).astype(str) + "/" + year.mod(100).astype(str).str.zfill(2)
    return kind + " " + split.where(kind != "CY", year.astype(str))
