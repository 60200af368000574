"""The pages of a review together: every link leads somewhere, another authority shows at once, axe finds nothing."""

import csv
import importlib.util
import re
import statistics
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from browser import browser, needs_browser
from conftest import PROJECT
from runs import Here
from matplotlib.image import imread

from cyp_helpers.batch import work
from cyp_helpers.batch.contents import write_contents
from cyp_helpers.batch.folder import ReviewFolder
from cyp_helpers.batch.jobs import Run, plan_jobs
from cyp_helpers.register.tables import load_register
from cyp_helpers.report import open_review

pytestmark = pytest.mark.long

NAMES = ["board", "all-indicators", "priority-1-safe", "indicator-re-referrals", "indicator-referrals"]
NAMES += ["delivery", "data-quality", "annual-review"]
KENT = ["board", "all-indicators", "priority-1-family-together", "priority-5-leadership"]
INDEX = "../../index"  # from a review's folder
_HOLDS_AXE = importlib.util.find_spec("axe_playwright_python")  # its axe.min.js alone is used
AXE = Path(_HOLDS_AXE.submodule_search_locations[0]) / "axe.min.js" if _HOLDS_AXE else None


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """A page of each kind, and the names of all pages of the review."""
    return made_of(Run("cypf-2016-18", "2017-18 part 2"), NAMES, tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def of_kent(tmp_path_factory):
    """The pages of an authority that lead to reasons, and a priority without a verdict, to which no table of verdicts belongs."""
    run = Run("national-framework", "2026-11-27", "E10000016")
    return made_of(run, KENT, tmp_path_factory.mktemp("kent"))


def made_of(run, names, project):
    """These pages of a run, made in a project, and the names of all its pages."""
    import pickle

    (project / "data").symlink_to(PROJECT / "data")
    folder, manifest = ReviewFolder(project, run), {"parameters": run.parameters, "made": []}
    whole = open_review(run.plan, run.review, area=run.area, register=load_register(PROJECT))
    jobs = plan_jobs(whole, run)
    pages = [{"name": job.name, "label": job.label, "group": job.group} for job in jobs if job.notebook]
    for job in [job for job in jobs if job.name in names]:
        made = work.make_page(PROJECT, work.reopened(PROJECT, pickle.dumps(whole)), job, pages)
        assert not made.error, made
        folder.keep(made.files, manifest)
        manifest["made"].append({"name": job.name, "status": "succeeded", "files": dict.fromkeys(made.files, "")})
    path = folder.into_place(manifest, failed=False)
    write_contents(project, Here())
    return path, {f"{page['name']}.html" for page in pages}


@pytest.mark.parametrize("which, names", [("pack", [*NAMES, INDEX]), ("of_kent", KENT)])
def test_no_link_and_no_anchor_leads_nowhere(which, names, request):
    folder, pages = request.getfixturevalue(which)
    for name in names:
        text = (folder / f"{name}.html").read_text(encoding="utf-8")
        for link in set(re.findall(r'<a [^>]*href="([^"]*)"', text)):
            page, _, anchor = unquote(link).partition("#")
            made = (folder / f"{name}.html").parent / page if page else folder / f"{name}.html"
            assert page in pages or made.is_file(), (name, link)
            assert not anchor or not made.exists() or f'id="{anchor}"' in made.read_text(encoding="utf-8"), (name, link)


@needs_browser
def test_another_authority_shows_in_a_tenth_of_a_second_and_back_is_what_was_there(pack, tmp_path):
    folder, _ = pack
    with browser(tmp_path) as page:
        page.open((folder / "indicator-re-referrals.html").as_uri())
        seen = "[document.querySelector('h1').textContent, document.querySelector('[data-name=verdicts]').innerText, document.querySelector('path.own').getAttribute('d')]"
        page.run(
            "window.choose = n => { const one = document.querySelector('.chooser select'); one.value = n; one.onchange(); return document.body.offsetHeight; }; own = document.querySelector('.chooser select').value"
        )
        before = page.run(seen)
        took = page.run(
            "Array.from({ length: 50 }, (_, n) => { const start = performance.now(); choose(n * 3); return performance.now() - start; })"
        )
        assert statistics.median(took) < 100
        assert page.run(seen) != before
        assert "All else stays with Nottinghamshire" in page.run("document.querySelector('.chooser p').innerText")
        ten = "JSON.parse(document.querySelector('.chooser').dataset.all).areas.findIndex(one => one[7].length === 10)"
        marks = "document.querySelector('svg.areas').querySelectorAll('.near:not([transform*=\"-99\"])').length"
        assert page.run(f"choose({ten}); {marks}") == 10  # Nottinghamshire itself has nine with a figure
        page.run("choose(own)")
        assert page.run("document.querySelector('.chooser p').innerText") == ""
        assert page.run(seen) == before
        assert page.said("Runtime.exceptionThrown") == [] and page.said("Log.entryAdded") == []


@needs_browser
def test_the_table_of_all_indicators_sorts_searches_and_filters(pack, tmp_path):
    folder, _ = pack
    with browser(tmp_path) as page:
        page.open((folder / "all-indicators.html").as_uri())
        shown = "[...document.querySelectorAll('[data-sortable] tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].textContent.trim())"
        every = page.run(shown)
        page.run(
            "document.querySelector('.tools input').value = 're-ref'; document.querySelector('.tools input').oninput()"
        )
        assert page.run(shown) == ["Social care re-referrals"]
        page.run("document.querySelector('.tools input').value = ''; document.querySelector('.tools input').oninput()")
        page.run("document.querySelector('[data-sortable] thead button').click()")
        assert page.run(shown) == sorted(every, key=str.casefold)
        assert page.run("document.querySelector('[data-sortable] th').getAttribute('aria-sort')") == "ascending"


@needs_browser
def test_a_chart_and_its_figures_are_saved(pack, tmp_path):
    """What a reader saves: the picture at twice its size, drawn and titled; the table as CSV that no spreadsheet runs."""
    folder, _ = pack
    with browser(tmp_path) as page:
        page.open((folder / "indicator-re-referrals.html").as_uri())
        page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
        page.run(
            "figure = document.querySelector('figure.chart'); figure.querySelector('td').textContent = '=1+\\u22121,\"2\"'"
        )
        shown = page.run("[...figure.querySelectorAll('tr')].map(row => [...row.cells].map(cell => cell.textContent))")
        box = page.run(
            "[figure.querySelector('svg').viewBox.baseVal.width, figure.querySelector('svg').viewBox.baseVal.height]"
        )
        page.run("figure.querySelectorAll('.save button').forEach(button => button.click())")
        picture, figures = (_downloaded(tmp_path, ending) for ending in ("png", "csv"))
        assert page.said("Runtime.exceptionThrown") == [] and page.said("Log.entryAdded") == []
    rows = list(csv.reader(figures.read_text(encoding="utf-8-sig").splitlines()))
    shown[1][1] = '\'=1+-1,"2"'
    assert len(rows) > 3 and rows == shown
    drawn = imread(picture)
    height, width, _ = drawn.shape
    assert width == 2 * box[0] and 2 * box[1] < height < 2 * box[1] + 200
    own = (drawn[..., :3] * 255 - [0x12, 0x43, 0x6D]).round() == 0  # the colour of the line of this area
    title = drawn[: height - int(2 * box[1]), :, :3].min(axis=2)
    assert own.all(axis=2).sum() > 100 and (title < 0.5).sum() > 100 and (title > 0.99).mean() > 0.5


def _downloaded(folder, ending, seconds=20):
    end = time.monotonic() + seconds
    while not (found := list(folder.glob(f"*.{ending}"))):
        assert time.monotonic() < end, f"no .{ending} was saved within {seconds} s"
        time.sleep(0.1)
    return found[0]


@needs_browser
@pytest.mark.skipif(AXE is None, reason="no axe-core (pip install --no-deps -r tests/axe.lock)")
@pytest.mark.parametrize("width", [1280, 640, 320])
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(pack, tmp_path, width):
    folder, _ = pack
    with browser(tmp_path) as page:
        page.ask("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
        for name in [*NAMES, INDEX]:
            page.open((folder / f"{name}.html").as_uri())
            page.ask("Runtime.evaluate", expression=AXE.read_text(encoding="utf-8"))
            tags = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
            found = page.run(
                f"axe.run(document, {tags}).then(all => all.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')))"
            )
            assert found == [], (name, width)
            assert page.run("document.documentElement.scrollWidth") <= width, (name, width)
