"""Two at once, and killed at any point: the register is as before or as after."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from importing import NEW, edition, empty_register, lait_frame, save, snapshot
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.importers.run import import_files
from cyp_helpers.register import store
from cyp_helpers.register.store import Busy, Outside, locked, write_tables
from cyp_helpers.register.tables import load_register

IMPORT = (
    "import sys; from cyp_helpers.importers.run import import_files; import_files(sys.argv[1], 'lait', sys.argv[2:])"
)


@pytest.fixture
def register(tmp_path):
    return empty_register(tmp_path / "project")


def begin(register, path, code=IMPORT):
    return subprocess.Popen([sys.executable, "-c", code, str(register), str(path)], stderr=subprocess.PIPE)


def test_two_imports_at_once_both_come_in(register, tmp_path):
    names = {
        "PrevRegCPR": "child-protection-repeat",
        "TotAbs": "school-absence-6-half-terms",
        "CareLeaverEET": "care-leavers-eet",
    }
    paths = [
        save(lait_frame([(name, "2020", "891", "25.1")]), tmp_path / f"bds_long_2024-11-{at:02}.csv")
        for at, name in enumerate(names, 1)
    ]
    runs = [begin(register, path) for path in paths]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    tables = load_register(register)
    assert set(tables.table("published")["series_id"]) == set(names.values()) and len(tables.table("editions")) == 3


HOLD = "import sys, time; from cyp_helpers.register.store import locked\nwith locked(sys.argv[1]): print(1, file=sys.stderr, flush=True); time.sleep(60)"


def test_an_import_waits_for_a_review_and_then_gives_up(register, tmp_path):
    review = begin(register, tmp_path, HOLD)
    review.stderr.readline()
    before = snapshot(register)
    with pytest.raises(Busy, match="a review or an import is under way"), locked(register, write=True, wait=0.2):
        pass
    with locked(register):  # a second review reads beside it
        assert snapshot(register) == before
    review.kill()
    review.wait()
    import_files(register, "lait", [save(lait_frame(edition("25.1")), tmp_path / f"bds_long_{NEW}.csv")])
    assert snapshot(register) != before


@pytest.mark.parametrize("delay", [0, 0.01, 0.02])
def test_killed_at_any_point_it_is_as_before_or_as_after(register, tmp_path, delay):
    path = save(lait_frame(edition("25.1")), tmp_path / f"bds_long_{NEW}.csv")
    before = snapshot(register)
    run = begin(register, path)
    while run.poll() is None and not (register / "data" / ".importing").exists():
        time.sleep(0.001)
    time.sleep(delay)
    os.kill(run.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    run.wait()
    load_register(register)  # whoever opens it next
    found = snapshot(register)
    import_files(register, "lait", [path])
    assert found in (before, snapshot(register)) and not (register / "data" / ".importing").exists()


def test_a_folder_that_leads_out_of_data_by_a_link_is_not_written(register, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (register / "data" / "observations").rename(elsewhere)
    (register / "data" / "observations").symlink_to(elsewhere)
    kept = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    with pytest.raises(Outside, match="lies outside"):
        write_tables(register / "data", {"observations/quarantine.csv": pd.DataFrame({"a": ["1"]})})
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == kept


def test_a_move_back_that_is_stopped_is_taken_up_again(register, monkeypatch):
    """The second move fails, and so does the first move back: the next who opens the register brings the old back."""
    before, real, moves = snapshot(register), store.os.replace, []

    def fail(source, target):
        moves.append(target)
        if len(moves) in (3, 5) and "data" in target.parts:
            raise PermissionError(f"{target} is open")
        real(source, target)

    monkeypatch.setattr(store.os, "replace", fail)
    monkeypatch.setattr(store.shutil, "rmtree", lambda *_, **__: None)  # as if the process were gone
    tables = {name: pd.DataFrame({"a": ["1"]}) for name in ("reference/editions.csv", "reference/areas.csv")}
    with pytest.raises(PermissionError):
        write_tables(register / "data", tables)
    monkeypatch.undo()
    store.recover(register)
    assert snapshot(register) == before


def test_a_busy_register_is_told_in_one_line(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    monkeypatch.setattr(
        "cyp_helpers.importers.run.locked", lambda *_, **__: (_ for _ in ()).throw(Busy("a review is under way"))
    )
    told = CliRunner().invoke(app, ["import", "lait", str(save(lait_frame(), tmp_path / f"x_{NEW}.csv"))])
    assert told.exit_code == 2 and told.output == "a review is under way. Nothing was imported.\n"
