"""Editions of one dataset side by side: which row stands, what was revised, and when each figure was known.

The figure of the earliest edition stands. Where a later edition prints another one, both stand; the later is dated with
its edition's own day and carries status r, so a review as at an earlier day still sees what was known then. The result
does not depend on the order of importing, with one exception that ``needs_again`` tells of.
"""

import numpy as np
import pandas as pd

from cyp_helpers.importers.mapping import with_units
from cyp_helpers.importers.plausible import contradicted
from cyp_helpers.importers.values import by_each, each_row, printed_counts
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.published import COLUMNS
from cyp_helpers.register.tables import FIGURE_KEY as KEY
from cyp_helpers.register.tables import decimal_places

WORDS = [*KEY, "value", "published", "published_basis", "source_id"]  # categories while an import works
_COMPARED = ["number", "numerator", "denominator"]
_STEPS, _ENOUGH, _NEARLY_ALL = (5, 10, 50, 100, 1000), 20, 0.98  # roundings of counts, and when they are believed
_POPULATION_YEAR_BEFORE = 1  # rates at or to 31 March are worked out on the estimate of the June before


def merge_editions(published, figures, editions, register):
    """The published table with the figures of one edition in it.

    ``figures`` are rows of one edition: ``KEY, value, status, numerator, denominator, source_id, locator``. Of that
    edition's rows in ``published`` those that they speak of are replaced, and the others stay. ``editions`` is the
    table with the new edition in it; the register is there for the mapping (lags) and the population series.

    Returns a frame of the published table's columns (``WORDS`` as categories), sorted by series, breakdown, area, end of
    period and day of publication.
    """
    old, new = figure_numbers(published, figures)
    own = published["source_id"].isin(figures["source_id"].unique())
    rows = stacked([published[~(own & old.isin(new))], figures])[list(COLUMNS)]
    editions = editions.set_index("source_id")[["edition_date", "edition_date_basis"]]
    edition = by_each(rows["source_id"], lambda each: editions.reindex(each).astype("category"))
    rows = rows.assign(figure=figure_numbers(rows)[0], **edition)
    rows = rows.sort_values(["figure", "edition_date", "source_id"], kind="stable", ignore_index=True)
    rows = rows[~_same_as_before(rows)].reset_index(drop=True)
    rows["end"] = by_each(rows["period"], parse_periods)["end"]
    later, usual, day = rows.duplicated("figure"), usual_day(rows, register), rows["edition_date"].astype("str")
    own_day = later | ~(usual < day)
    rows["published"] = usual.where(~own_day, day).astype("category")
    printed = own_day & (rows["edition_date_basis"] != "assumed")
    rows["published_basis"] = pd.Categorical.from_codes(printed.astype(int), ["assumed", "printed"])
    plain = rows.loc[later, "status"].str.replace(r"\br\b", "", regex=True).str.split().str.join(" ")
    rows.loc[later, "status"] = ("r " + plain).str.strip()
    rows = _with_population(rows, register)
    order = [*KEY[:3], "end", "published", "source_id"]
    return rows.sort_values(order, kind="stable", ignore_index=True)[list(COLUMNS)]


def figure_numbers(*frames):
    """A number for each figure (columns ``KEY``), the same in all frames and in the order of the key: a Series of int a
    frame.

    >>> rows = pd.DataFrame([["s", "all", "E1", "CY 2016"], ["s", "all", "E1", "CY 2015"]], columns=KEY)
    >>> [one.tolist() for one in figure_numbers(rows, rows[1:])]
    [[1, 0], [0]]
    """
    numbers = [pd.Series(0, index=frame.index, dtype="int64") for frame in frames]
    for name in KEY:
        columns = _with_shared_words([frame[name] for frame in frames])
        numbers = [number * len(one.cat.categories) + one.cat.codes for number, one in zip(numbers, columns)]
    return numbers


def _with_shared_words(columns):
    """Columns as categories, all with the same ones in order of the alphabet."""
    columns = [column.astype("category") for column in columns]
    words = sorted(set().union(*(column.cat.categories for column in columns)))
    return [column.cat.set_categories(pd.Index(words, dtype="str")) for column in columns]


def stacked(frames):
    """Frames below each other, with ``WORDS`` as categories (where all have them)."""
    for name in WORDS:
        if all(name in frame for frame in frames):
            columns = _with_shared_words([frame[name] for frame in frames])
            frames = [frame.assign(**{name: column}) for frame, column in zip(frames, columns)]
    return pd.concat(frames, ignore_index=True)


def words_of(rows):
    """Rows with their categories as text."""
    return rows.astype(dict.fromkeys(rows.select_dtypes("category"), "str"))


def revisions(published, source_id):
    """What an edition changed, the rows of ``published`` that it revised: ``KEY``, ``old``, ``new`` (as printed; ''
    for none), ``old_counts``, ``new_counts`` ("3 of 10") and ``published``."""
    figure = figure_numbers(published)[0]
    ordered = words_of(published[figure.duplicated(keep=False)].assign(figure=figure))
    ordered = ordered.sort_values(["figure", "published"], kind="stable")
    ordered = ordered.assign(new=ordered["value"], new_counts=printed_counts(ordered))
    before = ordered.groupby("figure")[["new", "new_counts"]].shift(1)
    ordered = ordered.assign(old=before["new"], old_counts=before["new_counts"])
    changed = ordered[(ordered["source_id"] == source_id) & ordered.duplicated("figure")]
    return changed[[*KEY, "old", "new", "old_counts", "new_counts", "published"]]


