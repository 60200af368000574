"""Charts with their words: a title that says the finding, a text alternative computed from the data, the data below."""

import base64
import textwrap
import warnings
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

import pandas as pd
from markupsafe import Markup

from cyp_helpers.show.table import LONG, Table, render, render_table, show
from cyp_helpers.show.wording import clean, in_html

# Government Analysis Function palette for charts
DARK_BLUE, ORANGE, DARK_GREY, TURQUOISE, LIGHT_GREY = "#12436D", "#F46A25", "#3D3D3D", "#28A197", "#BFBFBF"
_WIDTH = 8  # inches, of every chart
_LINE = 0.2  # inches, of a line of a title
# A reader hears an alternative text in one go; a page of 2,000 pictures has 112 MB. What is left out is told.
MOST_CHARACTERS, MOST_PICTURES = 1000, 60


@dataclass(frozen=True)
class Chart:
    """A picture with its words and its data (a table, or the frame that a reader drew); shows itself in a notebook.
    Where there is a ``note`` on how to read it, the title stands above the picture with it, else within."""

    title: str
    alternative: str
    picture: bytes = field(repr=False)
    data: Table | pd.DataFrame = field(repr=False)
    note: str = ""

    def __repr__(self):
        return f"Chart: {_limited(self.alternative)}"

    def _repr_html_(self):
        data = self.data if isinstance(self.data, Table) else show(self.data, f"Figures behind the chart: {self.title}")
        words = {"title": self.title, "note": self.note, "alternative": _limited(self.alternative)}
        encoded, table = base64.b64encode(self.picture).decode("ascii"), Markup(render_table(data))
        return render("chart.html", encoded=encoded, table=table, rows=len(data.data), most=LONG, **words)


@dataclass(frozen=True)
class Charts:
    """Several charts, one below the other; ``nothing`` says why there is none, or one less."""

    charts: tuple
    nothing: str = ""

    def __repr__(self):
        return "\n".join(filter(None, [*map(repr, self.charts), self.nothing])) or "No chart"

    def _repr_html_(self):
        charts = "".join(chart._repr_html_() for chart in self.charts)
        nothing = f'<p class="nothing">{in_html(self.nothing)}</p>' if self.nothing else ""
        return (f'<div class="charts">{charts}</div>' if charts else "") + nothing


def _limited(alternative):
    """An alternative text of a length that can be listened to, ending with a whole word."""
    short = textwrap.shorten(clean(alternative), MOST_CHARACTERS, placeholder=" …")
    return short + (" The table of figures behind this chart has the rest." if short.endswith(" …") else "")


def new_figure(height=4.0, left=0.72, right=0.16, bottom=0.48, top=0.56):
    """A figure eight inches wide and its axes, with margins in inches. Working margins out would draw it twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height))
    figure.subplots_adjust(left / _WIDTH, bottom / height, 1 - right / _WIDTH, 1 - top / height)
    return figure, figure.subplots()


def add_title(figure, title, width=84):
    """The finding above a chart, in lines of a width in characters or less; more than two lines push the plot down."""
    style = {"x": 0.01, "ha": "left", "fontsize": 11.5, "fontweight": "bold", "parse_math": False}
    lines = textwrap.wrap(clean(title), width, max_lines=8, placeholder=" …")
    wide = figure.suptitle("\n".join(lines), **style).get_window_extent().width / figure.bbox.width
    if wide > 0.98 and width > 20:  # broad letters
        return add_title(figure, title, int(width * 0.95 / wide))
    inches, edges = figure.get_figheight(), figure.subplotpars
    height = inches + _LINE * max(len(lines) - 2, 0)
    figure.set_figheight(height)
    if figure.get_layout_engine() is None:  # which makes room itself, unless it is told where the title stands
        top = (1 - edges.top) * inches + height - inches
        figure.subplots_adjust(bottom=edges.bottom * inches / height, top=1 - top / height)
        style |= {"va": "top", "y": 1 - 0.1 / height}
    return figure.suptitle("\n".join(lines), **style)


def draw_plain(axes, keep_left=False):
    """Take away what a chart does not need."""
    axes.spines[["top", "right"] if keep_left else ["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=10)


def tell_dates(axes):
    """A few dates below a chart, as years or as months."""
    from matplotlib.dates import AutoDateFormatter, AutoDateLocator

    locator = AutoDateLocator(minticks=3, maxticks=8)  # with 4 there is none for 43 to 47 months
    formatter = AutoDateFormatter(locator)
    formatter.scaled.update({30.0: "%b %Y", 1.0: "%d %b %Y"})
    axes.xaxis.set(major_locator=locator, major_formatter=formatter)


def draw_svg(figure):
    """The picture as SVG, the same bytes for the same data; every text stands as it is, cut where it has no room.

    Letters that matplotlib's own font lacks are left to the fonts of the reader.
    """
    import matplotlib

    buffer, missing = BytesIO(), not _as_text(figure) <= _letters()
    settings = {"svg.hashsalt": "cyp_helpers", "svg.fonttype": "none" if missing else "path", "text.parse_math": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return clean(buffer.getvalue().decode("utf-8")).encode("utf-8")


def _as_text(figure):
    """Take no text of a figure for a formula, and cut what outgrows its place; gives the set of characters drawn."""
    from matplotlib.text import Text

    for axes in figure.axes:
        box, legend = axes.get_position(), axes.get_legend()
        places = [(text, 45) for text in (legend.get_texts() if legend else [])]
        places += [(axes.xaxis.label, box.width * figure.get_figwidth() * 11)]  # 11 letters to the inch
        places += [(axes.yaxis.label, box.height * figure.get_figheight() * 11)]
        for text, length in places:
            words, most = text.get_text(), int(length)
            text.set_text(words if len(words) <= most else f"{words[: max(most - 1, 0)].rstrip()}…")
    drawn = figure.findobj(Text)
    for text in drawn:
        lines = clean(text.get_text()).split("\n")
        most = len(lines) if text.get_text() == figure.get_suptitle() else 3
        text.set_text("\n".join(lines[:most]) + (" …" if len(lines) > most else ""))
        text.set_parse_math(False)
    return set("".join(text.get_text() for text in drawn))


@cache
def _letters():
    """The characters that matplotlib's own font has."""
    from matplotlib.font_manager import findfont, get_font

    return {*map(chr, get_font(findfont("DejaVu Sans")).get_charmap()), "\n"}
