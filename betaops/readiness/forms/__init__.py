"""Forms for expectations, the gate and decisions: parsing, and messages for people."""

from betaops.readiness.forms.decisions import (
    DecisionForm,
    FulfilmentForm,
    ReceiptForm,
    RenewalForm,
    SignatureForm,
    WithdrawalForm,
)
from betaops.readiness.forms.expectations import ExpectationForm, expectation_form
from betaops.readiness.forms.gate import KINDS, CriterionForm, ResumptionForm, RoleForm

__all__ = [
    "KINDS",
    "CriterionForm",
    "DecisionForm",
    "ExpectationForm",
    "FulfilmentForm",
    "ReceiptForm",
    "RenewalForm",
    "ResumptionForm",
    "RoleForm",
    "SignatureForm",
    "WithdrawalForm",
    "expectation_form",
]
