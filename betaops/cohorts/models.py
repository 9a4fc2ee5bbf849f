"""Cohorts, who is in them, how that changed; facts that other rooms write down for rules, and facts in columns."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.cohorts.layout import ColumnKind
from betaops.enrollment.models import Tester
from betaops.kernel.db import Base, Json, Tenant, belongs_to, leaf_args, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Program


class Kind(StrEnum):
    """How people get in: picked by hand, or by a rule."""

    STATIC = "static"
    RULE = "rule"


class Cohort(Versioned, Tenant, Base):
    """A group of a program's people."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "name"),
        UniqueConstraint("workspace_id", "number"),
        # What tells one edition of a program's rules from another, without reading rules.
        Index("ix_cohort_edition", "workspace_id", "program_id", "version", "changed_at"),
        CheckConstraint("(kind = 'rule') = (rule IS NOT NULL)", name="only_rule_cohorts_have_a_rule"),
    )

    program_id: Mapped[UUID]
    #: What flags and SDKs call it, as PostHog numbers cohorts; see `number_for`.
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[Kind] = mapped_column(one_of(Kind), default=Kind.STATIC)
    #: See `rules`.
    rule: Mapped[dict[str, Any] | None] = mapped_column(Json())
    created_at: Mapped[datetime]
    #: When every person of the program was last looked at; rule cohorts only.
    swept_at: Mapped[datetime | None]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)


def number_for(cohort_id: UUID) -> int:
    """A number from 2³⁰ to 2³¹: fits every SDK's integers, and no cohort imported from PostHog has one."""
    return 1 << 30 | cohort_id.int & ((1 << 30) - 1)


class CohortMember(Tenant, Base):
    """One person is in one cohort."""

    __table_args__ = leaf_args(
        belongs_to("cohort_id", "cohort"),
        belongs_to("tester_id", "tester"),
        # With the workspace, so that who is in is read from the index alone.
        UniqueConstraint("cohort_id", "tester_id", "workspace_id"),
        Index("ix_cohort_member_since", "workspace_id", "cohort_id", "since", "id"),
        Index("ix_cohort_member_tester", "workspace_id", "tester_id"),
    )

    cohort_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    since: Mapped[datetime]
    #: In a cohort picked by hand: here because of a company alone, and gone with it.
    by_company: Mapped[bool] = mapped_column(default=False)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[Tester] = relationship(lazy="raise_on_sql", viewonly=True)


class CohortException(Tenant, Base):
    """Somebody whom no rule and no company moves: always in (`is_in`), or never. A trigger keeps the latter out."""

    __table_args__ = tenant_args(
        belongs_to("cohort_id", "cohort"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("cohort_id", "tester_id"),
        Index("ix_cohort_exception_tester", "workspace_id", "tester_id"),
    )

    cohort_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    is_in: Mapped[bool]
    #: Kept out of a cohort picked by hand, they were in it: they come back when the exception goes.
    was_in: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200), default="")

    tester: Mapped[Tester] = relationship(lazy="raise_on_sql", viewonly=True)


class CohortCompany(Tenant, Base):
    """A company in a cohort picked by hand: everybody of it is in, also who comes later."""

    __table_args__ = tenant_args(
        belongs_to("cohort_id", "cohort"),
        UniqueConstraint("cohort_id", "attribute", "key"),
    )

    cohort_id: Mapped[UUID]
    #: The tester attribute that names somebody's company.
    attribute: Mapped[str] = mapped_column(String(120), default="company")
    name: Mapped[str] = mapped_column(String(200))
    #: `name` without case and edges: what makes two spellings one company.
    key: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200), default="")


class Cause(StrEnum):
    """Why somebody entered or left."""

    HAND = "hand"
    #: Something about them changed.
    FACTS = "facts"
    #: Everybody was asked again: the rule is new, a file came in, time passed.
    RULE = "rule"
    EXCEPTION = "exception"
    EXCEPTION_ENDED = "exception_ended"
    COMPANY = "company"


