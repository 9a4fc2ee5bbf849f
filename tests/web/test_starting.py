"""What a process leaves for later when it starts, and what then comes of it."""

from betaops.web.application import Application


def test_the_document_of_the_api_is_made_once_and_is_the_same_for_every_application(new_app: Application) -> None:
    assert not new_app.spec_json
    first = new_app.api_doc
    assert len(first["paths"]) > 40
    assert new_app.api_doc is first
