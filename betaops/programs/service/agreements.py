"""Drafting and publishing agreements: what is published never changes."""

from uuid import UUID

from sqlalchemy import func, select

from betaops.kernel.errors import Invalid, Refused, Stale
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs.events import AgreementPublished
from betaops.programs.models import Agreement, Program

LONGEST = 100_000


def save_draft(work: Work, program_id: UUID, *, version: int | None, markdown: str) -> Agreement:
    """The one draft of the program, made if there is none. `version` is the draft's, 0 or None where it is new."""
    program = work.lock(Program, program_id)
    markdown = markdown.replace("\r\n", "\n").strip() + "\n"
    if len(markdown) > LONGEST:
        raise Invalid("too_long", _("Keep it under %(most)s characters.", most=LONGEST), field="markdown")
    draft = _draft(work, program)
    if draft is None:
        if version:
            raise Stale(_("The draft you were editing was published or discarded meanwhile."))
        newest = work.session.scalar(
            select(func.max(Agreement.number)).where(Agreement.program_id == program.id)
        )
        draft = Agreement(
            program_id=program.id,
            number=(newest or 0) + 1,
            markdown=markdown,
            created_at=work.now,
            changed_at=work.now,
            changed_by=work.actor.name,
        )
        work.add(draft)
        work.session.flush()
        return draft
    edit(work, draft, version, markdown=markdown)
    return draft


def publish_agreement(work: Work, program_id: UUID) -> Agreement:
    """Put the draft in force. Who accepted an earlier number keeps what they signed."""
    program = work.lock(Program, program_id)
    draft = _draft(work, program)
    if draft is None:
        raise Refused("no_draft", _("There is no draft to publish."))
    if not draft.markdown.strip():
        raise Refused("empty_agreement", _("The draft is empty."))
    draft.published_at, draft.published_by = work.now, work.actor.name
    work.record(AgreementPublished(program_id=program.id, agreement_id=draft.id, number=draft.number))
    return draft


def discard_draft(work: Work, program_id: UUID) -> None:
    """Drop the draft; nothing happens where there is none."""
    draft = _draft(work, work.lock(Program, program_id))
    if draft is not None:
        work.delete(draft)


def _draft(work: Work, program: Program) -> Agreement | None:
    return work.session.scalar(
        select(Agreement).where(Agreement.program_id == program.id, Agreement.published_at.is_(None))
    )
