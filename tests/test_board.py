"""The board page: its pictures on hand-made rows, and the sheet of real reviews."""

import io
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from docx import Document
from pypdf import PdfReader

from cyp_helpers.batch.jobs import Run, plan_jobs
from cyp_helpers.findings import attention, went_well
from cyp_helpers.pages import board as page
from cyp_helpers.pages.delivery_tracker import by_lead, due_soon
from cyp_helpers.pages.pack import pack
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review
from cyp_helpers.show import marks, picture
from cyp_helpers.show.document import document_of
from cyp_helpers.show.publish import page_of
from cyp_helpers.show.rows import bare, pictured
from cyp_helpers.show.wording import count
from cyp_helpers.show.words import page_name

REVIEWS = [
    ("cypf-2016-18", "2017-18 part 2", ""),
    ("cypf-2011-14", "2013-14 part 2", ""),
    ("early-help-2013-16", "2015-16 part 2", ""),
    ("cypf-2016-18", "2017-18 part 2", "E10000007"),
    ("cypf-2016-18", "2017-18 part 2", "E06000053"),
]
MOST_WORDS = 350


def words_on(html):
    """How many words a page shows: what stands in tags, styles, hidden or alternative texts is not counted."""
    html = re.sub(r"<(style|title|head|nav)\b.*?</\1>|<(span|caption) class=\"hide\">.*?</\2>", " ", html, flags=re.DOTALL)
    return sum(bool(re.search(r"\w", word)) for word in re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture(scope="module", params=REVIEWS, ids=lambda one: " ".join(one).strip())
def sheet(request):
    plan, review, area = request.param
    report = open_review(plan, review, area=area, register=load_register())
    listed = page.listed(report)
    rows = listed[listed["place"] <= page.MOST]
    return report, rows, page.board(report, rows), Run(plan, review, area)


def dot(svg):
    return float(re.search(r'<circle cx="([\d.]+)"', svg)[1])


@pytest.mark.parametrize(("polarity", "side"), [("lower", 1), ("higher", -1), ("none", -1)])
def test_on_the_spine_right_is_better(polarity, side):
    """9 among 8 to 12, England 10: better where low is good."""
    svg = marks.spine(pd.Series([8.0, 9.0, 10.0, 11.0, 12.0]), 9.0, 10.0, 11.0, polarity, 0)
    middle = marks.SPINE[0] / 2
    assert np.sign(dot(svg) - middle) == side
    diamond = float(re.search(r'd="M([\d.]+) 14l4', svg)[1])
    assert np.sign(diamond - middle) == -side


def test_only_a_clear_dot_is_filled_and_the_middle_half_is_darker():
    everyone = pd.Series(range(101), dtype=float)
    clear, unclear = (marks.spine(everyone, 20.0, 50.0, None, "higher", one) for one in (-1, 0))
    assert f'fill="{marks.PLUM}"' in clear and 'r="6" fill="#fff"' in unclear
    strips = re.findall(r'width="([\d.]+)" height="12" fill="(#\w+)"', clear)
    assert [colour for _, colour in strips] == [marks.PALE, marks.MIDDLE]
    assert 9 * float(strips[1][0]) == pytest.approx(5 * float(strips[0][0]), abs=1)  # 50 of 90 hundredths
    assert clear.count("<path") == 1  # England's line, and no diamond without neighbours


def test_a_spine_of_equal_figures_has_a_dot_in_the_middle():
    assert dot(marks.spine(pd.Series([5.0] * 6), 5.0, 5.0, 5.0, "lower", 0)) == marks.SPINE[0] / 2


def test_the_gate_of_a_spark_holds_an_ordinary_year_and_its_dot_stands_outside_after_another():
    inside, outside = (marks.spark(pd.Series([20.0, last], [2015.0, 2016.0]), 18.0, 22.0) for last in (21.0, 26.0))

    def within(svg):
        top, height = map(float, re.search(r'<rect x="[\d.]+" y="([\d.]+)" width="14" height="([\d.]+)"', svg).groups())
        return top <= float(re.search(r'cy="([\d.]+)"', svg)[1]) <= top + height

    assert within(inside) and not within(outside)
    assert "<rect" not in marks.spark(pd.Series([20.0], [2016.0]), np.nan, np.nan)


def test_signs_differ_in_shape_and_not_in_colour_alone():
    shapes = {re.sub(r'"#(?!fff)\w+"', "", drawn) for drawn in marks.SIGNS.values()}
    assert len(shapes) == len(marks.SIGNS)


def test_words_that_are_heard_alone_are_not_counted():
    assert words_on('<style>a b</style><p>25.5% – of <b>all</b></p><span class="hide">heard</span>') == 3


# ---- real reviews ----


def test_one_sheet_of_at_most_350_words(sheet, tmp_path):
    _, rows, board, _ = sheet
    assert len(rows) <= page.MOST
    assert words_on(board.html()) <= MOST_WORDS - 1  # "Pages" stands above the sheet
    (tmp_path / "board.pdf").write_bytes(picture.pdf_of(board.data))
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", tmp_path / "board.pdf", "-"], capture_output=True, text=True, check=True
        ).stdout
        assert text.count("\f") == 1
        assert sum(bool(re.search(r"\w", word)) for word in text.split()) <= MOST_WORDS
        words = [*" ".join(board.columns.values()).split(), *rows["short_name"], *rows["figure"]]
        flat = " ".join(text.split())
        assert [word for word in words if word not in flat] == []


