"""The page in ``outputs/`` that leads to every review there: plans, reviews and areas, newest first."""

import os

import pandas as pd

from cyp_helpers.batch.folder import manifest_of
from cyp_helpers.batch.jobs import BOARD
from cyp_helpers.register.reviews import find_review
from cyp_helpers.register.tables import UnknownName, load_register
from cyp_helpers.show.wording import day, escape

NAME = "index"
_FOOTER = "Written anew by each cyp review from what stands in outputs/."


def write_contents(project, pool):
    """Write ``outputs/index.html`` anew, in a process of the pool, from the reviews in ``outputs/``; they alone say
    what there is."""
    page = pool.submit(page_of_words, list(_words(contents(project)))).result()
    aside = project / "outputs" / f".{NAME}-{os.getpid()}"  # another run may write it too
    try:
        aside.write_text(page, encoding="utf-8")
        aside.replace(aside.with_name(f"{NAME}.html"))
    finally:
        aside.unlink(missing_ok=True)


def page_of_words(project, words):
    """HTML of the page from its paragraphs; in a process of the pool, which has imported what that takes."""
    from nbformat import v4

    from cyp_helpers.show.publish import page_of

    cells = [v4.new_markdown_cell(text, id=f"part-{n}") for n, text in enumerate(words)]  # equal reviews, equal bytes
    return page_of(v4.new_notebook(cells=cells), NAME, "children's plans", [], _FOOTER)


def contents(project):
    """The reviews whose board page stands in ``outputs/``.

    Returns
    -------
    DataFrame, newest review first: ``title`` (of the plan), ``review, as_at`` (Timestamp), ``area`` (name), ``own`` (of
    the plan's own area) and ``link`` to the board page
    """
    register, outputs = load_register(project), project / "outputs"
    plans = register.table("plans").set_index("plan_id")
    areas = register.table("areas").set_index("area_id")["name"]
    rows = []
    for path in sorted([*outputs.glob("[!.]*/[!.]*/manifest.json"), *outputs.glob("[!.]*/[!.]*/[!.]*/manifest.json")]):
        names = manifest_of(path.parent).get("parameters", {})
        area = names.get("area") or plans["area_id"].get(names.get("plan"))
        board = path.with_name(f"{BOARD}.html")
        if area not in areas or path.parent.name.endswith("-failed") or not board.is_file():
            continue
        try:
            as_at = find_review(register, names["plan"], names["review"])["as_at"]
        except UnknownName:  # of a plan or review that the register had
            continue
        title, link = plans.at[names["plan"], "title"], board.relative_to(outputs).as_posix()
        rows.append((title, names["review"], as_at, areas[area], "area" not in names, link))
    rows = pd.DataFrame(rows, columns=["title", "review", "as_at", "area", "own", "link"])
    return rows.sort_values(["as_at", "title", "review", "own", "area"], ascending=[False, True, True, False, True])


def _words(rows):
    """Markdown: the heading, then for each plan and review its areas, each a link to its board page."""
    yield "# Reviews\n\nEach leads to its board page, and that to all its pages. Newest first."
    for (title, review, as_at), each in rows.groupby(["title", "review", "as_at"], sort=False):
        lines = [f"- [{escape(row.area)}]({row.link})" for row in each.itertuples()]
        known = f"{escape(review.partition(' as at ')[0])}, as known at {day(as_at)}"
        yield f"## {escape(title)}\n\n{known}\n\n" + "\n".join(lines)
