"""Hold the files of ``data/`` to the Table Schema of ``datapackage.json``, cell by cell, and to what text may hold.

Strict on purpose, where general readers of data packages are kind: the separator is the one that is stated, a number is
written in ASCII digits, no address is opened, and no path leads out of ``data/``.
"""

import csv
import io
import json
import re
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from cyp_helpers.register.own import OWN

NUMBER = r"-?[0-9]{1,12}(\.[0-9]{1,9})?"
# Those that the code asks for.
TABLES = [
    "sources", "areas", "area-days", "units", "statuses", "scales", "published-measures", "catalogue", "catalogue-rules", "no-counterpart", "editions", "neighbour-lists",
    "neighbours", "plans", "reviews", "priorities", "activities", "indicators", "series", "series-breaks", "plan-indicators",
    "plan-indicator-priorities", "targets", "stated-comparisons", "printed-pairings", "actions", "evidence", "action-evidence",
    "activity-moves", "governance-bodies", "governance-links", "equality", "source-queries", "quarantine",
]  # fmt: skip
DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True}
_TYPES = {
    "integer": (r"-?[0-9]{1,9}", "a whole number"), "number": (NUMBER, "a number"), "boolean": ("true|false", "true or false"),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2011-09-30"), "string": (r"(?s).*", "text"),
}  # fmt: skip
# Control characters, marks that turn the direction of text, characters without width, and what stands for a lost one.
_NAMES, _LONGEST_NAME = ("name", "short_name", "name_printed", "title", "short_title", "heading"), 400  # a page's headings hold them
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff\u2800\u3164\uffa0\ud800-\uf8ff\U000e0000-\U0010ffff]"
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]{2,}")
_AFFIX = ("prefix", "suffix")  # may begin or end with a blank
_LONGEST = 5_000
_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*\.csv")
_SHOWN = 20  # faults of one kind; more of them say nothing new


def read_package(data):
    """``datapackage.json``, and what is wrong with it.

    Parameters
    ----------
    data : folder of the register

    Returns
    -------
    (package, faults): dict and list of [file, row, column, found, right]; with a fault the package is not to be used.
    """
    try:
        text = (data / "datapackage.json").read_text(encoding="utf-8")
        package = json.loads(text, parse_constant=lambda word: _refuse(f"the word {word}"))
        return package, list(_package_faults(data, package))
    except json.JSONDecodeError as error:
        return {}, [_package_fault(f"{error.msg}, line {error.lineno}", "a whole JSON file", error.lineno)]
    except (ValueError, RecursionError, OSError) as error:
        return {}, [_package_fault(str(error)[:100] or type(error).__name__, "a JSON file in UTF-8")]


def _refuse(what):
    raise ValueError(what)


def _package_fault(found, right, row=""):
    return ["data/datapackage.json", row, "", found, right]


def _package_faults(data, package):
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not all(isinstance(item, dict) for item in resources):
        yield _package_fault("no list of resources", "resources, a list of tables")
        return
    for item in resources:
        name, path = item.get("name"), item.get("path")
        if not isinstance(name, str) or not isinstance(path, str):
            yield _package_fault(
                f"a table with name {name!r} and path {path!r}", "a table with a name and the path of its file"
            )
        elif not _PATH.fullmatch(path) or not (data / path).resolve().is_relative_to(data.resolve()):
            yield _package_fault(
                f"path {path!r} of table {name!r}", "the path of a .csv file in data/, with no link out of it"
            )
        elif item.get("dialect", DIALECT) != DIALECT:
            yield _package_fault(f"dialect {item['dialect']!r} of table {name!r}", f"{json.dumps(DIALECT)}")
        else:
            yield from _field_faults(name, item.get("schema"), resources)
    for key in ("name", "path"):
        values = [str(item.get(key)).casefold() for item in resources]
        yield from (
            _package_fault(f"{key} {one!r} twice", "each once")
            for one in sorted({v for v in values if values.count(v) > 1})
        )
    names = {item.get("name") for item in resources}
    yield from (
        _package_fault(f"no table {name!r}", f"an entry {name!r} under resources")
        for name in TABLES
        if name not in names
    )
    if not any(str(name).startswith("observations-") for name in names):
        yield _package_fault("no table of observations", "an entry 'observations-...' under resources")


