"""Fill a form as a person would: write into the cells below the names of its columns."""

from datetime import date

from openpyxl import load_workbook

from cyp_helpers.forms.layout import COVER, FIRST, HEADER, SHEETS
from cyp_helpers.forms.write import form_bytes

COVERED = {
    "title": "Made-up plan of Derbyshire 2025 to 2028", "short_title": "Made-up plan 2025-28", "plan_id": "derbyshire-plan",
    "organisation": "Nobody: a made-up example", "period_start": date(2025, 4, 1), "period_end": date(2028, 3, 31),
    "published": date(2025, 3, 20), "as_at": date(2026, 10, 12),
}  # fmt: skip


def fill(path, register, sheets, area="Derbyshire", **cover):
    """Write a filled form.

    Parameters
    ----------
    sheets : dict of sheet name -> list of dict, the values of rows by the keys of their columns
    cover : answers other than those of ``COVERED``
    """
    path.write_bytes(form_bytes(register, area))
    book = load_workbook(path)
    for row, column in enumerate(COVER.columns, HEADER + 1):
        if column.key in (answers := COVERED | cover):
            book["Cover"].cell(row, 2).value = answers[column.key]
    for name, rows in sheets.items():
        keys = [column.key for column in SHEETS[name].columns]
        for at, row in enumerate(rows, FIRST):
            for key, value in row.items():
                book[name].cell(at, keys.index(key) + 2).value = value
    book.save(path)
    return path


def indicator(priority, name, owner="", topic="Child Protection", **own):
    return {"priority": priority, "topic": topic, "name": name, "owner": owner, **own}


def own_indicator(
    priority,
    name,
    owner,
    unit,
    frequency,
    polarity,
    rule="",
    decimals=0,
    definition="What the name says, made up",
    **more,
):
    more |= {
        "unit": unit,
        "decimals": decimals,
        "polarity": polarity,
        "frequency": frequency,
        "rule": rule,
        "definition": definition,
    }
    return indicator(priority, name, owner, "Own indicator", year="April to March", **more)


