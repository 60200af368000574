"""Known figures: one row a figure, of documents and published data alike, with all that comparing needs."""

from functools import partial

import numpy as np
import pandas as pd

from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.each import by_each
from cyp_helpers.register.periods import UNDATED_KINDS, parse_periods
from cyp_helpers.register.tables import AUTHORITY_TYPES, FIGURE_KEY, LINE_KEY, judgement_steps, with_rounding

TOTALS = ("count", "average count", "million pounds", "pounds")  # grow with the area, so areas are not set side by side
SLACK = 1e-9  # noise of binary fractions, far below any printed digit
_PRINTED = ["observation_id", "period_printed", "printed", "qualifier", "reading", "note"]  # of documents alone


def known_figures(register, series=None):
    """Every figure of a register as known on a day, or those of a list of series: the spine of all comparisons.

    Returns: DataFrame, one row a figure, with

    - ``series_id, breakdown, area_id, period, value`` (as printed), ``status, source_id, locator, published,
      first_published, published_basis``; ``observation_id, period_printed, printed, qualifier, reading, note`` of
      documents
    - ``open_data`` (True for published data), ``number`` (of a judgement its step on the scale), ``low`` and ``high``
      (what the printed value can stand for), ``numerator`` and ``denominator`` (NaN where none are used)
    - of its indicator ``indicator_id, unit, polarity, per`` (100 for percentages, NaN where no test of counts fits),
      ``total`` (grows with the area)
    - of its period ``start, end, kind, months, period_label, dated`` (False where no period is printed) and ``span``
      (whole years)
    - of its area ``area, local`` (a local authority), ``region_id``
    - numbers that are equal for ``line`` (series and breakdown), ``track`` (line, area and kind of period) and ``cell``
      (line and period, -1 where none is printed)
    """
    documents, published = register.table("observations"), register.table("published")
    if series is not None:
        documents, published = (rows[rows["series_id"].isin(series)] for rows in (documents, published))
    counts = {end: pd.to_numeric(documents[end]) for end in ("numerator", "denominator")}
    published = published.assign(open_data=True, **dict.fromkeys(_PRINTED, "") | {"reading": "clear"})
    rows = pd.concat([documents.assign(open_data=False, **counts), published], ignore_index=True)
    measure = look_up(rows["series_id"], _measures(register))
    periods = parse_periods(rows["period"])
    areas = register.table("areas").set_index("area_id")[["name", "area_type", "region_id"]]
    areas = areas.assign(local=areas.pop("area_type").isin(AUTHORITY_TYPES)).rename(columns={"name": "area"})
    areas = look_up(rows["area_id"], areas[["area", "local", "region_id"]])
    rows = pd.concat([rows, measure, periods, areas], axis=1)
    rows["number"] = by_each(rows["value"], partial(pd.to_numeric, errors="coerce"))
    judged = rows["scale_id"] != ""
    rows.loc[judged, "number"] = judgement_steps(rows["scale_id"][judged], rows["value"][judged], register)
    rows["line"] = rows.groupby(["series_id", "breakdown"], sort=False).ngroup()
    # A gap that an import works out from two published figures holds the rounding of both.
    gaps = register.table("published-measures").query("minus_measure != ''")["series_id"]
    rows = with_rounding(rows, rows["exact"], 1 + (rows["open_data"] & rows["series_id"].isin(gaps)))
    whole, untested = rows["kind"].str.contains("year", na=False), rows["chance_note"] != ""
    rows = rows.assign(
        numerator=rows["numerator"].mask(untested), denominator=rows["denominator"].mask(untested),
        dated=~rows["kind"].isin(UNDATED_KINDS), span=(rows["months"] // 12).where(whole, 0).astype(int),
        track=rows.groupby(["line", "area_id", "kind"], sort=False).ngroup(),
        cell=rows.groupby(["line", "start", "end"], sort=False).ngroup(),
    )
    return rows.drop(columns=["exact", "chance_note"])


def _measures(register):
    """What the register says of each series, by ``series_id``."""
    series = register.table("series").set_index("series_id")["indicator_id"]
    indicators = register.table("indicators").set_index("indicator_id")[["unit", "polarity", "scale_id", "chance_note"]]
    exact = register.table("units").set_index("unit")["exact"] == "true"
    measures = indicators.reindex(series).set_axis(series.index)
    return measures.assign(
        indicator_id=series, exact=measures["unit"].map(exact).eq(True), per=measures["unit"].map(PER).astype(float),
        total=measures["unit"].isin(TOTALS),
    )


def has_status(status, code):
    """True where a code is among those of a status such as "p b"."""
    return by_each(status, lambda texts: texts.str.split().map(lambda codes: code in codes).astype(bool))


# ---- words about figures ----


def with_words(figures, register):
    """Figures with what readers see of them, by ``observation_id`` (of published figures
    source/series/breakdown/area/period); for the few that a report shows.

    Returns: with ``text`` ("23.0%"), ``marks`` ("over", "[p]"), ``status_words``, ``said`` ("23.0% (provisional) in
    2016/17"), ``source`` (document or edition, and place) and ``figure`` (its label in ``figures``).
    """
    units = register.table("units").set_index("unit")
    place = figures["source_id"].str.cat([figures[part] for part in FIGURE_KEY], sep="/").str.replace(" ", "-")
    rows = figures.assign(
        figure=figures.index, observation_id=figures["observation_id"].where(~figures["open_data"], place),
        period_printed=figures["period_printed"].where(~figures["open_data"], figures["period"]),
        printed=figures["printed"].where(~figures["open_data"], figures["value"].replace("", "no figure"))
    ).set_index("observation_id")
    shorthand = rows["status"].str.replace(r"(\w+)", r"[\1]", regex=True)
    marks = (rows["qualifier"].replace("word", "in words") + " " + shorthand).str.strip()
    words = status_words(rows["status"], register)
    rows = rows.assign(text=_value_text(rows, units), marks=marks, status_words=words)
    return rows.assign(said=_said(rows), source=rows["source_id"] + ": " + rows["locator"])


def status_words(status, register):
    """ "p e" -> "provisional, estimated", by the labels of ``statuses.csv``."""
    labels = register.table("statuses").set_index("status")["label"]
    words = by_each(status, lambda texts: texts.map(lambda text: ", ".join(labels[one] for one in text.split())))
    return words.astype("str")


def _value_text(figures, units):
    """Values as a reader sees them: "17,790", "£5.2 million", "over 75%"; what is printed where there is none."""
    part = figures["value"].str.extract(r"^(?P<whole>[^.]*)(?P<decimals>\.\d+)?$").fillna("")
    whole = formatted(pd.to_numeric(part["whole"], errors="coerce"), "{:,.0f}").fillna(part["whole"])
    prefix, suffix = (figures["unit"].map(units[column]) for column in ("prefix", "suffix"))
    qualifier = figures["qualifier"].where(figures["qualifier"].isin(["about", "over", "under"]), "")
    words = (qualifier + " ").where(qualifier != "", "") + prefix + whole + part["decimals"] + suffix
    words = words.mask(figures["qualifier"] == "word", figures["printed"] + " (" + words + ")")
    return words.where(figures["value"] != "", figures["printed"])


def _said(figures):
    """ "22.6% (provisional) in 2015/16"; a figure without a printed period says so."""
    printed = (": " + figures["period_printed"]).where(figures["period_printed"] != "", "")
    lost = np.where(figures["reading"] == "cut off", "period cut off" + printed, "period not printed")
    undated = word("earlier, ", figures["kind"] == "before") + lost
    notes = join_words([figures["status_words"], undated.where(~figures["dated"], "")]).str.replace("; ", ", ")
    when = np.where(figures["kind"] == "day", " on ", " in ") + figures["period_label"]
    return figures["text"] + (" (" + notes + ")").where(notes != "", "") + when.where(figures["dated"], "")


# ---- which figure is meant ----


def newest_figures(figures, register):
    """The newest figure of each line (frame of ``with_words``): Series of ``observation_id`` by ``LINE_KEY``.

    Dated figures are ordered by the end of their period. Between a dated one and one without a printed period the later
    publication counts, unless the document itself calls one of them the earlier.
    """
    pairings = known_pairings(register)
    over_time = pairings[(pairings["comparator"] != "england") & pairings["observation_id"].isin(figures.index)]
    current = figures[figures["number"].notna() & ~figures.index.isin(over_time["comparator_observation_id"])]
    current = current.assign(is_latest=current["kind"] != "before").reset_index()
    # Of a month and the twelve months that end with it the longer one is the figure.
    by_end = current.sort_values(["dated", "is_latest", "end", "published", "months"], kind="stable")
    best_of_each = by_end.drop_duplicates([*LINE_KEY, "dated"], keep="last")
    newest = best_of_each.sort_values("first_published", kind="stable").drop_duplicates(LINE_KEY, keep="last")
    return newest.set_index(LINE_KEY)["observation_id"]


def figures_of_periods(rows, periods, figures):
    """``observation_id`` of each row's line (``LINE_KEY``) for a period form ('' for none), whatever the form calls it;
    empty where there is none, the published one where there are two. ``figures`` are of ``with_words``."""
    wanted = rows[LINE_KEY].join(parse_periods(periods)[["start", "end"]])
    there = figures[figures["number"].notna() & figures["start"].notna()].reset_index()
    return matching(wanted, there, list(wanted), "observation_id", keep="last")


def at_newest_edition(ids, register):
    """Ids of observations of documents, each replaced by that of the newest known edition of the same figure."""
    newest = register.table("observations").set_index(FIGURE_KEY)["observation_id"]
    every = register.whole.table("observations")
    current = newest.reindex(pd.MultiIndex.from_frame(every[FIGURE_KEY])).set_axis(every["observation_id"])
    return ids.map(current).astype("str").fillna(ids)


def known_pairings(register):
    """The pairs that documents print, at the newest edition of each figure."""
    pairings = register.table("printed-pairings")
    columns = ("observation_id", "comparator_observation_id")
    return pairings.assign(**{column: at_newest_edition(pairings[column], register) for column in columns})


def concerns(queries, register):
    """Rows of ``source-queries``, one for each observation or other row that they concern (``concerns``, at its newest
    edition)."""
    each = queries.assign(concerns=queries["concerns"].str.split()).explode("concerns")
    return each.assign(concerns=at_newest_edition(each["concerns"], register))


def contradicting(rows, register, first, second):
    """True where one source query says that the two observations named in a row may not stand side by side."""
    listed = concerns(register.whole.table("source-queries").query("effect == 'not compared'"), register)
    pairs = listed.merge(listed, on="query_id")
    pairs = pd.MultiIndex.from_frame(pairs[pairs["concerns_x"] != pairs["concerns_y"]][["concerns_x", "concerns_y"]])
    return pd.Series(pd.MultiIndex.from_frame(rows[[first, second]].fillna("")).isin(pairs), index=rows.index)


# ---- columns of words ----


def format_places(numbers, places, signed=False):
    """Numbers as text with so many decimals each, "1,408" or "−0.4"; empty where there is no number.

    >>> format_places(pd.Series([1408.0]), pd.Series([0]))[0]
    '1,408'
    """
    text = pd.Series(None, index=numbers.index, dtype="str")
    for n in places.dropna().unique():
        text = text.mask(places == n, formatted(numbers, f"{{:{'+' if signed else ''}z,.{int(n)}f}}"))
    return text.str.replace("-", "\N{MINUS SIGN}")


def formatted(numbers, form="{:.0f}"):
    """Numbers as text in a form; empty where there is no number."""
    return numbers.map(form.format, na_action="ignore").astype("str")


def as_text(column):
    """A column as text, '' where it is empty."""
    return column.astype("str").fillna("")


def look_up(ids, column):
    """What a column, or a frame, holds for each id; empty where it has none. Each id is looked up once."""
    codes, each = pd.factorize(ids, use_na_sentinel=False)
    return column.reindex(each).take(codes).set_axis(ids.index)


def matching(wanted, there, keys, columns, keep="first"):
    """For each row of ``wanted`` what ``columns`` of the row of ``there`` with the same keys hold; empty where none."""
    found = there.drop_duplicates(keys, keep=keep).set_index(keys)[columns]
    return found.reindex(pd.MultiIndex.from_frame(wanted[keys])).set_axis(wanted.index)


def spread(part, index):
    """Numbers of some rows, for all of ``index``, empty elsewhere; in a third of the time of ``reindex``."""
    numbers = np.full(len(index), np.nan)
    numbers[index.get_indexer(part.index)] = part
    return pd.Series(numbers, index)


def choose(index, *cases, otherwise=""):
    """A column with what stands beside the first condition that holds, ``otherwise`` where none does; single words as
    codes until the end, since text takes ten times as long.

    >>> choose(range(2), (pd.Series([True, False]), "yes"), otherwise="no").tolist()
    ['yes', 'no']
    """
    conditions, words = zip(*cases)
    if any(isinstance(one, pd.Series) for one in (otherwise, *words)):
        return pd.Series(np.select(conditions, words, otherwise), index, dtype="str")
    codes = np.select(conditions, np.arange(len(words)), len(words))
    return pd.Series(pd.array([str(word) for word in (*words, otherwise)], dtype="str").take(codes), index)


def word(text, condition):
    """A column with ``text`` where the condition holds and '' elsewhere."""
    return pd.Series(np.where(condition, text, ""), index=condition.index, dtype="str")


def join_words(columns, separator="; "):
    """Join columns of words with a separator, without empty ones and repeats."""
    joined = as_text(columns[0]).str.cat(list(columns[1:]), sep=separator, na_rep="")
    parts = {text: text.replace(", ", separator).split(separator) for text in joined.unique()}
    tidy = {text: separator.join(dict.fromkeys(filter(None, each))) for text, each in parts.items()}
    return joined.map(tidy).astype("str")
