"""What the page of a priority says below its tables."""

from cyp_helpers.compare.judge import Evidence
from cyp_helpers.findings import judged, judged_over_time, not_judged
from cyp_helpers.pages.delivery_tracker import actions_of
from cyp_helpers.show.owners import commentary as commentary  # what the notebook calls
from cyp_helpers.show.picture import Pictures
from cyp_helpers.show.rows import in_words, pictured
from cyp_helpers.show.sentences import paragraph, say
from cyp_helpers.show.wording import Words, escape, join
from cyp_helpers.show.words import tally


def listed(report):
    """The indicators of a priority and the figures of its review of evidence: rows of ``rows.in_words``."""
    rows = report.subjects[report.subjects["measure"].isin(["indicator", "evidence figure"])]
    return in_words(report, rows.drop_duplicates("subject_id"))


def table(report, rows):
    """Rows of ``listed``, any selection, as a table with pictures."""
    return Pictures("Each indicator; right is better, or higher where neither is good", pictured(report, rows).drop(columns=["measure", "owner"]))


def actions(report):
    """The actions of a priority, and those of the whole plan: rows of ``actions_of``, in the order of how they stand."""
    rows = actions_of(report) if report.is_own_area else actions_of(report).head(0)
    return rows[rows["priority_id"] == report.priority["priority_id"]].sort_values("state", kind="stable")


def read_targets(report):
    """How the printed targets fare, and which are looser than their start."""
    rows = report.comparison.query("comparator == 'target' and target_id != '' and measure != 'milestone'")
    loose = rows[rows["flags"].str.contains("looser")]
    names = "; ".join(map(escape, loose["name"]))
    told = say("targets", len(rows), tally=tally(rows["verdict"]))
    return Words(paragraph(told, say("loose", len(loose), names=names)))


def read_changes(report):
    """What got better or worse, and how much of it is old or only stated."""
    rows = judged_over_time(report).query("measure != 'context figure'")
    stated, stale = rows["evidence"].eq(Evidence.STATED).sum(), rows["flags"].str.contains("no new figure").sum()
    told = say("changes", len(rows), tally=tally(rows["verdict"]))
    return Words(paragraph(told, say("stated", stated), say("stale", stale)))


def read_areas(report):
    """How many stand better or worse than England, and how many of these are only stated; then the neighbours."""
    verdicts = judged(report)
    rows, beside = (verdicts[verdicts["question"] == one] for one in ("england", "neighbours"))
    told = [say("beside_england", len(rows), tally=tally(rows["verdict"]))]
    told.append(say("standing_stated", rows["evidence"].eq(Evidence.STATED).sum()))
    return Words(paragraph(*told, say("neighbours", len(beside), tally=tally(beside["verdict"]))))


def read_gaps(report):
    """How much cannot be judged, and how many figures are shown and not judged."""
    kinds = not_judged(report)["measure"].value_counts()
    parts = [say(f"gap_{kind}", kinds[kind]) for kind in ("indicator", "milestone", "evidence figure") if kind in kinds]
    told = join(parts) if parts else ""
    gaps = say("gaps", kinds.sum(), kinds=told[:1].upper() + told[1:])
    return Words(f"{gaps} {say('background', report.subjects['measure'].eq('context figure').sum())}")
