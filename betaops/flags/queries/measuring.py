"""Reading guardrails: what they measure, among the people who have the flag."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.flags import guardrails
from betaops.flags.models import Flag, Guardrail
from betaops.flags.queries.reaching import holders
from betaops.kernel.i18n import gettext as _

log = structlog.get_logger("flags")


class Reading(NamedTuple):
    """What a guardrail measured, or why it could not; `counted_since` is from where its guardrail counted then."""

    guardrail_id: UUID
    counted_since: datetime
    value: float | None
    problem: str = ""


def watched_flags(session: Session, product_id: UUID) -> Sequence[UUID]:
    """Flags of a product that are on and have a guardrail."""
    return session.scalars(
        select(Flag.id)
        .where(
            Flag.product_id == product_id,
            Flag.is_active,
            select(Guardrail.id).where(Guardrail.flag_id == Flag.id).exists(),
        )
        .order_by(Flag.id)
    ).all()


def to_be_read(session: Session, flag_id: UUID) -> Sequence[Guardrail]:
    """The flag's guardrails that are not broken; none while it is off."""
    return session.scalars(
        select(Guardrail)
        .join(Flag, Flag.id == Guardrail.flag_id)
        .where(Guardrail.flag_id == flag_id, Guardrail.broken_at.is_(None), Flag.is_active)
        .order_by(Guardrail.id)
    ).all()


def measured(session: Session, guardrail: Guardrail, now: datetime) -> Reading:
    """One reading, over the guardrail's window or since it counts. Never raises for what a measure does.

    A measure that fails may leave `session` unusable: give each a session of its own.
    """
    kind = guardrails.kinds().get(guardrail.measure)
    if kind is None:
        return Reading(
            guardrail.id,
            guardrail.counts_since,
            None,
            _("Nothing in this installation measures this any more."),
        )
    since = max(guardrail.counts_since, now - timedelta(hours=guardrail.window_hours))
    try:
        flag = session.scalars(select(Flag).where(Flag.id == guardrail.flag_id)).one()

        def having(tester_ids: Collection[UUID]) -> set[UUID]:
            return holders(session, flag, tester_ids, now)

        value = kind.measure(
            session, flag.product_id, since=since, now=now, event=guardrail.event, having=having
        )
    except Exception:
        log.exception("guardrail_not_read", guardrail=str(guardrail.id), measure=guardrail.measure)
        return Reading(
            guardrail.id,
            guardrail.counts_since,
            None,
            _("It could not be read. It is tried again each minute."),
        )
    return Reading(guardrail.id, guardrail.counts_since, float(value))
