"""How often do tests of counts speak when nothing has changed? Measured, not assumed; of children who are independent of each other.

Counts are drawn with one true proportion or rate, again and again, and put to the tests of ``statistics``, the second sign of a
verdict. Each is drawn at denominators from 50 to 20,000 and proportions from 0.02 to 0.5 and must hold its 5% in every case, within
the error of drawing. Beside them stands what the usual tests say, without correction or with the published interval.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cyp_helpers.compare.statistics import proportion_differs_from, proportions_differ, rate_differs_from, rates_differ

DENOMINATORS = (50, 100, 200, 500, 1_000, 5_000, 20_000)
PROPORTIONS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
LARGE = 20_000  # the other side where the two are of unlike size
_ALPHA = 0.05
_Z = float(ndtri(1 - _ALPHA / 2))


class Said(NamedTuple):
    """Whether each drawn table is said to be beyond chance, and whether the usual test would say so."""

    here: np.ndarray
    usual: np.ndarray


def error_rates(replications=200_000, denominators=DENOMINATORS, proportions=PROPORTIONS, seed=20_170_331):
    """Draw tables in which nothing has changed and count what is said of them.

    Parameters
    ----------
    replications : int, tables for each case
    denominators, proportions : the grid of cases
    seed : int, of the random numbers

    Returns
    -------
    DataFrame, a row for each ``question``, ``denominator`` and ``proportion``: ``said`` (share of tables), ``limit``
    (what it may be), ``error`` (standard error of drawing at the limit), ``usual`` (share by the usual test),
    ``holds`` (``said`` is not above the limit by more than three standard errors).

    >>> rates = error_rates(1000, (50,), (0.5,))
    >>> rates["question"].nunique()
    6
    """
    rng = np.random.default_rng(seed)
    rows = []
    for question, ask in _QUESTIONS.items():
        for n in denominators:
            for p in proportions:
                said = ask(rng, replications, n, p)
                error = np.sqrt(_ALPHA * (1 - _ALPHA) / replications)
                rows.append((question, n, p, said.here.mean(), _ALPHA, error, said.usual.mean()))
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
        shares = [f"{100 * share:.2f}%" for share in (worst["said"], cases["said"].mean(), cases["usual"].max())]
        error = f"{100 * worst['error']:.3f}"
        lines.append(
            f"| {question} | {100 * worst['limit']:g}% | {shares[0]} ± {error} | {worst['denominator']:,}, "
            f"{worst['proportion']:g} | {shares[1]} | {shares[2]} | {'yes' if cases['holds'].all() else 'NO'} |"
        )
    note = "± is one standard error of drawing. Usual: the test without correction, or the interval that is published."
    return "\n".join([*lines, "", note])


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
    centre, reach = x + _Z**2 / 2, _Z * np.sqrt(x * (1 - x / n) + _Z**2 / 4)  # Wilson's interval
    low, high = (centre - reach) / (n + _Z**2), (centre + reach) / (n + _Z**2)
    return Said(proportion_differs_from(x, n, p) < _ALPHA, (low > p) | (high < p))


def _rate_and_benchmark(rng, drawn, n, p):
    x = rng.poisson(n * p, drawn)
    return Said(rate_differs_from(x, n, p) < _ALPHA, (x - n * p) ** 2 > _Z**2 * n * p)


_QUESTIONS = {
    "two proportions, same size": _two_proportions(),
    f"two proportions, the other of {LARGE:,}": _two_proportions(LARGE),
    "two rates, same size": _two_rates(),
    f"two rates, the other of {LARGE:,}": _two_rates(LARGE),
    "proportion against a benchmark": _proportion_and_benchmark,
    "rate against a benchmark": _rate_and_benchmark,
}
