"""Typed rows of complete responses. Those of anonymous surveys wait until five are together.

Above five, two looks at the results, one before and one after a single answer, would tell what that one person said. So
what came since is shown five at a time: whatever two looks differ in was said by at least five people.
"""

from sqlalchemy import select

from betaops.kernel.inserts import Inserts
from betaops.kernel.work import Work
from betaops.surveys import policy, queries, service
from betaops.surveys.engine.judging import rows_of
from betaops.surveys.models import Answer, Response, ResponseState
from betaops.surveys.queries.surveys import Published

_answers = Inserts(Answer)


def write(work: Work, response: Response, published: Published) -> None:
    """The rows of one response, and that it counts from now on."""
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
        for name, typed in rows_of(published.definition, response.answers).items()
        # A version from before a type was asked knows no question of that name.
        if name in published.question_ids
        for row in typed
    ]
    if rows:
        _answers.write(work.session, rows)
    service.count_in(work, response.survey_id, response.id)


def hold(work: Work, response: Response) -> None:
    """Keep an anonymous one back, or show it together with those that wait already."""
    response.is_held = True
    work.session.flush()
    waiting = work.session.scalars(
        select(Response)
        .where(
            Response.survey_id == response.survey_id,
            Response.state == ResponseState.COMPLETE,
            Response.is_held,
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