class CohortChange(Tenant, Base):
    """Somebody entered (`is_in`) or left a cohort."""

    __table_args__ = leaf_args(
        belongs_to("cohort_id", "cohort"),
        belongs_to("tester_id", "tester"),
        Index("ix_cohort_change_cohort", "workspace_id", "cohort_id", "at", "id"),
        Index("ix_cohort_change_tester", "workspace_id", "tester_id"),
    )

    cohort_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    is_in: Mapped[bool]
    at: Mapped[datetime]
    cause: Mapped[Cause] = mapped_column(one_of(Cause))
    #: Names of the facts that decided, where a rule did.
    facts: Mapped[list[str]] = mapped_column(default=list)
    #: The reason of an exception.
    note: Mapped[str] = mapped_column(String(500), default="")
    who: Mapped[str] = mapped_column(String(200), default="")

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[Tester] = relationship(lazy="raise_on_sql", viewonly=True)


#: Traits whose names begin so are the product's word about a person (`person.plan`), see `usage`.
PRODUCT_SAID = "person."


class Trait(Tenant, Base):
    """A fact about a person that another room wrote down for rules and flags (an answer, a total)."""

    __table_args__ = leaf_args(
        belongs_to("tester_id", "tester"),
        UniqueConstraint("workspace_id", "tester_id", "name"),
    )

    tester_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(120))
    value: Mapped[Any] = mapped_column(Json())
    changed_at: Mapped[datetime]


class FactColumn(Tenant, Base):
    """One fact that rules of a program read, written down for everybody at once beside the rows that are the truth."""

    __table_args__ = tenant_args(belongs_to("program_id", "program"), UniqueConstraint("program_id", "fact"))

    program_id: Mapped[UUID]
    #: Its whole name, as rules have it.
    fact: Mapped[str] = mapped_column(String(240))
    kind: Mapped[ColumnKind] = mapped_column(one_of(ColumnKind, "column_kind"))
    #: Every value that somebody has, in the order of their codes, which begin at 1; None where nobody has it any more.
    values: Mapped[list[Any]] = mapped_column(default=list)
    #: Counts changes of `kind` and `values`: who worked with older ones begins again.
    version: Mapped[int] = mapped_column(default=1)
    #: Cells written from what was read before this moment do not count.
    due_at: Mapped[datetime]
    #: From when the oldest cells are; none before everybody has one.
    filled_at: Mapped[datetime | None]


class FactBlock(Tenant, Base):
    """A program's people from one id to the next block's, in the order of their ids."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "first"),
        # Which blocks there are, without their people.
        Index("ix_fact_block_version", "workspace_id", "program_id", "first", "version", "id"),
    )

    program_id: Mapped[UUID]
    #: The lowest id that belongs here, whether anybody has it or not.
    first: Mapped[UUID]
    #: 16 bytes each.
    testers: Mapped[bytes] = mapped_column(LargeBinary)
    #: Cells count where they have the same.
    version: Mapped[int] = mapped_column(default=1)
    #: When its people were read.
    laid_at: Mapped[datetime]


class FactCells(Tenant, Base):
    """One column of one block: a cell for each of its people, in their order."""

    __table_args__ = tenant_args(
        belongs_to("block_id", "fact_block"),
        belongs_to("column_id", "fact_column"),
        UniqueConstraint("column_id", "block_id"),
        Index("ix_fact_cells_block", "workspace_id", "block_id"),
    )

    block_id: Mapped[UUID]
    column_id: Mapped[UUID]
    version: Mapped[int]
    cells: Mapped[bytes] = mapped_column(LargeBinary)


class FactTail(Tenant, Base):
    """Somebody whose facts changed after their cells were written: rules are asked about them directly.

    Each change gives the row a new id, so that whoever wrote the cells takes away only what they have read.
    """

    __table_args__ = leaf_args(
        belongs_to("program_id", "program"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("program_id", "tester_id"),
        Index("ix_fact_tail_tester", "workspace_id", "tester_id"),
    )

    program_id: Mapped[UUID]
    tester_id: Mapped[UUID]
