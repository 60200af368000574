"""The first notebook in a real JupyterLab: pick, press, see the sheet and the names of its files."""

import os
import shutil
import time
from pathlib import Path

import pytest
from browser import browser, needs_browser
from conftest import PROJECT
from test_jupyterlab import jupyterlab, wait_for_server

pytestmark = pytest.mark.long

CELLS = "document.querySelectorAll('.jp-OutputArea-output')"
SELECTS = "[...document.querySelectorAll('.jp-OutputArea select')]"
CHOOSE = """(() => {{ const one = {selects}[{at}]; const to = [...one.options].findIndex(each => each.text.replace(/\\u00a0/g, " ").includes({text!r}));
  one.selectedIndex = to; one.dispatchEvent(new Event('change', {{bubbles: true}})); return to; }})()"""


@pytest.fixture
def folder(tmp_path):
    """A copy of the project whose notebooks JupyterLab opens; its packages are those of the tests."""
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, tmp_path / "files" / name, ignore=shutil.ignore_patterns("own", "images"))
    shutil.copy(PROJECT / "requirements.lock", tmp_path / "files")
    return tmp_path


@needs_browser
def test_pick_press_and_see(folder):
    with jupyterlab(folder, "JupyterLab Light") as address, browser(folder) as page:
        wait_for_server(address)
        page.open(f"{address}/doc/tree/notebooks/start_here.ipynb?reset", until=f"{CELLS}.length >= 2")
        _run_all(page)
        _until(page, f"{SELECTS}.length === 3 && {SELECTS}[2].options.length > 150", 90)
        assert page.run(CHOOSE.format(selects=SELECTS, at=0, text="National Framework")) >= 0
        _until(page, f"{SELECTS}[1].options.length === 1", 20)  # no review is listed but the newest
        _until(page, f"!{SELECTS}[2].options[0].text.replace(/\\u00a0/g, ' ').includes('own area')", 20)  # the list of areas follows the plan
        chosen = False  # what is picked while the list still changes is undone, so a reader would pick again
        for _ in range(10):
            page.run(CHOOSE.format(selects=SELECTS, at=2, text="Leeds"))
            time.sleep(1)
            if chosen := page.run(f"{SELECTS}[2].selectedOptions[0]?.text === 'Leeds'"):
                break
        assert chosen
        page.run(
            "[...document.querySelectorAll('.jp-OutputArea button')].find(one => one.textContent === 'Make it').click()"
        )
        _until(
            page,
            "!!document.querySelector('.jp-OutputArea .board h1') || document.querySelector('.jp-OutputArea pre')?.innerText.includes('Error')",
            120,
        )
        assert page.run("document.querySelector('.jp-OutputArea .board h1')?.innerText").startswith("Leeds")
        told = page.run("document.querySelector('.widget-html, .jupyter-widgets.widget-html')?.innerText")
        assert "board.html" in told and "board.pdf" in told
        assert list((folder / "files/outputs").rglob("board.pdf"))
        page.picture(Path(os.environ.get("CYP_PICTURES", folder)) / "start.png", height=1400)


def _run_all(page):
    """Shift and Enter through the cells, as a reader would."""
    page.run("document.querySelector('.jp-Notebook').focus()")
    for _ in range(4):
        for kind in ("keyDown", "keyUp"):
            page.ask(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, modifiers=8
            )
        time.sleep(0.5)


def _until(page, expression, seconds):
    end = time.monotonic() + seconds
    while not page.run(expression):
        assert time.monotonic() < end, (expression, page.run(f"[...{CELLS}].map(one => one.innerText).join('|')"))
        time.sleep(0.5)
