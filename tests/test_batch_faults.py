"""Faults of a run: each costs one page or gives one line, and none damages what stands."""

import errno
import os
import signal
import sys

import nbformat
import psutil
import pytest
from runs import (
    SMALL,
    add_line,
    all_end,
    contents,
    descendants,
    made,
    make_notebook,
    run,
    run_notebook,
    shorten,
    start_review,
    wait_for,
)

from cyp_helpers.batch import folder as folders
from cyp_helpers.batch import work
from cyp_helpers.batch.folder import CannotRun, ReviewFolder
from cyp_helpers.batch.jobs import Job, Run, refuse_unfit_names
from cyp_helpers.batch.pool import LocalPool, Lost
from cyp_helpers.register.checks import faults_unless_checked
from cyp_helpers.register.tables import UnknownName

pytestmark = pytest.mark.long

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and file systems of POSIX")


@pytest.fixture
def small(project):
    return shorten(project)


@pytest.fixture
def pool(tmp_path):
    with LocalPool(tmp_path, 2) as pool:
        pool.folder = tmp_path
        yield pool


# ---- a notebook's process ----


def test_a_notebook_that_takes_too_long_is_ended_and_named(pool):
    make_notebook(pool.folder, "slow", "print('begun')", "import time; time.sleep(300)")
    left = run_notebook(pool, "slow", limit=3)
    assert (left.cell, left.error) == ("cell 2", "TimeoutError: it took longer than 3 seconds")
    cells = nbformat.reads(left.files["page.ipynb"].decode(), as_version=4).cells
    assert cells[1].outputs[0].text == "begun\n" and cells[2].outputs == []


@posix
@pytest.mark.parametrize(
    "sent, limit, said", [("SIGKILL", 60, "memory runs out"), ("SIGSTOP", 3, "longer than 3 seconds")]
)
def test_a_notebook_that_is_killed_or_stopped_costs_itself(pool, sent, limit, said):
    make_notebook(pool.folder, "fine", "import time; time.sleep(1)")
    make_notebook(pool.folder, "lost", f"import os, signal; os.kill(os.getpid(), signal.{sent})")
    beside = pool.submit(work.make_page, None, Job("fine", {}, "fine", "Fine", "Fine"), [])
    left = run_notebook(pool, "lost", limit=limit)
    assert left.cell == "cell 1" and said in left.error
    assert not beside.result().error and not run_notebook(pool, "fine").error


@posix
def test_what_a_notebook_has_started_ends_with_it(pool):
    make_notebook(
        pool.folder, "starts", "import subprocess, time; subprocess.Popen(['sleep', '4711']); time.sleep(300)"
    )
    assert "longer" in run_notebook(pool, "starts", limit=3).error
    assert not [one for one in psutil.process_iter() if "4711" in _words(one)]


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@posix
def test_a_process_that_ends_without_an_answer_is_one_failure(pool):
    with pytest.raises(Lost, match="exit code 3"):
        pool.submit(_leave).result()
    assert pool.submit(_name).result() == pool.folder.name


@posix
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_what_is_held_for_pages_is_made_anew_where_it_is_lost(pool, sent, monkeypatch):
    monkeypatch.setattr("cyp_helpers.batch.pool._PATIENCE", 2)
    with pool.holding(_process_id) as submit:
        held = submit(_held).result()
        assert held == submit(_held).result()
        with pytest.raises(Lost, match="exit code 3"):
            submit(_leave_held).result()
        os.kill(held, sent)
        assert submit(_held).result() not in (None, held)


def _process_id(project):
    return os.getpid()


def _held(project, held):
    return held


def _leave_held(project, held):
    os._exit(3)


def _leave(project):
    os._exit(3)


def _name(project):
    return project.name


def test_no_process_is_left_behind(tmp_path):
    make_notebook(tmp_path, "slow", "import time; time.sleep(300)")
    with LocalPool(tmp_path, 2) as pool:
        under_way = pool.submit(work.make_page, None, Job("slow", {}, "page", "Page", "Page"), [])
        wait_for(lambda: pool._running)
        running = [psutil.Process(process.pid) for process in pool._running]
    assert running and all_end(running) and isinstance(under_way.exception(), Lost)


# ---- the command ----


