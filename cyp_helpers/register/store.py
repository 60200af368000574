"""Write several tables so that the register is never half new, and nowhere but in ``data/``.

Every file is first written beside the register. Then a list of moves is written, and only then are the files moved into
place. A move that fails is undone; a run that was killed between two moves is finished by whoever opens the register
next. Who reads holds a lock that others share, who writes holds it alone; the system lets go when a process ends.
"""

import json
import os
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path

_ASIDE = ".importing"
_MOVES = "moves.json"
_ROWS = 25_000  # of a group in a large Parquet file
_held = set()  # projects that this process has locked


class Outside(OSError):
    """A file would be written outside the folder that it belongs to."""


class Busy(RuntimeError):
    """Another process reads or writes the register; the message says so."""


def refuse_outside(path, folder):
    """Raise Outside where a path, its links followed, does not lie in a folder.

    >>> refuse_outside("outputs/../data", "outputs")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    Outside: outputs/../data lies outside outputs
    """
    if not Path(path).resolve().is_relative_to(Path(folder).resolve()):
        raise Outside(f"{path} lies outside {folder}, by its name or a link; right would be a folder in it")


@contextmanager
def locked(project, write=False, wait=60):
    """Hold ``data/`` of a project's folder: shared for reading, alone for writing.

    Raises Busy where another process holds it for ``wait`` seconds, OSError where its lock cannot be had.

    >>> with locked(".", write=True):  # doctest: +SKIP
    ...     write_tables(Path("data"), {})
    """
    from filelock import ReadWriteLock, Timeout

    project = Path(project).resolve()
    path, other = project / "outputs" / ".data.lock", "a review or an import" if write else "an import"
    try:
        path.parent.mkdir(exist_ok=True)
        lock = ReadWriteLock(path)
        (lock.acquire_write if write else lock.acquire_read)(timeout=wait)
    except Timeout:
        raise Busy(f"{other} is under way and holds {project / 'data'}: wait for it or end it") from None
    except (OSError, sqlite3.Error) as error:
        right = "outputs/ must be a folder that can be written to, and a damaged lock can be deleted"
        raise OSError(f"{path} cannot be used ({error}): {right}") from None
    try:
        _held.add(project)
        if write:
            finish_interrupted(project / "data")
        yield
    finally:
        _held.discard(project)
        lock.release()


def recover(project):
    """Finish what an import that was killed has left, unless this process holds the register itself."""
    project = Path(project).resolve()
    if (project / "data" / _ASIDE).exists() and project not in _held:
        with locked(project, write=True):
            pass


def write_tables(data, tables):
    """Replace files of the register by a dict of path below ``data`` -> frame (``.parquet`` or ``.csv``) or bytes.

    Returns a list of the paths whose bytes changed. Raises OSError where a file cannot be replaced (open in Excel,
    perhaps) or would stand outside ``data``; the register then is as it was.

    >>> write_tables(Path("data"), {})
    []
    """
    data = Path(data)
    for path in tables:
        refuse_outside((data / path).parent, data)
    finish_interrupted(data)
    aside = data / _ASIDE
    aside.mkdir()
    try:
        changed = [path for path, frame in tables.items() if _write_aside(data, aside, path, frame)]
        if changed:
            _move_all(data, aside, changed)
        return changed
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def finish_interrupted(data):
    """Finish the moves of a run that was killed while it moved, forward or back; what is not complete is thrown away."""
    data, aside = Path(data), Path(data) / _ASIDE
    if (aside / _MOVES).is_file():
        folder, paths = json.loads((aside / _MOVES).read_text(encoding="utf-8"))
        _move(data, aside, folder, paths)
    shutil.rmtree(aside, ignore_errors=True)


def _write_aside(data, aside, path, frame):
    """Write one file aside; False (and nothing left) where it is as it was."""
    new = aside / "new" / path
    new.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(frame, bytes):
        new.write_bytes(frame)
    elif new.suffix == ".parquet":
        # One writer version, no index and no schema metadata: the same rows give the same bytes.
        rows = _ROWS if len(frame) > 10 * _ROWS else None  # of a large file a few series can be read alone
        frame.to_parquet(new, engine="pyarrow", index=False, compression="zstd", compression_level=15, row_group_size=rows)
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
    for path in changed:
        (data / path).parent.mkdir(parents=True, exist_ok=True)
    write_whole(aside / _MOVES, json.dumps(["new", changed]))
    try:
        _move(data, aside, "new", changed)
    except OSError:
        write_whole(aside / _MOVES, json.dumps(["old", changed]))
        _move(data, aside, "old", changed)
        raise


def _move(data, aside, folder, paths):
    """Move what stands aside into place. Back again the old is copied, so that a second try finds it; a file that had no
    old one, and is no longer aside, is taken away."""
    for path in paths:
        source, part = aside / folder / path, aside / "part"
        if folder == "new" and source.is_file():
            os.replace(source, data / path)
        elif folder == "old" and not (aside / "new" / path).is_file():
            if source.is_file():
                shutil.copy2(source, part)
                os.replace(part, data / path)
            else:
                (data / path).unlink(missing_ok=True)


def write_whole(path, content):
    """Write a file aside and move it into place, so that who opens it finds all of it or what was there before.

    ``content`` is text, bytes, or a function that writes to the path it is given, which has the file's ending.
    """
    aside = path.with_name(f".{path.name}")
    try:
        if callable(content):
            content(aside)
        else:
            aside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return path
