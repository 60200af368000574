"""Read a filled form: each cell as what its column asks for, or each fault: its place, what is found, what is right."""

import re
import warnings
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from cyp_helpers.forms.layout import CHOICES, COVER, COVER_HEADERS, FIRST, HEADER, LISTS, PUBLISHED, SHEETS
from cyp_helpers.importers.reading import UnreadableFile, file_kind
from cyp_helpers.register.schema import text_fault

FAULTS = ["sheet", "cell", "found", "right"]
_UNPACKED = 8_000_000  # bytes; a full form has a tenth of it
ROWS = 5_000
_SPANS, _SPANNED = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*[\"']([^\"']*)"), 100_000
_DAYS = date(1990, 1, 1), date(2099, 12, 31)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")
_GROUPED = re.compile(r"-?[0-9]{1,3}([, \u00a0'][0-9]{3})+(\.[0-9]+)?%?")
_DATE = re.compile(r"[0-9]{1,4}[-./ ]([0-9]{1,2}|[A-Za-z]{3,9})[-./ ][0-9]{2,4}")


@dataclass(frozen=True)
class Form:
    """What a form holds: ``cover`` by key, ``sheets`` by name (DataFrame of text by keys of columns, and ``row``)."""

    cover: dict
    sheets: dict


def read_form(path):
    """Read a form cell by cell; what cells mean together is asked later.

    Numbers become plain text ("45.5", "45%" where the cell shows a percentage), days ISO dates; blanks at either end
    and line breaks go. Returns (Form, faults): a list of [sheet, cell, found, right]; with a fault the form is not to
    be used. Raises UnreadableFile for a file that is no form at all.
    """
    path = Path(path)
    _refuse_unfit(path)
    book, formulas = _open(path, values=True), _open(path, values=False)
    faults, sheets, cover = [], {}, {}
    for layout in SHEETS.values():
        if layout.name not in book.sheetnames:
            others = [name for name in book.sheetnames if name not in (*SHEETS, PUBLISHED, LISTS)]
            near = get_close_matches(layout.name, others, n=1, cutoff=0)
            found = f"no sheet of this name; it has {', '.join(book.sheetnames[:20])}"
            right = f"the sheet {layout.name}" + (f", perhaps {near[0]!r} renamed" if near else "")
            faults.append([layout.name, "", found, right])
            continue
        sheet = _Sheet(layout, book[layout.name], formulas[layout.name])
        if sheet.fits():
            if layout is COVER:
                cover = sheet.answers()
            else:
                sheets[layout.name] = sheet.table()
        faults += sheet.faults
    return Form(cover, sheets), faults


def _refuse_unfit(path):
    right = "right would be the form that `cyp new-plan` writes, saved as an Excel workbook (.xlsx)"
    try:
        kind = file_kind(path)
    except UnreadableFile as error:
        if "old Excel workbook" in str(error):
            what = "an Excel workbook with a password, or in the old form (.xls)"
            raise UnreadableFile(f"{path.name}: {what}; {right}, without a password") from error
        raise UnreadableFile(re.sub(r"; (download it again.*|right would be .*)", f"; {right}", str(error))) from error
    if kind != "xlsx":
        what = "text, such as CSV" if kind == "csv" else "a Parquet file"
        raise UnreadableFile(f"{path.name}: {what}, whatever its name says; {right}")
    with zipfile.ZipFile(path) as archive:
        parts, spanned = archive.infolist(), _spanned(archive)
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise UnreadableFile(f"{path.name}: a workbook with macros; {right}, without macros")
    if (size := sum(part.file_size for part in parts)) > _UNPACKED:
        what = f"unpacks to {size:,} bytes, so it holds far more than a form, perhaps a million empty rows"
        raise UnreadableFile(f"{path.name}: {what}; {right}, with the rows below the table deleted")
    if spanned > _SPANNED:
        what = f"merged cells or links over {spanned:,} cells"
        raise UnreadableFile(f"{path.name}: {what}; {right}, with cells that stand alone")


def _spanned(archive):
    """Cells in merged cells and in links, which openpyxl takes apart one by one; an unreadable range is too many."""
    number = 0
    for name in archive.namelist():
        content = b""
        with suppress(Exception):  # who opens the workbook says what is wrong with a part
            content = archive.read(name)
        if name.endswith(".xml") and b"\0" in content[:200]:
            return _SPANNED + 1
        for ref in set(_SPANS.findall(content)):
            try:
                left, top, right, bottom = range_boundaries(ref.decode("ascii"))
                number += ((right or 16_384) - (left or 1) + 1) * ((bottom or 1 << 20) - (top or 1) + 1)
            except ValueError:
                return _SPANNED + 1
    return number


