"""Honest comparison: every figure of a plan against its target, its start, its past and England.

Rules (numbers as in ``data/README.md``): direction and evidence are two things (1); like with like or not at
all (2); rounding may hide the answer (3); targets of every kind (7, in ``targets.py``); no new data is not no
change (8); flags travel (9); every row names the observations that it came from (10).
"""

import numpy as np
import pandas as pd

from cyp_helpers.figures import contradicting, draft_sources, join_words, known_figures, listed_subjects, newest_figures, word
from cyp_helpers.periods import ANNUAL_KINDS, UNDATED_KINDS, months_between, parse_periods
from cyp_helpers.register import OBSERVATION_KEY, decimal_places, find_plan, find_review, previous_review
from cyp_helpers.targets import assess_targets

COMPARATORS = {
    "target": "Target",
    "baseline": "Starting figure",
    "previous": "Previous figure",
    "same_period_last_year": "Same period last year",
    "england": "England",
}
COLUMNS = [
    "plan_id", "review", "as_at", "priority_id", "subject_id", "name", "measure", "role", "basis", "indicator_id", "series_id",
    "area_id", "breakdown", "unit", "polarity", "comparator", "period", "value", "value_text", "comparator_period",
    "comparator_value", "comparator_text", "difference", "difference_text", "verdict", "evidence", "reason", "flags",
    "observation_id", "comparator_observation_id", "target_id", "stated_id", "value_source", "comparator_source", "query_ids",
]
_OVER_TIME = ("baseline", "previous", "same_period_last_year")
_BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither direction is better in itself"}
# verdict by polarity: where the figure is (higher, lower) than what it is set against
_TIME_VERDICTS = {"higher": ("improved", "worsened"), "lower": ("worsened", "improved"), "none": ("increased", "decreased")}
_AREA_VERDICTS = {"higher": ("better", "worse"), "lower": ("worse", "better"), "none": ("higher", "lower")}


def compare(register, plan, review, priority=None):
    """Compare every figure that a plan's documents list, as known at a review.

    Parameters
    ----------
    register : Register
    plan : str, such as "cypf-2016-18"
    review : str, such as "2017-18 part 2"
    priority : str, short name such as "safe"; all priorities where it is left out

    Returns
    -------
    DataFrame with ``COLUMNS``, one row for each priority, subject and comparator (``COMPARATORS``), in printed
    order. ``verdict`` is better, similar, worse (higher, lower without polarity) against an area; improved,
    worsened, no clear change (increased, decreased) over time; met, not met, on track, off track, not assessed
    against a target; else ``cannot tell from rounded figures`` or ``not compared``. ``evidence`` is ``chance
    not tested``, ``stated`` or empty where there is no verdict. ``reason`` is for readers. ``difference`` is
    in the unit of the indicator, percentage points for percentages.

    Raises
    ------
    UnknownName, with the valid names.

    >>> compare(load_register(), "cypf-2016-18", "2017-18 part 2", "safe")["comparator"].unique().tolist()
    ['target', 'baseline', 'previous', 'same_period_last_year', 'england']
    """
    find_plan(register, plan)
    as_at = find_review(register, plan, review)["as_at"]
    figures = known_figures(register, as_at)
    pairings = register.table("printed-pairings")
    subjects = listed_subjects(register, plan, as_at, priority)
    newest = newest_figures(figures, pairings).rename("observation_id")
    subjects = subjects.merge(newest, how="left", left_on=OBSERVATION_KEY, right_index=True).fillna({"observation_id": ""})
    subjects["gap"] = _why_no_figure(subjects, figures, register)

    rows = pd.concat([
        _judge_pairs(_pair_figures(comparator, subjects, figures, register), figures, register) for comparator in COMPARATORS if comparator != "target"
    ])
    rows = _with_stated(rows, figures, register, as_at)
    rows = pd.concat([assess_targets(subjects, figures, register, plan, as_at), rows], ignore_index=True)
    rows = _with_age(rows, figures, register, plan, review)
    rows = _with_queries(rows, register)
    rows = rows.assign(plan_id=plan, review=review, as_at=as_at)
    order = {comparator: n for n, comparator in enumerate(COMPARATORS)}
    rows["subject_order"] = rows.groupby(["priority_id", "subject_id"], sort=False).ngroup()
    rows = rows.sort_values(["subject_order", "comparator"], key=lambda c: c.map(order) if c.name == "comparator" else c, kind="stable")
    text = rows.select_dtypes(exclude=["number", "datetime"]).columns
    rows[text] = rows[text].fillna("")
    return rows.reindex(columns=COLUMNS).reset_index(drop=True)


