"""Share of testers whose answer to a question is one of the good ones (top-box, CSAT, "very disappointed")."""

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.measures import answers
from betaops.readiness.measures.answers import AboutQuestion, Given
from betaops.readiness.measures.base import (
    Evidence,
    Group,
    Measure,
    Offer,
    Parameters,
    Sample,
)
from betaops.readiness.scope import Scope


class Answer(Parameters):
    """One possible answer: the code by which it is kept, and its words."""

    code: str
    label: str


class ChosenAnswers(AboutQuestion):
    answers: list[Answer] = Field(min_length=2)
    #: Codes that count as yes; some, not all.
    counted: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _some_are_good(self) -> "ChosenAnswers":
        codes = {each.code for each in self.answers}
        if not set(self.counted) < codes:
            raise ValueError("good answers are some of the answers")
        return self


class SurveyShare(Measure):
    kind = "survey_share"
    label = _l("Share of good answers")
    hint = _l("How many testers choose one of the answers that you call good.")
    group = Group.ANSWERS
    takes_wave = takes_build = True
    parameters = ChosenAnswers
    threshold = 0.7

    def title(self, parameters: ChosenAnswers) -> str:
        labels = [each.label for each in parameters.answers if each.code in parameters.counted]
        return _(
            "testers who answer %(answers)s to “%(question)s”",
            answers=_(" or ").join(labels),
            question=parameters.title,
        )

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(
                item.key,
                item.title,
                item.survey_name,
                {
                    **item.about,
                    "answers": [{"code": code, "label": label} for code, label in item.codes],
                    "counted": item.best,
                },
            )
            for item in answers.questions(session, program)
        ]

    def sample(self, session: Session, scope: Scope, parameters: ChosenAnswers) -> Sample:
        whom = answers.whom_of(session, scope, parameters.survey)
        by_tester, left_out = answers.given(session, scope, parameters, whom)
        good = frozenset(parameters.counted)
        scores = answers.means(
            {tester: [_score(each, good) for each in said] for tester, said in by_tester.items()}
        )
        return answers.sample(whom, by_tester, scores, left_out)

    def evidence(self, parameters: ChosenAnswers) -> Evidence:
        return answers.results(parameters, _("All answers to this question"))


def _score(given: Given, good: frozenset[str]) -> float:
    """1 for a good answer; of several ticked boxes one suffices."""
    return 1.0 if given.codes & good else 0.0
