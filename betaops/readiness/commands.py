"""Commands of readiness."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import click
from sqlalchemy.orm import Session

import config
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import dossier, evidence, queries, verifying
from betaops.readiness.papers import PAPERS


@click.group("readiness")
def readiness() -> None:
    """What customers expect, and whether it is met."""


@readiness.command("paper")
@click.argument("name", type=click.Choice(list(PAPERS)))
@click.option("--program", "slug", required=True, help="The program's name in addresses (`aurora-notes-2`).")
def write_paper(name: str, slug: str) -> None:
    """Print a paper on a program as Markdown."""
    with _reading(slug) as (session, program):
        click.echo(PAPERS[name].write(queries.material(session, program, at=_now())), nl=False)


@readiness.command("report")
@click.option("--program", "slug", required=True, help="The program's name in addresses (`aurora-notes-2`).")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
def write_report(slug: str, form: str) -> None:
    """Print the release report as Markdown, or as JSON the dossier: criteria, counts, verdicts, signatures."""
    with _reading(slug) as (session, program):
        if form == "json":
            told = dossier.dossier(queries.dossier_contents(session, program), at=_now())
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            material = queries.material(session, program, at=_now())
            click.echo(PAPERS["report"].write(material), nl=False)


@readiness.command("verify")
@click.argument("file", type=click.File("rb"))
def verify(file: IO[bytes]) -> None:
    """Recompute every verdict of a dossier, with no database, and name the first place that disagrees."""
    try:
        told = json.load(file)
        found = next(verifying.disagreements(told), None)
    except (ValueError, RecursionError) as error:
        click.echo(f"This cannot be read as a dossier: {error}", err=True)
        sys.exit(2)
    if found is not None:
        click.echo(f"{found.place} says {json.dumps(found.told)}, recomputed: {json.dumps(found.found)}")
        sys.exit(1)
    expectations = _counted(len(told["expectations"]), "expectation")
    click.echo(f"Holds: {expectations} and {_counted(len(told['decisions']), 'decision')}, recomputed.")
    if old := verifying.old_decisions(told):
        click.echo(f"Of {_counted(old, 'decision')} only the hash: signed on readings of a former method.")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


@contextmanager
def _reading(slug: str) -> Iterator[tuple[Session, Program]]:
    platform = Platform.open(config.load())
    with platform.database.reading() as session:
        try:
            program = program_queries.program_of_installation(session, slug)
        except NotFound:
            click.echo(f"There is no program {slug!r}.", err=True)
            sys.exit(1)
        scope_to(session, program.workspace_id)
        yield session, program


def _now() -> str:
    return evidence.moment(clock.now())


commands = [readiness]
