"""What the console's cohort pages share."""

from uuid import UUID

from flask import Blueprint

from betaops.cohorts import queries
from betaops.cohorts.models import Cohort
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import reading

blueprint = Blueprint("cohorts", __name__, url_prefix="/console/programs/<slug>/cohorts")


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def cohort_of(program: Program, cohort_id: UUID) -> Cohort:
    return queries.cohort(reading(), program.id, cohort_id)
