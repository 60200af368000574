"""A copy of a form with its faulty cells marked and noted, and a sheet that lists them."""

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from cyp_helpers.forms.read import ROWS
from cyp_helpers.forms.write import INPUT
from cyp_helpers.register.store import write_whole
from cyp_helpers.show.wording import clean

FAULTS = "Faults"  # the sheet of the list
_AUTHOR, _MARK = "cyp add-plan", "F4CDC6"
_COLUMNS = 40  # more than any sheet of the form has


def marked_copy(path, faults):
    """Write the copy beside the form, as plan-faults.xlsx; ``faults`` is a DataFrame with ``sheet, cell, found,
    right``.

    Returns its path, or None where no workbook could be written (a read-only folder, or the copy is open in Excel).
    """
    copy = path.with_name(path.stem.removesuffix("-faults") + "-faults.xlsx")
    try:
        book = load_workbook(path, keep_links=False)
        _unmark(book)
        _mark(book, faults)
        _list(book, faults)
        return write_whole(copy, book.save)
    except Exception:  # the faults are told in any case; openpyxl passes on errors of many kinds
        return None


def _unmark(book):
    """Take off marks of an earlier copy, which may be good by now."""
    for sheet in book.worksheets:
        rows, columns = min(sheet.max_row, ROWS), min(sheet.max_column, _COLUMNS)  # reading a cell makes it
        for row in sheet.iter_rows(max_row=rows, max_col=columns):
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill("solid", fgColor=INPUT) if not cell.protection.locked else PatternFill()


def _mark(book, faults):
    for (name, place), rows in faults[faults["cell"] != ""].groupby(["sheet", "cell"], sort=False):
        if name not in book.sheetnames:
            continue
        cell = book[name][place.partition(":")[0]]
        if not isinstance(cell, MergedCell):
            cell.fill = PatternFill("solid", fgColor=_MARK)
            told = "\n".join(f"Found {row.found}; right would be {row.right}" for row in rows.itertuples())
            cell.comment = Comment(clean(told)[:1000], _AUTHOR, height=160, width=360)


def _list(book, faults):
    """The list of faults as the first sheet, in place of that of an earlier copy."""
    if FAULTS in book.sheetnames:
        del book[FAULTS]
    sheet = book.create_sheet(FAULTS, 0)
    told = "Each cell below is marked on its sheet and bears a note."
    how = "Put it right here or in your own form, then run cyp add-plan again."
    top = [["What is to be put right before the form can be added"], [f"{told} {how}"]]
    for row in [*top, ["Sheet", "Cell", "Found", "Right would be"]]:
        sheet.append(row)
    for row in faults.itertuples(index=False):
        sheet.append([clean(each)[:1000] for each in row])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"  # text, also where it begins like a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if row.cell and row.sheet in book.sheetnames:
            sheet.cell(sheet.max_row, 2).hyperlink = f"#'{row.sheet}'!{row.cell.partition(':')[0]}"
    for at, width in zip("ABCD", (16, 10, 60, 90)):
        sheet.column_dimensions[at].width = width
    sheet["A1"].font = Font(name="Arial", size=16, bold=True)
    for cell in sheet[3]:
        cell.font = Font(name="Arial", size=12, bold=True)
    sheet.freeze_panes = "A4"
    book.active = 0
