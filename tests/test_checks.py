"""Break one cell of a copy of data/ and read what ``cyp check`` says of it."""

import json

import pandas as pd
import pytest
from conftest import PROJECT

from cyp_helpers.register import checks
from cyp_helpers.register.checks import check_register, describe_fault, faults_unless_checked
from cyp_helpers.register.tables import read_table


def break_cell(project, file, row, column, new):
    path = project / "data" / file
    frame = read_table(path)
    frame.loc[row, column] = new
    frame.to_csv(path, index=False)


def test_the_shipped_register_has_no_fault():
    assert check_register(PROJECT).empty


FAULTS = [
    ("plans/targets.csv", 0, "kind", "vlaue", "'value', or another of:"),
    ("plans/targets.csv", 4, "value", "", "a number for this kind of target"),
    ("plans/targets.csv", 4, "direction", "", "higher or lower for this kind of target"),
    ("plans/targets.csv", 4, "period", "2011/12", "a period such as FY 2016/17"),
    (
        "plans/targets.csv",
        4,
        "baseline_observation_id",
        "plan-2011-14/99",
        "an observation_id that stands in data/observations",
    ),
    ("plans/series.csv", 0, "indicator_id", "child-protection-plan-rat", "such as child-protection-plan-rate"),
    ("plans/plan_indicators.csv", 0, "series_id", "nothing", "series_id of a row that stands in data/plans/series.csv"),
    ("plans/indicators.csv", 0, "polarity", "up", "higher, lower, none"),
    ("plans/indicators.csv", 0, "decimals", "one", "a whole number"),
    ("plans/indicators.csv", 1, "indicator_id", "child-protection-plan-rate", "a value that no other row has"),
    ("plans/reviews.csv", 0, "as_at", "30/09/2011", "a date such as 2011-09-30"),
    (
        "plans/plan_indicator_priorities.csv",
        0,
        "priority_id",
        "cypf-2011-14/nothing",
        "priority_id of a row that stands in data/plans/priorities.csv",
    ),
    (
        "plans/printed_pairings.csv",
        0,
        "comparator_observation_id",
        "early-help-2013-16/99",
        "an observation_id that stands in data/observations",
    ),
    ("plans/source_queries.csv", 0, "concerns", "nowhere", "unknown: nowhere"),
    ("plans/stated_comparisons.csv", 0, "period", "Dec-11", "a period such as FY 2016/17"),
    ("observations/plan-2011-14.csv", 4, "value", "39.20", "with the decimals printed there"),
    ("observations/plan-2011-14.csv", 4, "value", "39", "the number in '39.2%'"),
    ("observations/plan-2011-14.csv", 1, "value", "17,790", "no thousands separator"),
    ("observations/plan-2011-14.csv", 4, "status", "provisional", "found 'provisional'"),
    ("observations/plan-2011-14.csv", 3, "status", "", "because no value is given"),
    ("observations/plan-2011-14.csv", 4, "period", "Sep-11", "a period such as FY 2016/17"),
    ("observations/plan-2011-14.csv", 4, "source_id", "", "a value; the cell is empty"),
    (
        "observations/review-2018.csv",
        0,
        "observation_id",
        "plan-2011-14/01-current",
        "an id that no other file of observations has",
    ),
    ("reference/areas.csv", 0, "area_type", "shire", "county"),
]


@pytest.mark.parametrize("file, row, column, new, right", FAULTS)
def test_each_fault_is_told_with_its_place(project, file, row, column, new, right):
    break_cell(project, file, row, column, new)
    faults = check_register(project)
    told = [describe_fault(fault) for fault in faults.itertuples()]
    mine = [line for line in told if line.startswith(f"data/{file}, row {row + 2}, column {column}: ")]
    assert any(right in line and f"found {new!r}" in line for line in mine), told


def test_a_value_with_more_decimals_than_its_indicator(project):
    break_cell(project, "observations/plan-2011-14.csv", 4, "printed", "39.234%")
    break_cell(project, "observations/plan-2011-14.csv", 4, "value", "39.234")
    assert "at most 1 decimals" in check_register(project)["right"].iloc[0]


