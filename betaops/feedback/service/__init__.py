"""What can be done with reports: write them, sort them, talk about them, stand behind them."""

from betaops.feedback.service.figuring import count_reports, keep_figures, soon
from betaops.feedback.service.quoting import choose_quoting
from betaops.feedback.service.sorting import amend, change_state, change_states, merge, tell_outcome, unmerge
from betaops.feedback.service.standing import check_fix, forget_person, open_board, vote, withdraw_vote
from betaops.feedback.service.tagging import LONGEST_TAG, tag_reports, untag_report
from betaops.feedback.service.talking import answer, note, reply
from betaops.feedback.service.writing import Draft, Upload, write

__all__ = [
    "LONGEST_TAG",
    "Draft",
    "Upload",
    "amend",
    "answer",
    "change_state",
    "change_states",
    "check_fix",
    "choose_quoting",
    "count_reports",
    "forget_person",
    "keep_figures",
    "merge",
    "note",
    "open_board",
    "reply",
    "soon",
    "tag_reports",
    "tell_outcome",
    "unmerge",
    "untag_report",
    "vote",
    "withdraw_vote",
    "write",
]
