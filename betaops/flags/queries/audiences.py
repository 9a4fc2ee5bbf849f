"""Who gets a flag, and which flags somebody gets: evaluated as the endpoints do, for pages."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.enrollment.models import SEATED, Enrollment, Identity, Tester
from betaops.flags.conditions import Person
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.models import Flag
from betaops.flags.queries.definitions import Loaded, load
from betaops.flags.queries.people import is_seated, known_properties, stored_tester
from betaops.flags.queries.settled import ByKey, Settled, settled_among
from betaops.kernel.ids import encode
from betaops.programs.models import Program

#: Pages evaluate this many people at most, those who were taken last.
MOST_PEOPLE = 2_000
_AT_ONCE = 500
EXAMPLES = 10


class Given(NamedTuple):
    """What one person gets and why; `distinct_id` is the id it was worked out for."""

    tester_id: UUID
    name: str
    mail: str
    distinct_id: str
    outcome: Outcome
    settled: Settled | None = None


class Value(NamedTuple):
    """One flag for one person: what they get, and how it was settled where it was."""

    flag: Flag
    outcome: Outcome
    settled: Settled | None


class Audience(NamedTuple):
    """Of `looked_at` people in the product's programs, how many get the flag, and as which value."""

    looked_at: int
    on: int
    by_value: dict[str, int]
    examples: list[Given]
    is_partial: bool


#: Somebody in a program of the product, as a row, and what decides their flags.
Seated = tuple[Any, Person]


def audience(
    session: Session,
    flag: Flag,
    now: datetime,
    loaded: Loaded | None = None,
    people: Sequence[Seated] | None = None,
) -> Audience:
    """Who gets `flag` as it is saved; an archived one nobody."""
    flags = FlagSet((loaded or load(session, flag.product_id)).compiled_from())
    counts: Counter[str] = Counter()
    examples: list[Given] = []
    looked_at = on = 0
    for tester, person in seated(session, flag.product_id, flags) if people is None else people:
        looked_at += 1
        outcome = flags.evaluate(person, now, [flag.key]).get(flag.key)
        if outcome is None:
            continue
        counts[value_word(outcome)] += 1
        if outcome.value is not False:
            on += 1
            if len(examples) < EXAMPLES:
                examples.append(Given(tester.id, tester.name, tester.mail, person.distinct_id, outcome))
    return Audience(looked_at, on, dict(counts), examples, looked_at == MOST_PEOPLE)


def value_word(outcome: Outcome) -> str:
    """ "on", "off" or the variant."""
    return outcome.value if isinstance(outcome.value, str) else "on" if outcome.value else "off"


def found_people(
    session: Session, flag: Flag, words: str, now: datetime, loaded: Loaded, *, limit: int = 10
) -> list[Given]:
    """What people whose name, address or id holds `words` get.

    A whole address or id is the one that they are asked about with: shares are drawn by it.
    """
    words = words.strip()
    if not words:
        return []
    pattern = "%" + words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    by_id = session.scalars(select(Identity.tester_id).where(Identity.distinct_id == words)).all()
    testers = session.scalars(
        select(Tester)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .join(Program, Program.id == Enrollment.program_id)
        .where(
            Program.product_id == flag.product_id,
            or_(
                func.lower(Tester.name).like(pattern, escape="\\"),
                Tester.mail_key.like(pattern, escape="\\"),
                Tester.id.in_(by_id),
            ),
        )
        .order_by(Tester.name, Tester.id)
        .distinct()
        .limit(limit)
    ).all()
    flags = FlagSet(loaded.compiled_from())
    found = []
    for tester in testers:
        is_whole = tester.id in by_id or tester.mail_key == words.lower()
        person, settled = _person(session, flag.product_id, tester, flags, words if is_whole else None)
        outcome = flags.evaluate(person, now, [flag.key]).get(flag.key)
        if outcome is not None:
            found.append(
                Given(tester.id, tester.name, tester.mail, person.distinct_id, outcome, settled.get(flag.key))
            )
    return found


