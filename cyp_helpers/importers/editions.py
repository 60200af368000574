"""Editions: which file a figure came from, of which day, and under which licence."""

import calendar
import hashlib
import re
from datetime import date
from pathlib import Path

import pandas as pd

from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.tables import read_table

_DFE, _OHID = "Department for Education", "Office for Health Improvement and Disparities"
_LICENCE = "Open Government Licence v3.0"
# Not the start of two school years, as in exclusions_2006-07-2016-17.csv.
_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?![0-9]|-[0-9])")
_MONTH = re.compile(rf"(?<![a-z])({'|'.join(calendar.month_name[1:])})[ _-]?(20[0-9]{{2}})(?![0-9])", re.IGNORECASE)
_TITLES = read_table(Path(__file__).with_name("titles.csv")).set_index("dataset")["title"]


def edition_day(path, option, newest_day):
    """The day of an edition (text such as "2026-04-08") and how it is known: "option", what the user gave (text or
    None); else "file name", a day in it, or "month", the end of one in it; else "assumed", ``newest_day``, on which the
    file's newest figures usually come out. Raises UnreadableFile for a day that is none or still to come.

    >>> edition_day(Path("sn_april_2021.xlsx"), None, "")
    ('2021-04-30', 'month')
    """
    if option:
        return _real_day(option, f"--edition {option}"), "option"
    days = sorted(set(_DAY.findall(path.name)))
    if len(days) > 1:
        raise UnreadableFile(f"{path.name}: the name holds {' and '.join(days)}; give the day it came out as --edition")
    if days:
        return _real_day(days[0], path.name), "file name"
    if month := _MONTH.search(path.stem):
        last = pd.Timestamp(f"1 {month[1]} {month[2]}") + pd.offsets.MonthEnd()
        return _real_day(f"{last:%Y-%m-%d}", path.name), "month"
    return newest_day, "assumed"


def _real_day(text, place):
    """A day that the calendar has and that is not in the future, as text; raises UnreadableFile."""
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce") if re.fullmatch(_DAY, text) else pd.NaT
    if pd.isna(day):
        raise UnreadableFile(f"{place}: found {text!r}, which is no day; right would be a day such as 2026-04-08")
    if day.date() > date.today():
        raise UnreadableFile(f"{place}: found {text!r}, a day in the future; give the day it came out as --edition")
    return text


def edition_row(path, dataset, day, basis, rows_read, rows_used):
    """A row of editions.csv as a dict; the hash is that of the file."""
    publisher = _OHID if dataset.startswith("fingertips-") else _DFE
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "source_id": f"{dataset}-{day}", "publisher": publisher, "dataset": dataset,
        "title": _TITLES.get(dataset, dataset), "edition": f"{pd.Timestamp(day):%B %Y}", "edition_date": day,
        "edition_date_basis": basis.replace("month", "file name"), "file_name": path.name, "sha256": digest,
        "rows_read": str(rows_read), "rows_used": str(rows_used), "licence": _LICENCE, "note": "",
        "attribution": f"Contains public sector information licensed under the {_LICENCE}. Source: {publisher}",
    }  # fmt: skip


def with_file(row, editions):
    """A row of ``edition_row`` (dict) that also names the files which the edition had before this one (in the frame
    of editions.csv), each once, by name; and the names of those other files."""
    same = editions[editions["source_id"] == row["source_id"]]
    if same.empty:
        return row, []
    old, digest = same.iloc[0], row["sha256"]
    names = dict(zip(old["sha256"].split(), old["file_name"].split("; ")))
    others = [name for one, name in names.items() if one != digest]
    if others:  # rows of both
        more = 0 if digest in names else int(row["rows_read"])
        row = row | {"rows_read": str(int(old["rows_read"]) + more)}
    names = (names | {digest: row["file_name"]}).items()
    digests, names = zip(*sorted(names, key=lambda pair: pair[::-1]))
    notes = [old["note"], "" if row["note"] in old["note"] else row["note"]]
    told = {"sha256": " ".join(digests), "file_name": "; ".join(names), "note": "; ".join(filter(None, notes))}
    return row | told, others
