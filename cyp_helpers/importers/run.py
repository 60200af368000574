"""Import files: find out what each is, read it, merge it, and write every table at once."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from cyp_helpers.importers import catalogue, ees, fingertips, lait
from cyp_helpers.importers.before import look_at_measures
from cyp_helpers.importers.editions import edition_day, edition_row, with_file
from cyp_helpers.importers.mapping import layout, load_measures
from cyp_helpers.importers.merge import KEY, WORDS, merge_editions, needs_again, stacked, usual_day
from cyp_helpers.importers.neighbours import FIRST, read_neighbours, without_notes
from cyp_helpers.importers.plausible import REASONS, hold_back
from cyp_helpers.importers.reading import UnreadableFile, file_kind, fold_name, read_frame, read_header, read_sheet
from cyp_helpers.register.catalogue import FILE, OWN, with_catalogue
from cyp_helpers.register.each import words_of
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.published import COLUMNS
from cyp_helpers.register.store import locked, write_tables
from cyp_helpers.register.tables import Register, load_register, read_table

_CATALOGUE = f"observations/{FILE}"
_PATHS = {
    "published": "observations/published.parquet", "catalogue": "reference/catalogue.csv",
    "quarantine": "observations/quarantine.csv", "editions": "reference/editions.csv",
    "areas": "reference/areas.csv", "neighbour-lists": "reference/neighbour_lists.csv",
    "neighbours": "reference/neighbours.csv",
}  # fmt: skip
_QUARANTINE_COLUMNS = [*KEY, "value", "source_id", "locator", "rule", "reason"]
_PUBLISHERS = {"lait": "LAIT", "ees": "Explore Education Statistics", "fingertips": "Fingertips"}
_READERS = {"lait": lait.read_lait, "ees": ees.read_ees, "fingertips": fingertips.read_fingertips}
_COLUMNS = {  # that tell what a file is
    form: [names[0] for names in layout(form)[0].values()] for form in ("lait", "ees", "fingertips", "dictionary")
}
_EARLY = pd.Timedelta(days=62)  # before the usual day; a month can be the one that the year ends in
_ACCEPTED, _TOLD = "accepted ", 5  # how editions.csv says it; reasons in one line


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
    new: pd.DataFrame = field(default_factory=pd.DataFrame)  # these three are found when all are imported
    revised: pd.DataFrame = field(default_factory=pd.DataFrame)
    verdicts: pd.DataFrame = field(default_factory=pd.DataFrame)


def import_files(project, publisher, paths, edition=None, accept=(), new_areas=False):
    """Bring files of one publisher ("lait", "ees" or "fingertips") into the register of a project's folder; either all
    are taken or none.

    ``edition`` is the day of the edition, "2026-04-08", where the file's name does not say; ``accept`` names measures
    (``measure_key`` or ``series_id``) that are taken as they are, whatever they were before; with ``new_areas``
    authorities that areas.csv does not have are added to it.

    Returns (imported, before, after, changed): one ``Imported`` a file, the register before and after, and the paths of
    the files that changed. Raises UnreadableFile, and leaves the register as it was; Busy where a review reads it.
    """
    project = Path(project)
    with locked(project, write=True):
        before = load_register(project)
        before.tables["published"] = _read_published(project / "data")
        after = Register(project / "data", dict(before.tables))
        files = [(path, _safely(_kind_of, path, publisher)) for path in map(Path, paths)]
        files = sorted(files, key=lambda file: file[1] != "dictionary")  # it says what the figures are
        asked = (after, edition, accept, new_areas)
        imported = [_safely(_import_one, path, publisher, kind, *asked) for path, kind in files]
        _refuse_two_words(imported)
        strange = set(accept) - {name for one in imported for name in one.accepted}
        if strange:
            known = sorted({name for one in imported for name in one.held.get("measure_key", ())})
            told = f"no measure of that name is held back; there are {', '.join(known) or 'none'}"
            raise UnreadableFile(f"--accept {', '.join(sorted(strange))}: {told}")
        changed = write_tables(project / "data", _changed_tables(before.tables, after.tables))
    return imported, before, after, changed


def _refuse_two_words(imported):
    """Refuse files of one edition that give one figure two values, since which of them stands would be chance."""
    files = [one.figures.assign(file=one.file) for one in imported if len(one.figures)]
    for source in {one.source_id for one in imported}:
        same = [rows for rows in files if (rows["source_id"] == source).all()]
        if len(same) > 1:
            rows = words_of(stacked([rows[[*KEY, "value", "source_id", "locator", "file"]] for rows in same]))
            rows = rows.drop_duplicates([*KEY, "value"])
            if len(two := rows[rows.duplicated(KEY, keep=False)].sort_values(KEY, kind="stable").head(2)):
                told = " and ".join(two["file"] + " " + two["value"].map(repr) + " (" + two["locator"] + ")")
                right = "take the one that is right alone, or give each its own --edition"
                raise UnreadableFile(f"two files of {source} disagree: {told}; {right}")


def _changed_tables(before, after):
    """Tables by the path of their file; the figures of the catalogue's own series have a file of their own."""
    tables = {path: after[name] for name, path in _PATHS.items() if after[name] is not before[name]}
    if _PATHS["published"] in tables:
        old, new = (_figure_files(each["published"]) for each in (before, after))
        same = [path for path, rows in new.items() if len(rows) and rows.equals(old.get(path))]
        tables = {path: words_of(rows) for path, rows in (tables | new).items() if path not in same}
    return tables


