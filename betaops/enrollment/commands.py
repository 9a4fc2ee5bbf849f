"""`betaops testers …`, and one person as a whole: `betaops export`, `betaops erase`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy.orm import Session

import config
from betaops.accounts import queries as account_queries
from betaops.enrollment.addresses import mail_key
from betaops.enrollment.models import State, Tester, TesterImport
from betaops.enrollment.queries import portal
from betaops.enrollment.queries import testers as tester_queries
from betaops.enrollment.service import importing, leaving
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.work import OPERATOR, Platform, Work
from betaops.programs import queries as program_queries


@click.group("testers")
def testers() -> None:
    """People in programs."""


@testers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--program", "slug", required=True, help="The program's short name, as in its address.")
@click.option(
    "--as",
    "target",
    type=click.Choice([State.APPLIED.value, State.ACCEPTED.value]),
    default=State.APPLIED.value,
    show_default=True,
    help="What new people become; without a free seat, accepted ones wait.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def import_file(file: Path, slug: str, target: str, as_json: bool) -> None:
    """Take people in from a CSV FILE. Told apart by mail address: running it again changes nothing."""
    platform = Platform.open(config.load())
    try:
        report = _import(platform, file, slug, State(target), as_json)
    except DomainError as error:
        raise click.ClickException(str(error.message) or error.code) from error
    finally:
        platform.database.close()
    if as_json:
        click.echo(json.dumps(report))
    else:
        _print(report)
    if report["failure"]:
        sys.exit(1)


def _import(platform: Platform, file: Path, slug: str, target: State, as_json: bool) -> dict[str, Any]:
    data = file.read_bytes()
    with platform.database.reading() as session:
        try:
            program = program_queries.program_of_installation(session, slug)
        except NotFound as error:
            raise click.ClickException(f"There is no program “{slug}”.") from error

    @contextmanager
    def open_work() -> Iterator[Work]:
        with platform.database.writing(program.workspace_id) as session:
            yield Work(session, platform, OPERATOR, clock.now())

    with open_work() as work:
        record = importing.new_import(work, program.id, title=file.name, data=data, target=target)
    is_watched = sys.stderr.isatty() and not as_json
    with click.progressbar(
        length=max(record.rows_total, 1), label=file.name, file=sys.stderr, hidden=not is_watched
    ) as bar:
        importing.read_in(open_work, record.id, data, lambda done, _total: bar.update(max(0, done - bar.pos)))
    with open_work() as work:
        return _report(work.lock(TesterImport, record.id))


def _report(record: TesterImport) -> dict[str, Any]:
    return {
        "created": record.created,
        "updated": record.updated,
        "unchanged": record.unchanged,
        "waitlisted": record.waitlisted,
        "refused": record.refused,
        "refusals": record.refusals,
        "failure": record.failure,
    }


def _print(report: dict[str, Any]) -> None:
    if report["failure"]:
        click.echo(report["failure"], err=True)
        return
    for name in ("created", "updated", "unchanged", "waitlisted", "refused"):
        click.echo(f"{name:10} {report[name]:,}")
    for refusal in report["refusals"]:
        click.echo(f"  row {refusal['row']}: {refusal['value'] or '–'}: {refusal['reason']}")
    if len(report["refusals"]) < report["refused"]:
        click.echo(f"  … and {report['refused'] - len(report['refusals']):,} more")


@click.command("export")
@click.argument("mail")
@click.option("--workspace", "slug", required=True, help="The workspace's short name.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON line: the data, or with --out what was written."
)
def export(mail: str, slug: str, out: Path | None, as_json: bool) -> None:
    """Write everything held about the person with the address MAIL, as their own page "Your data" gives it."""
    platform = Platform.open(config.load())
    try:
        with platform.database.reading() as session:
            data = portal.own_data(session, _person(session, slug, mail))
    finally:
        platform.database.close()
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    if out is None:
        click.echo(orjson.dumps(data) if as_json else text)
        return
    out.write_bytes(text)
    told = {"file": str(out), "bytes": len(text)}
    click.echo(json.dumps(told) if as_json else f"{out}: {len(text):,} bytes")


@click.command("erase")
@click.argument("mail")
@click.option("--workspace", "slug", required=True, help="The workspace's short name.")
@click.confirmation_option(prompt="Delete everything about this person, for good?")
def erase(mail: str, slug: str) -> None:
    """Delete everything about the person with the address MAIL, in every program of the workspace."""
    platform = Platform.open(config.load())
    try:
        with platform.database.writing() as session:
            person = _person(session, slug, mail)
            leaving.erase(Work(session, platform, OPERATOR, clock.now()), person.id)
    except DomainError as error:
        raise click.ClickException(str(error.message) or error.code) from error
    finally:
        platform.database.close()
    click.echo(f"Everything about {mail} is deleted.")


def _person(session: Session, slug: str, mail: str) -> Tester:
    """Whoever has this address in that workspace, inside which the session continues."""
    workspace = account_queries.workspace_by_slug(session, slug)
    if workspace is None:
        known = ", ".join(each.slug for each in account_queries.workspaces(session))
        raise click.ClickException(
            f"There is no workspace “{slug}”. " + (f"There are: {known}." if known else "There is none yet.")
        )
    scope_to(session, workspace.id)
    person = tester_queries.tester_by_key(session, mail_key(mail))
    if person is None:
        raise click.ClickException(f"Nobody in the workspace “{slug}” has the address {mail}.")
    return person


commands = [testers, export, erase]
