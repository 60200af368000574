"""Write the form of a plan as an Excel workbook that LibreOffice opens too."""

from datetime import date
from io import BytesIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation

from cyp_helpers.forms.layout import (
    CHOICES, COVER, COVER_HEADERS, EXAMPLE, FIRST, HEADER, LISTS, OTHER, OWN, PUBLISHED, SHEETS,
)  # fmt: skip
from cyp_helpers.register.listing import indicators
from cyp_helpers.register.tables import AUTHORITY_TYPES, find_area
from cyp_helpers.show.cells import for_csv  # text that begins like a formula stays text

# All else is text, so that 2011/12 stays as it is.
_FORMAT = {"date": "dd/mm/yyyy", "number": "General", "choice": "General"}
_PROMPT, _RECENT = 255, 5  # letters; years since the newest figure
INPUT = "FFF9E5"  # the ground of cells to fill in
_TOP = {"vertical": "top", "horizontal": "left"}
_WRAPPED, _DARK = Alignment(wrap_text=True, **_TOP), PatternFill("solid", fgColor="12436D")
_EDGE = Side(style="thin", color="767676")


def published_indicators(register):
    """What the form offers to pick: the indicators that are published for all authorities and still have figures.

    Columns: ``topic, name`` (each once), ``unit, polarity, first_year, last_year, series_id, breakdown``, by topic and
    name.

    >>> published_indicators(load_register()).query("series_id == 're-referrals'")["unit"].tolist()
    ['percent']
    """
    lines = register.table("published-measures")[["series_id", "breakdown"]].drop_duplicates()
    rows = indicators(register=register).merge(lines, on="series_id")
    rows = rows[rows["last_year"].str[:4] >= str(date.today().year - _RECENT)]
    rows = rows.assign(topic=rows["topic"].replace("", OTHER))
    rows["name"] += (": " + rows["breakdown"]).where(rows["breakdown"] != "all", "")
    twice = rows["name"].str.casefold().duplicated(keep=False)
    rows["name"] += (" (" + rows["series_id"] + ")").where(twice, "")
    columns = ["topic", "name", "unit", "polarity", "first_year", "last_year", "series_id", "breakdown"]
    return rows.sort_values(["topic", "name"], kind="stable")[columns].reset_index(drop=True)


def form_bytes(register, area):
    """The empty form for an area, as bytes of an .xlsx file.

    Raises UnknownName for an area that the register does not have.

    >>> form_bytes(load_register(), "Derbyshire")[:2]
    b'PK'
    """
    area, offered, book = find_area(register, area), published_indicators(register), Workbook()
    book.remove(book.active)
    book.properties.title = f"Plan of {area['name']}: form for the analysis workbook"
    book.properties.creator, book.properties.language = "cyp new-plan", "en-GB"
    book.security = WorkbookProtection(lockStructure=True)  # no password: it keeps sheets from being renamed by mistake
    areas = register.table("areas")
    names = sorted(areas.loc[areas["area_type"].isin(AUTHORITY_TYPES), "name"])
    lists = {**CHOICES, "Topics": [OWN, *offered["topic"].unique()], "Areas": names}
    given = {"area": area["name"], "plan_id": "-".join(area["name"].lower().replace(",", "").split()) + "-plan"}
    for sheet in SHEETS.values():
        (_cover if sheet is COVER else _table)(book.create_sheet(sheet.name), sheet, lists, given)
    facts = offered.drop(columns=["series_id", "breakdown"]).replace({"polarity": {"none": "neither"}})
    facts.columns = ["Topic", "Indicator", "Unit", "Better is", "First year", "Last year"]
    told = "What is published for all authorities; choose from it on the sheet Indicators."
    _reference(book.create_sheet(PUBLISHED), told, facts)
    every = pd.DataFrame({name: pd.Series(words, dtype=object) for name, words in lists.items()}).fillna("")
    _reference(book.create_sheet(LISTS), "Words that the other sheets offer. Nothing is to be written here.", every)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


# ---- sheets ----


def _cover(sheet, layout, lists, given):
    _top(sheet, layout, "A plan for the analysis workbook", COVER_HEADERS, [34, 60, 60, 50])
    for row, column in enumerate(layout.columns, HEADER + 1):
        _fixed(sheet.cell(row, 1, column.header))
        _input(sheet.cell(row, 2, given.get(column.key)), column)
        _fixed(sheet.cell(row, 3, column.hint + ("" if column.needed else " May stay empty.")))
        _example(sheet.cell(row, 4), column)
        sheet.row_dimensions[row].height = 48 if len(column.hint) > 60 else 32
        _validate(sheet, column, f"B{row}", lists)


