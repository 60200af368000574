"""``cyp check``: hold the register to its schema and to what a schema cannot say.

Every fault is one row: file, row (as a spreadsheet counts, the header is row 1), column, what was found and
what would be right.
"""

import csv
import json
from contextlib import suppress
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

import pandas as pd

from cyp_helpers.register.meaning import meaning_faults
from cyp_helpers.register.published_checks import published_faults
from cyp_helpers.register.tables import find_project, load_register

FAULT_COLUMNS = ["file", "row", "column", "found", "right"]


def check_register(project=None):
    """Check ``data/``.

    Returns
    -------
    DataFrame with the columns ``file, row, column, found, right``, one row per fault; empty where all is well.

    >>> check_register().empty
    True
    """
    data = find_project(project) / "data"
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    faults = _file_faults(data, package) or _schema_faults(data, package) + _unlisted_files(data, package)
    if faults:  # meaning is looked at only where the form is right
        return pd.DataFrame(faults, columns=FAULT_COLUMNS)
    register = load_register(project)
    paths = {item["name"]: f"data/{item['path']}" for item in package["resources"]}
    faults = meaning_faults(register, paths) + published_faults(register, paths)
    return pd.DataFrame(faults, columns=FAULT_COLUMNS)


def faults_unless_checked(project):
    """``check_register``, unless these very files of ``data/`` were found good before by the same code.

    What was found good is noted in ``outputs/.checked``, as a hash.
    """
    project = find_project(project)
    note, digest = project / "outputs" / ".checked", sha256()
    for path in sorted([*(project / "data").rglob("*.*"), *Path(__file__).parents[1].rglob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    with suppress(OSError):  # a note that cannot be read says nothing
        if note.read_bytes() == digest.hexdigest().encode():
            return pd.DataFrame(columns=FAULT_COLUMNS)
    faults = check_register(project)
    if faults.empty and note.parent.is_dir():
        with suppress(OSError):  # where nothing can be noted, the next run checks again
            aside = note.with_suffix(".partial")
            aside.write_text(digest.hexdigest(), encoding="utf-8")
            aside.replace(note)
    return faults


def describe_fault(fault):
    """One line for a reader: ``data/plans/targets.csv, row 5, column value: found '...'; right would be ...``."""
    place = f"{fault.file}, row {fault.row}" if fault.row != "" else fault.file
    place += f", column {fault.column}" if fault.column else ""
    return f"{place}: found {fault.found!r}; right would be {fault.right}"


# ---- can the files be read at all ----


def _file_faults(data, package):
    """One message for each file that is missing, is not UTF-8, or has not the columns of its schema."""
    faults = []
    for item in package["resources"]:
        wanted = [field["name"] for field in item["schema"]["fields"]]
        found, right = _header_fault(data / item["path"], wanted)
        if found:
            faults.append([f"data/{item['path']}", "", "", found, right])
    return faults


def _header_fault(path, wanted):
    """What is wrong with the first line of a file, and what would be right; ('', '') where it is as it should be."""
    expected = "the columns " + ", ".join(wanted)
    if not path.is_file():
        return "no such file", expected
    try:
        header = next(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()), [])
    except UnicodeDecodeError as error:
        return f"a byte that is not UTF-8, at position {error.start}", "a file saved as CSV UTF-8"
    if header == wanted:
        return "", ""
    if len(header) == 1 and ";" in header[0]:
        return (
            "columns separated by semicolons",
            "columns separated by commas; in Excel save as CSV UTF-8 (comma delimited)",
        )
    missing, extra = [name for name in wanted if name not in header], [name for name in header if name not in wanted]
    parts = [
        f"{what} {', '.join(map(repr, names))}"
        for what, names in (("no column", missing), ("a column", extra))
        if names
    ]
    return "; ".join(parts) or "an empty file" if not header or parts else "the columns in another order", expected


# ---- what the Table Schema can say ----


def _schema_faults(data, package):
    from frictionless import Package  # takes 0.3 s to import

    report = Package(str(data / "datapackage.json")).validate()
    items = {item["path"]: item for item in package["resources"]}
    faults = []
    for task in report.tasks:
        item = items.get(task.place, {})
        for error in task.errors:
            faults.append(_schema_fault(data, item, f"data/{task.place}", error))
    faults.extend(["data/datapackage.json", "", "", error.note, "a valid data package"] for error in report.errors)
    return faults


def _schema_fault(data, item, file, error):
    row = getattr(error, "row_number", "")
    if error.type == "foreign-key":
        key = error.reference_field_names[0]
        return [
            file,
            row,
            error.field_names[0],
            error.field_cells[0],
            _existing(data, error.reference_name, key, error.field_cells[0]),
        ]
    column = getattr(error, "field_name", "") or getattr(error, "label", "")
    cell = getattr(error, "cell", "") or ""
    if error.type in ("constraint-error", "type-error", "unique-error"):
        return [file, row, column, cell, _allowed(item, column, error)]
    right = {
        "missing-label": f"the column {column!r} here",
        "extra-label": "no further column",
        "incorrect-label": f"the column {column!r}",
        "missing-cell": "as many cells as the header has",
        "extra-cell": "no more cells than the header has",
        "primary-key": "a key that no other row has",
        "blank-row": "no empty row",
    }.get(error.type, error.title)
    found = getattr(error, "label", "") or cell or error.note
    return [file, row, column, found, right]


def _allowed(item, column, error):
    """What the schema allows in a column, in words."""
    field = next((f for f in item["schema"]["fields"] if f["name"] == column), {})
    rules = field.get("constraints", {})
    if error.type == "unique-error":
        return "a value that no other row has"
    if error.type == "type-error":
        example = {
            "date": "a date such as 2011-09-30",
            "integer": "a whole number",
            "number": "a number",
            "boolean": "true or false",
        }
        return example.get(field.get("type"), f"of type {field.get('type')}")
    if "enum" in rules:
        words = [word or "(empty)" for word in rules["enum"]]
        near = get_close_matches(str(error.cell), words, n=1)
        return (f"{near[0]!r}, or another of: " if near else "one of: ") + ", ".join(words)
    if rules.get("required") and not getattr(error, "cell", ""):
        return "a value; the cell is empty"
    return field["description"] + (f" (pattern {rules['pattern']})" if "pattern" in rules else f" ({error.note})")


def _existing(data, resource, key, found):
    """The nearest existing ids for one that does not exist."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    path = next(item["path"] for item in package["resources"] if item["name"] == resource)
    ids = pd.read_csv(data / path, dtype=str, keep_default_na=False)[key].unique()
    near = get_close_matches(str(found), ids, n=3, cutoff=0.4)
    return f"{key} of a row that stands in data/{path}" + (f", such as {', '.join(near)}" if near else "")


def _unlisted_files(data, package):
    listed = {item["path"] for item in package["resources"]}
    # "~$name.csv" is the lock that Excel lays beside an open file.
    files = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.csv") if not path.name.startswith("~$"))
    return [
        [
            f"data/{name}",
            "",
            "",
            "a file that datapackage.json does not list",
            "an entry for it under resources, or the file taken away",
        ]
        for name in files
        if name not in listed
    ]
