"""How long a whole review takes in five ways, side by side in one run, and what opening its report alone takes.

The first two make the notebooks alone, the others pages, workbook and tables too. The last does the same work as plain
calls in a process for each core that has everything imported, without kernels and papermill: less is not possible by
starting and talking to kernels in a better way.
"""

import ast
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil

from cyp_helpers.batch import work
from cyp_helpers.batch.jobs import Run
from cyp_helpers.batch.pool import cores, open_pool
from cyp_helpers.batch.run import run_reviews

REVIEW = Run("cypf-2016-18", "2017-18 part 2")
COUNTRY = 152 * 4 * 12  # notebooks: authorities, priorities, reviews
SAMPLE = 0.2  # seconds between two looks at memory


@dataclass
class Measured:
    """One way in one round: seconds by the clock, seconds of processors, peak memory in MB."""

    seconds: float
    cpu: float
    memory: float


def measure(project, rounds):
    """Measure each way in turn, in every round.

    Parameters
    ----------
    project : folder, of which a copy is used
    rounds : int; one more goes first, for memory alone, because looking at it takes time

    Returns
    -------
    dict of lists of Measured by the name of the way, in the order of the report; and how many jobs the review has
    """
    measured = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="cyp-bench-") as folder:
        for part in ("data", "notebooks"):
            shutil.copytree(project / part, Path(folder) / part)
        shutil.copy(project / "requirements.lock", folder)
        with open_pool(Path(folder)) as pool:  # which notes what is there before anything runs
            jobs = _measure(Path(folder), pool, rounds, measured)
    return dict(measured), jobs


def _measure(folder, pool, rounds, measured):
    opened = pool.submit(work.open_together, [REVIEW]).result()[0]
    pages = [job for job in opened.jobs if job.notebook]
    ways = {
        "one papermill command for each notebook": lambda: _commands(folder, pages),
        "papermill's API in one process": lambda: pool.submit(_api, pages).result(),
        "cyp review, the whole command": lambda: _cyp_review(folder),
        "cyp review, once it is warm": lambda: _once_warm(folder, pool),
        "plain calls, no kernel": lambda: _plain_calls(pool),
        "opening the report alone": lambda: pool.submit(work.open_together, [REVIEW]).result()[0],
    }
    peaks = {name: peak_memory(way) for name, way in ways.items()}
    for _ in range(rounds):
        for name, way in ways.items():
            measured[name].append(Measured(*timed(way), peaks[name]))
    return len(opened.jobs)


def report(measured, jobs):
    """A table in Markdown of medians, and what follows from them.

    Parameters
    ----------
    measured : dict of lists of Measured by the name of the way
    jobs : int, how many jobs the review has
    """
    seconds = {name: statistics.median(one.seconds for one in rows) for name, rows in measured.items()}
    command, warm, plain, _ = list(seconds)[2:]
    lines = ["| way | seconds | CPU seconds | peak memory, MB |", "|---|---:|---:|---:|"]
    for name, rows in measured.items():
        cpu, memory = (statistics.median(getattr(one, what) for one in rows) for what in ("cpu", "memory"))
        lines.append(f"| {name} | {seconds[name]:.1f} | {cpu:.1f} | {memory:.0f} |")
    each = statistics.median(one.cpu for one in measured[warm]) / jobs
    country = ", ".join(f"{COUNTRY * each / number / 60:.0f} minutes on {number}" for number in (2, 16, 128))
    return "\n".join(
        [
            *lines,
            "",
            f"Medians of {len(measured[plain])} rounds after one to warm up, {REVIEW.label}, {jobs} jobs, on {cores()} cores.",
            f"The papermill commands take {seconds[next(iter(seconds))] / seconds[command]:.1f} times as long as cyp review; "
            f"cyp review, once warm, takes {seconds[warm] / seconds[plain]:.2f} times as long as plain calls.",
            f"One job takes {each:.2f} CPU seconds; 152 authorities x 4 priorities x 12 reviews: {country} cores.",
        ]
    )


