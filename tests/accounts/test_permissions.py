"""The one table of who may do what, and that every console page holds to it."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from flask import Flask

from betaops.accounts.permissions import ROLES, SCOPES, WORDS, Permission, Role
from betaops.accounts.words import ROLE_NOTES, ROLE_WORDS
from betaops.web.access import Access
from betaops.web.application import Application
from tests.support.browsers import Browser

MemberClient = Callable[[str], Browser]


def test_each_role_may_do_what_the_one_below_may() -> None:
    order = [Role.VIEWER, Role.ANALYST, Role.MANAGER, Role.OWNER]
    for lower, higher in pairwise(order):
        assert ROLES[lower] < ROLES[higher]
    assert ROLES[Role.OWNER] == set(Permission)


def test_a_viewer_only_reads() -> None:
    assert {permission.value.split(":")[1] for permission in ROLES[Role.VIEWER]} == {"read"}


def test_every_permission_and_role_has_words() -> None:
    assert set(WORDS) == set(Permission)
    assert set(ROLE_WORDS) == set(ROLE_NOTES) == set(Role)


def test_what_only_a_person_should_do_is_no_scope() -> None:
    assert {"console:read", "decision:sign", "members:manage", "keys:manage", "workspace:manage"}.isdisjoint(
        SCOPES
    )


def _member_routes(app: Flask) -> Iterator[tuple[str, str, Access]]:
    """Console pages of this room that need no id, with the permission each asks for."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        is_ours = rule.endpoint.startswith("accounts.") and access is not None and access.kind == "member"
        if is_ours and not rule.arguments and "GET" in (rule.methods or ()):
            yield rule.endpoint, rule.rule, access


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_page_opens_for_exactly_the_roles_of_the_table(
    app: Application, member_client: MemberClient, role: Role
) -> None:
    browser = member_client(role.value)
    seen = 0
    for endpoint, path, access in _member_routes(app):
        answer = browser.get(path)
        may = Permission(access.permission) in ROLES[role]
        assert (answer.status_code == 403) is not may, f"{role} on {endpoint}"
        seen += 1
    assert seen >= 10


def test_the_roles_page_shows_the_table(member_client: MemberClient) -> None:
    page = member_client("viewer").get("/console/settings/roles").text
    for sentence in WORDS.values():
        assert str(sentence) in page
    assert page.count(">yes<") + page.count('aria-label="yes"') == sum(
        len(granted) for granted in ROLES.values()
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_role_may_not_do_is_not_offered(member_client: MemberClient) -> None:
    page = member_client("viewer").get("/console/settings/members").text
    assert "/console/settings/members/invite" not in page
    assert "/console/settings/keys" not in page
    assert "/console/settings/audit" not in page
    assert "Remove from the workspace" not in page
