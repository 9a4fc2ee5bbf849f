"""Publishing: a draft becomes an immutable version that people answer."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from betaops.kernel import versions
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.changes import Change, Weight, compare
from betaops.surveys.checking import Finding, check
from betaops.surveys.definition import Definition
from betaops.surveys.events import SurveyPublished, SurveyStateChanged
from betaops.surveys.models import Survey, SurveyQuestion, SurveyState, SurveyVersion
from betaops.surveys.reading import read
from betaops.surveys.service import rollups
from betaops.surveys.service.placing import tell_product


@dataclass(frozen=True)
class Review:
    """What publishing the draft would mean."""

    findings: list[Finding]
    changes: list[Change]
    is_first: bool
    is_same: bool

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_blocking]

    @property
    def may_be_published(self) -> bool:
        return (
            not self.problems
            and not self.is_same
            and all(each.weight is not Weight.BREAKING for each in self.changes)
        )


def digest(definition: Mapping[str, Any]) -> bytes:
    """SHA-256 of the definition as JSON with sorted keys and no spaces."""
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).digest()


def review(
    live: SurveyVersion | None, draft: dict[str, Any], kinds: Mapping[str, str], arms: Collection[str] = ()
) -> Review:
    """`kinds` are those that questions of any earlier version had, by name: a name never changes its kind.

    `arms` are the names of the survey's arms.
    """
    new = read(draft)
    changes = [] if live is None else compare(read(live.definition), new)
    named = {change.name for change in changes if change.weight is Weight.BREAKING}
    changes = [*_returned(new, kinds, named), *changes]
    return Review(check(new, arms), changes, is_first=live is None, is_same=is_live(live, draft))


def is_live(live: SurveyVersion | None, draft: dict[str, Any]) -> bool:
    """Whether the draft is what people answer already."""
    return live is not None and live.digest == digest(draft)


def publish(work: Work, survey_id: UUID, *, note: str = "") -> SurveyVersion:
    """Make the draft the next version and open a survey that was a draft. People under way finish theirs.

    `Invalid` with every problem in `values["findings"]`; `Refused` for changes that past answers could not bear.
    """
    survey = work.lock(Survey, survey_id)
    if survey.state is SurveyState.ARCHIVED:
        raise Refused("archived", _("This survey is archived. Restore it to change it."))
    live = queries.live_version(work.session, survey)
    known = {row.name: row for row in queries.survey_questions(work.session, survey.id)}
    arms = queries.arm_names(work.session, survey.id)
    seen = review(live, survey.draft, {name: row.kind for name, row in known.items()}, arms)
    if seen.is_same and live is not None:
        return live
    if seen.problems:
        raise Invalid(
            "has_problems", _("The survey has problems. Nothing was published."), findings=seen.problems
        )
    breaking = [change for change in seen.changes if change.weight is Weight.BREAKING]
    if breaking:
        raise Refused("breaking", breaking[0].message, changes=breaking)
    version = SurveyVersion(
        survey_id=survey.id,
        number=(live.number if live else 0) + 1,
        definition=survey.draft,
        digest=digest(survey.draft),
        note=note,
        published_at=work.now,
        published_by=work.actor.name,
    )
    work.add(version)
    _keep_identities(work, survey, read(version.definition), version.number, known)
    is_opening = survey.state is SurveyState.DRAFT
    survey.live_number = version.number
    survey.state = SurveyState.OPEN if is_opening else survey.state
    versions.stamp(work, survey)
    work.session.flush()
    if live is None:
        rollups.begin(work, survey.id)
    work.record(SurveyPublished(survey_id=survey.id, program_id=survey.program_id, number=version.number))
    if is_opening:
        work.record(
            SurveyStateChanged(
                survey_id=survey.id,
                program_id=survey.program_id,
                former=SurveyState.DRAFT,
                state=SurveyState.OPEN,
            )
        )
    tell_product(work, survey)
    return version


def _keep_identities(
    work: Work, survey: Survey, definition: Definition, number: int, known: Mapping[str, SurveyQuestion]
) -> None:
    for position, question in enumerate(definition.asked):
        row = known.get(question.name)
        if row is None:
            work.add(
                SurveyQuestion(
                    survey_id=survey.id,
                    name=question.name,
                    kind=question.kind,
                    title=question.label(),
                    position=position,
                    first_number=number,
                    last_number=number,
                )
            )
        else:
            row.kind, row.title = question.kind, question.label()
            row.position, row.last_number = position, number
    work.session.flush()


def _returned(new: Definition, kinds: Mapping[str, str], named: set[str]) -> list[Change]:
    """Questions whose name an earlier version used for another kind, also where the live one has none."""
    alike = {"radiogroup", "dropdown"}
    return [
        Change(
            Weight.BREAKING,
            question.name,
            _(
                "“%(name)s” was a question of type %(old)s before. Give this one another name.",
                name=question.name,
                old=kinds[question.name],
            ),
        )
        for question in new.asked
        if question.name not in named
        and kinds.get(question.name, question.kind) != question.kind
        and {kinds[question.name], question.kind} != alike
    ]
