"""Builds and the versions that events tell of are one thing."""

from uuid import uuid4

import pytest

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.tasks import queries, service
from betaops.tasks.models import BuildState
from betaops.usage import service as usage
from betaops.usage.capture import Captured
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.tasks import a_build


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def me(work, program):
    return an_enrollment(work, program=program)


def used(work, program, whom, *versions):
    distinct_id = ids.encode("tst", whom.tester_id)
    events = [Captured(uuid4(), distinct_id, "opened", work.now, {"$app_version": each}) for each in versions]
    usage.take(work, program.product_id, events)


def test_a_version_is_one_build_of_a_product_however_it_is_written(work, program):
    build = a_build(work, program, name="2.0-beta.3")
    assert build.version_key == "2.beta.3"
    for values in ({"name": "v2.0 Beta 3"}, {"name": "Autumn", "app_version": "2.0.beta.3"}):
        with pytest.raises(Invalid):
            a_build(work, program, **values)
    service.change_build(work, build.id, app_version="2.1")
    assert (build.name, build.version_key) == ("2.0-beta.3", "2.1")
    service.change_build(work, build.id, notes="Faster.")
    assert build.version_key == "2.1"
    service.change_build(work, build.id, app_version="")
    assert build.version_key == "2.beta.3"
    with pytest.raises(Invalid):
        service.change_build(work, build.id, app_version="2" * 61)


def test_what_events_tell_of_is_made_a_build_in_one_press(work, program, me):
    a_build(work, program, name="2.0")
    used(work, program, me, "2.0.0", "2.1", "3.0")
    assert {each.version for each in queries.unannounced(work.session, program.product_id)} == {
        "2.1",
        "3.0",
    }
    build = service.adopt_build(work, program.product_id, "v2.1")
    assert (build.name, build.state) == ("2.1", BuildState.DRAFT)
    assert service.adopt_build(work, program.product_id, "2.1") is build
    assert [each.version for each in queries.unannounced(work.session, program.product_id)] == ["3.0"]
    with pytest.raises(NotFound):
        service.adopt_build(work, program.product_id, "9.9")
