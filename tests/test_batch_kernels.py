"""Warm kernels: the same outputs as ordinary ones, isolated from each other, none left behind; forked and started ahead."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import pytest
from conftest import PROJECT
from runs import all_end, stock_papermill

from cyp_helpers.batch import work
from cyp_helpers.batch.jobs import Job
from cyp_helpers.batch.kernels import CAN_FORK
from cyp_helpers.batch.pool import PoolEnded, WarmPool

WAYS = [pytest.param(True, marks=pytest.mark.skipif(not CAN_FORK, reason="no fork here")), False]
PARAMETERS = {"plan": "cypf-2011-14", "priority": "safeguarding", "review": "2013-14 part 2"}
STATE = """
import os, sys, warnings, locale
import matplotlib, numpy, pandas
warnings.simplefilter("ignore", pandas.errors.Pandas4Warning)
print({name: pandas.get_option(name) for name in pandas._config.config._registered_options if "." in name})
print(dict(matplotlib.rcParams))
print([one for one in warnings.filters if one[1] is None and one[2].__module__ == "builtins"])
print(numpy.geterr(), numpy.get_printoptions(), locale.getlocale(), sys.getrecursionlimit())
print(os.getcwd(), sys.argv[1:2], __name__, sorted(globals()))
pandas.DataFrame([range(30)] * 70)
"""


def make_notebook(project, name, *cells):
    """A notebook with a parameters cell and these cells."""
    (project / "notebooks").mkdir(exist_ok=True)
    parameters = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


def run_notebook(pool, name, limit=60, **parameters):
    return pool.submit(work.make_page, Job(name, parameters, "page", "Page", "Page"), None, [], limit).result()


def cells_of(content):
    """Cells of a notebook's bytes without what papermill notes of times."""
    cells = nbformat.reads(content.decode(), as_version=4).cells
    for cell in cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.pop("id")
    return cells


