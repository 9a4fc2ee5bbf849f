"""Net Promoter Score of a question that is answered from 0 to 10."""

from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.figures import Unit
from betaops.readiness.measures import answers
from betaops.readiness.measures.answers import AboutQuestion, Given
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Sample
from betaops.readiness.scope import Scope


class Nps(Measure):
    """Promoters (9, 10) score 1, passives (7, 8) ½, detractors (0–6) 0: NPS = 200 · mean − 100."""

    kind = "nps"
    label = _l("Net Promoter Score")
    scoring = _l("Promoters (9 and 10) count 1, passives (7 and 8) ½, detractors 0.")
    hint = _l("Promoters less detractors, from −100 to 100.")
    group = Group.ANSWERS
    takes_wave = takes_build = True
    unit = Unit.POINTS
    parameters = AboutQuestion
    threshold = 30.0

    def to_score(self, value: float, parameters: AboutQuestion) -> float:
        return (value + 100) / 200

    def from_score(self, score: float, parameters: AboutQuestion) -> float:
        return 200 * score - 100

    def title(self, parameters: AboutQuestion) -> str:
        return _("Net Promoter Score by “%(question)s”", question=parameters.title)

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(item.key, item.title, item.survey_name, dict(item.about))
            for item in answers.questions(session, program)
            if (item.low, item.high) == (0, 10)
        ]

    def sample(self, session: Session, scope: Scope, parameters: AboutQuestion) -> Sample:
        whom = answers.whom_of(session, scope, parameters.survey)
        by_tester, left_out = answers.given(session, scope, parameters, whom)
        kept = {tester: _scores(said) for tester, said in by_tester.items()}
        all_given = sum(map(len, by_tester.values()))
        left_out["no_number"] = all_given - sum(map(len, kept.values()))
        return answers.sample(whom, by_tester, answers.means(kept), left_out, always=(0.0, 0.5, 1.0))

    def evidence(self, parameters: AboutQuestion) -> Evidence:
        return answers.results(parameters, _("All answers to this question"))


def _scores(given: list[Given]) -> list[float]:
    return [
        1.0 if each.number >= 9 else 0.5 if each.number >= 7 else 0.0
        for each in given
        if each.number is not None and 0 <= each.number <= 10
    ]
