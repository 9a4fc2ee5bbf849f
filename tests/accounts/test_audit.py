"""The audit log: what stands in it, that it is only added to, and the chain that shows if it was not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from betaops.accounts import queries
from betaops.accounts.events import DataExported, MemberInvited
from betaops.accounts.models import AuditSeal, SealedEvent
from betaops.accounts.service import audit
from betaops.kernel.events import RecordedEvent
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.running import RunJobs

MemberClient = Callable[[str], Browser]


def _events(work: Work, count: int = 5) -> None:
    for _event in range(count):
        work.record(MemberInvited(invitation_id=new_id(), role="viewer"))


def _kinds(work: Work) -> list[str]:
    return list(work.session.scalars(select(RecordedEvent.kind).order_by(RecordedEvent.id)))


def _forge(work: Work, statement: str) -> None:
    """What only somebody with the database's own keys can do: the trigger out of the way, then the change."""
    if work.platform.database.is_sqlite:
        steps = ["DROP TRIGGER event_is_append_only", statement]
    else:
        steps = ["ALTER TABLE event DISABLE TRIGGER USER", statement, "ALTER TABLE event ENABLE TRIGGER USER"]
    for step in steps:
        work.session.execute(text(step))
    work.session.commit()
    work.session.expire_all()


def test_s40_an_event_cannot_be_changed(work: Work) -> None:
    _events(work, 1)
    with pytest.raises(DBAPIError), work.session.begin_nested():
        work.session.execute(text("UPDATE event SET kind = 'member_joined'"))


def test_s40_seals_cover_every_event_once_and_hold(work: Work) -> None:
    _events(work)
    assert audit.seal_all(work) == 5
    assert audit.seal_all(work) == 0
    _events(work, 2)
    assert audit.seal_all(work) == 2
    found = queries.verify(work.session, work.workspace_id, work.now)
    assert (found.seals, found.events, found.broken_at) == (2, 7, None)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE event SET kind = 'member_joined' WHERE id = (SELECT min(id::text)::uuid FROM event)",
        "DELETE FROM event WHERE id = (SELECT max(id::text)::uuid FROM event)",
        "UPDATE audit_seal SET digest = previous WHERE number = 1",
        "DELETE FROM audit_seal WHERE number = 1",
    ],
    ids=["a changed event", "a removed event", "a changed seal", "a removed seal"],
)
def test_s40_a_forgery_breaks_the_chain(work: Work, forgery: str) -> None:
    for _batch in range(3):
        _events(work, 2)
        audit.seal_all(work)
    if work.platform.database.is_sqlite:
        forgery = forgery.replace("id::text", "id").replace("::uuid", "")
    _forge(work, forgery)
    assert queries.verify(work.session, work.workspace_id, work.now).broken_at is not None


def test_an_event_committed_late_is_sealed_with_the_next_batch(work: Work) -> None:
    """Ids are given at construction: a long transaction commits smaller ones after larger ones were sealed."""
    early = RecordedEvent(
        workspace_id=work.workspace_id,
        kind="member_joined",
        at=work.now,
        actor_kind="system",
        actor_id=None,
        data={},
    )
    _events(work, 3)
    audit.seal_all(work)
    work.add(early)
    assert audit.seal_all(work) == 1
    assert queries.verify(work.session, work.workspace_id, work.now).broken_at is None


def test_each_workspace_has_its_own_chain_and_goes_with_its_events(work: Work) -> None:
    _events(work, 2)
    from betaops.accounts.service import workspaces

    first = work.workspace_id
    workspaces.create_workspace(work, "Globex")
    second = work.workspace_id
    audit.seal_all(work)
    assert set(queries.chains(work.session)) == {first, second}
    assert queries.verify(work.session, first, work.now).events == 2
    assert queries.verify(work.session, second, work.now).events == 1


