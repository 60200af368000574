"""Open a publisher's file, whatever state it is in: a frame of text, or one clear message about what is wrong.

What a file is, is read from its first bytes and never from its name: an error page saved as .csv is still a page.
Limits are held before anything is unpacked, so that a small file cannot fill the memory.
"""

import codecs
import csv
import re
import zipfile
import zlib
from contextlib import suppress
from copy import copy
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet, types
from pyarrow import csv as arrow_csv

ROWS, COLUMNS, CELL, UNPACKED = 5_000_000, 400, 10_000, 1 << 28  # limits: rows, columns, letters of a cell, bytes
_SHEET_ROWS, _SHEET_COLUMNS, _SHEET_BYTES = 2_000, 100, 1 << 25
_KEPT, _TOLD = 1_500_000, 2_000  # rows that are used, twice what an edition has; letters of a message
_CHUNK = 1 << 22
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_AGAIN = "download it again from its publisher"
_OTHER_FORMS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)", b"\x1f\x8b": "a gzip archive", b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7z archive", b"ARROW1": "an Arrow file", b"{": "JSON", b"[": "JSON",
}  # fmt: skip


class UnreadableFile(ValueError):
    """A file that cannot be used; the message names it, says what was found and what would be right."""

    def __str__(self):
        told = super().__str__()  # what was found can be a cell of any length
        return told if len(told) <= _TOLD else f"{told[: _TOLD // 2]} … {told[-_TOLD // 2 :]}"


def file_kind(path):
    """What a file is, by its content: "csv", "parquet" or "xlsx". Raises UnreadableFile for a file that is missing,
    empty, cut off, or of another form."""
    path = Path(path)
    if not str(path).isprintable():
        told = str(path).encode("ascii", "backslashreplace").decode()
        raise UnreadableFile(f"{told}: a file name in another encoding; right would be a name in UTF-8")
    if not path.is_file():
        raise UnreadableFile(f"{path}: no such file")
    with path.open("rb") as file:
        start = file.read(1024)
        file.seek(max(path.stat().st_size - 4, 0))
        end = file.read()
    if not start.strip():
        raise UnreadableFile(f"{path.name}: an empty file; {_AGAIN}")
    if start.startswith(b"PAR1"):
        if end != b"PAR1" or path.stat().st_size < 12:
            raise UnreadableFile(f"{path.name}: a Parquet file that is cut off, its end is missing; {_AGAIN}")
        return "parquet"
    if start.startswith(b"PK"):
        return _zip_kind(path)
    found = next((words for mark, words in _OTHER_FORMS.items() if start.startswith(mark)), None)
    text = start.decode("utf-16" if b"\0" in start[:64] else "latin-1", errors="ignore")
    if text.lstrip("\ufeff ï»¿\r\n\t").lower().startswith(("<!doctype html", "<html", "<head", "<?xml")):
        found = "a web page (perhaps an error message), not data"
    if found:
        raise UnreadableFile(f"{path.name}: {found}; right would be a CSV or Parquet file; {_AGAIN}")
    return "csv"


def _zip_kind(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names, unpacked = archive.namelist(), _unpacked(archive, _SHEET_BYTES)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"{path.name}: an Excel file that is cut off; {_AGAIN}") from error
    if "xl/workbook.xml" not in names:
        what = "an OpenDocument spreadsheet" if "mimetype" in names else "a damaged Excel file, or an archive to unpack"
        raise UnreadableFile(f"{path.name}: {what}; right would be the publisher's CSV, Parquet or .xlsx file")
    if unpacked > _SHEET_BYTES:
        raise UnreadableFile(f"{path.name}: unpacks to {unpacked:,} bytes; right would be {_SHEET_BYTES:,} or fewer")
    return "xlsx"


