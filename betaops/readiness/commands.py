"""Commands of readiness."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import click
from sqlalchemy.orm import Session

import config
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import dossier, queries, tracing, verifying
from betaops.readiness.documents import markdown
from betaops.readiness.documents.pdf import pdf
from betaops.readiness.papers import PAPERS, moment

#: Letters of a value that are said.
LONGEST_SAID = 300


@click.group("readiness")
def readiness() -> None:
    """What customers expect, and whether it is met."""


@readiness.command("paper")
@click.argument("name", type=click.Choice(list(PAPERS)))
@click.option("--program", "slug", required=True, help="The program's name in addresses (`aurora-notes-2`).")
@click.option("--format", "form", type=click.Choice(["md", "pdf"]), default="md", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False), help="Write it there instead of printing it.")
def write_paper(name: str, slug: str, form: str, output: str | None) -> None:
    """Print a paper on a program as Markdown, or make it a PDF."""
    with _reading(slug) as (session, program):
        _give(_paper(session, program, name, form), output)


@readiness.command("report")
@click.option("--program", "slug", required=True, help="The program's name in addresses (`aurora-notes-2`).")
@click.option("--format", "form", type=click.Choice(["md", "pdf", "json"]), default="md", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False), help="Write it there instead of printing it.")
def write_report(slug: str, form: str, output: str | None) -> None:
    """Print the release report as Markdown or PDF, or as JSON the dossier: criteria, evidence, verdicts, signatures."""
    with _reading(slug) as (session, program):
        if form == "json":
            _give(dossier.written(queries.dossier_contents(session, program)), output)
        else:
            _give(_paper(session, program, "report", form), output)


@readiness.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--digest", help="The SHA-256 that you were told of it: says whether this is the same file.")
def verify(file: IO[bytes], digest: str | None) -> None:
    """Recompute every verdict of a dossier, with no database, and name the first place that disagrees."""
    try:
        told = verifying.read(file.read(verifying.MOST_BYTES + 1))
        found = next(verifying.disagreements(told), None)
    except verifying.Unreadable as error:
        _refuse(f"This cannot be read as a dossier: {_short(str(error))}")
    if found is not None:
        _refuse(f"{found.place} says {_said(found.told)}, recomputed: {_said(found.found)}")
    if digest is not None and digest.strip().lower() != told["digest"]:
        _refuse(f"It holds, but it is another one: its digest is {_said(told['digest'])}.")
    expectations = _counted(len(told["expectations"]), "expectation")
    click.echo(f"Holds: {expectations} and {_counted(len(told['decisions']), 'decision')}, recomputed.")
    click.echo(f"SHA-256 {told['digest']}")
    if old := verifying.old_decisions(told):
        click.echo(f"Of {_counted(old, 'decision')} only the hash: signed on readings of a former method.")
    if withheld := [str(each["withheld"]) for each in told["evidence"] if each["withheld"]]:
        why = _short("; ".join(sorted(set(withheld))))
        click.echo(f"Of {_counted(len(withheld), 'expectation')} only counts, no people: {why}.")
    if people := tracing.without_consent(told):
        click.echo(f"In the evidence without a consent in the file: {people}.")


def _paper(session: Session, program: Program, name: str, form: str) -> bytes:
    written = PAPERS[name].write(queries.material(session, program, at=moment(clock.now())))
    document = queries.with_quotes(session, written)
    return pdf(document) if form == "pdf" else markdown.text(document).encode()


def _give(data: bytes, output: str | None) -> None:
    """To the file, or as it is to whoever reads; a terminal gets no PDF."""
    if output is not None:
        try:
            Path(output).write_bytes(data)
        except OSError as error:
            _refuse(f"{output} cannot be written: {error.strerror}")
    elif data.startswith(b"%PDF") and sys.stdout.isatty():
        _refuse("A PDF is nothing to look at here: name a file with --output.")
    else:
        click.echo(data, nl=False)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def _said(value: Any) -> str:
    """A value of a file that others wrote: one line, without what a terminal would obey."""
    return _short(json.dumps(value))


def _short(text: str) -> str:
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return seen if len(seen) <= LONGEST_SAID else seen[:LONGEST_SAID] + "…"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


@contextmanager
def _reading(slug: str) -> Iterator[tuple[Session, Program]]:
    platform = Platform.open(config.load())
    with platform.database.reading() as session:
        try:
            program = program_queries.program_of_installation(session, slug)
        except NotFound:
            _refuse(f"There is no program {slug!r}.")
        scope_to(session, program.workspace_id)
        yield session, program


commands = [readiness]
