"""Open a publisher's file, whatever state it is in: a frame of text, or one clear message about what is wrong.

What a file is, is read from its first bytes and never from its name: an error page saved as .csv is still a page. Limits
are held before anything is unpacked, so that a small file cannot fill the memory.
"""

import codecs
import csv
import re
import zipfile
import zlib
from contextlib import suppress
from copy import copy
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

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
    """What a file is, by its content: "csv", "parquet" or "xlsx".

    Raises UnreadableFile for a file that is missing, empty, cut off, or of another form.

    >>> file_kind("bds_long_2026-04-08.parquet")  # doctest: +SKIP
    'parquet'
    """
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
    """Bytes that the parts come to, whatever the archive says of them; those that it says where they are too many or damaged."""
    size, said = 0, sum(part.file_size for part in archive.infolist())
    for part in map(copy, archive.infolist() if said <= most else ()):
        part.file_size, part.CRC = most + 1, None
        with suppress(zlib.error, EOFError), archive.open(part) as file:  # who reads the part says what is wrong with it
            while size <= most and (chunk := file.read(_CHUNK)):
                size += len(chunk)
    return max(size, said)


def read_header(path):
    """The column names of a file, with blanks around them taken off.

    Raises UnreadableFile as ``file_kind`` does, for columns that are not separated by commas, for too many of them, and
    for two names that are equal but for capitals or blanks.
    """
    path, kind = Path(path), file_kind(path)
    if kind == "xlsx":
        return []
    if kind == "parquet":
        raw = _parquet(path).schema_arrow.names
    else:
        raw = _raw_names(path, _encoding(path))
        other = {";": "semicolons", "\t": "tabs", "|": "bars"}
        if found := next((word for mark, word in other.items() if len(raw) == 1 and mark in raw[0]), ""):
            raise UnreadableFile(f"{path.name}: columns separated by {found}; right would be commas (CSV UTF-8)")
    names = [name.strip() for name in raw]
    if len(names) > COLUMNS:
        raise UnreadableFile(f"{path.name}: {len(names):,} columns; right would be {COLUMNS} or fewer")
    folded = pd.Series([fold_name(name) for name in names], dtype="str")
    twice = folded[(folded != "") & folded.duplicated()]
    if len(twice):
        pair = [repr(name) for name in names if fold_name(name) == twice.iloc[0]]
        raise UnreadableFile(f"{path.name}: two columns are called {' and '.join(pair)}; right would be one")
    return names


def read_frame(path, wanted, where=None, ignored=None):
    """Columns of a file as text.

    Parameters
    ----------
    path : CSV or Parquet file in any order of columns; a CSV file in UTF-8, UTF-16 or Windows-1252
    wanted : dict of the name to use -> names under which publishers have printed that column
    where : optional (name, values): only rows whose cell is one of the values are kept. A file is read batch by batch,
        so one larger than memory needs room for the kept rows only
    ignored : optional names of columns that say nothing of their own. Where given, every further column comes too,
        under its own name, since one that nobody has named may tell rows apart

    Returns
    -------
    DataFrame of str, blanks at either end of a cell taken off; an empty cell is ''. Raises UnreadableFile where a
    column is missing, the file is damaged or too large, or no row is left.

    >>> read_frame("x.csv", {"area": ("LA", "area")})["area"].tolist()  # doctest: +SKIP
    ['891']
    """
    path, kind = Path(path), file_kind(path)
    if kind == "xlsx":
        raise UnreadableFile(f"{path.name}: an Excel workbook; right would be a CSV or Parquet file")
    names = read_header(path)
    found = match_columns(names, wanted, path.name)
    if ignored is not None:
        known = {fold_name(name) for name in ignored} | {""}
        found |= {name: name for name in names if name not in found.values() and fold_name(name) not in known}
    read = _read_parquet if kind == "parquet" else _read_csv
    table = read(path, list(found.values()), (found[where[0]], where[1]) if where else None)
    if not table.num_rows:
        raise UnreadableFile(f"{path.name}: no row " + (f"with a {found[where[0]]!r} that the register uses" if where else "below the column names"))
    frame = table.rename_columns(list(found)).to_pandas(strings_to_categorical=False)
    return frame.astype("str").fillna("")


def match_columns(names, wanted, file_name):
    """Which column of the file holds each that is wanted; ``wanted`` as in ``read_frame``.

    Raises UnreadableFile naming every one that is missing, with the nearest that is there.

    >>> match_columns(["Referrals"], {"count": ("referral_count", "Referrals")}, "c1.csv")
    {'count': 'Referrals'}
    """
    folded = {fold_name(name): name for name in names}
    found = {key: next((folded[one] for one in map(fold_name, many) if one in folded), None) for key, many in wanted.items()}
    missing = [key for key, name in found.items() if name is None]
    if missing:
        told = "; ".join(_missing(wanted[key], names) for key in missing)
        raise UnreadableFile(f"{file_name}: {told}. It has the columns {', '.join(names[:30])}")
    return found


