"""What a parameter may be: plans, reviews, priorities, areas and indicators, with how much is known of each."""

import pandas as pd

from cyp_helpers.register.catalogue import own_series, read_figures
from cyp_helpers.register.periods import UNDATED_KINDS, parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, find_plan, load_register, priorities_of


def plans(register=None):
    """The plans of the register.

    Returns
    -------
    DataFrame, one row a plan: ``plan`` (what ``open_review`` takes), ``title``, ``status``, ``area``, ``period_start`` and
    ``period_end``, ``reviews`` and ``priorities`` (how many), ``indicators`` (listed in its documents), ``first_review`` and
    ``last_review``

    >>> cyp.plans()["plan"].tolist()
    ['cypf-2011-14', 'early-help-2013-16', 'cypf-2016-18', 'national-framework']
    """
    register = register or load_register()
    rows = register.table("plans").set_index("plan_id")
    reviewed = register.table("reviews").sort_values("as_at", kind="stable").groupby("plan_id")["review"]
    listed = register.table("plan-indicators")
    rows = rows.assign(
        area=register.look_up(rows["area_id"], "areas", "name").astype("str").fillna(""),
        period_start=pd.to_datetime(rows["period_start"]), period_end=pd.to_datetime(rows["period_end"]),
        reviews=_number(reviewed.size(), rows.index), first_review=reviewed.first(), last_review=reviewed.last(),
        priorities=_number(register.table("priorities").value_counts("plan_id"), rows.index),
        indicators=_number(listed[listed["series_id"] != ""].groupby("plan_id")["series_id"].nunique(), rows.index),
    )  # fmt: skip
    columns = "title status area period_start period_end reviews priorities indicators first_review last_review"
    return rows.reindex(columns=columns.split()).rename_axis("plan").reset_index()


def reviews(plan, register=None):
    """The reviews of a plan (str, see ``plans``), oldest first.

    Returns
    -------
    DataFrame, one row a review: ``review`` (what ``open_review`` takes), ``kind`` (six-monthly or annual), ``as_at`` (the day; only
    what had been published by then is used), ``documents`` (of all plans, known by then)

    Raises UnknownName, with the plans there are.

    >>> cyp.reviews("cypf-2016-18")["review"].tolist()[-1]
    '2017-18 part 2'
    """
    register = register or load_register()
    find_plan(register, plan)
    rows = register.table("reviews")
    rows = rows[rows["plan_id"] == plan].sort_values("as_at", kind="stable")
    published = register.table("sources")["published"].sort_values()
    documents = published.searchsorted(rows["as_at"], side="right")
    return rows[["review", "kind", "as_at"]].assign(documents=documents).reset_index(drop=True)


def priorities(plan, register=None):
    """The priorities of a plan (str, see ``plans``) in order.

    Returns
    -------
    DataFrame, one row a priority: ``priority`` (what ``open_review`` takes), ``number``, ``name``, ``title``, ``indicators`` (listed)

    Raises UnknownName, with the plans there are.

    >>> cyp.priorities("cypf-2016-18")["priority"].tolist()
    ['safe', 'healthy', 'achieve', 'support']
    """
    register = register or load_register()
    find_plan(register, plan)
    rows = priorities_of(register, plan)
    number = register.table("plan-indicator-priorities").value_counts("priority_id")
    rows = rows.assign(indicators=_number(number, rows["priority_id"])).rename(columns={"short_id": "priority"})
    return rows[["priority", "number", "name", "title", "indicators"]].reset_index(drop=True)


def areas(search="", register=None):
    """Authorities, regions and England.

    Parameters
    ----------
    search : str, part of a name, region, kind, GSS code or LA number, in any case

    Returns
    -------
    DataFrame, one row an area: ``area_id`` (GSS code), ``area`` (either is taken wherever an area is asked for), ``area_type``,
    ``region``, ``la_number``; ``indicators`` (series with a figure), ``first_year`` and ``last_year`` (of these figures, '' where
    there is none)

    >>> cyp.areas("rutland")[["area_id", "region"]].values.tolist()
    [['E06000017', 'East Midlands']]
    """
    register = register or load_register()
    rows = register.table("areas")
    rows = rows[rows["area_type"].isin([*AUTHORITY_TYPES, "region", "country"])]
    rows = rows.assign(region=register.look_up(rows["region_id"], "areas", "name").astype("str").fillna(""))
    known = _known_figures(register).groupby("area_id")
    rows = rows.join(_years(known).join(known["series_id"].nunique().rename("indicators")), on="area_id")
    rows = rows.assign(indicators=rows["indicators"].fillna(0).astype(int)).rename(columns={"name": "area"})
    found = _found(rows, search, ["area", "region", "area_type", "area_id", "la_number"])
    columns = ["area_id", "area", "area_type", "region", "la_number", "indicators", "first_year", "last_year"]
    return found[columns].fillna({"first_year": "", "last_year": ""}).reset_index(drop=True)


