"""Pages: an executed notebook as one HTML file that needs nothing from elsewhere and runs its own script alone."""

import base64
import html
import re
from collections import Counter
from functools import cache
from hashlib import sha256
from itertools import count
from urllib.parse import quote

from markupsafe import Markup

from cyp_helpers.show.charts import MOST_PICTURES
from cyp_helpers.show.picture import STYLE as BOARD
from cyp_helpers.show.table import FOLDER, STYLE, render
from cyp_helpers.show.wording import LICENCE, clean, say

SCRIPT = (FOLDER / "page.js").read_text(encoding="utf-8")
_HASH = base64.b64encode(sha256(SCRIPT.encode()).digest()).decode("ascii")
# Whatever gets into a page, nothing is fetched, sent or run but the page's own script, known by its hash.
POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'"
)
FOOTER = say("footer", licence=LICENCE)
SHEET = "sheet"  # tag of the cells that alone make a page
IF_ANY = "if-any"  # tag of the headings that a page leaves out where what follows shows nothing
_LINK = re.compile(r'<a href="([^":#/]+)\.html">(.*?)</a>', re.DOTALL)
_CAPTION = re.compile(r'(?<=")(table-[a-z0-9-]+)-caption(?=")')  # named by a table and by what it stands in
_PICTURE = re.compile(r'<img src="data:[^">]*"[^>]*>')


def page_of(notebook, name, title, pages, footer=FOOTER, home=""):
    """HTML of an executed notebook as the page ``name`` (without ending): its words, tables and pictures, not its code
    or what it wrote to standard error; where cells have the tag ``SHEET``, these alone, with the navigation folded.

    ``pages`` are those of the review, for the navigation, dicts of ``name``, ``label`` and ``group`` (or ''); a link to
    another page is plain words. ``footer`` says where the figures are from, ``home`` leads to all reviews. Raw HTML in
    Markdown is shown as text, characters that turn or hide text as "\N{REPLACEMENT CHARACTER}"; pictures after the
    first ``MOST_PICTURES`` are left out, which the page says.
    """
    sheet = [cell for cell in notebook.cells if SHEET in cell.metadata.get("tags", [])]
    there, body = {html.escape(quote(one["name"])) for one in pages}, _body(notebook, title, sheet)
    body = _LINK.sub(lambda link: link[0] if link[1] in there else link[2], body) if pages else body
    return framed(body, name, title, pages, footer, home, bool(sheet))


def framed(body, name, title, pages=(), footer=FOOTER, home="", sheet=False):
    """A whole page around a fragment of HTML whose text is escaped; the rest as in ``page_of``."""
    page = {"title": title, "name": name, "pages": pages, "home": home, "footer": footer, "sheet": sheet}
    page |= {"policy": POLICY, "title_in_css": _in_css(title)}
    safe = {"style": Markup(STYLE + BOARD), "script": Markup(SCRIPT), "body": Markup(body)}
    return clean(render("page.html", **page, **safe))


def footer_of(report):
    """Whose the documents are that figures of a report were transcribed from; another area than the plan's has none."""
    if not report.is_own_area:
        return FOOTER
    sources = report.register.table("sources")
    read = {report.plan["source_id"], *report.document_figures["source_id"]}
    whose = "; ".join(sources.loc[sources["source_id"].isin(read), "publisher"].unique())
    return say("footer_of_plan", whose=whose, licence=LICENCE)


@cache  # compiling the templates takes as long as filling them
def _exporter():
    from nbconvert import HTMLExporter  # takes half a second to import
    from nbconvert.exporters import TemplateExporter
    from nbconvert.filters import Highlight2HTML

    class FragmentExporter(HTMLExporter):
        """Without the second reading of the page, in which HTMLExporter looks for pictures without an alternative text
        and says that nobody wrote one. Ours have theirs, which a test holds."""

        from_notebook_node = TemplateExporter.from_notebook_node

    without = ("input", "input_prompt", "output_prompt", "anchor_links")
    return FragmentExporter(
        template_name="basic",
        filters={"highlight_code": Highlight2HTML, "markdown2html": _markdown()},
        default_preprocessors=[],  # none of them finds anything to do, and each has the notebook checked again
        **{f"exclude_{one}": True for one in without},
    )


