"""How often verdicts hold: learnt from what came of them a year later, for every series, on earlier years alone.

``python -m benchmarks promises`` writes what is learnt into ``data/reference``; ``python -m benchmarks record`` prints how it fared.
"""

import numpy as np
import pandas as pd

from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.judge import COUNTS_AGREE, COUNTS_CHANCE, COUNTS_DISAGREE
from cyp_helpers.compare.pairs import years_before
from cyp_helpers.compare.promise import CLEAR_SCORE, KINDS, damped, own_record, rising, scores
from cyp_helpers.compare.scale import children, fit_variation, yearly_changes

FIRST_CASES = 500  # cases of a kind, from which on a promise is learnt
FIRST_RECORD = 2000  # promises whose outcome is known, from which on they are corrected by it
_SERIES_YEARS = 20  # cases that bear an offset as much as the prior does
_SERIES = ["series_id", "breakdown"]
# Columns of promises.csv and promise_series.csv.
CURVES = ["kind", "learnt", "form", "constant", "slope", "support", "lowest", "highest"]
OFFSETS = ["kind", "learnt", "series_id", "breakdown", "cases", "held", "offset"]
_TAIL = 0.05  # of the promises made so far, whose record bounds those to come


def cases(judged):
    """Every score of an authority with what came of it.

    Scores of a year are worked out from changes up to that year alone.

    Parameters
    ----------
    judged : Judged, on the day on which is learnt

    Returns
    -------
    DataFrame with ``kind, series_id, breakdown, area_id, year, score, support, children``, ``agree`` (what counts say: 1 the same, 0 no
    more than chance, -1 the opposite; empty without counts) and ``held``: 1 where the authority still stood on
    that side a year later (levels: the next figure beside the same comparator; a change since last year: the next figure against
    that of two years before it; five years: the next figure against that of the year before the five), 0 where not, empty where
    that is not known or even. No figure of the case is part of what judges it.
    """
    figures = judged.figures
    years = years_before(figures)
    pairs = judged.pairs[judged.pairs["comparator"].isin(KINDS) & (judged.pairs["gap"] == "")]
    pairs = pairs[pairs["figure"].map(figures["local"] & figures["open_data"] & ~figures["total"])]
    pairs = pairs.drop(columns=["score", "scale", "support", "promise", "later", "by_counts"])
    changes, size = yearly_changes(figures, pairs), children(judged.register.table("published"))
    year = pairs["figure"].map(figures["end"]).dt.year
    nothing = pd.DataFrame(columns=["a", "b"], dtype=float)
    found = [
        scores(
            figures, pairs[year == one], years, changes[changes["year"] <= one], size, nothing, earlier=pairs
        ).assign(year=one)
        for one in sorted(year.unique())
    ]
    found = pairs.join(pd.concat(found)).dropna(subset="score")
    facts = figures[["series_id", "breakdown", "area_id"]].reindex(found["figure"]).set_axis(found.index)
    later = _what_came(found, figures, years)
    held = (np.sign(later) == np.sign(found["score"])).astype(float).where(later.notna() & (later.abs() > 1e-9))
    agree = found["counts"].map({COUNTS_AGREE: 1.0, COUNTS_CHANCE: 0.0, COUNTS_DISAGREE: -1.0})
    return facts.assign(
        kind=found["comparator"],
        **found[["year", "score", "support"]],
        children=facts["area_id"].map(size),
        agree=agree,
        held=held,
    )


def _what_came(found, figures, years):
    """The difference that judges each case: above 0 where what stood above still does."""
    following = pd.Series(years.index, index=years[1])
    after = found["figure"].map(following[following.index >= 0])
    middle = figures[figures["local"] & figures["open_data"]].groupby("cell")["number"].median()
    relative = figures["number"] - figures["cell"].map(middle)
    differences = found.set_index(["comparator", "figure"])["difference"]
    later = pd.Series(
        differences.reindex(pd.MultiIndex.from_arrays([found["comparator"], after])).to_numpy(), index=found.index
    )
    for kind, back in (("previous", 3), ("five_years", 6)):
        before = after.map(years[back])
        moved = after.map(relative) - before.where(before >= 0).map(relative)
        later = later.where(found["comparator"] != kind, moved)
    return later


