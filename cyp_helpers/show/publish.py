"""Pages: an executed notebook as one HTML file that needs nothing from elsewhere."""

import html
import re
from functools import cache
from pathlib import Path

from cyp_helpers.show.table import STYLE

TEMPLATE = Path(__file__).parent / "page.html.j2"
FOOTER = (
    "Figures are transcribed from documents of Nottinghamshire County Council and its partners in the Nottinghamshire Children's Trust; "
    "copyright in the documents remains with their authors. Every figure on the page is listed with its document and place."
)


def page_of(notebook, name, title, pages):
    """HTML of an executed notebook: its words, tables and pictures, without its code.

    Parameters
    ----------
    notebook : NotebookNode
    name : file name of the page without ending
    title : for the browser's tab
    pages : list of dict with ``name``, ``label`` and ``group`` (or ''): the pages of this review, for the navigation

    Returns
    -------
    str, a whole page in British English with inline style and pictures.
    """
    body = _body(notebook, title)
    return _frame().render(title=title, name=name, pages=pages, style=_safe(STYLE), body=_safe(body), footer=FOOTER)


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
        filters={"highlight_code": Highlight2HTML},
        default_preprocessors=[],  # none of them finds anything to do, and each has the notebook checked again
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


@cache
def _frame():
    from jinja2 import Environment, select_autoescape

    return Environment(autoescape=select_autoescape(default=True)).from_string(TEMPLATE.read_text(encoding="utf-8"))


def _body(notebook, title):
    """The notebook's fragment, its heading made this page's own; the style of its set-up cell is already in the head."""
    fragment, _ = _exporter().from_notebook_node(notebook)
    fragment = re.sub(
        r"(<h1[^>]*>)(.*?)</h1>", lambda h1: f"{h1[1]}{h1[2]}: {html.escape(title)}</h1>", fragment, count=1
    )
    fragment = re.sub(r"<style>.*?</style>", "", fragment, flags=re.DOTALL)
    return re.sub(r"<script\b.*?</script>", "", fragment, flags=re.DOTALL)


def _safe(text):
    from markupsafe import Markup

    return Markup(text)
