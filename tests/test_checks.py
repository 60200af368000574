"""Break one cell of a copy of data/ and read what ``cyp check`` says of it."""

import json

import pandas as pd
import pytest
from conftest import PROJECT, copy_project

from benchmarks.fuzz import run_fuzz
from cyp_helpers.batch.folder import ReviewFolder, CannotRun
from cyp_helpers.batch.jobs import Run, plan_runs
from cyp_helpers.register import checks
from cyp_helpers.register.checks import check_register, describe_fault, faults_unless_checked
from cyp_helpers.register.tables import UnknownName, load_register, read_table


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
    ("reference/published_measures.csv", 5, "per", "10", "'100', or another of: "),
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
    # references that no foreign key covers
    ("reference/areas.csv", 0, "region_id", "E06000016", "the area_id of a region"),
    ("reference/areas.csv", 0, "region_id", "E12000099", "such as E12000009"),
    ("reference/areas.csv", 0, "former_codes", "E06000016", "codes that no other area has or had"),
    (
        "plans/targets.csv",
        4,
        "baseline_observation_id",
        "plan-2011-14/01-current",
        "an observation of the indicator that the target is for",
    ),
    ("plans/action_evidence.csv", 4, "said_by", "", "the document that says so"),
    (
        "plans/action_evidence.csv",
        3,
        "said_by",
        "nobody",
        "source_id of a row that stands in data/reference/sources.csv",
    ),
    ("plans/activity_moves.csv", 0, "to_activity_id", "plan-2016-18/1.1", "another than from_activity_id has"),
    (
        "plans/series_breaks.csv",
        10,
        "successor_series_id",
        "good-level-of-development-2013",
        "another than series_id has",
    ),
    (
        "plans/printed_pairings.csv",
        0,
        "comparator_observation_id",
        "early-help-2013-16/03-baseline",
        "another than observation_id has",
    ),
    # years, days, numbers
    ("plans/targets.csv", 4, "period", "FY 0000/01", "a period such as FY 2016/17"),
    ("observations/plan-2011-14.csv", 4, "period", "CY 99999", "a period such as FY 2016/17"),
    ("observations/plan-2011-14.csv", 4, "published", "9999-12-31", "no more than 2099-12-31"),
    ("plans/plans.csv", 0, "period_start", "0001-01-01", "no less than 1990-01-01"),
    ("observations/plan-2011-14.csv", 4, "published", "2030-01-31", "no page will show this figure"),
    ("plans/reviews.csv", 0, "as_at", "2011-02-30", "that the calendar has"),
    ("observations/plan-2011-14.csv", 4, "value", "NaN", "the number in '39.2%'"),
    ("observations/plan-2011-14.csv", 4, "numerator", "inf", "a number"),
    ("observations/plan-2011-14.csv", 4, "numerator", "9" * 400, "a number"),
    ("plans/priorities.csv", 0, "number", "\u0661", "a whole number"),
    # what says a thing twice, or what nothing takes
    ("observations/plan-2011-14.csv", 4, "status", "p p", "status"),
    ("observations/plan-2011-14.csv", 4, "status", "r b r", "status"),
    ("observations/plan-2011-14.csv", 4, "denominator", "0", "a count above nought, because a figure is given"),
    # text
    ("plans/series.csv", 0, "name", "Re-\0referrals", "not seen (U+0000)"),
    ("plans/series.csv", 0, "name", "Re-referrals \u202egpj.exe", "not seen (U+202E)"),
    ("reference/areas.csv", 1, "name", "Eng\u200bland", "not seen (U+200B)"),
    ("plans/priorities.csv", 0, "title", "Children\u00e2\u20ac\u2122s", "'Children\u2019s', as it was before"),
    ("reference/units.csv", 9, "heading", "\u00c2\u00a3 million", "'\u00a3 million', as it was before"),
    ("plans/series.csv", 0, "name", "Re-referrals ", "no blank at either end"),
    # names that no page holds, and letters without ink
    ("plans/series.csv", 0, "name", "word" * 750, "400 letters or fewer"),
    ("reference/areas.csv", 3, "name", "N" * 3000, "400 letters or fewer"),
    ("reference/areas.csv", 152, "name", "NOTTINGHAMSHIRE", "in whatever capitals"),
    ("plans/plans.csv", 0, "title", "\u3164", "no character that is not seen (U+3164)"),
    ("plans/plans.csv", 0, "title", "a\u2800b", "no character that is not seen (U+2800)"),
    ("plans/plans.csv", 0, "title", "a\U000e0041b", "no character that is not seen (U+E0041)"),
    ("plans/plans.csv", 0, "title", "a\ue000b", "no character that is not seen (U+E000)"),
    # ids that become file names and addresses
    ("reference/areas.csv", 5, "area_id", "../../../data", "letters, digits and hyphens, at most 80"),
    ("plans/plans.csv", 0, "plan_id", "/tmp/plan", "letters, digits and hyphens"),
    ("plans/series.csv", 0, "series_id", "re/referrals", "letters, digits and hyphens"),
    ("plans/series.csv", 0, "series_id", "re-referrals #1? 50%", "letters, digits and hyphens"),
    ("plans/series.csv", 0, "series_id", "CON", "letters, digits and hyphens"),
    ("plans/series.csv", 0, "series_id", "a" * 81, "letters, digits and hyphens"),
    ("plans/series.csv", 1, "series_id", "Child-Protection-Plan-Rate", "in whatever capitals"),
    ("plans/priorities.csv", 0, "priority_id", "cypf-2011-14/b/safe", "the plan_id, a slash and letters"),
]


