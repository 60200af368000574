"""The pieces of work of a run, done in the processes of a pool. They write nothing into the project: what they make
comes back as bytes, so that one process alone writes into a review's folder."""

import csv
import pickle
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from cyp_helpers.batch import kernels


@dataclass(frozen=True)
class Opened:
    """A review opened once for all its notebooks."""

    whole: bytes = field(repr=False)
    jobs: list
    attention: list
    tables: list


@dataclass(frozen=True)
class Made:
    """What a piece of work made: files by name, the register's tables it read, and where and how it failed, if it did."""

    files: dict = field(repr=False)
    tables: list
    seconds: float
    cell: str = ""
    error: str = ""


def warm_up():
    """Import what the work needs and use it once: first uses load fonts and templates, which forks then have too.

    Makes no ZeroMQ context, no event loop and no thread.
    """
    with _left_out("rfc3987_syntax"):  # a second for checks of web addresses that notebooks do not ask for
        import nbformat
    import gptables  # noqa: F401
    import openpyxl  # noqa: F401
    import papermill  # noqa: F401
    from jupyter_client.kernelspec import get_kernel_spec
    from matplotlib.figure import Figure
    from pandas import DataFrame, Timestamp

    from cyp_helpers.show.charts import draw_svg
    from cyp_helpers.show.publish import page_of
    from cyp_helpers.show.table import Table

    kernels.warm_up_kernel()
    get_kernel_spec("python3")  # asks every installed package for kinds of kernels
    figure = Figure(layout="constrained")
    figure.suptitle("Warm", fontweight="bold")
    figure.subplots().plot([Timestamp("2018-03-31"), Timestamp("2018-09-30")], [0, 1])
    draw_svg(figure)
    cells = [nbformat.v4.new_markdown_cell("# Warm\n- *one*"), nbformat.v4.new_code_cell("1")]
    shown = {"text/html": Table("Warm", DataFrame({"Name": ["one"], "Figure": [Decimal("1.0")]}))._repr_html_()}
    cells[1].outputs = [nbformat.v4.new_output("execute_result", shown), nbformat.v4.new_output("stream", text="1")]
    page_of(nbformat.v4.new_notebook(cells=cells), "warm", "Warm", [{"name": "warm", "label": "Warm"}])


@contextmanager
def _left_out(module):
    """What is imported within does without an optional module."""
    sys.modules[module] = None
    yield
    del sys.modules[module]


def open_whole(project, run):
    """Open a review for all its notebooks and say which they are."""
    from cyp_helpers import allareas
    from cyp_helpers.batch.jobs import plan_jobs
    from cyp_helpers.findings import attention
    from cyp_helpers.register.tables import load_register, tables_read
    from cyp_helpers.report import open_review, with_register
    from cyp_helpers.show.words import page_name

    tables_read.clear()
    whole = open_review(**run.parameters, register=load_register(project))
    allareas.prepare(whole)
    jobs = plan_jobs(whole, run)
    pages = {row["priority_id"]: page_name(row) for _, row in whole.priorities.iterrows()}
    worst = attention(whole).head(3)
    lines = [(row.name, row.verdicts, pages[row.priority_ids.split()[0]]) for row in worst.itertuples()]
    register = replace(whole.register, tables={**whole.register.tables})
    register.tables.pop("published", None)  # large, and no page needs it after ``prepare``
    return Opened(pickle.dumps(with_register(whole, register)), jobs, lines, sorted(tables_read))


def make_tables(project, job, opened):
    """The comparison tables of a whole review as a spreadsheet and as CSV."""
    from cyp_helpers.register.tables import tables_read
    from cyp_helpers.report import reopen
    from cyp_helpers.show.workbook import write_workbook

    clock = time.perf_counter()
    tables_read.clear()
    whole = reopen(opened, project)
    rows = whole.comparisons.assign(as_at=whole.comparisons["as_at"].dt.strftime("%Y-%m-%d"))
    text = rows.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    with tempfile.TemporaryDirectory(prefix="cyp-") as aside:
        path = Path(aside) / "tables.xlsx"
        write_workbook(whole, path)
        files = {"comparison-tables.xlsx": path.read_bytes(), "comparisons.csv": text.encode("utf-8")}
    return Made(files, sorted(tables_read), time.perf_counter() - clock)