@cache
def _markdown():
    """Markdown to HTML without formulas, live addresses and tags: a tag is shown as written, but for ``DOLLAR``."""
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def __init__(self):
            super().__init__(escape=False)  # True would also show the "&" of an entity

        def heading(self, text, level, **attrs):
            """A heading of a section is an address, so that a link leads there whatever the section shows."""
            slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
            return super().heading(text, level, **attrs | ({"id": slug} if level == 2 else {}))

        def inline_html(self, html):
            return html if html in ("<span>", "</span>") else mistune.escape(html)

        def block_html(self, html):
            return f"<p>{mistune.escape(html)}</p>\n"

    return mistune.create_markdown(renderer=Renderer(), plugins=["table"])


def _in_css(text):
    """Text within quotes of a style sheet: every sign as its number, so that none of them ends anything."""
    return re.sub(r"[^\w ]|_", lambda sign: f"\\{ord(sign[0]):x} ", clean(text), flags=re.ASCII)


def _body(notebook, title, sheet):
    """The notebook's fragment, its heading made this page's own unless it shows one; the style stands in the head."""
    cells = sheet or _with_something(notebook.cells)
    own = any("<h1" in text for cell in cells for text in _texts(cell, "text/html"))
    fragment, _ = _exporter().from_notebook_node(_without_errors(notebook, cells[1:] if own and not sheet else cells))
    title, number = html.escape(title), count(1)
    if not own:
        fragment = re.sub(r"(<h1[^>]*>.*?)</h1>", lambda h1: f"{h1[1]}: {title}</h1>", fragment, count=1)
    fragment = re.sub(r"<style>.*?</style>", "", fragment, flags=re.DOTALL)
    fragment = re.sub(r"<script\b.*?</script>", "", fragment, flags=re.DOTALL | re.IGNORECASE)
    seen = Counter()  # tables of one caption on a page

    def own_caption(found):
        seen[found[1]] += 1
        return found[0] if seen[found[1]] <= 2 else f"{found[1]}-{(seen[found[1]] + 1) // 2}-caption"

    fragment = _CAPTION.sub(own_caption, fragment)
    left_out = f"<p>Picture left out: a page has {MOST_PICTURES} at most. Its figures are in the table below.</p>"
    return _PICTURE.sub(lambda picture: picture[0] if next(number) <= MOST_PICTURES else left_out, fragment)


def _with_something(cells):
    """Cells without what shows nothing below a heading tagged ``IF_ANY``, and without what is all empty there."""
    begins = [n for n, cell in enumerate(cells) if cell.cell_type == "markdown" and cell.source.startswith("#")]
    sections = [cells[begin:end] for begin, end in zip(begins, [*begins[1:], len(cells)])]
    shown = cells[: begins[0] if begins else None]
    for heading, *part in sections:
        if_any = IF_ANY in heading.metadata.get("tags", [])
        part = list(filter(_shows, part)) if if_any else part
        shown += [heading, *part] if part or not if_any else []
    return shown


def _shows(cell):
    """Whether a cell has an output other than that there is nothing to show."""
    texts = _texts(cell, "text/html", "text/markdown")
    return any(text and not re.match(r'<p class="(empty-table|nothing)"', text) for text in texts)


def _texts(cell, *kinds):
    """What the outputs of a cell show, of these kinds."""
    return ["".join(one.get("data", {}).get(kind, "")) for one in cell.get("outputs", []) for kind in kinds]


def _without_errors(notebook, cells):
    """Without standard error: warnings name folders of the machine and are for the analyst."""
    from nbformat import NotebookNode

    cells = [NotebookNode(cell) for cell in cells]
    for cell in cells:
        if "outputs" in cell:
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    return NotebookNode(notebook | {"cells": cells})
