"""Keep an own plan beside the shipped ones: add, replace, tell what changed, take out. All of a form, or nothing."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pandas as pd

from cyp_helpers.forms.editions import SAID, as_told_since
from cyp_helpers.forms.layout import COVER, HEADER
from cyp_helpers.forms.mark import marked_copy
from cyp_helpers.forms.read import FAULTS, read_form
from cyp_helpers.forms.tables import tables_of
from cyp_helpers.register.checks import check_register, describe_fault
from cyp_helpers.register.own import FORM, OWN, own_folders
from cyp_helpers.register.schema import read_package
from cyp_helpers.register.store import locked, write_tables
from cyp_helpers.register.tables import UnknownName, load_register, read_table
from cyp_helpers.show.wording import day as in_words

_NAMES = {
    "plans": "title", "priorities": "title", "series": "name", "plan-indicators": "name_printed",
    "targets": "target_id", "observations": "observation_id", "actions": "wording", "action-statuses": "action_id",
    "commentary": "commentary_id", "indicator-owners": "plan_indicator_id", "indicators": "name",
}  # fmt: skip
_UNTOLD = ["locator", "source_id", "sha256", "position", "number"]  # a row that only moved has not changed
_MOST = 30
EARLIER = "forms"  # folder of a plan's forms, each by the day on which it was filled in, with what it said then


class FaultyForm(ValueError):
    """A form with faults: ``faults`` (DataFrame with ``FAULTS``) and ``copy`` (the marked one, None if not written)."""

    def __init__(self, faults, copy):
        super().__init__(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
        self.faults, self.copy = faults, copy


def add_plan(project, path):
    """Take a form into the register, in place of that of its name and of the day on which it was filled in.

    What forms of other days say of figures, targets, actions and owners' stories stays for the reviews of their time.
    Returns (plan_id, lines): what is new, or what changed. Raises UnreadableFile for a file that is no form, FaultyForm
    with every fault; the register then is as it was.
    """
    path = Path(path)
    form, faults = read_form(path)
    content = path.read_bytes()
    if not faults:
        tables, faults = tables_of(form, load_register(project, own=False), sha256(content).hexdigest())
    if not faults:
        plan, filled, data = form.cover["plan_id"], form.cover["as_at"], Path(project) / "data"
        folder, package = data / OWN / plan, read_package(data)[0]
        files = {item["name"]: Path(item["path"]).name for item in package["resources"]}
        files["observations"] = "observations.csv"
        faults = _another_plan(tables, _read(folder, files, ["plans", "sources"]))
    if faults:
        faults = pd.DataFrame(faults, columns=FAULTS)
        raise FaultyForm(faults, marked_copy(path, faults))
    with locked(project, write=True):
        forms = {at.name: _read(at, files, SAID) for at in (form.parent for form in folder.glob(f"{EARLIER}/*/{FORM}"))}
        newest, stood = max(forms, default=filled), _read(folder, files, tables)
        before = stood | forms.get(newest, {})
        forms[filled] = {name: tables[name] for name in SAID}
        lines = describe_changes(before, tables)
        written = _paths(files, forms[filled], f"{EARLIER}/{filled}", content)
        if filled < newest:
            lines = [f"Kept for reviews before {_day(newest)}; the form of that day is newer and stands."]
            tables, content = stood, (folder / FORM).read_bytes()
        elif newest < filled and lines:
            told = f"Reviews before {_day(filled)} keep figures, targets, statuses and stories of the form of {_day(newest)}."
            lines.append(f"{told} Priorities, indicators and actions are at every review those of the newest form.")
        written |= _paths(files, as_told_since(forms, tables), "", content)
        old = {path: (folder / path).read_bytes() for path in written if (folder / path).is_file()}
        write_tables(data, {f"{OWN}/{plan}/{path}": rows for path, rows in written.items()})
        wrong = check_register(project)
        wrong = wrong[wrong["file"].str.startswith(f"data/{OWN}/{plan}/")]
        if len(wrong):  # a form that is good makes tables that are good; if it did not, the register stays as it was
            _put_back(data, plan, written, old)
            why = f"{path.name} was read without a fault, but its tables have some, so nothing was added"
            raise RuntimeError(f"{why}: {'; '.join(map(describe_fault, wrong.head(3).itertuples()))}")
    return plan, lines


def _read(folder, files, names):
    """Tables of a folder by name, of those that are there."""
    return {name: read_table(folder / files[name]) for name in names if (folder / files[name]).is_file()}


def _paths(files, tables, folder, content):
    """Tables and the form by their paths in the folder of a plan."""
    return {Path(folder, files[name]).as_posix(): rows for name, rows in tables.items()} | {
        Path(folder, FORM).as_posix(): content
    }


def _day(text):
    return in_words(pd.Timestamp(text))


def _put_back(data, plan, written, old):
    folder = data / OWN / plan
    if not old:
        return _take_away(folder)
    write_tables(data, {f"{OWN}/{plan}/{path}": content for path, content in old.items()})
    for path in written.keys() - old:
        (folder / path).unlink(missing_ok=True)


def _another_plan(tables, stood):
    """The fault of a form that bears the name of another plan: of another area, or with title and organisation changed."""
    if len(stood.get("plans", [])) != 1 or stood.get("sources", pd.DataFrame()).empty:
        return []
    sides = [(rows["plans"].iloc[0], rows["sources"].iloc[0]) for rows in (stood, tables)]
    (plan, source), (new_plan, new_source) = sides
    renamed = plan["title"] != new_plan["title"] and source["publisher"] != new_source["publisher"]
    if plan["area_id"] == new_plan["area_id"] and not renamed:
        return []
    name = plan["plan_id"]
    found = f"{name!r}, the name of {plan['title']!r} of {source['publisher']}"
    right = f"another name, if this is another plan; if it replaces that one, take that out first: cyp remove-plan {name}"
    row = HEADER + 1 + [column.key for column in COVER.columns].index("plan_id")
    return [["Cover", f"B{row}", found, right]]


def remove_plan(project, plan):
    """Take an own plan out of the register; raises UnknownName where there is none of that name."""
    with locked(project, write=True):
        folders = {folder.name: folder for folder in own_folders(Path(project) / "data")}
        if plan not in folders:
            told = f"Own plans: {', '.join(folders)}." if folders else "There is none."
            raise UnknownName(f"No own plan is called {plan!r}; the plans that come with the workbook stay. {told}")
        _take_away(folders[plan])


def describe_changes(before, tables):
    """What a plan holds, or what changed in it, in lines; ``before`` is empty for a new plan."""
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
