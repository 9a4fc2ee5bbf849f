"""What a process leaves for later when it starts, and what then comes of it."""

import gc

from flask import url_for

from betaops.kernel.loading import keeping_all
from betaops.web.application import Application


def test_the_document_of_the_api_is_made_once_and_is_the_same_for_every_application(
    new_app: Application,
) -> None:
    assert not new_app.spec_json
    first = new_app.api_doc
    assert len(first["paths"]) > 40
    assert new_app.api_doc is first


def test_garbage_is_collected_again_once_everything_is_loaded() -> None:
    with keeping_all():
        assert not gc.isenabled()
        with keeping_all():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_address_is_built_the_same_the_first_time_and_the_second(new_app: Application) -> None:
    with new_app.test_request_context():
        first, second = (url_for("products.show", product_slug="a b", page=2) for _time in range(2))
        alone = url_for("products.show", product_slug="a b")
    assert first == second == f"{alone}?page=2"
    assert alone.endswith("/a%20b")
