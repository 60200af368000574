"""What goes into a page, as hashes: a page is made again only when one of them has changed.

A page depends on its notebook's cells, its parameters and its place among the pages, all of ``data/``, all code of this
package, the lock, and the versions of Python and the packages that shape what comes out.
"""

import json
import platform
import re
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from importlib.metadata import requires, version
from pathlib import Path

PACKAGES = ["ipython", *(re.match(r"[\w.-]+", one)[0] for one in requires("cyp-helpers") if "extra ==" not in one)]


class Inputs:
    """Everything in a project, a folder with ``data/`` and ``notebooks/``, that pages can depend on, as it is now."""

    def __init__(self, project):
        self._project = Path(project)
        self._looks = self._look()  # before reading: what changes meanwhile is then seen to have changed
        self.files = {name: digest_of(path.read_bytes()) for name, path in self._paths().items()}
        self.packages = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
        notebooks = (path for name, path in self._paths().items() if name.startswith("notebooks/"))
        self._cells = {path.stem: _cells(path) for path in notebooks}

    @cached_property
    def identity(self):
        """One hash of everything that pages can depend on."""
        return _digest([self.files, self.packages])

    @cached_property
    def _always(self):
        others = {name: digest for name, digest in self.files.items() if not name.startswith("notebooks/")}
        return _digest([self.packages, others])

    def digest(self, job, pages=()):
        """One hash of all that the files of a Job or a Run depend on; ``pages`` is what its navigation shows."""
        return _digest([self._always, asdict(job), list(pages), self._cells.get(getattr(job, "notebook", None))])

    def unchanged(self):
        """Whether every file is the one that was read: also one that was changed and changed back is not."""
        return self._look() == self._looks

    def _look(self):
        stats = ((name, path.stat()) for name, path in self._paths().items())
        return {name: (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) for name, stat in stats}

    def _paths(self):
        """Each file by its name; notes, and what Python and spreadsheets keep beside, are no inputs."""
        project, code = self._project, Path(__file__).parents[1]
        notebooks = (project / "notebooks").glob("*.ipynb")
        paths = [*(project / "data").rglob("*"), *notebooks, project / "requirements.lock"]
        paths = {path.relative_to(project).as_posix(): path for path in sorted(paths)}
        paths |= {path.relative_to(code.parent).as_posix(): path for path in sorted(code.rglob("*"))}
        return {
            name: path
            for name, path in paths.items()
            if path.suffix not in (".md", ".pyc") and not path.name.startswith((".", "~")) and path.is_file()
        }


def digest_of(content):
    """SHA-256 of bytes, in hexadecimal."""
    return sha256(content).hexdigest()


def _cells(path):
    """Hash of a notebook's cells without their outputs, which are no input."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return _digest([[cell["cell_type"], "".join(cell["source"]), cell["metadata"], cell.get("id")] for cell in cells])


def _digest(parts):
    return digest_of(json.dumps(parts, sort_keys=True).encode())
