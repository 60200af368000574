"""The Excel workbook: a cover that leads to each sheet, one table a sheet, numbers as numbers, fit to print."""

import re
import textwrap
import zipfile
from decimal import Decimal
from functools import cache
from math import sqrt

import pandas as pd

from cyp_helpers.show import words
from cyp_helpers.show.cells import TEXT_ONLY, Difference
from cyp_helpers.show.sheets import sheets_of
from cyp_helpers.show.table import SHORTHAND, Table, is_number_column
from cyp_helpers.show.wording import LICENCE, clean, plain, say

_WIDEST, _LONGEST = 42, 32767  # characters, of a column as it reads well and of a cell as Excel allows
_SHEET = 205  # characters, of all columns on a sheet of A4 landscape: letters of about 7 points
_BROAD, _LINE = 1.15, 15.5  # a letter of Arial in what Excel counts widths in, and a line in points
_NOTES = 3  # lines above a table at most: what stands above the rows is frozen with the heading
_FONT = {"font_name": "Arial", "font_size": 12, "text_wrap": True, "valign": "top"}


def write_workbook(report, path):
    """Write the comparison tables of a whole plan (a Report of all priorities) as an accessible ``.xlsx``.

    Tables without rows are left out; the cover says so. Numbers are numbers with the decimals that were printed.
    """
    made = sheets_of(report)
    left_out = ", ".join(table.caption for table in made.values() if table.frame.empty)
    title = f"{report.title}: comparison tables, {report.review['review']}"
    about = [
        *(plain(text) for text in (words.heading(report), words.counts(report), words.since_last_review(report))),
        say("cover_sheets"), say("cover_verdicts"), *([say("cover_left_out", tables=left_out)] if left_out else []),
        say("cover_sources"), say("cover_licence", licence=LICENCE),
    ]
    write_sheets({name: one for name, one in made.items() if not one.frame.empty}, title, about, path, report.as_at)


def write_sheets(sheets, title, about, path, as_at):
    """Write tables (a dict of sheet name to Table with rows) as sheets of a workbook, with a cover of paragraphs and
    notes; the file's properties give ``as_at`` as its time, so that equal tables make equal bytes.

    What stands in a cell is text or a number: nothing becomes a formula, an address or an error.
    """
    import xlsxwriter  # takes a tenth of a second to import

    notes = pd.Series(SHORTHAND, name="meaning").rename_axis("shorthand")
    sheets = {**sheets, "Notes": Table("Shorthand of the tables", notes)}
    book = xlsxwriter.Workbook(str(path), TEXT_ONLY)
    book.set_properties({"title": clean(title), "author": "cyp_helpers", "created": as_at.to_pydatetime()})
    style = cache(lambda **more: book.add_format(_FONT | more))
    _cover(book.add_worksheet("Cover"), sheets, title, about, style)
    for name, table in sheets.items():
        _sheet(book.add_worksheet(name), table, style)
    book.close()
    _say_language(path)


def _cover(sheet, sheets, title, about, style):
    """What the workbook is, and a link to each sheet."""
    sheet.set_column(0, 0, 100 * _BROAD)
    sheet.write_string(0, 0, _text(title), style(bold=True, font_size=16))
    sheet.set_row(0, _LINE * 1.4 * len(textwrap.wrap(_text(title), 70)))
    for row, text in enumerate(map(_text, about), start=1):
        sheet.write_string(row, 0, text, style())
        sheet.set_row(row, _LINE * len(textwrap.wrap(text, 95)))
    sheet.write_string(len(about) + 1, 0, "Contents", style(bold=True, font_size=14))
    link = style(font_color="#12436D", underline=1)
    for row, (name, table) in enumerate(sheets.items(), start=len(about) + 2):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(row, 0, _text(f"{name}: {table.caption}"), link)  # the caption as a cell's text alone
    _to_print(sheet)


