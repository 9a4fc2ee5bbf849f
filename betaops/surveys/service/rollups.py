"""Keeping counts of answers: a response goes into the tail, a job folds the tail into tallies, a withdrawal comes off.

See `models.rollups`.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from betaops.kernel.ids import new_id
from betaops.kernel.inserts import Inserts
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.models import (
    AnswerTally,
    QuestionTally,
    Response,
    ResponseState,
    SurveyRollup,
    TailResponse,
)
from betaops.surveys.queries.rollups import BY_ID

#: Responses folded in one transaction.
AT_ONCE = 1_000


def begin(work: Work, survey_id: UUID) -> SurveyRollup:
    """Keep counts from now on; what was answered before joins the tail."""
    rollup = SurveyRollup(survey_id=survey_id, folded_at=work.now)
    work.add(rollup)
    _all_into_tail(work, survey_id)
    return rollup


def count_in(work: Work, survey_id: UUID, *response_ids: UUID) -> None:
    """Responses are complete. A row has its response's id, which says nothing about when an anonymous one came."""
    rows = [{"id": response_id, "response_id": response_id} for response_id in response_ids]
    _into_tail.write(work.session, rows, {"workspace_id": work.workspace_id, "survey_id": survey_id})


_into_tail = Inserts(TailResponse)


def count_out(work: Work, response: Response) -> None:
    """A complete response does not count any more. Before its answers go; its row is locked."""
    rollup = _locked(work, response.survey_id)
    waited = work.session.execute(delete(TailResponse).where(TailResponse.response_id == response.id))
    if rollup is None or waited.rowcount:  # type: ignore[attr-defined]  # a DELETE's result is a cursor result
        return
    _add(work, response.survey_id, [response.id], -1)
    rollup.responses -= 1
    work.session.flush()


def fold(work: Work, survey_id: UUID, most: int = AT_ONCE) -> int:
    """Count the oldest of the tail; gives how many are left."""
    rollup = _locked(work, survey_id) or begin(work, survey_id)
    of_survey = TailResponse.survey_id == survey_id
    ids = work.session.scalars(
        select(TailResponse.response_id).where(of_survey).order_by(TailResponse.response_id).limit(most)
    ).all()
    complete = work.session.scalars(
        select(Response.id).where(Response.id.in_(ids), Response.state == ResponseState.COMPLETE)
    ).all()
    _add(work, survey_id, complete, 1)
    rollup.responses += len(complete)
    rollup.folded_at = work.now
    work.session.execute(delete(TailResponse).where(TailResponse.response_id.in_(ids)))
    work.session.flush()
    return work.session.scalar(select(func.count()).select_from(TailResponse).where(of_survey)) or 0


def start_over(work: Work, survey_id: UUID) -> None:
    """Forget the counts; answers are counted themselves until the next fold."""
    for model in (SurveyRollup, AnswerTally, QuestionTally):
        work.session.execute(delete(model).where(model.survey_id == survey_id))


def mend(work: Work) -> int:
    """Start over where responses went together with their person, in this workspace. Gives how many surveys."""
    wrong = [
        rollup.survey_id
        for rollup in queries.rollups(work.session)
        if rollup.responses != queries.complete_outside_tail(work.session, rollup.survey_id)
    ]
    for survey_id in wrong:
        start_over(work, survey_id)
    return len(wrong)


def _locked(work: Work, survey_id: UUID) -> SurveyRollup | None:
    found = select(SurveyRollup).where(SurveyRollup.survey_id == survey_id).with_for_update()
    return work.session.scalar(found.execution_options(populate_existing=True))


def _all_into_tail(work: Work, survey_id: UUID) -> None:
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    # Their own ids do for the rows: each response stands in the tail once.
    earlier = select(Response.id, Response.workspace_id, literal(survey_id, Uuid()), Response.id).where(
        Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE, ~Response.is_held
    )
    columns = ["id", "workspace_id", "survey_id", "response_id"]
    statement = flavour.insert(TailResponse).from_select(columns, earlier, include_defaults=False)
    work.session.execute(statement.on_conflict_do_nothing())


def _add(work: Work, survey_id: UUID, response_ids: Sequence[UUID], sign: int) -> None:
    """Add the answers of these responses to the tallies, or (-1) take them off."""
    parts = queries.answers_of(response_ids)
    times, people = (
        work.session.execute(counts, execution_options=BY_ID)
        for counts in (parts.part_counts(), parts.people_counts())
    )
    part_names = ("question_id", "row", "code", "number")
    _change(work, AnswerTally, "times", survey_id, part_names, {tuple(part): n * sign for *part, n in times})
    _change(
        work, QuestionTally, "people", survey_id, ("question_id",), {(each,): n * sign for each, n in people}
    )


def _change(
    work: Work,
    model: Any,
    counter: str,
    survey_id: UUID,
    names: tuple[str, ...],
    changes: dict[tuple[Any, ...], int],
) -> None:
    """Add `changes` to the rows of `model` by what `names` hold; rows come with their first count, go with their last."""
    columns = [getattr(model, name) for name in names]
    kept = {
        tuple(key): (row_id, count)
        for row_id, count, *key in work.session.execute(
            select(model.id, getattr(model, counter), *columns).where(model.survey_id == survey_id)
        )
    }
    new, changed, gone = [], [], []
    for key, change in changes.items():
        row_id, count = kept.get(key, (None, 0))
        if row_id is None:
            its = {"id": new_id(), "workspace_id": work.workspace_id, "survey_id": survey_id, counter: change}
            new.append({**its, **dict(zip(names, key, strict=True))})
        elif count + change > 0:
            changed.append({"id": row_id, counter: count + change})
        else:
            gone.append(row_id)
    if new:
        work.session.execute(insert(model), new)
    if changed:
        work.session.execute(update(model), changed)
    if gone:
        work.session.execute(delete(model).where(model.id.in_(gone)))