def needs_again(edition, editions):
    """Editions of the dataset that must be imported once more after one that lies between two already imported.

    A later edition that agreed with the one before has left no row; if the edition between differs, that row is wanted.
    ``edition`` is a row of ``editions`` (columns ``source_id, dataset, edition_date``).
    """
    same = editions[(editions["dataset"] == edition["dataset"]) & (editions["source_id"] != edition["source_id"])]
    earlier, later = same["edition_date"] < edition["edition_date"], same["edition_date"] > edition["edition_date"]
    return same.loc[later, "source_id"].tolist() if earlier.any() else []


def with_rounding_steps(rows):
    """Add what comparing figures of two editions needs: ``number``, ``places`` (decimals printed), and for the
    figure and its counts how coarse all of that edition and series are (5, 10, 50, 100 or 1,000; nought where they
    are exact)."""
    number = by_each(rows["value"], lambda each: pd.to_numeric(each, errors="coerce").astype("float64"))
    rows = rows.assign(number=number, places=by_each(rows["value"], lambda each: decimal_places(each.fillna(""))))
    group = rows.groupby(["source_id", "series_id"], dropna=False).ngroup().to_numpy()
    for name in _COMPARED:
        number = rows[name].to_numpy(dtype="float64")
        told = np.isfinite(number) & (number != 0)
        size, coarse = np.bincount(group[told], minlength=len(rows)), np.zeros(len(rows))
        for step in _STEPS:
            multiples = np.bincount(group[told], weights=number[told] % step == 0, minlength=len(rows))
            coarse[(size >= _ENOUGH) & (multiples >= _NEARLY_ALL * size)] = step
        rows[f"{name}_step"] = coarse[group]
    return rows


def says_the_same(rows, before):
    """Where rows say what ``before`` says (aligned frames of ``with_rounding_steps``): to the decimals of the
    coarser one, and to its fives, tens or hundreds where only one of the two was rounded to them (bool Series)."""
    half = 0.5 * 10.0 ** -np.minimum(rows["places"], before["places"].fillna(99)) * (rows["places"] != before["places"])
    slack = {}
    for name in _COMPARED:
        mine, other = rows[f"{name}_step"], before[f"{name}_step"].fillna(0)
        slack[name] = np.where(mine != other, np.maximum(mine, other) / 2, 0.0) + 1e-9
    same = (rows["number"] - before["number"]).abs() <= np.maximum(half, slack["number"]) + 1e-9
    same |= rows["number"].isna() & before["number"].isna()
    for name in _COMPARED[1:]:
        same &= before[name].isna() | rows[name].isna() | ((before[name] - rows[name]).abs() <= slack[name])
    return same


def _same_as_before(rows):
    """True where a row says what the row before it of the same figure says."""
    several = rows["series_id"].isin(rows.loc[rows.duplicated("figure"), "series_id"].unique())
    beside = with_rounding_steps(rows.loc[several, ["figure", "series_id", "source_id", "value", *_COMPARED[1:]]])
    numbers = beside.select_dtypes("number")
    same = beside.duplicated("figure") & says_the_same(numbers, numbers.shift(1))
    return same.reindex(rows.index, fill_value=False)


def usual_day(rows, register):
    """The day by which a figure is usually out: the last of a month, so many months after its period ends."""
    measures = with_units(register)
    lag = measures.groupby("series_id")["lag_months"].max()
    index, (rows, codes) = rows.index, each_row(rows[["series_id", "period", "end"]])
    # Twelve months come out at once, after the year to March that they lie in.
    year = rows["end"].dt.year + (rows["end"].dt.month > 3)
    march = pd.to_datetime({"year": year, "month": 3, "day": 31})
    end = rows["end"].mask(rows["period"].str.startswith("month "), march)
    month = end.dt.year * 12 + end.dt.month - 1 + rows["series_id"].map(lag).fillna(0).astype(int) + 1
    first = pd.to_datetime({"year": month // 12, "month": month % 12 + 1, "day": 1})
    return (first - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d").take(codes).set_axis(index)


def _with_population(rows, register):
    """Denominators of rates: the newest estimate for the year before, where it still gives the printed rate."""
    measures = with_units(register)
    on_series = measures[measures["denominator"].str.startswith("series ")]
    on_series = on_series.drop_duplicates("series_id").set_index("series_id")
    mine = rows["series_id"].isin(on_series.index) & rows["numerator"].notna()
    part = words_of(rows[mine])
    population = words_of(rows[rows["series_id"].isin(on_series["denominator"].str.removeprefix("series ").unique())])
    population = population.sort_values("published").drop_duplicates("figure", keep="last")
    estimate = pd.to_numeric(population["value"], errors="coerce").set_axis(
        pd.MultiIndex.from_arrays([population["area_id"], population["end"].dt.year])
    )
    year = part["end"].dt.year - _POPULATION_YEAR_BEFORE
    found = estimate.reindex(pd.MultiIndex.from_arrays([part["area_id"], year])).to_numpy(dtype="float64")
    trial = part.assign(
        denominator=found, number=pd.to_numeric(part["value"], errors="coerce"),
        per=part["series_id"].map(on_series["per"]).astype("float64"),
        measure_key=part["series_id"] + part["source_id"],
        area_type=part["area_id"].map(register.table("areas").set_index("area_id")["area_type"]),
    )  # fmt: skip
    rows.loc[mine, "denominator"] = trial["denominator"].where(~contradicted(trial))
    return rows
