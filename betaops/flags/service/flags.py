"""Making, changing, killing, archiving and dropping flags.

Each counts up the product's revision in the same transaction and keeps the flag's own. `note` says why. Where a
product wants a second person, members and keys come through `service.proposals`, which hands in the `proposal`.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.flags import definitions, queries
from betaops.flags.events import (
    FlagArchived,
    FlagBroughtBack,
    FlagCreated,
    FlagDeleted,
    FlagEdited,
    FlagKilled,
    FlagRevived,
)
from betaops.flags.models import Change, Dialect, Flag, FlagProposal, Runtime, number_for
from betaops.flags.service import driving, revisions
from betaops.flags.service.choosing import forget_choices
from betaops.flags.service.fitting import check_fits
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.payloads import Unreadable, check_depth, is_storable, without_nul
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service

LONGEST_DESCRIPTION = 2_000
MOST_CONTEXTS, LONGEST_CONTEXT = 20, 80
_DEEPEST = 16
_LARGEST = 256 << 10


def create_flag(
    work: Work,
    product_id: UUID,
    *,
    key: str,
    description: str = "",
    filters: dict[str, Any] | None = None,
    is_active: bool = True,
    runtime: Runtime = Runtime.ALL,
    contexts: list[str] | None = None,
    identified_only: bool = False,
    other: dict[str, Any] | None = None,
    by_device: bool = False,
    note: str = "",
    proposal: FlagProposal | None = None,
) -> Flag:
    """A flag that its conditions decide; without conditions nobody gets it. `by_device`: shares are of devices."""
    note = revisions.clean_note(note)
    product = program_queries.product(work.session, product_id)
    revisions.allow(work, product.id, proposal)
    filters = sound(work, product.id, key, filters or {"groups": []})
    _name_group_type(work, product.id, filters)
    flag_id = new_id()
    flag = Flag(
        id=flag_id,
        product_id=product.id,
        key=key,
        number=number_for(flag_id),
        description=_description(description),
        is_active=is_active,
        runtime=runtime,
        contexts=_contexts(contexts or []),
        identified_only=identified_only,
        **(
            _bucketed(filters, other or {}, by_device=True)
            if by_device
            else {"filters": filters, "other": other or {}}
        ),
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    try:
        with work.session.begin_nested():
            work.add(flag)
    except IntegrityError as error:
        raise _key_is_taken(work, product.id, key) from error
    work.record(FlagCreated(flag_id=flag.id, product_id=product.id, key=key))
    revisions.keep(work, flag, Change.CREATED, note=note, proposal=proposal)
    program_service.bump_revision(work, product.id)
    return flag


def change_flag(
    work: Work,
    flag_id: UUID,
    *,
    version: int | None,
    description: str | None = None,
    filters: dict[str, Any] | None = None,
    runtime: Runtime | None = None,
    contexts: list[str] | None = None,
    by_device: bool | None = None,
    identified_only: bool | None = None,
    other: dict[str, Any] | None = None,
    note: str = "",
    change: Change = Change.EDITED,
    proposal: FlagProposal | None = None,
) -> Flag:
    """What is given; the key stays, since it stands in the product's code. `Stale` where somebody saved meanwhile."""
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    revisions.allow(work, flag.product_id, proposal)
    if flag.archived_at is not None:
        raise _is_archived()
    wanted: dict[str, Any] = {}
    if description is not None:
        wanted["description"] = _description(description)
    if filters is not None:
        wanted["filters"] = sound(work, flag.product_id, flag.key, filters)
        _name_group_type(work, flag.product_id, wanted["filters"])
        if queries.feature_of(work.session, flag.id) is not None:
            check_fits(flag.key, wanted["filters"])
        driving.respect(work, flag.id, wanted["filters"])
    if runtime is not None:
        wanted["runtime"] = runtime
    if contexts is not None:
        wanted["contexts"] = _contexts(contexts)
    if identified_only is not None:
        wanted["identified_only"] = identified_only
    if other is not None:
        wanted["other"] = other
    if by_device is not None and by_device != flag.is_by_device:
        wanted |= _bucketed(
            wanted.get("filters", flag.filters), wanted.get("other", flag.other), by_device=by_device
        )
    changed = edit(work, flag, version, **wanted)
    if changed:
        work.record(
            FlagEdited(flag_id=flag.id, product_id=flag.product_id, key=flag.key, changed=changed, note=note)
        )
        revisions.keep(work, flag, change, note=note, proposal=proposal)
        program_service.bump_revision(work, flag.product_id)
    return flag


