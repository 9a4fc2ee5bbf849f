"""Who gets what with which key: flags for servers, signed identities, flags that want to know who is asking."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from betaops.enrollment.models import Enrollment
from betaops.flags import queries
from betaops.flags.models import Runtime
from betaops.flags.service import change_flag, import_definitions
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.identities import signature
from betaops.programs.models import Identities, Product, Trust
from betaops.usage import queries as usage_queries
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, in_cohort, person
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PAGE = {"Origin": "https://app.example.com"}


def flags_of(client: Browser, token: str, distinct_id: str, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    body = orjson.dumps({"token": token, "distinct_id": distinct_id, **more})
    answer = client.post("/flags/?v=2", data=body, headers=headers, csrf=False)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json["flags"]
    return found


def keys_by_ofrep(client: Browser, key: str, **context: Any) -> dict[str, Any]:
    body = orjson.dumps({"context": {"targetingKey": "somebody", **context}})
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post("/ofrep/v1/evaluate/flags", data=body, headers=headers, csrf=False)
    return {each["key"]: each for each in answer.json["flags"]}


# Flags for servers


def test_server_flags_are_for_the_secret_key_however_a_server_sends_it(work: Work, client: Browser) -> None:
    product, secret = program_service.create_product(work, name="Aurora")
    a_flag(work, product=product, key="hidden", runtime=Runtime.SERVER)
    a_flag(work, product=product, key="shown", runtime=Runtime.CLIENT)
    a_flag(work, product=product, key="both")
    work.session.commit()
    public = product.project_key
    assert set(flags_of(client, public, "x")) == {"shown", "both"}
    assert set(flags_of(client, public, "x", evaluation_runtime="server")) == {"both"}
    everything = {"hidden", "shown", "both"}
    bearer = {"Authorization": f"Bearer {secret}"}
    assert set(flags_of(client, secret, "x")) == everything
    assert set(flags_of(client, public, "x", headers=bearer)) == everything
    assert set(flags_of(client, public, "x", secret=secret)) == everything
    assert set(flags_of(client, secret, "x", evaluation_runtime="server")) == {"hidden", "both"}
    # A page that got hold of the secret key is a page all the same.
    assert set(flags_of(client, secret, "x", headers=PAGE)) == {"shown", "both"}


def test_another_products_secret_opens_nothing(work: Work, client: Browser) -> None:
    product = a_product(work)
    _other, secret = program_service.create_product(work, name="Other")
    work.session.commit()
    for more in ({"secret": secret}, {"secret": "bos_nonsense"}):
        body = orjson.dumps({"token": product.project_key, "distinct_id": "x", **more})
        answer = client.post("/flags/", data=body, csrf=False)
        assert (answer.status_code, answer.json["type"]) == (401, "authentication_error")


def test_a_product_may_give_programs_server_flags_for_the_public_key(
    work: Work, client: Browser, soon: Callable[[], None]
) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="hidden", runtime=Runtime.SERVER)
    work.session.commit()
    assert flags_of(client, product.project_key, "x", evaluation_runtime="server") == {}
    program_service.change_trust(work, product.id, version=None, servers_use_public_key=True)
    work.session.commit()
    soon()
    assert set(flags_of(client, product.project_key, "x", evaluation_runtime="server")) == {"hidden"}
    assert set(keys_by_ofrep(client, product.project_key)) == {"hidden"}
    for page in (PAGE, {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}):
        assert flags_of(client, product.project_key, "x", headers=page, evaluation_runtime="server") == {}
        config = client.get(f"/array/{product.project_key}/config", headers=page)
        assert config.json["hasFeatureFlags"] is False


# Signatures


@pytest.fixture
def ana(work: Work) -> Enrollment:
    return an_enrollment(work, program=a_program(work), mail="ana@example.com", attributes={"plan": "pro"})


@pytest.fixture
def product(work: Work, ana: Enrollment) -> Product:
    """Its flags: for a cohort that Ana is in, for a stored property of hers, and for anybody who proves who they are."""
    program = program_queries.program(work.session, ana.program_id)
    product = program_queries.product(work.session, program.product_id)
    pilot = a_cohort(work, program=program, members=[ana])
    a_flag(work, product=product, key="pilot", cohort=pilot)
    a_flag(work, product=product, key="not-pilot", conditions=[{"properties": [in_cohort(pilot, "not_in")]}])
    a_flag(work, product=product, key="pro", conditions=[{"properties": [person("plan", "pro")]}])
    guarded = a_flag(work, product=product, key="guarded")
    change_flag(work, guarded.id, version=None, identified_only=True)
    work.session.commit()
    return product


def on(found: dict[str, Any]) -> set[str]:
    return {key for key, record in found.items() if record["enabled"]}


def test_a_flag_that_wants_to_know_who_asks_is_off_without_a_proof(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    unproved = flags_of(client, product.project_key, "ana@example.com")
    assert on(unproved) == {"pilot", "pro"}
    assert unproved["guarded"]["reason"] == {
        "code": "identity_not_verified",
        "condition_index": None,
        "description": "The request does not prove who it is about",
    }
    secret = program_service.replace_identity_secret(work, product.id)
    work.session.commit()
    soon()
    proof = signature(secret, "ana@example.com")
    for carried in (
        {"$identity_hash": proof},
        {"identity_hash": proof},
        {"person_properties": {"$identity_hash": proof}},
    ):
        assert on(flags_of(client, product.project_key, "ana@example.com", **carried)) == {
            "pilot",
            "pro",
            "guarded",
        }
        # Somebody else's proof is none.
        assert "guarded" not in on(flags_of(client, product.project_key, "ben@example.com", **carried))
    for wrong in (
        {"$identity_hash": 7},
        {"person_properties": {"$identity_hash": [proof]}},
        {"identity_hash": "x"},
    ):
        assert "guarded" not in on(flags_of(client, product.project_key, "ana@example.com", **wrong))
    by_secret_key = program_service.secret_key(work, product)
    assert "guarded" in on(flags_of(client, by_secret_key, "ana@example.com"))
    assert "guarded" not in on(flags_of(client, by_secret_key, "ana@example.com", headers=PAGE))


def test_openfeature_carries_the_proof_in_its_context(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    secret = program_service.replace_identity_secret(work, product.id)
    work.session.commit()
    soon()
    found = keys_by_ofrep(client, product.project_key, identityHash=signature(secret, "somebody"))
    assert found["guarded"]["value"] is True
    unproved = keys_by_ofrep(client, product.project_key, identityHash="x")["guarded"]
    assert (unproved["value"], unproved["reason"]) == (False, "UNKNOWN")
    server = keys_by_ofrep(client, program_service.secret_key(work, product))
    assert server["guarded"]["value"] is True


def test_a_flag_that_rests_on_a_guarded_one_tells_nothing_of_it(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    depends = {"type": "flag", "key": "guarded", "operator": "flag_evaluates_to", "value": True}
    a_flag(work, product=product, key="beside", conditions=[{"properties": [depends]}])
    work.session.commit()
    soon()
    assert "beside" not in on(flags_of(client, product.project_key, "ana@example.com"))


def test_where_signatures_are_wanted_an_unsigned_request_gets_what_a_stranger_gets(
    work: Work, client: Browser, product: Product, ana: Enrollment, soon: Callable[[], None]
) -> None:
    secret = program_service.replace_identity_secret(work, product.id)
    listed = {"id": 9, "key": "listed", "active": True, "filters": {"groups": [{"properties": [
        {"key": "id", "type": "cohort", "operator": "in", "value": 77}]}]}}  # fmt: skip
    document = {"flags": [listed], "static_cohorts": {"77": ["ana@example.com"]}}
    import_definitions(work, product.id, document)
    program_service.change_trust(work, product.id, version=None, identities=Identities.SIGNED)
    work.session.commit()
    soon()
    ids = ("ana@example.com", encode("tst", ana.tester_id))
    for distinct_id in ids:
        assert on(flags_of(client, product.project_key, distinct_id)) == {"not-pilot"}
    proved = {
        each: on(flags_of(client, product.project_key, each, identity_hash=signature(secret, each)))
        for each in ids
    }
    assert proved[ids[1]] == {"pilot", "pro", "guarded"}
    assert proved[ids[0]] == {"pilot", "pro", "guarded", "listed"}
    assert "pilot" in on(flags_of(client, program_service.secret_key(work, product), ids[0]))


def test_an_id_that_is_nobodys_is_its_mail_addresss_unless_signatures_are_wanted(
    work: Work, client: Browser, product: Product, ana: Enrollment, soon: Callable[[], None]
) -> None:
    ben = an_enrollment(
        work, program=program_queries.program(work.session, ana.program_id), mail="b@example.com"
    )
    work.session.commit()

    def gets(distinct_id: str, mail: Any) -> set[str]:
        return on(flags_of(client, product.project_key, distinct_id, person_properties={"email": mail}))

    assert gets("user-4711", "Ana@Example.com") == {"pilot", "pro"}
    assert keys_by_ofrep(client, product.project_key, email="ana@example.com")["pilot"]["value"] is True
    for odd in ("nobody@example.com", "", ["ana@example.com"], 7, "ana@example.com" + "m" * 300):
        assert gets("user-4711", odd) == {"not-pilot"}, odd
    assert gets(encode("tst", ben.tester_id), "ana@example.com") == {"not-pilot"}, (
        "somebody's id stays theirs"
    )
    program_service.replace_identity_secret(work, product.id)
    program_service.change_trust(work, product.id, version=None, identities=Identities.SIGNED)
    work.session.commit()
    soon()
    assert "pilot" not in gets("user-4711", "ana@example.com")


def test_events_connect_no_ids_where_signatures_are_wanted(
    work: Work, client: Browser, product: Product, ana: Enrollment
) -> None:
    secret = program_service.replace_identity_secret(work, product.id)
    program_service.change_trust(work, product.id, version=None, identities=Identities.SIGNED)
    work.session.commit()
    steals = [
        {"event": "$identify", "distinct_id": "mallory", "properties": {"$set": {"email": "ana@example.com"}}},
        {"event": "$identify", "distinct_id": "ana@example.com", "properties": {"$anon_distinct_id": "mallory"}},
        {"event": "$create_alias", "distinct_id": "ana@example.com", "properties": {"alias": "mallory"}},
        {"event": "note", "distinct_id": "mallory"},
    ]  # fmt: skip
    body = orjson.dumps({"api_key": product.project_key, "batch": steals})
    assert client.post("/batch/", data=body, csrf=False).status_code == 200
    assert "note" not in {event.name for event in usage_queries.recent(work.session, ana.tester_id)}
    proof = signature(secret, "ana@example.com")
    proved = {
        "event": "proved",
        "distinct_id": "ana@example.com",
        "properties": {"$identity_hash": proof, "a": 1},
    }
    body = orjson.dumps({"api_key": product.project_key, "batch": [proved]})
    assert client.post("/batch/", data=body, csrf=False).status_code == 200
    [kept] = [each for each in usage_queries.recent(work.session, ana.tester_id) if each.name == "proved"]
    assert kept.properties == {"a": 1}, "a proof is not kept: who reads it could say it again"
    # A server with the secret key is believed.
    body = orjson.dumps({"api_key": program_service.secret_key(work, product), "batch": steals})
    assert client.post("/batch/", data=body, csrf=False).status_code == 200
    assert "note" in {event.name for event in usage_queries.recent(work.session, ana.tester_id)}


def test_a_former_secret_holds_for_a_day_and_the_one_before_not_at_all(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    first, second, third = (program_service.replace_identity_secret(work, product.id) for _each in range(3))
    work.session.commit()
    soon()

    def holds(secret: str) -> bool:
        proof = signature(secret, "x")
        return "guarded" in on(flags_of(client, product.project_key, "x", identity_hash=proof))

    assert (holds(first), holds(second), holds(third)) == (False, True, True)
    trust = work.session.scalars(select(Trust)).one()
    trust.identity_made_at = work.now - timedelta(days=1, minutes=1)
    work.session.commit()
    soon()
    assert (holds(second), holds(third)) == (False, True)


def test_an_imported_flag_keeps_what_it_wants_to_know(work: Work) -> None:
    product = a_product(work)
    guarded = {"id": 1, "key": "guarded", "active": True, "filters": {"groups": []}, "identified_only": True}
    plain = {**guarded, "id": 2, "key": "plain", "identified_only": False}
    import_definitions(work, product.id, {"flags": [guarded, plain]})
    written = {flag["key"]: flag for flag in queries.exported(work.session, product.id)["flags"]}
    assert written["guarded"]["identified_only"] is True
    assert "identified_only" not in written["plain"]
    report = import_definitions(work, product.id, {"flags": [guarded, plain]})
    assert report.unchanged == 2
