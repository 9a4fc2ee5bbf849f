"""What is known about people, in the form that rules read."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from betaops.cohorts.models import Trait
from betaops.cohorts.queries.sources import looked_up
from betaops.cohorts.rules import Facts
from betaops.enrollment.models import MOMENTS, Enrollment, State, Tester
from betaops.kernel.ids import encode
from betaops.kernel.prepared import Prepared, as_text, listed

#: How many people are held in memory at once.
_AT_ONCE = 2_000
#: What is known of everybody beside attributes, answers and traits: columns of `Tester` and of `Enrollment`.
OF_TESTER = ("mail", "name", "locale", "created_at", "seen_at")
OF_ENROLLMENT = ("state", "source", *MOMENTS.values())
_PERSON = (
    Tester.id,
    Tester.attributes,
    Enrollment.answers,
    *(getattr(Tester, name) for name in OF_TESTER),
    *(getattr(Enrollment, name) for name in OF_ENROLLMENT),
)


class Known(NamedTuple):
    """One person of a program, and the facts about them there."""

    tester_id: UUID
    name: str
    mail: str
    state: State
    facts: Facts


def known(
    session: Session,
    program_id: UUID,
    tester_ids: Sequence[UUID] | None = None,
    *,
    reads: Collection[str] = (),
    most: int | None = None,
) -> Iterator[Known]:
    """Everybody who ever applied to the program (or those of `tester_ids`, or the newest `most`).

    Facts that are to be looked up elsewhere (`sources`) are there where their names stand in `reads`.
    """
    people = (
        select(*_PERSON)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program_id)
    )
    if tester_ids is not None:
        people = people.where(Tester.id.in_(tester_ids))
    if most is not None:
        people = people.order_by(Enrollment.applied_at.desc(), Enrollment.id.desc()).limit(most)
    for rows in session.execute(people, execution_options={"yield_per": _AT_ONCE}).partitions():
        their_ids = [row.id for row in rows]
        traits, more = _traits(session, their_ids), looked_up(session, program_id, their_ids, reads)
        for row in rows:
            facts = {**_facts(row, traits[row.id]), **more[row.id]}
            yield Known(row.id, row.name, row.mail, row.state, facts)


def _facts(row: Any, traits: Mapping[str, Any]) -> Facts:
    return {
        "attribute": row.attributes,
        "answer": row.answers,
        "trait": traits,
        "enrollment": {**{name: getattr(row, name) for name in OF_ENROLLMENT}, "state": row.state.value},
        "tester": {"id": encode("tst", row.id), **{name: getattr(row, name) for name in OF_TESTER}},
    }


def _traits(session: Session, tester_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """By person and name."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for start in range(0, len(tester_ids), 500):
        some = tester_ids[start : start + 500]
        for tester_id, name, value in session.execute(
            select(Trait.tester_id, Trait.name, Trait.value).where(Trait.tester_id.in_(some))
        ):
            found[tester_id][name] = value
    return found


#: Where facts stand: whole sources, and single columns by the name of the fact.
COLUMNS: dict[str, Any] = {
    "attribute": Tester.attributes,
    "answer": Enrollment.answers,
    **{f"tester.{name}": getattr(Tester, name) for name in OF_TESTER},
    **{f"enrollment.{name}": getattr(Enrollment, name) for name in OF_ENROLLMENT},
    # Its text alone: to make a `State` of each costs more than to read it.
    "enrollment.state": type_coerce(Enrollment.state, String),
}


#: Those that most rules read, and that cost next to nothing to read beside others.
AT_HAND = ("answer", "attribute", "enrollment.state")


def place_of(fact: str) -> str | None:
    """The one of `COLUMNS` in which it stands; None for what is to be looked up elsewhere."""
    source = fact.partition(".")[0]
    return source if source in COLUMNS else fact if fact in COLUMNS else None


@lru_cache(maxsize=500)
def _theirs(places: tuple[str, ...]) -> Prepared:
    """Of some people: who they are, and these of `COLUMNS`."""
    return Prepared(
        lambda dialect: (
            select(Enrollment.tester_id, *(COLUMNS[place] for place in places))
            .join(Tester, Tester.id == Enrollment.tester_id)
            .where(
                Enrollment.workspace_id == bindparam("workspace_id"),
                # Together, so that SQLite looks them up by the key of both.
                tuple_(Enrollment.program_id, Enrollment.tester_id).in_(
                    select(bindparam("program_id", type_=Uuid()), listed(dialect, "tester_ids"))
                ),
            )
        )
    )


_THEIR_TRAITS = Prepared(
    lambda dialect: select(Trait.tester_id, Trait.name, Trait.value).where(
        Trait.workspace_id == bindparam("workspace_id"),
        Trait.tester_id.in_(select(listed(dialect, "tester_ids"))),
    )
)


def facts_of_one(
    session: Session, program_id: UUID, tester_id: UUID, reads: Collection[str], row: Mapping[str, Any]
) -> Facts | None:
    """The same about one person of whom `row`, the values of `AT_HAND`, was read already."""
    elsewhere = {place_of(fact) for fact in reads if not fact.startswith("trait.")} - set(AT_HAND)
    if elsewhere:
        return facts_of(session, program_id, [tester_id], reads).get(tester_id)
    facts = _read(None, AT_HAND, [row[name] for name in AT_HAND])
    return {**facts, "trait": _traits_of(session, [tester_id], reads)[tester_id]}


def facts_of(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], reads: Collection[str]
) -> dict[UUID, Facts]:
    """What `reads` names about one person or some hundreds; who has no place in the program is left out."""
    whom = {"workspace_id": session.info["workspace_id"], "tester_ids": as_text(tester_ids)}
    traits = _traits_of(session, tester_ids, reads)
    places = tuple(sorted({place for place in map(place_of, reads) if place is not None}))
    rows = _theirs(places).rows(session, **whom, program_id=program_id)
    more = looked_up(session, program_id, tester_ids, reads)
    has_id = any(fact == "tester.id" or fact.startswith("sample.") for fact in reads)
    return {
        tester_id: {
            **_read(tester_id if has_id else None, places, read),
            "trait": traits[tester_id],
            **more[tester_id],
        }
        for tester_id, *read in rows
    }


def _traits_of(
    session: Session, tester_ids: Sequence[UUID], reads: Collection[str]
) -> defaultdict[UUID, dict[str, Any]]:
    """By person and name; nobody's where no trait is read."""
    found: defaultdict[UUID, dict[str, Any]] = defaultdict(dict)
    if any(fact.startswith("trait.") for fact in reads):
        for tester_id, name, value in _THEIR_TRAITS.rows(
            session, workspace_id=session.info["workspace_id"], tester_ids=as_text(tester_ids)
        ):
            found[tester_id][name] = value
    return found


def _read(tester_id: UUID | None, places: Sequence[str], values: Sequence[Any]) -> Facts:
    """Facts by source, of what stood in some of `COLUMNS`."""
    found: dict[str, Any] = {"enrollment": {}, "tester": {}}
    for place, value in zip(places, values, strict=True):
        source, _dot, name = place.partition(".")
        if name:
            found[source][name] = value
        else:
            found[source] = value
    if tester_id is not None:
        found["tester"]["id"] = encode("tst", tester_id)
    return found
