"""Testers and their places over the REST API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from betaops.enrollment import policy
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import enrolling
from betaops.enrollment.service import testers as service
from betaops.enrollment.wording import DECISIONS
from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs import screener
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "enrollment_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "testers", "description": "People, and their places in programs."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

Fact = Text | StrictBool | StrictInt | StrictFloat | list[Text]


class OfTester(Shown):
    tester_id: path_id("tst") = Field(description="`tst_…`")  # type: ignore[valid-type]  # a type made by a function


class OfProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfEnrollment(Shown):
    enrollment_id: path_id("enr") = Field(description="`enr_…`")  # type: ignore[valid-type]  # a type made by a function


class TesterQuery(Paging):
    __test__ = False

    q: str = Field("", max_length=200, description="Part of a name or address")


class EnrollmentQuery(Paging):
    state: State | None = None
    q: str = Field("", max_length=200, description="Part of a name or address")


class NewTester(Body):
    mail: Text = Field(min_length=3, max_length=320)
    name: Text = Field("", max_length=200)
    locale: Text = Field("en", max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    attributes: dict[Text, Fact] = Field(default_factory=dict, max_length=100)


class TesterChange(Body):
    """What is to be different; what is left out stays. `attributes` replaces all of them."""

    __test__ = False

    mail: Text | None = Field(None, min_length=3, max_length=320)
    name: Text | None = Field(None, min_length=1, max_length=200, pattern=r"\S")
    locale: Text | None = Field(None, max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    attributes: dict[Text, Fact] | None = Field(None, max_length=100)
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class NewIdentity(Body):
    distinct_id: Text = Field(min_length=1, max_length=400, pattern=r"\S")


class NewEnrollment(NewTester):
    """A person put into a program, by mail address; somebody known is found again."""

    answers: dict[Text, Any] = Field(
        default_factory=dict, max_length=40, description="Screener answers by question name"
    )
    is_accepted: StrictBool = Field(
        default=False, description="Straight to a seat, or to the waitlist where none is free"
    )


class Decision(Body):
    note: Text = Field("", max_length=2000)


class ShownTester(Shown):
    id: str
    mail: str
    name: str
    locale: str
    attributes: dict[str, Any]
    created_at: datetime
    seen_at: datetime | None
    version: int


class TesterList(Shown):
    __test__ = False

    items: list[ShownTester]
    next: str | None


class ShownIdentity(Shown):
    distinct_id: str
    created_at: datetime


class IdentityList(Shown):
    items: list[ShownIdentity]
    next: str | None


class ShownEnrollment(Shown):
    id: str
    program: str
    tester: ShownTester
    state: State
    answers: dict[str, Any]
    source: str
    applied_at: datetime
    accepted_at: datetime | None
    changed_at: datetime


class EnrollmentList(Shown):
    items: list[ShownEnrollment]
    next: str | None


@blueprint.get("/testers", responses={"200": TesterList})
@scope(policy.READ)
def testers(query: TesterQuery) -> Response:
    """Everybody, the newest first."""
    page = queries.everybody(reading(), text=query.q.replace("\0", ""), cursor=query.cursor, size=query.limit)
    return shown(TesterList(items=[_tester(row) for row in page], next=page.next))


@blueprint.post("/testers", responses={"201": ShownTester, "200": ShownTester})
@scope(policy.WRITE)
def make_tester(body: NewTester) -> Response:
    """201 for somebody new; 200 for somebody known by this address, whose attributes are added to."""
    tester, is_new = service.ensure_tester(
        writing(), body.mail, name=body.name, locale=body.locale, attributes=body.attributes
    )
    return shown(_tester(tester), 201 if is_new else 200)


@blueprint.get("/testers/<tester_id>", responses={"200": ShownTester})
@scope(policy.READ)
def tester(path: OfTester) -> Response:
    return shown(_tester(queries.tester(reading(), path.tester_id)))


@blueprint.patch("/testers/<tester_id>", responses={"200": ShownTester})
@scope(policy.WRITE)
def change_tester(path: OfTester, body: TesterChange) -> Response:
    present = queries.tester(writing().session, path.tester_id)
    changed = service.change_tester(
        writing(),
        present.id,
        version=body.version,
        name=body.name or present.name,
        mail=body.mail or present.mail,
        locale=body.locale or present.locale,
        attributes=present.attributes if body.attributes is None else body.attributes,
    )
    return shown(_tester(changed))


@blueprint.get("/testers/<tester_id>/identities", responses={"200": IdentityList})
@scope(policy.READ)
def identities(path: OfTester) -> Response:
    """Ids under which products know the tester."""
    person = queries.tester(reading(), path.tester_id)
    rows = queries.identities(reading(), person.id)
    items = [ShownIdentity(distinct_id=row.distinct_id, created_at=row.created_at) for row in rows]
    return shown(IdentityList(items=items, next=None))


@blueprint.post("/testers/<tester_id>/identities", responses={"200": IdentityList})
@scope(policy.WRITE)
def link_identity(path: OfTester, body: NewIdentity) -> Response:
    """Usage and flags under this id are the tester's. Repeating changes nothing."""
    service.link_identity(writing(), path.tester_id, body.distinct_id)
    rows = queries.identities(writing().session, path.tester_id)
    items = [ShownIdentity(distinct_id=row.distinct_id, created_at=row.created_at) for row in rows]
    return shown(IdentityList(items=items, next=None))


