"""Surveys, their published versions, the links to them, and what people answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Program


class SurveyState(StrEnum):
    """Whether people may answer. A survey opens with its first published version."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


#: What may follow what. An archived survey comes back closed.
FOLLOWING: dict[SurveyState, tuple[SurveyState, ...]] = {
    SurveyState.DRAFT: (SurveyState.OPEN, SurveyState.ARCHIVED),
    SurveyState.OPEN: (SurveyState.CLOSED,),
    SurveyState.CLOSED: (SurveyState.OPEN, SurveyState.ARCHIVED),
    SurveyState.ARCHIVED: (SurveyState.CLOSED,),
}


class Survey(Versioned, Tenant, Base):
    """A questionnaire of one program. `draft` is what the builder edits; people answer a published version."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index("ix_survey_program", "workspace_id", "program_id", "created_at"),
        CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        CheckConstraint("(state = 'draft') <= (live_number IS NULL)", name="a_draft_is_not_live"),
    )

    program_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[SurveyState] = mapped_column(one_of(SurveyState), default=SurveyState.DRAFT)
    #: SurveyJS JSON, unknown properties included.
    draft: Mapped[dict[str, Any]]
    #: The version that new responses get; none until the first is published.
    live_number: Mapped[int | None]
    #: Origins ("https://app.example.com") whose pages may show it in a frame.
    origins: Mapped[list[str]] = mapped_column(default=list)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    #: When personal links were last asked to be sent.
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)

    def may_become(self, state: SurveyState) -> bool:
        if state is SurveyState.OPEN and self.live_number is None:
            return False
        return state in FOLLOWING[self.state]

    def takes_answers(self, at: datetime) -> bool:
        """Open, and inside its window."""
        has_begun = self.opens_at is None or self.opens_at <= at
        return (
            self.state is SurveyState.OPEN and has_begun and (self.closes_at is None or at < self.closes_at)
        )


class SurveyVersion(Tenant, Base):
    """A definition as it was published. Never changes."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "number"),
        CheckConstraint("number >= 1", name="numbers_start_at_one"),
    )

    survey_id: Mapped[UUID]
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    #: SHA-256 of the definition as `publishing.digest` writes it.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(200), default="")


class PublishedIsFinal(Exception):
    """A programmer's error: a published version is replaced by a new number, never changed."""


@event.listens_for(SurveyVersion, "before_update")
def _keep_published(mapper: Mapper[Any], connection: Connection, row: SurveyVersion) -> None:
    raise PublishedIsFinal(f"version {row.number} is published")


class SurveyQuestion(Tenant, Base):
    """A question through all versions of its survey: what answers belong to and what numbers are about."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "name"),
    )

    survey_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    #: As the newest version that has it words it, in its default language.
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    first_number: Mapped[int]
    last_number: Mapped[int]

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)


class LinkKind(StrEnum):
    """`personal` is one tester's, `public` anybody's; what comes by `test` never counts."""

    PERSONAL = "personal"
    PUBLIC = "public"
    TEST = "test"


class SurveyLink(Tenant, Base):
    """A way into a survey. Of a personal one only the digest is known; public ones are shown in the console again."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        belongs_to("enrollment_id", "enrollment"),
        UniqueConstraint("token_digest"),
        Index("ix_survey_link_survey", "workspace_id", "survey_id", "kind"),
        Index("ix_survey_link_enrollment", "workspace_id", "enrollment_id"),
        CheckConstraint(
            "(kind = 'personal') = (enrollment_id IS NOT NULL)", name="only_personal_links_name_a_person"
        ),
        CheckConstraint("(kind = 'personal') = (token IS NULL)", name="personal_tokens_are_not_kept"),
    )

    survey_id: Mapped[UUID]
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    enrollment_id: Mapped[UUID | None]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    token: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    #: How often it was opened, machines that look into mails included.
    opens: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)
    enrollment: Mapped[Enrollment | None] = relationship(lazy="raise_on_sql", viewonly=True)


class ResponseState(StrEnum):
    """`started` has saved something, `partial` a whole page; `test` never counts, finished or not."""

    STARTED = "started"
    PARTIAL = "partial"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"
    TEST = "test"


