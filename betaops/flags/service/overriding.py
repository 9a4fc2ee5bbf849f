"""Values of flags that members set for one person by hand."""

from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.service.telling import tell_changed
from betaops.flags.events import OverrideCleared, OverrideSet
from betaops.flags.models import Flag, FlagOverride
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LONGEST_REASON = 2_000


def set_override(work: Work, flag_id: UUID, tester_id: UUID, value: bool | str, *, why: str) -> FlagOverride:
    """This person gets `value` (off, on, or a variant) whatever conditions and choices say. Said twice, it changes
    nothing."""
    flag = work.lock(Flag, flag_id)
    why = why.replace("\0", "").strip()
    _check(flag, value, why)
    is_on, variant = value is not False, value if isinstance(value, str) else None
    row = _override(work, flag.id, tester_id)
    if row is not None and (row.value, row.why) == (value, why):
        return row
    if row is None:
        row = FlagOverride(
            flag_id=flag.id,
            tester_id=tester_id,
            is_on=is_on,
            variant=variant,
            who=work.actor.name,
            set_at=work.now,
            why=why,
        )
        work.add(row)
    else:
        row.is_on, row.variant, row.who, row.set_at, row.why = is_on, variant, work.actor.name, work.now, why
    said = variant or ("on" if is_on else "off")
    work.record(
        OverrideSet(
            flag_id=flag.id,
            product_id=flag.product_id,
            key=flag.key,
            tester_id=tester_id,
            value=said,
            note=why,
        )
    )
    tell_changed(work, [tester_id])
    return row


def clear_override(work: Work, flag_id: UUID, tester_id: UUID) -> None:
    """Conditions and choices decide again. Where nothing is set, nothing changes."""
    flag = work.lock(Flag, flag_id)
    row = _override(work, flag.id, tester_id)
    if row is None:
        return
    work.delete(row)
    work.record(
        OverrideCleared(flag_id=flag.id, product_id=flag.product_id, key=flag.key, tester_id=tester_id)
    )
    tell_changed(work, [tester_id])


def _override(work: Work, flag_id: UUID, tester_id: UUID) -> FlagOverride | None:
    return work.session.scalar(
        select(FlagOverride)
        .where(FlagOverride.flag_id == flag_id, FlagOverride.tester_id == tester_id)
        .execution_options(populate_existing=True)
    )


def _check(flag: Flag, value: bool | str, why: str) -> None:
    variants = [variant["key"] for variant in flag.variants]
    if isinstance(value, str) and value not in variants:
        raise Invalid("no_such_variant", _("There is no variant “%(name)s”.", name=value[:60]), field="value")
    if value is True and variants:
        raise Invalid("choose_a_variant", _("This flag has variants: choose one of them."), field="value")
    if not why:
        raise Invalid(
            "no_reason", _("Say why: it stands beside the value for everybody who wonders."), field="why"
        )
    if len(why) > LONGEST_REASON:
        raise Invalid("too_long", _("Keep it under %(most)s characters.", most=LONGEST_REASON), field="why")
