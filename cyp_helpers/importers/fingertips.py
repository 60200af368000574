"""Files of Fingertips (Office for Health Improvement and Disparities): one indicator a file, all areas and years."""

import pandas as pd

from cyp_helpers.importers.mapping import FIGURE_COLUMNS, area_of_code, load_measures
from cyp_helpers.importers.reading import UnreadableFile, read_frame
from cyp_helpers.importers.values import clean_values, print_values
from cyp_helpers.importers.years import read_years

PREFIX = "fingertips-"
COLUMNS = {
    "indicator": ("Indicator ID",),
    "code": ("Area Code",),
    "name": ("Area Name",),
    "sex": ("Sex",),
    "age": ("Age",),
    "category": ("Category",),
    "year": ("Time period",),
    "printed": ("Value",),
    "low": ("Lower CI 95.0 limit",),
    "high": ("Upper CI 95.0 limit",),
    "numerator": ("Count",),
    "denominator": ("Denominator",),
    "remark": ("Value note",),
}
_NO_LIMIT = -1.0  # what the publisher writes where a confidence limit could not be worked out


def find_dataset(path, register):
    """Which dataset of the mapping a file is, by its indicator number. Raises UnreadableFile where none is."""
    found = read_frame(path, {"indicator": COLUMNS["indicator"]})["indicator"].unique()
    known = register.table("published-measures")["dataset"].unique()
    datasets = [PREFIX + number for number in found if PREFIX + number in known]
    if not datasets:
        has = ", ".join(one.removeprefix(PREFIX) for one in known if one.startswith(PREFIX))
        raise UnreadableFile(f"{path.name}: Fingertips indicator {', '.join(found)}; the mapping has {has}")
    return datasets[0]


def read_fingertips(path, register, edition_date):
    """Figures of the register's series from one file; see ``lait.read_lait`` for what comes back."""
    measures = load_measures(register, find_dataset(path, register), edition_date)
    measure = measures.iloc[0]
    rows = read_frame(path, COLUMNS)
    whole = rows[_is_wanted(rows, measure)]
    area = whole["code"].map(area_of_code(register))
    skipped = [f"area {one}, which areas.csv does not have" for one in whole.loc[area.isna(), "code"].unique()]
    whole = whole.assign(area_id=area).dropna(subset="area_id")
    # An area stands once below each area that it is compared within.
    whole = whole.drop_duplicates(["area_id", "year", "printed", "numerator", "denominator"])
    return _figures(whole, measure)[FIGURE_COLUMNS], len(rows), skipped


def _is_wanted(rows, measure):
    wanted = pd.Series(True, index=rows.index)
    for condition in measure["filters"].split("; "):
        name, value = condition.split("=", 1)
        wanted &= rows[name.casefold()] == value
    return wanted


def _figures(rows, measure):
    kind = pd.Series(measure["period_kind"], index=rows.index, dtype="str")
    period = read_years(rows["year"], kind)["period"]
    clean = clean_values(rows["printed"])
    numbers = {name: clean_values(rows[name])["number"] for name in ("numerator", "denominator", "low", "high")}
    limit = {name: numbers[name].mask(numbers[name] == _NO_LIMIT) for name in ("low", "high")}
    # The file gives seven digits; the publisher's own pages show as many decimals as the mapping says.
    places = pd.Series(float(measure["decimals"] or "nan"), index=rows.index)
    value = print_values(clean["number"], places.fillna(clean["decimals"].groupby(period).transform("max")))
    given = clean["number"].notna()
    withheld = rows["remark"].str.contains("suppressed|not presented", case=False)
    outside = (clean["number"] < limit["low"]) | (clean["number"] > limit["high"])
    concern = pd.Series("", index=rows.index, dtype="str")
    concern = concern.mask(given & numbers["numerator"].isna(), "value-without-count").mask(
        given & outside, "outside-own-limits"
    )
    # "contains areas for which values have not been presented" is a caution about a sum, not a withheld figure.
    concern = concern.mask(
        given & withheld & ~rows["remark"].str.contains("caution", case=False), "withheld-with-figure"
    )
    concern = concern.mask(rows.duplicated(["area_id", "year"], keep=False), "duplicates-disagree")
    caution = rows["remark"].str.contains("caution", case=False) & given
    hidden = rows["remark"].str.contains("suppressed", case=False) & ~given
    status = clean["status"].mask(hidden, "c").mask(caution, "u")
    figures = rows.assign(
        measure_key=measure["measure_key"],
        period=period,
        value=value,
        number=pd.to_numeric(value, errors="coerce"),
        status=status,
        numerator=numbers["numerator"],
        denominator=numbers["denominator"],
        locator="Value, area " + rows["code"] + ", " + rows["year"],
        concern=concern.mask(period == "", "unreadable-year"),
    )
    return figures.drop_duplicates(["area_id", "year"])
