"""Surveys inside the product: where they stand, for whom, and who saw them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from betaops.cohorts.models import Cohort, number_for
from betaops.enrollment.models import Enrollment
from betaops.kernel import clock, ids
from betaops.kernel.db import scope_of
from betaops.kernel.errors import NotFound
from betaops.kernel.prepared import Prepared
from betaops.programs.models import Program
from betaops.surveys.models import (
    Audience,
    Response,
    ResponseState,
    Survey,
    SurveyArm,
    SurveyPlacement,
    SurveyShowing,
    SurveyState,
    SurveyVersion,
)
from betaops.surveys.product.payload import (
    Compiled,
    changes_at,
    compiled,
    flag_definition,
    survey_wire,
)
from betaops.surveys.queries.arms import arm_names, arms
from betaops.surveys.queries.surveys import live_version_id, published

#: Versions that one process keeps compiled; they never change.
MOST_KEPT = 256

_kept: dict[tuple[UUID, str], Compiled] = {}


def compiled_version(session: Session, version_id: UUID, arm: str = "") -> Compiled:
    """A version as the SDK gets it, in that arm, worked out once per process. Look its survey up first: this asks no
    workspace."""
    found = _kept.get((version_id, arm))
    if found is None:
        version = published(session, version_id, arm)
        found = compiled(version.definition, version.question_ids)
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[version_id, arm] = found
    return found


def compiled_live(session: Session, survey: Survey) -> dict[str, Compiled]:
    """By name of the arm, "" where the survey has none; nothing while nothing is published."""
    version_id = live_version_id(session, survey)
    if version_id is None:
        return {}
    names = arm_names(session, survey.id) if survey.has_arms else [""]
    return {name: compiled_version(session, version_id, name) for name in names}


def placement(session: Session, survey_id: UUID) -> SurveyPlacement | None:
    return session.scalar(select(SurveyPlacement).where(SurveyPlacement.survey_id == survey_id))


def placement_number(session: Session, survey_id: UUID) -> int | None:
    """That of a survey's placement; None for one that does not stand in the product."""
    rows = _number.rows(session, its_workspace=scope_of(session), its_survey=survey_id)
    return rows[0][0] if rows else None


_number = Prepared(
    lambda _dialect: select(SurveyPlacement.number).where(
        SurveyPlacement.workspace_id == bindparam("its_workspace", type_=Uuid()),
        SurveyPlacement.survey_id == bindparam("its_survey", type_=Uuid()),
    )
)


class Placed(NamedTuple):
    """A survey (of one with arms: one of them) that is shown now, and as what."""

    survey: Survey
    placement: SurveyPlacement
    compiled: Compiled
    arm: SurveyArm | None = None


def placed(session: Session, product_id: UUID, now: datetime) -> list[Placed]:
    """Everything that is shown in the product now, the oldest first."""
    rows = session.execute(
        select(SurveyPlacement, SurveyVersion.id)
        .join(SurveyPlacement.survey)
        .join(Survey.program)
        .join(
            SurveyVersion,
            (SurveyVersion.survey_id == Survey.id) & (SurveyVersion.number == Survey.live_number),
        )
        .options(
            contains_eager(SurveyPlacement.survey).options(
                defer(Survey.draft), contains_eager(Survey.program)
            )
        )
        .where(
            Program.product_id == product_id,
            SurveyPlacement.is_on,
            SurveyPlacement.started_at.is_not(None),
            Survey.state == SurveyState.OPEN,
        )
        .order_by(SurveyPlacement.started_at, SurveyPlacement.id)
    ).all()
    found = []
    for row, version_id in rows:
        if row.survey.takes_answers(now) and not row.survey.program.is_over:
            found += _placed_as(session, row, version_id)
    return found


def _placed_as(session: Session, row: SurveyPlacement, version_id: UUID) -> list[Placed]:
    """All arms or none: with one left out, who is asked would hang on the arm."""
    its_arms: Sequence[SurveyArm | None] = arms(session, row.survey_id) if row.survey.has_arms else [None]
    found = [
        Placed(row.survey, row, compiled_version(session, version_id, arm.name if arm else ""), arm)
        for arm in its_arms
    ]
    return [] if any(each.compiled.problems for each in found) else found


class Shown(NamedTuple):
    """What `/api/surveys` tells, and until when that stays true if nobody changes anything."""

    surveys: list[dict[str, Any]]
    until: datetime | None


def shown(session: Session, product_id: UUID, now: datetime) -> Shown:
    """The surveys of a product as SDKs read them."""
    found = placed(session, product_id, now)
    moments = [changes_at(each.placement, now) for each in found]
    moments += session.scalars(_turns(product_id, now)).all()
    return Shown(
        [survey_wire(each.survey, each.placement, each.compiled, now, each.arm) for each in found],
        min((moment for moment in moments if moment is not None), default=None),
    )


