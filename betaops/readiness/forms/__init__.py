"""Forms for expectations, the gate, decisions and papers: parsing, and messages for people."""

from betaops.readiness.forms.decisions import (
    DecisionForm,
    FulfilmentForm,
    ReceiptForm,
    RenewalForm,
    SignatureForm,
    WithdrawalForm,
)
from betaops.readiness.forms.expectations import ExpectationForm, Times, expectation_form
from betaops.readiness.forms.gate import KINDS, CriterionForm, ResumptionForm, RoleForm
from betaops.readiness.forms.market import MarginForm, StrictnessForm, margin_form
from betaops.readiness.forms.quoting import QuoteForm, quote_form
from betaops.readiness.forms.sharing import ShareForm

__all__ = [
    "KINDS",
    "CriterionForm",
    "DecisionForm",
    "ExpectationForm",
    "FulfilmentForm",
    "MarginForm",
    "QuoteForm",
    "ReceiptForm",
    "RenewalForm",
    "ResumptionForm",
    "RoleForm",
    "ShareForm",
    "SignatureForm",
    "StrictnessForm",
    "Times",
    "WithdrawalForm",
    "expectation_form",
    "margin_form",
    "quote_form",
]
