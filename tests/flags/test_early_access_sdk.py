"""Today's official Python SDK, unmodified: who joined, left, or has a value set by hand, remote, local and only local."""

from typing import Any

import pytest
from posthog import Posthog

from betaops.flags import service
from betaops.flags.edge import FlagEdge
from betaops.flags.models import Stage
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.models import Product
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag, person
from tests.factories.programs import a_program

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning"),
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

#: "focus" is for the plan "pro", "sync" for everybody in two variants, "idea" a concept for nobody.
NOBODY = {"focus": False, "sync": "log", "idea": False}
EXPECTED: dict[str, dict[str, Any]] = {
    "joined@example.com": {**NOBODY, "focus": True},
    "left@example.com": {**NOBODY, "focus": False},
    "by-hand@example.com": {"focus": True, "sync": "merge", "idea": True},
    "off-by-hand@example.com": {"focus": False, "sync": False, "idea": False},
    "visitor-1": {**NOBODY, "focus": True},
    "nobody": NOBODY,
}
#: `left` and `off-by-hand` would have it by the condition.
PLANS = {"left@example.com": "pro", "off-by-hand@example.com": "pro"}


@pytest.fixture
def product(work: Work) -> Product:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    places = {
        mail: an_enrollment(work, program=program, mail=mail).tester_id
        for mail in EXPECTED
        if mail.endswith("@example.com")
    }
    focus = a_flag(work, product=product, key="focus", conditions=[{"properties": [person("plan", "pro")]}])
    sync = a_flag(work, product=product, key="sync", variants={"log": 100, "merge": 0})
    idea = a_flag(work, product=product, key="idea", conditions=[])
    feature = a_feature(work, focus)
    service.choose(work, feature.id, places["joined@example.com"], joins=True)
    service.choose(work, feature.id, places["left@example.com"], joins=False)
    service.choose(work, feature.id, places["by-hand@example.com"], joins=False)
    waiting = a_feature(work, idea, stage=Stage.CONCEPT)
    service.choose(work, waiting.id, places["joined@example.com"], joins=True)
    for flag, value in ((focus, True), (sync, "merge"), (idea, True)):
        service.set_override(work, flag.id, places["by-hand@example.com"], value, why="To show it.")
        service.set_override(work, flag.id, places["off-by-hand@example.com"], False, why="It crashes there.")
    work.session.commit()
    return product


@pytest.fixture
def visitor(host: str, product: Product) -> None:
    """Joins inside the product, as a browser's SDK does it."""
    client = Posthog(product.project_key, host=host, sync_mode=True)
    client.capture(
        "$feature_enrollment_update",
        distinct_id="visitor-1",
        properties={
            "$feature_flag": "focus",
            "$feature_enrollment": True,
            "$feature_enrollment_stage": "beta",
        },
    )
    client.shutdown()


def values(client: Posthog, distinct_id: str, **more: Any) -> dict[str, Any]:
    properties = {"plan": PLANS.get(distinct_id, "free")}
    return {
        key: client.get_feature_flag(
            key, distinct_id, person_properties=properties, send_feature_flag_events=False, **more
        )
        for key in NOBODY
    }


def test_remote_evaluation(host: str, product: Product, visitor: None) -> None:
    client = Posthog(product.project_key, host=host, sync_mode=True)
    try:
        assert {each: values(client, each) for each in EXPECTED} == EXPECTED
    finally:
        client.shutdown()


@pytest.mark.parametrize("only_locally", [False, True])
def test_local_evaluation_agrees_and_asks_nothing(
    work: Work,
    host: str,
    product: Product,
    visitor: None,
    monkeypatch: pytest.MonkeyPatch,
    only_locally: bool,  # pytest's parameter
) -> None:
    secret = program_service.secret_key(work, product)
    client = Posthog(product.project_key, host=host, secret_key=secret, sync_mode=True, poll_interval=3600)

    def never(*_args: Any) -> Any:
        raise AssertionError("local evaluation asked the server")

    try:
        client.load_feature_flags()
        monkeypatch.setattr(FlagEdge, "_answer", never)
        found = {each: values(client, each, only_evaluate_locally=only_locally) for each in EXPECTED}
        assert found == EXPECTED
    finally:
        client.shutdown()


def test_what_cannot_be_written_is_asked_of_the_server(work: Work, host: str, product: Product) -> None:
    """A holdout is looked at before any condition: who is settled must not be held out."""
    held = a_flag(work, product=product, key="held")
    held.filters = {**held.filters, "holdout": {"id": 1, "exclusion_percentage": 100}}
    place = an_enrollment(work, program=a_program(work, product=product, name="More", codename="More"))
    service.set_override(work, held.id, place.tester_id, True, why="To see it.")
    work.session.commit()
    secret = program_service.secret_key(work, product)
    client = Posthog(product.project_key, host=host, secret_key=secret, sync_mode=True, poll_interval=3600)
    try:
        client.load_feature_flags()
        who = encode("tst", place.tester_id)
        local: dict[str, Any] = {"only_evaluate_locally": True, "send_feature_flag_events": False}
        assert client.get_feature_flag("held", who, **local) is None
        assert client.get_feature_flag("held", who, send_feature_flag_events=False) is True
        assert client.get_feature_flag("held", "somebody", send_feature_flag_events=False) == "holdout-1"
    finally:
        client.shutdown()
