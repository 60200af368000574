"""Tables, charts, words, sheets and pages."""

import re
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from conftest import figure, id_of, target, tiny

from cyp_helpers import findings
from cyp_helpers.register.tables import UnknownName
from cyp_helpers.report import open_review, refuse_unknown_parameters
from cyp_helpers.show import charts, tables, words
from cyp_helpers.show.table import Difference, Table, with_sign
from cyp_helpers.show.workbook import write_workbook

LAST, THIS = "FY 2014/15", "FY 2015/16"
ENGLAND = "E92000001"


@pytest.fixture
def review():
    """Worse than last year and than England, target missed: 50.0 -> 49.0, England 52, target 55."""
    goal = target("value", "55%", value="55", period=THIS, baseline_observation_id=id_of("N", LAST))
    figures = [figure("50.0", LAST), figure("49.0", THIS, status="p"), figure("52", THIS, ENGLAND)]
    return open_review("p", "2016-17 part 1", "a", register=tiny(figures, targets=[goal]))


def test_a_table_has_a_caption_scopes_and_escaped_words():
    frame = pd.DataFrame(
        {
            "Name": ["<b> & co"],
            "Figure": [Decimal("38.0")],
            "Large": [Decimal(17790)],
            "None": [None],
            "Difference": [Difference("-0.20")],
        }
    )
    html = Table("A & B", frame, ("A <note>",))._repr_html_()
    assert "A &amp; B</caption>" in html and html.count("<caption") == 1
    assert html.count('scope="col"') == 5 and html.count('scope="row"') == 1
    assert "&lt;b&gt; &amp; co" in html and "&amp;amp;" not in html and "A &lt;note&gt;" in html
    assert all(f">{text}</td>" in html for text in ("38.0", "17,790", "no figure", "−0.20"))
    assert re.search(r'class="number">38.0', html)


def test_an_empty_table_says_so():
    assert "Nothing to show" in Table("Empty", pd.DataFrame({"Name": []}))._repr_html_()


def test_a_verdict_is_always_a_word():
    signs = with_sign(pd.Series(["improved", "worse", "cannot tell from rounded figures", "not compared", ""]))
    assert signs.tolist() == ["✓ improved", "✗ worse", "? cannot tell from rounded figures", "– not compared", ""]


def test_the_story_of_one_indicator(review):
    row = tables.summary_table(review).frame.iloc[0]
    assert (row["Figure"], row["Marks"], row["Over time"], row["Against target"], row["Against England"]) == (
        Decimal("49.0"),
        "[p]",
        "✗ worsened (chance not tested)",
        "✗ not met",
        "✗ worse (chance not tested)",
    )
    worst = findings.attention(review).iloc[0]
    assert (worst["score"], worst["verdicts"]) == (
        9.0,
        "target not met; worsened (chance not tested); worse than England (chance not tested)",
    )
    assert (
        "one not met" in words.read_targets(review)
        and "one worsened" in words.read_changes(review)
        and "one worse" in words.read_areas(review)
    )
    assert (
        "**Series s** (target not met; worsened (chance not tested); worse than England (chance not tested))"
        in words.read_summary(review)
    )
    assert "provisional figures" in words.caveats(review)


def test_a_chart_tells_its_finding_and_its_data(review):
    chart = charts.indicator_charts(review).charts[0]
    assert (
        chart.title == "Series s: target not met, worsened (chance not tested), worse than England (chance not tested)"
    )
    assert chart.alternative.endswith(
        "Nottinghamshire 50.0% in 2014/15; Nottinghamshire 49.0% (provisional) in 2015/16; England 52% in 2015/16; target 55% for 2015/16."
    )
    html = chart._repr_html_()
    assert 'alt="Bar chart. Series s' in html and "<caption" in html and "data:image/svg+xml" in html


def test_equal_data_give_equal_pictures(review):
    assert charts.indicator_charts(review).charts[0].picture == charts.indicator_charts(review).charts[0].picture


def test_a_lone_figure_has_no_chart():
    lone = open_review("p", "2016-17 part 1", "a", register=tiny([figure("50.0", THIS)]))
    assert charts.indicator_charts(lone).charts == () and "no chart" in charts.indicator_charts(lone)._repr_html_()
    assert findings.not_judged(lone)["reason"].tolist() == [
        "It stands at 50.0%; no earlier figure on this definition is known."
    ]


def test_words_about_nothing():
    empty = open_review("p", "2016-17 part 1", "a", register=tiny([]))
    assert "list one indicator or measure here; none has a figure and none can be judged." in words.in_brief(empty)
    assert words.read_areas(empty) == "No figure can be set against England's."
    assert words.read_gaps(empty).startswith("One indicator cannot be judged.")


def test_the_workbook_keeps_one_table_a_sheet_and_the_printed_decimals(review, tmp_path):
    whole = open_review("p", "2016-17 part 1", register=review.register)
    write_workbook(whole, tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert (
        book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
        and book.properties.title
        and book.properties.language == "en-GB"
    )
    for sheet in book.worksheets[1:]:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        body = [cell for row in sheet[next(iter(sheet.tables.values())).ref] for cell in row]
        assert all(cell.value not in (None, "") for cell in body)
    cells = {cell.value: cell.number_format for row in book["Over time"].iter_rows() for cell in row}
    assert cells[49.0] == "#,##0.0" and cells[-1.0].startswith("+#,##0.0;")


@pytest.mark.parametrize(
    "cell, fine", [("# Parameters\nplan = 'p'", True), ("# Parameters\npaln = 'p'", False), ("x = 1", True)]
)
def test_a_mistyped_papermill_parameter_is_refused(cell, fine):
    if fine:
        refuse_unknown_parameters([cell], ["plan", "review"])
        return
    with pytest.raises(UnknownName, match="Unknown parameter: 'paln'. Valid: plan, review."):
        refuse_unknown_parameters([cell], ["plan", "review"])
