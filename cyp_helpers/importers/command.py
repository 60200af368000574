"""``cyp import``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

DEFAULT_AREA = "E10000024"


def import_command(
    publisher: Annotated[
        Literal["lait", "ees", "fingertips"],
        typer.Argument(help="Whose files: LAIT, Explore Education Statistics, Fingertips."),
    ],
    files: Annotated[list[Path], typer.Argument(help="The publisher's files, as downloaded; all are taken or none.")],
    edition: Annotated[
        str | None, typer.Option(help="Day of the edition, such as 2026-04-08, if the name has none.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Measure that is held back as a whole, to be taken as it is; again for more."),
    ] = None,
    new_areas: Annotated[
        bool, typer.Option("--new-areas", help="Add authorities that areas.csv does not have.")
    ] = False,
    area: Annotated[
        str, typer.Option(help="Area whose changed verdicts are told: a GSS code or a name.")
    ] = DEFAULT_AREA,
):
    """Import published open data, and say what is new, what was revised and what was held back."""
    from cyp_helpers.importers.reading import UnreadableFile
    from cyp_helpers.importers.report import describe_import, describe_revisions, write_page
    from cyp_helpers.importers.run import import_files
    from cyp_helpers.register.store import Busy
    from cyp_helpers.register.tables import UnknownName, find_area, find_project, load_register

    try:
        project = find_project()
        find_area(load_register(project), area)
        imported, before, after, changed = import_files(project, publisher, files, edition, accept or (), new_areas)
    except (UnreadableFile, UnknownName, Busy, FileNotFoundError) as error:
        typer.echo(f"{error}. Nothing was imported.", err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"{error}. Is a file of data/ open in another program? Nothing was imported.", err=True)
        raise typer.Exit(1) from error
    for one in imported:
        typer.echo("\n".join(describe_import(one, before, after)))
    if not changed:
        typer.echo("Nothing changed: data/ already held all of this.")
        return
    for one in imported:
        typer.echo("\n".join(describe_revisions(one, before, after, area)) or f"Nothing revised by {one.source_id}.")
    page = write_page(project, imported, before, after, area)
    typer.echo(f"The same as a page: {page.relative_to(project).as_posix()}")
    typer.echo("Written: " + ", ".join(f"data/{path}" for path in changed))
