"""Somebody looked up on a flag's page is told what the product is told about them."""

from typing import Any

import pytest

from betaops.enrollment.service import testers
from betaops.flags import queries
from betaops.flags.models import Flag
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

MAIL, LINKED = "ana@example.com", "user-4711"


def test_a_share_is_drawn_by_the_id_that_was_typed(work: Work, client: Browser) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    ana = an_enrollment(work, program=program, mail=MAIL, name="Ana Ruiz")
    testers.link_identity(work, ana.tester_id, LINKED)
    flags = [a_flag(work, product=product, key=f"half-{number}", percentage=50) for number in range(12)]

    def told(distinct_id: str) -> dict[str, bool]:
        question = {"token": product.project_key, "distinct_id": distinct_id}
        answer: Any = client.post("/flags/?v=2", json=question, csrf=False).json
        return {key: flag["enabled"] for key, flag in answer["flags"].items()}

    def looked_up(words: str) -> dict[str, bool]:
        return {flag.key: shown(work, flag, words) for flag in flags}

    assert told(MAIL) != told(LINKED), "twelve flags for a half of the people"
    assert looked_up(MAIL) == told(MAIL)
    assert looked_up(LINKED) == looked_up("ruiz") == told(LINKED)


def shown(work: Work, flag: Flag, words: str) -> bool:
    loaded = queries.load(work.session, flag.product_id)
    (given,) = queries.found_people(work.session, flag, words, work.now, loaded)
    return given.outcome.value is True
