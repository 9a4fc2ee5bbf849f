"""Pages ask the database as often with much as with little; answers to SDKs do not ask it at all."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from betaops.flags import service
from betaops.kernel.db import Database
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def counted(database: Database, ask: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert ask().status_code == 200
    event.remove(database.engine, "before_cursor_execute", note)
    return len([each for each in seen if not each.startswith(("PRAGMA", "BEGIN"))])


def test_lists_and_pages_ask_as_often_with_much_as_with_little(
    work: Work,
    database: Database,
    member_client: Callable[..., Browser],
    tester_client: Callable[..., Browser],
) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    ana = an_enrollment(work, program=program, attributes={"plan": "pro"})
    cohort = a_cohort(work, program=program, members=[ana])
    flag = a_flag(work, product=product, cohort=cohort)
    service.choose(work, a_feature(work, flag).id, ana.tester_id, joins=True)
    console = f"/console/programs/{program.slug}"
    pages = [
        f"{console}/cohorts",
        f"{console}/cohorts/{encode('coh', cohort.id)}",
        f"{console}/flags",
        f"{console}/flags/{encode('flg', flag.id)}",
        f"{console}/testers/{encode('enr', ana.id)}/flags",
        f"{console}/usage",
    ]
    portal = f"/portal/{program.slug}/features"
    browser = member_client("owner")
    tester = tester_client(ana)
    few = [counted(database, lambda page=page: browser.get(page)) for page in pages]
    few.append(counted(database, lambda: tester.get(portal)))
    for number in range(5):
        more = an_enrollment(work, program=program, attributes={"plan": "pro"})
        other = a_cohort(work, program=program, rule=where("attribute.plan", "is", f"pro{number}"))
        a_feature(work, a_flag(work, product=product, cohort=other))
        a_cohort(work, program=program, members=[more, ana])
    work.session.commit()
    many = [counted(database, lambda page=page: browser.get(page)) for page in pages]
    many.append(counted(database, lambda: tester.get(portal)))
    assert many == few
    assert max(many) <= 29


def test_an_answer_to_an_sdk_asks_nothing_for_somebody_met_before(
    work: Work, database: Database, client: Browser
) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    ana = an_enrollment(work, program=program)
    a_flag(work, product=product, cohort=a_cohort(work, program=program, members=[ana]))
    work.session.commit()
    body = {"token": product.project_key, "distinct_id": encode("tst", ana.tester_id)}

    def ask() -> Any:
        return client.post("/flags/?v=2", json=body, csrf=False)

    assert counted(database, ask) > 0
    assert counted(database, ask) == 0
