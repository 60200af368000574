"""The benchmark of comparing at national scale runs, on a small table; it asserts no time."""

import pandas as pd

import pytest
from benchmarks import compare

pytestmark = pytest.mark.long


def test_benchmark_measures_every_step():
    measured = compare.measure(indicators=6, rounds=1)
    assert 0.85 < measured["rows"] / (6 * compare.AREAS * compare.YEARS) < 0.95
    assert measured["pairs"] == 5 * measured["rows"], "a figure has five comparators"
    steps = [line for line in compare.report(measured).splitlines() if line.startswith("| ")][1:]
    assert len(steps) == 3 and "every comparison" in steps[1]


def test_portions_change_nothing(tmp_path, monkeypatch):
    compare.write_national_table(tmp_path / "table", 3)
    table = pd.read_parquet(tmp_path / "table")
    key = ["figure", "comparator"]
    whole = compare.compare_all(table, 3).astype({"comparator": "str", "verdict": "str"}).sort_values(key)
    monkeypatch.setattr(compare, "PORTION", 1)
    parts = compare.compare_all(table, 3).astype({"comparator": "str", "verdict": "str"}).sort_values(key)
    assert whole["verdict"].nunique() > 3
    pd.testing.assert_frame_equal(
        whole.drop(columns="figure").reset_index(drop=True), parts.drop(columns="figure").reset_index(drop=True)
    )


def test_made_up_table_is_always_the_same(tmp_path):
    for name in "ab":
        compare.write_national_table(tmp_path / name, 3)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
