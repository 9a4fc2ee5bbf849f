"""Making, changing, killing and dropping flags. Each counts up the product's revision in the same transaction."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.flags import definitions, queries
from betaops.flags.events import FlagCreated, FlagDeleted, FlagEdited, FlagKilled, FlagRevived
from betaops.flags.models import Flag, Runtime, number_for
from betaops.flags.service import driving
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.payloads import Unreadable, check_depth, is_storable, without_nul
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service

LONGEST_DESCRIPTION = 2_000
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
) -> Flag:
    """A flag that its conditions decide; without conditions nobody gets it."""
    product = program_queries.product(work.session, product_id)
    filters = _bounded(filters or {"groups": []})
    _check(work, product.id, key, filters)
    flag_id = new_id()
    flag = Flag(
        id=flag_id,
        product_id=product.id,
        key=key,
        number=number_for(flag_id),
        description=_description(description),
        filters=filters,
        is_active=is_active,
        runtime=runtime,
        contexts=list(contexts or []),
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    try:
        with work.session.begin_nested():
            work.add(flag)
    except IntegrityError as error:
        raise Invalid("key_taken", _("Another flag of this product has this key."), field="key") from error
    work.record(FlagCreated(flag_id=flag.id, product_id=product.id, key=key))
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
) -> Flag:
    """What is given; the key stays, since it stands in the product's code. `Stale` where somebody saved meanwhile."""
    flag = work.lock(Flag, flag_id)
    wanted: dict[str, Any] = {}
    if description is not None:
        wanted["description"] = _description(description)
    if filters is not None:
        wanted["filters"] = _bounded(filters)
        _check(work, flag.product_id, flag.key, wanted["filters"])
        driving.respect(work, flag.id, wanted["filters"])
    if runtime is not None:
        wanted["runtime"] = runtime
    if contexts is not None:
        wanted["contexts"] = list(contexts)
    changed = edit(work, flag, version, **wanted)
    if changed:
        work.record(FlagEdited(flag_id=flag.id, product_id=flag.product_id, key=flag.key, changed=changed))
        program_service.bump_revision(work, flag.product_id)
    return flag


def kill(work: Work, flag_id: UUID, *, note: str = "") -> Flag:
    """Off for everybody, at once. Said twice, it changes nothing."""
    flag = work.lock(Flag, flag_id)
    if edit(work, flag, None, is_active=False):
        driving.follow_switch(work, flag)
        work.record(FlagKilled(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
        program_service.bump_revision(work, flag.product_id)
    return flag


def revive(work: Work, flag_id: UUID, *, note: str = "") -> Flag:
    """On again for whom the conditions name. Refused while a guardrail is broken."""
    flag = work.lock(Flag, flag_id)
    driving.refuse_while_broken(work, flag.id)
    if edit(work, flag, None, is_active=True):
        driving.follow_switch(work, flag)
        work.record(FlagRevived(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
        program_service.bump_revision(work, flag.product_id)
    return flag


def delete_flag(work: Work, flag_id: UUID) -> None:
    """Drop it; SDKs then answer as for any unknown key. Refused while another flag depends on it."""
    flag = work.lock(Flag, flag_id)
    others = work.session.scalars(select(Flag).where(Flag.product_id == flag.product_id, Flag.id != flag.id))
    needed_by = [
        other.key
        for other in others
        if definitions.dependencies({"filters": other.filters}) & {flag.key, str(flag.number)}
    ]
    if needed_by:
        raise Refused(
            "flag_is_used",
            _("%(flags)s depends on this flag. Change that first.", flags=", ".join(needed_by)),
        )
    work.record(FlagDeleted(flag_id=flag.id, product_id=flag.product_id, key=flag.key))
    work.delete(flag)
    program_service.bump_revision(work, flag.product_id)


def _bounded(filters: dict[str, Any]) -> dict[str, Any]:
    try:
        check_depth(filters, _DEEPEST)
    except Unreadable as error:
        raise Invalid("bad_flag", _("The conditions are nested too deep."), field="filters") from error
    if not is_storable(filters, _LARGEST):
        raise Invalid("bad_flag", _("The conditions are too long."), field="filters")
    cleaned: dict[str, Any] = without_nul(filters)
    return cleaned


def _check(work: Work, product_id: UUID, key: str, filters: dict[str, Any]) -> None:
    problems = queries.problems(work.session, product_id, key, filters)
    if problems:
        raise Invalid(
            "bad_flag",
            problems[0].sentence,
            field=problems[0].place,
            problems=[{"place": problem.place, "detail": problem.sentence} for problem in problems],
        )


def _description(text: str) -> str:
    cleaned = text.replace("\0", "").strip()
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_DESCRIPTION), field="description"
        )
    return cleaned