def _unpacked(archive, most):
    """Bytes that the parts come to, whatever the archive says; as it says where they are too many or damaged."""
    size, said = 0, sum(part.file_size for part in archive.infolist())
    for part in map(copy, archive.infolist() if said <= most else ()):
        part.file_size, part.CRC = most + 1, None
        with suppress(zlib.error, EOFError), archive.open(part) as file:  # who reads the part says what is wrong with it
            while size <= most and (chunk := file.read(_CHUNK)):
                size += len(chunk)
    return max(size, said)


def read_header(path):
    """The column names of a file, blanks around them taken off. Raises UnreadableFile as ``file_kind`` does, and for
    columns that are not separated by commas, too many, or called the same but for capitals and blanks."""
    path, kind = Path(path), file_kind(path)
    raw = _parquet(path).schema_arrow.names if kind == "parquet" else _raw_names(path, _encoding(path)[0])
    other = {";": "semicolons", "\t": "tabs", "|": "bars"} if kind == "csv" and len(raw) == 1 else {}
    if found := next((word for mark, word in other.items() if mark in raw[0]), ""):
        raise UnreadableFile(f"{path.name}: columns separated by {found}; right would be commas (CSV UTF-8)")
    names = [name.strip() for name in raw]
    if len(names) > COLUMNS:
        raise UnreadableFile(f"{path.name}: {len(names):,} columns; right would be {COLUMNS} or fewer")
    named = pd.Series(filter(None, names), dtype="str")
    folded = named.map(fold_name)
    for _, pair in named[folded.duplicated(keep=False)].groupby(folded):
        raise UnreadableFile(f"{path.name}: two columns are called {' and '.join(map(repr, pair))}; right would be one")
    return names


def read_frame(path, wanted, where=None, ignored=None):
    """Columns of a CSV file (UTF-8, UTF-16 or Windows-1252) or a Parquet file as a frame of str, blanks around cells
    taken off.

    ``wanted`` is a dict of the name to use -> names under which that column has been printed. With ``where`` (name,
    values) only rows whose cell is one of the values are kept, batch by batch. With ``ignored``, names of columns that
    say nothing of their own, every further column comes too, since one that nobody has named may tell rows apart.
    Raises UnreadableFile where a column is missing, the file is damaged or too large, or no row is left.
    """
    path, kind = Path(path), file_kind(path)
    names = read_header(path)
    found = match_columns(names, wanted, path.name)
    if ignored is not None:
        known = {fold_name(name) for name in ignored} | {""}
        found |= {name: name for name in names if name not in found.values() and fold_name(name) not in known}
    kept = []
    try:
        for columns in (_parquet_batches if kind == "parquet" else _csv_batches)(path, list(found.values())):
            if where:
                mask = _is_one_of(columns[found[where[0]]], where[1])
                columns = {name: cells.filter(mask) for name, cells in columns.items()}
            kept.append(pa.table({key: _as_text(columns[name], path, name) for key, name in found.items()}))
            rows, size = sum(one.num_rows for one in kept), sum(one.nbytes for one in kept)
            if rows > _KEPT or size > UNPACKED:
                much = f"{rows:,} rows of {size:,} bytes that the register has a use for, or more"
                raise UnreadableFile(f"{path.name}: {much}; right would be {_KEPT:,} and {UNPACKED:,} or fewer")
    except UnreadableFile:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if "Empty CSV file" not in str(error):
            raise _damaged(path, "Parquet" if kind == "parquet" else "CSV", error) from error
    if not sum(one.num_rows for one in kept):
        lost = f"with a {found[where[0]]!r} that the register uses" if where else "below the column names"
        raise UnreadableFile(f"{path.name}: no row {lost}")
    return pa.concat_tables(kept).to_pandas().astype("str").fillna("")


def match_columns(names, wanted, file_name):
    """Which column of the file holds each that is wanted; ``wanted`` as in ``read_frame``.

    Raises UnreadableFile naming every one that is missing, with the nearest that is there.

    >>> match_columns(["Referrals"], {"count": ("referral_count", "Referrals")}, "c1.csv")
    {'count': 'Referrals'}
    """
    folded = {fold_name(name): name for name in names}
    there = {key: [folded[one] for one in map(fold_name, many) if one in folded] for key, many in wanted.items()}
    if missing := [wanted[key] for key, found in there.items() if not found]:
        told = "; ".join(_missing(many, names) for many in missing)
        raise UnreadableFile(f"{file_name}: {told}. It has the columns {', '.join(names[:30])}")
    return {key: found[0] for key, found in there.items()}


