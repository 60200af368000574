"""Charts with their words: a title that says the finding, a text alternative computed from the data, the data below."""

import base64
import html
import textwrap
import warnings
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import islice

import pandas as pd

from cyp_helpers.findings import coverage, judged, runs
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.report import line_of_figures
from cyp_helpers.show.table import Table, render_table, show
from cyp_helpers.show.wording import clean

# Government Analysis Function palette for charts
DARK_BLUE, ORANGE, DARK_GREY, TURQUOISE, LIGHT_GREY = "#12436D", "#F46A25", "#3D3D3D", "#28A197", "#BFBFBF"
_WIDTH = 8  # inches, of every chart
_LINE = 0.2  # inches, of a line of a title
# A reader hears an alternative text in one go; a page of 2,000 pictures has 112 MB. What is left out is told.
MOST_CHARACTERS, MOST_PICTURES = 1000, 60


@dataclass(frozen=True)
class Chart:
    """A picture with its words and its data (a table, or the frame that a reader had drawn); shows itself in a notebook."""

    title: str
    alternative: str
    picture: bytes = field(repr=False)
    data: Table | pd.DataFrame = field(repr=False)

    def __repr__(self):
        return f"Chart: {_limited(self.alternative)}"

    def _repr_html_(self):
        data = self.data if isinstance(self.data, Table) else show(self.data, f"Figures behind the chart: {self.title}")
        encoded = base64.b64encode(self.picture).decode("ascii")
        return (
            f'<figure class="chart"><img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(_limited(self.alternative))}">'
            f"<figcaption><details><summary>Figures behind this chart</summary>{render_table(data)}</details></figcaption></figure>"
        )


@dataclass(frozen=True)
class Charts:
    """Several charts, one below the other, or ``nothing``: why there is none; ``note`` says what is left out."""

    charts: tuple
    nothing: str
    note: str = ""

    def __repr__(self):
        return "\n".join(map(repr, self.charts)) or self.nothing

    def _repr_html_(self):
        words = self.note if self.charts else self.nothing
        said = [f"<p>{html.escape(clean(words))}</p>"] if words else []
        return "\n".join([chart._repr_html_() for chart in self.charts] + said)


def _limited(alternative):
    """An alternative text of a length that can be listened to, ending with a whole word."""
    short = textwrap.shorten(clean(alternative), MOST_CHARACTERS, placeholder=" …")
    return short + (" The table of figures behind this chart has the rest." if short.endswith(" …") else "")


def indicator_charts(report):
    """A chart for each indicator whose figure has a target, England or another figure of its own to stand beside."""
    subjects = report.subjects
    subjects = subjects[
        subjects["value"].notna()
        & ~subjects["measure"].eq("context figure")
        & ~subjects["unit"].isin(["judgement", "words"])
    ]
    # The years of published figures are drawn in ``trendcharts``.
    subjects = subjects[~subjects["observation_id"].map(report.figures["open_data"]).eq(True)]
    # What comes by month or quarter is a run chart there.
    subjects = subjects[~subjects["series_id"].isin(runs(report)["series_id"])]
    verdicts = judged(report).groupby(["priority_id", "subject_id"])["finding"].agg(", ".join)
    charts = filter(None, (_indicator_chart(report, subject, verdicts) for _, subject in subjects.iterrows()))
    drawn = tuple(islice(charts, MOST_PICTURES))
    return Charts(
        drawn,
        "No figure of this priority has another one to stand beside it, so there is no chart.",
        f"There are more charts than the {MOST_PICTURES} that a page shows." if next(charts, None) else "",
    )