@posix
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_run_that_is_told_to_end_ends_in_one_line(small, sent):
    """Also one that a script has started with &, which has it ignore Ctrl-C."""
    ignored = signal.SIG_IGN if sent == signal.SIGTERM else signal.SIG_DFL
    process = start_review(small, preexec_fn=lambda: signal.signal(signal.SIGINT, ignored))
    folder = ReviewFolder(small, SMALL)
    wait_for(lambda: folder.work.is_dir() and len(contents(folder.work)) >= 2)
    started = descendants(process)
    process.send_signal(sent)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130 and "the same command goes on from there" in output
    assert "Traceback" not in output and all_end(started) and not folder.path.exists()


@posix
def test_a_run_goes_on_when_nobody_reads_what_it_says(small):
    process = start_review(small)
    process.stdout.close()
    process.wait(timeout=120)
    assert len(made(small)) == 20 and "Traceback" not in ReviewFolder(small, SMALL).path.name


@posix
@pytest.mark.parametrize("kind", ["long", "missing", "full"])
def test_any_folder_for_temporary_files_will_do(small, tmp_path_factory, kind, monkeypatch):
    folder = tmp_path_factory.mktemp("temporary") / ("x" * 150)
    if kind == "long":
        folder.mkdir()
    elif kind == "full":
        if not os.path.exists("/dev/full"):
            pytest.skip("no /dev/full")
        folder = "/dev/full"
    monkeypatch.setenv("TMPDIR", str(folder))
    process = start_review(small)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output


# ---- outputs/ ----


@posix
@pytest.mark.parametrize(
    "what", ["outputs", "outputs/early-help-2013-16", "outputs/early-help-2013-16/.2013-14-part-1.lock"]
)
def test_outputs_that_cannot_be_used_give_one_line(small, what):
    blocked = small / what
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.mkdir() if what.endswith("lock") else blocked.write_text("a file where a folder should be")
    outcome = run(small)[0]
    assert len(outcome.failures) == 1 and str(outcome.failures[0]).startswith("review (") and blocked.exists()


@posix
@pytest.mark.parametrize("what", ["outputs", "outputs/.data.lock"])
def test_outputs_that_cannot_hold_the_lock_end_the_command_in_one_line(small, what):
    (small / what).parent.mkdir(exist_ok=True)
    (small / what).write_text("neither a folder nor a lock")
    process = start_review(small)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2 and "a damaged lock can be deleted" in output.splitlines()[-1]
    assert "Traceback" not in output


def test_a_page_of_all_reviews_that_cannot_be_written_is_one_failure(small):
    (small / "outputs" / "index.html").mkdir(parents=True)
    outcome = run(small)[0]
    assert [str(one).partition(",")[0] for one in outcome.failures] == ["outputs/index.html"] and outcome.folder.is_dir()
    assert [path.name for path in (small / "outputs").glob(".index*")] == []


def test_a_disk_that_fills_up_stops_the_review_in_one_line(small, monkeypatch):
    run(small)
    folder, before = ReviewFolder(small, SMALL), contents(ReviewFolder(small, SMALL).path)
    write, written = folders.write_whole, []

    def fill(path, content):
        written.append(path)
        if len(written) > 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(folders, "write_whole", fill)
    outcome = run(small, force=True)[0]
    assert len(outcome.failures) == 1 and "No space left on device" in str(outcome.failures[0])
    assert contents(folder.path) == before
    monkeypatch.undo()
    assert run(small)[0].failures == [] and contents(folder.path) == before


def test_a_damaged_manifest_counts_as_none(small):
    run(small)
    folder = ReviewFolder(small, SMALL)
    before, manifest = contents(folder.path), folder.path / "manifest.json"
    (folder.path / "minutes.docx").write_text("the user's own")
    failed = manifest.read_bytes().replace(b"succeeded", b"failed", 1)
    for damage in (b"", b"\xff\xfe", b"[]", b'{"made": [{}]}', failed):
        manifest.write_bytes(damage)
        outcome = run(small)[0]
        assert (outcome.made, outcome.failures) == (20, []), damage
        assert contents(folder.path) == {**before, "minutes.docx": b"the user's own"} and len(made(small)) == 20


def test_a_damaged_note_of_the_last_check_is_written_anew(small):
    note = small / "outputs" / ".checked"
    note.parent.mkdir()
    note.write_bytes(b"\xff\xfe")
    assert faults_unless_checked(small).empty and len(note.read_text(encoding="utf-8")) == 64
    note.unlink()
    note.mkdir()
    assert faults_unless_checked(small).empty