def test_a_large_batch_takes_several_seals(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    _events(work, 8)
    assert audit.seal_all(work) == 8
    sizes = work.session.scalars(select(AuditSeal.events).order_by(AuditSeal.number)).all()
    assert list(sizes) == [3, 3, 2]
    assert queries.verify(work.session, work.workspace_id, work.now).broken_at is None


def test_the_job_covers_all_chains_in_short_transactions(
    work: Work, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.accounts.service import workspaces

    monkeypatch.setattr(audit, "BATCH", 3)
    _events(work, 7)
    first = work.workspace_id
    workspaces.create_workspace(work, "Globex")
    second = work.workspace_id
    _events(work, 4)
    work.enqueue("accounts.seal_audit")
    run_jobs()
    for chain, least in ((first, 7), (second, 5)):
        found = queries.verify(work.session, chain, work.now)
        assert found.broken_at is None
        assert found.events >= least
        assert found.seals == -(-found.events // 3)
    assert queries.next_due(work.session, None, 3, work.now) is None


def test_what_somebody_else_has_sealed_meanwhile_is_not_sealed_twice(work: Work) -> None:
    _events(work)
    late = queries.next_due(work.session, None, 3, work.now)
    assert late is not None
    assert audit.seal_all(work) == 5
    audit.seal(work, late)
    found = queries.verify(work.session, work.workspace_id, work.now)
    assert (found.seals, found.events, found.broken_at) == (1, 5, None)


def test_s40_signing_in_failing_and_being_refused_stand_in_the_log(
    client: Browser, member_client: MemberClient, work: Work, clock: Clock
) -> None:
    a_user(work)
    client.submit("/sign-in", {"mail": "ada@example.com", "password": "a wrong guess"}, action="/sign-in")
    client.submit("/sign-in", {"mail": "ada@example.com", "password": PASSWORD}, action="/sign-in")
    client.submit("/sign-in/code", {"code": a_code(work)}, action="")
    member_client("viewer").get("/console/settings/keys")
    assert _kinds(work)[-3:] == ["sign_in_failed", "member_signed_in", "authorisation_failed"]
    page = client.get("/console/settings/audit").text
    assert "failed to sign in as Ada Byron" in page
    assert "was refused: their role or key does not allow keys:manage" in page


def test_the_log_is_filtered_by_what_is_in_the_address_and_paged(
    member_client: MemberClient, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.accounts.views import audit as page

    monkeypatch.setattr(page, "PAGE", 3)
    _events(work, 7)
    work.record(DataExported(what="testers"))
    owner = member_client("owner")
    exported = owner.get("/console/settings/audit?kind=data_exported").text
    assert "exported testers" in exported
    assert "invited somebody" not in exported
    first = owner.get("/console/settings/audit?kind=member_invited")
    assert first.text.count("invited somebody as viewer") == 3
    following = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert owner.get(following).text.count("invited somebody as viewer") == 3
    assert "Nothing matches" in owner.get("/console/settings/audit?since=2100-01-01").text


def test_a_filter_that_makes_no_sense_is_left_out(member_client: MemberClient, work: Work) -> None:
    _events(work, 1)
    owner = member_client("owner")
    for query in ("kind=nonsense", "since=yesterday", "until=0000-99-99", "actor=usr_0", "actor=x"):
        answer = owner.get(f"/console/settings/audit?{query}")
        assert answer.status_code == 200, query
        assert "invited somebody as viewer" in answer.text


def test_another_workspaces_events_are_not_shown(member_client: MemberClient, work: Work) -> None:
    from betaops.accounts.service import workspaces

    owner = member_client("owner")
    mine = work.workspace_id
    workspaces.create_workspace(work, "Globex")
    work.record(DataExported(what="secrets of globex"))
    work.enter(mine)
    assert "globex" not in owner.get("/console/settings/audit").text


def test_the_page_says_whether_the_chain_holds(
    member_client: MemberClient, work: Work, run_jobs: RunJobs
) -> None:
    owner = member_client("owner")
    _events(work)
    assert "first seal is made within a minute" in owner.get("/console/settings/audit").text
    work.enqueue("accounts.seal_audit")
    run_jobs()
    assert "Chain intact" in owner.get("/console/settings/audit").text
    _forge(work, "DELETE FROM event WHERE kind = 'member_invited'")
    owner.post("/console/settings/audit/check")
    assert "The chain is broken at seal 1" in owner.get("/console/settings/audit").text


def test_the_job_recomputes_a_chain_once_a_day(work: Work, run_jobs: RunJobs, clock: Clock) -> None:
    _events(work)
    work.enqueue("accounts.seal_audit")
    run_jobs()
    first = queries.last_check(work.session, work.workspace_id)
    assert first is not None
    checked = first.checked_at
    for hours, again in ((2, False), (23, True)):
        clock.shift(hours=hours)
        work.enqueue("accounts.seal_audit")
        run_jobs()
        found = queries.last_check(work.session, work.workspace_id)
        assert found is not None
        assert (found.checked_at > checked) is again


def test_betaops_audit_verify_exits_with_one_where_a_seal_does_not_hold(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    import config
    from betaops.accounts import commands

    monkeypatch.setattr(config, "load", lambda: work.settings)
    _events(work)
    audit.seal_all(work)
    work.session.commit()
    whole = CliRunner().invoke(commands.audit_group, ["verify"])
    assert whole.exit_code == 0
    assert "intact, 5 events under 1 seals" in whole.output
    work.session.execute(delete(SealedEvent))
    work.session.commit()
    broken = CliRunner().invoke(commands.audit_group, ["verify", "--json"])
    assert broken.exit_code == 1
    assert '"broken_at": 1' in broken.output


def test_the_log_asks_for_names_once_and_not_for_every_line(member_client: MemberClient, work: Work) -> None:
    from sqlalchemy import event

    owner = member_client("owner")
    _events(work, 60)
    statements: list[str] = []
    engine = work.platform.database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert owner.get("/console/settings/audit").status_code == 200
    selects = [each for each in statements if each.startswith("SELECT")]
    assert len(selects) <= 16, selects


def test_days_in_the_filter_are_the_viewers_own(
    member_client: MemberClient, work: Work, clock: Clock
) -> None:
    from betaops.accounts.models import User

    owner = member_client("owner")
    person = work.session.scalars(select(User)).one()
    person.timezone = "Pacific/Auckland"
    work.record(DataExported(what="testers"))
    day = (clock.now + timedelta(hours=13)).date().isoformat()
    assert "exported testers" in owner.get(f"/console/settings/audit?since={day}&until={day}").text
