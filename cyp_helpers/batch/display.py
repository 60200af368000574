"""What a run says: its progress, and what became of it."""

import json

import typer


class Display:
    """One line of progress: what runs, how much is done, how long it may still take. Where nobody reads it any more,
    the run goes on without."""

    def __enter__(self):
        from rich import progress

        done, elapsed = progress.MofNCompleteColumn(), progress.TimeElapsedColumn()
        left, what = progress.TimeRemainingColumn(), progress.TextColumn("{task.description}")
        self._bar = progress.Progress(progress.BarColumn(24), done, elapsed, progress.TextColumn("left"), left, what)
        self._task = self._bar.add_task("Starting", total=None)
        self._try(self._bar.start)
        return self

    def __exit__(self, *_):
        self._try(self._bar.stop)

    def tell(self, under_way, done, total):
        """Show what is under way, and how many jobs are done of how many."""
        self._try(self._bar.update, self._task, description=", ".join(under_way), completed=done, total=total)

    def _try(self, function, *args, **choices):
        try:
            function(*args, **choices)
        except (OSError, SystemExit):  # rich leaves by the latter
            self._bar.disable = True


def describe_runs(runs):
    """What a run of many reviews is about, and its size: a line for each plan and the sum.

    >>> from cyp_helpers.batch.jobs import Run
    >>> describe_runs([Run("p", "2017-18 part 2", ""), Run("p", "2017-18 part 2", "E06000016")])
    'p: 1 review, 2 areas\\n2 reviews, about 56 notebooks.'
    """
    from cyp_helpers.batch.run import USUAL_JOBS

    lines = []
    for plan in dict.fromkeys(run.plan for run in runs):
        reviews, areas = (len({getattr(run, what) for run in runs if run.plan == plan}) for what in ("review", "area"))
        lines.append(f"{plan}: {reviews} review{'s' * (reviews != 1)}, {areas} area{'s' * (areas != 1)}")
    return "\n".join([*lines, f"{len(runs):,} reviews, about {len(runs) * USUAL_JOBS:,} notebooks."])


def say_outcomes(project, outcomes):
    """Say each failure in one line, what was done and where it stands, and for one review what its board says first."""
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    for failure in failures:
        typer.echo(f"Failed: {failure}", err=True)
    typer.echo(f"{sum(one.made for one in outcomes)} made, {sum(one.unchanged for one in outcomes)} unchanged.")
    for outcome in outcomes:
        if outcome.folder and outcome.folder.name.endswith("-failed"):
            shown = outcome.folder.relative_to(project)
            typer.echo(f"The run is kept in {shown}/; the outputs of the last good run were not touched.", err=True)
    if len(outcomes) != 1 or failures:
        return
    from cyp_helpers.show.picture import board_in

    page = outcomes[0].folder / "board.ipynb"
    if page.is_file() and (sheet := board_in(json.loads(page.read_bytes()))):
        worst = sheet["said"][0]
        typer.echo(f"\n{page.parent.relative_to(project)}/board.html is the page to open first.")
        typer.echo(f"{worst['heading']}:\n{worst['sentence']}")
