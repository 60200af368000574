"""Plans of one's own: their tables stand in ``data/own/<plan_id>/``, are checked as the shipped ones are, and come after them."""

import os
from pathlib import Path

import pandas as pd

OWN = "own"
FORM = "form.xlsx"
ROLE = "form"  # what the source of a plan of one's own is to it
OFF = "CYP_OWN_PLANS"  # "off": the shipped plans alone, as for the tests and the saved notebooks


def own_folders(data):
    """The folders of own plans in ``data/own/``, by name; none where the environment says CYP_OWN_PLANS=off.

    >>> own_folders("data")
    []
    """
    if os.environ.get(OFF) == "off":
        return []
    folders = sorted(Path(data, OWN).glob("*/"))
    return [folder for folder in folders if folder.is_dir() and not folder.name.startswith(".")]


def own_resources(data, package):
    """What ``datapackage.json`` would say of the files of own plans: each with the schema of its table.

    Figures are a table of their own, ``observations-<plan_id>``, as each document has one. A file that is not there is left out, but
    for the figures, so that a folder without any is noticed.
    """
    found, figures = [], next(item for item in package["resources"] if item["name"].startswith("observations-"))
    for folder in own_folders(data):
        own = f"{OWN}/{folder.name}/"
        theirs = [item | {"path": own + Path(item["path"]).name} for item in package["resources"]
                  if not item["name"].startswith("observations-")]  # fmt: skip
        found += [item for item in theirs if Path(data, item["path"]).is_file()]
        found.append(figures | {"name": f"observations-{folder.name}", "path": f"{own}observations.csv"})
    return found


def joined(parts):
    """Tables of several files each, from a list of (resource of ``datapackage.json``, rows), the shipped ones first;
    ``observations`` are those of all documents.

    Returns (tables, places): dict of DataFrame by name; for each name a list of (number of the first row, path), by
    which a row finds its file.
    """
    gathered, places = {}, {}
    for item, rows in parts:
        for name in [item["name"], *(["observations"] if item["name"].startswith("observations-") else [])]:
            before = gathered.setdefault(name, [])
            places.setdefault(name, []).append((sum(map(len, before)), item["path"]))
            before.append(rows)
    one = {name: pd.concat(rows, ignore_index=True) if len(rows) > 1 else rows[0] for name, rows in gathered.items()}
    return one, places


def is_own(tables, plan_ids):
    """Whether each plan is one of one's own; ``tables`` are those of a register.

    >>> is_own(load_register().tables, pd.Series(["early-help-2013-16"])).tolist()
    [False]
    """
    sources = tables["sources"]
    return plan_ids.isin(sources.loc[sources["role"] == ROLE, "plan_id"])
