"""A review's folder: one run at a time, pages kept as they are made, moved into place when all are there.

While a run goes on, what it makes stands in a work folder beside the review's. Each file is written aside and moved
there whole, and after it the manifest, which says what every page was made from. A run that was stopped, even by
kill -9, leaves the work folder; the next run takes from it, from a failed run and from the last good one every page
whose inputs are unchanged, and makes the others.
"""

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from cyp_helpers.register.store import Outside, refuse_outside

MANIFEST = "manifest.json"


class UnderWay(RuntimeError):
    """The review cannot begin: another run of it is under way, or its folder would stand outside ``outputs/``."""


class ReviewFolder:
    """Where the pages of one review of one area are made and stand.

    Parameters
    ----------
    project : folder
    run : Run
    """

    def __init__(self, project, run):
        self._outputs = Path(project).resolve() / "outputs"
        plan, review = Path(project) / "outputs" / run.plan, run.review.replace(" ", "-")
        self.path = plan / review / run.area if run.area else plan / review
        self.failed = self.path.with_name(f"{self.path.name}-failed")
        self.work = plan / ("." + ".".join(filter(None, [review, run.area])))
        self._lock = plan / f".{review}.lock"

    @contextmanager
    def locked(self):
        """Hold the review's lock, which the system lets go when this process ends, however it ends.

        Raises UnderWay where another process holds it, and where a folder would stand outside ``outputs/``, by an id or a
        link: nothing is moved or deleted there.
        """
        from filelock import FileLock, Timeout

        try:
            for folder in (self.path, self.failed, self.work, _old(self.path), _old(self.failed)):
                refuse_outside(folder, self._outputs)
        except Outside as error:
            raise UnderWay(str(error)) from error
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock, timeout=0, is_singleton=True)  # areas of one review share it within a run
        try:
            lock.acquire()
        except Timeout:
            raise UnderWay(f"a run of this review is under way and holds {self._lock}: wait for it or end it") from None
        try:
            _complete_move(self.path)
            _complete_move(self.failed)
            yield
        finally:
            lock.release()

    def manifest(self):
        """The manifest of the last good run, or an empty dict."""
        return _manifest(self.path)

    def opened(self):
        """What the newest run learnt when it opened the review, or an empty dict."""
        return next(filter(None, (_manifest(one).get("opened") for one in (self.work, self.failed, self.path))), {})

    def entries(self):
        """Each page that succeeded, in the last good run, a failed one or a stopped one; the newest counts.

        Returns
        -------
        dict by name of the page: its entry in the manifest, and ``folder``, where its files stand
        """
        return {
            entry["name"]: {**entry, "folder": folder}
            for folder in (self.path, self.failed, self.work)
            for entry in _manifest(folder).get("made", [])
            if entry["status"] == "succeeded"
        }

    def keep(self, files, manifest):
        """Put finished files into the work folder, then the manifest that speaks of them.

        Parameters
        ----------
        files : dict of bytes by name
        manifest : dict
        """
        self.work.mkdir(parents=True, exist_ok=True)
        for name, content in [*files.items(), (MANIFEST, _text(manifest))]:
            refuse_outside(self.work / name, self.work)
            write_whole(self.work / name, content)

    def take_over(self, entry):
        """Bring an unchanged page of an earlier run into the work folder."""
        self.work.mkdir(parents=True, exist_ok=True)
        for name in entry["files"]:
            if entry["folder"] != self.work:
                shutil.copy2(entry["folder"] / name, self.work / f"{name}.partial")
                os.replace(self.work / f"{name}.partial", self.work / name)

    def forget(self):
        """Throw away what stands in the work folder."""
        shutil.rmtree(self.work, ignore_errors=True)

    def into_place(self, manifest, failed):
        """Make the work folder the review's folder, or with ``failed`` the one beside it; returns which.

        What the manifest does not name is left behind; the folder of the last good run stays as it is after a failure.
        """
        self.keep({}, manifest)
        named = {MANIFEST, *(name for entry in manifest["made"] for name in entry["files"])}
        for path in self.work.iterdir():
            if path.name not in named:
                path.unlink()
        target = self.failed if failed else self.path
        _move(self.work, target)
        if not failed:
            shutil.rmtree(self.failed, ignore_errors=True)
        return target


def is_whole(entry):
    """Whether all files of an entry stand in its folder with the content they were made with."""
    paths = {entry["folder"] / name: digest for name, digest in entry["files"].items()}
    return all(path.is_file() and digest_of(path.read_bytes()) == digest for path, digest in paths.items())


def digest_of(content):
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path, content):
    """Write bytes aside and move them into place, so that no half-written file ever stands there."""
    aside = path.with_name(f"{path.name}.partial")
    aside.write_bytes(content)
    os.replace(aside, path)


# ---- files and folders moved whole ----


def _move(work, target):
    """Put a finished folder where the old one was. Stopped half-way, ``_complete_move`` goes on."""
    target.parent.mkdir(parents=True, exist_ok=True)
    old = _old(target)
    if target.exists():
        target.rename(old)
    try:
        work.rename(target)
    finally:
        _complete_move(target)


def _complete_move(target):
    """Clear away what a move leaves: the old folder, which comes back if the new one is not there, and may hold the
    folders of other areas."""
    old = _old(target)
    if not old.exists():
        return
    if not target.exists():
        old.rename(target)
        return
    for folder in filter(Path.is_dir, list(old.iterdir())):
        folder.rename(target / folder.name)
    shutil.rmtree(old)


def _old(target):
    return target.with_name(f".{target.name}-old")


def _manifest(folder):
    path = folder / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _text(manifest):
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
