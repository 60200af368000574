"""Computed sentences read well for none, for one and for many."""

import re
import statistics

import pytest
from reading import faults

from benchmarks.reading import PLAIN, ease, sentences
from conftest import PROJECT
from cyp_helpers.pages import all_indicators, priority_review
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import narrowed, open_review
from cyp_helpers.show import words
from cyp_helpers.show.wording import SENTENCES, say

pytestmark = pytest.mark.long

SAID = (
    words.opening, words.in_brief, words.read_summary, words.read_both_ways, words.caveats,
    priority_review.read_targets, priority_review.read_changes, priority_review.read_areas, priority_review.read_gaps,
    all_indicators.read_attention, all_indicators.read_went_well, all_indicators.read_coverage,
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "No are better and getting better.",
        "Only 0 of 1 indicators can be judged.",
        "0 figures from no documents",
        "One indicators is listed.",
        "Two indicator is worse.",
        "Against England: worse (clear) Trend: worsening.",
        "It is so..",
        "nothing to the good",
        "none are only stated",
        "stands at nan",
    ],
)
def test_a_fault_is_found(text):
    assert faults(text)


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_reads_well_for_none_one_and_many(name):
    parts = dict.fromkeys(re.findall(r"{([a-z_]{2,})}", " ".join(SENTENCES[name])), "such")
    for number in (0, 1, 2, 12):
        text = say(name, number, **parts)
        assert faults(text) == [] and not re.search(r"  |[{}]", text), text


@pytest.mark.parametrize(
    "plan, name, area",
    [
        ("cypf-2016-18", "2017-18 part 2", ""),
        ("cypf-2016-18", "2016-17 part 1", "Rutland"),
        ("cypf-2011-14", "2011-12 part 1", ""),
        ("early-help-2013-16", "2015-16 part 2", "City of London"),
    ],
)
def test_words_of_the_register_read_well(plan, name, area):
    whole = open_review(plan, name, area=area, register=load_register(PROJECT))
    reviews = [whole, *(narrowed(whole, one) for one in whole.priorities["short_id"])]
    assert [fault for review in reviews for say_it in SAID for fault in faults(say_it(review))] == []


def test_sentences_are_plain_english():
    """As ``python -m benchmarks reading`` measures them on the pages; here each as it reads for a few."""
    parts = dict.fromkeys(re.findall(r"{([a-z_]{2,})}", str(SENTENCES)), "such")
    found = [ease(one) for name in SENTENCES for one in sentences(say(name, 3, **parts))]
    assert len(found) > 60 and statistics.median(found) >= PLAIN
    assert statistics.quantiles(found, n=10)[0] > 30


def test_hard_words_and_long_sentences_are_harder():
    plain, hard, long = "We saw it.", "Comparability necessitates circumspection.", " ".join(["We saw it"] * 20)
    assert ease(plain) > PLAIN > ease(hard) and ease(plain) > ease(long)
    assert ease("They are the same: 25.5%.") == ease("They are the same: 8.")
