"""Import files: find out what each is, read it, merge it, and write every table at once."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from cyp_helpers.importers import catalogue, ees, fingertips, lait
from cyp_helpers.importers.areas import compare_list
from cyp_helpers.importers.before import look_at_measures
from cyp_helpers.importers.editions import edition_day, edition_row, with_file
from cyp_helpers.importers.mapping import load_measures
from cyp_helpers.importers.merge import KEY, PUBLISHED_COLUMNS, merge_editions, needs_again, usual_day
from cyp_helpers.importers.neighbours import is_neighbour_list, read_neighbours
from cyp_helpers.importers.plausible import hold_back
from cyp_helpers.importers.reading import UnreadableFile, file_kind, fold_name, read_frame, read_header, read_sheet
from cyp_helpers.register.catalogue import FILE, OWN, read_figures, with_catalogue
from cyp_helpers.register.store import locked, write_tables
from cyp_helpers.register.tables import Register, load_register, read_table

PATHS = {
    "published": "observations/published.parquet",
    "catalogue": "reference/catalogue.csv",
    "quarantine": "observations/quarantine.csv",
    "editions": "reference/editions.csv",
    "areas": "reference/areas.csv",
    "neighbour-lists": "reference/neighbour_lists.csv",
    "neighbours": "reference/neighbours.csv",
}
QUARANTINE_COLUMNS = [*KEY, "value", "source_id", "locator", "rule", "reason"]
PUBLISHERS = {"lait": "LAIT", "ees": "Explore Education Statistics", "fingertips": "Fingertips"}
_ACCEPTED, _TOLD = "accepted ", 5  # how editions.csv says it; reasons in one line
_SHEET_MARKS = ("LA num", "LA Number")  # lists of neighbours, and of areas


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
    accepted: set = field(default_factory=set)


@dataclass(frozen=True)
class Asked:
    """What the user asked for."""

    publisher: str
    edition: str | None
    accept: tuple
    new_areas: bool


def import_files(project, publisher, paths, edition=None, accept=(), new_areas=False):
    """Bring files of one publisher into the register.

    Parameters
    ----------
    project : folder that holds ``data/``
    publisher : "lait", "ees" or "fingertips"
    paths : files, one or several; either all are taken or none
    edition : optional day of the edition, "2026-04-08", where the file's name does not say
    accept : measures (``measure_key`` or ``series_id``) that are taken as they are, whatever they were before
    new_areas : whether authorities that areas.csv does not have are added to it

    Returns
    -------
    (imported, before, after, changed): one ``Imported`` a file, the register before and after, and the paths of the
    files that changed. Raises UnreadableFile, and leaves the register as it was; Busy where a review reads it.
    """
    project = Path(project)
    with locked(project, write=True):
        before = load_register(project)
        before.tables["published"] = _read_published(project / "data")
        after = Register(project / "data", dict(before.tables))
        asked = Asked(publisher, edition, tuple(accept), new_areas)
        first = sorted(map(Path, paths), key=lambda path: not _is_dictionary(path))  # it says what the figures are
        imported = [_import_safely(path, asked, after) for path in first]
        strange = set(accept) - {name for one in imported for name in one.accepted}
        if strange:
            known = sorted({name for one in imported for name in one.held.get("measure_key", ())})
            raise UnreadableFile(
                f"--accept {', '.join(sorted(strange))}: no measure of that name is held back; there are {', '.join(known) or 'none'}"
            )
        touched = {name: after.tables[name] for name in PATHS if after.tables[name] is not before.tables[name]}
        changed = write_tables(project / "data", _by_path(touched))
    return imported, before, after, changed


def _by_path(touched):
    """Tables by the path of their file; the figures of the catalogue's own series have a file of their own."""
    tables = {PATHS[name]: frame for name, frame in touched.items()}
    if "published" in touched:
        own = touched["published"]["series_id"].str.startswith(OWN)
        parts = {PATHS["published"]: ~own} | ({f"observations/{FILE}": own} if own.any() else {})
        tables |= {path: touched["published"][rows].reset_index(drop=True) for path, rows in parts.items()}
    return tables


