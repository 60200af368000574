"""One published indicator in all authorities: verdicts, titles, what it would take, what a page shows of others."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cyp_helpers.compare.areas import list_in_use
from cyp_helpers.compare.comparison import tidy
from cyp_helpers.compare.judge import Evidence
from cyp_helpers.compare.promise import CLEAR_SCORE, level_scale, ordinary_ends, record_of
from cyp_helpers.register.catalogue import PER
from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.cells import cell_text, for_readers
from cyp_helpers.show.wording import clean, join, say

COMPARED = {  # and how the record of verdicts names each
    "previous": "since the last figure", "five_years": "over five years", "england": "beside England",
    "region": "beside the region", "neighbours": "beside neighbours",
}  # fmt: skip
_BESIDE = {"england": "than England", "neighbours": "than its neighbours"}


@dataclass(frozen=True, eq=False)
class Peers:
    """A published line of a plan (row of ``Report.lines``) in all authorities, for the period of its newest figure."""

    report: object
    line: pd.Series
    name: str

    @cached_property
    def figures(self):
        """Rows of ``Report.everyone`` of the line: all authorities, regions and England, every year of like periods."""
        rows = self._of_line(self.report.everyone)
        rows = rows[rows["open_data"]]
        kind = rows.loc[rows["cell"] == self.line["cell"], "kind"].iloc[0]
        return rows[rows["kind"] == kind].sort_values("end", kind="stable")

    def _of_line(self, rows):
        """Rows of the line's own series and breakdown."""
        return rows[(rows["series_id"] == self.line["series_id"]) & (rows["breakdown"] == self.line["breakdown"])]

    @cached_property
    def now(self):
        """The figures of the newest period."""
        return self.figures[self.figures["cell"] == self.line["cell"]]

    @cached_property
    def years(self):
        """The same as numbers, a row for each ``area_id`` and a column for each period, in order."""
        figures = self.figures[self.figures["end"] <= self.now["end"].iloc[0]]
        figures = figures.drop_duplicates(["area_id", "end"], keep="last")
        wide = figures.pivot(index="area_id", columns="end", values="number")
        return wide.loc[:, wide[wide.index == self.report.area["area_id"]].notna().any()]

    @cached_property
    def labels(self):
        """What a reader calls each column of ``years``, by its end."""
        told = self.figures.drop_duplicates("end").set_index("end")["period_label"]
        return told.reindex(self.years.columns).str.replace(r"^(academic|financial) year ", "", regex=True)

    @cached_property
    def verdicts(self):
        """Each authority beside its past, England, region and neighbours: rows of ``cyp.compare`` in the order of
        ``COMPARED``, with ``usual`` (how far apart ordinary figures lie) and, beside its past, ``low, high``."""
        pairs, figures = self.report.peers, self.now.index[self.now["local"]]
        pairs = pairs[pairs["figure"].isin(figures) & pairs["comparator"].isin(list(COMPARED))]
        kind, scale = pairs["comparator"], pairs["scale"]
        level = level_scale(scale).where(kind != "neighbours", level_scale(scale, pairs["n"]))
        usual = (CLEAR_SCORE * scale.where(kind == "previous", level)).where(kind != "five_years")
        rows = tidy(pairs, self.report.everyone, self.report.register)
        score = pairs["score"].where(kind == "previous")
        ends = ordinary_ends(rows["value"], *(each.set_axis(rows.index) for each in (score, scale)), rows["unit"])
        order = rows["comparator"].map({one: n for n, one in enumerate(COMPARED)})
        rows = rows.assign(usual=usual.to_numpy(), usual_places=rows["difference_places"], promise_places=0)
        return rows.assign(order=order).join(ends).sort_values(["area", "order"], kind="stable", ignore_index=True)

    @cached_property
    def areas(self):
        """A row for each authority with a figure, by ``area_id``: ``area, value, text, rank, rank_of, rank_ties,
        region_id, numerator, denominator``, and ``n``, its number in the order of names."""
        rows = self.now[self.now["local"]].set_index("area_id").sort_values("area")
        text = rows["value"] + {"percent": "%"}.get(self.line["unit"], "")
        kept = rows[["area", "number", "rank", "rank_of", "rank_ties", "region_id", "numerator", "denominator"]]
        return kept.rename(columns={"number": "value"}).assign(text=text, n=range(len(rows)))

    @cached_property
    def neighbours(self):
        """``area_id`` of the statistical neighbours of each authority, closest first, in the list in use."""
        listed = self.report.register.table("neighbours")
        listed = listed[listed["list_id"] == list_in_use(self.report.register)]
        listed = listed.sort_values("position", key=pd.to_numeric, kind="stable")
        return defaultdict(list, listed.groupby("area_id")["neighbour_id"].agg(list))

    @cached_property
    def titles(self):
        """The finding for each authority, by ``area_id``."""
        rows = self.verdicts.set_index(["area_id", "comparator"])
        clear = rows["verdict"].where(rows["evidence"] == Evidence.CLEAR).unstack()
        clear = clear.reindex(index=self.areas.index, columns=list(COMPARED))
        clear["previous"] = clear["previous"].where(clear["five_years"].isna())
        tested = rows["evidence"].isin([Evidence.CLEAR, Evidence.UNCLEAR, Evidence.HIDDEN])
        tested = set(rows.index[tested].get_level_values(0))
        told, since = {}, {one: COMPARED[one] for one in ("previous", "five_years")} | _BESIDE
        for area, row in clear.to_dict("index").items():
            parts = [f"{row[one]} {since}" for one, since in since.items() if not pd.isna(row[one])]
            nothing = "nothing stands out clearly" if area in tested else "nothing can be tested"
            told[area] = f"{self.name}: {join(parts) or nothing}"
        return told

    @cached_property
    def reach(self):
        """What it would take, a row for each authority and goal: ``area_id, goal, goal_figure, difference, places`` and
        ``cases`` (how many of what is counted, in words); empty where neither direction is better."""
        england = self.now.set_index("area_id")["number"].get(ENGLAND, np.nan)
        quarter = self.areas["value"].quantile({"higher": 0.75, "lower": 0.25}.get(self.line["polarity"], 0.5))
        near = self.verdicts[self.verdicts["comparator"] == "neighbours"].set_index("area_id")["comparator_value"]
        goals = {"England": england, "its neighbours' average": near, "the best quarter of authorities": quarter}
        rows = [self.to_reach(name, pd.Series(level, self.areas.index)) for name, level in goals.items()]
        return pd.concat(rows, ignore_index=True) if self.line["polarity"] != "none" else rows[0].head(0)

    def to_reach(self, goal, levels, areas=None):
        """What it would take authorities (all, or ``areas``) to reach a level each: rows of ``reach``."""
        own = self.areas if areas is None else self.areas.loc[areas]
        up, of = self.line["polarity"] == "higher", own["denominator"]
        gap = levels.reindex(own.index) - own["value"]
        number = (gap.abs() / PER.get(self.line["unit"], np.nan) * of).round()
        few = number == 0
        number, of = (one.map("{:,.0f}".format, na_action="ignore").astype("str") for one in (number, of))
        number = number.mask(few, "less than one")
        cases = (number + (" more of " if up else " fewer of ") + of).fillna("no counts published")
        there = gap.le(0) if up else gap.ge(0)
        told = {"difference": gap.mask(there), "cases": cases.mask(there, "reached")}
        rows = pd.DataFrame({"goal": goal, "goal_figure": levels, **told})
        return rows.dropna(subset="goal_figure").assign(places=self.line["places"]).rename_axis("area_id").reset_index()

    def lead(self, area_id):
        """Figure, period and place of one authority."""
        row = self.areas.loc[area_id]
        tie = "=" if row["rank_ties"] > 1 else ""
        place = "" if pd.isna(row["rank"]) else f", place {row['rank']:.0f}{tie} of {row['rank_of']:.0f}"
        return f"{row['area']}: {row['text']} in {self.labels.iloc[-1]}{place}"

    def record(self):
        """How clear verdicts of each kind on this series have held so far, and what the others' promises rest on."""
        rows = self._of_line(record_of(self.report.register)).set_index("kind").reindex(list(COMPARED)).dropna()
        held = [f"{COMPARED[kind]} {row['held']:.0f}% of {row['cases']:,.0f}" for kind, row in rows.iterrows()]
        others = set(self.verdicts.loc[self.verdicts["promise"].notna(), "comparator"]) - set(rows.index)
        record = "record_of_line" if held else "no_record_of_line"
        return say(record, held=join(held), others=say(f"{record}_others") if others else "")

    # ---- what a page's script shows ----

    def chooser(self, *tables):
        """All that a page shows of another authority, as an attribute of an empty element; ``tables`` are frames of all
        authorities, with ``area_id``, of what the page names "verdicts" and "reach"."""
        words = {}  # the same few texts come again and again
        tables = [_cells(rows, words) for rows in tables]
        gates = self.verdicts.set_index("area_id")[["low", "high"]].dropna().round(3).T.to_dict("list")
        numbers = self.years.T.to_dict("list").items()
        years = {area: [None if np.isnan(one) else round(one, 4) for one in row] for area, row in numbers}
        number_of = self.areas["n"].to_dict()
        regions = {one: n for n, one in enumerate(self.areas["region_id"].drop_duplicates())}
        names = self.report.register.table("areas").set_index("area_id")["name"]
        areas = [
            [
                *(row["area"], self.titles[area], self.lead(area), row["text"]),
                "" if pd.isna(row["rank"]) else f"{row['rank']:.0f}", *(regions[row["region_id"]], years[area]),
                [number_of[one] for one in self.neighbours[area] if one in number_of],
                *(gates.get(area, []), *(cells.get(area, []) for cells in tables)),
            ]
            for area, row in self.areas.to_dict("index").items()
        ]
        empty, own = [None] * self.years.shape[1], int(number_of[self.report.area["area_id"]])
        regions = [[names[one], years.get(one, empty)] for one in regions]
        told = {"areas": areas, "regions": regions, "words": list(words), "own": own}
        text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
        text = text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
        return f"<div class=\"chooser\" data-all='{text}'></div>"


def _cells(rows, words):
    """The cells of a table by ``area_id``, which is not shown, each as the number of its text in ``words``."""
    numbers = for_readers(rows).map(lambda cell: words.setdefault(clean(cell_text(cell)), len(words))).to_numpy()
    return {area: numbers[at].tolist() for area, at in rows.groupby("area_id").indices.items()}
