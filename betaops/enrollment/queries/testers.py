"""The console's lists and pages of testers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from betaops.enrollment.models import (
    Consent,
    Enrollment,
    EnrollmentTransition,
    Identity,
    Invitation,
    ProgramVisit,
    State,
    Tester,
    TesterImport,
    TesterNote,
)
from betaops.enrollment.providers import provided
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program

LONGEST_SEARCH = 200
MOST_WORDS = 5
MOST_COUNTED = 1_000
#: Columns that lists may be sorted by; none is ever NULL.
SORTS: dict[str, Any] = {
    "applied": Enrollment.applied_at,
    "changed": Enrollment.changed_at,
    "name": Tester.name,
    "mail": Tester.mail_key,
}


@dataclass(frozen=True)
class Wanted:
    """What the address of the list asks for; unknown values match nothing rather than everything."""

    state: str = ""
    text: str = ""
    source: str = ""
    sort: str = "-applied"
    #: Filters that rooms above provide, by name.
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.text or self.source or any(self.more.values()))


def enrollments(
    session: Session, program: Program, wanted: Wanted, *, cursor: str | None = None, size: int = 50
) -> Page[Any]:
    """One page of a program's enrollments, each with its tester."""
    name = wanted.sort.removeprefix("-")
    direction = "desc" if wanted.sort.startswith("-") else "asc"
    column = SORTS.get(name, Enrollment.applied_at)
    statement = _narrowed(select(Enrollment), program, wanted, with_tester=True).options(
        contains_eager(Enrollment.tester)
    )
    # People's columns are ordered by an index of theirs, which ends with their own id.
    last = Tester.id if name in ("name", "mail") else Enrollment.id
    return keyset(
        session, statement, order=[(column, direction), (last, direction)], cursor=cursor, size=size
    )


def _whose_words(text: str) -> Select[Any]:
    """Ids of people in whose name or address every word of `text` stands; read from the index alone."""
    found = select(Tester.id)
    for word in text[:LONGEST_SEARCH].lower().split()[:MOST_WORDS]:
        found = found.where(Tester.words.like(f"%{_escaped(word)}%", escape="\\"))
    return found