def learn(every):
    """Curves and offsets for each year of learning, and every case with the promise made of it before its outcome was known.

    Parameters
    ----------
    every : frame of ``cases``

    Returns
    -------
    (curves, offsets, promised): frames with ``CURVES`` and ``OFFSETS``, and ``every`` with ``promise`` (0 to 100).
    """
    curves, offsets, promised = [], [], []
    for kind, rows in every.groupby("kind"):
        made = rows.iloc[:0].assign(odds=0.0, promise=0.0)
        for year in range(rows["year"].min() + 1, rows["year"].max() + 1):
            past = rows[(rows["year"] < year) & rows["held"].notna()]
            if len(past) < FIRST_CASES:
                continue
            curve, offset = _curve(past), None
            offset = _offsets(past, curve)
            curve, offset = _corrected(curve, offset, made[made["held"].notna()])
            curves.append(curve.assign(kind=kind, learnt=year))
            offsets.append(offset.assign(kind=kind, learnt=year))
            now = rows[rows["year"] == year]
            odds = _odds(now, curve, offset)
            most = offset.assign(most=own_record(offset)).set_index(_SERIES)["most"]
            most = most.reindex(pd.MultiIndex.from_frame(now[_SERIES])).fillna(1.0).to_numpy()
            share = _share(odds).clip(curve["lowest"].iloc[0], curve["highest"].iloc[0])
            promise = 100 * share.clip(upper=most)
            made = pd.concat([made, now.assign(odds=odds, promise=promise)])
        promised.append(made)
    return (
        pd.concat(curves, ignore_index=True)[CURVES],
        pd.concat(offsets, ignore_index=True)[OFFSETS],
        pd.concat(promised),
    )


def _curve(past):
    """Odds of holding by score, with and without the years before: logistic regressions."""
    import statsmodels.api as sm

    def fit(rows, form):
        x = _regressors(rows, form)
        return sm.GLM(rows["held"].to_numpy(), x, family=sm.families.Binomial()).fit().params

    alone = [*fit(past, "alone"), 0.0]
    borne_out = past[past["support"].notna()]
    with_past = fit(borne_out, "with past") if len(borne_out) >= FIRST_CASES else alone
    with_past = with_past if min(with_past[1:]) >= 0 else alone  # a promise never falls as a score or its support grows
    rows = [["with past", *with_past, 0.01, 0.99], ["alone", *alone, 0.01, 0.99]]
    return pd.DataFrame(rows, columns=["form", "constant", "slope", "support", "lowest", "highest"])


def _regressors(rows, form):
    columns = [np.ones(len(rows)), rising(rows["score"])]
    return np.column_stack(columns + ([damped(rows["support"])] if form == "with past" else []))


def _offsets(past, curve):
    """What each series holds more or less often than all, shrunk to nothing where it has few cases: ridge logistic regression."""
    keys = [past["series_id"], past["breakdown"]]
    odds, held = _odds(past, curve), past["held"]
    offset = pd.Series(0.0, index=pd.MultiIndex.from_frame(past[_SERIES].drop_duplicates()))
    for _ in range(8):
        own = pd.Series(offset.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy(), index=past.index)
        share = _share(odds + own)
        up = (held - share).groupby(keys).sum() - _SERIES_YEARS * offset
        offset = offset + up / ((share * (1 - share)).groupby(keys).sum() + _SERIES_YEARS)
    told = past[past["score"].abs() > CLEAR_SCORE]
    record = told.groupby(_SERIES)["held"].agg(cases="size", held="mean")
    return (
        record.reindex(offset.index)
        .assign(offset=offset, cases=lambda rows: rows["cases"].fillna(0).astype(int))
        .reset_index()
    )


