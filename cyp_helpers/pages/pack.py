"""What follows the board page in the pack that is printed: priorities, actions and notes, as the pages show them."""

import pandas as pd

from cyp_helpers import findings
from cyp_helpers.compare.judge import NO_VERDICT
from cyp_helpers.pages.delivery_tracker import by_lead, due_soon, read_delivery
from cyp_helpers.report import narrowed
from cyp_helpers.show import words
from cyp_helpers.show.cells import cell_text
from cyp_helpers.show.sheets import found
from cyp_helpers.show.table import SHORTHAND, is_number_column, show
from cyp_helpers.show.wording import clean, plain
from cyp_helpers.show.workbook import widths_of

_ASKED = ["over_time", "target", "england", "region", "neighbours", "five_years"]
_STANDS = ["name", "value", "value_text", "marks", "period", "rank_told"]


def pack(report, board):
    """The data of a board page of all priorities (``Board.data``), whose rows lead to the section of their priority,
    with the ``sections`` that follow: dicts of ``name`` (its anchor), ``title, page`` (of the review, or ''), ``said``
    (paragraphs), ``tables`` and ``listed`` (lines)."""
    sections = list(_priorities(report))
    leads = {row["name"]: f"#{words.page_name(row)}" for _, row in report.priorities.iterrows()}
    if report.is_own_area and len(by_lead(report)):
        sections.append(_actions(report))
    sections.append(_notes(report))
    groups = [[name, [row | {"page": leads.get(name, row["page"])} for row in rows]] for name, rows in board["groups"]]
    links = [["#actions" if page == "delivery.html" else page, told] for page, told in board["links"]]
    return board | {"groups": groups, "links": links, "sections": sections}


def _priorities(report):
    """How the indicators of each priority stand, why, and which cannot be judged."""
    key = ["priority_id", "subject_id"]
    over_time = findings.judged_over_time(report).set_index(key)[["verdict", "evidence"]].add_prefix("over_time_")
    gaps, unknown = findings.not_judged(report), findings.not_judged(report, figures_too=True)
    why = found(report)
    serves = why.pop("priority_ids").str.split()
    why = why.drop(columns=["priority", "new"])
    stands = report.subjects[report.subjects["measure"] != "context figure"].replace(list(NO_VERDICT), "")
    stands = stands.join(over_time, on=key)
    stands = stands[~pd.MultiIndex.from_frame(stands[key]).isin(pd.MultiIndex.from_frame(unknown[key]))]
    columns = [*_STANDS, *(f"{one}_{what}" for one in _ASKED for what in ("verdict", "evidence"))]
    for _, row in report.priorities.iterrows():
        mine, name = row["priority_id"], words.page_name(row)
        without = gaps.loc[gaps["priority_id"] == mine, ["name", "measure", "why"]]
        tables = [
            show(stands.loc[stands["priority_id"] == mine, columns], "Newest figure and verdicts of each indicator"),
            show(why.loc[[mine in ids for ids in serves]], "What needs attention, what went well, and why"),
            show(without, "Indicators and measures without a verdict"),
        ]
        said = words.counts(narrowed(report, row["short_id"]))
        yield _section(name, f"{row['number']}. {row['title']}", [said], tables, f"{name}.html")


def _actions(report):
    soon = due_soon(report)[["wording", "priority", "due_printed", "lead_printed", "state"]]
    leads = show(by_lead(report), "Actions by lead organisation, and how they stand")
    tables = [leads, show(soon, "Due before the next review")]
    return _section("actions", "Actions", [read_delivery(report)], tables, "delivery.html")


def _notes(report):
    shorthand = pd.Series(SHORTHAND, name="meaning").rename_axis("shorthand")
    lines = [line.removeprefix("- ") for line in words.caveats(report).splitlines()]
    said = [words.heading(report), *words.neighbours_used(report)]
    made = _section("notes", "Notes", said, [show(shorthand, "Shorthand")])
    return made | {"listed": [clean(plain(line)) for line in lines]}


def _section(name, title, said, tables, page=""):
    said, tables = [clean(plain(text)) for text in said], [_table(table) for table in tables if len(table.data)]
    return {"name": name, "title": clean(title), "page": page, "said": said, "tables": tables, "listed": []}


def _table(table):
    """A table as text, with the width of each column and whether it holds numbers."""
    texts = table.frame.map(cell_text)
    columns = [texts.iloc[:, n] for n in range(texts.shape[1])]
    numbers = [bool(is_number_column(table.frame.iloc[:, n])) for n in range(texts.shape[1])]
    heads = [[clean(one.name), float(width), of] for one, width, of in zip(columns, widths_of(columns), numbers)]
    return {"caption": clean(table.caption), "columns": heads, "rows": texts.to_numpy().tolist()}
