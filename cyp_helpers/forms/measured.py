"""Figures and targets of a form -> rows of the register, and what is wrong with them."""

import re
import unicodedata
from decimal import Decimal
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.forms.figures import EXAMPLES, end_of, far_from_before, from_counts, read_figure, read_period, typed, years_of
from cyp_helpers.forms.layout import SHEETS, STATUS, TARGETS
from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.wording import day as in_words

_BETTER = ("higher", "lower")


def slug(text, most=60):
    """Small letters, digits and hyphens of a text.

    >>> slug("Children’s homes: places (all)")
    'children-s-homes-places-all'
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", " ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:most].strip("-") or "x"


def _cell(row, key):
    return f"{SHEETS[row['sheet']].letter(key)}{row['row']}"


class Measured:
    """A plan while it is made of a form, and of it the figures and targets: ``rows`` by table, ``faults``; ``known``
    indicators and the priorities that they serve by their folded names; ``always``, the columns alike in all rows."""

    def __init__(self, form, register):
        self.form, self.register, self.filled, self.always = form, register, form.cover["as_at"], {"reading": "clear"}
        self.rows, self.faults, self.known, self.serves = {}, [], {}, {}

    def lines(self, sheet):
        """The rows of a sheet as dicts that know their place."""
        return self.form.sheets[sheet].assign(sheet=sheet).to_dict("records")

    def fault(self, row, key, right, found=None):
        """What would be right in a cell; found is what stands there, if nothing else is said."""
        found = found or (repr(row[key]) if row[key] else "an empty cell")
        self.faults.append([row["sheet"], _cell(row, key), found, right])

    def add(self, table, **row):
        """Add a row; columns that the table does not have are left out in the end."""
        self.rows.setdefault(table, []).append({name: f"{value}" for name, value in (self.always | row).items()})

    def at(self, row, key):
        return f"sheet {row['sheet']}, cell {_cell(row, key)}"

    def _lookup(self, where, row, key, right):
        """What a name of another sheet stands for, or '' and a fault."""
        name = row[key].casefold()
        if name not in where:
            near = get_close_matches(name, where, n=1)
            self.fault(row, key, right + (f", perhaps {near[0]!r}" if near else ""))
        return where.get(name, "")

    def _indicator(self, row):
        found = self._lookup(self.known, row, "indicator", "an indicator of the sheet Indicators")
        return found if found and not found.get("bad") else None

    def _period(self, row, key, one, often):
        read = read_period(row[key], often, one["kind"])
        if not read:
            shape = EXAMPLES[one["kind"] if often == "annual" else often]
            dated = " (a date, perhaps made by Excel)" if re.fullmatch(r"\d{4}-\d\d-\d\d", row[key]) else ""
            self.fault(row, key, f"a period such as {shape}, written as text", repr(row[key]) + dated)
        return read

    def _refuse_ahead(self, row, key):
        if row[key] > self.filled:
            right = "a day up to that on which the form was filled in"
            self.fault(row, key, right, in_words(pd.Timestamp(row[key])))

    # ---- figures ----

    def figures(self):
        kept = {}
        for row in self.lines("Figures"):
            one, faults = self._indicator(row), len(self.faults)
            if one is None:
                continue
            if not one["own"]:
                right = "an own indicator; a figure of your own for it is an indicator of its own, with another name"
                self.fault(row, "indicator", right, f"{row['indicator']!r}, whose figures are published")
                continue
            period = self._period(row, "period", one, one["often"])
            value, numerator, denominator = self._value(row, one)
            one["unsure"] = one.get("unsure") or len(self.faults) > faults
            if not period:
                continue
            rows, ended, published = kept.setdefault(row["indicator"].casefold(), []), end_of(period), row["published"]
            if ended > self.filled:
                self.fault(row, "period", "a period that had ended when the form was filled in")
            if published and not ended <= published <= self.filled:
                right = "a day from the end of the period to the day on which the form was filled in"
                self.fault(row, "published", right, in_words(pd.Timestamp(published)))
            if period in [other["period"] for other in rows]:
                found = f"{row['period']!r} twice for {row['indicator']!r}"
                self.fault(row, "period", "one figure for each period", found)
            rows.append({
                "period": period, "value": value, "numerator": numerator, "denominator": denominator,
                "status": STATUS[row["status"] or "final"], "published": published or ended, "note": row["note"],
                "published_basis": "printed" if published else "assumed", "line": row, "cell": _cell(row, "value"),
            })  # fmt: skip
        for name, rows in kept.items():
            self._keep_figures(self.known[name], pd.DataFrame(rows))

    def _value(self, row, one):
        """Value and counts of one row, checked against each other."""
        counts, unit, typed = (row["numerator"], row["denominator"]), one["unit"], one["typed"]
        for key in ("numerator", "denominator"):
            if row[key] and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", row[key]):
                self.fault(row, key, "a count, no less than 0")
                return "", "", ""
        value, right = read_figure(row["value"], unit, typed) if row["value"] else ("", "")
        if right:
            self.fault(row, "value", right)
            return "", "", ""
        silent = STATUS[row["status"] or "final"] in ("c", "x", "z")
        if value and silent:
            self.fault(row, "status", "an empty figure, or another status", f"{row['status']!r} beside a figure")
        if all(counts) and unit in PER:
            numerator, denominator = map(Decimal, counts)
            if not denominator or unit == "percent" and numerator > denominator:
                self.fault(row, "denominator", "a count above nought and no smaller than the count above the line")
                return "", "", ""
            worked = from_counts(*counts, unit, typed)
            if value and abs(Decimal(value) - Decimal(worked)) > Decimal(1).scaleb(-typed):
                right = "figures that agree: correct one of the three, or leave the figure empty"
                self.fault(row, "value", right, f"{value}, where the two counts give {worked}")
            return (value or worked), *counts
        if not value and not silent:
            self.fault(row, "value", "a figure; or the status confidential, not available or not applicable")
        return value, "", ""

    def _keep_figures(self, one, rows):
        far = rows[far_from_before(rows) & (rows["note"] == "")]
        right = "less than ten times the figure before, and more than a tenth; or a word in Note that it is right"
        for line, value in zip(far["line"], far["value"]):
            self.fault(line, "value", right, value)
        rows = rows.drop(columns="line")
        if one["rule"] in ("sum", "mean"):
            made = years_of(rows, one["often"], one["rule"], one["unit"], one["decimals"])
            rows = pd.concat([rows, made.assign(published_basis="assumed")], ignore_index=True).fillna("")
        words = {code: word for word, code in STATUS.items()}
        for row in rows.to_dict("records"):
            place = f"sheet Figures, {'cells' if ' to ' in row['cell'] else 'cell'} {row['cell']}"
            self._observe(one, **row, printed=row["value"] or words[row["status"]], locator=place)
        one["figures"] = rows.loc[rows["value"] != ""].set_index("period")["value"].to_dict()

    def _observe(self, one, period, **figure):
        name, where = f"{one['id']}-{slug(period)}", {"series_id": one["series"], "breakdown": one["breakdown"]}
        self.add("observations", observation_id=name, **where, period=period, period_printed=period, **figure)
        return name

    # ---- targets ----

    def targets(self):
        seen = set()
        for row in self.lines("Targets"):
            one = self._indicator(row)
            if one is None:
                continue
            if one["id"] in seen:
                self.fault(row, "indicator", "one target for each indicator", f"{row['indicator']!r} twice")
                continue
            seen.add(one["id"])
            by, (start, figure) = self._by(row, one), self._start(row, one)
            kind, value, direction, printed = self._goal(row, one)
            if not (by and kind):
                continue
            if value and figure and row["direction"] == "":
                gap = (Decimal(value) - Decimal(figure)) * (1 if direction == "higher" else -1)
                right = f"a figure no {'lower' if direction == 'higher' else 'higher'} than that of the start, {figure}"
                if gap < 0:
                    self.fault(row, "value", f"{right}; or choose the Direction that is meant")
            if start and end_of(start) >= end_of(by):
                self.fault(row, "by", "a period after that of the start")
            baseline = self._baseline(row, one, start) if start and row["start"] else ""
            self.add(
                "targets", target_id=one["id"], plan_indicator_id=one["id"], kind=kind, printed=printed, period=by,
                value=value, direction=direction, comparator_area_id=ENGLAND if kind == "in_line" else "",
                baseline_observation_id=baseline, baseline_period="" if baseline else start, year_rule=one["rule"],
                locator=self.at(row, "value"),
            )  # fmt: skip

    def _baseline(self, row, one, start):
        """The name of a starting figure that the form gives beside the target, or '' with a fault."""
        figure, right = read_figure(row["start"], one["unit"], one["typed"])
        if not right and start in one["figures"]:
            right = "an empty cell: the sheet Figures has a figure for this period"
        if right:
            self.fault(row, "start", right)
            return ""
        known = {"published": max(end_of(start), self.form.cover["published"]), "published_basis": "assumed"}
        place = {"locator": self.at(row, "start"), "note": "Starting figure of the target, as the form gives it"}
        return self._observe(one, start, value=figure, printed=figure, **known, **place)

    def _by(self, row, one):
        """The period of a target: a year, or a month or quarter if the indicator has such and no rule makes years."""
        often = one["often"]
        by = read_period(row["by"], "annual", one["kind"])
        if by and often != "annual" and not one["rule"] and one["own"]:
            right = f"sum, mean or last, because the target is for a year and the figures are {often}"
            self.fault(one["line"], "rule", right)
        by = by or (read_period(row["by"], often, one["kind"]) if one["rule"] in ("", "last") else "")
        if not by:
            self._period(row, "by", one, "annual")
        elif end_of(by) < self.form.cover["period_start"]:
            right = "a period that ends within the plan or after it"
            self.fault(row, "by", right, f"{row['by']!r}, which ended before the plan began")
        return by

    def _start(self, row, one):
        """(period, figure) from which a target is measured, or texts that are ''.

        What a year is made of is no start of a target for a year: one month beside the sum of twelve is always far off.
        """
        written = row["start_period"]
        if not written:
            if row["start"] or row["kind"] in ("increase", "reduce"):
                self.fault(row, "start_period", "the period of the start, such as " + EXAMPLES[one["kind"]])
            return "", ""
        parts = [one["often"]] if one["rule"] in ("", "last") else []
        read = [read_period(written, often, one["kind"]) for often in ("annual", *parts)]
        start, figures = next(filter(None, read), ""), one["figures"] if one["own"] else self._published(one)
        spans = parse_periods(pd.Series([start, *figures]))[["start", "end"]]
        same = (spans.iloc[1:] == spans.iloc[0]).all(axis=1).to_numpy()
        found = next((figure for figure, is_it in zip(figures.values(), same) if is_it), "")
        if row["start"] or found:
            if not start:
                self._period(row, "start_period", one, "annual")
            return start, row["start"].rstrip("%") or found
        offered = [typed(period, one["kind"]) for period in figures]
        offered = [each for each in offered if any(read_period(each, often, one["kind"]) for often in ("annual", *parts))]
        if not start or not one.get("unsure"):  # a figure that is not taken for its own fault may be this one
            made = f" of a year, the {one['rule']} of its parts," if one["rule"] in ("sum", "mean") else ""
            right = f"a period{made} with a figure ({', '.join(offered[-4:]) or 'none'}), or the figure itself beside it"
            self.fault(row, "start_period", right, f"{written!r}, for which no figure is known")
        return start, ""

    def _published(self, one):
        """Published figures of the plan's area by their periods."""
        rows = self.register.table("published")
        rows = rows[(rows["series_id"] == one["series"]) & (rows["breakdown"] == one["breakdown"])]
        rows = rows[(rows["area_id"] == self.area["area_id"]) & (rows["value"] != "")]
        return rows.sort_values(["period", "published"], kind="stable").set_index("period")["value"].to_dict()

    def _goal(self, row, one):
        """(kind, value, direction, words) of a target; the kind is '' with a fault."""
        kind, better = TARGETS[row["kind"]], one["polarity"] if one["polarity"] in _BETTER else ""
        if kind in _BETTER:
            return "direction", "", kind, row["kind"]
        if kind == "in_line":
            value, right, direction, printed = "", "", better or row["direction"], "in line with England"
            if one["own"]:
                self.fault(row, "kind", "another kind: nobody publishes this indicator for England")
        else:
            value, right = read_figure(row["value"], one["unit"]) if row["value"] else ("", "a figure to reach")
            units = self.register.table("units").set_index("unit").loc[one["unit"]]
            direction, printed = row["direction"] or better, f"{units['prefix']}{value}{units['suffix']}"
        if right:
            self.fault(row, "value", right)
        elif not direction:
            self.fault(row, "direction", "higher or lower: neither is better for the indicator itself")
        return ("" if kind == "value" and (right or not direction) else kind), value, direction, printed
