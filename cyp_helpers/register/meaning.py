"""What a schema cannot say of the register: the rules of ``rules.csv``, and the facts and words that they are written
in.

A rule says of one table, or of several, which rows are wrong and what would be right in a column. ``wrong`` is an
expression of pandas (``DataFrame.eval``) over the columns of the table, its facts (``_facts``) and, after an @, words
(``words_of``); ``right`` names columns and facts in braces. ``observations`` are the figures of all documents; for
``figures``, ``lines`` and ``published`` see ``published.py``.
"""

from pathlib import Path

import pandas as pd

from cyp_helpers.register.own import ROLE
from cyp_helpers.register.periods import PERIOD_FORMS, parse_periods
from cyp_helpers.register.schema import NUMBER, SHOWN
from cyp_helpers.register.tables import LINE_KEY, decimal_places, judgement_steps

RULES = pd.read_csv(Path(__file__).with_name("rules.csv"), dtype="str")
_DIGITS = r"(?<![\w.])-?[0-9][0-9,]*(?:\.[0-9]+)?"
_JUMP = 10.0


def meaning_faults(register):
    """All faults of meaning in a register whose form is right: a list of [table, row, column, what was found, what
    would be right]."""
    facts, words = _facts(register), words_of(register)
    faults, names = [], dict.fromkeys(" ".join(RULES["table"]).split())
    for name in [name for name in names if name in register.tables and name != "published"]:
        faults += broken(name, register.table(name).assign(**facts.get(name, {})), words)
    return faults


def broken(name, rows, words, file=None):
    """The faults of the rows of a table (with its facts) by its rules, as those of ``file`` or of the table."""
    told, today = [], pd.Timestamp.today().normalize()
    for rule in RULES[RULES["table"].str.split().map(lambda names: name in names)].itertuples():
        wrong = rows.eval(rule.wrong, engine="python", local_dict=words | {"today": today})
        bad = rows[wrong.fillna(False).astype(bool)].head(SHOWN)
        found = bad[rule.column].astype("str")
        for at, row in zip(bad.index, bad.to_dict("records")):
            right = rule.right.format(**row, forms=PERIOD_FORMS, today=today)
            told.append([file or name, at, rule.column, found[at], right])
    return told


def to_numbers(values):
    """Numbers from texts that are written in plain ASCII digits; empty for any other text.

    >>> to_numbers(pd.Series(["38.0", "1e3", "nan"])).tolist()
    [38.0, nan, nan]
    """
    if values.dtype == "float64":
        return values
    return pd.to_numeric(values.where(values.str.fullmatch(NUMBER)), errors="coerce").astype("float64")


WORDS = {
    "day": lambda texts: pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce"),
    # How many rows are alike in these columns.
    "many": lambda *columns: columns[0].groupby(list(columns), sort=False).transform("size"),
    "number": to_numbers, "places": decimal_places, "plan_in": lambda ids: ids.str.partition("/")[0],
    "span": lambda periods, end: parse_periods(periods)[end],
}  # fmt: skip


def words_of(register):
    """What a rule may ask, by name."""

    def on_scale(indicator_ids, labels):
        return judgement_steps(register.look_up(indicator_ids, "indicators", "scale_id"), labels, register).notna()

    def stands(ids, table, column):
        return ids.isin(register.table(table)[column])

    return WORDS | {"look_up": register.look_up, "on_scale": on_scale, "stands": stands}


def _facts(register):
    """By table what its rules ask for besides its columns."""
    figures, targets, areas = (register.table(name) for name in ("observations", "targets", "areas"))
    former = areas["former_codes"].str.split().explode()
    taken = former[former.isin(areas["area_id"]) | (former.duplicated(keep=False) & former.notna())].index
    told = {*figures["observation_id"], *register.table("stated-comparisons")["stated_id"]}
    listed = {*register.table("plan-indicators")["plan_indicator_id"]}
    series = register.look_up(targets["plan_indicator_id"], "plan-indicators", "series_id")
    start = register.look_up(targets["baseline_observation_id"], "observations", "series_id")
    return {
        "observations": _about(register, figures["series_id"]) | {
            "in_print": _in_print(figures), "far": _far(register), "last": _last_review(register, figures["series_id"]),
            "own": register.look_up(figures["source_id"], "sources", "role") == ROLE,
        },
        "targets": _about(register, series) | {"baseline": register.look_up(start, "series", "indicator_id")},
        "areas": {"taken": areas.index.isin(taken)},
        "source-queries": {"unknown": _unknown(register.table("source-queries")["concerns"], told | listed)},
        "evidence": {"unknown": _unknown(register.table("evidence")["figures"], told)},
        "reviews": _half_years(register.table("reviews")["review"]),
        "published-measures": {"again": _given_again(register.table("published-measures"))},
    }  # fmt: skip


