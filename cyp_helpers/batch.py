"""Batch: every notebook of a review through papermill into its folder, or nothing at all."""

import csv
import hashlib
import json
import platform
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import nbformat

from cyp_helpers.longview import families
from cyp_helpers.publish import page_of
from cyp_helpers.register import UnknownName, find_plan, find_priority, find_review, load_register, priorities_of
from cyp_helpers.review import open_review
from cyp_helpers.words import page_name

SCORECARD, PRIORITY = "plan_scorecard", "priority_review"
NOTEBOOKS = (SCORECARD, PRIORITY, "delivery_tracker", "data_quality", "annual_review", "long_view")
_PACKAGES = [
    "frictionless",
    "gptables",
    "great-tables",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "seaborn",
]


@dataclass(frozen=True)
class Job:
    """One notebook to run: which, with what, and the name and title of its page."""

    notebook: str
    parameters: dict
    name: str
    label: str
    title: str


@dataclass(frozen=True)
class Failure:
    """A notebook that failed: where and why, in one line."""

    name: str
    cell: str
    error: str


def review_folder(project, plan, review):
    """``outputs/<plan>/<review>`` of a project."""
    return Path(project) / "outputs" / plan / review.replace(" ", "-")


def plan_jobs(register, plan, review, priority=None):
    """The notebooks that make a review: the scorecard, one for each priority, delivery, data quality, a long view of each
    indicator with a past, and in part 2 the annual review; with a priority, only its notebook and the scorecard.

    Raises UnknownName for a plan, review or priority that the register does not have.
    """
    short = find_plan(register, plan)["short_title"]
    find_review(register, plan, review)
    rows = priorities_of(register, plan)
    if priority is not None:
        find_priority(register, plan, priority)
        rows = rows[rows["short_id"] == priority]
    names = {"plan": plan, "review": review}
    where = f"{short}, {review}"
    jobs = [Job(SCORECARD, names, "scorecard", "Scorecard", where)] + [
        Job(
            PRIORITY,
            {**names, "priority": row["short_id"]},
            page_name(row),
            f"{row['number']}. {row['name']}",
            f"{row['name']}, {where}",
        )
        for _, row in rows.iterrows()
    ]
    return jobs if priority is not None else jobs + _other_jobs(register, names, where)


def _other_jobs(register, names, where):
    opened = open_review(names["plan"], names["review"], register=register)
    jobs = [
        Job("delivery_tracker", names, "delivery", "Delivery", where),
        Job("data_quality", names, "data-quality", "Data quality", where),
    ]
    if opened.review["kind"] == "annual":
        jobs.append(Job("annual_review", names, "annual-review", "Annual review", where))
    titles = register.table("indicators").set_index("indicator_id")["name"]
    return jobs + [
        Job(
            "long_view",
            {**names, "indicator": one},
            f"long-view-{one}",
            f"Long view: {titles[one]}",
            f"{titles[one]}, {where}",
        )
        for one in families(opened)
    ]


def check_parameters(project, job):
    """Raise UnknownName where a job names a parameter that its notebook does not have."""
    import papermill

    known = papermill.inspect_notebook(str(project / "notebooks" / f"{job.notebook}.ipynb"))
    strangers = [name for name in job.parameters if name not in known]
    if strangers:
        raise UnknownName(
            f"notebooks/{job.notebook}.ipynb has no parameter {', '.join(map(repr, strangers))}; it has {', '.join(known)}"
        )


def run_review(project, plan, review, priority=None, progress=lambda name, done: None):
    """Run a review aside and move it into place when all of it succeeded.

    Parameters
    ----------
    project : folder with ``data/``, ``notebooks/`` and ``outputs/``
    plan, review, priority : names; with a priority only its notebook and the scorecard are run again, if the review
        has been run before
    progress : called with the name of each page before (False) and after (True) it is made

    Returns
    -------
    (folder, failures): where the outputs are, and the notebooks that failed. With a failure the folder is
    ``<review>-failed`` and the outputs of the last good run stay as they were.
    """
    project = Path(project)
    register = load_register(project)
    every, jobs = plan_jobs(register, plan, review), plan_jobs(register, plan, review, priority)
    folder = review_folder(project, plan, review)
    if not folder.is_dir():
        jobs = every
    for job in jobs:
        check_parameters(project, job)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        if jobs != every:
            shutil.copytree(folder, aside, dirs_exist_ok=True)
        _write_tables(register, plan, review, aside)
        started, clock = datetime.now(timezone.utc), time.perf_counter()
        pages = [{"name": job.name, "label": job.label} for job in every]
        results = [_run_job(project, job, aside, pages, progress) for job in jobs]
        failures = [result["failure"] for result in results if result["failure"]]
        _write_manifest(project, aside, jobs, results, started, time.perf_counter() - clock)
        failed = folder.with_name(folder.name + "-failed")
        target = failed if failures else folder
        _move_into_place(aside, target)
        if not failures:
            shutil.rmtree(failed, ignore_errors=True)
        return target, failures
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def save_notebooks(project):
    """Run the saved notebooks with their own parameters and keep their outputs in them."""
    from nbclient import NotebookClient

    for name in NOTEBOOKS:
        path = Path(project) / "notebooks" / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook, record_timing=False, resources={"metadata": {"path": str(path.parent)}}, **_kernels()
        ).execute()
        _write_notebook(notebook, path)


