"""The register: the tables in ``data/`` as frames, and what was known of them on a given day."""

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cyp_helpers.register.catalogue import own_series, read_figures, with_catalogue
from cyp_helpers.register.each import by_each
from cyp_helpers.register.own import is_own, joined, own_resources
from cyp_helpers.register.store import recover

ENGLAND = "E92000001"
LINE_KEY = ["series_id", "breakdown", "area_id"]  # figures with one key form one line over time
FIGURE_KEY = [*LINE_KEY, "period"]
AUTHORITY_TYPES = ["county", "unitary authority", "metropolitan district", "London borough"]


class UnknownName(ValueError):
    """A plan, review, priority or area that the register does not have; the message lists those it has or comes near."""

    def _render_traceback_(self):
        """What IPython shows: the message alone, since the mistake is not in the code above it."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, eq=False)
class Register:
    """The tables of ``data/`` by name, every cell as text; ``observations`` holds the figures of all documents.

    ``day`` is empty, or the day that ``as_known`` took the register back to; ``more`` the series of the catalogue whose figures are
    in ``published`` besides those of ``published_measures.csv`` (``holding``).

    >>> load_register().table("plans")["plan_id"].tolist()
    ['cypf-2011-14', 'early-help-2013-16', 'cypf-2016-18', 'national-framework']
    """

    folder: Path
    tables: dict = field(repr=False)
    day: pd.Timestamp | None = None
    whole: "Register | None" = field(default=None, repr=False)
    more: tuple = field(default=(), repr=False)

    def __repr__(self):
        known = f", as known at {self.day:%Y-%m-%d}" if self.day is not None else ""
        return f"<Register: {len(self.tables)} tables{known}>"

    def __getstate__(self):
        """What is pickled: without the published figures, which are large and stand in ``data/``."""
        return self.__dict__ | {"tables": self._documents()}

    def _documents(self):
        """The tables without the published figures, which are read when they are first asked for."""
        return {name: rows for name, rows in self.tables.items() if name != "published"}

    def table(self, name):
        """One table by its name in ``datapackage.json``; ``published`` is the table of published open data."""
        if name == "published" and name not in self.tables:
            if self.whole:
                rows = newest_editions(self.whole.table(name), self.day)
            else:
                rows = pd.read_parquet(self.folder / "observations" / "published.parquet")
                more = read_figures(self.folder, self.more) if self.more else None
                rows = rows if more is None else pd.concat([rows, more], ignore_index=True)
            self.tables[name] = rows
        return self.tables[name]

    def look_up(self, ids, name, column):
        """Of each id (Series) what its row of a table says in a column; the id stands in the table's first column.

        >>> register = load_register()
        >>> register.look_up(pd.Series(["E06000016", "nowhere"]), "areas", "name").tolist()
        ['Leicester', nan]
        """
        rows = self.table(name)
        return ids.map(rows.drop_duplicates(rows.columns[0]).set_index(rows.columns[0])[column])

    def holding(self, series):
        """The register with the figures of these series (list of ``series_id``); the same one where it has them.

        The catalogue's own series are many and large, so their figures are read only where they are asked for.

        >>> load_register().holding(["lait-lac"]).more
        ('lait-lac',)
        """
        own = own_series(self.table("catalogue"))["series_id"]
        more = tuple(sorted({*own[own.isin(series)], *self.more}))
        if more == self.more:
            return self
        whole = _holding(self.whole or self, more)
        return whole if self.day is None else whole.as_known(self.day)

    def of_plan(self, plan):
        """The register without the documents of plans of another area than that of a plan (row of ``plans``).

        How published figures differ from documents is told of shipped plans of an area alone: they were transcribed.

        >>> register = load_register()
        >>> register.of_plan(register.table("plans").iloc[-1]).table("plans")["plan_id"].tolist()
        ['national-framework']
        """
        sources = self.table("sources")
        theirs = tuple(sources.loc[self.look_up(sources["plan_id"], "plans", "area_id") != plan["area_id"], "source_id"])
        transcribed = plan["area_id"] != "" and not is_own(self.tables, pd.Series([plan["plan_id"]])).any()
        return _without_documents(self, theirs, transcribed)

    def as_known(self, day):
        """The register as it stood on a day: the only place where editions are chosen.

        Figures, statements and whatever a document says are left out where they were published later; of several editions of
        a figure the newest known counts. ``neighbour-lists`` has one row, the list in use: the newest published by the day,
        or the oldest of all, which then is ``later``.

        >>> load_register().as_known("2011-10-01").table("sources")["source_id"].tolist()
        ['plan-2011-14']
        """
        day, whole = pd.Timestamp(day), self.whole or self
        sources = whole.table("sources")
        ahead = sources.loc[sources["published"] > day, "source_id"]
        tables = {
            name: rows[~rows["source_id"].isin(ahead)] if "source_id" in rows and "published" not in rows else rows
            for name, rows in whole._documents().items()
        }
        queries = tables["source-queries"]
        for source_id in ahead:  # a handful of documents
            queries = queries[~queries["other_locator"].str.contains(source_id, regex=False)]
        if "commentary" in tables:
            tables["commentary"] = tables["commentary"].loc[lambda rows: rows["written"] <= f"{day:%Y-%m-%d}"]
        if "action-statuses" in tables:
            tables["action-statuses"] = _statuses_known(tables["action-statuses"], f"{day:%Y-%m-%d}")
        stated = tables["stated-comparisons"].assign(published=lambda rows: pd.to_datetime(rows["published"]))
        tables |= {
            "source-queries": queries,
            "sources": sources[sources["published"] <= day],
            "stated-comparisons": stated[stated["published"] <= day],
            "observations": newest_editions(whole.table("observations"), day),
            "neighbour-lists": list_known(tables["neighbour-lists"], day),
        }
        return Register(self.folder, tables, day, whole, whole.more)


@lru_cache(maxsize=4)
def _holding(register, more):
    return Register(register.folder, register._documents(), more=more)


@lru_cache(maxsize=4)
def _without_documents(register, source_ids, transcribed):
    tables = {
        name: rows[~rows["source_id"].isin(source_ids)] if "source_id" in rows and name != "published" else rows
        for name, rows in (register.tables | {"published": register.table("published")}).items()
    }
    if not transcribed:
        tables["published-measures"] = tables["published-measures"].assign(differs="")
    return Register(register.folder, tables, more=register.more)


def _statuses_known(rows, day):
    """What owners said last of each action by a day (ISO date); what was done by then counts also where it was said later."""
    known = (rows["said_on"] <= day) | (rows["status"] == "done") & (rows["done_on"] <= day)
    return rows[known].sort_values("said_on", kind="stable").drop_duplicates("action_id", keep="last")


def newest_editions(rows, day):
    """Of rows with ``FIGURE_KEY`` and ``published`` (text) those known on a day, the newest edition of each figure.

    Returns the rows, with ``published`` and ``first_published`` (of the first edition of the figure) as dates.
    """
    codes, days = pd.factorize(rows["published"])
    rows = rows.assign(published=pd.to_datetime(days).take(codes))  # a day is read once, and days are sorted faster than text
    known = rows[rows["published"] <= pd.Timestamp(day)].sort_values("published", kind="stable")
    again = known[known.duplicated(FIGURE_KEY, keep=False)]
    first = again.groupby(FIGURE_KEY)["published"].transform("min")
    known = known.assign(first_published=known["published"])
    known.loc[first.index, "first_published"] = first
    return known.drop_duplicates(FIGURE_KEY, keep="last")


def list_known(lists, day):
    """The row of ``neighbour-lists`` in use on a day: the newest by then, or the oldest, which then is ``later``."""
    lists = lists.assign(published=pd.to_datetime(lists["published"])).sort_values("published", kind="stable")
    known = lists[lists["published"] <= day]
    return known.tail(1).assign(later=False) if len(known) else lists.head(1).assign(later=True)


def find_project(start=None):
    """The nearest folder at or above ``start`` (the working directory) that holds ``data/datapackage.json``.

    Falls back to the folder that this package stands in. Raises FileNotFoundError where neither has one.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in [start, *start.parents, Path(__file__).resolve().parents[2]]:
        if (folder / "data" / "datapackage.json").is_file():
            return folder
    raise FileNotFoundError(f"No data/datapackage.json at or above {start}: change to the project's folder first")


