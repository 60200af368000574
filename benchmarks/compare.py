"""Speed and memory at national scale: every comparison of every figure, against the time to read the same table.

The table is made up with a fixed seed in the form of ``data/observations/published.parquet``: series x areas x years, a tenth of
the figures missing, counts for two thirds of the series, half of these shares and half rates. Areas, regions, neighbours and
children are the register's own. Series are compared with nothing but themselves, so they are judged in portions, one a process for
each core. The table is written by another process, so that the peak memory measured is that of reading and comparing.
"""

import gc
import multiprocessing
import os
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import psutil

from cyp_helpers.compare.areas import ranks
from cyp_helpers.compare.figures import known_figures, look_up
from cyp_helpers.compare.judge import Verdict, judge
from cyp_helpers.compare.pairs import COMPARATOR, pair_figures, years_before
from cyp_helpers.compare.scale import CHILDREN
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, load_register, newest_editions

AREAS, YEARS = 153, 20  # England and the authorities
PORTION = 84  # series judged at a time: fewer take longer, more take more memory
DAY = pd.Timestamp("2030-03-31")
_UNITS = ("percent", "rate per 10,000", "days")  # the last has no counts
_NUMBERS = ["difference", "score", "promise", "direction"]
_WORDS = {"comparator": COMPARATOR, "verdict": pd.CategoricalDtype([str(verdict) for verdict in Verdict])}


def measure(indicators=1_000, rounds=5):
    """Time each step.

    Parameters
    ----------
    indicators : int, series of the made-up table; 1,000 give about 2.75 million rows
    rounds : int, to take medians over

    Returns
    -------
    dict: ``rows`` and ``pairs``, how many; ``seconds`` and ``cpu``, dicts of medians by step; ``peak`` in MB of reading and comparing,
    of all processes, memory that they share counted once.
    """
    steps = {"read the table from Parquet": [], "every comparison of every figure": [], "pandas group-bys alone": []}
    reading, comparing, yardstick = steps
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "published.parquet"
        writer = multiprocessing.get_context("spawn").Process(target=write_national_table, args=(path, indicators))
        writer.start()
        writer.join()
        with _Peak() as peak:  # apart from what is timed: to look at memory takes time of its own
            table = pd.read_parquet(path)
            judged = compare_all(table, indicators)
        for _ in range(rounds):
            table = judged = None  # a round is measured without what the last one left
            table = _timed(steps[reading], lambda: pd.read_parquet(path))
            judged = _timed(steps[comparing], partial(compare_all, table, indicators))
        frame = table.assign(number=pd.to_numeric(table["value"]))
        for _ in range(rounds):
            _timed(steps[yardstick], lambda: group_bys(frame))
    clock, cpu = ({step: median(one[n] for one in taken) for step, taken in steps.items()} for n in (0, 1))
    return {"rows": len(table), "pairs": len(judged), "seconds": clock, "cpu": cpu, "peak": peak.largest}


def report(measured):
    """A Markdown table of medians and of their ratios to the time of reading."""
    seconds, cpu = measured["seconds"], measured["cpu"]
    reading = next(iter(seconds.values()))
    lines = ["| step | seconds | CPU seconds | times the reading |", "|---|---:|---:|---:|"]
    lines += [f"| {step} | {taken:.2f} | {cpu[step]:.2f} | {taken / reading:.1f} |" for step, taken in seconds.items()]
    done = f"{measured['rows']:,} figures, {measured['pairs']:,} comparisons, on {os.cpu_count()} cores; medians."
    return "\n".join([*lines, "", done, f"Peak memory of reading and comparing: {measured['peak']:,.0f} MB"])


# ---- the made-up table ----


def write_national_table(path, indicators):
    """Write the made-up table; figures move by chance and a little besides."""
    rng = np.random.default_rng(20_170_331)
    shape = (indicators, AREAS, YEARS)
    line, area, year = (index.ravel() for index in np.indices(shape))
    denominator = np.broadcast_to(np.exp(rng.normal(7.5, 1.0, (indicators, AREAS, 1))).round() + 30, shape)
    share = rng.uniform(0.02, 0.4, (indicators, 1, 1)) * np.exp(rng.normal(0, 0.2, (indicators, AREAS, 1)))
    share = np.clip(share * np.exp(rng.normal(0, 0.05, (indicators, 1, YEARS))), 0.001, 0.95)
    numerator = rng.binomial(denominator.astype(int), share).astype(float)
    unit = np.arange(indicators) % len(_UNITS)
    per = np.array([100, 10_000, 100])[unit][:, None, None]
    counted = (unit < 2)[line]
    table = pd.DataFrame(
        {
            "series_id": pd.Categorical.from_codes(line, series_ids(indicators)),
            "breakdown": "all",
            "area_id": pd.Categorical.from_codes(area, area_ids(load_register())),
            "period": pd.Categorical.from_codes(year, [f"FY {2001 + n}/{2 + n:02d}" for n in range(YEARS)]),
            "value": (per * numerator / denominator).ravel(),
            "status": "",
            "numerator": np.where(counted, numerator.ravel(), np.nan),
            "denominator": np.where(counted, denominator.ravel(), np.nan),
            "published": pd.Categorical.from_codes(year, [f"{2002 + n}-11-30" for n in range(YEARS)]),
            "published_basis": "assumed",
            "source_id": "made-up",
            "locator": "",
        }
    )
    table = table[rng.random(len(table)) > 0.1]
    table["value"] = table["value"].map("{:.1f}".format)
    table.astype({name: "str" for name in table.columns.difference(["numerator", "denominator"])}).to_parquet(
        path, compression="zstd", index=False
    )


