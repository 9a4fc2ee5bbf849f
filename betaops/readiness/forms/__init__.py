"""Forms for expectations, decisions and papers: parsing, and messages for people."""

from betaops.readiness.forms.decisions import DecisionForm, SignatureForm, WithdrawalForm
from betaops.readiness.forms.expectations import ExpectationForm, Times, expectation_form
from betaops.readiness.forms.market import MarginForm, StrictnessForm, margin_form
from betaops.readiness.forms.sharing import ShareForm

__all__ = [
    "DecisionForm",
    "ExpectationForm",
    "MarginForm",
    "ShareForm",
    "SignatureForm",
    "StrictnessForm",
    "Times",
    "WithdrawalForm",
    "expectation_form",
    "margin_form",
]
