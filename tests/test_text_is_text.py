"""What the register says is text wherever it goes out: no tag, script, link, formula or turned character comes of it."""

import csv
import io
import itertools
import re
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import html5lib
import nbformat.v4 as nb
import openpyxl
import pandas as pd
import pytest
from browser import browser, needs_browser
from docx import Document
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from conftest import PROJECT
from cyp_helpers.findings import with_page
from cyp_helpers.pages import all_indicators, board, indicator, priority_review
from cyp_helpers.pages.pack import pack
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review
from cyp_helpers.show import charts, publish, words
from cyp_helpers.show.cells import COLUMNS, HIDDEN, cell_text, for_csv
from cyp_helpers.show.document import document_of
from cyp_helpers.show.picture import pdf_of
from cyp_helpers.show.publish import POLICY, page_of, SCRIPT
from cyp_helpers.show.sheets import sheets_of
from cyp_helpers.show.table import Table, show
from cyp_helpers.show.wording import Words, bold, clean, escape, plain
from cyp_helpers.show.workbook import write_sheets, write_workbook

HOSTILE = [
    "<img src=x onerror=\"document.title+='ran'\">",
    "<script>document.title+='ran'</script >",
    "<SCRIPT>alert(1)",
    "[x](javascript:alert(1))",
    '<a href="https://elsewhere.example/">x</a><iframe src="https://elsewhere.example/"></iframe>',
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<base href=https://elsewhere.example/><meta http-equiv=refresh content=0;url=https://elsewhere.example/>",
    "<!-- <textarea> <style>* {display:none}</style>",
    "![x](https://elsewhere.example/x.png)",
    "GCSE A*-C, free school meals",
    "*A* _b_ ~~c~~ `d` | e | f \\ g",
    "# heading\n# another",
    "1. one\n\n- two\n\n---\n===",
    "Spend of $5 m, then $7 m: \\frac $$x$$ \\(y\\)",
    "&lt;b&gt; &#42; &copy",
    '=HYPERLINK("https://elsewhere.example/")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "= similar (within chance)",
    "@SUM(1)",
    "\t=1+1",
    "https://elsewhere.example/ and mailto:a@b.example",
    "Re-referrals \u202egpj.exe",
    "zero\u200bwidth \x00 \x07 \ufeff",
    "日本語 👪 Assessments",
    "{{ 7 * 7 }} {% raw %}",
    "_x0041_",
    '[x](data:text/html,<script>alert(1)</script>) <a href="java&#10;script:alert(1)">x</a>',
    "#text(red)[x] @ref <label> $x$ *b* _i_ `c` \\u{41} //c",
    "\r=1+1",
    "tag\U000e0041 private\ue000 blank\u2800\u3164",
    "| a | b |\n|---|---|\n| c | d |",
    "long " * 60,
]
ELEMENTS = {
    *(
        "html",
        "head",
        "body",
        "meta",
        "title",
        "style",
        "a",
        "header",
        "nav",
        "main",
        "footer",
        "div",
        "ul",
        "li",
        "h1",
        "h2",
    ),
    *("p", "strong", "span", "em", "code", "pre", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("figure", "img", "figcaption", "details", "summary"),
    *("svg", "path", "rect", "circle", "polyline"),
}
SVG = "{http://www.w3.org/2000/svg}"
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from([*HOSTILE, *"*_`[]()<>&$\\|#-=+~!'\"\n "]), min_size=1, max_size=4).map("".join),
    st.text(min_size=1, max_size=40),
)  # fmt: skip


def reads(text):
    """What a reader sees of a text: blanks run together."""
    return " ".join(clean(text).split())