def fold_name(name):
    """A column's name without what drifts between editions: capitals, and blanks for underscores.

    >>> fold_name("Short  Desc ")
    'short_desc'
    """
    return re.sub(r"[\s_\u200b\ufeff]+", "_", name.strip().casefold())


def _missing(accepted, names):
    hint = " ({!r} is near: if it is the same, add it to data/reference/published_measures.csv)"
    near = "".join(map(hint.format, get_close_matches(accepted[0], names, n=1)))
    return f"no column {' or '.join(map(repr, accepted))}{near}"


# ---- sheets ----


def read_sheet(path, mark):
    """The first sheet of a workbook that is not hidden as text, from the row that holds the column name ``mark``: a frame of
    str with the printed names (as they are, also twice), at most 2,000 rows and 100 columns. Raises UnreadableFile."""
    import openpyxl

    try:
        with path.open("rb") as file:
            sheets = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets
            sheet = next(one for one in sheets if one.sheet_state == "visible")
            cells = sheet.iter_rows(max_row=_SHEET_ROWS, max_col=_SHEET_COLUMNS, values_only=True)
            rows = [["" if cell is None else str(cell).strip() for cell in row] for row in cells]
    except Exception as error:  # openpyxl passes on whatever zlib, expat and its own descriptors raise
        raise _damaged(path, "Excel", error) from error
    at = next((at for at, row in enumerate(rows[:20]) if mark in row), None)
    if at is None:
        raise UnreadableFile(f"{path.name}: no row with the column {mark!r} in the first sheet that is not hidden")
    width = max(place for place, name in enumerate(rows[at]) if name) + 1
    body = [(row + [""] * width)[:width] for row in rows[at + 1 :] if any(row)]
    return pd.DataFrame(body, columns=rows[at][:width], dtype="str")


def _damaged(path, form, error):
    told = f"a damaged {form} file ({(str(error) or type(error).__name__).splitlines()[0][:120]})"
    if cut := re.search(r"Expected (\d+) columns, got (\d+): ?(.*)", str(error)):
        told = f"a row has {cut[2]} columns where the header has {cut[1]}, so the file is cut off or damaged"
        if cut[2] == "1":
            told = f"a row is {cut[3][:99]!r} and no more: a note to be taken out, or the end of a file that is cut off"
    return UnreadableFile(f"{path.name}: {told}; {_AGAIN}")


def _no_text(path):
    return UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}")


# ---- Parquet ----


def _parquet(path, **options):
    try:
        file = parquet.ParquetFile(path, **options)
        rows = file.metadata.num_rows
    except Exception as error:  # a damaged footer raises errors of several libraries
        raise _damaged(path, "Parquet", error) from error
    if rows > ROWS:
        raise UnreadableFile(f"{path.name}: {rows:,} rows; right would be {ROWS:,} or fewer")
    return file


def _parquet_batches(path, columns):
    """Batches of columns by name; text as dictionaries, so that a long cell is held once."""
    meta, schema = _parquet(path).metadata, _parquet(path).schema_arrow
    raw = {name.strip(): name for name in schema.names}
    raw = {name: raw[name] for name in columns}
    kinds = {name: schema.field(printed).type for name, printed in raw.items()}
    for name, kind in kinds.items():
        if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            raise UnreadableFile(f"{path.name}: column {name!r} holds {kind}; right would be text or numbers")
    chunks = [meta.row_group(group).column(at) for group in range(meta.num_row_groups) for at in range(meta.num_columns)]
    unpacked = sum(one.total_uncompressed_size for one in chunks if one.path_in_schema in raw.values())
    if unpacked > UNPACKED:
        raise UnreadableFile(f"{path.name}: unpacks to {unpacked:,} bytes; right would be {UNPACKED:,} or fewer")
    texts = [raw[name] for name, kind in kinds.items() if types.is_string(kind)]
    for batch in _parquet(path, read_dictionary=texts).iter_batches(1 << 17, columns=list(raw.values())):
        yield {name: batch.column(printed) for name, printed in raw.items()}


