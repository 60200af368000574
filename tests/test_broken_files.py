"""Every kind of broken file of every publisher: one clear message, and not a byte of the register changed."""

import gzip
import io
import zipfile
import zlib

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from importing import (
    OPEN_DATA,
    ees_frame,
    empty_register,
    fingertips_frame,
    lait_frame,
    save,
    snapshot,
)
from pyarrow import parquet as pq
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.importers import reading
from cyp_helpers.importers.reading import UnreadableFile, read_frame
from cyp_helpers.importers.run import import_files
from cyp_helpers.register.tables import AUTHORITY_TYPES, load_register

FRAMES = {"lait": lait_frame, "ees": ees_frame, "fingertips": fingertips_frame}
FIRST_NEEDED = {"lait": "Years", "ees": "time_period", "fingertips": "Area Code"}
VALUE = {"lait": "Values", "ees": "rereferral_count", "fingertips": "Count"}
DAY = "2024-11-19"
PAGE = b"<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body></body></html>\n"


@pytest.fixture
def register(tmp_path):
    return empty_register(tmp_path / "project")


def text(publisher):
    return FRAMES[publisher]().to_csv(index=False, lineterminator="\n")


def without(publisher, column):
    return FRAMES[publisher]().drop(columns=column).to_csv(index=False).encode()


BROKEN = {
    "empty": (lambda publisher: b"", "an empty file"),
    "blank": (lambda publisher: b"\n \n", "an empty file"),
    "page": (lambda publisher: PAGE, "a web page"),
    "page with mark": (lambda publisher: b"\xef\xbb\xbf" + PAGE, "a web page"),
    "missing column": (lambda publisher: without(publisher, FIRST_NEEDED[publisher]), "no column"),
    "missing figures": (lambda publisher: without(publisher, VALUE[publisher]), "no column"),
    "renamed column": (lambda publisher: text(publisher).replace(VALUE[publisher], "Wert", 1).encode(), "no column"),
    "wrong columns": (lambda publisher: b"a,b,c\n1,2,3\n", "not a file of"),
    "semicolons": (lambda publisher: text(publisher).replace(",", ";").encode(), "separated by semicolons"),
    "last line short": (
        lambda publisher: text(publisher).encode().rsplit(b",", 3)[0] + b"\n",
        "columns where the header has",
    ),
    "open quote": (
        lambda publisher: (text(publisher) + '"' + text(publisher).splitlines()[1] + "\n").encode(),
        "never closed",
    ),
    "header only": (lambda publisher: text(publisher).splitlines()[0].encode() + b"\n", "no row"),
    "two alike": (
        lambda publisher: text(publisher).replace(FIRST_NEEDED[publisher], VALUE[publisher], 1).encode(),
        "column",
    ),
    "parquet without end": (lambda publisher: b"PAR1" + b"\1\2\3\4" * 50, "cut off"),
    "parquet damaged": (lambda publisher: b"PAR1" + b"\1\2\3\4" * 50 + b"PAR1", "damaged Parquet"),
    "excel cut off": (lambda publisher: b"PK\3\4" + b"\0" * 100, "Excel"),
    "noise": (lambda publisher: bytes(range(128, 256)) * 20 + b"\n", ""),
}


@pytest.mark.parametrize("publisher", FRAMES)
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gets_a_clear_message_and_changes_nothing(register, tmp_path, publisher, kind):
    make, words = BROKEN[kind]
    path = tmp_path / f"bad_{DAY}.csv"
    path.write_bytes(make(publisher))
    before = snapshot(register)
    with pytest.raises(UnreadableFile) as told:
        import_files(register, publisher, [path])
    assert str(told.value).startswith(path.name) and words in str(told.value)
    assert snapshot(register) == before


@pytest.mark.parametrize("publisher", FRAMES)
def test_one_broken_file_among_several_stops_them_all(register, tmp_path, publisher):
    good, bad = save(FRAMES[publisher](), tmp_path / f"good_{DAY}.csv"), tmp_path / "bad_2025-01-01.csv"
    bad.write_bytes(PAGE)
    before = snapshot(register)
    with pytest.raises(UnreadableFile, match="bad_2025-01-01.csv: a web page"):
        import_files(register, publisher, [good, bad])
    assert snapshot(register) == before


