"""Commands of accounts: first owners, ways back in, the audit log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

import config
from betaops.accounts import addresses, queries
from betaops.accounts.models import Purpose, User
from betaops.accounts.service import links, people, workspaces
from betaops.kernel import clock
from betaops.kernel.errors import DomainError
from betaops.kernel.work import SYSTEM, Platform, Work


@contextmanager
def _working() -> Iterator[Work]:
    platform = Platform.open(config.load())
    try:
        with platform.database.writing() as session:
            yield Work(session, platform, SYSTEM, clock.now())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    finally:
        platform.database.close()


def _user(work: Work, mail: str) -> User:
    user = queries.user_by_mail(work.session, mail)
    if user is None:
        raise click.ClickException(f"Nobody has the address {mail}.")
    place = queries.standing(work.session, user.id, None)
    if place is not None:
        work.enter(place.workspace.id)
    return user


def _link(work: Work, user: User) -> str:
    return f"{work.settings.base_url}/link/{links.mint(work, Purpose.SIGN_IN, user.id)}"


def setup_url(platform: Platform) -> str:
    """A one-time link under which the very first owner is made."""
    with platform.database.writing() as session:
        token = links.mint(Work(session, platform, SYSTEM, clock.now()), Purpose.SET_UP)
    return f"{platform.settings.base_url}/setup/{token}"


@click.command("setup-link")
def setup_link() -> None:
    """Print a one-time link that makes a new workspace with its first owner; good for a day."""
    platform = Platform.open(config.load())
    click.echo(setup_url(platform))
    platform.database.close()


@click.group("member")
def member() -> None:
    """People who work in the console."""


@member.command("create-owner")
@click.option("--workspace", required=True, help="Name of the new workspace.")
@click.option("--mail", required=True, help="Address of its owner.")
@click.option("--name", required=True, help="The owner's name.")
def create_owner(workspace: str, mail: str, name: str) -> None:
    """Make a workspace with an owner, and print the link with which they sign in the first time."""
    readable = addresses.readable(mail)
    if readable is None:
        raise click.UsageError(f"{mail} is no mail address.")
    with _working() as work:
        click.echo(_link(work, workspaces.found(work, workspace, mail=readable, name=name)))


@member.command("link")
@click.argument("mail")
def link(mail: str) -> None:
    """Print a link that signs MAIL in once, within the hour: a way back in for who lost every other."""
    with _working() as work:
        user = _user(work, mail)
        if user.disabled_at is not None:
            raise click.ClickException(
                f"The account of {mail} is closed. Open it with `python -m betaops member enable`."
            )
        click.echo(_link(work, user))


@member.command("disable")
@click.argument("mail")
def disable(mail: str) -> None:
    """Close the account of MAIL and end its sessions."""
    with _working() as work:
        people.disable(work, _user(work, mail))


@member.command("enable")
@click.argument("mail")
def enable(mail: str) -> None:
    """Open the account of MAIL again."""
    with _working() as work:
        people.enable(work, _user(work, mail))


@click.group("audit")
def audit_group() -> None:
    """The audit log and the hash chain over it."""


@audit_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each chain.")
def verify(*, as_json: bool) -> None:
    """Recompute every chain from its events. Exits with 1 where a seal does not hold."""
    platform = Platform.open(config.load())
    is_broken = False
    with platform.database.reading() as session:
        for chain in queries.chains(session):
            found = queries.verify(session, chain, clock.now())
            last = queries.newest_seal(session, chain)
            is_broken |= found.broken_at is not None
            facts = {
                "chain": str(chain),
                "events": found.events,
                "seals": found.seals,
                "broken_at": found.broken_at,
                "digest": last.digest.hex() if last else None,
            }
            click.echo(json.dumps(facts) if as_json else _told(facts))
    platform.database.close()
    if is_broken:
        raise SystemExit(1)


def _told(facts: dict[str, object]) -> str:
    state = f"BROKEN at seal {facts['broken_at']}" if facts["broken_at"] else "intact"
    return f"{facts['chain']}  {state}, {facts['events']} events under {facts['seals']} seals, last {facts['digest']}"


commands = [setup_link, member, audit_group]