def _figure_files(published):
    own = published["series_id"].str.startswith(OWN).astype(bool)
    files = {_PATHS["published"]: published[~own]} | ({_CATALOGUE: published[own]} if own.any() else {})
    for path, rows in files.items():
        used = {name: rows[name].cat.remove_unused_categories() for name in WORDS}
        files[path] = rows.assign(**used).reset_index(drop=True)
    return files


def _safely(work, path, publisher, *asked):
    """Whatever a file does to a reader, the user gets one line about the file."""
    try:
        return work(path, publisher, *asked)
    except (UnreadableFile, KeyboardInterrupt):
        raise
    except (Exception, MemoryError) as error:
        told = f"{type(error).__name__}: {(str(error) or type(error).__name__).splitlines()[0][:150]}"
        right = f"right would be a file of {_PUBLISHERS[publisher]} as downloaded"
        raise UnreadableFile(f"{path.name}: cannot be read ({told}); {right}") from error


def _read_published(data):
    """The published table, the catalogue's own figures with it; what is said again and again is a category."""
    if not (data / _PATHS["published"]).is_file():
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS).astype(dict.fromkeys(WORDS, "category"))
    paths = [data / path for path in (_PATHS["published"], _CATALOGUE)]
    return stacked([pd.read_parquet(path, read_dictionary=WORDS) for path in paths if path.is_file()])


def _kind_of(path, publisher):
    """ "sheet", "dictionary" or "figures"; raises UnreadableFile for a file of another publisher or of none."""
    if file_kind(path) == "xlsx":
        if publisher != "lait":
            raise UnreadableFile(f"{path.name}: an Excel workbook; {_PUBLISHERS[publisher]} files are CSV")
        return "sheet"
    names = {fold_name(name) for name in read_header(path)}
    share = {one: sum(fold_name(name) in names for name in columns) / len(columns) for one, columns in _COLUMNS.items()}
    best, right = max(share, key=share.get), _PUBLISHERS[publisher]
    if share[best] < 0.5:
        wanted, has = ", ".join(_COLUMNS[publisher]), ", ".join(sorted(names)[:12])
        raise UnreadableFile(f"{path.name}: not a file of {right}; it has the columns {has}, right would be {wanted}")
    owner = "lait" if best == "dictionary" else best
    if owner != publisher:
        raise UnreadableFile(f"{path.name}: a file of {_PUBLISHERS[owner]}, not of {right}; use cyp import {owner}")
    return "dictionary" if best == "dictionary" else "figures"


def _import_one(path, publisher, kind, register, edition, accept, new_areas):
    """Read one file and put what it brings into ``register.tables`` (frames are replaced, never changed)."""
    if kind == "figures":
        return _import_figures(path, publisher, register, edition, accept, new_areas)
    return (_import_sheet if kind == "sheet" else _import_dictionary)(path, register, edition)


