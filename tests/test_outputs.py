"""Tables, charts, words, sheets and pages."""

import contextlib
import io
import re
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from conftest import figure, id_of, published, statement, target, tiny
from IPython.core.interactiveshell import InteractiveShell

from cyp_helpers import findings
from cyp_helpers.pages import all_indicators, indicator
from cyp_helpers.pages import priority_review as page
from cyp_helpers.register.tables import UnknownName
from cyp_helpers.report import check_parameters, open_review
from cyp_helpers.show import wording, words
from cyp_helpers.show.cells import Difference, with_sign
from cyp_helpers.show.table import Table
from cyp_helpers.show.workbook import write_sheets, write_workbook

LAST, THIS = "FY 2014/15", "FY 2015/16"
ENGLAND = "E92000001"


@pytest.fixture
def review():
    """Worse than last year, 50.0 to 49.0, and than England, 52; target missed, 55; a figure ordinarily moves by half a point."""
    goal = target("value", "55%", value="55", period=THIS, baseline_observation_id=id_of("N", LAST))
    figures = [figure("50.0", LAST), figure("49.0", THIS, status="p"), figure("52", THIS, ENGLAND)]
    still = [published("51.0", year, "A0") for year in (LAST, THIS)]
    register = tiny(figures, targets=[goal], open_data=still, variation=("0.25", "0"))
    return open_review("p", "2016-17 part 1", "a", register=register)


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
    assert all(f">{text}</td>" in html for text in ("38.0", "17,790", "unknown", "−0.20"))
    assert re.search(r'class="number">38.0', html)


def test_an_empty_table_says_so():
    assert "Nothing to show" in Table("Empty", pd.DataFrame({"Name": []}))._repr_html_()


def test_a_verdict_is_always_a_word():
    signs = with_sign(pd.Series(["improved", "worse", "cannot tell from rounded figures", "not compared", ""]))
    assert signs.tolist() == ["✓ improved", "✗ worse", "cannot tell from rounded figures", "not compared", ""]


def test_the_story_of_one_indicator(review):
    row = review.subjects.iloc[0]
    assert row[["value_text", "marks", "target_told", "england_told", "previous_told"]].tolist() == [
        "49.0%",
        "[p]",
        "55%: ✗ not met",
        "52%: ✗ worse",
        "−1.0: ✗ worsened",
    ]
    worst = findings.attention(review).iloc[0]
    promise = "worsened (clear, 87 in 100); worse than England (clear, 99 in 100)"
    assert worst["verdicts"] == f"target not met; {promise}" and worst["both"]
    assert (
        "one not met" in page.read_targets(review)
        and "one worsened" in page.read_changes(review)
        and "one worse" in page.read_areas(review)
    )
    assert f"**Series s** (target not met; {promise})" in words.read_summary(review)
    assert "provisional figures" in words.caveats(review)


def test_a_chart_tells_its_data_and_equal_data_give_equal_pictures(review):
    first, second = (
        indicator.long_chart(indicator.open_indicator(review, review.subjects["indicator_id"].iloc[0]))
        for _ in range(2)
    )
    html = first._repr_html_()
    assert 'alt="Line chart. ' in html and "<caption" in html and "data:image/svg+xml" in html
    assert [one.picture for one in first.charts] == [one.picture for one in second.charts]


def test_a_lone_figure_has_no_chart():
    lone = open_review("p", "2016-17 part 1", "a", register=tiny([figure("50.0", THIS)]))
    assert indicator.long_chart(indicator.open_indicator(lone, lone.subjects["indicator_id"].iloc[0])).charts == ()
    assert findings.not_judged(lone)["reason"].tolist() == [
        "It stands at 50.0%; no earlier figure on this definition is known."
    ]


def test_words_about_nothing():
    empty = open_review("p", "2016-17 part 1", "a", register=tiny([]))
    assert "One indicator is listed here; none has a figure and none can be judged." in words.in_brief(empty)
    assert page.read_areas(empty) == "No figure can be set against England's."
    assert page.read_gaps(empty).startswith("One indicator cannot be judged.")


