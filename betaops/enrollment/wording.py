"""Words for states, sources and decisions. Pure."""

from typing import Any

from betaops.enrollment.models import State
from betaops.enrollment.quoting import Quoting
from betaops.kernel.i18n import lazy_gettext as _l

STATES: dict[State, Any] = {
    State.APPLIED: _l("Applied"),
    State.WAITLISTED: _l("Waitlisted"),
    State.ACCEPTED: _l("Accepted"),
    State.ACTIVE: _l("Active"),
    State.DECLINED: _l("Declined"),
    State.COMPLETED: _l("Completed"),
    State.WITHDRAWN: _l("Withdrawn"),
    State.REMOVED: _l("Removed"),
}

SOURCES: dict[str, Any] = {
    "join": _l("Signup page"),
    "invitation": _l("Invitation"),
    "import": _l("Import"),
    "api": _l("API"),
    "console": _l("Console"),
}

#: In addresses a decision is a noun, so that undoing it is its deletion.
DECISIONS: dict[str, State] = {
    "acceptance": State.ACCEPTED,
    "waitlisting": State.WAITLISTED,
    "refusal": State.DECLINED,
    "removal": State.REMOVED,
    "completion": State.COMPLETED,
}

#: What a decision's button says.
VERBS: dict[str, Any] = {
    "acceptance": _l("Accept"),
    "waitlisting": _l("Put on the waitlist"),
    "refusal": _l("Decline"),
    "removal": _l("Remove from the program"),
    "completion": _l("Mark as completed"),
}

#: What a timeline says; `%(who)s` acts.
HAPPENED: dict[State, Any] = {
    State.APPLIED: _l("applied"),
    State.WAITLISTED: _l("put on the waitlist"),
    State.ACCEPTED: _l("accepted"),
    State.ACTIVE: _l("became active"),
    State.DECLINED: _l("declined"),
    State.COMPLETED: _l("completed the program"),
    State.WITHDRAWN: _l("left the program"),
    State.REMOVED: _l("removed from the program"),
}

#: What a tester chooses from, and what is kept as the sentence they agreed to.
QUOTING: dict[Quoting, Any] = {
    Quoting.NEVER: _l("No, do not quote me"),
    Quoting.ANONYMOUS: _l("Yes, as “a tester”: without my name, role or company"),
    Quoting.NAMED: _l("Yes, with my name"),
}

#: The same beside a passage, for members.
QUOTED_AS: dict[Quoting, Any] = {
    Quoting.NEVER: _l("not to be quoted"),
    Quoting.ANONYMOUS: _l("as “a tester”"),
    Quoting.NAMED: _l("with their name"),
}
