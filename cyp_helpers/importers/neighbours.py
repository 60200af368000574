"""Lists of statistical neighbours (Department for Education): ten for each authority, by LA number."""

import pandas as pd

from cyp_helpers.importers.mapping import area_of_number
from cyp_helpers.importers.reading import UnreadableFile, file_kind

LIST_COLUMNS = ["list_id", "title", "publisher", "published", "source_id"]
NEIGHBOUR_COLUMNS = ["list_id", "area_id", "position", "neighbour_id", "closeness"]
_FIRST, _TEN, _NONE = "LA num", 10, "-"


def read_sheet(path):
    """The first sheet of a workbook as text, from the row that holds the column names.

    Returns
    -------
    DataFrame of str with the printed names (as they are, also twice). Raises UnreadableFile.
    """
    import openpyxl

    if file_kind(path) != "xlsx":
        raise UnreadableFile(f"{path.name}: no Excel workbook; right would be the publisher's .xlsx file")
    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
        rows = [
            ["" if cell is None else str(cell).strip() for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    except (OSError, KeyError, ValueError, IndexError, EOFError) as error:
        raise UnreadableFile(f"{path.name}: a damaged Excel file ({error}); download it again") from error
    at = next((at for at, row in enumerate(rows[:20]) if {_FIRST, "LA Number"} & set(row)), None)
    if at is None:
        raise UnreadableFile(
            f"{path.name}: no row with the column {_FIRST!r} (neighbours) or 'LA Number' (areas) in the first sheet"
        )
    width = max(place for place, name in enumerate(rows[at]) if name) + 1
    body = [row[:width] for row in rows[at + 1 :] if row[0]]
    return pd.DataFrame(body, columns=rows[at][:width], dtype="str")


def is_neighbour_list(sheet):
    """Whether a sheet is a list of neighbours: SN1 to SN10, each with its closeness to the right."""
    return "SN1" in sheet.columns


def read_neighbours(sheet, file_name, register, list_id):
    """Neighbours in the register's form.

    Parameters
    ----------
    sheet : frame of ``read_sheet``; a name such as "SNP" stands ten times, to the right of its neighbour
    file_name : for messages
    register : Register, for the areas
    list_id : text such as "sn-2025-05"

    Returns
    -------
    DataFrame of ``NEIGHBOUR_COLUMNS``; an authority with dashes for neighbours has no row. Raises UnreadableFile where a
    column is missing, an area unknown or an authority stands twice.
    """
    names = sheet.columns.tolist()
    missing = [f"SN{place}" for place in range(1, _TEN + 1) if f"SN{place}" not in names]
    if missing or _FIRST not in names:
        told = ", ".join(map(repr, missing or [_FIRST]))
        raise UnreadableFile(f"{file_name}: no column {told}; a list of neighbours has {_FIRST!r} and 'SN1' to 'SN10'")
    parts = []
    for place in range(1, _TEN + 1):
        at = names.index(f"SN{place}")
        closeness = sheet.iloc[:, at + 1] if names[at + 1 : at + 2] == ["SNP"] else ""
        parts.append(
            pd.DataFrame({"la": sheet[_FIRST], "position": place, "other": sheet.iloc[:, at], "closeness": closeness})
        )
    long = pd.concat(parts, ignore_index=True)
    long = long[long["other"] != _NONE]
    areas = area_of_number(register)
    unknown = sorted((set(long["la"]) | set(long["other"])) - set(areas.index))
    if unknown:
        raise UnreadableFile(f"{file_name}: area number {unknown[0]!r}, which data/reference/areas.csv does not have")
    if long.duplicated(["la", "position"]).any():
        twice = long.loc[long.duplicated(["la", "position"]), "la"].iloc[0]
        raise UnreadableFile(f"{file_name}: area number {twice} stands twice; right would be one row an authority")
    long = long.assign(list_id=list_id, area_id=long["la"].map(areas), neighbour_id=long["other"].map(areas))
    long["closeness"] = long["closeness"].astype("str").str.capitalize()
    return long.sort_values(["area_id", "position"])[NEIGHBOUR_COLUMNS].reset_index(drop=True)
