"""What people type about flags."""

from betaops.flags.forms.features import BY_RULES, FeatureForm, StageForm, ValueForm, value_of
from betaops.flags.forms.flags import DEVICE, ApprovalForm, FlagForm, RejectionForm, changed
from betaops.flags.forms.rolling import GuardrailForm, ResumeForm, RolloutForm, ScheduleForm

__all__ = [
    "BY_RULES",
    "DEVICE",
    "ApprovalForm",
    "FeatureForm",
    "FlagForm",
    "GuardrailForm",
    "RejectionForm",
    "ResumeForm",
    "RolloutForm",
    "ScheduleForm",
    "StageForm",
    "ValueForm",
    "changed",
    "value_of",
]
