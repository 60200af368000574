"""What reads wrongly in a computed sentence, whatever it says."""

import re

_FAULTS = {
    "none counted as a number": r"\b0 (?:of|figures?|indicators?|actions?|authorities|months?)\b|\bonly 0\b",
    "no for none": r"\b[Nn]o (?:are|is|have|has|of)\b",
    "one with a plural": r"\b(?:[Oo]ne|1) (?:indicators|figures|targets|actions|claims|areas|months|documents|definitions|neighbours|authorities) ?\b",
    "many with a singular": r"\b(?:[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[2-9]|\d\d+) (?:indicator|action|claim|document) (?:is|has|are|have)\b",
    "a verb in the wrong number": r"\b(?:[Oo]ne|[Nn]one) (?:figure |indicator )?(?:are|have)\b",
    "sentences without a stop": r"[a-z)] (?:Trend|Against|Over time|Most in need|Beside|Evidence): ",
    "sentences run together": r"[a-z)%][.?!][A-Z][a-z]",
    "stops in a row": r"\.\.(?!\.)|\.;|:\.|,\.|: ;|\(\)",
    "a value of the program": r"\b(?:nan|NaN|NaT|<NA>|inf)\b",
    "to the good": r"to the good\b",
}


def faults(text):
    """The faults in a text, each with the words around it; empty where it reads well."""
    found = [(name, one) for name, pattern in _FAULTS.items() for one in re.finditer(pattern, text)]
    return [f"{name}: …{text[max(one.start() - 40, 0) : one.end() + 40]}…" for name, one in found]
