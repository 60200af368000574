"""Reviews of a plan: those that the register lists, and that of any day."""

import re

import pandas as pd

from cyp_helpers.register.tables import UnknownName, find_plan, only_row

LATEST = "latest"
_NAMED = re.compile(r"(?:\d{4}-\d\d part [12] as at )?(\d{4}-\d\d-\d\d)")
_HALVES = {4: ("part 1", "six-monthly"), 10: ("part 2", "annual")}  # by first month


def find_review(register, plan, review):
    """The row of ``reviews`` for a plan's review such as "2017-18 part 2"; for "latest" or a day the row of that day.

    A day's review is named after its half-year and the day, and that name is taken too, so that a notebook made today can be
    run again tomorrow on what was known today.

    Raises UnknownName, with the valid names; for a day that the calendar does not have or that is still to come.

    >>> find_review(load_register(), "cypf-2016-18", "2025-05-31")["review"]
    '2025-26 part 1 as at 2025-05-31'
    """
    if review == LATEST:
        return _review_of(plan, pd.Timestamp.today().normalize())
    named = _NAMED.fullmatch(str(review))
    if not named:
        reviews = register.table("reviews").query("plan_id == @plan")
        return only_row(reviews, "review", review, f"review of {plan}", f"{LATEST}, a day such as 2026-03-31")
    day = pd.to_datetime(named[1], format="%Y-%m-%d", errors="coerce")
    if pd.isna(day) or day > pd.Timestamp.today():
        raise UnknownName(f"Unknown review: {review!r}. Right would be {LATEST} or a day up to today, such as 2026-03-31.")
    made = _review_of(plan, day)
    if review not in (named[1], made["review"]):
        raise UnknownName(f"Unknown review: {review!r}. That day lies in {made['review']!r}.")
    return made


def previous_review(register, plan, review):
    """The review of the same plan before this one, or None for the first; before that of a day, the end of the last half-year if no
    listed one is later."""
    find_plan(register, plan)
    row, reviews = find_review(register, plan, review), register.table("reviews")
    earlier = reviews[(reviews["plan_id"] == plan) & (reviews["as_at"] < row["as_at"])]
    if _NAMED.fullmatch(row["review"]):
        last = _half_year_start(row["as_at"]) - pd.Timedelta(days=1)
        if not (earlier["as_at"] >= last).any():
            return _review_of(plan, last)
    return None if earlier.empty else earlier.sort_values("as_at").iloc[-1]


def _review_of(plan, day):
    half = half_year(day)
    name = f"{half['review']} as at {day:%Y-%m-%d}"
    # No period: what is known on that day, whichever half-year it is about.
    row = {"plan_id": plan, **half, "review": name, "period_start": "", "period_end": "", "as_at": day}
    return pd.Series(row, dtype=object)


def half_year(day):
    """The half-year of a day, April to September or October to March: ``review`` (its name), ``kind``, first and last day.

    >>> half_year(pd.Timestamp("2026-11-26"))["review"]
    '2026-27 part 2'
    """
    start = _half_year_start(day)
    part, kind = _HALVES[start.month]
    name = f"{start.year}-{(start.year + 1) % 100:02} {part}"
    return {"review": name, "kind": kind, "period_start": start, "period_end": start + pd.offsets.MonthEnd(6)}


def _half_year_start(day):
    """First of April or October, the last up to a day."""
    month = 4 if 4 <= day.month < 10 else 10
    return pd.Timestamp(day.year - (day.month < 4), month, 1)