def test_what_is_not_found_is_said_of_this_priority_and_of_the_years_that_are_looked_at():
    """The same gap below England in a figure of 2015/16 and in one of 2011/12, looked at in September 2016."""
    found = []
    for year in (THIS, "FY 2011/12"):
        register = tiny([], open_data=[published("60", year), published("80", year, ENGLAND)], variation=("0.25", "0"))
        told = words.read_summary(open_review("p", "2016-17 part 1", "a", register=register))
        found.append(told.startswith("In figures of the last two years no indicator of this priority counts as worse than England"))
    assert found == [False, True]
    whole = open_review("p", "2016-17 part 1", register=tiny([]))
    for told in (all_indicators.read_attention(whole), all_indicators.read_went_well(whole)):
        assert told.startswith("In figures of the last two years no indicator of the plan counts as ")


def test_what_a_document_alone_says_is_told_apart_and_not_in_the_tallies():
    said = open_review("p", "2016-17 part 1", "a", register=tiny([], stated=[statement(THIS)]))
    told = words.counts(said)
    assert "none has a figure and one can be judged, one of them only by what a document says" in told
    assert "Against England: none could be judged." in told and "Evidence for" not in told
    assert told.endswith("A document alone says, without both figures: against England, one better.")
    alone = "No figure can be set against England's. A document alone says, without both figures: against England, one better."
    assert page.read_areas(said) == alone


def test_caveats_of_no_series_are_none_and_those_of_one_are_its_own(review):
    assert words.caveats(review, []) == ""
    assert "provisional figures" in words.caveats(review, ["s"]) and "provisional" not in words.caveats(review, ["t"])


def test_what_is_listed_is_the_number_of_rows_of_the_table():
    """Kinds are told one by one and in all, events apart; what serves two priorities is in the table once."""
    whole = open_review("cypf-2016-18", "2017-18 part 2")
    rows, told = all_indicators.listed(whole), words.counts(whole)
    kinds, all_told = re.match(r"(.*), (\d+) in all, are listed here; (\d+) have a figure", told).groups()[:2]
    assert len(rows) == int(all_told) == sum(map(int, re.findall(r"\d+", kinds)))
    assert f"; {rows['value'].notna().sum()} have a figure and" in told
    assert "21 events or documents to deliver are listed too." in told
    seen, told = findings.coverage(whole).set_index("priority_id"), all_indicators.read_coverage(whole)
    shown = seen["listed"] - seen["milestones"] - seen["background"]
    assert told.startswith(f"Of the {kinds} that") and "Three serve more than one priority" in told
    assert shown.sum() == len(rows) + 3


