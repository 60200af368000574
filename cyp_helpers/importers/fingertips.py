"""Files of Fingertips (Office for Health Improvement and Disparities): one indicator a file, all areas and years."""

import pandas as pd

from cyp_helpers.importers.areas import find_areas
from cyp_helpers.importers.mapping import layout, load_measures
from cyp_helpers.importers.reading import UnreadableFile, fold_name, read_frame
from cyp_helpers.importers.rows import count_left_out, keep_meant, read_filters, refuse_unnamed, settle, why_not_meant
from cyp_helpers.importers.values import clean_values
from cyp_helpers.importers.years import read_years
from cyp_helpers.show.wording import plural

PREFIX = "fingertips-"
COLUMNS, _NAMES = layout("fingertips")
_START = "time_period_sortable"  # "20230000" beside "2023/24"; not in every file
# Notes that say nothing against a figure; any other makes it one of low reliability.
_PLAIN = r"|value for .+ combined|value for .+ applied to .+"
_NO_LIMIT = -1.0  # what the publisher writes where a confidence limit could not be worked out


def read_fingertips(path, register, _day=None, _new_areas=False):
    """Figures of the register's series from one file; see ``lait.read_lait`` for what comes back."""
    rows = read_frame(path, COLUMNS, ignored=_NAMES).rename(columns=lambda one: _START if fold_name(one) == _START else one)
    measures = load_measures(register)
    known = measures.loc[measures["dataset"].str.startswith(PREFIX), "dataset"].str.removeprefix(PREFIX).unique()
    found = rows["indicator"].unique()
    number = next((one for one in found if one in known), None)
    if number is None:
        told = f"Fingertips indicator {', '.join(found[:9])}; the mapping has {', '.join(known)}"
        raise UnreadableFile(f"{path.name}: {told}")
    dataset = PREFIX + number
    measure = measures[measures["dataset"] == dataset].iloc[0]
    own = {many[0]: key for key, many in COLUMNS.items()}
    filters = [("indicator", [number], False)]
    filters += [(own.get(name, name), values, absent) for name, values, absent in read_filters(measure["filters"])]
    why = why_not_meant(rows, filters)
    where = find_areas(register, code=rows["code"], name=rows["name"])
    why = why.mask(why == "", where["why"])
    clash = where["clash"].map({True: "keys-disagree", False: ""})
    meant = keep_meant(rows.assign(area_id=where["area_id"], concern=clash), why, path.name)
    refuse_unnamed(meant, [*COLUMNS, _START, "area_id", "concern", *(name for name, *_ in filters)], path.name)
    figures = _figures(meant, measure)
    notes = figures.loc[figures["strange"], "remark"].value_counts()
    words = "the note {!r} of {:,} {}, whose figures stand as unreliable"
    told = [words.format(note, size, plural(size, "row")) for note, size in notes.items()]
    return dataset, settle(figures, register), len(rows), told + count_left_out(why)


def _figures(rows, measure):
    kind = pd.Series(measure["period_kind"], index=rows.index, dtype="str")
    years, clean = read_years(rows["year"], kind), clean_values(rows["printed"])
    # "2023" can be the year to March 2023 or to March 2024.
    start = rows[_START].str[:4] if _START in rows else rows["year"].str[:4]
    sure = (rows["year"].str[:4] == start) & ((kind == "CY") | ~rows["year"].str.fullmatch("[0-9]{4}"))
    numbers = {name: clean_values(rows[name])["number"] for name in ("numerator", "denominator", "low", "high")}
    limit = {name: numbers[name].mask(numbers[name] == _NO_LIMIT) for name in ("low", "high")}
    given, remark = clean["number"].notna(), rows["remark"].str.casefold()
    outside = (clean["number"] < limit["low"]) | (clean["number"] > limit["high"])
    # "contains areas for which values have not been presented" is a caution about a sum, not a withheld figure.
    caution, withheld = remark.str.contains("caution"), remark.str.contains("suppressed|not presented|not published|withheld")
    strange = ~remark.str.fullmatch(_PLAIN) & ~caution & ~withheld
    concern = rows["concern"].mask(given & numbers["numerator"].isna(), "value-without-count")
    concern = concern.mask(given & outside, "outside-own-limits")
    concern = concern.mask(given & withheld & ~caution, "withheld-with-figure")
    mark = clean["status"].mask(remark.str.contains("suppressed") & ~given, "c").mask((caution | strange) & given, "u")
    return rows.assign(
        measure_key=measure["measure_key"], period=years["period"].astype("str").where(sure, ""), number=clean["number"], decimals=clean["decimals"],
        # The file gives seven digits; the publisher's own pages show as many decimals as the mapping says.
        fixed=float(measure["decimals"] or "nan"), mark=mark, note=years["status"], concern=concern, strange=strange,
        numerator=numbers["numerator"], denominator=numbers["denominator"],
        locator="Value, area " + rows["code"] + ", " + rows["year"],
    )  # fmt: skip