def parsed(html):
    """The page as a browser reads it, after looking for what no page may hold."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for node in tree.iter():
        own = node.tag == "script" and node.text == SCRIPT  # the page's own, which its policy names by hash
        assert own or str(node.tag).replace(SVG, "") in ELEMENTS, f"<{node.tag}>"
        assert not [name for name in node.attrib if str(name).startswith("on")], node.attrib
        assert all(node.get(name, "data:").startswith("data:") for name in ("src", "srcset")), node.attrib
        assert re.fullmatch(r"#content|[\w%.-]+\.html(#[\w-]+)?", node.get("href", "#content")), node.attrib
    assert tree.findall(".//meta[@http-equiv]")[0].get("content") == POLICY and len(tree.findall(".//h1")) == 1
    return tree


def text_of(node):
    return reads("".join(node.itertext()))


def page_with(*shown):
    """A page with a heading and what is shown below it, in the forms that it has."""
    cells = [nb.new_markdown_cell("# The page")]
    for one in shown:
        forms = {"text/html": "_repr_html_", "text/markdown": "_repr_markdown_"}
        data = {kind: str(getattr(one, form)()) for kind, form in forms.items() if hasattr(one, form)}
        cells.append(nb.new_code_cell("shown", outputs=[nb.new_output("display_data", data)]))
    return nb.new_notebook(cells=cells)


# ---- any text in any column ----


@given(hostile)
@settings(max_examples=60)
def test_a_table_and_words_read_exactly_what_they_were_given(text):
    names = [name for name in COLUMNS if name != "as_at"] + list(HIDDEN)
    frame = pd.DataFrame({name: [text, "other"] for name in names}).drop(columns="places")
    table = show(frame, f"Caption {text}", [f"Note {text}"])
    said = Words(f"{bold(text)} is said.\n\n- [Link: {escape(text)}](page.html)\n- {escape(text)}")
    page = page_of(page_with(table, said), "page", f"Title {text}", [{"name": "page", "label": text, "group": ""}])
    tree = parsed(page)
    shown = [reads(cell_text(cell)) for cell in table.frame.iloc[0]]
    assert [text_of(cell) for cell in tree.findall(".//tbody/tr")[0]] == shown
    assert shown[table.frame.columns.get_loc("Indicator")] == reads(text) or not text
    assert text_of(tree.find(".//caption")) == reads(f"Caption {text}")
    assert text_of(tree.find(".//title")) == reads(f"Title {text}") and text_of(tree.find(".//nav")) == reads(text)
    assert text_of(tree.findall(".//main//li")[0]) == reads(f"Link: {text}")
    assert text_of(tree.findall(".//main//li")[1]) == reads(text)
    strong = tree.find(".//main//strong")
    assert (text_of(strong) if strong is not None else "") == reads(text)
    assert reads(plain(said)).startswith(reads(f"{text} is said."))


@given(hostile)
@settings(max_examples=12)
def test_a_chart_draws_text_as_text(text):
    drawing, axes = charts.new_figure()
    axes.plot([1, 2], [3, 4], label=text or "x")
    axes.set(xlabel=text, ylabel=text * 10)
    axes.set_title(text, loc="left")
    axes.set_xticks([1, 2], [text, text])
    axes.legend()
    charts.add_title(drawing, text)
    chart = charts.Chart(
        text, f"Line chart. {text}. " * 20, charts.draw_svg(drawing), Table(text, pd.DataFrame({text: [text]}))
    )
    tree = parsed(page_of(page_with(chart), "page", "Title", []))
    spoken = tree.find(".//img").get("alt")
    assert len(spoken) < 1100 and spoken.startswith(reads(f"Line chart. {text}")[:900])
    picture = html5lib.parse(chart.picture.decode("utf-8"), namespaceHTMLElements=False)
    assert not picture.findall(".//script") and not picture.findall(".//image") and not picture.findall(".//a")


@given(st.lists(hostile.filter(str.strip), min_size=2, max_size=6))
@example([HOSTILE[0], 3 * HOSTILE[0]])  # notes of many lines
@settings(max_examples=15)
def test_a_sheet_holds_text_and_numbers_only(texts):
    table = show(pd.DataFrame({"name": texts, "value": 4.5}), f"Caption {texts[0]}", [f"Note {texts[1]}"], "some")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_sheets({"Some": table}, texts[0], texts[1:], path, pd.Timestamp("2018-03-31"))
        sheet = openpyxl.load_workbook(path)["Some"]
        with zipfile.ZipFile(path) as parts:
            xml = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets" in name)
    assert "<f>" not in xml and 't="e"' not in xml and "elsewhere.example" not in xml
    _, *rows = [row for row in sheet.iter_rows(values_only=True) if row[1] is not None]  # notes stand above or below
    for text, (name, number) in zip(texts, rows, strict=True):
        assert number == 4.5
        assert name in (clean(text).strip().replace("\r", "\n"), f"the sign {clean(text).strip()}", "none") or reads(
            name
        ).endswith(reads(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_csv_cell_is_no_formula_and_a_number_stays_one(text):
    frame = pd.DataFrame({"name": [text, "+0.4", "-2.5%"], "value": [-1.5, 2.0, 3.0]})
    rows = list(csv.reader(io.StringIO(for_csv(frame).to_csv(index=False))))
    said = clean(text).replace("\r", "\n")
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r")) and rows[1][0] in (said, f"'{said}")
    assert [row[1] for row in rows[1:]] == ["-1.5", "2.0", "3.0"] and [row[0] for row in rows[2:]] == ["+0.4", "-2.5%"]


# ---- a whole register ----

WORDED = {
    "series": "name short_name definition",
    "areas": "name",
    "plans": "title short_title",
    "priorities": "name title",
    "sources": "title published_note",
    "editions": "title publisher",
    "units": "suffix difference_suffix heading",
    "indicators": "name definition chance_note polarity_reason",
    "series-breaks": "what_changed",
    "source-queries": "printed query locator",
    "targets": "printed",
    "stated-comparisons": "printed",
    "plan-indicators": "name_printed",
    "observations": "note locator",
    "published-measures": "differs",
}


@pytest.fixture(scope="module")
def hostile_review():
    """A review of the register with a hostile text in every cell of every column of words."""
    register, step = load_register(PROJECT), itertools.count()
    for name, columns in WORDED.items():
        rows = register.tables[name]
        texts = itertools.cycle(HOSTILE)
        for _ in range(next(step)):
            next(texts)
        each = {column: [f"{next(texts)} {row}" for row in range(len(rows))] for column in columns.split()}
        register.tables[name] = rows.assign(**each)
    return open_review("cypf-2016-18", "2017-18 part 2", register=register)


def outputs_of(report):
    said = [
        words.opening,
        words.in_brief,
        words.read_summary,
        words.read_both_ways,
        words.closing,
    ]
    said += [
        priority_review.read_targets,
        priority_review.read_changes,
        priority_review.read_areas,
        priority_review.read_gaps,
    ]
    said += [all_indicators.read_attention, all_indicators.read_went_well, all_indicators.read_coverage]
    about = [indicator.open_indicator(report, one) for one in with_page(report)[:3]]
    drawn = [indicator.finding(about[1]), *[draw(one) for one in about for draw in (indicator.pictures, indicator.long_chart)]]
    tables = [all_indicators.table(report, all_indicators.listed(report)), *sheets_of(report).values()]
    return [make(report) for make in said] + drawn + tables


def test_what_a_hostile_register_makes_holds_no_element_and_no_formula_of_it(hostile_review, tmp_path):
    title = hostile_review.plan["title"]
    page = page_of(
        page_with(*outputs_of(hostile_review)), "page", title, [{"name": "page", "label": title, "group": ""}]
    )
    main = text_of(parsed(page).find(".//main"))
    names = hostile_review.comparison["name"].drop_duplicates()
    assert len(names) > len(HOSTILE) and all(reads(name)[:40] in main for name in [title, *names])
    assert "elsewhere.example" not in re.sub(r">[^<]*<|data-all='[^']*'|alt=\"[^\"]*\"|aria-\w+=\"[^\"]*\"", "", page)
    write_workbook(hostile_review, tmp_path / "book.xlsx")
    cells = [
        cell for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx") for row in sheet.iter_rows() for cell in row
    ]
    assert not [cell.value for cell in cells if cell.data_type in ("f", "e")]


def test_word_and_pdf_read_what_the_register_says(hostile_review, tmp_path):
    rows = board.listed(hostile_review).query("place.notna()")
    data = board.board(hostile_review, rows, HOSTILE[0]).data
    names = [row["short_name"] for _, group in data["groups"] for row in group]
    assert len(names) > 12 and {reads(name) for name in names} == {reads(name) for name in rows["short_name"]}
    book = Document(io.BytesIO(document_of(data, hostile_review.as_at)))
    cells = [row.cells[0].text for table in book.tables for row in table.rows[1:]]
    each = zip(names, cells, strict=True)  # the mark of a row follows its name in words, in brackets
    assert [cell for name, cell in each if not re.fullmatch(re.escape(name.replace("\r", "\n").strip()) + r"( \([^()]*\))?", cell)] == []
    assert book.paragraphs[0].text == data["title"] and "<w:fldSimple" not in book.element.xml and "<w:hyperlink" not in book.element.xml
    told = pack(hostile_review, data)
    (tmp_path / "pack.pdf").write_bytes(pdf_of(told))
    content = PdfReader(tmp_path / "pack.pdf")
    links = [one["/A"].get("/URI", "") for page in content.pages for one in page.get("/Annots", []) if "/A" in one]
    assert all(re.fullmatch(r"[\w-]*\.html", link) for link in links if link) and "/JavaScript" not in str(content.trailer["/Root"])
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-raw", tmp_path / "pack.pdf", "-"], capture_output=True, text=True, check=True).stdout
        flat, cells = bare(text), [cell for part in told["sections"] for table in part["tables"] for row in table["rows"] for cell in row]
        assert len(cells) > 500 and [one for one in [data["title"], *names, *cells] if bare(one) not in flat] == []


def bare(text):
    """Text without gaps and in its simple form, as it can be compared across the lines of a page."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_tables_of_one_caption_have_names_of_their_own():
    table = show(pd.DataFrame({"a": [1]}), "Actions")
    tree = parsed(page_of(page_with(table, table, table), "page", "Title", []))
    ids = [node.get("id") for node in tree.findall(".//caption")]
    named = [node.get("aria-labelledby") for node in tree.iter() if node.get("role") == "region"]
    assert len(set(ids)) == 3 and ids == named


