"""Every review of every plan: what its priorities, its pack and its pages of indicators are made of can be made."""

import pytest

import cyp_helpers as cyp
from cyp_helpers.pages import board, priority_review
from cyp_helpers.pages.pack import pack
from cyp_helpers.report import narrowed
from cyp_helpers.show.peers import Peers

pytestmark = pytest.mark.long

PLANS = ["cypf-2011-14", "early-help-2013-16", "cypf-2016-18"]
REVIEWS = [(plan, review, "") for plan in PLANS for review in cyp.reviews(plan)["review"]]


@pytest.mark.parametrize("plan, review, area", [*REVIEWS, ("cypf-2016-18", "2016-17 part 2", "Leeds"), ("national-framework", "latest", "Leeds")])
def test_every_review_can_be_shown(plan, review, area):
    """Also one with nothing found, a priority without an indicator, and figures that are held against what a document alone prints."""
    report = cyp.open_review(plan, review, area=area)
    for priority in report.priorities["priority_id"].str.rpartition("/")[2]:
        part = narrowed(report, priority)
        rows = priority_review.listed(part)
        assert len(priority_review.table(part, rows).rows) == len(rows)
    sheet = board.board(report, board.listed(report).query("place <= @board.MOST"))
    assert len(pack(report, sheet.data)["sections"]) >= len(report.priorities)
    for _, line in report.lines.iterrows():
        peers = Peers(report, line, "Name")
        own = peers.verdicts.query("area_id == @report.area.area_id and comparator == 'previous'")
        assert len(own) == 1 and len(peers.areas) == peers.verdicts["area_id"].nunique()
        assert own["comparator_value"].isna().equals(own["comparator_period"] == "")