def _as_dictionary(cells):
    return cells if types.is_dictionary(cells.type) else cells.cast(pa.string()).dictionary_encode()


def _is_one_of(cells, values):
    cells = _as_dictionary(cells)
    found = compute.is_in(compute.utf8_trim_whitespace(cells.dictionary), pa.array(sorted(values), pa.string()))
    return compute.fill_null(found.take(cells.indices), False)


def _as_text(cells, path, name):
    if types.is_floating(cells.type):  # LAIT writes area numbers as 891.0
        return pa.array(cells.to_pandas().map(lambda number: "" if pd.isna(number) else f"{number:.15g}"), pa.string())
    cells = _as_dictionary(cells)
    letters = compute.utf8_length(cells.dictionary)
    if (compute.max(letters).as_py() or 0) > CELL:
        raise UnreadableFile(f"{path.name}: a cell of column {name!r} has more than {CELL:,} letters")
    if (size := compute.sum(letters.take(cells.indices)).as_py() or 0) > UNPACKED:
        raise UnreadableFile(f"{path.name}: column {name!r} holds {size:,} letters; right would be {UNPACKED:,} or fewer")
    return compute.utf8_trim_whitespace(cells.dictionary.cast(pa.string())).take(cells.indices)


# ---- CSV ----


def _csv_batches(path, columns):
    """Batches of columns by name, as those of Parquet."""
    encoding, quotes = _encoding(path)
    if quotes % 2:  # a download that stopped; one that stopped in a number shows by the columns that its last row lacks
        raise UnreadableFile(f"{path.name}: a quotation mark is opened and never closed, so the file is cut off; {_AGAIN}")
    names, count = [name.strip() for name in _raw_names(path, encoding)], 0
    numbered = [str(at) for at in range(len(names))]  # the printed names can have blanks and marks
    kinds = {str(names.index(name)): pa.dictionary(pa.int32(), pa.string()) for name in columns}
    batches = arrow_csv.open_csv(
        path,
        arrow_csv.ReadOptions(encoding=encoding, column_names=numbered, skip_rows_after_names=1, block_size=_CHUNK),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(include_columns=list(kinds), column_types=kinds, strings_can_be_null=False),
    )
    for batch in batches:
        count += batch.num_rows
        if count > ROWS:
            raise UnreadableFile(f"{path.name}: more than {ROWS:,} rows; right would be fewer")
        yield {name: batch.column(str(names.index(name))) for name in columns}


def _raw_names(path, encoding):
    try:
        with path.open(encoding=encoding, newline="") as file:
            names = next(csv.reader(StringIO(file.read(1 << 20), newline="")), [])  # a name can hold a line break
    except (UnicodeError, csv.Error) as error:
        raise _no_text(path) from error
    if any(re.search(r"[\0-\x08\x0e-\x1f\ufffd]", name) for name in names):
        raise _no_text(path)
    return [" ".join(name.splitlines()) for name in names]


def _encoding(path):
    """UTF-8 with or without mark, UTF-16, or else Windows-1252, as old Excel writes; and how many quotation marks."""
    with path.open("rb") as file:
        start = file.read(64)
    marked = [name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)]
    wide = ["utf-16-le" if start[1:2] == b"\0" else "utf-16-be"] if b"\0" in start else []
    for encoding in (marked or wide or ["utf-8", "cp1252"]):
        with suppress(UnicodeError), path.open(encoding=encoding, newline="") as file:
            quotes = 0
            while chunk := file.read(_CHUNK):
                quotes += chunk.count('"')
            return encoding, quotes
    raise _no_text(path)