# ---- which two figures stand side by side ----


def _pair_figures(comparator, subjects, figures, register):
    """For each subject the figure to set its newest figure against, or the ``problem`` why there is none."""
    found = {
        "baseline": _starting_figures,
        "previous": _previous_figures,
        "same_period_last_year": _figures_a_year_before,
        "england": _england_figures,
    }[comparator](subjects, figures, register)
    printed = _printed_beside(subjects, register, figures, comparator)
    pairs = subjects.assign(comparator=comparator).join(found).join(printed)
    use_printed = pairs["printed_id"].notna() & (comparator != "baseline")
    pairs["comparator_observation_id"] = pairs["printed_id"].where(use_printed, pairs["found_id"]).fillna("")
    pairs["printed_pair"] = use_printed
    pairs["caution"] = pairs["caution"].where(use_printed, "").fillna("")
    pairs["problem"] = pairs["problem"].mask(pairs["comparator_observation_id"] != "", "").mask(pairs["gap"] != "", pairs["gap"])
    return pairs.drop(columns=["printed_id", "found_id"])


def _printed_beside(subjects, register, figures, comparator):
    pairings = register.table("printed-pairings")
    pairings = pairings[(pairings["comparator"] == comparator) & pairings["comparator_observation_id"].isin(figures.index)]
    pairings = pairings.set_index("observation_id")[["comparator_observation_id", "caution"]]
    pairings = pairings.rename(columns={"comparator_observation_id": "printed_id"})
    return pairings.reindex(subjects["observation_id"]).set_index(subjects.index)


def _previous_figures(subjects, figures, register):
    """The last earlier figure of the same line over a like period."""
    both = _candidates(subjects, figures, OBSERVATION_KEY, figures[figures["number"].notna()])
    like = both["other_dated"] & both["dated"] & (both["other_kind"] == both["kind"]) & (both["other_end"] < both["start"])
    undated = ~both["other_dated"] & (both["other_end"] < both["end"])
    best = both[like | undated].sort_values(["other_dated", "other_end"], kind="stable").drop_duplicates("subject", keep="last")
    unlike, unordered = both[~like], both[~undated & ~both["other_dated"]]
    problem = np.select(
        [subjects.index.isin(unordered["subject"]), subjects.index.isin(unlike["subject"])],
        ["Another figure is printed without its period, so it is not known which of the two is earlier.",
         "Earlier figures cover unlike periods."],
        "No earlier figure on this definition is known.")
    return _found(subjects, best, problem)


def _figures_a_year_before(subjects, figures, register):
    both = _candidates(subjects, figures, OBSERVATION_KEY)
    year = pd.DateOffset(years=1)
    best = both[(both["other_kind"] == both["kind"]) & (both["other_start"] == both["start"] - year)]
    kind = subjects["observation_id"].map(figures["kind"])
    problem = np.select(
        [kind.isin(ANNUAL_KINDS), kind.isin(UNDATED_KINDS)],
        ["The figure is for a whole year: see the previous figure.", "No period is printed for the figure."],
        "No figure for the same period a year before is known.")
    return _found(subjects, best[~best["kind"].isin(ANNUAL_KINDS)], problem)


