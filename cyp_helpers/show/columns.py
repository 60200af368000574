"""The columns that frames of this project have: what a reader calls each and how it is shown. The only such list."""

from cyp_helpers.compare.plan import COMPARATORS

# Heading and kind. Hidden columns find, join or print others; they are shown where there is nothing else.
COLUMNS = {
    "name": ("Indicator", "text"),
    "area": ("Area", "text"),
    "region": ("Region", "text"),
    "review": ("Review", "text"),
    "as_at": ("As known at", "text"),
    "measure": ("What it is", "text"),
    "role": ("Role", "text"),
    "basis": ("How it was assigned", "text"),
    "breakdown": ("Group", "text"),
    "unit": ("Unit", "text"),
    "polarity": ("Which way is good", "text"),
    "comparator": ("Beside", "text"),
    "year": ("Year", "period"),
    "period": ("Period", "period"),
    "value": ("Figure", "number"),
    "comparator_period": ("Other period", "period"),
    "comparator_value": ("Other figure", "number"),
    "difference": ("Difference", "difference"),
    "usual": ("Usual, either way", "number"),
    "goal": ("To reach", "text"),
    "goal_figure": ("Its figure", "number"),
    "cases": ("How many cases", "text"),
    "england_difference": ("Change of England", "difference"),
    "direction": ("Direction", "text"),
    "verdict": ("Verdict", "verdict"),
    "evidence": ("Evidence", "text"),
    "promise": ("Of 100 like cases, still so a year later", "number"),
    "counts": ("What the counts say", "text"),
    "outlook": ("Outlook", "text"),
    "rank": ("Rank", "number"),
    "rank_of": ("Areas with a figure", "number"),
    "rank_ties": ("Areas at this rank", "number"),
    "band": ("Quarter", "number"),
    "reason": ("What this rests on", "text"),
    "flags": ("Bear in mind", "text"),
    "findings": ("What this rests on", "text"),
    "differs": ("How its definition differs", "text"),
    "new": ("New since last review", "text"),
    "printed": ("As printed", "text"),
    "reading": ("How it was read", "text"),
    "period_label": ("Period", "text"),
    "locator": ("Place", "text"),
    "query": ("What is odd", "text"),
    "value_source": ("Source", "text"),
    # of actions and activities
    "wording": ("Action", "text"),
    "due_printed": ("Due, as printed", "text"),
    "lead_printed": ("Lead and partners, as printed", "text"),
    "governance": ("Governance group", "text"),
    "state": ("How it stands", "text"),
    "later_document": ("What a later document says", "text"),
    "judgement": ("The workbook's reading", "text"),
    "achieved": ("What was achieved, in own words", "text"),
    "judgement_reason": ("Why", "text"),
    # of the annual review
    "needs_attention": ("Indicators that need attention", "number"),
    "went_well": ("Indicators that went well", "number"),
    "done": ("Shown to be done", "number"),
    "judged": ("Can be judged", "number"),
    "not_judged": ("Cannot be judged", "number"),
    "young_people_rank": ("Young people's rank", "text"),
    "candidate": ("Candidate to", "text"),
    "area_printed": ("Area", "text"),
    "summary": ("Evidence, in own words", "text"),
    # of the record of verdicts
    "tenth": ("Promise, of 100", "text"),
    "outcomes": ("Cases with a known outcome", "number"),
    "told": ("Told, of 100 cases", "number"),
    "promised": ("Promised, of 100", "number"),
    "seen": ("Still so a year later, of 100", "number"),
    "false_told": ("Told of figures without change, of 100", "number"),
    "overdispersion": ("Times the variance of independent children", "number"),
    # of sources and of what is wrong in them
    "status_words": ("Status", "text"),
    "expected": ("Next figures", "text"),
    "published_basis": ("How this is known", "text"),
    "sha256": ("SHA-256", "text"),
    "own": ("Published figure", "text"),
    "published_verdict": ("Published figures say", "verdict"),
    "line": ("Definition and area", "text"),
    "comparable": ("May they be compared", "text"),
    "comparator_source": ("Source of the other figure", "text"),
}
HIDDEN = {
    *(
        "plan_id", "priority_id", "subject_id", "indicator_id", "series_id", "area_id", "region_id", "source_id",
        "list_id",
    ),
    *("observation_id", "comparator_observation_id", "target_id", "stated_id", "query_ids", "places", "gap", "score"),
}
# Codes that read better as words.
WORDS = {
    "comparator": COMPARATORS, "direction": {1: "above", -1: "below", 0: "no clear difference"},
    "polarity": {"higher": "higher is better", "lower": "lower is better", "none": "neither direction"},
    "breakdown": {"all": "everyone"},
}


_TEXT_OF = {"comparator_value": "comparator_text", "period": "period_label"}  # else X_text prints X


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
    other = {text: number for number, text in _TEXT_OF.items()}
    return other.get(name, name.removesuffix("_text"))


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