def make_page(project, job, opened, pages, limit):
    """Run a notebook through papermill in a warm kernel and make its page. A failed notebook keeps its error.

    Parameters
    ----------
    project : folder
    job : Job
    opened : bytes, the review opened ahead
    pages : list of dict with ``name`` and ``label``, for the navigation
    limit : seconds that the notebook may take
    """
    kernel = kernels.take_kernel(project, opened)
    from cyp_helpers.batch.jobs import check_parameters
    from cyp_helpers.show.publish import page_of

    clock, watch, files, cell, error = time.perf_counter(), _Watch(limit), {}, "", ""
    with tempfile.TemporaryDirectory(prefix="cyp-") as aside:
        output = Path(aside) / f"{job.name}.ipynb"
        try:
            check_parameters(project, job)
            source = Path(project) / "notebooks" / f"{job.notebook}.ipynb"
            settings = _client(kernel, project, aside) | watch.hooks()
            notebook = _normalised(_execute(source, output, job.parameters, settings))
            files[f"{job.name}.html"] = page_of(notebook, job.name, job.title, pages).encode("utf-8")
        except Exception as raised:  # noqa: BLE001  a dead kernel or an unwritable page is one line among the failures
            cell, error = watch.what_failed(raised)
            notebook = _normalised(_read(output)) if output.is_file() else watch.notebook
        finally:
            kernel.end()
    if notebook:
        files[f"{job.name}.ipynb"] = _text_of(notebook)
    return Made(files, kernel.tables_read(), time.perf_counter() - clock, cell, error)


def run_saved(project, name):
    """Run a saved notebook with its own parameters; returns its bytes with outputs."""
    folder = Path(project) / "notebooks"
    kernel = kernels.take_kernel(folder)
    from nbclient import NotebookClient

    notebook = _read(folder / f"{name}.ipynb")
    try:
        with tempfile.TemporaryDirectory(prefix="cyp-") as aside:
            NotebookClient(notebook, record_timing=False, **_client(kernel, folder, aside)).execute()
    finally:
        kernel.end()
    return _text_of(notebook)


# ---- one notebook ----


class _Watch:
    """How far a notebook has come and how long it may go on; papermill's own errors say where, a lost kernel's do not."""

    def __init__(self, limit):
        self.limit, self.end, self.cell, self.notebook = limit, time.monotonic() + limit, "no cell", None

    def hooks(self):
        """Settings of nbclient."""
        return {
            "on_notebook_start": lambda notebook: setattr(self, "notebook", notebook),
            "on_cell_start": lambda cell, cell_index: setattr(self, "cell", f"cell {cell_index}"),
            "timeout_func": lambda cell: max(self.end - time.monotonic(), 0.01),
        }

    def what_failed(self, raised):
        """Cell and error of an exception, in one line each."""
        if isinstance(raised, TimeoutError):
            return self.cell, f"TimeoutError: the notebook took longer than {self.limit:g} seconds"
        if hasattr(raised, "ename"):  # PapermillExecutionError
            return f"cell {raised.cell_index}", f"{raised.ename}: {raised.evalue}"
        return self.cell, f"{type(raised).__name__}: {' '.join(str(raised).split())}"


def _execute(source, output, parameters, settings):
    import papermill

    return papermill.execute_notebook(
        str(source),
        str(output),
        parameters=parameters,
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
        **settings,
    )


def _client(kernel, folder, aside):
    """How a kernel is talked to: over sockets in a private folder (a short name: systems allow about 100 characters), or encrypted ones where there are no such sockets;
    and ended at once, because a graceful end can take seconds and interrupts an idle kernel, which then reports an error."""
    from traitlets.config import Config

    manager = {"connection_file": str(Path(aside) / "k.json")}
    manager |= {"transport": "ipc"} if kernels.CAN_FORK else {"transport_encryption": "auto"}
    return {
        "kernel_manager_class": kernels.kernel_manager(kernel, folder),
        "config": Config({"KernelManager": manager}),
        "shutdown_kernel": "immediate",
    }


def _read(path):
    import nbformat

    return nbformat.read(path, as_version=4)


def _normalised(notebook):
    """Without what differs from run to run: times and papermill's notes on itself."""
    notebook.metadata["papermill"] = {"parameters": notebook.metadata.get("papermill", {}).get("parameters", {})}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-parameters-{number}"
    return notebook


def _text_of(notebook):
    import nbformat

    notebook.metadata["language_info"] = {"name": "python"}
    return (nbformat.writes(notebook) + "\n").encode("utf-8")
