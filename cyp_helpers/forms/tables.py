"""A form whose cells are good -> the tables of the register that it stands for, or every fault of what cells mean together."""

import re
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.forms.figures import read_period
from cyp_helpers.forms.layout import FREQUENCY, OWN, POLARITY, SHORT, YEARS
from cyp_helpers.forms.measured import Measured, slug
from cyp_helpers.forms.write import published_indicators
from cyp_helpers.register.own import ROLE
from cyp_helpers.register.schema import read_package
from cyp_helpers.register.tables import UnknownName, find_area
from cyp_helpers.show.wording import day as in_words

ID = re.compile(r"(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", re.ASCII)
# The tables that a form fills; observations are a file of their own.
TABLES = ["sources", "plans", "reviews", "priorities", "indicators", "series", "plan-indicators", "plan-indicator-priorities", "indicator-owners", "targets", "actions", "action-statuses", "commentary", "observations"]  # fmt: skip
_OWN_COLUMNS = ["unit", "decimals", "polarity", "frequency", "year", "definition"]
_TYPES = {"FY": "financial", "AY": "academic", "CY": "calendar"}


def tables_of(form, register, digest):
    """The tables of a plan.

    Parameters
    ----------
    form : Form without faults of single cells
    register : Register of the shipped tables
    digest : SHA-256 of the form's file

    Returns
    -------
    (tables, faults): dict of DataFrame of text by name of ``TABLES``; list of [sheet, cell, found, right]. With a fault the tables
    are not to be used.
    """
    made = _Plan(form, register)
    made.cover(digest)
    if not made.faults:
        made.priorities()
        made.indicators()
        made.figures()
        made.targets()
        made.actions()
        made.commentary()
    package, _ = read_package(register.folder)
    columns = {item["name"]: [one["name"] for one in item["schema"]["fields"]] for item in package["resources"]}
    columns["observations"] = next(names for name, names in columns.items() if name.startswith("observations-"))
    tables = {
        name: pd.DataFrame(made.rows.get(name, []), columns=columns[name], dtype="str").fillna("") for name in TABLES
    }
    return tables, made.faults


