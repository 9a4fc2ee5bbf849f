"""Somebody's facts changed: the rules that read them are asked again, about this one person.

Each change of a person in the whole installation comes by here, and a program has dozens of rules.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal, select, union_all

from betaops.cohorts import layout
from betaops.cohorts.models import Cause, CohortException, CohortMember
from betaops.cohorts.queries.facts import facts_of_one
from betaops.cohorts.queries.rulebooks import Place, places_of
from betaops.cohorts.rules import Facts
from betaops.cohorts.service.columns import mark
from betaops.cohorts.service.holding import hold
from betaops.cohorts.service.members import names_of
from betaops.cohorts.service.moves import Move, Why, move
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.ids import encode
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work


def refresh_tester(
    work: Work, tester_id: UUID, changed: Collection[str] | None = None, *, stands_in_flags: bool = True
) -> None:
    """Ask the rules that read what changed about one person, and those that read cohorts in which that moves them.

    `changed` holds facts ("attribute.plan") and whole sources ("answer"); None asks every rule. Snapshots are told
    even where nobody moved, where the facts themselves may stand in a flag's condition.
    """
    hold(work, tester_id)
    for place in places_of(work.session, tester_id):
        asked = place.book.rules.places(changed)
        if not asked:
            continue
        stands_in_flags |= _ask(work, tester_id, place, asked)
        if changed is None or layout.may_stand_in_columns(changed):
            mark(work, place.program_id, tester_id)
    if stands_in_flags:
        tell_changed(work, [tester_id])


def _ask(work: Work, tester_id: UUID, where: Place, asked: Collection[int]) -> bool:
    """Whether they moved; `asked` are places of rules. Cohorts that others read come first, so each rule reads how it
    is now."""
    person, book = _Person(work, tester_id, where), where.book
    names, waiting = list(book.rules), set(asked)
    person.learn([names[place] for place in asked])
    for place, cohort_id in enumerate(names):
        if place not in waiting or not person.moves(cohort_id) or not book.is_read:
            continue
        followers = book.rules.places([f"cohort.{encode('coh', cohort_id)}"])
        waiting.update(followers)
        person.learn([names[each] for each in followers])
    return person.write()


class _Person:
    """Where somebody is while rules are asked one after the other; written at the end."""

    def __init__(self, work: Work, tester_id: UUID, where: Place) -> None:
        self._work, self._tester_id, self._where, self._book = work, tester_id, where, where.book
        whom = {"workspace_id": work.workspace_id, "tester_id": tester_id}
        rows = _PLACES.rows(work.session, **whom)
        self._inside = {cohort_id: by_company for cohort_id, by_company, is_member in rows if is_member}
        self._excepted = {cohort_id for cohort_id, _is_in, is_member in rows if not is_member}
        self._cohorts = {encode("coh", cohort_id): True for cohort_id in self._inside if where.book.is_read}
        self._reads: frozenset[str] = frozenset()
        #: None where they have left the program altogether.
        self._facts: Facts | None = None
        self._moves: list[tuple[bool, Cause, Move, list[str]]] = []

    def learn(self, cohort_ids: Collection[UUID]) -> None:
        """What the rules of these read, where it is not known yet. Cohorts are known anyway."""
        reads = self._reads.union(
            fact for fact in self._book.rules.reads(cohort_ids) if not fact.startswith("cohort.")
        )
        if reads == self._reads and self._facts is not None:
            return
        found = facts_of_one(
            self._work.session, self._where.program_id, self._tester_id, reads, self._where.row
        )
        self._reads, self._facts = reads, None if found is None else {**found, "cohort": self._cohorts}

    def moves(self, cohort_id: UUID) -> bool:
        """Whether they enter or leave it. Exceptions stay, and who was picked by hand where only a company went."""
        if self._facts is None or cohort_id in self._excepted:
            return False
        is_in = self._book.rules.says(cohort_id, self._facts, self._work.now)
        by_company = cohort_id in self._book.by_company
        if is_in is (cohort_id in self._inside) or (by_company and not is_in and not self._inside[cohort_id]):
            return False
        cause = Cause.COMPANY if by_company else Cause.FACTS
        facts: list[str] = []
        if not by_company:
            facts = names_of(self._book.rules.deciding(cohort_id, self._facts, self._work.now))
        self._moves.append((is_in, cause, (cohort_id, self._tester_id), facts))
        if self._book.is_read:
            self._cohorts[encode("coh", cohort_id)] = is_in
        return True

    def write(self) -> bool:
        """Whether that moved them."""
        moved = False
        for cause in sorted({cause for _is_in, cause, _move, _facts in self._moves}):
            several = [each for each in self._moves if each[1] is cause]
            facts = {its_move: decided for _is_in, _cause, its_move, decided in several}
            entering, leaving = ([each[2] for each in several if each[0] is is_in] for is_in in (True, False))
            moved |= any(move(self._work, entering, leaving, Why(cause, facts)))
        return moved


#: (cohort, whether by a company, true) where they are in, (cohort, whether in, false) where they are an exception.
_PLACES = Prepared(
    lambda _dialect: union_all(
        *(
            select(model.cohort_id, flag, literal(model is CohortMember).label("is_member")).where(
                model.workspace_id == bindparam("workspace_id", type_=Uuid()),
                model.tester_id == bindparam("tester_id", type_=Uuid()),
            )
            for model, flag in (
                (CohortMember, CohortMember.by_company),
                (CohortException, CohortException.is_in),
            )
        )
    )
)