def flags_for(
    session: Session, product_id: UUID, tester: Tester, now: datetime, loaded: Loaded | None = None
) -> list[Value]:
    """Every flag of the product with its value for this person and the reason."""
    loaded = loaded or load(session, product_id)
    flags = FlagSet(loaded.compiled_from())
    person, settled = _person(session, product_id, tester, flags)
    outcomes = flags.evaluate(person, now, [flag.key for flag in loaded.flags])
    return [Value(flag, outcomes[flag.key], settled.get(flag.key)) for flag in loaded.flags]


def distinct_id_of(session: Session, tester: Tester) -> str:
    """The id under which the product most likely asks about this person: the newest that it gave itself."""
    rows = session.execute(
        select(Identity.tester_id, Identity.distinct_id)
        .where(Identity.tester_id == tester.id)
        .order_by(Identity.created_at, Identity.id)
    )
    return _best_ids([tester], rows)[tester.id]


def _person(
    session: Session, product_id: UUID, tester: Tester, flags: FlagSet, distinct_id: str | None = None
) -> tuple[Person, ByKey]:
    """Without a `distinct_id` by the one under which they are most likely asked about."""
    distinct_id = distinct_id or distinct_id_of(session, tester)
    stored = stored_tester(session, product_id, tester.id)
    properties = stored.properties if stored else {}
    settled = stored.settled if stored else {}
    person = Person(
        distinct_id,
        {**properties, "distinct_id": distinct_id},
        flags.cohort_bits(stored.cohorts) if stored else 0,
        settled=values_of(settled),
    )
    return person, settled


def values_of(settled: ByKey) -> dict[str, bool | str]:
    """As the evaluation takes it."""
    return {key: each.value for key, each in settled.items()}


def _best_ids(testers: Sequence[Any], rows: Any) -> dict[UUID, str]:
    own = {tester.id: {tester.mail_key, encode("tst", tester.id)} for tester in testers}
    given = {tester_id: distinct_id for tester_id, distinct_id in rows if distinct_id not in own[tester_id]}
    return {tester.id: tester.mail_key for tester in testers} | given


def seated(
    session: Session, product_id: UUID, flags: FlagSet, among: Sequence[UUID] | None = None
) -> Iterator[Seated]:
    """The people in the product's programs, with what decides `flags`; five queries for each few hundred.

    The newest few, or those of `among` (so many ids as a statement bears).
    """
    people = session.execute(
        select(Tester.id, Tester.name, Tester.mail, Tester.mail_key, Tester.locale, Tester.attributes)
        .where(
            Tester.id.in_(
                select(Enrollment.tester_id)
                .join(Program, Program.id == Enrollment.program_id)
                .where(Program.product_id == product_id, Enrollment.state.in_(SEATED))
            )
        )
        .where(true() if among is None else Tester.id.in_(among))
        .order_by(Tester.created_at.desc(), Tester.id.desc())
        .limit(MOST_PEOPLE if among is None else None)
    ).all()
    for start in range(0, len(people), _AT_ONCE):
        some = people[start : start + _AT_ONCE]
        their_ids = [row.id for row in some]
        cohorts: dict[UUID, set[int]] = defaultdict(set)
        traits: dict[UUID, dict[str, Any]] = defaultdict(dict)
        for row in session.execute(
            select(CohortMember.tester_id, Cohort.number)
            .join(Cohort, Cohort.id == CohortMember.cohort_id)
            .join(Program, Program.id == Cohort.program_id)
            .where(CohortMember.tester_id.in_(their_ids), Program.product_id == product_id, is_seated())
        ):
            cohorts[row.tester_id].add(row.number)
        for row in session.execute(
            select(Trait.tester_id, Trait.name, Trait.value).where(Trait.tester_id.in_(their_ids))
        ):
            traits[row.tester_id][row.name] = row.value
        best = _best_ids(
            some,
            session.execute(
                select(Identity.tester_id, Identity.distinct_id)
                .where(Identity.tester_id.in_(their_ids))
                .order_by(Identity.created_at, Identity.id)
            ),
        )
        settled = settled_among(session, product_id, their_ids)
        for row in some:
            properties = known_properties(row, traits[row.id]) | {"distinct_id": best[row.id]}
            yield (
                row,
                Person(
                    best[row.id],
                    properties,
                    flags.cohort_bits(cohorts[row.id]),
                    settled=values_of(settled.get(row.id, {})),
                ),
            )
