"""What the form of a plan looks like: its sheets and columns, in one place (with ``layout.csv``) for who writes it and
who reads it."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from openpyxl.utils import get_column_letter

HEADER, EXAMPLE, FIRST = 3, 4, 5  # rows of every sheet: column names, worked example, first to fill in
SHORT = 32  # letters of a name on the board page
OWN = "Own indicator"  # the topic of an indicator that nobody publishes
OTHER = "Other published"  # of what is published and in no catalogue
PUBLISHED, LISTS = "Published indicators", "Lists"  # sheets that are there to pick from

POLARITY = {"higher": "higher", "lower": "lower", "neither": "none"}
FREQUENCY = {"yearly": "annual", "quarterly": "quarterly", "monthly": "monthly"}
YEARS = {"April to March": "FY", "September to August": "AY", "January to December": "CY"}
TARGETS = {"reach the figure": "value", "increase": "higher", "reduce": "lower", "in line with England": "in_line"}
STATUS = {
    "final": "", "provisional": "p", "estimated": "e", "confidential": "c", "not available": "x", "not applicable": "z",
}  # fmt: skip
CHOICES = {
    "Unit": [
        "percent", "count", "rate per 1,000", "rate per 10,000", "rate per 100,000", "million pounds", "days", "weeks",
        "score",
    ],
    "Better is": list(POLARITY), "How often": list(FREQUENCY), "Kind of year": list(YEARS),
    "A year is": ["sum", "mean", "last"], "Kind of target": list(TARGETS), "Status of a figure": list(STATUS),
    "Status of an action": ["not started", "under way", "done", "late", "stopped"],
    "Decimals": [0, 1, 2, 3], "Direction": ["higher", "lower"],
}  # fmt: skip


class Column(NamedTuple):
    """One column of a sheet, or one line of the cover: a row of ``layout.csv``.

    ``kind``: text, number, date, period, choice (of ``pick``), or name (of ``pick``, or written anew). ``pick`` is a list
    of ``CHOICES``, or "sheet.key" for what stands in a column of another sheet. ``hint`` appears when it is chosen.
    """

    key: str
    header: str
    kind: str
    width: int
    pick: str
    most: int  # letters
    needed: bool
    example: object
    hint: str


class Sheet(NamedTuple):
    """One sheet: its name, how many rows stand ready, what to do on it and its columns."""

    name: str
    rows: int
    told: str
    columns: list

    @property
    def headers(self):
        """The names of its columns from the first one."""
        return ["No.", *(column.header for column in self.columns)]

    def letter(self, key):
        """The letter of a column; on the cover, of all answers."""
        return get_column_letter([column.key for column in self.columns].index(key) + 2 if self.rows else 2)


def _as_meant(example):
    return int(example) if example.isdigit() else example or None


_ROWS = pd.read_csv(
    Path(__file__).with_name("layout.csv"), keep_default_na=False, converters={"example": _as_meant, "needed": "yes".__eq__}
)
_COLUMNS = {name: [Column(*row[1:]) for row in rows.itertuples(index=False)] for name, rows in _ROWS.groupby("sheet")}
SHEETS = {name: Sheet(name, rows, told, _COLUMNS[name]) for name, rows, told in (
    ("Cover", 0, "Write in the column Answer, sheet by sheet from left to right. Then run: cyp add-plan, and the name of this file."),
    ("Priorities", 12, "One row for each priority of the plan, in order."),
    ("Indicators", 60, "One row for each indicator, and one more for each further priority that it serves. Choose a topic, then the indicator from its list; or choose the topic Own indicator, write its name and fill in the columns from Unit on."),
    ("Targets", 60, "One row for each indicator that has a target. The start may be a published figure or one of the sheet Figures: write its period. If it is neither, write the figure too."),
    ("Figures", 600, "Figures of own indicators, one row for each period. Published figures come by themselves."),
    ("Actions", 120, "What is to be done, one row for each action, and how it stands. A day that has passed without a status is told as not answered."),
    ("Commentary", 120, "What owners say of their indicators: two sentences, and what we do next. The first sentence stands on the board page."),
)}  # fmt: skip
COVER = SHEETS["Cover"]
COVER_HEADERS = ["Question", "Answer", "What to write", "Example"]
