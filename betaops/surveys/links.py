"""Links into surveys: made, mailed, opened, taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from betaops.accounts import passwords
from betaops.cohorts import queries as cohort_queries
from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import Tester
from betaops.kernel import tokens
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.kernel.ids import new_id
from betaops.kernel.mail import Mail
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Platform, Work
from betaops.surveys import queries
from betaops.surveys.events import SurveyChanged, SurveySent
from betaops.surveys.models import ContactRule, LinkKind, Survey, SurveyLink
from betaops.surveys.product.payload import ASKED

#: Days for which a workspace may leave a person alone at most.
LONGEST_REST = 365


def public_link(work: Work, survey_id: UUID, *, kind: LinkKind = LinkKind.PUBLIC) -> SurveyLink:
    """The survey's link for anybody (or for trying out); made when first asked for."""
    survey = work.lock(Survey, survey_id)
    found = work.session.scalar(
        select(SurveyLink).where(
            SurveyLink.survey_id == survey.id, SurveyLink.kind == kind, SurveyLink.revoked_at.is_(None)
        )
    )
    if found is not None:
        return found
    token = tokens.mint()
    link = SurveyLink(
        survey_id=survey.id, kind=kind, token_digest=token.digest, token=token.plain, created_at=work.now
    )
    work.add(link)
    return link


def personal_link(work: Work, survey_id: UUID, enrollment_id: UUID) -> str:
    """A new personal link; gives its token, which is kept nowhere. Earlier links of the person go on working."""
    token = tokens.mint()
    work.add(
        SurveyLink(
            survey_id=survey_id,
            kind=LinkKind.PERSONAL,
            enrollment_id=enrollment_id,
            token_digest=token.digest,
            created_at=work.now,
        )
    )
    return token.plain


def offer(work: Work, survey_id: UUID, enrollment_id: UUID) -> None:
    """Have the survey wait in one person's portal, without a mail; nothing where it does already, or takes no answers."""
    survey = queries.survey(work.session, survey_id)
    waits = select(SurveyLink.id).where(
        SurveyLink.survey_id == survey.id,
        SurveyLink.enrollment_id == enrollment_id,
        SurveyLink.revoked_at.is_(None),
    )
    if survey.takes_answers(work.now) and work.session.scalar(waits.limit(1)) is None:
        personal_link(work, survey.id, enrollment_id)


SHORTEST_PIN, LONGEST_PIN = 4, 32


def change_link(
    work: Work,
    link_id: UUID,
    *,
    survey_id: UUID,
    starts_at: datetime | None,
    ends_at: datetime | None,
    response_limit: int | None,
    pin: str = "",
    without_pin: bool = False,
) -> SurveyLink:
    """When and for how many a public link works. Without `pin` the one that it has stays; see `without_pin`."""
    survey = work.lock(Survey, survey_id)
    link = work.lock(SurveyLink, link_id)
    if link.survey_id != survey.id or link.kind is not LinkKind.PUBLIC:
        raise NotFound
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise Invalid("ends_before_it_starts", _("It must end after it starts."), field="ends_at")
    if pin and not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        raise Invalid(
            "bad_pin",
            _("A PIN has %(low)s to %(high)s characters.", low=SHORTEST_PIN, high=LONGEST_PIN),
            field="pin",
        )
    if link.response_limit is None and response_limit is not None:
        link.taken = queries.count_complete(work.session, survey.id, link.id)
    link.starts_at, link.ends_at, link.response_limit = starts_at, ends_at, response_limit
    if pin or without_pin:
        link.pin_digest = passwords.digest(pin) if pin else None
    work.session.flush()
    work.record(SurveyChanged(survey_id=survey.id, program_id=survey.program_id, changed=["public link"]))
    return link


def revoke_link(work: Work, link_id: UUID, *, survey_id: UUID) -> None:
    """It opens nothing any more; what came by it stays."""
    link = work.lock(SurveyLink, link_id)
    if link.survey_id != survey_id:
        raise NotFound
    link.revoked_at = link.revoked_at or work.now


class Sent(NamedTuple):
    """How many people a mail is on its way to, and how many were asked lately and are left alone."""

    people: int
    left_alone: int


