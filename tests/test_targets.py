# ruff: noqa: C408 - a case reads as columns and what they hold
"""Each kind of target, met and not met, on and off track, and each reason why it cannot be assessed."""

from conftest import around, case, failures, figure, id_of, many, published, rows_of, target

START, LATER, DUE = "FY 2013/14", "FY 2014/15", "FY 2015/16"
OLD = "latest at 2011-09"
HIDDEN = "cannot tell from rounded figures"
ENGLAND = "E92000001"


def aim(
    kind, this, expected, reason="", period=DUE, start="50.0", england=None, more=(), unit="percent", base=START, **goal
):
    """Of a figure that began at 50.0 in 2013/14, what a target for 2015/16 says of it."""
    figures = [figure(start, START)] if start else []
    figures += [figure(this, period)] if this else []
    figures += [figure(england, period, ENGLAND)] if england else []
    known = {"baseline_observation_id": id_of("N", base)} if base and (start or more) else {}
    one = target(kind, **{"period": DUE, "printed": "as printed", **known, **goal})
    return case([*figures, *more], targets=[one], unit=unit), dict(
        verdict=expected, **({"reason": reason} if reason else {})
    )


def line(pace, **rest):
    """Five published years that rise so much a year, up to 60 in 2015/16, while others stand still at 60."""
    years = [f"FY {2011 + n}/{12 + n}" for n in range(5)]
    mine = [published(f"{60 - pace * (4 - n)}", year) for n, year in enumerate(years)]
    return {"open_data": [*mine, *around(*years, value="60.0")], **rest}


def ahead(pace, value, expected, outlook):
    """The target of 2017/18, two years ahead: 60 and twice the pace, less the target, over s times the root of 2."""
    goal = target("value", value, value=value, period="FY 2017/18")
    return case(targets=[goal], **line(pace)), dict(verdict=expected, outlook=outlook)


def trend(pace, direction, expected, **rest):
    return case(targets=[target("trend", "Trend", direction=direction, period=DUE)], **line(pace, **rest)), dict(
        verdict=expected
    )


