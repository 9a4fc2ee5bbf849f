"""Mails that carry a token, written in the job that mints it so that it stands nowhere else; and agreements."""

from betaops.accounts import queries as account_queries
from betaops.enrollment.models import Application, Consent, Enrollment, Invitation, Tester
from betaops.enrollment.service.signing_in import Minted
from betaops.kernel import i18n, mail
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.story import Story
from betaops.web.letters import letter, link


def confirmation(work: Work, application: Application, token: str) -> None:
    program = program_queries.program(work.session, application.program_id)
    url = link("portal_doors.confirm", token=token)
    words = letter(
        "enrollment_confirm",
        application.mail,
        kind="enrollment.confirm",
        language=application.locale,
        program=program.codename,
        name=application.name,
        url=url,
    )
    mail.queue(
        work, words, key=f"confirm:{application.confirm_digest.hex() if application.confirm_digest else ''}"
    )


def sign_in(work: Work, minted: Minted, next_path: str | None) -> None:
    """`next_path` is where they were going when they were asked to sign in."""
    tester = minted.tester
    workspace = account_queries.workspace(work.session, tester.workspace_id)
    words = letter(
        "enrollment_sign_in",
        tester.mail,
        kind="enrollment.sign_in",
        language=tester.locale,
        person_id=tester.id,
        name=tester.name,
        workspace=workspace.name,
        url=link("portal_doors.use_link", token=minted.plain, next=next_path),
    )
    mail.queue(work, words, key=f"sign-in:{minted.link_id}")


def invitation(work: Work, invited: Invitation, token: str) -> None:
    program = program_queries.program(work.session, invited.program_id)
    story = Story.from_json(program.story)
    words = letter(
        "enrollment_invitation",
        invited.mail,
        kind="enrollment.invitation",
        language=i18n.DEFAULT,
        who=invited.invited_by or program.codename,
        program=program.codename,
        name=invited.name,
        title=story.title,
        lines=story.lines,
        url=link("portal_doors.invitation", token=token),
    )
    mail.queue(work, words, key=f"invitation:{invited.token_digest.hex()}")


def agreement(work: Work, signed: Consent, place: Enrollment, tester: Tester) -> None:
    """The copy as it was signed, for keeping; it carries no link and cannot be unsubscribed from."""
    program = program_queries.program(work.session, place.program_id)
    words = letter(
        "enrollment_agreement",
        signed.mail,
        kind="enrollment.agreement",
        language=tester.locale,
        person_id=tester.id,
        program=program.codename,
        copy=signed,
    )
    mail.queue(work, words, key=f"agreement:{signed.id}")
