"""Handing papers to people who have no account, and taking them back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from betaops.kernel import tokens
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import evidence, queries
from betaops.readiness.documents import Document, quoting
from betaops.readiness.events import PaperRevoked, PaperShared
from betaops.readiness.models import SharedPaper

#: So long a link is good at the most, where it ends at all.
LONGEST = timedelta(days=3650)


def share(
    work: Work,
    program: Program,
    paper: str,
    document: Document,
    *,
    note: str = "",
    expires_at: datetime | None = None,
) -> tuple[SharedPaper, str]:
    """Keep the paper as it is now; the row, and the link's token, which is never seen again.

    Of quotes it keeps which they are and never what they say: whoever takes their consent back is gone from it at once.
    """
    if expires_at is not None and expires_at <= work.now:
        raise Invalid("expires_at", _("The link would have run out already."), field="expires_at")
    if expires_at is not None and expires_at - LONGEST > work.now:
        raise Invalid("expires_at", _("Choose a day within ten years."), field="expires_at")
    token, told = tokens.mint(), quoting.bare(document).to_json()
    row = SharedPaper(
        program_id=program.id,
        paper=paper,
        note=note.strip(),
        document=told,
        digest=evidence.digest(told),
        token_digest=token.digest,
        made_at=work.now,
        made_by=work.actor.name,
        expires_at=expires_at,
    )
    work.add(row)
    work.record(
        PaperShared(program_id=program.id, shared_paper_id=row.id, paper=document.title, digest=row.digest)
    )
    return row, token.plain


def revoke(work: Work, program: Program, shared_id: UUID) -> SharedPaper:
    """From the next request on its link leads nowhere. A second time changes nothing."""
    row = queries.shared_paper(work.session, program.id, shared_id)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = work.now, work.actor.name
        work.record(
            PaperRevoked(program_id=program.id, shared_paper_id=row.id, paper=str(row.document["title"]))
        )
    return row


def count_openings(work: Work, times: Mapping[UUID, int]) -> None:
    """How often papers were opened since they were last counted; in one order, so that two writers never wait."""
    for shared_id in sorted(times):
        work.session.execute(
            update(SharedPaper)
            .where(SharedPaper.id == shared_id)
            .values(opened=SharedPaper.opened + times[shared_id], opened_at=work.now)
            .execution_options(synchronize_session=False)
        )