def coverage_chart(report):
    """How much of what each priority lists can be judged."""
    table = coverage(report).set_index("name")
    parts = pd.DataFrame(
        {
            "Judged": table["judged"],
            "A figure, with nothing to set it beside": table["figure_only"],
            "No figure": table["not_judged"] - table["milestones"] - table["figure_only"],
            "Event or document to deliver": table["milestones"],
        }
    )
    figure, axes = new_figure(0.5 * len(parts) + 1.8, left=2.1, bottom=0.55, top=0.95)
    labels = [textwrap.fill(clean(name), 26, max_lines=2, placeholder=" …") for name in parts.index]
    starts = parts.cumsum(axis=1) - parts
    for part, colour in zip(parts, [DARK_BLUE, TURQUOISE, ORANGE, LIGHT_GREY]):
        places = range(len(parts))  # names may be alike
        bars = axes.barh(places, parts[part], 0.7, left=starts[part], color=colour, edgecolor="white", label=part)
        numbers = [number or "" for number in parts[part]]
        axes.bar_label(bars, numbers, label_type="center", color="white" if colour == DARK_BLUE else "black")
    axes.set_yticks(range(len(parts)), labels)
    axes.invert_yaxis()
    axes.set_xlabel("Number of indicators and measures")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, frameon=False)
    draw_plain(axes)
    title = (
        f"{table['judged'].sum()} of {table[['judged', 'not_judged']].to_numpy().sum()} entries can be judged; "
        "an indicator counts under each priority it serves"
    )
    add_title(figure, title, room=1)
    told = [
        f"{name}: " + ", ".join(f"{part.lower()} {number}" for part, number in row.items())
        for name, row in parts.iterrows()
    ]
    data = show(parts.rename_axis("Priority"), "Indicators and measures by priority")
    return Chart(title, f"Stacked bar chart. {title}. {'; '.join(told)}.", draw_svg(figure), data)


# ---- one chart ----


def _indicator_chart(report, subject, verdicts):
    line = line_of_figures(report, subject)
    own = line[line["area_id"] != ENGLAND]
    target = _target_of(report, subject)
    # Where a document states how a figure stands, an older England figure would tell another story.
    england = line[(line["area_id"] == ENGLAND) & (subject["england_evidence"] != "stated")].tail(1)
    bars = pd.concat([own, england])
    if len(bars) + (target is not None) < 2:
        return None
    england = bars["area_id"].eq(ENGLAND)
    areas = report.register.table("areas").set_index("area_id")["name"]
    undated = bars["kind"].map({"latest": "newest, ", "before": "earlier, "}).astype("str").fillna("")
    labels = undated + bars["period_label"].str.replace(r" \(.*\)", "", regex=True)
    labels = labels.mask(england, "England, " + labels) + (" " + bars["marks"]).str.rstrip()
    unit = report.register.table("units").set_index("unit").loc[subject["unit"]]
    said = verdicts.get((subject["priority_id"], subject["subject_id"]), "not judged")
    title = f"{subject['name']}: {said}"
    picture = _bars(
        labels.tolist(), bars["number"].tolist(), bars["text"].tolist(), england.tolist(), target, title, unit
    )
    parts = [f"{areas[row.area_id]} {row.said}" for row in bars.itertuples()] + (
        [f"target {target[1]}"] if target else []
    )
    data = Table(
        f"Figures behind the chart: {subject['name']}",
        pd.DataFrame(
            {
                "Area": bars["area_id"].map(areas),
                "Period": bars["period_label"],
                f"Figure ({unit['heading']})": [Decimal(value) for value in bars["value"]],
                "Marks": bars["marks"].replace("", "–"),
                "Source": bars["source"],
            }
        ).reset_index(drop=True),
    )
    return Chart(title, f"Bar chart. {title}. " + "; ".join(parts) + ".", picture, data)


def _target_of(report, subject):
    """The target's level and its words, where the target is a level."""
    rows = report.comparison
    row = rows[
        (rows["subject_id"] == subject["subject_id"])
        & (rows["priority_id"] == subject["priority_id"])
        & (rows["comparator"] == "target")
    ].iloc[0]
    targets = report.register.table("targets").set_index("target_id")
    if row["target_id"] and targets.at[row["target_id"], "kind"] in ("value", "from_to"):
        period = f" for {row['comparator_period']}" if row["comparator_period"] else ""
        return float(targets.at[row["target_id"], "value"]), row["comparator_text"] + period
    return None


