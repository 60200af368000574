"""The pieces of work of a run, each done in a process of its own. They write nothing into the project: what they make
comes back as bytes, so that one process alone writes into a review's folder."""

import os
import pickle
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cyp_helpers.batch.apart import tell


@dataclass(frozen=True)
class Opened:
    """A review opened once for all its notebooks, pickled, and its jobs."""

    whole: bytes = field(repr=False)
    jobs: list


@dataclass(frozen=True)
class Made:
    """What a piece of work made: files by name, seconds, and where and how it failed, if it did."""

    files: dict = field(repr=False)
    seconds: float = 0
    cell: str = ""
    error: str = ""


def open_together(project, runs, kinds=()):
    """Open the reviews of several Runs in one process: what those of one plan and day share is worked out once.

    ``kinds`` are the kinds of page that are asked for, of ``jobs.kinds_of_page``; all where it is empty. Gives a list,
    for each run an Opened, or the exception with which it could not be opened.
    """
    from cyp_helpers.batch.jobs import INDICATOR, plan_jobs
    from cyp_helpers.register.tables import load_register
    from cyp_helpers.report import open_review

    register, opened = load_register(project), []
    for run in runs:
        try:
            whole = open_review(**run.parameters, register=register)
            jobs = plan_jobs(whole, run)
            if not kinds or INDICATOR in kinds:
                whole.peers, whole.subjects, whole.lines  # noqa: B018  kept in what is pickled, for pages of indicators
            opened.append(Opened(pickle.dumps(whole), jobs))
        except Exception as error:  # noqa: BLE001  one that cannot be opened does not cost the others
            opened.append(error)
    return opened


def reopened(project, opened):
    """A review that was opened ahead and pickled, which the notebooks of this process are then given."""
    from cyp_helpers.batch.engine import make_shell
    from cyp_helpers.findings import judged
    from cyp_helpers.report import reopen

    whole = reopen(opened, project)
    judged(whole), whole.last_review, make_shell()  # kept for all that are forked from here
    for path in (Path(project) / "notebooks").glob("*.ipynb"):
        with suppress(Exception):  # of one that cannot be read its own page says so
            _read(path)
    return whole


def make_tables(project, whole):
    """The comparison tables of a whole review as a spreadsheet and as CSV."""
    from cyp_helpers.show.cells import for_csv
    from cyp_helpers.show.workbook import write_workbook

    clock = time.perf_counter()
    rows = whole.comparison.assign(as_at=whole.comparison["as_at"].dt.strftime("%Y-%m-%d"))
    text = for_csv(rows).to_csv(index=False, lineterminator="\n")
    with tempfile.TemporaryDirectory(prefix="cyp-") as aside:
        path = Path(aside) / "tables.xlsx"
        write_workbook(whole, path)
        files = {"comparison-tables.xlsx": path.read_bytes(), "comparisons.csv": text.encode("utf-8")}
    return Made(files, time.perf_counter() - clock)


def make_page(project, whole, job, pages):
    """Run the notebook of a Job through papermill and make its page. A failed notebook keeps its error.

    ``whole`` is the review, or None; ``pages`` a list of dict with ``name``, ``label`` and ``group``, for the navigation.
    """
    from cyp_helpers.batch.jobs import check_parameters

    clock, so_far, files, failed = time.perf_counter(), _SoFar(), {}, ("", "")
    try:
        source = _read(Path(project) / "notebooks" / f"{job.notebook}.ipynb")
        check_parameters(source, job)
        _execute(source, project, job.parameters, so_far)
        so_far.cell = "page"
        page = page_from(_normalised(so_far.notebook), job, whole, pages)
        files[f"{job.name}.html"] = page.encode("utf-8")
        files |= printed(so_far.notebook, job, whole, pages)
    except Exception as raised:  # noqa: BLE001  whatever it is, it is one line among the failures
        failed = so_far.cell, f"{type(raised).__name__}: {' '.join(str(raised).split())}"
        if hasattr(raised, "ename"):  # PapermillExecutionError
            failed = f"cell {raised.cell_index}", f"{raised.ename}: {raised.evalue}"
    files |= _file_of(job, so_far.notebook)
    return Made(files, time.perf_counter() - clock, *failed)


