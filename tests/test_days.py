"""The review of any day: its name, what it knows, what comes before it, and runs of some kinds of page."""

import nbformat
import pandas as pd
import pytest

from cyp_helpers.batch.folder import ReviewFolder
from cyp_helpers.batch.jobs import plan_runs
from cyp_helpers.register.reviews import find_review, previous_review
from cyp_helpers.register.tables import UnknownName, load_register
from cyp_helpers.show.picture import linked
from tests.runs import SMALL, run, shorten

PLAN = "cypf-2016-18"


@pytest.fixture(scope="module")
def register():
    return load_register()


def test_a_days_review_is_named_after_its_half_year_and_the_day(register):
    row = find_review(register, PLAN, "2025-03-31")
    assert (row["review"], row["kind"]) == ("2024-25 part 2 as at 2025-03-31", "annual")
    assert find_review(register, PLAN, row["review"])["as_at"] == pd.Timestamp("2025-03-31")
    assert find_review(register, PLAN, "2025-04-01")["review"] == "2025-26 part 1 as at 2025-04-01"
    assert find_review(register, PLAN, "latest")["as_at"] == pd.Timestamp.today().normalize()


def test_before_a_days_review_comes_the_listed_one_or_the_half_year_before(register):
    assert previous_review(register, PLAN, "2018-06-01")["review"] == "2017-18 part 2"
    assert previous_review(register, PLAN, "2025-06-01")["as_at"] == pd.Timestamp("2025-03-31")
    assert previous_review(register, PLAN, "2017-18 part 2")["review"] == "2017-18 part 1"


@pytest.mark.parametrize("review", ["2025-02-30", "2999-01-01", "2024-25 part 1 as at 2025-03-31", "lates"])
def test_what_is_no_review_is_refused_with_what_is(register, review):
    with pytest.raises(UnknownName, match="Unknown review.*(latest|'2024-25 part 2 as at 2025-03-31')"):
        find_review(register, PLAN, review)


def test_latest_becomes_a_day_before_notebooks_get_it(register):
    run = plan_runs(register, PLAN, "latest", area="Leeds")[0]
    assert run.review == find_review(register, PLAN, "latest")["review"]


def test_only_some_kinds_of_page_are_made_and_nothing_leads_elsewhere(project):
    shorten(project)
    outcome = run(project, SMALL, only=["plan_scorecard"])[0]
    assert not outcome.failures
    files = {path.name for path in ReviewFolder(project, SMALL).path.iterdir()}
    assert files == {"scorecard.ipynb", "scorecard.html", "manifest.json"}
    page = (ReviewFolder(project, SMALL).path / "scorecard.html").read_text(encoding="utf-8")
    assert "board.html" not in page
    notebook = nbformat.read(ReviewFolder(project, SMALL).path / "scorecard.ipynb", as_version=4)
    assert f'review = "{SMALL.review}"' in "".join(cell.source for cell in notebook.cells)


def test_a_sheet_links_to_what_there_is_alone():
    data = {"groups": [["Safe", [{"page": "a.html"}, {"page": "b.html"}]]], "links": [["c.html", "more"]]}
    told = linked(data, ["a"])
    assert [row["page"] for row in told["groups"][0][1]] == ["a.html", ""]
    assert told["links"] == []