@pytest.fixture(scope="module")
def told_of(tmp_path_factory):
    """What ``cyp check`` says of each of ``FAULTS``: many are put in at once, what it does not name goes in again without those it did.

    The form is looked at before the meaning, and a cell holds one fault at a time.
    """
    left, told = list(FAULTS), {}
    while left:
        wave = list({fault[:3]: fault for fault in reversed(left)}.values())
        project = copy_project(tmp_path_factory.mktemp("wave"))
        for file, row, column, new, _ in wave:
            break_cell(project, file, row, column, new)
        lines = [describe_fault(fault) for fault in check_register(project).itertuples()]
        for file, row, column, new, right in wave:
            told[file, row, column, new] = [line for line in lines if line.startswith(f"data/{file}, row {row + 2}, column {column}: ")]
        named = [fault for fault in wave if told[fault[:4]]]
        left = [fault for fault in left if fault not in named]
        if not named:
            break
    return told


@pytest.mark.parametrize("file, row, column, new, right", FAULTS)
def test_each_fault_is_told_with_its_place(told_of, file, row, column, new, right):
    told = told_of.get((file, row, column, new), [])
    assert any(right in line and f"found {new!r}" in line for line in told), told


def test_a_value_with_more_decimals_than_its_indicator(project):
    break_cell(project, "observations/plan-2011-14.csv", 4, "printed", "39.234%")
    break_cell(project, "observations/plan-2011-14.csv", 4, "value", "39.234")
    assert "at most 1 decimals" in check_register(project)["right"].iloc[0]


def test_days_still_to_come_and_targets_that_take_no_value(project):
    days = [
        ("reference/editions.csv", "edition_date"), ("reference/sources.csv", "published"), ("reference/neighbour_lists.csv", "published"),
        ("plans/stated_comparisons.csv", "published"), ("observations/plan-2011-14.csv", "published"),
    ]  # fmt: skip
    targets = read_table(project / "data/plans/targets.csv")
    rows = [targets.query("kind == @kind").index[0] for kind in ("direction", "trend", "in_line", "words", "pending")]
    for file, column in days:
        break_cell(project, file, 0, column, "2098-01-01")
    for row in rows:
        break_cell(project, "plans/targets.csv", row, "value", "5")
    told = "\n".join(describe_fault(fault) for fault in check_register(project).itertuples())
    for file, column in days:
        assert f"data/{file}, row 2, column {column}: found '2098-01-01'; right would be a day up to today" in told
    for row in rows:
        assert f"data/plans/targets.csv, row {row + 2}, column value: found '5'; right would be nothing for this kind of target" in told


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


def test_a_separator_is_stated_and_not_guessed(project):
    for row, reason in enumerate(["Not in 'A';'B';'C'|'D'", "a;b;c;d;e\n".strip(), 'Said "one;" and "two|", no more']):
        break_cell(project, "reference/no_counterpart.csv", row, "reason", reason)
    assert check_register(project).empty


def test_ten_times_the_year_before_needs_a_query_that_prints_it(project):
    place = ("observations/review-2018.csv", 46)  # 17 for England; the published figure of the year before is 18
    for column, new in (("value", "1700"), ("printed", "1700 percentage point gap")):
        break_cell(project, *place, column, new)
    assert "a row of source_queries.csv that prints it" in check_register(project)["right"].iloc[0]
    queries = read_table(project / "data/plans/source_queries.csv")
    at = queries.index[queries["concerns"].str.contains("review-2018/3.2-gap-england")][0]
    break_cell(project, "plans/source_queries.csv", at, "printed", "1700 percentage point gap")
    assert check_register(project).empty


