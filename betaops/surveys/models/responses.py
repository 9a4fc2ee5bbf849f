"""What people answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.db import Base, Owned, Tenant, belongs_to, one_of, tenant_args
from betaops.surveys.analysis.quality import Doubt
from betaops.surveys.models.surveys import Survey, SurveyVersion


class ResponseState(StrEnum):
    """`started` has saved something, `partial` a whole page; `test` never counts, finished or not.

    Who was `screened_out` (an answer ended it) or came `over_quota` is done as well, and never counts.
    """

    STARTED = "started"
    PARTIAL = "partial"
    COMPLETE = "complete"
    SCREENED_OUT = "screened_out"
    OVER_QUOTA = "over_quota"
    WITHDRAWN = "withdrawn"
    TEST = "test"


#: States in which answers may still come in.
UNFINISHED = frozenset({ResponseState.STARTED, ResponseState.PARTIAL})


def _of_people(name: str, column: str) -> Index:
    """Of responses that name somebody: programs send most of the others."""
    where = text(f"{column} IS NOT NULL")
    return Index(name, "workspace_id", column, sqlite_where=where, postgresql_where=where)


class Response(Tenant, Base):
    """One person's way through one version. `answers` is the whole truth; `Answer` rows are made from it on completion."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        belongs_to("version_id", "survey_version", ondelete="NO ACTION"),
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("survey_id", "submission_key"),
        Index(
            "uq_response_one_per_person",
            "survey_id",
            "enrollment_id",
            "wave",
            unique=True,
            sqlite_where=text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
            postgresql_where=text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
        ),
        Index("ix_response_survey", "workspace_id", "survey_id", "state", "started_at", "id"),
        _of_people("ix_response_enrollment", "enrollment_id"),
        Index("ix_response_digest", "survey_id", "answers_digest"),
        _of_people("ix_response_tester", "tester_id"),
        CheckConstraint("(enrollment_id IS NULL) = (tester_id IS NULL)", name="a_person_is_an_enrollment"),
        CheckConstraint(
            "NOT is_anonymous OR (enrollment_id IS NULL AND tester_id IS NULL)",
            name="an_anonymous_one_names_nobody",
        ),
        CheckConstraint("state <> 'complete' OR finished_at IS NOT NULL", name="complete_ones_have_an_end"),
    )

    survey_id: Mapped[UUID]
    version_id: Mapped[UUID]
    enrollment_id: Mapped[UUID | None]
    tester_id: Mapped[UUID | None]
    #: The link it came by; none from the portal and the API. No foreign key: links may go, answers stay.
    link_id: Mapped[UUID | None]
    #: It came from inside the product, by an SDK.
    is_in_product: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: It was given in a frame on somebody's page.
    is_embedded: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: 0 for the one response that a person gives; a survey that asks again in the product counts on from there.
    wave: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Chosen by the page or the caller: however often it is sent, there is one response.
    submission_key: Mapped[str] = mapped_column(String(100))
    state: Mapped[ResponseState] = mapped_column(one_of(ResponseState), default=ResponseState.STARTED)
    language: Mapped[str] = mapped_column(String(20), default="en")
    #: Index of the page to go on with.
    page: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: It names nobody, its id is random, and its moments are midnights: see `anonymity`.
    is_anonymous: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Complete and anonymous, and not shown before others can be shown with it: see `releasing`.
    is_held: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Anonymous, and whoever gave it stands in the ledger, so that there is no second of theirs. Not so by public links.
    is_in_ledger: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Of an anonymous one, its state and page as the console tells them: five move together, see `releasing`.
    told_state: Mapped[str | None] = mapped_column(String(32))
    told_page: Mapped[int | None]
    #: Seconds spent on its pages; None where no page was shown (API, inside the product).
    active_seconds: Mapped[float | None]
    #: Names of `quality.Doubt`s with commas between; empty: none.
    flags: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    #: See `quality.digest`; of complete ones.
    answers_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: Name of the arm it was put into when it began, for good; empty: the survey had none.
    arm: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    #: Ids of the quotas in which it has a place.
    places: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: Id of the quota that had no place for it; what is said then stands there.
    turned_away_by: Mapped[UUID | None]

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)
    version: Mapped[SurveyVersion] = relationship(lazy="raise_on_sql", viewonly=True)
    enrollment: Mapped[Enrollment | None] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[Tester | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def doubts(self) -> list[Doubt]:
        return [Doubt(name) for name in self.flags.split(",") if name]

    def doubt(self, *reasons: Doubt) -> None:
        """Mark it, in the order in which reasons are listed."""
        if not reasons:
            return
        known = {*self.doubts, *reasons}
        self.flags = ",".join(each for each in Doubt if each in known)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class Answer(Owned, Base):
    """One typed part of a finished response; see `kinds.base.Row`.

    Many are written with each response: they have no id, no index, and on SQLite no table besides their key, in which
    the parts of a response stand together. Who looks for answers to a question goes by the responses of its survey.
    """

    __table_args__ = (
        belongs_to("response_id", "response"),
        # No foreign key to the question: it goes only with its survey, and so do the responses.
        {"sqlite_with_rowid": False},
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Row of a matrix, else empty.
    row: Mapped[str] = mapped_column(String(200), primary_key=True, default="")
    #: What was chosen, as text; `#comment` marks the free text beside a choice.
    code: Mapped[str] = mapped_column(String(200), primary_key=True, default="")
    #: Its response's key keeps it in the workspace. Were it first in the key, SQLite would rather read all answers of the
    #: workspace than those of some responses.
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[float | None]
    text: Mapped[str | None] = mapped_column(Text)


#: The key of the answer that a tag is on.
_TAGGED = ("response_id", "question_id", "row", "code", "workspace_id")


class AnswerTag(Tenant, Base):
    """A word that somebody of the team put on a written answer."""

    __table_args__ = tenant_args(
        ForeignKeyConstraint(
            _TAGGED, [f"answer.{name}" for name in _TAGGED], name="fk_answer_tag_answer", ondelete="CASCADE"
        ),
        UniqueConstraint(*_TAGGED, "key", name="uq_answer_tag_key"),
        Index("ix_answer_tag_question", "workspace_id", "question_id", "key"),
        CheckConstraint("key <> ''", name="a_tag_says_something"),
    )

    response_id: Mapped[UUID]
    question_id: Mapped[UUID]
    row: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(200))
    #: As it was first written.
    name: Mapped[str] = mapped_column(String(60))
    #: In small letters: what makes two spellings one tag.
    key: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200), default="")


class SurveyLedger(Tenant, Base):
    """That a person has answered an anonymous survey: neither when nor what.

    Its ids are random, not of the time, and SQLite keeps its rows by them, not in the order in which they came.
    """

    __table_args__ = (
        *tenant_args(
            belongs_to("survey_id", "survey"),
            belongs_to("enrollment_id", "enrollment"),
            UniqueConstraint("survey_id", "enrollment_id"),
            Index("ix_survey_ledger_enrollment", "workspace_id", "enrollment_id"),
        ),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
