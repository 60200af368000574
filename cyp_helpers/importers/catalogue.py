"""The dictionary of the Local Authority Interactive Tool -> ``data/reference/catalogue.csv``: facts, no descriptions.

What it cannot say itself (a better source, a unit, a definition that turned, a short name) stands in
``data/reference/catalogue_rules.csv``.
"""

import re
from itertools import pairwise
from pathlib import Path

import pandas as pd

from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.importers.mapping import layout, of_indicator
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.register.catalogue import OWN
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import decimal_places, read_table

COLUMNS, _ = layout("dictionary")
# The first that the axis matches; dps is wrong for 23 measures and missing for 260, so decimals are those of the figures.
_UNITS = read_table(Path(__file__).with_name("axes.csv")).set_index("axis")["unit"].to_dict()
_PROGRESS = "Prog"  # in the name of a measure: a score about nought
_KINDS = {"Academic": "AY", "Financial": "FY", "Calendar": "CY", "Annual -": "CY", "Annual (end": "CY", "Annual": "FY"}
_POLARITY = {"High": "higher", "Low": "lower"}
_FIRST, _LAST = 2007, 2099
_USUAL_LAG, _LONGEST_LAG = 12, 24  # months


def read_dictionary(rows, source_id, day, register):
    """The catalogue that a dictionary (``rows`` with ``COLUMNS``, an edition ``source_id`` of a ``day``) makes of the
    one before.

    A measure that stands under two topics counts once, as last brought up to date. Returns the table, and what there is
    to say, in words. Raises UnreadableFile where a unit or kind of year cannot be told.
    """
    old, rules = register.table("catalogue"), register.table("catalogue-rules")
    dates = {name: _days(rows[name]) for name in ("updated", "next")}
    rows = rows.assign(**dates, next_note=rows["next"].where(dates["next"] == "", ""))
    rows = rows.sort_values("updated", kind="stable").drop_duplicates("measure", keep="last").sort_values("measure")
    facts = rows.assign(
        name=rows["name"].str.split().str.join(" "), unit=_units(rows, rules), year_type=_year_kinds(rows["year_type"]),
        polarity=rows["polarity"].map(_POLARITY).fillna("none"), last_update=rows["updated"], next_update=rows["next"],
        short_name=rows["measure"].map(_ruled(rules, "short name")).astype("str").fillna(""), source_id=source_id,
    )  # fmt: skip
    total = facts["unit"].isin(TOTALS)
    facts = facts.assign(total=total.map({True: "yes", False: "no"}), polarity=facts["polarity"].mask(total, "none"))
    facts = facts.assign(above_100=facts["measure"].map(_ruled(rules, "above 100")).astype("str").fillna("no"))
    windows = _windows(facts, rules, _mapped(register))
    decimals = windows["series_id"].map(of_indicator(register, "decimals")).fillna("")
    decimals = decimals.mask(windows["series_id"].str.startswith(OWN), "")
    windows = windows.assign(first_edition=day, last_edition="", lag_months=str(_USUAL_LAG), decimals=decimals)
    return _beside_old(windows.astype("str")[old.columns], old, day)


def with_figures(catalogue, figures):
    """The catalogue with what only figures can tell: usual decimals, and how long after its year a measure came out.

    Series of a definition that turned, of which no figure is known, are left out. What was known before stays.
    ``figures`` of an edition have ``measure_key`` (the ``series_id``), ``period, value, number``.
    """
    known = figures[figures["number"].notna() & figures["measure_key"].str.startswith(OWN)]
    if known.empty:
        return catalogue
    known = known.assign(end=parse_periods(known["period"])["end"], places=decimal_places(known["value"]))
    known = known.astype({"measure_key": "str"}).groupby("measure_key")
    newest, places = known["end"].max(), known["places"].agg(lambda each: each.mode().iloc[-1]).astype("str")
    # Where the dictionary has no day, its own: not that of whichever edition comes first.
    out = pd.to_datetime(catalogue["last_update"].mask(catalogue["last_update"] == "", catalogue["first_edition"]))
    end = catalogue["series_id"].map(newest).groupby(catalogue["measure"]).transform("max")
    lag = ((out.dt.year - end.dt.year) * 12 + out.dt.month - end.dt.month).clip(0, _LONGEST_LAG)
    new = catalogue["decimals"] == ""
    lag = lag.map("{:.0f}".format, na_action="ignore").astype("str")
    catalogue = catalogue.assign(
        decimals=catalogue["decimals"].mask(new, catalogue["series_id"].map(places).fillna("")),
        lag_months=catalogue["lag_months"].mask(new & lag.notna(), lag),
    )
    own = catalogue["series_id"].isin(newest.index) | (catalogue["what_changed"] == "") & (catalogue["last_year"] == str(_LAST))
    mapped = ~catalogue["series_id"].str.startswith(OWN)
    return catalogue[own | mapped].reset_index(drop=True)


# ---- what the dictionary says ----


