"""The Excel workbook: one table a sheet, with cover, contents and notes, as the Analysis Function asks."""

import re
import warnings
import zipfile
from decimal import Decimal
from math import ceil

import pandas as pd

from cyp_helpers.show import words
from cyp_helpers.show.cells import Difference, Printed
from cyp_helpers.show.sheets import sheets_of
from cyp_helpers.show.table import SHORTHAND
from cyp_helpers.show.wording import clean, plain

_WIDEST, _LONGEST = 50, 32767  # characters, of a column as it reads well and of a cell as Excel allows
_TEXT_ONLY = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(report, path):
    """Write the comparison tables of a whole plan as an accessible spreadsheet.

    Parameters
    ----------
    report : Report of all priorities
    path : where to write the ``.xlsx``

    Tables without rows are left out; the cover says so. Numbers are numbers with the decimals that were printed.
    """
    made = sheets_of(report)
    cover = _cover(report, [table.caption for table in made.values() if table.frame.empty])
    sheets = {name: table for name, table in made.items() if not table.frame.empty}
    write_sheets(sheets, cover, path, report.as_at)


def write_sheets(sheets, cover, path, as_at):
    """Write tables as sheets of a workbook, with cover, contents and notes.

    Parameters
    ----------
    sheets : dict of sheet name to Table with rows
    cover : gptables.Cover
    path : where to write the ``.xlsx``
    as_at : Timestamp that the file's properties give as its time, so that equal tables make equal bytes

    What stands in a cell is text or a number: nothing becomes a formula, an address or an error.
    """
    import gptables  # takes 0.4 s to import

    notes = pd.DataFrame(
        {
            "Note reference": list(SHORTHAND),
            "Note text": [f"{sign}: {meaning}" for sign, meaning in SHORTHAND.items()],
        }
    )
    with warnings.catch_warnings():
        # Shorthand stands in cells of its own, which gptables does not count as a reference to a note; and it asks pandas for what will change.
        warnings.simplefilter("ignore")
        book = gptables.produce_workbook(
            str(path),
            {name: _layout(name, table) for name, table in sheets.items()},
            cover=cover,
            notes_table=notes,
            notesheet_label="Notes",
            workbook_options=_TEXT_ONLY,
        )
    for name, table in sheets.items():
        _fill(book, book.get_worksheet_by_name(name), table)
    for sheet in book.worksheets():
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    book.set_properties({"title": cover.title, "author": "cyp_helpers", "created": as_at.to_pydatetime()})
    book.close()
    _say_language(path)


def _cover(report, left_out):
    import gptables

    about = [
        "Each sheet holds one table. The contents sheet lists them; the notes sheet explains the shorthand.",
        "A verdict is a direction; the evidence column says what it rests on. Not compared or not assessed means that like could not be set against like.",
        *([f"Left out, because there is nothing to show: {', '.join(left_out)}."] if left_out else []),
        "Figures are transcribed from the documents named on the sheet Sources; copyright in the documents remains with their authors.",
        "Published figures contain public sector information licensed under the Open Government Licence v3.0.",
    ]
    intro = [words.heading(report), words.counts(report), words.since_last_review(report)]
    return gptables.Cover(
        title=_no_marks(f"{report.plan['title']}: comparison tables, {report.review['review']}"),
        intro=[_no_marks(plain(text)) for text in intro],
        about=[_no_marks(text) for text in about],
    )


def _layout(name, table):
    """What gptables sets out around a table. It reads links and notes into cells and refuses cells without Latin letters, so the cells
    are written by ``_fill``. Its Excel name must not look like a cell, such as P1."""
    import gptables

    frame = table.frame
    return gptables.GPTable(
        table=pd.DataFrame("x", index=range(len(frame)), columns=[_no_marks(name) for name in frame.columns]),
        table_name=re.sub(r"\W", "_", f"table_{name.lower()}", flags=re.ASCII),
        title=_no_marks(table.caption),
        instructions="This worksheet contains one table. The notes sheet explains the shorthand.",
        subtitles=[_no_marks(note) for note in table.notes],
        index_columns={1: 0},
    )


def _fill(book, sheet, table):
    """Write the cells of a table; columns that can be read without scrolling, rows as high as their text, headers on each page."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    top, _ = xl_cell_to_rowcol(sheet.tables[0]["range"].split(":")[0])
    cells = table.frame.map(_cell)
    if "Marks" in cells:
        cells["Marks"] = cells["Marks"].replace("[x]", "none")
    texts = cells.map(str)
    names = pd.Series(cells.columns, cells.columns).astype("str")
    widths = texts.apply(lambda column: column.str.len().max()).clip(lower=names.str.len()).clip(8, _WIDEST) + 3
    lines = (texts.apply(lambda column: column.str.len()) / widths).max(axis=1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, (number, most) in enumerate(zip(cells.to_numpy().tolist(), lines), start=top + 1):
        sheet.set_row(row, 17 * max(ceil(most), 1))
        for column, cell in enumerate(number):
            style = book.add_format(_style(table.frame.iat[row - top - 1, column]))
            sheet.write(row, column, cell, style)
    sheet.repeat_rows(top)


def _style(cell):
    base = {"font_name": "Arial", "font_size": 12, "text_wrap": True, "valign": "top"}
    if isinstance(cell, Decimal):
        return base | {"align": "right", "num_format": _number_format(cell)}
    return base | {"align": "left", "indent": 1}


def _cell(cell):
    if isinstance(cell, Decimal):
        return float(cell)
    text = "no figure" if cell is None else clean(cell).replace("\r", "\n")[:_LONGEST].strip()
    if text in ("", "–"):
        return "[x]"  # a sheet has no empty cells
    return text if re.search(r"\w", text) else f"the sign {text}"  # nor lone signs, which a screen reader may skip


def _number_format(number):
    places = -number.as_tuple().exponent
    form = "#,##0" + ("." + "0" * places if places > 0 else "")
    signed = isinstance(number, Difference) or (
        isinstance(number, Printed) and number.text[:1] in ("+", "\N{MINUS SIGN}")
    )
    return f"+{form};\N{MINUS SIGN}{form};{form}" if signed else form


def _no_marks(text):
    """Text in which gptables finds no link and no note."""
    return clean(text).replace("](", "] (").replace("$$", "$ $")


def _say_language(path):
    """Give the language in the file's properties, which assistive technology reads and XlsxWriter does not write."""
    with zipfile.ZipFile(path) as book:
        parts = [(part, book.read(part)) for part in book.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts:
            book.writestr(
                part, content.replace(b"</cp:coreProperties>", b"<dc:language>en-GB</dc:language></cp:coreProperties>")
            )
