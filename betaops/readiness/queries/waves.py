"""Waves of a program's surveys, as their results cut them."""

from uuid import UUID

from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.surveys import queries as survey_queries


def waves(session: Session, survey: str) -> list[int]:
    """Of one survey, `svy_…`, where it has several; none else."""
    known = [number for number, _count in survey_queries.waves(session, ids.decode("svy", survey))]
    return known if len(known) > 1 else []


def waves_of_program(session: Session, program_id: UUID) -> list[int]:
    """Of all its surveys, each number once."""
    return sorted(
        {
            number
            for survey in survey_queries.surveys(session, program_id)
            for number in waves(session, ids.encode("svy", survey.id))
        }
    )
