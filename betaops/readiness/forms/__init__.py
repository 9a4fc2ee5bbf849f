"""Forms for expectations, decisions and papers: parsing, and messages for people."""

from betaops.readiness.forms.decisions import DecisionForm, SignatureForm, WithdrawalForm
from betaops.readiness.forms.expectations import ExpectationForm, expectation_form
from betaops.readiness.forms.sharing import ShareForm

__all__ = [
    "DecisionForm",
    "ExpectationForm",
    "ShareForm",
    "SignatureForm",
    "WithdrawalForm",
    "expectation_form",
]
