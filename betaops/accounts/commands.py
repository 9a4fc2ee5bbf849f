"""Commands of accounts."""

import click

import config
from betaops.accounts.models import Purpose
from betaops.accounts.service import links
from betaops.kernel import clock
from betaops.kernel.work import SYSTEM, Platform, Work


def setup_url(platform: Platform) -> str:
    """A one-time link under which the very first owner is made."""
    with platform.database.writing() as session:
        token = links.mint(Work(session, platform, SYSTEM, clock.now()), Purpose.SET_UP)
    return f"{platform.settings.base_url}/setup/{token}"


@click.command("setup-link")
def setup_link() -> None:
    """Print a one-time link that makes a new workspace with its first owner."""
    click.echo(setup_url(Platform.open(config.load())))


commands = [setup_link]