def _import_figures(path, publisher, register, edition, accept, new_areas):
    day, basis = edition_day(path, edition, "")
    if publisher == "lait" and not day:
        raise UnreadableFile(f"{path.name}: no day in the file's name; give it as --edition 2026-04-08")
    areas = register.table("areas")
    dataset, figures, read, left_out = _READERS[publisher](path, register, day, new_areas)
    learnt = register.table("areas").iloc[len(areas) :].astype("str")
    added = ("new area " + learnt["name"] + " (" + learnt["area_id"] + "), added to data/reference/areas.csv").tolist()
    if basis in ("month", "assumed"):
        newest = _newest_day(_with_mapping(figures, register, dataset, None), register)
        if day and pd.Timestamp(newest) > pd.Timestamp(day) + _EARLY:
            told = f"the name says {pd.Timestamp(day):%B %Y}, and its newest figures usually come out by {newest}"
            raise UnreadableFile(f"{path.name}: {told}; give the day that the file came out as --edition")
        day = day or newest
        if day > str(date.today()):
            right = "give the day they did as --edition"
            raise UnreadableFile(f"{path.name}: its newest figures usually come out by {day}; {right}")
    if figures["number"].notna().sum() == 0 and (figures["concern"] == "").all():
        told = "; ".join(left_out[:_TOLD] + ["the columns hold nothing"] * (len(figures) > 0))
        told = f"no figure of a measure, area and year that the register has, in {read:,} rows: {told}"
        raise UnreadableFile(f"{path.name}: {told}")
    one = _merge(path, dataset, day, basis, figures, read, left_out, register, accept)
    return replace(one, told=added + one.told)


def _merge(path, dataset, day, basis, figures, read, left_out, register, accept):
    if dataset == lait.DATASET:
        _use_catalogue(register, catalogue.with_figures(register.table("catalogue"), figures))
    row = edition_row(path, dataset, day, basis, read, 0)
    source = row["source_id"]
    figures = _with_mapping(figures, register, dataset, day)
    figures["source_id"] = pd.Categorical.from_codes([0] * len(figures), [source])
    kept, held = hold_back(figures, register, day)
    _refuse_if_none(kept, held, path)
    published, editions, others = (register.table(name) for name in ("published", "editions", "quarantine"))
    looked = look_at_measures(kept, published, editions, day, register)
    before = _accepted_before(editions, source)
    takes = [*accept, *before]
    accepted = (looked["rule"] != "") & (kept["measure_key"].isin(takes) | kept["series_id"].isin(takes))
    reasons = dict(zip(kept["measure_key"][accepted], looked["reason"][accepted]))
    row["note"] = "; ".join(f"{_ACCEPTED}{key} ({why.split('; --accept')[0]})" for key, why in reasons.items())
    turned = (looked["rule"] != "") & ~accepted
    if turned.any():
        more = words_of(kept[turned]).join(looked[turned])
        kept, held = kept[~turned], pd.concat([held, more], ignore_index=True)
    kept, held = _without_gaps_of(held, kept)
    _refuse_if_none(kept, held, path)
    row["rows_used"] = str(len(kept))
    row, same = with_file(row, editions)
    _put(register, "editions", [row])
    editions = register.table("editions")
    published = merge_editions(published, kept, editions, register)
    stays = others["source_id"] != source
    if same:  # what another file of this edition had held back, and this one does not speak of
        spoken_of = figures.loc[figures["locator"].isin(others.loc[~stays, "locator"].unique()), "locator"]
        stays |= ~others["locator"].isin(spoken_of.unique())
    quarantine = pd.concat([others[stays], held[_QUARANTINE_COLUMNS]])
    quarantine = quarantine.sort_values(["source_id", *KEY, "rule", "locator"]).reset_index(drop=True)
    register.tables.update(published=published, quarantine=quarantine)
    told = [f"adds to {name}, imported as the same edition; --edition would keep both apart" for name in same]
    names = {*reasons, *kept["series_id"][accepted.reindex(kept.index)], *before}
    return Imported(path.name, source, read, kept, held, left_out, needs_again(row, editions), told, names)


def _without_gaps_of(held, kept):
    """Gaps of which a part is held are held too; a part whose counts alone are in doubt stands."""
    doubted = held.loc[~held["counts_only"].eq(True), "locator"]
    gaps = kept[kept["minus_measure"] != ""]
    bad = lait.parts_of_gaps(gaps["locator"].astype("str")).isin(set(doubted)).any(axis=1)
    more = words_of(gaps[bad]).assign(rule="part-held-back", reason=REASONS["part-held-back"])
    return kept.drop(more.index), pd.concat([held, more], ignore_index=True)


