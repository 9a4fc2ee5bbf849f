"""What people wrote, searched and by tag."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.kernel.folding import folded
from betaops.kernel.jobs import Job
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.models import Answer, AnswerTag, Response, SurveyQuestion
from betaops.surveys.queries.narrowed import conditions

#: Texts that themes are looked for in, the newest.
MOST_TEXTS = 5000
THEMES = "surveys.suggest_themes"


class Written(NamedTuple):
    """One written answer. `id` is its response's."""

    text: str
    id: UUID
    finished_at: datetime | None
    answer_id: UUID


def texts(
    session: Session,
    survey_id: UUID,
    question_id: UUID,
    narrowing: Narrowing | None = None,
    *,
    words: str = "",
    tag: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Written]:
    """A question's written answers, the newest first; `words` are found whatever their case."""
    found = (
        select(Answer.text, Response.id, Response.finished_at, Answer.id)
        .join(Response, Response.id == Answer.response_id)
        .where(*_written(survey_id, question_id, narrowing))
        .order_by(Response.finished_at.desc(), Response.id, Answer.id)
        .limit(limit)
        .offset(offset)
    )
    if words:
        found = found.where(folded(Answer.text).contains(words.lower(), autoescape=True))
    if tag:
        found = found.where(Answer.id.in_(select(AnswerTag.answer_id).where(AnswerTag.key == tag)))
    return [Written(text or "", response_id, finished_at, answer_id)
            for text, response_id, finished_at, answer_id in session.execute(found)]  # fmt: skip


def seen_of(written: Sequence[Written]) -> str:
    """What tells one list of written answers from another, of the same or of another question."""
    return sha256("".join(each.answer_id.hex for each in written).encode()).hexdigest()


def themes_job(session: Session, seen: str) -> Job | None:
    """The newest job that looked for themes in just these answers, as long as it is known."""
    return session.scalar(
        select(Job)
        .where(
            Job.workspace_id == session.info["workspace_id"],
            Job.name == THEMES,
            Job.unique_key == themes_key(seen),
        )
        .order_by(Job.id.desc())
        .limit(1)
    )


def themes_key(seen: str) -> str:
    return f"{THEMES}:{seen}"


def tags_of(session: Session, answer_ids: Sequence[UUID]) -> Mapping[UUID, list[AnswerTag]]:
    """By answer, in the order of their names."""
    found: dict[UUID, list[AnswerTag]] = {}
    for tag in session.scalars(
        select(AnswerTag).where(AnswerTag.answer_id.in_(answer_ids)).order_by(AnswerTag.key)
    ):
        found.setdefault(tag.answer_id, []).append(tag)
    return found


def tags_counted(
    session: Session, survey_id: UUID, question_id: UUID, narrowing: Narrowing | None = None
) -> list[tuple[str, str, int]]:
    """(key, name, answers) of a question's tags, the most frequent first."""
    rows = session.execute(
        select(AnswerTag.key, func.min(AnswerTag.name), func.count())
        .join(Answer, Answer.id == AnswerTag.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(*_written(survey_id, question_id, narrowing))
        .group_by(AnswerTag.key)
        .order_by(func.count().desc(), AnswerTag.key)
    )
    return [(key, name, count) for key, name, count in rows]


def tag_names(session: Session, survey_id: UUID) -> Sequence[str]:
    """Every tag of a survey, to choose from."""
    return session.scalars(
        select(func.min(AnswerTag.name))
        .join(Answer, Answer.id == AnswerTag.answer_id)
        .join(SurveyQuestion, SurveyQuestion.id == Answer.question_id)
        .where(SurveyQuestion.survey_id == survey_id)
        .group_by(AnswerTag.key)
        .order_by(AnswerTag.key)
        .limit(200)
    ).all()


def written_answer(session: Session, question_id: UUID, answer_id: UUID) -> Answer:
    """One written answer of a question; `NotFound` for anything else."""
    found = session.scalar(
        select(Answer).where(
            Answer.id == answer_id, Answer.question_id == question_id, Answer.text.is_not(None)
        )
    )
    if found is None:
        raise NotFound
    return found


def _written(survey_id: UUID, question_id: UUID, narrowing: Narrowing | None) -> list[ColumnElement[bool]]:
    return [Answer.question_id == question_id, Answer.text.is_not(None), *conditions(survey_id, narrowing)]
