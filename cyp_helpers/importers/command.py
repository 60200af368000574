"""``cyp import``."""

from pathlib import Path
from typing import Annotated, Literal

import typer


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
    ] = "E10000024",
):
    """Import published open data, and say what is new, what was revised and what was held back."""
    from cyp_helpers.importers.reading import UnreadableFile
    from cyp_helpers.importers.report import describe_import, describe_revisions, find_changes, write_page
    from cyp_helpers.importers.run import import_files
    from cyp_helpers.register.store import Busy
    from cyp_helpers.register.tables import Register, UnknownName, find_area, find_project, read_table

    try:
        project = find_project()
        find_area(Register(project, {"areas": read_table(project / "data/reference/areas.csv")}), area)
        imported, before, after, written = import_files(project, publisher, files, edition, accept or (), new_areas)
    except (UnreadableFile, UnknownName, Busy, FileNotFoundError) as error:
        typer.echo(f"{error}. Nothing was imported.", err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"{error}. Is a file of data/ open in another program? Nothing was imported.", err=True)
        raise typer.Exit(1) from error
    row = find_area(after, area)
    changes = [find_changes(one, before, after, row["area_id"]) for one in imported]
    for one in changes:
        typer.echo("\n".join(describe_import(one)))
    if not written:
        typer.echo("Nothing changed: data/ already held all of this.")
        return
    for one in changes:
        typer.echo("\n".join(describe_revisions(one, row)))
    typer.echo("Written: " + ", ".join(f"data/{path}" for path in written))
    try:
        page = write_page(project, changes, after, row["name"])
    except OSError as error:
        typer.echo(f"{error}. The import is in data/ all the same; only its page could not be written.", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"The same as a page: {page.relative_to(project).as_posix()}")
