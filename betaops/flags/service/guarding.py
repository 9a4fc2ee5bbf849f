"""Guardrails: set, read, broken, and signed for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.flags import guardrails, queries
from betaops.flags.events import FlagResumeSigned, GuardrailBroken, GuardrailDropped, GuardrailSet
from betaops.flags.models import Action, Flag, FlagResume, Guardrail, Reaction
from betaops.flags.queries import Reading
from betaops.flags.service.flags import kill
from betaops.flags.service.proposals import Wanted, make
from betaops.flags.service.rolling import LONGEST_REASON, pause_for_guardrail, resume_for_signature
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit
from betaops.kernel.work import Work

#: What somebody may change of a guardrail.
_RULE = ("limit", "window_hours", "reaction")


def set_guardrail(
    work: Work,
    flag_id: UUID,
    measure: str,
    *,
    limit: float,
    window_hours: int,
    event: str = "",
    reaction: Reaction = Reaction.PAUSE,
) -> Guardrail:
    """Watch `measure` from now on. The same once more is the one that is there, if its rule is the same."""
    flag = work.lock(Flag, flag_id)
    kind = guardrails.kinds().get(measure)
    event = event.replace("\0", "").strip() if kind and kind.takes_event else ""
    _check(measure, event, limit, window_hours)
    existing = work.session.scalars(select(Guardrail).where(Guardrail.flag_id == flag.id)).all()
    rule = {"limit": limit, "window_hours": window_hours, "reaction": reaction}
    for same in existing:
        if (same.measure, same.event) == (measure, event):
            if all(getattr(same, name) == rule[name] for name in _RULE):
                return same
            raise Invalid("guardrail_exists", _("This is watched already. Change that one."), field="measure")
    if len(existing) >= guardrails.MOST_GUARDRAILS:
        raise Refused(
            "too_many_guardrails",
            _("A flag has at most %(most)s guardrails.", most=guardrails.MOST_GUARDRAILS),
        )
    guardrail = Guardrail(
        flag_id=flag.id,
        measure=measure,
        event=event,
        counts_since=work.now,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
        **rule,
    )
    work.add(guardrail)
    work.record(GuardrailSet(**_of(flag, guardrail)))
    return guardrail


def change_guardrail(
    work: Work,
    guardrail_id: UUID,
    *,
    version: int | None,
    limit: float,
    window_hours: int,
    reaction: Reaction,
) -> Guardrail:
    """Its rule; what it measures stays. `Refused` while it is broken."""
    flag, guardrail = _held(work, guardrail_id)
    _is_whole(guardrail)
    _check(guardrail.measure, guardrail.event, limit, window_hours)
    if edit(work, guardrail, version, limit=limit, window_hours=window_hours, reaction=reaction):
        work.record(GuardrailSet(**_of(flag, guardrail)))
    return guardrail


def drop_guardrail(work: Work, guardrail_id: UUID) -> None:
    """`Refused` while it is broken: it goes on only by a signature."""
    flag, guardrail = _held(work, guardrail_id)
    _is_whole(guardrail)
    work.record(GuardrailDropped(**_of(flag, guardrail)))
    work.delete(guardrail)


def note_readings(work: Work, flag_id: UUID, readings: Sequence[Reading]) -> list[Guardrail]:
    """Keep what was read, and stop where a limit is passed; those that broke.

    A reading counts for nothing where its guardrail began anew, or the flag was switched off, since it was taken.
    """
    flag = work.lock(Flag, flag_id)
    broken = []
    for reading in sorted(readings, key=lambda each: each.guardrail_id):
        guardrail = work.session.scalar(
            select(Guardrail).where(Guardrail.id == reading.guardrail_id).with_for_update()
        )
        if guardrail is None or guardrail.broken_at or guardrail.counts_since != reading.counted_since:
            continue
        guardrail.read_at, guardrail.reading, guardrail.problem = work.now, reading.value, reading.problem
        if (
            reading.value is not None
            and flag.is_active
            and guardrails.is_broken(reading.value, guardrail.limit)
        ):
            guardrail.broken_at, guardrail.broken_reading = work.now, reading.value
            broken.append(guardrail)
    for guardrail in broken:
        _stop(work, flag, guardrail)
    return broken


def look_soon(work: Work, product_id: UUID) -> None:
    """Something happened that guardrails may measure: read those of the product's flags at once."""
    for flag_id in queries.watched_flags(work.session, product_id):
        check_soon(work, flag_id)


def check_soon(work: Work, flag_id: UUID) -> None:
    work.enqueue("flags.check_guardrails", {"flag_id": str(flag_id)}, unique=f"flags.guardrails:{flag_id}")


