"""Words for phases and their changes. Pure."""

from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Phase


@dataclass(frozen=True)
class PhaseChange:
    """What a button to another phase says, and what pressing it means."""

    verb: Any
    goes: Any
    stays: Any
    is_grave: bool = False


PHASES: dict[Phase, Any] = {
    Phase.DRAFT: _l("Draft"),
    Phase.RECRUITING: _l("Recruiting"),
    Phase.RUNNING: _l("Running"),
    Phase.CLOSING: _l("Closing"),
    Phase.CLOSED: _l("Closed"),
    Phase.ARCHIVED: _l("Archived"),
}

PHASE_CHANGES: dict[tuple[Phase, Phase], PhaseChange] = {
    (Phase.DRAFT, Phase.RECRUITING): PhaseChange(
        _l("Start recruiting"),
        _l("The signup page opens: anyone with its address can read the story and apply."),
        _l("Nobody gets in before you accept them, unless seats are given at once."),
    ),
    (Phase.DRAFT, Phase.ARCHIVED): PhaseChange(
        _l("Archive the draft"),
        _l("The program leaves the lists and cannot be started any more."),
        _l("It can be read for as long as you like."),
        is_grave=True,
    ),
    (Phase.RECRUITING, Phase.RUNNING): PhaseChange(
        _l("Start the program"),
        _l(
            "The program counts as running from today, and what is expected is sealed: later changes say why."
        ),
        _l("Testers keep their places. Applications stay open if the schedule says so."),
    ),
    (Phase.RECRUITING, Phase.DRAFT): PhaseChange(
        _l("Back to draft"),
        _l("The signup page closes; whoever opens it reads that there is nothing here."),
        _l("Applications and accepted testers stay as they are."),
    ),
    (Phase.RECRUITING, Phase.CLOSED): PhaseChange(
        _l("Call it off"),
        _l("The program ends before it began. Testers are asked for nothing any more."),
        _l("Applications, agreements and everything else stay readable. It cannot be opened again."),
        is_grave=True,
    ),
    (Phase.RUNNING, Phase.CLOSING): PhaseChange(
        _l("Begin closing"),
        _l("Nobody new gets in, also not from the waitlist."),
        _l("Testers go on and can finish what was asked of them."),
    ),
    (Phase.RUNNING, Phase.RECRUITING): PhaseChange(
        _l("Back to recruiting"),
        _l("The program counts as not running yet."),
        _l("Testers keep their places, and applications are open."),
    ),
    (Phase.CLOSING, Phase.CLOSED): PhaseChange(
        _l("Close the program"),
        _l(
            "Active testers become completed, and nothing is asked of them any more. It cannot be opened again."
        ),
        _l("Answers, reports, agreements and the decision stay readable, for them and for you."),
        is_grave=True,
    ),
    (Phase.CLOSING, Phase.RUNNING): PhaseChange(
        _l("Back to running"),
        _l("The waitlist moves up again when a seat becomes free."),
        _l("Everything else stays as it is."),
    ),
    (Phase.CLOSED, Phase.ARCHIVED): PhaseChange(
        _l("Archive the program"),
        _l("The program leaves the lists, and its settings are frozen for good."),
        _l("Everything stays readable."),
        is_grave=True,
    ),
}

#: Tabs of the settings: (endpoint, label).
TABS: tuple[tuple[str, Any], ...] = (
    ("show", _l("Set-up")),
    ("story", _l("Story")),
    ("screener", _l("Screener")),
    ("agreement", _l("Agreement")),
    ("schedule", _l("Dates and seats")),
    ("goals", _l("Goals")),
)
