"""Pages on paper: each kind is printed by a real browser, on A4 and on Letter, and read back from the PDF."""

import base64
import re
import shutil
import subprocess
import unicodedata

import nbformat
import pytest
from browser import browser, needs_browser
from conftest import PROJECT

from cyp_helpers.show.publish import page_of

PAPERS = {"A4": (8.27, 11.69), "Letter": (8.5, 11)}
SAVED = sorted(path.stem for path in (PROJECT / "notebooks").glob("*.ipynb"))
TITLE = 'Safe & "sound"; 2017-18 \\ part 2'
pytestmark = [
    pytest.mark.long,
    needs_browser,
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext on this machine (Debian: poppler-utils)"),
]
CONTROLS = ("Save picture", "Save figures", "Sort by")
# Of each table its header and its rows, cells joined; then the other words. What only screen readers are told and what a hand works
# is left out, and of lists too long for paper all but their line.
ON_SCREEN = """
(() => {
  document.querySelectorAll(".hide, .save, .tools, .chooser label, details.long > :not(summary)").forEach(one => one.remove());
  const cells = row => [...row.children].map(cell => cell.innerText).join(" ");
  document.querySelectorAll("details").forEach(one => one.open = true);
  return [[...document.querySelectorAll("main table")].map(table => [...table.rows].map(cells)),
          [...document.querySelectorAll("main :is(h1, h2, caption, p, summary)")].map(one => one.innerText)];
})()
"""


def bare(text):
    """Text without gaps, as it can be compared across line ends."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def sheets_of(content, path):
    """What stands on each page of a PDF, in the order in which it is drawn, and the size of a page in inches."""
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    size = re.search(r"MediaBox ?\[ ?0 0 ([0-9.]+) ([0-9.]+)", content.decode("latin-1"))
    return text.split("\f")[:-1], {round(float(side) / 72, 1) for side in size.groups()}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("print")) as page:
        yield page


@pytest.fixture(scope="module", params=SAVED)
def printed(request, chromium, tmp_path_factory):
    """The name of a page, its tables and its words on the screen, and by paper the pages of its PDF."""
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    notebook = nbformat.read(PROJECT / "notebooks" / f"{request.param}.ipynb", 4)
    path.write_text(page_of(notebook, request.param, TITLE, []), encoding="utf-8")
    chromium.open(path.as_uri())
    paper = {}
    for name, (width, height) in PAPERS.items():
        told = chromium.ask("Page.printToPDF", paperWidth=width, paperHeight=height, preferCSSPageSize=True)
        paper[name] = sheets_of(base64.b64decode(told["data"]), path.with_suffix(".pdf"))
    chromium.ask("Emulation.setEmulatedMedia", media="print")
    seen = chromium.run(ON_SCREEN)
    chromium.ask("Emulation.setEmulatedMedia", media="")
    return request.param, *seen, paper


@pytest.mark.parametrize("size", PAPERS)
def test_every_header_and_every_cell_is_on_paper(printed, size):
    _, tables, words, paper = printed
    sheets, sides = paper[size]
    assert sides == {round(side, 1) for side in PAPERS[size]}
    sheets = [bare(re.sub(r"^Page \d+ of \d+$", "", sheet, flags=re.M)).replace(bare(TITLE), "") for sheet in sheets]
    text = "".join(sheets)
    for header, *rows in tables:
        rows = [bare(row) for row in rows]
        assert [row for row in [bare(header), *rows] if row not in text] == []
        holding = [sheet for sheet in sheets if any(row in sheet for row in rows)] if len(rows) > 30 else []
        assert all(bare(header) in sheet for sheet in holding)  # on each page that a long table goes on
    assert [one for one in CONTROLS if bare(one) in text] == []
    lines = [line for one in words for line in one.splitlines()]
    assert [line for line in lines if bare(line).replace(bare(TITLE), "") not in text] == []


def test_paper_says_which_page_it_is(printed):
    name, _, _, paper = printed
    if name == "board":
        assert {len(sheets) for sheets, _ in paper.values()} == {1}  # one sheet, whatever the paper
        return
    sheets, _ = paper["A4"]
    assert len(sheets) <= 40 and (name != "data_quality" or len(sheets) <= 20)
    assert TITLE in sheets[-1] and f"Page {len(sheets)} of {len(sheets)}" in sheets[-1]


def test_nothing_is_much_broader_than_the_paper(printed, chromium):
    """As broad as A4 is within its margins. Chromium prints what is broader smaller, and other browsers may cut it."""
    width = 1062 if printed[0] == "board" else 1032  # 281 and 273 mm
    chromium.ask("Emulation.setEmulatedMedia", media="print")
    size = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    chromium.ask("Emulation.setDeviceMetricsOverride", **size)
    assert chromium.run("document.documentElement.scrollWidth") <= 1.05 * width
    chromium.ask("Emulation.setEmulatedMedia", media="")
    chromium.ask("Emulation.clearDeviceMetricsOverride")