def test_the_pdf_is_tagged_the_same_each_time_and_carries_links_and_alternatives(sheet):
    _, rows, board, _ = sheet
    once = picture.pdf_of(board.data)
    assert once == picture.pdf_of(json.loads(json.dumps(board.data)))
    for name in {*rows["page"], "all-indicators.html"}:
        assert f"({name})".encode() in once
    assert b"pdfuaid:part" in once and b"/Marked true" in once


def test_every_row_leads_to_a_page_of_the_review(sheet):
    report, rows, board, run = sheet
    jobs = {f"{job.name}.html" for job in plan_jobs(report, run)}
    links = set(re.findall(r'href="([^"]+)"', board.html()))
    assert set(rows["page"]) <= links <= jobs


def test_pictures_have_alternatives_and_signs_have_words(sheet):
    _, rows, board, _ = sheet
    html = board.html()
    assert html.count("<img") == sum(one != "" for name in ("spark", "spine") for one in board.rows[name])
    alternatives = re.findall(r'<img [^>]*alt="([^"]*)"', html)
    assert all(len(words.split()) > 4 for words in alternatives)
    cells = re.findall(r'<td role="cell"[^>]*>(.*?)</td>', html, re.DOTALL)
    bare = [cell for cell in cells if "<svg" in cell and not re.search(r"<span>\w", cell)]
    assert cells and bare == []
    assert {"unknown", "–"} & set(rows["change"]) <= {"unknown"}
    changes = rows["change"].str.split().str.len()
    assert changes.max() <= 2 and rows["against_england"].str.split().str.len().max() <= 2


def test_only_what_is_clear_has_a_direction(sheet):
    report, rows, _, _ = sheet
    england = report.subjects.drop_duplicates("subject_id").set_index("subject_id")["england_evidence"]
    clear = rows["subject_id"].map(england) == "clear"
    assert rows["against_england_sign"].isin(["better", "worse", "neither"]).eq(clear).all()


# ---- the default review ----


@pytest.fixture(scope="module")
def default():
    return open_review(*REVIEWS[0][:2], register=load_register())


def test_rows_of_the_default_review(default):
    listed = page.listed(default)
    rows = listed[listed["place"] <= page.MOST].set_index("short_name")
    told = rows.loc[
        "Social care re-referrals",
        ["figure", "good", "england_figure", "change", "against_england", "against_neighbours"],
    ]
    assert told.tolist() == ["25.5%", "low", "21.9%", "worsening", "unclear", "worse"]
    assert rows.loc["School absence", "change_sign"] == "better too"  # England's came down as well
    assert rows.loc["Mental health wait, weeks", ["change", "moved", "lead"]].tolist() == [
        "rise, untested",
        "6.59 to 10.9",
        "NHS",
    ]
    assert rows.loc["Age 11 standard", ["target", "target_sign"]].tolist() == ["met 2016", "met"]
    assert rows.index[rows["priority"] == "Support"].tolist() == ["First-time offenders per 100k"]  # stands in