def test_data_that_is_changed_and_changed_back_during_a_run_makes_no_stale_page(small):
    path = small / "data/plans/evidence.csv"
    good = path.read_bytes()
    back = f"file = __import__('pathlib').Path({str(path)!r}); good = file.read_bytes()\n"
    add_line(small, "delivery_tracker", back + "file.write_bytes(b'other'); file.write_bytes(good)")
    outcome = run(small)[0]
    assert [str(one) for one in outcome.failures if "changed during the run" in one.error] and path.read_bytes() == good
    folder = ReviewFolder(small, SMALL)
    assert not folder.path.exists() and "delivery" not in folder.entries()


def test_files_of_the_users_own_stay(small):
    run(small)
    folder = ReviewFolder(small, SMALL)
    (folder.path / "minutes.docx").write_text("the user's own")
    (folder.path / "photos").mkdir()
    (folder.path / "photos" / "one.jpg").write_text("the user's own")
    add_line(small, "delivery_tracker", "1 + 1")
    assert run(small)[0].failures == []
    assert (
        (folder.path / "minutes.docx").read_text()
        == (folder.path / "photos" / "one.jpg").read_text()
        == "the user's own"
    )
    add_line(small, "delivery_tracker", "assert False")
    run(small)
    (folder.failed / "notes.txt").write_text("the user's own")
    add_line(small, "delivery_tracker", "assert True")
    path = small / "notebooks" / "delivery_tracker.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("assert False", "2 + 2"), encoding="utf-8")
    assert run(small)[0].failures == [] and [one.name for one in folder.failed.iterdir()] == ["notes.txt"]


def test_a_file_of_the_users_own_is_not_replaced(small):
    run(small, priority=None)
    folder = ReviewFolder(small, SMALL)
    entry = made(small)["delivery"]
    manifest = folder.manifest()
    manifest["made"] = [one for one in manifest["made"] if one != entry]
    folders.write_whole(folder.path / "manifest.json", folders._sealed(manifest))
    (folder.path / "delivery.html").write_text("the user's own")
    outcome = run(small)[0]
    assert "delivery.html is none of a run's files" in outcome.failures[0].error
    assert (folder.path / "delivery.html").read_text() == "the user's own"


# ---- folders that lead elsewhere ----


@pytest.mark.parametrize(
    "plan, area",
    [("p", "../../../data"), ("../../escaped", ""), ("/absolute", ""), ("p", "CON"), ("p", "x" * 300), ("a/b", "")],
)
def test_ids_that_lead_elsewhere_are_refused(tmp_path, plan, area):
    with pytest.raises(CannotRun, match="cannot name a folder of outputs/"):
        ReviewFolder(tmp_path, Run(plan, "2017-18 part 2", area))


@posix
@pytest.mark.parametrize(
    "link, to", [("outputs", "data"), ("outputs", ".."), ("outputs/p", "data"), ("outputs/p/r", "data")]
)
def test_links_that_lead_elsewhere_are_refused(tmp_path, link, to):
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / link).parent.mkdir(parents=True, exist_ok=True)
    (project / link).symlink_to((project / to).resolve())
    with pytest.raises(CannotRun, match="leads to"):
        ReviewFolder(project, Run("p", "r"))


@posix
def test_outputs_may_stand_on_another_disk(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project" / "outputs").symlink_to(tmp_path / "elsewhere")
    with ReviewFolder(tmp_path / "project", Run("p", "r")).locked():
        assert (tmp_path / "elsewhere" / "p").is_dir()


def test_an_area_that_leads_to_data_deletes_nothing(small):
    path = small / "data/reference/areas.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + "../../../data,Newshire,county,999,E12000004,,\n", encoding="utf-8"
    )
    before = contents(small / "data")
    outcome = run(small, Run(SMALL.plan, SMALL.review, "../../../data"))[0]
    assert "cannot name a folder" in outcome.failures[0].error and contents(small / "data") == before


@pytest.mark.parametrize(
    "names, said", [(["a/b"], "cannot name"), (["x" * 200], "cannot name"), (["a", "A"], "differ in more")]
)
def test_names_of_pages_that_are_no_names_of_files_are_refused(names, said):
    with pytest.raises(UnknownName, match=said):
        refuse_unfit_names([Job("n", {}, name, "l", "t") for name in names])
