"""Editions of one dataset side by side: which row stands, what was revised, and when each figure was known.

The figure of the earliest edition stands. Where a later edition prints another one, both stand; the later is dated with
its edition's own day and carries status r, so a review as at an earlier day still sees what was known then. The result
does not depend on the order of importing, with one exception that ``needs_again`` tells of.
"""

import numpy as np
import pandas as pd

from cyp_helpers.importers.mapping import with_units
from cyp_helpers.importers.plausible import contradicted
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import decimal_places

PUBLISHED_COLUMNS = [
    "series_id", "breakdown", "area_id", "period", "value", "status", "numerator", "denominator", "published",
    "published_basis", "source_id", "locator",
]  # fmt: skip
KEY = ["series_id", "breakdown", "area_id", "period"]
_COMPARED = ["number", "numerator", "denominator"]
_STEPS, _ENOUGH, _NEARLY_ALL = (5, 10, 50, 100, 1000), 20, 0.98  # roundings of counts, and when they are believed
_POPULATION_YEAR_BEFORE = 1  # rates at or to 31 March are worked out on the estimate of the June before


def merge_editions(published, figures, editions, register):
    """The published table with the figures of one edition in it.

    Parameters
    ----------
    published : the table so far (columns ``PUBLISHED_COLUMNS``); of the edition's own rows those that ``figures`` speaks of
        are replaced, and the others stay
    figures : rows of one edition: ``KEY, value, status, numerator, denominator, source_id, locator``
    editions : frame with ``source_id, edition_date, edition_date_basis``, the new edition among them
    register : Register, for the mapping (lags) and the population series

    Returns
    -------
    DataFrame of ``PUBLISHED_COLUMNS``, sorted by series, breakdown, area, end of period and day of publication.
    """
    own = published["source_id"].isin(figures["source_id"].unique())
    spoken_of = pd.MultiIndex.from_frame(published[KEY]).isin(pd.MultiIndex.from_frame(figures[KEY]))
    rows = pd.concat([published[~(own & spoken_of)], figures], ignore_index=True)
    rows = rows.join(editions.set_index("source_id")[["edition_date", "edition_date_basis"]], on="source_id")
    rows["end"] = parse_periods(rows["period"])["end"]
    rows = rows.sort_values([*KEY, "edition_date", "source_id"], kind="stable").reset_index(drop=True)
    rows = rows[~_same_as_before(rows)].reset_index(drop=True)
    later = rows.duplicated(KEY)
    usual = usual_day(rows, register)
    in_time = usual < rows["edition_date"]
    own_day = later | ~in_time
    printed = own_day & (rows["edition_date_basis"] != "assumed")
    rows["published"] = usual.where(~own_day, rows["edition_date"])
    rows["published_basis"] = pd.Series("assumed", index=rows.index, dtype="str").mask(printed, "printed")
    plain = rows.loc[later, "status"].str.replace(r"\br\b", "", regex=True).str.split().str.join(" ")
    rows.loc[later, "status"] = ("r " + plain).str.strip()
    rows = _with_population(rows, register)
    rows = rows.sort_values([*KEY[:3], "end", "published", "source_id"], kind="stable")
    return rows[PUBLISHED_COLUMNS].reset_index(drop=True)


