"""Figures and targets of a form -> rows of the register, and what is wrong with them."""

import re
import unicodedata
from decimal import Decimal
from difflib import get_close_matches

import pandas as pd

from cyp_helpers.forms.figures import EXAMPLES, far_from_before, from_counts, read_figure, read_period, years_of
from cyp_helpers.forms.layout import STATUS, TARGETS
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.wording import day as in_words


def slug(text, most=60):
    """Small letters, digits and hyphens of a text.

    >>> slug("Children’s homes: places (all)")
    'children-s-homes-places-all'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore" if "’" not in text else "replace").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:most].strip("-") or "x"


class Measured:
    """A plan while it is made of a form, and of it the figures and targets: ``rows`` by table, ``faults``; ``known`` indicators and the
    priorities that they serve by their folded names."""

    def __init__(self, form, register):
        self.form, self.register, self.rows, self.faults = form, register, {}, []
        self.known, self.serves = {}, {}

    def fault(self, sheet, key, row, found, right):
        self.faults.append([sheet, self.form.cell(sheet, key, row), found, right])

    def add(self, table, **row):
        self.rows.setdefault(table, []).append({name: f"{value}" for name, value in row.items()})

    def at(self, sheet, key, row):
        return f"sheet {sheet}, cell {self.form.cell(sheet, key, row)}"

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
                self.fault(
                    "Figures",
                    "indicator",
                    row["row"],
                    f"{row['indicator']!r}, whose figures are published",
                    "an own indicator; a figure of your own for it is an indicator of its own, with another name",
                )
                continue
            period = self._period("Figures", "period", row, one, one["often"])
            value, numerator, denominator = self._value(row, one)
            if not period:
                continue
            span = parse_periods(pd.Series([period])).iloc[0]
            if span["end"] > pd.Timestamp(filled):
                self.fault(
                    "Figures",
                    "period",
                    row["row"],
                    repr(row["period"]),
                    "a period that had ended when the form was filled in",
                )
            published = row["published"] or f"{span['end']:%Y-%m-%d}"
            if row["published"] and not f"{span['end']:%Y-%m-%d}" <= published <= filled:
                self.fault(
                    "Figures",
                    "published",
                    row["row"],
                    in_words(pd.Timestamp(published)),
                    "a day from the end of the period to the day on which the form was filled in",
                )
            if period in [other["period"] for other in kept.get(row["indicator"].casefold(), [])]:
                self.fault(
                    "Figures",
                    "period",
                    row["row"],
                    f"{row['period']!r} twice for {row['indicator']!r}",
                    "one figure for each period",
                )
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
            self.fault(
                "Figures",
                "status",
                row["row"],
                f"{row['status']!r} beside a figure",
                "an empty figure, or another status",
            )
        if all(counts) and one["unit"] in ("percent", "rate per 1,000", "rate per 10,000", "rate per 100,000"):
            numerator, denominator = map(Decimal, counts)
            if not denominator or one["unit"] == "percent" and numerator > denominator:
                self.fault(
                    "Figures",
                    "denominator",
                    row["row"],
                    repr(row["denominator"]),
                    "a count above nought and no smaller than the count above the line",
                )
                return "", "", ""
            worked = from_counts(*counts, one["unit"], one["typed"])
            if value and abs(Decimal(value) - Decimal(worked)) > Decimal(1).scaleb(-one["typed"]):
                self.fault(
                    "Figures",
                    "value",
                    row["row"],
                    f"{value}, where the two counts give {worked}",
                    "figures that agree: correct one of the three, or leave the figure empty",
                )
            return (value or worked), *counts
        if not value and not silent:
            self.fault(
                "Figures",
                "value",
                row["row"],
                "an empty cell",
                "a figure; or the status confidential, not available or not applicable",
            )
        return value, "", ""

    def _keep_figures(self, one, rows):
        far = far_from_before(rows) & (rows["note"] == "")
        for row in rows[far].itertuples():
            self.fault(
                "Figures",
                "value",
                row.row,
                row.value,
                "less than ten times the figure before, and more than a tenth; or a word in Note that it is right",
            )
        parts = [rows]
        if one["rule"] in ("sum", "mean"):
            parts.append(
                years_of(rows, one["often"], one["rule"], one["unit"], one["decimals"]).assign(basis="assumed")
            )
        for row in pd.concat(parts, ignore_index=True).fillna("").to_dict("records"):
            said = row["value"] or next(name for name, code in STATUS.items() if code == row["status"])
            place = {
                "locator": f"sheet Figures, {'cells' if ' to ' in row['cell'] else 'cell'} {row['cell']}",
                "note": row["note"],
            }
            self._observe(
                one,
                row["period"],
                row["value"],
                said,
                row["published"],
                row["basis"],
                place,
                status=row["status"],
                numerator=row["numerator"],
                denominator=row["denominator"],
            )
        one["periods"] = [
            row["period"]
            for row in self.rows.get("observations", [])
            if row["series_id"] == one["series"] and row["value"]
        ]

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
                self.fault(
                    "Targets", "indicator", row["row"], f"{row['indicator']!r} twice", "one target for each indicator"
                )
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
                    self.fault(
                        "Targets",
                        "start",
                        row["row"],
                        repr(row["start"]),
                        "an empty cell: the sheet Figures has a figure for this period",
                    )
                else:
                    ended = f"{parse_periods(pd.Series([start]))['end'][0]:%Y-%m-%d}"
                    place = {
                        "locator": self.at("Targets", "start", row["row"]),
                        "note": "Starting figure of the target, as the form gives it",
                    }
                    baseline = self._observe(
                        one, start, figure, figure, max(ended, self.form.cover["published"]), "assumed", place
                    )
            self.add("targets", target_id=one["id"], plan_indicator_id=one["id"], kind=kind, printed=printed, period=by, value=value, direction=direction, baseline_observation_id=baseline, comparator_area_id=ENGLAND if kind == "in_line" else "", reading="clear", **self.source, locator=self.at("Targets", "value", row["row"]), baseline_period="" if baseline else start, year_rule=one["rule"])  # fmt: skip

    def _by(self, row, one):
        """The period of a target: a year, or a month or quarter where that is what the indicator has and no rule makes years."""
        often = one["often"]
        by = read_period(row["by"], "annual", one["kind"])
        if by and often != "annual" and not one["rule"] and one["own"]:
            self.fault(
                "Indicators",
                "rule",
                one["row"],
                "an empty cell",
                f"sum, mean or last, because the target is for a year and the figures are {often}",
            )
        by = by or (read_period(row["by"], often, one["kind"]) if one["rule"] in ("", "last") else "")
        if not by:
            self._period("Targets", "by", row, one, "annual")
        elif f"{parse_periods(pd.Series([by]))['end'][0]:%Y-%m-%d}" < self.form.cover["period_start"]:
            self.fault(
                "Targets",
                "by",
                row["row"],
                f"{row['by']!r}, which ended before the plan began",
                "a period that ends within the plan or after it",
            )
        return by

    def _start(self, row, one):
        """The period from which a target is measured, or ''; there is a figure for it."""
        if not row["start_period"]:
            if row["start"] or row["kind"] in ("increase", "reduce"):
                self.fault(
                    "Targets",
                    "start_period",
                    row["row"],
                    "an empty cell",
                    "the period of the start, such as " + EXAMPLES[one["kind"]],
                )
            return ""
        start = read_period(row["start_period"], "annual", one["kind"]) or read_period(
            row["start_period"], one["often"], one["kind"]
        )
        if not start:
            self._period("Targets", "start_period", row, one, "annual")
        elif not row["start"]:
            periods = one.get("periods", []) if one["own"] else self._published_periods(one)
            spans = parse_periods(pd.Series([start, *periods]))[["start", "end"]]
            if not (spans.iloc[1:] == spans.iloc[0]).all(axis=1).any():
                told = ", ".join(periods[-4:]) or "none"
                self.fault(
                    "Targets",
                    "start_period",
                    row["row"],
                    f"{row['start_period']!r}, for which no figure is known",
                    f"a period with a figure ({told}), or the figure itself beside it",
                )
        return start

    def _published_periods(self, one):
        rows = self.register.table("published")
        mine = (
            (rows["series_id"] == one["series"])
            & (rows["breakdown"] == one["breakdown"])
            & (rows["area_id"] == self.area["area_id"])
        )
        return sorted(rows.loc[mine & (rows["value"] != ""), "period"].unique())

    def _goal(self, row, one):
        """(kind, value, direction, words) of a target; the kind is '' with a fault."""
        kind = TARGETS[row["kind"]]
        if kind == "in_line":
            if one["own"]:
                self.fault(
                    "Targets",
                    "kind",
                    row["row"],
                    repr(row["kind"]),
                    "another kind: nobody publishes this indicator for England",
                )
            better = {"higher": "higher", "lower": "lower"}.get(one["polarity"], row["direction"])
            if not better:
                self._no_direction(row)
            return kind, "", better, "in line with England"
        if kind in ("higher", "lower"):
            return "direction", "", kind, row["kind"]
        value, right = read_figure(row["value"], one["unit"]) if row["value"] else ("", "a figure to reach")
        direction = row["direction"] or {"higher": "higher", "lower": "lower"}.get(one["polarity"], "")
        if right:
            self.fault("Targets", "value", row["row"], repr(row["value"]) if row["value"] else "an empty cell", right)
        elif not direction:
            self._no_direction(row)
        units = self.register.table("units").set_index("unit").loc[one["unit"]]
        return ("" if right or not direction else kind), value, direction, f"{units['prefix']}{value}{units['suffix']}"

    def _no_direction(self, row):
        right = "higher or lower: neither is better for the indicator itself"
        self.fault("Targets", "direction", row["row"], "an empty cell", right)
