"""Open a publisher's file, whatever state it is in: a frame of text, or one clear message about what is wrong.

What a file is, is read from its first bytes and never from its name: an error page saved as .csv is still a page.
"""

import codecs
import zipfile
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

_CHUNK = 1 << 22
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_AGAIN = "download it again from its publisher"


class UnreadableFile(ValueError):
    """A file that cannot be used; the message names it, says what was found and what would be right."""


def file_kind(path):
    """What a file is, by its content: "csv", "parquet" or "xlsx".

    Raises UnreadableFile for a file that is missing, empty, cut off, or a web page.

    >>> file_kind("bds_long_2026-04-08.parquet")  # doctest: +SKIP
    'parquet'
    """
    path = Path(path)
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
        if not zipfile.is_zipfile(path):
            raise UnreadableFile(f"{path.name}: an Excel file that is cut off; {_AGAIN}")
        return "xlsx"
    text = (
        start.decode("utf-16" if b"\0" in start[:64] else "latin-1", errors="ignore").lstrip("\ufeff ï»¿\r\n\t").lower()
    )
    if text.startswith(("<!doctype html", "<html", "<head", "<?xml")):
        raise UnreadableFile(f"{path.name}: a web page (perhaps an error message), not data; {_AGAIN}")
    return "csv"


def read_header(path):
    """The column names of a file, with blanks around them taken off.

    Raises UnreadableFile as ``file_kind`` does, and for columns that are not separated by commas.
    """
    kind = file_kind(path)
    if kind == "parquet":
        return _parquet_names(path)
    if kind == "xlsx":
        return []
    raw = _raw_names(Path(path), _encoding(path))
    if len(raw) == 1:
        other = {";": "semicolons", "\t": "tabs"}
        found = next((word for mark, word in other.items() if mark in raw[0]), "")
        if found:
            raise UnreadableFile(f"{Path(path).name}: columns separated by {found}; right would be commas (CSV UTF-8)")
    return [name.strip() for name in raw]


def read_frame(path, wanted, where=None):
    """The columns that are needed, as text, in the order asked for.

    Parameters
    ----------
    path : CSV or Parquet file in any order of columns; a CSV file in UTF-8, UTF-16 or Windows-1252
    wanted : dict of the name to use -> names under which publishers have printed that column
    where : optional (name, values): only rows whose cell is one of the values are kept. A CSV file is read batch by
        batch, so a file larger than memory needs room for the kept rows only

    Returns
    -------
    DataFrame of str; an empty cell is ''. Raises UnreadableFile where a column is missing, the file is
    damaged or no row is left.

    >>> read_frame("x.csv", {"area": ("LA", "area")})["area"].tolist()  # doctest: +SKIP
    ['891']
    """
    kind = file_kind(path)
    if kind == "xlsx":
        raise UnreadableFile(f"{Path(path).name}: an Excel workbook; right would be a CSV or Parquet file")
    found = match_columns(read_header(path), wanted, Path(path).name)
    read = _read_parquet if kind == "parquet" else _read_csv
    table = read(Path(path), list(found.values()), (found[where[0]], where[1]) if where else None)
    if not table.num_rows:
        wanted_rows = f" with a {found[where[0]]!r} that the register uses" if where else " below the column names"
        raise UnreadableFile(f"{Path(path).name}: no row{wanted_rows}")
    frame = table.rename_columns(list(found)).to_pandas(strings_to_categorical=False)
    return frame.astype("str").fillna("")


def match_columns(names, wanted, file_name):
    """Which column of the file holds each that is wanted; ``wanted`` as in ``read_frame``.

    Raises UnreadableFile naming every one that is missing, with the nearest that is there.

    >>> match_columns(["Referrals"], {"count": ("referral_count", "Referrals")}, "c1.csv")
    {'count': 'Referrals'}
    """
    twice = sorted(
        {name for name in names if names.count(name) > 1} & {one for many in wanted.values() for one in many}
    )
    if twice:
        raise UnreadableFile(f"{file_name}: two columns are called {twice[0]!r}; right would be one")
    folded = {fold_name(name): name for name in names}
    found = {
        key: next((folded[fold_name(one)] for one in many if fold_name(one) in folded), None)
        for key, many in wanted.items()
    }
    missing = [key for key, name in found.items() if name is None]
    if missing:
        told = "; ".join(_missing(wanted[key], names) for key in missing)
        raise UnreadableFile(f"{file_name}: {told}. It has the columns {', '.join(names[:30])}")
    return found


