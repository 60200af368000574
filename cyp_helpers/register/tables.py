"""The register: the tables in ``data/`` as frames, and what was known of them on a given day."""

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.store import recover

ENGLAND = "E92000001"
OBSERVATION_KEY = ["series_id", "area_id", "breakdown"]  # figures with one key form one line over time


AUTHORITY_TYPES = ["county", "unitary authority", "metropolitan district", "London borough"]


class UnknownName(ValueError):
    """A plan, review, priority or area that the register does not have; the message lists those it has or comes near."""


tables_read = set()  # names of the tables read in this process: a batch run records what each notebook depends on


@dataclass(frozen=True)
class Register:
    """The tables of ``data/`` by name, every cell as text; ``observations`` holds the figures of all sources.

    >>> load_register().table("plans")["plan_id"].tolist()
    ['cypf-2011-14', 'early-help-2013-16', 'cypf-2016-18']
    """

    folder: Path
    tables: dict = field(repr=False)

    def table(self, name):
        """One table by its name in ``datapackage.json``; ``published`` is the table of published open data, read when
        it is first asked for."""
        tables_read.add(name)
        if name == "published" and name not in self.tables:
            self.tables[name] = pd.read_parquet(self.folder / "observations" / "published.parquet")
        return self.tables[name]

    def known_at(self, as_at):
        """Observations published on or before a day, one row per figure: see ``known_observations``."""
        observations = self.table("observations").assign(open_data=False)
        return known_observations(observations, self.table("series"), as_at)


def find_project(start=None):
    """The nearest folder at or above ``start`` (the working directory) that holds ``data/datapackage.json``.

    Falls back to the folder that this package stands in. Raises FileNotFoundError where neither has one.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in [start, *start.parents, Path(__file__).resolve().parents[2]]:
        if (folder / "data" / "datapackage.json").is_file():
            return folder
    raise FileNotFoundError(f"No data/datapackage.json at or above {start}: change to the project's folder first")


def load_register(project=None):
    """Read the tables that ``datapackage.json`` names; ``cyp check`` says what is wrong with one that cannot be read."""
    data = find_project(project) / "data"
    recover(data.parent)
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    tables = {item["name"]: read_table(data / item["path"]) for item in package["resources"]}
    files = [name for name in tables if name.startswith("observations-")]
    tables["observations"] = pd.concat([tables[name] for name in files], ignore_index=True)
    tables["sources"]["published"] = pd.to_datetime(tables["sources"]["published"])
    tables["reviews"]["as_at"] = pd.to_datetime(tables["reviews"]["as_at"])
    return Register(data, tables)


def read_table(path):
    """One CSV table with every cell as printed: "N/A" and "38.0" stay as they are, an empty cell is ''."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def known_observations(observations, series, as_at):
    """Figures as they stood on a day.

    Parameters
    ----------
    observations, series : frames of the register
    as_at : date; a figure published later is left out, and of two editions of a figure the newer one counts. A figure of
        a document and one of published open data (``open_data``) stand beside each other

    Returns
    -------
    DataFrame indexed by ``observation_id``: the columns of ``observations``; ``number`` (value, or empty); the
    columns of ``parse_periods``; ``indicator_id``; ``first_published`` (of the first edition of the figure).
    """
    known = observations.assign(published=pd.to_datetime(observations["published"]))
    known = known[known["published"] <= pd.Timestamp(as_at)].sort_values("published", kind="stable")
    edition_of = [*OBSERVATION_KEY, "period", "open_data"]
    known["first_published"] = known.groupby(edition_of)["published"].transform("min")
    known = known.drop_duplicates(edition_of, keep="last")
    known = known.join(parse_periods(known["period"]))
    known["indicator_id"] = known["series_id"].map(series.set_index("series_id")["indicator_id"])
    known["number"] = pd.to_numeric(known["value"], errors="coerce")
    return known.set_index("observation_id")


