"""What goes into a page, as hashes: a page is made again only when one of them has changed.

A page depends on its notebook's cells, its parameters and its place among the pages, the tables of the register that it
read, every other file of ``data/``, all code of this package, the lock, and the versions of Python and the packages
that shape what comes out. Tables are told by the notebook's kernel while it runs, so that a changed table makes only
those pages again that read it. A file of ``data/`` that is not a table of ``datapackage.json`` counts for every page.
"""

import hashlib
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

PACKAGES = [
    "gptables",
    "ipykernel",
    "matplotlib",
    "nbconvert",
    "numpy",
    "openpyxl",
    "pandas",
    "papermill",
    "seaborn",
]


class Inputs:
    """Everything in a project that pages can depend on, as it is now.

    Parameters
    ----------
    project : folder with ``data/`` and ``notebooks/``
    """

    def __init__(self, project):
        project = Path(project)
        code = Path(__file__).parents[1]
        self.files = {
            **_hashes(project, (project / "data").rglob("*")),
            **_hashes(project, (project / "notebooks").glob("*.ipynb")),
            **_hashes(code.parent, code.rglob("*")),
            **_hashes(project, [project / "requirements.lock"]),
        }
        self.packages = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
        package = json.loads((project / "data" / "datapackage.json").read_text(encoding="utf-8"))
        self._tables = {item["name"]: f"data/{item['path']}" for item in package["resources"]}
        self._cells = {path.stem: _cells(path) for path in (project / "notebooks").glob("*.ipynb")}
        self._always = {
            name: digest
            for name, digest in self.files.items()
            if not name.startswith("notebooks/") and name not in self._tables.values()
        }

    @property
    def identity(self):
        """One hash of everything that pages can depend on."""
        return _digest([self.files, self.packages])

    def digest(self, job, tables, pages=()):
        """One hash of all that a job's files depend on.

        Parameters
        ----------
        job : Job, TablesJob or Run
        tables : list of str, the tables of the register that it read
        pages : list of dict, what the navigation of its page shows
        """
        paths = sorted({path for name in tables for path in self._files_of(name)})
        parts = {
            "job": asdict(job),
            "pages": list(pages),
            "notebook": self._cells.get(getattr(job, "notebook", None)),
            "tables": {path: self.files.get(path) for path in paths},
            "always": self._always,
            "packages": self.packages,
        }
        return _digest(parts)

    def _files_of(self, table):
        """The files of a table; ``observations`` stands for all ``observations-...``."""
        if table in self._tables:
            return [self._tables[table]]
        return [path for name, path in self._tables.items() if name.startswith(f"{table}-")]


def _hashes(root, paths):
    """SHA-256 of each file by its path below a folder; notes, and what Python and spreadsheets keep beside, are no inputs."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.is_file() and path.suffix not in (".md", ".pyc") and not path.name.startswith((".", "~"))
    }


def _cells(path):
    """Hash of a notebook's cells without their outputs, which are no input."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    kept = [[cell["cell_type"], "".join(cell["source"]), cell["metadata"], cell.get("id")] for cell in cells]
    return _digest(kept)


def _digest(parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