def _bars(labels, numbers, texts, england, target, title, unit):
    figure, axes = new_figure(0.42 * len(labels) + (1.5 if target else 1.2), top=0.7 if target else 0.4, bottom=0.55)
    texts = [_short(text, 30) for text in texts]
    places = range(len(labels))[::-1]
    axes.barh(places, numbers, color=[ORANGE if one else DARK_BLUE for one in england], height=0.62)
    label = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 10, "zorder": 5}
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # the line of a target may pass here
    said = [axes.annotate(*one, color="black", bbox=behind, **label) for one in zip(texts, zip(numbers, places))]
    top = max([*numbers, target[0] if target else 0])
    if target:
        from matplotlib import patheffects

        axes.axvline(
            target[0],
            color="black",
            linestyle="--",
            linewidth=1.5,
            path_effects=[patheffects.withStroke(linewidth=4, foreground="white")],
        )
        axes.annotate(
            f"Target: {_short(target[1], 60)}",
            (target[0], 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right" if target[0] > top / 2 else "left",
            va="bottom",
            fontsize=10,
            color=DARK_GREY,
        )
    axes.set_yticks(list(places), labels)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set(xlim=(min([0, *numbers]) * 1.28, top * 1.02), xlabel=unit["heading"][:1].upper() + unit["heading"][1:])
    add_title(figure, title, 78, room=1)
    draw_plain(axes)
    _as_text(figure)
    left, right = (_width_of(labels, figure) + 0.02 for labels in (axes.get_yticklabels(), said))
    figure.subplots_adjust(left=left, right=1 - right)
    return draw_svg(figure)


def _width_of(labels, figure):
    """Width of the widest label as a share of the figure."""
    return max(label.get_window_extent().width for label in labels) / figure.bbox.width


def new_figure(height=4.0, left=0.72, right=0.16, bottom=0.48, top=0.56):
    """A figure eight inches wide and its axes, with margins in inches. Working margins out would draw it twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height))
    edges = {"left": left / _WIDTH, "right": 1 - right / _WIDTH, "bottom": bottom / height, "top": 1 - top / height}
    figure.subplots_adjust(**edges)
    return figure, figure.subplots()


def add_title(figure, title, width=84, room=2):
    """The finding above a chart, in lines of a width in characters or less; lines that the figure has no ``room`` for push the plot down."""
    style = {"x": 0.01, "ha": "left", "fontsize": 11.5, "fontweight": "bold", "parse_math": False}
    lines = textwrap.wrap(clean(title), width, max_lines=8, placeholder=" …")
    wide = figure.suptitle("\n".join(lines), **style).get_window_extent().width / figure.bbox.width
    if wide > 0.98 and width > 20:  # broad letters
        return add_title(figure, title, int(width * 0.95 / wide), room)
    inches, edges = figure.get_figheight(), figure.subplotpars
    height = inches + _LINE * max(len(lines) - room, 0)
    figure.set_figheight(height)
    if figure.get_layout_engine() is None:  # which makes room itself, unless it is told where the title stands
        top = (1 - edges.top) * inches + height - inches
        figure.subplots_adjust(bottom=edges.bottom * inches / height, top=1 - top / height)
        style |= {"va": "top", "y": 1 - 0.1 / height}
    return figure.suptitle("\n".join(lines), **style)


def draw_plain(axes, keep_left=False):
    """Take away what a chart does not need."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines["left"].set_visible(keep_left)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=10)


def tell_dates(axes):
    """A few dates below a chart, as years or as months."""
    from matplotlib.dates import AutoDateFormatter, AutoDateLocator

    locator = AutoDateLocator(minticks=3, maxticks=8)  # with 4 there is none for 43 to 47 months
    formatter = AutoDateFormatter(locator)
    formatter.scaled.update({30.0: "%b %Y", 1.0: "%d %b %Y"})
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)


def draw_svg(figure):
    """The picture as SVG, the same bytes for the same data; every text in it stands as it is, cut where it outgrows its place.

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
    """Take no text of a figure for a formula, and cut what outgrows its place; gives the set of the characters drawn."""
    from matplotlib.text import Text

    for axes in figure.axes:
        box, legend = axes.get_position(), axes.get_legend()
        places = [(axes.xaxis.label, box.width * figure.get_figwidth() * 11)]  # 11 letters to the inch
        places += [(axes.yaxis.label, box.height * figure.get_figheight() * 11)]
        for text, length in places + [(text, 45) for text in (legend.get_texts() if legend else [])]:
            text.set_text(_short(text.get_text(), int(length)))
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


def _short(text, length):
    return text if len(text) <= length else f"{text[: max(length - 1, 0)].rstrip()}…"
