"""Pages: an executed notebook as one HTML file that needs nothing from elsewhere and runs nothing."""

import html
import re
from functools import cache
from urllib.parse import quote

from cyp_helpers.show.charts import MOST_PICTURES
from cyp_helpers.show.picture import STYLE as BOARD
from cyp_helpers.show.table import FOLDER, STYLE
from cyp_helpers.show.wording import clean

FOOTER = (
    "Figures are transcribed from documents of Nottinghamshire County Council and its partners in the Nottinghamshire Children's Trust; "
    "copyright in the documents remains with their authors. Every figure on the page is listed with its document and place."
)
# Whatever gets into a page, nothing is fetched, sent or run. A script of the page's own would be named here by its hash.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
PUBLISHED_FOOTER = "Figures are published open data under the Open Government Licence v3.0. Every figure on the page is listed with its source."
SHEET = "sheet"  # tag of the cells that alone make a page
_LINK = re.compile(r'<a href="([^":#/]+)\.html">(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r'<img src="data:[^">]*"[^>]*>')


def page_of(notebook, name, title, pages, footer=FOOTER):
    """HTML of an executed notebook: its words, tables and pictures, without its code and what it wrote to standard error; where cells
    have the tag ``SHEET``, these alone, with the navigation folded.

    Parameters
    ----------
    notebook : NotebookNode
    name : file name of the page without ending
    title : for the browser's tab
    pages : list of dict with ``name``, ``label`` and ``group`` (or ''): the pages of this review, for the navigation;
        a link to another page is plain words
    footer : where the figures are from

    Returns
    -------
    str, a whole page in British English with inline style and pictures. Raw HTML in Markdown is shown as text; characters that turn or
    hide text are shown as "\N{REPLACEMENT CHARACTER}"; pictures after the first ``MOST_PICTURES`` are left out, which the page says.
    """
    sheet = [cell for cell in notebook.cells if SHEET in cell.metadata.get("tags", [])]
    page = {"title": title, "name": name, "pages": pages, "policy": POLICY, "footer": footer, "sheet": bool(sheet)}
    there, body = {html.escape(quote(one["name"])) for one in pages}, _body(notebook, title, sheet)
    body = _LINK.sub(lambda link: link[0] if link[1] in there else link[2], body) if pages else body
    return clean(_frame().render(**page, style=_safe(STYLE + BOARD * page["sheet"]), body=_safe(body)))


@cache  # compiling the templates takes as long as filling them
def _exporter():
    from nbconvert import HTMLExporter  # takes half a second to import
    from nbconvert.exporters import TemplateExporter
    from nbconvert.filters import Highlight2HTML

    class FragmentExporter(HTMLExporter):
        """Without the second reading of the whole page, in which HTMLExporter looks for pictures that lack an alternative
        text and says that nobody wrote one. Ours have theirs, which a test holds."""

        from_notebook_node = TemplateExporter.from_notebook_node

    return FragmentExporter(
        template_name="basic",
        filters={"highlight_code": Highlight2HTML, "markdown2html": _markdown()},
        default_preprocessors=[],  # none of them finds anything to do, and each has the notebook checked again
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


@cache
def _markdown():
    """Markdown to HTML without formulas, live addresses and raw HTML: a tag in a text is shown as it is written, but for bare spans (``DOLLAR``)."""
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def __init__(self):
            super().__init__(escape=False)  # True would also show the "&" of an entity

        def inline_html(self, html):
            return html if html in ("<span>", "</span>") else mistune.escape(html)

        def block_html(self, html):
            return f"<p>{mistune.escape(html)}</p>\n"

    return mistune.create_markdown(renderer=Renderer(), plugins=["table"])


@cache
def _frame():
    from jinja2 import Environment, FileSystemLoader

    return Environment(autoescape=True, loader=FileSystemLoader(FOLDER)).get_template("page.html.j2")


def _body(notebook, title, sheet):
    """The notebook's fragment, its heading made this page's own unless a sheet has one; the style of its cells is already in the head."""
    fragment, _ = _exporter().from_notebook_node(_without_errors(notebook, sheet or notebook.cells))
    title = html.escape(title)
    if not sheet:
        fragment = re.sub(r"(<h1[^>]*>.*?)</h1>", lambda h1: f"{h1[1]}: {title}</h1>", fragment, count=1)
    fragment = re.sub(r"<style>.*?</style>", "", fragment, flags=re.DOTALL)
    return _limited(re.sub(r"<script\b.*?</script>", "", fragment, flags=re.DOTALL | re.IGNORECASE))


def _without_errors(notebook, cells):
    """Without standard error: warnings name folders of the machine and are for the analyst."""
    from nbformat import NotebookNode

    def quiet(cell):
        outputs = [one for one in cell.get("outputs", []) if one.get("name") != "stderr"]
        return NotebookNode(cell | {"outputs": outputs}) if "outputs" in cell else cell

    return NotebookNode(notebook | {"cells": [quiet(cell) for cell in cells]})


def _limited(fragment):
    """No more than ``MOST_PICTURES``; what stands in for the others says so."""
    number = iter(range(1, len(fragment)))
    left_out = f"<p>Picture left out: a page has {MOST_PICTURES} at most. Its figures are in the table below.</p>"
    return _PICTURE.sub(lambda picture: picture[0] if next(number) <= MOST_PICTURES else left_out, fragment)


def _safe(text):
    from markupsafe import Markup

    return Markup(text)