def _open(path, values):
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a cell holds we speak ourselves
            return load_workbook(file, data_only=values, keep_links=False)
    except Exception as error:  # openpyxl passes on whatever zlib, expat and its own descriptors raise
        told = (str(error) or type(error).__name__).split("\n")[0][:120]
        right = "right would be a copy that Excel opens and saves"
        raise UnreadableFile(f"{path.name}: a damaged Excel file ({told}); {right}") from error


class _Sheet:
    """One sheet of a form while it is read; ``faults`` gathers."""

    def __init__(self, layout, values, formulas):
        self.layout, self.values, self.formulas, self.faults = layout, values, formulas, []

    def fault(self, cell, found, right):
        self.faults.append([self.layout.name, cell, found, right])

    def fits(self):
        """Whether the columns are those of the form; if not, none below is read. Merged and hidden cells are faults."""
        headers = COVER_HEADERS if self.layout is COVER else self.layout.headers
        there = [_text(self.values.cell(HEADER, at).value).rstrip(" *") for at in range(1, len(headers) + 1)]
        for at, (found, right) in enumerate(zip(there, headers), 1):
            if found != right:
                moved = " (moved, or a column is missing)" if found in headers else ""
                place, found = self.values.cell(HEADER, at).coordinate, f"the column {found!r}"[:80] + moved
                self.fault(place, found, f"the column {right!r}, where the form has it")
                return False
        for row, column in enumerate(self.layout.columns if self.layout is COVER else [], HEADER + 1):
            if (found := _text(self.values.cell(row, 1).value)) != column.header:
                self.fault(f"A{row}", repr(found)[:80], f"the question {column.header!r}, where the form has it")
                return False
        if self.values.sheet_state != "visible":
            self.fault("", "a hidden sheet", "a sheet that is seen")
        for area in self.values.merged_cells.ranges:
            self.fault(str(area), "merged cells", "cells that stand alone: undo the merging")
        return True

    def answers(self):
        """The cover: text by key."""
        read = {}
        for row, column in enumerate(self.layout.columns, HEADER + 1):
            read[column.key] = self._cell(row, 2, column)
            if self.values.row_dimensions[row].hidden:
                self.fault(f"B{row}", "a hidden row", "a row that is seen")
        return read

    def table(self):
        """The rows that hold something; the example is none of them."""
        kept, columns = [], list(enumerate(self.layout.columns, 2))
        for letter in map(self.layout.letter, [column.key for _, column in columns]):
            if self.values.column_dimensions[letter].hidden:
                self.fault(f"{letter}{HEADER}", "a hidden column", "a column that is seen")
        for row in range(HEADER + 1, min(self.values.max_row, ROWS) + 1):
            empty = not any(_text(self.formulas.cell(row, at).value) for at, _ in columns)
            if empty:
                continue
            if _text(self.values.cell(row, 1).value) == "Example":
                self._refuse_written_over(row, columns)
                continue
            if self.values.row_dimensions[row].hidden:
                self.fault(f"A{row}", "a hidden row with something in it", "a row that is seen, or an empty one")
            kept.append({column.key: self._cell(row, at, column) for at, column in columns} | {"row": row})
        if self.values.max_row > ROWS:
            right = f"{ROWS:,} or fewer: delete the rows below the table"
            self.fault(f"A{ROWS + 1}", f"{self.values.max_row:,} rows", right)
        return pd.DataFrame(kept, columns=[column.key for _, column in columns] + ["row"])

    def _refuse_written_over(self, row, columns):
        """What is written over the example would be lost, for nobody reads that row."""
        cells = [(self.values.cell(row, at), column.example) for at, column in columns]
        over = [cell for cell, example in cells if (found := _as_shown(cell.value)) and found != _as_shown(example)]
        if over:
            right = f"the example as it was: what you write belongs in row {FIRST} or below"
            self.fault(over[0].coordinate, _shown(over[0].value), right)

    def _cell(self, row, at, column):
        """One cell as text; '' where it is empty or not as it should be."""
        cell, formula = self.values.cell(row, at), self.formulas.cell(row, at)
        found, read, right = _shown(cell.value), "", ""
        if formula.data_type == "f" and cell.value is None:
            found = f"a formula without a value, {str(formula.value)[:60]!r}"
            right = "a value; or open the form in Excel or LibreOffice and save it there"
        elif cell.data_type == "e":
            found, right = f"the error {cell.value}", _RIGHT[column.kind]
        elif _text(cell.value) == "":
            found, right = "an empty cell", f"{column.header}: {column.hint}" if column.needed else ""
        else:
            read, right = _READERS.get(column.kind, _read_text)(cell.value, cell, column)
            words = [str(one) for one in CHOICES.get(column.pick, [])]
            read = {word.casefold(): word for word in words}.get(read.casefold(), read)
            if right == "" and words and read not in words:
                near = get_close_matches(read, words, n=1)
                right = (f"{near[0]!r}, or another of: " if near else "one of: ") + ", ".join(words)
        if right:
            self.fault(cell.coordinate, found, right)
        return "" if right else read


