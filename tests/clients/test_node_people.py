"""PostHog's Node SDK and what the server knows of people and companies: who joined, what was set by hand, who asks."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from betaops.flags import queries, service
from betaops.flags.models import Flag, Runtime
from betaops.flags.service import change_flag
from betaops.kernel import clock
from betaops.kernel.work import Platform, Work
from betaops.programs import service as program_service
from betaops.programs.identities import signature
from betaops.programs.models import Product
from tests.clients.conftest import Begin, Node
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag, person
from tests.factories.programs import a_product, a_program

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

#: "focus" is for the plan "pro", "sync" for everybody in two variants.
EXPECTED: dict[str, dict[str, Any]] = {
    "joined@example.com": {"focus": True, "sync": "log"},
    "left@example.com": {"focus": False, "sync": "log"},
    "by-hand@example.com": {"focus": False, "sync": "merge"},
    "visitor-1": {"focus": True, "sync": "log"},
    "nobody": {"focus": False, "sync": "log"},
}
#: Who left would have it by the condition.
PLANS = {"left@example.com": "pro"}
SEATS = {"key": "seats", "type": "group", "group_type_index": 0, "operator": "gte", "value": "50"}


@pytest.fixture
def product(work: Work) -> Product:
    """Somebody joined, somebody left, somebody joined and has other values by hand."""
    program = a_program(work)
    product = work.session.get_one(Product, program.product_id)
    people = {
        mail: an_enrollment(work, program=program, mail=mail).tester_id for mail in EXPECTED if "@" in mail
    }
    focus = a_flag(work, product=product, key="focus", conditions=[{"properties": [person("plan", "pro")]}])
    sync = a_flag(work, product=product, key="sync", variants={"log": 100, "merge": 0})
    feature = a_feature(work, focus)
    for who, joins in (("joined", True), ("left", False), ("by-hand", True)):
        service.choose(work, feature.id, people[f"{who}@example.com"], joins=joins)
    service.set_override(work, focus.id, people["by-hand@example.com"], False, why="It crashes there.")
    service.set_override(work, sync.id, people["by-hand@example.com"], "merge", why="To show it.")
    work.session.commit()
    return product


def asked(client: Node, method: str, **options: Any) -> dict[str, Any]:
    """What `method` says for each of EXPECTED."""
    return {
        who: client.call(method, who, {"personProperties": {"plan": PLANS.get(who, "free")}, **options})
        for who in EXPECTED
    }


def test_who_joined_left_or_has_a_value_by_hand_gets_it_from_the_server_and_locally_alike(
    work: Work, node: Begin, host: str, product: Product
) -> None:
    remote = node("posthog_node", product.project_key, {"host": host})
    properties = {"$feature_flag": "focus", "$feature_enrollment": True, "$feature_enrollment_stage": "beta"}
    event = {"distinctId": "visitor-1", "event": "$feature_enrollment_update", "properties": properties}
    remote.call("captureImmediate", event)
    options = {"host": host, "personalApiKey": program_service.secret_key(work, product)}
    local = node("posthog_node", product.project_key, options)
    local.call("reloadFeatureFlags")
    for method in ("evaluateFlags", "getAllFlags"):
        assert asked(remote, method) == EXPECTED
        assert asked(local, method, onlyEvaluateLocally=True) == EXPECTED


def test_what_code_asks_of_its_flags_is_counted(
    work: Work, platform: Platform, node: Begin, host: str, product: Product
) -> None:
    client = node("posthog_node", product.project_key, {"host": host})
    client.call("evaluateFlags", "joined@example.com")
    client.call("flush")
    client.end()
    platform.tallies.flush()
    today = clock.now().date()
    work.session.expire_all()
    flag = work.session.scalars(select(Flag).where(Flag.key == "focus")).one()
    assert queries.seen(work.session, flag, today) == [("on", 1, 1, today)]


def test_a_companys_flag_follows_what_the_server_tells_of_the_company(
    work: Work, node: Begin, host: str, soon: Callable[[], None]
) -> None:
    product = a_product(work)
    work.session.commit()
    client = node("posthog_node", product.project_key, {"host": host})

    def tell(company: str, seats: int) -> None:
        group = {"groupType": "company", "groupKey": company, "properties": {"seats": seats}}
        client.call("groupIdentifyImmediate", group)

    tell("acme", 120)
    condition = {"properties": [SEATS], "rollout_percentage": 100, "aggregation_group_type_index": 0}
    a_flag(work, product=product, key="teams", conditions=[condition])
    work.session.commit()
    tell("small", 3)
    soon()
    options = {"host": host, "personalApiKey": program_service.secret_key(work, product)}
    local = node("posthog_node", product.project_key, options)
    local.call("reloadFeatureFlags")
    for company, seats, has_teams in (("acme", 120, True), ("small", 3, False)):
        groups = {"groups": {"company": company}}
        assert client.call("evaluateFlags", "ana", groups) == {"teams": has_teams}
        # Alone it knows of companies what it is told in the call.
        told = {"groupProperties": {"company": {"seats": seats}}, "onlyEvaluateLocally": True}
        assert local.call("evaluateFlags", "ana", {**groups, **told}) == {"teams": has_teams}
    assert client.call("evaluateFlags", "ana", {}) == {"teams": False}


def test_flags_for_servers_and_for_who_proves_it_need_the_secret_key_or_a_signature(
    work: Work, node: Begin, host: str, soon: Callable[[], None]
) -> None:
    product, secret = program_service.create_product(work, name="Aurora")
    a_flag(work, product=product, key="hidden", runtime=Runtime.SERVER)
    guarded = a_flag(work, product=product, key="guarded")
    change_flag(work, guarded.id, version=None, identified_only=True)
    signing = program_service.replace_identity_secret(work, product.id)
    work.session.commit()
    public = node("posthog_node", product.project_key, {"host": host})
    assert public.call("evaluateFlags", "ana") == {"guarded": False}
    signed = {"personProperties": {"$identity_hash": signature(signing, "ana")}}
    assert public.call("evaluateFlags", "ana", signed) == {"guarded": True}
    assert public.call("evaluateFlags", "ben", signed) == {"guarded": False}
    assert node("posthog_node", secret, {"host": host}).call("evaluateFlags", "ana") == {
        "guarded": True,
        "hidden": True,
    }
    openfeature = node("openfeature_node", host, secret)
    assert openfeature.call("getBooleanValue", "hidden", False, {"targetingKey": "ana"}) is True
