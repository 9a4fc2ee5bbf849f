"""Taking over flag definitions in PostHog's format."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from betaops.flags import definitions, queries
from betaops.flags.evaluation import FlagSet
from betaops.flags.events import FlagsImported
from betaops.flags.models import Change, Dialect, Flag, Segment
from betaops.flags.service import driving, revisions
from betaops.flags.service.choosing import forget_choices
from betaops.flags.service.importing_features import take_features
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.payloads import Unreadable, check_depth, is_storable, without_nul
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service

_DEEPEST = 24
_LARGEST_NUMBER = 2**53


@dataclass
class Report:
    """What an import did. `warnings` name what was taken although no SDK will ever match it."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    cohorts: int = 0
    features: int = 0
    warnings: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def import_definitions(work: Work, product_id: UUID, document: Any, *, replace: bool = False) -> Report:
    """Take over `{flags, cohorts, group_type_mapping, static_cohorts?, static_cohort_companies?, property_matching_version?,
    early_access_features?}`.

    Flags are found again by key; one that was archived is brought back. `replace` also drops the flags and
    imported cohorts that the document does not have; what is archived stays. Raises `Invalid`, with nothing
    changed, where it is not that format. A cohort number that a program of this product has itself keeps
    meaning that cohort.
    """
    product = program_queries.product(work.session, product_id)
    document = _readable(document)
    report = Report()
    known = queries.load(work.session, product.id)
    own = {number for number, _name in known.cohorts}
    report.cohorts = _take_cohorts(work, product.id, document, own, replace=replace)
    _take_dialect(work, product.id, document)
    wanted = {flag["key"]: flag for flag in document["flags"] if not flag.get("deleted")}
    present = {flag.key: flag for flag in known.flags}
    driving.respect_all(work, [(present[key], flag) for key, flag in wanted.items() if key in present])
    if replace:
        for key in present.keys() - wanted.keys():
            forget_choices(work, present[key])
            revisions.end(work, present[key])
            report.deleted += 1
    archived = {flag.key: flag for flag in queries.archived(work.session, product.id)}
    staying = {key: flag for key, flag in present.items() if key in wanted or not replace}
    _check_numbers(wanted, {**staying, **archived})
    for key, flag in wanted.items():
        _take_flag(work, product.id, present.get(key) or archived.get(key), flag, report)
    report.features = take_features(work, product.id, document, replace=replace)
    _check(work, product.id, wanted, report)
    work.record(
        FlagsImported(
            product_id=product.id, created=report.created, changed=report.changed, deleted=report.deleted
        )
    )
    program_service.bump_revision(work, product.id)
    return report


def _readable(raw: Any) -> dict[str, Any]:
    """The document with everything in its place, or `Invalid`."""
    try:
        check_depth(raw, _DEEPEST)
    except Unreadable as error:
        raise _invalid(_("It is nested too deep.")) from error
    document: dict[str, Any] = without_nul(raw) if isinstance(raw, dict) else {}
    if not is_storable(document):
        raise _invalid(_("A number in it is too large."))
    if not isinstance(document.get("flags"), list):
        raise _invalid(_("It must be an object with a list of “flags”."))
    for name in ("cohorts", "group_type_mapping", "static_cohorts", "static_cohort_companies"):
        document[name] = document.get(name) or {}
        if not isinstance(document[name], dict):
            raise _invalid(_("“%(name)s” must be an object.", name=name))
    if document.get("property_matching_version", 1) not in (1, 2):
        raise _invalid(_("“%(name)s” must be 1 or 2.", name="property_matching_version"))
    keys: set[str] = set()
    for index, flag in enumerate(document["flags"]):
        sentence = _problem_of_form(flag)
        if sentence is None and flag["key"] in keys:
            sentence = _("another flag has this key.")
        if sentence is not None:
            raise _invalid(_("Flag %(number)s: %(problem)s", number=index + 1, problem=sentence))
        keys.add(flag["key"])
    return document