def indicators(search="", plan="", topic="", register=None):
    """Indicators, one row for each definition (series): those of the plans, and every published measure.

    Parameters
    ----------
    search : str, part of a name, definition or id, in any case
    plan : str, only what this plan's documents list; see ``plans``
    topic : str, part of a topic of the publisher's catalogue, such as "absence" or "looked after", in any case

    Returns
    -------
    DataFrame: ``series_id`` (what ``figures`` and ``compare`` take), ``name``, ``indicator_id`` (definitions of one share it; what the
    long view takes), ``unit``, ``polarity`` (higher or lower is better, or none), ``definition``; ``areas`` (local authorities with a
    figure), ``figures``, ``first_year`` and ``last_year`` (of these figures, '' where there is none), ``topic`` ('' where the catalogue does not have it)

    Raises UnknownName, with the plans there are.

    >>> cyp.indicators("re-referrals")[["series_id", "unit", "polarity"]].values.tolist()
    [['re-referrals', 'percent', 'lower']]
    """
    register = register or load_register()
    rows = register.table("series")
    if plan:
        find_plan(register, plan)
        listed = register.table("plan-indicators")
        rows = rows[rows["series_id"].isin(listed.loc[listed["plan_id"] == plan, "series_id"])]
    facts = {name: register.look_up(rows["indicator_id"], "indicators", name) for name in ("unit", "polarity", "definition")}
    facts["definition"] = rows["definition"].mask(rows["definition"] == "As the indicator", facts["definition"])
    rows = rows.assign(**facts)
    known = _known_figures(register)
    local = register.table("areas").query("area_type in @AUTHORITY_TYPES")["area_id"]
    areas_with = known[known["area_id"].isin(local)].groupby("series_id")["area_id"].nunique()
    numbers = {"areas": areas_with, "figures": known.value_counts("series_id")}
    rows = rows.assign(**{name: _number(counts, rows["series_id"]) for name, counts in numbers.items()})
    rows = rows.join(_years(known.groupby("series_id")), on="series_id")
    rows = rows.astype({"first_year": "str", "last_year": "str"}).fillna({"first_year": "", "last_year": ""})
    columns = ["series_id", "name", "indicator_id", "unit", "polarity", "definition", "areas", "figures", "first_year",
               "last_year", "topic"]  # fmt: skip
    topics = register.table("catalogue").drop_duplicates("series_id").set_index("series_id")["topic"]
    rows = _found(rows.assign(topic=rows["series_id"].map(topics).astype("str").fillna("")), topic, ["topic"])
    return _found(rows, search, ["name", "definition", "series_id", "indicator_id"])[columns].reset_index(drop=True)


# ---- parts ----


def _known_figures(register):
    """``series_id, area_id, first_year, last_year`` of every figure that has a value; no years where none are printed."""
    columns = ["series_id", "area_id", "period", "value"]
    rows = [register.table(name)[columns] for name in ("observations", "published")]
    if len(own_series(register.table("catalogue"))) and not register.more:
        rows.append(read_figures(register.folder, None, columns))
    rows = pd.concat(rows, ignore_index=True)
    rows = rows[rows["value"] != ""]
    periods = pd.Series(rows["period"].unique())
    years = periods.str.findall(r"\d{4}(?:/\d\d)?").where(~parse_periods(periods)["kind"].isin(UNDATED_KINDS))
    years = pd.DataFrame({"first_year": years.str[0], "last_year": years.str[-1]}).set_index(periods)
    return rows.join(years, on="period")


def _years(groups):
    return groups.agg(first_year=("first_year", "min"), last_year=("last_year", "max"))


def _number(counts, ids):
    return counts.reindex(ids).fillna(0).astype(int).to_numpy()


def _found(rows, search, columns):
    """Rows with the text in one of the columns."""
    text = rows[columns].agg("\n".join, axis=1).str.casefold()
    return rows[text.str.contains(search.casefold(), regex=False)]