def page_from(notebook, job, whole, pages):
    """HTML of an executed notebook as a job's page; ``whole`` is the review or None, ``pages`` as of ``make_page``."""
    from cyp_helpers.show.publish import FOOTER, footer_of, page_of

    home = "../" * (3 if job.parameters.get("area") else 2) + "index.html"
    return page_of(notebook, job.name, job.title, pages, footer_of(whole) if whole else FOOTER, home)


def printed(notebook, job, whole, pages):
    """Of an executed notebook whose page is one sheet: its PDF and Word files, and the pack, by name."""
    from cyp_helpers.pages.pack import pack
    from cyp_helpers.show.document import document_of
    from cyp_helpers.show.picture import board_in, linked, pdf_of

    if not (job.prints and (board := board_in(notebook))):
        return {}
    board = linked(board, [page["name"] for page in pages]) if pages else board
    files = {f"{job.name}.pdf": pdf_of(board), f"{job.name}.docx": document_of(board, whole.as_at)}
    return files | ({"pack.pdf": pdf_of(pack(whole, board))} if len(pages) > 1 else {})  # the board page and the rest


def what_is_left(job, lost):
    """What there is of a Job whose process was Lost: its notebook so far, and the cell that was under way."""
    so_far = _SoFar()
    for told in lost.told:
        so_far.take(pickle.loads(told))
    return Made(_file_of(job, so_far.notebook), 0, so_far.cell, str(lost))


def run_saved(project, name):
    """Run a saved notebook with its own parameters; returns its bytes with outputs."""
    import nbformat

    folder, so_far = Path(project) / "notebooks", _SoFar()
    path = folder / f"{name}.ipynb"
    _execute(_read(path), folder, {}, so_far)
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["language_info"] = so_far.notebook.metadata["language_info"]
    for cell, done in zip(notebook.cells, so_far.notebook.cells):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return _text_of(notebook)


# ---- one notebook ----


class _SoFar:
    """How far a notebook has come, as the engine tells it."""

    def __init__(self):
        self.notebook, self.cell = None, "no cell"

    def take(self, what):
        if not isinstance(what, tuple):
            self.notebook = what
        elif what[1] is None:
            self.cell = f"cell {what[0]}"
        else:
            self.notebook.cells[what[0]] = what[1]

    def __call__(self, what):
        tell(what)
        self.take(what)


def _execute(notebook, folder, parameters, so_far):
    """``papermill.execute_notebook`` of a notebook that is read already and not to be written by it."""
    from papermill import engines, execute, parameterize

    from cyp_helpers.batch import engine  # noqa: F401  registers itself

    os.chdir(folder)
    if parameters:
        how = {"kernel_name": "python3", "language": "python", "engine_name": "in-process"}
        notebook = parameterize.parameterize_notebook(notebook, parameters, **how)
    notebook = execute.remove_error_markers(notebook)
    run = engines.papermill_engines.execute_notebook_with_engine
    done = run("in-process", notebook, "python3", progress_bar=False, tell=so_far)
    execute.raise_for_execution_errors(done, None)


def _file_of(job, notebook):
    return {f"{job.name}.ipynb": _text_of(_normalised(notebook))} if notebook else {}


@cache
def _read(path):
    """A notebook, which a process reads once and may change: it runs no second one."""
    from papermill.iorw import load_notebook_node

    notebook = load_notebook_node(str(path))
    notebook.metadata["language_info"] = {"name": "python"}  # editors save notebooks that do not say so
    return notebook


def _normalised(notebook):
    """Without what differs from run to run: times and papermill's notes on itself."""
    notebook.metadata["papermill"] = {"parameters": notebook.metadata.get("papermill", {}).get("parameters", {})}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-parameters-{number}"
    return notebook


def _text_of(notebook):
    import nbformat

    return (nbformat.writes(notebook) + "\n").encode("utf-8")
