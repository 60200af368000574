"""The shipped table of published figures, and what ``cyp check`` says of a broken one."""

import pandas as pd
import pytest
from importing import (
    ENGLAND,
    NOTTS,
    OPEN_DATA,
    empty_register,
    snapshot,
)

from cyp_helpers.importers.run import import_files
from cyp_helpers.register.checks import check_register
from cyp_helpers.register.tables import load_register

pytestmark = pytest.mark.long

needs_open_data = pytest.mark.skipif(
    not OPEN_DATA.is_dir(), reason="the publishers' files are not beside this clone (../shared/open-data)"
)


@pytest.fixture(scope="module")
def shipped():
    return load_register()


def test_the_shipped_figures_are_those_that_are_known(shipped):
    rows = shipped.table("published")
    notts = rows[(rows["area_id"] == NOTTS) & (rows["series_id"] == "re-referrals")].set_index("period")
    known = {
        "FY 2020/21": (2840, 10089),
        "FY 2021/22": (2957, 10532),
        "FY 2022/23": (2196, 8866),
        "FY 2023/24": (2186, 8462),
        "FY 2024/25": (1475, 6390),
    }
    for period, pair in known.items():
        assert tuple(notts.loc[period, ["numerator", "denominator"]]) == pair
    months = rows[(rows["area_id"] == NOTTS) & (rows["series_id"] == "referrals-by-month")]
    assert len(months) == 144 and rows["area_id"].nunique() == 170


def test_real_errors_of_the_publishers_are_held_back(shipped):
    held = shipped.table("quarantine")
    england = held[(held["area_id"] == ENGLAND) & (held["series_id"] == "youth-justice-first-time-entrants-calendar")]
    assert england["value"].tolist()[0] == "3071" and set(england["rule"]) == {"average-outside-members"}
    doubled = held[held["series_id"].str.startswith("attainment-gap-11") & (held["rule"] == "average-outside-members")]
    assert len(doubled) == 14 and set(doubled["source_id"]) == {"lait-2024-11-19"}
    figures = shipped.table("published")
    key = ["series_id", "breakdown", "area_id", "period", "source_id"]
    whole = held[~held["reason"].str.endswith("the figure stands without them")]
    assert not pd.MultiIndex.from_frame(whole[key]).isin(pd.MultiIndex.from_frame(figures[key])).any()


def test_each_indicator_has_a_counterpart_or_a_reason_for_none(shipped):
    measures, none = shipped.table("published-measures"), shipped.table("no-counterpart")
    series = shipped.table("series").set_index("series_id")["indicator_id"]
    has = set(measures["counterpart_of"]) | set(measures["series_id"].map(series))
    assert set(shipped.table("indicators")["indicator_id"]) == (has - {""}) | set(none["indicator_id"])
    assert (measures["reason"] != "").all() and (measures.loc[measures["match"] == "near", "differs"] != "").all()


def test_neighbours_of_both_lists(shipped):
    rows = shipped.table("neighbours")
    mine = rows[rows["area_id"] == NOTTS].groupby("list_id").size()
    assert mine.to_dict() == {"sn-2021-04": 10, "sn-2025-05": 10}


# A rate of hundredths is often nought, so that its median says nothing of the unit.
ACCEPTED = ["lait-specpermex"]
LIST_OF_AREAS = "la_code_list.xlsx"  # no file of figures


@needs_open_data
def test_the_publishers_files_give_the_shipped_tables(tmp_path):
    folder = empty_register(tmp_path / "project")
    for publisher in ("lait", "fingertips", "ees"):
        accept = ACCEPTED if publisher == "lait" else []
        files = [path for path in sorted(OPEN_DATA.glob(f"{publisher}/*")) if path.name != LIST_OF_AREAS]
        import_files(folder, publisher, files, accept=accept)
    register = load_register()
    for path, content in snapshot(folder).items():
        assert content == (register.folder.parent / path).read_bytes(), path


def break_published(folder, column, value):
    path = folder / "data/observations/published.parquet"
    frame = pd.read_parquet(path)
    frame.loc[0, column] = value
    frame.to_parquet(path, index=False)


@pytest.mark.parametrize(
    "column, value, right",
    [
        ("series_id", "nothing", "a series_id of the table series"),
        ("area_id", "E99999999", "an area_id of the table areas"),
        ("source_id", "lait-1999", "a source_id of the table editions"),
        ("period", "2016", "a period such as FY 2016/17"),
        ("value", "12%", "a number"),
        ("status", "provisional", "statuses of"),
        ("published", "31/03/2018", "a day such as"),
        ("published_basis", "cited", "printed or assumed"),
        ("numerator", -1.0, "no count below nought"),
    ],
)
def test_check_tells_faults_of_published_figures(project, column, value, right):
    break_published(project, column, value)
    faults = check_register(project)
    mine = faults[(faults["column"] == column) & (faults["file"] == "data/observations/published.parquet")]
    assert (
        mine["row"].tolist()[0] == 2
        and mine["right"].str.contains(right.replace("an area_id", "area_id"), regex=False).any()
    )
