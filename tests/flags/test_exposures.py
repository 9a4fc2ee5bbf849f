"""Who met a flag in the product: told by the SDK, counted by value, day and person, shown on the flag's page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import func, select

from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import testers as tester_queries
from betaops.enrollment.service import leaving
from betaops.flags import queries
from betaops.flags.models import Exposure, Flag, Sighting
from betaops.flags.provided import data
from betaops.flags.service.exposures import Met, count_exposures
from betaops.kernel import clock
from betaops.kernel.ids import encode
from betaops.kernel.work import Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.support.browsers import Browser


@pytest.fixture
def ana(work: Work) -> Enrollment:
    return an_enrollment(work, program=a_program(work), mail="ana@example.com")


@pytest.fixture
def product(work: Work, ana: Enrollment) -> Product:
    program = program_queries.program(work.session, ana.program_id)
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def sync(work: Work, product: Product) -> Flag:
    flag = a_flag(work, product=product, key="sync", variants={"log": 50, "merge": 50})
    work.session.commit()
    return flag


@pytest.fixture
def called(client: Browser, work: Work, platform: Platform, product: Product) -> Callable[..., None]:
    """`called(("sync", "merge"), …)`: the product says that somebody met these, and the counts are written."""

    def say(*met: tuple[Any, Any], who: str = "ana@example.com", **more: Any) -> None:
        batch = [
            {
                "event": "$feature_flag_called",
                "distinct_id": who,
                "uuid": str(uuid4()),
                "properties": {"$feature_flag": key, "$feature_flag_response": value},
                **more,
            }
            for key, value in met
        ]
        body = orjson.dumps({"api_key": product.project_key, "batch": batch})
        for _sent_again in range(2):
            assert client.post("/batch/", data=body, csrf=False).status_code == 200
        platform.tallies.flush()
        work.session.expire_all()

    return say


def test_each_value_is_counted_by_day_and_by_who_is_known(
    work: Work, called: Callable[..., None], sync: Flag, ana: Enrollment
) -> None:
    called(("sync", "merge"), ("sync", "merge"), ("sync", "log"))
    called(("sync", "merge"), who="a stranger")
    called(("sync", False), who=encode("tst", ana.tester_id))
    today = clock.now().date()
    assert queries.seen(work.session, sync, today) == [
        ("merge", 3, 1, today),
        ("log", 1, 1, today),
        ("off", 1, 1, today),
    ]
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    called(("sync", "merge"), timestamp=yesterday)
    [first, _second, _third] = queries.seen(work.session, sync, today)
    assert (first.times, first.people, first.last_on) == (4, 1, today)
    sighting = work.session.scalars(select(Sighting).where(Sighting.value == "merge")).one()
    assert (sighting.first_on, sighting.last_on) == (today - timedelta(days=1), today)


def test_what_there_is_not_counts_nothing(work: Work, called: Callable[..., None], sync: Flag) -> None:
    called(
        ("unheard-of", True),
        ("sync", "a variant that there is not"),
        ("sync", None),
        ("sync", 7),
        ("sync", {"a": 1}),
        (None, True),
        (["sync"], True),
        ("x" * 100_000, True),
    )
    called(("sync", "merge"), timestamp=(clock.now() - timedelta(days=91)).isoformat())
    assert work.session.scalar(select(func.count()).select_from(Exposure)) == 0
    assert work.session.scalar(select(func.count()).select_from(Sighting)) == 0


def test_somebody_who_was_erased_meanwhile_costs_no_other_count(
    work: Work, sync: Flag, ana: Enrollment
) -> None:
    met = Met(sync.product_id, "sync", "merge", work.now.date(), uuid4())
    count_exposures(work, {met: 2, met._replace(tester_id=ana.tester_id): 1})
    assert queries.seen(work.session, sync, work.now.date()) == [("merge", 3, 1, work.now.date())]
    leaving.erase(work, ana.tester_id)
    work.session.commit()
    assert work.session.scalar(select(func.count()).select_from(Sighting)) == 0


def test_the_flags_page_and_a_persons_own_copy_say_so(
    work: Work,
    called: Callable[..., None],
    sync: Flag,
    ana: Enrollment,
    member_client: Callable[..., Browser],
) -> None:
    program = program_queries.program(work.session, ana.program_id)
    url = f"/console/programs/{program.slug}/flags/{encode('flg', sync.id)}"
    browser = member_client("viewer")
    assert "Nobody yet." in browser.get(url).text
    called(("sync", "merge"), ("sync", "merge"))
    text = browser.get(url).text
    assert "Seen in the product" in text
    assert "1 tester" in text
    own = data(work.session, tester_queries.tester(work.session, ana.tester_id))
    assert [each["flag"] for each in own["met"]] == ["sync"]
