"""How people get through a survey: where they stop, how long pages take, who finishes."""

from uuid import UUID

from betaops.kernel.errors import NotFound
from betaops.surveys import policy, queries
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/<id(svy):survey_id>/journey")
@needs(policy.READ)
def journey(slug: str, survey_id: UUID) -> str:
    """Page by page, by door and by cohort."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    live_id = queries.live_version_id(reading(), survey)
    if live_id is None:
        raise NotFound
    steps = queries.steps(reading(), survey, live_id)
    # Of an anonymous survey it would follow every single answer of those who are under way.
    questions = None if survey.is_anonymous else queries.by_question(reading(), survey.id, live_id)
    doors = queries.by_door(reading(), survey)
    # Being led somewhere may be an answer. Of all places: the others would tell how many are at this one.
    people = [step.seen for step in steps]
    for door in doors:
        people += [door.complete, door.started - door.complete]
    is_hidden = any(policy.is_too_few(survey, each) for each in people)
    is_hidden = is_hidden or (survey.is_anonymous and not any(people))
    return draw(
        "journey",
        program,
        survey,
        "results",
        steps=[] if is_hidden else steps,
        is_hidden=is_hidden,
        questions=questions,
        doors=[] if is_hidden else doors,
        cohorts=queries.by_cohort(reading(), survey.id),
    )
