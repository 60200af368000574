"""For tests of runs: small projects whose review takes seconds, what stands in a folder, and what still runs."""

import json
import subprocess
import sys
import time
from concurrent.futures import Future

import nbformat
import pandas as pd
import psutil

from cyp_helpers.batch import work
from cyp_helpers.batch.folder import ReviewFolder
from cyp_helpers.batch.jobs import Job, Run
from cyp_helpers.batch.pool import LocalPool, Lost
from cyp_helpers.batch.run import run_reviews
from cyp_helpers.register.tables import read_table

SMALL = Run("early-help-2013-16", "2013-14 part 1")
CELLS = 4  # of each notebook: its title, parameters, opening and first result
NEAR = ("E12000004", "E92000001")  # the region whose authorities keep their published figures, and England


class Here:
    """A pool whose work is done at once, in this process."""

    def submit(self, function, /, *args):
        done = Future()
        done.set_result(function(None, *args))
        return done


def shorten(project):
    """Keep the first cells of each notebook, and the published figures of one region."""
    areas = read_table(project / "data/reference/areas.csv")
    near = areas.loc[areas["region_id"].isin(NEAR[:1]) | areas["area_id"].isin(NEAR), "area_id"]
    for path in (project / "data/observations").glob("*.parquet"):
        pd.read_parquet(path, filters=[("area_id", "in", near.tolist())]).to_parquet(path, index=False)
    for path in (project / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = notebook.cells[:CELLS]
        nbformat.write(notebook, path)
    return project


def add_line(project, notebook, line):
    """Add a line to a notebook's opening cell, after the review is opened."""
    path = project / "notebooks" / f"{notebook}.ipynb"
    content = nbformat.read(path, as_version=4)
    next(cell for cell in content.cells if "open_review(plan" in cell["source"])["source"] += f"\n{line}"
    nbformat.write(content, path)


def run(project, *runs, **choices):
    """Run reviews, the small one if none is named, in two warm slots."""
    with LocalPool(project, 2) as pool:
        return run_reviews(project, list(runs) or [SMALL], pool, **choices)


def contents(folder):
    """Bytes of each file by name, without the manifest, which holds times."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "manifest.json"
    }


def made(project, one=SMALL):
    """Entries of the manifest by page."""
    manifest = json.loads((ReviewFolder(project, one).path / "manifest.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in manifest["made"]}


def start_review(project, *words, **how):
    """``cyp review`` of the small review as a process of its own; ``how`` goes to ``Popen``."""
    command = [sys.executable, "-c", "from cyp_helpers.cli import app; app()", "review", *words]
    command += ["--plan", SMALL.plan, "--review", SMALL.review, "--jobs", "2"]
    return subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **how
    )


def descendants(process):
    """The processes that a process has started, and theirs."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def all_end(processes, seconds=10):
    """Whether all processes end within some seconds."""
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def wait_for(condition, seconds=60):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def make_notebook(project, name, *cells):
    """A notebook with a parameters cell and these cells; returns it as it was written."""
    (project / "notebooks").mkdir(exist_ok=True)
    parameters = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")
    return notebook


def run_notebook(pool, name, limit=60, **parameters):
    """What is made of a notebook as a page named "page", or is left of it."""
    job = Job(name, parameters, "page", "Page", "Page")
    try:
        with pool.holding(_nothing) as submit:
            return submit(work.make_page, job, [], limit=limit).result()
    except Lost as lost:
        return work.what_is_left(job, lost)


def _nothing(project):
    return None
