"""The command ``cyp``."""

import os
import signal
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
from typer import Option

from cyp_helpers.forms.command import add_plan, new_plan, remove_plan, stop
from cyp_helpers.importers.command import import_command

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Analysis workbook for children's plans.")
app.command("import")(import_command)
for _command in (new_plan, add_plan, remove_plan):
    app.command()(_command)
PLAN, REVIEW = "cypf-2016-18", "2017-18 part 2"
NATIONAL = "national-framework"
_REVIEWS = "Review, such as '2017-18 part 2', latest (what is known today), a day, or all."
_PRIORITY = "Only this priority (short name, such as safe), the board page and all indicators."
_ONLY = "Make only this kind of page, such as board; again for more."
_SCHEDULER = "Run on the Dask cluster at this address, such as tcp://host:8786."


@app.command()
def review(
    plan: Annotated[str, Option(help="Plan, an id of data/plans/plans.csv, or all.")] = PLAN,
    review: Annotated[str, Option(help=_REVIEWS, show_default=f"'{REVIEW}' of {PLAN}, latest of other plans")] = "",
    as_at: Annotated[str, Option(help="Day, such as 2026-03-31: what was known then.", show_default=False)] = "",
    priority: Annotated[str | None, Option(help=_PRIORITY)] = None,
    area: Annotated[str, Option(help="Area, by GSS code or name, or all; the plan's own if left out.")] = "",
    only: Annotated[list[str] | None, Option(help=_ONLY)] = None,
    force: Annotated[bool, Option(help="Make also what is unchanged since it was last made.")] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask before running several reviews.")] = False,
    timeout: Annotated[float, Option(help="Seconds that one notebook may take.", min=1)] = 600,
    jobs: Annotated[int, Option(help="Notebooks at a time; 0 for as many as cores.", min=0)] = 0,
    scheduler: Annotated[str | None, Option(help=_SCHEDULER)] = None,
):
    """Run the notebooks of one or many reviews into outputs/<plan>/<review>/; what is unchanged is not run again."""
    from cyp_helpers.batch.display import Display, describe_runs, say_outcomes
    from cyp_helpers.batch.jobs import kinds_of_page, plan_runs
    from cyp_helpers.batch.pool import open_pool
    from cyp_helpers.register.tables import UnknownName, load_register

    _end_as_by_ctrl_c()
    project = _project()
    if as_at and review:
        stop("Give --review or --as-at, not both: --as-at 2026-03-31 is the review of that day.")
    review = as_at or review or (REVIEW if plan == PLAN else "latest")
    known = kinds_of_page(project)
    if strangers := [kind for kind in only or () if kind not in known]:
        stop(f"Unknown kind of page: {strangers[0]!r}. Valid: {', '.join(known)}.")
    try:
        pool = open_pool(project, jobs, scheduler)
    except OSError as error:  # no cluster answers, no folder for temporary files
        stop(str(error))
    with _register_read(project), pool:  # gets warm while the register is checked
        _stop_on_faults(project)
        from cyp_helpers.batch.run import run_reviews

        try:
            runs = plan_runs(load_register(project), plan, review, priority, area)
        except UnknownName as error:
            stop(str(error))
        if len(runs) > 1 and not yes:
            typer.confirm(describe_runs(runs) + " Go on?", abort=True)
        try:
            with Display() as display:
                outcomes = run_reviews(project, runs, pool, priority, force, timeout, display.tell, only or ())
        except KeyboardInterrupt:
            stop("Stopped. What was finished is kept; the same command goes on from there.", 130)
    say_outcomes(project, outcomes)
    if plan == PLAN and not area:
        typer.echo(f"\nAny authority today: cyp review --plan {NATIONAL} --area Leeds")
        typer.echo(f"Every authority: cyp review --plan {NATIONAL} --area all --only board")
    if any(outcome.failures for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def check():
    """Check data/ and say what is wrong with it, row by row."""
    project = _project()
    with _register_read(project):
        _stop_on_faults(project, again=True)
    typer.echo("data/ is as it should be: form, references, allowed values, periods and printed decimals.")


@app.command()
def due():
    """List the series of plans whose newer figures should be out by now (exit code 1) or are due before the next review."""
    import pandas as pd

    from cyp_helpers.register.due import OUT
    from cyp_helpers.register.due import due as list_due
    from cyp_helpers.register.tables import load_register

    project = _project()
    with _register_read(project):
        _stop_on_faults(project)
        rows = list_due(load_register(project), pd.Timestamp.today().normalize())
    for state, each in rows.groupby("state", sort=False):
        typer.echo(f"{len(each)} {state}:")
        for row in each.itertuples():
            typer.echo(f"  {row.by:%Y-%m-%d}  {row.name} (newest here {row.newest or 'none'}; {row.plans})")
    nothing = "No figure of a plan is due before the next review."
    typer.echo("Take newer files in with cyp import." if len(rows) else nothing)
    if (rows["state"] == OUT).any():
        raise typer.Exit(1)


@app.command()
def save_notebooks():
    """Run the saved notebooks with their own parameters and keep their outputs, for nbval to hold them to."""
    from cyp_helpers.batch.pool import open_pool
    from cyp_helpers.batch.run import save_notebooks as save
    from cyp_helpers.register.own import OFF

    os.environ[OFF] = "off"  # they are about the shipped plans alone
    project = _project()
    with _register_read(project), open_pool(project) as pool:
        _stop_on_faults(project)
        save(project, pool)
    typer.echo("Saved the notebooks with their outputs; read the difference before you commit it.")


def _end_as_by_ctrl_c():
    """Let SIGTERM, and the end of the terminal (but under nohup), stop a run as Ctrl-C does: in good order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script that starts a command with & has it ignored
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), lambda *_: signal.raise_signal(signal.SIGINT))


def _project():
    from cyp_helpers.register.tables import find_project

    try:
        return find_project()
    except FileNotFoundError as error:
        stop(str(error))


@contextmanager
def _register_read(project):
    """Hold ``data/`` so that no import changes it meanwhile; others may read it too."""
    from cyp_helpers.register.store import Busy, locked, recover

    with ExitStack() as held:
        try:
            recover(project)
            held.enter_context(locked(project))
        except (Busy, OSError) as error:
            stop(str(error))
        yield


def _stop_on_faults(project, again=False):
    from cyp_helpers.register.checks import check_register, describe_fault, faults_unless_checked

    faults = check_register(project) if again else faults_unless_checked(project)
    for fault in faults.itertuples():
        typer.echo(describe_fault(fault), err=True)
    if len(faults):
        stop(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in data/.", 1)
