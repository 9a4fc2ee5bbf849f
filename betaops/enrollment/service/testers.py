"""People: made once, found again under every spelling of their address."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from betaops.enrollment.addresses import BadAddress, clean, mail_key
from betaops.enrollment.events import IdentityLinked, TesterChanged, TesterCreated
from betaops.enrollment.models import Identity, Tester, TesterNote
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode, new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.rows import write
from betaops.kernel.versions import edit
from betaops.kernel.work import Actor, Work

LONGEST_NAME = 200
LONGEST_ID = 400
MOST_ATTRIBUTES = 100
LONGEST_NOTE = 10_000
#: `seen` writes at most this often for one tester.
SEEN_EVERY_SECONDS = 3600


def read_address(typed: str) -> tuple[str, str]:
    """(address as kept, key); `Invalid` for what is no address."""
    try:
        address = clean(typed)
    except BadAddress as error:
        raise Invalid("bad_mail", str(error), field="mail") from error
    return address, mail_key(address)


def acting(tester: Tester) -> Actor:
    """Who a visitor turned out to be: what follows in this work is their own doing."""
    return Actor("tester", tester.id, tester.name)


def ensure_tester(
    work: Work,
    mail: str,
    *,
    name: str = "",
    locale: str = "en",
    attributes: Mapping[str, Any] | None = None,
) -> tuple[Tester, bool]:
    """The tester of this address and whether they are new.

    Somebody known keeps their name; `attributes` are added, new values over old ones.
    """
    address, key = read_address(mail)
    found = work.session.scalar(select(Tester).where(Tester.mail_key == key))
    if found is None:
        tester = Tester(
            mail=address,
            mail_key=key,
            name=name.strip()[:LONGEST_NAME] or address.partition("@")[0],
            locale=locale or "en",
            attributes=dict(attributes or {}),
            created_at=work.now,
            changed_at=work.now,
            changed_by=work.actor.name,
        )
        try:
            with work.session.begin_nested():
                work.add(tester)
        except IntegrityError:  # the same person at the same moment
            found = work.session.scalars(select(Tester).where(Tester.mail_key == key)).one()
        else:
            add_identities(work, [(tester.id, key), (tester.id, encode("tst", tester.id))])
            work.record(TesterCreated(tester_id=tester.id))
            return tester, True
    if attributes and {**found.attributes, **attributes} != found.attributes:
        set_attributes(work, found, {**found.attributes, **attributes})
    return found, False


def change_tester(
    work: Work,
    tester_id: UUID,
    *,
    version: int | None,
    name: str,
    mail: str,
    locale: str,
    attributes: Mapping[str, Any],
) -> Tester:
    """Name, address, language and attributes. A new address is an identity too; the old one stays one."""
    tester = work.lock(Tester, tester_id, lets_refer=True)
    address, key = read_address(mail)
    other = work.session.scalar(select(Tester.id).where(Tester.mail_key == key, Tester.id != tester.id))
    if other is not None:
        raise Invalid("mail_taken", _("Another tester has this address."), field="mail")
    _check_attributes(attributes)
    names = _differing(tester.attributes, attributes)
    changed = edit(
        work,
        tester,
        version,
        name=name.strip()[:LONGEST_NAME] or address,
        mail=address,
        mail_key=key,
        locale=locale,
        attributes=dict(attributes),
    )
    if "mail_key" in changed:
        add_identities(work, [(tester.id, key)])
    if changed:
        work.record(TesterChanged(tester_id=tester.id, changed=changed, attributes=names))
    return tester


def change_own(work: Work, tester_id: UUID, *, name: str, locale: str) -> Tester:
    """What testers may change about themselves."""
    tester = work.lock(Tester, tester_id, lets_refer=True)
    changed = edit(work, tester, None, name=name.strip()[:LONGEST_NAME] or tester.name, locale=locale)
    if changed:
        work.record(TesterChanged(tester_id=tester.id, changed=changed))
    return tester


def set_attributes(work: Work, tester: Tester, attributes: Mapping[str, Any]) -> None:
    """All attributes at once."""
    _check_attributes(attributes)
    names = _differing(tester.attributes, attributes)
    if edit(work, tester, None, attributes=dict(attributes)):
        write(work.session, tester)
        work.record(TesterChanged(tester_id=tester.id, changed=["attributes"], attributes=names))


def link_identity(work: Work, tester_id: UUID, distinct_id: str) -> None:
    """Usage under `distinct_id` belongs to this tester. Said twice, it changes nothing."""
    tester = work.lock(Tester, tester_id)
    distinct_id = distinct_id.strip()
    if not distinct_id or len(distinct_id) > LONGEST_ID:
        raise Invalid(
            "bad_distinct_id", _("An id has 1 to %(most)s characters.", most=LONGEST_ID), field="distinct_id"
        )
    owner = work.session.scalar(select(Identity.tester_id).where(Identity.distinct_id == distinct_id))
    if owner == tester.id:
        return
    if owner is not None:
        raise Refused("identity_taken", _("Another tester is known by this id."), field="distinct_id")
    add_identities(work, [(tester.id, distinct_id)])
    work.record(IdentityLinked(tester_id=tester.id, distinct_id=distinct_id))


def unlink_identity(work: Work, tester_id: UUID, distinct_id: str) -> None:
    """Take an id away again; the tester's own two stay."""
    tester = work.lock(Tester, tester_id)
    if distinct_id in (tester.mail_key, encode("tst", tester.id)):
        raise Refused("own_identity", _("A tester's own address and id stay linked."))
    work.session.execute(
        delete(Identity).where(Identity.tester_id == tester.id, Identity.distinct_id == distinct_id)
    )
    tell_changed(work, [tester.id])


