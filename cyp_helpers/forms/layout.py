"""What the form of a plan looks like: its sheets and columns, in one place for who writes it and who reads it."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Column:
    """One column of a sheet, or one line of the cover.

    ``kind``: text, number, date, period, choice (of ``pick``), or name (of ``pick``, or written anew). ``pick`` is a list
    of ``CHOICES``, or "sheet.key" for what stands in a column of another sheet. ``hint`` appears when it is chosen.
    """

    key: str
    header: str
    kind: str
    width: int
    hint: str
    example: object = None
    needed: bool = False
    pick: str = ""
    most: int = 200  # letters


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, how many rows stand ready, what to do on it and its columns."""

    name: str
    rows: int
    told: str
    columns: tuple

    @property
    def headers(self):
        """The names of its columns from the first one."""
        return ["No.", *(column.header for column in self.columns)]

    def letter(self, key):
        """The letter of a column; on the cover, of all answers."""
        return get_column_letter([column.key for column in self.columns].index(key) + 2 if self.rows else 2)


COVER = Sheet("Cover", 0, "Write in the column Answer, sheet by sheet from left to right. Then run: cyp add-plan, and the name of this file.", (
    Column("title", "Title of the plan", "text", 60, "As it stands on the plan itself.", "Children and Young People's Plan 2025 to 2028", True),
    Column("short_title", "Short title", "text", 60, "For headings, up to 40 letters.", "Children's plan 2025-28", True, most=40),
    Column("plan_id", "Name in commands and folders", "text", 60, "Small letters, digits and hyphens, such as derbyshire-plan. The same name at every form of this plan.", "derbyshire-plan", True, most=60),
    Column("organisation", "Organisation", "text", 60, "Whose plan it is.", "Derbyshire County Council", True),
    Column("area", "Area", "choice", 60, "The authority that the plan is about, from the list.", "Derbyshire", True, "Areas"),
    Column("period_start", "First day of the plan", "date", 60, "A day, such as 01/04/2025.", "2025-04-01", True),
    Column("period_end", "Last day of the plan", "date", 60, "A day, such as 31/03/2028.", "2028-03-31", True),
    Column("published", "Agreed or published on", "date", 60, "A day. Reviews before it do not know the plan.", "2025-03-20", True),
    Column("as_at", "Form filled in on", "date", 60, "A day. Statuses and stories count as told on it unless they have a day of their own. To mend a mistake leave it as it is; for news write the new day.", "2026-10-12", True),
))  # fmt: skip
SHEETS = {sheet.name: sheet for sheet in (
    COVER,
    Sheet("Priorities", 12, "One row for each priority of the plan, in order.", (
        Column("name", "Short name", "text", 30, "A word or three, such as Safe. Pages are named after it.", "Safe", True, most=40),
        Column("title", "Priority", "text", 80, "As it stands in the plan.", "Children are safe at home and in their communities", True),
    )),
    Sheet("Indicators", 60, "One row for each indicator, and one more for each further priority that it serves. Choose a topic, then the indicator from its list; or choose the topic Own indicator, write its name and fill in the columns from Unit on.", (
        Column("priority", "Priority", "choice", 22, "The short name of the priority that it serves.", "Safe", True, "Priorities.name"),
        Column("topic", "Topic", "choice", 26, "Of a published indicator; or Own indicator.", OWN, True, "Topics"),
        Column("name", "Indicator", "name", 58, "From the list of the topic; for an own indicator write its name.", "Children missing from care", True, "by topic", most=120),
        Column("short_name", "Name for the board", "text", 28, f"A few words, up to {SHORT} letters; may stay empty where the indicator's own name is no longer.", "Missing from care", most=SHORT),
        Column("owner", "Owner", "text", 30, "Who is asked for the story: a post, not a person's name.", "Head of Children in Care"),
        Column("unit", "Unit", "choice", 18, "For an own indicator.", "count", pick="Unit"),
        Column("decimals", "Decimals", "choice", 10, "For an own indicator: how many decimals its figures have.", 0, pick="Decimals"),
        Column("polarity", "Better is", "choice", 11, "For an own indicator: which way is better for children.", "lower", pick="Better is"),
        Column("frequency", "How often", "choice", 12, "For an own indicator: how often there is a figure.", "monthly", pick="How often"),
        Column("year", "Kind of year", "choice", 22, "For an own indicator: which months make a year.", "April to March", pick="Kind of year"),
        Column("rule", "A year is", "choice", 11, "For months and quarters: what makes a year of them, to be set against a target for a year. sum: of twelve months; mean: their average; last: the newest stands for the year.", "sum", pick="A year is"),
        Column("definition", "What is counted", "text", 60, "For an own indicator, in one sentence.", "Times that a child in care was reported missing in the month", most=400),
    )),
    Sheet("Targets", 60, "One row for each indicator that has a target. The start may be a published figure or one of the sheet Figures: write its period. If it is neither, write the figure too.", (
        Column("indicator", "Indicator", "choice", 58, "One of the sheet Indicators.", "Children missing from care", True, "Indicators.name"),
        Column("kind", "Kind of target", "choice", 22, "Reach a figure; increase or reduce from the start; be in line with England.", "reach the figure", True, "Kind of target"),
        Column("value", "Figure to reach", "number", 14, "Only for: reach the figure. For 45 per cent write 45.", 120),
        Column("by", "By", "period", 12, "The year for which it is set, such as 2027/28, or 2027 for January to December.", "2027/28", True),
        Column("start_period", "Start: period", "period", 14, "The year, quarter or month that the target starts from.", "2025/26"),
        Column("start", "Start: figure", "number", 14, "Only where neither a published figure nor the sheet Figures has it.", None),
        Column("direction", "Direction", "choice", 12, "Only where the target is not the way that is better for the indicator, or neither is.", None, pick="Direction"),
    )),
    Sheet("Figures", 600, "Figures of own indicators, one row for each period. Published figures come by themselves.", (
        Column("indicator", "Indicator", "choice", 58, "An own indicator of the sheet Indicators.", "Children missing from care", True, "Indicators.name"),
        Column("period", "Period", "period", 14, "2025/26 or 2025 for a year, 2025/26 Q3 for a quarter, 2025-11 for a month.", "2026-04", True),
        Column("value", "Figure", "number", 12, "Without separators. For 45 per cent write 45. May stay empty where both counts are given.", 11),
        Column("numerator", "Count above the line", "number", 14, "For shares and rates, if known.", None),
        Column("denominator", "Count below the line", "number", 14, "For shares and rates, if known.", None),
        Column("status", "Status", "choice", 16, "final where empty. Where there is no figure, say why: confidential, not available, not applicable.", "final", pick="Status of a figure"),
        Column("published", "Known from", "date", 14, "Day from which the figure was known; the end of its period where empty.", None),
        Column("note", "Note", "text", 50, "What a reader should know; needed for a figure ten times the one before.", None),
    )),
    Sheet("Actions", 120, "What is to be done, one row for each action, and how it stands. A day that has passed without a status is told as not answered.", (
        Column("priority", "Priority", "choice", 22, "The short name of the priority that it serves.", "Safe", True, "Priorities.name"),
        Column("wording", "Action", "text", 70, "What will be done.", "Open a second return home interview service", True, most=400),
        Column("lead", "Lead", "text", 30, "Who leads it: a service or a post, not a person's name.", "Head of Children in Care", True),
        Column("due", "Due", "date", 13, "Last day by which it is due; empty where none is set.", "2026-09-30"),
        Column("status", "Status", "choice", 14, "How its lead says it stands.", "late", pick="Status of an action"),
        Column("done_on", "Done on", "date", 13, "Only where the status is done.", None),
        Column("said_by", "Who says so", "text", 30, "Where empty, the lead.", None),
        Column("said_on", "Said on", "date", 13, "Where empty, the day on which the form was filled in.", None),
        Column("note", "Note", "text", 50, "Anything that a reader should know.", "The contract was signed in October", most=400),
    )),
    Sheet("Commentary", 120, "What owners say of their indicators: two sentences, and what we do next. The first sentence stands on the board page.", (
        Column("indicator", "Indicator", "choice", 58, "One of the sheet Indicators.", "Children missing from care", True, "Indicators.name"),
        Column("period", "Period", "period", 14, "The newest period that the story is about; may stay empty.", "2026-09"),
        Column("who", "Who", "text", 30, "Who says so; where empty, the owner, or the organisation where none is named.", None),
        Column("story", "The story in two sentences", "text", 80, "Why the figure is what it is.", "Two children account for half of the reports. Both have moved nearer to home.", True, most=600),
        Column("next", "What we do next", "text", 60, "One sentence.", "A second interview service opens in October.", most=400),
        Column("written", "Written on", "date", 13, "Where empty, the day on which the form was filled in.", None),
    )),
)}  # fmt: skip
COVER_HEADERS = ["Question", "Answer", "What to write", "Example"]
