"""A plan in one Excel form: written, filled, read whole or not at all, kept beside the shipped tables, taken out again."""

import hashlib
import shutil
import subprocess
import zipfile
from datetime import date

import pandas as pd
import pytest
from conftest import PROJECT
from forms import EXAMPLE, HEARD, HELPED, MISSING, WAITING, fill
from openpyxl import load_workbook
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.forms.figures import read_period
from cyp_helpers.forms.layout import FIRST, HEADER, LISTS, PUBLISHED, SHEETS
from cyp_helpers.forms.read import read_form
from cyp_helpers.forms.tables import tables_of
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.checks import check_register
from cyp_helpers.register.tables import load_register

pytestmark = pytest.mark.long

REFERRALS = "Re-referrals to children's social care"


@pytest.fixture(scope="module")
def register():
    return load_register(PROJECT)


@pytest.fixture(scope="module")
def example(tmp_path_factory, register):
    return fill(tmp_path_factory.mktemp("forms") / "plan.xlsx", register, EXAMPLE)


@pytest.fixture(scope="module")
def tables(example, register):
    form, faults = read_form(example)
    made, more = tables_of(form, register, "0" * 64)
    assert faults + more == []
    return made


@pytest.fixture
def changed(example, tmp_path):
    """A way to change the example: cells by "Sheet!A1", or a function of the workbook."""

    def change(cells=(), function=None):
        book, path = load_workbook(example), tmp_path / "plan.xlsx"
        for place, value in dict(cells).items():
            sheet, cell = place.split("!")
            book[sheet][cell].value = value
        if function:
            function(book)
        book.save(path)
        return path

    return change


def faults_of(path, register):
    form, faults = read_form(path)
    return faults or tables_of(form, register, "0" * 64)[1]


# ---- the form ----


def test_the_form_is_guarded_and_can_be_read_by_everyone(example):
    book = load_workbook(example)
    assert book.sheetnames == [*SHEETS, PUBLISHED, LISTS] and book.security.lockStructure
    for sheet in book.worksheets:
        assert sheet.protection.sheet and not sheet.merged_cells.ranges and sheet.sheet_state == "visible"
        open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        if sheet.title in (PUBLISHED, LISTS):
            assert not open_cells
            continue
        layout, first = SHEETS[sheet.title], HEADER + 1 if sheet.title == "Cover" else FIRST
        assert all(sheet[place].row >= first for place in open_cells)
        assert len(open_cells) == len(layout.columns) * (layout.rows or 1)
        ruled = {
            cell for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges for cell in area.cells
        }
        asked = {"date", "number", "choice", "name", "text"}
        assert len(ruled) == sum(column.kind in (*asked, "period") for column in layout.columns) * (layout.rows or 1)
        assert all(rule.prompt for rule in sheet.data_validations.dataValidation)


def test_indicators_are_picked_by_topic_from_all_that_is_published(example):
    book = load_workbook(example, read_only=True)
    rows = list(book[PUBLISHED].iter_rows(min_row=HEADER + 1, max_col=2, values_only=True))
    assert len(rows) > 400 and ("Child Protection", REFERRALS) in rows
    assert len({name.casefold() for _, name in rows}) == len(rows)
    assert [topic for topic, _ in rows] == sorted(topic for topic, _ in rows)  # as a drop-down by topic needs them


def test_an_empty_form_says_what_is_needed(tmp_path, register):
    from cyp_helpers.forms.write import form_bytes

    (tmp_path / "plan.xlsx").write_bytes(form_bytes(register, "Leicester"))
    form, faults = read_form(tmp_path / "plan.xlsx")
    assert {sheet for sheet, *_ in faults} == {"Cover"} and len(faults) == 7
    assert form.cover["area"] == "Leicester" and all(
        rows.empty for rows in form.sheets.values()
    )  # the example is not read


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_libreoffice_opens_it_and_saves_the_same_plan(example, tables, register, tmp_path):
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "xlsx",
        "--outdir",
        tmp_path,
    ]
    subprocess.run([*command, example], check=True, capture_output=True, timeout=120)
    form, faults = read_form(tmp_path / "plan.xlsx")
    made, more = tables_of(form, register, "0" * 64)
    assert faults + more == []
    for name, rows in tables.items():
        pd.testing.assert_frame_equal(made[name], rows)


# ---- what is read ----


def test_a_form_becomes_rows_of_the_register(tables):
    sizes = {name: len(rows) for name, rows in tables.items()}
    assert sizes["plan-indicators"] == 12 and sizes["actions"] == sizes["action-statuses"] == 20
    assert sizes["indicators"] == 4 and sizes["commentary"] == 3
    reviews = tables["reviews"]["review"].tolist()
    assert reviews == [f"{year}-{year + 1 - 2000} part {part}" for year in (2025, 2026, 2027) for part in (1, 2)]