def kill(work: Work, flag_id: UUID, *, note: str = "") -> Flag:
    """Off for everybody, at once, whoever else should agree to changes. Said twice, it changes nothing."""
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    if edit(work, flag, None, is_active=False):
        driving.follow_switch(work, flag)
        work.record(FlagKilled(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
        revisions.keep(work, flag, Change.KILLED, note=note)
        program_service.bump_revision(work, flag.product_id)
    return flag


def kill_many(work: Work, product_id: UUID, flag_ids: set[UUID], *, note: str = "") -> list[str]:
    """The same for several flags of one product; keys of those that were on."""
    killed = queries.active_among(work.session, product_id, flag_ids)
    for flag in killed:
        kill(work, flag.id, note=note)
    return [flag.key for flag in killed]


def revive(work: Work, flag_id: UUID, *, note: str = "", proposal: FlagProposal | None = None) -> Flag:
    """On again for whom the conditions name."""
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    if flag.is_active:
        return flag
    revisions.allow(work, flag.product_id, proposal)
    if flag.archived_at is not None:
        raise _is_archived()
    needed = definitions.dependencies({"filters": flag.filters})
    away = [
        each.key
        for each in queries.archived(work.session, flag.product_id)
        if {each.key, str(each.number)} & needed
    ]
    if away:
        raise Refused(
            "needs_archived_flag",
            _("It depends on %(flags)s, which is archived. Bring that back first.", flags=", ".join(away)),
        )
    driving.refuse_while_broken(work, flag.id)
    edit(work, flag, None, is_active=True)
    driving.follow_switch(work, flag)
    work.record(FlagRevived(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
    revisions.keep(work, flag, Change.REVIVED, note=note, proposal=proposal)
    program_service.bump_revision(work, flag.product_id)
    return flag


def archive_flag(work: Work, flag_id: UUID, *, note: str = "", proposal: FlagProposal | None = None) -> Flag:
    """Put it away, off; its history stays. Refused while another flag that is on depends on it."""
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    if flag.archived_at is not None:
        return flag
    revisions.allow(work, flag.product_id, proposal)
    _refuse_if_needed(work, flag, only_active=True)
    edit(work, flag, None, archived_at=work.now, is_active=False)
    driving.follow_switch(work, flag)
    work.record(FlagArchived(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
    revisions.keep(work, flag, Change.ARCHIVED, note=note, proposal=proposal)
    program_service.bump_revision(work, flag.product_id)
    return flag


def bring_back(work: Work, flag_id: UUID, *, note: str = "") -> Flag:
    """Out of the archive. It comes back off, so nobody gets it and nobody has to agree: see `revive`."""
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    if edit(work, flag, None, archived_at=None):
        work.record(FlagBroughtBack(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
        revisions.keep(work, flag, Change.BROUGHT_BACK, note=note)
        program_service.bump_revision(work, flag.product_id)
    return flag


def delete_flag(work: Work, flag_id: UUID, *, proposal: FlagProposal | None = None) -> None:
    """Drop it; SDKs then answer as for any unknown key. Refused while another flag depends on it."""
    flag = work.lock(Flag, flag_id)
    revisions.allow(work, flag.product_id, proposal)
    _refuse_if_needed(work, flag)
    forget_choices(work, flag)
    work.record(FlagDeleted(flag_id=flag.id, product_id=flag.product_id, key=flag.key))
    revisions.end(work, flag, proposal=proposal)
    program_service.bump_revision(work, flag.product_id)


def _refuse_if_needed(work: Work, flag: Flag, *, only_active: bool = False) -> None:
    others = work.session.scalars(select(Flag).where(Flag.product_id == flag.product_id, Flag.id != flag.id))
    needed_by = [
        other.key
        for other in others
        if (other.is_active or not only_active)
        and definitions.dependencies({"filters": other.filters}) & {flag.key, str(flag.number)}
    ]
    if needed_by:
        raise Refused(
            "flag_is_used",
            _("%(flags)s depends on this flag. Change that first.", flags=", ".join(needed_by)),
        )


def _key_is_taken(work: Work, product_id: UUID, key: str) -> Invalid:
    if queries.flag_by_key(work.session, product_id, key).archived_at is not None:
        sentence = _("An archived flag of this product has this key. Bring that back, or choose another key.")
    else:
        sentence = _("Another flag of this product has this key.")
    return Invalid("key_taken", sentence, field="key")


def _is_archived() -> Refused:
    return Refused("archived", _("This flag is archived. Bring it back first."))


def sound(work: Work, product_id: UUID, key: str, filters: dict[str, Any]) -> dict[str, Any]:
    """`filters` as they may be kept for the flag `key`; `Invalid` with every problem."""
    cleaned = _bounded(filters)
    problems = queries.problems(work.session, product_id, key, cleaned)
    if problems:
        raise Invalid(
            "bad_flag",
            problems[0].sentence,
            field=problems[0].place,
            problems=[{"place": problem.place, "detail": problem.sentence} for problem in problems],
        )
    return cleaned


def _bounded(filters: dict[str, Any]) -> dict[str, Any]:
    try:
        check_depth(filters, _DEEPEST)
    except Unreadable as error:
        raise Invalid("bad_flag", _("The conditions are nested too deep."), field="filters") from error
    if not is_storable(filters, _LARGEST):
        raise Invalid("bad_flag", _("The conditions are too long."), field="filters")
    cleaned: dict[str, Any] = without_nul(filters)
    return cleaned


def _name_group_type(work: Work, product_id: UUID, filters: dict[str, Any]) -> None:
    """A product whose first flag is decided by company has companies from then on."""
    index = filters.get("aggregation_group_type_index")
    if index is None:
        return
    dialect = work.session.scalar(select(Dialect).where(Dialect.product_id == product_id))
    if dialect is None:
        work.add(Dialect(product_id=product_id, group_types=queries.USUAL_GROUP_TYPES))
    elif not dialect.group_types:
        dialect.group_types = queries.USUAL_GROUP_TYPES


def _contexts(names: list[str]) -> list[str]:
    cleaned = list(dict.fromkeys(name.replace("\0", "").strip() for name in names))
    if len(cleaned) > MOST_CONTEXTS or not all(0 < len(name) <= LONGEST_CONTEXT for name in cleaned):
        raise Invalid(
            "bad_contexts",
            _(
                "Name at most %(most)s places, each of at most %(longest)s characters.",
                most=MOST_CONTEXTS,
                longest=LONGEST_CONTEXT,
            ),
            field="contexts",
        )
    return cleaned


def _bucketed(filters: dict[str, Any], other: dict[str, Any], *, by_device: bool) -> dict[str, Any]:
    """The columns in which a definition says whose shares they are: in `other`, or imported in `filters`."""
    name = "bucketing_identifier"
    without = {key: value for key, value in other.items() if key != name}
    return {
        "filters": {key: value for key, value in filters.items() if key != name},
        "other": {**without, name: "device_id"} if by_device else without,
    }


def _description(text: str) -> str:
    cleaned = text.replace("\0", "").strip()
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_DESCRIPTION), field="description"
        )
    return cleaned
