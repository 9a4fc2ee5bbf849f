"""`python -m betaops …`: everything an operator types. Rooms add their own, named in `OF_ROOMS`."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import config
from betaops.kernel.loading import keeping_all

if TYPE_CHECKING:
    from logging import LogRecord

    from betaops.kernel.work import Platform

#: What `sample --json` says, in this order: other people's programs rely on these names.
SAMPLE_FACTS = (
    "console_url",
    "portal_url",
    "tester_url",
    "survey_url",
    "workspace",
    "product",
    "program",
    "survey",
    "project_key",
    "secret_key",
    "api_key",
)

#: Commands of rooms: which module's `commands` holds them, and the first line of their help, said without loading it.
OF_ROOMS: dict[str, tuple[str, str]] = {
    "audit": ("betaops.accounts.commands", "The audit log and the hash chain over it."),
    "erase": ("betaops.enrollment.commands", "Delete everything about the person with the address MAIL."),
    "export": (
        "betaops.enrollment.commands",
        "Write everything held about the person with the address MAIL.",
    ),
    "flags": ("betaops.flags.commands", "Feature flags in PostHog's definition format."),
    "member": ("betaops.accounts.commands", "People who work in the console."),
    "readiness": ("betaops.readiness.commands", "What customers expect, and whether it is met."),
    "setup-link": ("betaops.accounts.commands", "Print a one-time link that makes a new workspace."),
    "surveys": ("betaops.surveys.commands", "Questionnaires in SurveyJS JSON."),
    "tasks": ("betaops.tasks.commands", "What testers are asked to do."),
    "testers": ("betaops.enrollment.commands", "People in programs."),
}

#: Nothing that SDKs ask waits for long: one thread answers while the other may be looking somebody up.
EDGE_THREADS = 2

# Imports stand inside the commands: `run` only supervises and should stay small.


class Rooms(click.Group):
    """The commands below, and those of the rooms, imported when first asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Whatever command it is: wrong settings are said, all of them, and so is a database that refuses."""
        try:
            return super().invoke(ctx)
        except config.Misconfigured as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            from sqlalchemy.exc import DBAPIError

            if not isinstance(error, DBAPIError):
                raise
            raise click.ClickException(
                f"The database says: {error.orig}. `python -m betaops check` tells whether it is there and migrated."
            ) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A room's command runs with all rooms connected: what it records is heard, what they hold is found."""
        found = super().resolve_command(ctx, args)
        if found[0] not in self.commands:
            _connect()
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *OF_ROOMS})

    @keeping_all()
    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Of a room with the models of all: what a table refers to is known before the first is asked for."""
        if name not in OF_ROOMS:
            return super().get_command(ctx, name)
        from betaops import wiring

        wiring.load_models()
        commands: list[click.Command] = importlib.import_module(OF_ROOMS[name][0]).commands
        return next(command for command in commands if command.name == name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """All by name with a line each, as click writes them; for that no room is loaded."""
        shown = {name: command for name, command in self.commands.items() if not command.hidden}
        width = formatter.width - 6 - max(map(len, (*shown, *OF_ROOMS)))
        lines = {name: command.get_short_help_str(width) for name, command in shown.items()}
        lines |= {name: line for name, (_module, line) in OF_ROOMS.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(lines.items()))


@keeping_all()
def _connect() -> None:
    from betaops import wiring

    wiring.connect()
    wiring.handed.provide_data()


@click.group(cls=Rooms)
@click.option("--until-stdin-ends", is_flag=True, hidden=True)
def main(until_stdin_ends: bool) -> None:
    """Beta and pilot programs, from the first signup to a signed decision."""
    if until_stdin_ends:
        from betaops import supervisor

        supervisor.end_with_stdin()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--empty", is_flag=True, help="Without the sample workspace.")
def run(host: str, port: int, empty: bool) -> None:
    """Set up what is missing, then serve and work until stopped."""
    from betaops import supervisor

    try:
        sys.exit(supervisor.run(host, port, with_sample=not empty))
    except supervisor.CannotServe as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="More than one needs PostgreSQL."
)
@click.option(
    "--only", type=click.Choice(["edge"]), help="What SDKs ask, without the pages; beside a web process."
)
def serve(host: str, port: int, workers: int, only: str | None) -> None:
    """Serve the web: portal, console, links, API and flags."""
    from betaops import supervisor

    settings = config.load()
    if settings.is_embedded and (workers > 1 or only):
        raise click.ClickException("SQLite takes one web process. Set DATABASE_URL to PostgreSQL for more.")
    try:
        address = supervisor.address_to_serve(host, port)
        if settings.is_embedded:
            supervisor.claim(settings.instance)
    except supervisor.CannotServe as error:
        raise click.ClickException(str(error)) from error
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels, logger

    if settings.blocking_threads <= type(settings).blocking_threads:
        logger.addFilter(_is_no_doubt_about_threads)
    Granian(
        "betaops.edge:served" if only else "wsgi:app",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=EDGE_THREADS if only else settings.blocking_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        log_enabled=True,
        log_level=LogLevels.warning,
    ).serve(target_loader=supervisor.load_edge if only else supervisor.load_web)


def _is_no_doubt_about_threads(record: "LogRecord") -> bool:
    """Granian warns of more than two threads per core; ours are as many as was measured to be best (`bench/`)."""
    return not record.getMessage().startswith("Configuration allows spawning up to")


@main.command()
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1), help="Jobs at the same time."
)
def worker(threads: int) -> None:
    """Run deliveries and jobs: from the database alone, or as Celery tasks where REDIS_URL is set."""
    with keeping_all():
        from betaops import worker as runner
        from betaops.app import create_app
        from betaops.kernel import logging

    settings = config.load()
    logging.configure(settings.log_level)
    app = create_app(settings)
    runner.settle()
    sys.exit(runner.run(app, threads=threads))


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with keeping_all():
        from betaops import wiring
        from betaops.kernel import migrations

        wiring.load_models()
    platform = _platform()
    migrations.upgrade(platform.database)
    platform.database.close()


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(as_json: bool) -> None:
    """Verify settings, database, broker, mail server and disk; exit 1 when something is wrong."""
    with keeping_all():
        from betaops import wiring
        from betaops.kernel import checks

        wiring.load_models()
    try:
        found = checks.run(_platform())
    except config.Misconfigured as error:
        found = [checks.Check("settings", False, sentence) for sentence in str(error).splitlines()]
    if as_json:
        click.echo(json.dumps({"checks": [each._asdict() for each in found]}))
    else:
        for each in found:
            click.echo(f"{'ok ' if each.is_good else 'BAD'}  {each.name:10} {each.words}")
    sys.exit(0 if all(each.is_good for each in found) else 1)


@main.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
def backup(target: Path, as_json: bool) -> None:
    """Write everything into one zip: tables, files and a manifest."""
    from betaops import wiring
    from betaops.kernel import backup as backups

    wiring.load_models()
    platform = _platform()
    with _bar("Backing up", hidden=as_json) as progress:
        rows = backups.write(platform.database, platform.settings.instance / "files", target, progress)
    _say_rows(rows, as_json=as_json)


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
def restore(source: Path, as_json: bool) -> None:
    """Put a backup into an empty installation of either database; the schema is made by itself."""
    from betaops import wiring
    from betaops.kernel import backup as backups
    from betaops.kernel import migrations
    from betaops.kernel.errors import Refused

    wiring.load_models()
    platform = _platform()
    migrations.upgrade(platform.database)
    try:
        with _bar("Restoring", hidden=as_json) as progress:
            rows = backups.restore(
                platform.database,
                platform.settings.instance / "files",
                source,
                progress,
                vault=platform.vault,
            )
    except Refused as error:
        raise click.ClickException(str(error.message)) from error
    _say_rows(rows, as_json=as_json)


@contextmanager
def _bar(label: str, *, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    with click.progressbar(
        length=1, label=label, hidden=hidden or not sys.stderr.isatty(), file=sys.stderr
    ) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _say_rows(rows: dict[str, int], *, as_json: bool) -> None:
    total = sum(rows.values())
    click.echo(
        json.dumps({"rows": total, "tables": rows}) if as_json else f"{total} rows in {len(rows)} tables"
    )


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def sample(as_json: bool) -> None:
    """Make the sample workspace if it is missing, and say where things are."""
    facts = _sample()
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):14} {value}")


@main.command(hidden=True)
@click.option("--sample/--no-sample", "with_sample", default=True)
def prepare(with_sample: bool) -> None:
    """What `run` does before it serves: migrate, sample, one-time link."""
    with keeping_all():
        from betaops import wiring
        from betaops.kernel import migrations

        wiring.connect()
    platform = _platform()
    migrations.upgrade(platform.database)
    click.echo(json.dumps(_welcome(with_sample, platform)))


def _platform() -> "Platform":
    with keeping_all():
        from betaops.kernel.work import Platform

    return Platform.open(config.load())


def _sample(platform: Any = None) -> dict[str, Any]:
    with keeping_all():
        from betaops.app import create_app

    platform = platform or _platform()
    app = create_app(platform.settings, platform)
    with app.test_request_context(base_url=platform.settings.base_url):
        from betaops import wiring

        facts = wiring.plant_sample(platform)
    return {name: facts[name] for name in SAMPLE_FACTS if name in facts}


def _welcome(with_sample: bool, platform: "Platform") -> dict[str, Any]:
    from betaops.accounts import queries
    from betaops.accounts.sample import SLUG

    with platform.database.reading() as session:
        is_first = not queries.has_owner(session)
        # A real installation gets no sample, however it is started.
        with_sample = with_sample and (is_first or queries.workspace_by_slug(session, SLUG) is not None)
    if is_first and not with_sample:
        from betaops.accounts import commands

        return {"setup_url": commands.setup_url(platform)}
    facts = _sample(platform) if with_sample else {}
    wanted = ("console_url", "portal_url", "tester_url", "survey_url")
    return {name: facts[name] for name in wanted if name in facts}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
