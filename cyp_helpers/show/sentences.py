"""Computed sentences, each once (``sentences.csv``): how it reads for none, for one and for many."""

from pathlib import Path

import pandas as pd

from cyp_helpers.show.wording import Words, count

# {n} is the number as a word, {N} the same at the start of a sentence; the caller fills in the rest.
SENTENCES = pd.read_csv(Path(__file__).with_name("sentences.csv"), index_col="name", keep_default_na=False).T.to_dict("list")


def say(name, number, /, **parts):
    """A sentence of the list for a number; what it is filled with must be Markdown already (``wording.escape``).

    >>> say("new_figures", 12, before="2017-18 part 1")
    12 figures are new since the review 2017-18 part 1.
    """
    words = count(number)
    return Words(SENTENCES[name][min(number, 2)].format(n=words, N=words.capitalize(), **parts))


def paragraph(*sentences):
    """Sentences after each other, without those that are empty."""
    return Words(" ".join(filter(None, sentences)))