def send(work: Work, survey_id: UUID, *, cohort_id: UUID | None = None, may_ask_again: bool = False) -> Sent:
    """Have a personal link mailed to everybody inside (or in a cohort) who has not answered.

    A job does it, so that a thousand mails keep nobody waiting. Asking again reminds those who have not answered.
    Who was asked anything within the days of the workspace's rule is left alone, unless `may_ask_again`.
    """
    survey = work.lock(Survey, survey_id)
    if not survey.takes_answers(work.now):
        raise Refused("not_open", _("The survey is not open. Publish and open it, then send it."))
    if cohort_id is not None:
        cohort_queries.cohort(work.session, survey.program_id, cohort_id)
    people = queries.count_unanswered(work.session, survey, cohort_id)
    if not people:
        raise Refused("nobody_left", _("Everybody who takes part has answered already."))
    left = 0 if may_ask_again else queries.count_asked_lately(work.session, survey, work.now, cohort_id)
    if left == people:
        raise Refused(
            "asked_lately",
            ngettext(
                "Everybody left was asked less than %(num)s day ago. Wait, or mail them all the same.",
                "Everybody left was asked less than %(num)s days ago. Wait, or mail them all the same.",
                queries.contact_days(work.session),
            ),
        )
    survey.sent_at = work.now
    work.enqueue(
        "surveys.send_links",
        {
            "survey_id": str(survey.id),
            "cohort_id": str(cohort_id) if cohort_id else None,
            "may_ask_again": may_ask_again,
        },
        unique=f"surveys.send_links:{survey.id}",
    )
    work.record(SurveySent(survey_id=survey.id, program_id=survey.program_id))
    return Sent(people - left, left)


def may_ask(work: Work, tester_id: UUID) -> bool:
    """Whether a person may be asked now. Holds them until this work ends: of two programs that ask at once, one does."""
    work.lock(Tester, tester_id)
    return not queries.asked_lately(work.session, tester_id, work.now)


def note_asked(work: Work, tester_id: UUID) -> None:
    """What is shown in the product waits after a mail as it does after another question there."""
    cohort_service.set_trait(work, tester_id, ASKED, work.now.isoformat())


def set_contact_days(work: Work, days: int) -> None:
    """For how many days this workspace leaves a person alone after an ask; 0: no such rule."""
    if not 0 <= days <= LONGEST_REST:
        raise Invalid(
            "out_of_range",
            _("Choose a number from %(low)s to %(high)s.", low=0, high=LONGEST_REST),
            field="days",
        )
    flavour: Any = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = flavour.insert(ContactRule).values(id=new_id(), workspace_id=work.workspace_id, days=days)
    work.session.execute(row.on_conflict_do_update(index_elements=["workspace_id"], set_={"days": days}))


def was_mailed(work: Work, key: str) -> bool:
    """Whether the mail with this key is in the outbox already: a job that runs again mints no second link."""
    return work.session.scalar(select(Mail.id).where(Mail.key == key)) is not None


def note_opened(platform: Platform, link: SurveyLink) -> None:
    """Count an opening in memory; `count_openings` writes it a moment later."""
    platform.tallies.add(link.workspace_id, count_openings, link.id)


def count_openings(work: Work, times: Mapping[UUID, int]) -> None:
    """How often links were opened since they were last counted; the first time is kept as a moment.

    In one order for all writers, so that two of them never wait for each other.
    """
    rows = [{"its_id": link_id, "times": times[link_id]} for link_id in sorted(times)]
    _add_openings.each(work.session, rows, {"its_workspace": work.workspace_id, "at": work.now})


def _adding_openings(_dialect: str) -> Any:
    at = bindparam("at", type_=SurveyLink.opened_at.type)
    return (
        update(SurveyLink)
        .where(
            SurveyLink.workspace_id == bindparam("its_workspace", type_=Uuid()),
            SurveyLink.id == bindparam("its_id", type_=Uuid()),
        )
        .values(
            opens=SurveyLink.opens + bindparam("times", type_=Integer()),
            opened_at=func.coalesce(SurveyLink.opened_at, at),
        )
    )


_add_openings = Prepared(_adding_openings)
