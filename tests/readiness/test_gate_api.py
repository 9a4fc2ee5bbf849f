"""The gate over the REST API: criteria and who has to sign."""

from typing import Any

from betaops.kernel.work import Work
from tests.factories.programs import a_program
from tests.readiness.test_api import path
from tests.support.signed_in import a_member


def test_criteria_are_added_ticked_and_removed_by_programs(work: Work, key: Any) -> None:
    program = a_program(work)
    call, here = key("readiness:read", "readiness:write"), path(program, "/gate/criteria")
    made = call("POST", here, json={"kind": "exit", "text": "Support is trained"})
    assert (made.status_code, made.json["holds"], made.json["looked_up"]) == (201, False, None)
    one = f"{here}/{made.json['id']}"
    for _time in range(2):
        ticked = call("PUT", f"{one}/tick", json={})
        assert (ticked.status_code, ticked.json["holds"]) == (200, True)
    assert ticked.json["ticked_by"].startswith("key ")
    assert call("DELETE", f"{one}/tick").json["ticked_at"] is None
    looked_up = call("POST", here, json={"kind": "suspension", "looked_up": "open_blocker"}).json
    assert (looked_up["text"], looked_up["holds"]) == ("A blocker bug is open", False)
    refused = call("PUT", f"{here}/{looked_up['id']}/tick", json={})
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
    for wrong, status in (
        ({"kind": "exit"}, 409),
        ({"kind": "exit", "text": "x" * 301}, 422),
        ({"kind": "never", "text": "x"}, 422),
        ({"kind": "exit", "looked_up": "the stars"}, 422),
    ):
        assert call("POST", here, json=wrong).status_code == status
    assert call("DELETE", one.replace(path(program), path(a_program(work)))).status_code == 404
    assert call("DELETE", one).status_code == 204
    assert [each["kind"] for each in call("GET", path(program, "/gate")).json["criteria"]] == ["suspension"]
    assert key("readiness:read")("POST", here, json={"kind": "exit", "text": "x"}).status_code == 403


def test_the_usual_criteria_come_at_once_and_once(work: Work, key: Any) -> None:
    program = a_program(work)
    call = key("readiness:write")
    told = [call("POST", path(program, "/gate/usual-criteria"), json={}).json for _time in range(2)]
    assert told[0] == told[1]
    assert {each["kind"] for each in told[0]["criteria"]} == {"entry", "exit", "suspension", "resumption"}


def test_who_has_to_sign_is_said_by_programs_that_may(work: Work, key: Any) -> None:
    program = a_program(work)
    owner, viewer = a_member(work, "owner"), a_member(work, "viewer")
    call, here = key("readiness:read", "gate:write"), path(program, "/gate/roles")
    made = call("POST", here, json={"name": "Product", "member": owner.mail.upper()})
    assert (made.status_code, made.json["holder"]) == (201, owner.name)
    anybody = call("POST", here, json={"name": "Support"})
    assert (anybody.status_code, anybody.json["holder"]) == (201, "")
    for wrong, status in (
        ({"name": "product"}, 409),
        ({"name": "Legal", "member": viewer.mail}, 409),
        ({"name": "Legal", "member": "nobody@example.com"}, 409),
        ({"name": "Legal", "member": owner.mail}, 409),
        ({"name": " "}, 422),
    ):
        assert call("POST", here, json=wrong).status_code == status
    one = f"{here}/{made.json['id']}"
    assert call("DELETE", one.replace(path(program), path(a_program(work)))).status_code == 404
    assert call("DELETE", one).status_code == 204
    assert [each["name"] for each in call("GET", path(program, "/gate")).json["roles"]] == ["Support"]
    assert key("readiness:write")("POST", here, json={"name": "Legal"}).status_code == 403
