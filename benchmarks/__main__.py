"""Benchmarks: ``python -m benchmarks ...`` in the project's folder. They print medians, ratios and shares; no test times."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Measure speed, memory and error rates.")


@app.command()
def compare(
    indicators: Annotated[int, typer.Option(help="Indicators of the made-up national table.")] = 1_000,
    rounds: Annotated[int, typer.Option(help="Rounds to take medians over.")] = 5,
):
    """Every comparison of every figure in a national table, against the time to read that table."""
    from benchmarks.compare import measure, report

    typer.echo(report(measure(indicators, rounds)))


@app.command()
def promises(day: Annotated[str, typer.Option(help="Day on which is learnt, as 2026-11-26.")]):
    """Learn from every authority's past how often verdicts hold, and write it into data/reference."""
    import pandas as pd

    from benchmarks.learning import write_promises
    from cyp_helpers.register.tables import load_register

    for path in write_promises(load_register(), pd.Timestamp(day)):
        typer.echo(f"Wrote {path}")


@app.command()
def record(
    day: Annotated[str, typer.Option(help="Day on which is looked back.")] = "2026-11-26",
    tried: Annotated[bool, typer.Option(help="What else was tried, in place of the record.")] = False,
):
    """What was promised against what came, for every series: the tables of the README; its heads go into data/reference for the pages."""
    if tried:
        from benchmarks.tried import measure, report
    else:
        from benchmarks.record import measure, report

    measured = measure(day)
    typer.echo(report(measured))
    if not tried:
        from benchmarks.record import keep
        from cyp_helpers.register.tables import load_register

        typer.echo(f"Wrote {keep(measured, load_register(), day)}")


@app.command()
def picture():
    """Draw the rule for the README: a figure in, and one out of, the band of an ordinary year."""
    from benchmarks.picture import write

    path, words = write()
    typer.echo("\n".join([*words, f"Wrote {path}"]))


@app.command()
def errors(
    replications: Annotated[int, typer.Option(help="Tables drawn for each case.")] = 200_000,
):
    """How often counts say more than chance where nothing has changed and children are independent of each other."""
    from benchmarks.error_rates import error_rates, report

    typer.echo(report(error_rates(replications)))


@app.command()
def review(
    rounds: Annotated[int, typer.Option(help="Rounds to take medians over, after one to warm up.", min=1)] = 5,
):
    """A whole review: by papermill's command, by its API, by ``cyp review``, and as plain calls without a kernel."""
    from benchmarks.review import measure, report
    from cyp_helpers.register.tables import find_project

    typer.echo(report(*measure(find_project(), rounds)))


@app.command()
def reading():
    """How easily the computed sentences of a pack are read, by kind of page, and the ten that are hardest."""
    from benchmarks.reading import measure, report
    from cyp_helpers.register.tables import find_project

    typer.echo(report(measure(find_project())))


@app.command()
def country():
    """The board page of every authority by ``cyp review``, beside plain papermill for five of them."""
    from benchmarks.country import measure, report
    from cyp_helpers.register.tables import find_project

    typer.echo(report(measure(find_project())))


@app.command()
def fuzz(
    faults: Annotated[int, typer.Option(help="Single faults to put into a copy of data/.", min=1)] = 500,
    seed: Annotated[int, typer.Option(help="Of the drawing: the same seed gives the same faults.")] = 20260408,
    reviews: Annotated[int, typer.Option(help="Of the registers that cyp review is tried with too.", min=0)] = 10,
):
    """Single faults in data/, drawn from its Table Schema: which does ``cyp check`` refuse, and where?"""
    from benchmarks.fuzz import report, run_fuzz

    results = run_fuzz(faults, seed, reviews=reviews)
    typer.echo(report(results))
    if not results["outcome"].str.startswith("refused").all():
        raise typer.Exit(1)


app()