# ---- one notebook ----


def _run_job(project, job, aside, pages, progress):
    """Run a notebook and make its page. A failed notebook is kept with its error."""
    import papermill

    progress(job.label, False)
    clock, failure = time.perf_counter(), None
    output = aside / f"{job.name}.ipynb"
    try:
        papermill.execute_notebook(
            str(project / "notebooks" / f"{job.notebook}.ipynb"),
            str(output),
            parameters=job.parameters,
            kernel_name="python3",
            progress_bar=False,
            **_kernels(),
        )
        notebook = _normalised(nbformat.read(output, as_version=4))
        _write_notebook(notebook, output)
        (aside / f"{job.name}.html").write_text(page_of(notebook, job.name, job.title, pages), encoding="utf-8")
    except papermill.PapermillExecutionError as error:
        failure = Failure(job.name, f"cell {error.cell_index}", f"{error.ename}: {error.evalue}")
    except Exception as error:  # noqa: BLE001  a dead kernel or an unwritable page must not take the other notebooks with it
        failure = Failure(job.name, "no cell", f"{type(error).__name__}: {error}")
    progress(job.label, True)
    return {"failure": failure, "seconds": round(time.perf_counter() - clock, 2)}


def _kernels():
    """How kernels are talked to: over encrypted sockets, so that nobody else on the machine can read along, and
    ended at once, because a graceful end interrupts an idle kernel, which then reports an error."""
    from traitlets.config import Config

    return {"config": Config({"KernelManager": {"transport_encryption": "auto"}}), "shutdown_kernel": "immediate"}


def _normalised(notebook):
    """Without what differs from run to run: times and papermill's notes on itself."""
    notebook.metadata["papermill"] = {"parameters": notebook.metadata.get("papermill", {}).get("parameters", {})}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-parameters-{number}"
    return notebook


def _write_notebook(notebook, path):
    """Write aside and move into place."""
    notebook.metadata["language_info"] = {"name": "python"}
    aside = path.with_suffix(".partial")
    nbformat.write(notebook, aside)
    aside.replace(path)


# ---- what stands beside the notebooks ----


def _write_tables(register, plan, review, folder):
    from cyp_helpers.workbook import write_workbook

    whole = open_review(plan, review, register=register)
    rows = whole.comparisons.assign(as_at=whole.comparisons["as_at"].dt.strftime("%Y-%m-%d"))
    rows.to_csv(
        folder / "comparisons.csv", index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n", encoding="utf-8"
    )
    write_workbook(whole, folder / "comparison-tables.xlsx")


def _write_manifest(project, folder, jobs, results, started, seconds):
    """What was run, from which inputs, with which packages, how long it took and how it ended."""
    inputs = [
        *(project / "data").rglob("*.csv"),
        project / "data" / "datapackage.json",
        *(project / "notebooks").glob("*.ipynb"),
        *Path(__file__).parent.glob("*.*"),
        project / "requirements.lock",
    ]
    kept = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["notebooks"]
        if (folder / "manifest.json").is_file()
        else []
    )
    made = {job.name for job in jobs}
    manifest = {
        "parameters": jobs[0].parameters,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "notebooks": [
            {
                "page": job.name,
                "notebook": f"notebooks/{job.notebook}.ipynb",
                "parameters": job.parameters,
                "status": "failed" if result["failure"] else "succeeded",
                "error": f"{result['failure'].cell}: {result['failure'].error}" if result["failure"] else "",
                "seconds": result["seconds"],
            }
            for job, result in zip(jobs, results)
        ]
        + [{**one, "status": "kept from an earlier run"} for one in kept if one["page"] not in made],
        "inputs": {
            _inside(path, project): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(inputs)
            if path.is_file()
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _inside(path, project):
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else f"{path.parent.name}/{path.name}"


def _move_into_place(aside, target):
    """Put a finished folder where the old one was; the old one comes back if that fails."""
    aside.chmod(0o755)  # mkdtemp makes it private
    old = None
    if target.exists():
        old = target.with_name(f".{target.name}-old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        if old:
            old.rename(target)
        raise
    if old:
        shutil.rmtree(old, ignore_errors=True)