def _england_figures(subjects, figures, register):
    national = figures[figures["area_id"] == "E92000001"]
    both = _candidates(subjects, figures, ["series_id", "breakdown"], national)
    best = both[(both["other_start"] == both["start"]) & (both["other_end"] == both["end"]) & both["other_number"].notna()]
    printed = both.join(figures["period_label"], on="other_id").groupby("subject")["period_label"].agg(", ".join).reindex(subjects.index)
    empty = both[both["other_number"].isna()].groupby("subject")["other_text"].first().reindex(subjects.index)
    problem = np.select(
        [empty.notna(), printed.notna()],
        ["The document prints '" + empty.fillna("") + "' for England.", "England is printed for " + printed.fillna("") + " only."],
        "No England figure is printed in the documents.")
    return _found(subjects, best.drop_duplicates("subject"), problem)


def _starting_figures(subjects, figures, register):
    """The figure from which the plan's target is measured."""
    targets = register.table("targets")
    start = targets[targets["baseline_observation_id"].isin(figures.index[figures["number"].notna()])].set_index("plan_indicator_id")["baseline_observation_id"]
    listing = subjects["listed_as"].str.split().explode().map(start).astype("str").dropna()
    best = pd.DataFrame({"subject": listing.index, "other_id": listing.to_numpy()}).drop_duplicates("subject", keep="last")
    both = best.join(_facts(figures).add_prefix("other_"), on="other_id").set_index("subject")
    mine = _facts(figures).reindex(subjects["observation_id"]).set_index(subjects.index).reindex(both.index)
    same = both["other_id"] == subjects["observation_id"].reindex(both.index)
    unordered = ~both["other_dated"].astype(bool) & (both["other_end"] >= mine["end"]) & ~same
    unlike = both["other_dated"].astype(bool) & (both["other_kind"] != mine["kind"]) & ~same
    reasons = np.select([same, unordered, unlike], [
        "No figure later than the starting figure is known.",
        "The starting figure is printed without its period, so it is not known whether the newer publication is a later figure.",
        "The starting figure covers an unlike period."], "")
    reasons = pd.Series(reasons, index=both.index, dtype="str")
    good = both[reasons == ""].reset_index()
    problem = reasons.reindex(subjects.index).fillna("The plan prints no starting figure.")
    return _found(subjects, good, problem)


def _candidates(subjects, figures, on, among=None):
    """Every other figure with the same key (of those ``among``, else of all) beside each subject's newest figure."""
    mine = subjects[["observation_id", "series_id", "area_id", "breakdown"]].rename_axis("subject").reset_index()
    mine = mine.join(_facts(figures), on="observation_id")
    others = (figures if among is None else among).reset_index(names="other_id")[["other_id", *on]]
    both = mine.merge(others, on=on)
    both = both.join(_facts(figures).add_prefix("other_"), on="other_id")
    both = both[both["other_id"] != both["observation_id"]]
    return both.astype({"dated": bool, "other_dated": bool})


def _facts(figures):
    return figures[["start", "end", "kind", "dated", "number", "text"]]


def _found(subjects, best, problem):
    ids = best.set_index("subject")["other_id"].reindex(subjects.index)
    return pd.DataFrame({"found_id": ids, "problem": problem}, index=subjects.index)


