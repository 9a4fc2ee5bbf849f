"""What people type about flags."""

from betaops.flags.forms.flags import FlagForm, changed
from betaops.flags.forms.rolling import GuardrailForm, ResumeForm, RolloutForm, ScheduleForm

__all__ = ["FlagForm", "GuardrailForm", "ResumeForm", "RolloutForm", "ScheduleForm", "changed"]
