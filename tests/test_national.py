"""The plan of every authority: an area is needed, its pages are about that area, and what is not at hand says where it is."""

import re

import pandas as pd
import pytest

from cyp_helpers.batch.jobs import plan_jobs, plan_runs
from cyp_helpers.findings import not_judged
from cyp_helpers.pages import board
from cyp_helpers.register.tables import UnknownName, load_register
from cyp_helpers.report import open_review
from cyp_helpers.show.words import caveats, heading

PLAN, DAY = "national-framework", "2026-06-30"


@pytest.fixture(scope="module")
def register():
    return load_register()


@pytest.fixture(scope="module")
def report(register):
    return open_review(PLAN, DAY, area="Leeds", register=register)


def test_an_area_is_needed_and_said_so_in_one_line(register):
    with pytest.raises(UnknownName, match="every authority: say which one, such as --area Leeds"):
        plan_runs(register, PLAN, DAY)
    with pytest.raises(UnknownName, match="every authority: say which one"):
        open_review(PLAN, DAY, register=register)


def test_it_lists_each_indicator_once_and_has_figures_where_there_are_any(report):
    listed = report.register.table("plan-indicators").query("plan_id == @PLAN")
    assert len(report.subjects) == len(listed) and set(report.subjects["area_id"]) == {report.area["area_id"]}
    at_hand = report.subjects["value"].notna()
    without = not_judged(report, figures_too=True).set_index("subject_id")["reason"]
    assert without.reindex(report.subjects.loc[~at_hand, "subject_id"]).str.startswith("No figure at hand").all()


def test_the_first_caveat_is_the_publishers_own_and_no_page_rests_on_documents_of_others(report, register):
    first = str(caveats(report).text if hasattr(caveats(report), "text") else caveats(report)).splitlines()[0]
    assert "for learning and not for measuring" in first and "order of outcomes is uncertain" in first
    run = plan_runs(register, PLAN, DAY, area="Leeds")[0]
    jobs = plan_jobs(report, run)
    assert {job.notebook for job in jobs} == {None, "board", "plan_scorecard", "priority_review", "comparators"}
    assert "Nottingham" not in str(heading(report)) and "Leeds" in str(heading(report))


def test_the_board_page_has_rows_of_every_priority_that_has_figures_and_no_other_county(report):
    rows = board.listed(report)
    shown = rows[rows["place"] <= board.MOST]
    assert len(shown) == board.MOST and set(shown["priority"]) == set(rows["priority"])
    sheet = board.board(report, shown)
    words = re.sub(r"<style.*?</style>", "", sheet.html(), flags=re.DOTALL)
    assert sheet.title.startswith("Leeds: ") and "Nottingham" not in words


def test_all_authorities_of_the_day_are_run(register):
    runs = plan_runs(register, PLAN, DAY, area="all")
    assert len(runs) > 150 and len({run.area for run in runs}) == len(runs) and all(run.area for run in runs)
    assert pd.Series([run.review for run in runs]).nunique() == 1
