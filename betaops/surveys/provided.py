"""What surveys put on enrollment's pages: the portal's asks, a tester's facts, history, links and own data."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Ask, Entry, Fact, Link
from betaops.kernel import clock, ids
from betaops.kernel.i18n import gettext as _
from betaops.surveys import queries
from betaops.surveys.models import Response, ResponseState, Survey


def asks(session: Session, enrollment: Enrollment) -> Sequence[Ask]:
    """Surveys that were sent to this person and wait for them; begun ones first."""
    return [
        _ask(session, survey, response)
        for survey, response in queries.waiting_for(session, enrollment, clock.now())
    ]


def _ask(session: Session, survey: Survey, response: Response | None) -> Ask:
    live_id = queries.live_version_id(session, survey)
    minutes = queries.published(session, live_id).definition.minutes if live_id is not None else None
    due: date | None = survey.closes_at.date() if survey.closes_at else None
    return Ask(
        title=survey.name,
        url=url_for("surveys_portal.enter", survey_id=survey.id),
        verb=_("Go on") if response is not None else _("Answer"),
        text=_("You have begun. Your answers are kept.") if response is not None else "",
        minutes=minutes,
        due_on=due,
        icon="clipboard-list",
    )


def facts(session: Session, enrollment: Enrollment) -> Sequence[Fact]:
    """How many surveys were answered, of those that were sent."""
    done = [row for row in _of(session, enrollment) if row[0].state is ResponseState.COMPLETE]
    waiting = len(queries.waiting_for(session, enrollment, clock.now()))
    note = _("%(n)s waiting", n=waiting) if waiting else ""
    return [Fact(label=_("Surveys answered"), value=str(len(done)), note=note)]


def timeline(session: Session, enrollment: Enrollment) -> Sequence[Entry]:
    """When which survey was answered."""
    return [
        Entry(
            at=response.finished_at,
            text=_("Answered “%(survey)s”", survey=name),
            icon="clipboard-check",
            href=_address(enrollment, response),
        )
        for response, name in _of(session, enrollment)
        if response.state is ResponseState.COMPLETE and response.finished_at is not None
    ]


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """The newest answers of a tester."""
    done = [row for row in _of(session, enrollment) if row[0].state is ResponseState.COMPLETE]
    if not done:
        return []
    return [Link(label=_("Survey answers"), url=_address(enrollment, done[0][0]), count=len(done))]


def data(session: Session, tester: Tester) -> Any:
    """Everything this room holds about a person."""
    answered = [
        {
            "id": ids.encode("rsp", response.id),
            "survey": name,
            "state": response.state.value,
            "language": response.language,
            **({"arm": response.arm} if response.arm else {}),
            "answers": response.answers,
            "started_at": response.started_at.isoformat(),
            "finished_at": response.finished_at.isoformat() if response.finished_at else None,
        }
        for response, name in queries.answered(session, tester.id)
    ]
    seen = [
        {
            "survey": name,
            "shown_in_product": showing.times,
            **{
                moment: at.isoformat() if (at := getattr(showing, moment)) else None
                for moment in ("shown_at", "dismissed_at", "answered_at")
            },
        }
        for showing, name in queries.showings(session, tester.id)
    ]
    in_arms = [{"survey": name, "is_in_arm": arm} for name, arm in queries.allotments(session, tester.id)]
    in_ledgers = [
        {"survey": name, "answered_anonymously": True}
        for name in queries.answered_anonymously(session, tester.id)
    ]
    return [*answered, *seen, *in_arms, *in_ledgers]


def _of(session: Session, enrollment: Enrollment) -> list[tuple[Response, str]]:
    found = queries.answered(session, enrollment.tester_id)
    return [row for row in found if row[0].enrollment_id == enrollment.id]


def _address(enrollment: Enrollment, response: Response) -> str:
    return url_for(
        "surveys.response",
        slug=enrollment.program.slug,
        survey_id=response.survey_id,
        response_id=response.id,
    )
