"""What must be true of comparisons, asked in every run: could this go wrong without complaint?"""

import numpy as np

from cyp_helpers.compare.figures import TOTALS
from cyp_helpers.compare.judge import NO_VERDICT, Evidence, Verdict
from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.compare.promise import CLEAR_SCORE, LEVELS

_OPPOSED = (Verdict.FALLING_BEHIND, Verdict.GAINING_GROUND)


class Contradiction(AssertionError):
    """A comparison that says what its own figures do not; the message names the first such row and the rule."""


def check_comparisons(rows):
    """Stop where a comparison breaks a rule that a reader relies on.

    Parameters: ``rows``: DataFrame of ``compare_plan``.
    Raises: Contradiction, with the indicator, the comparator, what was found and what would be right.

    >>> row = {"name": "Absence", "comparator": "england", "unit": "percent", "polarity": "lower", "difference": 1.0, "score": 3.0}
    >>> row |= {"direction": 1.0, "evidence": "clear", "verdict": "better", "gap": "", "reason": "Clear."}
    >>> check_comparisons(pd.DataFrame([row]))
    Traceback (most recent call last):
        ...
    cyp_helpers.compare.checks.Contradiction: Absence beside england says 'better' (clear): where lower is better, above is bad news.
    """
    verdict, evidence, direction = rows["verdict"], rows["evidence"], rows["direction"].astype(float)
    compared = ~verdict.isin(NO_VERDICT)
    target, stated, clear = (rows["comparator"] == "target", evidence == Evidence.STATED, evidence == Evidence.CLEAR)
    judged = compared & ~target & ~stated
    good = verdict.map({str(one): one.good for one in Verdict}).fillna(0).astype(float)
    wanted = direction * rows["polarity"].map({"higher": 1.0, "lower": -1.0}).fillna(0.0)
    opposed = rows["comparator"].isin(OVER_TIME) & (np.sign(rows["difference"].astype(float)) != direction)
    total = rows["unit"].isin(TOTALS) & rows["comparator"].isin(LEVELS)
    way = np.select([wanted > 0, wanted < 0], [" is good news", " is bad news"], " is no news")
    rules = [
        (~verdict.isin(list(Verdict)), "that is no verdict"),
        (~evidence.isin(["", *Evidence]), "that is no evidence"),
        ((rows["reason"] == ""), "it must say why"),
        (~target & (evidence.eq("") == compared), "what is compared has evidence, and nothing else has"),
        (~compared & (direction.notna() | rows["difference"].notna()), "what is not compared has no difference"),
        (judged & (rows["gap"] != ""), "there is a reason not to compare it"),
        (total & judged, "a total is not set beside that of another area"),
        (judged & (clear != (direction.abs() == 1)), "only what is clear has a direction"),
        (clear & ~(rows["score"].abs() > CLEAR_SCORE), f"clear is a score beyond {CLEAR_SCORE}"),
        (clear & (np.sign(rows["score"]) != direction), "the direction is that of the score"),
        (clear & (verdict.isin(_OPPOSED) != opposed), "the word is that of the figure's own move"),
        (clear & (good != wanted),
         "where " + rows["polarity"] + " is better, " + np.where(direction > 0, "above", "below") + way),
        (judged & ~clear & ~verdict.isin([Verdict.NO_CHANGE, Verdict.NO_DIFFERENCE]), "only what is clear has a word"),
    ]
    for broken, rule in rules:
        if broken.any():
            row = rows[broken].iloc[0]
            rule = rule if isinstance(rule, str) else rule[broken].iloc[0]
            found = f"{row['verdict']!r} ({row['evidence']})" if row["evidence"] else repr(row["verdict"])
            raise Contradiction(f"{row['name']} beside {row['comparator']} says {found}: {rule}.")
