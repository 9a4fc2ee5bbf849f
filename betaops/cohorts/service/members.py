"""Who is in: by hand, and by rule.

Membership is written as a difference, and each difference leaves a dated `CohortChange`. Of every write the
snapshots of flags are told. Whoever is an exception stays where
the exception says; who moved is followed by the cohorts whose rules read this one, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select, update

from betaops.cohorts import rules
from betaops.cohorts.events import CohortPicked
from betaops.cohorts.models import Cause, Cohort, CohortException, CohortMember, Kind
from betaops.cohorts.queries.cohorts import has_more_people
from betaops.cohorts.queries.columns import moving
from betaops.cohorts.queries.facts import facts_of, known
from betaops.cohorts.queries.reading import rule_of
from betaops.cohorts.queries.rulebooks import book
from betaops.cohorts.rules import Condition, Rule
from betaops.cohorts.service.holding import hold_free
from betaops.cohorts.service.moves import BY_HAND, Move, Why, enter, leave, move, portions
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Program

#: Up to this many people a rule is worked out in the request that saved it, beyond in a job.
FEW_PEOPLE = 2_000
#: So many facts are named as the reason of one entry or exit.
_MOST_FACTS = 5


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
    if not has_more_people(work.session, cohort.program_id, FEW_PEOPLE):
        refresh_cohort(work, cohort.id)
    else:
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort.id)},
            unique=f"cohorts.refresh_cohort:{cohort.id}",
        )


def refresh_cohort(work: Work, cohort_id: UUID) -> tuple[int, int]:
    """Ask the rule about everybody, in this one transaction: for programs of few people. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id, lets_refer=True)
    counts = refresh_members(work, cohort_id, moving(work.session, cohort, work.now))
    cohort.swept_at = work.now
    return counts


def refresh_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> tuple[int, int]:
    """Ask the rule about these people, whose facts may have changed since they were picked. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id, lets_refer=True)
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
    rulebook = book(work.session, cohort.program_id).rules
    waiting: dict[UUID, set[UUID]] = defaultdict(set)

    def tell(cohort_id: UUID, tester_ids: Collection[UUID]) -> None:
        for reader in rulebook.readers([f"cohort.{encode('coh', cohort_id)}"]):
            waiting[reader].update(tester_ids)

    tell(cohort.id, moved)
    for follower in rulebook:
        if waiting.get(follower):
            locked = work.lock(Cohort, follower, lets_refer=True)
            entered, left = ask(work, locked, rulebook[follower], sorted(waiting[follower]))
            tell(follower, [*entered, *left])


def ask(
    work: Work, cohort: Cohort, rule: Rule | None, tester_ids: Sequence[UUID], cause: Cause = Cause.RULE
) -> tuple[list[UUID], list[UUID]]:
    """Write the difference that `rule` makes among these people: who entered and who left.

    Whom somebody is changing just now is asked by a job as soon as that has ended: by what is known of them yet, it
    would be undone.
    """
    work.session.flush()
    if rule is not None:
        tester_ids = _free(work, tester_ids)
    wanted: set[UUID] = set()
    facts: dict[Move, list[str]] = {}
    if rule is not None:
        explain, reads = rules.explained(rule), rules.reads(rule)
        for some in portions(tester_ids):
            for tester_id, theirs in facts_of(work.session, cohort.program_id, some, reads).items():
                is_in, leaves = explain(theirs, work.now)
                if is_in:
                    wanted.add(tester_id)
                if cohort.kind is Kind.RULE:
                    facts[cohort.id, tester_id] = names_of(leaves)
    why = Why(cause if cohort.kind is Kind.RULE else Cause.COMPANY, facts)
    entered, left = move(
        work,
        [(cohort.id, each) for each in wanted],
        [(cohort.id, each) for each in set(tester_ids) - wanted],
        why,
    )
    return [tester_id for _cohort_id, tester_id in entered], [tester_id for _cohort_id, tester_id in left]


def _free(work: Work, tester_ids: Sequence[UUID]) -> list[UUID]:
    """Those whom nobody is changing, held; the others are asked later, each by themselves."""
    held = {each for some in portions(tester_ids) for each in hold_free(work, some)}
    for tester_id in set(tester_ids) - held:
        # Without a key: one that waits already may be claimed before what is written here can be seen.
        work.enqueue("cohorts.refresh_tester", {"tester_id": str(tester_id)})
    return [each for each in tester_ids if each in held]


def names_of(leaves: Sequence[Condition]) -> list[str]:
    """The facts to put an entry or exit down to."""
    return list(dict.fromkeys(leaf.fact for leaf in leaves))[:_MOST_FACTS]


def mark_swept(work: Work, cohort_id: UUID) -> None:
    """Everybody was asked."""
    work.lock(Cohort, cohort_id, lets_refer=True).swept_at = work.now


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
    for some in portions(tester_ids):
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
    for some in portions(tester_ids):
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
    for some in portions(tester_ids):
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
        for some in portions(tester_ids)
        for person in known(work.session, cohort.program_id, some)
        if inside(person.facts, work.now)
    ]


def _names(work: Work, tester_ids: Collection[UUID]) -> str:
    some = sorted(tester_ids)[:3]
    return ", ".join(
        work.session.scalars(select(Tester.name).where(Tester.id.in_(some)).order_by(Tester.name))
    )