def _escaped(text: str) -> str:
    """For LIKE with `\\` as escape."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def count(session: Session, program: Program, wanted: Wanted) -> int:
    """How many match, over all pages."""
    return session.scalar(_narrowed(select(func.count(Enrollment.id)), program, wanted)) or 0


def ids(session: Session, program: Program, wanted: Wanted) -> Sequence[UUID]:
    """Ids of all that match, for bulk actions."""
    return session.scalars(
        _narrowed(select(Enrollment.id), program, wanted).order_by(Enrollment.applied_at, Enrollment.id)
    ).all()


def _narrowed(
    statement: Select[Any], program: Program, wanted: Wanted, *, with_tester: bool = False
) -> Select[Any]:
    """Joined with the tester only where something asks about them: counts over 100,000 rows feel it."""
    statement = statement.where(Enrollment.program_id == program.id)
    if with_tester or any(wanted.more.values()):
        statement = statement.join(Enrollment.tester)
    if wanted.state:
        states = [state for state in State if state.value in wanted.state.split(",")]
        statement = statement.where(Enrollment.state.in_(states))
    if wanted.source:
        statement = statement.where(Enrollment.source == wanted.source)
    if wanted.text:
        statement = statement.where(Enrollment.tester_id.in_(_whose_words(wanted.text)))
    for provider in provided.filters:
        if value := wanted.more.get(provider.name):
            statement = provider.narrow(statement, value)
    return statement


def attribute_names(session: Session, program: Program, most: int = 200) -> set[str]:
    """Names of attributes that testers of the program have, from the newest 2,000 of them."""
    names: set[str] = set()
    for attributes in session.scalars(
        select(Tester.attributes)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program.id)
        .order_by(Enrollment.applied_at.desc())
        .limit(2000)
    ):
        names.update(attributes)
    return set(sorted(names)[:most])


def by_state(session: Session, program_id: UUID) -> dict[State, int]:
    """How many stand where; states with nobody are 0."""
    found = session.execute(
        select(Enrollment.state, func.count())
        .where(Enrollment.program_id == program_id)
        .group_by(Enrollment.state)
    )
    counts = dict.fromkeys(State, 0)
    for state, number in found:
        counts[state] = number
    return counts


def waiting_for_decision(session: Session, program: Program) -> int:
    """Applicants whom nobody has answered yet, up to 1,000: the number in the navigation of every page."""
    some = (
        select(Enrollment.id)
        .where(Enrollment.program_id == program.id, Enrollment.state == State.APPLIED)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def count_views(session: Session, program_id: UUID) -> int:
    """How often the signup page was opened."""
    views = select(func.coalesce(func.sum(ProgramVisit.count), 0)).where(
        ProgramVisit.program_id == program_id
    )
    return int(session.scalar(views) or 0)


def enrollment(session: Session, program_id: UUID, enrollment_id: UUID) -> Enrollment:
    """With tester and program; `NotFound` where it is not of this program."""
    found = session.scalar(
        select(Enrollment)
        .options(joinedload(Enrollment.tester), joinedload(Enrollment.program))
        .where(Enrollment.id == enrollment_id, Enrollment.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def any_enrollment(session: Session, enrollment_id: UUID) -> Enrollment:
    """Of whatever program of the workspace, with its tester."""
    found = session.scalar(
        select(Enrollment)
        .options(joinedload(Enrollment.tester))
        .where(Enrollment.id == enrollment_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def place_of(session: Session, program_id: UUID, tester_id: UUID) -> Enrollment | None:
    return session.scalar(
        select(Enrollment).where(Enrollment.program_id == program_id, Enrollment.tester_id == tester_id)
    )


def tester(session: Session, tester_id: UUID) -> Tester:
    found = session.scalar(select(Tester).where(Tester.id == tester_id))
    if found is None:
        raise NotFound
    return found


def tester_names(session: Session, tester_ids: set[UUID]) -> dict[UUID, str]:
    """Names, or addresses where there is none, by id; who was erased is left out."""
    rows = session.execute(select(Tester.id, Tester.name, Tester.mail).where(Tester.id.in_(tester_ids)))
    return {row.id: row.name or row.mail for row in rows}


def tester_by_key(session: Session, mail_key: str) -> Tester | None:
    return session.scalar(select(Tester).where(Tester.mail_key == mail_key))


def everybody(session: Session, *, text: str = "", cursor: str | None = None, size: int = 50) -> Page[Any]:
    """Everybody of the workspace, the newest first."""
    statement = select(Tester)
    if text:
        statement = statement.where(Tester.id.in_(_whose_words(text)))
    return keyset(
        session, statement, order=[(Tester.created_at, "desc"), (Tester.id, "desc")], cursor=cursor, size=size
    )


def find_places(session: Session, text: str, limit: int) -> Sequence[Enrollment]:
    """Places of people whose name or address begins with, or has a word beginning with, `text`."""
    plain = _escaped(text.lower()[:LONGEST_SEARCH])
    return session.scalars(
        select(Enrollment)
        .join(Enrollment.tester)
        .options(contains_eager(Enrollment.tester), joinedload(Enrollment.program))
        .where(
            Enrollment.tester_id.in_(
                select(Tester.id).where(
                    or_(
                        Tester.words.like(f"{plain}%", escape="\\"),
                        Tester.words.like(f"% {plain}%", escape="\\"),
                    )
                )
            )
        )
        .order_by(Tester.name, Enrollment.applied_at.desc())
        .limit(limit)
    ).all()


def enrollments_of(session: Session, tester_id: UUID) -> Sequence[Enrollment]:
    """Every program of a person, the newest first."""
    return session.scalars(
        select(Enrollment)
        .options(joinedload(Enrollment.program))
        .where(Enrollment.tester_id == tester_id)
        .order_by(Enrollment.applied_at.desc(), Enrollment.id)
    ).all()


def transitions(session: Session, enrollment_id: UUID) -> Sequence[EnrollmentTransition]:
    """Newest first."""
    return session.scalars(
        select(EnrollmentTransition)
        .where(EnrollmentTransition.enrollment_id == enrollment_id)
        .order_by(EnrollmentTransition.at.desc(), EnrollmentTransition.id.desc())
    ).all()


def identities(session: Session, tester_id: UUID) -> Sequence[Identity]:
    return session.scalars(
        select(Identity).where(Identity.tester_id == tester_id).order_by(Identity.created_at, Identity.id)
    ).all()


def tester_by_distinct_id(session: Session, distinct_id: str) -> Tester | None:
    """Whom a product under test means."""
    return session.scalar(
        select(Tester)
        .join(Identity, Identity.tester_id == Tester.id)
        .where(Identity.distinct_id == distinct_id)
    )


def consents(session: Session, enrollment_id: UUID) -> Sequence[Consent]:
    """Newest first."""
    return session.scalars(
        select(Consent).where(Consent.enrollment_id == enrollment_id).order_by(Consent.number.desc())
    ).all()


def consent(session: Session, enrollment_id: UUID, number: int) -> Consent:
    found = session.scalar(
        select(Consent).where(Consent.enrollment_id == enrollment_id, Consent.number == number)
    )
    if found is None:
        raise NotFound
    return found


def notes(session: Session, tester_id: UUID) -> Sequence[TesterNote]:
    return session.scalars(
        select(TesterNote).where(TesterNote.tester_id == tester_id).order_by(TesterNote.at.desc())
    ).all()


def invitations(session: Session, program_id: UUID, *, cursor: str | None = None) -> Page[Any]:
    return keyset(
        session,
        select(Invitation).where(Invitation.program_id == program_id),
        order=[(Invitation.sent_at, "desc"), (Invitation.id, "desc")],
        cursor=cursor,
    )


def tester_import(session: Session, program_id: UUID, import_id: UUID) -> TesterImport:
    found = session.scalar(
        select(TesterImport).where(TesterImport.id == import_id, TesterImport.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def imports(session: Session, program_id: UUID) -> Sequence[TesterImport]:
    return session.scalars(
        select(TesterImport)
        .where(TesterImport.program_id == program_id)
        .order_by(TesterImport.created_at.desc())
        .limit(20)
    ).all()


def job(session: Session, program: Program, job_id: UUID) -> Job:
    """A bulk decision or an export of this program, to show how far it is."""
    found = session.scalar(
        select(Job).where(
            Job.id == job_id,
            Job.workspace_id == program.workspace_id,
            Job.name.in_(("enrollment.decide_many", "enrollment.export_testers")),
        )
    )
    if found is None or found.args.get("program_id") != str(program.id):
        raise NotFound
    return found