def test_months_make_years_by_the_rule_that_the_form_asks_for(tables):
    figures = tables["observations"].set_index(["series_id", "period"])
    value = figures["value"].to_dict()
    # Twelve times missing: 12+14+11+13+12+10+15+13+11+12+14+13 = 150 in 2024/25; 9+10+8+9+10+9+8+10+9+7+9+10 = 108 to September 2026.
    assert value[f"derbyshire-plan-{_slug(MISSING)}", "12 months to 2025-03"] == "150"
    assert value[f"derbyshire-plan-{_slug(MISSING)}", "12 months to 2026-09"] == "108"
    # Of quarters with 100 families each: 60, 62, 64, 66 make 63.0.
    row = figures.loc[(f"derbyshire-plan-{_slug(HELPED)}", "12 months to 2025-03")]
    assert (row["value"], row["numerator"], row["denominator"]) == ("63.0", "252", "400")
    assert row["locator"] == "sheet Figures, cells D65 to D68"
    assert not any(
        series.endswith(_slug(WAITING)) and "12 months" in period for series, period in value
    )  # the last stands for the year


def _slug(name):
    return name.lower().replace(" ", "-")


def test_targets_start_from_published_figures_and_own_ones(tables):
    targets = tables["targets"].set_index("plan_indicator_id")
    referrals = targets.loc["derbyshire-plan/re-referrals-to-children-s-social-care"]
    assert referrals[["kind", "value", "period", "baseline_period", "direction"]].tolist() == [
        "value",
        "18",
        "FY 2027/28",
        "FY 2023/24",
        "lower",
    ]
    assert targets.loc[f"derbyshire-plan/{_slug(MISSING)}", "year_rule"] == "sum"
    assert targets.loc[f"derbyshire-plan/{_slug(HEARD)}", "kind"] == "direction"


@pytest.mark.parametrize(
    "typed, format_, read",
    [
        (0.45, "0%", "45%"),
        (45, "General", "45"),
        (45.300000000000004, "General", "45.3"),
        ("45%", "@", "45%"),
        ("38.0", "@", "38.0"),
        ("26.9 %", "@", "26.9%"),
        (0.9, '0.0"%"', "0.9%"),
        (90, r"0\%", "90%"),
    ],
)
def test_a_number_is_what_its_cell_shows(changed, typed, format_, read):
    def write(book):
        book["Figures"]["D73"].value, book["Figures"]["D73"].number_format = typed, format_

    form, faults = read_form(changed(function=write))
    rows = form.sheets["Figures"].set_index("row")
    assert faults == [] and rows.at[73, "value"] == read


def test_moved_sheets_and_notes_on_a_sheet_of_ones_own_do_no_harm(changed, tables, register):
    def move(book):
        book.move_sheet("Actions", -3)
        book.create_sheet("My notes")["A1"] = "=1+"

    assert faults_of(changed(function=move), register) == []


# ---- bad forms: one message each ----


def _macros(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")


def _bomb(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(40_000_000))


def _rows(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join(f'<row r="{row}"/>' for row in range(1000, 1_001_000))
        archive.writestr("xl/worksheets/sheet99.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")


BAD_FILES = {
    "macros": (_macros, "a workbook with macros"),
    "encrypted": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), "an Excel workbook with a password"),
    "csv named xlsx": (lambda path: path.write_text("Indicator,Period\na,b\n"), "text, such as CSV, whatever its name says"),
    "zip bomb": (_bomb, "unpacks to"),
    "a million empty rows": (_rows, "perhaps a million empty rows"),
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:20_000]), "cut off"),
    "empty": (lambda path: path.write_bytes(b""), "an empty file"),
    "a page": (lambda path: path.write_text("<!doctype html><p>Sign in"), "a web page"),
    "damaged": (lambda path: _overwrite(path, "xl/workbook.xml", b"<workbook"), "a damaged Excel file"),
    "many entities": (lambda path: _overwrite(path, "xl/workbook.xml", _LAUGHS), "a damaged Excel file"),
    "merged over all": (lambda path: _append(path, b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "merged cells or links over 17,"),
    "merged columns": (lambda path: _append(path, b"<mergeCells><mergeCell ref = 'Z:XFD'/></mergeCells>"), "merged cells or links over"),
    "a link over all": (lambda path: _append(path, b'<hyperlinks><hyperlink location="x" ref="Z1:XFD300000"/></hyperlinks>'), "merged cells or links over"),
    "missing": (lambda path: path.unlink(), "no such file"),
}  # fmt: skip
_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">'.encode() for n in range(12))
    + b"]><workbook>&m;</workbook>"
)


def _append(path, content, part="xl/worksheets/sheet3.xml"):
    old = zipfile.ZipFile(path).read(part)
    _overwrite(path, part, old.replace(b"</sheetData>", b"</sheetData>" + content))


