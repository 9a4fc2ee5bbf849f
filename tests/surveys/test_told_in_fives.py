"""What is told of anonymous surveys besides answers moves five at a time too."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, releasing, respond, service
from betaops.surveys.models import Response, Survey
from betaops.surveys.queries.doors import Door, Way
from tests.factories.enrollment import an_enrollment
from tests.factories.surveys import CHECK_IN, a_response, a_survey


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    found = a_survey(work, program=program, definition=CHECK_IN, name="Said freely")
    service.change_settings(
        work, found.id, name=found.name, origins=[], opens_at=None, closes_at=None, is_anonymous=True
    )
    return found


def test_how_many_began_and_are_done_is_told_five_at_a_time(
    work: Work, program: Program, survey: Survey
) -> None:
    """In the list and above the results, as page by page; two looks never differ by one person."""
    looks = [(0, 0)]
    for number in range(14):
        place = an_enrollment(work, program=program, mail=f"tester{number}@example.com")
        door = Door(Way.PORTAL, survey, None, place)
        begun = respond.begin(work, door, submission_key=f"began{number}").response
        if number % 2:
            respond.save(work, begun, {"used_import": "no", "nps": 9})
            version = queries.published(work.session, begun.version_id)
            assert not respond.finish(work, begun, version, door=door).problems
        work.session.flush()
        releasing.tell_positions(work, survey.id)
        funnel = queries.funnel(work.session, survey.id)
        listed = queries.counts(work.session, [survey.id]).get(survey.id)
        assert (funnel.started, funnel.complete) == ((listed.started, listed.complete) if listed else (0, 0))
        looks.append((funnel.started, funnel.complete))
    moves = [after - before for (before, _), (after, _) in pairwise(looks)]
    assert [move for move in moves if 0 < move < 5] == []
    assert {complete for _, complete in looks} == {0, 5}
    assert looks[-1][0] >= 10


def test_answers_of_testers_and_of_public_links_are_told_apart(
    work: Work, program: Program, survey: Survey
) -> None:
    """Expectations count testers alone: told together with four by a link, one tester's answer would stand out."""
    for _ in range(4):
        a_response(work, survey, {"used_import": "no", "nps": 3})
    for number in range(5):
        place = an_enrollment(work, program=program, mail=f"tester{number}@example.com")
        a_response(work, survey, {"used_import": "no", "nps": 9}, enrollment=place)
        assert queries.count_shown(work.session, survey) == (5 if number == 4 else 0)
    shown = work.session.scalars(select(Response.is_in_ledger).where(~Response.is_held)).all()
    assert shown == [True] * 5
