"""Whole runs through the command: files, failures, many reviews, refusals."""

import json
import re
import subprocess
import sys

import nbformat
import pytest
from conftest import PROJECT
from runs import SMALL, add_line, contents, run, shorten
from typer.testing import CliRunner

from cyp_helpers.batch.folder import ReviewFolder
from cyp_helpers.batch.jobs import Job, Run, check_parameters, plan_runs
from cyp_helpers.cli import app
from cyp_helpers.register.tables import AUTHORITY_TYPES, UnknownName, load_register, read_table
from cyp_helpers.show.publish import SCRIPT

pytestmark = pytest.mark.long

INDICATORS = (
    "caf-needs-met",
    "mash-no-further-action",
    "child-protection-plan-rate",
    "breastfeeding-6-8-weeks",
    "under-18-conceptions",
    "school-absence",
    "attainment-gap-11-fsm",
    "attainment-gap-16-fsm",
    "neet-years-12-14",
    "child-poverty",
    "youth-justice-first-time-entrants",
)
PAGES = [
    "board",
    "all-indicators",
    *("priority-1-safe", "priority-2-healthy", "priority-3-achieve", "priority-4-voice"),
    *("delivery", "data-quality"),
    *(f"indicator-{one}" for one in INDICATORS),
]


def cyp(project, monkeypatch, *words):
    monkeypatch.chdir(project)
    return CliRunner().invoke(app, list(words))


def review(project, monkeypatch, *words):
    return cyp(project, monkeypatch, "review", "--plan", SMALL.plan, "--review", SMALL.review, *words)


def nothing_made(project):
    """Reading the register leaves its lock and that it was found good, and nothing else, in outputs/."""
    return {path.name for path in (project / "outputs").rglob("*")} <= {".data.lock", ".checked"}


def test_a_run_its_files_and_a_failure_that_damages_nothing(project, monkeypatch):
    done = review(project, monkeypatch)
    assert done.exit_code == 0, done.output
    assert "board.html is the page to open first.\nNeeds attention, worst first:\n1 " in done.output
    assert re.findall(r"^(\d) .*: worse than England\.$", done.output, re.MULTILINE) == ["1"]  # the one clear finding
    folder = ReviewFolder(project, SMALL)
    before = contents(folder.path)
    files = {f"{name}.{ending}" for name in PAGES for ending in ("ipynb", "html")}
    assert set(before) == files | {"board.pdf", "board.docx", "pack.pdf", "comparison-tables.xlsx", "comparisons.csv"}

    manifest = folder.manifest()
    assert [one["name"] for one in manifest["made"]] == ["comparison-tables", *PAGES]
    assert {one["status"] for one in manifest["made"]} == {"succeeded"}
    assert "data/plans/targets.csv" in manifest["inputs"] and manifest["packages"]["pandas"] and manifest["seconds"] > 0

    for name in PAGES:
        page = before[f"{name}.html"].decode()
        page = page.replace(f"<script>{SCRIPT}</script>", "")  # the page's own
        assert not re.search(r"<script|<link|<iframe|src=\"(?!data:)|url\(", page)
        assert re.findall(r"<img (?![^>]*alt=\"[^\"]+\")", page) == []
        assert page.count("<h1") == 1 and '<html lang="en-GB">' in page and "<caption" in page
        links = re.findall(r'href="([^"#]+)"', page)
        assert all(link in before or link == "../../index.html" for link in links), (name, links)

    add_line(project, "priority_review", "assert priority != 'healthy', 'broken for a test'")
    failed = review(project, monkeypatch)
    assert failed.exit_code == 1
    lines = [line for line in failed.output.splitlines() if line.startswith("Failed: ")]
    assert len(lines) == 1 and re.fullmatch(
        r"Failed: priority-2-healthy \(plan early-help-2013-16, review 2013-14 part 1, priority healthy\), cell \d+: "
        r"AssertionError: broken for a test",
        lines[0],
    )
    assert contents(folder.path) == before
    kept = contents(folder.failed)
    assert "priority-2-healthy.ipynb" in kept and "priority-2-healthy.html" not in kept
    assert "priority-3-achieve.html" in kept
    assert {path.name for path in folder.path.parent.iterdir()} == {
        *("2013-14-part-1", "2013-14-part-1-failed", ".2013-14-part-1.lock")
    }


@pytest.mark.parametrize(
    "words, message",
    [
        (
            ("--plan", "cypf-2017"),
            "Unknown plan: 'cypf-2017'. Did you mean 'cypf-2016-18'? Valid: cypf-2011-14, early-help-2013-16, cypf-2016-18, national-framework.",
        ),
        (
            ("--review", "2017-18"),
            "Unknown review of cypf-2016-18: '2017-18'. Did you mean '2017-18 part 2'? Valid: 2016-17 part 1, 2016-17 part 2, 2017-18 part 1, 2017-18 part 2, latest, a day such as 2026-03-31.",
        ),
        (
            ("--priority", "saef"),
            "Unknown priority of cypf-2016-18: 'saef'. Did you mean 'safe'? Valid: safe, healthy, achieve, support.",
        ),
    ],
)
def test_unknown_names_stop_the_run_in_one_line(project, monkeypatch, words, message):
    result = cyp(project, monkeypatch, "review", *words)
    assert (result.exit_code, result.output.strip()) == (2, message) and nothing_made(project)


