"""The gate of a program: its criteria, who has to sign, and going on after a suspension."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.deciding import checks
from betaops.readiness.deciding.checks import Check
from betaops.readiness.events import CriterionChanged, ProgramResumed, SignersChanged
from betaops.readiness.models import CriterionKind, GateCriterion, SignerRole, Suspension

MOST_CRITERIA = 30
MOST_ROLES = 10
LONGEST_TEXT = 300

#: What most programs begin with; sentences of their own that a person ticks come besides.
USUAL: Sequence[tuple[CriterionKind, Check]] = (
    (CriterionKind.ENTRY, Check.CRITERIA_SEALED),
    (CriterionKind.EXIT, Check.MUSTS_MET),
    (CriterionKind.EXIT, Check.NO_OPEN_BLOCKER),
    (CriterionKind.SUSPENSION, Check.BROKEN_GUARDRAIL),
    (CriterionKind.RESUMPTION, Check.NO_BROKEN_GUARDRAIL),
    (CriterionKind.RESUMPTION, Check.NO_OPEN_BLOCKER),
)


def add_criterion(
    work: Work, program: Program, kind: CriterionKind, *, text: str = "", looked_up: Check | None = None
) -> GateCriterion:
    """At the end of its kind. What is looked up may go without a `text` of its own."""
    said = text.strip() or (str(checks.LABELS[looked_up]) if looked_up is not None else "")
    if not said:
        raise Invalid("text", _("Write what has to be so, or choose what is looked up."), field="text")
    if len(said) > LONGEST_TEXT:
        raise Invalid("text", _("Keep it under %(most)s characters.", most=LONGEST_TEXT), field="text")
    _lock(work, program)
    there = queries.criteria(work.session, program.id)
    if len(there) >= MOST_CRITERIA:
        raise Refused("too_many", _("A gate has at most %(most)s criteria.", most=MOST_CRITERIA))
    row = GateCriterion(
        program_id=program.id,
        kind=kind,
        text=said,
        looked_up=looked_up,
        position=max((each.position for each in there if each.kind is kind), default=-1) + 1,
    )
    work.add(row)
    _record(work, row, "added")
    return row


def add_usual_criteria(work: Work, program: Program) -> None:
    """Those that most begin with, where there are none yet."""
    _lock(work, program)
    if queries.criteria(work.session, program.id):
        return
    for kind, looked_up in USUAL:
        add_criterion(work, program, kind, looked_up=looked_up)


def _lock(work: Work, program: Program) -> None:
    """Whoever adds to its gate comes one after the other: a second press finds what the first one added."""
    work.lock(Program, program.id, lets_refer=True)


def tick(work: Work, program: Program, criterion_id: UUID, *, is_so: bool) -> GateCriterion:
    """A person says that it is so, or that it no longer is. Said twice, nothing changes."""
    row = _locked(work, program, criterion_id)
    if row.looked_up is not None:
        raise Refused("looked_up", _("This one is looked up; nobody ticks it."))
    if (row.ticked_at is not None) is is_so:
        return row
    row.ticked_at, row.ticked_by = (work.now, work.actor.name) if is_so else (None, "")
    _record(work, row, "ticked" if is_so else "reopened")
    return row


def remove_criterion(work: Work, program: Program, criterion_id: UUID) -> None:
    row = _locked(work, program, criterion_id)
    _record(work, row, "removed")
    work.delete(row)


def add_role(work: Work, program: Program, name: str, user_id: UUID | None) -> SignerRole:
    """A role that has to sign whatever is decided from now on; what is proposed already keeps those it has."""
    name = name.strip()
    if not name:
        raise Invalid("name", _("Name the role."), field="name")
    _lock(work, program)
    there = queries.signer_roles(work.session, program.id)
    if any(each.name.casefold() == name.casefold() for each in there):
        raise Invalid("name", _("This role has to sign already."), field="name")
    if len(there) >= MOST_ROLES:
        raise Refused("too_many", _("At most %(most)s roles sign a decision.", most=MOST_ROLES))
    if user_id is not None:
        if user_id not in {each.user.id for each in queries.able_to_sign(work.session)}:
            raise Invalid("member", _("Choose a member who may sign decisions."), field="member")
        if any(each.user_id == user_id for each in there):
            raise Invalid(
                "member", _("They hold a role already: a member signs once, for one role."), field="member"
            )
    position = work.session.scalar(
        select(func.max(SignerRole.position)).where(SignerRole.program_id == program.id)
    )
    row = SignerRole(
        program_id=program.id, name=name, user_id=user_id, position=0 if position is None else position + 1
    )
    try:
        with work.session.begin_nested():
            work.add(row)
    except IntegrityError as error:
        raise Invalid("name", _("This role has to sign already."), field="name") from error
    _record_signers(work, program)
    return row


def remove_role(work: Work, program: Program, role_id: UUID) -> None:
    row = work.lock(SignerRole, role_id)
    if row.program_id != program.id:
        raise NotFound
    work.delete(row)
    work.session.flush()
    _record_signers(work, program)


def resume(work: Work, program: Program, note: str = "") -> Suspension:
    """Releases may go on. Only when what suspended it is over and every resumption criterion is so."""
    found = queries.suspension(work.session, program.id)
    if found is None:
        raise Refused("not_suspended", _("It is not suspended."))
    row = work.lock(Suspension, found.id)
    if row.resumed_at is not None:
        raise Refused("not_suspended", _("It is not suspended."))
    in_the_way = [
        each.criterion.text
        for each in queries.gate(work.session, program)
        if (each.criterion.kind is CriterionKind.SUSPENSION and each.holds)
        or (each.criterion.kind is CriterionKind.RESUMPTION and not each.holds)
    ]
    if in_the_way:
        raise Refused(
            "not_resumable",
            _("It cannot be resumed yet. See to this first: %(what)s.", what="; ".join(in_the_way)),
        )
    row.resumed_at, row.resumed_by, row.note = work.now, work.actor.name, note.strip()
    work.record(ProgramResumed(program_id=program.id, suspension_id=row.id, note=row.note))
    return row


def _locked(work: Work, program: Program, criterion_id: UUID) -> GateCriterion:
    row = work.lock(GateCriterion, criterion_id)
    if row.program_id != program.id:
        raise NotFound
    return row


def _record(work: Work, row: GateCriterion, how: str) -> None:
    work.record(CriterionChanged(program_id=row.program_id, criterion_id=row.id, how=how, text=row.text))


def _record_signers(work: Work, program: Program) -> None:
    roles = queries.roles_to_sign(work.session, program.id)
    told = [f"{role.name}: {role.holder}" if role.holder else role.name for role in roles]
    work.record(SignersChanged(program_id=program.id, roles=told))
