"""Tasks of a program as plain values, to be written elsewhere and taken in: what `betaops tasks` exports and imports.

Cohorts, builds and surveys are named, as ids mean nothing in another installation. A task is known by its title.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.tasks import policy
from betaops.tasks.models import Task

#: Tasks of one file.
MOST_TASKS = 500

_Long = Annotated[str, Field(max_length=policy.LONGEST_TEXT)]


class Planned(BaseModel):
    """One task of a file."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=policy.LONGEST_TITLE, pattern=r"\S")
    instructions: _Long = ""
    why: _Long = ""
    url: str = Field("", max_length=policy.LONGEST_URL)
    target_seconds: int | None = Field(None, ge=1, le=policy.LONGEST_TARGET)
    due_on: date | None = None
    cohort: str | None = None
    build: str | None = None
    survey: str | None = None


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tasks: list[Planned] = Field(max_length=MOST_TASKS)


def read(text: bytes) -> list[Planned]:
    """The tasks of a file; `Invalid` says what is wrong with it, and where."""
    try:
        plan = Plan.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "JSON"
        raise Invalid(
            "no_plan",
            _("This is no file of tasks: %(place)s: %(what)s", place=place, what=first["msg"]),
        ) from error
    titles = [policy.line(each.title) for each in plan.tasks]
    twice = next((title for at, title in enumerate(titles) if title in titles[:at]), None)
    if twice is not None:
        raise Invalid("title_twice", _("“%(title)s” stands in the file twice.", title=twice))
    return plan.tasks


def written(task: Task) -> dict[str, Any]:
    """As it stands in a file. Needs cohort, build and survey loaded."""
    return Planned(
        title=task.title,
        instructions=task.instructions,
        why=task.why,
        url=task.url,
        target_seconds=task.target_seconds,
        due_on=task.due_on,
        cohort=task.cohort.name if task.cohort else None,
        build=task.build.name if task.build else None,
        survey=task.survey.name if task.survey else None,
    ).model_dump(mode="json")
