"""Putting people into arms: each into the one with the fewest so far.

The arms of a survey are locked until it is written who is in which, so people who begin at once come one after the other
and the arms stay even, in however many processes. Always locked before the survey and all places (see `places`).

A person whom we know is put into one once, and stays there by whatever way they come (`SurveyAllotment`): when they begin,
or before, when a mail or the product is to show them their arm. Of an anonymous survey that is not kept, for it would tell
a person's response from those of the other arms; there, as with strangers, the response alone has it.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from betaops.kernel.ids import new_id
from betaops.kernel.prepared import flavour
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.engine.arms import drawn, next_of
from betaops.surveys.models import Survey, SurveyAllotment, SurveyArm


class _Arm(NamedTuple):
    """An arm as it stands."""

    id: UUID
    name: str
    weight: int
    taken: int


def arm_for(
    work: Work, survey: Survey, enrollment_id: UUID | None = None, *, is_test: bool = False, wanted: str = ""
) -> str:
    """The arm of a response that is about to be written; `count` it then. Empty where the survey has none.

    Of a person it is the one that they were put into already, if they were. A trial gets the one that is `wanted`, else
    any, and counts nowhere.
    """
    if not survey.has_arms:
        return ""
    known = "" if is_test else _known(work, survey, enrollment_id)
    if known:
        return known
    columns = select(SurveyArm.id, SurveyArm.name, SurveyArm.weight, SurveyArm.taken)
    found = _in_order(columns, survey.id)
    arms = [_Arm(*row) for row in work.session.execute(found if is_test else found.with_for_update())]
    if not arms:
        return ""
    if is_test:
        return next((arm.name for arm in arms if arm.name == wanted), "") or drawn(arms).name
    # Somebody may have put them into one while we waited for the arms.
    return _known(work, survey, enrollment_id) or next_of(arms).name


def count(work: Work, survey: Survey, arm: str, enrollment_id: UUID | None = None) -> None:
    """Somebody has come into an arm: a response that is no trial was written, or a person is shown it. A person counts
    once."""
    if not arm or (_keeps(survey, enrollment_id) and not _allot(work, survey, arm, enrollment_id)):
        return
    one_more = update(SurveyArm).where(SurveyArm.survey_id == survey.id, SurveyArm.name == arm)
    work.session.execute(
        one_more.values(taken=SurveyArm.taken + 1).execution_options(synchronize_session=False)
    )


def put_into(work: Work, survey: Survey, enrollment_id: UUID) -> str:
    """Put a person into an arm who has not begun, because they are shown something of it; empty: the survey has none.

    Hold no lock on people when calling it: whoever begins locks the arms first.
    """
    arm = arm_for(work, survey, enrollment_id)
    count(work, survey, arm, enrollment_id)
    return arm


def _keeps(survey: Survey, enrollment_id: UUID | None) -> bool:
    return enrollment_id is not None and not survey.is_anonymous


def _known(work: Work, survey: Survey, enrollment_id: UUID | None) -> str:
    if enrollment_id is None or survey.is_anonymous:
        return ""
    return queries.allotted(work.session, survey.id, enrollment_id)


def _allot(work: Work, survey: Survey, arm: str, enrollment_id: UUID | None) -> bool:
    """Whether this call has put them into it."""
    its_id = select(SurveyArm.id).where(SurveyArm.survey_id == survey.id, SurveyArm.name == arm)
    row = (
        flavour(work.session.get_bind().dialect.name)
        .insert(SurveyAllotment)
        .values(
            id=new_id(),
            workspace_id=survey.workspace_id,
            survey_id=survey.id,
            enrollment_id=enrollment_id,
            arm_id=its_id.scalar_subquery(),
        )
    )
    put = row.on_conflict_do_nothing(index_elements=["survey_id", "enrollment_id"])
    return work.session.scalar(put.returning(SurveyAllotment.id)) is not None


def lock(work: Work, survey_id: UUID) -> list[SurveyArm]:
    """All of them, so that nobody is put into one meanwhile."""
    found = _in_order(select(SurveyArm), survey_id).with_for_update()
    return list(work.session.scalars(found.execution_options(populate_existing=True)))


def _in_order(found: Any, survey_id: UUID) -> Any:
    """The one order in which all lock them."""
    return found.where(SurveyArm.survey_id == survey_id).order_by(SurveyArm.id)
