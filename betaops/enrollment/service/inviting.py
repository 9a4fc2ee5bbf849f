"""Invitations: a personal link that needs no decision any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.events import InvitationRevoked, InvitationSent
from betaops.enrollment.models import SEATED, Enrollment, Invitation, Tester
from betaops.enrollment.service.consenting import sign
from betaops.enrollment.service.enrolling import admit
from betaops.enrollment.service.testers import LONGEST_NAME, acting, ensure_tester, read_address
from betaops.kernel import tokens
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Agreement, Program

LIFETIME = timedelta(days=14)
MOST_AT_ONCE = 500
#: Asked again within this time, nothing is sent a second time.
QUIET = timedelta(minutes=10)


@dataclass
class Invited:
    """What became of each address."""

    sent: list[Invitation] = field(default_factory=list)
    #: Invited a moment ago: nothing was sent again.
    already: list[str] = field(default_factory=list)
    #: They have a seat.
    inside: list[str] = field(default_factory=list)


def invite(work: Work, program_id: UUID, people: Sequence[tuple[str, str]]) -> Invited:
    """Invite (mail, name) pairs. Someone invited before gets a fresh link, and the old one is void."""
    program = work.lock(Program, program_id)
    if program.is_over:
        raise Refused("program_over", _("The program is over: nobody can join it any more."))
    if len(people) > MOST_AT_ONCE:
        raise Invalid(
            "too_many",
            _("At most %(most)s at once. Import a file for more.", most=MOST_AT_ONCE),
            field="people",
        )
    by_key: dict[str, tuple[str, str]] = {}
    for mail, name in people:
        address, key = read_address(mail)
        by_key.setdefault(key, (address, name.strip()[:LONGEST_NAME]))
    done = Invited()
    inside = set(
        work.session.scalars(
            select(Tester.mail_key)
            .join(Enrollment, Enrollment.tester_id == Tester.id)
            .where(
                Enrollment.program_id == program.id,
                Enrollment.state.in_(SEATED),
                Tester.mail_key.in_(by_key),
            )
        )
    )
    known = {
        invitation.mail_key: invitation
        for invitation in work.session.scalars(
            select(Invitation)
            .where(Invitation.program_id == program.id, Invitation.mail_key.in_(by_key))
            .with_for_update()
        )
    }
    for key, (address, name) in by_key.items():
        if key in inside:
            done.inside.append(address)
        elif key in known and known[key].is_open(work.now) and known[key].sent_at > work.now - QUIET:
            done.already.append(address)
        else:
            done.sent.append(_send(work, program, known.get(key), key, address, name))
    return done


def _send(
    work: Work, program: Program, invitation: Invitation | None, key: str, address: str, name: str
) -> Invitation:
    placeholder = tokens.mint()  # replaced by `mint_invitation` when the mail is written
    if invitation is None:
        invitation = Invitation(
            program_id=program.id,
            mail=address,
            mail_key=key,
            name=name,
            token_digest=placeholder.digest,
            invited_by=work.actor.name,
            created_at=work.now,
            sent_at=work.now,
            expires_at=work.now + LIFETIME,
        )
        work.add(invitation)
        work.session.flush()
    invitation.name = name or invitation.name
    invitation.invited_by, invitation.sent_at = work.actor.name, work.now
    invitation.expires_at, invitation.taken_at, invitation.revoked_at = work.now + LIFETIME, None, None
    invitation.token_digest = placeholder.digest
    work.record(InvitationSent(invitation_id=invitation.id, program_id=program.id))
    work.enqueue(
        "enrollment.mail_invitation",
        {"invitation_id": str(invitation.id)},
        unique=f"invitation:{invitation.id}",
    )
    return invitation


def mint_invitation(work: Work, invitation_id: UUID) -> tuple[Invitation, str] | None:
    """The token of an invitation about to be mailed; None where it was taken or revoked meanwhile."""
    invitation = work.session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    )
    if invitation is None or not invitation.is_open(work.now):
        return None
    token = tokens.mint()
    invitation.token_digest = token.digest
    return invitation, token.plain


def renew(work: Work, program_id: UUID, invitation_id: UUID) -> None:
    """The same person once more, with a fresh link; somebody who is in already is not written to."""
    invitation = work.lock(Invitation, invitation_id)
    if invitation.program_id != program_id:
        raise NotFound
    invite(work, program_id, [(invitation.mail, invitation.name)])


def revoke(work: Work, program_id: UUID, invitation_id: UUID) -> None:
    """The link opens nothing any more; a second time changes nothing."""
    invitation = work.lock(Invitation, invitation_id)
    if invitation.program_id != program_id:
        raise NotFound
    if invitation.taken_at is not None:
        raise Refused("taken", _("They are in already: remove them as a tester instead."))
    if invitation.revoked_at is None:
        invitation.revoked_at = work.now
        work.record(InvitationRevoked(invitation_id=invitation.id, program_id=program_id))


@dataclass(frozen=True)
class Taken:
    """Whose invitation it was, and whether that made them known here."""

    tester: Tester
    enrollment: Enrollment
    is_new_tester: bool


def take(
    work: Work, invitation_id: UUID, *, name: str, agreement: Agreement | None, address: str, locale: str
) -> Taken:
    """Come in: a seat, or a place on the waitlist where there is none. Once.

    `agreement` is the number they read; `Refused` if another is in force by now.
    """
    program_id = work.session.execute(
        select(Invitation.program_id).where(Invitation.id == invitation_id)
    ).scalar_one_or_none()
    if program_id is None:
        raise NotFound
    program = work.lock(Program, program_id)
    invitation = work.lock(Invitation, invitation_id)
    if not invitation.is_open(work.now):
        raise Refused("closed", _("This invitation was used, withdrawn or is too old."))
    if program.is_over:
        raise Refused("program_over", _("The program is over: nobody can join it any more."))
    in_force = program_queries.agreement_in_force(work.session, program.id)
    if in_force is not None and (agreement is None or agreement.id != in_force.id):
        raise Refused("agreement_changed", _("The agreement has changed meanwhile. Read it again, please."))
    tester, is_new = ensure_tester(work, invitation.mail, name=name or invitation.name, locale=locale)
    work.actor = acting(tester)
    enrollment = admit(work, program.id, tester, source="invitation")
    if in_force is not None:
        sign(work, enrollment, tester, in_force, name=name, address=address)
    invitation.taken_at = work.now
    return Taken(tester, enrollment, is_new)