def _import_safely(path, asked, register):
    """Whatever a file does to a reader, the user gets one line about the file."""
    try:
        return _import_one(path, asked, register)
    except (UnreadableFile, KeyboardInterrupt):
        raise
    except (Exception, MemoryError) as error:
        told = (str(error) or type(error).__name__).splitlines()[0][:150]
        raise UnreadableFile(
            f"{path.name}: cannot be read ({type(error).__name__}: {told}); right would be a file of {PUBLISHERS[asked.publisher]} as downloaded"
        ) from error


def _read_published(data):
    path = data / PATHS["published"]
    if path.is_file():
        return pd.concat([pd.read_parquet(path), read_figures(data, None)], ignore_index=True)
    return pd.DataFrame({name: pd.Series(dtype="str") for name in PUBLISHED_COLUMNS}).astype(
        {"numerator": "float64", "denominator": "float64"}
    )


def _import_one(path, asked, register):
    """Read one file and put what it brings into ``register.tables`` (frames are replaced, never changed)."""
    if file_kind(path) == "xlsx":
        if asked.publisher != "lait":
            raise UnreadableFile(f"{path.name}: an Excel workbook; {PUBLISHERS[asked.publisher]} files are CSV")
        return _import_sheet(path, register, asked.edition)
    if _recognise(path, asked.publisher) == "dictionary":
        return _import_dictionary(path, register, asked.edition)
    return _import_figures(path, asked, register)


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


def _is_dictionary(path):
    try:
        return file_kind(path) != "xlsx" and _recognise(path, "lait") == "dictionary"
    except Exception:  # noqa: BLE001  what is wrong with a file is told when its turn comes
        return False


def _import_figures(path, asked, register):
    day, basis = edition_day(path, asked.edition, "")
    if asked.publisher == "lait":
        if not day:
            raise UnreadableFile(f"{path.name}: no day in the file's name; give it as --edition 2026-04-08")
        dataset, (figures, read, left_out) = lait.DATASET, lait.read_lait(path, register, day)
    else:
        reader = {
            "ees": (ees.find_dataset, ees.read_ees),
            "fingertips": (fingertips.find_dataset, fingertips.read_fingertips),
        }
        find, read_file = reader[asked.publisher]
        dataset = find(path, register)
        figures, read, left_out = read_file(path, register, asked.new_areas)
        day = day or _newest_day(_with_mapping(figures, register, dataset, None), register)
        if day > str(date.today()):
            raise UnreadableFile(
                f"{path.name}: its newest figures usually come out by {day}; give the day they did as --edition"
            )
    if figures["number"].notna().sum() == 0 and (figures["concern"] == "").all():
        told = "; ".join(left_out[:_TOLD] + ["the columns hold nothing"] * (len(figures) > 0))
        raise UnreadableFile(
            f"{path.name}: no figure of a measure, area and year that the register has, in {read:,} rows: {told}"
        )
    return _merge(path, dataset, day, basis, figures, read, left_out, register, asked.accept)


def _merge(path, dataset, day, basis, figures, read, left_out, register, accept):
    if dataset == lait.DATASET:
        _use_catalogue(register, catalogue.with_figures(register.table("catalogue"), figures))
    figures = _with_mapping(figures, register, dataset, day)
    kept, held = hold_back(figures, register, day)
    _refuse_if_none(kept, held, path)
    editions, others, source = register.table("editions"), register.table("quarantine"), f"{dataset}-{day}"
    row = edition_row(path, dataset, day, basis, read, 0)
    looked = look_at_measures(kept, register.table("published"), editions, row, register)
    takes = [*accept, *_accepted_before(editions, source)]
    accepted = (looked["rule"] != "") & (kept["measure_key"].isin(takes) | kept["series_id"].isin(takes))
    row["note"] = "; ".join(_ACCEPTED + key + " (" + why.split("; --accept")[0] + ")" for key, why in
                            dict(zip(kept["measure_key"][accepted], looked["reason"][accepted])).items())  # fmt: skip
    turned = (looked["rule"] != "") & ~accepted
    used = kept
    if turned.any():
        used, held = kept[~turned], pd.concat([held, kept[turned].join(looked[turned])], ignore_index=True)
    _refuse_if_none(used, held, path)
    row["rows_used"] = str(len(used))
    row, same = with_file(row, editions)
    editions = _with_edition(register, row)
    published = merge_editions(register.table("published"), used.assign(source_id=source), editions, register)
    stays = others["source_id"] != source
    if same:  # what another file of this edition had held back, and this one does not speak of
        spoken_of = figures.loc[figures["locator"].isin(others.loc[~stays, "locator"].unique()), "locator"]
        stays |= ~others["locator"].isin(spoken_of.unique())
    quarantine = pd.concat([others[stays], held.assign(source_id=source)[QUARANTINE_COLUMNS]])
    quarantine = quarantine.sort_values(["source_id", *KEY, "rule", "locator"]).reset_index(drop=True)
    register.tables.update(published=published, quarantine=quarantine, editions=editions)
    told = [f"adds to {name}, imported as the same edition; --edition would keep both apart" for name in same]
    names = {*kept["measure_key"][accepted], *kept["series_id"][accepted]}
    return Imported(
        path.name,
        source,
        read,
        used,
        held,
        left_out,
        needs_again(row, editions),
        told,
        names | set(_accepted_before(editions, source)),
    )