def fold_name(name):
    """A column's name without what drifts between editions: capitals, and blanks for underscores.

    >>> fold_name("Short  Desc ")
    'short_desc'
    """
    return re.sub(r"[\s_\u200b\ufeff]+", "_", name.strip().casefold())


def _missing(accepted, names):
    near = get_close_matches(accepted[0], names, n=1)
    hint = f" ({near[0]!r} is near: if it is the same, add it to data/reference/published_measures.csv)" if near else ""
    return f"no column {' or '.join(map(repr, accepted))}{hint}"


# ---- sheets ----


def read_sheet(path, marks):
    """The first sheet of a workbook as text, from the row that holds one of the column names ``marks``.

    Returns
    -------
    DataFrame of str with the printed names (as they are, also twice), at most 2,000 rows and 100 columns. Raises
    UnreadableFile.
    """
    import openpyxl

    path = Path(path)
    if file_kind(path) != "xlsx":
        raise UnreadableFile(f"{path.name}: no Excel workbook; right would be the publisher's .xlsx file")
    try:
        with path.open("rb") as file:
            sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
            cells = sheet.iter_rows(max_row=_SHEET_ROWS, max_col=_SHEET_COLUMNS, values_only=True)
            rows = [["" if cell is None else str(cell).strip() for cell in row] for row in cells]
    except Exception as error:  # openpyxl passes on whatever zlib, expat and its own descriptors raise
        raise UnreadableFile(f"{path.name}: a damaged Excel file ({_brief(error)}); {_AGAIN}") from error
    at = next((at for at, row in enumerate(rows[:20]) if set(marks) & set(row)), None)
    if at is None:
        raise UnreadableFile(f"{path.name}: no row with the column {' or '.join(map(repr, marks))} in the first sheet")
    width = max(place for place, name in enumerate(rows[at]) if name) + 1
    body = [(row + [""] * width)[:width] for row in rows[at + 1 :] if row and row[0]]
    return pd.DataFrame(body, columns=rows[at][:width], dtype="str")


def _brief(error):
    return (str(error) or type(error).__name__).split("\n")[0][:120]


# ---- Parquet ----


def _parquet(path):
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        rows = file.metadata.num_rows
    except Exception as error:  # a damaged footer raises errors of several libraries
        raise UnreadableFile(f"{path.name}: a damaged Parquet file ({_brief(error)}); {_AGAIN}") from error
    if rows > ROWS:
        raise UnreadableFile(f"{path.name}: {rows:,} rows; right would be {ROWS:,} or fewer")
    return file


def _read_parquet(path, columns, where):
    """Column by column as dictionaries, so that a long cell that stands a million times is held once."""
    import pyarrow as pa
    from pyarrow import parquet, types

    meta, schema = _parquet(path).metadata, _parquet(path).schema_arrow
    raw = {name.strip(): name for name in schema.names}
    for name in columns:
        kind = schema.field(raw[name]).type
        if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            raise UnreadableFile(f"{path.name}: column {name!r} holds {kind}; right would be text or numbers")
    chunks = [meta.row_group(group).column(at) for group in range(meta.num_row_groups) for at in range(meta.num_columns)]
    used = {raw[name] for name in columns}
    unpacked = sum(one.total_uncompressed_size for one in chunks if one.path_in_schema in used)
    if unpacked > UNPACKED:
        raise UnreadableFile(f"{path.name}: unpacks to {unpacked:,} bytes; right would be {UNPACKED:,} or fewer")
    texts = [raw[name] for name in columns if types.is_string(schema.field(raw[name]).type)]
    try:
        file, kept = parquet.ParquetFile(path, read_dictionary=texts), []
        for batch in file.iter_batches(1 << 17, columns=[raw[name] for name in columns]):
            parts = {name: batch.column(raw[name]) for name in columns}
            if where:
                mask = _is_one_of(parts[where[0]], where[1])
                parts = {name: part.filter(mask) for name, part in parts.items()}
            kept.append(pa.table({name: _as_text(part, path, name) for name, part in parts.items()}))
            _refuse_large(path, kept)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"{path.name}: a damaged Parquet file ({_brief(error)}); {_AGAIN}") from error
    return pa.concat_tables(kept) if kept else pa.table({name: pa.array([], pa.string()) for name in columns})


