"""People: one row each, whatever way they come."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from betaops.enrollment.models import Tester
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import testers as service
from betaops.kernel import clock
from betaops.kernel.errors import Invalid, Refused, Stale
from betaops.kernel.ids import encode
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.factories.enrollment import a_tester


def test_another_spelling_of_an_address_finds_the_same_person(work: Work) -> None:
    first, is_new = service.ensure_tester(work, "Ana@Example.com", name="Ana")
    again, is_new_again = service.ensure_tester(
        work, "ana@example.com.", name="Somebody", attributes={"os": "iOS"}
    )
    assert (is_new, is_new_again) == (True, False)
    assert again is first
    assert (first.name, first.attributes) == ("Ana", {"os": "iOS"})


def test_a_person_is_known_by_address_and_id_from_the_first_moment(work: Work) -> None:
    tester = a_tester(work, mail="Ana@Example.com")
    assert {row.distinct_id for row in queries.identities(work.session, tester.id)} == {
        "ana@example.com",
        encode("tst", tester.id),
    }
    assert queries.tester_by_distinct_id(work.session, "ana@example.com") is tester


def test_an_id_belongs_to_one_person(work: Work) -> None:
    ana, ben = a_tester(work), a_tester(work)
    service.link_identity(work, ana.id, "user-7")
    service.link_identity(work, ana.id, "user-7")
    with pytest.raises(Refused):
        service.link_identity(work, ben.id, "user-7")
    service.unlink_identity(work, ana.id, "user-7")
    service.link_identity(work, ben.id, "user-7")
    assert queries.tester_by_distinct_id(work.session, "user-7") is ben


def test_a_person_keeps_their_own_two_ids(work: Work) -> None:
    tester = a_tester(work)
    for own in (tester.mail_key, encode("tst", tester.id)):
        with pytest.raises(Refused):
            service.unlink_identity(work, tester.id, own)


def test_a_new_address_must_be_free_and_becomes_an_id_too(work: Work) -> None:
    ana = a_tester(work, mail="ana@example.com")
    a_tester(work, mail="ben@example.com")
    with pytest.raises(Invalid):
        _change(work, ana.id, "BEN@example.com", ana.version)
    _change(work, ana.id, "ana@new.example.com", ana.version)
    assert queries.tester_by_distinct_id(work.session, "ana@new.example.com") is ana
    assert queries.tester_by_distinct_id(work.session, "ana@example.com") is ana


def test_a_stale_change_of_a_person_is_refused(work: Work) -> None:
    ana = a_tester(work)
    seen = ana.version
    _change(work, ana.id, "one@example.com", seen)
    with pytest.raises(Stale):
        _change(work, ana.id, "two@example.com", seen)


def test_the_same_person_twenty_times_at_once_is_one_row(work: Work, platform: Platform) -> None:
    start = Barrier(20)
    broken: list[BaseException] = []

    def come() -> None:
        start.wait()
        try:
            with platform.database.writing(work.workspace_id) as session:
                service.ensure_tester(Work(session, platform, SYSTEM, clock.now()), "Ana@example.com")
        except BaseException as error:  # noqa: BLE001  # reported below
            broken.append(error)

    work.session.commit()
    threads = [Thread(target=come) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert len(queries.everybody(work.session).items) == 1


def test_a_sign_of_life_is_written_once_an_hour(work: Work) -> None:
    tester = a_tester(work)
    service.seen(work, tester.id)
    first = work.now
    work.now += timedelta(minutes=59)
    service.seen(work, tester.id)
    assert _seen_at(work, tester) == first
    work.now += timedelta(minutes=2)
    service.seen(work, tester.id)
    assert _seen_at(work, tester) == work.now


def _seen_at(work: Work, tester: Tester) -> datetime | None:
    return work.session.scalar(select(Tester.seen_at).where(Tester.id == tester.id))


def test_notes_need_words(work: Work) -> None:
    with pytest.raises(Invalid):
        service.add_note(work, a_tester(work).id, "   ")


def _change(work: Work, tester_id: object, mail: str, version: int) -> None:
    service.change_tester(
        work,
        tester_id,
        version=version,
        name="Ana",
        mail=mail,
        locale="en",
        attributes={},  # type: ignore[arg-type]
    )
    work.session.flush()
