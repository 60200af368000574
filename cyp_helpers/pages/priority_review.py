"""What the page of a priority says below its tables."""

from cyp_helpers.compare.judge import Evidence
from cyp_helpers.findings import judged, judged_over_time, not_judged
from cyp_helpers.pages.delivery_tracker import actions_of
from cyp_helpers.show.owners import commentary as commentary  # what the notebook calls
from cyp_helpers.show.picture import Pictures
from cyp_helpers.show.rows import in_words, pictured
from cyp_helpers.show.wording import Words, capital, escape, paragraph, say
from cyp_helpers.show.words import indicators, kinds_of, read_stated, tally


def listed(report):
    """The indicators of a priority and the figures of its review of evidence: rows of ``rows.in_words``."""
    return in_words(report, indicators(report))


def table(report, rows):
    """Rows of ``listed``, any selection, as a table with pictures."""
    rows = pictured(report, rows).drop(columns=["measure", "owner"])
    return Pictures("Each indicator; right is better, or higher where neither is good", rows)


def actions(report):
    """The actions of a priority: rows of ``actions_of``, in the order of how they stand; none of another area."""
    rows = actions_of(report) if report.is_own_area else actions_of(report).head(0)
    return rows[rows["priority_id"] == report.priority["priority_id"]].sort_values("state", kind="stable")


def read_targets(report):
    """How the printed targets fare, and which are looser than their start."""
    rows = report.comparison.query("comparator == 'target' and target_id != '' and measure != 'milestone'")
    loose = rows[rows["flags"].str.contains("looser")]
    names = "; ".join(map(escape, loose["name"]))
    told = say("targets", len(rows), tally=tally(rows["verdict"]))
    return paragraph(told, say("loose", len(loose), names=names))


def read_changes(report):
    """What got better or worse by figures, how much of it is old, and apart what documents alone say."""
    rows = judged_over_time(report).query("measure != 'context figure'")
    shown = rows[rows["evidence"] != Evidence.STATED]
    told = say("changes", len(shown), tally=tally(shown["verdict"]))
    stale = shown["flags"].str.contains("no new figure").sum()
    return paragraph(told, say("stale", stale), read_stated(rows))


def read_areas(report):
    """How many stand better or worse than England and the neighbours by figures, and apart what documents alone say."""
    rows = judged(report).query("question in ['england', 'neighbours']")
    shown = rows[rows["evidence"] != Evidence.STATED]
    england, near = (shown.loc[shown["question"] == one, "verdict"] for one in ("england", "neighbours"))
    told = [say("beside_england", len(england), tally=tally(england)), say("neighbours", len(near), tally=tally(near))]
    return paragraph(*told, read_stated(rows))


def read_gaps(report):
    """How much cannot be judged, and how many figures are shown and not judged."""
    measures = not_judged(report)["measure"]
    gaps = say("gaps", len(measures), kinds=capital(kinds_of(measures)))
    return Words(f"{gaps} {say('background', report.subjects['measure'].eq('context figure').sum())}")