def test_a_register_fault_stops_the_run(project, monkeypatch):
    path = project / "data/plans/targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",direction,", ",directoin,", 1), encoding="utf-8")
    result = cyp(project, monkeypatch, "review")
    assert result.exit_code == 1 and nothing_made(project)
    assert "data/plans/targets.csv, row 1: found \"no column 'direction'; a column 'directoin'\"" in result.output
    assert cyp(project, monkeypatch, "check").exit_code == 1


def test_check_of_a_sound_register(project, monkeypatch):
    assert cyp(project, monkeypatch, "check").exit_code == 0


def test_a_job_with_an_unknown_parameter_is_refused():
    job = Job("priority_review", {"plan": SMALL.plan, "priorty": "safe"}, "x", "x", "x")
    notebook = nbformat.read(PROJECT / "notebooks/priority_review.ipynb", as_version=4)
    with pytest.raises(UnknownName, match="priority_review.ipynb has no parameter 'priorty'; it has plan, priority"):
        check_parameters(notebook, job)


def test_all_stands_for_every_plan_and_review():
    register = load_register(PROJECT)
    reviews = register.table("reviews")
    runs = plan_runs(register, "all", "all", area="all")
    assert [(one.plan, one.review) for one in runs if not one.area] == list(zip(reviews["plan_id"], reviews["review"]))
    areas = register.table("areas").set_index("area_id")["area_type"]
    others = {one.area for one in runs} - {""}
    assert len(runs) == len(reviews) * (len(others) + 1) and len(others) > 150
    assert set(areas[list(others)]) == set(AUTHORITY_TYPES)
    assert plan_runs(register, "cypf-2016-18", "2017-18 part 2", area="nottinghamshire")[0].area == ""
    assert plan_runs(register, "cypf-2016-18", "2017-18 part 2", area="Leicester")[0].area == "E06000016"
    of_one = plan_runs(register, "cypf-2016-18", "all", priority="safe")
    assert [one.review for one in of_one] == reviews.loc[reviews["plan_id"] == "cypf-2016-18", "review"].tolist()
    with pytest.raises(UnknownName, match="Unknown priority of cypf-2011-14: 'voice'"):
        plan_runs(register, "all", "all", priority="voice")


def test_many_reviews_are_asked_about_and_one_failure_leaves_the_others(project, monkeypatch):
    shorten(project)
    keep_reviews(project, "2013-14 part 1", "2013-14 part 2", "2014-15 part 1")
    add_line(project, "delivery_tracker", "assert review != '2013-14 part 2', 'broken for a test'")
    many = ("review", "--plan", SMALL.plan, "--review", "all", "--timeout", "60")
    refused = cyp(project, monkeypatch, *many)
    assert refused.exit_code == 1 and "3 reviews, about" in refused.output and nothing_made(project)
    done = cyp(project, monkeypatch, *many, "--yes")
    assert done.exit_code == 1
    lines = [line for line in done.output.splitlines() if line.startswith("Failed")]
    assert len(lines) == 1 and lines[0].startswith("Failed: delivery (plan early-help-2013-16, review 2013-14 part 2)")
    folders = {path.name for path in (project / "outputs" / SMALL.plan).iterdir() if not path.name.startswith(".")}
    assert folders == {"2013-14-part-1", "2013-14-part-2-failed", "2014-15-part-1"}


def keep_reviews(project, *names):
    path = project / "data/plans/reviews.csv"
    frame = read_table(path)
    frame[(frame["plan_id"] != SMALL.plan) | frame["review"].isin(names)].to_csv(path, index=False)


def test_a_review_of_another_area_stands_below_the_plans_own(project):
    """Its notebooks are given the area; here they do not know the parameter, and each says so."""
    shorten(project)
    leicester = Run(SMALL.plan, SMALL.review, "E06000016")
    assert leicester.parameters["area"] == "E06000016"
    assert ReviewFolder(project, leicester).path == ReviewFolder(project, SMALL).path / "E06000016"


def test_one_priority_again_keeps_the_other_pages(project):
    shorten(project)
    assert run(project)[0].made == 20
    folder = ReviewFolder(project, SMALL).path
    other = folder / "priority-2-healthy.html"
    other.write_text("kept as it stands")
    outcome = run(project, priority="voice", force=True)[0]
    assert (outcome.made, outcome.failures) == (4, []) and other.read_text() == "kept as it stands"
    assert run(project)[0].made == 1 and other.read_text() != "kept as it stands"


def test_changing_one_figure_changes_what_the_saved_notebook_shows(project):
    """nbval holds the saved notebooks to the register: one changed observation and it fails."""
    path = project / "data/observations/review-2018.csv"
    frame = read_table(path)
    gap = frame["observation_id"] == "review-2018/3.2-gap-2017"
    frame.loc[gap, ["value", "printed"]] = ["21.0", "21.0 percentage points"]
    frame.to_csv(path, index=False)
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "--nbval", "--nbval-current-env"]
    command.append("notebooks/priority_review.ipynb")
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert run.returncode == 1, run.stdout
    for changed in ("in_brief", "page.table", "verdicts[["):
        assert changed in run.stdout


def test_saved_notebooks_keep_their_outputs(project, monkeypatch):
    """Running the saved notebooks gives what is saved, byte for byte."""
    before = contents(project / "notebooks")
    result = cyp(project, monkeypatch, "save-notebooks")
    assert result.exit_code == 0, result.output
    assert contents(project / "notebooks") == before and json.loads(before["indicator.ipynb"])["cells"]
