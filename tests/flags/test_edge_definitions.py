"""What the edge gives to SDKs that decide by themselves, and to browsers before anything else."""

from collections.abc import Callable

import pytest

from betaops.flags import service
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_definitions_are_for_the_secret_key_only(work: Work, client: Browser) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    other, other_secret = program_service.create_product(work, name="Other")
    secret = program_service.secret_key(work, product)
    ana = an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, members=[ana])
    a_flag(work, product=product, key="new-editor", cohort=cohort)
    work.session.commit()
    for path in (
        "/flags/definitions",
        "/flags/definitions/",
        "/api/feature_flag/local_evaluation",
        "/api/feature_flag/local_evaluation/",
    ):
        url = f"{path}?token={product.project_key}&send_cohorts"
        for bearer in (None, product.project_key, other_secret, "nonsense"):
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            refused = client.get(url, headers=headers)
            assert refused.status_code == 401
            assert "detail" in refused.json
        answer = client.get(url, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers
        group = answer.json["cohorts"][str(cohort.number)]
        assert encode("tst", ana.tester_id) in group["values"][0]["value"]
        again = client.get(
            url, headers={"Authorization": f"Bearer {secret}", "If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")
    assert (
        client.get(
            f"/flags/definitions?token={other.project_key}", headers={"Authorization": f"Bearer {secret}"}
        ).status_code
        == 401
    )


def test_the_etag_moves_when_a_flag_changes(work: Work, client: Browser, soon: Callable[[], None]) -> None:
    product = a_product(work)
    secret = {"Authorization": f"Bearer {program_service.secret_key(work, product)}"}
    flag = a_flag(work, product=product, key="plain")
    work.session.commit()
    first = client.get("/flags/definitions?send_cohorts", headers=secret).headers["ETag"]
    service.kill(work, flag.id)
    work.session.commit()
    soon()
    changed = client.get("/flags/definitions?send_cohorts", headers={**secret, "If-None-Match": first})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first


def test_the_browser_sdk_gets_its_configuration(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    work.session.commit()
    config = client.get(f"/array/{product.project_key}/config", headers={"Origin": "https://a.example"})
    assert config.json["hasFeatureFlags"] is True
    assert config.json["analytics"] == {"endpoint": "/i/v0/e/"}
    assert config.headers["Access-Control-Allow-Origin"] == "https://a.example"
    script = client.get(f"/array/{product.project_key}/config.js")
    assert script.content_type.startswith("application/javascript")
    assert product.project_key in script.text
    assert client.get("/array/bo_unknown/config").status_code == 404
    assert client.get("/array/%3Cscript%3E/config.js").status_code == 404


def test_a_payload_alone_needs_the_secret_key(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="limits", payloads={"true": '{"notes": 50}'})
    work.session.commit()
    url = f"/api/projects/@current/feature_flags/limits/remote_config?token={product.project_key}"
    secret = {"Authorization": f"Bearer {program_service.secret_key(work, product)}"}
    assert client.get(url).status_code == 401
    assert client.get(url, headers=secret).json == '{"notes": 50}'
    assert client.get(url.replace("limits", "nothing"), headers=secret).status_code == 404
