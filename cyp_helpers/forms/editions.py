"""What forms of several days say of one plan -> tables that tell at each review what was known at its date.

A figure that changed is a later edition of it, known from the day of the form that changed it. A target that changed is
set by that form, a document of its own. Statuses and stories have their own days. All else is as the newest form has it.
"""

import pandas as pd

from cyp_helpers.show.wording import day as in_words

SAID = ["indicators", "targets", "action-statuses", "commentary", "observations"]  # what is kept of each form
_FACTS = ["unit", "decimals", "frequency", "year_type"]
_FIGURE, _FIGURES = ["series_id", "breakdown", "period"], ["value", "numerator", "denominator", "status"]
_TARGETS = ["kind", "period", "value", "direction", "baseline_observation_id", "baseline_period", "year_rule"]
_TAKEN_BACK = {"value": "", "numerator": "", "denominator": "", "status": "x", "printed": "not available"}


def as_told_since(forms, tables):
    """All ``tables`` of the newest form, with what earlier ones said; ``forms`` is by day (ISO date) the tables of
    ``SAID`` of each form.

    Of an indicator whose unit, decimals, frequency or kind of year changed, figures and targets are those of the newest
    form, as is which indicators and actions there are.
    """
    if len(forms) < 2:
        return tables
    days, listed = sorted(forms), tables["plan-indicators"]
    series = set(listed["series_id"]) - _changed(forms, tables["indicators"])
    of_these = set(listed.loc[listed["series_id"].isin(series), "plan_indicator_id"])
    known = {
        "observations": ("series_id", series), "targets": ("plan_indicator_id", of_these),
        "commentary": ("plan_indicator_id", set(listed["plan_indicator_id"])),
        "action-statuses": ("action_id", set(tables["actions"]["action_id"])),
    }  # fmt: skip
    told = {}
    for name, (column, ids) in known.items():
        parts = [forms[day][name].assign(day=day) for day in days]
        parts = [rows[rows[column].isin(ids) | (rows["day"] == days[-1])] for rows in parts]
        parts = _with_taken_back(parts, days) if name == "observations" else parts
        told[name] = pd.concat(parts, ignore_index=True)
    told["observations"] = _figures(told["observations"], days, tables["reviews"]["as_at"].max())
    told["targets"], told["sources"] = _targets(told["targets"], tables, days[0])
    told["commentary"] = told["commentary"].drop_duplicates("commentary_id", keep="last")
    told["action-statuses"] = told["action-statuses"].drop_duplicates(["action_id", "said_on"], keep="last")
    return tables | {name: rows[tables[name].columns].reset_index(drop=True) for name, rows in told.items()}


def _changed(forms, newest):
    """Own series of which an earlier form has other facts, so that its figures are of another kind."""
    facts = newest.set_index("indicator_id")[_FACTS]
    earlier = [tables["indicators"].set_index("indicator_id")[_FACTS] for tables in forms.values()]
    both = [(rows.reindex(facts.index), facts) for rows in earlier]
    return {one for rows, now in both for one in now.index[(rows.notna() & (rows != now)).any(axis=1)]}


def _with_taken_back(parts, days):
    """Figures form by form; one that a later form leaves out is from its day on not available."""
    told = []
    for rows, day in zip(parts, days):
        if told:
            here = pd.MultiIndex.from_frame(rows[_FIGURE])
            gone = told[-1][~pd.MultiIndex.from_frame(told[-1][_FIGURE]).isin(here)]
            rows = pd.concat([rows, gone.assign(**_TAKEN_BACK, day=day)], ignore_index=True)
        told.append(rows)
    return told


def _spells(rows, key, content):
    """Of rows in the order of their forms the last of each spell in which what they say is the same.

    Adds ``since`` (day of the form that first said so) and ``spell`` (its number, 0 for the first).
    """
    line = rows.groupby(key, sort=False)
    new = (rows[content] != line[content].shift()).any(axis=1)
    spell = new.groupby([rows[one] for one in key]).cumsum() - 1
    rows = rows.assign(spell=spell, since=rows["day"].where(new))
    rows["since"] = rows.groupby(key, sort=False)["since"].ffill()
    return rows.drop_duplicates([*key, "spell"], keep="last")


def _figures(rows, days, last):
    """Editions of figures: what a form changes is known from its day, and what it adds was not known when that before
    it was filled in, unless it gives another day; not after the last review (``last``), when no page would show it."""
    rows = _spells(rows, _FIGURE, _FIGURES)
    again, told = rows["spell"] > 0, rows["published"]
    after = [f"{pd.Timestamp(day) + pd.Timedelta(days=1):%Y-%m-%d}" for day in days[:-1]]
    day = rows["since"].where(again, rows["since"].map(dict(zip(days[1:], after))).astype("str").fillna(""))
    before = rows.groupby(_FIGURE, sort=False)["day"].shift()
    good = (told > before).where(again, (told >= day) | (rows["published_basis"] == "printed"))
    rows["published"] = told.where(good, day.where(day < last, last))
    rows = rows.drop_duplicates([*_FIGURE, "published"], keep="last")
    rows["observation_id"] += ("/" + rows["since"]).where(rows.duplicated(_FIGURE), "")
    return rows


def _targets(rows, tables, first):
    """Targets of all forms for the indicators that have one in the newest, and the forms that set them as documents."""
    rows = rows[rows["plan_indicator_id"].isin(tables["targets"]["plan_indicator_id"])]
    rows = _spells(rows, ["plan_indicator_id"], _TARGETS)
    own = rows["since"] > first  # what the first form says is as old as the plan
    rows["source_id"] += ("-" + rows["since"]).where(own, "")
    rows["target_id"] += ("/" + rows["since"]).where(own, "")
    document, documents = tables["sources"].iloc[:1], [tables["sources"].iloc[:1]]
    for day in sorted(set(rows.loc[own, "since"])):
        title = document["title"] + f", form filled in on {in_words(pd.Timestamp(day))}"
        known = {"published": day, "published_note": "The day on which the form was filled in", "sha256": ""}
        documents.append(document.assign(source_id=document["source_id"] + f"-{day}", title=title, **known))
    return rows, pd.concat(documents, ignore_index=True)