def test_a_percentage_above_a_hundred(project):
    break_cell(project, "observations/plan-2011-14.csv", 4, "printed", "392%")
    break_cell(project, "observations/plan-2011-14.csv", 4, "value", "392")
    assert check_register(project)["right"].tolist() == ["a percentage from 0 to 100"]


def test_one_figure_twice_with_one_date(project):
    path = project / "data/observations/plan-2011-14.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[5].replace("05-current", "05-again", 1)]) + "\n", encoding="utf-8")
    assert "a corrected figure has a later date" in check_register(project)["right"].iloc[0]


def test_missing_column_missing_file_and_unlisted_file(project):
    (project / "data/observations/extra.csv").write_text("observation_id\n", encoding="utf-8")
    (project / "data/observations/~$plan-2011-14.csv").write_text("", encoding="utf-8")
    told = [describe_fault(fault) for fault in check_register(project).itertuples()]
    assert len(told) == 1 and "extra.csv" in told[0] and "datapackage.json" in told[0]
    path = project / "data/plans/series.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("series_id,indicator_id,name", "series_id,indicator,name", 1),
        encoding="utf-8",
    )
    (project / "data/plans/priorities.csv").unlink()
    plans = project / "data/plans/plans.csv"
    plans.write_text(plans.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    units = project / "data/reference/units.csv"
    units.write_bytes(units.read_text(encoding="utf-8").encode("cp1252"))
    areas = project / "data/reference/areas.csv"
    areas.write_text("", encoding="utf-8")
    told = {fault.file: fault for fault in check_register(project).itertuples()}
    assert set(told) == {
        f"data/{name}"
        for name in (
            "plans/series.csv",
            "plans/priorities.csv",
            "plans/plans.csv",
            "reference/units.csv",
            "reference/areas.csv",
        )
    }
    assert told["data/plans/series.csv"].found == "no column 'indicator_id'; a column 'indicator'"
    assert told["data/plans/priorities.csv"].found == "no such file"
    assert (
        told["data/plans/plans.csv"].found == "columns separated by semicolons"
        and "comma" in told["data/plans/plans.csv"].right
    )
    assert (
        "not UTF-8" in told["data/reference/units.csv"].found
        and told["data/reference/areas.csv"].found
        == "no column 'area_id', 'name', 'area_type', 'la_number', 'region_id', 'former_codes', 'note'"
    )


def test_a_byte_order_mark_does_no_harm(project):
    path = project / "data/plans/plans.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_register(project).empty


def test_a_judgement_that_is_not_on_its_scale_and_a_second_target(project):
    break_cell(project, "plans/targets.csv", 14, "value", "Adequat")
    break_cell(project, "plans/targets.csv", 5, "plan_indicator_id", "plan-2011-14/05")
    told = [describe_fault(fault) for fault in check_register(project).itertuples()]
    assert any("row 16, column value: found 'Adequat'" in line for line in told) and any(
        "row 7, column plan_indicator_id" in line for line in told
    )


def test_a_negative_value_is_a_number(project):
    break_cell(project, "observations/review-2018.csv", 0, "printed", "-0.5")
    break_cell(project, "observations/review-2018.csv", 0, "value", "-0.5")
    break_cell(project, "plans/indicators.csv", 40, "decimals", "1")
    assert not any("the number in" in fault.right for fault in check_register(project).itertuples())


def test_every_file_of_data_is_listed_and_every_field_described():
    package = json.loads((PROJECT / "data/datapackage.json").read_text(encoding="utf-8"))
    for item in package["resources"]:
        columns = read_table(PROJECT / "data" / item["path"]).columns.tolist()
        assert columns == [field["name"] for field in item["schema"]["fields"]]
        assert all(field["description"] for field in item["schema"]["fields"])


def test_files_that_were_found_good_are_not_checked_again_until_one_changes(project, monkeypatch):
    (project / "outputs").mkdir()
    assert faults_unless_checked(project).empty
    checked = []
    monkeypatch.setattr(
        checks, "check_register", lambda one: checked.append(one) or pd.DataFrame({"file": ["a fault"]})
    )
    assert faults_unless_checked(project).empty and not checked
    plans = project / "data/plans/plans.csv"
    plans.write_text(plans.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(faults_unless_checked(project)) == 1 and len(checked) == 1
    assert len(faults_unless_checked(project)) == 1  # a fault is not noted as good
