"""All comparisons of all figures at once give what pandas gives one at a time."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_standings import AUTHORITIES, LATE, counted, counted_years, register

from cyp_helpers.compare.judgements import judge_all
from cyp_helpers.compare.peers import find_peers
from cyp_helpers.compare.published import build_panel, measures_of


@st.composite
def tables(draw):
    """Figures of several areas and years with gaps, ties and counts."""
    cells = [(area, year) for area in "ABCDEF" for year in range(2010, 2017)]
    counts = draw(st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=len(cells), max_size=len(cells)))
    return pd.DataFrame(
        [
            counted(x, 40, f"FY {year}/{(year + 1) % 100:02d}", area)
            for (area, year), x in zip(cells, counts)
            if x is not None
        ]
        or [counted(1, 40)]
    )


@settings(max_examples=40, deadline=None)
@given(tables())
def test_arrays_say_what_group_bys_say(rows):
    data = register(neighbours={"new": {"A": "BCDEF", "B": "AC"}})
    areas = pd.Index(data.table("areas")["area_id"])
    panel = build_panel(rows, measures_of(data), areas)
    judged = judge_all(panel, find_peers(data, areas, LATE))
    rows = rows.assign(number=pd.to_numeric(rows["value"]), year=rows["period"].str[3:7].astype(int) + 1)
    rows = rows.sort_values(["area_id", "year"])
    cells = np.zeros(len(rows), int), panel.areas.get_indexer(rows["area_id"]), rows["year"] - panel.years[0]
    assert (panel.value[cells] == rows["number"]).all()
    by_year = rows.groupby("year")["number"]
    assert (judged["rank"][cells] == by_year.rank(method="min")).all()
    assert (judged["rank_of"][cells] == by_year.transform("size")).all()
    change = rows.groupby("area_id")["number"].diff()
    np.testing.assert_allclose(judged["previous_difference"][cells], change, atol=1e-9)
    wide = rows.pivot(index="year", columns="area_id", values="number")
    for area, others in {"A": "BCDEF", "B": "AC"}.items():
        mine = (rows["area_id"] == area).to_numpy()
        group = wide.reindex(columns=list(others)).loc[rows.loc[mine, "year"]]
        for name, expected in {
            "value": group.mean(axis=1),
            "low": group.min(axis=1),
            "n": group.notna().sum(axis=1),
        }.items():
            np.testing.assert_allclose(judged[f"neighbours_{name}"][cells][mine], expected, atol=1e-9)


def test_blocks_do_not_change_the_answer(monkeypatch):
    names = [f"s{n}" for n in range(7)]
    rows = [{**one, "series_id": name} for name in names for one in counted_years(2010, [5, 9, 2, 8, 3, 7], 40)]
    measures = pd.DataFrame(
        {
            "unit": ["percent", "rate per 1,000", "days"] * 2 + ["percent"],
            "polarity": "lower",
            "chance_note": "",
            "exact": False,
        },
        index=names,
    )
    areas = pd.Index(AUTHORITIES)
    panel = build_panel(pd.DataFrame(rows), measures, areas)
    peers = find_peers(register(), areas, LATE)
    whole = judge_all(panel, peers)
    monkeypatch.setattr("cyp_helpers.compare.judgements._BLOCK_CELLS", 1)
    for name, array in judge_all(panel, peers).items():
        np.testing.assert_array_equal(array, whole[name], err_msg=name)
