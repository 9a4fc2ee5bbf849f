"""Who has seen or answered a survey, so that nobody is asked twice on two devices.

Kept in a row of our own, and written down as facts about the person, which every device's flags are decided by.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite

from betaops.cohorts import service as cohort_service
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.models import Repeat, SurveyPlacement, SurveyShowing
from betaops.surveys.product.payload import ASKED, SEEN_PREFIX


def note_shown(
    work: Work, placement: SurveyPlacement, program_id: UUID, tester_id: UUID, at: datetime
) -> None:
    """It stood on the person's screen. One that waits behind a tab or a button has not asked them anything yet."""
    _keep(work, placement.survey_id, tester_id, shown_at=at, times=1)
    if placement.comes_by_itself:
        if placement.repeat is not Repeat.ALWAYS:
            cohort_service.set_trait(work, tester_id, ASKED, work.now.isoformat())
        _mark_seen(work, placement.number, program_id, tester_id, work.now)


def note_dismissed(
    work: Work, placement: SurveyPlacement, program_id: UUID, tester_id: UUID, at: datetime
) -> None:
    """The person closed it."""
    _keep(work, placement.survey_id, tester_id, dismissed_at=at)
    _mark_seen(work, placement.number, program_id, tester_id, work.now)


def note_answered(work: Work, survey_id: UUID, program_id: UUID, tester_id: UUID, at: datetime) -> None:
    """By whatever way; nothing is kept for a survey that does not stand in the product."""
    number = queries.placement_number(work.session, survey_id)
    if number is not None:
        _keep(work, survey_id, tester_id, answered_at=at)
        _mark_seen(work, number, program_id, tester_id, at)


def _mark_seen(work: Work, number: int, program_id: UUID, tester_id: UUID, at: datetime) -> None:
    """`at` is by our clock: what a device tells late must not shorten anybody's peace."""
    cohort_service.set_trait(work, tester_id, f"{SEEN_PREFIX}{number}", at.isoformat())
    # Not only when the fact's job comes round: the person's other device may ask this very second.
    cohort_service.touch_program(work, program_id, [tester_id])


def _keep(work: Work, survey_id: UUID, tester_id: UUID, *, times: int = 0, **moments: datetime) -> None:
    """One statement for a first and for a later time; an event that comes late moves no moment back."""
    flavour: Any = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = flavour.insert(SurveyShowing).values(
        id=new_id(),
        workspace_id=work.workspace_id,
        survey_id=survey_id,
        tester_id=tester_id,
        times=times,
        **moments,
    )
    latest = func.greatest if flavour is postgresql else func.max
    changed = {
        name: latest(func.coalesce(getattr(SurveyShowing, name), row.excluded[name]), row.excluded[name])
        for name in moments
    }
    work.session.execute(
        row.on_conflict_do_update(
            index_elements=["survey_id", "tester_id"],
            set_={"times": SurveyShowing.times + times, **changed},
        )
    )