MISSING, WAITING, HELPED, HEARD = (
    "Children missing from care",
    "Families waiting for early help",
    "Early help plans that end with needs met",
    "Young people who feel heard",
)
SAFE, CARE, WELL = "Head of Safeguarding", "Head of Children in Care", "Head of Early Help"
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)]
MONTHS = MONTHS[MONTHS.index("2024-04") : MONTHS.index("2026-09") + 1]
# Made up, with a pattern that the eye can follow: about twelve a month, then about nine.
_TIMES = [12, 14, 11, 13, 12, 10, 15, 13, 11, 12, 14, 13, 12, 11, 13, 10, 9, 11, 10, 9, 10, 8, 9, 10, 9, 8, 10, 9, 7, 9]
_WAIT = [
    60,
    62,
    65,
    61,
    66,
    70,
    68,
    71,
    69,
    73,
    75,
    74,
    72,
    76,
    74,
    71,
    73,
    70,
    69,
    66,
    67,
    64,
    62,
    63,
    60,
    58,
    61,
    57,
    55,
    54,
]
EXAMPLE = {
    "Priorities": [
        {"name": "Safe", "title": "Children are safe at home and near it"},
        {"name": "Care", "title": "Children in our care and care leavers do well"},
        {"name": "Well", "title": "Children are well, in school and heard"},
    ],
    "Indicators": [
        indicator("Safe", "Re-referrals to children's social care", SAFE),
        indicator("Safe", "Social care assessments within timescale", SAFE),
        indicator("Safe", "Child protection plans for a second or later time", SAFE),
        own_indicator("Safe", WAITING, WELL, "count", "monthly", "lower", "last"),
        indicator("Care", "Care leavers in education, employment or training", CARE, "Children Looked After"),
        indicator("Care", "Care leavers aged 19 to 21 in suitable accommodation", CARE, "Children Looked After", short_name="Care leavers, suitable home"),
        own_indicator("Care", MISSING, CARE, "count", "monthly", "lower", "sum"),
        indicator("Well", "Permanent exclusions from school", "Head of Inclusion", "All Pupil Absence & Exclusions"),
        indicator("Well", "School absence, six half terms", "Head of Inclusion", "All Pupil Absence & Exclusions"),
        indicator("Well", "Excess weight at age 10 to 11", "Public Health", "Health and Wellbeing"),
        own_indicator("Well", HELPED, WELL, "percent", "quarterly", "higher", "mean", 1, short_name="Early help, needs met"),
        own_indicator("Well", HEARD, "Participation Officer", "percent", "yearly", "higher", "", 0),
    ],
    "Targets": [
        {"indicator": "Re-referrals to children's social care", "kind": "reach the figure", "value": 18, "by": "2027/28", "start_period": "2023/24"},
        {"indicator": "Social care assessments within timescale", "kind": "in line with England", "by": "2027/28"},
        {"indicator": "Care leavers in education, employment or training", "kind": "reach the figure", "value": 70, "by": "2027/28", "start_period": "2023/24"},
        {"indicator": "School absence, six half terms", "kind": "reduce", "by": "2026/27", "start_period": "2023/24"},
        {"indicator": MISSING, "kind": "reach the figure", "value": 96, "by": "2027/28", "start_period": "2024/25"},
        {"indicator": WAITING, "kind": "reach the figure", "value": 50, "by": "2026/27", "start_period": "2025-03"},
        {"indicator": HELPED, "kind": "reach the figure", "value": 75, "by": "2027/28", "start_period": "2024/25"},
        {"indicator": HEARD, "kind": "increase", "by": "2027/28", "start_period": "2024/25"},
    ],
    "Figures": [
        *({"indicator": MISSING, "period": month, "value": value} for month, value in zip(MONTHS, _TIMES)),
        *({"indicator": WAITING, "period": month, "value": value} for month, value in zip(MONTHS, _WAIT)),
        *(
            {"indicator": HELPED, "period": f"{year}/{year + 1 - 2000} Q{quarter}", "numerator": 60 + 2 * n, "denominator": 100}
            for n, (year, quarter) in enumerate((y, q) for y in (2024, 2025) for q in (1, 2, 3, 4))
        ),
        {"indicator": HEARD, "period": "2024/25", "value": 61},
        {"indicator": HEARD, "period": "2025/26", "value": 64, "status": "provisional"},
    ],
    "Actions": [
        {"priority": ("Safe", "Care", "Well")[n % 3], "wording": f"Made-up action {n + 1}: {what}", "lead": (SAFE, CARE, WELL)[n % 3], **more}
        for n, (what, more) in enumerate(
            [(f"work strand {n + 1} of the plan", {"due": date(2026, 1 + n % 9, 28), "status": "done", "done_on": date(2026, 1 + n % 9, 20)}) for n in range(8)]
            + [(f"review strand {n + 1}", {"due": date(2027, 1 + n, 28), "status": "under way"}) for n in range(8)]
            + [("open a second interview service", {"due": date(2026, 6, 30), "status": "late", "said_by": CARE, "note": "The contract was signed in October"}), ("train the new team", {"due": date(2026, 7, 31)}), ("ask care leavers what helps", {"due": date(2026, 8, 31), "status": "under way"}), ("listen to young people each term", {})]
        )
    ],
    "Commentary": [
        {"indicator": "Re-referrals to children's social care", "period": "2024/25", "story": "More families come back within a year. A quarter of them had closed early help before.", "next": "Early help stays open for six months more."},
        {"indicator": MISSING, "period": "2026-09", "story": "Two children account for half of the reports. Both have moved nearer to home.", "next": "A second interview service opens."},
        {"indicator": HELPED, "story": "Plans end later and better. Teams now meet each family at the end.", "written": date(2026, 9, 1)},
    ],
}  # fmt: skip