def add_identities(work: Work, pairs: Collection[tuple[UUID, str]]) -> None:
    """(tester, distinct id) rows; an id that somebody has already stays theirs."""
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "tester_id": tester_id,
            "distinct_id": distinct_id,
            "created_at": work.now,
        }
        for tester_id, distinct_id in pairs
    ]
    insert = postgresql.insert if work.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    if rows:
        work.session.connection().execute(insert(Identity).on_conflict_do_nothing(), rows)
        tell_changed(work, {tester_id for tester_id, _distinct_id in pairs})


def add_note(work: Work, tester_id: UUID, text: str) -> TesterNote:
    """Words among members about a tester."""
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Invalid(
            "bad_note", _("Write a note, up to %(most)s characters.", most=LONGEST_NOTE), field="text"
        )
    tester = work.lock(Tester, tester_id)
    note = TesterNote(tester_id=tester.id, text=text, at=work.now, who=work.actor.name)
    work.add(note)
    return note


def delete_note(work: Work, tester_id: UUID, note_id: UUID) -> None:
    note = work.session.scalar(
        select(TesterNote).where(TesterNote.id == note_id, TesterNote.tester_id == tester_id)
    )
    if note is None:
        raise NotFound
    work.delete(note)


def seen(work: Work, tester_id: UUID) -> None:
    """A sign of life; written once an hour at most."""
    _SEEN.rows(
        work.session,
        its_workspace=work.workspace_id,
        its_id=tester_id,
        now=work.now,
        long_ago=work.now - timedelta(seconds=SEEN_EVERY_SECONDS),
    )


_SEEN = Prepared(
    lambda _dialect: (
        update(Tester)
        .where(
            Tester.workspace_id == bindparam("its_workspace", type_=Uuid()),
            Tester.id == bindparam("its_id", type_=Uuid()),
            or_(Tester.seen_at.is_(None), Tester.seen_at < bindparam("long_ago", type_=Tester.seen_at.type)),
        )
        .values(seen_at=bindparam("now", type_=Tester.seen_at.type))
    )
)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of what came, changed or went."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _check_attributes(attributes: Mapping[str, Any]) -> None:
    if len(attributes) > MOST_ATTRIBUTES:
        raise Invalid(
            "too_many_attributes", _("At most %(most)s attributes.", most=MOST_ATTRIBUTES), field="attributes"
        )