def fold_name(name):
    """A column's name without what drifts between editions: capitals, and blanks for underscores.

    >>> fold_name("Short Desc")
    'short_desc'
    """
    return name.casefold().replace(" ", "_")


def _missing(accepted, names):
    near = get_close_matches(accepted[0], names, n=1)
    hint = f" ({near[0]!r} is near: if it is the same, add it to data/reference/published_measures.csv)" if near else ""
    return f"no column {' or '.join(map(repr, accepted))}{hint}"


def _parquet_names(path):
    from pyarrow import parquet

    try:
        return parquet.read_schema(path).names
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{Path(path).name}: a damaged Parquet file ({error}); {_AGAIN}") from error


def _read_parquet(path, columns, where):
    import pyarrow as pa
    from pyarrow import parquet

    try:
        filters = [(where[0], "in", list(where[1]))] if where else None
        table = parquet.read_table(path, columns=columns, filters=filters)
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{path.name}: a damaged Parquet file ({error}); {_AGAIN}") from error
    whole = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    for name in whole:  # LAIT writes area numbers as 891.0
        numbers = table.column(name)
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, _number_text(numbers))
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))


def _number_text(numbers):
    """Numbers as text: whole ones without ".0"."""
    import pyarrow as pa

    text = numbers.to_pandas().map(lambda number: "" if pd.isna(number) else f"{number:.15g}")
    return pa.array(text, pa.string())


def _read_csv(path, columns, where):
    import pyarrow as pa
    from pyarrow import compute, csv

    encoding = _encoding(path)
    _refuse_cut_off(path, encoding)
    names = _raw_names(path, encoding)
    place = {name.strip(): at for at, name in enumerate(names)}
    reader_names = [str(at) for at in range(len(names))]  # own names: the printed ones can have blanks and marks
    use = [str(place[name]) for name in columns]
    kept = []
    try:
        batches = csv.open_csv(
            path,
            read_options=csv.ReadOptions(encoding=encoding, column_names=reader_names, skip_rows=1, block_size=_CHUNK),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=use, column_types={name: pa.string() for name in use}, strings_can_be_null=False
            ),
        )
        for batch in batches:
            if where:
                values = pa.array(sorted(where[1]), pa.string())
                batch = batch.filter(compute.is_in(batch.column(str(place[where[0]])), values))
            kept.append(batch)
        table = pa.Table.from_batches(kept, schema=batches.schema)
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in columns})
        raise UnreadableFile(f"{path.name}: {_in_words(error)}; {_AGAIN}") from error
    return table.rename_columns(columns)


def _raw_names(path, encoding):
    import csv

    try:
        with path.open(encoding=encoding, newline="") as file:
            return next(csv.reader(file), [])
    except (UnicodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}") from error


def _in_words(error):
    text = str(error)
    if "columns, got" in text:
        wanted, got = text.split("Expected ")[1].split(" columns, got ")
        return f"a row has {got.split(':')[0]} columns where the header has {wanted}, so the file is cut off or damaged"
    return f"a damaged CSV file ({text})"


def _refuse_cut_off(path, encoding):
    """A download that stopped leaves a last line without its end, or a quotation mark that nothing closes."""
    quotes, last = 0, ""
    try:
        with path.open(encoding=encoding, newline="") as file:
            while chunk := file.read(_CHUNK):
                quotes += chunk.count('"')
                last = chunk[-1]
    except UnicodeError as error:
        raise UnreadableFile(f"{path.name}: neither text nor Parquet nor Excel; {_AGAIN}") from error
    if quotes % 2:
        raise UnreadableFile(
            f"{path.name}: a quotation mark is opened and never closed, so the file is cut off; {_AGAIN}"
        )
    if last not in "\r\n":
        raise UnreadableFile(
            f"{path.name}: the last line has no end, so the file may be cut off; {_AGAIN}, "
            "or end the last line if the file is whole"
        )


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
