"""Making, changing, killing, archiving and dropping flags.

Each counts up the product's revision in the same transaction and keeps the flag's own. `note` says why. Where a
product wants a second person, members and keys come through `service.proposals`, which hands in the `proposal`.
"""

from typing import Unpack
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
from betaops.flags.models import Change, Flag, FlagProposal, number_for
from betaops.flags.service import driving, revisions
from betaops.flags.service.checking import Values, checked
from betaops.flags.service.choosing import forget_choices
from betaops.flags.service.fitting import check_fits
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service


def create_flag(
    work: Work,
    product_id: UUID,
    *,
    key: str,
    is_active: bool = True,
    note: str = "",
    proposal: FlagProposal | None = None,
    **values: Unpack[Values],
) -> Flag:
    """A flag that its conditions decide; without conditions nobody gets it."""
    note = revisions.clean_note(note)
    product = program_queries.product(work.session, product_id)
    revisions.allow(work, product.id, proposal)
    flag_id = new_id()
    flag = Flag(
        id=flag_id,
        product_id=product.id,
        key=key,
        number=number_for(flag_id),
        is_active=is_active,
        filters={},
        other={},
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    values["filters"] = values.get("filters") or {"groups": []}
    for name, value in checked(work, flag, values).items():
        setattr(flag, name, value)
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
    note: str = "",
    change: Change = Change.EDITED,
    proposal: FlagProposal | None = None,
    **values: Unpack[Values],
) -> Flag:
    """What is given; the key stays, since it stands in the product's code. `Stale` where somebody saved meanwhile."""
    flag = work.lock(Flag, flag_id)
    revisions.allow(work, flag.product_id, proposal)
    return put(work, flag, values, version=version, note=note, change=change, proposal=proposal)


def put(
    work: Work,
    flag: Flag,
    values: Values,
    *,
    change: Change,
    version: int | None = None,
    note: str = "",
    proposal: FlagProposal | None = None,
) -> Flag:
    """The same of a flag that is held already, for what decides by itself who has to agree (roll-outs, stages)."""
    note = revisions.clean_note(note)
    driving.refuse_archived(flag)
    wanted = checked(work, flag, values)
    if "filters" in wanted:
        if queries.feature_of(work.session, flag.id) is not None:
            check_fits(flag.key, wanted["filters"])
        driving.respect(work, flag.id, wanted["filters"])
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
    driving.refuse_archived(flag)
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
    """Put it away, off; its history stays, and nothing changes it by itself any more.

    Refused while another flag that is on depends on it.
    """
    note = revisions.clean_note(note)
    flag = work.lock(Flag, flag_id)
    if flag.archived_at is not None:
        return flag
    revisions.allow(work, flag.product_id, proposal)
    _refuse_if_needed(work, flag, only_active=True)
    edit(work, flag, None, archived_at=work.now, is_active=False)
    driving.let_go(work, flag)
    work.record(FlagArchived(flag_id=flag.id, product_id=flag.product_id, key=flag.key, note=note))
    revisions.keep(work, flag, Change.ARCHIVED, note=note, proposal=proposal)
    program_service.bump_revision(work, flag.product_id)
    return flag


def bring_back(work: Work, flag_id: UUID, *, note: str = "") -> Flag:
    """Out of the archive. It comes back off, so nobody gets it and nobody has to agree: see `revive`.

    Its roll-out and scheduled changes do not come back with it.
    """
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
