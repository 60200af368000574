"""Keep an own plan beside the shipped ones: add, replace, tell what changed, take out. All of a form, or nothing."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pandas as pd

from cyp_helpers.forms.mark import marked_copy
from cyp_helpers.forms.read import FAULTS, read_form
from cyp_helpers.forms.tables import tables_of
from cyp_helpers.register.checks import check_register, describe_fault
from cyp_helpers.register.own import FORM, OWN, own_folders
from cyp_helpers.register.schema import read_package
from cyp_helpers.register.store import locked, write_tables
from cyp_helpers.register.tables import UnknownName, load_register, read_table

_NAMES = {
    "plans": "title", "priorities": "title", "series": "name", "plan-indicators": "name_printed",
    "targets": "target_id", "observations": "observation_id", "actions": "wording", "action-statuses": "action_id",
    "commentary": "commentary_id", "indicator-owners": "plan_indicator_id", "indicators": "name",
}  # fmt: skip
_UNTOLD = ["locator", "source_id", "sha256", "position", "number"]  # a row that only moved has not changed
_MOST = 30


class FaultyForm(ValueError):
    """A form with faults: ``faults`` (DataFrame with ``FAULTS``) and ``copy`` (the marked one, None if not written)."""

    def __init__(self, faults, copy):
        super().__init__(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
        self.faults, self.copy = faults, copy


def add_plan(project, path):
    """Take a form into the register, in place of what stood under its name.

    Parameters
    ----------
    project : folder
    path : the filled form

    Returns
    -------
    (plan_id, lines): the lines say what is new, or what changed; none where nothing did.

    Raises
    ------
    UnreadableFile for a file that is no form; FaultyForm with every fault, and the register is as it was.
    """
    path = Path(path)
    form, faults = read_form(path)
    content = path.read_bytes()
    if not faults:
        tables, faults = tables_of(form, load_register(project, own=False), sha256(content).hexdigest())
    if faults:
        faults = pd.DataFrame(faults, columns=FAULTS)
        raise FaultyForm(faults, marked_copy(path, faults))
    with locked(project, write=True):
        plan, data = form.cover["plan_id"], Path(project) / "data"
        folder, package = data / OWN / plan, read_package(data)[0]
        files = {item["name"]: Path(item["path"]).name for item in package["resources"]}
        files["observations"] = "observations.csv"
        before = {name: read_table(folder / files[name]) for name in tables if (folder / files[name]).is_file()}
        kept = (folder / FORM).read_bytes() if (folder / FORM).is_file() else None

        def write(tables, content):
            rows = {f"{OWN}/{plan}/{files[name]}": rows for name, rows in tables.items()}
            write_tables(data, rows | {f"{OWN}/{plan}/{FORM}": content})

        write(tables, content)
        wrong = check_register(project)
        wrong = wrong[wrong["file"].str.startswith(f"data/{OWN}/{plan}/")]
        if len(wrong):  # a form that is good makes tables that are good; if it did not, the register stays as it was
            if kept is None:
                _take_away(folder)
            else:
                write(before, kept)
            why = f"{path.name} was read without a fault, but its tables have some, so nothing was added"
            raise RuntimeError(f"{why}: {'; '.join(map(describe_fault, wrong.head(3).itertuples()))}")
    return plan, describe_changes(before, tables)


def remove_plan(project, plan):
    """Take an own plan out of the register; raises UnknownName where there is none of that name."""
    with locked(project, write=True):
        folders = {folder.name: folder for folder in own_folders(Path(project) / "data")}
        if plan not in folders:
            told = f"Own plans: {', '.join(folders)}." if folders else "There is none."
            raise UnknownName(f"No own plan is called {plan!r}; the plans that come with the workbook stay. {told}")
        _take_away(folders[plan])


def describe_changes(before, tables):
    """What a plan holds, or what changed in it, in lines.

    Parameters
    ----------
    before, tables : dict of DataFrame by name; ``before`` is empty for a new plan
    """
    if not before:
        words = {"plan-indicators": "indicators", "observations": "figures", "commentary": "stories"}
        told = ["priorities", "plan-indicators", "targets", "observations", "actions", "commentary"]
        return [", ".join(f"{len(tables[name])} {words.get(name, name)}" for name in told)]
    lines = []
    for name, column in _NAMES.items():
        key, table = tables[name].columns[0], name.replace("-", " ")
        untold = [one for one in _UNTOLD if one != key]
        both = before.get(name, tables[name].iloc[:0]), tables[name]
        old, new = (rows.set_index(key, drop=False).drop(columns=untold, errors="ignore") for rows in both)
        lines += [f"{table}: new, {new.at[one, column]}" for one in new.index.difference(old.index, sort=False)]
        lines += [f"{table}: gone, {old.at[one, column]}" for one in old.index.difference(new.index, sort=False)]
        for one in new.index.intersection(old.index, sort=False):
            cells = [each for each in new if each in old and new.at[one, each] != old.at[one, each]]
            said = "; ".join(f"{each} {old.at[one, each]!r} is now {new.at[one, each]!r}" for each in cells)
            lines += [f"{table}: {new.at[one, column]}: {said}"] if cells else []
    return lines[:_MOST] + ([f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else [])


def _take_away(folder):
    """At once: first out of sight under a name that no plan has, then deleted."""
    aside = folder.with_name(f".removed-{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    os.replace(folder, aside)
    shutil.rmtree(aside, ignore_errors=True)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()
