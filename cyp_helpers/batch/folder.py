"""A review's folder: one run at a time, pages kept as they are made, moved into place when all are there.

While a run goes on, what it makes stands in a work folder beside the review's. Each file is written aside and moved
there whole, and after it the manifest, which says what every page was made from. A run that was stopped, even by
kill -9, leaves the work folder; the next run takes from it, from a failed run and from the last good one every page
whose inputs are unchanged, and makes the others. What no run has made stays where it is.
"""

import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

from cyp_helpers.batch.inputs import digest_of
from cyp_helpers.register.store import write_whole

MANIFEST = "manifest.json"
PLAIN_NAME = re.compile(r"(?!(con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9-]{0,99}", re.IGNORECASE)


class CannotRun(RuntimeError):
    """A review cannot be run, before anything was changed: another run of it is under way, or its folder is not fit."""


class ReviewFolder:
    """Where the pages of a Run, one review of one area, are made and stand; CannotRun where that is not below the
    project's ``outputs/``, or that is not a folder of its own."""

    def __init__(self, project, run):
        review = run.review.replace(" ", "-")
        self.outputs, parts = Path(project) / "outputs", [part for part in (run.plan, review, run.area) if part]
        for part in parts:
            if not PLAIN_NAME.fullmatch(part):
                can = "letters, digits and hyphens can, up to 100"
                raise CannotRun(f"{part!r} cannot name a folder of outputs/: {can}")
        self.path = self.outputs.joinpath(*parts)
        self.failed = self.path.with_name(f"{self.path.name}-failed")
        self.work = self.outputs / run.plan / ("." + ".".join(parts[1:]))
        self._lock = self.outputs / run.plan / f".{review}.lock"
        self._refuse_elsewhere(Path(project).resolve())

    def _refuse_elsewhere(self, project):
        outputs = self.outputs.resolve()
        if outputs != project / "outputs" and (outputs.is_relative_to(project) or project.is_relative_to(outputs)):
            raise CannotRun(f"outputs/ leads to {outputs}, among what is not outputs; it must be a folder of its own")
        for path in (self.path, self.failed, self.work, self._lock):
            if path.resolve() != outputs / path.relative_to(self.outputs):
                raise CannotRun(f"{path} leads to {path.resolve()}; it must be below outputs/, without links")

    @contextmanager
    def locked(self):
        """Hold the review's lock, which the system lets go when this process ends; CannotRun where another holds it."""
        from filelock import FileLock, Timeout

        self._lock.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock, timeout=0, is_singleton=True)  # areas of one review share it within a run
        try:
            lock.acquire()
        except Timeout:
            held = f"a run of this review is under way and holds {self._lock}"
            raise CannotRun(f"{held}: wait for it or end it") from None
        try:
            for target in (self.path, self.failed):
                _complete_move(target)
            yield
        finally:
            lock.release()

    def manifest(self):
        """The manifest of the last good run, or an empty dict."""
        return manifest_of(self.path)

    def opened(self):
        """What the newest run learnt when it opened the review, or an empty dict."""
        return next(filter(None, (manifest_of(one).get("opened") for one in (self.work, self.failed, self.path))), {})

    def entries(self):
        """Each page that succeeded, in the last good run, a failed one or a stopped one; the newest counts: by its name
        its entry in the manifest, and ``folder``, where its files stand."""
        return {
            entry["name"]: {**entry, "folder": folder}
            for folder in (self.path, self.failed, self.work)
            for entry in manifest_of(folder).get("made", [])
            if entry["status"] == "succeeded"
        }

    def refuse_to_replace(self, names):
        """Raise CannotRun where a file of the review's folder has one of these names and no run has made it."""
        made = _made_in(self.path)
        for name in sorted(names):
            if made and name not in made and (self.path / name).exists():
                raise CannotRun(f"{self.path / name} is none of a run's files, and one would come there: move it away")

    def keep(self, files, manifest):
        """Put finished files (dict of bytes by name) into the work folder, then the manifest that speaks of them."""
        self.work.mkdir(parents=True, exist_ok=True)
        for name, content in [*files.items(), (MANIFEST, _sealed(manifest))]:
            write_whole(self.work / name, content)

    def take_over(self, entry):
        """Bring an unchanged page of an earlier run into the work folder."""
        for name in entry["files"] if entry["folder"] != self.work else []:
            self.work.mkdir(parents=True, exist_ok=True)
            write_whole(self.work / name, (entry["folder"] / name).read_bytes())

    def into_place(self, manifest, failed):
        """Make the work folder the review's folder, or with ``failed`` the one beside it; returns which.

        What the manifest does not name is left behind; the folder of the last good run stays as it is after a failure.
        """
        self.keep({}, manifest)
        made = _made_in(self.work)
        for path in list(self.work.iterdir()):
            if path.is_file() and path.name not in made:
                path.unlink()
        target = self.failed if failed else self.path
        _move(self.work, target)
        if not failed and self.failed.exists():
            for name in _made_in(self.failed):
                (self.failed / name).unlink(missing_ok=True)
            if not any(self.failed.iterdir()):
                self.failed.rmdir()
        return target


def is_whole(entry):
    """Whether all files of an entry stand in its folder with the content they were made with."""
    paths = ((entry["folder"] / name, digest) for name, digest in entry["files"].items())
    return all(path.is_file() and digest_of(path.read_bytes()) == digest for path, digest in paths)


# ---- files and folders moved whole ----


def _move(work, target):
    """Put a finished folder where the old one was. Stopped half-way, ``_complete_move`` goes on."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(_old(target))
    try:
        work.rename(target)
    finally:
        _complete_move(target)


def _complete_move(target):
    """Clear away what a move leaves: the old folder, which comes back if the new one is not there. Folders of other
    areas and files that no run has made move on; with no readable old manifest, all that the new one does not have."""
    old = _old(target)
    if not old.exists():
        return
    if not target.exists():
        old.rename(target)
        return
    made = _made_in(old)
    for path in list(old.iterdir()):
        if path.name not in made and not (target / path.name).exists():
            path.rename(target / path.name)
    shutil.rmtree(old)


def _old(target):
    return target.with_name(f".{target.name}-old")


# ---- manifests ----


def _made_in(folder):
    """Names of the files that the manifest of a folder speaks of, itself included; none where it cannot be read."""
    manifest = manifest_of(folder)
    return {MANIFEST, *(name for entry in manifest["made"] for name in entry["files"])} if manifest else set()


def manifest_of(folder):
    """The manifest of a folder, or an empty dict where there is none or it is not as a run has written it."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest if manifest.pop("seal") == _seal(manifest) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _sealed(manifest):
    return (json.dumps({**manifest, "seal": _seal(manifest)}, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _seal(manifest):
    return digest_of(json.dumps(manifest, sort_keys=True).encode())
