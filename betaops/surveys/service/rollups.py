"""Keeping counts of answers: a response goes into the tail, a job folds the tail into tallies, a withdrawal comes off.

See `models.rollups`.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, delete, insert, literal, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from betaops.kernel.ids import new_id
from betaops.kernel.inserts import Inserts
from betaops.kernel.prepared import Prepared, as_text, listed
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
from betaops.surveys.queries.rollups import Counted

#: Responses folded in one transaction.
AT_ONCE = 250


def begin(work: Work, survey_id: UUID) -> SurveyRollup:
    """Keep counts from now on; what was answered before joins the tail."""
    rollup = SurveyRollup(survey_id=survey_id, folded_at=work.now)
    work.add(rollup)
    _all_into_tail(work, survey_id)
    return rollup


def count_in(work: Work, survey_id: UUID, *response_ids: UUID) -> None:
    """Responses are complete."""
    rows = [{"response_id": response_id} for response_id in response_ids]
    _into_tail.write(work.session, rows, {"workspace_id": work.workspace_id, "survey_id": survey_id})


_into_tail = Inserts(TailResponse)


def count_out(work: Work, response: Response) -> None:
    """A complete response does not count any more. Before its answers go; its row is locked."""
    rollup = _locked(work, response.survey_id)
    waited = work.session.execute(delete(TailResponse).where(TailResponse.response_id == response.id))
    if rollup is None or waited.rowcount:  # type: ignore[attr-defined]  # a DELETE's result is a cursor result
        return
    _add(work, queries.count_responses_of(work.session, response.survey_id, [response.id]), -1)
    rollup.responses -= 1
    work.session.flush()


def fold(work: Work, survey_id: UUID, most: int = AT_ONCE) -> bool:
    """Count the oldest of the tail; gives whether it has more."""
    counted = queries.count_tail(work.session, survey_id, most)
    if not counted.is_kept:
        begin(work, survey_id)
        counted = queries.count_tail(work.session, survey_id, most)
    fold_counted(work, counted)
    return counted.is_more


def fold_counted(work: Work, counted: Counted) -> None:
    """Put into tallies what was counted before this work, which so keeps others waiting for as short as can be."""
    rollup = _locked(work, counted.survey_id)
    if rollup is None:
        return
    named = as_text(counted.waiting)
    taken = _take_away.rows(work.session, workspace=work.workspace_id, ids=named)
    if len(taken) < len(counted.waiting):
        # Some were withdrawn meanwhile, or counted by somebody else.
        left = [UUID(str(row[0])) for row in taken]
        counted = queries.count_responses_of(work.session, counted.survey_id, left)
    _add(work, counted, 1)
    rollup.responses += counted.complete
    rollup.folded_at = work.now
    work.session.flush()


_take_away = Prepared(
    lambda dialect: (
        delete(TailResponse)
        .where(
            TailResponse.workspace_id == bindparam("workspace", type_=Uuid()),
            TailResponse.response_id.in_(select(listed(dialect, "ids"))),
        )
        # As the driver gives them: they are hardly ever looked at.
        .returning(type_coerce(TailResponse.response_id, Text()))
    )
)


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
    earlier = select(Response.workspace_id, Response.id, literal(survey_id, Uuid())).where(
        Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE, ~Response.is_held
    )
    columns = ["workspace_id", "response_id", "survey_id"]
    statement = flavour.insert(TailResponse).from_select(columns, earlier, include_defaults=False)
    work.session.execute(statement.on_conflict_do_nothing())


def _add(work: Work, counted: Counted, sign: int) -> None:
    """Add to the tallies what was counted, or (-1) take it off."""
    part_names = ("question_id", "row", "code", "number")
    parts = {key: n * sign for key, n in counted.parts.items()}
    people = {key: n * sign for key, n in counted.people.items()}
    _change(work, AnswerTally, "times", counted.survey_id, part_names, parts)
    _change(work, QuestionTally, "people", counted.survey_id, ("question_id",), people)


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
