"""What a document states in words ("Better", "fewer complaints") where no figures tell."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import join_words, look_up, word
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import LINE_KEY


def with_stated(rows, figures, register):
    """What a document states in words, where no pair of figures could be judged or only older ones of documents.

    A pair of published figures goes before words; ``quality`` shows whether the words hold against them.
    """
    stated = register.table("stated-comparisons").sort_values("published", kind="stable")
    key = [*LINE_KEY, "comparator"]
    stated = stated.drop_duplicates(key, keep="last").set_index(key)
    found = stated.reindex(pd.MultiIndex.from_frame(rows[key])).set_index(rows.index)
    newer = found["published"] > look_up(rows["observation_id"], figures["published"])
    newer &= ~look_up(rows["observation_id"], figures["open_data"]).eq(True)
    use = found["stated_id"].notna() & ((rows["verdict"] == "not compared") | newer)
    unclear = found["stated"] == "unclear"
    period, earlier = (
        parse_periods(found[column].fillna(""))["period_label"] for column in ("period", "comparator_period")
    )
    quoted = "'" + found["printed"] + "'"
    span = (
        " (" + period.str.replace(r"period not printed \((.*)\)", r"period not printed, \1", regex=True) + ")"
    ).fillna("")
    ending = np.where(
        unclear,
        "The text is cut off, so the direction is not certain.",
        "It prints no pair of figures to check this with.",
    )
    verdict = _stated_verdict(found["stated"], rows["polarity"], rows["comparator"])
    changes = {
        "verdict": verdict.mask(unclear, "not compared"), "evidence": np.where(unclear, "", Evidence.STATED),
        "stated_id": found["stated_id"], "reason": "The document says: " + quoted + span + ". " + ending,
        "comparator_text": quoted, "comparator_period": earlier,
        "comparator_source": found["source_id"] + ": " + found["locator"], "comparator_observation_id": "",
        "difference": np.nan, "direction": np.nan, "promise": np.nan, "score": np.nan, "counts": "",
        "england_difference": np.nan, "gap": "", "difference_text": "", "comparator_value": np.nan
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
    """ "decreased" for an indicator where lower is better reads as improved."""
    up = stated.isin(["increased", "higher"])
    down = stated.isin(["decreased", "lower"])
    good = (up & (polarity == "higher")) | (down & (polarity == "lower"))
    bad = (up & (polarity == "lower")) | (down & (polarity == "higher"))
    time = comparator.isin(OVER_TIME)
    told = stated.replace("similar", Verdict.NO_DIFFERENCE.value)
    return told.mask(good, np.where(time, Verdict.IMPROVED, Verdict.BETTER)).mask(
        bad, np.where(time, Verdict.WORSENED, Verdict.WORSE)
    )
