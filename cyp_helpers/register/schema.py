"""Hold the files of ``data/`` to the Table Schema of ``datapackage.json``, cell by cell, and to what text may hold.

Strict on purpose, where general readers of data packages are kind: the separator is the one that is stated, a number is
written in ASCII digits, no address is opened, and no path leads out of ``data/``.
"""

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from difflib import get_close_matches
from functools import partial

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
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2011-09-30"), "string": ("(?s:.*)", "text"),
}  # fmt: skip
_NAMES, _LONGEST_NAME = ("name", "short_name", "name_printed", "title", "short_title", "heading"), 400  # a page's headings hold them
# Control characters, marks that turn the direction of text, characters without width, and what stands for a lost one.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff\u2800\u3164\uffa0\ud800-\uf8ff\U000e0000-\U0010ffff]"
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]{2,}")
_AFFIX = ("prefix", "suffix")  # may begin or end with a blank
_LONGEST = 5_000
_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*\.csv")
SHOWN = 20  # faults of one kind; more of them say nothing new


def read_package(data):
    """``datapackage.json`` of the register's folder, and what is wrong with it.

    Returns (package, faults): dict and list of [file, row, column, found, right]; with a fault the dict is of no use.
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
            found = f"a table with name {name!r} and path {path!r}"
            yield _package_fault(found, "a table with a name and the path of its file")
        elif not _PATH.fullmatch(path) or not (data / path).resolve().is_relative_to(data.resolve()):
            right = "the path of a .csv file in data/, with no link out of it"
            yield _package_fault(f"path {path!r} of table {name!r}", right)
        elif item.get("dialect", DIALECT) != DIALECT:
            yield _package_fault(f"dialect {item['dialect']!r} of table {name!r}", f"{json.dumps(DIALECT)}")
        else:
            yield from _field_faults(name, item.get("schema"), resources)
    for key in ("name", "path"):
        times = Counter(str(item.get(key)).casefold() for item in resources)
        yield from (_package_fault(f"{key} {one!r} twice", "each once") for one in sorted(times) if times[one] > 1)
    names = {item.get("name") for item in resources}
    lost = [name for name in TABLES if name not in names]
    yield from (_package_fault(f"no table {name!r}", f"an entry {name!r} under resources") for name in lost)
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
            right = f"a name, a type ({', '.join(_TYPES)}) and constraints"
            yield _package_fault(f"{label} of type {field.get('type')!r}", right)
        elif not field.get("description"):
            yield _package_fault(f"{label} without a description", "a description")
        else:
            try:
                re.compile(rules.get("pattern", ""), re.ASCII)
            except (re.error, TypeError):
                yield _package_fault(f"{label}, pattern {rules['pattern']!r}", "a regular expression")
    known = [field.get("name") for field in fields]
    columns = {item.get("name"): [one.get("name") for one in (item.get("schema") or {}).get("fields") or []]
               for item in resources if isinstance(item.get("schema"), dict)}  # fmt: skip
    keys = schema.get("foreignKeys", [])
    wanted = [(key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0]) for key in keys]
    bad = [key for key in wanted if key[0] not in known or key[2] not in columns.get(key[1], [])]
    bad += [key for key in schema.get("primaryKey", []) if key not in known]
    yield from (_package_fault(f"key {key!r} of table {name!r}", "columns that the tables have") for key in bad)


def read_tables(data, items):
    """The files of resources as text, and the faults of the files themselves: bytes, header, numbers of cells.

    Returns (parts, faults): list of (resource, DataFrame), without those that have a fault.
    """
    parts, faults = [], []
    for item in items:
        wanted = [field["name"] for field in item["schema"]["fields"]]
        rows, found = _read_file(data / item["path"], wanted)
        faults += [[f"data/{item['path']}", *fault] for fault in found]
        if not found:
            parts.append((item, pd.DataFrame(rows, columns=wanted, dtype="str")))
    return parts, faults


def _read_file(path, wanted):
    """Rows of cells below the header, and faults."""
    expected = "the columns " + ", ".join(wanted)
    if not path.is_file():
        return [], [["", "", "no such file", expected]]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found, row = f"a byte that is not UTF-8, at position {error.start}", raw[: error.start].count(b"\n") + 1
        return [], [[row, "", found, "a file saved as CSV UTF-8"]]
    if alone := re.search("\r(?!\n)", text):
        row = text[: alone.start()].count("\n") + 1
        return [], [[row, "", "a line that ends in CR alone", "lines that end in LF or CR LF"]]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *rows = list(reader) or [[]]
    except csv.Error as error:
        return [], [[reader.line_num, "", f"{error}", "cells whose quotation marks are closed"]]
    if header != wanted:
        return [], [[1, "", *_header_fault(header, wanted, expected)]]
    width = [[at, "", f"{len(row)} cells" if row else "an empty row", f"{len(wanted)} cells, as the header has"]
             for at, row in enumerate(rows, 2) if len(row) != len(wanted)]  # fmt: skip
    return rows, width[:SHOWN]


def _header_fault(header, wanted, expected):
    if len(header) == 1 and ";" in header[0]:
        right = "columns separated by commas; in Excel save as CSV UTF-8 (comma delimited)"
        return "columns separated by semicolons", right
    sides = (("no column", wanted, header), ("a column", header, wanted))
    sides = [(what, [one for one in names if one not in others]) for what, names, others in sides]
    parts = [f"{what} {', '.join(map(repr, names))}" for what, names in sides if names]
    return "; ".join(parts) or ("an empty file" if not header else "the columns in another order"), expected


def table_faults(tables, items):
    """What is wrong with cells, keys and references of whole tables, as [table, row, ...]; ``items`` are their
    resources by name."""
    faults = []
    for name, item in items.items():
        frame, schema = tables[name], item["schema"]
        found = [fault for field in schema["fields"] for fault in _cell_faults(frame[field["name"]].tolist(), field)]
        found += _key_faults(frame, schema, tables, items)
        faults += [[name, *fault] for fault in found]
    return faults


def _told(cells, rows, column, right):
    """[row, column, found, right] for the first bad cells; ``right`` is text or a function of the cell."""
    return [[at, column, cells[at], right(cells[at]) if callable(right) else right] for at in rows[:SHOWN]]


def _cell_faults(cells, field):
    """The faults of a column, rule by rule; of each cell only the first rule is told that it breaks."""
    name, faults, told = field["name"], [], set()
    left = dict.fromkeys(cells)  # each text once: most columns hold few
    for good, right in _rules(field):
        if bad := {cell for cell in left if not good(cell)}:
            faults += _told(cells, [at for at, cell in enumerate(cells) if cell in bad], name, right)
            left, told = [cell for cell in left if cell not in bad], told | bad
    if field.get("constraints", {}).get("unique"):
        again = pd.Series(cells, dtype="str").str.casefold().duplicated()
        rows = [at for at in again.index[again] if cells[at] and cells[at] not in told]
        faults += _told(cells, rows, name, "a value that no other row has, in whatever capitals")
    return faults


def _rules(field):
    """Of each rule whether a cell is good, and what would be right; an empty cell breaks only that it is required."""
    name, rules, (form, example) = field["name"], field.get("constraints", {}), _TYPES[field["type"]]
    yield lambda cell: not text_fault(cell, name), lambda cell: text_fault(cell, name)
    if rules.get("required"):
        yield bool, "a value; the cell is empty"
    yield re.compile(f"(?:{form})?").fullmatch, example
    if field["type"] == "date":
        yield lambda cell: not cell or _is_day(cell), "a date such as 2011-09-30 that the calendar has"
    if "enum" in rules:
        words = [str(one) for one in rules["enum"]]  # a list of numbers holds numbers
        yield {"", *words}.__contains__, lambda cell: _one_of(cell, words)
    if "pattern" in rules:
        example = field.get("example", "")
        right = f"{field['description']}{example and ': '}{example} (pattern {rules['pattern']})"
        pattern = re.compile(rules["pattern"], re.ASCII)
        yield lambda cell: not cell or pattern.fullmatch(cell), right
    for limit, sign, words in (("minimum", 1, "no less"), ("maximum", -1, "no more")):
        if limit in rules:
            inside = partial(_inside, end=rules[limit], sign=sign)
            yield lambda cell, inside=inside: not cell or inside(cell), f"{example}, {words} than {rules[limit]}"


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
    near = get_close_matches(cell, words, n=1)
    return (f"{near[0]!r}, or another of: " if near else "one of: ") + ", ".join(word or "(empty)" for word in words)


def _key_faults(frame, schema, tables, items):
    faults, key = [], schema.get("primaryKey", [])
    if key:
        rows = frame.index[frame.duplicated(key)]
        faults = _told(frame[key[0]], rows, ", ".join(key), "a key that no other row has")
    for one in schema.get("foreignKeys", []):
        column, target, other = one["fields"][0], one["reference"]["resource"], one["reference"]["fields"][0]
        if target in tables:
            known = dict.fromkeys(tables[target][other])
            if target == "series" and "catalogue" in tables:  # whose own series are no rows of series.csv
                known |= dict.fromkeys(tables["catalogue"][other])
            rows = [at for at, cell in enumerate(frame[column]) if cell and cell not in known]
            near = partial(_existing, known=known, column=other, path=items[target]["path"])
            faults += _told(frame[column], rows, column, near)
    return faults


def _existing(cell, known, column, path):
    """The nearest existing ids for one that does not exist."""
    near = get_close_matches(cell, known, n=3, cutoff=0.4)
    return f"{column} of a row that stands in data/{path}" + (f", such as {', '.join(near)}" if near else "")


def unlisted_files(data, package):
    """Files that ``datapackage.json`` does not list; "~$name.csv" is the lock that Excel lays beside an open file."""
    right = "an entry for it under resources, or the file taken away"
    files = {path.relative_to(data).as_posix() for path in data.rglob("*.csv") if not path.name.startswith("~$")}
    files -= {item["path"] for item in package["resources"]}
    files = sorted(name for name in files if not name.startswith(f"{OWN}/"))
    return [[f"data/{name}", "", "", "a file that datapackage.json does not list", right] for name in files]
