"""What is told about a response, and about what became of a task."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from betaops.integrations.models import Topic, WebhookDelivery
from betaops.kernel import ids
from betaops.surveys import queries as survey_queries
from betaops.tasks import queries as task_queries


def body_of(session: Session, delivery: WebhookDelivery) -> bytes:
    """JSON: `type`, `timestamp`, `data`. `NotFound` where what it is about is gone."""
    data: dict[str, Any] = {"program": ids.encode("prg", delivery.endpoint.program_id)}
    if delivery.topic is not Topic.TEST and delivery.subject_id is not None:
        about = _outcome if delivery.topic is Topic.TASK_OUTCOME else _response
        data |= about(session, delivery.subject_id)
    told = {"type": delivery.topic.value, "timestamp": delivery.happened_at, "data": data}
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def _response(session: Session, response_id: UUID) -> dict[str, Any]:
    """As the REST API shows it. It tells how the response is now: answers taken out since are not sent."""
    row = survey_queries.response(session, response_id)
    return {
        "id": ids.encode("rsp", row.id),
        "survey": ids.encode("svy", row.survey_id),
        "version": row.version.number,
        "state": row.state.value,
        "tester": ids.encode("tst", row.tester_id) if row.tester_id else None,
        "enrollment": ids.encode("enr", row.enrollment_id) if row.enrollment_id else None,
        "language": row.language,
        "answers": row.answers,
        "series": survey_queries.Split(session, row.survey_id).names(row.version.number, row.answers),
        "arm": (row.arm or None) if survey_queries.shows_arms(session, row.survey) else None,
        "is_in_product": row.is_in_product,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
    }


def _outcome(session: Session, outcome_id: UUID) -> dict[str, Any]:
    """As the REST API shows it, and how it is now: whoever changed their mind has the last word."""
    row, tester_id = task_queries.listed_outcome(session, outcome_id)
    return {
        "id": ids.encode("out", row.id),
        "task": ids.encode("tsk", row.task_id),
        "tester": ids.encode("tst", tester_id),
        "enrollment": ids.encode("enr", row.enrollment_id),
        "round": row.round,
        "build": ids.encode("bld", row.build_id) if row.build_id else None,
        "state": row.state.value,
        "note": row.note,
        "ease": row.ease,
        "source": row.source.value,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "seconds": row.seconds,
    }
