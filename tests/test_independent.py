"""Comparisons worked out a second time, from the publishers' files, by arithmetic of this file's own: no line of the package is used.

What the publishers' files mean (which measure is which series) is taken from ``published_measures.csv``; reading, editions, averages,
usual variation, own factor and score are done again here, in plain Python.
"""

import csv
import math
import random
import re
from collections import defaultdict
from statistics import mean, median

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import cyp_helpers as cyp
from conftest import PROJECT

LAIT = PROJECT.parent / "shared" / "open-data" / "lait"
EES = PROJECT.parent / "shared" / "open-data" / "ees"
EDITIONS = [LAIT / "bds_long_2024-11-19.parquet", LAIT / "bds_long_2026-04-08.parquet"]  # oldest first
POPULATION = EES / "ons_mid-year_population_estimates_2012_to_2024.csv"
DAY = "2026-11-01"  # both editions are known by then
# Series of one measure, without years that change meaning, windows of editions or a second source.
MEASURES = {
    "CPP_rate": "child-protection-plan-rate", "PrevRegCPR": "child-protection-repeat", "CPPlans2yrs": "child-protection-2-years-ended",
    "LACStable_2016on": "looked-after-3-placements", "Emotional_LAC": "strengths-difficulties-score", "CareLeaverEET": "care-leavers-eet",
    "CareLeaverAcc": "care-leavers-suitable-accommodation-19-21", "Work_Force_Vac_Rate": "social-worker-vacancy-rate",
    "Work_Force_TO_Rate": "social-worker-turnover", "Work_Force_Agecy_Rate": "agency-social-worker-rate",
    "ExcessYr6": "excess-weight-10-11", "ExcessRec": "excess-weight-4-5", "Under18concep": "under-18-conceptions",
    "16-17Ed&Training": "participation-16-17",
}  # fmt: skip
COMPARED = 250


