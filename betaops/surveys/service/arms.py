"""Making and changing arms. Once somebody has answered they stay as they are; others may join them."""

from typing import Any
from uuid import UUID

from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys import arming, queries
from betaops.surveys.events import SurveyChanged
from betaops.surveys.models import Survey, SurveyArm
from betaops.surveys.models.arms import LONGEST_ARM, MOST_WEIGHT
from betaops.surveys.service.locking import locked
from betaops.surveys.service.placing import obstacles, tell_product

MOST_ARMS = 20
#: What would end the name, or the quotation marks around it, in a condition.
_NOT_IN_NAMES = frozenset("{}'\"\\")


def add_arm(work: Work, survey_id: UUID, *, name: str, weight: int = 1) -> SurveyArm:
    """Everybody new goes into it until it has caught up with the others."""
    known = arming.lock(work, survey_id)
    survey = locked(work, survey_id)
    if len(known) >= MOST_ARMS:
        raise Refused("too_many", _("A survey has at most %(most)s arms.", most=MOST_ARMS))
    row = SurveyArm(survey_id=survey.id, **_checked({"name": name, "weight": weight}, known))
    work.add(row)
    survey.has_arms = True
    work.session.flush()
    _tell(work, survey)
    _keep_in_product(work, survey)
    return row


def change_arm(work: Work, survey_id: UUID, arm_id: UUID, **values: Any) -> SurveyArm:
    """Another `name` or `weight`, as long as nobody has answered."""
    known = arming.lock(work, survey_id)
    survey = locked(work, survey_id)
    row = queries.arm(work.session, survey.id, arm_id)
    wanted = _checked(values, [each for each in known if each is not row])
    if any(getattr(row, name) != value for name, value in wanted.items()):
        _refuse_answered(work, survey)
    for name, value in wanted.items():
        setattr(row, name, value)
    work.session.flush()
    _tell(work, survey)
    _keep_in_product(work, survey)
    return row


def delete_arm(work: Work, survey_id: UUID, arm_id: UUID) -> None:
    """As long as nobody has answered."""
    known = arming.lock(work, survey_id)
    survey = locked(work, survey_id)
    row = queries.arm(work.session, survey.id, arm_id)
    _refuse_answered(work, survey)
    work.delete(row)
    survey.has_arms = len(known) > 1
    work.session.flush()
    _tell(work, survey)
    _keep_in_product(work, survey)


def _keep_in_product(work: Work, survey: Survey) -> None:
    """Where the survey stands in the product, it must be possible to show every arm there; people are put into them."""
    placement = queries.placement(work.session, survey.id)
    if placement is None or not placement.is_on:
        return
    if why := obstacles(queries.compiled_live(work.session, survey)):
        raise Refused(
            "in_the_product",
            _(
                "The survey stands in the product, which could not show it any more: %(why)s Take it out of the product first.",
                why=why[0],
            ),
        )
    work.enqueue("surveys.allot", {"survey_id": str(survey.id)}, unique=f"surveys.allot:{survey.id}")
    tell_product(work, survey)


def _refuse_answered(work: Work, survey: Survey) -> None:
    if queries.arms_stand(work.session, survey.id):
        raise Refused(
            "answered",
            _(
                "Somebody has answered or was put into an arm already, so the arms stay as they are. You can add another one."
            ),
        )


def _checked(values: dict[str, Any], others: list[SurveyArm]) -> dict[str, Any]:
    wanted = dict(values)
    if "name" in wanted:
        name = wanted["name"] = " ".join(wanted["name"].split())
        wanted["key"] = name.casefold()
        if not name:
            raise Invalid("no_name", _("Give the arm a name."), field="name")
        if len(name) > LONGEST_ARM:
            raise Invalid(
                "too_long", _("Keep it under %(most)s characters.", most=LONGEST_ARM + 1), field="name"
            )
        if _NOT_IN_NAMES & set(name) or not name.isprintable():
            raise Invalid(
                "bad_name",
                _(
                    "The name of an arm stands in conditions: leave out brackets, quotation marks and backslashes."
                ),
                field="name",
            )
        if any(each.key == wanted["key"] for each in others):
            raise Invalid("same_name", _("Another arm of this survey has this name."), field="name")
    if "weight" in wanted and not 1 <= wanted["weight"] <= MOST_WEIGHT:
        raise Invalid(
            "bad_weight",
            _("A weight is a whole number from 1 to %(most)s.", most=MOST_WEIGHT),
            field="weight",
        )
    return wanted


def _tell(work: Work, survey: Survey) -> None:
    work.record(SurveyChanged(survey_id=survey.id, program_id=survey.program_id, changed=["arms"]))
