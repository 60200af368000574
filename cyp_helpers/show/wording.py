"""Sentences and small words: numbers, plurals, lists and dates; text that shows itself, and text that stays text."""

import html
import re
from pathlib import Path

import pandas as pd

_COUNT = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
# Controls, marks that turn or hide text, halves of characters: no register needs them, and each can make a page lie.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u115f\u1160\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\u2800\u3164\uffa0\ud800-\uf8ff\U000e0000-\U0010ffff]"
)
_MARKS = re.compile(r"[\\`*_\[\]<>&~|{}]")
_BACKSLASH = "&#92;"  # as "\\\\" it would keep a mark after it from closing
# JupyterLab looks for formulas between two dollars of a text; in an element of its own each is text.
DOLLAR = "<span>\\$</span>"
_AT_START = re.compile(r"\A(\d{1,9}(?=[.)](?:\s|\Z))|(?=[-+#=]))")  # a list, heading or rule
LICENCE = "Open Government Licence v3.0"
# Sentences, each once: how it reads for none, for one and for many. {n} is the number as a word, {N} the same at the
# start of a sentence; the caller fills in the rest. What has to do with no number stands under none.
SENTENCES = pd.read_csv(Path(__file__).with_name("sentences.csv"), index_col="name", keep_default_na=False)
SENTENCES = SENTENCES.T.to_dict("list")


class Words(str):
    """Text that shows itself as Markdown in a notebook. What the register says goes in by ``escape`` or ``bold``."""

    __repr__ = _repr_markdown_ = str.__str__


def clean(text):
    """Text without characters that turn, hide or break it; each is shown as "\N{REPLACEMENT CHARACTER}"."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text))


def in_html(text):
    """Text for HTML and SVG that reads exactly as it is, as ``clean`` has it."""
    return html.escape(clean(text))


def escape(text):
    """Text for Markdown that reads exactly as it is: no mark, tag, link or formula in it means anything.

    >>> escape("GCSE A*-C <b>")
    'GCSE A\\\\*-C \\\\<b\\\\>'
    """
    words = " ".join(clean(text).split())
    marked = _MARKS.sub(lambda mark: _BACKSLASH if mark[0] == "\\" else f"\\{mark[0]}", words)
    return _AT_START.sub(r"\1\\", marked).replace("$", DOLLAR)


def plain(text):
    """What a reader sees of Markdown as ``Words`` has it: without bold marks and backslashes."""
    return re.sub(rf"\\(\W|_)|({_BACKSLASH})|\*\*|</?span>", lambda one: one[1] or ("\\" if one[2] else ""), text)


def bold(text):
    """Text in bold, for Markdown."""
    return f"**{escape(text)}**"


def count(number):
    """A small number as a word: 3 is "three", 12 is "12", 1234 is "1,234"."""
    return _COUNT[number] if number < len(_COUNT) else f"{number:,}"


def how_many(number):
    """A number that stands alone: "none" and not "no"."""
    return count(number) if number else "none"


def plural(number, one, many=None):
    """The word for one or for many."""
    return one if number == 1 else many or one + "s"


def join(parts):
    """ "a, b and c"; '' where there is none."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def capital(text):
    """A text that begins as a sentence does; no other letter changes."""
    return text[:1].upper() + text[1:]


def stop(text):
    """A text that ends as a sentence, with one full stop.

    >>> stop("No date is printed"), stop("Is it?"), stop("Done. ")
    ('No date is printed.', 'Is it?', 'Done.')
    """
    text = text.rstrip()
    return text if text.endswith((".", "?", "!", ".'", '."')) else f"{text}."


def day(date):
    """ "31 March 2018"."""
    return f"{date.day} {date:%B %Y}"


def say(name, number=0, /, **parts):
    """A sentence of the list for a number; what it is filled with must be Markdown already (``wording.escape``).

    >>> say("new_figures", 12, before="2017-18 part 1")
    12 figures are new since the review 2017-18 part 1.
    """
    words = count(number)
    return Words(SENTENCES[name][min(number, 2)].format(n=words, N=words.capitalize(), **parts))


def paragraph(*sentences):
    """Sentences after each other, without those that are empty."""
    return Words(" ".join(filter(None, sentences)))