def test_a_line_shows_the_five_years_that_its_word_is_about(default):
    """Re-referrals fell from 35.6 six years ago and have risen since: the word is worsening."""
    row = pictured(default, page.listed(default).query("short_name == 'Social care re-referrals'")).iloc[0]
    assert row["change"] == "worsening" and "5 figures up to 2016/17: 18.7, 20.1, 24.2, 23.9, 25.5" in row["spark_words"]


def test_who_falls_behind_did_not_move_as_england_did():
    """From 2018 to 2022 conceptions fell by 0.2 here and by 2.8 in England."""
    listed = page.listed(open_review("early-help-2013-16", "2026-03-31", register=load_register()))
    row = listed.set_index("short_name").loc["Under-18 conceptions per 1k"]
    assert row[["change", "change_sign"]].tolist() == ["falling behind", "worse"]


def test_the_legend_explains_what_the_rows_show_and_no_more(sheet):
    _, _, board, _ = sheet
    table, _, legend = board.html().partition('<div class="legend">')
    assert ("unknown: " in legend) == ("unknown" in table) and ("– none" in legend) == ("–</span>" in table)
    neither = (board.rows["good"] == "neither") & (board.rows["spine"] != "")
    assert ("lower, higher" in legend) == neither.any()
    assert table.count("right is higher, the line") == (board.rows["good"] == "neither").sum()


def test_the_three_sentences_name_what_the_rows_show(default):
    listed = page.listed(default)
    attention, well, gaps = page.sentences(default, listed[listed["place"] <= page.MOST])["sentence"]
    assert attention == (
        "1 Social care re-referrals: worsening, worse than neighbours.\n"
        "2 Free-meals gap at 5: worse than England.\n"
        "3 Breastfeeding: worse than England."
    )
    assert well.splitlines()[:2] == [
        "1 Permanent exclusions: improving, better than England and neighbours.",
        "2 School absence: improving (England too), better than England.",
    ]
    assert gaps.splitlines()[0] == "Worse but untested: mental health wait, 6.59 to 10.9 weeks."
    assert gaps.splitlines()[1] == "34 measures: 17 here, one elsewhere, 16 without figures."  # 33, and one that stands in


def test_what_stands_worst_among_authorities_comes_first(default):
    """After what is both worse and worsening; the other way round for what goes well. Shares by hand: authorities with a better figure."""
    published = default.everyone[default.everyone["local"] & default.everyone["open_data"]]
    found = []
    for _, row in default.subjects.drop_duplicates("subject_id").set_index("subject_id").loc[attention(default)["subject_id"]].iterrows():
        numbers = published.loc[published["cell"] == default.figures.at[row["observation_id"], "cell"], "number"].dropna()
        better = numbers < row["value"] if row["polarity"] == "lower" else numbers > row["value"]
        found.append(f"{row['value_text']}: {better.sum()} of {len(numbers)}")
    assert attention(default)["both"].tolist() == [True, False, False]
    assert found == ["25.5%: 126 of 152", "23.0 percentage points: 135 of 151", "39.76%: 39 of 69"]
    assert went_well(default)["name"].iloc[2] == "Social care assessments within timescale"


def test_rows_are_marked_as_the_sentences_name_them(sheet):
    """Numbers in the order of the findings; a large change for the worse that nothing tests has a mark and no number."""
    report, rows, board, _ = sheet
    for sign, found, most in (("worse", attention(report), 3), ("better", went_well(report), 2)):
        order = [one for one in found["subject_id"] if one in set(rows["subject_id"])]
        marked = board.rows[board.rows["mark_sign"] == sign].set_index("subject_id")["mark"]
        assert sorted(marked.index) == sorted(order)
        assert marked[order].tolist() == [str(n + 1) if n < most else "" for n in range(len(order))]
        said = board.said.set_index("sign").loc[sign, "sentence"].splitlines()
        names = bare(rows.set_index("subject_id")["short_name"])
        named = [line.partition(":")[0] for line in said if line[0].isdigit()]
        assert named == [f"{n} {names[one]}" for n, one in enumerate(order[:most], 1)]
    assert board.rows.loc[board.rows["mark_sign"] == "untested", "mark"].eq("").all()


