"""Editions of one dataset side by side: which row stands, what was revised, and when each figure was known.

The figure of the earliest edition stands. Where a later edition prints another one, both stand; the later is dated with
its edition's own day and carries status r, so a review as at an earlier day still sees what was known then. The result
does not depend on the order of importing, with one exception that ``needs_again`` tells of.
"""

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from cyp_helpers.importers.mapping import load_measures
from cyp_helpers.importers.plausible import contradicted
from cyp_helpers.importers.values import printed_counts, to_numbers
from cyp_helpers.register.each import by_each, words_of
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.published import COLUMNS
from cyp_helpers.register.tables import FIGURE_KEY as KEY
from cyp_helpers.register.tables import decimal_places

WORDS = [*KEY, "value", "published", "published_basis", "source_id"]  # categories while an import works
_COUNTS = ["numerator", "denominator"]
_STEPS, _ENOUGH, _NEARLY_ALL = (5, 10, 50, 100, 1000), 20, 0.98  # roundings of counts, and when they are believed
_POPULATION_YEAR_BEFORE = 1  # rates at or to 31 March are worked out on the estimate of the June before


def merge_editions(published, figures, editions, register):
    """The published table with the figures of one edition in it.

    ``figures`` are rows of one edition: ``KEY, value, status, numerator, denominator, source_id, locator``. Of that
    edition's rows in ``published`` those that they speak of are replaced, and the others stay. ``editions`` is the
    table with the new edition in it. Sorted by series, breakdown, area, end of period and day of publication.
    """
    old, new = figure_numbers(published, figures)
    own = published["source_id"].isin(figures["source_id"].unique())
    rows = stacked([published[~(own & old.isin(new))], figures])[list(COLUMNS)]
    editions = editions.set_index("source_id")[["edition_date", "edition_date_basis"]]
    edition = by_each(rows["source_id"], lambda each: editions.reindex(each).astype("category"))
    rows = rows.assign(figure=figure_numbers(rows)[0], **edition)
    rows = rows.sort_values(["figure", "edition_date", "source_id"], kind="stable", ignore_index=True)
    rows = rows[~_same_as_before(rows)].reset_index(drop=True)
    rows["end"] = parse_periods(rows["period"])["end"]
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
    rows, numbers = stacked([frame[KEY] for frame in frames]), 0
    for name in KEY:
        numbers = numbers * len(rows[name].cat.categories) + rows[name].cat.codes.to_numpy("int64")
    ends = np.cumsum([len(frame) for frame in frames])
    return [pd.Series(part, frame.index) for part, frame in zip(np.split(numbers, ends), frames)]


def stacked(frames):
    """Frames below each other, with ``WORDS`` as categories in the order of the alphabet (where all have them)."""
    words = [name for name in WORDS if all(name in frame for frame in frames)]
    rows = pd.concat([frame.drop(columns=words) for frame in frames], ignore_index=True)
    for name in words:
        columns = [frame[name].astype("category") for frame in frames]
        rows[name] = union_categoricals(columns, sort_categories=True)
    return rows[list(frames[0])]