def _table(sheet, layout, lists, given):
    _top(sheet, layout, layout.name, layout.headers, [10, *(column.width for column in layout.columns)])
    last = FIRST + layout.rows - 1
    for row in range(EXAMPLE, last + 1):
        _fixed(sheet.cell(row, 1, "Example" if row == EXAMPLE else row - EXAMPLE), grey=row == EXAMPLE)
        for at, column in enumerate(layout.columns, 2):
            (_example if row == EXAMPLE else _input)(sheet.cell(row, at), column)
    for column in layout.columns:
        letter = layout.letter(column.key)
        _validate(sheet, column, f"{letter}{FIRST}:{letter}{last}", lists)


def _reference(sheet, told, rows):
    _frame(sheet, sheet.title, told, rows.columns)
    for row in for_csv(rows).itertuples(index=False):
        sheet.append(list(row))
    for at, name in enumerate(rows.columns, 1):
        width = max(len(str(name)), int(rows[name].astype("str").str.len().max() or 0))
        sheet.column_dimensions[sheet.cell(HEADER, at).column_letter].width = min(max(width + 2, 12), 70)


# ---- cells ----


def _top(sheet, layout, title, headers, widths):
    told = layout.told if layout is COVER else f"{layout.told} The row Example is not read. Names with * are needed."
    needed = {column.header for column in layout.columns if column.needed}
    _frame(sheet, title, told, [f"{name} *" if name in needed else name for name in headers])
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width


def _frame(sheet, title, told, headers):
    """Header rows stay in view and are printed on every page; locked cells can be read and not written."""
    sheet["A1"], sheet["A2"] = title, told
    sheet["A1"].font, sheet["A2"].font = Font(name="Arial", size=16, bold=True), Font(name="Arial", size=12)
    for at, name in enumerate(headers, 1):
        cell = sheet.cell(HEADER, at, name)
        cell.font = Font(name="Arial", size=12, bold=True, color="FFFFFF")
        cell.fill, cell.alignment = _DARK, _WRAPPED
    sheet.row_dimensions[HEADER].height = 34
    sheet.freeze_panes = f"{'A' if sheet.title in (COVER.name, PUBLISHED, LISTS) else 'B'}{HEADER + 1}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_view.zoomScale = 100
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # which means that they may be


def _fixed(cell, grey=False):
    cell.font = Font(name="Arial", size=12, italic=grey, color="505A5F" if grey else "000000")
    cell.alignment = _WRAPPED


def _example(cell, column):
    example = column.example
    cell.value = date.fromisoformat(example) if column.kind == "date" and example else example
    _fixed(cell, grey=True)
    cell.number_format = _FORMAT.get(column.kind, "@")


def _input(cell, column):
    cell.font, cell.protection = Font(name="Arial", size=12), Protection(locked=False)
    cell.fill, cell.border = PatternFill("solid", fgColor=INPUT), Border(_EDGE, _EDGE, _EDGE, _EDGE)
    cell.alignment = Alignment(wrap_text=column.kind in ("text", "name"), **_TOP)
    cell.number_format = _FORMAT.get(column.kind, "@")


def _validate(sheet, column, cells, lists):
    """A list to pick from, or what kind of value a cell takes, and a hint when it is chosen."""
    kinds = {
        "date": {"type": "date", "operator": "between", "formula1": "DATE(1990,1,1)", "formula2": "DATE(2099,12,31)"},
        "number": {"type": "decimal", "operator": "between", "formula1": "-1000000000000", "formula2": "1000000000000"},
        "text": {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(column.most)},
    }
    listed = {"type": "list", "formula1": _list_of(column, lists)} if column.pick else {}
    rule = DataValidation(allow_blank=True, **(listed or kinds.get(column.kind, {})))
    rule.promptTitle, rule.prompt, rule.showInputMessage = column.header[:32], column.hint[:_PROMPT], True
    rule.showErrorMessage = column.kind in ("date", "number", "text", "choice")
    rule.errorTitle, rule.error = "Not as it should be", column.hint[:_PROMPT]
    rule.add(cells)
    sheet.add_data_validation(rule)


def _list_of(column, lists):
    """The formula of the cells that hold a list."""
    if column.pick == "by topic":
        topic, where = f"$C{FIRST}", f"'{PUBLISHED}'!"
        first = f"MATCH({topic},{where}$A:$A,0)-1"
        return f"OFFSET({where}$B$1,{first},0,COUNTIF({where}$A:$A,{topic}),1)"
    if column.pick in lists:
        letter = get_column_letter(list(lists).index(column.pick) + 1)
        return f"{LISTS}!${letter}${HEADER + 1}:${letter}${HEADER + len(lists[column.pick])}"
    name, _, key = column.pick.partition(".")
    letter = SHEETS[name].letter(key)
    return f"{name}!${letter}${FIRST}:${letter}${FIRST + SHEETS[name].rows - 1}"
