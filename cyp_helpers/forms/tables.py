"""A form whose cells are good -> its tables of the register, or every fault of what cells mean together."""

import re
from collections import Counter
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.forms.figures import read_period
from cyp_helpers.forms.layout import FREQUENCY, HEADER, OWN, POLARITY, SHORT, YEARS
from cyp_helpers.forms.measured import Measured, slug
from cyp_helpers.forms.write import published_indicators
from cyp_helpers.register.catalogue import YEAR_TYPES
from cyp_helpers.register.own import ROLE
from cyp_helpers.register.reviews import half_year
from cyp_helpers.register.schema import read_package
from cyp_helpers.register.tables import UnknownName, find_area
from cyp_helpers.show.owners import NO_OWNER
from cyp_helpers.show.wording import day as in_words

ID = re.compile(r"(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", re.ASCII)
# The tables that a form fills; observations are a file of their own.
TABLES = [
    "sources", "plans", "reviews", "priorities", "indicators", "series", "plan-indicators", "plan-indicator-priorities",
    "indicator-owners", "targets", "actions", "action-statuses", "commentary", "observations",
]  # fmt: skip
_OWN_COLUMNS = ["unit", "decimals", "polarity", "frequency", "year", "definition"]
_HALF = pd.DateOffset(months=6)


def tables_of(form, register, digest):
    """The tables of a plan, from a Form without faults of single cells, the Register of the shipped tables and the hash
    of its file.

    Returns (tables, faults): dict of DataFrame of text by name of ``TABLES``; list of [sheet, cell, found, right]. With
    a fault the tables are not to be used.
    """
    made = _Plan(form, register)
    made.cover(digest)
    if not made.faults:
        for fill in (made.priorities, made.indicators, made.figures, made.targets, made.actions, made.commentary):
            fill()
    package, _ = read_package(register.folder)
    columns = {item["name"]: [one["name"] for one in item["schema"]["fields"]] for item in package["resources"]}
    columns["observations"] = next(names for name, names in columns.items() if name.startswith("observations-"))
    rows = {name: made.rows.get(name, []) for name in TABLES}
    tables = {name: pd.DataFrame(rows[name], columns=columns[name], dtype="str").fillna("") for name in TABLES}
    return tables, made.faults


