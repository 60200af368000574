"""Scale, score, promise, verdict: what must always hold of the one judge."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from benchmarks.learning import CURVES, OFFSETS
from cyp_helpers.compare.judge import Evidence, Verdict, _apart, _chance, verdicts
from cyp_helpers.compare.pairs import OVER_TIME, years_before
from cyp_helpers.compare.promise import CLEAR_PROMISE, KINDS, LEVELS, level_scale, promises
from cyp_helpers.compare.scale import fit_variation, own_factor

few = settings(max_examples=60)
POLARITIES = ["higher", "lower", "none"]
NUMBERS = st.one_of(st.none(), st.just(0.0), st.floats(-9, 9))


# ---- verdicts ----

ROWS = st.fixed_dictionaries(
    {
        "comparator": st.sampled_from([*KINDS, "baseline", "same_period_last_year"]),
        "polarity": st.sampled_from(POLARITIES),
        "difference": st.floats(-9, 9),
        "score": NUMBERS,
        "promise": st.one_of(st.none(), st.floats(0, 100)),
        "compared": st.booleans(),
        "hidden": st.booleans(),
    }
)


@few
@given(st.lists(ROWS, min_size=1, max_size=30))
def test_only_what_is_clear_has_a_direction_and_it_is_that_of_the_score(rows):
    rows = pd.DataFrame(rows).astype({"score": float, "promise": float})
    told = rows.join(verdicts(rows))
    assert told["evidence"].isin(["", *Evidence]).all() and told["verdict"].isin(list(Verdict)).all()
    enough = rows["promise"] >= rows["comparator"].map(CLEAR_PROMISE)
    clear = rows["compared"] & ~rows["hidden"] & enough & (rows["score"].abs() > 1.96)
    assert not ((told["evidence"] == "clear") & ~clear).any()
    assert ((told["evidence"] == "clear") == (told["direction"].abs() == 1)).all()
    assert (told["direction"].isna() == ~rows["compared"]).all() and (
        told["evidence"].eq("") == ~rows["compared"]
    ).all()
    told = told[told["evidence"] == "clear"]
    assert (told["direction"] == np.sign(told["score"])).all()
    good = told["verdict"].map({str(one): one.good for one in Verdict}).astype(int)
    towards = told["polarity"].map({"higher": 1, "lower": -1, "none": 0}).astype(int)
    assert (good == told["direction"] * towards).all()
    # Worse or better of a figure that moved the other way is never called worsened or improved.
    opposed = told["comparator"].isin(OVER_TIME) & (np.sign(told["difference"]) != told["direction"])
    assert (told["verdict"].isin(["falling behind", "gaining ground"]) == opposed).all()


def test_every_word_is_told_once_and_worst_first():
    assert [str(one) for one in Verdict if one.good < 0][:3] == ["not met", "off track", "worsened"]
    assert {one.sign for one in Verdict} == {"✓", "✗", ""}
    rows = [
        {"comparator": comparator, "polarity": polarity, "difference": way, "score": 2.0 * way}
        for comparator in ("previous", "england", "five_years")
        for polarity in ("higher", "none")
        for way in (-1, 0, 1, np.nan)
    ]
    told = verdicts(pd.DataFrame(rows).assign(promise=90.0, compared=True, hidden=False))["verdict"]
    assert told.tolist() == [
        *("worsened", "no clear change", "improved", "no clear change"),
        *("decreased", "no clear change", "increased", "no clear change"),
        *("worse", "no clear difference", "better", "no clear difference"),
        *("lower", "no clear difference", "higher", "no clear difference"),
        *("worsening", "no clear change", "improving", "no clear change"),
        *("decreasing", "no clear change", "increasing", "no clear change"),
    ]


# ---- scale ----


def changes_of(sizes, line=0):
    """Changes r of authorities of given sizes, a hundred of each."""
    rows = [(line, f"{n}", value) for n, values in enumerate(sizes) for value in values]
    return pd.DataFrame(rows, columns=["line", "area_id", "r"]).assign(half=0.05)


def test_variation_is_found_again():
    """Changes drawn with s² = 1 + 2,000/N: 3 for 1,000 children, 1.02 for 100,000."""
    children = pd.Series({f"{n}": size for n, size in enumerate(np.geomspace(1_000, 100_000, 60))})
    draw = np.random.default_rng(5).normal(size=(60, 400)) * np.sqrt(1 + 2_000 / children.to_numpy())[:, None]
    found = fit_variation(changes_of(draw), children).loc[0]
    assert_allclose(found[["a", "b"]], [1, 2_000], rtol=0.1)
    assert found["changes"] == 24_000


@few
@given(st.integers(0, 10**6), st.floats(0, 5), st.floats(0, 5))
def test_variation_is_never_negative(seed, small, large):
    """Also where large authorities move more than small ones, or the other way."""
    children = pd.Series({f"{n}": 1_000.0 * (n + 1) for n in range(10)})
    spread = np.linspace(small, large, 10)[:, None]
    found = fit_variation(changes_of(np.random.default_rng(seed).normal(size=(10, 12)) * spread), children)
    if len(found):
        a, b = found.loc[0, "a"], found.loc[0, "b"]
        assert a >= 0 and b >= 0 and (a + b / children > 0).all()


@pytest.mark.parametrize("sizes, known", [((10, 9), False), ((10, 10), True), ((1, 100), False), ((4, 25), False)])
def test_too_few_changes_or_authorities_teach_nothing(sizes, known):
    areas, years = sizes
    r = np.random.default_rng(1).normal(size=(areas, years))
    assert len(fit_variation(changes_of(r), pd.Series({f"{n}": 1_000.0 * (n + 1) for n in range(areas)}))) == known


def test_what_does_not_move_has_no_variation():
    children = pd.Series({f"{n}": 1_000.0 * (n + 1) for n in range(10)})
    assert fit_variation(changes_of(np.zeros((10, 20))), children).empty


@few
@given(st.lists(st.lists(st.floats(0, 9), min_size=1, max_size=9), min_size=1, max_size=4))
def test_an_own_factor_leaves_out_the_change_that_it_judges(sizes):
    changes = changes_of(sizes)
    changes["r"] *= np.where(np.arange(len(changes)) % 2, 1, -1)
    factors, without = own_factor(changes, pd.Series(2.0, changes.index))

    def factor(values):  # of a list of |r| / s, shrunk by six ordinary years of 0.6745 each
        middle = np.median(values) if len(values) else 0.0
        return np.sqrt((len(values) * middle**2 + 6 * 0.6745**2) / (len(values) + 6)) / 0.6745

    for area, values in enumerate(sizes):
        own = changes.index[changes["area_id"] == f"{area}"]
        assert_allclose(factors[(0, f"{area}")], factor(np.abs(values) / 2))
        for n, label in enumerate(own):
            others = (
                np.delete(np.array(values) / 2, n) if len(values) > 1 else np.abs(values) / 2
            )  # the only one stays in
            assert_allclose(without[label], factor(others))


def test_what_a_level_ordinarily_stands_away_by():
    s = pd.Series([2.0, 2.0, 2.0])
    assert_allclose(level_scale(s), np.sqrt(2))
    # beside 8 neighbours the root of 9/8 more; beside 4 nothing is said
    assert_allclose(level_scale(s, pd.Series([8, 5, 4])), [1.5, np.sqrt(2 * 1.2), np.nan])


# ---- promise ----


def curves_of(*rows):
    return pd.DataFrame([(kind, *row) for kind in KINDS for row in rows], columns=CURVES)


def asked(score, year=2018, support=np.nan, kind="england", series="s"):
    row = {
        "comparator": kind,
        "series_id": series,
        "breakdown": "all",
        "year": year,
        "score": score,
        "support": support,
    }
    return pd.DataFrame({name: np.atleast_1d(value) if name == "score" else value for name, value in row.items()})


def promised(*curves, offsets=(), **row):
    return promises(asked(**row), curves_of(*curves), pd.DataFrame(list(offsets), columns=OFFSETS))


SQUARE = (2015, "alone", 0.0, 2.0, 0.0, 0.1, 0.95)


def test_a_promise_is_read_off_its_curve():
    """Odds (1 + |score| - 0.4)²: 1 to 1, 4 to 1, 9 to 1; no more than the record bears out."""
    found = promised(SQUARE, score=[0, 1.4, -2.4, 9, np.nan])["promise"]
    assert_allclose(found, [50, 80, 90, 95, np.nan])
    assert_allclose(promised((2015, "alone", -9.0, 1.0, 0, 0.1, 0.95), score=0)["promise"], 10)


@few
@given(st.lists(st.floats(-9, 9), min_size=2, max_size=9), st.floats(-3, 3), st.floats(0, 4), st.sampled_from(KINDS))
def test_a_promise_never_falls_as_the_score_grows(score, constant, slope, kind):
    found = promised((2015, "alone", constant, slope, 0.0, 0.1, 0.95), score=score, kind=kind)["promise"]
    ordered = found.to_numpy()[np.argsort(np.abs(score), kind="stable")]
    assert (np.diff(ordered) >= -1e-9).all() and (found >= 10).all() and (found <= 95).all()


def test_a_promise_is_learnt_by_the_year_of_the_figure():
    early = (2012, "alone", 0.0, 1.0, 0.0, 0.1, 0.95)  # 3 to 1 at a score of 2.4
    told = {
        year: promised(SQUARE, early, score=2.4, year=year).round(6).iloc[0].tolist()
        for year in (2011, 2012, 2014, 2015)
    }
    assert told == {2011: [75, True], 2012: [75, False], 2014: [75, False], 2015: [90, False]}


def test_the_years_before_and_the_series_count_where_they_are_known():
    with_past = (2015, "with past", 0.0, 2.0, 1.0, 0.1, 0.95)
    assert_allclose(promised(SQUARE, with_past, score=1.4)["promise"], 80)
    assert_allclose(promised(SQUARE, with_past, score=1.4, support=1.0)["promise"], 100 * 8 / 9)  # 4 times 2 to 1
    assert_allclose(promised(SQUARE, with_past, score=1.4, support=-1.0)["promise"], 100 * 2 / 3)
    fails = ("england", 2015, "s", "all", 60, 0.33, -np.log(4))
    assert_allclose(promised(SQUARE, score=1.4, offsets=[fails])["promise"], 33)  # its own record
    assert_allclose(promised(SQUARE, score=1.4, series="t", offsets=[fails])["promise"], 80)


def test_levels_must_keep_more_than_changes():
    rows = pd.DataFrame({"comparator": KINDS, "polarity": "higher", "difference": 1.0, "score": 3.0, "promise": 80.0})
    told = verdicts(rows.assign(compared=True, hidden=False)).set_index(rows["comparator"])["evidence"]
    assert set(told[list(LEVELS)]) == {"unclear"} and set(told[["previous", "five_years"]]) == {"clear"}


# ---- years ----


def test_years_before_stop_at_a_gap_and_a_break():
    year = [2010, 2011, 2012, 2013, 2015, 2016]
    figures = pd.DataFrame(
        {"span": 1, "number": 1.0, "track": 0, "open_data": True, "status": ["", "b", "", "", "", ""]}
    )
    figures["end"] = pd.to_datetime([f"{one}-03-31" for one in year])
    assert years_before(figures)[[0, 1, 2, 3]].to_numpy().tolist() == [
        [0, -1, -1, -1], [1, -1, -1, -1], [2, 1, -1, -1], [3, 2, 1, -1], [4, -1, -1, -1], [5, 4, -1, -1]
    ]  # fmt: skip


# ---- counts and rounding ----


def beside(unit, mine, other, over_time):
    """p value and gap of ``(numerator, denominator)`` beside counts, or beside a printed value from low to high."""
    own = pd.DataFrame({"unit": [unit], "per": [{"percent": 100.0}.get(unit, 10_000.0)], "numerator": [mine[0]], "denominator": [mine[1]]}, dtype=object)
    own = own.astype({"per": float, "numerator": float, "denominator": float})
    names = ["other_numerator", "other_denominator", "other_low", "other_high"]
    pairs = pd.DataFrame([[*other, np.nan, np.nan] if over_time else [np.nan, np.nan, *other]], columns=names, dtype=float)
    p_value, gap = _chance(own, pairs, pd.Series([True]), pd.Series([over_time]))
    return p_value[0], gap[0]


def test_counts_are_tested_as_shares_or_rates_over_time_or_beside_a_known_figure():
    assert_allclose(beside("percent", (30, 100), (20, 80), True), (0.5641, 0.05), atol=5e-5)  # Yates: chi squared 0.333
    assert_allclose(beside("rate", (30, 100), (20, 80), True)[1], 0.05)
    assert beside("rate", (30, 100), (20, 80), True)[0] > beside("percent", (30, 100), (20, 80), True)[0]
    # Half of ten beside a printed 40 to 45%: the nearest is 45%; 2 P(at least 5 of 10) at 0.45 is 0.99.
    assert_allclose(beside("percent", (5, 10), (40, 45), False), (0.9912, 0.05), atol=5e-5)
    assert_allclose(beside("percent", (5, 10), (45, 55), False)[1], 0, atol=1e-12)
    assert_allclose(beside("percent", (5, 10), (-5, 0), False)[1], 0.5)  # no share is below nothing
    assert_allclose(beside("rate", (5, 10_000), (2, 3), False), (0.3695, 2e-4), atol=5e-5)  # 2 P(at least 5) of 3 expected
    assert np.isnan(beside("percent", (0, 0), (20, 80), True)).all()
    assert np.isnan(beside("percent", (1, np.nan), (20, 80), True)).all()


@pytest.mark.parametrize(
    "mine, other, expected",
    [
        ((5.0, 4.5, 5.5), (6.0, 5.5, 6.5), True),  # touch: whatever was rounded, not above
        ((6.0, 5.5, 6.5), (5.0, 4.5, 5.5), True),
        ((5.0, 4.5, 5.5), (5.4, 4.9, 5.9), False),
        ((5.0, 5.0, 5.0), (5.0, 5.0, 5.0), True),  # exact and equal
        ((5.0, 4.5, 5.5), (5.0, 5.0, 5.0), False),
        ((5.0, 5.0, 5.0), (5.0, 4.5, 5.5), False),
        ((5.0, 4.5, 5.5), (5.0, 4.5, 5.5), False),
    ],
)
def test_figures_are_apart_only_where_rounding_cannot_turn_them(mine, other, expected):
    left = pd.DataFrame([mine], columns=["number", "low", "high"])
    right = pd.DataFrame([other], columns=["other_number", "other_low", "other_high"])
    assert _apart(left, right).tolist() == [expected]
