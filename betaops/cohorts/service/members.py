"""Who is in: by hand, and by rule.

Membership is written as a difference, and each difference leaves a dated `CohortChange`. Of every write the
snapshots of flags are told. Whoever is an exception stays where
the exception says; who moved is followed by the cohorts whose rules read this one, in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from betaops.cohorts import circles, rules
from betaops.cohorts.events import CohortPicked
from betaops.cohorts.models import Cause, Cohort, CohortChange, CohortException, CohortMember, Kind
from betaops.cohorts.queries.facts import known, moving
from betaops.cohorts.queries.reading import reads_of, rule_of, ruled
from betaops.cohorts.rules import Facts, Rule
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode, new_id
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Program

#: Up to this many people a rule is worked out in the request that saved it, beyond in a job.
FEW_PEOPLE = 2_000
_AT_ONCE = 500
#: So many facts are named as the reason of one entry or exit.
_MOST_FACTS = 5


class Why(NamedTuple):
    """What a change is put down to: `facts` that decided by person, or a `note`."""

    cause: Cause
    facts: Mapping[UUID, list[str]] = {}
    note: str = ""


BY_HAND = Why(Cause.HAND)


def add_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Put people in by hand; how many were not in yet. One who is not of the program refuses all."""
    cohort = picked_by_hand(work, cohort_id)
    wanted = set(tester_ids)
    check_all_enrolled(work, cohort, wanted)
    if kept_out := exceptions(work, cohort, wanted, is_in=False):
        raise Refused(
            "kept_out",
            _("%(names)s is kept out of this cohort. End that first.", names=_names(work, kept_out)),
        )
    hold_by_hand(work, cohort, wanted)
    entered = enter(work, cohort, wanted, BY_HAND)
    if entered:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, added=len(entered)
            )
        )
        touch_program(work, cohort.program_id, entered)
        follow(work, cohort, entered)
    return len(entered)


def remove_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Take people out by hand; how many were in."""
    cohort = picked_by_hand(work, cohort_id)
    wanted = set(tester_ids)
    check_all_enrolled(work, cohort, wanted)
    if by_company := _held(work, cohort, wanted):
        raise Refused(
            "company_decides",
            _(
                "%(names)s is in because of their company. Keep them out instead.",
                names=_names(work, by_company),
            ),
        )
    left = leave(work, cohort, wanted, BY_HAND)
    if left:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, removed=len(left)
            )
        )
        touch_program(work, cohort.program_id, left)
        follow(work, cohort, left)
    return len(left)


def refresh_soon(work: Work, cohort: Cohort) -> None:
    """Work out who is in: now where the program is small, in a job where it is not."""
    people = work.session.scalar(
        select(func.count()).select_from(Enrollment).where(Enrollment.program_id == cohort.program_id)
    )
    if (people or 0) <= FEW_PEOPLE:
        refresh_cohort(work, cohort.id)
    else:
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort.id)},
            unique=f"cohorts.refresh_cohort:{cohort.id}",
        )


def refresh_cohort(work: Work, cohort_id: UUID) -> tuple[int, int]:
    """Ask the rule about everybody, in this one transaction: for programs of few people. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id)
    counts = refresh_members(work, cohort_id, moving(work.session, cohort, work.now))
    cohort.swept_at = work.now
    return counts