def _why_no_figure(subjects, figures, register):
    """Why a subject cannot be compared at all; '' where it can."""
    empty = figures[figures["number"].isna()].reset_index().drop_duplicates(OBSERVATION_KEY, keep="last").set_index(OBSERVATION_KEY)["printed"]
    keys = pd.MultiIndex.from_frame(subjects[OBSERVATION_KEY])
    printed = pd.Series(empty.reindex(keys).to_numpy(), index=subjects.index)
    breaks = register.table("series-breaks")
    known_series = set(figures.loc[figures["number"].notna(), "series_id"])
    breaks = breaks[breaks["successor_series_id"].isin(known_series)].set_index("series_id")["what_changed"]
    superseded = subjects["series_id"].map(breaks).astype("str")
    return pd.Series(np.select(
        [subjects["observation_id"] != "", subjects["measure"] == "milestone", superseded.notna(), printed.notna()],
        ["", "This is an event or document to deliver, not a figure.",
         "No figure is known on this definition; figures continue on another, because " + superseded.fillna("") + ".",
         "No figure is known: the document prints '" + printed.fillna("") + "'."],
        "No figure is known."), index=subjects.index)


# ---- what the two figures say ----


def _judge_pairs(pairs, figures, register):
    """Verdict, difference and reason for each pair."""
    units = register.table("units").set_index("unit")
    mine = figures.reindex(pairs["observation_id"].replace("", None)).set_index(pairs.index)
    other = figures.reindex(pairs["comparator_observation_id"].replace("", None)).set_index(pairs.index)
    rows = pairs.assign(
        period=mine["period_label"], value=mine["number"], value_text=mine["text"], value_source=mine["source"],
        comparator_period=other["period_label"], comparator_value=other["number"], comparator_text=other["text"], comparator_source=other["source"],
    )
    rows["problem"] = rows["problem"].mask(contradicting(rows, register, "observation_id", "comparator_observation_id") & (rows["problem"] == ""), "The two printed figures cannot both be on this definition.")
    unlike = _unlike_periods(rows, mine, other)
    rows["problem"] = rows["problem"].mask(unlike & ~rows["printed_pair"] & (rows["problem"] == ""), "The two figures cover unlike periods.")
    judged = (rows["problem"] == "") & other["number"].notna().to_numpy()

    same = (mine["low"] == mine["high"]) & (other["low"] == other["high"]) & (mine["number"] == other["number"])
    above, below = (mine["low"] >= other["high"]) & ~same, (mine["high"] <= other["low"]) & ~same
    rows["verdict"] = np.where(judged, _verdict(rows, above, below, same), "not compared")
    rows["evidence"] = np.where(judged, "chance not tested", "")
    places = np.maximum(decimal_places(mine["value"].astype("str").fillna("")), decimal_places(other["value"].astype("str").fillna("")))
    difference = (mine["number"] - other["number"]).where(judged)
    rows["difference"] = _round(difference, places)
    rows["difference_text"] = _signed(rows["difference"], places)
    rows["reason"] = _reason(rows, mine, other, above, below, same, unlike, places, units).where(judged, rows["problem"])
    undated = ~(mine["dated"].fillna(True).astype(bool) & other["dated"].fillna(True).astype(bool))
    rows["flags"] = join_words([
        mine["status_words"], other["status_words"].where(judged, ""),
        word("unlike periods", judged & unlike), word("unlike coverage", judged & (rows["caution"] != "")),
        word("period not printed", undated), _reading_flags(mine, other.where(judged)), _draft_flag(mine, other, register),
    ])
    return rows.drop(columns=["problem", "caution", "printed_pair", "gap"])


def _verdict(rows, above, below, same):
    time = rows["comparator"].isin(_OVER_TIME)
    words = pd.DataFrame({
        "up": rows["polarity"].map(lambda p: _TIME_VERDICTS.get(p, ("", ""))[0]).where(time, rows["polarity"].map(lambda p: _AREA_VERDICTS.get(p, ("", ""))[0])),
        "down": rows["polarity"].map(lambda p: _TIME_VERDICTS.get(p, ("", ""))[1]).where(time, rows["polarity"].map(lambda p: _AREA_VERDICTS.get(p, ("", ""))[1])),
        "same": np.where(time, "no clear change", "similar"),
    }, index=rows.index)
    return np.select([same, above, below], [words["same"], words["up"], words["down"]], "cannot tell from rounded figures")


