"""Whole runs: real notebooks, real kernels, in a copy of the project."""

import json
import re
import subprocess
import sys

import nbformat
import pytest
from conftest import PROJECT
from typer.testing import CliRunner

from cyp_helpers.batch import Job, check_parameters, run_review
from cyp_helpers.cli import app
from cyp_helpers.register import UnknownName, read_table

PLAN, REVIEW = "early-help-2013-16", "2013-14 part 1"
FILES = {
    "scorecard",
    "priority-1-safe",
    "priority-2-healthy",
    "priority-3-achieve",
    "priority-4-voice",
    "delivery",
    "data-quality",
    *(
        f"long-view-{one}"
        for one in (
            "child-protection-plan-rate",
            "school-absence",
            "attainment-gap-16-fsm",
            "neet-years-12-14",
            "breastfeeding-6-8-weeks",
            "child-poverty",
        )
    ),
}


def cyp(project, monkeypatch, *words):
    monkeypatch.chdir(project)
    return CliRunner().invoke(app, list(words))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def break_notebook(project, priority):
    """Make the priority notebook fail for one priority."""
    path = project / "notebooks" / "priority_review.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if "open_review(plan" in cell["source"])
    cell["source"] += f"\nassert priority != '{priority}', 'broken for a test'"
    nbformat.write(notebook, path)


def test_a_run_its_files_and_a_failure_that_damages_nothing(project, monkeypatch):
    done = cyp(project, monkeypatch, "review", "--plan", PLAN, "--review", REVIEW)
    assert done.exit_code == 0, done.output
    assert (
        "Most in need of attention:" in done.output
        and len(re.findall(r"^[123]\. .* \(worse than England\): outputs/", done.output, re.MULTILINE)) == 3
    )
    folder = project / "outputs" / PLAN / "2013-14-part-1"
    before = contents(folder)
    assert set(before) == {f"{name}.{ending}" for name in FILES for ending in ("ipynb", "html")} | {
        "comparison-tables.xlsx",
        "comparisons.csv",
        "manifest.json",
    }

    manifest = json.loads(before["manifest.json"])
    assert [one["status"] for one in manifest["notebooks"]] == ["succeeded"] * len(FILES)
    assert "data/plans/targets.csv" in manifest["inputs"] and manifest["packages"]["pandas"] and manifest["seconds"] > 0

    for name in FILES:
        page = before[f"{name}.html"].decode()
        assert not re.search(r"<script|<link|<iframe|src=\"(?!data:)|url\(", page)
        assert (
            re.findall(r"<img (?![^>]*alt=\"[^\"]+\")", page) == []
            and page.count("<h1") == 1
            and '<html lang="en-GB">' in page
        )
        assert "<caption" in page
        links = re.findall(r'href="([^"#]+)"', page)
        assert all(link in before for link in links), (name, links)

    break_notebook(project, "healthy")
    failed = cyp(project, monkeypatch, "review", "--plan", PLAN, "--review", REVIEW)
    assert failed.exit_code == 1
    lines = [line for line in failed.output.splitlines() if line.startswith("Failed: ")]
    assert len(lines) == 1 and re.fullmatch(
        r"Failed: priority-2-healthy.ipynb, cell \d+: AssertionError: broken for a test", lines[0]
    )
    assert contents(folder) == before
    kept = contents(folder.with_name("2013-14-part-1-failed"))
    assert (
        "priority-2-healthy.ipynb" in kept
        and "priority-2-healthy.html" not in kept
        and "priority-3-achieve.html" in kept
    )
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "words, message",
    [
        (
            ("--plan", "cypf-2017"),
            "Unknown plan: 'cypf-2017'. Did you mean 'cypf-2016-18'? Valid: cypf-2011-14, early-help-2013-16, cypf-2016-18.",
        ),
        (
            ("--review", "2017-18"),
            "Unknown review of cypf-2016-18: '2017-18'. Did you mean '2017-18 part 2'? Valid: 2016-17 part 1, 2016-17 part 2, 2017-18 part 1, 2017-18 part 2.",
        ),
        (
            ("--priority", "saef"),
            "Unknown priority of cypf-2016-18: 'saef'. Did you mean 'safe'? Valid: safe, healthy, achieve, support.",
        ),
    ],
)
def test_unknown_names_stop_the_run_in_one_line(project, monkeypatch, words, message):
    result = cyp(project, monkeypatch, "review", *words)
    assert (result.exit_code, result.output.strip()) == (2, message) and not (project / "outputs").exists()


def test_a_register_fault_stops_the_run(project, monkeypatch):
    path = project / "data/plans/targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",direction,", ",directoin,", 1), encoding="utf-8")
    result = cyp(project, monkeypatch, "review")
    assert (
        result.exit_code == 1
        and "data/plans/targets.csv: found \"no column 'direction'; a column 'directoin'\"" in result.output
        and not (project / "outputs").exists()
    )
    assert cyp(project, monkeypatch, "check").exit_code == 1


def test_check_of_a_sound_register(project, monkeypatch):
    assert cyp(project, monkeypatch, "check").exit_code == 0


def test_a_job_with_an_unknown_parameter_is_refused():
    with pytest.raises(
        UnknownName, match="priority_review.ipynb has no parameter 'priorty'; it has plan, priority, review"
    ):
        check_parameters(PROJECT, Job("priority_review", {"plan": PLAN, "priorty": "safe"}, "x", "x", "x"))


def test_one_priority_again_keeps_the_other_pages(project, monkeypatch):
    monkeypatch.chdir(project)
    folder = project / "outputs" / PLAN / "2013-14-part-1"
    folder.mkdir(parents=True)
    (folder / "priority-2-healthy.html").write_text("kept")
    (folder / "manifest.json").write_text(
        '{"notebooks": [{"page": "priority-2-healthy", "status": "succeeded"}, {"page": "scorecard", "status": "succeeded"}]}'
    )
    assert run_review(project, PLAN, REVIEW, "voice") == (folder, [])
    assert (folder / "priority-2-healthy.html").read_text() == "kept" and (folder / "priority-4-voice.html").exists()
    pages = {one["page"]: one["status"] for one in json.loads((folder / "manifest.json").read_text())["notebooks"]}
    assert pages == {
        "scorecard": "succeeded",
        "priority-4-voice": "succeeded",
        "priority-2-healthy": "kept from an earlier run",
    }


def test_changing_one_figure_changes_what_the_saved_notebook_shows(project):
    """nbval holds the saved notebooks to the register: one changed observation and it fails."""
    path = project / "data/observations/review-2018.csv"
    frame = read_table(path)
    gap = frame["observation_id"] == "review-2018/3.2-gap-2017"
    frame.loc[gap, ["value", "printed"]] = ["21.0", "21.0 percentage points"]
    frame.to_csv(path, index=False)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-o",
            "addopts=",
            "--nbval",
            "--nbval-current-env",
            "notebooks/priority_review.ipynb",
        ],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stdout
    for changed in ("read_summary", "summary_table", "indicator_charts"):
        assert changed in run.stdout
