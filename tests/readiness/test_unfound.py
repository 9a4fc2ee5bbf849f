from datetime import timedelta
from typing import Any

import pytest

from betaops.feedback.models import State
from betaops.kernel.work import Work
from betaops.readiness import queries
from betaops.readiness.unfound import Problem, forecast
from betaops.statistics.discovery import chao
from tests.factories.feedback import a_report
from tests.factories.programs import a_program


def test_problems_met_once_say_that_there_are_more(work: Work) -> None:
    began = work.now - timedelta(days=20)
    met = [1] * 10 + [2] * 5 + [3] * 4
    problems = [Problem(began + timedelta(days=1 + at), people) for at, people in enumerate(met)]
    found = forecast(problems, 30, began=began, now=work.now)
    assert found is not None
    assert found.unfound == chao(met, 30)
    assert found.known[0] < 19 / 26 < found.known[1] <= 1
    assert found.points[-1] == {"x": 30, "y": pytest.approx(19 / found.unfound.total)}
    assert found.growth is not None
    assert found.next_week == pytest.approx(found.growth.expected(7))


def test_more_people_behind_a_report_than_began_are_those_who_began(work: Work) -> None:
    found = forecast([Problem(work.now, 9)], 3, began=work.now - timedelta(days=1), now=work.now)
    assert found is not None
    assert found.unfound.total == 1


def test_without_testers_or_bugs_there_is_nothing_to_say(work: Work) -> None:
    assert forecast([], 30, began=work.now, now=work.now) is None
    assert forecast([Problem(work.now, 1)], 0, began=work.now, now=work.now) is None


def test_declined_bugs_are_no_problems_and_the_page_says_what_it_assumes(
    work: Work, member_client: Any
) -> None:
    program = a_program(work)
    where = f"/console/programs/{program.slug}/readiness/unfound"
    client = member_client("viewer")
    assert "Nothing to go by yet" in client.get(where).text
    for number in range(4):
        a_report(work, program=program, title=f"Bug {number}")
    a_report(work, program=program, title="Not a bug", state=State.DECLINED)
    work.session.flush()
    assert len(queries.problems(work.session, program.id)) == 4
    page = client.get(where).text
    assert "Problems known" in page
    assert "It is a lower bound" in page
