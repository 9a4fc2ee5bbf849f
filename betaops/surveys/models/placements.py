"""Surveys in the product under test: how they stand there, and who has seen them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.surveys.models.surveys import Survey


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
