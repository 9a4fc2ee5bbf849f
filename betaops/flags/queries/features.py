"""Early-access features."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.flags.conditions import Person
from betaops.flags.evaluation import FlagSet
from betaops.flags.models import Feature, FeatureChoice, Flag, FlagOverride, Stage
from betaops.flags.queries.audiences import Value, flags_for, seated
from betaops.flags.queries.definitions import load
from betaops.flags.queries.settled import visitors_who_joined
from betaops.flags.stages import ACTIVE
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program

#: In which order testers read about features: the nearest to its release first.
_NEAREST = (Stage.BETA, Stage.ALPHA, Stage.CONCEPT, Stage.GENERAL_AVAILABILITY)


def feature_of(session: Session, flag_id: UUID) -> Feature | None:
    """The one that this flag carries."""
    return session.scalar(select(Feature).where(Feature.flag_id == flag_id))


def feature(session: Session, feature_id: UUID) -> tuple[Flag, Feature]:
    row = session.execute(
        select(Flag, Feature).join(Feature, Feature.flag_id == Flag.id).where(Feature.id == feature_id)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def feature_by_key(session: Session, product_id: UUID, key: str) -> tuple[Flag, Feature]:
    """By its flag's key."""
    row = session.execute(
        select(Flag, Feature)
        .join(Feature, Feature.flag_id == Flag.id)
        .where(Flag.product_id == product_id, Flag.key == key)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def listed_features(
    session: Session, product_id: UUID, *, cursor: str | None = None, size: int = 50
) -> Page[Feature]:
    """A page of a product's features, the oldest first."""
    return keyset(
        session,
        select(Feature).join(Flag, Flag.id == Feature.flag_id).where(Flag.product_id == product_id),
        order=[(Feature.id, "asc")],
        cursor=cursor,
        size=size,
    )


def has_features(session: Session, product_id: UUID) -> bool:
    found = select(Feature.id).join(Flag, Flag.id == Feature.flag_id).where(Flag.product_id == product_id)
    return session.scalar(found.limit(1)) is not None


def choices(session: Session, product_id: UUID, tester_id: UUID) -> dict[UUID, FeatureChoice]:
    """What a tester chose about the product's features, by feature."""
    rows = session.scalars(
        select(FeatureChoice)
        .join(Feature, Feature.id == FeatureChoice.feature_id)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(Flag.product_id == product_id, FeatureChoice.tester_id == tester_id)
    )
    return {row.feature_id: row for row in rows}


def untried(session: Session, product_id: UUID, tester_id: UUID) -> Sequence[str]:
    """Names of the features that can be joined now and about which this tester has said nothing."""
    is_chosen = (
        select(FeatureChoice.id)
        .where(FeatureChoice.feature_id == Feature.id, FeatureChoice.tester_id == tester_id)
        .exists()
    )
    return session.scalars(
        select(Feature.name)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(
            Flag.product_id == product_id,
            Flag.is_active,
            Feature.stage.in_((Stage.ALPHA, Stage.BETA)),
            ~is_chosen,
        )
        .order_by(Feature.name)
    ).all()


def tester_of_product(session: Session, product_id: UUID, tester_id: UUID) -> Tester:
    """Somebody who ever asked for a place in one of the product's programs; `NotFound` for anybody else."""
    is_known = (
        select(Enrollment.id)
        .join(Program, Program.id == Enrollment.program_id)
        .where(Program.product_id == product_id, Enrollment.tester_id == tester_id)
        .exists()
    )
    found = session.scalar(select(Tester).where(Tester.id == tester_id, is_known))
    if found is None:
        raise NotFound
    return found


class Offer(NamedTuple):
    """A feature as one tester meets it. `value` is what they get now, whatever they chose."""

    feature: Feature
    choice: FeatureChoice | None
    value: Value


def offers(session: Session, product_id: UUID, tester: Tester, now: datetime) -> list[Offer]:
    """Every feature of the product for this tester: the nearest to its release first, then by name."""
    loaded = load(session, product_id)
    if not loaded.features:
        return []
    chosen = choices(session, product_id, tester.id)
    found = [
        Offer(each, chosen.get(each.id), value)
        for value in flags_for(session, product_id, tester, now, loaded)
        if (each := loaded.features.get(value.flag.id)) is not None
    ]
    return sorted(
        found, key=lambda offer: (_NEAREST.index(offer.feature.stage), offer.feature.name.casefold())
    )


class StageEffect(NamedTuple):
    """What another stage would change among the people in the product's programs; `visitors` are others who joined."""

    gains: int
    loses: int
    visitors: int


def effect(
    session: Session,
    flag: Flag,
    offered: Feature,
    to_stage: Stage,
    now: datetime,
    *,
    for_everybody: bool = False,
) -> StageEffect:
    """Of moving `offered` to `to_stage`, with a condition for everybody added (`with_everybody`) or not."""
    loaded = load(session, flag.product_id)
    today = then = FlagSet(loaded.compiled_from())
    if for_everybody:
        changed = [
            {**each, "filters": with_everybody(each["filters"])} if each["key"] == flag.key else each
            for each in loaded.evaluated()
        ]
        then = FlagSet(loaded.compiled_from()._replace(flags=changed))
    chosen = {
        row.tester_id: row.has_joined
        for row in session.scalars(select(FeatureChoice).where(FeatureChoice.feature_id == offered.id))
    }
    by_hand = set(session.scalars(select(FlagOverride.tester_id).where(FlagOverride.flag_id == flag.id)))
    gains = loses = 0
    for row, person in seated(session, flag.product_id, today):
        moved = person
        if row.id not in by_hand:
            moved = _moved(person, flag.key, chosen.get(row.id) if to_stage in ACTIVE else None)
        is_on = today.evaluate(person, now, [flag.key])[flag.key].value is not False
        will_be = then.evaluate(moved, now, [flag.key])[flag.key].value is not False
        gains += will_be and not is_on
        loses += is_on and not will_be
    changes = (offered.stage in ACTIVE) is not (to_stage in ACTIVE)
    return StageEffect(gains, loses, visitors_who_joined(session, offered.id) if changes else 0)


def with_everybody(filters: dict[str, Any]) -> dict[str, Any]:
    """These filters with a last condition that takes everybody; as they are where one does already."""
    groups = list(filters.get("groups") or [])
    if any(_takes_everybody(group) for group in groups):
        return filters
    return {**filters, "groups": [*groups, {"properties": [], "rollout_percentage": 100, "variant": None}]}


def _takes_everybody(group: dict[str, Any]) -> bool:
    percentage = group.get("rollout_percentage")
    return not group.get("properties") and (percentage is None or percentage >= 100)


def _moved(person: Person, key: str, chosen: bool | None) -> Person:
    settled = {each: value for each, value in person.settled.items() if each != key}
    if chosen is not None:
        settled[key] = chosen
    return person._replace(settled=settled)