def _corrected(curve, offset, made):
    """Half way to what the promises made so far have kept, and bounded by the record of the lowest and the highest of them."""
    import statsmodels.api as sm

    if len(made) < FIRST_RECORD:
        return curve, offset
    x = np.column_stack([np.ones(len(made)), made["odds"]])
    shift, stretch = sm.GLM(made["held"].to_numpy(), x, family=sm.families.Binomial()).fit().params
    stretch = (1 + stretch) / 2
    curve = curve.assign(**{name: stretch * curve[name] for name in ("constant", "slope", "support")})
    ordered = made.sort_values("promise", kind="stable")["held"]
    tail = max(int(_TAIL * len(ordered)), 100)
    curve = curve.assign(
        constant=curve["constant"] + shift / 2, lowest=ordered.iloc[:tail].mean(), highest=ordered.iloc[-tail:].mean()
    )
    return curve, offset.assign(offset=stretch * offset["offset"])


def _odds(rows, curve, offset=None):
    by_form = curve.set_index("form")
    form = np.where(rows["support"].notna(), "with past", "alone")
    curve = by_form.reindex(form).set_axis(rows.index)
    odds = curve["constant"] + curve["slope"] * rising(rows["score"])
    odds = odds + (curve["support"] * damped(rows["support"])).fillna(0.0)
    if offset is None:
        return odds
    keys = pd.MultiIndex.from_frame(rows[_SERIES])
    return odds + offset.set_index(_SERIES)["offset"].reindex(keys).fillna(0.0).to_numpy()


def _share(odds):
    return 1 / (1 + np.exp(-odds))


# ---- what is kept in data/reference ----


def variation(judged):
    """The scale of each series from all changes that are known, and its overdispersion.

    Overdispersion is the robust variance of changes less the median change, each over what independent children would make it.

    Returns
    -------
    DataFrame of the table ``usual-variation``, without ``learnt``.
    """
    figures, pairs = judged.figures, judged.pairs
    changes, size = yearly_changes(figures, pairs), children(judged.register.table("published"))
    fits = fit_variation(changes, size)
    other = pairs[pairs["comparator"] == "previous"].set_index("figure")[["other_numerator", "other_denominator"]]
    rows = changes.join(figures[["numerator", "denominator", "per", "unit"]]).join(other)
    pooled = (rows["numerator"] + rows["other_numerator"]) / (rows["denominator"] + rows["other_denominator"])
    spread = pooled * (1 - pooled).where(rows["unit"] == "percent", 1.0)
    expected = rows["per"] ** 2 * spread * (1 / rows["denominator"] + 1 / rows["other_denominator"])
    ratio = (rows["r"].abs() / np.sqrt(expected.where(expected > 0))).groupby(rows["line"]).median()
    lines = figures.drop_duplicates("line").set_index("line")[["series_id", "breakdown"]]
    table = fits.assign(overdispersion=(1.4826 * ratio) ** 2).join(lines)
    return table[["series_id", "breakdown", "a", "b", "changes", "overdispersion"]].sort_values(
        "series_id", ignore_index=True
    )


def write_promises(register, day):
    """Learn from all that is known on a day and write the three tables; returns their paths."""
    judged = judged_on(register, day)
    curves, offsets, _ = learn(cases(judged))
    tables = {
        "usual_variation": variation(judged).assign(learnt=f"{day:%Y-%m-%d}"),
        "promises": curves,
        "promise_series": offsets,
    }
    return [write_rows(register, name, rows) for name, rows in tables.items()]


def write_rows(register, name, rows):
    """Write a table of ``data/reference``, whole or not at all; returns its path."""
    path = register.folder / "reference" / f"{name}.csv"
    aside = path.with_suffix(".partial")
    rows.to_csv(aside, index=False, float_format=_six_digits, lineterminator="\n")
    return aside.replace(path)


def _six_digits(number):
    return np.format_float_positional(round(number, 6), precision=6, fractional=False, trim="-")
