"""A tiny register of hand-made rows, so that every expected answer can be checked by eye."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from benchmarks.learning import CURVES, OFFSETS
from cyp_helpers.compare.comparison import judged_on
from cyp_helpers.compare.plan import compare_plan
from cyp_helpers.compare.promise import KINDS
from cyp_helpers.register.tables import Register, read_table

settings.register_profile("any machine", deadline=None)  # no test times
settings.load_profile("any machine")
PROJECT = Path(__file__).resolve().parents[1]
SEEDS = PROJECT.parent / "shared" / "seeds"
COLUMNS = {
    "observations": "observation_id series_id area_id breakdown period period_printed printed value qualifier status numerator denominator reading published published_basis source_id locator note",
    "plan-indicators": "plan_indicator_id plan_id source_id position name_printed measure series_id area_id breakdown activity_id flags reporting locator",
    "plan-indicator-priorities": "plan_indicator_id priority_id role basis",
    "targets": "target_id plan_indicator_id kind printed period value direction baseline_observation_id comparator_area_id reading source_id locator baseline_period year_rule",
    "stated-comparisons": "stated_id series_id area_id breakdown period period_printed comparator comparator_period stated change change_unit qualifier printed reading published source_id locator",
    "printed-pairings": "observation_id comparator comparator_observation_id caution source_id locator",
    "source-queries": "query_id source_id locator kind printed query bearing effect concerns other_locator",
    "series-breaks": "series_id successor_series_id what_changed comparable source_id",
}


IDS = [
    "observation_id",
    "comparator_observation_id",
    "baseline_observation_id",
    "concerns",
    "stated_id",
    "query_id",
    "target_id",
]


def table(name, rows):
    columns = COLUMNS[name].split()
    return pd.DataFrame([{**dict.fromkeys(columns, ""), **row} for row in rows], columns=columns, dtype="str")


def figure(value, period, area="N", **other):
    """One observation of series s; its id is area and period, such as "N:FY-2015/16"."""
    row = {
        "observation_id": id_of(area, period),
        "series_id": "s",
        "area_id": area,
        "breakdown": "all",
        "period": period,
        "printed": value,
        "value": value,
        "reading": "clear",
        "published": "2016-05-31",
        "published_basis": "printed",
        "source_id": "doc",
        "locator": "row 1",
    }
    return {**row, **other}


def id_of(area, period):
    return f"{area}:{period}".replace(" ", "-")


def target(kind, printed="", **other):
    row = {
        "target_id": "t",
        "plan_indicator_id": "pi",
        "kind": kind,
        "printed": printed,
        "source_id": "doc",
        "locator": "row 1",
        "direction": "higher",
    }
    return {**row, **other}


def areas():
    """Nottinghamshire, its region and England, and ten neighbours A0 to A9 in the same region."""
    rows = [
        ("N", "Nottinghamshire", "county", "R"),
        ("R", "Region", "region", ""),
        ("E92000001", "England", "country", ""),
    ]
    rows += [(f"A{n}", f"Neighbour {n}", "county", "R") for n in range(10)]
    frame = pd.DataFrame(rows, columns=["area_id", "name", "area_type", "region_id"], dtype="str")
    return frame.assign(la_number="", former_codes="")


def published(value, period, area="N", numerator=None, denominator=None, **other):
    """One row of the table of published figures, series s."""
    row = {
        "series_id": "s",
        "breakdown": "all",
        "area_id": area,
        "period": period,
        "value": value,
        "status": "",
        "numerator": numerator,
        "denominator": denominator,
        "published": "2016-05-31",
        "published_basis": "printed",
        "source_id": "edition",
        "locator": "row 1",
    }
    return {**row, **other}


def around(*periods, value="50.0", **other):
    """Published figures of the ten neighbours, all the same: how others moved is then nought."""
    return [published(value, period, f"A{n}", **other) for period in periods for n in range(10)]


def statement(period):
    """A document of June 2016 says of series s that Nottinghamshire stands better than England."""
    return {
        "stated_id": "st",
        "series_id": "s",
        "area_id": "N",
        "breakdown": "all",
        "period": period,
        "comparator": "england",
        "stated": "better",
        "printed": "Better",
        "published": "2016-06-30",
        "source_id": "doc",
        "locator": "row 1",
    }


def published_table(rows):
    text = {name: "str" for name in published("", "") if name not in ("numerator", "denominator")}
    frame = pd.DataFrame(list(rows), columns=list(published("", "")))
    return frame.astype({**text, "numerator": float, "denominator": float})


def case(
    figures=(), targets=(), stated=(), pairings=(), queries=(), breaks=(), open_data=(),
    unit="percent", polarity="higher", series="s", variation=("2", "0"),
):  # fmt: skip
    """What a register holds of one indicator; the parts are rows of ``figure``, ``target``, ``published`` and dicts."""
    return dict(locals())


def many(cases, slope="2"):
    """A register of one plan and one priority with an indicator for each case; reviews at 30 September 2016 and 31 March 2017.

    Usual variation a = 2 and b = 0, so s is the root of 2 for everyone: beside an area a difference of 1 is a score of 1. The odds of a promise are (1 + score) squared: 80 of 100 at a score of 1, 90 at 2, 94 at 3.

    Parameters
    ----------
    cases : dict of name -> ``case``; the name takes the place of series s, and stands before ids of observations unless it is s
    """
    cases = {name: _named(name, one) for name, one in cases.items()}
    peopled = areas()["area_id"] if any(one["variation"] for one in cases.values()) else ()
    size = [published("1000", "CY 2014", area, series_id="population-0-17") for area in peopled]

    def each(part):
        return [row for one in cases.values() for row in one[part]]

    series = [(one, name, f"Series {one}") for name in cases for one in (name, f"{name}2")]
    series += [("population-0-17", "children", "Children")]
    units = [(name, one["unit"], one["polarity"]) for name, one in cases.items()] + [("children", "count", "none")]
    # That of another series has only its overdispersion: chance is 2 times as wide as counts say.
    scale = [(name, *one["variation"], "900", "") for name, one in cases.items() if one["variation"]]
    curves = [
        (kind, "2010", form, "0", slope, "0", "0.01", "0.99") for kind in KINDS for form in ("alone", "with past")
    ]
    numbered = list(enumerate(cases.items(), 1))
    listings = [
        {
            "plan_indicator_id": name, "plan_id": "p", "source_id": "doc", "position": str(n), "locator": f"row {n}",
            "name_printed": "Indicator", "measure": "indicator" if one["series"] else "milestone",
            "series_id": name if one["series"] else "", "area_id": "N" if one["series"] else "",
            "breakdown": "all" if one["series"] else "",
        }
        for n, (name, one) in numbered
    ]  # fmt: skip
    serves = [
        {"plan_indicator_id": name, "priority_id": "p/a", "role": "primary", "basis": "printed"} for name in cases
    ]
    rows = {
        "observations": each("figures"), "targets": each("targets"), "stated-comparisons": each("stated"),
        "printed-pairings": each("pairings"), "source-queries": each("queries"), "series-breaks": each("breaks"),
        "plan-indicators": listings, "plan-indicator-priorities": serves,
    }  # fmt: skip
    tables = {
        "plans": texts("plan_id title short_title period_start period_end area_id source_id", ("p", "Plan", "Plan", "2016-04-01", "2018-03-31", "N", "doc")),
        "reviews": texts("plan_id review kind as_at", ("p", "2016-17 part 1", "six-monthly", "2016-09-30"), ("p", "2016-17 part 2", "annual", "2017-03-31")).astype({"as_at": "datetime64[us]"}),
        "priorities": texts("priority_id plan_id number name title kind", ("p/a", "p", "1", "A", "A", "priority")),
        "sources": texts("source_id plan_id role title published published_basis status published_note", ("doc", "p", "plan", "Document", "2016-04-30", "printed", "final", "")).astype({"published": "datetime64[us]"}),
        "areas": areas(),
        "published": published_table([*each("open_data"), *size]),
        "editions": texts("source_id title publisher", ("edition", "Published file", "Publisher")),
        "published-measures": texts("dataset measure series_id breakdown match minus_measure counterpart_of reason differs", *[("file", "column", name, "all", "same", "other" if name.startswith("gap") else "", "", "", "") for name in cases]),
        "neighbour-lists": texts("list_id title published source_id", ("list", "List", "2016-01-31", "edition")),
        "neighbours": texts("list_id area_id position neighbour_id closeness", *[("list", "N", str(n + 1), f"A{n}", "Close") for n in range(10)]),
        "catalogue": texts("measure series_id topic next_update"),
        "indicator-owners": texts("plan_indicator_id owner short_name"),
        "no-counterpart": texts("indicator_id reason"),
        "quarantine": texts("series_id breakdown area_id period"),
        "units": read_table(PROJECT / "data/reference/units.csv"),
        "statuses": read_table(PROJECT / "data/reference/statuses.csv"),
        "scales": texts("scale_id step label", ("grades", "1", "Inadequate"), ("grades", "2", "Adequate")),
        "indicators": texts("indicator_id unit polarity", *units).assign(
            name="Indicator", decimals="1", chance_note="", scale_id=lambda rows: rows["unit"].map({"judgement": "grades"}).fillna("")
        ),
        "series": texts("series_id indicator_id name", *series).assign(definition="", short_name=""),
        "usual-variation": texts("series_id a b changes overdispersion", *scale, ("far", "", "", "", "4")).assign(breakdown="all", learnt="2030-01-01"),
        "promises": pd.DataFrame(curves, columns=CURVES, dtype="str"),
        "promise-series": pd.DataFrame(columns=OFFSETS, dtype="str"),
    }  # fmt: skip
    return Register(PROJECT / "data", {**tables, **{name: table(name, some) for name, some in rows.items()}})


def tiny(figures=(), **rest):
    """A register of one indicator, series s; see ``many``."""
    slope = rest.pop("slope", "2")
    return many({"s": case(figures, **rest)}, slope)


def texts(columns, *rows):
    return pd.DataFrame(list(rows), columns=columns.split(), dtype="str")


def _named(name, one):
    """A case with its name in place of series s, of the plan's indicator and before each id."""

    def renamed(row):
        row = {**row}
        for column in IDS:
            if row.get(column) and name != "s":
                row[column] = " ".join(f"{name}/{one}" for one in row[column].split())
        for column in ("series_id", "successor_series_id"):
            if row.get(column, "").startswith("s"):
                row[column] = name + row[column][1:]
        return row | {column: name for column in ("plan_indicator_id",) if column in row}

    return {
        part: [renamed(row) for row in rows] if isinstance(rows, list | tuple) and part != "variation" else rows
        for part, rows in one.items()
    }


