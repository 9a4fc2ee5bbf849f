"""Surveys, versions, questions, links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, inspect, select
from sqlalchemy.orm import Session, joinedload

from betaops.kernel.db import scope_of
from betaops.kernel.errors import NotFound
from betaops.kernel.prepared import Part, Prepared
from betaops.programs.models import Program
from betaops.surveys.definition import Definition
from betaops.surveys.models import LinkKind, Survey, SurveyLink, SurveyQuestion, SurveyState, SurveyVersion
from betaops.surveys.reading import read

#: Parsed versions that one process keeps; they never change.
MOST_KEPT = 256


@dataclass(frozen=True)
class Published:
    """A published version ready to be answered."""

    id: UUID
    survey_id: UUID
    number: int
    definition: Definition
    #: Identities of its questions by name.
    question_ids: Mapping[str, UUID]


_kept: dict[UUID, Published] = {}


def published(session: Session, version_id: UUID) -> Published:
    """The version, parsed once per process. Look its survey or response up first: this asks no workspace."""
    found = _kept.get(version_id)
    if found is None:
        row = session.scalar(select(SurveyVersion).where(SurveyVersion.id == version_id))
        if row is None:
            raise NotFound
        ids = session.execute(
            select(SurveyQuestion.name, SurveyQuestion.id).where(SurveyQuestion.survey_id == row.survey_id)
        )
        found = Published(
            row.id, row.survey_id, row.number, read(row.definition), {row.name: row.id for row in ids}
        )
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[version_id] = found
    return found


def surveys(session: Session, program_id: UUID, *, with_archived: bool = True) -> Sequence[Survey]:
    """Of one program, the newest first."""
    found = (
        select(Survey).where(Survey.program_id == program_id).order_by(Survey.created_at.desc(), Survey.id)
    )
    if not with_archived:
        found = found.where(Survey.state != SurveyState.ARCHIVED)
    return session.scalars(found).all()


def survey(session: Session, survey_id: UUID) -> Survey:
    found = session.scalar(select(Survey).options(joinedload(Survey.program)).where(Survey.id == survey_id))
    if found is None:
        raise NotFound
    return found


def survey_to_answer(session: Session, survey_id: UUID) -> Survey:
    """For reading, and without its draft, which nobody needs who answers."""
    rows = _survey_to_answer.rows(session, its_workspace=scope_of(session), its_id=survey_id)
    if not rows:
        raise NotFound
    return ANSWERED.row(rows[0])


#: Of a survey, all but its draft.
ANSWERED = Part(Survey, *(each.key for each in inspect(Survey).column_attrs if each.key != "draft"))
_survey_to_answer = Prepared(
    lambda _dialect: select(*ANSWERED.columns).where(
        Survey.workspace_id == bindparam("its_workspace", type_=Uuid()),
        Survey.id == bindparam("its_id", type_=Uuid()),
    )
)


def survey_of_installation(session: Session, survey_id: UUID) -> Survey:
    """Of whatever workspace, for operators at the terminal: `scope_to` its workspace afterwards."""
    found = session.scalar(select(Survey).where(Survey.id == survey_id).execution_options(unscoped=True))
    if found is None:
        raise NotFound
    return found


def survey_in(session: Session, program_id: UUID, survey_id: UUID) -> Survey:
    """One of this program; another program's is not there."""
    found = survey(session, survey_id)
    if found.program_id != program_id:
        raise NotFound
    return found


def find_surveys(session: Session, words: str, limit: int) -> Sequence[Survey]:
    """By a part of the name, over all programs, the newest first."""
    return session.scalars(
        select(Survey)
        .options(joinedload(Survey.program))
        .where(func.lower(Survey.name).contains(words.lower(), autoescape=True))
        .order_by(Survey.created_at.desc())
        .limit(limit)
    ).all()


def live_version(session: Session, survey: Survey) -> SurveyVersion | None:
    """What new responses get."""
    if survey.live_number is None:
        return None
    return session.scalar(
        select(SurveyVersion).where(
            SurveyVersion.survey_id == survey.id, SurveyVersion.number == survey.live_number
        )
    )


def live_version_id(session: Session, survey: Survey) -> UUID | None:
    """Its id alone: what is parsed already need not be read again."""
    if survey.live_number is None:
        return None
    its = {"its_workspace": survey.workspace_id, "its_survey": survey.id, "its_number": survey.live_number}
    rows = _version_id.rows(session, **its)
    return rows[0][0] if rows else None


_version_id = Prepared(
    lambda _dialect: select(SurveyVersion.id).where(
        SurveyVersion.workspace_id == bindparam("its_workspace", type_=Uuid()),
        SurveyVersion.survey_id == bindparam("its_survey", type_=Uuid()),
        SurveyVersion.number == bindparam("its_number", type_=Integer()),
    )
)


def trait_names(session: Session, program: Program) -> dict[str, str]:
    """What people call the answers that are kept as facts for cohorts: by the fact's whole name."""
    live = session.execute(
        select(Survey.name, SurveyVersion.id)
        .join(
            SurveyVersion,
            (SurveyVersion.survey_id == Survey.id) & (SurveyVersion.number == Survey.live_number),
        )
        .where(Survey.program_id == program.id)
        .order_by(Survey.created_at, Survey.id)
    ).all()
    return {
        f"trait.survey.{question.trait}": f"{question.label()} ({name})"
        for name, version_id in live
        for question in published(session, version_id).definition.asked
        if question.trait
    }


def version(session: Session, survey_id: UUID, number: int) -> SurveyVersion:
    found = session.scalar(
        select(SurveyVersion).where(SurveyVersion.survey_id == survey_id, SurveyVersion.number == number)
    )
    if found is None:
        raise NotFound
    return found


def versions(session: Session, survey_id: UUID) -> Sequence[Any]:
    """(number, note, published_at, published_by), the newest first, without the definitions."""
    return session.execute(
        select(
            SurveyVersion.number, SurveyVersion.note, SurveyVersion.published_at, SurveyVersion.published_by
        )
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
    ).all()


def survey_questions(session: Session, survey_id: UUID) -> Sequence[SurveyQuestion]:
    """Of all versions, those of the newest first in their order."""
    return session.scalars(
        select(SurveyQuestion)
        .where(SurveyQuestion.survey_id == survey_id)
        .order_by(SurveyQuestion.last_number.desc(), SurveyQuestion.position, SurveyQuestion.id)
    ).all()


def links(session: Session, survey_id: UUID) -> Sequence[SurveyLink]:
    """Public and test links, the newest first; personal ones are only counted (`funnel`)."""
    return session.scalars(
        select(SurveyLink)
        .where(SurveyLink.survey_id == survey_id, SurveyLink.kind != LinkKind.PERSONAL)
        .order_by(SurveyLink.created_at.desc())
    ).all()