#: States in which answers may still come in.
UNFINISHED = frozenset({ResponseState.STARTED, ResponseState.PARTIAL})


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
        Index("ix_response_enrollment", "workspace_id", "enrollment_id"),
        Index("ix_response_tester", "workspace_id", "tester_id"),
        CheckConstraint("(enrollment_id IS NULL) = (tester_id IS NULL)", name="a_person_is_an_enrollment"),
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

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)
    version: Mapped[SurveyVersion] = relationship(lazy="raise_on_sql", viewonly=True)
    enrollment: Mapped[Enrollment | None] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[Tester | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class Answer(Tenant, Base):
    """One typed part of a finished response; see `kinds.base.Row`."""

    __table_args__ = tenant_args(
        belongs_to("response_id", "response"),
        belongs_to("question_id", "survey_question", ondelete="NO ACTION"),
        UniqueConstraint("response_id", "question_id", "row", "code"),
        Index("ix_answer_question", "question_id", "row", "code", "response_id"),
    )

    response_id: Mapped[UUID]
    question_id: Mapped[UUID]
    #: Row of a matrix, else empty.
    row: Mapped[str] = mapped_column(String(200), default="")
    #: What was chosen, as text; `#comment` marks the free text beside a choice.
    code: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[float | None]
    text: Mapped[str | None] = mapped_column(Text)


class Audience(StrEnum):
    """Whom a survey in the product is for: everybody with a seat in the program, or the people of cohorts."""

    EVERYBODY = "everybody"
    COHORTS = "cohorts"


class Shape(StrEnum):
    """How it shows itself: by itself, on a click on a tab or on an element of the page, or by the product's own code."""

    POPOVER = "popover"
    TAB = "tab"
    SELECTOR = "selector"
    API = "api"


class UrlMatch(StrEnum):
    """PostHog's names."""

    CONTAINS = "icontains"
    EXACT = "exact"
    REGEX = "regex"


class Repeat(StrEnum):
    """How often one person is asked: `every` so many days, `always` whenever its conditions hold."""

    ONCE = "once"
    EVERY = "every"
    ALWAYS = "always"


class Corner(StrEnum):
    """PostHog's names of places on the screen."""

    BOTTOM_RIGHT = "right"
    BOTTOM_LEFT = "left"
    BOTTOM_CENTER = "center"
    MIDDLE_CENTER = "middle_center"
    TOP_RIGHT = "top_right"
    TOP_LEFT = "top_left"


class SurveyPlacement(Versioned, Tenant, Base):
    """How a survey stands in the product under test. Shown while it is on, begun, and its survey takes answers."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id"),
        UniqueConstraint("workspace_id", "number"),
        CheckConstraint("share BETWEEN 1 AND 100", name="a_share_is_a_percentage"),
        CheckConstraint("delay_seconds BETWEEN 0 AND 3600", name="a_delay_ends"),
        CheckConstraint("wait_days BETWEEN 0 AND 365", name="a_wait_ends"),
        CheckConstraint("(repeat = 'every') = (every_days IS NOT NULL)", name="only_a_period_has_days"),
        CheckConstraint("every_days BETWEEN 1 AND 365", name="a_period_is_days"),
    )

    survey_id: Mapped[UUID]
    #: In the key of its targeting flag and in the names of traits; see `number_for`.
    number: Mapped[int]
    is_on: Mapped[bool] = mapped_column(default=False)
    #: When it was first on and everybody who had answered already was known; periods count from then.
    started_at: Mapped[datetime | None]
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.EVERYBODY)
    #: Numbers of cohorts.
    cohorts: Mapped[list[Any]] = mapped_column(default=list)
    #: Percent of the audience, the same people on every device.
    share: Mapped[int] = mapped_column(default=100)
    shape: Mapped[Shape] = mapped_column(one_of(Shape), default=Shape.POPOVER)
    #: CSS, of the element whose click opens it.
    selector: Mapped[str] = mapped_column(String(200), default="")
    #: On the tab.
    label: Mapped[str] = mapped_column(String(60), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    url_match: Mapped[UrlMatch] = mapped_column(one_of(UrlMatch), default=UrlMatch.CONTAINS)
    #: Names of product events, any of which brings it up; none: it comes by itself.
    events: Mapped[list[str]] = mapped_column(default=list)
    delay_seconds: Mapped[int] = mapped_column(default=0)
    #: PostHog's device types; none: all.
    devices: Mapped[list[str]] = mapped_column(default=list)
    repeat: Mapped[Repeat] = mapped_column(one_of(Repeat), default=Repeat.ONCE)
    every_days: Mapped[int | None]
    #: Days since the person was last asked anything in the product.
    wait_days: Mapped[int] = mapped_column(default=7)
    corner: Mapped[Corner] = mapped_column(one_of(Corner), default=Corner.BOTTOM_RIGHT)
    #: Of buttons, "#rrggbb".
    color: Mapped[str] = mapped_column(String(7), default="#5040d9")
    #: Heading at the end, and the text below; empty: ours, and the survey's own.
    thanks: Mapped[str] = mapped_column(String(200), default="")
    thanks_text: Mapped[str] = mapped_column(Text, default="")

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_begun(self) -> bool:
        return self.is_on and self.started_at is not None

    @property
    def comes_by_itself(self) -> bool:
        """It asks for attention, so seeing it counts; a tab or a button waits for the person."""
        return self.shape in (Shape.POPOVER, Shape.API)


class SurveyShowing(Tenant, Base):
    """One person and one survey in the product: what has happened between them, on whatever device."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("survey_id", "tester_id"),
        Index("ix_survey_showing_tester", "workspace_id", "tester_id"),
    )

    survey_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    #: How often it was shown, and when last.
    times: Mapped[int] = mapped_column(default=0)
    shown_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    #: By whatever way.
    answered_at: Mapped[datetime | None]
