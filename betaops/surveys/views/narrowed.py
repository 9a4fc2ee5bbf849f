"""Filters on results: read from the address, offered on the page, carried by every link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import request, url_for

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.surveys import labels, queries
from betaops.surveys.analysis.narrowing import Given, Narrowing, read, written_trait
from betaops.surveys.analysis.scales import FEW
from betaops.surveys.models import Survey
from betaops.web.application import reading


@dataclass(frozen=True)
class Filters:
    """What is narrowed, what could be (`fields` for the macro `filters`), and how many responses are left."""

    narrowing: Narrowing
    fields: Sequence[dict[str, Any]]
    matching: int
    complete: int

    @property
    def is_thin(self) -> bool:
        """So few are left that chance alone makes their numbers."""
        return not self.narrowing.is_open and 0 < self.matching < FEW


def narrowing(survey: Survey) -> Narrowing:
    """As the address of this request has it, without an arm of which nothing may be told."""
    found = read(request.args.to_dict(flat=False))
    if found.arm and not queries.shows_arms(reading(), survey):
        return replace(found, arm="", unread=(*found.unread, "arm"))
    return found


def filters_of(program: Program, survey: Survey) -> Filters:
    wanted = narrowing(survey)
    complete = queries.count_narrowed(reading(), survey.id)
    matching = complete if wanted.is_open else queries.count_narrowed(reading(), survey.id, wanted)
    fields = [field for field in _fields(program, survey, wanted) if field["options"] or field["value"]]
    return Filters(wanted, fields, matching, complete)


def _fields(program: Program, survey: Survey, wanted: Narrowing) -> list[dict[str, Any]]:
    session, query = reading(), wanted.query()
    cohorts = [(ids.encode("coh", cohort_id), f"{name} ({count})")
               for cohort_id, name, count in queries.cohorts_answered(session, survey.id, program.id)]  # fmt: skip
    traits = [(written_trait(name, value), f"{name.removeprefix('survey.')}: {value} ({count})")
              for name, value, count in queries.traits_answered(session, survey.id)]  # fmt: skip
    waves = [(str(wave), f"{wave_name(wave)} ({count})") for wave, count in queries.waves(session, survey.id)]
    versions = [(str(number), _("Version %(number)s (%(count)s)", number=number, count=count))
                for number, count in queries.versions_answered(session, survey.id)]  # fmt: skip
    doors = [(door.value, labels.DOORS[door]) for door in queries.doors_answered(session, survey.id)]
    arms = [(name, f"{name} ({count})") for name, count in queries.arms_answered(session, survey) if count]
    doubts = [("without", _("Left out"))] if queries.count_doubtful(session, survey.id) else []
    return [
        _field("cohort", _("In the cohort now"), cohorts, query),
        _field("trait", _("Trait now"), traits, query),
        _field("wave", _("Wave"), waves if len(waves) > 1 else [], query),
        _field("version", _("Version"), versions if len(versions) > 1 else [], query),
        _field("door", _("Came by"), doors if len(doors) > 1 else [], query),
        _field("arm", _("Arm"), arms, query),
        _field("doubtful", _("Doubtful responses"), doubts, query),
        {**_field("since", _("Finished from"), [("", "")], query), "type": "date"},
        {**_field("until", _("Finished until"), [("", "")], query), "type": "date"},
    ]


def wave_name(wave: int) -> str:
    """0 are those who answered by other ways than in the product."""
    return _("Wave %(number)s", number=wave) if wave else _("Outside waves")


def _field(name: str, label: str, options: list[Any], query: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "label": label, "options": options, "value": query.get(name)}


class Links:
    """Addresses that keep what is narrowed."""

    def __init__(self, program: Program, survey: Survey, kept: Narrowing) -> None:
        self._program, self._survey, self._kept = program, survey, kept

    def to(self, endpoint: str, **values: Any) -> str:
        """Another page about the same responses."""
        return url_for(
            f"surveys.{endpoint}",
            slug=self._program.slug,
            survey_id=self._survey.id,
            **{**self._kept.query(), **values},
        )

    def responses(self, *given: Given, arm: str = "") -> str:
        """The responses behind a number; `arm` where it is about one."""
        kept = replace(self._kept, arm=arm) if arm else self._kept
        query: dict[str, Any] = {**kept.where(*given).query(), "counted": 1}
        return url_for("surveys.responses", slug=self._program.slug, survey_id=self._survey.id, **query)

    def gave(self, question_id: UUID, row: str | None = None, *codes: str) -> str:
        """The responses in which one question was answered so."""
        return self.responses(Given(question_id, row, codes))
