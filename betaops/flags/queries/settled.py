"""What was settled for people beforehand: what they chose about features, and what members set by hand.

A value set by hand wins over a choice. A choice counts from the alpha stage on. Joining counts for testers as
cohorts do: not for applicants and not for who left every program of the product; leaving counts always.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import SEATED, Enrollment, Identity
from betaops.flags.definitions import MOST_MEMBERS
from betaops.flags.models import Feature, FeatureChoice, Flag, FlagOverride
from betaops.flags.stages import ACTIVE
from betaops.programs.models import Program


class Settled(NamedTuple):
    """The value of one flag for one person, and how it came to be. `who` is empty where they chose themselves."""

    value: bool | str
    at: datetime
    who: str = ""
    why: str = ""
    is_override: bool = False


#: By flag key.
ByKey = dict[str, Settled]


def chosen_by_tester(
    session: Session, product_id: UUID, tester_id: UUID, distinct_id: str, *, joins: bool
) -> ByKey:
    """With what they chose under `distinct_id` before it was known to be theirs; `joins`: `may_join`."""
    is_theirs = FeatureChoice.tester_id == tester_id
    if distinct_id:
        is_theirs = or_(is_theirs, FeatureChoice.distinct_id == distinct_id)
    chosen = _by_key(_choices(session, product_id, is_theirs))
    return chosen if joins else {key: each for key, each in chosen.items() if each.value is False}


def chosen_by_visitor(session: Session, product_id: UUID, distinct_id: str) -> ByKey:
    """Of somebody whom nobody knows."""
    return _by_key(_choices(session, product_id, FeatureChoice.distinct_id == distinct_id))


def set_by_hand(session: Session, product_id: UUID, tester_id: UUID) -> ByKey:
    """What members set for a tester."""
    return _by_key(_overrides(session, product_id, FlagOverride.tester_id == tester_id))


def may_join(session: Session, product_id: UUID, tester_id: UUID) -> bool:
    """Whether joining counts for this tester: with a seat, or never having asked for one, like any visitor."""
    states = session.scalars(
        select(Enrollment.state)
        .join(Program, Program.id == Enrollment.program_id)
        .where(Program.product_id == product_id, Enrollment.tester_id == tester_id)
    ).all()
    return not states or not SEATED.isdisjoint(states)


def settled_among(session: Session, product_id: UUID, tester_ids: Sequence[UUID]) -> dict[UUID, ByKey]:
    """Of each of these testers, who all have a seat; two queries, however many they are."""
    found: dict[UUID, ByKey] = defaultdict(dict)
    for tester_id, key, settled in (
        *_choices(session, product_id, FeatureChoice.tester_id.in_(tester_ids)),
        *_overrides(session, product_id, FlagOverride.tester_id.in_(tester_ids)),
    ):
        if tester_id is not None:
            found[tester_id][key] = settled
    return found


def settled_ids(session: Session, product_id: UUID) -> dict[str, dict[bool | str, set[str]]]:
    """By flag key and value: every distinct id of the people for whom it was settled.

    Of a feature about which too many have chosen for a list, only as many as show that.
    """
    values: dict[str, dict[str, bool | str]] = defaultdict(dict)
    for key, distinct_id, has_joined in _ids_of_visitors(session, product_id):
        values[key][distinct_id] = has_joined
    for key, distinct_id, has_joined in _ids_of_joiners(session, product_id):
        values[key][distinct_id] = has_joined
    overridden = (
        select(Flag.key, Identity.distinct_id, FlagOverride)
        .join(Flag, Flag.id == FlagOverride.flag_id)
        .join(Identity, Identity.tester_id == FlagOverride.tester_id)
        .where(Flag.product_id == product_id)
    )
    for key, distinct_id, override in session.execute(overridden):
        values[key][distinct_id] = override.value
    found: dict[str, dict[bool | str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for key, people in values.items():
        for distinct_id, value in people.items():
            found[key][value].add(distinct_id)
    return found


class Counts(NamedTuple):
    """How many chose about a feature, visitors included."""

    joined: int = 0
    left: int = 0


def choice_counts(session: Session, feature_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """Of each of these features."""
    rows = session.execute(
        select(
            FeatureChoice.feature_id,
            func.count().filter(FeatureChoice.has_joined),
            func.count().filter(~FeatureChoice.has_joined),
        )
        .where(FeatureChoice.feature_id.in_(feature_ids))
        .group_by(FeatureChoice.feature_id)
    )
    return {feature_id: Counts() for feature_id in feature_ids} | {row[0]: Counts(*row[1:]) for row in rows}


def visitors_who_joined(session: Session, feature_id: UUID) -> int:
    """How many of those who joined are nobody we know."""
    return (
        session.scalar(
            select(func.count())
            .select_from(FeatureChoice)
            .where(
                FeatureChoice.feature_id == feature_id,
                FeatureChoice.has_joined,
                FeatureChoice.tester_id.is_(None),
            )
        )
        or 0
    )


def choices_of(session: Session, tester_id: UUID) -> Sequence[tuple[Flag, Feature, FeatureChoice]]:
    """Everything somebody chose, whatever the stage."""
    rows = session.execute(
        select(Flag, Feature, FeatureChoice)
        .join(Feature, Feature.id == FeatureChoice.feature_id)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(FeatureChoice.tester_id == tester_id)
        .order_by(Flag.key)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def overrides_of(session: Session, tester_id: UUID) -> Sequence[tuple[Flag, FlagOverride]]:
    rows = session.execute(
        select(Flag, FlagOverride)
        .join(Flag, Flag.id == FlagOverride.flag_id)
        .where(FlagOverride.tester_id == tester_id)
        .order_by(Flag.key)
    )
    return [(row[0], row[1]) for row in rows]


_Row = tuple[UUID | None, str, Settled]


def _by_key(rows: Iterator[_Row]) -> ByKey:
    return {key: settled for _tester_id, key, settled in rows}


def _choices(session: Session, product_id: UUID, *conditions: Any) -> Iterator[_Row]:
    """Those that count, the later after the earlier; of two about one flag a tester's own stands last if made at once."""
    rows = session.execute(
        select(
            FeatureChoice.tester_id,
            Flag.key,
            FeatureChoice.has_joined,
            FeatureChoice.chosen_at,
            FeatureChoice.who,
        )
        .join(Feature, Feature.id == FeatureChoice.feature_id)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(Flag.product_id == product_id, Feature.stage.in_(ACTIVE), *conditions)
        .order_by(FeatureChoice.chosen_at, FeatureChoice.distinct_id.is_(None))
    )
    for tester_id, key, has_joined, chosen_at, who in rows:
        yield tester_id, key, Settled(has_joined, chosen_at, who)


