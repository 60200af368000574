"""Ranks, quarters, neighbours and wide areas, for all areas at once as pandas says one at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from conftest import areas, published, tiny
from cyp_helpers.compare.areas import list_in_use, neighbour_averages, outside_members, ranks
from cyp_helpers.compare.figures import known_figures
from cyp_helpers.register.tables import ENGLAND

THIS = "FY 2015/16"
few = settings(max_examples=25)


def ranked(values, polarity="higher", **other):
    facts = {"number": values, "local": True, "open_data": True, "total": False, "polarity": polarity, "cell": 0}
    return ranks(pd.DataFrame(facts | other))


def test_ties_share_a_rank_and_the_next_one_is_skipped():
    found = ranked([5, 9, 7, np.nan, 7])
    assert found["rank"].tolist()[:3] == [4, 1, 2] and np.isnan(found["rank"][3])
    assert found["rank_of"].tolist()[:3] == [4, 4, 4] and found["rank_ties"].tolist()[:3] == [1, 1, 2]
    assert ranked([5, 9, 7], "lower")["rank"].tolist() == [1, 3, 2]


@few
@given(st.lists(st.sampled_from([1.0, 2.0, 3.5, np.nan, -0.0, 0.0]), min_size=2, max_size=40), st.integers(1, 3))
def test_ranks_are_those_of_pandas_in_each_cell(values, cells):
    cell = np.arange(len(values)) % cells
    expected = pd.Series(values).groupby(cell).rank(method="min", ascending=False)
    assert_array_equal(ranked(values, cell=cell)["rank"], expected)


def test_ranks_hold_more_areas_than_a_small_integer():
    values = np.random.default_rng(1).permutation(70_000) // 2
    found = ranked(values, "lower")
    assert_array_equal(found["rank"], pd.Series(values).rank(method="min"))
    assert found["rank"].max() == 69_999 and (found["rank_of"] == 70_000).all()


@few
@given(st.integers(4, 160))
def test_quarters_are_those_of_phe_quantile(n):
    rank = np.arange(1, n + 1)
    assert_array_equal(ranked(-rank)["band"], np.floor(5 - np.ceil((n + 1 - rank) / (n / 4))))


@pytest.mark.parametrize(
    "values, polarity", [([1, 2, 3], "higher"), ([0, 0, 0, 0, 0, 1, 2, 3], "lower"), (range(8), "none")]
)
def test_no_quarters_where_they_would_say_nothing(values, polarity):
    found = ranked(list(values), polarity)
    assert found["band"].isna().all() and found["rank"].notna().all()


@pytest.mark.parametrize("column, value", [("total", True), ("local", False), ("open_data", False)])
def test_totals_wide_areas_and_documents_have_no_rank(column, value):
    assert ranked([1.0, 2.0], **{column: value}).isna().all(axis=None)


# ---- neighbours ----


@st.composite
def tables(draw):
    """Figures of N and its neighbours in several years, with gaps, as known figures."""
    cells = [(area, year) for area in ["N", *(f"A{n}" for n in range(10))] for year in range(2010, 2013)]
    values = draw(st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=len(cells), max_size=len(cells)))
    told = [(area, year, value) for (area, year), value in zip(cells, values) if value is not None]
    return known_figures(
        tiny(open_data=[published(f"{value}.0", f"CY {year}", area) for area, year, value in told]).as_known(
            "2017-03-31"
        ),
        ["s"],
    )


@settings(max_examples=8)
@given(tables(), st.sampled_from(["mean", "median"]))
def test_averages_are_what_a_pivot_says(figures, average):
    near = neighbour_averages(figures, tiny(), "list", average)
    mine = figures["area_id"] == "N"
    wide = figures.pivot(index="period", columns="area_id", values="number").reindex(
        columns=[f"A{n}" for n in range(10)]
    )
    wide = wide.reindex(figures.loc[mine, "period"])
    assert_array_equal(near.loc[mine, "n"], wide.notna().sum(axis=1))
    assert_allclose(near.loc[mine, "number"], wide.agg(average, axis=1), atol=1e-8)
    known = mine & (near["n"] > 0)
    assert_allclose(near.loc[known, "high"] - near.loc[known, "number"], 0.05)
    assert (near.loc[mine, "of"] == 10).all() and (near.loc[~mine, "n"] == 0).all()  # nobody else has a list


def test_before_the_first_list_the_oldest_is_in_use():
    early = tiny().as_known("2010-01-01")
    assert list_in_use(early) == "list" and early.table("neighbour-lists")["later"].all()


# ---- what cannot be an average ----


@pytest.mark.parametrize(
    "members, wide, outside",
    [(11, "60.0", True), (11, "52.0", False), (11, "52.1", False), (11, "52.2", True), (5, "60.0", False)],
)
def test_an_average_lies_among_its_members_where_half_of_them_are_known(members, wide, outside):
    """Members print 42.0 to 52.0; 52.1 can stand for 52.05, which is as far as 52.0 goes."""
    known = [area for area in areas()["area_id"] if area not in ("R", ENGLAND)][:members]
    rows = [published(f"{52 - n}.0", THIS, area) for n, area in enumerate(known)] + [published(wide, THIS, ENGLAND)]
    register = tiny(open_data=rows).as_known("2017-03-31")
    figures = known_figures(register, ["s"])
    assert outside_members(figures, register)[figures["area_id"] == ENGLAND].tolist() == [outside]