def test_all_measures_are_counted_once(sheet):
    _, rows, board, _ = sheet
    numbers = {count(n): n for n in range(1, 10)}
    words = board.said["sentence"].iloc[2].splitlines()[-1].replace(",", "").lower().split()
    every, *parts = (int(numbers.get(one, one)) for one in words if one in numbers or one.isdigit())
    assert every == sum(parts) and parts[0] == len(rows)


def test_what_the_board_is_asked_and_what_an_owner_says_stand_on_the_sheet(default):
    listed = page.listed(default).head(1).assign(owner="Staff came back.")
    html = page.board(default, listed, asked="Whether to go on").html()
    assert "Asked of the board: Whether to go on" in html and "Staff came back." in html
    assert "No decision asked." in page.board(default, listed).html()
    asked = page.board(default, page.listed(default)).asked
    assert asked == "No decision asked. No lead named: worries 1, 2, 3."


def test_a_page_with_a_sheet_shows_the_sheet_alone_and_folds_its_navigation():
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    def cell(words, tags):
        shown = new_output("display_data", {"text/html": f"<h1>{words}</h1>"})
        return new_code_cell("", outputs=[shown], metadata={"tags": tags})

    notebook = new_notebook(cells=[cell("Workings", []), cell("Sheet", ["sheet"])])
    html = page_of(notebook, "board", "Board", [{"name": "a", "label": "A", "group": ""}])
    assert "Workings" not in html and "<h1>Sheet</h1>" in html and "<details><summary>Pages" in html


def test_actions_by_lead_say_that_no_document_shows_them(default):
    counted = by_lead(default)
    assert counted.loc["Nottinghamshire County Council", "past its day, in no document"] == 18
    assert counted.to_numpy().sum() == 46
    before = open_review("cypf-2016-18", "2016-17 part 1", register=load_register())
    soon = due_soon(before)
    assert len(soon) == 29 and soon["end"].between("2016-10-01", "2017-03-31").all()


def test_the_word_file_has_the_same_rows_with_header_rows_and_words_for_pictures(sheet):
    report, rows, board, _ = sheet
    made = document_of(board.data, report.as_at)
    assert made == document_of(json.loads(json.dumps(board.data)), report.as_at)
    document = Document(io.BytesIO(made))
    tables = document.tables
    assert [len(table.rows) - 1 for table in tables] == rows.groupby("priority", sort=False).size().tolist()
    assert [row.cells[0].text.partition(" (")[0] for table in tables for row in table.rows[1:]] == rows["short_name"].tolist()
    assert all([cell.text for cell in table.rows[0].cells] == list(board.columns.values()) for table in tables)
    assert all("tblHeader" in table.rows[0]._tr.xml and "tblCaption" in table._tbl.xml for table in tables)
    pictures = document.element.xpath("//wp:docPr")
    assert len(pictures) >= len(rows) and all(one.get("descr") for one in pictures)
    assert {one.style.name for one in document.paragraphs} == {"Heading 1", "Heading 2", "Normal"}


def test_the_pack_goes_on_after_the_sheet_with_tables_titles_and_links_that_work(sheet):
    report, _, board, run = sheet
    told = pack(report, board.data)
    once = picture.pdf_of(told)
    names = [section["name"] for section in told["sections"]]
    own = ["actions"] if report.is_own_area else []
    assert names == [*map(page_name, report.priorities.to_dict("records")), *own, "notes"]
    reader = PdfReader(io.BytesIO(once))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in reader.pages))
    for section in told["sections"]:
        for table in section["tables"]:
            headers = ["".join(name.split()) for name, _, _ in table["columns"]]
            assert "".join(headers) in text and all("".join(cell.split()) in text for row in table["rows"] for cell in row)
    links = [one.get_object() for sheet in reader.pages for one in sheet.get("/Annots", [])]
    jobs = {file for job in plan_jobs(report, run) for file in job.files}
    beside = {one["/A"]["/URI"] for one in links if "/URI" in one.get("/A", {})}
    assert beside <= jobs and len(links) > len(beside)  # the others lead to sections; a wrong one stops typst