def _days(cells):
    """Days as Excel counts them, as text; '' for words such as TBC."""
    number = pd.to_numeric(cells, errors="coerce")
    days = pd.Timestamp("1899-12-30") + pd.to_timedelta(number, unit="D")
    return days.dt.strftime("%Y-%m-%d").astype("str").fillna("")


def _units(rows, rules):
    axis = rows["axis"]
    told = axis.map(lambda text: next((unit for pattern, unit in _UNITS.items() if re.search(pattern, text)), None))
    told = told.mask((told == "score") & rows["measure"].str.contains(_PROGRESS), "progress score")
    told = rows["measure"].map(_ruled(rules, "unit")).fillna(told)
    if (lost := told.isna()).any():
        raise UnreadableFile(
            f"measure {rows['measure'][lost].iloc[0]!r}: no unit can be told from its axis {axis[lost].iloc[0]!r}; "
            "right would be a row with the rule unit in data/reference/catalogue_rules.csv"
        )
    return told


def _year_kinds(cells):
    kinds = cells.map(lambda text: next((kind for start, kind in _KINDS.items() if text.startswith(start)), None))
    if (lost := kinds.isna()).any():
        right = f"right would be one that begins with {', '.join(_KINDS)}"
        raise UnreadableFile(f"year type {cells[lost].iloc[0]!r}; {right}")
    return kinds


def _ruled(rules, kind):
    return rules[rules["rule"] == kind].set_index("measure")["value"]


def _mapped(register):
    """The series that ``published_measures.csv`` gives a measure, without gaps; where there are several, the newest."""
    measures = register.table("published-measures")
    plain = (measures["dataset"] == "lait") & (measures["minus_measure"] == "") & (measures["last_edition"] == "")
    plain &= ~measures["series_id"].str.startswith(OWN)
    return measures[plain].sort_values("last_year", kind="stable").drop_duplicates("measure", keep="last").set_index("measure")["series_id"]


def _windows(facts, rules, mapped):
    """A row for each measure that another series stands for; for others one for each definition they have had."""
    better = facts["measure"].map(_ruled(rules, "series")).fillna(facts["measure"].map(mapped))
    slug = OWN + facts["measure"].map(_slug)
    if slug.duplicated().any():
        raise UnreadableFile(f"measures {facts.loc[slug.duplicated(keep=False), 'measure'].tolist()} come to one series_id")
    turns = rules[rules["rule"] == "turned"]
    parts = []
    for row, series, own in zip(facts.to_dict("records"), better, slug):
        mine = turns[turns["measure"].map(lambda pattern, name=row["measure"]: bool(re.search(pattern, name)))]
        found = {int(year): reason for year, reason in zip(mine["value"], mine["reason"])} if pd.isna(series) else {}
        years = [_FIRST, *sorted(found), _LAST + 1]
        for first, following in pairwise(years):
            name = series if pd.notna(series) else own + (f"-{first}" if first > _FIRST else "")
            window = {"series_id": name, "first_year": first, "last_year": following - 1, "what_changed": found.get(first, "")}
            parts.append(row | window)
    return pd.DataFrame(parts)


def _slug(measure):
    """ "C&YPExpenditure" -> "c-and-ypexpenditure": letters, digits and hyphens alone."""
    text = measure.lower().replace("%", " pct ").replace("&", " and ").replace("+", " plus ")
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def _beside_old(new, old, day):
    """What is known of a series stays; a measure whose unit or kind of year turned goes on as another series."""
    before = old.drop_duplicates("series_id", keep="last").set_index("series_id")
    same = new["series_id"].isin(before.index)
    for name in ("first_edition", "lag_months", "decimals"):
        new[name] = new["series_id"].map(before[name]).where(same, new[name])
    was = new["series_id"].map(before["unit"] + before["year_type"])
    turned = same & (was != new["unit"] + new["year_type"])
    day_before = f"{pd.Timestamp(day) - pd.Timedelta(days=1):%Y-%m-%d}"
    ended = old[old["series_id"].isin(new.loc[turned, "series_id"])].assign(last_edition=day_before)
    again = {"first_edition": day, "decimals": "", "what_changed": f"the publisher changed its unit or kind of year by {day}"}
    for name, value in (again | {"series_id": new["series_id"] + f"-{day}"}).items():
        new[name] = new[name].mask(turned, value)
    gone = old[~old["measure"].isin(new["measure"])]
    past = old[(old["last_edition"] != "") & ~old["series_id"].isin([*ended["series_id"], *gone["series_id"]])]
    table = pd.concat([new, ended, gone, past], ignore_index=True)
    order = table.assign(first=table["first_year"].astype(int))
    order = order.sort_values(["measure", "first_edition", "first"], kind="stable").index
    other = "its unit or kind of year is another than before, so it goes on as another series"
    told = [f"measure {name}: {other}" for name in new.loc[turned, "measure"].unique()]
    told += [f"measure {name} is no longer in the dictionary; its figures stay" for name in gone["measure"].unique()]
    return table.loc[order].reset_index(drop=True), told
