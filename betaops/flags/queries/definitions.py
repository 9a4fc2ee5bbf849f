"""Everything that decides a product's flags, loaded once for a snapshot, a file or a page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortCompany, CohortMember, number_for
from betaops.enrollment.models import Identity, PeopleRevision
from betaops.flags import definitions, internal, portable
from betaops.flags.conditions import Definitions
from betaops.flags.differences import Names
from betaops.flags.models import Dialect, Feature, Flag, Runtime, Segment
from betaops.flags.queries.people import is_seated
from betaops.flags.queries.settled import settled_ids
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Product, Program, Trust

USUAL_GROUP_TYPES = {"0": "company"}


class Loaded(NamedTuple):
    """Rows of one product. `cohorts` are (number, name) of its programs' cohorts, `features` stand by their flag's id."""

    flags: Sequence[Flag]
    segments: Sequence[Segment]
    cohorts: Sequence[tuple[int, str]]
    matching_version: int
    group_types: dict[str, str]
    features: Mapping[UUID, Feature] = {}
    #: Names of the companies in cohorts, by the number of each cohort whose members are known; mostly there are none.
    companies: Mapping[int, Sequence[str]] = {}
    #: Definitions of `flags.internal`, for evaluation only.
    internal: Sequence[dict[str, Any]] = ()
    #: Numbers under which all with a seat in a program are a cohort.
    seats: frozenset[int] = frozenset()

    @property
    def stored(self) -> frozenset[int]:
        """Numbers of the cohorts whose members are known by person."""
        listed = {segment.number for segment in self.segments if segment.members is not None}
        return frozenset(number for number, _label in self.cohorts) | listed

    @property
    def has_group_flags(self) -> bool:
        """Whether any condition looks at a group, so that what is stored about groups is worth a look-up."""
        return any(
            part.get("aggregation_group_type_index") is not None
            for flag in self.flags
            for part in (flag.filters, *flag.conditions)
        )

    def compiled_from(self) -> Definitions:
        return Definitions(
            flags=[*self.evaluated(), *self.internal],
            cohorts=self.rule_segments(),
            stored=self.stored | self.seats,
            group_types=self.group_types,
            matching_version=self.matching_version,
            companies={
                number: frozenset(name.lower() for name in names) for number, names in self.companies.items()
            },
        )

    def evaluated(self) -> list[dict[str, Any]]:
        """Each flag as it is decided."""
        return [
            portable.by_feature(definition(flag)) if flag.id in self.features else definition(flag)
            for flag in self.flags
        ]

    def rule_segments(self) -> dict[str, dict[str, Any]]:
        return {str(each.number): each.definition for each in self.segments if each.definition is not None}

    def offered_group_types(self) -> dict[str, str]:
        """Names by index of what a flag can be decided for beside persons; a product that named none has companies."""
        return self.group_types or USUAL_GROUP_TYPES

    def variants_by_flag(self) -> dict[str, list[str]]:
        """What a condition that depends on a flag may ask it to be, beside on and off."""
        return {flag.key: [str(variant["key"]) for variant in flag.variants] for flag in self.flags}

    def flag(self, flag_id: UUID) -> Flag | None:
        """One that is not archived."""
        return next((flag for flag in self.flags if flag.id == flag_id), None)

    def names(self) -> Names:
        """How people call what a definition speaks of."""
        return Names(self.names_of_cohorts(), self.offered_group_types())

    def names_of_cohorts(self) -> dict[int, str]:
        """How people call each cohort that a condition may name."""
        imported = {segment.number: segment.name or f"#{segment.number}" for segment in self.segments}
        return imported | dict(self.cohorts)


def load(session: Session, product_id: UUID) -> Loaded:
    """Archived flags are not among them: nothing decides by those."""
    flags = session.scalars(
        select(Flag).where(Flag.product_id == product_id, Flag.archived_at.is_(None)).order_by(Flag.key)
    ).all()
    segments = session.scalars(
        select(Segment).where(Segment.product_id == product_id).order_by(Segment.number)
    ).all()
    cohorts, companies = _cohorts(session, product_id)
    listed = {segment.number: segment.companies for segment in segments if segment.members is not None}
    dialect = session.scalar(select(Dialect).where(Dialect.product_id == product_id))
    features = session.scalars(
        select(Feature).join(Flag, Flag.id == Feature.flag_id).where(Flag.product_id == product_id)
    )
    return Loaded(
        flags,
        segments,
        cohorts,
        dialect.matching_version if dialect else 1,
        dict(dialect.group_types) if dialect else {},
        {feature.flag_id: feature for feature in features},
        {**listed, **companies},
    )


def with_internal(session: Session, product_id: UUID, loaded: Loaded) -> Loaded:
    """`loaded` with what is evaluated beside it and shown on no page."""
    programs = session.scalars(select(Program.id).where(Program.product_id == product_id))
    return loaded._replace(
        internal=internal.definitions(session, product_id), seats=frozenset(map(number_for, programs))
    )


def _cohorts(session: Session, product_id: UUID) -> tuple[list[tuple[int, str]], dict[int, list[str]]]:
    """The cohorts of the product's programs, and the names of the companies in them, by the cohort's number."""
    names: dict[int, str] = {}
    companies: dict[int, list[str]] = {}
    for number, name, company in session.execute(
        select(Cohort.number, Cohort.name, CohortCompany.name)
        .join(Program, Program.id == Cohort.program_id)
        .outerjoin(CohortCompany, CohortCompany.cohort_id == Cohort.id)
        .where(Program.product_id == product_id)
        .order_by(Cohort.number, CohortCompany.key)
    ):
        names[number] = name
        companies.setdefault(number, [])
        if company is not None:
            companies[number].append(company)
    return list(names.items()), dict(companies)


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
        # Not PostHog's: only where it says something.
        **({"identified_only": True} if flag.identified_only else {}),
    }


#: Fields of a definition that have a column; what else stands there is kept in `Flag.other`.
_COLUMNS = frozenset(
    {
        "id",
        "key",
        "name",
        "active",
        "deleted",
        "version",
        "filters",
        "evaluation_runtime",
        "evaluation_contexts",
        "identified_only",
    }
)


def columns(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a definition says, as columns of `Flag`; all but key, number and version."""
    runtime = definition.get("evaluation_runtime")
    contexts = definition.get("evaluation_contexts", definition.get("evaluation_tags")) or []
    return {
        "description": str(definition.get("name") or "")[:2000],
        "is_active": bool(definition.get("active", True)),
        "filters": definition.get("filters") or {"groups": []},
        "runtime": Runtime(runtime) if runtime in list(Runtime) else Runtime.ALL,
        "contexts": [str(name) for name in contexts] if isinstance(contexts, list) else [],
        "identified_only": definition.get("identified_only") is True,
        "other": {
            name: value
            for name, value in definition.items()
            if name not in _COLUMNS and not (name in USUAL and USUAL[name] == value)
        },
    }


