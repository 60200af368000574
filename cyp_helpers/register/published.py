"""The two files of published figures, of plans and of the catalogue: their form, and what has to hold for their rows
(``rules.csv``).

``figures`` are the rows of a file by themselves, ``lines`` each series, area and edition in it, held to the register,
and ``published`` the figures of ``published.parquet``, held to the register.
"""

from functools import lru_cache
from hashlib import sha256

import pandas as pd

from cyp_helpers.register import catalogue
from cyp_helpers.register.meaning import WORDS, broken, words_of

FILE, MORE = "observations/published.parquet", f"observations/{catalogue.FILE}"  # below data/
COLUMNS = {
    "series_id": "str", "breakdown": "str", "area_id": "str", "period": "str", "value": "str", "status": "str",
    "numerator": "float64", "denominator": "float64", "published": "str", "published_basis": "str", "source_id": "str",
    "locator": "str",
}  # fmt: skip


def published_form(register):
    """What is wrong with the form of the files as a whole, a list of [file, row, column, found, right]; the rules need
    it right."""
    return [fault for file in (FILE, MORE) for fault in _looked_at(register, file)[0]]


def published_faults(register):
    """All faults of published figures, as ``meaning_faults`` tells them; the form of the register and of the files has
    to be right."""
    faults, words = [], words_of(register)
    for file in (FILE, MORE):
        _, told, lines = _looked_at(register, file)
        if lines is not None:
            faults += told + broken("lines", lines.assign(in_catalogue=file == MORE), words, file)
    if (register.folder / FILE).is_file():
        rows, measures = register.table("published"), register.table("published-measures")
        unit = register.look_up(register.look_up(rows["series_id"], "series", "indicator_id"), "indicators", "unit")
        over = measures.loc[measures["above_100"] == "yes", "series_id"]
        faults += broken(
            "published", rows.assign(share=(unit == "percent") & ~rows["series_id"].isin(over)), words, FILE
        )
    return faults


def _looked_at(register, file):
    path = register.folder / file
    return _faults_of(path, file, sha256(path.read_bytes()).digest()) if path.is_file() else ([], [], None)


@lru_cache(maxsize=4)  # more than half a million rows, which only an import changes
def _faults_of(path, file, _):
    """Of a file the faults of its form, those of its figures, and its lines."""
    try:
        rows = pd.read_parquet(path)
    except (OSError, ValueError, KeyError, NotImplementedError, MemoryError) as error:  # pyarrow's own are such
        told = (str(error) or type(error).__name__).splitlines()[0][-80:]
        return (
            [[f"data/{file}", "", "", f"a damaged Parquet file: {told}", "the file as cyp import writes it"]],
            [],
            None,
        )
    form = {name: str(kind) for name, kind in rows.dtypes.items()}
    if form != COLUMNS:
        told, right = (", ".join(f"{name} ({kind})" for name, kind in one.items()) for one in (form, COLUMNS))
        return [[f"data/{file}", "", "", told, right]], [], None
    empty = [name for name, kind in COLUMNS.items() if kind == "str" and rows[name].isna().any()]
    if empty:
        return (
            [[f"data/{file}", "", name, "a cell without text", "text, which may be empty"] for name in empty],
            [],
            None,
        )
    return [], broken("figures", rows, WORDS, file), rows.drop_duplicates(["series_id", "area_id", "source_id"])
