"""What a process leaves for later when it starts, and what then comes of it."""

import gc

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
