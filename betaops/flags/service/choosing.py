"""Joining and leaving features: by testers, by visitors of the product, and by members for a tester."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.cohorts import service as cohort_service
from betaops.enrollment.service.telling import tell_changed
from betaops.flags import queries, stages
from betaops.flags.events import (
    FeatureChosen,
    FeatureJoined,
    FeatureJoinedByHand,
    FeatureLeft,
    FeatureLeftByHand,
)
from betaops.flags.models import Feature, FeatureChoice, Flag, Stage
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.work import Actor, Work


class Told(Protocol):
    """An event of the product under test."""

    @property
    def distinct_id(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def properties(self) -> dict[str, Any]: ...


#: By whether they join, and whether somebody does it for them.
_EVENTS: dict[tuple[bool, bool], type[FeatureChosen]] = {
    (True, False): FeatureJoined,
    (False, False): FeatureLeft,
    (True, True): FeatureJoinedByHand,
    (False, True): FeatureLeftByHand,
}


@dataclass(frozen=True)
class _Said:
    has_joined: bool
    chosen_at: datetime
    stage: Stage
    #: The member who says it for somebody; empty where they say it themselves.
    who: str = ""


def choose(work: Work, feature_id: UUID, tester_id: UUID, *, joins: bool) -> bool:
    """A tester's choice, now; whether it changed anything. A member who acts for them is named with it."""
    flag, feature = queries.feature(work.session, feature_id)
    who = "" if work.actor.kind == "tester" else work.actor.name
    return _keep(work, flag, feature, tester_id, None, _Said(joins, work.now, feature.stage, who))


def read_update(work: Work, product_id: UUID, tester_id: UUID | None, told: Told) -> None:
    """`$feature_enrollment_update`: somebody joined or left inside the product. For `usage.readers`.

    Everything in it is a claim of whoever has the public key. Where the product wants signatures, only what proves
    whom it is about comes here.
    """
    chosen = told.properties.get("$feature_enrollment")
    joins = chosen is True or chosen == "true"
    if not joins and chosen is not False and chosen != "false":
        raise Invalid("no_choice", _("The event does not say whether somebody joined."))
    key = str(told.properties.get("$feature_flag"))
    flag, feature = queries.feature_by_key(work.session, product_id, key)
    stage = told.properties.get("$feature_enrollment_stage")
    said = _Said(joins, told.at, Stage(stage) if stage in list(Stage) else feature.stage)
    own = _by_themselves(work, tester_id)
    _keep(own, flag, feature, tester_id, told.distinct_id if tester_id is None else None, said)


def adopt(work: Work, tester_id: UUID, distinct_id: str) -> int:
    """What a visitor chose is the tester's who they turned out to be, unless they chose later; how many there were."""
    rows = work.session.execute(
        select(FeatureChoice, Feature, Flag)
        .join(Feature, Feature.id == FeatureChoice.feature_id)
        .join(Flag, Flag.id == Feature.flag_id)
        .where(FeatureChoice.distinct_id == distinct_id)
        .order_by(Flag.id)
    ).all()
    for choice, feature, flag in rows:
        own = _former(work, feature.id, tester_id, None)
        if own is None or own.chosen_at < choice.chosen_at:
            said = _Said(choice.has_joined, choice.chosen_at, choice.stage)
            _keep(_by_themselves(work, tester_id), flag, feature, tester_id, None, said)
        work.delete(choice)
    return len(rows)


def _by_themselves(work: Work, tester_id: UUID | None) -> Work:
    """The same work in the hands of whoever chose."""
    return replace(work, actor=Actor("visitor" if tester_id is None else "tester", tester_id))


def forget_choices(work: Work, flag: Flag) -> None:
    """Take away what choices about this flag's feature left with cohort rules; the rows go with the feature."""
    testers = work.session.scalars(
        select(FeatureChoice.tester_id)
        .join(Feature, Feature.id == FeatureChoice.feature_id)
        .where(Feature.flag_id == flag.id, FeatureChoice.tester_id.is_not(None))
        .order_by(FeatureChoice.tester_id)
    ).all()
    for tester_id in testers:
        if tester_id is not None:
            cohort_service.set_trait(work, tester_id, stages.property_name(flag.key), None)


def _keep(
    work: Work, flag: Flag, feature: Feature, tester_id: UUID | None, distinct_id: str | None, said: _Said
) -> bool:
    """The latest choice of each person counts, whichever arrives first; whether anything changed by this one."""
    former = _former(work, feature.id, tester_id, distinct_id)
    is_same = former is not None and (former.has_joined, former.who) == (said.has_joined, said.who)
    if not _write(work, feature.id, tester_id, distinct_id, said) or is_same:
        return False
    if tester_id is not None:
        cohort_service.set_trait(work, tester_id, stages.property_name(flag.key), said.has_joined)
    work.record(
        _EVENTS[said.has_joined, bool(said.who)](
            feature_id=feature.id,
            product_id=flag.product_id,
            key=flag.key,
            stage=said.stage.value,
            tester_id=tester_id,
        )
    )
    if tester_id is not None:
        tell_changed(work, [tester_id])
    elif distinct_id is not None:
        tell_changed(work, distinct_ids=[distinct_id])
    return True


def _former(
    work: Work, feature_id: UUID, tester_id: UUID | None, distinct_id: str | None
) -> FeatureChoice | None:
    return work.session.scalar(
        select(FeatureChoice)
        .where(
            FeatureChoice.feature_id == feature_id,
            FeatureChoice.tester_id == tester_id
            if tester_id is not None
            else FeatureChoice.distinct_id == distinct_id,
        )
        .execution_options(populate_existing=True)
    )


def _write(
    work: Work, feature_id: UUID, tester_id: UUID | None, distinct_id: str | None, said: _Said
) -> bool:
    """Whether it is the latest: asked by the database, so that two at the same moment do not cross."""
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = flavour.insert(FeatureChoice).values(
        id=new_id(),
        workspace_id=work.workspace_id,
        feature_id=feature_id,
        tester_id=tester_id,
        distinct_id=distinct_id,
        has_joined=said.has_joined,
        chosen_at=said.chosen_at,
        stage=said.stage,
        who=said.who,
    )
    told = ("has_joined", "chosen_at", "stage", "who")
    statement = row.on_conflict_do_update(
        index_elements=["feature_id", "distinct_id" if tester_id is None else "tester_id"],
        set_={name: row.excluded[name] for name in told},
        where=FeatureChoice.chosen_at <= row.excluded.chosen_at,
    )
    return work.session.execute(statement.returning(FeatureChoice.id)).first() is not None
