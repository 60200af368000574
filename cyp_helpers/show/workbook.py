"""The Excel workbook: one table a sheet, with cover, contents and notes, as the Analysis Function asks."""

import re
import warnings
import zipfile
from decimal import Decimal
from math import ceil

import pandas as pd

from cyp_helpers.pages import beside as comparators
from cyp_helpers.show import tables, words
from cyp_helpers.show.table import SHORTHAND, Difference

_WIDEST = 50  # characters
_NAMES = {
    "attention": "Attention",
    "went-well": "Went well",
    "coverage": "Coverage",
    "summary": "Indicators",
    "targets": "Targets",
    "changes": "Over time",
    "areas": "Other areas",
    "comparators": "Comparators",
    "both-ways": "Worse and better",
    "gaps": "Not judged",
    "background": "Background",
    "sources": "Sources",
    "queries": "Source queries",
}


_BUILDERS = (
    tables.attention_table,
    tables.went_well_table,
    tables.coverage_table,
    tables.summary_table,
    tables.targets_table,
    tables.changes_table,
    tables.areas_table,
    comparators.comparators_table,
    comparators.both_ways_table,
    tables.gaps_table,
    tables.background_table,
    tables.sources_table,
    tables.queries_table,
)


def write_workbook(review, path):
    """Write the comparison tables of a whole plan as an accessible spreadsheet.

    Parameters
    ----------
    review : Review of all priorities
    path : where to write the ``.xlsx``

    Tables without rows are left out; the cover says so. Numbers are numbers with the decimals that were printed.
    """
    import gptables  # takes 0.4 s to import

    made = [build(review) for build in _BUILDERS]
    shown = [table for table in made if not table.frame.empty]
    cover = _cover(review, [table.caption for table in made if table.frame.empty])
    notes = pd.DataFrame(
        {
            "Note reference": list(SHORTHAND),
            "Note text": [f"{sign}: {meaning}" for sign, meaning in SHORTHAND.items()],
        }
    )
    with warnings.catch_warnings():
        # Shorthand stands in cells of its own, which gptables does not count as a reference to a note.
        warnings.filterwarnings("ignore", message="The following notes are not referenced")
        gptables.write_workbook(
            str(path),
            {_NAMES[table.name]: _sheet(table) for table in shown},
            cover=cover,
            notes_table=notes,
            notesheet_label="Notes",
            auto_width=True,
            workbook_options={"strings_to_numbers": False},
        )
    _finish(path, cover.title)
    _fix_times(path, review.as_at)


def _cover(review, left_out):
    import gptables

    return gptables.Cover(
        title=f"{review.plan['title']}: comparison tables, {review.review['review']}",
        intro=[_plain(words.heading(review)), _plain(words.counts(review)), _plain(words.since_last_review(review))],
        about=[
            "Each sheet holds one table. The contents sheet lists them; the notes sheet explains the shorthand.",
            "A verdict is a direction; the evidence column says what it rests on. Not compared or not assessed means that like could not be set against like.",
            *([f"Left out, because there is nothing to show: {', '.join(left_out)}."] if left_out else []),
            "Figures are transcribed from the documents named on the sheet Sources; copyright in the documents remains with their authors.",
            "Published figures contain public sector information licensed under the Open Government Licence v3.0.",
        ],
    )


def _finish(path, title):
    """A title and language in the file's properties, which assistive technology reads first; columns that can be
    read without scrolling; pages as wide as their table."""
    from openpyxl import load_workbook
    from openpyxl.styles import Alignment

    book = load_workbook(path, rich_text=True)
    book.properties.title, book.properties.language, book.properties.creator = title, "en-GB", "cyp_helpers"
    for sheet in book:
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        if sheet.tables:
            for column in sheet.column_dimensions.values():
                column.width = min(column.width, _WIDEST)
        for table in sheet.tables.values():
            for cell in (cell for row in sheet[table.ref] for cell in row):
                cell.alignment = Alignment(
                    wrap_text=True,
                    vertical="top",
                    horizontal=cell.alignment.horizontal,
                    indent=0 if cell.alignment.horizontal == "right" else 1,
                )
        for row in sheet.iter_rows():
            sheet.row_dimensions[row[0].row].height = max(_height(cell, sheet) for cell in row)
    book.save(path)


def _fix_times(path, as_at):
    """Give every time in the file that of the review, so that equal tables make equal bytes."""
    with zipfile.ZipFile(path) as book:
        parts = [(part.filename, book.read(part)) for part in book.infolist()]
    day = as_at.strftime("%Y-%m-%dT00:00:00Z").encode()
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + day, content)
            part = zipfile.ZipInfo(name, date_time=as_at.timetuple()[:6])
            book.writestr(part, content, compress_type=zipfile.ZIP_DEFLATED)


def _height(cell, sheet):
    """Height in points of a cell's text; not every program works out the height of a row with wrapped text."""
    size = cell.font.size or 12
    width = sheet.column_dimensions[cell.column_letter].width
    lines = ceil(len(str(cell.value or "")) * size / 12 / width) if cell.alignment.wrap_text else 1
    return 1.35 * size * max(lines, 1)


def _sheet(table):
    """A table as gptables wants it. Its Excel name must not look like a cell, such as P1."""
    import gptables

    frame = table.frame.map(_cell)
    if "Marks" in frame:
        frame["Marks"] = frame["Marks"].replace("[x]", "none")
    formats = [
        {"cell": {"cells": (row + 1, column), "format": {"num_format": _number_format(cell), "align": "right"}}}
        for (row, column), cell in _decimals(table.frame)
    ]
    return gptables.GPTable(
        table=frame,
        table_name=f"{table.name.replace('-', '_')}_table",
        title=table.caption,
        instructions="This worksheet contains one table. The notes sheet explains the shorthand.",
        subtitles=list(table.notes),
        index_columns={1: 0},
        additional_formatting=formats,
    )


def _decimals(frame):
    """Position and value of every number."""
    return [
        ((row, column), cell)
        for column, name in enumerate(frame.columns)
        for row, cell in enumerate(frame[name])
        if isinstance(cell, Decimal)
    ]


def _cell(cell):
    if isinstance(cell, Decimal):
        return float(cell)
    if cell is None:
        return "no figure"
    if cell in ("", "–"):
        return "[x]"  # a sheet has no empty cells
    return cell if re.search(r"\w", cell) else f"the sign {cell}"  # nor lone signs, which a screen reader may skip


def _number_format(number):
    places = -number.as_tuple().exponent
    plain = "#,##0" + ("." + "0" * places if places > 0 else "")
    return f"+{plain};\N{MINUS SIGN}{plain};{plain}" if isinstance(number, Difference) else plain


def _plain(text):
    return re.sub(r"\*\*", "", text)
