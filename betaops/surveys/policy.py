"""Who may do what with surveys, and what may be said of them."""

from betaops.accounts.permissions import Permission
from betaops.enrollment.models import INSIDE, Enrollment, State
from betaops.surveys.models import Survey, SurveyState

#: Of an anonymous survey, what fewer people said is shown to nobody.
FEWEST_SHOWN = 5

READ = Permission.SURVEYS_READ
WRITE = Permission.SURVEYS_WRITE
SEND = Permission.MESSAGES_SEND
EXPORT = Permission.EXPORT_READ
CONTACT = Permission.WORKSPACE_MANAGE
ANSWER = Permission.RESPONSES_WRITE


def may_answer(enrollment: Enrollment) -> bool:
    """People inside; who has completed the program may still finish what was asked of them."""
    return enrollment.state in INSIDE or enrollment.state is State.COMPLETED


def may_edit(survey: Survey) -> bool:
    return survey.state is not SurveyState.ARCHIVED


def smallest_group(survey: Survey) -> int:
    """Numbers about fewer people than this are not shown; 0: all are."""
    return FEWEST_SHOWN if survey.is_anonymous else 0


def is_too_few(survey: Survey, people: int, held: int = 0) -> bool:
    """Whether a number of people is so small that it would tell who they are. None at all are nobody.

    Of numbers that go on with every response nothing is told while some are `held` back.
    """
    return held > 0 or 0 < people < smallest_group(survey)
