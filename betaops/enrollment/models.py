"""Testers, their places in programs, and what they agreed to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from betaops.enrollment.quoting import Quoting
from betaops.kernel.db import Base, Tenant, belongs_to, leaf_args, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Agreement, Program


class State(StrEnum):
    """Where a person stands in a program."""

    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    DECLINED = "declined"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


#: What may follow what. Back to `applied` undoes a decision or opens an ended enrollment again.
FOLLOWING: dict[State, tuple[State, ...]] = {
    State.APPLIED: (State.ACCEPTED, State.WAITLISTED, State.DECLINED, State.WITHDRAWN),
    State.WAITLISTED: (State.ACCEPTED, State.APPLIED, State.DECLINED, State.WITHDRAWN),
    State.ACCEPTED: (State.ACTIVE, State.APPLIED, State.WITHDRAWN, State.REMOVED),
    State.ACTIVE: (State.COMPLETED, State.WITHDRAWN, State.REMOVED),
    State.DECLINED: (State.APPLIED, State.ACCEPTED, State.WAITLISTED),
    State.COMPLETED: (State.ACTIVE,),
    State.WITHDRAWN: (State.APPLIED,),
    State.REMOVED: (State.APPLIED,),
}

#: States that hold one of the program's seats. Who completed keeps it: the seat was used.
SEATED = frozenset({State.ACCEPTED, State.ACTIVE, State.COMPLETED})

#: States in which a person is taking part now.
INSIDE = frozenset({State.ACCEPTED, State.ACTIVE})


class Tester(Versioned, Tenant, Base):
    """A person outside, known by mail address; one row a workspace, whatever the number of programs."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    __table_args__ = tenant_args(
        UniqueConstraint("workspace_id", "mail_key"),
        Index("ix_tester_name", "workspace_id", "name", "id"),
        Index("ix_tester_words", "workspace_id", "words", "id"),
    )

    #: As typed, the spaces around it gone.
    mail: Mapped[str] = mapped_column(String(320))
    #: `addresses.mail_key(mail)`: what makes two spellings one person.
    mail_key: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    #: What a search looks in: `search_words` of name and address.
    words: Mapped[str] = mapped_column(Text, default="")
    #: BCP 47 tag of the language they read our mails in.
    locale: Mapped[str] = mapped_column(String(20), default="en")
    #: Facts about them for rules and lists ({"platform": "iOS"}): text, numbers, yes/no, lists of text.
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    #: Last sign of life anywhere we see: portal, survey, usage. Written at most once an hour.
    seen_at: Mapped[datetime | None]


def search_words(name: str, mail_key: str) -> str:
    """Name and address in one lower case for all databases (SQLite's own knows only ASCII)."""
    return f"{name} {mail_key}".lower()


@event.listens_for(Tester, "before_insert")
@event.listens_for(Tester, "before_update")
def _keep_words(mapper: Mapper[Any], connection: Connection, row: Tester) -> None:
    row.words = search_words(row.name, row.mail_key)


class Identity(Tenant, Base):
    """An id under which a product under test knows a tester (PostHog calls it `distinct_id`).

    The tester's own `mail_key` and `tst_…` are always among them.
    """

    __table_args__ = tenant_args(
        belongs_to("tester_id", "tester"),
        UniqueConstraint("workspace_id", "distinct_id"),
        Index("ix_identity_tester", "workspace_id", "tester_id"),
    )

    tester_id: Mapped[UUID]
    distinct_id: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime]

    tester: Mapped[Tester] = relationship(lazy="raise_on_sql", viewonly=True)