def revisions(published, source_id):
    """What an edition changed: the rows of ``published`` that it revised, with the figure before.

    Returns
    -------
    DataFrame: ``KEY``, ``old``, ``new`` (as printed; '' for none), ``old_counts``, ``new_counts`` ("3 of 10") and
    ``published``.
    """
    several = published[published.duplicated(KEY, keep=False)]
    ordered = several.sort_values([*KEY, "published"], kind="stable")
    counts = [
        ordered[part].map("{:.0f}".format).astype("str").replace("nan", "?") for part in ("numerator", "denominator")
    ]
    ordered = ordered.assign(new=ordered["value"], new_counts=counts[0] + " of " + counts[1])
    before = ordered.groupby(KEY)[["new", "new_counts"]].shift(1)
    ordered = ordered.assign(old=before["new"], old_counts=before["new_counts"])
    changed = ordered[(ordered["source_id"] == source_id) & ordered.duplicated(KEY)]
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
    """Add what comparing figures of two editions needs: ``number``, ``places`` (decimals printed), and for the figure and its
    counts how coarse all of that edition and series are (5, 10, 50, 100 or 1,000; nought where they are exact)."""
    codes, texts = pd.factorize(rows["value"])  # of which there are far fewer than figures
    texts = pd.Series(texts, dtype="str")
    rows = rows.assign(number=pd.to_numeric(texts, errors="coerce").to_numpy()[codes], places=decimal_places(texts).to_numpy()[codes])
    group = rows.groupby(["source_id", "series_id"]).ngroup().to_numpy()
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
    """Where rows say what ``before`` says (aligned frames of ``with_rounding_steps``): to the decimals of the coarser one,
    and to its fives, tens or hundreds where only one of the two was rounded to them (bool Series)."""
    half = 0.5 * 10.0 ** -np.minimum(rows["places"], before["places"].fillna(99)) * (rows["places"] != before["places"])
    steps = {name: (rows[f"{name}_step"], before[f"{name}_step"].fillna(0)) for name in _COMPARED}
    slack = {
        name: np.where(mine != other, np.maximum(mine, other) / 2, 0.0) + 1e-9 for name, (mine, other) in steps.items()
    }
    same = (rows["number"] - before["number"]).abs() <= np.maximum(half, slack["number"]) + 1e-9
    same |= rows["number"].isna() & before["number"].isna()
    for name in _COMPARED[1:]:
        same &= before[name].isna() | rows[name].isna() | ((before[name] - rows[name]).abs() <= slack[name])
    return same


def _same_as_before(rows):
    """True where a row says what the row before it of the same figure says."""
    rows = with_rounding_steps(rows)
    return rows.duplicated(KEY) & says_the_same(rows, rows.shift(1))


def usual_day(rows, register):
    """The day by which a figure is usually out: the last of a month, so many months after its period ends."""
    measures = with_units(register, register.table("published-measures"))
    lag = measures.groupby("series_id")["lag_months"].max()
    end = rows["end"].copy()
    monthly = rows["period"].str.startswith("month ")
    # Twelve months come out at once, after the year to March that they lie in.
    year = end.dt.year + (end.dt.month > 3)
    end = end.mask(monthly, pd.to_datetime({"year": year, "month": 3, "day": 31}))
    month = end.dt.year * 12 + end.dt.month - 1 + rows["series_id"].map(lag).fillna(0).astype(int) + 1
    first = pd.to_datetime({"year": month // 12, "month": month % 12 + 1, "day": 1})
    return (first - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")


def _with_population(rows, register):
    """Denominators of rates on a population series: its newest estimate for the year before, where it gives the rate.

    An estimate that was revised since gives another rate; then the row has no denominator.
    """
    measures = with_units(register, register.table("published-measures"))
    on_series = measures[measures["denominator"].str.startswith("series ")]
    on_series = on_series.drop_duplicates("series_id").set_index("series_id")
    mine = rows["series_id"].isin(on_series.index) & rows["numerator"].notna()
    part = rows[mine]
    population = rows[rows["series_id"].isin(on_series["denominator"].str.removeprefix("series ").unique())]
    population = population.sort_values("published").drop_duplicates(KEY, keep="last")
    estimate = pd.to_numeric(population["value"], errors="coerce").set_axis(
        pd.MultiIndex.from_arrays([population["area_id"], population["end"].dt.year])
    )
    year = part["end"].dt.year - _POPULATION_YEAR_BEFORE
    found = estimate.reindex(pd.MultiIndex.from_arrays([part["area_id"], year])).to_numpy(dtype="float64")
    areas = register.table("areas").set_index("area_id")["area_type"]
    trial = part.assign(
        denominator=found,
        number=pd.to_numeric(part["value"], errors="coerce"),
        per=part["series_id"].map(on_series["per"]).astype("float64"),
        measure_key=part["series_id"] + part["source_id"],
        area_type=part["area_id"].map(areas),
    )
    rows = rows.copy()
    rows.loc[mine, "denominator"] = trial["denominator"].where(~contradicted(trial))
    return rows