def _problem_of_form(flag: Any) -> str | None:
    """What keeps a flag from being stored and compiled at all."""
    if not isinstance(flag, dict) or not isinstance(flag.get("key"), str) or not 0 < len(flag["key"]) <= 200:
        return _("it has no key.")
    if not _is_number(flag.get("id")):
        return _("it has no whole number as its id.")
    filters = flag.get("filters") or {}
    for problem in definitions.problems_of_form(filters):
        return problem.sentence
    if not all(
        isinstance(group.get("properties") or [], list)
        and all(isinstance(prop, dict) for prop in group.get("properties") or [])
        and _is_share(group.get("rollout_percentage"))
        for group in filters.get("groups") or []
    ):
        return _("its conditions are not a list of conditions.")
    return None if isinstance(filters.get("payloads") or {}, dict) else _("its payloads are not an object.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST_NUMBER


def _is_share(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _take_cohorts(
    work: Work, product_id: UUID, document: Mapping[str, Any], own: set[int], *, replace: bool
) -> int:
    wanted: dict[int, dict[str, Any]] = {}
    for number, group in document["cohorts"].items():
        if not str(number).isdecimal() or not isinstance(group, dict):
            raise _invalid(_("Cohort %(number)s is not a group of conditions.", number=str(number)[:40]))
        wanted[int(number)] = {
            "definition": group,
            "members": None,
            "companies": [],
            "name": str(group.get("name") or "")[:400],
        }
    for number, listed in document["static_cohorts"].items():
        members, name = _members(listed)
        if not str(number).isdecimal() or members is None:
            raise _invalid(_("Cohort %(number)s is not a list of distinct ids.", number=str(number)[:40]))
        companies, _name = _members(document["static_cohort_companies"].get(number, []))
        if companies is None:
            raise _invalid(_("Cohort %(number)s is not a list of companies.", number=str(number)[:40]))
        wanted[int(number)] = {"definition": None, "members": members, "name": name, "companies": companies}
    existing = {
        segment.number: segment
        for segment in work.session.scalars(select(Segment).where(Segment.product_id == product_id))
    }
    if replace and (gone := existing.keys() - wanted.keys()):
        work.session.execute(
            delete(Segment).where(Segment.product_id == product_id, Segment.number.in_(gone))
        )
    for number, values in wanted.items():
        if number in own:
            continue
        if (segment := existing.get(number)) is None:
            work.add(Segment(product_id=product_id, number=number, **values))
        else:
            for name, value in values.items():
                setattr(segment, name, value)
    return len(wanted)


def _members(listed: Any) -> tuple[list[str] | None, str]:
    """Distinct ids, from a list or from an object that holds one beside a name."""
    name = ""
    if isinstance(listed, dict):
        name = str(listed.get("name") or "")[:400]
        listed = listed.get("distinct_ids", listed.get("members"))
    if not isinstance(listed, list) or not all(isinstance(item, str | int) for item in listed):
        return None, name
    return [str(item) for item in listed], name


def _take_dialect(work: Work, product_id: UUID, document: Mapping[str, Any]) -> None:
    values = {
        "matching_version": document.get("property_matching_version", 1),
        "group_types": {str(index): str(name) for index, name in document["group_type_mapping"].items()},
    }
    dialect = work.session.scalar(select(Dialect).where(Dialect.product_id == product_id))
    if dialect is None:
        work.add(Dialect(product_id=product_id, **values))
    else:
        dialect.matching_version, dialect.group_types = values["matching_version"], values["group_types"]


def _check_numbers(wanted: Mapping[str, Any], staying: Mapping[str, Flag]) -> None:
    """No flag may take the number of another one, be that archived or in the same file."""
    taken = {flag.number: key for key, flag in staying.items()}
    for key, flag in wanted.items():
        other = taken.setdefault(flag["id"], key)
        if other == key:
            continue
        if other in staying and staying[other].archived_at is not None:
            sentence = _(
                "“%(key)s” has the id of the archived flag “%(other)s”. Delete that first.",
                key=key,
                other=other,
            )
        else:
            sentence = _("“%(key)s” has the id of “%(other)s”. Give it one of its own.", key=key, other=other)
        raise _invalid(sentence)


def _take_flag(
    work: Work, product_id: UUID, existing: Flag | None, flag: Mapping[str, Any], report: Report
) -> None:
    values: dict[str, Any] = {"number": flag["id"], "archived_at": None, **queries.columns(flag)}
    if existing is not None:
        changed = edit(work, existing, None, **values)
        work.session.flush()
        if changed:
            revisions.keep(work, existing, Change.IMPORTED)
        if "is_active" in changed:
            driving.follow_switch(work, existing)
        report.changed += bool(changed)
        report.unchanged += not changed
        return
    version = flag.get("version")
    made = Flag(
        product_id=product_id,
        key=flag["key"],
        version=version if _is_number(version) and version else 1,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
        **values,
    )
    work.add(made)
    revisions.keep(work, made, Change.IMPORTED)
    report.created += 1


def _check(work: Work, product_id: UUID, wanted: Mapping[str, Any], report: Report) -> None:
    """Refuse what cannot be evaluated; warn of what nobody will ever match."""
    work.session.flush()
    loaded = queries.load(work.session, product_id)
    try:
        FlagSet(loaded.compiled_from())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise _invalid(_("A part of them is of the wrong type.")) from error
    names: Sequence[str] = [name for flag in loaded.flags for name in (flag.key, str(flag.number))]
    for key, flag in wanted.items():
        found = definitions.check(
            key,
            flag.get("filters") or {},
            known_cohorts=loaded.names_of_cohorts(),
            known_flags=names,
            group_types=loaded.group_types,
        )
        report.warnings += [f"{key}: {problem.place}: {problem.sentence}" for problem in found]


def _invalid(sentence: str) -> Invalid:
    return Invalid("bad_definitions", _("These are not flag definitions. %(problem)s", problem=sentence))
