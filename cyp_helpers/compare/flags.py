"""What travels with a comparison: statuses, unlike periods, the age of its figures, source queries, uncertain readings, drafts."""

import pandas as pd

from cyp_helpers.compare.figures import at_newest_edition, formatted, join_words, look_up, word
from cyp_helpers.register.periods import months_between

# Each flag, and what it says of the comparisons that bear it.
FLAGS = {
    "provisional": "rest on provisional figures, which may change",
    "text cut off": "rest on text that is cut off in the document",
    "reading inferred": "rest on a reading from the context, because the document does not print it",
    "period not printed": "rest on a figure without a printed period",
    "unlike periods": "set unlike periods side by side, as the document does",
    "unlike coverage": "set figures of unlike coverage side by side, as the document does",
    "other source": "set a figure of a document beside published data",
    "average of areas": "set a figure beside an average of areas",
    "draft document": "rest on a document marked as a draft",
    "source query": "use a figure with a source query",
    "no new figure": "rest on a figure that has not moved on since the last review",
    "target looser than start": "have a target looser than the figure it started from",
}
_UNTOLD = ["not compared", "not assessed"]


def pair_flags(rows, mine, other, judged, unlike, register):
    """Flags of judged pairs, joined by "; ": statuses of both figures (words of ``statuses.csv``), keys of ``FLAGS``.

    Parameters: ``rows``: pairs with ``comparator, caution, other_source``; ``mine``, ``other``: frames of
    ``with_words``, a row for each; ``judged``, ``unlike``: boolean Series.
    """
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
    tell = old & ~rows["verdict"].isin(_UNTOLD)
    age = ("; the figure is " + formatted(months) + " months old").fillna("")
    sentence = (" Nothing newer since the last review" + age + ".").where(tell, "")
    return rows.assign(flags=join_words([rows["flags"], word("no new figure", old)]), reason=rows["reason"] + sentence)


def with_queries(rows, register):
    """Ids of the source queries that ask for caution with a figure, target or statement of a row.

    The reason names those with a high bearing; tables print their words below.
    """
    queries = register.table("source-queries").query("effect != 'none'")
    concerns = queries.assign(concerns=queries["concerns"].str.split()).explode("concerns")
    concerns["concerns"] = at_newest_edition(concerns["concerns"], register)
    touched = ("observation_id", "comparator_observation_id", "stated_id", "target_id")

    def named(some):
        ids = some.groupby("concerns")["query_id"].agg(" ".join)
        return join_words([rows[column].map(ids) for column in touched], separator=" ")

    query_ids, grave = named(concerns), named(concerns[concerns["bearing"] == "high"])
    tell = (grave != "") & ~rows["verdict"].isin(_UNTOLD)
    see = (" See source query " + grave.str.replace(" ", ", ") + ".").where(tell, "")
    flags = join_words([rows["flags"], word("source query", query_ids != "")])
    return rows.assign(query_ids=query_ids, flags=flags, reason=rows["reason"] + see)


def draft_sources(register):
    """Ids of the documents that are marked as drafts."""
    sources = register.table("sources")
    return sources.loc[sources["status"] == "draft", "source_id"]