def _refuse_if_none(figures, held, path):
    if figures["value"].eq("").all():
        counts = held["reason"].value_counts().head(_TOLD)
        told = "; ".join(f"{size:,} held back, {why}" for why, size in counts.items())
        raise UnreadableFile(f"{path.name}: not one figure can be used: {told}")


def _accepted_before(editions, source):
    notes = editions.loc[editions["source_id"] == source, "note"]
    return [key for note in notes for key in re.findall(rf"{_ACCEPTED}([^ ]+) \(", note)]


def _with_mapping(figures, register, dataset, day):
    columns = ["measure_key", "series_id", "breakdown", "unit", "above_100", "minus_measure"]
    measures = load_measures(register, dataset, day)[[*columns, "per"]].astype(dict.fromkeys(columns, "category"))
    measures = measures.astype({"measure_key": figures["measure_key"].dtype}).dropna(subset="measure_key")
    # LAIT publishes a measure's counts as measures of their own.
    return figures.merge(measures, on="measure_key").assign(own_counts=dataset != lait.DATASET)


def _newest_day(figures, register):
    dated = figures.assign(end=parse_periods(figures["period"])["end"]).dropna(subset="end")
    return usual_day(dated, register).max() if len(dated) else str(date.today())  # every year is unreadable


def _put(register, name, rows, key="source_id"):
    """Put rows (frame or list of dicts) of one edition or list into a table, in the place of those it had."""
    table, rows = register.table(name), pd.DataFrame(rows, dtype="str")
    table = pd.concat([table[~table[key].isin(rows[key])], rows])[table.columns]
    register.tables[name] = table.sort_values(key, kind="stable", ignore_index=True)


def _import_sheet(path, register, edition):
    sheet = without_notes(read_sheet(path, FIRST))
    day, basis = edition_day(path, edition, "")
    if not day:
        raise UnreadableFile(f"{path.name}: no month in the file's name; give a day as --edition 2025-05-31")
    list_id = f"sn-{day[:7]}"
    row = edition_row(path, "neighbours", day, basis, len(sheet), len(sheet))
    neighbours = read_neighbours(sheet, path.name, register, list_id)
    entry = [list_id, f"Statistical neighbours, list of {row['edition']}", row["publisher"], day, row["source_id"]]
    lists = pd.DataFrame([entry], columns=register.table("neighbour-lists").columns)
    _put(register, "neighbour-lists", lists, "list_id")
    _put(register, "neighbours", neighbours, "list_id")
    counted = neighbours["area_id"].nunique()
    told = [f"{counted} authorities with ten neighbours each, as list {list_id}"]
    told += [f"{len(sheet) - counted} authorities that the list gives no neighbours"] if counted < len(sheet) else []
    return _told_alone(row, register, told)


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
    lost = measures.loc[~measures["measure"].isin(year_type.index), "measure"]
    told += [f"measure {name}, which the dictionary does not list" for name in lost]
    kinds = measures["measure"].map(year_type).str.extract(r"^(Financial|Academic|Calendar)")[0].str[0] + "Y"
    other = measures[kinds.notna() & (kinds != measures["period_kind"])]
    words = "measure {0.measure}: {1} in the dictionary, {0.period_kind} for {0.measure_key}"
    told += [words.format(one, year_type[one.measure]) for one in other.itertuples()]
    row = edition_row(path, "lait-dictionary", day, basis, len(rows), rows["measure"].nunique())
    return _told_alone(row, register, told)


def _told_alone(row, register, told):
    """Of a file without figures: its row of editions.csv is kept, and what there is to say."""
    _put(register, "editions", [row])
    return Imported(row["file_name"], row["source_id"], int(row["rows_read"]), told=told)


def _use_catalogue(register, table):
    """Put a catalogue into a register, with the series that come of it."""
    paths = {name: f"plans/{name.replace('-', '_')}.csv" for name in ("series", "indicators", "series-breaks")}
    paths["published-measures"] = "reference/published_measures.csv"
    shipped = {name: read_table(register.folder / path) for name, path in paths.items()}
    register.tables.update(with_catalogue(register.tables | shipped | {"catalogue": table}))