UNDATED = figure("16.8", OLD, published="2011-09-30")
FALL = {"direction": "lower"}
NO = "not assessed"
CASES = {
    "value-met": aim("value", "55.1", "met", value="55"),
    "value-not-met": aim("value", "54.9", "not met", value="55"),
    "value-rounded": aim("value", "55.0", HIDDEN, value="55"),
    "value-low-met": aim("value", "44.9", "met", value="45", **FALL),
    "value-low-not-met": aim("value", "45.1", "not met", value="45", **FALL),
    "value-low-rounded": aim("value", "45.0", HIDDEN, value="45", **FALL),
    "count-at-its-value": aim("value", "55", "met", start="50", value="55", unit="count"),
    # From 50 in 2013/14 to 60 in 2015/16 it is 55 halfway.
    "line-above": aim("value", "55.1", "on track", "it would be 55.0%.", LATER, value="60"),
    "line-below": aim("value", "54.9", "off track", "date has passed without a figure", LATER, value="60"),
    "line-rounded": aim("value", "55.0", HIDDEN, "it would be 55.0%.", LATER, value="60"),
    "line-of-a-rounded-start": aim("value", "62.6", HIDDEN, " to 62.", LATER, "60", value="65"),  # 59.5 to 60.5: 62.25 to 62.75
    "later-figure": aim("value", "61.0", NO, "No figure is known for the date of the target, 'as printed' for 2014/15", period=DUE, value="60") ,
    "no-start": aim("value", "65.0", NO, "no line from a starting figure", LATER, None, value="70"),
    "no-start-but-there": aim("value", "75.0", "on track", "", LATER, None, value="70"),
    "undated-start": aim("value", "65.0", NO, "no line", LATER, None, more=[UNDATED], base=OLD, value="70"),
    "undated-start-later": aim("direction", "17.1", NO, "not known whether 17.1% in 2010 is a later figure", "CY 2010", None, more=[UNDATED], base=OLD, **FALL),
    "zero": aim("direction", "0", NO, "The starting figure is zero, so it cannot fall.", start="0", unit="count", **FALL),
    "before-the-start": aim("value", "49.0", NO, "No figure later than the starting figure", "FY 2012/13", value="60"),
    "only-the-start": aim("value", None, NO, "No figure later than the starting figure is known: 50.0% in 2013/14.", value="60"),
    "fell": aim("direction", "49.0", "met", **FALL),
    "rose": aim("direction", "51.0", "not met", **FALL),
    "rose-as-asked": aim("direction", "51.0", "met"),
    "stood-rounded": aim("direction", "50.0", HIDDEN, **FALL),
    "stood": aim("direction", "50", "not met", start="50", unit="count", **FALL),
    "fell-early": aim("direction", "49.0", "on track", **FALL) ,
    "rose-early": aim("direction", "51.0", "off track", **FALL),
    # 30% off 50 is 35.
    "share-met": aim("relative_change", "34.9", "met", value="30", **FALL),
    "share-not-met": aim("relative_change", "35.1", "not met", value="30", **FALL),
    "share-rounded": aim("relative_change", "35.0", HIDDEN, value="30", **FALL),
    "share-of-nothing": aim("relative_change", "35.0", NO, "no starting figure is printed", start=None, value="30", **FALL),
    "broken": (case([figure("50.0", START), figure("40.0", DUE, status="b")], targets=[target("direction", period=DUE, printed="as printed", baseline_observation_id=id_of("N", START), **FALL)]), dict(verdict=NO, reason="a break in the series between the starting figure, 50.0% in 2013/14, and 40.0%")),
    "from-to-met": aim("from_to", "9.9", "met", start="15", value="10", **FALL),
    "from-to-not-met": aim("from_to", "10.1", "not met", start="15", value="10", **FALL),
    # England's 62 can be 61.5 up to 62.5.
    **{f"in-line-{this}": aim("in_line", this, told, comparator_area_id=ENGLAND, england="62") for this, told in {"62.0": "met", "61.8": "met", "60.0": "not met", "70.0": "met"}.items()},
    "in-line-early": aim("in_line", "62.0", NO, "the figure known is", LATER, comparator_area_id=ENGLAND, england="62"),
    "step-met": aim("judgement_step", "Adequate", "met", start="Inadequate", value="Adequate", unit="judgement"),
    "step-not-met": aim("judgement_step", "Inadequate", "not met", start="Inadequate", value="Adequate", unit="judgement"),
    "trend-of-two": aim("trend", "49.0", NO, "A trend needs five unbroken annual figures", **FALL),
    "trend-met": trend(1, "higher", "met"),
    "trend-not-met": trend(1, "lower", "not met"),
    "trend-down-met": trend(-1, "lower", "met", polarity="lower"),
    "trend-of-need": trend(1, "higher", "met", polarity="none"),
    "trend-unclear": trend(0.3, "higher", NO),
    "words": aim("words", "51.0", NO, "The target is in words: 'as printed'."),
    "pending": aim("pending", "51.0", NO, "The document sets no target yet. "),
    "none": (case([figure("50.0", START)]), dict(verdict=NO, reason="No target is printed.", target_id="")),
    # Will it be met? Above the target by more than 2 times its own factor (0.77 of what never moved): secure; below by more: not so.
    "ahead-secure": ahead(1.0, "59.9", "on track", "secure"),
    "ahead-either": ahead(1.0, "60.5", NO, "could go either way"),
    "ahead-not": ahead(0.0, "62.5", NO, "not at this pace"),
    "ahead-just": ahead(0.0, "61.5", NO, "could go either way"),
    "ahead-due": (case(targets=[target("value", "55", value="55", period=DUE)], **line(1.0)), dict(verdict="met", outlook="")),
    # Looser than its start.
    **{
        f"looser-{value}-{direction}": (
            aim("value", "52.0", "", value=value, direction=direction)[0],
            dict(flags="target looser than start", reason="looser than the starting figure") if loose else dict(flags=""),
        )
        for value, direction, loose in [("45", "higher", 1), ("55", "higher", 0), ("55", "lower", 1), ("45", "lower", 0)]
    },
}  # fmt: skip
for early in ("fell-early", "rose-early"):  # no date is printed, so the plan's end counts: March 2018
    CASES[early][0]["targets"][0]["period"] = ""
CASES["later-figure"][0]["targets"][0]["period"] = LATER


def test_every_case():
    register = many({name: one for name, (one, _) in CASES.items()})
    rows = rows_of(register, "2016-17 part 1").xs("target", level=1)
    every = {"evidence": "", "direction": None}
    assert failures({name: (rows.loc[name], expected | every) for name, (_, expected) in CASES.items()}) == {}
