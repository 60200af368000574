"""A form whose cells are good -> the tables of the register that it stands for, or every fault of what cells mean together."""

import re
import unicodedata
from decimal import Decimal
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.forms.figures import EXAMPLES, STEPS, far_from_before, from_counts, read_figure, read_period, years_of
from cyp_helpers.forms.layout import FREQUENCY, OWN, POLARITY, SHORT, STATUS, TARGETS, YEARS
from cyp_helpers.forms.write import published_indicators
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.schema import read_package
from cyp_helpers.register.tables import ENGLAND, UnknownName, find_area
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


def slug(text, most=60):
    """Small letters, digits and hyphens of a text.

    >>> slug("Children’s homes: places (all)")
    'children-s-homes-places-all'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore" if "’" not in text else "replace").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:most].strip("-") or "x"


class _Plan:
    """A plan while it is made of a form: ``rows`` by table, ``faults``; indicators and priorities by their folded names."""

    def __init__(self, form, register):
        self.form, self.register, self.rows, self.faults = form, register, {}, []
        self.known, self.serves = {}, {}

    def fault(self, sheet, key, row, found, right):
        self.faults.append([sheet, self.form.cell(sheet, key, row), found, right])

    def add(self, table, **row):
        self.rows.setdefault(table, []).append({name: f"{value}" for name, value in row.items()})

    def at(self, sheet, key, row):
        return f"sheet {sheet}, cell {self.form.cell(sheet, key, row)}"

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
        taken = {*self.register.table("plans")["plan_id"], *self.register.table("sources")["source_id"], *self.register.table("editions")["source_id"]}
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
        self.add("sources", **basics, title=said["title"], publisher=said["organisation"], role="plan", status="final", published=said["published"], published_basis="printed", published_note="As the form says", licence=f"Own data of {said['organisation']}", sha256=digest)  # fmt: skip
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
        kinds = self.register.table("published").drop_duplicates("series_id", keep="last").set_index("series_id")["period"]
        if rows.empty:
            self.faults.append(["Indicators", "B5", "no indicator", "one row for each indicator of the plan"])
        for number, row in enumerate(rows.to_dict("records"), 1):
            name = row["name"].casefold()
            priority = self._lookup(self.serves, "Indicators", "priority", row, "a short name of the sheet Priorities")
            if name in self.known:
                self.fault("Indicators", "name", row["row"], f"{row['name']!r} twice, first in row {self.known[name]['row']}", "each indicator once")
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
            one |= {"row": row["row"], "name": row["name"], "id": f"{self.plan}/{slug(row['name'])}", "owner": row["owner"]}
            if any(one["id"] == other.get("id") or one["series"] == other.get("series") and one["breakdown"] == other.get("breakdown") for other in self.known.values()):
                self.fault("Indicators", "name", row["row"], f"{row['name']!r}, like another in this sheet", "each indicator once, with a name that differs in more than signs")
            self.known[name] = one
            short = row["short_name"] or (of_series["short_name"].get(one["series"], "") if not one["own"] else "")
            if len(short or row["name"]) > SHORT:
                self.fault("Indicators", "short_name", row["row"], "an empty cell", f"a name of up to {SHORT} letters for the board page, because the indicator's own has {len(row['name'])}")
            place = {"locator": self.at("Indicators", "name", row["row"])}
            self.add("plan-indicators", plan_indicator_id=one["id"], plan_id=self.plan, **self.source, position=number, name_printed=row["name"], measure="indicator", series_id=one["series"], area_id=self.area["area_id"], breakdown=one["breakdown"], reporting="six-monthly", **place)  # fmt: skip
            self.add("plan-indicator-priorities", plan_indicator_id=one["id"], priority_id=priority, role="primary", basis="printed")
            self.add("indicator-owners", plan_indicator_id=one["id"], owner=row["owner"] or "no owner named", short_name=row["short_name"], **self.source, **place)

    def _own_indicator(self, row):
        missing = [key for key in _OWN_COLUMNS if row[key] == ""]
        for key in missing:
            self.fault("Indicators", key, row["row"], "an empty cell", "a value, since the topic is Own indicator")
        if missing:
            return {"series": "", "breakdown": "", "bad": True, "own": True}
        often, kind, rule = FREQUENCY[row["frequency"]], YEARS[row["year"]], row["rule"]
        if often != "annual" and rule == "sum" and row["unit"] not in ("count", "million pounds", "days", "weeks"):
            self.fault("Indicators", "rule", row["row"], "'sum'", f"mean or last: a sum of figures in {row['unit']} says nothing")
        if often == "quarterly" and kind != "FY":
            self.fault("Indicators", "year", row["row"], repr(row["year"]), "April to March, for figures by quarter")
        series = slug(f"{self.plan}-{row['name']}", 80)
        decimals = int(row["decimals"]) + (rule == "mean" and row["unit"] == "count" and often != "annual")  # a mean of counts
        self.add("indicators", indicator_id=series, name=row["name"], unit=row["unit"], decimals=decimals, polarity=POLARITY[row["polarity"]], polarity_reason="As the form of the plan says", year_type=_TYPES[kind], frequency=often, definition=row["definition"])  # fmt: skip
        self.add("series", series_id=series, indicator_id=series, name=row["name"], short_name=row["short_name"], definition="As the indicator")
        return {"series": series, "breakdown": "all", "unit": row["unit"], "polarity": POLARITY[row["polarity"]], "often": often, "kind": kind, "rule": rule if often != "annual" else "", "own": True, "decimals": decimals, "typed": int(row["decimals"])}  # fmt: skip

    def _lookup(self, where, sheet, key, row, right):
        """What a name of another sheet stands for, or '' and a fault."""
        name = row[key].casefold()
        if name not in where:
            near = get_close_matches(name, where, n=1)
            self.fault(sheet, key, row["row"], repr(row[key]), right + (f", perhaps {near[0]!r}" if near else ""))
        return where.get(name, "")

    def _indicator(self, sheet, row):
        found = self._lookup(self.known, sheet, "indicator", row, "an indicator of the sheet Indicators")
        return found if found and not found.get("bad") else None

    def _period(self, sheet, key, row, one, often):
        read = read_period(row[key], often, one["kind"])
        if not read:
            shape = EXAMPLES[one["kind"] if often == "annual" else often]
            dated = " (a date, perhaps made by Excel)" if re.fullmatch(r"\d{4}-\d\d-\d\d", row[key]) else ""
            self.fault(sheet, key, row["row"], repr(row[key]) + dated, f"a period such as {shape}, written as text")
        return read

    # ---- figures ----

    def figures(self):
        kept, filled = {}, self.form.cover["as_at"]
        for row in self.form.sheets["Figures"].to_dict("records"):
            one = self._indicator("Figures", row)
            if one is None:
                continue
            if not one["own"]:
                self.fault("Figures", "indicator", row["row"], f"{row['indicator']!r}, whose figures are published", "an own indicator; a figure of your own for it is an indicator of its own, with another name")
                continue
            period = self._period("Figures", "period", row, one, one["often"])
            value, numerator, denominator = self._value(row, one)
            if not period:
                continue
            span = parse_periods(pd.Series([period])).iloc[0]
            if span["end"] > pd.Timestamp(filled):
                self.fault("Figures", "period", row["row"], repr(row["period"]), "a period that had ended when the form was filled in")
            published = row["published"] or f"{span['end']:%Y-%m-%d}"
            if row["published"] and not f"{span['end']:%Y-%m-%d}" <= published <= filled:
                self.fault("Figures", "published", row["row"], in_words(pd.Timestamp(published)), "a day from the end of the period to the day on which the form was filled in")
            if period in [other["period"] for other in kept.get(row["indicator"].casefold(), [])]:
                self.fault("Figures", "period", row["row"], f"{row['period']!r} twice for {row['indicator']!r}", "one figure for each period")
            kept.setdefault(row["indicator"].casefold(), []).append(
                {"period": period, "value": value, "numerator": numerator, "denominator": denominator, "status": STATUS[row["status"] or "final"], "published": published, "basis": "printed" if row["published"] else "assumed", "cell": self.form.cell("Figures", "value", row["row"]), "note": row["note"], "row": row["row"], "typed": row["value"]}
            )  # fmt: skip
        for name, rows in kept.items():
            self._keep_figures(self.known[name], pd.DataFrame(rows))

    def _value(self, row, one):
        """Value and counts of one row, checked against each other."""
        counts = [row["numerator"], row["denominator"]]
        for key in ("numerator", "denominator"):
            if row[key] and (not re.fullmatch(r"[0-9]+(\.[0-9]+)?", row[key])):
                self.fault("Figures", key, row["row"], repr(row[key]), "a count, no less than 0")
                return "", "", ""
        value, right = read_figure(row["value"], one["unit"], one["typed"]) if row["value"] else ("", "")
        if right:
            self.fault("Figures", "value", row["row"], repr(row["value"]), right)
            return "", "", ""
        silent = STATUS[row["status"] or "final"] in ("c", "x", "z")
        if value and silent:
            self.fault("Figures", "status", row["row"], f"{row['status']!r} beside a figure", "an empty figure, or another status")
        if all(counts) and one["unit"] in ("percent", "rate per 1,000", "rate per 10,000", "rate per 100,000"):
            numerator, denominator = map(Decimal, counts)
            if not denominator or one["unit"] == "percent" and numerator > denominator:
                self.fault("Figures", "denominator", row["row"], repr(row["denominator"]), "a count above nought and no smaller than the count above the line")
                return "", "", ""
            worked = from_counts(*counts, one["unit"], one["typed"])
            if value and abs(Decimal(value) - Decimal(worked)) > Decimal(1).scaleb(-one["typed"]):
                self.fault("Figures", "value", row["row"], f"{value}, where the two counts give {worked}", "figures that agree: correct one of the three, or leave the figure empty")
            return (value or worked), *counts
        if not value and not silent:
            self.fault("Figures", "value", row["row"], "an empty cell", "a figure; or the status confidential, not available or not applicable")
        return value, "", ""

    def _keep_figures(self, one, rows):
        far = far_from_before(rows) & (rows["note"] == "")
        for row in rows[far].itertuples():
            self.fault("Figures", "value", row.row, row.value, "less than ten times the figure before, and more than a tenth; or a word in Note that it is right")
        parts = [rows]
        if one["rule"] in ("sum", "mean"):
            parts.append(years_of(rows, one["often"], one["rule"], one["unit"], one["decimals"]).assign(basis="assumed"))
        for row in pd.concat(parts, ignore_index=True).fillna("").to_dict("records"):
            said = row["value"] or next(name for name, code in STATUS.items() if code == row["status"])
            place = {"locator": f"sheet Figures, {'cells' if ' to ' in row['cell'] else 'cell'} {row['cell']}", "note": row["note"]}
            self._observe(one, row["period"], row["value"], said, row["published"], row["basis"], place, status=row["status"], numerator=row["numerator"], denominator=row["denominator"])
        one["periods"] = [row["period"] for row in self.rows.get("observations", []) if row["series_id"] == one["series"] and row["value"]]

    def _observe(self, one, period, value, printed, published, basis, place, **more):
        name = f"{one['id']}-{slug(period)}"
        self.add("observations", observation_id=name, series_id=one["series"], area_id=self.area["area_id"], breakdown=one["breakdown"], period=period, period_printed=period, printed=printed, value=value, reading="clear", published=published, published_basis=basis, **self.source, **place, **more)  # fmt: skip
        return name

    # ---- targets ----

    def targets(self):
        seen = set()
        for row in self.form.sheets["Targets"].to_dict("records"):
            one = self._indicator("Targets", row)
            if one is None:
                continue
            if one["id"] in seen:
                self.fault("Targets", "indicator", row["row"], f"{row['indicator']!r} twice", "one target for each indicator")
                continue
            seen.add(one["id"])
            by = self._by(row, one)
            start = self._start(row, one)
            kind, value, direction, printed = self._goal(row, one)
            if not (by and kind):
                continue
            if start and parse_periods(pd.Series([start]))["end"][0] >= parse_periods(pd.Series([by]))["end"][0]:
                self.fault("Targets", "by", row["row"], repr(row["by"]), "a period after that of the start")
            baseline = ""
            if row["start"] and start:
                figure, right = read_figure(row["start"], one["unit"], one.get("typed"))
                if right:
                    self.fault("Targets", "start", row["row"], repr(row["start"]), right)
                elif one["own"] and start in one.get("periods", []):
                    self.fault("Targets", "start", row["row"], repr(row["start"]), "an empty cell: the sheet Figures has a figure for this period")
                else:
                    ended = f"{parse_periods(pd.Series([start]))['end'][0]:%Y-%m-%d}"
                    place = {"locator": self.at("Targets", "start", row["row"]), "note": "Starting figure of the target, as the form gives it"}
                    baseline = self._observe(one, start, figure, figure, max(ended, self.form.cover["published"]), "assumed", place)
            self.add("targets", target_id=one["id"], plan_indicator_id=one["id"], kind=kind, printed=printed, period=by, value=value, direction=direction, baseline_observation_id=baseline, comparator_area_id=ENGLAND if kind == "in_line" else "", reading="clear", **self.source, locator=self.at("Targets", "value", row["row"]), baseline_period="" if baseline else start, year_rule=one["rule"])  # fmt: skip

    def _by(self, row, one):
        """The period of a target: a year, or a month or quarter where that is what the indicator has and no rule makes years."""
        often = one["often"]
        by = read_period(row["by"], "annual", one["kind"])
        if by and often != "annual" and not one["rule"] and one["own"]:
            self.fault("Indicators", "rule", one["row"], "an empty cell", f"sum, mean or last, because the target is for a year and the figures are {often}")
        by = by or (read_period(row["by"], often, one["kind"]) if one["rule"] in ("", "last") else "")
        if not by:
            self._period("Targets", "by", row, one, "annual")
        elif f"{parse_periods(pd.Series([by]))['end'][0]:%Y-%m-%d}" < self.form.cover["period_start"]:
            self.fault("Targets", "by", row["row"], f"{row['by']!r}, which ended before the plan began", "a period that ends within the plan or after it")
        return by

    def _start(self, row, one):
        """The period from which a target is measured, or ''; there is a figure for it."""
        if not row["start_period"]:
            if row["start"] or row["kind"] in ("increase", "reduce"):
                self.fault("Targets", "start_period", row["row"], "an empty cell", "the period of the start, such as " + EXAMPLES[one["kind"]])
            return ""
        start = read_period(row["start_period"], "annual", one["kind"]) or read_period(row["start_period"], one["often"], one["kind"])
        if not start:
            self._period("Targets", "start_period", row, one, "annual")
        elif not row["start"]:
            periods = one.get("periods", []) if one["own"] else self._published_periods(one)
            spans = parse_periods(pd.Series([start, *periods]))[["start", "end"]]
            if not (spans.iloc[1:] == spans.iloc[0]).all(axis=1).any():
                told = ", ".join(periods[-4:]) or "none"
                self.fault("Targets", "start_period", row["row"], f"{row['start_period']!r}, for which no figure is known", f"a period with a figure ({told}), or the figure itself beside it")
        return start

    def _published_periods(self, one):
        rows = self.register.table("published")
        mine = (rows["series_id"] == one["series"]) & (rows["breakdown"] == one["breakdown"]) & (rows["area_id"] == self.area["area_id"])
        return sorted(rows.loc[mine & (rows["value"] != ""), "period"].unique())

    def _goal(self, row, one):
        """(kind, value, direction, words) of a target; the kind is '' with a fault."""
        kind = TARGETS[row["kind"]]
        if kind == "in_line":
            if one["own"]:
                self.fault("Targets", "kind", row["row"], repr(row["kind"]), "another kind: nobody publishes this indicator for England")
            better = {"higher": "higher", "lower": "lower"}.get(one["polarity"], row["direction"])
            if not better:
                self.fault("Targets", "direction", row["row"], "an empty cell", "higher or lower: neither is better for the indicator itself")
            return kind, "", better, "in line with England"
        if kind in ("higher", "lower"):
            return "direction", "", kind, row["kind"]
        value, right = read_figure(row["value"], one["unit"]) if row["value"] else ("", "a figure to reach")
        direction = row["direction"] or {"higher": "higher", "lower": "lower"}.get(one["polarity"], "")
        if right:
            self.fault("Targets", "value", row["row"], repr(row["value"]) if row["value"] else "an empty cell", right)
        elif not direction:
            self.fault("Targets", "direction", row["row"], "an empty cell", "higher or lower: neither is better for the indicator itself")
        units = self.register.table("units").set_index("unit").loc[one["unit"]]
        return ("" if right or not direction else kind), value, direction, f"{units['prefix']}{value}{units['suffix']}"

    # ---- work and words ----

    def actions(self):
        filled, numbers, seen = self.form.cover["as_at"], {}, set()
        for row in self.form.sheets["Actions"].to_dict("records"):
            priority = self._lookup(self.serves, "Actions", "priority", row, "a short name of the sheet Priorities")
            name = f"{self.plan}/action-{slug(row['wording'])}"
            if name in seen:
                self.fault("Actions", "wording", row["row"], f"{row['wording'][:60]!r} twice", "each action once, or other words at its beginning")
            seen.add(name)
            if (row["status"] == "done") != bool(row["done_on"]):
                self.fault("Actions", "done_on", row["row"], row["done_on"] or "an empty cell", "the day on which it was done where the status is done, and none elsewhere")
            for key in ("done_on", "said_on"):
                if row[key] > filled:
                    self.fault("Actions", key, row["row"], in_words(pd.Timestamp(row[key])), "a day up to that on which the form was filled in")
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
                self.fault("Commentary", "written", row["row"], in_words(pd.Timestamp(written)), "a day up to that on which the form was filled in")
            who = row["who"] or one["owner"] or "no owner named"
            name = f"{one['id']}-{slug(f'{written} {period} {who}')}"
            if name in seen:
                self.fault("Commentary", "story", row["row"], "a second story of the same owner, period and day", "one story")
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


__all__ = ["STEPS", "TABLES", "slug", "tables_of"]
