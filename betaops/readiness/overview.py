"""What a product manager sees each morning: what needs them, where it stands, how it goes. No session in here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from babel.dates import format_date

from betaops.accounts.permissions import Permission
from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Phase, Program
from betaops.readiness.board import Row
from betaops.readiness.figures import about
from betaops.readiness.verdict import Verdict
from betaops.readiness.wording import UNLIKELY
from betaops.surveys.queries import Unfilled

#: A report that waits for triage so long waits too long.
TRIAGED_WITHIN = timedelta(days=3)
#: Places of a quota are spoken of when its survey or the program ends within this time.
SOON = timedelta(days=14)
MOST_QUOTAS = 3


class Way(NamedTuple):
    """Where an action leads: an endpoint that takes the program's `slug` besides `values`, and the button's verb."""

    endpoint: str
    values: dict[str, object]
    verb: str


@dataclass(frozen=True)
class Need:
    """One thing that waits for the PM, and one action."""

    text: str
    endpoint: str
    values: dict[str, object]
    verb: str
    note: str = ""
    role: str = "waiting"
    #: What the action takes; whoever lacks it is led `instead`, or sees nothing of it.
    permission: Permission | None = None
    instead: Way | None = None

    def for_(self, can: Callable[[Permission], bool]) -> "Need | None":
        """As somebody sees it who `can` do some things."""
        if self.permission is None or can(self.permission):
            return self
        if self.instead is None:
            return None
        return replace(self, **self.instead._asdict(), permission=None, instead=None)


def day_of(program: Program, today: date) -> str:
    """“day 19 of 42”, or when it starts or ended."""
    if today < program.starts_on and program.phase in (Phase.RUNNING, Phase.CLOSING):
        return _("begun before its first day")
    if today < program.starts_on:
        days = (program.starts_on - today).days
        return ngettext("starts tomorrow", "starts in %(num)s days", days)
    if today > program.ends_on:
        return _("over since %(days)s days", days=(today - program.ends_on).days)
    return _(
        "day %(day)s of %(days)s",
        day=(today - program.starts_on).days + 1,
        days=(program.ends_on - program.starts_on).days + 1,
    )


def unsettled(rows: Sequence[Row]) -> list[Need]:
    """Expectations that will hardly be settled with the testers there are, must-haves first."""
    needs = []
    for row in sorted(rows, key=lambda each: not each.is_must):
        if (
            row.reading is None
            or row.verdict is not Verdict.INCONCLUSIVE
            or row.reading.outcome["method"] == "count"
        ):
            continue
        outcome = row.reading.outcome
        settles, waiting, likely = outcome["settles"], outcome["waiting"], outcome["more_likely"]
        if settles is None or settles >= UNLIKELY:
            continue
        needs.append(_hardly(row, waiting, likely))
    return needs


def _hardly(row: Row, waiting: int, likely: int | None) -> Need:
    """With what would help: the silent are asked first, for they are there already."""
    why = Way("readiness.index", {"_anchor": f"e-{row.expectation.id}"}, _("See why"))
    text = _("“%(need)s” will hardly be settled", need=row.expectation.need)
    if likely is None:
        note = _("thousands more answers needed, %(waiting)s have not answered", waiting=waiting)
        return Need(text, *why, note=note)
    if waiting >= likely:
        note = _(
            "about %(more)s more answers needed, %(waiting)s have not answered: ask them again",
            more=about(likely),
            waiting=waiting,
        )
        return Need(text, *_ask_again(row), note=note)
    note = (
        _(
            "about %(more)s more answers needed, only %(waiting)s have not answered: it takes more testers",
            more=about(likely),
            waiting=waiting,
        )
        if waiting
        else _(
            "about %(more)s more answers needed, and nobody is left to ask: it takes more testers",
            more=about(likely),
        )
    )
    return Need(
        text,
        "arrivals.invite",
        {},
        _("Invite testers"),
        note=note,
        permission=Permission.TESTERS_IMPORT,
        instead=why,
    )


def _ask_again(row: Row) -> Way:
    survey = row.evidence.values.get("survey_id")
    if survey is not None:
        return Way("surveys.share", {"survey_id": survey}, _("Send it again"))
    return Way("testers.index", {"state": "accepted,active", "silent": "7"}, _("See who"))


def seats(program: Program, applicants: int) -> list[Need]:
    """Seats that nobody asks for, while people may apply."""
    if not program.is_open or not program.seats_free or applicants:
        return []
    return [
        Need(
            ngettext(
                "%(num)s seat is free and nobody waits",
                "%(num)s seats are free and nobody waits",
                program.seats_free,
            ),
            "arrivals.invite",
            {},
            _("Invite testers"),
            note=_("of %(capacity)s", capacity=program.capacity),
            permission=Permission.TESTERS_IMPORT,
        )
    ]


def quotas(program: Program, unfilled: Sequence[Unfilled], now: datetime) -> list[Need]:
    """Quotas with places left whose survey, or the program, is soon over; the emptiest three."""
    needs = []
    for quota in unfilled:
        ends_on = min(
            program.ends_on, quota.closes_at.date() if quota.closes_at is not None else program.ends_on
        )
        if not now.date() <= ends_on <= (now + SOON).date():
            continue
        needs.append(
            Need(
                _(
                    "“%(quota)s” of “%(survey)s” is not full: %(taken)s of %(most)s",
                    quota=quota.name,
                    survey=quota.survey,
                    taken=quota.taken,
                    most=quota.most,
                ),
                "surveys.share",
                {"survey_id": quota.survey_id},
                _("Send it again"),
                note=_("until %(day)s", day=format_date(ends_on, locale=i18n.locale())),
            )
        )
    return needs[:MOST_QUOTAS]


def untriaged(number: int, oldest_at: datetime | None, now: datetime) -> list[Need]:
    """Reports nobody has sorted; urgent when the oldest waits for long."""
    if not number or oldest_at is None:
        return []
    is_late = now - oldest_at >= TRIAGED_WITHIN
    return [
        Need(
            ngettext("%(num)s report waits for triage", "%(num)s reports wait for triage", number),
            "feedback.reports",
            {"tab": "triage", "sort": "created"},
            _("Triage"),
            note=ngettext("the oldest for %(num)s day", "the oldest for %(num)s days", (now - oldest_at).days)
            if is_late
            else "",
            role="danger" if is_late else "waiting",
        )
    ]


def reports_left(stale: int, untold: int) -> list[Need]:
    """Open reports that went stale, and settled ones whose people do not know."""
    needs = []
    if stale:
        needs.append(
            Need(
                ngettext("%(num)s open report went stale", "%(num)s open reports went stale", stale),
                "feedback.reports",
                {"stale": "yes"},
                _("Look through"),
                note=_("untouched for three weeks, or not seen in the newest version"),
            )
        )
    if untold:
        needs.append(
            Need(
                ngettext(
                    "%(num)s settled report whose people were not told",
                    "%(num)s settled reports whose people were not told",
                    untold,
                ),
                "feedback.reports",
                {"tab": "settled", "told": "no"},
                _("Tell them"),
                permission=Permission.FEEDBACK_TRIAGE,
            )
        )
    return needs
