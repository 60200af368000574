"""A tiny register of hand-made rows, so that every expected answer can be checked by eye."""

from pathlib import Path

import pandas as pd

from cyp_helpers.compare import promise
from cyp_helpers.register.tables import Register
from cyp_helpers.report import open_review

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


def tiny(
    figures,
    targets=(),
    stated=(),
    pairings=(),
    queries=(),
    breaks=(),
    unit="percent",
    polarity="higher",
    series="s",
    open_data=(),
    scale="",
):
    """A register of one plan, one priority and one indicator; reviews at 30 September 2016 and 31 March 2017.

    ``scale`` is what series s ordinarily moves in a year, the same in each authority; without it a score is that of counts.
    """
    size = [published("1000", "CY 2015", series_id="population-0-17")] if scale else []
    fixed = {
        **promise_tables(scale),
        "plans": pd.DataFrame(
            [
                {
                    "plan_id": "p",
                    "title": "Plan",
                    "short_title": "Plan",
                    "period_start": "2016-04-01",
                    "period_end": "2018-03-31",
                    "area_id": "N",
                    "source_id": "doc",
                }
            ]
        ),
        "reviews": pd.DataFrame(
            [
                {"plan_id": "p", "review": f"2016-17 part {n}", "kind": "annual", "as_at": pd.Timestamp(day)}
                for n, day in [(1, "2016-09-30"), (2, "2017-03-31")]
            ]
        ),
        "priorities": pd.DataFrame(
            [{"priority_id": "p/a", "plan_id": "p", "number": "1", "name": "A", "title": "A", "kind": "priority"}]
        ),
        "sources": pd.DataFrame(
            [
                {
                    "source_id": "doc",
                    "plan_id": "p",
                    "role": "plan",
                    "title": "Document",
                    "published": pd.Timestamp("2016-04-30"),
                    "published_basis": "printed",
                    "status": "final",
                    "published_note": "",
                }
            ]
        ),
        "areas": areas(),
        "published": published_table([*open_data, *size]),
        "editions": pd.DataFrame(
            [{"source_id": "edition", "title": "Published file", "publisher": "Publisher"}], dtype="str"
        ),
        "published-measures": pd.DataFrame(
            [
                {
                    "dataset": "file",
                    "measure": "column",
                    "series_id": "s",
                    "breakdown": "all",
                    "match": "same",
                    "minus_measure": "",
                    "counterpart_of": "",
                    "reason": "",
                    "differs": "",
                }
            ],
            dtype="str",
        ),
        "neighbour-lists": pd.DataFrame(
            [{"list_id": "list", "title": "List", "published": "2016-01-31", "source_id": "edition"}], dtype="str"
        ),
        "neighbours": pd.DataFrame(
            [
                {
                    "list_id": "list",
                    "area_id": "N",
                    "position": f"{n + 1}",
                    "neighbour_id": f"A{n}",
                    "closeness": "Close",
                }
                for n in range(10)
            ],
            dtype="str",
        ),
        "quarantine": pd.DataFrame(columns=["series_id", "breakdown", "area_id", "period"], dtype="str"),
        "units": pd.read_csv(PROJECT / "data/reference/units.csv", dtype=str, keep_default_na=False),
        "statuses": pd.read_csv(PROJECT / "data/reference/statuses.csv", dtype=str, keep_default_na=False),
        "scales": pd.DataFrame(
            [
                {"scale_id": "grades", "step": str(n), "label": label}
                for n, label in [(1, "Inadequate"), (2, "Adequate")]
            ]
        ),
        "indicators": pd.DataFrame(
            [
                {
                    "indicator_id": "i",
                    "name": "Indicator",
                    "unit": unit,
                    "decimals": "1",
                    "chance_note": "",
                    "polarity": polarity,
                    "scale_id": "grades" if unit == "judgement" else "",
                },
                {"indicator_id": "n", "name": "Children", "unit": "count", "decimals": "0", "polarity": "none"},
            ]
        ).fillna(""),
        "indicator-owners": pd.DataFrame(columns=["plan_indicator_id", "owner", "short_name"], dtype="str"),
        "no-counterpart": pd.DataFrame(columns=["indicator_id", "reason"], dtype="str"),
        "catalogue": pd.DataFrame(columns=["measure", "series_id", "topic", "next_update"], dtype="str"),
        "series": pd.DataFrame(
            [
                {"series_id": one, "indicator_id": of, "name": f"Series {one}", "short_name": "", "definition": ""}
                for one, of in (("s", "i"), ("s2", "i"), ("population-0-17", "n"))
            ]
        ),
    }
    listing = {
        "plan_indicator_id": "pi",
        "plan_id": "p",
        "source_id": "doc",
        "position": "1",
        "name_printed": "Indicator",
        "measure": "indicator" if series else "milestone",
        "series_id": series,
        "area_id": "N" if series else "",
        "breakdown": "all" if series else "",
        "locator": "row 1",
    }
    rows = {
        "observations": figures,
        "targets": targets,
        "stated-comparisons": stated,
        "printed-pairings": pairings,
        "source-queries": queries,
        "series-breaks": breaks,
        "plan-indicators": [listing],
        "plan-indicator-priorities": [
            {"plan_indicator_id": "pi", "priority_id": "p/a", "role": "primary", "basis": "printed"}
        ],
    }
    return Register(PROJECT / "data", {**fixed, **{name: table(name, list(some)) for name, some in rows.items()}})


def promise_tables(scale=""):
    """What is clear, by eye: of 100 like cases 100 / (1 + (1 + |z|) ** -1.75) still stood a year later, 97 at most; no series
    has an offset, and the past bears nothing out."""
    kinds = ("england", "region", "neighbours", "previous", "five_years")
    forms = ("alone", "with past")
    variance = f"{float(scale) ** 2}" if scale else ""
    usual = [{"series_id": "other", "a": "1", "b": "0", "overdispersion": "1"}]
    usual += [{"series_id": "s", "a": variance, "b": "0", "overdispersion": "1"}] if scale else []
    curve = {"learnt": "2010", "constant": "0", "slope": "1.75", "support": "0", "lowest": "0.5", "highest": "0.97"}
    return {
        "usual-variation": pd.DataFrame(usual, dtype="str").assign(
            breakdown="all", changes="1000", learnt="2016-01-01"
        ),
        "promises": pd.DataFrame(
            [{"kind": kind, "form": form, **curve} for kind in kinds for form in forms], dtype="str"
        ),
        "promise-series": pd.DataFrame(columns=promise.OFFSETS, dtype="str"),
    }


def verdict(comparator, figures, review="2016-17 part 2", **rest):
    """The row of one comparator."""
    rows = open_review("p", review, register=tiny(figures, **rest)).comparison
    return rows[rows["comparator"] == comparator].iloc[0]
