"""What stands on a page belongs to its plan and its area: no other county's name, document, query or footer."""

import json
import os
import re

import pytest

from cyp_helpers.batch.jobs import areas_with_figures
from cyp_helpers.pages import board, data_quality, indicator
from cyp_helpers.pages.pack import pack
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review
from cyp_helpers.show import words
from cyp_helpers.show.publish import footer_of

DAY = "2026-06-30"
# Ids and titles of the documents of another council.
THEIRS = re.compile(
    r"cypf-20|plan-20\d\d|early-help-20|review-2018|[Ii]mprovement plan|[Pp]lan of 20\d\d|Early Help (Development )?[Pp]lan|Plan 20\d\d-\d\d|Young People and Families"
)
# London boroughs, counties, unitary and metropolitan ones, the smallest, those that began in 2019 to 2023, a neighbour of the county.
SOME = "Leeds Derbyshire Leicester Rutland Hackney Camden Buckinghamshire Cumberland Dorset Kent Liverpool Wiltshire".split()
# All authorities take some eight minutes.
AREAS = areas_with_figures(load_register()) if os.environ.get("CYP_ALL_AREAS") else SOME
PACKS = SOME[:5]


def words_of(html):
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


def strangers(text):
    """What a page of somebody else may not hold."""
    return [*re.findall("Nottingham[a-z]*", text), *(one[0] for one in THEIRS.finditer(text))]


@pytest.fixture(scope="module")
def register():
    return load_register()


@pytest.mark.parametrize("area", AREAS)
def test_pages_of_an_authority_name_no_other_county(register, area):
    report = open_review("national-framework", DAY, area=area, register=register)
    rows = board.listed(report)
    sheet = board.board(report, rows[rows["place"] <= board.MOST])
    assert report.area["name"] == "Nottinghamshire" or report.area["name"] == "Nottingham" or not strangers(words_of(sheet.html()))
    if area in PACKS:
        assert strangers(json.dumps(pack(report, sheet.data))) == [] and strangers(footer_of(report)) == []


def test_words_on_indicators_are_not_those_of_other_documents(register):
    report = open_review("national-framework", DAY, area="Leeds", register=register)
    every = report.subjects["indicator_id"].unique()
    listed = [indicator.definitions(report, one)[["definition", "listed_in"]] for one in every]
    sources = [indicator.source(indicator.open_indicator(report, one))["words"] for one in every[:20]]
    texts = [" ".join(each.to_numpy().ravel()) for each in [*listed, *sources]]
    assert len(texts) > 70 and [text for text in texts if strangers(text)] == []
    assert report.register.table("source-queries").empty and report.register.table("stated-comparisons").empty


def test_a_plan_lends_its_measures_and_not_its_name(register):
    report = open_review("cypf-2016-18", "2017-18 part 2", area="Leeds", register=register)
    assert report.title == "Leeds: measures of the plan of Nottinghamshire (Plan 2016-18)"
    assert report.priorities["title"].tolist() == ["Safe", "Healthy", "Achieve", "Support"]
    narrow = open_review("cypf-2016-18", "2017-18 part 2", "safe", area="Leeds", register=register)
    assert str(words.heading(narrow)).startswith("**Priority 1: Safe.** Leeds: measures of the plan of Nottinghamshire")
    assert "Nottingham" not in str(words.caveats(report)) + footer_of(report)


def test_the_county_itself_keeps_its_documents(register):
    report = open_review("cypf-2016-18", "2017-18 part 2", register=register)
    assert "Nottinghamshire County Council" in footer_of(report) and len(report.register.table("source-queries")) > 50
    assert report.priorities["title"].iloc[0] == "Children and young people are safe in Nottinghamshire"
    claims = data_quality.check_claims(report.register, report.document_figures)
    assert str(data_quality.read_claims(claims))
