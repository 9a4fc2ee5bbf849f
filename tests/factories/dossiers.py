"""A program on which everything was decided that can be, and its dossier."""

import json
from typing import Any

from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.readiness import dossier, queries, service
from betaops.readiness.deciding.recommendation import Choice, Weight
from betaops.readiness.models import Stance
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_draft,
    a_survey,
    a_top_box,
    about,
    an_expectation,
    answer_rating,
    decided_by,
    some_testers,
)
from tests.support.signed_in import a_member


def a_decided_program(work: Work, run_jobs: Any) -> Program:
    """A program with expectations of every kind, one of them amended and one closed, decided with a dissent."""
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    a_top_box(work, program, good=28, bad=2, survey=survey, closes_at=20)
    an_expectation(work, program, need="Nothing stops me")
    an_expectation(
        work,
        program,
        "survey_mean",
        need="It is pleasant",
        parameters=about(survey, "import") | {"lowest": 1, "highest": 5},
        threshold=3.0,
        weight=Weight.SHOULD,
        least_answered=0.2,
    )
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    service.add(work, program, a_draft(need="It is safe", threshold=1), reason="Heard in a review")
    answer_rating(work, survey, some_testers(work, program, 3), [2, 2, 3])
    service.take_readings(work, program)
    owner, other = a_member(work, "owner"), a_member(work, "manager")
    decision = service.propose(
        decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None, reason="Now."
    )
    service.sign(
        decided_by(work, other.id, other.name),
        program,
        decision.id,
        Stance.DISSENT,
        role="Support",
        reason="Too early",
    )
    return program


def told_of(work: Work, program: Program) -> Any:
    contents = queries.dossier_contents(work.session, program)
    return json.loads(json.dumps(dossier.dossier(contents, at="2026-03-02T09:00:00Z")))
