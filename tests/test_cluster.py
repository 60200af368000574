"""The same run on a real Dask cluster of two workers on this machine, one of them killed in the middle."""

import os
import shutil
import signal
import socket
import subprocess
import sys

import pytest
from conftest import PROJECT
from runs import SMALL, all_end, contents, descendants, run, shorten, start_review, wait_for

from cyp_helpers.batch.cluster import ClusterPool
from cyp_helpers.batch.folder import ReviewFolder
from cyp_helpers.batch.run import run_reviews

pytestmark = pytest.mark.long

pytest.importorskip("distributed", reason="needs the extra 'scale'")


@pytest.fixture
def project(tmp_path):
    for folder in ("data", "notebooks"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    return shorten(tmp_path)


@pytest.fixture
def cluster(project):
    """Address of a scheduler, and its two workers; all in the project's folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    scheduler = dask(project, "scheduler", "--host", "127.0.0.1", "--port", port)
    workers = [dask(project, "worker", address, "--no-nanny", "--nthreads", "1") for _ in range(2)]
    wait_for_workers(address, 2)
    yield address, workers
    for process in [*workers, scheduler]:
        process.terminate()
        process.wait(timeout=30)  # a worker that is told to end does not wait for its warm parent


def dask(project, *words):
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_workers(address, number):
    from distributed import Client

    with Client(address, timeout=60) as client:
        client.wait_for_workers(number, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_outputs_equal_those_of_a_local_run_although_a_worker_is_lost(project, cluster):
    address, workers = cluster
    process = start_review(project, "--scheduler", address)
    folder = ReviewFolder(project, SMALL)
    wait_for(lambda: folder.work.is_dir() and len(contents(folder.work)) >= 4)
    worker = next(one for one in workers if descendants(one))  # of two, one may not have been given anything yet
    lost = descendants(worker)
    os.kill(worker.pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0 and lost and all_end(lost), output
    of_cluster = contents(folder.path)
    shutil.rmtree(project / "outputs")
    assert run(project)[0].failures == [] and contents(folder.path) == of_cluster


def test_a_worker_with_other_data_refuses(project, cluster, tmp_path_factory):
    address, _ = cluster
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(project, other, dirs_exist_ok=True)
    (other / "data" / "plans" / "plans.csv").write_bytes(b"changed")
    with ClusterPool(other, address) as pool:
        outcome = run_reviews(other, [SMALL], pool)[0]
    assert [failure.cell for failure in outcome.failures] == ["opening"]
    assert "differ from the caller's" in outcome.failures[0].error and not ReviewFolder(other, SMALL).path.exists()
