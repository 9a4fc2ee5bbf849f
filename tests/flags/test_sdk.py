"""Today's official Python SDK, unmodified, pointed at our host: remote, local and only local; events back."""

from collections.abc import Callable
from typing import Any

import pytest
from posthog import Posthog

from betaops.enrollment.models import Enrollment
from betaops.flags import queries, service
from betaops.flags.edge import FlagEdge
from betaops.flags.models import Runtime
from betaops.kernel.ids import encode
from betaops.kernel.work import Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.models import Product, Program
from betaops.usage import queries as usage_queries
from betaops.web.application import Application
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, in_cohort, person
from tests.factories.programs import a_program
from tests.support.browsers import Browser

# The older methods, which most products still call, warn that newer ones exist.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning"),
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", attributes={"plan": "pro"})


@pytest.fixture
def flags(work: Work, program: Program, product: Product, ana: Enrollment) -> None:
    """One by hand-picked cohort, one by rule in variants, one by what the request says, one killed."""
    an_enrollment(work, program=program, mail="ben@example.com", attributes={"plan": "free"})
    pilot = a_cohort(work, program=program, name="Pilot", members=[ana])
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    a_flag(work, product=product, key="new-editor", cohort=pilot, payloads={"true": '{"toolbar": "compact"}'})
    a_flag(work, product=product, key="sync", cohort=pros, variants={"log": 0, "merge": 100})
    a_flag(
        work,
        product=product,
        key="modern",
        conditions=[{"properties": [person("app", "2.0.0", "semver_gte")]}],
    )
    a_flag(work, product=product, key="not-pilot", conditions=[{"properties": [in_cohort(pilot, "not_in")]}])
    a_flag(work, product=product, key="killed", is_active=False)
    work.session.commit()


def client_for(host: str, product: Product, secret: str | None = None) -> Posthog:
    return Posthog(product.project_key, host=host, secret_key=secret, sync_mode=True, poll_interval=3600)


EXPECTED = {
    "ana@example.com": {"new-editor": True, "sync": "merge", "modern": True, "not-pilot": False},
    "ben@example.com": {"new-editor": False, "sync": False, "modern": True, "not-pilot": True},
    "stranger": {"new-editor": False, "sync": False, "modern": True, "not-pilot": True},
}


def test_remote_evaluation(host: str, product: Product, ana: Enrollment, flags: None) -> None:
    client = client_for(host, product)
    try:
        for distinct_id, expected in EXPECTED.items():
            assert client.get_all_flags(distinct_id, person_properties={"app": "2.1.0"}) == expected
        assert (
            client.get_feature_flag(
                "new-editor", encode("tst", ana.tester_id), send_feature_flag_events=False
            )
            is True
        )
        assert client.get_feature_flag_payload("new-editor", "ana@example.com") == {"toolbar": "compact"}
        assert client.feature_enabled("killed", "ana@example.com", send_feature_flag_events=False) in (
            False,
            None,
        )
    finally:
        client.shutdown()


def test_all_flags_of_a_person_in_one_call(host: str, product: Product, flags: None) -> None:
    client = client_for(host, product)
    try:
        for distinct_id, expected in EXPECTED.items():
            found = client.evaluate_flags(distinct_id, person_properties={"app": "2.1.0"})
            assert {key: found.get_flag(key) for key in expected} == expected
            assert found.is_enabled("sync") is bool(expected["sync"])
    finally:
        client.shutdown()