def _refuse_large(path, kept):
    rows, size = sum(one.num_rows for one in kept), sum(one.nbytes for one in kept)
    if rows > _KEPT or size > UNPACKED:
        much = f"{rows:,} rows of {size:,} bytes that the register has a use for, or more"
        raise UnreadableFile(f"{path.name}: {much}; right would be {_KEPT:,} and {UNPACKED:,} or fewer")


def _is_one_of(cells, values):
    import pyarrow as pa
    from pyarrow import compute

    values = pa.array(sorted(values), pa.string())
    if not pa.types.is_dictionary(cells.type):
        return compute.is_in(compute.utf8_trim_whitespace(cells.cast(pa.string())), values)
    found = compute.is_in(compute.utf8_trim_whitespace(cells.dictionary), values)
    return compute.fill_null(found.take(cells.indices), False)


def _as_text(cells, path, name):
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(cells.type):
        letters = compute.utf8_length(cells.dictionary)
        if (compute.max(letters).as_py() or 0) > CELL:
            raise UnreadableFile(f"{path.name}: a cell of column {name!r} has more than {CELL:,} letters")
        if (size := compute.sum(letters.take(cells.indices)).as_py() or 0) > UNPACKED:
            raise UnreadableFile(f"{path.name}: column {name!r} holds {size:,} letters; right would be {UNPACKED:,} or fewer")
        trimmed = compute.utf8_trim_whitespace(cells.dictionary.cast(pa.string()))
        return trimmed.take(cells.indices)
    if pa.types.is_floating(cells.type):  # LAIT writes area numbers as 891.0
        numbers = cells.to_pandas().map(lambda number: "" if pd.isna(number) else f"{number:.15g}")
        return pa.array(numbers, pa.string())
    return cells.cast(pa.string())


# ---- CSV ----


def _read_csv(path, columns, where):
    import pyarrow as pa
    from pyarrow import compute
    from pyarrow import csv as arrow_csv

    encoding = _encoding(path)
    _refuse_cut_off(path, encoding)
    names = _raw_names(path, encoding)
    place = {name.strip(): at for at, name in enumerate(names)}
    use = [str(place[name]) for name in columns]  # own names: the printed ones can have blanks and marks
    kept, count = [], 0
    try:
        numbered, texts = [str(at) for at in range(len(names))], {name: pa.string() for name in use}
        batches = arrow_csv.open_csv(
            path,
            arrow_csv.ReadOptions(encoding=encoding, column_names=numbered, skip_rows=1, block_size=_CHUNK),
            arrow_csv.ParseOptions(newlines_in_values=True),
            arrow_csv.ConvertOptions(include_columns=use, column_types=texts, strings_can_be_null=False),
        )
        for batch in batches:
            count += batch.num_rows
            if count > ROWS:
                raise UnreadableFile(f"{path.name}: more than {ROWS:,} rows; right would be fewer")
            if where:
                batch = batch.filter(_is_one_of(batch.column(use[columns.index(where[0])]), where[1]))
            kept.append(pa.table([compute.utf8_trim_whitespace(batch.column(name)) for name in use], names=columns))
            _refuse_large(path, kept)
    except pa.ArrowException as error:
        if "Empty CSV file" not in str(error):
            raise UnreadableFile(f"{path.name}: {_in_words(error)}; {_AGAIN}") from error
    return pa.concat_tables(kept) if kept else pa.table({name: pa.array([], pa.string()) for name in columns})


def _raw_names(path, encoding):
    try:
        with path.open(encoding=encoding, newline="") as file:
            names = next(csv.reader([file.readline(1 << 20)]), [])
    except (UnicodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}") from error
    if any(re.search(r"[\0-\x08\x0e-\x1f\ufffd]", name) for name in names):
        raise UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}")
    return names


def _in_words(error):
    text = str(error)
    if "columns, got" in text:
        wanted, got = text.split("Expected ")[1].split(" columns, got ")
        return f"a row has {got.split(':')[0]} columns where the header has {wanted}, so the file is cut off or damaged"
    return f"a damaged CSV file ({_brief(error)})"


def _refuse_cut_off(path, encoding):
    """A download that stopped leaves a quotation mark that nothing closes. (One that stopped in a number shows by the
    columns that its last row lacks; a last line without an end alone is no fault.)"""
    quotes = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            while chunk := file.read(_CHUNK):
                quotes += chunk.count('"')
    except UnicodeError as error:
        raise UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}") from error
    if quotes % 2:
        raise UnreadableFile(f"{path.name}: a quotation mark is opened and never closed, so the file is cut off; {_AGAIN}")


def _encoding(path):
    """UTF-8 with or without mark, UTF-16, or else Windows-1252, which every old Excel writes."""
    with Path(path).open("rb") as file:
        start = file.read(64)
        for mark, name in _BYTE_ORDER_MARKS.items():
            if start.startswith(mark):
                return name
        if b"\0" in start:
            return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"