def _turns(product_id: UUID, now: datetime) -> Any:
    """The next moments at which placed surveys open or close by themselves."""
    ours = (
        select(Survey.id)
        .join(SurveyPlacement, SurveyPlacement.survey_id == Survey.id)
        .join(Program, Program.id == Survey.program_id)
        .where(Program.product_id == product_id, SurveyPlacement.is_on)
    )
    opens = select(func.min(Survey.opens_at)).where(Survey.id.in_(ours), Survey.opens_at > now)
    closes = select(func.min(Survey.closes_at)).where(Survey.id.in_(ours), Survey.closes_at > now)
    return opens.union_all(closes)


def targeting(session: Session, product_id: UUID) -> Sequence[dict[str, Any]]:
    """For `flags.internal`: the flags that tell the SDK for whom each survey is, and who has seen it."""
    return [
        flag_definition(each.placement, number_for(each.survey.program_id), each.arm)
        for each in placed(session, product_id, clock.now())
    ]


class ShownThere(NamedTuple):
    """What somebody was shown in the product; `arm` is the name of the arm in which it was, empty for none."""

    survey: Survey
    placement: SurveyPlacement
    arm: str = ""


def survey_shown_in(session: Session, product_id: UUID, outside_id: Any) -> ShownThere:
    """What an event means by its `$survey_id`, that of a survey or of an arm; `NotFound` for what was never shown in this
    product."""
    told = outside_id if isinstance(outside_id, str) else ""
    its_arm = None
    if told.startswith("arm_"):
        its_arm = session.get(SurveyArm, ids.decode("arm", told))
        if its_arm is None:
            raise NotFound
    survey_id = ids.decode("svy", told) if its_arm is None else its_arm.survey_id
    row = session.scalar(
        select(SurveyPlacement)
        .options(joinedload(SurveyPlacement.survey).options(defer(Survey.draft), joinedload(Survey.program)))
        .join(Survey, Survey.id == SurveyPlacement.survey_id)
        .join(Program, Program.id == Survey.program_id)
        .where(
            Survey.id == survey_id,
            Program.product_id == product_id,
            SurveyPlacement.started_at.is_not(None),
        )
    )
    if row is None:
        raise NotFound
    return ShownThere(row.survey, row, its_arm.name if its_arm else "")


def place_of(session: Session, program_id: UUID, tester_id: UUID) -> Enrollment | None:
    """A tester's place in a program, with its tester."""
    return session.scalar(
        select(Enrollment)
        .options(joinedload(Enrollment.tester))
        .where(Enrollment.program_id == program_id, Enrollment.tester_id == tester_id)
    )


class Reach(NamedTuple):
    """How many people a survey reached inside the product."""

    shown: int = 0
    dismissed: int = 0
    complete: int = 0


def reach(session: Session, survey_id: UUID) -> Reach:
    """People who saw it and who closed it; complete responses that came from there, strangers' too."""
    shown_to, dismissed = session.execute(
        select(func.count(SurveyShowing.shown_at), func.count(SurveyShowing.dismissed_at)).where(
            SurveyShowing.survey_id == survey_id
        )
    ).one()
    complete = session.scalar(
        select(func.count())
        .select_from(Response)
        .where(
            Response.survey_id == survey_id,
            Response.is_in_product,
            Response.state == ResponseState.COMPLETE,
        )
    )
    return Reach(shown_to, dismissed, complete or 0)


def showings(session: Session, tester_id: UUID) -> Sequence[tuple[SurveyShowing, str]]:
    """What a tester was shown in the product, with the survey's name; for their export."""
    rows = session.execute(
        select(SurveyShowing, Survey.name)
        .join(Survey, Survey.id == SurveyShowing.survey_id)
        .where(SurveyShowing.tester_id == tester_id)
        .order_by(SurveyShowing.id)
    )
    return [(showing, name) for showing, name in rows]


def answered_unnoted(session: Session, survey_id: UUID, limit: int) -> Sequence[tuple[UUID, datetime]]:
    """(tester, when) of those who have answered without that being noted for the product yet."""
    rows = session.execute(
        select(Response.tester_id, func.max(Response.finished_at))
        .outerjoin(
            SurveyShowing,
            and_(
                SurveyShowing.survey_id == Response.survey_id, SurveyShowing.tester_id == Response.tester_id
            ),
        )
        .where(
            Response.survey_id == survey_id,
            Response.tester_id.is_not(None),
            Response.state == ResponseState.COMPLETE,
            or_(SurveyShowing.id.is_(None), SurveyShowing.answered_at.is_(None)),
        )
        .group_by(Response.tester_id)
        .order_by(Response.tester_id)
        .limit(limit)
    )
    return [(tester_id, at) for tester_id, at in rows if tester_id is not None and at is not None]


def users_of_cohort(session: Session, cohort: Cohort) -> list[str]:
    """Names of the surveys that are shown to `cohort` in the product."""
    rows = session.execute(
        select(Survey.name, SurveyPlacement.cohorts)
        .join(SurveyPlacement, SurveyPlacement.survey_id == Survey.id)
        .where(Survey.program_id == cohort.program_id, SurveyPlacement.audience == Audience.COHORTS)
        .order_by(Survey.name)
    )
    return [name for name, numbers in rows if cohort.number in numbers]
