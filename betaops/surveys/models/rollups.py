"""Counts of answers, kept so that a page of results costs the same at any number of responses.

A complete response first stands in the tail, which is written with it and costs one short row. A job folds the tail
into tallies, many responses at once. What is read is always tallies and tail together: exact, at any moment.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Owned, Tenant, belongs_to, tenant_args

_WITHOUT_NUMBER = text("number IS NULL")


class SurveyRollup(Tenant, Base):
    """That a survey has tallies. Locked by whoever changes them; while there is none, answers are counted themselves."""

    __table_args__ = tenant_args(belongs_to("survey_id", "survey"), UniqueConstraint("survey_id"))

    survey_id: Mapped[UUID]
    #: Complete responses that the tallies count.
    responses: Mapped[int] = mapped_column(default=0)
    folded_at: Mapped[datetime]


class TailResponse(Owned, Base):
    """A complete response that no tally counts yet."""

    __table_args__ = (
        belongs_to("survey_id", "survey"),
        belongs_to("response_id", "response"),
        Index("ix_tail_response_survey", "survey_id", "response_id"),
        {"sqlite_with_rowid": False},
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Its response's key keeps it in the workspace.
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]


class AnswerTally(Tenant, Base):
    """How many complete responses have one typed part of an answer; see `Answer`."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        Index("ix_answer_tally_survey", "survey_id"),
        UniqueConstraint("question_id", "row", "code", "number"),
        # To a constraint no two nulls are the same.
        Index(
            "uq_answer_tally_without_number",
            "question_id",
            "row",
            "code",
            unique=True,
            sqlite_where=_WITHOUT_NUMBER,
            postgresql_where=_WITHOUT_NUMBER,
        ),
        CheckConstraint("times > 0", name="nothing_is_not_tallied"),
    )

    survey_id: Mapped[UUID]
    question_id: Mapped[UUID]
    row: Mapped[str] = mapped_column(String(200), default="")
    code: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[float | None]
    times: Mapped[int]


class QuestionTally(Tenant, Base):
    """How many complete responses answer a question at all."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("question_id"),
        Index("ix_question_tally_survey", "survey_id"),
        CheckConstraint("people > 0", name="nobody_is_not_tallied"),
    )

    survey_id: Mapped[UUID]
    question_id: Mapped[UUID]
    people: Mapped[int]
