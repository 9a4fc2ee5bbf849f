"""Forms for expectations and decisions: parsing, and messages for people."""

from betaops.readiness.forms.decisions import DecisionForm, SignatureForm, WithdrawalForm
from betaops.readiness.forms.expectations import ExpectationForm, expectation_form

__all__ = ["DecisionForm", "ExpectationForm", "SignatureForm", "WithdrawalForm", "expectation_form"]
