"""One published indicator in all authorities: verdicts, titles, what it would take, and what a page needs to show another one."""

import json
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use
from cyp_helpers.compare.comparison import tidy
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.promise import CLEAR_SCORE, level_scale
from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.cells import cell_text, for_readers
from cyp_helpers.show.wording import clean, join

COMPARED = ["previous", "five_years", "england", "region", "neighbours"]
_SINCE = {"previous": " since the last figure", "five_years": " over five years", "england": " than England", "neighbours": " than its neighbours"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Peers:
    """A published line of a plan (a row of ``Report.lines``) in all authorities, for the period of its newest figure.

    >>> report = cyp.open_review("cypf-2016-18", "2017-18 part 2")
    >>> Peers(report, report.lines.iloc[1], "Re-referrals").title("E06000016")
    'Re-referrals: improving over five years'
    """

    report: object
    line: pd.Series
    name: str

    @cached_property
    def figures(self):
        """Figures of the line's series, all authorities, regions and England, every year of like periods: rows of ``Report.everyone``."""
        rows = self.report.everyone
        rows = rows[rows["open_data"] & (rows["series_id"] == self.line["series_id"]) & (rows["breakdown"] == self.line["breakdown"])]
        return rows[rows["kind"] == rows.loc[rows["cell"] == self.line["cell"], "kind"].iloc[0]].sort_values(
            "end", kind="stable"
        )

    @cached_property
    def years(self):
        """The same as numbers, a row for each ``area_id`` and a column for each period, in order."""
        figures = self.figures[
            self.figures["end"] <= self.figures.loc[self.figures["cell"] == self.line["cell"], "end"].iloc[0]
        ]
        wide = figures.drop_duplicates(["area_id", "end"], keep="last").pivot(
            index="area_id", columns="end", values="number"
        )
        return wide.loc[:, wide.loc[wide.index.intersection([self.report.area["area_id"]])].notna().any()]

    @cached_property
    def labels(self):
        """What a reader calls each column of ``years``, by its end."""
        told = self.figures.drop_duplicates("end").set_index("end")["period_label"]
        return told.reindex(self.years.columns).str.replace(r"^(academic|financial) year ", "", regex=True)

    @cached_property
    def verdicts(self):
        """Each authority beside its past, England, region and neighbours: rows of ``cyp.compare``, with ``usual`` (how far apart
        ordinary figures lie) in the order of ``COMPARED``."""
        report = self.report
        now = self.figures.index[(self.figures["cell"] == self.line["cell"]) & self.figures["local"]]
        pairs = report.peers[report.peers["figure"].isin(now) & report.peers["comparator"].isin(COMPARED)]
        level = level_scale(pairs["scale"]).where(
            pairs["comparator"] != "neighbours", level_scale(pairs["scale"], pairs["n"])
        )
        usual = CLEAR_SCORE * pairs["scale"].where(pairs["comparator"] == "previous", level)
        rows = tidy(pairs, report.everyone, report.register)
        rows["usual"] = usual.where(pairs["comparator"] != "five_years").to_numpy()
        rows["before"] = (rows["value"] - (pairs["score"] * pairs["scale"]).to_numpy()).where(
            rows["comparator"] == "previous"
        )
        order = rows["comparator"].map({one: n for n, one in enumerate(COMPARED)})
        return rows.assign(order=order, usual_places=rows["difference_places"], promise_places=0).sort_values(
            ["area", "order"], kind="stable", ignore_index=True
        )

    @cached_property
    def areas(self):
        """One row for each authority with a figure, by ``area_id``: ``area, value, text, rank, rank_of, region_id, numerator, denominator``,
        and ``n``, its number, in the order of names."""
        rows = (
            self.figures[(self.figures["cell"] == self.line["cell"]) & self.figures["local"]]
            .set_index("area_id")
            .sort_values("area")
        )
        text = rows["value"] + {"percent": "%"}.get(self.line["unit"], "")
        kept = rows[["area", "number", "rank", "rank_of", "region_id", "numerator", "denominator"]]
        return kept.rename(columns={"number": "value"}).assign(text=text, n=range(len(rows)))

    def neighbours(self, area_id):
        """``area_id`` of the statistical neighbours, closest first, in the list in use."""
        return self._listed.get(area_id, [])

    @cached_property
    def _listed(self):
        listed = self.report.register.table("neighbours")
        listed = listed[listed["list_id"] == list_in_use(self.report.register)]
        listed = listed.sort_values("position", key=pd.to_numeric, kind="stable")
        return listed.groupby("area_id")["neighbour_id"].agg(list).to_dict()

    @cached_property
    def titles(self):
        """The finding for each authority, by ``area_id``."""
        rows = self.verdicts.pivot(index="area_id", columns="comparator", values=["verdict", "evidence"])
        rows = rows.reindex(index=self.areas.index, columns=pd.MultiIndex.from_product([["verdict", "evidence"], COMPARED]))
        clear = rows["verdict"].where(rows["evidence"] == Evidence.CLEAR)
        tested = rows["evidence"].isin([Evidence.CLEAR, Evidence.UNCLEAR, Evidence.HIDDEN]).any(axis=1)
        clear["previous"] = clear["previous"].where(clear["five_years"].isna())
        told = {
            area: [row[one] + since for one, since in _SINCE.items() if not pd.isna(row[one])]
            for area, row in clear.to_dict("index").items()
        }
        return {
            area: f"{self.name}: {join(parts)}"
            if parts
            else f"{self.name}: {'nothing stands out clearly' if tested[area] else 'nothing can be tested'}"
            for area, parts in told.items()
        }

    def title(self, area_id):
        """The finding for one authority."""
        return self.titles[area_id]

    @cached_property
    def levels(self):
        """What may be reached, by name: England's figure and that of the best quarter of authorities."""
        england = self.figures[(self.figures["cell"] == self.line["cell"]) & (self.figures["area_id"] == ENGLAND)][
            "number"
        ]
        quarter = self.areas["value"].quantile({"higher": 0.75, "lower": 0.25}.get(self.line["polarity"], 0.5))
        return {"England": england.iloc[0] if len(england) else np.nan, "the best quarter of authorities": quarter}

    @cached_property
    def reach(self):
        """What it would take, a row for each authority and goal: ``area_id, goal, goal_figure, difference, cases`` (how many of what is
        counted, in words), with ``places``; empty where neither direction is better."""
        near = self.verdicts[self.verdicts["comparator"] == "neighbours"].set_index("area_id")["comparator_value"]
        goals = [(name, pd.Series(level, self.areas.index)) for name, level in self.levels.items()]
        goals.insert(1, ("its neighbours' average", near.reindex(self.areas.index)))
        rows = [self.to_reach(name, levels) for name, levels in goals]
        return pd.concat(rows, ignore_index=True) if self.line["polarity"] != "none" else rows[0].head(0)

    def to_reach(self, goal, levels, areas=None):
        """What it would take authorities (all, or ``areas``) to reach a level each: rows of ``reach``."""
        own = self.areas if areas is None else self.areas.loc[areas]
        per, up = PER.get(self.line["unit"], np.nan), self.line["polarity"] == "higher"
        gap = levels.reindex(own.index) - own["value"]
        number = (gap.abs() / per * own["denominator"]).round()
        number, of = (
            one.map("{:,.0f}".format, na_action="ignore").astype("str") for one in (number, own["denominator"])
        )
        told = number + (" more of " if up else " fewer of ") + of
        there = gap.le(0) if up else gap.ge(0)
        rows = pd.DataFrame(
            {"goal": goal, "goal_figure": levels, "difference": gap, "cases": told.fillna("no counts published")}
        )
        rows = rows.assign(cases=rows["cases"].mask(there, "reached"), difference=gap.mask(there)).dropna(
            subset="goal_figure"
        )
        return rows.assign(places=self.line["places"]).rename_axis("area_id").reset_index()

    def lead(self, area_id):
        """Figure, period and place of one authority."""
        row = self._facts[area_id]
        place = "" if pd.isna(row["rank"]) else f", place {row['rank']:.0f} of {row['rank_of']:.0f}"
        return f"{row['area']}: {row['text']} in {self.labels.iloc[-1]}{place}"

    @cached_property
    def _facts(self):
        return self.areas.to_dict("index")

    def beside(self, area_id, columns):
        """Figure and rank of the neighbours of one authority, a frame with ``columns``."""
        ids = self.neighbours(area_id)
        names = self.report.register.table("areas").set_index("area_id")["name"]
        rows = self.areas.reindex(ids).assign(area=names.reindex(ids))
        return rows.rename(columns={"text": "value_text"}).reset_index(drop=True)[columns]

    def record(self):
        """How clear verdicts of each kind on this series have held so far, in words; '' where too few are known."""
        table = self.report.register.table("promise-series")
        end = self.figures.loc[self.figures["cell"] == self.line["cell"], "end"].dt.year.iloc[0]
        rows = table[
            (table["series_id"] == self.line["series_id"])
            & (table["breakdown"] == self.line["breakdown"])
            & (table["learnt"].astype(int) <= end)
        ]
        rows = (
            rows.sort_values("learnt", key=lambda year: year.astype(int))
            .drop_duplicates("kind", keep="last")
            .set_index("kind")
            .reindex(COMPARED)
            .dropna()
        )
        words = {
            "previous": "since the last figure", "five_years": "over five years", "england": "beside England",
            "region": "beside the region", "neighbours": "beside neighbours",
        }
        parts = [f"{words[kind]} {float(row['held']):.0%} of {int(row['cases']):,}" for kind, row in rows.iterrows()]
        return (
            f"Record: where figures of this indicator stood out so far, they still did a year later {join(parts)} times."
            if parts
            else "No record of like verdicts on this indicator is known yet."
        )

    # ---- what a page's script shows ----

    def chooser(self, columns, goals):
        """All that a page shows of another authority, as an attribute of an empty element.

        Parameters
        ----------
        columns : columns of ``verdicts`` in the table named "verdicts"
        goals : columns of ``reach`` in the table named "reach"
        """
        words = {}

        @cache  # the same few texts come again and again
        def place(text):
            return words.setdefault(clean(text), len(words))

        tables = {
            name: self._cells(rows, told, place)
            for name, rows, told in (("verdicts", self.verdicts, columns), ("reach", self.reach, goals))
        }
        rows = self.verdicts[self.verdicts["comparator"] == "previous"].set_index("area_id")
        ends = pd.DataFrame({"low": rows["before"] - rows["usual"], "high": rows["before"] + rows["usual"]}).round(3)
        gates = ends.dropna().T.to_dict("list")
        numbers = {area: _numbers(row) for area, row in zip(self.years.index, self.years.to_numpy())}
        number_of = self.areas["n"].to_dict()
        regions = {one: n for n, one in enumerate(self.areas["region_id"].drop_duplicates())}
        names = self.report.register.table("areas").set_index("area_id")["name"]
        areas = []
        for area_id, row in self._facts.items():
            areas.append(
                [
                    *(row["area"], self.titles[area_id], self.lead(area_id), row["text"]),
                    "" if pd.isna(row["rank"]) else f"{row['rank']:.0f}", regions[row["region_id"]], numbers[area_id],
                    [number_of[one] for one in self.neighbours(area_id) if one in number_of], gates.get(area_id, []),
                    *(cells.get(area_id, []) for cells in tables.values()),
                ]
            )
        data = {
            "areas": areas,
            "regions": [[names[one], numbers.get(one, [None] * self.years.shape[1])] for one in regions],
            "words": list(words), "own": int(self.areas.at[self.report.area["area_id"], "n"]),
        }
        text = (
            json.dumps(data, separators=(",", ":"), ensure_ascii=False)
            .replace("&", "&amp;")
            .replace("'", "&#39;")
            .replace("<", "&lt;")
        )
        return f"<div class=\"chooser\" data-all='{text}'></div>"

    def _cells(self, rows, columns, place):
        """The cells of a table by ``area_id``, each as the number of its text."""
        numbers = for_readers(rows[columns]).map(lambda cell: place(cell_text(cell))).to_numpy()
        return {area: numbers[at].tolist() for area, at in rows.groupby("area_id").indices.items()}


def _numbers(row):
    return [None if np.isnan(one) else round(float(one), 4) for one in row]