def _about(register, series_ids):
    """Indicator, unit and most decimals of series."""
    indicator = register.look_up(series_ids, "series", "indicator_id").astype("str").fillna("")
    limit = register.look_up(indicator, "indicators", "decimals").fillna("0").astype(int)
    return {"indicator": indicator, "unit": register.look_up(indicator, "indicators", "unit"), "limit": limit}


def _in_print(rows):
    """Whether a value stands in what is printed: a number there as a whole, a word as part of the text."""
    digits = rows["printed"].str.findall(_DIGITS).map(lambda found: [text.replace(",", "") for text in found])
    texts = zip(rows["value"], rows["printed"], digits, to_numbers(rows["value"]).isna())
    return [value in (printed if is_word else found) for value, printed, found, is_word in texts]


def _far(register):
    """Ten times the year before, or a tenth of it (a lost separator, a digit too many), where no query of the sources
    prints it."""
    queries = register.table("source-queries").assign(observation_id=lambda rows: rows["concerns"].str.split())
    queries = queries.explode("observation_id").groupby("observation_id")["printed"].agg(" ".join)
    rows = register.table("observations")
    every = rows[[*LINE_KEY, "period", "value", "observation_id"]]
    if (register.folder / "observations" / "published.parquet").is_file():
        open_data = register.table("published")[[*LINE_KEY, "period", "value"]]
        open_data = open_data[open_data["series_id"].isin(every["series_id"])]
        every = pd.concat([every, open_data[open_data["area_id"].isin(every["area_id"])]], ignore_index=True)
    every = every.join(parse_periods(every["period"])[["end", "kind"]]).assign(number=to_numbers(every["value"]))
    every = every[every["number"] > 0].sort_values([*LINE_KEY, "kind", "end"], kind="stable")
    every = every.drop_duplicates([*LINE_KEY, "kind", "end"])
    line = every.groupby([*LINE_KEY, "kind"])["number"]
    times = every["number"] / line.shift(1).fillna(line.shift(-1))  # a first figure is held against the one after
    far = set(every.loc[(times >= _JUMP) | (times <= 1 / _JUMP), "observation_id"].dropna())
    said = rows["observation_id"].map(queries).fillna("")
    return [one in far and value not in text for one, value, text in zip(rows["observation_id"], rows["value"], said)]


def _last_review(register, series_ids):
    """Of each series the day of the last review of a plan that lists it; a figure that is known later no page would
    show."""
    listed, reviews = register.table("plan-indicators"), register.table("reviews")
    last = listed["plan_id"].map(reviews.groupby("plan_id")["as_at"].max())
    return series_ids.map(last.groupby(listed["series_id"]).max())


def _unknown(cells, known):
    """Of the ids in each cell those that are not known, joined."""
    return cells.str.split().map(lambda ids: ", ".join(one for one in ids if one not in known))


def _half_years(reviews):
    """What a review's name says: first and last day of its half-year and its kind; whether its year is split as it
    should."""
    year, half = pd.to_numeric(reviews.str[:4]), reviews.str[-1]
    return {
        "split": (year + 1).mod(100).astype(str).str.zfill(2) == reviews.str[5:7],
        "first": year.astype(str) + half.map({"1": "-04-01", "2": "-10-01"}),
        "last": (year + (half == "2")).astype(str) + half.map({"1": "-09-30", "2": "-03-31"}),
        "of_half": half.map({"1": "six-monthly", "2": "annual"}),
    }


def _given_again(measures):
    """Whether an earlier row of the mapping gives a series some of the same years in the same editions."""
    spans = measures.assign(row=measures.index, last_edition=measures["last_edition"].replace("", "9999"))
    both = spans.merge(spans, on=["series_id", "breakdown"]).query(
        "row_x < row_y and first_year_x <= last_year_y and first_year_y <= last_year_x "
        "and first_edition_x <= last_edition_y and first_edition_y <= last_edition_x"
    )
    return measures.index.isin(both["row_y"])
