"""Typed rows of complete responses. Those of anonymous surveys wait until five are together.

Above five, two looks at the results, one before and one after a single answer, would tell what that one person said. So
what came since is shown five at a time: whatever two looks differ in was said by at least five people.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import String, cast, func, select, update

from betaops.kernel.inserts import Inserts
from betaops.kernel.work import Work
from betaops.surveys import policy, queries, service
from betaops.surveys.engine.judging import rows_of
from betaops.surveys.engine.plain import TypedRows
from betaops.surveys.events import AnonymousAnswersTold
from betaops.surveys.models import Answer, Response, ResponseState, Survey
from betaops.surveys.queries.surveys import Published

_answers = Inserts(Answer)


def write(work: Work, response: Response, published: Published, typed: TypedRows | None = None) -> None:
    """The rows of one response (`typed`, where they are at hand), and that it counts from now on."""
    typed = rows_of(published.definition, response.answers) if typed is None else typed
    rows = [
        {
            "workspace_id": response.workspace_id,
            "response_id": response.id,
            "question_id": published.question_ids[name],
            "row": row.row,
            "code": row.code,
            "number": row.number,
            "text": row.text,
        }
        for name, parts in typed.items()
        # A version from before a type was asked knows no question of that name.
        if name in published.question_ids
        for row in parts
    ]
    if rows:
        _answers.write(work.session, rows)
    service.count_in(work, response.survey_id, response.id)


def hold(work: Work, response: Response) -> None:
    """Keep an anonymous one back, or show it together with those that wait already.

    Five testers together, or five that came by public links: expectations count testers alone, and move by five as well.
    One after the other: of two that end in the same moment, neither would see that the other waits, and five would go on
    waiting. Who only refers to the survey is not held up (`FOR NO KEY UPDATE`); SQLite's writers are alone anyway.
    """
    response.is_held = True
    work.session.flush()
    work.session.execute(
        select(Survey.id).where(Survey.id == response.survey_id).with_for_update(key_share=True)
    )
    waiting = work.session.scalars(
        select(Response)
        .where(
            Response.survey_id == response.survey_id,
            Response.state == ResponseState.COMPLETE,
            Response.is_held,
            Response.is_in_ledger == response.is_in_ledger,
        )
        .order_by(Response.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(waiting) < policy.FEWEST_SHOWN:
        return
    for each in waiting:
        each.is_held = False
        write(work, each, queries.published(work.session, each.version_id, each.arm))
    work.session.flush()
    # Those five have moved, so that how many are complete is told with what they said.
    tell_positions(work, response.survey_id)
    _announce_later(work, response.survey_id)


def _announce_later(work: Work, survey_id: UUID) -> None:
    """At the next full hour: what is recorded keeps its moment for good, and the fifth one's is not to be known."""
    work.enqueue(
        "surveys.announce_told",
        {"survey_id": str(survey_id)},
        at=work.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1),
        unique=f"surveys.announce_told:{survey_id}",
    )


def announce_told(work: Work, survey_id: UUID) -> None:
    """Record that more of an anonymous survey's answers count than before."""
    program_id = work.session.scalar(select(Survey.program_id).where(Survey.id == survey_id))
    if program_id is not None:
        work.record(AnonymousAnswersTold(survey_id=survey_id, program_id=program_id))


def tell_positions(work: Work, survey_id: UUID) -> bool:
    """Tell where people stand in an anonymous survey, if five have moved since it was last told; whether that was so.

    They begin, go on, finish, or are taken out. Who waits for others at the end stays where they were told to be.
    """
    work.session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update(key_share=True))
    have_moved = (Response.survey_id == survey_id, *queries.moved())
    count = work.session.scalar(select(func.count()).select_from(Response).where(*have_moved)) or 0
    if count < policy.FEWEST_SHOWN:
        return False
    work.session.execute(
        update(Response)
        .where(*have_moved)
        .values(told_state=cast(Response.state, String), told_page=Response.page)
        .execution_options(synchronize_session=False)
    )
    return True