def test_local_evaluation_agrees_and_asks_nothing(
    work: Work, host: str, product: Product, flags: None, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(host, product, program_service.secret_key(work, product))
    try:
        client.load_feature_flags()
        assert {flag["key"] for flag in client.feature_flags} == {
            "new-editor",
            "sync",
            "modern",
            "not-pilot",
            "killed",
        }

        def never(*_args: Any) -> Any:
            raise AssertionError("local evaluation asked the server")

        monkeypatch.setattr(FlagEdge, "_answer", never)
        for distinct_id, expected in EXPECTED.items():
            for key, value in expected.items():
                got = client.get_feature_flag(
                    key,
                    distinct_id,
                    person_properties={"app": "2.1.0"},
                    only_evaluate_locally=True,
                    send_feature_flag_events=False,
                )
                assert got == value, (distinct_id, key)
    finally:
        client.shutdown()


def test_definitions_that_did_not_change_are_not_sent_again(
    work: Work, host: str, product: Product, flags: None, soon: Callable[[], None]
) -> None:
    client = client_for(host, product, program_service.secret_key(work, product))
    try:
        client.load_feature_flags()
        first = client._flags_etag
        client._load_feature_flags()
        assert client._flags_etag == first
        assert client.feature_flags is not None
        service.kill(work, next(flag.id for flag in _flags(work, product) if flag.key == "modern"))
        work.session.commit()
        soon()
        client._load_feature_flags()
        assert client._flags_etag != first
        assert (
            client.get_feature_flag("modern", "x", only_evaluate_locally=True, send_feature_flag_events=False)
            is False
        )
    finally:
        client.shutdown()


def _flags(work: Work, product: Product) -> Any:
    return queries.flags(work.session, product.id)


def test_the_public_key_gets_no_definitions(host: str, product: Product, flags: None) -> None:
    client = client_for(host, product, product.project_key)
    try:
        client.load_feature_flags()
        assert not client.feature_flags
    finally:
        client.shutdown()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"gzip": True},
        {"capture_mode": "v1"},
        {"capture_mode": "v1", "capture_compression": "gzip"},
        {"capture_mode": "v1", "capture_compression": "deflate"},
    ],
    ids=["plain", "gzip", "v1", "v1 gzip", "v1 deflate"],
)
def test_events_arrive_with_their_tester(
    work: Work,
    host: str,
    product: Product,
    ana: Enrollment,
    member_client: Callable[..., Browser],
    how: dict[str, Any],
) -> None:
    work.session.commit()
    client = Posthog(product.project_key, host=host, **how)
    client.capture("note created", distinct_id="ana@example.com", properties={"words": 12})
    client.set(distinct_id="ana@example.com", properties={"theme": "dark"})
    client.flush()
    client.shutdown()
    work.session.expire_all()
    events = {event.name: event for event in usage_queries.recent(work.session, ana.tester_id)}
    assert events["note created"].properties["words"] == 12
    assert "$set" in events
    page = member_client("viewer").get(
        f"/console/programs/{program_slug(work, ana)}/testers/{encode('enr', ana.id)}/usage"
    )
    assert "note created" in page.text


def program_slug(work: Work, enrollment: Enrollment) -> str:
    return program_queries.program(work.session, enrollment.program_id).slug


def test_an_sdk_at_work_leaves_exposures(
    work: Work, host: str, product: Product, ana: Enrollment, flags: None
) -> None:
    client = client_for(host, product)
    try:
        assert client.feature_enabled("new-editor", "ana@example.com") is True
    finally:
        client.shutdown()
    work.session.expire_all()
    [called] = usage_queries.recent(work.session, ana.tester_id)
    assert called.name == "$feature_flag_called"
    assert called.properties["$feature_flag"] == "new-editor"


def test_a_remote_config_payload(work: Work, host: str, product: Product, flags: None) -> None:
    client = client_for(host, product, program_service.secret_key(work, product))
    try:
        assert client.get_remote_config_payload("new-editor") == '{"toolbar": "compact"}'
    finally:
        client.shutdown()


def test_a_server_with_the_secret_key_in_the_projects_place_sees_flags_for_servers(
    work: Work, host: str, product: Product, ana: Enrollment, flags: None
) -> None:
    a_flag(work, product=product, key="internal", runtime=Runtime.SERVER)
    work.session.commit()
    secret = program_service.secret_key(work, product)
    for key, seen in ((product.project_key, None), (secret, True)):
        client = Posthog(key, host=host, sync_mode=True)
        try:
            assert client.get_feature_flag("internal", "ana@example.com") is seen
            client.capture("note created", distinct_id="ana@example.com")
        finally:
            client.shutdown()
    work.session.expire_all()
    names = [event.name for event in usage_queries.recent(work.session, ana.tester_id)]
    assert names.count("note created") == 2


def test_what_an_sdk_met_is_counted(
    work: Work, host: str, product: Product, ana: Enrollment, flags: None, platform: Platform
) -> None:
    client = client_for(host, product)
    try:
        assert client.feature_enabled("new-editor", "ana@example.com") is True
        assert client.get_feature_flag("sync", "stranger") is False
    finally:
        client.shutdown()
    platform.tallies.flush()
    work.session.expire_all()
    by_key = {flag.key: flag for flag in _flags(work, product)}
    today = work.now.date()
    assert queries.seen(work.session, by_key["new-editor"], today) == [("on", 1, 1, today)]
    assert queries.seen(work.session, by_key["sync"], today) == [("off", 1, 0, today)]
