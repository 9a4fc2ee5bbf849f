"""Mean of a question that is answered on a scale (ratings, effort)."""

from pydantic import model_validator
from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.figures import Unit
from betaops.readiness.measures import answers
from betaops.readiness.measures.answers import AboutQuestion, Given
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Sample
from betaops.readiness.scope import Scope


class OnScale(AboutQuestion):
    #: Ends of the scale, both inclusive.
    lowest: float
    highest: float

    @model_validator(mode="after")
    def _has_two_ends(self) -> "OnScale":
        if not self.lowest < self.highest:
            raise ValueError("a scale has two ends")
        return self


class SurveyMean(Measure):
    kind = "survey_mean"
    label = _l("Mean of a rating")
    scoring = _l("Each tester counts with their answer, as far up the scale as it stands.")
    hint = _l("With few answers a share of good answers settles sooner than a mean.")
    group = Group.ANSWERS
    takes_wave = takes_build = True
    unit = Unit.MEAN
    parameters = OnScale
    threshold = 4.0

    def to_score(self, value: float, parameters: OnScale) -> float:
        return (value - parameters.lowest) / (parameters.highest - parameters.lowest)

    def from_score(self, score: float, parameters: OnScale) -> float:
        return parameters.lowest + score * (parameters.highest - parameters.lowest)

    def title(self, parameters: OnScale) -> str:
        return _(
            "mean answer to “%(question)s”, from %(lowest)s to %(highest)s",
            question=parameters.title,
            lowest=f"{parameters.lowest:g}",
            highest=f"{parameters.highest:g}",
        )

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(
                item.key,
                item.title,
                item.survey_name,
                {**item.about, "lowest": item.low, "highest": item.high},
            )
            for item in answers.questions(session, program)
            if item.low is not None
        ]

    def sample(self, session: Session, scope: Scope, parameters: OnScale) -> Sample:
        whom = answers.whom_of(session, scope, parameters.survey)
        by_tester, left_out = answers.given(session, scope, parameters, whom)
        kept = {tester: _on(said, parameters) for tester, said in by_tester.items()}
        all_given = sum(map(len, by_tester.values()))
        left_out["no_number"] = all_given - sum(map(len, kept.values()))
        scores = {tester: self.to_score(value, parameters) for tester, value in answers.means(kept).items()}
        return answers.sample(whom, by_tester, scores, left_out)

    def evidence(self, parameters: OnScale) -> Evidence:
        return answers.results(parameters, _("All answers to this question"))


def _on(given: list[Given], scale: OnScale) -> list[float]:
    """Numbers on the scale; a former version of the question may have had another."""
    return [
        each.number
        for each in given
        if each.number is not None and scale.lowest <= each.number <= scale.highest
    ]
