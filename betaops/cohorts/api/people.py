"""Who is in, who is an exception, which companies are in, and who came and went."""

from flask import Response

from betaops.cohorts import policy, queries, service
from betaops.cohorts.api import blueprint, shapes
from betaops.kernel import ids
from betaops.web.access import scope
from betaops.web.api import Paging, shown
from betaops.web.application import reading, writing


@blueprint.get("/cohorts/<cohort_id>/members", responses={"200": shapes.MemberList})
@scope(policy.SEE)
def members(path: shapes.OfCohort, query: Paging) -> Response:
    """Who is in, those who entered last first."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    page = queries.members(reading(), found, cursor=query.cursor, size=query.limit)
    items = [
        shapes.ShownMember(
            tester=ids.encode("tst", each.tester.id),
            name=each.tester.name,
            mail=each.tester.mail,
            state=each.enrollment.state.value,
            since=each.member.since,
        )
        for each in page
    ]
    return shown(shapes.MemberList(items=items, next=page.next))


@blueprint.post("/cohorts/<cohort_id>/members", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def add_members(path: shapes.OfCohort, body: shapes.Picked) -> Response:
    """Put people into a cohort picked by hand. Said twice, it changes nothing."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(shapes.Tally(changed=service.add_members(writing(), found.id, body.ids())))


@blueprint.post("/cohorts/<cohort_id>/members/removal", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def remove_members(path: shapes.OfCohort, body: shapes.Picked) -> Response:
    """Take people out of a cohort picked by hand."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(shapes.Tally(changed=service.remove_members(writing(), found.id, body.ids())))


@blueprint.post("/cohorts/<cohort_id>/members/list", responses={"200": shapes.ShownTaken})
@scope(policy.MANAGE)
def take_list(path: shapes.OfCohort, body: shapes.Listed) -> Response:
    """Put a list of people into a cohort picked by hand; who is not found is named, and the others come in."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(shapes.ShownTaken(**service.take_list(writing(), found.id, body.entries).to_json()))


@blueprint.get("/cohorts/<cohort_id>/exceptions", responses={"200": shapes.ExceptionList})
@scope(policy.SEE)
def exceptions(path: shapes.OfCohort) -> Response:
    """Who is always in, or never, whatever rule and companies say."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    items = [
        shapes.ShownException(
            tester=ids.encode("tst", row.tester_id),
            name=row.tester.name,
            mail=row.tester.mail,
            is_in=row.is_in,
            reason=row.reason,
            at=row.at,
            who=row.who,
        )
        for row, _enrollment_id in queries.exceptions(reading(), found)
    ]
    return shown(shapes.ExceptionList(items=items, next=None))


@blueprint.post("/cohorts/<cohort_id>/exceptions", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def make_exceptions(path: shapes.OfCohort, body: shapes.NewExceptions) -> Response:
    """Always in (cohorts by rule only), or never. Said twice, it changes nothing."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    act = service.keep_in if body.is_in else service.keep_out
    return shown(shapes.Tally(changed=act(writing(), found.id, body.ids(), reason=body.reason)))


@blueprint.post("/cohorts/<cohort_id>/exceptions/removal", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def end_exceptions(path: shapes.OfCohort, body: shapes.Picked) -> Response:
    """Let rule, companies and hands decide about them again."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(shapes.Tally(changed=service.end_exceptions(writing(), found.id, body.ids())))


@blueprint.get("/cohorts/<cohort_id>/companies", responses={"200": shapes.CompanyList})
@scope(policy.SEE)
def companies(path: shapes.OfCohort) -> Response:
    """Everybody of these is in, also who comes later."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    items = [
        shapes.ShownCompany(
            id=ids.encode("coy", row.id), name=row.name, attribute=row.attribute, at=row.at, who=row.who
        )
        for row in queries.companies(reading(), found.id)
    ]
    return shown(shapes.CompanyList(items=items, next=None))


@blueprint.post("/cohorts/<cohort_id>/companies", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def add_companies(path: shapes.OfCohort, body: shapes.NewCompanies) -> Response:
    """Put companies into a cohort picked by hand. Said twice, it changes nothing."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    number = service.add_companies(writing(), found.id, body.companies, attribute=body.attribute)
    return shown(shapes.Tally(changed=number))


@blueprint.post("/cohorts/<cohort_id>/companies/removal", responses={"200": shapes.Tally})
@scope(policy.MANAGE)
def remove_companies(path: shapes.OfCohort, body: shapes.GoneCompanies) -> Response:
    """Whoever is in because of these companies alone leaves."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(shapes.Tally(changed=service.remove_companies(writing(), found.id, body.ids())))


@blueprint.get("/cohorts/<cohort_id>/changes", responses={"200": shapes.ChangeList})
@scope(policy.SEE)
def changes(path: shapes.OfCohort, query: Paging) -> Response:
    """Who came in and went out, when and why, the newest first."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    page = queries.history(
        reading(),
        found.program_id,
        queries.Wanted(cohort_id=found.id),
        cursor=query.cursor,
        size=query.limit,
    )
    items = [
        shapes.ShownChange(
            tester=ids.encode("tst", each.tester_id),
            **{name: getattr(each, name) for name in shapes.ShownChange.model_fields if name != "tester"},
        )
        for each, _enrollment_id in page
    ]
    return shown(shapes.ChangeList(items=items, next=page.next))