def test_the_workbook_keeps_numbers_and_words_apart_one_table_a_sheet(review, tmp_path):
    whole = open_review("p", "2016-17 part 1", register=review.register)
    write_workbook(whole, tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == ["Cover", "Findings", "Indicators", "Comparisons", "Coverage", "Sources", "Notes"]
    assert book.properties.title and book.properties.language == "en-GB"
    assert [cell.hyperlink.location for (cell,) in book["Cover"].iter_rows() if cell.hyperlink][0] == "'Findings'!A1"
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        top, *rows = sheet[table.ref]
        assert (
            not sheet.merged_cells.ranges
            and table.autoFilter
            and sheet.print_title_rows == f"${top[0].row}:${top[0].row}"
        )
        assert sheet.freeze_panes == f"B{top[0].row + 1}"
        assert sheet.page_setup.paperSize == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage  # A4, one page broad
        for column in zip(*rows):
            kinds = {type(cell.value) for cell in column}
            assert kinds == {str} or kinds <= {int, float, type(None)}, (sheet.title, top[0].value)


def test_many_notes_stand_below_a_table_so_that_its_frozen_head_leaves_room_for_rows(tmp_path):
    rows, few, many = (
        pd.DataFrame({"name": ["Absence", "Exits"], "value": ["4", "5"]}),
        ["One."],
        [f"Note {n}." for n in range(5)],
    )
    sheets = {"Few": Table("Figures", rows, few), "Many": Table("Figures", rows, many)}
    write_sheets(sheets, "Title", [], tmp_path / "notes.xlsx", pd.Timestamp("2018-03-31"))
    book = openpyxl.load_workbook(tmp_path / "notes.xlsx")
    first = {name: [sheet["A"][n].value for n in range(sheet.max_row)] for name, sheet in zip(book.sheetnames, book)}
    assert first["Few"] == ["Figures", "One.", "Indicator", "Absence", "Exits"]
    assert first["Many"] == [
        "Figures",
        "Notes stand below the table, from row 7.",
        "Indicator",
        "Absence",
        "Exits",
        None,
        *many,
    ]
    assert book["Many"].freeze_panes == book["Few"].freeze_panes == "B4"


def test_a_comparison_is_a_row_with_verdict_evidence_and_reason_apart(review, tmp_path):
    write_workbook(open_review("p", "2016-17 part 1", register=review.register), tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["Comparisons"]
    header, *rows = sheet[next(iter(sheet.tables.values())).ref]
    rows = [{name.value: cell for name, cell in zip(header, row)} for row in rows]
    said = {row["Beside"].value: row for row in rows}
    england, previous = (
        {name: cell.value for name, cell in said[one].items()} for one in ("England", "Previous figure")
    )
    assert [england[one] for one in ("Unit", "Figure, in its unit", "Other figure, in its unit", "Verdict", "Evidence")] == [
        "percent", 49, 52, "worse", "clear"
    ]  # fmt: skip
    assert previous["Difference, in points if per cent"] == -1 and previous["Still so a year later, of 100 such"] == 87
    assert said["Previous figure"]["Figure, in its unit"].number_format == "#,##0.0"
    assert said["Previous figure"]["Difference, in points if per cent"].number_format.startswith("+#,##0.0;")
    assert (
        said["Region"]["Verdict"].value == "not compared"
        and said["Region"]["Difference, in points if per cent"].value is None
    )


def test_a_mistyped_parameter_is_refused_and_forgotten():
    names = {"plan": "p", "priorty": "safe", "_hidden": 1, "pd": pd}
    with pytest.raises(
        UnknownName, match="Unknown parameter: 'priorty'. Did you mean 'priority'.* Valid: plan, priority."
    ):
        check_parameters("plan", "priority", names=names)
    check_parameters("plan", "priority", names=names)  # the reader has corrected the cell
    names |= {"mine": "a variable of the reader's own", "reviw": "2016-17 part 1"}
    with pytest.raises(UnknownName, match="'reviw'. Did you mean 'review'"):
        check_parameters("plan", "review", names=names)
    assert "mine" in names


def test_a_stranger_is_refused_before_anything_has_run():
    with pytest.raises(UnknownName, match="Unknown parameter: 'colour'. Valid: plan."):
        check_parameters("plan", names={"plan": "p", "colour": 3})


def test_an_unknown_name_ends_with_its_message_alone():
    """Twenty lines of traceback say nothing of a mistyped name; a kernel still reports an error."""
    shell = InteractiveShell()
    with contextlib.redirect_stdout(io.StringIO()) as told:
        done = shell.run_cell(
            "from cyp_helpers.register.tables import UnknownName\nraise UnknownName('Unknown plan: 1')"
        )
    assert isinstance(done.error_in_exec, UnknownName) and told.getvalue().strip() == "UnknownName: Unknown plan: 1"


@pytest.mark.parametrize("name", wording.SENTENCES)
def test_every_sentence_reads_well_for_none_one_and_many(name):
    """No "one indicators", "0 of", double stops or gaps; what is left empty is said elsewhere."""
    parts = dict.fromkeys(re.findall(r"{([a-z_]{2,})}", " ".join(wording.SENTENCES[name])), "such")
    for number in (0, 1, 2, 12):
        text = wording.say(name, number, **parts)
        assert not re.search(r"\b0\b|\bno are\b|\bno have\b|\.\.|  |\bnone of one\b|[{}]", text, re.IGNORECASE), text
        assert number != 1 or not re.search(r"indicators|measures|verdicts", text), text
        assert number < 2 or not re.search(r"\b(?:two|12) (?:indicator|figure|target|event|document)\b", text), text
