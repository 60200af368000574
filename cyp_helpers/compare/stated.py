"""What a document states in words ("Better", "fewer complaints") where no figures tell."""

import numpy as np
import pandas as pd

from cyp_helpers.compare.figures import choose, join_words, look_up, matching, word
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
    found = matching(rows, stated, key, list(stated.columns.drop(key)), keep="last")
    newer = found["published"] > look_up(rows["observation_id"], figures["published"])
    newer &= ~look_up(rows["observation_id"], figures["open_data"]).eq(True)
    use = found["stated_id"].notna() & ((rows["verdict"] == "not compared") | newer)
    unclear, quoted = found["stated"] == "unclear", "'" + found["printed"] + "'"
    period, earlier = (parse_periods(found[one])["period_label"] for one in ("period", "comparator_period"))
    span = " (" + period.str.replace(r"period not printed \((.*)\)", r"period not printed, \1", regex=True) + ")"
    ending = choose(
        rows.index, (unclear, "The text is cut off, so the direction is not certain."),
        otherwise="It prints no pair of figures to check this with.",
    )
    # "decreased" for an indicator where lower is better reads as improved.
    up, down = found["stated"].isin(["increased", "higher"]), found["stated"].isin(["decreased", "lower"])
    higher, lower, time = rows["polarity"] == "higher", rows["polarity"] == "lower", rows["comparator"].isin(OVER_TIME)
    verdict = choose(
        rows.index, (unclear, "not compared"),
        ((up & higher) | (down & lower), word(Verdict.IMPROVED, time) + word(Verdict.BETTER, ~time)),
        ((up & lower) | (down & higher), word(Verdict.WORSENED, time) + word(Verdict.WORSE, ~time)),
        otherwise=found["stated"].replace("similar", Verdict.NO_DIFFERENCE.value)
    )
    numbers = ["difference", "direction", "promise", "score", "england_difference", "comparator_value"]
    changes = {
        "verdict": verdict, "evidence": word(Evidence.STATED, ~unclear), "stated_id": found["stated_id"],
        "reason": "The document says: " + quoted + span.fillna("") + ". " + ending, "comparator_text": quoted,
        "comparator_period": earlier, "comparator_source": found["source_id"] + ": " + found["locator"],
        **dict.fromkeys(numbers, np.nan),
        **dict.fromkeys(["comparator_observation_id", "counts", "gap", "difference_text"], "")
    }
    rows = rows.assign(stated_id="")
    for column, new in changes.items():
        rows[column] = pd.Series(new, index=rows.index).where(use, rows[column])
    # An older figure has no part in what a newer document says.
    aside, text = use & newer, ["period", "value_text", "observation_id", "value_source", "flags"]
    rows[text], rows["value"] = rows[text].mask(aside, ""), rows["value"].mask(aside)
    return rows.assign(flags=join_words([rows["flags"], word("text cut off", use & (found["reading"] == "cut off"))]))
