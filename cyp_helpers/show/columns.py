"""The columns that frames of this project have: what a reader calls each and how it is shown. The only such list."""

from cyp_helpers.compare.plan import COMPARATORS

# By kind: column and heading. Hidden columns find, join or print others; they are shown where there is nothing else.
_KINDS = {
    "text": {
        "name": "Indicator", "area": "Area", "region": "Region", "review": "Review", "as_at": "As known at",
        "measure": "What it is", "role": "Role", "basis": "How it was assigned", "breakdown": "Group", "unit": "Unit",
        "polarity": "Which way is good", "comparator": "Beside", "goal": "To reach", "cases": "How many cases",
        "direction": "Direction", "evidence": "Evidence", "counts": "What the counts say", "outlook": "Outlook",
        "reason": "What this rests on", "findings": "What this rests on", "flags": "Bear in mind",
        "differs": "How its definition differs", "new": "New since last review", "printed": "As printed",
        "reading": "How it was read", "period_label": "Period", "locator": "Place", "query": "What is odd",
        "value_source": "Source",
        # of actions and activities
        "wording": "Action", "due_printed": "Due, as printed", "lead_printed": "Lead and partners, as printed",
        "governance": "Governance group", "state": "How it stands", "later_document": "What a later document says",
        "judgement": "The workbook's reading", "achieved": "What was achieved, in own words", "judgement_reason": "Why",
        # of the annual review
        "young_people_rank": "Young people's rank", "candidate": "Candidate to", "area_printed": "Area",
        "summary": "Evidence, in own words",
        # of the record of verdicts, of sources and of what is wrong in them
        "tenth": "Promise, of 100", "status_words": "Status", "expected": "Next figures",
        "published_basis": "How this is known", "sha256": "SHA-256", "own": "Published figure",
        "line": "Definition and area", "comparable": "May they be compared",
        "comparator_source": "Source of the other figure",
    },
    "period": {"year": "Year", "period": "Period", "comparator_period": "Other period"},
    "number": {
        "value": "Figure", "comparator_value": "Other figure", "usual": "Usual, either way",
        "goal_figure": "Its figure", "promise": "Of 100 like cases, still so a year later", "rank": "Rank", "rank_of": "Areas with a figure",
        "rank_ties": "Areas at this rank", "band": "Quarter", "needs_attention": "Indicators that need attention",
        "went_well": "Indicators that went well", "done": "Shown to be done", "judged": "Can be judged",
        "not_judged": "Cannot be judged", "outcomes": "Cases with a known outcome", "told": "Told, of 100 cases",
        "promised": "Promised, of 100", "seen": "Still so a year later, of 100",
        "false_told": "Told of figures without change, of 100",
        "overdispersion": "Times the variance of independent children",
    },
    "difference": {"difference": "Difference", "england_difference": "Change of England"},
    "verdict": {"verdict": "Verdict", "published_verdict": "Published figures say"},
}  # fmt: skip
COLUMNS = {name: (heading, kind) for kind, names in _KINDS.items() for name, heading in names.items()}
HIDDEN = set(
    "plan_id priority_id subject_id indicator_id series_id area_id region_id source_id list_id observation_id "
    "comparator_observation_id target_id stated_id query_ids places gap score".split()
)
# Codes that read better as words.
WORDS = {
    "comparator": COMPARATORS, "direction": {1: "above", -1: "below", 0: "no clear difference"},
    "polarity": {"higher": "higher is better", "lower": "lower is better", "none": "neither direction"},
    "breakdown": {"all": "everyone"},
}
_TEXT_OF = {"comparator_value": "comparator_text", "period": "period_label"}  # else X_text prints X
_PRINTS = {text: number for number, text in _TEXT_OF.items()}


def text_of(name):
    """The column that prints another one, by its name.

    >>> text_of("value"), text_of("comparator_value")
    ('value_text', 'comparator_text')
    """
    return _TEXT_OF.get(name, f"{name}_text")


def printed_by(name):
    """The column that another one prints; its own name where it prints none.

    >>> printed_by("comparator_text"), printed_by("value_text"), printed_by("name")
    ('comparator_value', 'value', 'name')
    """
    return _PRINTS.get(name, name.removesuffix("_text"))


def heading_of(name):
    """The heading of a column; an unknown one's name, tidied where it is written as code.

    >>> heading_of("comparator_value"), heading_of("good_level"), heading_of("england_verdict")
    ('Other figure', 'Good level', 'England')
    """
    name = " ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name)
    if printed_by(name) in COLUMNS:
        return COLUMNS[printed_by(name)][0]
    name = name.removesuffix("_verdict").removesuffix("_told")
    name = COMPARATORS.get(name, name)
    return name.replace("_", " ").capitalize() if name == name.lower() else name


def kind_of(name):
    """text, period, number, difference, verdict or hidden; empty for a column that is not in the list."""
    name = str(name)
    hidden = name in HIDDEN or name.endswith("_places")
    name = "verdict" if name.endswith("_verdict") else name
    return "hidden" if hidden else COLUMNS.get(printed_by(name), ("", ""))[1]
