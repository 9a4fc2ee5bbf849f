"""The sample's gate: what it takes to pass, who has to sign, and a review that ended with a dissent and was withdrawn.

Withdrawn, so that whoever opens the sample can decide themselves.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from betaops.accounts import queries as account_queries
from betaops.kernel.work import Actor, Work
from betaops.programs.models import Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.checks import Check
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import CriterionKind, Stance
from betaops.readiness.service import proposal

DECIDER, ENGINEER = "mara@acme.example", "jonas@acme.example"
#: Evenings ago on which it was reviewed: a blocker had come in.
REVIEWED = 4
#: (for what, sentence, what it is looked up by, who ticked it).
_CRITERIA: tuple[tuple[CriterionKind, str, Check | None, str | None], ...] = (
    (CriterionKind.ENTRY, "", Check.CRITERIA_SEALED, None),
    (CriterionKind.ENTRY, "Support knows where reports go", None, ENGINEER),
    (CriterionKind.EXIT, "", Check.MUSTS_MET, None),
    (CriterionKind.EXIT, "", Check.NO_OPEN_BLOCKER, None),
    (CriterionKind.EXIT, "Going back to 1.9 was rehearsed, and no note was lost", None, ENGINEER),
    (CriterionKind.EXIT, "The release notes are written", None, None),
    (CriterionKind.SUSPENSION, "", Check.BROKEN_GUARDRAIL, None),
    (CriterionKind.SUSPENSION, "Somebody has lost notes for good", None, None),
    (CriterionKind.RESUMPTION, "", Check.NO_BROKEN_GUARDRAIL, None),
    (CriterionKind.RESUMPTION, "The cause is known and written down", None, None),
)


def set_up(work: Work, program: Program) -> None:
    """Criteria of the four kinds, two of them ticked, and three roles that have to sign."""
    decider = work.actor
    for kind, text, looked_up, ticked_by in _CRITERIA:
        row = service.add_criterion(work, program, kind, text=text, looked_up=looked_up)
        if ticked_by is not None:
            work.actor = _member(work, ticked_by)
            service.tick(work, program, row.id, is_so=True)
            work.actor = decider
    for role, mail in (("Product", DECIDER), ("Engineering", ENGINEER), ("Support", None)):
        service.add_role(work, program, role, _member(work, mail).id if mail else None)


def review(work: Work, program: Program, ago: Callable[[float], datetime]) -> None:
    """A conditional go that engineering did not agree to, and that was withdrawn for that."""
    work.actor, work.now = _member(work, DECIDER), ago(REVIEWED - 0.04)
    today = work.now.date()
    decision = service.propose(
        work,
        program,
        Choice.CONDITIONAL,
        fills="Product",
        seen=None,
        reason="Import and the editor are what people waited for. Sync is known to fail on two old phones only.",
        conditions=[
            service.Condition(
                "Sync is mended on Android 9 and 10", "Jonas Okafor", today + timedelta(days=14)
            ),
            service.Condition(
                "Support answers lost notes within a day", "Priya Raman", today + timedelta(days=7)
            ),
        ],
        waivers=[
            service.Waived(
                row.expectation.id,
                row.expectation.need,
                "Two people, both on phones that fewer than one in a hundred have.",
                today + timedelta(days=21),
            )
            for row in queries.board(work.session, program.id)
            if proposal.must_be_waived(row, Choice.CONDITIONAL)
        ],
    )
    service.fulfil(work, program, decision.id, 2, note="A rota until the release.")
    work.actor, work.now = _member(work, ENGINEER), ago(REVIEWED - 0.08)
    service.sign(
        work,
        program,
        decision.id,
        Stance.DISSENT,
        fills="Engineering",
        reason="We do not know yet why notes get lost. Two phones may be all that we have seen.",
    )
    work.actor, work.now = _member(work, DECIDER), ago(REVIEWED - 0.12)
    service.withdraw(work, program, decision.id, "Jonas is right: we decide again when the cause is known.")


def _member(work: Work, mail: str) -> Actor:
    user = account_queries.user_by_mail(work.session, mail)
    if user is None:
        raise LookupError(f"the sample's member {mail} is gone")
    return Actor("member", user.id, user.name)
