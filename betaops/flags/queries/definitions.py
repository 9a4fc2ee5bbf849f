"""Everything that decides a product's flags, loaded once for a snapshot, a file or a page."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.enrollment.models import SEATED, Enrollment, Identity, Tester
from betaops.flags import definitions
from betaops.flags.conditions import Definitions
from betaops.flags.models import Dialect, Flag, Segment
from betaops.programs.models import Product, Program


class Loaded(NamedTuple):
    """Rows of one product. `cohorts` are (number, name) of its programs' cohorts."""

    flags: Sequence[Flag]
    segments: Sequence[Segment]
    cohorts: Sequence[tuple[int, str]]
    matching_version: int
    group_types: dict[str, str]

    @property
    def stored(self) -> frozenset[int]:
        """Numbers of the cohorts whose members are known by person."""
        listed = {segment.number for segment in self.segments if segment.members is not None}
        return frozenset(number for number, _name in self.cohorts) | listed

    def compiled_from(self) -> Definitions:
        return Definitions(
            flags=[definition(flag) for flag in self.flags],
            cohorts=self.rule_segments(),
            stored=self.stored,
            group_types=self.group_types,
            matching_version=self.matching_version,
        )

    def rule_segments(self) -> dict[str, dict[str, Any]]:
        return {str(each.number): each.definition for each in self.segments if each.definition is not None}

    def names_of_cohorts(self) -> dict[int, str]:
        """How people call each cohort that a condition may name."""
        imported = {segment.number: segment.name or f"#{segment.number}" for segment in self.segments}
        return imported | dict(self.cohorts)


def load(session: Session, product_id: UUID) -> Loaded:
    flags = session.scalars(select(Flag).where(Flag.product_id == product_id).order_by(Flag.key)).all()
    segments = session.scalars(
        select(Segment).where(Segment.product_id == product_id).order_by(Segment.number)
    ).all()
    cohorts = session.execute(
        select(Cohort.number, Cohort.name)
        .join(Program, Program.id == Cohort.program_id)
        .where(Program.product_id == product_id)
        .order_by(Cohort.number)
    ).all()
    dialect = session.scalar(select(Dialect).where(Dialect.product_id == product_id))
    return Loaded(
        flags,
        segments,
        [(number, name) for number, name in cohorts],
        dialect.matching_version if dialect else 1,
        dict(dialect.group_types) if dialect else {},
    )


def definition(flag: Flag) -> dict[str, Any]:
    """One flag in PostHog's format."""
    return {
        "ensure_experience_continuity": False,
        "bucketing_identifier": None,
        "has_experiment": False,
        **flag.other,
        "id": flag.number,
        "key": flag.key,
        "name": flag.description,
        "active": flag.is_active,
        "deleted": False,
        "version": flag.version,
        "filters": flag.filters,
        "evaluation_runtime": flag.runtime.value,
        "evaluation_contexts": flag.contexts,
    }


def written(
    session: Session, product_id: UUID, loaded: Loaded, *, with_cohorts: bool = True
) -> dict[str, Any]:
    """The whole of a product's definitions, as SDKs that evaluate by themselves want it.

    Cohorts whose members we know are written as lists of distinct ids; one too large for that is left out.
    """
    cohorts = loaded.rule_segments()
    if with_cohorts:
        needed = {number for flag in loaded.flags for number in definitions.cohorts(flag.filters)}
        for number, distinct_ids in _members(session, product_id, needed).items():
            if len(distinct_ids) <= definitions.MOST_MEMBERS:
                cohorts[str(number)] = definitions.cohort_of_members(distinct_ids)
        for segment in loaded.segments:
            if segment.members is not None and len(segment.members) <= definitions.MOST_MEMBERS:
                cohorts[str(segment.number)] = definitions.cohort_of_members(segment.members)
    return {
        "flags": definitions.with_dependency_chains([definition(flag) for flag in loaded.flags]),
        "group_type_mapping": loaded.group_types,
        "cohorts": cohorts if with_cohorts else {},
        "minimal_flag_called_events": False,
        "property_matching_version": loaded.matching_version,
    }


