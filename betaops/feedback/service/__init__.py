"""What can be done with reports: write them, sort them, talk about them, stand behind them."""

from betaops.feedback.service.sorting import amend, change_state, change_states, merge, unmerge
from betaops.feedback.service.standing import check_fix, forget_person, open_board, vote, withdraw_vote
from betaops.feedback.service.talking import answer, note, reply
from betaops.feedback.service.writing import Draft, Upload, write

__all__ = [
    "Draft",
    "Upload",
    "amend",
    "answer",
    "change_state",
    "change_states",
    "check_fix",
    "forget_person",
    "merge",
    "note",
    "open_board",
    "reply",
    "unmerge",
    "vote",
    "withdraw_vote",
    "write",
]
