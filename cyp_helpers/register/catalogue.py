"""The catalogue: every measure that the Local Authority Interactive Tool publishes, as series of the register.

A measure for which ``published_measures.csv`` has a series is that series. Every other one is an indicator and a series of its own,
whose figures stand in ``observations/catalogue.parquet`` and are read only where they are asked for.
"""

import pandas as pd

FILE, OWN = "catalogue.parquet", "lait-"
YEAR_TYPES = {"FY": "financial", "AY": "academic", "CY": "calendar"}
PER = {"percent": 100.0, "rate per 1,000": 1_000.0, "rate per 10,000": 10_000.0, "rate per 100,000": 100_000.0}


def own_series(catalogue):
    """Rows of the catalogue that are series of their own; their ids begin with ``OWN``."""
    return catalogue[catalogue["series_id"].str.startswith(OWN)]


def with_catalogue(tables):
    """The tables (dict of frames, as in ``data/``) with the catalogue's own series in ``series``, ``indicators``,
    ``published-measures`` and ``series-breaks``; the frames that came in are as they were."""
    own = own_series(tables["catalogue"]).reset_index(drop=True)
    if own.empty:
        return tables
    turned = own["what_changed"] != ""  # the definition, in the year in which the first year ends
    base = own.groupby("measure")["series_id"].transform("first")
    name = own["name"] + (" (from " + own["first_year"] + ")").where(turned, "")
    known = dict(
        series_id=own["series_id"], indicator_id=base, name=name, short_name=own["short_name"],
        definition="As the indicator", unit=own["unit"], decimals=own["decimals"], polarity=own["polarity"],
        polarity_reason=own["polarity"].map({"none": ""}).fillna("So says the publisher"),
        year_type=own["year_type"].map(YEAR_TYPES), frequency="annual",
        measure_key=own["series_id"], dataset="lait", measure=own["measure"], per=own["unit"].map(PER).fillna(1).map("{:.0f}".format),
        period_kind=own["year_type"], first_year=own["first_year"], last_year=own["last_year"], first_edition=own["first_edition"],
        last_edition=own["last_edition"], edition_source=own["source_id"], above_100=own["above_100"], lag_months=own["lag_months"],
        lag_reason="As long after the year as the publisher last brought it up to date", breakdown="all", match="same",
        reason="The published measure itself", differs=own["what_changed"],
    )  # fmt: skip
    known = pd.DataFrame(known, dtype="str")
    measured = "As the publisher names it: " + own["name"] + ", under the topic " + own["topic"]
    facts = known.assign(definition=measured, name=own["name"]).drop_duplicates("indicator_id")
    breaks = pd.DataFrame(
        {"series_id": own.groupby("measure")["series_id"].shift(1), "successor_series_id": own["series_id"], "basis": "assigned",
         "what_changed": own["what_changed"], "comparable": "no", "source_id": own["source_id"], "locator": "Measure " + own["measure"]},
        dtype="str",
    )[turned].dropna(subset="series_id")  # fmt: skip
    more = {"series": known, "indicators": facts, "published-measures": known, "series-breaks": breaks}
    for name, rows in more.items():
        rows = rows.reindex(columns=tables[name].columns, fill_value="").fillna("")
        more[name] = pd.concat([tables[name], rows], ignore_index=True)
    return tables | more


def read_figures(folder, series, columns=None):
    """Figures of the catalogue's own series (list of ``series_id``, None for all), as the table ``published`` has them.

    ``folder`` is ``data/``; ``columns`` those to read, or all. Returns None where no catalogue has been imported.
    """
    path = folder / "observations" / FILE
    filters = None if series is None else [("series_id", "in", list(series))]
    return pd.read_parquet(path, filters=filters, columns=columns) if path.is_file() else None