def revisions(source_id, before, after):
    """What an edition says otherwise than was known, from the published table before and after: ``KEY``, ``old`` and
    ``new`` (as printed; '' for none), ``old_counts`` and ``new_counts`` ("3 of 10") and ``published``.

    Known was what an earlier file of the edition said, or the edition before it, or, of an edition older than all that
    were known, what came first so far.
    """
    told = ["value", *_COUNTS]
    columns = [*KEY, *told, "published", "source_id"]
    rows = stacked([table[columns].assign(is_old=is_old) for table, is_old in ((before, True), (after, False))])
    rows["figure"], rows["own"] = figure_numbers(rows)[0], rows["source_id"] == source_id
    touched = rows.loc[~rows.duplicated(columns, keep=False) & ~rows["is_old"] & rows["own"], "figure"]
    rows = rows[rows["figure"].isin(touched) & rows.duplicated("figure", keep=False)]
    rows = words_of(rows).sort_values(["figure", "published"], kind="stable").set_index("figure")
    old, new = rows[rows["is_old"]], rows[~rows["is_old"]]
    edition_before = new.groupby(level=0)[told].shift(1)[new["own"]].dropna(subset="value")
    first = old[old.index.isin(new.index[new.index.duplicated()])]
    known = pd.concat([old[old["own"]], edition_before, first])[told]
    both = new[new["own"]].join(known[~known.index.duplicated()].add_suffix("_old"), how="inner")
    differs = both["value"] != both["value_old"]
    for name in _COUNTS:
        differs |= (both[name] - both[f"{name}_old"]).abs() > 0
    both = both[differs].reset_index(drop=True)
    counts = {"old_counts": printed_counts(both, "_old"), "new_counts": printed_counts(both)}
    return both.assign(old=both["value_old"], new=both["value"], **counts)[[*KEY, "old", "new", *counts, "published"]]


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
    rows = rows.assign(number=to_numbers(rows["value"]), places=decimal_places(rows["value"]))
    group = rows.groupby(["source_id", "series_id"], dropna=False).ngroup().to_numpy()
    for name in ("number", *_COUNTS):
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
    for name in ("number", *_COUNTS):
        mine, other = rows[f"{name}_step"], before[f"{name}_step"].fillna(0)
        slack[name] = np.where(mine != other, np.maximum(mine, other) / 2, 0.0) + 1e-9
    same = (rows["number"] - before["number"]).abs() <= np.maximum(half, slack["number"]) + 1e-9
    same |= rows["number"].isna() & before["number"].isna()
    for name in _COUNTS:
        same &= before[name].isna() | rows[name].isna() | ((before[name] - rows[name]).abs() <= slack[name])
    return same


def _same_as_before(rows):
    """True where a row says what the row before it of the same figure says."""
    several = rows["series_id"].isin(rows.loc[rows.duplicated("figure"), "series_id"].unique())
    beside = with_rounding_steps(rows.loc[several, ["figure", "series_id", "source_id", "value", *_COUNTS]])
    numbers = beside.select_dtypes("number")
    same = beside.duplicated("figure") & says_the_same(numbers, numbers.shift(1))
    return same.reindex(rows.index, fill_value=False)


def usual_day(rows, register):
    """The day by which a figure is usually out: the last of a month, so many months after its period ends."""
    lag = load_measures(register).groupby("series_id")["lag_months"].max()

    def days(each):
        month, year = (each["end"].dt.to_period(span).dt.asfreq("M") for span in ("M", "Y-MAR"))
        # Twelve months come out at once, after the year to March that they lie in.
        month = month.mask(each["period"].str.startswith("month "), year)
        out = month + each["series_id"].map(lag).fillna(0).astype(int)
        return out.dt.end_time.dt.strftime("%Y-%m-%d")

    return by_each(rows[["series_id", "period", "end"]], days)


def _with_population(rows, register):
    """Denominators of rates: the newest estimate for the year before, where it still gives the printed rate."""
    measures = load_measures(register)
    measures = measures[measures["denominator"].str.startswith("series ")].drop_duplicates("series_id")
    measures = measures.set_index("series_id")
    mine = rows["series_id"].isin(measures.index) & rows["numerator"].notna()
    part = words_of(rows[mine])
    population = words_of(rows[rows["series_id"].isin(measures["denominator"].str.removeprefix("series "))])
    population = population.sort_values("published").drop_duplicates("figure", keep="last")
    estimate = to_numbers(population["value"])
    estimate.index = pd.MultiIndex.from_arrays([population["area_id"], population["end"].dt.year])
    wanted = pd.MultiIndex.from_arrays([part["area_id"], part["end"].dt.year - _POPULATION_YEAR_BEFORE])
    trial = part.assign(
        denominator=estimate.reindex(wanted).to_numpy(), number=to_numbers(part["value"]),
        per=part["series_id"].map(measures["per"]).astype("float64"), measure_key=part["series_id"] + part["source_id"],
        area_type=part["area_id"].map(register.table("areas").set_index("area_id")["area_type"]),
    )  # fmt: skip
    rows.loc[mine, "denominator"] = trial["denominator"].where(~contradicted(trial))
    return rows