def _sheet(sheet, table, style):
    """One table: its caption and notes, many of them below it; right above the rows the header, always in view."""
    columns = [_cells(table.frame.iloc[:, n]) for n in range(table.frame.shape[1])]
    shown = [cells for cells, _ in columns]
    widths = widths_of(shown)
    notes = [line for note in table.notes for line in textwrap.wrap(_text(plain(note)), int(sum(widths)))]
    below = notes if len(notes) > _NOTES else []
    above = [f"Notes stand below the table, from row {len(table.frame) + 5}."] if below else notes
    top = len(above) + 1
    last = top + len(table.frame)
    sheet.write_string(0, 0, _text(table.caption), style(bold=True, font_size=14, text_wrap=False))
    for row, text in [*enumerate(above, start=1), *enumerate(below, start=last + 2)]:
        sheet.write_string(row, 0, text, style(text_wrap=False))
    headers = []
    for row, height in enumerate(_heights(shown, widths), start=top):
        sheet.set_row(row, height)
    for n, ((cells, formats), width) in enumerate(zip(columns, widths)):
        side = {"align": "right"} if formats is not None else {"align": "left", "indent": 1}
        sheet.set_column(n, n, width * _BROAD)
        headers.append({"header": cells.name, "header_format": style(bold=True, bottom=2, **side)})
        side |= {"bottom": 1, "bottom_color": "#BFBFBF"}
        for row, cell in enumerate(cells, start=top + 1):
            write = sheet.write_blank if cell is None else sheet.write_string if formats is None else sheet.write_number
            form = {} if cell is None or formats is None else {"num_format": formats.iloc[row - top - 1]}
            write(row, n, cell, style(**form, **side))
    named = "table_" + re.sub(r"\W", "_", sheet.name.lower(), flags=re.ASCII)  # P1 alone, a cell's name, makes no table
    sheet.add_table(top, 0, last, len(headers) - 1, {"columns": headers, "name": named, "style": "Table Style Light 1"})
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
    _to_print(sheet)


def _cells(column):
    """A column as floats and None with a format for each, where it has a number; else as words, without formats."""
    name = _text(column.name)
    if not is_number_column(column):
        return column.map(_words).astype(object).rename(name), None
    formats = column.map(lambda cell: _number_format(cell) if isinstance(cell, Decimal) else "")
    found = [float(cell) if isinstance(cell, Decimal) else None for cell in column]
    return pd.Series(found, column.index, dtype=object, name=name), formats


def _words(cell):
    text = "–" if cell is None else _text(cell) or "–"
    told = text if re.search(r"\w", text) else f"the sign {text}"  # a screen reader may skip a lone sign
    return "none" if text == "–" else told


def widths_of(columns):
    """Of each column (a Series) in characters: by its longest word and the length of its texts, together fit for A4."""
    sizes = []
    for cells in columns:
        texts = _texts(cells)
        words = texts.str.split(r"[\s\-/]+", regex=True).explode().str.len()
        heading = max(len(word) for word in cells.name.split()) + 2  # and the button of its filter
        long, word = (texts.str.len().quantile(0.95), words.max()) if len(texts) else (0, 0)
        sizes.append((max(heading, word + 1.5), long))
    for spread in (3.2, 2.8, 2.4, 2.0, 1.6):
        widths = [min(max(least, min(long, spread * sqrt(long))), _WIDEST) for least, long in sizes]
        if sum(widths) <= _SHEET:
            break
    return widths


def _texts(cells):
    """What a column shows, each once; numbers with two decimals, as broad as any."""
    cells = cells.dropna().drop_duplicates()
    return cells.map(lambda cell: cell if isinstance(cell, str) else f"{cell:,.2f}").astype("str")


def _heights(columns, widths):
    """Of the header and of each row, in points: spreadsheet programs do not all make room for lines by themselves."""
    lines = []
    for cells, width in zip(columns, widths):
        fits = {text: len(textwrap.wrap(text, int(width * 1.1))) for text in (cells.name, *_texts(cells))}
        lines.append([fits[cells.name], *(fits.get(cell, 1) for cell in cells)])
    return [_LINE * max(1, *row) for row in zip(*lines)]


def _text(text):
    return clean(text).replace("\r", "\n")[:_LONGEST].strip()


def _to_print(sheet):
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _number_format(number):
    places = -number.as_tuple().exponent
    form = "#,##0" + ("." + "0" * places if places > 0 else "")
    signed = isinstance(number, Difference) or getattr(number, "text", "").startswith(("+", "\N{MINUS SIGN}"))
    return f"+{form};\N{MINUS SIGN}{form};{form}" if signed else form


def _say_language(path):
    """Give the language in the file's properties, which assistive technology reads and XlsxWriter does not write."""
    with zipfile.ZipFile(path) as book:
        parts = [(part, book.read(part)) for part in book.infolist()]
    end = b"</cp:coreProperties>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts:
            book.writestr(part, content.replace(end, b"<dc:language>en-GB</dc:language>" + end))
