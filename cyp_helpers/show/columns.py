"""The columns that frames of this project have (``columns.csv``): what a reader calls each and how it is shown. The only such list."""

from pathlib import Path

import pandas as pd

from cyp_helpers.compare.plan import COMPARATORS

# Kinds are text, period, number, difference, verdict. Hidden columns find, join or print others; they are shown where there is nothing else.
COLUMNS = pd.read_csv(Path(__file__).with_name("columns.csv"), index_col="column", keep_default_na=False)
HIDDEN = set(COLUMNS.index[COLUMNS["kind"] == "hidden"])
COLUMNS = COLUMNS.drop(index=HIDDEN).to_dict("index")
# Codes that read better as words.
WORDS = {
    "comparator": COMPARATORS, "direction": {1: "above", -1: "below", 0: "no clear difference"},
    "polarity": {"higher": "higher is better", "lower": "lower is better", "none": "neither direction"},
    "breakdown": {"all": "everyone"},
}
_TEXT_OF = {"comparator_value": "comparator_text", "period": "period_label"}  # else X_text prints X
_PRINTS = {text: number for number, text in _TEXT_OF.items()}


def text_of(name):
    """The column that prints another one: ``value_text`` prints ``value``."""
    return _TEXT_OF.get(name, f"{name}_text")


def printed_by(name):
    """The column that another one prints; its own name where it prints none."""
    return _PRINTS.get(name, name.removesuffix("_text"))


def heading_of(name):
    """The heading of a column; an unknown one's name, tidied where it is written as code.

    >>> heading_of("comparator_value"), heading_of("good_level"), heading_of("england_verdict")
    ('Other figure', 'Good level', 'England')
    """
    name = " ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name)
    if printed_by(name) in COLUMNS:
        return COLUMNS[printed_by(name)]["heading"]
    name = name.removesuffix("_verdict").removesuffix("_told")
    name = COMPARATORS.get(name, name)
    return name.replace("_", " ").capitalize() if name == name.lower() else name


def kind_of(name):
    """How a column is shown; empty for one that is not in the list."""
    name = str(name)
    if name in HIDDEN or name.endswith("_places"):
        return "hidden"
    name = "verdict" if name.endswith("_verdict") else printed_by(name)
    return COLUMNS[name]["kind"] if name in COLUMNS else ""
