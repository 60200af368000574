"""Import files: find out what each is, read it, merge it, and write every table at once."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from cyp_helpers.importers import ees, fingertips, lait
from cyp_helpers.importers.areas import compare_list, learn_areas
from cyp_helpers.importers.editions import edition_day, edition_row
from cyp_helpers.importers.mapping import load_measures
from cyp_helpers.importers.merge import KEY, PUBLISHED_COLUMNS, merge_editions, needs_again, usual_day
from cyp_helpers.importers.neighbours import is_neighbour_list, read_neighbours, read_sheet
from cyp_helpers.importers.plausible import hold_back
from cyp_helpers.importers.reading import UnreadableFile, file_kind, fold_name, read_frame, read_header
from cyp_helpers.importers.store import finish_interrupted, write_tables
from cyp_helpers.register.tables import Register, load_register

PATHS = {
    "published": "observations/published.parquet",
    "quarantine": "observations/quarantine.csv",
    "editions": "reference/editions.csv",
    "areas": "reference/areas.csv",
    "neighbour-lists": "reference/neighbour_lists.csv",
    "neighbours": "reference/neighbours.csv",
}
QUARANTINE_COLUMNS = [*KEY, "value", "source_id", "locator", "rule", "reason"]
PUBLISHERS = {"lait": "LAIT", "ees": "Explore Education Statistics", "fingertips": "Fingertips"}
_DICTIONARY = {"measure": ("Measure_short",), "updated": ("Last Update",), "year_type": ("Year_Type",)}


@dataclass
class Imported:
    """What one file brought: words for the summary, and the frames that they are made from."""

    file: str
    source_id: str
    rows_read: int = 0
    figures: pd.DataFrame = field(default_factory=pd.DataFrame)
    held: pd.DataFrame = field(default_factory=pd.DataFrame)
    skipped: list = field(default_factory=list)
    again: list = field(default_factory=list)
    told: list = field(default_factory=list)


def import_files(project, publisher, paths, edition=None):
    """Bring files of one publisher into the register.

    Parameters
    ----------
    project : folder that holds ``data/``
    publisher : "lait", "ees" or "fingertips"
    paths : files, one or several; either all are taken or none
    edition : optional day of the edition, "2026-04-08", where the file's name does not say

    Returns
    -------
    (imported, before, after, changed): one ``Imported`` a file, the register before and after, and the paths of the
    files that changed. Raises UnreadableFile, and leaves the register as it was.
    """
    data = Path(project) / "data"
    finish_interrupted(data)
    before = load_register(project)
    before.tables["published"] = _read_published(data)
    after = Register(data, dict(before.tables))
    imported = [_import_one(Path(path), publisher, after, edition) for path in paths]
    touched = {name: after.tables[name] for name in PATHS if after.tables[name] is not before.tables[name]}
    changed = write_tables(data, {PATHS[name]: frame for name, frame in touched.items()})
    return imported, before, after, changed


def _read_published(data):
    path = data / PATHS["published"]
    if path.is_file():
        return pd.read_parquet(path)
    return pd.DataFrame({name: pd.Series(dtype="str") for name in PUBLISHED_COLUMNS}).astype(
        {"numerator": "float64", "denominator": "float64"}
    )


def _import_one(path, publisher, register, edition):
    """Read one file and put what it brings into ``register.tables`` (frames are replaced, never changed)."""
    if file_kind(path) == "xlsx":
        if publisher != "lait":
            raise UnreadableFile(f"{path.name}: an Excel workbook; {PUBLISHERS[publisher]} files are CSV")
        return _import_sheet(path, register, edition)
    what = _recognise(path, publisher)
    if what == "dictionary":
        return _import_dictionary(path, register, edition)
    return _import_figures(path, publisher, register, edition)


def _recognise(path, publisher):
    """ "figures" or "dictionary"; raises UnreadableFile for a file of another publisher, or of none that is known."""
    names = {fold_name(name) for name in read_header(path)}
    known = {
        "lait": [many[0] for many in lait.COLUMNS.values()],
        "ees": ["time_period", "time_identifier", "geographic_level", "country_code", "region_code", "new_la_code"],
        "fingertips": [many[0] for many in fingertips.COLUMNS.values()],
        "dictionary": ["Measure_code", "Measure_short", "Chart_title", "Year_Type", "dps"],
    }
    share = {one: sum(fold_name(name) in names for name in columns) / len(columns) for one, columns in known.items()}
    best = max(share, key=share.get)
    if share[best] < 0.5:
        wanted = ", ".join(known[publisher])
        raise UnreadableFile(
            f"{path.name}: not a file of {PUBLISHERS[publisher]}; it has the columns {', '.join(sorted(names)[:12])}, "
            f"right would be {wanted}"
        )
    owner = "lait" if best == "dictionary" else best
    if owner != publisher:
        raise UnreadableFile(
            f"{path.name}: a file of {PUBLISHERS[owner]}, not of {PUBLISHERS[publisher]}; use cyp import {owner}"
        )
    return "dictionary" if best == "dictionary" else "figures"


def _import_figures(path, publisher, register, edition):
    if publisher == "lait":
        dataset, (day, basis) = lait.DATASET, edition_day(path, edition, "")
        if not day:
            raise UnreadableFile(f"{path.name}: no day in the file's name; give it as --edition 2026-04-08")
        figures, read, skipped = lait.read_lait(path, register, day)
    else:
        reader = {
            "ees": (ees.find_dataset, ees.read_ees),
            "fingertips": (fingertips.find_dataset, fingertips.read_fingertips),
        }
        find, read_file = reader[publisher]
        dataset = find(path, register)
        if publisher == "ees":
            _add_areas(register, learn_areas(path, register))
        figures, read, skipped = read_file(path, register, None)
        known = _with_mapping(figures, register, dataset, None)
        day, basis = edition_day(path, edition, _newest_day(known, register))
    if figures.empty or not day:
        raise UnreadableFile(f"{path.name}: no row of a measure, area and year that the register has, in {read} rows")
    return _merge(path, dataset, day, basis, figures, read, skipped, register)


def _merge(path, dataset, day, basis, figures, read, skipped, register):
    figures = _with_mapping(figures, register, dataset, day)
    source = f"{dataset}-{day}"
    kept, held = hold_back(figures, register, day)
    row = edition_row(path, dataset, day, basis, read, len(kept))
    known, editions = register.table("editions"), _with_edition(register, row)
    held = held.assign(source_id=source)[QUARANTINE_COLUMNS]
    others = register.table("quarantine")
    quarantine = pd.concat([others[others["source_id"] != source], held]).sort_values(["source_id", *KEY, "rule"])
    published = merge_editions(register.table("published"), kept.assign(source_id=source), editions, register)
    register.tables["published"] = published
    register.tables["quarantine"] = quarantine.reset_index(drop=True)
    register.tables["editions"] = editions
    imported = Imported(path.name, source, read, kept, held, skipped, needs_again(row, editions))
    return replace(imported, told=_replaced(row, known))


def _replaced(row, editions):
    """A word where another file was imported as the same edition."""
    same = editions[(editions["source_id"] == row["source_id"]) & (editions["sha256"] != row["sha256"])]
    return [
        f"takes the place of {name}, imported as the same edition; --edition would keep both"
        for name in same["file_name"]
    ]


def _with_mapping(figures, register, dataset, day):
    measures = load_measures(register, dataset, day)
    columns = ["measure_key", "series_id", "breakdown", "unit", "per", "above_100", "minus_measure"]
    # LAIT publishes a measure's counts as measures of their own.
    return figures.merge(measures[columns], on="measure_key").assign(own_counts=dataset != lait.DATASET)


def _newest_day(figures, register):
    from cyp_helpers.register.periods import parse_periods

    dated = figures.assign(end=parse_periods(figures["period"])["end"]).dropna(subset="end")
    return usual_day(dated, register).max() if len(dated) else ""


def _with_edition(register, row):
    editions = register.table("editions")
    rest = editions[editions["source_id"] != row["source_id"]]
    table = pd.concat([rest, pd.DataFrame([row], dtype="str")], ignore_index=True)[editions.columns]
    return table.sort_values("source_id").reset_index(drop=True)


def _add_areas(register, new):
    if len(new):
        areas = pd.concat([register.table("areas"), new.sort_values("area_id")], ignore_index=True)
        register.tables["areas"] = areas


def _import_sheet(path, register, edition):
    sheet = read_sheet(path)
    if not is_neighbour_list(sheet):
        return _import_area_list(path, sheet, register, edition)
    day, basis = edition_day(path, edition, "")
    if not day:
        raise UnreadableFile(f"{path.name}: no month in the file's name; give a day as --edition 2025-05-31")
    list_id = f"sn-{day[:7]}"
    row = edition_row(path, "neighbours", day, basis, len(sheet), len(sheet))
    neighbours = read_neighbours(sheet, path.name, register, list_id)
    title = f"Statistical neighbours, list of {row['edition']}"
    entry = [list_id, title, row["publisher"], day, row["source_id"]]
    lists, rows = register.table("neighbour-lists"), register.table("neighbours")
    lists = pd.concat([lists[lists["list_id"] != list_id], pd.DataFrame([entry], columns=lists.columns, dtype="str")])
    rows = pd.concat([rows[rows["list_id"] != list_id], neighbours.astype("str")])
    register.tables["neighbour-lists"] = lists.sort_values("list_id").reset_index(drop=True)
    order = rows.assign(number=rows["position"].astype(int)).sort_values(["list_id", "area_id", "number"])
    register.tables["neighbours"] = order[rows.columns].reset_index(drop=True)
    register.tables["editions"] = _with_edition(register, row)
    counted = neighbours["area_id"].nunique()
    told = [f"{counted} authorities with ten neighbours each, as list {list_id}"]
    told += [f"{len(sheet) - counted} authorities that the list gives no neighbours"] if counted < len(sheet) else []
    return Imported(path.name, row["source_id"], len(sheet), told=told)


def _import_area_list(path, sheet, register, edition):
    import openpyxl

    saved = openpyxl.load_workbook(path, read_only=True).properties.modified
    day, basis = edition_day(path, edition, saved.strftime("%Y-%m-%d"))
    row = edition_row(path, "lait-areas", day, basis, len(sheet), len(sheet))
    register.tables["editions"] = _with_edition(register, row)
    return Imported(path.name, row["source_id"], len(sheet), told=compare_list(sheet, register))


def _import_dictionary(path, register, edition):
    """Hold the mapping to the dictionary: measures that it does not list, and other kinds of year."""
    rows = read_frame(path, _DICTIONARY)
    newest = pd.to_numeric(rows["updated"], errors="coerce").max()  # days as Excel counts them
    day = pd.Timestamp("1899-12-30") + pd.Timedelta(days=0 if pd.isna(newest) else int(newest))
    day, basis = edition_day(path, edition, day.strftime("%Y-%m-%d"))
    measures = load_measures(register, lait.DATASET)
    year_type = rows.drop_duplicates("measure").set_index("measure")["year_type"]
    told = [
        f"measure {name}, which the dictionary does not list"
        for name in measures["measure"]
        if name not in year_type.index
    ]
    kinds = measures["measure"].map(year_type).str.extract(r"^(Financial|Academic|Calendar)")[0].str[0] + "Y"
    other = measures[kinds.notna() & (kinds != measures["period_kind"])]
    told += [
        f"measure {one.measure}: {year_type[one.measure]} in the dictionary, {one.period_kind} for {one.measure_key}"
        for one in other.itertuples()
    ]
    row = edition_row(path, "lait-dictionary", day, basis, len(rows), measures["measure"].nunique())
    register.tables["editions"] = _with_edition(register, row)
    return Imported(path.name, row["source_id"], len(rows), told=told)
