"""Speed and memory at national scale: every comparison of every figure, against the time to read the same table.

The table is made up with a fixed seed in the form of ``data/observations/published.parquet``: lines x areas x years,
a tenth of the figures missing, counts for two thirds of the lines, half of these shares and half rates. It is written
by another process, so that the peak memory measured here is that of reading and comparing.
"""

import gc
import multiprocessing
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from cyp_helpers.compare.judgements import judge_all
from cyp_helpers.compare.peers import Peers
from cyp_helpers.compare.published import COLUMNS, build_panel
from cyp_helpers.register.tables import ENGLAND

AREAS, YEARS, REGIONS, NEIGHBOURS = 153, 20, 9, 10
AS_AT = "2030-03-31"
_UNITS = ("percent", "rate per 10,000", "days")  # the last has no counts


def measure(indicators=1_000, rounds=5):
    """Time each step.

    Parameters
    ----------
    indicators : int, lines of the made-up table; 1,000 give about 2.75 million rows
    rounds : int, to take medians over

    Returns
    -------
    dict: ``rows``; ``seconds``, a dict of medians by step; ``peak`` in MB of reading and comparing, NaN on Windows.
    """
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "published.parquet"
        writer = multiprocessing.get_context("spawn").Process(target=write_national_table, args=(path, indicators))
        writer.start()
        writer.join()
        for _ in range(rounds):
            table = _timed(seconds, "read the table from Parquet", lambda: pd.read_parquet(path, columns=COLUMNS))
            _compare_all(seconds, table, indicators)
    peak = _peak_megabytes()
    frame = table.assign(number=pd.to_numeric(table["value"]))
    for _ in range(rounds):
        _timed(seconds, "pandas group-bys: change, rank and gap only", lambda: group_bys(frame))
    return {"rows": len(table), "seconds": {step: median(taken) for step, taken in seconds.items()}, "peak": peak}


def report(measured):
    """A Markdown table of medians and of their ratios to the time of reading."""
    seconds = dict(measured["seconds"])
    reading, arranging, comparing, yardstick = seconds
    seconds = {
        reading: seconds[reading],
        arranging: seconds[arranging],
        comparing: seconds[comparing],
        "arranging and comparing together": seconds[arranging] + seconds[comparing],
        yardstick: seconds[yardstick],
    }
    lines = [f"{measured['rows']:,} rows", "", "| step | seconds, median | times the reading |", "|---|---:|---:|"]
    lines += [f"| {step} | {taken:.2f} | {taken / seconds[reading]:.1f} |" for step, taken in seconds.items()]
    return "\n".join([*lines, "", f"Peak memory of reading and comparing: {measured['peak']:,.0f} MB"])


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
            "area_id": pd.Categorical.from_codes(area, area_ids()),
            "period": pd.Categorical.from_codes(year, [f"FY {2001 + n}/{2 + n:02d}" for n in range(YEARS)]),
            "value": (per * numerator / denominator).ravel(),
            "status": "",
            "numerator": np.where(counted, numerator.ravel(), np.nan),
            "denominator": np.where(counted, denominator.ravel(), np.nan),
            "published": pd.Categorical.from_codes(year, [f"{2002 + n}-11-30" for n in range(YEARS)]),
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


def area_ids():
    """England, nine regions and the authorities."""
    return [ENGLAND, *(f"E{number:08d}" for number in range(12_000_001, 12_000_000 + AREAS))]


def national_measures(indicators):
    """The frame of ``measures_of`` for the made-up series: shares, rates and others in turn."""
    units = np.resize(_UNITS, indicators)
    return pd.DataFrame(
        {"unit": units, "polarity": "lower", "chance_note": "", "exact": False}, index=series_ids(indicators)
    )


def national_peers():
    """Authorities after England and the regions, ten others drawn as neighbours of each."""
    rng = np.random.default_rng(20_170_331)
    authority = np.arange(AREAS) > REGIONS
    others = rng.permuted(np.tile(np.flatnonzero(authority), (AREAS, 1)), axis=1)[:, :NEIGHBOURS]
    region = np.where(authority, 1 + np.arange(AREAS) % REGIONS, -1)
    return Peers(authority=authority, england=0, region=region, neighbours=others, neighbour_list="made up")


# ---- measuring ----


def _compare_all(seconds, table, indicators):
    measures, areas, peers = national_measures(indicators), pd.Index(area_ids()), national_peers()
    panel = _timed(seconds, "arrange it", lambda: build_panel(table, measures, areas, AS_AT))
    _timed(seconds, "every comparison of every figure", lambda: judge_all(panel, peers))


def _timed(seconds, step, work):
    gc.collect()
    start = time.perf_counter()
    result = work()
    seconds.setdefault(step, []).append(time.perf_counter() - start)
    return result


def _peak_megabytes():
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
