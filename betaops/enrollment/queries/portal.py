"""What a tester may see of themselves, and what a stranger's link leads to.

Look-ups by token are of whatever workspace: `scope_to` the row's workspace afterwards.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from betaops.enrollment.models import (
    Application,
    Consent,
    Enrollment,
    EnrollmentTransition,
    Identity,
    Invitation,
    SignInLink,
    State,
    Tester,
)
from betaops.enrollment.providers import provided
from betaops.enrollment.queries.quoting import quote_consents
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.programs import screener
from betaops.programs.models import Program


def enrollment_by_slug(session: Session, tester_id: UUID, slug: str) -> Enrollment:
    """A tester's own place in a program, with both; `NotFound` for programs that are not theirs."""
    found = session.scalar(
        select(Enrollment)
        .join(Program, Program.id == Enrollment.program_id)
        .options(joinedload(Enrollment.program).joinedload(Program.product), joinedload(Enrollment.tester))
        .where(Enrollment.tester_id == tester_id, Program.slug == slug)
    )
    if found is None:
        raise NotFound
    return found


def places(session: Session, tester_id: UUID) -> Sequence[Enrollment]:
    """All programs of a tester, those they take part in first."""
    found = session.scalars(
        select(Enrollment)
        .options(joinedload(Enrollment.program), joinedload(Enrollment.tester))
        .where(Enrollment.tester_id == tester_id)
        .order_by(Enrollment.applied_at.desc())
    ).all()
    order = [State.ACTIVE, State.ACCEPTED, State.WAITLISTED, State.APPLIED, *State]
    return sorted(found, key=lambda enrollment: order.index(enrollment.state))


def draft(session: Session, plain: str) -> Application | None:
    """The application that a visitor's token opens."""
    return session.scalar(
        select(Application)
        .where(Application.draft_digest == tokens.digest(plain))
        .execution_options(unscoped=True)
    )


def missing_step(session: Session, application: Application, program: Program) -> str | None:
    """The first of `questions`, `agreement`, `person` that is not done, or None.

    Answers to questions that are asked no more are passed over.
    """
    asked = screener.questions(program.screener)
    names = {question.name for question in asked}
    given = {name: value for name, value in application.answers.items() if name in names}
    _answers, wrong = screener.read_all(asked, given)
    if wrong:
        return "questions"
    agreement = program_queries.agreement_in_force(session, program.id)
    if agreement is not None and application.agreement_id != agreement.id:
        return "agreement"
    if not application.name or not application.mail:
        return "person"
    return None


def application_to_confirm(session: Session, plain: str) -> Application | None:
    return session.scalar(
        select(Application)
        .where(Application.confirm_digest == tokens.digest(plain))
        .execution_options(unscoped=True)
    )


def sign_in_link(session: Session, plain: str) -> SignInLink | None:
    return session.scalar(
        select(SignInLink)
        .where(SignInLink.token_digest == tokens.digest(plain))
        .execution_options(unscoped=True)
    )


def invitation(session: Session, plain: str) -> Invitation | None:
    return session.scalar(
        select(Invitation)
        .where(Invitation.token_digest == tokens.digest(plain))
        .execution_options(unscoped=True)
    )


def ahead_on_waitlist(session: Session, place: Enrollment) -> int:
    """How many wait longer than this one."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Enrollment)
            .where(
                Enrollment.program_id == place.program_id,
                Enrollment.state == State.WAITLISTED,
                or_(
                    Enrollment.waitlisted_at < place.waitlisted_at,
                    and_(Enrollment.waitlisted_at == place.waitlisted_at, Enrollment.id < place.id),
                ),
            )
        )
        or 0
    )


def has_signed(session: Session, enrollment_id: UUID, agreement_id: UUID) -> bool:
    return (
        session.scalar(
            select(Consent.id).where(
                Consent.enrollment_id == enrollment_id, Consent.agreement_id == agreement_id
            )
        )
        is not None
    )


def own_data(session: Session, tester: Tester) -> dict[str, Any]:
    """Everything held about a person that is theirs to have, as plain values. Members' notes are not in it."""
    mine = session.scalars(
        select(Enrollment)
        .options(joinedload(Enrollment.program))
        .where(Enrollment.tester_id == tester.id)
        .order_by(Enrollment.applied_at)
    ).all()
    return {
        "person": {
            "name": tester.name,
            "mail": tester.mail,
            "language": tester.locale,
            "attributes": tester.attributes,
            "known_since": tester.created_at.isoformat(),
            "last_seen": tester.seen_at.isoformat() if tester.seen_at else None,
        },
        "identities": [
            {"id": row.distinct_id, "since": row.created_at.isoformat()}
            for row in session.scalars(select(Identity).where(Identity.tester_id == tester.id))
        ],
        "programs": [_own_program(session, enrollment) for enrollment in mine],
        **{name: hold(session, tester) for name, hold in provided.data},
    }


def _own_program(session: Session, enrollment: Enrollment) -> dict[str, Any]:
    return {
        "program": enrollment.program.codename,
        "state": enrollment.state.value,
        "answers": enrollment.answers,
        "came_by": enrollment.source,
        "history": [
            {"at": row.at.isoformat(), "state": row.state.value}
            for row in session.scalars(
                select(EnrollmentTransition)
                .where(EnrollmentTransition.enrollment_id == enrollment.id)
                .order_by(EnrollmentTransition.at, EnrollmentTransition.id)
            )
        ],
        "agreements": [
            {
                "number": row.number,
                "signed_as": row.name,
                "signed_at": row.signed_at.isoformat(),
                "address": row.address,
                "text": row.text,
                "sha256": row.digest.hex(),
            }
            for row in session.scalars(select(Consent).where(Consent.enrollment_id == enrollment.id))
        ],
        "quoting": [
            {"may_be_quoted": row.quoting.value, "text": row.text, "signed_at": row.signed_at.isoformat()}
            for row in quote_consents(session, enrollment.id)
        ],
    }
