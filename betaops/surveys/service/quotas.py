"""Making and changing quotas."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.engine import conditions
from betaops.surveys.engine.arms import ARM, unknown_arms
from betaops.surveys.events import SurveyChanged
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.models import Quota, Survey, SurveyState, WhenFull
from betaops.surveys.reading import read
from betaops.surveys.service.building import change_state
from betaops.surveys.service.locking import locked

MOST_QUOTAS = 50
LONGEST_CONDITION = 2_000
LONGEST_WORDS = 5_000


def add_quota(work: Work, survey_id: UUID, **values: Any) -> Quota:
    """`name`, `condition`, `most`, and maybe `when_full` and `words`. It counts what is completed from now on."""
    survey = locked(work, survey_id)
    if len(queries.quotas(work.session, survey.id)) >= MOST_QUOTAS:
        raise Refused("too_many", _("A survey has at most %(most)s quotas.", most=MOST_QUOTAS))
    row = Quota(survey_id=survey.id, **_checked(work, survey, None, values))
    work.add(row)
    _tell(work, survey)
    return row


def change_quota(work: Work, survey_id: UUID, quota_id: UUID, **values: Any) -> Quota:
    """Set what is given. Its condition stays once it has taken somebody: the count would be of two kinds of people."""
    survey = locked(work, survey_id)
    queries.quota(work.session, survey.id, quota_id)
    row = work.lock(Quota, quota_id)
    wanted = _checked(work, survey, row, values)
    if row.taken and wanted.get("condition", row.condition) != row.condition:
        raise Refused(
            "has_taken",
            _("It has counted answers already. Make another quota for another condition."),
            field="condition",
        )
    for name, value in wanted.items():
        setattr(row, name, value)
    work.session.flush()
    _tell(work, survey)
    return row


def delete_quota(work: Work, survey_id: UUID, quota_id: UUID) -> None:
    """Nothing is turned away for it any more; responses stay as they are."""
    survey = locked(work, survey_id)
    work.delete(queries.quota(work.session, survey.id, quota_id))
    work.session.flush()
    _tell(work, survey)


def close_full(work: Work, survey_id: UUID) -> None:
    """Close a survey of which a quota is full that is to close it."""
    survey = work.lock(Survey, survey_id)
    full = select(Quota.id).where(
        Quota.survey_id == survey.id, Quota.when_full == WhenFull.CLOSE, Quota.taken >= Quota.most
    )
    if survey.state is SurveyState.OPEN and work.session.scalar(full.limit(1)) is not None:
        change_state(work, survey.id, SurveyState.CLOSED)


def _checked(work: Work, survey: Survey, row: Quota | None, values: dict[str, Any]) -> dict[str, Any]:
    wanted = dict(values)
    if "name" in wanted:
        wanted["name"] = " ".join(wanted["name"].split())[:120]
        if not wanted["name"]:
            raise Invalid("no_name", _("Give the quota a name."), field="name")
        own = row.id if row is not None else None
        others = [each.name for each in queries.quotas(work.session, survey.id) if each.id != own]
        if wanted["name"] in others:
            raise Invalid("same_name", _("Another quota of this survey has this name."), field="name")
    if "condition" in wanted:
        wanted["condition"] = _condition(work, survey, wanted["condition"].strip())
    if "most" in wanted and wanted["most"] < 1:
        raise Invalid("no_places", _("A quota takes at least one answer."), field="most")
    if len(wanted.get("words", "")) > LONGEST_WORDS:
        raise Invalid("too_long", _("Keep it under %(most)s characters.", most=LONGEST_WORDS), field="words")
    return wanted


def _condition(work: Work, survey: Survey, condition: str) -> str:
    """It can be read, and speaks of questions of the live version or the draft."""
    if not condition or len(condition) > LONGEST_CONDITION:
        raise Invalid("no_condition", _("Say whom the quota counts."), field="condition")
    try:
        tree = parse(condition)
    except SyntaxProblem as error:
        rest = condition[error.position :][:40] or "…"
        raise Invalid(
            "bad_expression", _("This cannot be read from here on: %(rest)s", rest=rest), field="condition"
        ) from error
    if unknown := conditions.unknown_functions(tree):
        raise Invalid(
            "unknown_function",
            _("%(function)s() is not known.", function=unknown[0]),
            field="condition",
        )
    for name in unknown_arms(tree, queries.arm_names(work.session, survey.id)):
        raise Invalid(
            "unknown_arm", _("There is no arm “%(name)s” in the survey.", name=name), field="condition"
        )
    live = queries.live_version(work.session, survey)
    known = conditions.known_names(read(survey.draft)) | ({ARM} if survey.has_arms else set())
    if live is not None:
        known |= conditions.known_names(queries.published(work.session, live.id).definition)
    for name in conditions.names(tree):
        if conditions.leads_nowhere(name, known):
            raise Invalid(
                "unknown_name",
                _("There is no question {%(name)s} in the survey.", name=name),
                field="condition",
            )
    return condition


def _tell(work: Work, survey: Survey) -> None:
    work.record(SurveyChanged(survey_id=survey.id, program_id=survey.program_id, changed=["quotas"]))
