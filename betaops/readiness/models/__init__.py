"""What customers expect, what was found about it from day to day, and the decisions signed on that."""

from betaops.readiness.models.afterwards import Horizon, Launch, Reality, Receipt, Source
from betaops.readiness.models.criteria import Amendment, AmendmentKind, CriteriaSeal
from betaops.readiness.models.decisions import Decision, DecisionState, Signature, Stance
from betaops.readiness.models.expectations import Expectation, Reading
from betaops.readiness.models.files import CONTENT_TYPES, FileKind, KeptFile
from betaops.readiness.models.following import Fulfilment, Lapse, LapseKind, Recheck, Voice, Waiver
from betaops.readiness.models.gate import CriterionKind, GateCriterion, SignerRole, Suspension
from betaops.readiness.models.ground_rules import GroundRules
from betaops.readiness.models.participation import ParticipationWeek
from betaops.readiness.models.quotes import LONGEST_QUOTE, Quote
from betaops.readiness.models.shared import SharedPaper
from betaops.readiness.models.tallies import ProgramTally

__all__ = [
    "CONTENT_TYPES",
    "LONGEST_QUOTE",
    "Amendment",
    "AmendmentKind",
    "CriteriaSeal",
    "CriterionKind",
    "Decision",
    "DecisionState",
    "Expectation",
    "FileKind",
    "Fulfilment",
    "GateCriterion",
    "GroundRules",
    "Horizon",
    "KeptFile",
    "Lapse",
    "LapseKind",
    "Launch",
    "ParticipationWeek",
    "ProgramTally",
    "Quote",
    "Reading",
    "Reality",
    "Receipt",
    "Recheck",
    "SharedPaper",
    "Signature",
    "SignerRole",
    "Source",
    "Stance",
    "Suspension",
    "Voice",
    "Waiver",
]
