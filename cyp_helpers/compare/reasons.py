"""Why two figures are not compared, what is said of two that are, and what travels with both: each sentence stands here
or in ``reasons.csv`` once."""

from pathlib import Path

import pandas as pd

from cyp_helpers.compare.figures import as_text, choose, concerns, format_places, formatted, join_words, look_up, word
from cyp_helpers.compare.judge import NO_VERDICT, Evidence, Verdict
from cyp_helpers.compare.pairs import OVER_TIME
from cyp_helpers.compare.promise import CLEAR_SCORE, FEWEST_NEIGHBOURS
from cyp_helpers.register.periods import months_between
from cyp_helpers.register.tables import decimal_places

_HERE = Path(__file__).parent
REASONS = pd.read_csv(_HERE / "reasons.csv", index_col="name", keep_default_na=False)["sentence"].to_dict()
# What a flag says of the comparisons that bear it; of "no new figure", "other source", "average of areas" and "target
# looser than start" other sentences tell.
FLAGS = pd.read_csv(_HERE / "flags.csv", index_col="flag")["words"].to_dict()
_VAGUE = ["about", "over", "under"]  # qualifiers
BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither direction is better by itself"}


def sentences(names, **parts):
    """Sentences of ``reasons.csv`` by their names (Series; '' for none), filled in with words of each row.

    >>> sentences(pd.Series(["no figure of area"]), area=pd.Series(["England"]), detail=pd.Series([""]))[0]
    'No figure of England is known on this definition.'
    """
    some = names[names != ""]
    words = (dict(zip(parts, each)) for each in zip(*(part[some.index] for part in parts.values())))
    told = [REASONS[name].format(**each) for name, each in zip(some, words)]
    return pd.Series(told, some.index, dtype="str").reindex(names.index, fill_value="")


def judged_sentences(pairs):
    """What the evidence of judged pairs (of ``judge``) is, in one sentence each."""
    still = "of 100 such, " + formatted(pairs["promise"].round()).fillna("") + " were still so a year later"
    unclear, near = pairs["evidence"] == Evidence.UNCLEAR, pairs["score"].abs() <= CLEAR_SCORE
    few = (pairs["comparator"] == "neighbours") & (pairs["n"] < FEWEST_NEIGHBOURS)
    moves = choose(pairs.index, (pairs["comparator"].isin(OVER_TIME), "move as far"), otherwise="stand as far apart")
    text = choose(
        pairs.index,
        (pairs["evidence"] == Evidence.CLEAR, "Clear: " + still + "."),
        (unclear & near, "Unclear: such figures often " + moves + " by themselves."),
        (unclear, "Unclear: " + still + ", too few to say."),
        (pairs["evidence"] == Evidence.HIDDEN, "As printed, the two are too close to tell apart after rounding."),
        (few, f"Fewer than {FEWEST_NEIGHBOURS} neighbours have a figure, so this is not tested."),
        otherwise="How far such figures move by themselves is not known, so this is not tested.",
    )
    opposed = pairs["verdict"].isin([Verdict.FALLING_BEHIND, Verdict.GAINING_GROUND])
    by_counts, later = pairs["by_counts"].eq(True), pairs["later"].eq(True)
    text = word("Other authorities moved differently. ", opposed) + text
    text += word(" It is judged by its counts alone.", by_counts)
    return text + word(" What is usual was learnt from later years.", later & ~by_counts)


def pair_sentences(rows, mine, other, unlike, units):
    """One plain sentence for each judged row, with what the reader must know added.

    ``rows`` have ``other_words``, what an average is called, '' for a figure; ``mine, other``: frames of
    ``with_words``, a row for each, empty for an average; ``unlike``: a document sets unlike periods side by side.
    """
    size, hidden = _size(rows, rows["difference"], units), rows["evidence"] == Evidence.HIDDEN
    where = (", the figure of " + other["area"]).where(~rows["comparator"].isin(OVER_TIME), "")
    beside = (other["said"] + where).where(rows["other_words"] == "", rows["other_words"])
    more = rows["difference"]
    side = choose(rows.index, (more > 0, " above "), (more < 0, " below "), otherwise=" from ")
    gap = mine["said"] + " is " + size + side + beside + _children(rows, mine) + "; "
    gap += rows["polarity"].map(BETTER).fillna("")
    gap = gap.mask(more == 0, mine["said"] + " is the same as " + beside) + "." + _england_too(rows, units)
    both = mine["said"] + " and " + beside
    vague = (mine["qualifier"].isin(_VAGUE) | other["qualifier"].isin(_VAGUE)) & hidden
    text = choose(
        rows.index,
        (vague, both + " cannot be told apart, because not both are printed as exact figures."),
        (hidden, both + ", as printed, are too close to tell apart after rounding."),
        otherwise=gap + " " + judged_sentences(rows),
    )
    text += word(" The periods are unlike; the document itself sets them side by side.", unlike)
    text += word(" One figure is from a document, the other is published data.", rows["other_source"])
    return text + (" " + rows["caution"] + ".").where(rows["caution"] != "", "")


