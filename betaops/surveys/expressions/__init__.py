"""The expression language of SurveyJS (`visibleIf` and kin), evaluated as `survey-core` 3.1.1 does. Pure."""

from betaops.surveys.expressions.evaluation import can_run, evaluate, holds, is_met
from betaops.surveys.expressions.grammar import SyntaxProblem, parse

__all__ = ["SyntaxProblem", "can_run", "evaluate", "holds", "is_met", "parse"]
