"""Commands of readiness."""

import json
import sys

import click

import config
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.readiness import queries, report


@click.group("readiness")
def readiness() -> None:
    """What customers expect, and whether it is met."""


@readiness.command("report")
@click.option("--program", "slug", required=True, help="The program's name in addresses (`aurora-notes-2`).")
@click.option("--format", "form", type=click.Choice(["json", "md"]), default="md", show_default=True)
def write_report(slug: str, form: str) -> None:
    """Print the readiness report of a program."""
    platform = Platform.open(config.load())
    with platform.database.reading() as session:
        try:
            program = program_queries.program_of_installation(session, slug)
        except NotFound:
            click.echo(f"There is no program {slug!r}.", err=True)
            sys.exit(1)
        scope_to(session, program.workspace_id)
        rows = queries.board(session, program.id)
        decision = queries.decision_that_stands(session, program.id)
        signatures = queries.signatures(session, [decision.id])[decision.id] if decision else []
        at = clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        if form == "json":
            click.echo(
                json.dumps(report.as_json(program, rows, decision, signatures, at), ensure_ascii=False)
            )
        else:
            click.echo(report.as_markdown(program, rows, decision, signatures, at), nl=False)


commands = [readiness]