@pytest.mark.parametrize("publisher", FRAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_other_encodings_and_orders_give_the_same_figures(register, tmp_path, publisher, encoding):
    frame = FRAMES[publisher]()
    plain = save(frame, tmp_path / f"plain_{DAY}.csv")
    import_files(register, publisher, [plain])
    expected = pd.read_parquet(register / "data/observations/published.parquet")
    other = tmp_path / f"other_{DAY}.csv"
    extra = frame[frame.columns[::-1]].assign(Remark="Zürich")  # another order, a column more, a letter beyond ASCII
    other.write_bytes(extra.to_csv(index=False, lineterminator="\r\n").encode(encoding))
    import_files(register, publisher, [other])
    assert pd.read_parquet(register / "data/observations/published.parquet").equals(expected)


@pytest.mark.parametrize("publisher", FRAMES)
def test_a_last_line_without_an_end_is_read(register, tmp_path, publisher):
    path = tmp_path / f"x_{DAY}.csv"
    path.write_text(text(publisher), encoding="utf-8")
    import_files(register, publisher, [path])
    expected = pd.read_parquet(register / "data/observations/published.parquet")
    path.write_text(text(publisher).removesuffix("\n"), encoding="utf-8")
    import_files(register, publisher, [path])
    assert pd.read_parquet(register / "data/observations/published.parquet").equals(expected)


def test_a_lait_file_may_be_csv_or_parquet_under_any_name(register, tmp_path):
    parquet = save(lait_frame(), tmp_path / "x.parquet").rename(tmp_path / f"bds_{DAY}.csv")
    import_files(register, "lait", [parquet])
    expected = pd.read_parquet(register / "data/observations/published.parquet")
    import_files(register, "lait", [save(lait_frame(), tmp_path / f"bds_long_{DAY}.csv")])
    assert pd.read_parquet(register / "data/observations/published.parquet").equals(expected)


@pytest.mark.parametrize("publisher, other", [("lait", "ees"), ("ees", "fingertips"), ("fingertips", "lait")])
def test_a_file_of_another_publisher_is_named(register, tmp_path, publisher, other):
    path = save(FRAMES[other](), tmp_path / f"x_{DAY}.csv")
    with pytest.raises(UnreadableFile, match=f"use cyp import {other}"):
        import_files(register, publisher, [path])


def test_a_lait_file_without_a_day_asks_for_it(register, tmp_path):
    path = save(lait_frame(), tmp_path / "bds_long.csv")
    with pytest.raises(UnreadableFile, match="--edition"):
        import_files(register, "lait", [path])
    with pytest.raises(UnreadableFile, match="2026-04-08"):
        import_files(register, "lait", [path], "April 2026")


def test_a_file_that_is_not_there(register, tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        import_files(register, "ees", [tmp_path / "nowhere.csv"])


def test_a_quoted_line_break_is_no_damage(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"one\ntwo",3\n', encoding="utf-8")
    assert read_frame(path, {"a": ("a",), "b": ("b",)}).to_numpy().tolist() == [["one\ntwo", "3"]]


def test_the_command_says_it_and_leaves_with_2(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    path = tmp_path / f"x_{DAY}.csv"
    path.write_bytes(PAGE)
    result = CliRunner().invoke(app, ["import", "lait", str(path)])
    assert result.exit_code == 2 and "a web page" in result.output and "Nothing was imported" in result.output


# Other folders stand beside the publishers' ones, such as a catalogue that no importer reads.
REAL = sorted(
    path for name in FRAMES for path in OPEN_DATA.glob(f"{name}/*") if path.suffix in (".csv", ".parquet", ".xlsx")
)


@pytest.mark.skipif(not REAL, reason="the publishers' files are not beside this clone (../shared/open-data)")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@pytest.mark.parametrize("how", ["half", "page", "empty"])
def test_broken_copies_of_the_publishers_files(register, tmp_path, path, how):
    whole = path.read_bytes()
    copy = tmp_path / path.name
    copy.write_bytes({"half": whole[: len(whole) // 2], "page": PAGE, "empty": b""}[how])
    before = snapshot(register)
    with pytest.raises(UnreadableFile, match="cut off|web page|empty file|damaged|columns"):
        import_files(register, path.parent.name, [copy], None if "20" in path.name else DAY)
    assert snapshot(register) == before


def test_a_damaged_workbook_is_told(register, tmp_path):
    path = tmp_path / "sn_may_2025.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nothing.txt", "nothing")
    with pytest.raises(UnreadableFile, match="damaged Excel file"):
        import_files(register, "lait", [path])


def sheet(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_sheet(content):
    """A workbook whose first sheet is these bytes."""
    whole, out = zipfile.ZipFile(io.BytesIO(sheet([["LA num"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            archive.writestr(name, content if name == "xl/worksheets/sheet1.xml" else whole.read(name))
    return out.getvalue()


CELL = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{}</sheetData></worksheet>'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "%s">' % (b"a" * 999) + b"".join(b'<!ENTITY %c "%s">' % (one + 1, b"&%c;" % one * 30) for one in range(97, 103))
ENTITIES += b']><worksheet><sheetData><row><c t="inlineStr"><is><t>&g;</t></is></c></row></sheetData></worksheet>'
ODD_SHEETS = {
    "no list": (lambda: sheet([["LA num", "x"], ["891", "y"]]), "no column 'SN1'"),
    "no head": (lambda: sheet([["a", "b"]]), "no row with the column"),
    "cut off": (lambda: with_sheet(b"<worksheet><sheetData><row"), "damaged Excel file"),
    "no sheet": (lambda: with_sheet(b"x"), "damaged Excel file"),
    "the last row of all": (
        lambda: with_sheet(SHEET.format(CELL.format(1, "LA num") + CELL.format(1048576, "z")).encode()),
        "no column",
    ),
    "far too much in it": (lambda: with_sheet(b" " * (1 << 26)), "unpacks to"),
    "many empty rows": (lambda: with_sheet(b"<worksheet><sheetData>" + b"<row/>" * 1_000_000 + b"</sheetData></worksheet>"), "no row with the column|damaged"),
    "many columns": (lambda: with_sheet(SHEET.format("<row>" + "<c><v>1</v></c>" * 300_000 + "</row>").encode()), "no row with the column|damaged"),
    "entities": (lambda: with_sheet(ENTITIES), "damaged Excel file"),
    "OpenDocument": (
        lambda: archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}),
        "an OpenDocument spreadsheet",
    ),
    "archive": (lambda: archive({"bds_long.csv": "x"}), "an archive to unpack"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old Excel workbook"),
    "gzip": (lambda: gzip.compress(b"Short Desc,Years\n"), "a gzip archive"),
}


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ODD_SHEETS)
@pytest.mark.parametrize("name", ["sn_may_2026.xlsx", "sn_may_2026.csv"])
def test_odd_workbooks_under_any_ending(register, tmp_path, kind, name):
    make, words = ODD_SHEETS[kind]
    (tmp_path / name).write_bytes(make())
    before = snapshot(register)
    with pytest.raises(UnreadableFile, match=words) as told:
        import_files(register, "lait", [tmp_path / name])
    assert "\n" not in str(told.value) and snapshot(register) == before


@pytest.mark.parametrize("crc", [0, zlib.crc32(b" " * 1000)])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_workbook_that_lies_about_its_size_is_refused_before_it_is_unpacked(register, tmp_path, part, crc):
    """The archive says a thousand bytes, and 256 MB come of it."""
    path, packed = tmp_path / "sn_may_2026.xlsx", zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join([*(packed.compress(b" " * (1 << 20)) for _ in range(256)), packed.flush()])
    parts = zipfile.ZipFile(io.BytesIO(sheet([["LA num"]])))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name in set(parts.namelist()) - {part}:
            book.writestr(name, parts.read(name))
        one = zipfile.ZipInfo(part)
        one.header_offset, one.compress_type = book.fp.tell(), zipfile.ZIP_DEFLATED
        one.compress_size, one.file_size, one.CRC = len(data), 1000, crc
        book.fp.write(one.FileHeader() + data)
        book.filelist.append(one)
        book.start_dir = book.fp.tell()
    with pytest.raises(UnreadableFile, match="unpacks to 3"):
        import_files(register, "lait", [path])


BASE = {"Short Desc": ["PrevRegCPR"], "Years": ["2024"], "Values": ["1"], "LA Number": [891.0]}


@pytest.mark.parametrize(
    "change, words",
    [
        ({"Values": [[1, 2]]}, "column 'Values' holds list"), ({"Short Desc": [{"a": "x"}]}, "column 'Short Desc' holds struct"),
        ({"Years": [b"2024"]}, "column 'Years' holds binary"), ({"LA Number": pa.array([None], pa.null())}, "no area is named"),
        ({"Values": ["9" * 20_000]}, "more than 10,000 letters"), ({"Values": pa.array([None], pa.null())}, "the columns hold nothing"),
    ],
)  # fmt: skip
def test_parquet_of_other_types(register, tmp_path, change, words):
    pq.write_table(pa.table(BASE | change), tmp_path / "bds_long_2026-05-01.parquet")
    with pytest.raises(UnreadableFile, match=words):
        import_files(register, "lait", [tmp_path / "bds_long_2026-05-01.parquet"])


BOMBS = {
    "rows": lambda: pa.table({name: pa.array(cells * 1_600_000) for name, cells in BASE.items()}),
    "letters": lambda: pa.table({**{name: cells * 60_000 for name, cells in BASE.items()}, "Sex": ["M" * 9_000, "F" * 9_000] * 30_000}),
    "columns": lambda: pa.table(BASE | {f"c{at}": ["x"] for at in range(2_000)}),
}


@pytest.mark.parametrize("kind, words", [("rows", "rows of .* that the register has a use for"), ("letters", "column 'Sex' holds 540,000,000 letters"), ("columns", "2,004 columns")])
def test_a_small_parquet_file_that_fills_the_memory_is_refused(register, tmp_path, kind, words):
    path = tmp_path / "bds_long_2026-05-01.parquet"
    pq.write_table(BOMBS[kind](), path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnreadableFile, match=words):
        import_files(register, "lait", [path])


def test_a_long_cell_does_not_make_a_long_message(register, tmp_path):
    frame = lait_frame([("PrevRegCPR", "2024", "891", "25.1"), ("PrevRegCPR", "2023", "891", "24.2")])
    with pytest.raises(UnreadableFile, match="'Sex' tells rows apart") as told:
        import_files(register, "lait", [save(frame.assign(Sex=["M" * 9_000, "F" * 9_000]), tmp_path / f"bds_long_{DAY}.csv")])
    assert len(str(told.value)) < 2_100


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_more_rows_than_any_edition_has_are_refused_before_they_are_read(register, tmp_path, form, monkeypatch):
    monkeypatch.setattr(reading, "ROWS", 3)
    with pytest.raises(UnreadableFile, match="rows; right would be"):
        import_files(register, "lait", [save(lait_frame(), tmp_path / f"bds_long_{DAY}.{form}")])


def test_whatever_a_reader_raises_is_one_line_about_the_file(register, tmp_path, monkeypatch):
    monkeypatch.setattr("cyp_helpers.importers.lait.settle", lambda *_: 1 / 0)
    with pytest.raises(UnreadableFile, match="x_2024-11-19.csv: cannot be read .ZeroDivisionError"):
        import_files(register, "lait", [save(lait_frame(), tmp_path / f"x_{DAY}.csv")])


def neighbours(change=lambda rows: rows):
    """Every authority with the ten that follow it and are still there."""
    register = load_register()
    areas, days = register.table("areas"), register.table("area-days").set_index("area_id")["last_day"]
    numbers = areas.loc[areas["area_type"].isin(AUTHORITY_TYPES) & (areas["la_number"] != ""), "la_number"].tolist()
    gone = set(areas.loc[areas["area_id"].map(days).fillna("") != "", "la_number"])
    after = {la: [one for one in (numbers + numbers)[at + 1 :] if one not in gone] for at, la in enumerate(numbers)}
    rows = {la: [la, *ten[:10]] for la, ten in after.items()}
    return sheet([["LA num", *(f"SN{place}" for place in range(1, 11))], *change(rows).values()])


def other(place, number):
    return lambda rows: {**rows, "891": [*rows["891"][:place], number or rows["891"][1], *rows["891"][place + 1 :]]}


@pytest.mark.parametrize(
    "change, words",
    [
        (other(1, "891"), "891 is its own neighbour, SN1"), (other(2, ""), "has .* twice, SN2"), (other(10, "891"), "its own neighbour, SN10"),
        (other(1, "999"), "area number '999'"), (other(4, "-"), "has not ten neighbours"),
        (other(1, "970"), "891 has 970 as SN1; right would be an authority"), (other(1, "983"), "891 has 983 as SN1; right would be"),
        (other(1, "928"), "891 has 928 as SN1, which was gone by then"), (other(3, " "), "891 has nothing as SN3"),
        (lambda rows: {**rows, "891": ["", *rows["891"][1:]]}, "a row with LA num ''"),
        (lambda rows: dict(list(rows.items())[:140]), "140 authorities with neighbours; right would be nearly all"),
    ],
)  # fmt: skip
def test_lists_of_neighbours_are_checked_before_they_are_taken(register, tmp_path, change, words):
    path = tmp_path / "sn_june_2026.xlsx"
    path.write_bytes(neighbours(change))
    with pytest.raises(UnreadableFile, match=words):
        import_files(register, "lait", [path])
    path.write_bytes(neighbours())
    assert "ten neighbours each" in import_files(register, "lait", [path])[0][0].told[0]
