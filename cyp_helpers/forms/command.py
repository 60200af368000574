"""``cyp new-plan``, ``cyp add-plan`` and ``cyp remove-plan``."""

from pathlib import Path
from typing import Annotated

import typer

Form = Annotated[Path, typer.Argument(help="The form, an Excel workbook (.xlsx).")]


def new_plan(form: Form, area: Annotated[str, typer.Option(help="Area of the plan, by GSS code or name.")]):
    """Write an empty form for a plan of your own, to be filled in with Excel or LibreOffice."""
    from cyp_helpers.forms.write import form_bytes
    from cyp_helpers.register.tables import UnknownName, find_project, load_register

    if form.suffix.lower() != ".xlsx":
        stop(f"{form}: a form ends in .xlsx, such as plan.xlsx")
    try:
        content = form_bytes(load_register(find_project()), area)
        with form.open("xb") as file:  # never over a form that may be filled in
            file.write(content)
    except FileExistsError:
        stop(f"{form} stands there already and may be filled in; give another name")
    except (UnknownName, OSError) as error:
        stop(str(error))
    typer.echo(f"Wrote {form}. Fill it in, sheet by sheet from left to right, then: cyp add-plan {form}")


def add_plan(form: Form):
    """Take a filled form into the register: all of it, or nothing and every fault; again for a mistake or for news."""
    from cyp_helpers.forms import keep
    from cyp_helpers.importers.reading import UnreadableFile
    from cyp_helpers.register.store import Busy
    from cyp_helpers.register.tables import find_project

    try:
        plan, lines = keep.add_plan(find_project(), form)
    except keep.FaultyForm as faulty:
        for row in faulty.faults.itertuples():
            place = f"{row.sheet}, cell {row.cell}" if row.cell else f"sheet {row.sheet}"
            typer.echo(f"{place}: found {row.found}; right would be {row.right}", err=True)
        copy = f" They are marked in {faulty.copy}." if faulty.copy else ""
        stop(f"{faulty}. Nothing was added.{copy}", 1)
    except (UnreadableFile, Busy, OSError, RuntimeError) as error:
        stop(f"{error}. Nothing was added.", 2)
    typer.echo("\n".join(lines) if lines else "Nothing changed: the plan stood there as it is in the form.")
    typer.echo(f"Kept in data/own/{plan}. Its newest review: cyp review --plan {plan}")


def remove_plan(plan: Annotated[str, typer.Argument(help="Name of the plan, as cyp add-plan tells it.")]):
    """Take a plan of your own out of the register; pages that were made of it stay in outputs/."""
    from cyp_helpers.forms import keep
    from cyp_helpers.register.store import Busy
    from cyp_helpers.register.tables import UnknownName, find_project

    try:
        keep.remove_plan(find_project(), plan)
    except (UnknownName, Busy, OSError) as error:
        stop(str(error))
    typer.echo(f"Removed {plan}. Pages that were made of it stay in outputs/{plan}.")


def stop(message, code=2):
    """End a command with a line for who reads its errors."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