def refresh_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> tuple[int, int]:
    """Ask the rule about these people, whose facts may have changed since they were picked. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id)
    rule = rule_of(work.session, cohort)
    if not tester_ids:
        return 0, 0
    entered, left = ask(work, cohort, rule, tester_ids)
    if entered or left:
        touch_program(work, cohort.program_id, [*entered, *left])
        follow(work, cohort, [*entered, *left])
    return len(entered), len(left)


def follow(work: Work, cohort: Cohort, moved: Collection[UUID]) -> None:
    """Ask the cohorts whose rules read this one about the people who moved in it, and so on."""
    if not moved:
        return
    others = {encode("coh", each.cohort.id): each for each in ruled(work.session, cohort.program_id)}
    name = encode("coh", cohort.id)
    moved_in = {name: set(moved)}
    for follower in circles.followers({name: each.rule for name, each in others.items()}, name):
        rule = others[follower].rule
        asked = set().union(*(moved_in.get(each, ()) for each in circles.needs(rule)))
        if asked:
            locked = work.lock(Cohort, others[follower].cohort.id)
            entered, left = ask(work, locked, rule, sorted(asked))
            moved_in[follower] = {*entered, *left}


def ask(
    work: Work, cohort: Cohort, rule: Rule | None, tester_ids: Sequence[UUID], cause: Cause = Cause.RULE
) -> tuple[list[UUID], list[UUID]]:
    """Write the difference that `rule` makes among these people: who entered and who left."""
    inside = rules.compiled(rule) if rule else None
    wanted: set[UUID] = set()
    facts: dict[UUID, list[str]] = {}
    for some in _portions(set(tester_ids)):
        for person in known(work.session, cohort.program_id, some, reads=rules.reads(rule) if rule else ()):
            if inside is not None and inside(person.facts, work.now):
                wanted.add(person.tester_id)
            if rule is not None and cohort.kind is Kind.RULE:
                facts[person.tester_id] = _decided_by(rule, person.facts, work.now)
    why = Why(cause if cohort.kind is Kind.RULE else Cause.COMPANY, facts)
    return enter(work, cohort, wanted, why), leave(work, cohort, set(tester_ids) - wanted, why)


def _decided_by(rule: Rule, facts: Facts, now: datetime) -> list[str]:
    return list(dict.fromkeys(leaf.fact for leaf in rules.deciding(rule, facts, now)))[:_MOST_FACTS]


def mark_swept(work: Work, cohort_id: UUID) -> None:
    """Everybody was asked."""
    work.lock(Cohort, cohort_id).swept_at = work.now


def refresh_tester(work: Work, tester_id: UUID, *, stands_in_flags: bool = True) -> None:
    """Ask every rule about one person whose facts changed.

    Snapshots are told even where nobody moved, where the facts themselves may stand in a flag's condition.
    """
    program_ids = work.session.scalars(
        select(Enrollment.program_id).where(Enrollment.tester_id == tester_id).order_by(Enrollment.program_id)
    ).all()
    for program_id in program_ids:
        stands_in_flags |= _refresh_in(work, program_id, tester_id)
    if stands_in_flags:
        tell_changed(work, [tester_id])


def _refresh_in(work: Work, program_id: UUID, tester_id: UUID) -> bool:
    """Whether they moved. Cohorts that others read come first, so each rule reads how it is now."""
    cohorts = ruled(work.session, program_id)
    if not cohorts:
        return False
    reads = reads_of(each.rule for each in cohorts)
    facts = next(known(work.session, program_id, [tester_id], reads=reads)).facts
    current = set(
        work.session.scalars(select(CohortMember.cohort_id).where(CohortMember.tester_id == tester_id))
    )
    before = set(current)
    for cohort, rule in cohorts:
        wanted = rules.evaluate(rule, facts, work.now)
        if wanted is (cohort.id in current):
            continue
        why = Why(Cause.COMPANY)
        if cohort.kind is Kind.RULE:
            why = Why(Cause.FACTS, {tester_id: _decided_by(rule, facts, work.now)})
        if wanted and enter(work, cohort, {tester_id}, why):
            current.add(cohort.id)
        elif not wanted and leave(work, cohort, {tester_id}, why):
            current.discard(cohort.id)
        if (read := facts.get("cohort")) is not None:
            read[encode("coh", cohort.id)] = cohort.id in current  # type: ignore[index]  # made by `known`, for us
    return current != before


def touch_program(work: Work, program_id: UUID, tester_ids: Collection[UUID] = ()) -> None:
    """Have every process compile the flags of the program's product again, or only forget `tester_ids`, where
    nothing but people changed."""
    if tester_ids:
        tell_changed(work, tester_ids)
        return
    product_id = work.session.scalar(select(Program.product_id).where(Program.id == program_id))
    if product_id is not None:
        program_service.bump_revision(work, product_id)


def picked_by_hand(work: Work, cohort_id: UUID) -> Cohort:
    """The cohort, locked; refused where a rule decides."""
    cohort = work.lock(Cohort, cohort_id)
    if cohort.kind is not Kind.STATIC:
        raise Refused("rule_decides", _("A rule decides who is in this cohort. Change the rule instead."))
    return cohort


def check_all_enrolled(work: Work, cohort: Cohort, tester_ids: set[UUID]) -> None:
    """`NotFound` where one of them is not of the program."""
    for some in _portions(tester_ids):
        found = work.session.scalar(
            select(func.count())
            .select_from(Enrollment)
            .where(Enrollment.program_id == cohort.program_id, Enrollment.tester_id.in_(some))
        )
        if found != len(some):
            raise NotFound


def exceptions(work: Work, cohort: Cohort, tester_ids: Collection[UUID], *, is_in: bool) -> set[UUID]:
    """Those who are always in, or never."""
    found: set[UUID] = set()
    for some in _portions(set(tester_ids)):
        found.update(
            work.session.scalars(
                select(CohortException.tester_id).where(
                    CohortException.cohort_id == cohort.id,
                    CohortException.is_in.is_(is_in),
                    CohortException.tester_id.in_(some),
                )
            )
        )
    return found


def hold_by_hand(work: Work, cohort: Cohort, tester_ids: set[UUID]) -> None:
    """Those whom a company brought stay from now on though it goes."""
    for some in _portions(tester_ids):
        work.session.execute(
            update(CohortMember)
            .where(
                CohortMember.cohort_id == cohort.id,
                CohortMember.tester_id.in_(some),
                CohortMember.by_company,
            )
            .values(by_company=False)
            .execution_options(synchronize_session=False)
        )


def _held(work: Work, cohort: Cohort, tester_ids: set[UUID]) -> list[UUID]:
    """Those whom a company in the cohort would bring back."""
    rule = rule_of(work.session, cohort)
    if rule is None:
        return []
    inside = rules.compiled(rule)
    return [
        person.tester_id
        for some in _portions(tester_ids)
        for person in known(work.session, cohort.program_id, some)
        if inside(person.facts, work.now)
    ]


def _names(work: Work, tester_ids: Collection[UUID]) -> str:
    some = sorted(tester_ids)[:3]
    return ", ".join(
        work.session.scalars(select(Tester.name).where(Tester.id.in_(some)).order_by(Tester.name))
    )


def enter(work: Work, cohort: Cohort, tester_ids: set[UUID], why: Why) -> list[UUID]:
    """Insert; those who were in already (another worker was quicker) are left alone. Returns who is new."""
    tester_ids = tester_ids - exceptions(work, cohort, tester_ids, is_in=False)
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    entered: list[UUID] = []
    for some in _portions(tester_ids):
        rows = [
            {
                "id": new_id(),
                "workspace_id": cohort.workspace_id,
                "cohort_id": cohort.id,
                "tester_id": tester_id,
                "since": work.now,
                "by_company": why.cause is Cause.COMPANY,
            }
            for tester_id in some
        ]
        entered += work.session.scalars(
            flavour.insert(CohortMember)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(CohortMember.tester_id)
        ).all()
    _note(work, cohort, entered, why, is_in=True)
    return entered


def leave(work: Work, cohort: Cohort, tester_ids: set[UUID], why: Why) -> list[UUID]:
    """Take out who is in; those picked by hand stay where only a company has gone. Returns who left."""
    left: list[UUID] = []
    by_company = [CohortMember.by_company] if why.cause is Cause.COMPANY else []
    for some in _portions(tester_ids - exceptions(work, cohort, tester_ids, is_in=True)):
        left += work.session.scalars(
            delete(CohortMember)
            .where(CohortMember.cohort_id == cohort.id, CohortMember.tester_id.in_(some), *by_company)
            .returning(CohortMember.tester_id)
            .execution_options(synchronize_session=False)
        ).all()
    _note(work, cohort, left, why, is_in=False)
    return left


def _note(work: Work, cohort: Cohort, tester_ids: list[UUID], why: Why, *, is_in: bool) -> None:
    if tester_ids:
        work.session.execute(
            insert(CohortChange),
            [
                {
                    "id": new_id(),
                    "workspace_id": cohort.workspace_id,
                    "cohort_id": cohort.id,
                    "tester_id": tester_id,
                    "is_in": is_in,
                    "at": work.now,
                    "cause": why.cause,
                    "facts": why.facts.get(tester_id, []),
                    "note": why.note,
                    "who": work.actor.name,
                }
                for tester_id in tester_ids
            ],
        )


def _portions(tester_ids: set[UUID]) -> Iterable[list[UUID]]:
    ordered = sorted(tester_ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