# ---- one cell ----


def _text(value):
    """A cell as text, with one blank for any stretch of blanks and line breaks."""
    return "" if value is None else " ".join(str(value).split())


def _as_shown(value):
    """A value of a cell, or of the layout, as text that can be compared."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return _plain(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)


def _shown(value):
    told = value.strftime("%d/%m/%Y") if isinstance(value, date) else _text(value)
    return ascii(told[:80])[1:-1].join("''") if not told.isprintable() else repr(told[:80])


def _read_text(value, cell, column):
    """Words, a choice or a period as typed; a date in place of a period stands for its month, which only figures by
    month can take."""
    text = value.strftime("%d/%m/%Y") if isinstance(value, date) and column.kind != "period" else _as_shown(value)
    if len(text) > column.most:
        return "", f"{column.most} letters or fewer; these are {len(text)}"
    return text, text_fault(text, column.key)


def _shows_percent(cell):
    """(shown, scaled): whether a cell shows a percent sign, and whether it is so because 0.45 is shown as 45%.

    A sign in quotation marks or after a backslash is a letter beside the number, as in 0.0"%".
    """
    shown = re.sub(r"[_*].|\[[^]]*\]", "", cell.number_format or "")  # gaps as wide as a letter, fillings and colours
    return "%" in shown, "%" in re.sub(r'"[^"]*"|\\.', "", shown)


def _read_number(value, cell, column):
    """A number in plain digits, with its sign where the cell shows a percentage."""
    if isinstance(value, bool | date):
        return "", _RIGHT["number"] + (": Excel has made a date of it" if isinstance(value, date) else "")
    if isinstance(value, int | float):
        if value != value or abs(value) >= 1e12:
            return "", _RIGHT["number"]
        shown, scaled = _shows_percent(cell)
        return _plain(value * 100 if scaled else value) + "%" * shown, ""
    text = _text(value).replace("\N{MINUS SIGN}", "-").replace(" %", "%")
    if _NUMBER.fullmatch(text):
        return text, ""
    if _GROUPED.fullmatch(text):
        return "", f"a number without separators: {re.sub('[^0-9.%-]', '', text)}"
    if re.fullmatch(r"[<>≤≥~].*|c|\*|x", text, re.IGNORECASE):
        small = "for a figure that is too small to be told leave the cell empty and choose the status confidential"
        return "", f"a number; {small}"
    if text.casefold() in ("n/a", "na", "none", "-", "–", "tbc", "..", ":", "nil"):
        return "", "a number, or an empty cell and the status not available or not applicable"
    return "", _RIGHT["number"]


def _plain(number):
    """A number without the noise of binary fractions."""
    return np.format_float_positional(float(f"{number:.12g}"), trim="-")


def _read_date(value, cell, column):
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return f"{day:%Y-%m-%d}", "" if _DAYS[0] <= day <= _DAYS[1] else "a day between 1990 and 2099"
    text = _text(value)
    if isinstance(value, str) and _DATE.fullmatch(text):
        return "", "a date and not text that looks like one: choose the cell, type it again, such as 31/03/2027"
    return "", _RIGHT["date"]


_READERS = {"number": _read_number, "date": _read_date}
_RIGHT = {
    "text": "words", "name": "a name", "number": "a number in plain digits, such as 45.5", "choice": "one of the list",
    "date": "a date, such as 31/03/2027", "period": "a period, such as 2026/27",
}  # fmt: skip
