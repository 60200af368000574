"""The board page as a Word file, for a clerk to paste into a board paper: real headings, tables with header rows, pictures with words."""

import io
import json
import zipfile

from cyp_helpers.show.picture import AXIS, DASH_EXPLAINED, MARKED, WORDS_EXPLAINED

_PICTURES = {"spark": 12.5, "spine": 33}  # columns that hold one, and its width in millimetres: a cell has four less than its column
_WIDTHS = {  # in millimetres too; together what landscape A4 has within its margins
    **{"short_name": 38, "good": 14, "figure": 17, "period": 19, "england_figure": 20, "spark": 17, "spine": 38, "change": 26},
    **{"against_england": 20, "against_neighbours": 25, "target": 19, "lead": 19},
}
_RIGHT = ("figure", "england_figure")
_LEGEND = (
    f"How to read it: among all authorities, left is {AXIS[0]} and right is {AXIS[2]} (lower and higher where neither is good); the line in the middle is {AXIS[1]}, the strip holds nine "
    "in ten authorities, its darker part the middle half; the diamond is the average of the neighbours, similar authorities; the dot is ours, "
    "filled where it is clearly other than England. Each line has its own scale and up to five years; grey behind it is an ordinary year. Words that end in -ing are about five years. Unclear: "
    f"no more than its usual ups and downs. Said: by a document, without a test; ?: a large change that nothing can test. – {DASH_EXPLAINED}. {WORDS_EXPLAINED.capitalize()}."
)


def document_of(data, as_at):
    """Bytes of a board page (``Board.data``) for Word and LibreOffice: a heading and a table for each priority,
    landscape A4; the file's properties give ``as_at`` as its time, so that equal pages make equal bytes."""
    from docx import Document  # takes a tenth of a second to import

    document, pictures = Document(), _pictures(data)
    _set_up(document, data, as_at)
    document.add_heading(data["title"], 1)
    document.add_paragraph(f"{data['review']}. {data['asked']}")
    for one in data["said"]:
        document.add_heading(one["heading"], 2)
        document.add_paragraph(one["sentence"])
    for priority, rows in data["groups"]:
        document.add_heading(priority, 2)
        _table(document, data["columns"], rows, pictures, f"{priority}: a row for each headline indicator")
    document.add_paragraph(_LEGEND)
    document.add_paragraph(f"{data['rule']}.")
    return _saved(document)


def _element(tag, value=None):
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    made.attrib.update({qn("w:val"): value} if value else {})
    return made


def _set_up(document, data, as_at):
    """Paper, letters, language and properties."""
    from docx.enum.section import WD_ORIENT
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
    document.styles["Normal"].element.rPr.append(_element("w:lang", "en-GB"))
    about = document.core_properties
    about.title, about.author, about.language, about.comments = data["title"], "cyp_helpers", "en-GB", data["review"]
    about.created = about.modified = as_at.to_pydatetime()


def _table(document, columns, rows, pictures, words):
    from docx.shared import Mm

    table = document.add_table(rows=1 + len(rows), cols=len(columns), style="Table Grid")
    table.autofit = False
    described = "The first row names the columns, the first column the indicators."
    table._tbl.tblPr.extend([_element("w:tblCaption", words), _element("w:tblDescription", described)])
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # a row stays on one page
    table.rows[0]._tr.trPr.append(_element("w:tblHeader"))  # and the header comes again on the next
    for n, (name, header) in enumerate(columns.items()):
        table.columns[n].width = Mm(_WIDTHS[name])  # LibreOffice goes by the columns, Word by their cells
        for cell, row in zip(table.columns[n].cells, [None, *rows]):
            cell.width = Mm(_WIDTHS[name])
            if row is not None and name in _PICTURES and row[name]:
                picture = io.BytesIO(pictures[row[name]])
                drawn = cell.paragraphs[0].add_run().add_picture(picture, width=Mm(_PICTURES[name]))
                drawn._inline.docPr.set("descr", row[f"{name}_words"])
            else:
                strong = row is None or n == 0 and (row["mark"] or row["mark_sign"] not in ("", "better"))
                _write(cell, header if row is None else _said(row, name), name, strong)


def _said(row, name):
    """The words of a cell: what a sign on the page adds to its word is said, and an owner's words stand under the name."""
    words = "–" if name in _PICTURES else str(row[name])
    if row.get(f"{name}_sign", "").endswith(" too"):
        words += ", England too"
    if name != "short_name":
        return words
    mark = f" ({MARKED[row['mark_sign']]} {row['mark']}".rstrip() + ")" if row["mark_sign"] else ""
    return f"{words}{mark}\n{row['owner']}".strip()


def _write(cell, words, name, strong):
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    for n, line in enumerate(words.split("\n", 1)):  # what an owner says stands below the name, in plain letters
        run = paragraph.add_run("\n" * n + line)
        run.bold, run.font.size = bool(strong) and n == 0, Pt(9)
    if name in _RIGHT:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _pictures(data):
    """PNG of each drawing of the rows, by its SVG: Word and LibreOffice show no SVG that has no other picture beside it."""
    import typst

    drawings = sorted({row[name] for _, rows in data["groups"] for row in rows for name in _PICTURES if row.get(name)})
    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        '#for one in json(bytes(sys.inputs.drawings)) { page(image(bytes(one), format: "svg")) }'
    )
    if not drawings:
        return {}
    made = typst.compile(source.encode(), format="png", ppi=220, sys_inputs={"drawings": json.dumps(drawings)})
    return dict(zip(drawings, [made] if isinstance(made, bytes) else made))


def _saved(document):
    """The bytes of a document, without the times at which its parts were written."""
    written, kept = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        for name in parts.namelist():
            book.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