def _unlike_periods(rows, mine, other):
    """Over time the two must be of one kind; between areas they must be the very same period."""
    both_dated = mine["dated"].fillna(False).astype(bool) & other["dated"].fillna(False).astype(bool)
    kind = mine["kind"] != other["kind"]
    span = (mine["start"] != other["start"]) | (mine["end"] != other["end"])
    return both_dated & kind.where(rows["comparator"].isin(_OVER_TIME), span)


def _reason(rows, mine, other, above, below, same, unlike, places, units):
    """One plain sentence for each judged row, with what the reader must know added."""
    size = _signed(rows["difference"].abs(), places).str.lstrip("+")
    size = rows["unit"].map(units["difference_prefix"]).fillna("") + size + rows["unit"].map(units["difference_suffix"]).fillna("")
    side = pd.Series(np.select([above, below], ["above ", "below "], ""), index=rows.index)
    better = "; " + rows["polarity"].map(_BETTER).fillna("") + "."
    clear = mine["said"] + " is " + size + " " + side + other["said"] + better
    equal = mine["said"] + " is the same as " + other["said"] + "."
    blurred = mine["said"] + " and " + other["said"] + ", as printed, are too close to tell apart after rounding."
    open_ended = (mine["qualifier"].isin(["about", "over", "under"])) | (other["qualifier"].isin(["about", "over", "under"]))
    vague = mine["said"] + " and " + other["said"] + " cannot be told apart, because not both are printed as exact figures."
    text = pd.Series(np.select([same, above | below, open_ended], [equal, clear, vague], blurred), index=rows.index, dtype="str")
    text = text + word(" The periods are unlike; the document itself sets them side by side.", unlike)
    return text + (" " + rows["caution"] + ".").where(rows["caution"] != "", "")


def _signed(difference, places):
    """ "+0.4" or "−0.4", with as many decimals as the more precise of the two figures."""
    rounded = {n: difference.map(f"{{:+,.{n}f}}".format, na_action="ignore").astype("str") for n in places.unique()}
    text = pd.Series("", index=difference.index, dtype="str")
    for n, column in rounded.items():
        text = text.mask(places == n, column)
    return text.fillna("").str.replace("-", "\N{MINUS SIGN}")


def _round(numbers, places):
    scale = 10.0 ** places
    return (numbers * scale).round() / scale


# ---- what travels with a row ----


def _with_stated(rows, figures, register, as_at):
    """What a document states in words, where no pair of figures could be judged or only older ones."""
    stated = register.table("stated-comparisons")
    stated = stated.assign(published=pd.to_datetime(stated["published"]))
    stated = stated[stated["published"] <= as_at].sort_values("published", kind="stable")
    key = [*OBSERVATION_KEY, "comparator"]
    stated = stated.drop_duplicates(key, keep="last").set_index(key)
    found = stated.reindex(pd.MultiIndex.from_frame(rows[key])).set_index(rows.index)
    newer = pd.to_datetime(found["published"]) > _of(rows["observation_id"], figures["published"])
    use = found["stated_id"].notna() & ((rows["verdict"] == "not compared") | newer)
    unclear = found["stated"] == "unclear"
    period, earlier = (parse_periods(found[column].fillna(""))["period_label"] for column in ("period", "comparator_period"))
    quoted = "'" + found["printed"] + "'"
    span = (" (" + period.str.replace(r"period not printed \((.*)\)", r"period not printed, \1", regex=True) + ")").fillna("")
    ending = np.where(unclear, "The text is cut off, so the direction is not certain.", "It prints no pair of figures to check this with.")
    verdict = _stated_verdict(found["stated"], rows["polarity"], rows["comparator"])
    changes = {
        "verdict": verdict.mask(unclear, "not compared"), "evidence": np.where(unclear, "", "stated"), "stated_id": found["stated_id"],
        "reason": "The document says: " + quoted + span + ". " + ending, "comparator_text": quoted, "comparator_period": earlier,
        "comparator_source": found["source_id"] + ": " + found["locator"], "comparator_observation_id": "",
        "difference": np.nan, "difference_text": "", "comparator_value": np.nan,
    }
    rows = rows.assign(stated_id="")
    for column, new in changes.items():
        rows[column] = pd.Series(new, index=rows.index).where(use, rows[column])
    # An older figure has no part in what a newer document says.
    aside = use & newer
    text = ["period", "value_text", "observation_id", "value_source", "flags"]
    rows[text] = rows[text].mask(aside, "")
    rows["value"] = rows["value"].mask(aside)
    rows["flags"] = join_words([rows["flags"], word("text cut off", use & (found["reading"] == "cut off"))])
    return rows