def sign_resume(work: Work, flag_id: UUID, reason: str) -> FlagResume:
    """Go on in spite of what broke: readings count from now on, the roll-out goes on, the flag is on again.

    Where the product asks for a second person, switching it on again is proposed to them; the roll-out stands still
    until then. The edge has made sure that it is really they (a fresh session).
    """
    if work.actor.kind != "member" or work.actor.id is None:
        raise Refused("members_sign", _("Only a member can sign."))
    flag = work.lock(Flag, flag_id)
    reason = reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        raise Invalid("reason", _("Say why it may go on: the reason stays with your name."), field="reason")
    broken = work.session.scalars(
        select(Guardrail)
        .where(Guardrail.flag_id == flag.id, Guardrail.broken_at.is_not(None))
        .order_by(Guardrail.id)
        .with_for_update()
    ).all()
    if not broken:
        raise Refused("nothing_is_broken", _("No guardrail is broken: nothing waits for a signature."))
    resume = FlagResume(
        flag_id=flag.id,
        user_id=work.actor.id,
        name=work.actor.name,
        reason=reason,
        broken=[_kept(guardrail) for guardrail in broken],
        signed_at=work.now,
    )
    work.add(resume)
    work.record(
        FlagResumeSigned(
            flag_id=flag.id, product_id=flag.product_id, resume_id=resume.id, key=flag.key, note=reason
        )
    )
    was_switched_off = any(guardrail.reaction is Reaction.SWITCH_OFF for guardrail in broken)
    for guardrail in work.session.scalars(select(Guardrail).where(Guardrail.flag_id == flag.id)):
        guardrail.broken_at = guardrail.broken_reading = guardrail.reading = guardrail.read_at = None
        guardrail.counts_since = work.now
    work.session.flush()
    if was_switched_off:
        make(work, Wanted(Action.REVIVE, flag.product_id, flag.id, note=reason))
    resume_for_signature(work, flag)
    return resume


def _stop(work: Work, flag: Flag, guardrail: Guardrail) -> None:
    rule = rule_of(guardrail)
    work.record(
        GuardrailBroken(
            **_of(flag, guardrail),
            measure=guardrail.measure,
            event_name=guardrail.event,
            reading=guardrail.broken_reading or 0,
            limit=guardrail.limit,
            window_hours=guardrail.window_hours,
            reaction=guardrail.reaction.value,
        )
    )
    reading = guardrails.amount(guardrail.measure, guardrail.broken_reading or 0)
    reason = _("Guardrail broken: %(rule)s, and it was %(reading)s.", rule=rule, reading=reading)
    pause_for_guardrail(work, flag, reason)
    if guardrail.reaction is Reaction.SWITCH_OFF:
        kill(work, flag.id, note=reason)


def rule_of(guardrail: Guardrail) -> str:
    """“New blocker reports: at most 0 in 24 hours”"""
    return _(
        "%(measure)s: at most %(limit)s in %(hours)s hours",
        measure=guardrails.label(guardrail.measure, guardrail.event),
        limit=guardrails.amount(guardrail.measure, guardrail.limit),
        hours=guardrail.window_hours,
    )


def _check(measure: str, event: str, limit: float, window_hours: int) -> None:
    if found := guardrails.problem(measure, event, limit, window_hours):
        raise Invalid("bad_guardrail", found[1], field=found[0])


def _is_whole(guardrail: Guardrail) -> None:
    if guardrail.broken_at is not None:
        raise Refused(
            "guardrail_broken",
            _(
                "This guardrail is broken. Somebody has to sign on the flag's page first; then it can be changed."
            ),
        )


def _held(work: Work, guardrail_id: UUID) -> tuple[Flag, Guardrail]:
    flag_id = work.session.scalar(select(Guardrail.flag_id).where(Guardrail.id == guardrail_id))
    if flag_id is None:
        raise NotFound
    return work.lock(Flag, flag_id), work.lock(Guardrail, guardrail_id)


def _of(flag: Flag, guardrail: Guardrail) -> dict[str, Any]:
    """What every event about a guardrail says."""
    return {
        "flag_id": flag.id,
        "product_id": flag.product_id,
        "guardrail_id": guardrail.id,
        "key": flag.key,
        "rule": rule_of(guardrail),
    }


def _kept(guardrail: Guardrail) -> dict[str, Any]:
    return {
        "measure": guardrail.measure,
        "event": guardrail.event,
        "reading": guardrail.broken_reading,
        "limit": guardrail.limit,
        "window_hours": guardrail.window_hours,
        "broken_at": guardrail.broken_at.isoformat() if guardrail.broken_at else None,
    }
