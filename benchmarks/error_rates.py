"""How often is something said to be beyond chance when nothing has changed? Measured, not assumed.

Counts are drawn with one true proportion or rate, again and again, and put to the tests of ``statistics`` that decide
verdicts. Each test is drawn at denominators from 50 to 20,000 and proportions from 0.02 to 0.5; the corrected tests
must hold their 5% and the trend its 0.2% in every case, within the error of drawing. Beside them stands what the
usual tests say, without continuity correction; most do not hold it, and that is why they decide nothing here.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cyp_helpers.compare.statistics import (
    TREND_CUT,
    proportion_differs_from,
    proportions_differ,
    rate_differs_from,
    rate_interval,
    rates_differ,
    trend_test,
    wilson_interval,
)

DENOMINATORS = (50, 100, 200, 500, 1_000, 5_000, 20_000)
PROPORTIONS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
LARGE = 20_000  # the other side where the two are of unlike size
_ALPHA, _TREND_ALPHA = 0.05, 0.002
_Z = float(ndtri(1 - _ALPHA / 2))


class Said(NamedTuple):
    """Whether each drawn table is said to be beyond chance, and whether the usual test would say so."""

    here: np.ndarray
    usual: np.ndarray


def error_rates(replications=200_000, denominators=DENOMINATORS, proportions=PROPORTIONS, seed=20_170_331):
    """Draw tables in which nothing has changed and count what is said of them.

    Parameters
    ----------
    replications : int, tables for each case; trends, which are rare, draw five times as many
    denominators, proportions : the grid of cases
    seed : int, of the random numbers

    Returns
    -------
    DataFrame, a row for each ``question``, ``denominator`` and ``proportion``: ``said`` (share of tables), ``limit``
    (what it may be), ``error`` (standard error of drawing at the limit), ``usual`` (share by the usual test),
    ``holds`` (``said`` is not above the limit by more than three standard errors).

    >>> rates = error_rates(1000, (50,), (0.5,))
    >>> rates["question"].nunique()
    8
    """
    rng = np.random.default_rng(seed)
    rows = []
    for question, (ask, limit, times) in _QUESTIONS.items():
        for n in denominators:
            for p in proportions:
                drawn = replications * times
                said = ask(rng, drawn, n, p)
                rows.append(
                    (question, n, p, said.here.mean(), limit, np.sqrt(limit * (1 - limit) / drawn), said.usual.mean())
                )
    rates = pd.DataFrame(rows, columns=["question", "denominator", "proportion", "said", "limit", "error", "usual"])
    return rates.assign(holds=rates["said"] <= rates["limit"] + 3 * rates["error"])


def report(rates):
    """A Markdown table of the worst case of each question.

    >>> report(error_rates(1000, (50,), (0.5,))).splitlines()[0].count("|")
    8
    """
    lines = [
        "| where nothing has changed | limit | said, at most | where (n, p) | said, mean | usual test, at most | holds |",
        "|---|---:|---:|---|---:|---:|---|",
    ]
    for question, cases in rates.groupby("question", sort=False):
        worst = cases.loc[cases["said"].idxmax()]
        places = 2 if worst["limit"] == _ALPHA else 3
        shares = [f"{100 * share:.{places}f}%" for share in (worst["said"], cases["said"].mean(), cases["usual"].max())]
        error = f"{100 * worst['error']:.{places + 1}f}"
        lines.append(
            f"| {question} | {100 * worst['limit']:g}% | {shares[0]} ± {error} | {worst['denominator']:,}, "
            f"{worst['proportion']:g} | {shares[1]} | {shares[2]} | {'yes' if cases['holds'].all() else 'NO'} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            "± is one standard error of drawing. Usual: the test without continuity correction,"
            " or the published interval; for trends, chi-squared alone, every year kept and no half case off.",
        ]
    )


# ---- questions ----


def _two_proportions(other=None):
    def ask(rng, drawn, n, p):
        m = other or n
        x, y = rng.binomial(n, p, drawn), rng.binomial(m, p, drawn)
        pooled = (x + y) / (n + m)
        return Said(
            proportions_differ(x, n, y, m) < _ALPHA,
            (x / n - y / m) ** 2 > _Z**2 * pooled * (1 - pooled) * (1 / n + 1 / m),
        )

    return ask


def _two_rates(other=None):
    def ask(rng, drawn, n, p):
        m = other or n
        x, y = rng.poisson(n * p, drawn), rng.poisson(m * p, drawn)
        total, share = x + y, n / (n + m)
        return Said(rates_differ(x, n, y, m) < _ALPHA, (x - share * total) ** 2 > _Z**2 * total * share * (1 - share))

    return ask


def _proportion_and_benchmark(rng, drawn, n, p):
    x = rng.binomial(n, p, drawn)
    low, high = wilson_interval(x, n)
    return Said(proportion_differs_from(x, n, p) < _ALPHA, (low > p) | (high < p))


def _rate_and_benchmark(rng, drawn, n, p):
    x = rng.poisson(n * p, drawn)
    low, high = rate_interval(x, n)
    return Said(rate_differs_from(x, n, p) < _ALPHA, (low > p) | (high < p))


def _trend(kind):
    def ask(rng, drawn, n, p):
        size = (5, drawn)
        x = rng.binomial(n, p, size) if kind == "proportion" else rng.poisson(n * p, size)
        trend = trend_test(x, n, kind, axis=0)
        return Said(trend.significant, trend.chi_squared > TREND_CUT)

    return ask


# how to ask, what share may be said, and how many times as many tables are drawn
_QUESTIONS = {
    "two proportions, same size": (_two_proportions(), _ALPHA, 1),
    f"two proportions, the other of {LARGE:,}": (_two_proportions(LARGE), _ALPHA, 1),
    "two rates, same size": (_two_rates(), _ALPHA, 1),
    f"two rates, the other of {LARGE:,}": (_two_rates(LARGE), _ALPHA, 1),
    "proportion against a benchmark": (_proportion_and_benchmark, _ALPHA, 1),
    "rate against a benchmark": (_rate_and_benchmark, _ALPHA, 1),
    "trend of a proportion": (_trend("proportion"), _TREND_ALPHA, 5),
    "trend of a rate": (_trend("rate"), _TREND_ALPHA, 5),
}