def _overwrite(path, part, content):
    with zipfile.ZipFile(path) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, old in parts.items():
            archive.writestr(name, content if name == part else old)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_form_is_one_message(name, example, tmp_path):
    spoil, told = BAD_FILES[name]
    path = tmp_path / "plan.xlsx"
    shutil.copy(example, path)
    spoil(path)
    with pytest.raises(UnreadableFile) as error:
        read_form(path)
    assert told in str(error.value) and "plan.xlsx" in str(error.value) and "\n" not in str(error.value)
    assert name == "missing" or "right would be" in str(error.value)


def _hide(book):
    book["Figures"].row_dimensions[20].hidden = True


BAD_SHEETS = {
    "sheet renamed": (lambda book: setattr(book["Targets"], "title", "Aims"), ["Targets", "", "no sheet of this name", "perhaps 'Aims' renamed"]),
    "sheet missing": (lambda book: book.remove(book["Actions"]), ["Actions", "", "no sheet of this name", "the sheet Actions"]),
    "column renamed": (lambda book: book["Figures"].__setitem__("D3", "Value"), ["Figures", "D3", "the column 'Value'", "the column 'Figure'"]),
    "column moved": (lambda book: book["Figures"].move_range("D1:D70", cols=7), ["Figures", "D3", "the column ''", "the column 'Figure'"]),
    "column missing": (lambda book: book["Targets"].delete_cols(4), ["Targets", "D3", "(moved, or a column is missing)", "the column 'Figure to reach'"]),
    "question renamed": (lambda book: book["Cover"].__setitem__("A5", "Name"), ["Cover", "A5", "'Name'", "the question 'Short title'"]),
    "merged cells": (lambda book: book["Actions"].merge_cells("H30:H31"), ["Actions", "H30:H31", "merged cells", "stand alone"]),
    "hidden row": (_hide, ["Figures", "A20", "a hidden row", "a row that is seen"]),
    "hidden column": (lambda book: setattr(book["Figures"].column_dimensions["D"], "hidden", True), ["Figures", "D3", "a hidden column", "a column that is seen"]),
    "a cell a million rows down": (lambda book: setattr(book["Figures"].cell(1_048_576, 3), "value", " "), ["Figures", "A5001", "1,048,576 rows", "5,000 or fewer"]),
    "hidden sheet": (lambda book: setattr(book["Targets"], "sheet_state", "hidden"), ["Targets", "", "a hidden sheet", "is seen"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SHEETS)
def test_a_form_out_of_shape_is_one_fault(name, changed, register):
    function, expected = BAD_SHEETS[name]
    faults = faults_of(changed(function=function), register)
    assert len(faults) == 1, faults
    assert all(part in found for part, found in zip(expected, faults[0])), faults


# One bad cell each, all in one form: what stands there, and what the message must hold.
BAD_CELLS = {
    "Figures!D5": ("=SUM(1,2)", "a formula without a value", "save it there"),
    "Actions!E5": ("28/01/2026", "'28/01/2026'", "a date and not text that looks like one"),
    "Figures!D6": ("n/a", "'n/a'", "the status not available"),
    "Figures!D7": ("<5", "'<5'", "the status confidential"),
    "Figures!D8": ("1,234", "'1,234'", "a number without separators: 1234"),
    "Figures!H9": ("maybe", "'maybe'", "a date"),
    "Priorities!B6": ("Ca\u202ere", "Ca\\u202ere", "no character that is not seen (U+202E)"),
    "Indicators!G8": ("percentages", "'percentages'", "'percent', or another of"),
    "Cover!B8": ("Dar", None, None),
    "Cover!B9": ("April", "'April'", "a date, such as 31/03/2027"),
    "Commentary!E5": ("x" * 700, "'xxx", "600 letters or fewer; these are 700"),
    "Actions!F23": ("Late", None, None),
    "Actions!C6": (None, "an empty cell", "Action: What will be done."),
}  # fmt: skip


def test_every_fault_of_a_cell_is_told_at_once(changed, register):
    faults = faults_of(changed({place: typed for place, (typed, *_) in BAD_CELLS.items()}), register)
    told = {f"{sheet}!{cell}": (found, right) for sheet, cell, found, right in faults}
    expected = {place for place, (_, found, _) in BAD_CELLS.items() if found}
    assert set(told) == expected and len(faults) == len(expected)
    for place in expected:
        assert BAD_CELLS[place][1] in told[place][0] and BAD_CELLS[place][2] in told[place][1], (place, told[place])


# What only shows when cells are read together.
BAD_MEANING = {
    "Figures!D73": (0.45, "'0.45'", "45 where 45 per cent are meant, or 0.45% with its sign"),
    "Figures!C72": ("2025/27 Q4", "'2025/27 Q4'", "a period such as 2026/27 Q3"),
    "Figures!C34": ("2027-01", "'2027-01'", "a period that had ended when the form was filled in"),
    "Figures!C40": ("2024-04", "'2024-04' twice", "one figure for each period"),
    "Figures!D45": (6600, "6600", "less than ten times the figure before"),
    "Figures!D46": (7, "7", "less than ten times the figure before"),
    "Figures!D35": (-3, "'-3'", "a figure of 0 or more"),
    "Figures!B33": (REFERRALS, f'"{REFERRALS}", whose figures are published', "an own indicator"),
    "Figures!F66": (50, "'50'", "no smaller than the count above the line"),
    "Figures!I74": ("later", None, None),
    "Indicators!D6": (REFERRALS, f'"{REFERRALS}" twice, first in row 5', "each indicator once"),
    "Indicators!D14": ("Excess weight at age ten", "'Excess weight at age ten'", "; Excess weight at age 10 to 11; or the topic"),
    "Targets!E7": ("2023/24", "'2023/24', which ended before the plan began", "a period that ends within the plan"),
    "Targets!F5": ("2003/04", "'2003/04', for which no figure is known", "or the figure itself beside it"),
    "Targets!D9": (None, "an empty cell", "a figure to reach"),
    "Targets!B12": ("Young people who felt heard", "'Young people who felt heard'", "perhaps 'young people who feel heard'"),
    "Actions!B5": ("Sound", "'Sound'", "a short name of the sheet Priorities"),
    "Actions!G6": (date(2026, 12, 1), "1 December 2026", "a day up to that on which the form was filled in"),
    "Actions!G7": (None, "an empty cell", "the day on which it was done"),
}  # fmt: skip


def test_every_fault_of_meaning_is_told_at_once(changed, register):
    faults = faults_of(changed({place: typed for place, (typed, *_) in BAD_MEANING.items()}), register)
    for place, (_, found, right) in BAD_MEANING.items():
        told = [fault for fault in faults if "!".join(fault[:2]) == place]
        assert not found or any(found in fault[2] and right in fault[3] for fault in told), (place, told, faults)


@pytest.mark.parametrize(
    "text, often, read",
    [
        ("Sept 2025", "monthly", "month 2025-09"),
        ("March 2025", "monthly", "month 2025-03"),
        ("Septober 2025", "monthly", ""),
        ("Market 2025", "monthly", ""),
        ("2025/26 q1", "quarterly", "FY 2025/26 Q1"),
        ("2024–25", "annual", "FY 2024/25"),
    ],
)
def test_a_period_is_read_as_it_is_meant_or_not_at_all(text, often, read):
    assert read_period(text, often, "FY") == read


def test_a_part_of_a_year_is_no_start_for_the_sum_of_one(changed, register):
    ((sheet, cell, found, right),) = faults_of(changed({"Targets!F9": "2025-12"}), register)
    assert (sheet, cell) == ("Targets", "F9") and "'2025-12', for which no figure is known" == found
    assert "of a year, the sum of its parts, with a figure (2024/25, 2025/26)" in right
    assert faults_of(changed({"Targets!F9": "2025/26"}), register) == []
    ((_, _, _, right),) = faults_of(changed({"Targets!F5": "2003/04"}), register)  # published, offered as it is typed
    assert "2023/24, 2024/25)" in right


def test_a_target_worse_than_its_start_asks_for_the_direction(changed, register):
    ((_, cell, found, right),) = faults_of(changed({"Targets!D11": 45}), register)  # from 63.0, higher is better
    assert (cell, found) == ("D11", "'45'") and right.startswith("a figure no lower than that of the start, 63.0; or")
    assert faults_of(changed({"Targets!D11": 45, "Targets!H11": "Higher"}), register) == []


def test_a_figure_that_is_not_taken_gives_one_fault(changed, register):
    faults = faults_of(changed({"Figures!C73": "2024/26"}), register)
    assert [(sheet, cell) for sheet, cell, *_ in faults] == [("Figures", "C73")]


def test_what_is_written_over_the_example_is_not_lost(changed, register):
    ((sheet, cell, found, right),) = faults_of(changed({"Actions!C4": "Open a school"}), register)
    assert (sheet, cell, found) == ("Actions", "C4", "'Open a school'") and "row 5 or below" in right
    assert faults_of(changed({"Actions!C4": None}), register) == []


def test_an_indicator_may_serve_a_second_priority(changed, register):
    again = {"Indicators!B17": "Care", "Indicators!C17": "Child Protection", "Indicators!D17": REFERRALS}
    form, _ = read_form(changed(again))
    made, faults = tables_of(form, register, "0" * 64)
    rows = made["plan-indicator-priorities"].query("plan_indicator_id.str.contains('re-referrals')")
    assert faults == [] and len(made["plan-indicators"]) == 12
    assert rows[["priority_id", "role"]].values.tolist() == [
        ["derbyshire-plan/safe", "primary"],
        ["derbyshire-plan/care", "additional"],
    ]
    ((_, cell, _, right),) = faults_of(changed(again | {"Indicators!F17": "Somebody else"}), register)
    assert cell == "F17" and "what stands in row 5" in right


def test_the_cover_is_held_to_the_register(changed, register):
    faults = faults_of(
        changed({"Cover!B6": "cypf-2016-18", "Cover!B8": "Nowhere", "Cover!B10": date(2024, 1, 1)}), register
    )
    assert [cell for _, cell, *_ in faults] == ["B8"] and "authority" in faults[0][3]
    faults = faults_of(changed({"Cover!B6": "cypf-2016-18", "Cover!B10": date(2024, 1, 1)}), register)
    assert [cell for _, cell, *_ in faults] == ["B6", "B10", "B11"]


# ---- kept beside the shipped tables ----


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project of its own, with the shipped tables."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "data", folder / "data", ignore=shutil.ignore_patterns("own"))
    shutil.copytree(
        PROJECT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints", "images")
    )
    shutil.copy(PROJECT / "requirements.lock", folder)
    return folder


@pytest.fixture
def cyp(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.delenv("CYP_OWN_PLANS")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def _hashes(folder):
    files = [
        path
        for path in sorted((folder / "data").rglob("*"))
        if path.is_file() and "own" not in path.relative_to(folder / "data").parts
    ]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_plan_is_added_changed_and_removed_and_the_shipped_tables_stay(place, cyp, example, changed):
    before = _hashes(place)
    added = cyp("add-plan", example)
    assert (
        added.exit_code == 0 and "12 indicators" in added.output and "cyp review --plan derbyshire-plan" in added.output
    )
    assert _hashes(place) == before and check_register(place).empty
    register = load_register(place)
    assert register.table("plans")["plan_id"].tolist()[-1] == "derbyshire-plan"
    source = register.table("sources").set_index("source_id").loc["derbyshire-plan"]
    kept = place / "data/own/derbyshire-plan/form.xlsx"
    assert (
        source["sha256"] == hashlib.sha256(kept.read_bytes()).hexdigest() and kept.read_bytes() == example.read_bytes()
    )
    assert "2027-28 part 1" not in register.table("reviews").query("plan_id == 'derbyshire-plan'")["review"].tolist()

    again = cyp("add-plan", example)
    assert again.exit_code == 0 and again.output.startswith("Nothing changed")
    other = cyp(
        "add-plan",
        changed(
            {
                "Targets!D5": 17,
                "Actions!C20": None,
                "Actions!B20": None,
                "Actions!D20": None,
                "Actions!E20": None,
                "Actions!F20": None,
            }
        ),
    )
    assert other.exit_code == 0, other.output
    assert "value '18' is now '17'" in other.output and "actions: gone, Made-up action 16" in other.output
    assert len(other.output.splitlines()) == 4  # the target, the action, its status, and where it is kept

    bad = cyp("add-plan", changed({"Targets!D5": "<5", "Figures!D8": "1,234"}))
    assert bad.exit_code == 1 and "2 faults. Nothing was added." in bad.output
    assert cyp("add-plan", place / "data/own/derbyshire-plan/form.xlsx").output.startswith("Nothing changed")

    gone = cyp("remove-plan", "derbyshire-plan")
    assert gone.exit_code == 0 and _hashes(place) == before and not (place / "data/own").exists()
    assert cyp("remove-plan", "cypf-2016-18").exit_code == 2
    assert "derbyshire-plan" not in load_register(place).table("plans")["plan_id"].tolist()


def test_an_earlier_review_keeps_what_was_known_at_its_date(place, cyp, changed):
    gone = {f"{column}{row}": None for row in range(5, 8) for column in "BCDEFG"}
    gone = {f"Commentary!{cell}": None for cell in gone}
    april = {"Cover!B12": date(2026, 4, 15), "Commentary!B5": MISSING, "Commentary!E5": "As in April.", "Actions!G24": None}
    april |= {f"Figures!{c}{row}": None for rows in (range(29, 35), range(59, 65)) for row in rows for c in "BCD"}
    april |= {f"Actions!{c}{row}": None for row in range(8, 13) for c in "FG"}  # done after it
    assert cyp("add-plan", changed(gone | april)).exit_code == 0

    def known(day):
        register = load_register(place).as_known(day)
        figures = register.table("observations").set_index("observation_id")
        figures = figures[figures["series_id"].str.contains("missing") & figures["period"].str.endswith("2026-03")]
        target = register.table("targets").query("plan_indicator_id.str.contains('missing')")
        said = register.table("action-statuses").query("action_id.str.contains('action-4')")["status"]
        stories = register.table("commentary").query("plan_indicator_id.str.contains('missing')")["story"]
        return figures["value"].tolist(), target["value"].tolist()[-1:], said.tolist(), stories.str[:3].tolist()

    then = known("2026-04-16")
    assert then == (["10", "122"], ["96"], [""], ["As "])
    told = cyp("add-plan", changed({"Figures!D28": 18, "Targets!D9": 90}))  # March 2026
    assert "Reviews before 12 October 2026 keep figures" in told.output
    assert known("2026-04-16") == then
    assert known("2026-10-12") == (["18", "130"], ["90"], ["done"], ["As ", "Two"])
    assert known("2026-09-30")[2] == ["done"]  # by then it was, though said later
    assert cyp("add-plan", changed(gone | april)).output.startswith("Kept for reviews before 12 October 2026")
    assert known("2026-10-12")[0] == ["18", "130"] and check_register(place).empty

    other = cyp("add-plan", changed({"Cover!B8": "Rutland", "Targets!D7": 95}))
    assert other.exit_code == 1 and "Cover, cell B6" in other.output and "cyp remove-plan derbyshire-plan" in other.output
    assert cyp("remove-plan", "derbyshire-plan").exit_code == 0


def test_figures_that_change_or_go_are_later_editions():
    from cyp_helpers.forms.editions import _figures, _with_taken_back

    def form(day, **values):
        rows = [["x", "all", f"month 2026-0{month[1]}", value] for month, value in values.items()]
        rows = pd.DataFrame(rows, columns=["series_id", "breakdown", "period", "value"])
        more = dict.fromkeys(["numerator", "denominator", "status", "printed"], "")
        ended = rows["period"].str[6:] + "-28"
        return rows.assign(**more, published_basis="assumed", published=ended, day=day, observation_id=rows["period"].str[-1])

    forms = [form("2026-04-15", m1="5", m2="6", m3="7"), form("2026-07-01", m1="5", m2="8"), form("2026-10-01", m1="5", m2="8", m4="9")]
    days = ["2026-04-15", "2026-07-01", "2026-10-01"]
    rows = _figures(pd.concat(_with_taken_back(forms, days), ignore_index=True), days, "2028-03-31")
    assert rows[["observation_id", "value", "status", "published"]].sort_values("observation_id").values.tolist() == [
        ["1", "5", "", "2026-01-28"],
        ["2", "6", "", "2026-02-28"],
        ["2/2026-07-01", "8", "", "2026-07-01"],
        ["3", "7", "", "2026-03-28"],
        ["3/2026-07-01", "", "x", "2026-07-01"],
        ["4", "9", "", "2026-07-02"],  # of April, and the form of July did not have it
    ]


def test_the_marked_copy_shows_where(cyp, changed):
    path = changed({"Targets!D5": "<5", "Priorities!B6": "=cmd|' /C calc'!A0"})
    told = cyp("add-plan", path)
    copy = path.with_name("plan-faults.xlsx")
    assert copy.name in told.output
    book = load_workbook(copy)
    assert book.sheetnames[0] == "Faults" and "right would be a number" in book["Targets"]["D5"].comment.text
    cells = [cell.value for cell in book["Faults"]["C"][3:]]
    assert "'<5'" in cells and not any(cell.data_type == "f" for row in book["Faults"].iter_rows() for cell in row)
    book["Targets"]["D5"].value, book["Priorities"]["B6"].value = 18, "Care"
    book.save(copy)
    assert cyp("add-plan", copy).exit_code == 0  # put right in the copy itself
    assert cyp("remove-plan", "derbyshire-plan").exit_code == 0


def test_a_form_is_never_written_over(cyp, tmp_path):
    assert cyp("new-plan", tmp_path / "new.xlsx", "--area", "Derbyshire").exit_code == 0
    again = cyp("new-plan", tmp_path / "new.xlsx", "--area", "Derbyshire")
    assert again.exit_code == 2 and "stands there already" in again.output
    assert "Near matches" in cyp("new-plan", tmp_path / "other.xlsx", "--area", "Derby shire").output


def test_tables_that_were_broken_by_hand_say_where(place, cyp, example):
    assert cyp("add-plan", example).exit_code == 0
    path = place / "data/own/derbyshire-plan/targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",value,18%", ",hope,18%", 1), encoding="utf-8")
    fault = check_register(place).iloc[0]
    assert (fault["file"], fault["row"], fault["column"]) == ("data/own/derbyshire-plan/targets.csv", 2, "kind")
    assert "cyp add-plan" in fault["right"]
    assert (
        cyp("add-plan", place / "data/own/derbyshire-plan/form.xlsx").exit_code == 0
    )  # mended from the form that was kept
    assert check_register(place).empty and cyp("remove-plan", "derbyshire-plan").exit_code == 0


HOSTILE = "<script>alert(1)</script> [press](javascript:alert(2)) **bold** ![](http://x.example/a.png) $x$ #panic() {{7*7}}"


def test_hostile_text_stays_text_on_every_page(place, cyp, changed):
    from cyp_helpers.forms.keep import add_plan, remove_plan
    from cyp_helpers.pages import board
    from cyp_helpers.pages.delivery_tracker import actions_of
    from cyp_helpers.pages.pack import pack
    from cyp_helpers.report import open_review
    from cyp_helpers.show.document import document_of
    from cyp_helpers.show.owners import commentary
    from cyp_helpers.show.picture import pdf_of
    from cyp_helpers.show.publish import _markdown, footer_of
    from cyp_helpers.show.words import in_brief

    cells = ["Cover!B4", "Cover!B7", "Priorities!C5", "Actions!C5", "Actions!D5", "Commentary!E5", "Commentary!D5", "Indicators!M8"]
    add_plan(place, changed(dict.fromkeys(cells, HOSTILE) | {"Priorities!B5": "<b>Safe", "Indicators!B5": "<b>Safe"} | {
        f"{sheet}!B{row}": "<b>Safe" for sheet, rows in {"Indicators": range(5, 9), "Actions": range(5, 25, 3)}.items() for row in rows
    }))  # fmt: skip
    report = open_review("derbyshire-plan", "2026-11-26", register=load_register(place))
    remove_plan(place, "derbyshire-plan")
    rows = board.listed(report)
    sheet = board.board(report, rows)
    assert "<script" not in sheet.html() and "<b>Safe" not in sheet.html() and "&lt;script&gt;" in sheet.html()
    for said in (commentary(report), in_brief(report)):
        html = _markdown()(str(said))
        assert "&lt;script&gt;" in html and not any(f"<{tag}" in html for tag in ("script", "a ", "img", "strong>bold"))
    assert HOSTILE in actions_of(report)["wording"].tolist() and HOSTILE in footer_of(report)  # escaped where they are shown
    assert pdf_of(pack(report, sheet.data)).startswith(b"%PDF") and document_of(sheet.data, report.as_at)


# ---- reviewed ----


@pytest.fixture(scope="module")
def reviewed(place, example):
    """The example as a review of 26 November 2026 knows it, and as one of 30 September does."""
    from cyp_helpers.forms.keep import add_plan, remove_plan
    from cyp_helpers.report import open_review

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CYP_OWN_PLANS")
        add_plan(place, example)
        own = load_register(place)
        yield [open_review("derbyshire-plan", review, register=own) for review in ("2026-11-26", "2026-27 part 1")]
        remove_plan(place, "derbyshire-plan")


def _of(report, comparator):
    rows = report.comparison[report.comparison["comparator"] == comparator]
    return rows.set_index(rows["subject_id"].str.partition("|")[0].str.removeprefix("derbyshire-plan-"))


def test_published_figures_are_starts_and_newest_figures_of_targets(reviewed):
    row = _of(reviewed[0], "target").loc["re-referrals"]
    assert row["verdict"] == "off track" and "28.9% in 2024/25 is off track for the target '18%'" in row["reason"]
    assert _of(reviewed[0], "baseline").at["re-referrals", "comparator_text"] == "29.9%"
    assert (
        _of(reviewed[0], "target").loc["assessments-timely", "verdict"] == "not assessed"
    )  # England's figure of 2027/28 is ahead


def test_months_and_quarters_are_held_against_a_target_for_a_year(reviewed):
    targets = _of(reviewed[0], "target")
    # From 150 in March 2025 to 96 three years later: half way, in September 2026, 123. Twelve months to then: 108.
    assert (
        "it would be 123.0" in targets.loc[_slug(MISSING), "reason"]
        and targets.loc[_slug(MISSING), "verdict"] == "on track"
    )
    # From 74 to 50 in two years: after a year and a half 56. The last month: 54.
    assert (
        "54 in September 2026 is on track" in targets.loc[_slug(WAITING), "reason"]
        and "it would be 56" in targets.loc[_slug(WAITING), "reason"]
    )
    # From 63.0 to 75 in three years: after one 67. Four quarters: 66+68+... = 71.0.
    assert (
        targets.loc[_slug(HELPED), "value_text"] == "71.0%"
        and "it would be 67.0%" in targets.loc[_slug(HELPED), "reason"]
    )


def test_small_counts_by_month_carry_no_arrow(reviewed):
    from cyp_helpers.pages.board import listed

    rows = listed(reviewed[0]).set_index("short_name")
    assert rows.loc[[MISSING, WAITING], "change_sign"].tolist() == ["untested", ""]  # a large change, and a small one
    over_time = reviewed[0].comparison.query("comparator in ['previous', 'same_period_last_year']")
    own = over_time[over_time["series_id"].isin([f"derbyshire-plan-{_slug(one)}" for one in (MISSING, WAITING)])]
    assert set(own["evidence"]) == {"not tested"} and not own["direction"].any()


def test_months_are_drawn_as_a_run_chart_and_not_as_a_long_line(reviewed):
    from cyp_helpers.pages.indicator import long_chart, open_indicator, run_charts

    missing, helped = (open_indicator(reviewed[0], f"derbyshire-plan-{_slug(one)}") for one in (MISSING, HELPED))
    (chart,) = run_charts(missing).charts
    assert chart.title.startswith(f"{MISSING}, Derbyshire, to September 2026: ") and "lower limit" in chart.alternative
    assert not long_chart(missing).charts or "30" not in long_chart(missing).charts[0].title
    (chart,) = run_charts(helped).charts
    assert "Limits need at least 12 points; there are 8" in chart.title and "limit" not in chart.note


def test_the_board_shows_twelve_indicators_and_the_first_sentence_of_owners(reviewed):
    from cyp_helpers.pages.board import board, listed

    rows = listed(reviewed[0])
    assert len(rows) == 12 and rows["place"].notna().all()
    told = rows.set_index("subject_id")["owner"].pipe(lambda each: each[each != ""]).tolist()
    assert told == [
        "Head of Safeguarding: More families come back within a year.",
        "Head of Children in Care: Two children account for half of the reports.",
        "Head of Early Help: Plans end later and better.",
    ]
    html = board(reviewed[0], rows).html()
    assert all(words in html for words in told) and "Nottingham" not in html and ">Lead<" not in html


def test_nothing_on_its_pages_is_of_another_county(reviewed):
    import json

    from test_whose_pages import strangers

    from cyp_helpers.pages import annual_review, board, data_quality, delivery_tracker
    from cyp_helpers.pages.pack import pack
    from cyp_helpers.show.publish import footer_of

    report = reviewed[0]
    sheet = board.board(report, board.listed(report))
    assert strangers(json.dumps(pack(report, sheet.data)) + footer_of(report)) == [] and "made-up" in footer_of(report)
    assert report.register.table("sources")["source_id"].tolist() == ["derbyshire-plan"]
    # What a form does not hold is left out, not told with noughts.
    claims = data_quality.check_claims(report.register, report.document_figures)
    standings = data_quality.check_standings(report.register, report.figures, report.pairs)
    nothing = [data_quality.read_claims(claims), data_quality.read_standings(standings), delivery_tracker.read_evidence(report)]
    nothing.append(data_quality.read_queries(report.register.table("source-queries")))
    nothing.append(delivery_tracker.read_unmatched(delivery_tracker.unmatched(report)))
    assert [str(each) for each in nothing] == [""] * 5
    assert "young_people_rank" not in annual_review.priorities_of_review(report)


def test_stories_are_in_full_dated_and_as_known_at_the_review(reviewed):
    from cyp_helpers.show.owners import commentary, missing

    now, before = (str(commentary(report)) for report in reviewed)
    assert "Both have moved nearer to home. What we do next: A second interview service opens." in now
    assert "Head of Children in Care, 12 October 2026, about September 2026" in now and "12 October" not in before
    assert now.endswith(str(missing(reviewed[0]))) and missing(reviewed[0]).startswith("3 of 12 commented")
    assert "Head of Inclusion (Permanent exclusions from school, School absence, six half terms)" in missing(
        reviewed[0]
    )
    assert missing(reviewed[1]).startswith("1 of 12 commented")


def test_overdue_is_said_only_on_the_owners_word_or_silence(reviewed):
    from cyp_helpers.pages import delivery_tracker as delivery

    now, before = (delivery.actions_of(report) for report in reviewed)
    state = now["state"].value_counts()
    assert state[[delivery.SAID_DONE, delivery.SAID_LATE, delivery.SILENT, delivery.SAID_ON]].tolist() == [8, 1, 1, 1]
    assert not before["state"].isin([delivery.SAID_LATE, delivery.SILENT]).any()  # nobody had been asked yet
    assert (before["state"] == delivery.SAID_DONE).sum() == 8  # by then, though it was said later
    assert (before["state"] == delivery.OVERDUE).sum() == 3
    late = now[now["state"] == delivery.SAID_LATE].iloc[0]
    assert late["later_document"] == "Head of Children in Care, 12 October 2026: late"


def test_the_example_that_ships_is_this_plan(tables, register):
    form, faults = read_form(PROJECT / "examples/made-up-plan.xlsx")
    made, more = tables_of(form, register, "0" * 64)
    assert faults + more == [] and "made-up" in form.cover["organisation"] and form.cover["title"].startswith("Made-up")
    for name, rows in tables.items():
        pd.testing.assert_frame_equal(made[name], rows)


def test_a_cell_far_to_the_right_is_not_reached_cell_by_cell(example):
    from cyp_helpers.forms.mark import _unmark

    book = load_workbook(example)
    book["Figures"].cell(5_000, 16_384).value = "x"  # 80 million cells lie before it
    before = len(book["Figures"]._cells)
    _unmark(book)
    assert len(book["Figures"]._cells) - before <= 40 * 5_000