def _stated_verdict(stated, polarity, comparator):
    """"decreased" for an indicator where lower is better reads as improved."""
    up = stated.isin(["increased", "higher"])
    down = stated.isin(["decreased", "lower"])
    good = (up & (polarity == "higher")) | (down & (polarity == "lower"))
    bad = (up & (polarity == "lower")) | (down & (polarity == "higher"))
    time = comparator.isin(_OVER_TIME)
    return stated.mask(good, np.where(time, "improved", "better")).mask(bad, np.where(time, "worsened", "worse"))


def _with_age(rows, figures, register, plan, review):
    """Flag figures that have not moved on since the last review, with their age."""
    before = previous_review(register, plan, review)
    as_at = find_review(register, plan, review)["as_at"]
    end = _of(rows["observation_id"], figures["end"].where(figures["dated"]))
    months = months_between(end, as_at)
    told = pd.to_datetime(register.table("stated-comparisons").set_index("stated_id")["published"])
    known_from = _of(rows["observation_id"], figures["published"]).fillna(_of(rows["stated_id"], told))
    old = known_from <= (before["as_at"] if before is not None else pd.Timestamp.min)
    age = ("; the figure is " + months.map("{:.0f}".format, na_action="ignore").astype("str") + " months old").fillna("")
    tell = old & ~rows["verdict"].isin(["not compared", "not assessed"])
    sentence = word(" Nothing newer since the last review", tell) + age.where(tell, "") + word(".", tell)
    flags = join_words([rows["flags"], word("no new figure", old)])
    return rows.assign(flags=flags, reason=rows["reason"] + sentence)


def _with_queries(rows, register):
    """Ids of the source queries that ask for caution with a figure, target or statement of a row."""
    queries = register.table("source-queries")
    queries = queries[queries["effect"] != "none"]
    concerns = queries.assign(concerns=queries["concerns"].str.split()).explode("concerns")
    ids = concerns.groupby("concerns")["query_id"].agg(" ".join)
    touched = [rows[column].map(ids) for column in ("observation_id", "comparator_observation_id", "stated_id", "target_id")]
    query_ids = join_words(touched, separator=" ")
    flags = join_words([rows["flags"], word("source query", query_ids != "")])
    tell = (query_ids != "") & ~rows["verdict"].isin(["not compared", "not assessed"])
    see = (" See source query " + query_ids.str.replace(" ", ", ") + ".").where(tell, "")
    return rows.assign(query_ids=query_ids, flags=flags, reason=rows["reason"] + see)


def _of(ids, column):
    """What a column holds for each id; empty where it has none."""
    return column.reindex(ids).set_axis(ids.index)


def _reading_flags(mine, other):
    cut = (mine["reading"] == "cut off") | (other["reading"] == "cut off")
    inferred = ((mine["reading"] == "inferred") | (other["reading"] == "inferred")) & ~cut
    return join_words([word("text cut off", cut), word("reading inferred", inferred)])


def _draft_flag(mine, other, register):
    drafts = draft_sources(register)
    return word("draft document", mine["source_id"].isin(drafts) | other["source_id"].isin(drafts))