def _overrides(session: Session, product_id: UUID, condition: Any) -> Iterator[_Row]:
    rows = session.execute(
        select(Flag.key, FlagOverride)
        .join(Flag, Flag.id == FlagOverride.flag_id)
        .where(Flag.product_id == product_id, condition)
    )
    for key, row in rows:
        yield row.tester_id, key, Settled(row.value, row.set_at, row.who, row.why, is_override=True)


def _has_or_needs_no_seat(product_id: UUID) -> Any:
    """`may_join` for the testers of a select over choices."""
    places = (
        select(Enrollment.id)
        .join(Program, Program.id == Enrollment.program_id)
        .where(Program.product_id == product_id, Enrollment.tester_id == FeatureChoice.tester_id)
    )
    return or_(places.where(Enrollment.state.in_(SEATED)).exists(), ~places.exists())


def _countable(session: Session, product_id: UUID) -> Mapping[UUID, str]:
    """Features in a stage in which choices count, with their flags' keys."""
    rows = session.execute(
        select(Feature.id, Flag.key)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(Flag.product_id == product_id, Feature.stage.in_(ACTIVE))
    )
    return {row.id: row.key for row in rows}


def _ids_of_visitors(session: Session, product_id: UUID) -> Iterator[tuple[str, str, bool]]:
    for feature_id, key in _countable(session, product_id).items():
        rows = session.execute(
            select(FeatureChoice.distinct_id, FeatureChoice.has_joined)
            .where(FeatureChoice.feature_id == feature_id, FeatureChoice.tester_id.is_(None))
            .limit(MOST_MEMBERS + 1)
        )
        for distinct_id, has_joined in rows:
            yield key, distinct_id or "", has_joined


def _ids_of_joiners(session: Session, product_id: UUID) -> Iterator[tuple[str, str, bool]]:
    for feature_id, key in _countable(session, product_id).items():
        rows = session.execute(
            select(Identity.distinct_id, FeatureChoice.has_joined)
            .join(Identity, Identity.tester_id == FeatureChoice.tester_id)
            .where(
                FeatureChoice.feature_id == feature_id,
                or_(~FeatureChoice.has_joined, _has_or_needs_no_seat(product_id)),
            )
            .limit(MOST_MEMBERS + 1)
        )
        for distinct_id, has_joined in rows:
            yield key, distinct_id, has_joined