class Enrollment(Tenant, Base):
    """One person in one program. The `…_at` moments are the newest of their kind; all stand in the transitions."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program", ondelete="NO ACTION"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("program_id", "tester_id"),
        Index("ix_enrollment_applied", "workspace_id", "program_id", "applied_at", "id"),
        Index("ix_enrollment_state", "workspace_id", "program_id", "state", "applied_at", "id"),
        Index("ix_enrollment_tester", "workspace_id", "tester_id"),
    )

    program_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    state: Mapped[State] = mapped_column(one_of(State), default=State.APPLIED)
    #: Screener answers by question name: text, number, yes/no, or a list of text.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where they came from: join, invitation, import, api, console.
    source: Mapped[str] = mapped_column(String(20), default="join")
    applied_at: Mapped[datetime]
    waitlisted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[Tester] = relationship(lazy="raise_on_sql", viewonly=True)

    def may_become(self, state: State) -> bool:
        return state in FOLLOWING[self.state]

    def become(self, state: State, at: datetime) -> None:
        """Changes state and its moment; whether it may is asked before (`may_become`)."""
        self.state, self.changed_at = state, at
        setattr(self, MOMENTS[state], at)


#: The column that keeps the newest moment of each state.
MOMENTS: dict[State, str] = {
    State.APPLIED: "applied_at",
    State.WAITLISTED: "waitlisted_at",
    State.ACCEPTED: "accepted_at",
    State.ACTIVE: "activated_at",
    State.DECLINED: "declined_at",
    State.COMPLETED: "completed_at",
    State.WITHDRAWN: "withdrawn_at",
    State.REMOVED: "removed_at",
}


class EnrollmentTransition(Tenant, Base):
    """One dated change of state: who did it and why."""

    __table_args__ = tenant_args(
        belongs_to("enrollment_id", "enrollment"),
        Index("ix_enrollment_transition_enrollment", "workspace_id", "enrollment_id", "at"),
    )

    enrollment_id: Mapped[UUID]
    former: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[State] = mapped_column(one_of(State))
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None]
    who: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")


class Consent(Tenant, Base):
    """An agreement accepted, frozen as it was read: proof for both sides, also after the person left."""

    __table_args__ = tenant_args(
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("agreement_id", "agreement", ondelete="NO ACTION"),
        UniqueConstraint("enrollment_id", "agreement_id"),
        Index("ix_consent_agreement", "workspace_id", "agreement_id"),
    )

    enrollment_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    number: Mapped[int]
    #: The name they signed with.
    name: Mapped[str] = mapped_column(String(200))
    mail: Mapped[str] = mapped_column(String(320))
    #: The Markdown they read, whole.
    text: Mapped[str] = mapped_column(Text)
    #: SHA-256 of text, name, mail and moment, as `consent.digest` joins them.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    signed_at: Mapped[datetime]
    #: Network address they signed from; empty where it is not known.
    address: Mapped[str] = mapped_column(String(64), default="")

    agreement: Mapped[Agreement] = relationship(lazy="raise_on_sql", viewonly=True)


class QuoteConsent(Tenant, Base):
    """What a person said about being quoted from what they write in one program. The newest counts; `never` takes back
    what was allowed before."""

    __table_args__ = tenant_args(
        belongs_to("enrollment_id", "enrollment"),
        Index("ix_quote_consent_enrollment", "workspace_id", "enrollment_id", "signed_at", "id"),
    )

    enrollment_id: Mapped[UUID]
    quoting: Mapped[Quoting] = mapped_column(one_of(Quoting))
    #: The sentence they chose, as they read it.
    text: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]


class Application(Tenant, Base):
    """A form being filled in: kept for its visitor until confirmed or, unconfirmed, dropped after a week."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("draft_digest"),
        UniqueConstraint("confirm_digest"),
        Index("ix_application_expires", "expires_at"),
        Index("ix_application_mail", "workspace_id", "program_id", "mail_key"),
    )

    program_id: Mapped[UUID]
    #: Of the token that the visitor's browser keeps.
    draft_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: Of the token in the mail; none until the form is sent.
    confirm_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: The agreement they accepted; another one published meanwhile is asked for again.
    agreement_id: Mapped[UUID | None]
    agreed_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(200), default="")
    mail: Mapped[str] = mapped_column(String(320), default="")
    mail_key: Mapped[str] = mapped_column(String(320), default="")
    locale: Mapped[str] = mapped_column(String(20), default="en")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class Invitation(Tenant, Base):
    """A personal call into a program: whoever opens it needs no seat decision, only the agreement."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "mail_key"),
        UniqueConstraint("token_digest"),
    )

    program_id: Mapped[UUID]
    mail: Mapped[str] = mapped_column(String(320))
    mail_key: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    invited_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_open(self, at: datetime) -> bool:
        return self.taken_at is None and self.revoked_at is None and at < self.expires_at


class SignInLink(Tenant, Base):
    """A tester's way in by mail: ten minutes, once."""

    __table_args__ = tenant_args(
        belongs_to("tester_id", "tester"),
        UniqueConstraint("token_digest"),
        Index("ix_sign_in_link_expires", "expires_at"),
        Index("ix_sign_in_link_tester", "workspace_id", "tester_id"),
    )

    tester_id: Mapped[UUID]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TesterNote(Tenant, Base):
    """What members tell each other about a tester; testers never see it."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    __table_args__ = tenant_args(
        belongs_to("tester_id", "tester"), Index("ix_tester_note_tester", "workspace_id", "tester_id", "at")
    )

    tester_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))


class TesterImport(Tenant, Base):
    """One CSV file on its way in: progress while it runs, report when it is done."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    __table_args__ = tenant_args(belongs_to("program_id", "program"))

    program_id: Mapped[UUID]
    #: Name of the file as the member had it.
    title: Mapped[str] = mapped_column(String(255))
    #: Name in the file store; empty once read.
    file: Mapped[str] = mapped_column(String(255), default="")
    #: What new people become: applied or accepted.
    target: Mapped[State] = mapped_column(one_of(State), default=State.APPLIED)
    who: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: Why it could not be read at all; empty when it could.
    failure: Mapped[str] = mapped_column(Text, default="")
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    waitlisted: Mapped[int] = mapped_column(default=0)
    #: The first refused rows: [{"row": 7, "value": "ana@", "reason": "…"}]; `refused` counts all.
    refusals: Mapped[list[Any]] = mapped_column(default=list)


class ProgramVisit(Tenant, Base):
    """How often a program's signup page was opened on a day (UTC)."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "day"),
        CheckConstraint("count >= 0", name="counts_up"),
    )

    program_id: Mapped[UUID]
    day: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)


class PeopleRevision(Tenant, Base):
    """How often anything known about a workspace's people changed (`service.telling`)."""

    __table_args__ = leaf_args(
        UniqueConstraint("workspace_id"), CheckConstraint("number > 0", name="number_counts_up")
    )

    number: Mapped[int] = mapped_column(BigInteger)


class PeopleChange(Tenant, Base):
    """Whom the change of this number was about: testers (who may be gone by now) and people who are none, or everybody."""

    __table_args__ = leaf_args(UniqueConstraint("workspace_id", "number"))

    number: Mapped[int] = mapped_column(BigInteger)
    #: 32 hexadecimal digits each.
    testers: Mapped[list[str]] = mapped_column(default=list)
    distinct_ids: Mapped[list[str]] = mapped_column(default=list)
    is_everybody: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