def _field_faults(name, schema, resources):
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not fields or not all(isinstance(field, dict) for field in fields):
        yield _package_fault(f"no fields in the schema of table {name!r}", "a schema with a list of fields")
        return
    for field in fields:
        label, rules = f"field {field.get('name')!r} of table {name!r}", field.get("constraints", {})
        if not isinstance(field.get("name"), str) or field.get("type") not in _TYPES or not isinstance(rules, dict):
            yield _package_fault(
                f"{label} of type {field.get('type')!r}", f"a name, a type ({', '.join(_TYPES)}) and constraints"
            )
        elif not field.get("description"):
            yield _package_fault(f"{label} without a description", "a description")
        else:
            try:
                re.compile(rules.get("pattern", ""), re.ASCII)
            except (re.error, TypeError):
                yield _package_fault(f"{label}, pattern {rules['pattern']!r}", "a regular expression")
    known = [field.get("name") for field in fields]
    columns = {item.get("name"): [one.get("name") for one in (item.get("schema") or {}).get("fields") or []] for item in resources
               if isinstance(item.get("schema"), dict)}  # fmt: skip
    keys = schema.get("foreignKeys", [])
    wanted = [(key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0]) for key in keys]
    bad = [key for key in wanted if key[0] not in known or key[2] not in columns.get(key[1], [])]
    bad += [key for key in schema.get("primaryKey", []) if key not in known]
    yield from (_package_fault(f"key {key!r} of table {name!r}", "columns that the tables have") for key in bad)


def read_tables(data, items):
    """The files of resources as text, and the faults of the files themselves: bytes, header, numbers of cells.

    Returns
    -------
    (parts, faults): list of (resource, DataFrame), without those that have a fault.
    """
    parts, faults = [], []
    for item in items:
        wanted = [field["name"] for field in item["schema"]["fields"]]
        rows, found = _read_file(data / item["path"], wanted, f"data/{item['path']}")
        faults += found
        if not found:
            parts.append((item, pd.DataFrame(rows, columns=wanted, dtype="str")))
    return parts, faults


def _read_file(path, wanted, file):
    """Rows of cells below the header, and faults."""
    expected = "the columns " + ", ".join(wanted)
    if not path.is_file():
        return [], [[file, "", "", "no such file", expected]]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        return [], [
            [file, row, "", f"a byte that is not UTF-8, at position {error.start}", "a file saved as CSV UTF-8"]
        ]
    if alone := re.search("\r(?!\n)", text):
        row = text[: alone.start()].count("\n") + 1
        return [], [[file, row, "", "a line that ends in CR alone", "lines that end in LF or CR LF"]]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        return [], [[file, reader.line_num, "", f"{error}", "cells whose quotation marks are closed"]]
    if not rows or rows[0] != wanted:
        return [], [[file, 1, "", *_header_fault(rows[0] if rows else [], wanted, expected)]]
    width = [[file, at + 2, "", f"{len(row)} cells" if row else "an empty row", f"{len(wanted)} cells, as the header has"]
             for at, row in enumerate(rows[1:]) if len(row) != len(wanted)]  # fmt: skip
    return rows[1:], width[:_SHOWN]


def _header_fault(header, wanted, expected):
    if len(header) == 1 and ";" in header[0]:
        return (
            "columns separated by semicolons",
            "columns separated by commas; in Excel save as CSV UTF-8 (comma delimited)",
        )
    sides = (
        ("no column", [one for one in wanted if one not in header]),
        ("a column", [one for one in header if one not in wanted]),
    )
    parts = [f"{what} {', '.join(map(repr, names))}" for what, names in sides if names]
    return "; ".join(parts) or ("an empty file" if not header else "the columns in another order"), expected


def table_faults(tables, items):
    """What is wrong with cells, keys and references of tables whose files are whole; ``items`` are their resources by name."""
    faults = []
    for name, frame in tables.items():
        item = items[name]
        for field in item["schema"]["fields"]:
            faults += [[f"data/{item['path']}", *fault] for fault in _cell_faults(frame[field["name"]], field)]
        faults += _key_faults(frame, item, tables, items)
    return faults


def _told(values, bad, column, right):
    """[row, column, found, right] for each bad cell; ``right`` is text or a function of the cell."""
    return [
        [at + 2, column, values[at], right(values[at]) if callable(right) else right]
        for at in values.index[bad][:_SHOWN]
    ]


