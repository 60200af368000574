"""The year forms of LAIT -> the register's periods.

About 65 forms stand in one edition. What is left once "(Rev)", "(Provisional)", "(Final)" or "(OT)" is off is a single
year ("2017", the year in which a financial or academic year ends), a split year ("2016/17", "2016-17") or several years
("2013/14-15/16", or "2014-16" which is three calendar years).
"""

import pandas as pd

from cyp_helpers.register.each import by_each

_NOTE = r"\s*\((?P<note>[^)]*)\)\s*$"
_YEARS = r"^(?P<start>(?:19|20)\d\d)(?:(?P<between>[/-]|/\d\d-\d\d/)(?P<end>\d\d))?$"
# Any other note, such as "(Q1)" or "(Girls)", may say that it is another figure.
_STATUS_OF_NOTE = {"prov": "p", "provisional": "p", "rev": "r", "revised": "r", "final": "", "ot": ""}


def read_years(texts, kinds):
    """Year forms (Series of str) as ``period`` (category; '' where it is none or the brackets hold another note),
    ``year`` (in which that ends) and ``status`` (p or r where the form says so); ``kinds`` (Series) says what the
    measure of each row counts by, FY, AY or CY.

    >>> read_years(pd.Series(["2017 (Rev)"]), pd.Series(["AY"])).values.tolist()
    [['AY 2016/17', 2017, 'r']]
    """
    return by_each(pd.DataFrame({"text": texts, "kind": kinds}), _read)


def _read(forms):
    text, kind, note = forms["text"], forms["kind"], forms["text"].str.extract(_NOTE)["note"].str.strip().str.casefold()
    told = text.str.replace(_NOTE, "", regex=True).str.strip().str.extract(_YEARS)
    start = pd.to_numeric(told["start"])
    end = start // 100 * 100 + pd.to_numeric(told["end"])
    end = end.where(end >= start, end + 100)
    # 2016-17 is one year unless the measure counts calendar years; 2014-16 is several.
    one = (end - start == 1) & (kind != "CY") & (told["between"].str.len() == 1)
    year = end.fillna(start)
    first = (start + (kind != "CY")).where(end.notna() & ~one, year)
    last = year_period(kind, year)
    period = last.where(first == year, year_period(kind, first) + " to " + last)
    period = period.where(year.notna() & (note.isna() | note.isin(_STATUS_OF_NOTE)), "").astype("category")
    status = note.map(_STATUS_OF_NOTE).astype("str").fillna("")
    return pd.DataFrame({"period": period, "year": year.fillna(0).astype(int), "status": status})


def year_period(kind, year):
    """The register's form of a year by its kind and the year in which it ends (both Series).

    >>> year_period(pd.Series(["FY"]), pd.Series([2017]))[0]
    'FY 2016/17'
    """
    year = year.fillna(0).astype(int)
    split = (year - 1).astype(str) + "/" + year.mod(100).astype(str).str.zfill(2)
    return kind + " " + split.where(kind != "CY", year.astype(str))