PACKAGES = [
    (lambda package: package["resources"][0].pop("path"), "path None"),
    (lambda package: package["resources"][0].update(path="../../x.csv"), "path '../../x.csv'"),
    (lambda package: package["resources"][0].update(path="http://127.0.0.1:9/x.csv"), "path 'http"),
    (lambda package: package["resources"][0].update(dialect={"delimiter": ";"}), "dialect"),
    (lambda package: package["resources"][0].update(dialect="http://127.0.0.1:9/x"), "dialect 'http"),
    (lambda package: package["resources"][1].update(name="sources"), "name 'sources' twice"),
    (lambda package: package["resources"].pop(0), "no table 'sources'"),
    (lambda package: package.update(resources={}), "no list of resources"),
    (lambda package: package["resources"][0]["schema"]["fields"][0].update(type="geopoint"), "of type 'geopoint'"),
    (lambda package: package["resources"][0]["schema"]["fields"][0]["constraints"].update(pattern="("), "pattern '('"),
]


@pytest.mark.parametrize("change, found", PACKAGES)
def test_a_datapackage_that_is_wrong_is_told_and_opens_no_address(project, change, found, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("an address was opened"))
    path = project / "data/datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change(package)
    path.write_text(json.dumps({**package, "profile": "http://127.0.0.1:9/x"}), encoding="utf-8")
    faults = check_register(project)
    assert set(faults["file"]) == {"data/datapackage.json"} and any(found in one for one in faults["found"])


def test_damaged_files(project):
    data = project / "data"
    for name, change in {
        "plans/actions.csv": lambda content: content.replace(b"\n", b"\r"),
        "plans/plans.csv": lambda content: content.replace(b"2011-14,", b'2011-14,"', 1),
        "plans/reviews.csv": lambda content: content + b"\n",
        "plans/themes.csv": lambda content: content.replace(b"\n", b",x\n", 2),
    }.items():
        (data / name).write_bytes(change((data / name).read_bytes()))
    told = dict(check_register(project)[["file", "found"]].to_numpy())
    assert (
        told["data/plans/actions.csv"] == "a line that ends in CR alone"
        and "expected after" in told["data/plans/plans.csv"]
    )
    assert told["data/plans/reviews.csv"] == "an empty row" and len(told) == 4


@pytest.mark.parametrize("name", ["datapackage.json", "observations/published.parquet"])
def test_half_a_file(project, name):
    path = project / "data" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    faults = check_register(project)
    assert faults["file"].tolist() == [f"data/{name}"] and "\n" not in describe_fault(next(faults.itertuples()))


def test_a_review_whose_folder_leads_out_of_outputs_is_not_begun(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / "outputs").mkdir()
    (project / "outputs" / "linked").symlink_to(elsewhere)
    for plan, area in (("../data", ""), ("linked", ""), ("plan", "../../../data")):
        with (
            pytest.raises(CannotRun, match="cannot name a folder of outputs/|must be below outputs/"),
            ReviewFolder(project, Run(plan, "2017-18 part 2", area)).locked(),
        ):
            pass
    assert not list(elsewhere.iterdir())


def test_an_authority_that_was_not_there_yet_is_told_so():
    with pytest.raises(UnknownName, match="'Cumberland' is an authority since 2023-04-01"):
        plan_runs(load_register(), "cypf-2016-18", "2017-18 part 2", area="Cumberland")
    runs = plan_runs(load_register(), "cypf-2016-18", "2017-18 part 2", area="all")
    assert "E10000006" in {run.area for run in runs} and "E06000063" not in {
        run.area for run in runs
    }  # Cumbria, Cumberland


def test_the_fuzz_finds_what_check_says_of_a_fault():
    results = run_fuzz(faults=5, seed=1)
    assert len(results) == 5 and set(results["outcome"]) == {"refused"}


def test_a_published_share_and_its_day_have_limits(project):
    path = project / "data/observations/published.parquet"
    frame = pd.read_parquet(path)
    faults = [("status", "r x r", "each once"), ("denominator", 0.0, "a count above nought"), ("value", "999999", "a percentage from 0 to 100"),
              ("value", "100.5", "a percentage from 0 to 100"), ("published", "2098-01-01", "not after the edition's")]  # fmt: skip
    rows = frame.index[frame["series_id"] == "re-referrals"]
    for row, (column, new, _) in zip(rows, faults):
        frame.loc[row, column] = new
    frame.to_parquet(path, index=False)
    told = check_register(project)
    for row, (column, _, right) in zip(rows, faults):
        assert told.loc[(told["row"] == row + 2) & (told["column"] == column), "right"].str.contains(right, regex=False).any()
