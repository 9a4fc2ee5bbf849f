"""Everything that decides a product's flags, loaded once for a snapshot, a file or a page."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Identity, PeopleRevision
from betaops.flags import definitions
from betaops.flags.conditions import Definitions
from betaops.flags.models import Dialect, Flag, Segment
from betaops.flags.queries.people import is_seated
from betaops.kernel.i18n import gettext as _
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
        return frozenset(number for number, _label in self.cohorts) | listed

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


#: What a definition says of most flags; only what differs is kept.
USUAL: dict[str, Any] = {
    "ensure_experience_continuity": False,
    "bucketing_identifier": None,
    "has_experiment": False,
}


def definition(flag: Flag) -> dict[str, Any]:
    """One flag in PostHog's format."""
    return {
        **USUAL,
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
        .where(Cohort.number.in_(found.keys()), is_seated())
        .order_by(Cohort.number, Identity.distinct_id)
    )
    for number, distinct_id in rows:
        found[number].append(distinct_id)
    return found


def problems(session: Session, product_id: UUID, key: str, filters: Any) -> list[definitions.Problem]:
    """Everything that is wrong with a flag `key` of this product, were it to have these `filters`."""
    loaded = load(session, product_id)
    others = [flag for flag in loaded.flags if flag.key != key]
    found = definitions.check(
        key,
        filters,
        known_cohorts=loaded.names_of_cohorts(),
        known_flags=[name for flag in others for name in (flag.key, str(flag.number))],
    )
    if not found and _rests_on_itself(key, filters, others):
        found = [definitions.Problem("groups", _("Through its conditions this flag would depend on itself."))]
    return found


def _rests_on_itself(key: str, filters: dict[str, Any], others: Sequence[Flag]) -> bool:
    everything = [{"id": -1, "key": key, "filters": filters}]
    everything += [{"id": flag.number, "key": flag.key, "filters": flag.filters} for flag in others]
    chained = definitions.with_dependency_chains(everything)[0]
    groups = chained["filters"].get("groups") or []
    return any(
        prop.get("dependency_chain") == [] for group in groups for prop in group.get("properties") or []
    )


def product_keys(session: Session) -> Sequence[Any]:
    """What every process must know about every product of the installation, to answer SDKs.

    `people` counts the changes of what is known about its workspace's people.
    """
    return session.execute(
        select(
            Product.id,
            Product.workspace_id,
            Product.project_key,
            Product.secret_digest,
            Product.revision,
            Product.origins,
            func.coalesce(PeopleRevision.number, 0).label("people"),
        )
        .outerjoin(PeopleRevision, PeopleRevision.workspace_id == Product.workspace_id)
        .execution_options(unscoped=True)
    ).all()