def load_register(project=None, own=True):
    """Read the tables that ``data/datapackage.json`` names, and after their rows those of own plans.

    Parameters
    ----------
    project : folder that holds ``data/``; the nearest one at or above the working directory where it is left out
    own : with the own plans

    Returns a Register, whose ``table(name)`` gives each table as a DataFrame with every cell as printed

    Raises FileNotFoundError where there is no such folder; ``cyp check`` says what is wrong with a table that cannot
    be read.

    >>> cyp.load_register().table("plans")["plan_id"].tolist()[0]
    'cypf-2011-14'
    """
    data = find_project(project) / "data"
    recover(data.parent)
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    items = package["resources"] + (own_resources(data, package) if own else [])
    tables, _ = joined([(item, read_table(data / item["path"])) for item in items])
    tables["sources"]["published"] = pd.to_datetime(tables["sources"]["published"])
    tables["reviews"]["as_at"] = pd.to_datetime(tables["reviews"]["as_at"])
    # Of an own plan every half-year is written down when it is added; those that have not ended are no reviews yet.
    ahead = is_own(tables, tables["reviews"]["plan_id"]) & (tables["reviews"]["as_at"] > pd.Timestamp.today())
    tables["reviews"] = tables["reviews"][~ahead].reset_index(drop=True)
    return Register(data, with_catalogue(tables))


