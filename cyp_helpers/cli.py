"""The command ``cyp``."""

import os
from typing import Annotated

# The parent's environment reaches the kernels: no window system, one thread for small sums.
os.environ.setdefault("MPLBACKEND", "Agg")

import typer

from cyp_helpers.benchmarks import app as bench
from cyp_helpers.importers.command import import_command

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Analysis workbook for children's plans.")
app.add_typer(bench, name="bench")
app.command("import")(import_command)
PLAN, REVIEW = "cypf-2016-18", "2017-18 part 2"


@app.command()
def review(
    plan: Annotated[str, typer.Option(help="Plan, an id of data/plans/plans.csv.")] = PLAN,
    review: Annotated[str, typer.Option(help="Review, such as '2017-18 part 2'.")] = REVIEW,
    priority: Annotated[
        str | None, typer.Option(help="Run again only this priority (short name, such as safe) and the scorecard.")
    ] = None,
):
    """Run the notebooks of a review into outputs/<plan>/<review>/."""
    from cyp_helpers.batch import plan_jobs, run_review
    from cyp_helpers.register import UnknownName, find_project, load_register

    project = _project(find_project)
    _stop_on_faults(project)
    try:
        jobs = plan_jobs(load_register(project), plan, review, priority)
        with _progress() as bar:
            task = bar.add_task("Starting", total=len(jobs))
            folder, failures = run_review(
                project,
                plan,
                review,
                priority,
                lambda name, done: bar.update(task, description=name, advance=int(done)),
            )
    except UnknownName as error:
        _stop(str(error), 2)
    shown = folder.relative_to(project)
    for failure in failures:
        typer.echo(f"Failed: {failure.name}.ipynb, {failure.cell}: {failure.error}", err=True)
    if failures:
        _stop(f"The run is kept in {shown}/; the outputs of the last good run were not touched.", 1)
    _say_attention(plan, review, shown)


@app.command()
def check():
    """Check data/ and say what is wrong with it, row by row."""
    from cyp_helpers.register import find_project

    project = _project(find_project)
    _stop_on_faults(project)
    typer.echo("data/ is as it should be: form, references, allowed values, periods and printed decimals.")


@app.command()
def save_notebooks():
    """Run the saved notebooks with their own parameters and keep their outputs, for nbval to hold them to."""
    from cyp_helpers.batch import save_notebooks as save
    from cyp_helpers.register import find_project

    project = _project(find_project)
    _stop_on_faults(project)
    save(project)
    typer.echo("Saved the notebooks with their outputs; read the difference before you commit it.")


def _project(find_project):
    try:
        return find_project()
    except FileNotFoundError as error:
        _stop(str(error), 2)


def _stop_on_faults(project):
    from cyp_helpers.checks import check_register, describe_fault

    faults = check_register(project)
    for fault in faults.itertuples():
        typer.echo(describe_fault(fault), err=True)
    if len(faults):
        _stop(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in data/.", 1)


def _say_attention(plan, review, folder):
    from cyp_helpers.findings import attention
    from cyp_helpers.review import open_review
    from cyp_helpers.words import page_name

    opened = open_review(plan, review)
    pages = {row["priority_id"]: page_name(row) for _, row in opened.priorities.iterrows()}
    worst = attention(opened).head(3)
    typer.echo(f"\n{folder}/scorecard.html is the page to open first.")
    typer.echo(
        "Most in need of attention:"
        if len(worst)
        else "No indicator can be said to be worse, to have worsened or to miss its target; see what cannot be judged."
    )
    for number, row in enumerate(worst.itertuples(), 1):
        typer.echo(f"{number}. {row.name} ({row.verdicts}): {folder}/{pages[row.priority_ids.split()[0]]}.html")


def _progress():
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def _stop(message, code):
    typer.echo(message, err=True)
    raise typer.Exit(code)
