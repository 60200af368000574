"""Editions: which file a figure came from, of which day, and under which licence."""

import hashlib
import re
from pathlib import Path

import pandas as pd

from cyp_helpers.importers.reading import UnreadableFile

DFE, OHID = "Department for Education", "Office for Health Improvement and Disparities"
LICENCE = "Open Government Licence v3.0"
ATTRIBUTION = "Contains public sector information licensed under the Open Government Licence v3.0. Source: {}"
_DAY = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = re.compile(rf"({'|'.join(_MONTHS)})[ _-](20\d\d)", re.IGNORECASE)
TITLES = {
    "lait": (DFE, "Local Authority Interactive Tool"),
    "lait-dictionary": (DFE, "Local Authority Interactive Tool, data dictionary"),
    "lait-areas": (DFE, "Local Authority Interactive Tool, list of areas"),
    "neighbours": (DFE, "Children's services statistical neighbours"),
    "ees-referrals": (DFE, "Children in need, referrals and re-referrals"),
    "ees-referrals-by-month": (DFE, "Children in need, referrals by month"),
    "ees-population": (DFE, "Mid-year population estimates of the Office for National Statistics, ages 0 to 17"),
    "ees-absence": (DFE, "Pupil absence in schools, absence by term"),
    "ees-eyfsp": (DFE, "Early years foundation stage profile results"),
    "ees-exclusions": (DFE, "Permanent and fixed-period exclusions"),
    "fingertips-90284": (OHID, "Fingertips indicator 90284, hospital admissions for injuries, ages 0 to 14"),
}


def edition_day(path, option, newest_day):
    """The day of an edition and how it is known.

    ``option`` (text or None) is what the user gave; otherwise a day or month in the file's name; otherwise
    ``newest_day``, the day on which the file's newest figures usually come out.

    Returns
    -------
    (day, basis): text such as "2026-04-08", and "option", "file name" or "assumed". Raises UnreadableFile for an option
    that is no day.

    >>> edition_day(Path("sn_april_2021.xlsx"), None, "")
    ('2021-04-30', 'file name')
    """
    if option:
        if not re.fullmatch(_DAY, option) or pd.isna(pd.to_datetime(option, errors="coerce")):
            raise UnreadableFile(f"--edition {option}: found {option!r}; right would be a day such as 2026-04-08")
        return option, "option"
    if day := _DAY.search(path.name):
        return day[0], "file name"
    if month := _MONTH.search(path.stem):
        first = pd.Timestamp(year=int(month[2]), month=_MONTHS.index(month[1].casefold()) + 1, day=1)
        return (first + pd.offsets.MonthEnd(1)).strftime("%Y-%m-%d"), "file name"
    return newest_day, "assumed"


def edition_row(path, dataset, day, basis, rows_read, rows_used, note=""):
    """A row of editions.csv as a dict; the hash is that of the file."""
    owner = OHID if dataset.startswith("fingertips-") else DFE
    publisher, title = TITLES.get(dataset, (owner, dataset))
    return {
        "source_id": f"{dataset}-{day}",
        "publisher": publisher,
        "dataset": dataset,
        "title": title,
        "edition": _words(day),
        "edition_date": day,
        "edition_date_basis": basis,
        "file_name": Path(path).name,
        "sha256": file_hash(path),
        "rows_read": str(rows_read),
        "rows_used": str(rows_used),
        "licence": LICENCE,
        "attribution": ATTRIBUTION.format(publisher),
        "note": note,
    }


def file_hash(path):
    """SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _words(day):
    return pd.Timestamp(day).strftime("%B %Y")
