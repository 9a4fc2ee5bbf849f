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
from betaops.surveys.changes import NOTHING, Change, Weight, compare, returned
from betaops.surveys.checking import Finding, check
from betaops.surveys.definition import Question
from betaops.surveys.events import SurveyPublished, SurveyStateChanged
from betaops.surveys.given import Given
from betaops.surveys.models import Survey, SurveyQuestion, SurveyState, SurveyVersion
from betaops.surveys.reading import read
from betaops.surveys.service import rollups
from betaops.surveys.service.locking import locked
from betaops.surveys.service.placing import obstacles_of_draft, tell_product


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
        """With a new series of what `breaking` names, where it names anything."""
        return not self.problems and not self.is_same

    @property
    def breaking(self) -> list[Change]:
        """What past answers could not bear; of a question, everything."""
        return [each for each in self.changes if each.weight is Weight.BREAKING]

    @property
    def countable(self) -> list[Change]:
        """Those of questions whose answers may count on, if their author says so."""
        fixed = {each.name for each in self.breaking if not each.may_count_on}
        return [each for each in self.breaking if each.name not in fixed]


def digest(definition: Mapping[str, Any]) -> bytes:
    """SHA-256 of the definition as JSON with sorted keys and no spaces."""
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).digest()


def review(
    live: SurveyVersion | None,
    draft: dict[str, Any],
    former: Mapping[str, Question],
    arms: Collection[str] = (),
    answered: Mapping[str, Given] = NOTHING,
) -> Review:
    """`former` are questions of earlier versions that the live one has not, by name: where they come back, their answers
    count on. `arms` are the names of the survey's arms; `answered` is what was answered so far.
    """
    new = read(draft)
    changes = [] if live is None else compare(read(live.definition), new, answered)
    return Review(
        check(new, arms),
        [*returned(former, new, answered), *changes],
        is_first=live is None,
        is_same=is_live(live, draft),
    )


def is_live(live: SurveyVersion | None, draft: dict[str, Any]) -> bool:
    """Whether the draft is what people answer already."""
    return live is not None and live.digest == digest(draft)


def publish(
    work: Work,
    survey_id: UUID,
    *,
    note: str = "",
    new_series: Collection[str] = (),
    counted_on: Collection[str] = (),
) -> SurveyVersion:
    """Make the draft the next version and open a survey that was a draft. People under way finish theirs.

    `new_series` names questions that begin anew: their answers so far stay apart, under an identity that has ended.
    `counted_on` names those of which the author says that past answers bear what changed (`Change.may_count_on`).
    `Invalid` with every problem in `values["findings"]`, or for a name that needs neither; `Refused` for changes that
    past answers could not bear, all in `values["changes"]`.
    """
    survey = locked(work, survey_id)
    live = queries.live_version(work.session, survey)
    known = queries.current_questions(work.session, survey.id)
    arms = queries.arm_names(work.session, survey.id)
    seen = review(
        live,
        survey.draft,
        queries.former_questions(work.session, survey),
        arms,
        queries.given(work.session, survey),
    )
    if seen.is_same and live is not None:
        return live
    if seen.problems:
        raise Invalid(
            "has_problems", _("The survey has problems. Nothing was published."), findings=seen.problems
        )
    _check_series(seen, new_series, counted_on)
    _check_arms_in_product(work, survey, arms)
    version = SurveyVersion(
        survey_id=survey.id,
        number=(live.number if live else 0) + 1,
        definition=survey.draft,
        digest=digest(survey.draft),
        note=_noted(note, seen, counted_on),
        published_at=work.now,
        published_by=work.actor.name,
    )
    work.add(version)
    _keep_identities(work, version, known, new_series)
    is_opening = survey.state is SurveyState.DRAFT
    survey.live_number = version.number
    survey.state = SurveyState.OPEN if is_opening else survey.state
    versions.stamp(work, survey)
    work.session.flush()
    if live is None:
        rollups.begin(work, survey.id)
    work.record(
        SurveyPublished(
            survey_id=survey.id,
            program_id=survey.program_id,
            number=version.number,
            counted_on=sorted(counted_on),
        )
    )
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


def _check_arms_in_product(work: Work, survey: Survey, arms: Collection[str]) -> None:
    """One without arms is taken from the product's screens when it cannot be shown there any more; of one with arms that
    would end a comparison in the middle of it."""
    placement = queries.placement(work.session, survey.id)
    if not arms or placement is None or not placement.is_on:
        return
    if why := obstacles_of_draft(survey, arms):
        raise Refused(
            "in_the_product",
            _(
                "The survey has arms and stands in the product, which could not show them any more: %(why)s "
                "Take it out of the product first.",
                why=why[0],
            ),
        )


def _noted(note: str, seen: Review, counted_on: Collection[str]) -> str:
    """With what its author answers for: whoever reads the results later finds it at the version."""
    labels = {each.name: each.label or each.name for each in seen.countable if each.name in counted_on}
    if not labels:
        return note
    said = _("Counted on together: %(questions)s.", questions=", ".join(labels.values()))
    return f"{note}\n{said}".strip()


def _check_series(seen: Review, new_series: Collection[str], counted_on: Collection[str]) -> None:
    """Every question that cannot be counted on begins a new series or, where that may be said, counts on; no other does."""
    breaking = {change.name for change in seen.breaking}
    countable = {change.name for change in seen.countable}
    for name in new_series:
        if name not in breaking:
            raise Invalid(
                "no_new_series",
                _("“%(name)s” needs no new series: its answers go on to count together.", name=name),
                field="new_series",
            )
    for name in counted_on:
        if name in new_series:
            raise Invalid(
                "both", _("“%(name)s” can begin anew or count on, not both.", name=name), field="counted_on"
            )
        if name not in countable:
            raise Invalid(
                "not_countable",
                _(
                    "Of “%(name)s” there is nothing to say: its answers count together anyway, or never can.",
                    name=name,
                ),
                field="counted_on",
            )
    left = [change for change in seen.breaking if change.name not in {*new_series, *counted_on}]
    if left:
        raise Refused("breaking", left[0].message, changes=left, field="new_series")


def _keep_identities(
    work: Work, version: SurveyVersion, known: Mapping[str, SurveyQuestion], new_series: Collection[str]
) -> None:
    """A row for each new question and each new series; that of an ended one stays as it is, with its answers."""
    for position, question in enumerate(read(version.definition).asked):
        row = known.get(question.name)
        if row is None or question.name in new_series:
            work.add(
                SurveyQuestion(
                    survey_id=version.survey_id,
                    name=question.name,
                    kind=question.kind,
                    title=question.label(),
                    position=position,
                    first_number=version.number,
                    last_number=version.number,
                    series=1 if row is None else row.series + 1,
                )
            )
        else:
            row.kind, row.title = question.kind, question.label()
            row.position, row.last_number = position, version.number
    work.session.flush()
