"""What can be done with expectations, readings and decisions."""

from betaops.readiness.service.amending import seal
from betaops.readiness.service.calibrating import (
    Value,
    import_realities,
    launch,
    note_reality,
    take_from_usage,
)
from betaops.readiness.service.deciding import ProposedAlready, propose, withdraw
from betaops.readiness.service.expecting import add, change, move, remove, write
from betaops.readiness.service.filing import ask_again, ask_for_dossier, ask_for_pdf, drop_file, note_written
from betaops.readiness.service.fulfilling import fulfil, reopen
from betaops.readiness.service.gating import (
    add_criterion,
    add_role,
    add_usual_criteria,
    remove_criterion,
    remove_role,
    resume,
    tick,
)
from betaops.readiness.service.participating import count_weeks
from betaops.readiness.service.proposal import Condition, Waived
from betaops.readiness.service.quoting import let_go, pick
from betaops.readiness.service.reading import soon, take_readings
from betaops.readiness.service.receipts import tell_testers
from betaops.readiness.service.rechecking import recheck
from betaops.readiness.service.ruling import declare, forget, judge_strictly, rule
from betaops.readiness.service.sharing import count_openings, revoke, share
from betaops.readiness.service.signing import sign
from betaops.readiness.service.tallying import count_people, count_soon, keep_people
from betaops.readiness.service.waiving import renew
from betaops.readiness.service.watching import watch

__all__ = [
    "Condition",
    "ProposedAlready",
    "Value",
    "Waived",
    "add",
    "add_criterion",
    "add_role",
    "add_usual_criteria",
    "ask_again",
    "ask_for_dossier",
    "ask_for_pdf",
    "change",
    "count_openings",
    "count_people",
    "count_soon",
    "count_weeks",
    "declare",
    "drop_file",
    "forget",
    "fulfil",
    "import_realities",
    "judge_strictly",
    "keep_people",
    "launch",
    "let_go",
    "move",
    "note_reality",
    "note_written",
    "pick",
    "propose",
    "recheck",
    "remove",
    "remove_criterion",
    "remove_role",
    "renew",
    "reopen",
    "resume",
    "revoke",
    "rule",
    "seal",
    "share",
    "sign",
    "soon",
    "take_from_usage",
    "take_readings",
    "tell_testers",
    "tick",
    "watch",
    "withdraw",
    "write",
]