def with_rounding(known, exact):
    """Add ``low`` and ``high``, the ends of what each printed value can stand for.

    ``exact`` is a boolean Series by row: counts are exact. "over 75" has no upper end and "about 4,000" has none at all.

    >>> with_rounding(pd.DataFrame({"value": ["5"], "number": [5.0], "qualifier": [""]}), False)[["low", "high"]].values.tolist()
    [[4.5, 5.5]]
    """
    places = decimal_places(known["value"])
    half = (0.5 * 10.0**-places).where(~pd.Series(exact, index=known.index), 0.0)
    qualifier = known["qualifier"]
    low = (
        (known["number"] - half)
        .mask(qualifier == "over", known["number"])
        .mask(qualifier.isin(["about", "under"]), float("-inf"))
    )
    high = (
        (known["number"] + half)
        .mask(qualifier == "under", known["number"])
        .mask(qualifier.isin(["about", "over"]), float("inf"))
    )
    # Nine decimals are far below any printed digit and take off the noise of binary fractions.
    return known.assign(low=low.round(9), high=high.round(9))


def decimal_places(values):
    """How many decimals each value was printed with.

    >>> decimal_places(pd.Series(["38.0", "38"])).tolist()
    [1, 0]
    """
    tails = {text: str(text).rpartition(".")[1:] for text in values.unique()}
    places = {text: len(tail) if point and tail.isdigit() else 0 for text, (point, tail) in tails.items()}
    return values.map(places).fillna(0).astype(int)


def find_plan(register, plan):
    """The row of ``plans`` for an id; raises UnknownName with the valid ones."""
    plans = register.table("plans")
    return _only_row(plans, "plan_id", plan, "plan")


def find_review(register, plan, review):
    """The row of ``reviews`` for a plan's review such as "2017-18 part 2"; raises UnknownName with the valid ones."""
    reviews = register.table("reviews")
    return _only_row(reviews[reviews["plan_id"] == plan], "review", review, f"review of {plan}")


def find_priority(register, plan, priority):
    """The row of ``priorities`` for a short name such as "safe"; raises UnknownName with the valid ones."""
    priorities = priorities_of(register, plan)
    return _only_row(priorities, "short_id", priority, f"priority of {plan}")


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
    is_it = (
        (areas["area_id"].str.casefold() == wanted)
        | (areas["name"].str.casefold() == wanted)
        | ((areas["la_number"] == wanted) & (wanted != ""))
        | former
    )
    if is_it.sum() == 1:
        return areas[is_it].iloc[0]
    names = {name.casefold(): name for name in areas["name"]}
    near = [name for key, name in names.items() if wanted and wanted in key]
    near = near or [names[key] for key in get_close_matches(wanted, names, n=3)]
    hint = (
        f" Near matches: {', '.join(near[:5])}."
        if near
        else " Give a GSS code such as E10000024 or a name such as Leicester."
    )
    raise UnknownName(f"Unknown area: {area!r}.{hint}")


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
    titles = [register.table(name).set_index("source_id")["title"] for name in ("sources", "editions")]
    return pd.concat(titles)


def priorities_of(register, plan):
    """The priorities of a plan in order, with ``short_id`` ("safe" for "cypf-2016-18/safe")."""
    priorities = register.table("priorities")
    priorities = priorities[priorities["plan_id"] == plan]
    priorities = priorities.assign(
        short_id=priorities["priority_id"].str.rpartition("/")[2], number=priorities["number"].astype(int)
    )
    return priorities.sort_values("number")


def previous_review(register, plan, review):
    """The review of the same plan before this one, or None for the first."""
    reviews = register.table("reviews")
    earlier = reviews[(reviews["plan_id"] == plan) & (reviews["as_at"] < find_review(register, plan, review)["as_at"])]
    return None if earlier.empty else earlier.sort_values("as_at").iloc[-1]


def _only_row(frame, column, wanted, what):
    found = frame[frame[column] == wanted]
    if len(found) == 1:
        return found.iloc[0]
    near = get_close_matches(str(wanted), frame[column], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnknownName(f"Unknown {what}: {wanted!r}.{hint} Valid: {', '.join(frame[column])}.")