def series_ids(indicators):
    """Names of the made-up series."""
    return [f"series-{number:04d}" for number in range(indicators)]


def area_ids(register):
    """England and the first of the register's authorities."""
    areas = register.table("areas")
    return [ENGLAND, *areas.loc[areas["area_type"].isin(AUTHORITY_TYPES), "area_id"][: AREAS - 1]]


def national_register(indicators):
    """The register with the made-up series in place of its own, without documents; of the published figures children alone."""
    register = load_register()
    ids = series_ids(indicators)
    published = register.table("published")
    indicators = pd.DataFrame({"indicator_id": ids, "unit": np.resize(_UNITS, len(ids)), "polarity": "lower"})
    made = {
        "indicators": indicators.reindex(columns=register.table("indicators").columns, fill_value=""),
        "series": pd.DataFrame({"series_id": ids, "indicator_id": ids, "name": ids, "definition": ""}),
        "observations": register.table("observations").iloc[:0],
        "published": published[published["series_id"] == CHILDREN],
    }
    return replace(register, tables=register.tables | made).as_known(DAY)


# ---- measuring ----


def compare_all(table, indicators):
    """Every comparison of every figure: ``figure`` (place in the table), ``comparator``, ``difference, score, promise, direction, verdict``."""
    register = national_register(indicators)
    starts = np.flatnonzero(~table["series_id"].duplicated())[::PORTION]
    bounds = list(zip(starts, [*starts[1:], len(table)]))
    _shared.update(register=register, table=table)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        return pd.concat(pool.map(_compare_portion, *zip(*bounds)), ignore_index=True)


_shared = {}  # what forked processes find without being sent it


def _compare_portion(first, last):
    register, rows = _shared["register"], _shared["table"].iloc[first:last]
    published = newest_editions(rows, DAY)
    size = register.whole.table("published").astype({"published": "datetime64[us]"})
    register = replace(register, tables=register.tables | {"published": pd.concat([published, size])})
    figures = known_figures(register, rows["series_id"].unique().tolist())
    figures = figures.join(ranks(figures))
    years = years_before(figures)
    judged = judge(figures, pair_figures(figures, register, years), years, register)
    place = published.index.to_numpy(dtype="int32")  # figures come in the order of their publication
    words = {
        name: look_up(judged[name], pd.Series(dtype.categories, dtype.categories, dtype))
        for name, dtype in _WORDS.items()
    }
    return judged[_NUMBERS].astype("float32").assign(**words, figure=place[judged["figure"]])


def _timed(taken, work):
    gc.collect()
    start, cpu = time.perf_counter(), _cpu()
    result = work()
    taken.append((time.perf_counter() - start, _cpu() - cpu))
    return result


def _cpu():
    return sum(os.times()[:4])


class _Peak:
    """The largest memory in MB of this process and those below it, looked at five times a second."""

    largest = 0.0

    def __enter__(self):
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._watch.join()

    def _look(self):
        from benchmarks.review import memory

        own = psutil.Process()
        while not self._ended.wait(0.2):
            workers = [one for one in own.children() if one.is_running()]
            self.largest = max(self.largest, sum(map(memory, [own, *workers])))


def group_bys(table):
    """The part of the work that pandas group-bys do, as a yardstick: change, rank and gap to England."""
    lines = table.groupby(["series_id", "area_id"], sort=False)["number"]
    years = table.groupby(["series_id", "period"], sort=False)["number"]
    england = table.loc[table["area_id"] == ENGLAND, ["series_id", "period", "number"]]
    beside = table[["series_id", "period"]].merge(england, how="left", on=["series_id", "period"])
    return pd.DataFrame(
        {
            "change": lines.diff(),
            "rank": years.rank(method="min"),
            "of": years.transform("count"),
            "gap": table["number"].to_numpy() - beside["number"].to_numpy(),
        }
    )
