"""Theme, density and single keys: kept by the server, for members and for everybody else."""

from typing import Any

import pytest

from betaops.web.appearance import COOKIE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_visitors_theme_comes_back_with_every_page(client: Any) -> None:
    answer = client.post("/appearance", data={"theme": "dark", "next": "/sign-in"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"
    assert 'data-theme="dark"' in client.get("/sign-in").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nX: y", ""]
)
def test_one_is_sent_back_to_a_place_of_ours_only(client: Any, target: str) -> None:
    answer = client.post("/appearance", data={"theme": "light", "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_cookie_of_nonsense_is_the_systems_look(client: Any) -> None:
    client.set_cookie(COOKIE, '"><script>.x.y.z')
    assert 'data-theme="system"' in client.get("/sign-in").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_members_choice_follows_them_to_another_browser(member_client: Any) -> None:
    first = member_client()
    first.post("/appearance", data={"density": "compact", "theme": "dark"})
    first.delete_cookie(COOKIE)
    page = first.get("/console/account").text
    assert 'data-theme="dark"' in page
    assert 'data-density="compact"' in page