def exported(session: Session, product_id: UUID) -> dict[str, Any]:
    """All of a product's definitions for a file, in the form that `import_definitions` takes.

    Cohorts whose people are known by name stand in `static_cohorts` as distinct ids, whole.
    """
    loaded = load(session, product_id)
    needed = {number for flag in loaded.flags for number in definitions.cohorts(flag.filters)}
    listed = {segment.number: segment.members for segment in loaded.segments if segment.members is not None}
    listed |= _members(session, product_id, needed)
    return {
        "flags": [definition(flag) for flag in loaded.flags],
        "cohorts": loaded.rule_segments(),
        "group_type_mapping": loaded.group_types,
        "static_cohorts": {str(number): distinct_ids for number, distinct_ids in sorted(listed.items())},
        "property_matching_version": loaded.matching_version,
    }


def _members(session: Session, product_id: UUID, numbers: set[int]) -> dict[int, list[str]]:
    """Distinct ids of the seated members of each of these cohorts."""
    found: dict[int, list[str]] = defaultdict(list)
    known = session.scalars(
        select(Cohort.number)
        .join(Program, Program.id == Cohort.program_id)
        .where(Program.product_id == product_id, Cohort.number.in_(numbers))
    )
    for number in known:
        found[number] = []
    rows = session.execute(
        select(Cohort.number, Identity.distinct_id)
        .select_from(CohortMember)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .join(Identity, Identity.tester_id == CohortMember.tester_id)
        .where(Cohort.number.in_(found.keys()), _is_seated())
        .order_by(Cohort.number, Identity.distinct_id)
    )
    for number, distinct_id in rows:
        found[number].append(distinct_id)
    return found


def _is_seated() -> Any:
    """A cohort opens flags only for people who are in its program, not for applicants and not for who left."""
    return (
        select(Enrollment.id)
        .where(
            Enrollment.program_id == Cohort.program_id,
            Enrollment.tester_id == CohortMember.tester_id,
            Enrollment.state.in_(SEATED),
        )
        .exists()
    )


class Stored(NamedTuple):
    """What is known about the person behind a distinct id; it wins over what a request claims."""

    tester_id: UUID
    name: str
    properties: dict[str, Any]
    cohorts: frozenset[int]


def stored_person(session: Session, product_id: UUID, distinct_id: str) -> Stored | None:
    """By any of their distinct ids; a mail address counts in every spelling of its case."""
    spellings = (
        {distinct_id, distinct_id.strip().rstrip(".").lower()} if "@" in distinct_id else {distinct_id}
    )
    row = session.execute(
        select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes)
        .join(Identity, Identity.tester_id == Tester.id)
        .where(Identity.distinct_id.in_(spellings))
        .limit(1)
    ).first()
    return None if row is None else _stored(session, product_id, row)


def stored_tester(session: Session, product_id: UUID, tester_id: UUID) -> Stored | None:
    row = session.execute(
        select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes).where(
            Tester.id == tester_id
        )
    ).first()
    return None if row is None else _stored(session, product_id, row)


def _stored(session: Session, product_id: UUID, row: Any) -> Stored:
    numbers = session.scalars(
        select(Cohort.number)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Program, Program.id == Cohort.program_id)
        .where(CohortMember.tester_id == row.id, Program.product_id == product_id, _is_seated())
    )
    traits = session.execute(select(Trait.name, Trait.value).where(Trait.tester_id == row.id))
    properties = {
        **row.attributes,
        **{trait.name: trait.value for trait in traits},
        "email": row.mail,
        "name": row.name,
        "locale": row.locale,
    }
    return Stored(row.id, row.name, properties, frozenset(numbers))


def product_keys(session: Session) -> Sequence[Any]:
    """What every process must know about every product of the installation, to answer SDKs."""
    return session.execute(
        select(
            Product.id,
            Product.workspace_id,
            Product.project_key,
            Product.secret_digest,
            Product.revision,
            Product.origins,
        ).execution_options(unscoped=True)
    ).all()
