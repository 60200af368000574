"""``cyp check``: hold the register to its schema and to what a schema cannot say.

Every fault is one row: file, row (as a spreadsheet counts, the header is row 1), column, what was found, what is right.
"""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pandas as pd

from cyp_helpers.register.meaning import meaning_faults
from cyp_helpers.register.own import FORM, OWN, joined, own_folders, own_resources
from cyp_helpers.register.published import published_faults, published_form
from cyp_helpers.register.schema import read_package, read_tables, table_faults, unlisted_files
from cyp_helpers.register.store import recover
from cyp_helpers.register.tables import find_project, load_register

FAULT_COLUMNS = ["file", "row", "column", "found", "right"]


def check_register(project=None):
    """Check ``data/``: DataFrame with ``file, row, column, found, right``, one row per fault; empty where all is well.

    >>> check_register().empty
    True
    """
    project = find_project(project)
    recover(project)
    data = project / "data"
    package, faults = read_package(data)
    if not faults:
        items = package["resources"] + own_resources(data, package)
        parts, faults = read_tables(data, items)
    if not faults:
        tables, places = joined(parts)
        first = {item["name"]: item for item in reversed(items)}
        faults = _in_their_files(table_faults(tables, first), places) + unlisted_files(data, package)
    if not faults:  # meaning is looked at only where the form is right
        register = load_register(project)
        faults = published_form(register) or _in_their_files(meaning_faults(register) + published_faults(register), places)
    for fault in faults:
        if fault[0].startswith(f"data/{OWN}/"):
            fault[4] += f"; adding data/{OWN}/{fault[0].split('/')[2]}/{FORM} again makes the tables anew (cyp add-plan)"
    return pd.DataFrame(faults, columns=FAULT_COLUMNS)


def _in_their_files(faults, places):
    """Faults of tables, each with the file that its row stands in and its row there; the header is row 1."""
    told = []
    for name, at, *rest in faults:
        start, path = [one for one in places.get(name, [(0, name)]) if one[0] <= at][-1]
        told.append([f"data/{path}", at - start + 2, *rest])
    return told


def faults_unless_checked(project):
    """``check_register``, unless these very files of ``data/`` were found good before by the same code.

    What was found good is noted in ``outputs/.checked``, as a hash.
    """
    project = find_project(project)
    note, digest = project / "outputs" / ".checked", sha256(f"{len(own_folders(project / 'data'))}".encode())
    for path in sorted([*(project / "data").rglob("*.*"), *Path(__file__).parents[1].rglob("*.*")]):
        if path.is_file():
            digest.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    with suppress(OSError):  # a note that cannot be read says nothing
        if note.read_bytes() == digest.hexdigest().encode():
            return pd.DataFrame(columns=FAULT_COLUMNS)
    faults = check_register(project)
    if faults.empty and note.parent.is_dir():
        with suppress(OSError):  # where nothing or half of it can be noted, the next run checks again
            note.write_bytes(digest.hexdigest().encode())
    return faults


def describe_fault(fault):
    """One line for a reader: ``data/plans/targets.csv, row 5, column value: found '...'; right would be ...``."""
    place = f"{fault.file}, row {fault.row}" if fault.row != "" else fault.file
    place += f", column {fault.column}" if fault.column else ""
    return f"{place}: found {fault.found!r}; right would be {fault.right}"