def table(name):
    with open(PROJECT / "data" / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


AREAS = {row["area_id"]: row for row in table("reference/areas.csv")}
TYPES = {"county", "unitary authority", "metropolitan district", "London borough"}
LOCAL = {area for area, row in AREAS.items() if row["area_type"] in TYPES}
E = "E92000001"


def ends_in(text):
    """The year in which a LAIT year ends: "2017", "2016-17" and "2016/17 (Rev)" all end in 2017."""
    found = re.match(r"(\d{4})(?:[-/](\d\d))?(?![-/\d])", text.strip())
    return int(found[1]) + bool(found[2]) if found else None


def places(text):
    """Decimals of a number without the noise of binary fractions: 19.899999999999999 has one."""
    return len(f"{float(text):.8f}".rstrip("0").partition(".")[2])


@pytest.fixture(scope="module")
def raw():
    """series -> (area, year) -> number of the newest edition; and half a unit of its last digit."""
    if not all(path.exists() for path in [*EDITIONS, POPULATION]):
        pytest.skip("shared/open-data is not here")
    by_number = {int(row["la_number"]): area for area, row in AREAS.items() if row["la_number"].isdigit()}
    set_aside = {
        (row["series_id"], row["area_id"], int(row["period"][-2:]))
        for row in table("observations/quarantine.csv")
        if row["period"] and "the figure stands" not in row["reason"]  # a year "0" has no period
    }
    found = defaultdict(dict)
    for path in EDITIONS:
        rows = pq.read_table(path, columns=["Short Desc", "Years", "Values", "LA Number"])
        for row in rows.filter(pc.is_in(rows["Short Desc"], pa.array(list(MEASURES)))).to_pylist():
            area, year, series = (
                by_number.get(int(row["LA Number"] or 0)),
                ends_in(row["Years"]),
                MEASURES[row["Short Desc"]],
            )
            if not area or not year or (series, area, year % 100) in set_aside:
                continue
            try:
                found[series][area, year] = round(float(row["Values"]), 8), 0.5 * 10 ** -places(row["Values"])
            except ValueError:
                found[series].pop((area, year), None)
    return found


@pytest.fixture(scope="module")
def children():
    of = defaultdict(list)
    now = {code: area for area, row in AREAS.items() for code in row["former_codes"].split()}
    with open(POPULATION, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["population_estimate"].isdigit():
                of[now.get(row["new_la_code"], row["new_la_code"])].append(float(row["population_estimate"]))
    return {area: median(values) for area, values in of.items() if area in LOCAL}


def scale(figures, children):
    """(area, its own factor included) -> s; and (area, year) -> s without the change into that year."""
    r, half = {}, {}
    for area, year in figures:
        if area in LOCAL and (area, year - 1) in figures:
            r[area, year] = figures[area, year][0] - figures[area, year - 1][0]
            half[area, year] = figures[area, year][1]
    moved = {year: median(x for (_, y), x in r.items() if y == year) for _, year in r}
    r = {key: x - moved[key[1]] for key, x in r.items() if key[0] in children}
    areas = sorted({area for area, _ in r}, key=lambda area: children[area])
    group = {area: math.ceil((n + 1) / len(areas) * 5) for n, area in enumerate(areas)}
    rows = []
    for one in range(1, 6):
        keys = [key for key in r if group[key[0]] == one]
        v = max((1.4826 * median(abs(r[key]) for key in keys)) ** 2, (2 * mean(half[key] for key in keys)) ** 2 / 6)
        rows.append((mean(1 / children[area] for area, _ in keys), v, len(keys) / v))
    a, b = line(rows)
    ordinary = {area: math.sqrt(a + b / children[area]) for area in children}
    sizes = defaultdict(dict)
    for (area, year), x in r.items():
        sizes[area][year] = abs(x) / ordinary[area]

    def factor(values):
        n, middle = len(values), median(values) if values else 0.0
        return math.sqrt((n * middle**2 + 6 * 0.6745**2) / (n + 6)) / 0.6745

    s = {area: ordinary[area] * factor(list(sizes[area].values())) for area in children}
    alone = {
        (area, year): ordinary[area] * factor([x for y, x in known.items() if y != year or len(known) == 1])
        for area, known in sizes.items()
        for year in known
    }
    return s, alone, moved


def line(rows):
    """a and b of v = a + b x by weighted least squares, neither below nought."""
    w, wx, wv = sum(w for *_, w in rows), sum(w * x for x, _, w in rows), sum(w * v for _, v, w in rows)
    wxx, wxv = sum(w * x * x for x, _, w in rows), sum(w * x * v for x, v, w in rows)
    b = (w * wxv - wx * wv) / (w * wxx - wx * wx)
    a = (wv - b * wx) / w
    return (wv / w, 0.0) if b < 0 else (0.0, wxv / wxx) if a < 0 else (a, b)


def again(figures, children, scales, neighbours, area, year, beside):
    """Difference and score, worked out again; None where there is nothing to compare."""
    s, alone, moved = scales
    value = figures[area, year][0]
    known = [figures[one, year][0] for one in neighbours[area] if (one, year) in figures]
    if beside == "england":
        other, unit = figures[E, year][0], s[area] / math.sqrt(2)
    elif beside == "neighbours":
        other, unit = mean(known), s[area] / math.sqrt(2) * math.sqrt(1 + 1 / len(known))
    elif beside == "previous":
        other, unit = figures[area, year - 1][0], alone[area, year]
        return value - other, (value - other - moved[year]) / unit
    else:
        middle = {
            y: median(x for (one, z), (x, _) in figures.items() if z == y and one in LOCAL)
            for y in range(year - 4, year + 1)
        }
        levels = [figures[area, y][0] - middle[y] for y in range(year - 4, year + 1)]
        slope = sum((n - 2) * level for n, level in enumerate(levels)) / 10
        return value - figures[area, year - 4][0], slope / (s[area] / math.sqrt(20))
    return value - other, (value - other) / unit


def test_comparisons_chosen_at_random_agree(raw, children):
    rows = cyp.compare(cyp.load_register(PROJECT), as_at=DAY, series=list(MEASURES.values()))
    rows = rows[
        rows["comparator"].isin(["england", "neighbours", "previous", "five_years"]) & rows["area_id"].isin(LOCAL)
    ]
    rows = rows[
        rows["source_id"].str.startswith("lait") & rows["score"].notna() & ~rows["flags"].str.contains("other source")
    ]
    rows = rows.sort_values(["series_id", "area_id", "period_label", "comparator"], ignore_index=True)
    chosen = rows.iloc[sorted(random.Random(20180331).sample(range(len(rows)), COMPARED))]
    newest = max(table("reference/neighbour_lists.csv"), key=lambda row: row["published"])["list_id"]
    neighbours = defaultdict(list)
    for row in table("reference/neighbours.csv"):
        if row["list_id"] == newest:
            neighbours[row["area_id"]].append(row["neighbour_id"])
    scales = {series: scale(raw[series], children) for series in chosen["series_id"].unique()}
    wrong = []
    for row in chosen.itertuples():
        year = row.period.end_time.year
        mine = again(raw[row.series_id], children, scales[row.series_id], neighbours, row.area_id, year, row.comparator)
        if mine != (pytest.approx(row.difference, abs=1e-6), pytest.approx(row.score, rel=1e-4, abs=1e-6)):
            wrong.append((row.series_id, row.area, row.period_label, row.comparator, mine, row.difference, row.score))
    assert not wrong, f"{len(wrong)} of {COMPARED}: {wrong[:5]}"
