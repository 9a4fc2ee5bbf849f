"""Who entered and left which cohort, when and why; and who is an exception."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from betaops.cohorts.models import Cause, Cohort, CohortChange, CohortException
from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job
from betaops.kernel.paging import Page, keyset


class Wanted(NamedTuple):
    """What a history is narrowed to; None and "" leave everything."""

    cohort_id: UUID | None = None
    tester_id: UUID | None = None
    is_in: bool | None = None
    cause: Cause | None = None
    #: In the person's name or address.
    words: str = ""


class Change(NamedTuple):
    """One entry or exit; `enrollment_id` is the person's place in the program."""

    change: CohortChange
    enrollment_id: UUID


class Exceptional(NamedTuple):
    exception: CohortException
    enrollment_id: UUID


def changes(session: Session, cohort_id: UUID, *, limit: int = 20) -> Sequence[CohortChange]:
    """The newest entries and exits of one cohort, with the people."""
    return session.scalars(
        select(CohortChange)
        .where(CohortChange.cohort_id == cohort_id)
        .options(joinedload(CohortChange.tester))
        .order_by(CohortChange.at.desc(), CohortChange.id.desc())
        .limit(limit)
    ).all()


def history(
    session: Session, program_id: UUID, wanted: Wanted, *, cursor: str | None = None, size: int = 50
) -> Page[Change]:
    """A page of a program's entries and exits, the newest first."""
    found = (
        select(CohortChange, Enrollment.id)
        .join(Cohort, Cohort.id == CohortChange.cohort_id)
        .join(
            Enrollment,
            (Enrollment.tester_id == CohortChange.tester_id) & (Enrollment.program_id == Cohort.program_id),
        )
        .where(Cohort.program_id == program_id)
        .options(joinedload(CohortChange.tester), joinedload(CohortChange.cohort))
    )
    page = keyset(
        session,
        _narrowed(found, wanted),
        order=[(CohortChange.at, "desc"), (CohortChange.id, "desc")],
        cursor=cursor,
        size=size,
    )
    return Page([Change(*row) for row in page.items], page.next, page.previous)


def _narrowed(found: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.cohort_id is not None:
        found = found.where(CohortChange.cohort_id == wanted.cohort_id)
    if wanted.tester_id is not None:
        found = found.where(CohortChange.tester_id == wanted.tester_id)
    if wanted.is_in is not None:
        found = found.where(CohortChange.is_in.is_(wanted.is_in))
    if wanted.cause is not None:
        found = found.where(CohortChange.cause == wanted.cause)
    if wanted.words.strip():
        found = found.where(
            CohortChange.tester_id.in_(
                select(Tester.id).where(Tester.words.like(pattern(wanted.words), escape="\\"))
            )
        )
    return found


def moves_of(
    session: Session, tester_id: UUID, program_id: UUID, *, limit: int = 20
) -> Sequence[CohortChange]:
    """The newest entries and exits of one person in one program, with the cohorts."""
    return session.scalars(
        select(CohortChange)
        .join(Cohort, Cohort.id == CohortChange.cohort_id)
        .where(CohortChange.tester_id == tester_id, Cohort.program_id == program_id)
        .options(joinedload(CohortChange.cohort))
        .order_by(CohortChange.at.desc(), CohortChange.id.desc())
        .limit(limit)
    ).all()


def exceptions(session: Session, of: Cohort) -> list[Exceptional]:
    """Who is always in or never, with the people, the newest first."""
    rows = session.execute(
        select(CohortException, Enrollment.id)
        .join(
            Enrollment,
            (Enrollment.tester_id == CohortException.tester_id) & (Enrollment.program_id == of.program_id),
        )
        .where(CohortException.cohort_id == of.id)
        .options(joinedload(CohortException.tester))
        .order_by(CohortException.at.desc(), CohortException.id.desc())
    )
    return [Exceptional(*row) for row in rows]


def exceptions_of(session: Session, tester_id: UUID) -> Sequence[CohortException]:
    return session.scalars(
        select(CohortException)
        .where(CohortException.tester_id == tester_id)
        .order_by(CohortException.at, CohortException.id)
    ).all()


def list_job(session: Session, of: Cohort, job_id: UUID) -> Job:
    """A long list on its way into this cohort, to show how far it is."""
    found = session.scalar(
        select(Job).where(
            Job.id == job_id, Job.workspace_id == of.workspace_id, Job.name == "cohorts.take_list"
        )
    )
    if found is None or found.args.get("cohort_id") != str(of.id):
        raise NotFound
    return found


def pattern(words: str) -> str:
    """For LIKE with "\\\\" as its escape: what holds these words anywhere."""
    escaped = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
