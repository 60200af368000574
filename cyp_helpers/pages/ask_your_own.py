"""The page on a reader's own question: what it refuses, and what it says below its tables."""

from cyp_helpers.register.tables import UnknownName
from cyp_helpers.show.wording import say


def check_year(figures, year):
    """Stop where no figure is of a year; raises UnknownName with the years there are.

    >>> check_year(pd.DataFrame({"year": ["2024/25"]}), "2024/25")
    """
    known = sorted(set(figures["year"]) - {""})
    if year not in known:
        raise UnknownName(f"Unknown year: {year!r}. Valid: {', '.join(known)}.")


def read_worsened(rows):
    """How many figures worsened (rows of ``compare``), of how many indicators, and what promise they carry.

    >>> read_worsened(pd.DataFrame({"series_id": ["s"], "breakdown": ["all"], "promise": [82.4]}))
    One figure worsened. Of 100 like cases 82 still stood there a year later.
    """
    ends = list(dict.fromkeys(f"{end:.0f}" for end in (rows["promise"].min(), rows["promise"].max())))
    indicators = say("indicators", len(rows[["series_id", "breakdown"]].drop_duplicates()))
    return say("worsened", len(rows), indicators=indicators, span=" to ".join(ends))
