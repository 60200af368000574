"""Made-up files in the publishers' forms: a few rows whose figures the eye can check, and an empty register for them."""

import shutil

import pandas as pd
import pytest
from conftest import PROJECT

from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.importers.run import import_files

OLD, NEW = "2024-11-19", "2026-04-08"
OPEN_DATA = PROJECT.parent / "shared" / "open-data"
NOTTS, LEICESTERSHIRE, EAST_MIDLANDS, ENGLAND = "E10000024", "E10000018", "E12000004", "E92000001"
FIGURE_TABLES = (
    "observations/quarantine.csv",
    "reference/catalogue.csv",
    "reference/editions.csv",
    "reference/neighbour_lists.csv",
    "reference/neighbours.csv",
)

LAIT_COLUMNS = ["Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region"]
LAIT_ROWS = [
    ("PrevRegCPR", "2023", "891", "26.199999999999999"),
    ("PrevRegCPR", "2024", "891", "25"),
    ("PrevRegCPR", "2024", "855", "19.5"),
    ("PrevRegCPR", "2024", "970", "-"),
    ("ReRegCPR", "2024", "891", "170"),
    ("CPP_Abuse", "2024", "891", "680"),
    ("AnotherMeasure", "2024", "891", "1"),
]
EES_HEAD = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
    "category",
]
EES_ROWS = [
    ("2024", "National", "E92000001", "", "", "", "621880", "139080", "22.4"),
    ("2024", "Local authority", "E92000001", "E12000004", "891", "E10000024", "8462", "2186", "25.8"),
    ("2024", "Local authority", "E92000001", "E12000004", "855", "E10000018", "4000", "c", "c"),
    ("2023", "Local authority", "E92000001", "E12000004", "891", "E10000024", "8866", "2196", "24.8"),
]
FINGERTIPS_ROWS = [
    ("E92000001", "England", "2022/23", "75.3744", "74.6", "76.2", "75.1", "1000", "132671", ""),
    ("E10000024", "Nottinghamshire", "2022/23", "64.2599", "60.1", "68.6", "64.2", "890", "138500", ""),
    ("E10000024", "Nottinghamshire", "2016/17", "", "", "", "", "", "", "Not presented due to coding"),
]
FINGERTIPS_COLUMNS = [
    "Indicator ID", "Area Code", "Area Name", "Sex", "Age", "Category", "Time period", "Value", "Lower CI 95.0 limit",
    "Upper CI 95.0 limit", "Count", "Denominator", "Value note",
]  # fmt: skip


def lait_frame(rows=LAIT_ROWS):
    filled = [(name, "", year, "", value, la, "") for name, year, la, value in rows]
    return pd.DataFrame(filled, columns=LAIT_COLUMNS, dtype="str")


def ees_frame(rows=EES_ROWS, names=("referral_count", "rereferral_count", "rereferral_percent")):
    filled = [
        (year, "Reporting year", level, country, "England", region, "", la, code, "", "All", *figures)
        for year, level, country, region, la, code, *figures in rows
    ]
    return pd.DataFrame(filled, columns=[*EES_HEAD, *names], dtype="str")


def fingertips_frame(rows=FINGERTIPS_ROWS):
    filled = [
        ("90284", code, name, "Persons", "<15 yrs", "", year, value, low, high, count, below, note)
        for code, name, year, value, low, high, _, count, below, note in rows
    ]
    return pd.DataFrame(filled, columns=FINGERTIPS_COLUMNS, dtype="str")


def save(frame, path):
    """As the publishers save: UTF-8, commas; Parquet where the name says so."""
    if path.suffix == ".parquet":
        frame.astype({"LA Number": "float64"}).to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, lineterminator="\n")
    return path


def empty_register(folder):
    """A copy of the project's data without any published figure."""
    shutil.copytree(PROJECT / "data", folder / "data")
    for name in ("published", "catalogue"):
        (folder / "data" / "observations" / f"{name}.parquet").unlink()
    for name in FIGURE_TABLES:
        path = folder / "data" / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return folder


def snapshot(folder):
    """Every file of a folder's data with its bytes."""
    return {
        path.relative_to(folder): path.read_bytes() for path in sorted((folder / "data").rglob("*")) if path.is_file()
    }


def published(folder):
    return pd.read_parquet(folder / "data/observations/published.parquet")


def figure(folder, series, area, period):
    rows = published(folder)
    return rows[(rows["series_id"] == series) & (rows["area_id"] == area) & (rows["period"] == period)]


def import_lait(folder, where, rows, day=OLD):
    """Save rows as a LAIT file of an edition and import it."""
    return import_files(folder, "lait", [save(lait_frame(rows), where / f"bds_long_{day}.csv")])


def edition(value, counts=("171", "680")):
    """Rows of LAIT for one figure of Nottinghamshire with its counts."""
    return [
        ("PrevRegCPR", "2024", "891", value),
        ("ReRegCPR", "2024", "891", counts[0]),
        ("CPP_Abuse", "2024", "891", counts[1]),
    ]


# ---- the referrals file, taken and refused ----

DERBYSHIRE, DAY = "E10000007", "2025-12-01"
NUMBERS = {NOTTS: "891", LEICESTERSHIRE: "855", DERBYSHIRE: "830"}
KEYS = [*EES_HEAD, "referral_count", "rereferral_count", "rereferral_percent"]


@pytest.fixture
def register(tmp_path):
    return empty_register(tmp_path / "project")


def referrals(*rows, **columns):
    """Rows of the referrals file: year, authority, counts and share; ``columns`` overwrites or adds whole columns."""
    filled = [
        (year, "Reporting year", "Local authority", ENGLAND, "England", "E12000004", "East Midlands", NUMBERS[area], area, "x",
         "Referrals and Re-referrals", *figures)
        for year, area, *figures in rows
    ]  # fmt: skip
    return pd.DataFrame(filled, columns=KEYS, dtype="str").assign(**columns)


ONE = ("2025", NOTTS, "6390", "1475", "23.1")
LATER = ("2026", NOTTS, "3", "1", "33.3")


def take(register, tmp_path, frame, publisher="ees", name=f"x_{DAY}.csv", **asked):
    return import_files(register, publisher, [save(frame, tmp_path / name)], **asked)[0][0]


def refused(register, tmp_path, frame, words, publisher="ees", name=f"x_{DAY}.csv", **asked):
    """The file is refused in one line with these words, and nothing is written."""
    before = snapshot(register)
    with pytest.raises(UnreadableFile, match=words) as told:
        take(register, tmp_path, frame, publisher, name, **asked)
    assert "\n" not in str(told.value) and snapshot(register) == before


def shares(register, area=NOTTS):
    rows = published(register)
    return dict(
        rows.loc[(rows["series_id"] == "re-referrals") & (rows["area_id"] == area), ["period", "value"]].to_numpy()
    )