def read_table(path):
    """One CSV table with every cell as printed: "N/A" and "38.0" stay as they are, an empty cell is ''."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def with_rounding(known, exact, parts=1):
    """Add ``low`` and ``high``, the ends of what each printed value can stand for.

    ``exact`` is a boolean Series by row: counts are exact. ``parts`` is of how many rounded figures a value was made.
    "over 75" has no upper end and "about 4,000" has none at all.

    >>> with_rounding(pd.DataFrame({"value": ["5"], "number": [5.0], "qualifier": [""]}), False)[["low", "high"]].values.tolist()
    [[4.5, 5.5]]
    """
    half = parts * (0.5 * 10.0 ** -decimal_places(known["value"]))  # of a unit of the last printed digit
    half = half.where(~pd.Series(exact, index=known.index), 0.0)
    number, qualifier, no_end = known["number"], known["qualifier"], float("inf")
    low = (number - half).mask(qualifier == "over", number).mask(qualifier.isin(["about", "under"]), -no_end)
    high = (number + half).mask(qualifier == "under", number).mask(qualifier.isin(["about", "over"]), no_end)
    # Nine decimals are far below any printed digit and take off the noise of binary fractions.
    return known.assign(low=low.round(9), high=high.round(9))


def decimal_places(values):
    """How many decimals each value was printed with.

    >>> decimal_places(pd.Series(["38.0", "38"])).tolist()
    [1, 0]
    """
    digits = by_each(values, lambda each: each.str.extract(r"\.(\d+)$", expand=False).str.len())
    return digits.fillna(0).astype(int)


def judgement_steps(scale, labels, register):
    """The step of each judgement on its scale (``scale_id``); empty where it is not one.

    >>> judgement_steps(pd.Series(["childrens-services-assessment"]), pd.Series(["Adequate"]), load_register()).tolist()
    [2.0]
    """
    steps = register.table("scales").set_index(["scale_id", "label"])["step"].astype(float)
    wanted = pd.MultiIndex.from_arrays([scale.fillna(""), labels.fillna("")])
    return pd.Series(steps.reindex(wanted).to_numpy(), index=labels.index)


def find_plan(register, plan):
    """The row of ``plans`` for an id; raises UnknownName with the valid ones."""
    return only_row(register.table("plans"), "plan_id", plan, "plan")


def find_priority(register, plan, priority):
    """The row of ``priorities`` for a short name such as "safe"; raises UnknownName with the valid ones."""
    return only_row(priorities_of(register, plan), "short_id", priority, f"priority of {plan}")


def find_area(register, area):
    """The row of ``areas`` of an authority: by its GSS code (also a former one), LA number or name in any case.

    Raises UnknownName with near matches.

    >>> find_area(load_register(), "leicester")["area_id"]
    'E06000016'
    """
    areas = register.table("areas")
    areas = areas[areas["area_type"].isin(AUTHORITY_TYPES)]
    wanted = str(area).strip().casefold()
    former = areas["former_codes"].str.casefold().str.split().map(lambda codes: wanted in codes).astype(bool)
    names = areas[["area_id", "name", "la_number"]].apply(lambda column: column.str.casefold())
    is_it = former | (names.eq(wanted).any(axis=1) & (wanted != ""))
    if is_it.sum() == 1:
        return areas[is_it].iloc[0]
    names = {name.casefold(): name for name in areas["name"]}
    near = [name for key, name in names.items() if wanted and wanted in key]
    near = near or [names[key] for key in get_close_matches(wanted, names, n=3)]
    otherwise = "Give a GSS code such as E10000024 or a name such as Leicester."
    hint = f"Near matches: {', '.join(near[:5])}." if near else otherwise
    raise UnknownName(f"Unknown area: {area!r}. {hint}")


def find_areas(register, areas):
    """The ``area_id`` of authorities, regions and England by GSS code, LA number or name; a region stands for its authorities.

    Raises UnknownName with near matches.

    >>> len(find_areas(load_register(), "East Midlands"))
    11
    """
    table = register.table("areas")
    regions = table[table["area_type"] == "region"].set_index("name")["area_id"].rename(str.casefold)
    found = []
    for area in [areas] if isinstance(areas, str) else areas:
        name = str(area).casefold()
        region = regions.get(name, area if area in set(regions) else "")
        if region:
            members = table[(table["region_id"] == region) & table["area_type"].isin(AUTHORITY_TYPES)]
            found += members["area_id"].tolist()
        else:
            found.append(ENGLAND if name in ("england", ENGLAND.casefold()) else find_area(register, area)["area_id"])
    return list(dict.fromkeys(found))


def area_of_plan(register, plan):
    """The ``area_id`` that a plan is about."""
    return find_plan(register, plan)["area_id"]


def days_of(register, area_id):
    """First and last day of an authority as text, '' where it was there before all figures or goes on.

    >>> days_of(load_register(), "E06000063")
    ('2023-04-01', '')
    """
    days = register.table("area-days").set_index("area_id")
    return tuple(days.loc[area_id, ["first_day", "last_day"]]) if area_id in days.index else ("", "")


def region_of(register, area_id):
    """The ``area_id`` of the region that an area lies in, or '' where the register does not say."""
    return register.table("areas").set_index("area_id")["region_id"].get(area_id, "")


def source_titles(register):
    """Titles of documents and of editions of published data, by ``source_id``."""
    return pd.concat([register.table(name).set_index("source_id")["title"] for name in ("sources", "editions")])


def priorities_of(register, plan):
    """The priorities of a plan in order, with ``short_id`` ("safe" for "cypf-2016-18/safe")."""
    priorities = register.table("priorities")
    priorities = priorities[priorities["plan_id"] == plan]
    short = priorities["priority_id"].str.rpartition("/")[2]
    return priorities.assign(short_id=short, number=priorities["number"].astype(int)).sort_values("number")


def only_row(frame, column, wanted, what, more=""):
    """The one row of a frame with a name in a column; raises UnknownName with the valid ones and what ``more`` there is."""
    found = frame[frame[column] == wanted]
    if len(found) == 1:
        return found.iloc[0]
    near = get_close_matches(str(wanted), frame[column], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnknownName(f"Unknown {what}: {wanted!r}.{hint} Valid: {', '.join(filter(None, [*frame[column], more]))}.")
