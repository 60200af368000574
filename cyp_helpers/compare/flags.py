"""What travels with a comparison: the age of its figures, source queries, uncertain readings and draft documents."""

import pandas as pd

from cyp_helpers.compare.figures import at_newest_edition, draft_sources, join_words, known_queries, look_up, word
from cyp_helpers.register.periods import months_between
from cyp_helpers.register.tables import find_review, previous_review


def with_age(rows, figures, register, plan, review):
    """Flag figures that have not moved on since the last review, with their age."""
    before = previous_review(register, plan, review)
    as_at = find_review(register, plan, review)["as_at"]
    end = look_up(rows["observation_id"], figures["end"].where(figures["dated"]))
    months = months_between(end, as_at)
    told = pd.to_datetime(register.table("stated-comparisons").set_index("stated_id")["published"])
    sides = [
        look_up(rows["observation_id"], figures["published"]),
        look_up(rows["comparator_observation_id"], figures["published"]),
        look_up(rows["stated_id"], told),
    ]
    known_from = pd.concat(sides, axis=1).max(axis=1)  # a comparison is as new as its newer side
    old = known_from <= (before["as_at"] if before is not None else pd.Timestamp.min)
    age = ("; the figure is " + months.map("{:.0f}".format, na_action="ignore").astype("str") + " months old").fillna(
        ""
    )
    tell = old & ~rows["verdict"].isin(["not compared", "not assessed"])
    sentence = word(" Nothing newer since the last review", tell) + age.where(tell, "") + word(".", tell)
    flags = join_words([rows["flags"], word("no new figure", old)])
    return rows.assign(flags=flags, reason=rows["reason"] + sentence)


def with_queries(rows, register, figures, as_at):
    """Ids of the source queries that ask for caution with a figure, target or statement of a row.

    The reason names those with a high bearing; tables print their words below.
    """
    queries = known_queries(register, as_at)
    queries = queries[queries["effect"] != "none"]
    concerns = queries.assign(concerns=queries["concerns"].str.split()).explode("concerns")
    concerns["concerns"] = at_newest_edition(concerns["concerns"], register, figures)
    ids = concerns.groupby("concerns")["query_id"].agg(" ".join)
    grave = concerns[concerns["bearing"] == "high"].groupby("concerns")["query_id"].agg(" ".join)
    touched = ("observation_id", "comparator_observation_id", "stated_id", "target_id")
    query_ids = join_words([rows[column].map(ids) for column in touched], separator=" ")
    told = join_words([rows[column].map(grave) for column in touched], separator=" ")
    flags = join_words([rows["flags"], word("source query", query_ids != "")])
    tell = (told != "") & ~rows["verdict"].isin(["not compared", "not assessed"])
    see = (" See source query " + told.str.replace(" ", ", ") + ".").where(tell, "")
    return rows.assign(query_ids=query_ids, flags=flags, reason=rows["reason"] + see)


def reading_flags(mine, other):
    """Whether a figure of each pair (frames of ``known_figures``) is cut off or read from the context."""
    cut = (mine["reading"] == "cut off") | (other["reading"] == "cut off")
    inferred = ((mine["reading"] == "inferred") | (other["reading"] == "inferred")) & ~cut
    return join_words([word("text cut off", cut), word("reading inferred", inferred)])


def draft_flag(mine, other, register):
    """Whether a figure of each pair (frames of ``known_figures``) comes from a draft."""
    drafts = draft_sources(register)
    return word("draft document", mine["source_id"].isin(drafts) | other["source_id"].isin(drafts))