def _children(rows, mine):
    """ ", 23 of 8,500" where counts are published: how many of what is counted the difference is."""
    number = (rows["difference"].abs() / mine["per"] * mine["denominator"]).round()
    counted = number.notna() & (mine["unit"] == "percent") & (number > 0)
    told, of = (formatted(column, "{:,.0f}") for column in (number, mine["denominator"]))
    return (", " + told + " of " + of).where(counted, "").fillna("")


def _england_too(rows, units):
    """How England's own figure moved over the same time."""
    moved = rows["england_difference"]
    way = choose(rows.index, (moved > 0, " England rose by "), (moved < 0, " England fell by "))
    said = (way + _size(rows, moved, units) + ".").where(moved != 0, " England did not move.")
    return said.where(moved.notna(), "").fillna("")


def _size(rows, number, units):
    """ "6.8 percentage points", "£1.2 million": a difference without its sign, in the unit of the indicator."""
    text = in_unit(rows, format_places(number.abs(), rows["places"]), units, "difference_")
    return text.str.replace(r"^1 (percentage point|week|day)s$", r"1 \1", regex=True)


def in_unit(rows, text, units, which=""):
    """Numbers as text with what stands before and after them in each row's unit; ``units``: the table by ``unit``."""
    prefix, suffix = (as_text(rows["unit"].map(units[f"{which}{end}"])) for end in ("prefix", "suffix"))
    return prefix + text + suffix


def coarser_places(places, other):
    """Decimals of a difference: of the coarser of two figures (``other``, as printed), or of that beside an average."""
    return decimal_places(as_text(other)).where(other.notna(), places).clip(upper=places)


def average_words(rows, places, units):
    """ "21.9%, the mean of 9 of 10 statistical neighbours"."""
    value = in_unit(rows, format_places(rows["other_number"], places), units)
    return value + ", the mean of " + formatted(rows["n"]) + " of " + formatted(rows["of"]) + " statistical neighbours"


# ---- what travels with a comparison ----


def pair_flags(rows, mine, other, judged, unlike, register):
    """Flags of judged pairs, joined by "; ": statuses of both figures (words of ``statuses.csv``) and others;
    parameters as of ``pair_sentences``."""
    undated = mine["dated"].eq(False) | other["dated"].eq(False)
    other, near = other.where(judged), rows["comparator"] == "neighbours"
    wanted = [("reading", ["cut off"]), ("reading", ["inferred"]), ("source_id", draft_sources(register))]
    cut, inferred, draft = (mine[column].isin(kind) | other[column].isin(kind) for column, kind in wanted)
    flags = {
        "unlike periods": judged & unlike, "unlike coverage": judged & (rows["caution"] != ""),
        "period not printed": undated, "text cut off": cut, "reading inferred": inferred & ~cut,
        "draft document": draft, "other source": judged & rows["other_source"].eq(True), "average of areas": near
    }
    words = join_words([mine["status_words"], other["status_words"], *(word(*flag) for flag in flags.items())])
    return words.where(judged | ~near, "")


def with_age(rows, figures, register, before):
    """Flag figures that have not moved on since the last review (``before``: a row of ``reviews``, or None)."""
    end = look_up(rows["observation_id"], figures["end"].where(figures["dated"]))
    months = months_between(end, register.day)
    told = register.table("stated-comparisons").set_index("stated_id")["published"]
    ids, published = rows[["observation_id", "comparator_observation_id"]], figures["published"]
    sides = [*(look_up(ids[side], published) for side in ids), look_up(rows["stated_id"], told)]
    known_from = pd.concat(sides, axis=1).max(axis=1)  # a comparison is as new as its newer side
    old = known_from <= (before["as_at"] if before is not None else pd.Timestamp.min)
    tell = old & ~rows["verdict"].isin(list(NO_VERDICT))
    age = ("; the figure is " + formatted(months) + " months old").fillna("")
    sentence = (" Nothing newer since the last review" + age + ".").where(tell, "")
    return rows.assign(flags=join_words([rows["flags"], word("no new figure", old)]), reason=rows["reason"] + sentence)


def with_queries(rows, register):
    """Ids of the source queries that ask for caution with a figure, target or statement of a row.

    The reason names those with a high bearing; tables print their words below.
    """
    each = concerns(register.table("source-queries").query("effect != 'none'"), register)
    touched = ("observation_id", "comparator_observation_id", "stated_id", "target_id")

    def named(some):
        ids = some.groupby("concerns")["query_id"].agg(" ".join)
        return join_words([rows[column].map(ids) for column in touched], separator=" ")

    query_ids, grave = named(each), named(each[each["bearing"] == "high"])
    tell = (grave != "") & ~rows["verdict"].isin(list(NO_VERDICT))
    see = (" See source query " + grave.str.replace(" ", ", ") + ".").where(tell, "")
    flags = join_words([rows["flags"], word("source query", query_ids != "")])
    return rows.assign(query_ids=query_ids, flags=flags, reason=rows["reason"] + see)


def draft_sources(register):
    """Ids of the documents that are marked as drafts."""
    sources = register.table("sources")
    return sources.loc[sources["status"] == "draft", "source_id"]