def _refuse_if_none(figures, held, path):
    if figures["value"].eq("").all():
        counts = held["reason"].value_counts().head(_TOLD)
        told = "; ".join(f"{size:,} held back, {why}" for why, size in counts.items())
        raise UnreadableFile(f"{path.name}: not one figure can be used: {told}")


def _accepted_before(editions, source):
    notes = editions.loc[editions["source_id"] == source, "note"]
    return [key for note in notes for key in re.findall(rf"{_ACCEPTED}([^ ]+) \(", note)]


def _with_mapping(figures, register, dataset, day):
    measures = load_measures(register, dataset, day)
    columns = ["measure_key", "series_id", "breakdown", "unit", "per", "above_100", "minus_measure"]
    # LAIT publishes a measure's counts as measures of their own.
    return figures.merge(measures[columns], on="measure_key").assign(own_counts=dataset != lait.DATASET)


def _newest_day(figures, register):
    from cyp_helpers.register.periods import parse_periods

    dated = figures.assign(end=parse_periods(figures["period"])["end"]).dropna(subset="end")
    return usual_day(dated, register).max() if len(dated) else str(date.today())  # every year is unreadable


def _with_edition(register, row):
    editions = register.table("editions")
    rest = editions[editions["source_id"] != row["source_id"]]
    table = pd.concat([rest, pd.DataFrame([row], dtype="str")], ignore_index=True)[editions.columns]
    return table.sort_values("source_id").reset_index(drop=True)


def _import_sheet(path, register, edition):
    sheet = read_sheet(path, _SHEET_MARKS)
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

    told = compare_list(sheet, path.name, register)
    with path.open("rb") as file:
        saved = openpyxl.load_workbook(file, read_only=True).properties.modified
    day, basis = edition_day(path, edition, saved.strftime("%Y-%m-%d"))
    row = edition_row(path, "lait-areas", day, basis, len(sheet), len(sheet))
    register.tables["editions"] = _with_edition(register, row)
    return Imported(path.name, row["source_id"], len(sheet), told=told)


def _import_dictionary(path, register, edition):
    """Make the catalogue, and hold the mapping to it: measures that it does not list, and other kinds of year."""
    rows = read_frame(path, catalogue.COLUMNS)
    newest = pd.to_numeric(rows["updated"], errors="coerce").max()  # days as Excel counts them
    day = pd.Timestamp("1899-12-30") + pd.Timedelta(days=0 if pd.isna(newest) else int(newest))
    day, basis = edition_day(path, edition, day.strftime("%Y-%m-%d"))
    measures = load_measures(register, lait.DATASET, day)
    year_type = rows.drop_duplicates("measure").set_index("measure")["year_type"]
    source = f"lait-dictionary-{day}"
    table, told = catalogue.read_dictionary(rows, source, day, register)
    _use_catalogue(register, table)
    told += [
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
    row = edition_row(path, "lait-dictionary", day, basis, len(rows), rows["measure"].nunique())
    register.tables["editions"] = _with_edition(register, row)
    return Imported(path.name, row["source_id"], len(rows), told=told)


def _use_catalogue(register, table):
    """Put a catalogue into a register, with the series that come of it."""
    shipped = {
        item: read_table(register.folder / path)
        for item, path in (
            ("series", "plans/series.csv"), ("indicators", "plans/indicators.csv"), ("series-breaks", "plans/series_breaks.csv"),
            ("published-measures", "reference/published_measures.csv"),
        )
    }  # fmt: skip
    register.tables.update(with_catalogue(register.tables | shipped | {"catalogue": table}))
