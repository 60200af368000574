"""The board page as a Word file to paste into a board paper: headings, tables with header rows, pictures with words."""

import io
import json
import zipfile
from itertools import count

from cyp_helpers.show.picture import legend_of
from cyp_helpers.show.table import FOLDER, render

# Columns that hold a picture, and its width in millimetres: a cell has four less than its column.
_PICTURES = {"spark": 12.5, "spine": 33}


def document_of(data, as_at):
    """Bytes of a board page (``Board.data``) for Word and LibreOffice: a heading and a table for each priority,
    landscape A4; the file's properties give ``as_at`` as its time, so that equal pages make equal bytes."""
    from docx import Document  # takes a tenth of a second to import
    from docx.oxml import parse_xml
    from docx.shared import Mm

    document, images, numbers = Document(), _images(data), count(1)
    _set_up(document, data, as_at)

    def picture(column, svg):
        part, image = document.part.get_or_add_image(io.BytesIO(images[svg]))
        width, height = image.scaled_dimensions(Mm(_PICTURES[column]), None)
        return {"part": part, "number": next(numbers), "width": width, "height": height}

    body = render("board.docx", **data | legend_of(data["groups"]), widths=_PICTURES, picture=picture)
    document.element.body[:0] = list(parse_xml(body))
    return _saved(document)


def _set_up(document, data, as_at):
    """Paper, letters, language and properties."""
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(12)
    for name, size, before in (("Normal", 10, 4), ("Heading 1", 16, 0), ("Heading 2", 12, 8)):
        style = document.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in [one for one in fonts.attrib if "Theme" in one]:
            del fonts.attrib[theme]
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(3)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x12, 0x43, 0x6D)
    document.styles["Normal"].element.rPr.append(OxmlElement("w:lang", {qn("w:val"): "en-GB"}))
    about = document.core_properties
    about.title, about.author, about.language, about.comments = data["title"], "cyp_helpers", "en-GB", data["review"]
    about.created = about.modified = as_at.to_pydatetime()


def _images(data):
    """PNG of each drawing of the rows, by its SVG: Word and LibreOffice show no SVG without another picture by it."""
    import typst

    drawings = sorted({row[name] for _, rows in data["groups"] for row in rows for name in _PICTURES if row.get(name)})
    if not drawings:
        return {}
    told = {"drawings": json.dumps(drawings)}
    made = typst.compile(str(FOLDER / "drawings.typ"), format="png", ppi=220, sys_inputs=told)
    return dict(zip(drawings, [made] if isinstance(made, bytes) else made))


def _saved(document):
    """The bytes of a document, without the times at which its parts were written."""
    written, kept = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        for name in parts.namelist():
            book.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
