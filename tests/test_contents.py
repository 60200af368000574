"""The page that leads to every review in ``outputs/``."""

import re

from cyp_helpers.batch.contents import contents, write_contents
from cyp_helpers.batch.folder import MANIFEST, ReviewFolder
from cyp_helpers.batch.jobs import Run
from runs import Here

OLD = Run("cypf-2011-14", "2011-12 part 2")
NEW = Run("cypf-2016-18", "2017-18 part 2")
ELSEWHERE = Run("cypf-2016-18", "2017-18 part 2", "E08000035")


def made(project, run, name="board.html"):
    folder, entry = ReviewFolder(project, run), {"name": "board", "status": "succeeded", "files": {name: ""}}
    manifest = {"parameters": run.parameters, "made": [entry]}
    folder.keep({name: b"<h1>Board</h1>"}, manifest)
    return folder.into_place(manifest, failed=False)


def test_every_review_that_stands_there_is_led_to_newest_first(project):
    for run in (OLD, NEW, ELSEWHERE):
        made(project, run)
    assert contents(project)[["review", "area"]].values.tolist() == [
        ["2017-18 part 2", "Nottinghamshire"],
        ["2017-18 part 2", "Leeds"],
        ["2011-12 part 2", "Nottinghamshire"],
    ]
    write_contents(project, Here())
    page = (project / "outputs" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="([^"#]+)"', page)
    assert links == [
        "cypf-2016-18/2017-18-part-2/board.html",
        "cypf-2016-18/2017-18-part-2/E08000035/board.html",
        "cypf-2011-14/2011-12-part-2/board.html",
    ]
    assert all((project / "outputs" / link).is_file() for link in links)
    write_contents(project, Here())
    assert (project / "outputs" / "index.html").read_text(encoding="utf-8") == page


def test_what_failed_was_deleted_or_cannot_be_read_is_not_led_to(project):
    folder = made(project, NEW)
    folder.rename(folder.with_name(f"{folder.name}-failed"))
    (made(project, OLD) / "board.html").unlink()
    (made(project, ELSEWHERE) / MANIFEST).write_text("{", encoding="utf-8")
    assert contents(project).empty
    write_contents(project, Here())
    assert "<a href" not in (project / "outputs" / "index.html").read_text(encoding="utf-8").replace('<a class="skip" href', "")
