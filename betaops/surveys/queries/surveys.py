"""Surveys, versions, questions, links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, inspect, select
from sqlalchemy.orm import Session, joinedload

from betaops.kernel.db import scope_of
from betaops.kernel.errors import NotFound
from betaops.kernel.prepared import Part, Prepared
from betaops.programs.models import Program
from betaops.surveys.analysis.series import ended, trait_name
from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.arms import in_arm
from betaops.surveys.engine.plain import Plain, is_plain
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
    #: Identities of its questions by name; and which series of it each is.
    question_ids: Mapping[str, UUID]
    series: Mapping[str, int]

    @cached_property
    def plain(self) -> Plain | None:
        """Judges answers by what it has judged before; None where they hang on each other."""
        return Plain(self.definition) if is_plain(self.definition) else None

    @cached_property
    def read_by(self) -> dict[Any, Any] | None:
        """For what reads the answers that a page sends, to leave what it has made for the next; None as above."""
        return None if self.plain is None else {}


_kept: dict[tuple[UUID, str], Published] = {}


def published(session: Session, version_id: UUID, arm: str = "") -> Published:
    """The version as it is asked in `arm`, parsed once per process. Look its survey or response up first: this asks no
    workspace."""
    found = _kept.get((version_id, arm))
    if found is None:
        row = session.scalar(select(SurveyVersion).where(SurveyVersion.id == version_id))
        if row is None:
            raise NotFound
        questions = _questions_of(session, row.survey_id, row.number)
        found = Published(
            row.id,
            row.survey_id,
            row.number,
            in_arm(read(row.definition), arm),
            {name: each.id for name, each in questions.items()},
            {name: each.series for name, each in questions.items()},
        )
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[version_id, arm] = found
    return found


def _questions_of(session: Session, survey_id: UUID, number: int | None) -> Mapping[str, SurveyQuestion]:
    """By name, those of a version (None: of the newest): of each name the series that began last, up to it."""
    found = select(SurveyQuestion).where(SurveyQuestion.survey_id == survey_id)
    if number is not None:
        found = found.where(SurveyQuestion.first_number <= number)
    return {row.name: row for row in session.scalars(found.order_by(SurveyQuestion.series))}


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
    found: dict[str, str] = {}
    for name, version_id in live:
        now = published(session, version_id)
        if any(series > 1 for series in now.series.values()):
            found |= _former_traits(session, now, name)
        for question in now.definition.asked:
            if question.trait:
                trait = trait_name(question.trait, now.series.get(question.name, 1))
                found[f"trait.{trait}"] = f"{question.label()} ({name})"
    return found


def _former_traits(session: Session, live: Published, survey_name: str) -> dict[str, str]:
    """Those of series that have ended."""
    rows = survey_questions(session, live.survey_id)
    over = ended(rows)
    found = {}
    for row in rows:
        if row.id in over:
            version_id = version(session, live.survey_id, row.last_number).id
            question = published(session, version_id).definition.by_name.get(row.name)
            if question is not None and question.trait:
                label = over[row.id].titled(question).label()
                found[f"trait.{trait_name(question.trait, row.series)}"] = f"{label} ({survey_name})"
    return found


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
    """Of all versions, those of the newest first in their order; of a name, every series."""
    return session.scalars(
        select(SurveyQuestion)
        .where(SurveyQuestion.survey_id == survey_id)
        .order_by(SurveyQuestion.last_number.desc(), SurveyQuestion.position, SurveyQuestion.id)
    ).all()


def current_questions(session: Session, survey_id: UUID) -> Mapping[str, SurveyQuestion]:
    """By name, as they are counted now: those of earlier series are not among them."""
    return _questions_of(session, survey_id, None)


def former_questions(session: Session, survey: Survey) -> Mapping[str, Question]:
    """Those of the newest series that the live version does not ask, by name, as they were asked last."""
    found: dict[str, Question] = {}
    for name, row in current_questions(session, survey.id).items():
        if row.last_number != survey.live_number:
            asked = published(session, version(session, survey.id, row.last_number).id).definition.by_name
            found |= {name: asked[name]} if name in asked else {}
    return found


def version_shown(session: Session, survey_id: UUID, question_ids: Collection[UUID]) -> UUID | None:
    """The version that asked these questions, where one of their series has ended since; None: the live one does."""
    if not question_ids:
        return None
    rows = survey_questions(session, survey_id)
    over = ended(rows)
    numbers = [over[each].last for each in question_ids if each in over]
    return version(session, survey_id, min(numbers)).id if numbers else None


def links(session: Session, survey_id: UUID) -> Sequence[SurveyLink]:
    """Public and test links, the newest first; personal ones are only counted (`funnel`)."""
    return session.scalars(
        select(SurveyLink)
        .where(SurveyLink.survey_id == survey_id, SurveyLink.kind != LinkKind.PERSONAL)
        .order_by(SurveyLink.created_at.desc())
    ).all()