class _Plan(Measured):
    """A plan while it is made of a form."""

    # ---- cover ----

    def cover(self, digest):
        said = self.form.cover
        try:
            area = find_area(self.register, said["area"])
        except UnknownName as error:
            return self._cover_fault("area", "an authority of the list." + str(error).partition(".")[2])
        self.area, self.plan = area, said["plan_id"]
        self.always |= {"plan_id": self.plan, "source_id": self.plan, "area_id": area["area_id"]}
        named = [("plans", "plan_id"), ("sources", "source_id"), ("editions", "source_id")]
        taken = any(self.register.table(table)[column].eq(self.plan).any() for table, column in named)
        fit, ends, agreed = ID.fullmatch(self.plan), said["period_end"], said["published"]
        for key, wrong, right in [
            ("plan_id", not fit, "small letters, digits and hyphens, up to 60, such as derbyshire-plan"),
            ("plan_id", fit and taken, "another name: a plan or document of the workbook has this one"),
            ("period_end", ends <= said["period_start"], "a day after the first day of the plan"),
            ("as_at", agreed > self.filled, "a day on or after that on which the plan was agreed"),
            ("as_at", self.filled > f"{pd.Timestamp.today():%Y-%m-%d}", "a day that is not ahead of today"),
            ("published", agreed > ends, "a day before the plan ends"),
        ]:
            if wrong:
                self._cover_fault(key, right)
        organisation, days = said["organisation"], {key: said[key] for key in ("period_start", "period_end")}
        self.add(
            "plans", title=said["title"], short_title=said["short_title"], **days,
            status="ended" if said["period_end"] < self.filled else "current",
            note=f"Read from the form of {organisation}",
        )  # fmt: skip
        self.add(
            "sources", title=said["title"], publisher=organisation, role=ROLE, status="final", sha256=digest,
            published=said["published"], published_basis="printed", published_note="As the form says",
            licence=f"Own data of {organisation}",
        )  # fmt: skip
        # Half-years, from April and October, that touch the plan and end when it is known.
        days = pd.date_range(f"{int(said['period_start'][:4]) - 1}-10-01", ends, freq=_HALF)
        for start in days[days + _HALF > max(said["period_start"], agreed)]:
            half = half_year(start)
            days = {key: f"{half[key]:%Y-%m-%d}" for key in ("period_start", "period_end")}
            self.add("reviews", review=half["review"], kind=half["kind"], **days, as_at=days["period_end"])

    def _cover_fault(self, key, right):
        said = self.form.cover
        self.fault({**said, "sheet": "Cover", "row": HEADER + 1 + list(said).index(key)}, key, right)

    # ---- priorities and indicators ----

    def priorities(self):
        rows = self.lines("Priorities")
        if not rows:
            self.faults.append(["Priorities", "B5", "no priority", "one row for each priority of the plan"])
        for number, row in enumerate(rows, 1):
            name, place = f"{self.plan}/{slug(row['name'])}", self.at(row, "title")
            if name in self.serves.values():
                self.fault(row, "name", "each priority once", f"{row['name']!r} twice")
            self.serves[row["name"].casefold()] = name
            named = {"priority_id": name, "number": number, "name": row["name"], "title": row["title"]}
            self.add("priorities", **named, kind="priority", locator=place)

    def indicators(self):
        rows, offered = self.lines("Indicators"), published_indicators(self.register)
        offered = {row.name.casefold(): row for row in offered.itertuples(index=False)}
        series = self.register.table("series").set_index("series_id")
        names = [row["name"].casefold() for row in rows]
        self.register = self.register.holding([offered[name].series_id for name in names if name in offered])
        if not rows:
            self.faults.append(["Indicators", "B5", "no indicator", "one row for each indicator of the plan"])
        seen = set()
        for number, (name, row) in enumerate(zip(names, rows), 1):
            priority = self._lookup(self.serves, row, "priority", "a short name of the sheet Priorities")
            if name in self.known:
                self._serves_another(self.known[name], row, priority)
                continue
            if row["topic"] != OWN and name not in offered:
                near = [offered[each].name for each in get_close_matches(name, offered, n=3, cutoff=0.5)]
                such = f", such as {'; '.join(near)}" if near else ""
                right = f"an indicator of the sheet Published indicators{such}; or the topic {OWN}"
                self.fault(row, "name", right)
                self.known[name] = {"line": row, "bad": True, "priorities": [priority]}
                continue
            one = self._own_indicator(row) if row["topic"] == OWN else self._published_indicator(offered[name], series)
            one |= {"line": row, "id": f"{self.plan}/{slug(row['name'])}", "priorities": [priority]}
            alike = {one["id"], (one["series"], one["breakdown"])}
            if alike & seen:
                right = "each indicator once, with a name that differs in more than signs"
                self.fault(row, "name", right, f"{row['name']!r}, like another in this sheet")
            seen |= alike
            self.known[name] = one
            short = row["short_name"] or ("" if one["own"] else series["short_name"].get(one["series"], ""))
            if len(short or row["name"]) > SHORT:
                why = f"because the indicator's own has {len(row['name'])}"
                right = f"a name of up to {SHORT} letters for the board page, {why}"
                self.fault(row, "short_name", right, "an empty cell")
            place = {"plan_indicator_id": one["id"], "locator": self.at(row, "name")}
            self.add(
                "plan-indicators", **place, position=number, name_printed=row["name"], measure="indicator",
                series_id=one["series"], breakdown=one["breakdown"], reporting="six-monthly",
            )  # fmt: skip
            self.add("plan-indicator-priorities", **place, priority_id=priority, role="primary", basis="printed")
            owner = row["owner"] or NO_OWNER
            self.add("indicator-owners", **place, owner=owner, short_name=row["short_name"])

    def _serves_another(self, one, row, priority):
        """A further row of an indicator: another priority that it serves. What it is stands in its first row alone."""
        first = one["line"]
        if priority in one["priorities"]:
            found = f"{row['name']!r} twice, first in row {first['row']}"
            return self.fault(row, "name", "each indicator once, or another priority that it serves", found)
        for key in set(row) - {"priority", "topic", "name", "row", "sheet"}:
            if row[key] not in ("", first[key]):
                self.fault(row, key, f"an empty cell, or what stands in row {first['row']}")
        one["priorities"].append(priority)
        if not one.get("bad"):
            place = {"plan_indicator_id": one["id"], "locator": self.at(row, "name")}
            self.add("plan-indicator-priorities", **place, priority_id=priority, role="additional", basis="printed")

    def _published_indicator(self, found, series):
        facts = self.register.table("indicators").set_index("indicator_id")
        facts = facts.loc[series.at[found.series_id, "indicator_id"]]
        published = self.register.table("published")
        period = published.loc[published["series_id"] == found.series_id, "period"].iloc[-1]
        kind, often = (period.split()[0], "annual") if period[:2] in YEARS.values() else ("FY", "monthly")
        return {
            "series": found.series_id, "breakdown": found.breakdown, "often": often, "kind": kind, "rule": "",
            "unit": facts["unit"], "polarity": facts["polarity"], "own": False, "typed": None, "figures": {},
        }  # fmt: skip

    def _own_indicator(self, row):
        missing = [key for key in _OWN_COLUMNS if row[key] == ""]
        for key in missing:
            self.fault(row, key, "a value, since the topic is Own indicator")
        if missing:
            return {"series": "", "breakdown": "", "bad": True, "own": True}
        unit, typed, polarity = row["unit"], int(row["decimals"]), POLARITY[row["polarity"]]
        often, kind = FREQUENCY[row["frequency"]], YEARS[row["year"]]
        rule = row["rule"] if often != "annual" else ""
        if rule == "sum" and unit not in ("count", "million pounds", "days", "weeks"):
            self.fault(row, "rule", f"mean or last: a sum of figures in {unit} says nothing")
        if often == "quarterly" and kind != "FY":
            self.fault(row, "year", "April to March, for figures by quarter")
        decimals = typed + (rule == "mean" and unit == "count")  # a mean of counts
        named = {"indicator_id": slug(f"{self.plan}-{row['name']}", 80), "name": row["name"]}
        self.add(
            "indicators", **named, unit=unit, decimals=decimals, polarity=polarity, year_type=YEAR_TYPES[kind],
            frequency=often, polarity_reason="As the form of the plan says", definition=row["definition"],
        )  # fmt: skip
        series, short = named["indicator_id"], row["short_name"]
        self.add("series", **named, series_id=series, short_name=short, definition="As the indicator")
        return {
            "series": series, "breakdown": "all", "unit": unit, "polarity": polarity, "often": often, "kind": kind,
            "rule": rule, "own": True, "decimals": decimals, "typed": typed, "figures": {},
        }  # fmt: skip

    # ---- work and words ----

    def actions(self):
        numbers, seen = Counter(), set()
        for row in self.lines("Actions"):
            priority = self._lookup(self.serves, row, "priority", "a short name of the sheet Priorities")
            name = f"{self.plan}/action-{slug(row['wording'])}"
            if name in seen:
                right = "each action once, or other words at its beginning"
                self.fault(row, "wording", right, f"{row['wording'][:60]!r} twice")
            seen.add(name)
            if (row["status"] == "done") != bool(row["done_on"]):
                right = "the day on which it was done where the status is done, and none elsewhere"
                self.fault(row, "done_on", right, row["done_on"])
            self._refuse_ahead(row, "done_on")
            self._refuse_ahead(row, "said_on")
            numbers[priority] += 1
            due = {"due_form": "none"}
            if row["due"]:
                printed = in_words(pd.Timestamp(row["due"]))
                due = {"due_printed": printed, "due_form": "by", "due_end": row["due"], "due_scope": "own"}
            self.add(
                "actions", action_id=name, priority_id=priority, number=numbers[priority], wording=row["wording"],
                **due, lead_printed=row["lead"], locator=self.at(row, "wording"), note=row["note"],
            )  # fmt: skip
            self.add(
                "action-statuses", action_id=name, status=row["status"], done_on=row["done_on"],
                said_by=row["said_by"] or row["lead"], said_on=row["said_on"] or self.filled,
                locator=self.at(row, "status"),
            )  # fmt: skip

    def commentary(self):
        seen = set()
        for row in self.lines("Commentary"):
            one = self._indicator(row)
            if one is None:
                continue
            period = ""
            if row["period"]:
                often = one["often"] if read_period(row["period"], one["often"], one["kind"]) else "annual"
                period = self._period(row, "period", one, often)
            self._refuse_ahead(row, "written")
            written, who = row["written"] or self.filled, row["who"] or one["line"]["owner"]
            who = who or self.form.cover["organisation"]
            name = f"{one['id']}-{slug(f'{written} {period} {who}')}"
            if name in seen:
                self.fault(row, "story", "one story", "a second story of the same owner, period and day")
            seen.add(name)
            self.add(
                "commentary", commentary_id=name, plan_indicator_id=one["id"], period=period, who=who,
                story=row["story"], next=row["next"], written=written, locator=self.at(row, "story"),
            )  # fmt: skip
