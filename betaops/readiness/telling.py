"""Mails to the members who sign (a decision ran out, its evidence went, releases are suspended), and to testers: what was
decided with their help."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from betaops.accounts.models import User
from betaops.kernel import mail
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.messaging import letters
from betaops.messaging.models import Topic
from betaops.messaging.queries import Recipient
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import DecisionLapsed, DecisionShaken, ProgramSuspended
from betaops.readiness.models import DecisionState, LapseKind, Receipt
from betaops.web.letters import letter, link


def lapsed(work: Work, event: DecisionLapsed) -> None:
    """Unless it was withdrawn meanwhile."""
    about = _standing(work, event.program_id, event.decision_id)
    if about is not None:
        looks = event.what == LapseKind.NEXT_LOOK
        _tell(
            work,
            about,
            "lapsed",
            url=_decision(about, event.decision_id),
            what=event.what,
            about=date.fromisoformat(event.about) if looks else event.about,
        )


def shaken(work: Work, event: DecisionShaken) -> None:
    about = _standing(work, event.program_id, event.decision_id)
    if about is not None:
        _tell(
            work,
            about,
            "shaken",
            url=_decision(about, event.decision_id),
            gone=event.gone,
            needs=event.needs,
        )


def suspended(work: Work, event: ProgramSuspended) -> None:
    program = program_queries.program(work.session, event.program_id)
    _tell(
        work,
        program,
        "suspended",
        url=link("readiness.gate", slug=program.slug),
        because=event.because,
    )


def receipt(work: Work, program: Program, told: Receipt, to: Recipient) -> None:
    """One tester hears what was decided, once."""
    letters.post(
        work,
        "receipt",
        to,
        program,
        kind="readiness.receipt",
        topic=Topic.REPLIES,
        key=f"readiness.receipt:{told.decision_id}:{to.enrollment.id}",
        sentence=told.sentence,
        url=link("readiness_portal.receipt", slug=program.slug),
    )


def _standing(work: Work, program_id: UUID, decision_id: UUID) -> Program | None:
    """The program, while that decision is in force."""
    try:
        decision = queries.decision(work.session, program_id, decision_id)
    except NotFound:
        return None
    if decision.state is not DecisionState.IN_FORCE:
        return None
    return program_queries.program(work.session, program_id)


def _decision(program: Program, decision_id: UUID) -> str:
    return link("readiness.decision", slug=program.slug, decision_id=decision_id)


def _tell(work: Work, program: Program, occasion: str, **values: Any) -> None:
    for user in _signers(work):
        written = letter(
            f"readiness_{occasion}",
            user.mail,
            kind=f"readiness.{occasion}",
            language=user.language,
            person_id=user.id,
            name=user.name,
            program=program.name,
            **values,
        )
        mail.queue(work, written, key=f"readiness.{occasion}:{work.cause_id}:{user.id}")


def _signers(work: Work) -> Iterator[User]:
    for each in queries.able_to_sign(work.session):
        yield each.user
