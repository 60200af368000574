"""Benchmarks: ``cyp bench ...``. They print medians and ratios; no test times."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Measure speed and memory.")


@app.callback()
def _bench():
    """Measure speed and memory."""


@app.command()
def review(
    rounds: Annotated[int, typer.Option(help="Rounds to take medians over, after one to warm up.", min=1)] = 5,
):
    """A whole review: by papermill's command, by its API, by ``cyp review``, and as plain calls without a kernel."""
    from cyp_helpers.benchmarks.review import measure, report
    from cyp_helpers.register import find_project

    typer.echo(report(*measure(find_project(), rounds)))