def test_warnings_stay_off_the_page_and_markdown_holds_no_html():
    notebook = page_with(Words("<script>alert(1)</script>\n\n<div onclick=x>a</div>\n\nNot <b>bold</b>"))
    notebook.cells[1].outputs.append(nb.new_output("stream", name="stderr", text="/home/me/charts.py:274: UserWarning"))
    tree = parsed(page_of(notebook, "page", "Title", []))
    assert "UserWarning" not in text_of(tree) and "<script>alert(1)</script>" in text_of(tree.find(".//main"))


def test_pictures_beyond_the_limit_are_left_out_and_that_is_told(monkeypatch):
    monkeypatch.setattr(publish, "MOST_PICTURES", 2)
    chart = charts.Chart("Title", "Line chart.", b"<svg/>", Table("Data", pd.DataFrame({"a": [1]})))
    tree = parsed(page_of(page_with(chart, chart, chart), "page", "Title", []))
    assert len(tree.findall(".//img")) == 2 and text_of(tree).count("Picture left out: a page has 2 at most.") == 1
    assert len(tree.findall(".//table")) == 3


@pytest.mark.parametrize("text", ["日本語 👪 and $5 of $7", "日 per $100% of $ spent", "👪 $x_1^2$ \\frac"])
def test_letters_that_the_charts_font_lacks_are_left_to_the_reader(text):
    drawing, axes = charts.new_figure()
    axes.set_xlabel(text)
    assert f">{text}</text>" in charts.draw_svg(drawing).decode("utf-8")


