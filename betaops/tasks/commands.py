"""`betaops tasks …`"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

import config
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.work import OPERATOR, Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.tasks import plans, queries, service

LARGEST_FILE = 5 << 20

_program = click.option(
    "--program", "slug", required=True, help="The program's short name, as in its address."
)


@click.group("tasks")
def tasks() -> None:
    """What testers are asked to do."""


@tasks.command("list")
@_program
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_tasks(slug: str, as_json: bool) -> None:
    """The tasks of a program in their order, and how far each is."""
    with _reading(slug) as (session, program):
        progress = queries.progress(session, program.id)
        told = [
            {"title": each.title, "state": each.state.value, **_counts(progress.get(each.id))}
            for each in queries.tasks(session, program.id)
        ]
    if as_json:
        click.echo(json.dumps({"tasks": told}))
        return
    for each in told:
        done = f"{each['completed']} completed, {each['blocked']} blocked, {each['opted_out']} opted out"
        click.echo(f"{each['title']} ({each['state']}): of {each['asked']} asked {done}")
    if not told:
        click.echo("No tasks.")


@tasks.command("export")
@_program
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it there instead of printing it."
)
def export_tasks(slug: str, output: Path | None) -> None:
    """All tasks of a program as JSON that `tasks import` takes; cohorts, builds and surveys by their names."""
    with _reading(slug) as (session, program):
        told = {"tasks": [plans.written(each) for each in queries.tasks(session, program.id)]}
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error


@tasks.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_program
@click.option("--publish", is_flag=True, help="Ask testers at once.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def import_tasks(file: Path, slug: str, publish: bool, as_json: bool) -> None:
    """Take tasks in from FILE. One of the same title is said anew; a file that is wrong anywhere changes nothing."""
    with file.open("rb") as stream:
        text = stream.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise click.ClickException("The file is larger than 5 MB.")
    platform = Platform.open(config.load())
    try:
        planned = plans.read(text)
        with platform.database.reading() as session:
            program = _found(session, slug)
            workspace_id, program_id = program.workspace_id, program.id
        with platform.database.writing(workspace_id) as session:
            work = Work(session, platform, OPERATOR, clock.now())
            taken = service.take_in(
                work, program_queries.program(session, program_id), planned, is_published=publish
            )
    except DomainError as error:
        raise click.ClickException(str(error.message) or error.code) from error
    finally:
        platform.database.close()
    told = taken._asdict()
    click.echo(json.dumps(told) if as_json else ", ".join(f"{count} {what}" for what, count in told.items()))


def _counts(found: queries.Progress | None) -> dict[str, int]:
    shown = found or queries.Progress()
    return {name: getattr(shown, name) for name in ("asked", "completed", "blocked", "opted_out", "silent")}


def _found(session: Session, slug: str) -> Program:
    try:
        return program_queries.program_of_installation(session, slug)
    except NotFound as error:
        raise click.ClickException(f"There is no program “{slug}”.") from error


@contextmanager
def _reading(slug: str) -> Iterator[tuple[Session, Program]]:
    platform = Platform.open(config.load())
    try:
        with platform.database.reading() as session:
            program = _found(session, slug)
            scope_to(session, program.workspace_id)
            yield session, program
    finally:
        platform.database.close()


commands: list[Any] = [tasks]
