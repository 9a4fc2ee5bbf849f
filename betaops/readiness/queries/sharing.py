"""Papers that were handed out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel import tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.readiness.models import SharedPaper


def shared_papers(session: Session, program_id: UUID) -> Sequence[SharedPaper]:
    """The newest first; revoked ones too."""
    return session.scalars(
        select(SharedPaper)
        .where(SharedPaper.program_id == program_id)
        .order_by(SharedPaper.made_at.desc(), SharedPaper.id.desc())
    ).all()


def shared_paper_page(
    session: Session, program_id: UUID, *, cursor: str | None, size: int
) -> Page[SharedPaper]:
    return keyset(
        session,
        select(SharedPaper).where(SharedPaper.program_id == program_id),
        order=[(SharedPaper.made_at, "desc"), (SharedPaper.id, "desc")],
        cursor=cursor,
        size=size,
    )


def shared_paper(session: Session, program_id: UUID, shared_id: UUID) -> SharedPaper:
    found = session.scalar(
        select(SharedPaper).where(SharedPaper.id == shared_id, SharedPaper.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def paper_behind(session: Session, token: str) -> SharedPaper | None:
    """What a link leads to, open or not; it is not known yet whose workspace it is."""
    return session.scalar(
        select(SharedPaper)
        .where(SharedPaper.token_digest == tokens.digest(token))
        .execution_options(unscoped=True)
    )