@blueprint.get("/programs/<program_id>/enrollments", responses={"200": EnrollmentList})
@scope(policy.READ)
def enrollments(path: OfProgram, query: EnrollmentQuery) -> Response:
    """Places in a program, the newest application first."""
    program = program_queries.program(reading(), path.program_id)
    wanted = queries.Wanted(state=query.state or "", text=query.q.replace("\0", ""))
    page = queries.enrollments(reading(), program, wanted, cursor=query.cursor, size=query.limit)
    return shown(EnrollmentList(items=[_enrollment(row) for row in page], next=page.next))


@blueprint.post(
    "/programs/<program_id>/enrollments", responses={"201": ShownEnrollment, "200": ShownEnrollment}
)
@scope(policy.WRITE)
def enroll(path: OfProgram, body: NewEnrollment) -> Response:
    """201 for a new place; 200 where the person has one already, which is left as it is."""
    work = writing()
    program = program_queries.program(work.session, path.program_id)
    asked = program_queries.questions(program)
    answers, wrong = screener.read_all(asked, body.answers) if body.answers else ({}, {})
    if wrong:
        name, words = next(iter(wrong.items()))
        raise Invalid(
            "bad_answer",
            _("%(question)s: %(problem)s", question=name, problem=words),
            field=f"answers.{name}",
        )
    person, _is_new = service.ensure_tester(
        work,
        body.mail,
        name=body.name,
        locale=body.locale,
        attributes={**screener.attributes(asked, answers), **body.attributes},
    )
    known = queries.place_of(work.session, program.id, person.id)
    place = enrolling.apply(work, program.id, person, answers=answers, source="api")
    if body.is_accepted:
        place = enrolling.admit(work, program.id, person, source="api")
    return shown(_enrollment_of(work.session, place), 200 if known else 201)


@blueprint.get("/enrollments/<enrollment_id>", responses={"200": ShownEnrollment})
@scope(policy.READ)
def enrollment(path: OfEnrollment) -> Response:
    return shown(_enrollment(queries.any_enrollment(reading(), path.enrollment_id)))


def _decide(enrollment_id: UUID, noun: str, body: Decision) -> Response:
    place = enrolling.change(writing(), enrollment_id, DECISIONS[noun], note=body.note)
    return shown(_enrollment_of(writing().session, place))


def _undo(enrollment_id: UUID, noun: str) -> Response:
    place = enrolling.undo(writing(), enrollment_id, DECISIONS[noun])
    return shown(_enrollment_of(writing().session, place))


@blueprint.post("/enrollments/<enrollment_id>/acceptance", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def accept(path: OfEnrollment, body: Decision) -> Response:
    """Give a seat. Refused (409 `seats_taken`) when none is free; repeating changes nothing."""
    return _decide(path.enrollment_id, "acceptance", body)


@blueprint.delete("/enrollments/<enrollment_id>/acceptance", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def take_back_acceptance(path: OfEnrollment) -> Response:
    """An applicant again; the seat goes to the first who waits."""
    return _undo(path.enrollment_id, "acceptance")


@blueprint.post("/enrollments/<enrollment_id>/waitlisting", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def waitlist(path: OfEnrollment, body: Decision) -> Response:
    return _decide(path.enrollment_id, "waitlisting", body)


@blueprint.post("/enrollments/<enrollment_id>/refusal", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def decline(path: OfEnrollment, body: Decision) -> Response:
    return _decide(path.enrollment_id, "refusal", body)


@blueprint.delete("/enrollments/<enrollment_id>/refusal", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def take_back_refusal(path: OfEnrollment) -> Response:
    return _undo(path.enrollment_id, "refusal")


@blueprint.post("/enrollments/<enrollment_id>/removal", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def remove(path: OfEnrollment, body: Decision) -> Response:
    """End the person's part; the seat goes to the first who waits."""
    return _decide(path.enrollment_id, "removal", body)


@blueprint.post("/enrollments/<enrollment_id>/completion", responses={"200": ShownEnrollment})
@scope(policy.DECIDE)
def complete(path: OfEnrollment, body: Decision) -> Response:
    return _decide(path.enrollment_id, "completion", body)


def _tester(row: Tester) -> ShownTester:
    return ShownTester(
        id=ids.encode("tst", row.id),
        **{name: getattr(row, name) for name in ShownTester.model_fields if name != "id"},
    )


def _enrollment_of(session: Any, place: Enrollment) -> ShownEnrollment:
    session.flush()
    return _enrollment(queries.any_enrollment(session, place.id))


def _enrollment(row: Enrollment) -> ShownEnrollment:
    return ShownEnrollment(
        id=ids.encode("enr", row.id),
        program=ids.encode("prg", row.program_id),
        tester=_tester(row.tester),
        state=row.state,
        answers=row.answers,
        source=row.source,
        applied_at=row.applied_at,
        accepted_at=row.accepted_at,
        changed_at=row.changed_at,
    )
