"""The benchmark of comparing at national scale runs, on a small table; it asserts no time."""

from benchmarks.compare import AREAS, YEARS, measure, report, write_national_table


def test_benchmark_measures_every_step():
    measured = measure(indicators=6, rounds=1)
    assert 0.85 < measured["rows"] / (6 * AREAS * YEARS) < 0.95
    steps = [line.split("|")[1].strip() for line in report(measured).splitlines() if line.startswith("| ")][1:]
    assert steps[:2] == ["read the table from Parquet", "every comparison of every figure"]


def test_made_up_table_is_always_the_same(tmp_path):
    for name in "ab":
        write_national_table(tmp_path / name, 3)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
