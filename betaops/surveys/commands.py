"""`betaops surveys …`"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import click
import orjson

import config
from betaops.kernel import clock, ids
from betaops.kernel.db import scope_to
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.work import OPERATOR, Platform, Work
from betaops.programs import queries as program_queries
from betaops.surveys import exports, importers, queries, service
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.localised import DEFAULT
from betaops.surveys.models import ResponseState, Survey


@click.group("surveys")
def surveys() -> None:
    """Questionnaires in SurveyJS JSON."""


@surveys.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--program", "slug", required=True, help="The program's short name, as in its address.")
@click.option("--publish", is_flag=True, help="Publish it at once, if nothing is in the way.")
@click.option(
    "--new-series",
    multiple=True,
    metavar="NAME",
    help="With --publish: a question whose answers begin anew, as those until now do not compare. Repeatable.",
)
@click.option(
    "--count-on",
    multiple=True,
    metavar="NAME",
    help="With --publish: a question whose answers count on, as its new words mean the same. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def import_file(
    file: Path,
    slug: str,
    publish: bool,
    new_series: tuple[str, ...],
    count_on: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take a survey in from FILE: SurveyJS, LimeSurvey, XLSForm, Qualtrics, PostHog or Formbricks, known by its content.

    One of the same name gets a new draft; with --publish a new version.
    """
    platform = Platform.open(config.load())
    try:
        told = _import(platform, file, slug, publish=publish, new_series=new_series, counted_on=count_on)
    except DomainError as error:
        raise click.ClickException(str(error.message) or error.code) from error
    finally:
        platform.database.close()
    click.echo(json.dumps(told) if as_json else _in_words(told))
    if publish and told["problems"]:
        sys.exit(1)


@surveys.command("export")
@click.argument("survey")
@click.option("--number", type=int, default=None, help="A published version; without it the draft.")
@click.option("--responses", is_flag=True, help="The answers instead of the questions.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([each.value for each in FileFormat]),
    default="csv",
    help="Of the answers; json is a document a line.",
)
@click.option(
    "--state",
    "states",
    multiple=True,
    default=["complete"],
    type=click.Choice([each.value for each in ResponseState]),
    help="Which answers; may be said again.",
)
@click.option("--language", default=DEFAULT, help="Of labels; without it as written.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A file to write."
)
def export(
    survey: str,
    number: int | None,
    responses: bool,
    file_format: str,
    states: tuple[str, ...],
    language: str,
    output: Path | None,
) -> None:
    """Print SURVEY (svy_…) as SurveyJS JSON, exactly as it was imported or built; or, with --responses, its answers."""
    if responses:
        wanted = Wanted(FileFormat(file_format), tuple(map(ResponseState, dict.fromkeys(states))), language)
        return _export_responses(survey, wanted, output)
    platform = Platform.open(config.load())
    try:
        with platform.database.reading() as session:
            found = queries.survey_of_installation(session, ids.decode("svy", survey))
            scope_to(session, found.workspace_id)
            definition = (
                found.draft if number is None else queries.version(session, found.id, number).definition
            )
    except NotFound as error:
        raise click.ClickException(f"There is no such survey or version: {survey}.") from error
    finally:
        platform.database.close()
    click.echo(orjson.dumps(definition, option=orjson.OPT_INDENT_2).decode())
    return None


def _export_responses(survey: str, wanted: Wanted, output: Path | None) -> None:
    platform = Platform.open(config.load())
    try:
        with platform.database.reading_still() as session, _written(output) as file:
            found = queries.survey_of_installation(session, ids.decode("svy", survey))
            scope_to(session, found.workspace_id)
            with click.progressbar(length=1, label=survey, file=sys.stderr) as bar:
                for piece in exports.pieces(session, found, wanted, _moving(bar)):
                    file.write(piece)
    except NotFound as error:
        raise click.ClickException(f"There is no such survey: {survey}.") from error
    except DomainError as error:
        raise click.ClickException(str(error.message) or error.code) from error
    finally:
        platform.database.close()


def _moving(bar: Any) -> exports.Progress:
    def move(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return move


@contextmanager
def _written(output: Path | None) -> Iterator[IO[bytes]]:
    """The file, which is there whole or not at all; standard output without one."""
    if output is None:
        yield sys.stdout.buffer
        return
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _import(
    platform: Platform,
    file: Path,
    slug: str,
    *,
    publish: bool,
    new_series: tuple[str, ...],
    counted_on: tuple[str, ...],
) -> dict[str, Any]:
    with file.open("rb") as stream:
        definition, report = importers.read_any(stream.read(importers.LARGEST_FILE + 1))
    if definition is None:
        raise click.ClickException(report.problems[0])
    with platform.database.reading() as session:
        try:
            program = program_queries.program_of_installation(session, slug)
        except NotFound as error:
            raise click.ClickException(f"There is no program “{slug}”.") from error
        workspace_id, program_id = program.workspace_id, program.id
    with platform.database.writing(workspace_id) as session:
        work = Work(session, platform, OPERATOR, clock.now())
        survey, is_new = _draft(work, program_id, report.title or file.stem, definition)
        number = None
        if publish and not report.problems:
            number = service.publish(work, survey.id, new_series=new_series, counted_on=counted_on).number
        return {
            "survey": ids.encode("svy", survey.id),
            "name": survey.name,
            "created": is_new,
            "published": number,
            **report.to_json(),
        }


def _draft(work: Work, program_id: UUID, name: str, definition: dict[str, Any]) -> tuple[Survey, bool]:
    """The survey of that name with the new draft, or a new one."""
    name = " ".join(name.split())[:200] or "Survey"
    for survey in queries.surveys(work.session, program_id, with_archived=False):
        if survey.name == name:
            return service.edit_draft(work, survey.id, lambda _former: definition), False
    return service.create_survey(work, program_id=program_id, name=name, definition=definition), True


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"{told['name']} ({told['survey']}): {'new' if told['created'] else 'draft replaced'}"]
    lines.append(f"Read as {told['format']}.")
    if told["published"]:
        lines.append(f"Published as version {told['published']}.")
    for name in ("taken", "approximated", "dropped", "problems"):
        lines.append(f"{name}: {len(told[name])}")
        lines += [f"  {line}" for line in told[name]]
    return "\n".join(lines)


commands = [surveys]
