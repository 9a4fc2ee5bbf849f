"""From the first answer to a confirmed application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from betaops.enrollment.models import Application, Enrollment, Tester
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.service.consenting import sign
from betaops.enrollment.service.enrolling import apply
from betaops.enrollment.service.testers import LONGEST_NAME, acting, ensure_tester, read_address
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import screener
from betaops.programs.models import Agreement, Program

#: An unconfirmed application is kept this long.
KEEP = timedelta(days=7)
#: Confirmations to one address within an hour and program; more are taken and not sent.
MOST_MAILS_AN_HOUR = 3


def begin(work: Work, program: Program, *, locale: str, address: str) -> tuple[Application, str]:
    """An empty application and the token with which its visitor finds it again."""
    token = tokens.mint()
    application = Application(
        program_id=program.id,
        draft_digest=token.digest,
        locale=locale,
        address=address,
        created_at=work.now,
        expires_at=work.now + KEEP,
    )
    work.add(application)
    return application, token.plain


def answer(work: Work, application: Application, given: Mapping[str, Any]) -> None:
    """Keep answers that were read by the screener's form."""
    _still_open(application)
    application.answers = {**application.answers, **given}


def agree(work: Work, application: Application, agreement: Agreement) -> None:
    """They ticked this number; another one published before they send is asked for again."""
    _still_open(application)
    application.agreement_id, application.agreed_at = agreement.id, work.now


def introduce(work: Work, application: Application, *, name: str, mail: str) -> None:
    """Name and address, asked last."""
    _still_open(application)
    address, key = read_address(mail)
    application.name, application.mail, application.mail_key = name.strip()[:LONGEST_NAME], address, key


def send(work: Work, application: Application) -> None:
    """Hand the form in: the confirmation goes out. Sending twice sends one mail."""
    program = program_queries.program(work.session, application.program_id)
    _require_open(program)
    _still_open(application)
    missing = queries.missing_step(work.session, application, program)
    if missing is not None:
        raise Refused("incomplete", _("Something is still missing."), step=missing)
    recent = work.session.scalar(
        select(func.count())
        .select_from(Application)
        .where(
            Application.program_id == program.id,
            Application.mail_key == application.mail_key,
            Application.sent_at > work.now - timedelta(hours=1),
            Application.id != application.id,
        )
    )
    application.sent_at = work.now
    application.expires_at = work.now + KEEP
    if (recent or 0) < MOST_MAILS_AN_HOUR:
        key = f"confirm:{application.id}"
        work.enqueue("enrollment.mail_confirmation", {"application_id": str(application.id)}, unique=key)


def mint_confirmation(work: Work, application_id: UUID) -> tuple[Application, str] | None:
    """The token of a confirmation about to be mailed; an earlier mail of the same form is void from now on."""
    application = work.session.scalar(
        select(Application).where(Application.id == application_id).with_for_update()
    )
    if application is None or application.confirmed_at is not None or application.sent_at is None:
        return None
    token = tokens.mint()
    application.confirm_digest = token.digest
    return application, token.plain


@dataclass(frozen=True)
class Confirmed:
    """Whose application it was, and whether that made them known here."""

    tester: Tester
    enrollment: Enrollment
    is_new_tester: bool


def confirm(work: Work, application_id: UUID) -> Confirmed:
    """The address is theirs: make the tester, sign what they ticked, put them before the decision. Once."""
    application = work.session.scalar(
        select(Application)
        .where(Application.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if application is None or application.expires_at <= work.now:
        raise NotFound
    if application.confirmed_at is not None:
        raise Refused("used", _("This link was used already."))
    program = program_queries.program(work.session, application.program_id)
    _require_open(program)
    asked = screener.questions(program.screener)
    answers, _wrong = screener.read_all(asked, application.answers)
    tester, is_new = ensure_tester(
        work,
        application.mail,
        name=application.name,
        locale=application.locale,
        attributes=screener.attributes(asked, answers),
    )
    work.actor = acting(tester)
    enrollment = apply(work, program.id, tester, answers=answers)
    if application.agreement_id is not None and application.agreed_at is not None:
        agreement = work.session.scalars(
            select(Agreement).where(Agreement.id == application.agreement_id)
        ).one()
        sign(
            work,
            enrollment,
            tester,
            agreement,
            name=application.name,
            address=application.address,
            at=application.agreed_at,
        )
    application.confirmed_at = work.now
    application.answers, application.name, application.mail, application.address = {}, "", "", ""
    return Confirmed(tester, enrollment, is_new)


def drop_expired(work: Work) -> int:
    """Forms that nobody confirmed in time, of every workspace."""
    gone = work.session.execute(
        delete(Application)
        .where(Application.expires_at < work.now)
        .execution_options(unscoped=True, synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result is a cursor result


def _still_open(application: Application) -> None:
    if application.confirmed_at is not None:
        raise Refused("confirmed", _("This application was sent and confirmed already."))


def _require_open(program: Program) -> None:
    if not program.is_open:
        raise Refused("not_open", _("This program takes no applications at the moment."))
