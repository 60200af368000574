"""Runs that are repeated, stopped, killed or met by another: what is made again, and what stands in the folders."""

import os
import random
import shutil
import signal
import sys
import time

import pytest
from runs import SMALL, add_line, all_end, contents, descendants, made, run, shorten, start_review, wait_for

from cyp_helpers.batch.folder import CannotRun, ReviewFolder
from cyp_helpers.batch.inputs import Inputs
from cyp_helpers.batch.jobs import Job
from cyp_helpers.register.tables import read_table

pytestmark = pytest.mark.long

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
PRIORITIES = {"priority-1-safe", "priority-2-healthy", "priority-3-achieve", "priority-4-voice"}
KILLS = 3  # moments at which a run is killed; twenty were tried by hand


@pytest.fixture
def small(project):
    return shorten(project)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A small project and what its review looks like when nothing disturbs it."""
    from conftest import PROJECT

    project = tmp_path_factory.mktemp("undisturbed")
    for folder in ("data", "notebooks"):
        shutil.copytree(PROJECT / folder, project / folder)
    shorten(project)
    assert run(project)[0].failures == []
    return project, contents(ReviewFolder(project, SMALL).path)


@pytest.fixture
def clean(undisturbed):
    """The same project with nothing run."""
    project, expected = undisturbed
    shutil.rmtree(project / "outputs")
    return project, expected


def change(project, file, column, value):
    """Change one column of the last row of a table."""
    path = project / "data" / file
    frame = read_table(path)
    frame.loc[frame.index[-1], column] = value
    frame.to_csv(path, index=False, lineterminator="\n")


def remade(project, **choices):
    """Names of what a further run makes."""
    before = {name: entry["digest"] for name, entry in made(project).items()}
    outcome = run(project, **choices)[0]
    assert outcome.failures == []
    after = {name: entry["digest"] for name, entry in made(project).items()}
    changed = {name for name in after if after[name] != before.get(name)}
    assert outcome.made == len(changed) or choices
    return changed


def test_only_what_has_changed_is_made_again(small):
    run(small)
    folder = ReviewFolder(small, SMALL).path
    before, inode = contents(folder), folder.stat().st_ino
    assert remade(small) == set() and folder.stat().st_ino == inode  # the folder is not even touched

    add_line(small, "priority_review", "1 + 1")
    assert remade(small) == PRIORITIES and set(contents(folder)) == set(before)

    change(small, "plans/actions.csv", "locator", "changed for a test")
    assert remade(small) == set(made(small))  # any page may show any table
    assert run(small, force=True)[0].made == len(made(small))


def test_a_changed_output_is_made_again(small):
    run(small)
    page = ReviewFolder(small, SMALL).path / "delivery.html"
    good = page.read_bytes()
    page.write_bytes(good[:-100])
    assert run(small)[0].made == 1 and page.read_bytes() == good


def test_what_succeeded_in_a_failed_run_is_not_made_again(small):
    add_line(small, "delivery_tracker", "assert False, 'broken for a test'")
    failed = run(small)[0]
    assert [failure.name for failure in failed.failures] == ["delivery"] and failed.folder.name.endswith("-failed")
    assert not ReviewFolder(small, SMALL).path.exists()
    path = small / "notebooks" / "delivery_tracker.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("assert False", "assert True"), encoding="utf-8")
    mended = run(small)[0]
    assert (mended.made, mended.failures) == (1, []) and not failed.folder.exists()


def test_what_a_page_depends_on(small):
    job = Job("delivery_tracker", {"plan": "p"}, "delivery", "Delivery", "Delivery")
    seen = [Inputs(small).digest(job)]
    assert Inputs(small).digest(job) == seen[0] != Inputs(small).digest(job, [{"name": "delivery", "label": "x"}])
    add_line(small, "data_quality", "1 + 1")
    assert Inputs(small).digest(job) == seen[0]  # another notebook
    change(small, "plans/actions.csv", "locator", "elsewhere")
    seen.append(Inputs(small).digest(job))
    (small / "data" / "observations" / "published.bin").write_bytes(b"not a table of the register")
    seen.append(Inputs(small).digest(job))
    (small / "requirements.lock").write_text("another==1", encoding="utf-8")
    seen.append(Inputs(small).digest(job))
    add_line(small, "delivery_tracker", "1 + 1")
    seen.append(Inputs(small).digest(job))
    assert len(set(seen)) == 5


def test_inputs_that_change_during_a_run_are_not_mixed(small):
    add_line(small, "data_quality", "open('data/plans/evidence.csv', 'a').write(' ')")
    outcome = run(small)[0]
    assert [failure.name for failure in outcome.failures] == ["review"]
    assert "changed during the run" in outcome.failures[0].error and not ReviewFolder(small, SMALL).path.exists()


def test_two_runs_give_equal_bytes(clean):
    project, expected = clean
    run(project)
    assert contents(ReviewFolder(project, SMALL).path) == expected


@posix
def test_killed_at_any_moment_the_next_run_completes(clean):
    """With kill -9 at random moments of one run after another; then everything is there, as if nothing had been."""
    project, expected = clean
    folder = ReviewFolder(project, SMALL)
    for moment in [random.uniform(0.5, 12) for _ in range(KILLS)]:
        process = start_review(project)
        time.sleep(moment)
        started = descendants(process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert all_end(started), f"processes stayed after {moment:.2f} s"
        if folder.path.exists():  # a review's folder is whole or not there
            assert contents(folder.path) == expected
    process = start_review(project)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert contents(folder.path) == expected
    assert {path.name for path in folder.path.parent.iterdir()} == {folder.path.name, f".{folder.path.name}.lock"}


@posix
def test_a_stopped_run_says_so_leaves_nothing_running_and_goes_on(clean):
    project, expected = clean
    process = start_review(project)
    folder = ReviewFolder(project, SMALL)
    wait_for(lambda: folder.work.is_dir() and len(contents(folder.work)) >= 6)
    started = descendants(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to every process of the run
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130 and "the same command goes on from there" in output
    assert "Traceback" not in output and all_end(started) and not folder.path.exists()
    kept = len([name for name in contents(folder.work) if name.endswith(".html")])
    outcome = run(project)[0]
    assert outcome.unchanged >= kept >= 2 and outcome.made < 19 and contents(folder.path) == expected


@posix
def test_a_run_whose_fork_server_is_killed_goes_on(clean):
    """The standard library starts another."""
    project, expected = clean
    process = start_review(project)
    folder = ReviewFolder(project, SMALL)
    wait_for(lambda: folder.work.is_dir() and len(contents(folder.work)) >= 4)
    max(descendants(process), key=lambda one: len(one.children())).kill()
    output, _ = process.communicate(timeout=120)
    if process.returncode:  # a page that was just being forked is lost with it
        assert "Failed: " in output and "Traceback" not in output
        run(project)
    assert contents(folder.path) == expected


def test_a_second_run_says_that_one_is_under_way(clean):
    project, _ = clean
    folder = ReviewFolder(project, SMALL)
    with folder.locked():
        second = start_review(project)
        output, _ = second.communicate(timeout=60)
    assert second.returncode == 1 and "a run of this review is under way" in output and not folder.path.exists()


@posix
def test_the_lock_of_a_process_that_was_killed_holds_nobody_up(clean):
    project, _ = clean
    folder = ReviewFolder(project, SMALL)
    process = start_review(project)
    wait_for(folder.work.is_dir)  # so the lock is held
    process.kill()
    process.communicate()
    with folder.locked():
        assert folder.work.is_dir()


def test_a_move_that_was_cut_short_is_completed(tmp_path):
    folder = ReviewFolder(tmp_path, SMALL)
    old = folder.path.with_name(f".{folder.path.name}-old")
    (old / "E06000016").mkdir(parents=True)
    (old / "all-indicators.html").write_text("old")
    with folder.locked():  # killed between the two renames: the old folder comes back
        assert (folder.path / "all-indicators.html").read_text() == "old" and not old.exists()
    folder.path.rename(old)
    folder.path.mkdir()
    (folder.path / "all-indicators.html").write_text("new")
    with folder.locked():  # killed after them: other areas move on, what is old goes
        assert (folder.path / "all-indicators.html").read_text() == "new"
        assert (folder.path / "E06000016").is_dir() and not old.exists()


def test_the_lock_is_of_one_process_at_a_time(tmp_path):
    from multiprocessing import get_context

    folder = ReviewFolder(tmp_path, SMALL)
    with folder.locked(), get_context("spawn").Pool(1) as other:
        assert other.apply(_try_lock, (tmp_path,)) == "under way"


def _try_lock(project):
    try:
        with ReviewFolder(project, SMALL).locked():
            return "locked"
    except CannotRun:
        return "under way"
