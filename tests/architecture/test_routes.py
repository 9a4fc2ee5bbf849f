"""Every route says who may call it, and keeps to it: visitors, testers, keys and each role of members."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from betaops.accounts.permissions import ROLES, SCOPES, Permission, Role
from betaops.accounts.policy import SELF
from betaops.accounts.service.keys import create_key
from betaops.kernel.work import Work
from betaops.web.access import Access
from betaops.web.application import Application
from tests.factories.enrollment import an_enrollment
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: Public routes are the product's doors: a new one is a decision, not an accident.
PUBLIC = (
    "/", "/appearance", "/assets/<", "/healthz", "/readyz", "/metrics", "/robots.txt", "/favicon.ico", "/.well-known/",
    # signing in, invitations, one-time links
    "/sign-in", "/sign-out", "/setup/<token>", "/link/<token>", "/invitation/", "/forgot", "/reset", "/passkey",
    # testers' doors and links
    "/join/", "/portal/sign-in", "/portal/enter", "/confirm/<token>",
    "/i/", "/l/", "/s/", "/r/", "/embed", "/unsubscribe", "/mail/",
    # papers that were handed out
    "/shared/<token>",
    # the product under test
    "/flags", "/decide", "/api/feature_flag/", "/api/surveys", "/api/early_access_features", "/array/", "/batch", "/e", "/e/",
    "/i/v0/e", "/capture", "/track", "/engage", "/s", "/ofrep/",
    "/api/v1/openapi.json", "/api/v1/docs",
)  # fmt: skip


def rules(app: Application) -> Iterator[tuple[Rule, str, Access]]:
    """Each route with each method that it takes."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, access


def address_of(app: Application, rule: Rule) -> str:
    """The route with ids of nothing: who may not call it is refused before anything is looked for."""
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = {
            "IdConverter": uuid.uuid4(),
            "IntegerConverter": 1,
            "UUIDConverter": uuid.uuid4(),
        }.get(kind, "nothing")
        if kind == "AnyConverter":
            values[name] = next(iter(converter.items))
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule.rule
    return str(built[1])


def test_s01_every_route_says_who_may_call_it(app: Application) -> None:
    unclassified = [
        f"{method} {rule.rule}" for rule, method, access in rules(app) if not isinstance(access, Access)
    ]
    assert unclassified == []


def test_public_routes_are_known_doors(app: Application) -> None:
    unknown = {
        rule.rule
        for rule, _method, access in rules(app)
        if access.kind == "public"
        and not any(rule.rule == door or (len(door) > 2 and rule.rule.startswith(door)) for door in PUBLIC)
    }
    assert unknown == set()


def test_every_permission_that_a_route_needs_is_in_the_table(app: Application) -> None:
    known = {str(permission) for permission in Permission} | {SELF}
    unknown = {access.permission for _rule, _method, access in rules(app) if access.permission} - known
    assert unknown == set()


def test_a_key_can_be_given_every_scope_that_a_route_asks_for(app: Application) -> None:
    asked = {access.permission for _rule, _method, access in rules(app) if access.kind == "key"}
    assert asked <= {str(scope) for scope in SCOPES} | {SELF}


def test_s01_strangers_are_sent_to_the_right_door(app: Application, client: Browser) -> None:
    wrong = []
    for rule, method, access in rules(app):
        if access.kind == "public":
            continue
        answer = client.open(address_of(app, rule), method=method)
        door = {"member": (303, "/sign-in"), "tester": (303, "/portal/sign-in"), "key": (401, "")}[
            access.kind
        ]
        place = answer.headers.get("Location", "")
        if answer.status_code != door[0] or not place.split("?")[0].endswith(door[1]):
            wrong.append(f"{method} {rule.rule}: {answer.status_code} {place}")
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_s01_a_member_may_do_what_the_role_grants_and_nothing_else(
    app: Application, member_client: Callable[[str], Browser], role: Role
) -> None:
    browser = member_client(role)
    wrong = []
    for rule, method, access in rules(app):
        if access.kind != "member":
            continue
        may = Permission(access.permission) in ROLES[role]
        answer = browser.open(address_of(app, rule), method=method)
        if "sign-in" in answer.headers.get("Location", ""):  # the route before has signed out everywhere
            browser = member_client(role)
            answer = browser.open(address_of(app, rule), method=method)
        is_refused = answer.status_code == 403 or "sign-in" in answer.headers.get("Location", "")
        if is_refused is may or answer.status_code >= 500:
            wrong.append(f"{method} {rule.rule} ({access.permission}): {answer.status_code}")
    assert wrong == []


def test_a_tester_is_nobody_in_the_console(
    app: Application, work: Work, tester_client: Callable[..., Browser]
) -> None:
    browser = tester_client(an_enrollment(work))
    wrong = [
        f"{method} {rule.rule}: {answer.status_code}"
        for rule, method, access in rules(app)
        if access.kind == "member"
        and (answer := browser.open(address_of(app, rule), method=method)).status_code != 303
    ]
    assert wrong == []


def test_a_member_is_nobody_in_the_portal(app: Application, member_client: Callable[[str], Browser]) -> None:
    browser = member_client("owner")
    wrong = [
        f"{method} {rule.rule}: {answer.status_code}"
        for rule, method, access in rules(app)
        if access.kind == "tester"
        and (answer := browser.open(address_of(app, rule), method=method)).status_code != 303
    ]
    assert wrong == []


def test_a_key_may_do_what_its_scopes_say_and_nothing_else(
    app: Application, work: Work, client: Browser
) -> None:
    keys = {scope: create_key(work, scope, {scope})[1] for scope in SCOPES}
    wrong = []
    for rule, method, access in rules(app):
        if access.kind != "key" or access.permission == SELF:
            continue
        for scope in (
            Permission(access.permission),
            next(each for each in sorted(SCOPES) if each != access.permission),
        ):
            answer = client.open(
                address_of(app, rule),
                method=method,
                csrf=False,
                headers={"Authorization": f"Bearer {keys[scope]}"},
            )
            if (answer.status_code == 403) is (scope == access.permission) or answer.status_code >= 500:
                wrong.append(f"{method} {rule.rule} with {scope}: {answer.status_code}")
    assert wrong == []


def test_s31_what_changes_something_needs_a_csrf_token_where_cookies_count(
    app: Application,
    work: Work,
    member_client: Callable[[str], Browser],
    tester_client: Callable[..., Browser],
) -> None:
    browsers = {"member": member_client("owner"), "tester": tester_client(an_enrollment(work))}
    wrong = []
    for rule, method, access in rules(app):
        if method == "GET" or access.cookieless or access.kind == "key":
            continue
        browser = browsers.get(access.kind, browsers["member"])
        answer = browser.open(address_of(app, rule), method=method, csrf=False)
        if answer.status_code != 400:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


def test_s22_every_answer_has_a_strict_policy(
    app: Application, client: Browser, member_client: Callable[[str], Browser]
) -> None:
    browser = member_client("owner")
    for rule, method, access in rules(app):
        if method != "GET":
            continue
        answer = (browser if access.kind == "member" else client).open(address_of(app, rule), method=method)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, rule.rule
        assert "unsafe" not in policy.replace(
            "style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox", ""
        ), rule.rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff", rule.rule
