"""What an operator types: first owners, ways back in, closing accounts; and the sample."""

from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import config
from betaops.__main__ import _welcome
from betaops.accounts import commands, queries, sample
from betaops.accounts.models import AccessLink, ApiKey, Membership, Session, Throttle, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import sessions, throttles
from betaops.kernel.work import Platform, Work
from tests.factories.accounts import a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.running import RunJobs
from tests.support.signed_in import a_member


@pytest.fixture
def run(work: Work, monkeypatch: pytest.MonkeyPatch) -> Any:
    def of(command: Any, *words: str) -> Result:
        work.session.commit()
        found = CliRunner().invoke(command, words)
        work.session.expire_all()
        return found

    monkeypatch.setattr(config, "load", lambda: work.settings)
    return of


def test_create_owner_prints_the_first_way_in(run: Any, client: Browser, work: Work) -> None:
    made = run(
        commands.member,
        "create-owner",
        "--workspace",
        "Globex",
        "--mail",
        "Hank@globex.example",
        "--name",
        "Hank",
    )
    assert made.exit_code == 0, made.output
    path = made.output.strip().removeprefix("http://localhost")
    assert client.submit(path, action="").status_code == 303
    assert "Globex" in client.get("/console/settings").text
    again = run(
        commands.member,
        "create-owner",
        "--workspace",
        "Globex",
        "--mail",
        "hank@GLOBEX.example.",
        "--name",
        "H",
    )
    assert again.exit_code == 1
    assert "There is an account with this address already" in again.output


def test_what_is_no_address_is_a_usage_error(run: Any) -> None:
    wrong = run(commands.member, "create-owner", "--workspace", "G", "--mail", "nonsense", "--name", "H")
    assert wrong.exit_code == 2


def test_a_link_lets_somebody_in_who_lost_every_other_way(run: Any, client: Browser, work: Work) -> None:
    a_user(work)
    printed = run(commands.member, "link", "ada@example.com")
    assert (
        client.submit(printed.output.strip().removeprefix("http://localhost"), action="").status_code == 303
    )
    unknown = run(commands.member, "link", "eve@example.com")
    assert unknown.exit_code == 1
    assert "Nobody has the address eve@example.com." in unknown.output


def test_a_closed_account_gets_no_link_and_has_no_session(run: Any, work: Work) -> None:
    user = a_user(work)
    sessions.open_session(work, sessions.HolderKind.MEMBER, user.id)
    assert run(commands.member, "disable", user.mail).exit_code == 0
    assert work.session.scalar(select(func.count()).select_from(Session)) == 0
    refused = run(commands.member, "link", user.mail)
    assert refused.exit_code == 1
    assert "closed" in refused.output
    assert run(commands.member, "enable", user.mail).exit_code == 0
    assert run(commands.member, "link", user.mail).exit_code == 0


def test_s20_the_setup_link_ends_after_a_day(run: Any, client: Browser, work: Work, clock: Clock) -> None:
    path = run(commands.setup_link).output.strip().removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    clock.shift(hours=25)
    assert client.get(path).status_code == 410


def test_the_sample_is_the_same_each_time_but_for_its_link(work: Work) -> None:
    first, second = sample.World(work.platform), sample.World(work.platform)
    work.session.commit()
    sample.plant(first)
    sample.plant(second)
    assert first.facts["api_key"] == second.facts["api_key"]
    assert first.facts["console_url"] != second.facts["console_url"]
    assert first.workspace_id == second.workspace_id
    with work.platform.database.reading(first.workspace_id) as session:
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 1
        roles = session.scalars(select(Membership.role)).all()
        assert sorted(roles) == sorted(Role)


def test_the_samples_key_and_link_work(work: Work, client: Browser) -> None:
    world = sample.World(work.platform)
    work.session.commit()
    sample.plant(world)
    key = world.facts["api_key"]
    assert (
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json["workspace"]["slug"]
        == "acme"
    )
    path = world.facts["console_url"].removeprefix("http://localhost")
    assert client.submit(path, action="").status_code == 303
    assert "Mara" in client.get("/console/account").text


def test_what_can_let_nobody_in_any_more_is_forgotten(work: Work, run_jobs: RunJobs, clock: Clock) -> None:
    from betaops.accounts.models import Purpose
    from betaops.accounts.service import links

    user = a_user(work)
    links.mint(work, Purpose.RESET, user.id)
    sessions.open_session(work, sessions.HolderKind.MEMBER, user.id)
    throttles.failed(work, account="ada")
    clock.shift(days=8)
    work.enqueue("accounts.forget")
    run_jobs()
    for model in (AccessLink, Session, Throttle):
        assert work.session.scalar(select(func.count()).select_from(model)) == 0
    assert work.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_real_installation_gets_no_sample_however_it_is_started(work: Work, platform: Platform) -> None:
    a_member(work, "owner")
    work.session.commit()
    assert _welcome(with_sample=True, platform=platform) == {}
    assert queries.workspace_by_slug(work.session, "acme") is None
