"""Computed sentences, each once: how it reads for none, for one and for many."""

from cyp_helpers.show.wording import Words, count

# A line each: name | none | one | many. {n} is the number as a word, {N} the same at the start of a sentence; the caller fills in the rest.
_TABLE = """
documents | | one figure from {from_documents} | {n} figures from {from_documents}
from_documents | | one document | {n} documents
published | no published figure of {area} | one published figure of {area}, its region and England | {n} published figures of {area}, its region and England
listed | No indicator is listed here. | {kinds} is listed here; {rest}. | {kinds} are listed here; {rest}.
events | | One event or document to deliver is listed too. | {N} events or documents to deliver are listed too.
with_figure | none has a figure | one has a figure | {n} have a figure
can_be_judged | none can be judged | one can be judged | {n} can be judged
in_words | | , one of them only by what a document says | , {n} of them only by what a document says
evidence | | Evidence for the one verdict over time or beside others: {kinds}. | Evidence for the {n} verdicts over time and beside others: {kinds}.
targets | The documents print no target that a figure could be held against. | One indicator has a printed target: {tally}. | {N} indicators have a printed target: {tally}.
loose | | One target is looser than the figure it started from: {names}. | {N} targets are looser than the figures they started from: {names}.
changes | No figure can be set against an earlier one. | One indicator is set against an earlier figure: {tally}. | {N} indicators are set against an earlier figure: {tally}.
stated | | A document alone says, without both figures: {tallies}. | Documents alone say, without both figures: {tallies}.
stale | | One rests on a figure that has not moved on since the last review: that is not the same as no change. | {N} rest on figures that have not moved on since the last review: that is not the same as no change.
beside_england | No figure can be set against England's. | One indicator stands beside England: {tally}. | {N} indicators stand beside England: {tally}.
neighbours | | Beside its neighbours: {tally}. | Beside its neighbours: {tally}.
gaps | Everything listed can be judged in some way. | {kinds} cannot be judged. A missing figure is not good news. | {kinds} cannot be judged. A missing figure is not good news.
gap_indicator | | one indicator | {n} indicators
gap_milestone | | one event or document to deliver | {n} events or documents to deliver
gap_evidence figure | | one figure of the review of evidence | {n} figures of the review of evidence
background | There are no background figures here. | One figure describes need, money or volume; more or less of it is neither better nor worse. | {N} figures describe need, money or volume; more or less of them is neither better nor worse.
coverage | The documents list no indicator. | Of the {kinds} that the documents list, {judged}. | Of the {kinds} that the documents list, {judged}.
twice | | One serves more than one priority and counts under each in the table. | {N} serve more than one priority and count under each in the table.
attention | In figures of the last {years} years no indicator of {whole} counts as worse than England or its neighbours, as worsened or as missing its target. What cannot be judged may not be well. | One indicator needs attention, {new}: {names}. | {N} indicators need attention, {new}. First: {names}.
went_well | In figures of the last {years} years no indicator of {whole} counts as better than England or its neighbours, as improved or as meeting its target. | One indicator went well, {new}. | {N} indicators went well, {new}.
not_next_year | | By the record of like cases, about one of these will not be so next year. | By the record of like cases, about {n} of these will not be so next year.
new | known at the last review | one of them new since the last review | {n} of them new since the last review
new_figures | No figure is new since the review {before}. No new data is not no change. | One figure is new since the review {before}. | {N} figures are new since the review {before}.
worse_and_worsening | No indicator is worse and getting worse. | One indicator is worse and getting worse{names}. | {N} indicators are worse and getting worse{names}.
better_and_better | None is better and getting better. | One is better and getting better. | {N} are better and getting better.
caveat | | - For one indicator, comparisons {what}. | - For {n} indicators, comparisons {what}.
claims | | One comparison is stated in words; {checked}. | {N} comparisons are stated in words; {checked}.
checked | none can be worked out again | one can be worked out again, and {outcomes} | {n} can be worked out again: {outcomes}
claim_outcome | | one claim {outcome} | for {n} the claim {outcome}
record | No record of verdicts is held. | Of what was told {when}, {seen} in 100 were still so a year later. |
standings | | One standing is stated beside England. Held against the published figures: {answers}. | {N} standings are stated beside England. Held against the published figures: {answers}.
quarantine | No published figure is kept out of the comparisons. | One published figure is kept out of every comparison, because it cannot be right; the list gives the reason. | {N} published figures are kept out of every comparison, because they cannot be right; the list gives the reason for each.
missing | | One place for a figure holds something else: {forms}. | {N} places for a figure hold something else: {forms}. They are kept apart: a dash is not a figure to be confirmed.
old | No newest figure is known to be older than {months} months. | One of the newest figures is older than {months} months. | {N} of the newest figures are older than {months} months.
older | No newest figure is more than a year old. | One of the newest figures is more than a year old. | {N} of the newest figures are more than a year old.
newer_out | | For one of them the publisher should have brought a newer one by now. | For {n} of them the publisher should have brought newer ones by now.
undated | | One has no printed period. | {N} have no printed period.
queries | | One source query is open, {high}. | {N} source queries are open, {high}.
high | none with a high bearing | one with a high bearing | {n} with a high bearing
caution | | One asks for caution beside a figure. | {N} ask for caution beside a figure.
apart | | One keeps two figures apart. | {N} keep two figures apart.
actions | No document of this plan known at the review sets an action. | One action is set: {tally}. | {N} actions are set: {tally}.
no_news | | No news of an action is not news that it was done. | No news of an action is not news that it was done.
partly | | For one of those past their day a later document shows a part. | For {n} of those past their day a later document shows a part.
overdue | No action is past its day at {day} and not shown to be done | One of {all_actions} is past its day at {day} and no document shows it done | {N} of {all_actions} are past their day at {day} and no document shows them done
all_actions | no actions | one action | {n} actions
evidence_of_activities | | One activity was looked at. What the evidence shows, as read here: {tally}. | {N} activities were looked at. What the evidence shows, as read here: {tally}.
cut_off | | One rests on text that is cut off. | {N} rest on text that is cut off.
unmatched_activity | Each activity has a measure to go with it | One activity has no measure to go with it | {N} activities have no measure to go with them
unmatched_indicator | every indicator has an activity | one indicator has no activity | {n} indicators have no activity
candidates | No indicator is listed. | One indicator is listed: {tally}. | {N} indicators are listed: {tally}.
equality | | One area is looked at; {positive}, {need}. Saying so is not measuring it: no figure is printed by group. | {N} areas are looked at; {positive}, {need}. Saying so is not measuring it: no figure is printed by group.
positive | none is said to see a positive impact | one is said to see a positive impact | {n} are said to see a positive impact
unmet_need | none is said to have an unmet need | one is said to have an unmet need | {n} are said to have an unmet need
worsened | No figure clearly worsened. | One figure worsened. Of 100 like cases {span} still stood there a year later. | {N} figures worsened, of {indicators}. Of 100 like cases {span} still stood there a year later.
indicators | no indicator | one indicator | {n} indicators
board_found | Nothing clear in figures of the last two years. | |
board_found_elsewhere | | One, not among these. | {N}, not among these.
board_gaps | {all}: {shown} here{elsewhere}. | {all}: {shown} here{elsewhere}, one without figure. | {all}: {shown} here{elsewhere}, {n} without figures.
board_all | No measure | One measure | {N} measures
board_elsewhere | | , one elsewhere | , {n} elsewhere
board_untested | | Worse but untested: {names}. | Worse but untested: {names}.
since | Authority since {day}: the publisher worked out the figures from before for its area. | Authority since {day}: no figures of its own from before. |
board_asked | No decision asked. | Asked of the board: {what} |
board_no_lead | | No lead named: worry {names}. | No lead named: worries {names}.
board_rule | No primary indicator has a figure | Main indicator | Main indicators
"""
SENTENCES = {
    name: forms for name, *forms in ([part.strip() for part in line.split("|")] for line in _TABLE.strip().splitlines())
}


def say(name, number, /, **parts):
    """A sentence of the list for a number; what it is filled with must be Markdown already (``wording.escape``).

    >>> say("undated", 1)
    One has no printed period.
    >>> say("new_figures", 12, before="2017-18 part 1")
    12 figures are new since the review 2017-18 part 1.
    """
    words = count(number)
    return Words(SENTENCES[name][min(number, 2)].format(n=words, N=words.capitalize(), **parts))


def paragraph(*sentences):
    """Sentences after each other, without those that are empty.

    >>> paragraph("One.", "", "Two.")
    One. Two.
    """
    return Words(" ".join(filter(None, sentences)))