def _cell_faults(values, field):
    name, rules, (form, example) = field["name"], field.get("constraints", {}), _TYPES[field["type"]]
    unique = pd.Series(values.unique(), dtype="str")
    faulty = {one: why for one in unique if (why := text_fault(one, name))}
    faults = _told(values, values.isin(list(faulty)), name, faulty.get)
    given = (values != "") & ~values.isin(list(faulty))
    if rules.get("required"):
        faults += _told(values, values == "", name, "a value; the cell is empty")

    def check(good, right):
        nonlocal faults, given
        bad = given & ~values.isin(unique[good])
        faults, given = faults + _told(values, bad, name, right), given & ~bad

    check(unique.map(lambda one: re.fullmatch(form, one) is not None).astype(bool), example)
    if field["type"] == "date":
        check(unique.map(_is_day).astype(bool), "a date such as 2011-09-30 that the calendar has")
    if "enum" in rules:
        check(unique.isin([str(one) for one in rules["enum"]]), lambda cell: _one_of(cell, rules["enum"]))
    if "pattern" in rules:
        pattern, example = re.compile(rules["pattern"], re.ASCII), field.get("example", "")
        check(
            unique.map(lambda one: pattern.fullmatch(one) is not None).astype(bool),
            f"{field['description']}{example and ': '}{example} (pattern {rules['pattern']})",
        )
    for limit, sign in (("minimum", 1), ("maximum", -1)):
        if limit in rules:
            end = rules[limit]
            inside = unique.map(lambda one, end=end, sign=sign: _inside(one, end, sign)).astype(bool)
            check(inside, f"{example}, {'no less' if sign > 0 else 'no more'} than {end}")
    if rules.get("unique"):
        faults += _told(
            values,
            given & values.str.casefold().duplicated(),
            name,
            "a value that no other row has, in whatever capitals",
        )
    return faults


def text_fault(cell, column):
    """What text would be right in place of a cell that holds what no reader sees, or too much; '' where it is well.

    >>> text_fault("Lei\u200bcester", "name")
    'no character that is not seen (U+200B)'
    """
    if unseen := _UNSEEN.search(cell):
        return f"no character that is not seen (U+{ord(unseen[0]):04X})"
    for run in _BEYOND_ASCII.findall(cell):
        try:
            meant = run.encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        return f"{cell.replace(run, meant)!r}, as it was before a save in another encoding; in Excel save as CSV UTF-8"
    if cell != cell.strip() and not column.endswith(_AFFIX):
        return "no blank at either end"
    most = _LONGEST_NAME if column in _NAMES else _LONGEST
    return f"{most:,} letters or fewer" if len(cell) > most else ""


def _is_day(text):
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _inside(cell, end, sign):
    if isinstance(end, str):
        return cell == end or (cell > end) == (sign > 0)
    return re.fullmatch(NUMBER, cell) is None or sign * float(cell) >= sign * end


def _one_of(cell, words):
    words = [str(word) for word in words]  # a list of numbers holds numbers
    near = get_close_matches(cell, words, n=1)
    return (f"{near[0]!r}, or another of: " if near else "one of: ") + ", ".join(word or "(empty)" for word in words)


def _key_faults(frame, item, tables, items):
    file, faults = f"data/{item['path']}", []
    key = item["schema"].get("primaryKey", [])
    if key:
        twice = frame.duplicated(key)
        faults += [
            [file, *fault] for fault in _told(frame[key[0]], twice, ", ".join(key), "a key that no other row has")
        ]
    for one in item["schema"].get("foreignKeys", []):
        column, target, other = one["fields"][0], one["reference"]["resource"], one["reference"]["fields"][0]
        if target not in tables:
            continue
        known, place = tables[target][other], items[target]["path"]
        if target == "series" and "catalogue" in tables:  # whose own series are no rows of series.csv
            known = pd.concat([known, tables["catalogue"][other]], ignore_index=True)
        bad = (frame[column] != "") & ~frame[column].isin(known)
        faults += [
            [file, *fault]
            for fault in _told(
                frame[column], bad, column, lambda cell, near=(known, other, place): _existing(cell, *near)
            )
        ]
    return faults


def _existing(cell, known, column, path):
    """The nearest existing ids for one that does not exist."""
    near = get_close_matches(cell, known.unique(), n=3, cutoff=0.4)
    return f"{column} of a row that stands in data/{path}" + (f", such as {', '.join(near)}" if near else "")


def unlisted_files(data, package):
    """Files that ``datapackage.json`` does not list; "~$name.csv" is the lock that Excel lays beside an open file."""
    listed = {item["path"] for item in package["resources"]}
    files = sorted(
        path.relative_to(data).as_posix() for path in Path(data).rglob("*.csv") if not path.name.startswith("~$")
    )
    files = [name for name in files if not name.startswith(f"{OWN}/")]
    right = "an entry for it under resources, or the file taken away"
    return [
        [f"data/{name}", "", "", "a file that datapackage.json does not list", right]
        for name in files
        if name not in listed
    ]
