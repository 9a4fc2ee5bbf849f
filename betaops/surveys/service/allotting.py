"""Putting people into arms for whom a survey stands in the product, and telling their flags.

The product is told every arm, and a flag says whose is which: so everybody for whom the survey is meant is put into one
before it is shown to them. In two steps and transactions, for whoever holds the arms waits for nobody.
"""

from uuid import UUID

from betaops.cohorts import service as cohort_service
from betaops.kernel.work import Work
from betaops.surveys import arming, queries
from betaops.surveys.product.payload import ARM_PREFIX, arm_id

#: People in one transaction.
AT_ONCE = 200


def put_into_arms(work: Work, survey_id: UUID) -> int:
    """Some of those who are in none yet; how many that were."""
    survey = queries.survey_to_answer(work.session, survey_id)
    placement = queries.placement(work.session, survey_id)
    if placement is None or not placement.is_on or not survey.has_arms or survey.is_anonymous:
        return 0
    people = queries.in_no_arm(work.session, survey, placement, AT_ONCE)
    for enrollment_id in people:
        arming.put_into(work, survey, enrollment_id)
    return len(people)


def tell_arms(work: Work, survey_id: UUID) -> int:
    """Write down for flags in which arm some people are; how many that were."""
    survey = queries.survey_to_answer(work.session, survey_id)
    placement = queries.placement(work.session, survey_id)
    if placement is None or not placement.is_on or not survey.has_arms:
        return 0
    people = queries.arms_untold(work.session, survey, placement, AT_ONCE)
    for tester_id, arm in people:
        cohort_service.set_trait(work, tester_id, f"{ARM_PREFIX}{placement.number}", arm_id(arm))
    if people:
        cohort_service.touch_program(work, survey.program_id, [tester_id for tester_id, _arm in people])
    return len(people)
