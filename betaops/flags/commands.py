"""`betaops flags import` and `betaops flags export`: PostHog's definition format, from and to files."""

import sys
from pathlib import Path
from typing import Any

import click
import orjson

import config
from betaops.flags import queries, service
from betaops.kernel import clock, payloads
from betaops.kernel.db import scope_to
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.work import Actor, Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product

LARGEST_FILE = 50 << 20


@click.group()
def flags() -> None:
    """Feature flags in PostHog's definition format."""


@flags.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--product", "product_name", required=True, help="Its short name, project key or prd_… id.")
@click.option(
    "--replace", is_flag=True, help="Also drop flags and imported cohorts that the file does not have."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
def import_(file: Path, product_name: str, replace: bool, as_json: bool) -> None:  # click's options
    """Take over flags from FILE ("-" reads standard input). All of it, or nothing."""
    document = _read(file)
    platform = Platform.open(config.load())
    try:
        with platform.database.writing() as session:
            product = _product(session, product_name)
            work = Work(session, platform, Actor("system", None, "flags import"), clock.now())
            report = service.import_definitions(work, product.id, document, replace=replace)
    except DomainError as error:
        click.echo(str(error.message) or error.code, err=True)
        sys.exit(1)
    if as_json:
        click.echo(orjson.dumps(report.to_json()).decode())
        return
    click.echo(
        f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
        f"{report.deleted} deleted, {report.cohorts} cohorts."
    )
    for warning in report.warnings:
        click.echo(f"Taken over as it is: {warning}", err=True)


@flags.command("export")
@click.option("--product", "product_name", required=True, help="Its short name, project key or prd_… id.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output."
)
def export(product_name: str, output: Path | None) -> None:
    """Write all flags of a product; cohorts whose people we know are lists of distinct ids."""
    platform = Platform.open(config.load())
    try:
        with platform.database.reading() as session:
            product = _product(session, product_name)
            document = queries.exported(session, product.id)
    except DomainError as error:
        click.echo(str(error.message) or error.code, err=True)
        sys.exit(1)
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if output is None:
        sys.stdout.buffer.write(text)
    else:
        output.write_bytes(text)


def _read(file: Path) -> Any:
    stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    with stream:
        raw = stream.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise click.ClickException("The file is larger than 50 MB.")
    try:
        return payloads.parse(raw.removeprefix(b"\xef\xbb\xbf"), deepest=40)
    except payloads.Unreadable as error:
        click.echo(f"{file} is not JSON: {error}", err=True)
        sys.exit(1)


def _product(session: Any, name: str) -> Product:
    """Of whatever workspace: the operator's own command. The session continues inside it."""
    try:
        product = queries.product_named(session, name)
    except NotFound:
        click.echo(_no_product(name, _products(session)), err=True)
        sys.exit(1)
    scope_to(session, product.workspace_id)
    return product


def _products(session: Any) -> list[Product]:
    """Of every workspace, by short name."""
    found: list[Product] = []
    for workspace_id in {row.workspace_id for row in queries.product_keys(session)}:
        scope_to(session, workspace_id)
        found += program_queries.products(session)
    return sorted(found, key=lambda product: (product.slug, product.project_key))


def _no_product(name: str, products: list[Product]) -> str:
    same = [product for product in products if product.slug == name]
    if same:
        keys = ", ".join(product.project_key for product in same)
        return f"Several workspaces have a product “{name}”. Say its project key: {keys}."
    slugs = ", ".join(dict.fromkeys(product.slug for product in products))
    return f"There is no product “{name}”. " + (f"There are: {slugs}." if slugs else "There is none yet.")


commands = [flags]