def test_a_long_title_pushes_the_plot_down():
    short, long = (charts.new_figure()[0] for _ in range(2))
    charts.add_title(short, "Re-referrals")
    charts.add_title(long, "Re-referrals to children's social care " * 5)
    plot = [drawing.axes[0].get_position().height * drawing.get_figheight() for drawing in (short, long)]
    broad = charts.add_title(charts.new_figure()[0], "WWWWW MMMMM " * 12)
    assert broad.get_window_extent().width < broad.figure.bbox.width
    assert plot[0] == pytest.approx(plot[1]) and long.get_figheight() > short.get_figheight()


# ---- a real browser ----


@pytest.mark.long
@needs_browser
def test_nothing_runs_and_nothing_is_asked_for_in_a_browser(hostile_review, tmp_path):
    raw = page_with(Words("x"))  # what an analyst's own cell may put out as HTML is held by the page's policy
    raw.cells[1].outputs[0].data = {
        "text/html": "".join(HOSTILE[:8]).replace("ran'</script >", "ran'</script ><script >alert(2)</script >")
    }
    with browser(tmp_path) as page:
        for name, notebook in {"register": page_with(*outputs_of(hostile_review)), "raw": raw}.items():
            path = tmp_path / f"{name}.html"
            path.write_text(page_of(notebook, name, "Title", [{"name": name, "label": HOSTILE[0], "group": ""}]))
            page.open(path.as_uri())
            page.run(
                "[...document.querySelectorAll('main *')].forEach(node => node.dispatchEvent(new MouseEvent('mouseover')))"
            )
            page.run(
                "[...document.querySelectorAll('main a')].forEach(node => node.href.startsWith('javascript:') && node.click())"
            )
            page.run("new Promise(done => setTimeout(done, 500))")
            asked = [one["request"]["url"] for one in page.said("Network.requestWillBeSent")]
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
            assert page.said("Page.javascriptDialogOpening") == [] and page.said("Runtime.consoleAPICalled") == []
            assert page.run("document.title") == "Title" and page.run("location.href") == path.as_uri()