def as_defined(flag: Flag, definition: Mapping[str, Any]) -> Flag:
    """`flag` as `definition` has it: to be looked at, in no session."""
    return Flag(
        id=flag.id,
        product_id=flag.product_id,
        key=flag.key,
        number=flag.number,
        version=flag.version,
        archived_at=None,
        **columns(definition),
    )


def written(
    session: Session, product_id: UUID, loaded: Loaded, *, with_cohorts: bool = True
) -> dict[str, Any]:
    """The whole of a product's definitions, as SDKs that evaluate by themselves want it.

    Cohorts whose members we know are written as lists of distinct ids; one too large for that is left out.
    So is what was settled for people beforehand (`portable`).
    """
    settled = settled_ids(session, product_id)
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
        "flags": definitions.with_companies(
            definitions.with_dependency_chains(
                [portable.with_settled(flag, settled.get(flag["key"], {})) for flag in loaded.evaluated()]
            ),
            loaded.companies,
        ),
        "group_type_mapping": loaded.group_types,
        "cohorts": cohorts if with_cohorts else {},
        "minimal_flag_called_events": False,
        "property_matching_version": loaded.matching_version,
    }


def exported(session: Session, product_id: UUID) -> dict[str, Any]:
    """All of a product's definitions for a file, in the form that `import_definitions` takes.

    Cohorts whose people are known by name stand in `static_cohorts` as distinct ids, whole, and the companies in them in
    `static_cohort_companies`.
    """
    loaded = load(session, product_id)
    needed = {number for flag in loaded.flags for number in definitions.cohorts(flag.filters)}
    listed = {segment.number: segment.members for segment in loaded.segments if segment.members is not None}
    listed |= _members(session, product_id, needed)
    return {
        "flags": [definition(flag) for flag in loaded.flags],
        "early_access_features": [
            feature_json(flag, loaded.features[flag.id])
            for flag in loaded.flags
            if flag.id in loaded.features
        ],
        "cohorts": loaded.rule_segments(),
        "group_type_mapping": loaded.group_types,
        "static_cohorts": {str(number): distinct_ids for number, distinct_ids in sorted(listed.items())},
        "static_cohort_companies": {
            str(number): list(loaded.companies[number])
            for number in sorted(listed)
            if loaded.companies.get(number)
        },
        "property_matching_version": loaded.matching_version,
    }


def feature_json(flag: Flag, feature: Feature) -> dict[str, Any]:
    """A feature in a file; PostHog's definitions have none."""
    return {
        "flag_key": flag.key,
        "name": feature.name,
        "description": feature.description,
        "stage": feature.stage.value,
        "documentation_url": feature.documentation_url,
        "payload": feature.payload,
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
        without_companies={number for number, companies in loaded.companies.items() if not companies},
        known_flags=[name for flag in others for name in (flag.key, str(flag.number))],
        group_types=loaded.offered_group_types(),
    )
    if len(others) < len(loaded.flags):
        # It came with an import, and SDKs ask for it under this key.
        found = [problem for problem in found if problem.place != "key"]
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


def product_keys(session: Session, product_id: UUID | None = None) -> Sequence[Any]:
    """What every process must know about every product of the installation, or about this one, to answer SDKs.

    `people` counts the changes of what is known about its workspace's people. The columns of trust are None where
    the defaults hold.
    """
    found = (
        select(
            Product.id,
            Product.workspace_id,
            Product.project_key,
            Product.secret_digest,
            Product.revision,
            Product.origins,
            Trust.identities,
            Trust.servers_use_public_key,
            Trust.identity_sealed,
            Trust.former_identity_sealed,
            Trust.identity_made_at,
            func.coalesce(PeopleRevision.number, 0).label("people"),
        )
        .outerjoin(PeopleRevision, PeopleRevision.workspace_id == Product.workspace_id)
        .outerjoin(Trust, Trust.product_id == Product.id)
        .execution_options(unscoped=True)
    )
    return session.execute(found if product_id is None else found.where(Product.id == product_id)).all()