@pytest.fixture(scope="module", params=WAYS, ids=lambda fork: "forked" if fork else "started ahead")
def pool(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    with WarmPool(folder, 1, fork=request.param) as pool:
        pool.folder = folder
        yield pool


def test_outputs_are_those_of_papermill_by_hand(tmp_path):
    done = stock_papermill(PROJECT / "notebooks/priority_review.ipynb", tmp_path / "out.ipynb", **PARAMETERS)
    assert done.returncode == 0, done.stderr
    with WarmPool(PROJECT, 1) as warm:
        made = run_notebook(warm, "priority_review", **PARAMETERS)
    assert not made.error and cells_of(made.files["page.ipynb"]) == cells_of((tmp_path / "out.ipynb").read_bytes())


def test_options_and_state_are_those_of_an_ordinary_kernel(pool):
    make_notebook(pool.folder, "state", STATE)
    by_hand = pool.folder / "by-hand.ipynb"
    done = stock_papermill(pool.folder / "notebooks" / "state.ipynb", by_hand, environment={"MPLBACKEND": "Agg"})
    assert done.returncode == 0, done.stderr
    made = run_notebook(pool, "state")
    assert not made.error, made.error
    assert cells_of(made.files["page.ipynb"]) == cells_of(by_hand.read_bytes())


def test_errors_are_those_of_papermill(pool):
    make_notebook(pool.folder, "broken", "def f():\n    return 1 / 0\n\nprint('before')", "f()", "print('never')")
    by_hand = pool.folder / "broken-by-hand.ipynb"
    assert stock_papermill(pool.folder / "notebooks" / "broken.ipynb", by_hand).returncode != 0
    made = run_notebook(pool, "broken")
    assert (made.cell, made.error) == ("cell 2", "ZeroDivisionError: division by zero")

    def without_numbers(cells):  # of the process, in the names that IPython gives to cells
        return [
            {**cell, "outputs": [out.get("ename", out.get("text")) for out in cell.get("outputs", [])]}
            for cell in cells
        ]

    assert without_numbers(cells_of(made.files["page.ipynb"])) == without_numbers(cells_of(by_hand.read_bytes()))


def test_nothing_passes_from_one_kernel_to_the_next(pool):
    leave = "import os, matplotlib, numpy, pandas; left = 1; os.environ['LEFT'] = '1'; os.chdir('/')\n"
    leave += "matplotlib.rcParams['font.size'] = 33; pandas.set_option('display.max_rows', 3); numpy.left = 1"
    look = "import os, matplotlib, numpy, pandas\n"
    look += "print('left' in globals(), 'LEFT' in os.environ, os.getcwd() == '/', matplotlib.rcParams['font.size'],\n"
    look += "      pandas.get_option('display.max_rows'), hasattr(numpy, 'left'))"
    make_notebook(pool.folder, "leave", leave)
    make_notebook(pool.folder, "look", look, "numpy.random.random()")
    assert not run_notebook(pool, "leave").error
    first, second = (cells_of(run_notebook(pool, "look").files["page.ipynb"]) for _ in range(2))
    assert first[1].outputs[0].text == "False False False 10.0 60 False\n"
    assert first[2].outputs != second[2].outputs  # forks do not draw the same numbers


def test_a_notebook_that_takes_too_long_is_stopped_and_named(pool):
    make_notebook(pool.folder, "slow", "import time\nprint('begun', flush=True)", "time.sleep(300)")
    made = run_notebook(pool, "slow", limit=2)
    assert (made.cell, made.error) == ("cell 2", "TimeoutError: the notebook took longer than 2 seconds")
    assert cells_of(made.files["page.ipynb"])[1].outputs[0].text == "begun\n"


def test_a_kernel_that_is_killed_is_one_failure(pool):
    make_notebook(pool.folder, "killed", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    made = run_notebook(pool, "killed")
    assert made.cell == "cell 2" and made.error.startswith("DeadKernelError")
    make_notebook(pool.folder, "fine", "1 + 1")
    assert not run_notebook(pool, "fine").error


def test_a_process_that_is_killed_is_one_failure(pool):
    with pytest.raises(PoolEnded, match="exit code -9"):
        pool.submit(_kill_itself).result()
    assert pool.submit(Path.joinpath, "x").result() == pool.folder / "x"


def _kill_itself(project):
    os.kill(os.getpid(), 9)


def test_several_threads_can_hand_in_work(pool):
    long = [f"{number}" * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda text: pool.submit(_last, text).result(), long))
    assert made == [text[-1] for text in long]


def _last(project, text):
    return text[-1]


def test_a_cell_can_be_interrupted(pool):
    """The kernel answers to SIGINT although everything above it ignores Ctrl-C."""
    interrupt = "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(30)\n"
    make_notebook(pool.folder, "interrupted", interrupt + "except KeyboardInterrupt:\n    print('interrupted')")
    made = run_notebook(pool, "interrupted")
    assert not made.error and cells_of(made.files["page.ipynb"])[1].outputs[0].text == "interrupted\n"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_what_forks_has_one_thread_and_no_context_and_no_loop(tmp_path):
    with WarmPool(tmp_path, 1) as forking:
        assert forking.submit(_made_before_the_fork).result() == (None, False)
        make_notebook(tmp_path, "fine", "1 + 1")
        assert not run_notebook(forking, "fine").error
        parent = psutil.Process(forking.parent_pid)
        forks_kernels = parent.children()[0].children()[0]
        for process in (parent, forks_kernels):
            names = [(task / "comm").read_text().strip() for task in Path(f"/proc/{process.pid}/task").iterdir()]
            # pyarrow brings an allocator whose thread starts with its library; it is not used, and made for forks.
            assert [name for name in names if name != "jemalloc_bg_thd"] == names[:1]


def _made_before_the_fork(project):
    """ZeroMQ's context and asyncio's loop, as this process inherited them, and the one that it forked at its start."""
    import asyncio

    import zmq

    return zmq.Context._instance, asyncio._get_running_loop() is not None


@pytest.mark.parametrize("fork", WAYS)
def test_no_process_is_left_behind(tmp_path, fork):
    make_notebook(tmp_path, "fine", "1 + 1")
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    with WarmPool(tmp_path, 2, fork=fork) as warm:
        under_way = warm.submit(work.make_page, Job("fine", {}, "page", "Page", "Page"), None, [], 60)
        assert not under_way.result().error
        running = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
        running = [one for one in running if one.status() != psutil.STATUS_ZOMBIE]
        running = [one for one in running if "resource_tracker" not in " ".join(one.cmdline())]
        assert running
    assert all_end(running)
