"""What the scorecard of a plan says below its tables, and its links."""

from cyp_helpers.findings import attention, coverage, went_well
from cyp_helpers.pages.comparators import lines_with_page
from cyp_helpers.pages.long_view import links as long_views
from cyp_helpers.show.sentences import paragraph, say
from cyp_helpers.show.wording import Words, escape
from cyp_helpers.show.words import named, not_next_year, of_which_new, pages


def read_attention(report):
    """The first three that need attention, and how many of all will probably not be so next year."""
    worst = attention(report)
    names = "; ".join(named(row) for _, row in worst.head(3).iterrows())
    return Words(paragraph(say("attention", len(worst), new=of_which_new(worst), names=names), not_next_year(worst)))


def read_went_well(report):
    """How much went well, and how much of it will probably not be so next year."""
    good = went_well(report)
    return Words(paragraph(say("went_well", len(good), new=of_which_new(good)), not_next_year(good)))


def read_coverage(report):
    """How much of what is listed can be judged."""
    total = coverage(report).drop(columns=["priority_id", "name"]).sum()
    told = {"judged": say("can_be_judged", total["judged"]), "milestones": say("milestones", total["milestones"])}
    return Words(say("coverage", total["listed"] - total["background"], **told))


def links(report):
    """Links to the pages of the priorities, to the long views of the plan's own area and to the comparators page of each
    published series."""
    series = lines_with_page(report).itertuples()
    lines = [f"- [Comparators: {escape(row.label)}](comparators-{row.series_id}.html)" for row in series]
    views = [long_views(report)] if report.is_own_area else []
    return Words("\n".join([pages(report), *views, *lines]))
