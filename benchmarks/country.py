"""The board page of every authority, by ``cyp review`` and, for a few of them, by plain papermill, side by side in one run."""

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.review import peak_memory, timed
from cyp_helpers.batch.jobs import Run, areas_with_figures
from cyp_helpers.batch.pool import cores
from cyp_helpers.cli import NATIONAL
from cyp_helpers.register.reviews import find_review
from cyp_helpers.register.tables import load_register

AREAS = 5  # for papermill, evenly from all


def measure(project):
    """Each way once; memory of the whole country is looked at while it is timed, which slows it a little.

    Returns
    -------
    dict: ``areas``, ``seconds`` and ``memory`` (MB) of all, ``papermill`` (seconds of each of a few areas)
    """
    register = load_register(project)
    areas = areas_with_figures(register)
    review = find_review(register, NATIONAL, "latest")["review"]
    seconds = []
    with tempfile.TemporaryDirectory(prefix="cyp-bench-") as folder:
        for part in ("data", "notebooks"):
            shutil.copytree(project / part, Path(folder) / part)
        shutil.copy(project / "requirements.lock", folder)
        for area in areas[:: len(areas) // AREAS][:AREAS]:
            seconds.append(timed(lambda area=area: _papermill(folder, Run(NATIONAL, review, area)))[0])
        memory = peak_memory(lambda: seconds.append(timed(lambda: _country(folder))[0]))
        made = len(list(Path(folder).glob("outputs/*/*/*/board.pdf")))
    return {"areas": made, "seconds": seconds.pop(), "memory": memory, "papermill": seconds}


def report(measured):
    """What was measured, in sentences."""
    each, plain = measured["seconds"] / measured["areas"], statistics.median(measured["papermill"])
    return (
        f"Board pages (HTML, PDF and Word) of {measured['areas']} authorities by cyp review on {cores()} cores: {measured['seconds']:.0f} seconds, "
        f"{each:.2f} each; peak memory {measured['memory']:,.0f} MB.\n"
        f"The notebook alone by papermill's command, median of {len(measured['papermill'])} authorities: {plain:.1f} seconds each, "
        f"{plain / each:.1f} times as long."
    )


def _papermill(folder, run):
    given = [word for name, value in run.parameters.items() for word in ("-p", name, value)]
    source, output = Path(folder) / "notebooks" / "board.ipynb", Path(folder) / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(source), str(output), "--no-progress-bar", *given]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _country(folder):
    command = [sys.executable, "-c", "from cyp_helpers.cli import app; app()", "review"]
    command += ["--plan", NATIONAL, "--area", "all", "--only", "board", "--yes"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