def rows_of(register, review="2016-17 part 2", area="N", published=False):
    """The rows of ``compare_plan`` by the name of their case and comparator."""
    day = register.table("reviews").set_index("review").at[review, "as_at"]
    rows = compare_plan(judged_on(register, day), "p", review, area, published)[0]
    return rows.set_index(
        [rows["subject_id"].str.partition("|")[0].rename("case"), rows["comparator"].rename("beside")]
    )


def verdict(comparator, figures=(), review="2016-17 part 2", **rest):
    """The row of one comparator."""
    return rows_of(tiny(figures, **rest), review).xs(comparator, level=1).iloc[0]


def failures(cases):
    """What else was found, by the name of the case; each case is a row and a dict of what is expected of it.

    ``reason`` and ``flags`` hold a text, numbers come near, all else is equal.
    """

    def as_expected(column, found, wanted):
        near = column in ("reason", "flags") and wanted and wanted in found
        return near or (pd.isna(wanted) and pd.isna(found)) or found == pytest.approx(wanted, abs=0.006)

    found = {
        name: {column: row[column] for column, wanted in expected.items() if not as_expected(column, row[column], wanted)}
        for name, (row, expected) in cases.items()
    }
    return {name: what for name, what in found.items() if what}


def holds(row, **expected):
    """Whether a row holds what is expected, as ``failures`` reads it."""
    assert failures({"row": (row, expected)}) == {}
    return True


@pytest.fixture
def project(tmp_path):
    """A copy of the project's data and notebooks that a test may break."""
    return copy_project(tmp_path)


def copy_project(folder):
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder
