"""What people wrote, searched and by tag."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.kernel.folding import folded
from betaops.kernel.jobs import Job
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.models import Answer, AnswerTag, Response, SurveyQuestion
from betaops.surveys.queries.narrowed import conditions

#: Texts that themes are looked for in, the newest.
MOST_TEXTS = 5000
_KEY = ("workspace_id", "response_id", "question_id", "row", "code")
THEMES = "surveys.suggest_themes"


class TextKey(NamedTuple):
    """Which of the written answers to a question."""

    response_id: UUID
    row: str = ""
    code: str = ""

    def __str__(self) -> str:
        """For forms and anchors: letters and digits."""
        part = f"{self.code}\0{self.row}".encode() if self.row or self.code else b""
        return self.response_id.hex + part.hex()

    @classmethod
    def read(cls, text: str) -> "TextKey":
        """`NotFound` for what is no such key."""
        try:
            response_id = UUID(hex=text[:32])
            code, _end, row = bytes.fromhex(text[32:]).decode().partition("\0")
        except ValueError as error:
            raise NotFound from error
        if "\0" in row:
            raise NotFound
        return cls(response_id, row, code)


class AnswerKey(NamedTuple):
    """A written answer, whatever its question."""

    question_id: UUID
    text: TextKey


class Written(NamedTuple):
    """One written answer. `id` is its response's."""

    text: str
    id: UUID
    finished_at: datetime | None
    key: TextKey


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
        select(Answer.text, Response.id, Response.finished_at, Answer.row, Answer.code)
        .join_from(Response, Answer, Answer.response_id == Response.id)
        .where(Answer.question_id == question_id, Answer.text.is_not(None), *conditions(survey_id, narrowing))
        .order_by(Response.finished_at.desc(), Response.id, Answer.row, Answer.code)
        .limit(limit)
        .offset(offset)
    )
    if words:
        found = found.where(folded(Answer.text).contains(words.lower(), autoescape=True))
    if tag:
        tagged = select(AnswerTag.id).where(
            *(getattr(AnswerTag, name) == getattr(Answer, name) for name in _KEY), AnswerTag.key == tag
        )
        found = found.where(tagged.correlate(Answer).exists())
    return [Written(text or "", response_id, finished_at, TextKey(response_id, row, code))
            for text, response_id, finished_at, row, code in session.execute(found)]  # fmt: skip


def seen_of(written: Sequence[Written]) -> str:
    """What tells one list of written answers from another, of the same or of another question."""
    return sha256(" ".join(str(each.key) for each in written).encode()).hexdigest()


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


def tags_of(
    session: Session, question_id: UUID, written: Sequence[Written]
) -> Mapping[TextKey, list[AnswerTag]]:
    """By answer, in the order of their names."""
    found: dict[TextKey, list[AnswerTag]] = {}
    for tag in session.scalars(
        select(AnswerTag)
        .where(AnswerTag.response_id.in_({each.id for each in written}), AnswerTag.question_id == question_id)
        .order_by(AnswerTag.key)
    ):
        found.setdefault(TextKey(tag.response_id, tag.row, tag.code), []).append(tag)
    return found


def tags_counted(
    session: Session, survey_id: UUID, question_id: UUID, narrowing: Narrowing | None = None
) -> list[tuple[str, str, int]]:
    """(key, name, answers) of a question's tags, the most frequent first."""
    rows = session.execute(
        select(AnswerTag.key, func.min(AnswerTag.name), func.count())
        .join(Response, Response.id == AnswerTag.response_id)
        .where(AnswerTag.question_id == question_id, *conditions(survey_id, narrowing))
        .group_by(AnswerTag.key)
        .order_by(func.count().desc(), AnswerTag.key)
    )
    return [(key, name, count) for key, name, count in rows]


def tag_names(session: Session, survey_id: UUID) -> Sequence[str]:
    """Every tag of a survey, to choose from."""
    return session.scalars(
        select(func.min(AnswerTag.name))
        .join(SurveyQuestion, SurveyQuestion.id == AnswerTag.question_id)
        .where(SurveyQuestion.survey_id == survey_id)
        .group_by(AnswerTag.key)
        .order_by(AnswerTag.key)
        .limit(200)
    ).all()


def check_written(session: Session, question_id: UUID, key: TextKey) -> None:
    """`NotFound` unless it is a written answer of the question."""
    found = select(Answer.text).where(
        Answer.response_id == key.response_id,
        Answer.question_id == question_id,
        Answer.row == key.row,
        Answer.code == key.code,
    )
    if session.scalar(found) is None:
        raise NotFound