class _Plan(Measured):
    """A plan while it is made of a form."""

    # ---- cover ----

    def cover(self, digest):
        said = self.form.cover
        line = {key: 4 + n for n, key in enumerate(said)}

        def wrong(key, right):
            self.fault("Cover", key, line[key], repr(said[key]), right)

        try:
            self.area = find_area(self.register, said["area"])
        except UnknownName as error:
            return wrong("area", "an authority of the list." + str(error).partition(".")[2])
        self.plan = said["plan_id"]
        taken = {
            *self.register.table("plans")["plan_id"],
            *self.register.table("sources")["source_id"],
            *self.register.table("editions")["source_id"],
        }
        if not ID.fullmatch(self.plan):
            wrong("plan_id", "small letters, digits and hyphens, up to 60, such as derbyshire-plan")
        elif self.plan in taken:
            wrong("plan_id", "another name: a plan or document of the workbook has this one")
        if said["period_end"] <= said["period_start"]:
            wrong("period_end", "a day after the first day of the plan")
        if said["published"] > said["as_at"]:
            wrong("as_at", "a day on or after that on which the plan was agreed")
        if said["as_at"] > f"{pd.Timestamp.today():%Y-%m-%d}":
            wrong("as_at", "a day that is not ahead of today")
        if said["published"] > said["period_end"]:
            wrong("published", "a day before the plan ends")
        status = "ended" if said["period_end"] < said["as_at"] else "current"
        basics = {"plan_id": self.plan, "source_id": self.plan}
        self.add("plans", **basics, **{key: said[key] for key in ("title", "short_title", "period_start", "period_end")}, status=status, area_id=self.area["area_id"], note=f"Read from the form of {said['organisation']}")  # fmt: skip
        self.add("sources", **basics, title=said["title"], publisher=said["organisation"], role=ROLE, status="final", published=said["published"], published_basis="printed", published_note="As the form says", licence=f"Own data of {said['organisation']}", sha256=digest)  # fmt: skip
        self.source = {"source_id": self.plan}
        for start in _half_years(said["period_start"], said["period_end"], said["published"]):
            end = start + pd.DateOffset(months=6) - pd.Timedelta(days=1)
            first = start.year - (start.month < 4)
            part = 1 if start.month == 4 else 2
            name, kind = f"{first}-{(first + 1) % 100:02d} part {part}", ["six-monthly", "annual"][part - 1]
            self.add("reviews", plan_id=self.plan, review=name, kind=kind, period_start=f"{start:%Y-%m-%d}", period_end=f"{end:%Y-%m-%d}", as_at=f"{end:%Y-%m-%d}")  # fmt: skip

    # ---- priorities and indicators ----

    def priorities(self):
        rows = self.form.sheets["Priorities"]
        if rows.empty:
            self.faults.append(["Priorities", "B5", "no priority", "one row for each priority of the plan"])
        for number, row in enumerate(rows.to_dict("records"), 1):
            one = f"{self.plan}/{slug(row['name'])}"
            if one in self.serves.values():
                self.fault("Priorities", "name", row["row"], f"{row['name']!r} twice", "each priority once")
            self.serves[row["name"].casefold()] = one
            self.add("priorities", priority_id=one, plan_id=self.plan, number=number, name=row["name"], title=row["title"], kind="priority", **self.source, locator=self.at("Priorities", "title", row["row"]))  # fmt: skip

    def indicators(self):
        rows, offered = self.form.sheets["Indicators"], published_indicators(self.register)
        facts = self.register.table("indicators").set_index("indicator_id")
        of_series = self.register.table("series").set_index("series_id")
        offered = {row.name.casefold(): row for row in offered.itertuples(index=False)}
        listed = [offered[name].series_id for name in rows["name"].str.casefold() if name in offered]
        self.register = self.register.holding(listed)
        kinds = (
            self.register.table("published").drop_duplicates("series_id", keep="last").set_index("series_id")["period"]
        )
        if rows.empty:
            self.faults.append(["Indicators", "B5", "no indicator", "one row for each indicator of the plan"])
        for number, row in enumerate(rows.to_dict("records"), 1):
            name = row["name"].casefold()
            priority = self._lookup(self.serves, "Indicators", "priority", row, "a short name of the sheet Priorities")
            if name in self.known:
                self.fault(
                    "Indicators",
                    "name",
                    row["row"],
                    f"{row['name']!r} twice, first in row {self.known[name]['row']}",
                    "each indicator once",
                )
                continue
            if row["topic"] == OWN:
                one = self._own_indicator(row)
            elif name in offered:
                found = offered[name]
                measure = facts.loc[of_series.at[found.series_id, "indicator_id"]]
                period = kinds[found.series_id]
                kind, often = (period.split()[0], "annual") if period[:2] in YEARS.values() else ("FY", "monthly")
                one = {"series": found.series_id, "breakdown": found.breakdown, "unit": measure["unit"], "polarity": measure["polarity"], "often": often, "kind": kind, "rule": "", "own": False}  # fmt: skip
            else:
                near = [offered[each].name for each in get_close_matches(name, offered, n=3, cutoff=0.5)]
                self.fault("Indicators", "name", row["row"], repr(row["name"]), "an indicator of the sheet Published indicators" + (f", such as {'; '.join(near)}" if near else "") + f"; or the topic {OWN}")  # fmt: skip
                self.known[name] = {"row": row["row"], "bad": True}
                continue
            one |= {
                "row": row["row"],
                "name": row["name"],
                "id": f"{self.plan}/{slug(row['name'])}",
                "owner": row["owner"],
            }
            if any(
                one["id"] == other.get("id")
                or one["series"] == other.get("series")
                and one["breakdown"] == other.get("breakdown")
                for other in self.known.values()
            ):
                self.fault(
                    "Indicators",
                    "name",
                    row["row"],
                    f"{row['name']!r}, like another in this sheet",
                    "each indicator once, with a name that differs in more than signs",
                )
            self.known[name] = one
            short = row["short_name"] or (of_series["short_name"].get(one["series"], "") if not one["own"] else "")
            if len(short or row["name"]) > SHORT:
                self.fault(
                    "Indicators",
                    "short_name",
                    row["row"],
                    "an empty cell",
                    f"a name of up to {SHORT} letters for the board page, because the indicator's own has {len(row['name'])}",
                )
            place = {"locator": self.at("Indicators", "name", row["row"])}
            self.add("plan-indicators", plan_indicator_id=one["id"], plan_id=self.plan, **self.source, position=number, name_printed=row["name"], measure="indicator", series_id=one["series"], area_id=self.area["area_id"], breakdown=one["breakdown"], reporting="six-monthly", **place)  # fmt: skip
            self.add(
                "plan-indicator-priorities",
                plan_indicator_id=one["id"],
                priority_id=priority,
                role="primary",
                basis="printed",
            )
            self.add(
                "indicator-owners",
                plan_indicator_id=one["id"],
                owner=row["owner"] or "no owner named",
                short_name=row["short_name"],
                **self.source,
                **place,
            )

    def _own_indicator(self, row):
        missing = [key for key in _OWN_COLUMNS if row[key] == ""]
        for key in missing:
            self.fault("Indicators", key, row["row"], "an empty cell", "a value, since the topic is Own indicator")
        if missing:
            return {"series": "", "breakdown": "", "bad": True, "own": True}
        often, kind, rule = FREQUENCY[row["frequency"]], YEARS[row["year"]], row["rule"]
        if often != "annual" and rule == "sum" and row["unit"] not in ("count", "million pounds", "days", "weeks"):
            self.fault(
                "Indicators",
                "rule",
                row["row"],
                "'sum'",
                f"mean or last: a sum of figures in {row['unit']} says nothing",
            )
        if often == "quarterly" and kind != "FY":
            self.fault("Indicators", "year", row["row"], repr(row["year"]), "April to March, for figures by quarter")
        series = slug(f"{self.plan}-{row['name']}", 80)
        decimals = int(row["decimals"]) + (
            rule == "mean" and row["unit"] == "count" and often != "annual"
        )  # a mean of counts
        self.add("indicators", indicator_id=series, name=row["name"], unit=row["unit"], decimals=decimals, polarity=POLARITY[row["polarity"]], polarity_reason="As the form of the plan says", year_type=_TYPES[kind], frequency=often, definition=row["definition"])  # fmt: skip
        self.add(
            "series",
            series_id=series,
            indicator_id=series,
            name=row["name"],
            short_name=row["short_name"],
            definition="As the indicator",
        )
        return {"series": series, "breakdown": "all", "unit": row["unit"], "polarity": POLARITY[row["polarity"]], "often": often, "kind": kind, "rule": rule if often != "annual" else "", "own": True, "decimals": decimals, "typed": int(row["decimals"])}  # fmt: skip

    # ---- work and words ----

    def actions(self):
        filled, numbers, seen = self.form.cover["as_at"], {}, set()
        for row in self.form.sheets["Actions"].to_dict("records"):
            priority = self._lookup(self.serves, "Actions", "priority", row, "a short name of the sheet Priorities")
            name = f"{self.plan}/action-{slug(row['wording'])}"
            if name in seen:
                self.fault(
                    "Actions",
                    "wording",
                    row["row"],
                    f"{row['wording'][:60]!r} twice",
                    "each action once, or other words at its beginning",
                )
            seen.add(name)
            if (row["status"] == "done") != bool(row["done_on"]):
                self.fault(
                    "Actions",
                    "done_on",
                    row["row"],
                    row["done_on"] or "an empty cell",
                    "the day on which it was done where the status is done, and none elsewhere",
                )
            for key in ("done_on", "said_on"):
                if row[key] > filled:
                    self.fault(
                        "Actions",
                        key,
                        row["row"],
                        in_words(pd.Timestamp(row[key])),
                        "a day up to that on which the form was filled in",
                    )
            numbers[priority] = numbers.get(priority, 0) + 1
            due = in_words(pd.Timestamp(row["due"])) if row["due"] else ""
            self.add("actions", action_id=name, plan_id=self.plan, **self.source, priority_id=priority, number=numbers[priority], wording=row["wording"], due_printed=due, due_form="by" if due else "none", due_end=row["due"], due_scope="own" if due else "", lead_printed=row["lead"], reading="clear", locator=self.at("Actions", "wording", row["row"]), note=row["note"])  # fmt: skip
            self.add("action-statuses", action_id=name, status=row["status"], done_on=row["done_on"], said_by=row["said_by"] or row["lead"], said_on=row["said_on"] or filled, **self.source, locator=self.at("Actions", "status", row["row"]))  # fmt: skip

    def commentary(self):
        filled, seen = self.form.cover["as_at"], set()
        for row in self.form.sheets["Commentary"].to_dict("records"):
            one = self._indicator("Commentary", row)
            if one is None:
                continue
            period = ""
            if row["period"]:
                often = one["often"] if read_period(row["period"], one["often"], one["kind"]) else "annual"
                period = self._period("Commentary", "period", row, one, often)
            written = row["written"] or filled
            if written > filled:
                self.fault(
                    "Commentary",
                    "written",
                    row["row"],
                    in_words(pd.Timestamp(written)),
                    "a day up to that on which the form was filled in",
                )
            who = row["who"] or one["owner"] or "no owner named"
            name = f"{one['id']}-{slug(f'{written} {period} {who}')}"
            if name in seen:
                self.fault(
                    "Commentary", "story", row["row"], "a second story of the same owner, period and day", "one story"
                )
            seen.add(name)
            self.add("commentary", commentary_id=name, plan_id=self.plan, plan_indicator_id=one["id"], period=period, who=who, story=row["story"], next=row["next"], written=written, **self.source, locator=self.at("Commentary", "story", row["row"]))  # fmt: skip


def _half_years(first, last, known):
    """First days of the half-years, April and October, that touch a plan and end when it is known."""
    start, last, known = pd.Timestamp(first), pd.Timestamp(last), pd.Timestamp(known)
    start = pd.Timestamp(start.year - (start.month < 4), 10 if not 4 <= start.month < 10 else 4, 1)
    days = []
    while start <= last:
        if start + pd.DateOffset(months=6) > known:
            days.append(start)
        start += pd.DateOffset(months=6)
    return days
