"""Write several tables so that the register is never half new.

Every file is first written beside the register. Then a list of moves is written, and only then are the files moved into
place. A move that fails is undone; a run that was killed between two moves is finished by the next one.
"""

import json
import os
import shutil
from pathlib import Path

_ASIDE = ".importing"
_MOVES = "moves.json"


def write_tables(data, tables):
    """Replace files of the register.

    Parameters
    ----------
    data : folder of the register
    tables : dict of path below ``data`` -> frame; ``.parquet`` or ``.csv`` by the path's ending

    Returns
    -------
    list of the paths whose bytes changed. Raises OSError where a file cannot be replaced (open in Excel, perhaps); the
    register then is as it was.

    >>> write_tables(Path("data"), {})
    []
    """
    finish_interrupted(data)
    aside = Path(data) / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        changed = [path for path, frame in tables.items() if _write_aside(Path(data), aside, path, frame)]
        if changed:
            _write_text(aside / _MOVES, json.dumps(changed))
            _move_all(Path(data), aside, changed)
        return changed
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def finish_interrupted(data):
    """Finish the moves of a run that was killed after it had begun to move; what is not complete is thrown away."""
    aside = Path(data) / _ASIDE
    if (aside / _MOVES).is_file():
        for path in json.loads((aside / _MOVES).read_text(encoding="utf-8")):
            if (aside / "new" / path).is_file():
                os.replace(aside / "new" / path, Path(data) / path)
    shutil.rmtree(aside, ignore_errors=True)


def _write_aside(data, aside, path, frame):
    """Write one file aside; False (and nothing left) where it is as it was."""
    new = aside / "new" / path
    new.parent.mkdir(parents=True, exist_ok=True)
    if new.suffix == ".parquet":
        # One writer version, no index and no schema metadata: the same rows give the same bytes.
        frame.to_parquet(new, engine="pyarrow", index=False, compression="zstd", compression_level=15)
    else:
        frame.to_csv(new, index=False, lineterminator="\n", encoding="utf-8")
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    old = data / path
    if old.is_file() and old.read_bytes() == new.read_bytes():
        new.unlink()
        return False
    if old.is_file():
        kept = aside / "old" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(old, kept)
    return True


def _move_all(data, aside, changed):
    moved = []
    try:
        for path in changed:
            (data / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(aside / "new" / path, data / path)
            moved.append(path)
    except OSError:
        (aside / _MOVES).unlink()
        for path in moved:
            kept = aside / "old" / path
            os.replace(kept, data / path) if kept.is_file() else (data / path).unlink()
        raise


def _write_text(path, text):
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