# ---- the ways ----


def _commands(folder, jobs):
    for job in jobs:
        given = [word for name, value in job.parameters.items() for word in ("-p", name, value)]
        source, output = Path(folder) / "notebooks" / f"{job.notebook}.ipynb", Path(folder) / "out.ipynb"
        command = [sys.executable, "-m", "papermill", str(source), str(output), "--no-progress-bar", *given]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _api(project, jobs):
    import papermill

    os.chdir(project)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # ordinary kernels warn that their sockets are not encrypted
    for job in jobs:
        source = str(project / "notebooks" / f"{job.notebook}.ipynb")
        papermill.execute_notebook(source, str(project / "out.ipynb"), job.parameters, progress_bar=False)


def _cyp_review(folder):
    command = [sys.executable, "-c", "from cyp_helpers.cli import app; app()", "review", "--force"]
    command += ["--plan", REVIEW.plan, "--review", REVIEW.review]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _once_warm(folder, pool):
    for outcome in run_reviews(folder, [REVIEW], pool, force=True):
        if outcome.failures:
            raise RuntimeError(f"nothing to measure: {outcome.failures[0]}")


def _plain_calls(pool):
    """The opening, then the jobs in a process for each core, each with its share."""
    opened = pool.submit(work.open_together, [REVIEW]).result()[0]
    pages = [{"name": job.name, "label": job.label, "group": job.group} for job in opened.jobs if job.notebook]
    shares = [opened.jobs[first :: cores()] for first in range(cores())]
    for share in [pool.submit(_plain_share, share, opened.whole, pages) for share in shares]:
        share.result()


def _plain_share(project, jobs, opened, pages):
    whole = work.reopened(project, opened)
    for job in jobs:
        _plain_page(project, job, whole, pages) if job.notebook else work.make_tables(project, whole)


def _plain_page(project, job, whole, pages):
    """A notebook's cells as plain calls, its outputs put in; returns its page, and makes what is printed of it."""
    import nbformat

    notebook = nbformat.read(project / "notebooks" / f"{job.notebook}.ipynb", as_version=4)
    names = {"In": []}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.source, names)
            names.update(job.parameters if "parameters" in cell.metadata.get("tags", []) else {})
    nbformat.writes(notebook)
    work.printed(notebook, job, whole, pages)
    return work.page_from(notebook, job, whole, pages)


def _outputs(source, names):
    """Run a cell; the value of its last expression as a notebook's output."""
    import nbformat

    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    value = eval(compile(last, "cell", "eval"), names) if last else None
    if value is None:
        return []
    kinds = {"text/html": "_repr_html_", "text/markdown": "_repr_markdown_"}
    shown = {kind: getattr(value, method)() for kind, method in kinds.items() if hasattr(value, method)}
    return [nbformat.v4.new_output("execute_result", {"text/plain": repr(value), **shown})]


# ---- what they take ----


def timed(way):
    """Seconds by the clock, and of the processors for this process and all below it, also those that have ended."""
    cpu, clock = _cpu(), time.perf_counter()
    way()
    return time.perf_counter() - clock, _cpu() - cpu


def _cpu():
    own = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in [own, *own.children(recursive=True)])


def peak_memory(way):
    """Largest memory in MB of this process and all below it, with what they share counted once."""
    own, ended, peak = psutil.Process(), threading.Event(), [0.0]

    def look():
        while not ended.wait(SAMPLE):
            peak[0] = max(peak[0], sum(map(memory, [own, *own.children(recursive=True)])))

    watch = threading.Thread(target=look)
    watch.start()
    way()
    ended.set()
    watch.join()
    return peak[0]


def memory(process):
    """Proportional share of memory in MB; where the system does not tell, the part that is the process's own."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return getattr(memory, "pss", memory.uss) / 1e6
