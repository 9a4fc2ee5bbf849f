"""The list of features as the browser SDK asks for it."""

from typing import Any

import pytest

from betaops.flags import service
from betaops.flags.models import Runtime, Stage
from betaops.kernel.work import Work
from betaops.programs.models import Product
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_product
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def product(work: Work) -> Product:
    """A feature in each stage, and one in beta that browsers may not know of."""
    product = a_product(work, origins=["https://app.example.com"])
    for stage in Stage:
        a_feature(work, a_flag(work, product=product, key=f"in-{stage}"), stage=stage, name=f"In {stage}")
    hidden = a_flag(work, product=product, key="hidden", runtime=Runtime.SERVER)
    a_feature(work, hidden)
    work.session.commit()
    return product


def asked(client: Browser, query: str, path: str = "/api/early_access_features/", **options: Any) -> Any:
    return client.get(f"{path}?{query}", **options)


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [feature["flagKey"] for feature in answer.json["earlyAccessFeatures"]]


def test_features_in_beta_unless_other_stages_are_asked_for(client: Browser, product: Product) -> None:
    token = f"token={product.project_key}"
    for path in ("/api/early_access_features", "/api/early_access_features/"):
        assert keys(asked(client, token, path)) == ["in-beta"]
    assert keys(asked(client, f"{token}&stage=concept&stage=alpha")) == ["in-alpha", "in-concept"]
    assert keys(asked(client, f"{token}&stage=general-availability")) == ["in-general-availability"]
    assert keys(asked(client, f"{token}&stage=soon")) == []


def test_a_feature_as_the_sdk_reads_it(work: Work, client: Browser) -> None:
    product = a_product(work)
    feature = a_feature(work, a_flag(work, product=product, key="focus"))
    service.change_feature(
        work,
        feature.id,
        service.FeatureDraft(name="Focus mode", description="Quiet.", payload={"icon": "moon"}),
        version=None,
    )
    work.session.commit()
    [shown] = asked(client, f"token={product.project_key}").json["earlyAccessFeatures"]
    assert shown.pop("id").startswith("fea_")
    assert shown == {
        "name": "Focus mode",
        "description": "Quiet.",
        "stage": "beta",
        "documentationUrl": None,
        "payload": {"icon": "moon"},
        "flagKey": "focus",
    }


def test_pages_of_allowed_origins_read_it_without_cookies(client: Browser, product: Product) -> None:
    query = f"token={product.project_key}"
    allowed = asked(client, query, headers={"Origin": "https://app.example.com"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Set-Cookie" not in allowed.headers
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    refused = asked(client, query, headers={"Origin": "https://elsewhere.example"})
    assert (refused.status_code, refused.json["code"]) == (403, "origin_not_allowed")
    assert client.options("/api/early_access_features/", csrf=False).status_code == 204


@pytest.mark.parametrize("query", ["", "token=", "token=bo_nothing", "token=%00"])
def test_a_key_that_nobody_has_is_refused_in_the_sdks_words(client: Browser, query: str) -> None:
    answer = asked(client, query, headers={"Origin": "https://a.example"})
    assert (answer.status_code, answer.json["type"]) == (401, "authentication_error")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"


def test_only_reading_is_answered(client: Browser, product: Product) -> None:
    answer = client.post(f"/api/early_access_features/?token={product.project_key}", csrf=False)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, OPTIONS")
