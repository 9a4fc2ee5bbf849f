"""Words for kinds, severities and states, for members and for testers."""

from betaops.feedback.models import Kind, Severity, Source, State, Turn
from betaops.kernel.i18n import lazy_gettext as _l

KINDS = {
    Kind.BUG: _l("Bug"),
    Kind.IDEA: _l("Idea"),
    Kind.PRAISE: _l("Praise"),
    Kind.QUESTION: _l("Question"),
}
KIND_ICONS = {
    Kind.BUG: "bug",
    Kind.IDEA: "lightbulb",
    Kind.PRAISE: "heart",
    Kind.QUESTION: "circle-question-mark",
}

SEVERITIES = {
    Severity.BLOCKER: _l("Blocker"),
    Severity.MAJOR: _l("Major"),
    Severity.MINOR: _l("Minor"),
    Severity.TRIVIAL: _l("Trivial"),
}
SEVERITY_FOR_TESTERS = {
    Severity.BLOCKER: _l("I cannot go on, or I lost something"),
    Severity.MAJOR: _l("I can go on, but only with trouble"),
    Severity.MINOR: _l("It gets in my way a little"),
    Severity.TRIVIAL: _l("It only looks wrong"),
}

STATES = {
    State.NEW: _l("New"),
    State.TRIAGED: _l("Triaged"),
    State.IN_PROGRESS: _l("In progress"),
    State.FIXED: _l("Fixed"),
    State.CLOSED: _l("Closed"),
    State.DECLINED: _l("Declined"),
    State.DUPLICATE: _l("Duplicate"),
}
#: How the team's states read from the other side.
STATES_FOR_TESTERS = {
    State.NEW: _l("Received"),
    State.TRIAGED: _l("Seen by the team"),
    State.IN_PROGRESS: _l("Being worked on"),
    State.FIXED: _l("Fixed"),
    State.CLOSED: _l("Closed"),
    State.DECLINED: _l("Not planned"),
    State.DUPLICATE: _l("Known already"),
}
#: What a member does to bring a report there.
VERBS = {
    State.TRIAGED: _l("Mark as triaged"),
    State.IN_PROGRESS: _l("Start work"),
    State.FIXED: _l("Mark as fixed"),
    State.CLOSED: _l("Close"),
    State.DECLINED: _l("Decline"),
}
TURNS = {
    Turn.TEAM: _l("Waits for us"),
    Turn.REPORTER: _l("Waits for the reporter"),
    Turn.NOBODY: _l("Waits for nobody"),
}
SOURCES = {Source.PORTAL: _l("Portal"), Source.CONSOLE: _l("Written by the team"), Source.API: _l("API")}
#: When each outcome is the right one, beside the choice.
OUTCOME_NOTES = {
    State.FIXED: _l("solved; they are asked to try it"),
    State.CLOSED: _l("answered, or nothing left to do"),
    State.DECLINED: _l("will not be done; say why"),
}
