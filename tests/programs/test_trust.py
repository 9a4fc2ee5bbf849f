"""Whom a product trusts, as members say it on its page and by the API."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel.errors import Invalid, Stale
from betaops.kernel.ids import encode, new_id
from betaops.kernel.work import Work
from betaops.programs import queries, service
from betaops.programs.models import Identities, Product
from tests.factories.programs import a_product
from tests.support.browsers import Browser

URL = "/console/products/aurora-notes/trust"


@pytest.fixture
def product(work: Work) -> Product:
    product = a_product(work)
    work.session.commit()
    return product


def test_the_secret_is_shown_once_and_kept_sealed(
    work: Work, product: Product, member_client: Callable[..., Browser]
) -> None:
    browser = member_client("manager")
    assert "Make an identity secret" in browser.get(URL).text
    shown = browser.submit(URL, action="/secret")
    assert shown.status_code == 201
    [secret] = set(re.findall(r"boi_[\w-]{43}", shown.text))
    trust = queries.trust_of(work.session, product.id)
    assert trust is not None
    assert secret not in trust.identity_sealed
    assert work.vault.open(trust.identity_sealed).decode() == secret
    page = browser.get(URL).text
    assert "boi_" not in page
    assert "Make a new identity secret" in page
    assert "boi_" not in browser.get("/console/products/aurora-notes").text


def test_signatures_are_wanted_only_where_there_is_a_secret_to_sign_with(
    work: Work, product: Product, member_client: Callable[..., Browser]
) -> None:
    browser = member_client("owner")
    refused = browser.submit(URL, {"identities": "signed", "servers_use_public_key": "y"}, action="/trust")
    assert refused.status_code == 422
    assert "Make an identity secret first" in refused.text
    assert re.search(r'value="signed"[^>]*checked|checked[^>]*value="signed"', refused.text), (
        "what was chosen is kept"
    )
    assert queries.trust_of(work.session, product.id) is None
    service.replace_identity_secret(work, product.id)
    work.session.commit()
    saved = browser.submit(URL, {"identities": "signed", "servers_use_public_key": "y"}, action="/trust")
    assert saved.status_code == 303
    trust = queries.trust_of(work.session, product.id)
    assert trust is not None
    assert (trust.identities, trust.servers_use_public_key) == (Identities.SIGNED, True)
    assert "Your server signs who somebody is." in browser.get("/console/products/aurora-notes").text
    for nonsense in ({}, {"identities": "maybe"}):
        assert browser.submit(URL, {"identities": None, **nonsense}, action="/trust").status_code == 422


def test_who_only_reads_reads_and_changes_nothing(
    product: Product, member_client: Callable[..., Browser]
) -> None:
    browser = member_client("viewer")
    page = browser.get(URL)
    assert page.status_code == 200
    assert '<form class="form' not in page.text
    for path in (URL, f"{URL}/secret"):
        assert browser.post(path, data={"identities": "open"}).status_code == 403


def test_a_save_over_a_newer_one_is_refused(work: Work, product: Product) -> None:
    service.change_trust(work, product.id, version=1, servers_use_public_key=True)
    with pytest.raises(Stale):
        service.change_trust(work, product.id, version=1, servers_use_public_key=False)
    work.session.refresh(product)
    before = product.revision
    service.change_trust(work, product.id, version=2, servers_use_public_key=True)
    work.session.refresh(product)
    assert product.revision == before, "saying it again changes nothing"
    with pytest.raises(Invalid):
        service.change_trust(work, product.id, version=None, identities=Identities.SIGNED)


def test_the_api_tells_and_takes_it(work: Work, product: Product, client: Browser) -> None:
    _row, key = keys.create_key(work, "test", {Permission.PROGRAMS_READ, Permission.PROGRAMS_WRITE})
    work.session.commit()
    bearer: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
    url = f"/api/v1/products/{encode('prd', product.id)}/trust"
    unsaid = {
        "identities": "open",
        "servers_use_public_key": False,
        "has_identity_secret": False,
        "version": 1,
    }
    assert client.get(url, **bearer).json == unsaid
    changed = client.patch(url, json={"servers_use_public_key": True, "version": 1}, **bearer)
    assert changed.json == {**unsaid, "servers_use_public_key": True, "version": 2}
    assert (
        client.patch(url, json={"servers_use_public_key": False, "version": 1}, **bearer).status_code == 409
    )
    refused = client.patch(url, json={"identities": "signed"}, **bearer)
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "Make an identity secret first: your server signs with it.",
    )
    missing = f"/api/v1/products/{encode('prd', new_id())}/trust"
    assert client.get(missing, **bearer).status_code == 404
    assert client.patch(missing, json={"servers_use_public_key": True}, **bearer).status_code == 404
