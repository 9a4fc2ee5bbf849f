"""Who works here: invitations, roles, leaving, and what another workspace's ids are worth."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from betaops.accounts.models import MemberInvitation, Membership, Passkey, User
from betaops.accounts.permissions import Permission, Role
from betaops.accounts.service import keys, members, sessions, workspaces
from betaops.kernel import clock as time
from betaops.kernel import ids
from betaops.kernel.errors import Refused
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.factories.accounts import PASSWORD, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs

MemberClient = Callable[[str], Browser]


def _membership(work: Work, user: User) -> Membership:
    return work.session.scalars(select(Membership).where(Membership.user_id == user.id)).one()


def _path(membership: Membership, noun: str) -> str:
    return f"/console/settings/members/{ids.encode('mem', membership.id)}/{noun}"


def test_an_invitation_by_mail_makes_a_member_who_sets_a_second_factor_up(
    member_client: MemberClient, client: Browser, work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    owner = member_client("owner")
    sent = owner.submit(
        "/console/settings/members/invite", {"mail": "New.Colleague@Example.com", "role": "analyst"}
    )
    assert sent.location == "/console/settings/members"
    assert "New.Colleague@example.com" in owner.get(sent.location).text
    run_jobs()
    letter = outbox.of_kind("accounts.invitation")[-1]
    assert letter.subject == "Owner invites you to Acme"
    path = outbox.links(letter)[0].removeprefix("http://localhost")
    assert "as Analyst" in client.get(path).text or "as analyst" in client.get(path).text
    joined = client.submit(path, {"name": "Nia Colleague", "password": PASSWORD})
    assert joined.location == "/console/account/second-factor"
    user = work.session.scalars(select(User).where(User.mail_key == "new.colleague@example.com")).one()
    assert _membership(work, user).role is Role.ANALYST
    assert client.get(path).status_code == 410
    assert work.session.scalar(select(func.count()).select_from(MemberInvitation)) == 0


def test_an_invitation_for_somebody_with_an_account_asks_them_to_sign_in(
    client: Browser, member_client: MemberClient, work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    person = workspaces.create_user(work, "ada@example.com", "Ada", password=PASSWORD)
    members.invite(work, "Ada@example.com", Role.VIEWER)
    run_jobs()
    path = outbox.links(outbox[-1])[0].removeprefix("http://localhost")
    assert f"/sign-in?next={path}" in client.get(path).text
    assert client.post(path, data={"name": "Eve", "password": PASSWORD}).status_code == 422
    assert "whom the invitation is not for" in member_client("owner").get(path).text
    assert work.session.scalar(select(Membership.id).where(Membership.user_id == person.id)) is None


def test_an_invitation_sent_again_makes_the_first_link_useless(
    client: Browser, work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    first = members.invite(work, "ben@example.com", Role.VIEWER)
    run_jobs()
    members.invite_again(work, first.id)
    run_jobs()
    old, new = (outbox.links(letter)[0].removeprefix("http://localhost") for letter in outbox)
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200


def test_an_invitation_ends_after_a_week(
    client: Browser, work: Work, clock: Clock, outbox: Outbox, run_jobs: RunJobs
) -> None:
    members.invite(work, "ben@example.com", Role.VIEWER)
    run_jobs()
    path = outbox.links(outbox[-1])[0].removeprefix("http://localhost")
    clock.shift(days=8)
    page = client.get(path)
    assert page.status_code == 410
    assert "Ask whoever invited you" in page.text


def test_s07_a_role_counts_from_the_next_request(member_client: MemberClient, work: Work) -> None:
    owner, analyst = member_client("owner"), member_client("analyst")
    assert analyst.get("/console/settings/keys").status_code == 403
    person = work.session.scalars(select(User).where(User.mail_key == "analyst@example.com")).one()
    owner.post(_path(_membership(work, person), "role"), data={"role": "owner"})
    assert analyst.get("/console/settings/keys").status_code == 200
    owner.post(_path(_membership(work, person), "role"), data={"role": "viewer"})
    assert analyst.get("/console/settings/keys").status_code == 403


def test_s07_a_removed_member_is_a_stranger_with_the_next_request(
    member_client: MemberClient, work: Work
) -> None:
    owner, manager = member_client("owner"), member_client("manager")
    assert manager.get("/console/settings").status_code == 200
    person = work.session.scalars(select(User).where(User.mail_key == "manager@example.com")).one()
    assert owner.post(_path(_membership(work, person), "removal")).status_code == 303
    assert manager.get("/console/settings").location.startswith("/sign-in")


def test_the_last_owner_cannot_be_demoted_removed_or_leave(member_client: MemberClient, work: Work) -> None:
    owner = member_client("owner")
    person = work.session.scalars(select(User).where(User.mail_key == "owner@example.com")).one()
    membership = _membership(work, person)
    for path, data in (
        (_path(membership, "role"), {"role": "viewer"}),
        (_path(membership, "removal"), {}),
        ("/console/settings/departure", {}),
    ):
        owner.post(path, data=data)
        assert "This is the last owner" in owner.get("/console/settings/members").text
    assert membership.role is Role.OWNER


def test_who_is_not_the_last_owner_may_leave(member_client: MemberClient, work: Work) -> None:
    member_client("owner")
    viewer = member_client("viewer")
    assert viewer.post("/console/settings/departure").status_code == 303
    assert viewer.get("/console/settings").location.startswith("/sign-in")


def test_two_owners_who_remove_each_other_at_once_leave_one(work: Work, platform: Platform) -> None:
    one, two = a_user(work, "one@example.com"), a_user(work, "two@example.com")
    targets = [_membership(work, two).id, _membership(work, one).id]
    workspace_id = work.workspace_id
    work.session.commit()
    together = threading.Barrier(2)
    refused: list[Refused] = []

    def remove(target: object) -> None:
        together.wait()
        try:
            with platform.database.writing(workspace_id) as session:
                members.remove(Work(session, platform, SYSTEM, time.now()), target)  # type: ignore[arg-type]
        except Refused as error:
            refused.append(error)

    threads = [threading.Thread(target=remove, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work.session.expire_all()
    assert work.session.scalar(select(func.count()).select_from(Membership)) == 1
    assert [error.code for error in refused] == ["last_owner"]


def _another_workspaces_rows(work: Work) -> dict[str, str]:
    """One id of everything that accounts has, of a workspace that the member does not work in."""
    work.session.commit()
    with work.platform.database.writing() as session:
        other = Work(session, work.platform, SYSTEM, work.now)
        user = workspaces.found(other, "Globex", mail="hank@globex.example", name="Hank")
        other.actor = SYSTEM
        membership = other.session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
        invitation = members.invite(other, "frank@globex.example", Role.VIEWER)
        key, _plain = keys.create_key(other, "Other", {Permission.FLAGS_READ})
        sessions.open_session(other, sessions.HolderKind.MEMBER, user.id)
        row = other.session.scalars(
            select(sessions.Session).where(sessions.Session.holder_id == user.id)
        ).one()
        passkey = Passkey(
            user_id=user.id, credential_id=b"x" * 16, public_key=b"x", label="x", created_at=other.now
        )
        other.add(passkey)
        return {
            "mem": ids.encode("mem", membership.id),
            "inv": ids.encode("inv", invitation.id),
            "key": ids.encode("key", key.id),
            "session": str(row.id),
            "passkey": str(passkey.id),
        }


@pytest.mark.parametrize("whose", ["another workspace's", "a random one"])
def test_s02_another_workspaces_id_is_as_unknown_as_a_random_one(
    member_client: MemberClient, work: Work, whose: str
) -> None:
    owner = member_client("owner")
    found = _another_workspaces_rows(work)
    if whose == "a random one":
        found = {
            name: ids.encode(name, ids.new_id()) if "_" in value else str(ids.new_id())
            for name, value in found.items()
        }
    answers = {
        owner.post(path, data={"role": "viewer"}).status_code
        for path in (
            f"/console/settings/members/{found['mem']}/role",
            f"/console/settings/members/{found['mem']}/removal",
            f"/console/settings/members/invitations/{found['inv']}/again",
            f"/console/settings/members/invitations/{found['inv']}/revocation",
            f"/console/settings/keys/{found['key']}/revocation",
            f"/console/account/sessions/{found['session']}/end",
            f"/console/account/passkeys/{found['passkey']}/removal",
        )
    }
    assert answers == {404}
    assert owner.post("/console/workspace", data={"workspace": "globex"}).status_code == 404


def test_s05_what_a_form_does_not_offer_is_not_taken(member_client: MemberClient, work: Work) -> None:
    viewer = member_client("viewer")
    person = work.session.scalars(select(User).where(User.mail_key == "viewer@example.com")).one()
    viewer.submit(
        "/console/account",
        {
            "name": "New Name",
            "mail": "owner@example.com",
            "role": "owner",
            "disabled_at": "",
            "totp_secret_sealed": "x",
        },
        action="/console/account",
    )
    assert person.name == "New Name"
    assert person.mail == "viewer@example.com"
    assert person.totp_secret_sealed is None
    assert _membership(work, person).role is Role.VIEWER


def test_a_member_of_two_workspaces_goes_from_one_to_the_other(
    member_client: MemberClient, work: Work
) -> None:
    owner = member_client("owner")
    person = work.session.scalars(select(User).where(User.mail_key == "owner@example.com")).one()
    work.session.commit()
    with work.platform.database.writing() as session:
        other = Work(session, work.platform, SYSTEM, work.now)
        workspaces.create_workspace(other, "Globex")
        workspaces.join(other, session.get_one(User, person.id), Role.VIEWER)
    assert "Globex" in owner.get("/console/settings").text
    assert owner.post("/console/workspace", data={"workspace": "globex"}).status_code == 303
    page = owner.get("/console/settings/members").text
    assert "Invite a member" not in page, "there they are a viewer"
    assert owner.get("/console/settings/keys").status_code == 403
