"""What the console's feedback pages share: their blueprint, the filters in the address, the way back."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from betaops.feedback import queries
from betaops.feedback.figures import Flow
from betaops.feedback.labels import KINDS, SEVERITIES, TURNS
from betaops.feedback.models import OPEN, OUTCOMES, Kind, Report, Severity, State, Turn
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import reading, viewer
from betaops.web.templating import day

blueprint = Blueprint("feedback", __name__, url_prefix="/console")

#: The tabs over the list and the states behind them; "all" is every state.
TABS: dict[str, tuple[State, ...]] = {
    "triage": (State.NEW,),
    "open": OPEN,
    "settled": (*OUTCOMES, State.DUPLICATE),
    "all": tuple(State),
}
#: Names in the address that belong to the list and stay when something is done to one report.
KEPT = (
    "tab",
    "kind",
    "severity",
    "owner",
    "waits",
    "version",
    "stale",
    "tester",
    "cohort",
    "theme",
    "moved",
    "told",
    "q",
    "sort",
)


class Place(NamedTuple):
    """A program's list as the address asks for it."""

    program: Program
    tab: str
    wanted: queries.Filter
    order: str
    #: Filters as they stand in the address.
    query: dict[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but tab and order was asked for."""
        return not self.query.keys() <= {"tab", "sort"}


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def report_of(program: Program, report_id: UUID) -> Report:
    return queries.report(reading(), report_id, program_id=program.id)


def place(slug: str) -> Place:
    """What is not understood in the address is left out rather than refused: links grow old."""
    query = {
        name: value for name in KEPT if (value := request.args.get(name, "").replace("\0", "").strip()[:200])
    }
    tab = query.get("tab", "open")
    tab = tab if tab in TABS else "open"
    order = query.get("sort", "-created")
    return Place(
        program_of(slug),
        tab,
        _filter(tab, query),
        order if order.removeprefix("-") in queries.ORDERS else "-created",
        query,
    )


def _filter(tab: str, query: Mapping[str, str]) -> queries.Filter:
    owner = query.get("owner", "")
    return queries.Filter(
        state=TABS[tab],
        kind=[kind for kind in Kind if kind == query.get("kind")],
        severity=[severity for severity in Severity if severity == query.get("severity")],
        owner_id=viewer().id if owner == "me" else _id("usr", owner),
        unowned=owner == "nobody",
        turn=next((turn for turn in Turn if turn == query.get("waits")), None),
        app_version=query.get("version", ""),
        is_stale=query.get("stale") == "yes",
        tester_id=_id("tst", query.get("tester", "")),
        cohort_id=_id("coh", query.get("cohort", "")),
        theme=query.get("theme", "").lower(),
        moved=_moved(query.get("moved", "")),
        untold=query.get("told") == "no",
        words=query.get("q", ""),
    )


def _id(prefix: str, text: str) -> UUID | None:
    try:
        return ids.decode(prefix, text)
    except NotFound:
        return None


def moved(flow: Flow, week: date) -> str:
    """What came of reports in a week, as it stands in the address."""
    return f"{flow.value}.{week.isoformat()}"


def _moved(text: str) -> tuple[Flow, date] | None:
    flow, _dot, week = text.partition(".")
    try:
        return Flow(flow), date.fromisoformat(week)
    except ValueError:
        return None


def fields(
    here: Place, people: list[tuple[str, str]], versions: list[str], themes: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """The filters for the `filters` component. `people`: (id in the address, name) of those who may own reports."""
    query = here.query

    def field(name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
        return {"name": name, "label": label, "options": options, "value": query.get(name)}

    found = [
        field("kind", _("Kind"), [(kind.value, str(KINDS[kind])) for kind in Kind]),
        field("severity", _("Severity"), [(each.value, str(SEVERITIES[each])) for each in Severity]),
        field("owner", _("Owner"), [("me", _("me")), ("nobody", _("nobody")), *people]),
        field(
            "waits",
            _("Conversation"),
            [(turn.value, str(TURNS[turn])) for turn in (Turn.TEAM, Turn.REPORTER)],
        ),
        field("version", _("Version"), [(version, version) for version in versions[:50]]),
        *([field("theme", _("Themes"), themes)] if themes else []),
        field("stale", _("Stale"), [("yes", _("yes"))]),
        field("told", _("Told the outcome"), [("no", _("no"))]),
    ]
    if "cohort" in query:
        found.append(field("cohort", _("Cohort"), [(query["cohort"], _("one cohort"))]))
    if here.wanted.moved is not None:
        flow, week = here.wanted.moved
        words = {Flow.CAME: _("came in"), Flow.SETTLED: _("settled"), Flow.REOPENED: _("reopened")}
        told = _("%(what)s, week of %(day)s", what=words[flow], day=day(week))
        found.append(field("moved", _("Flow"), [(query["moved"], told)]))
    if "tester" in query:
        found.append(field("tester", _("Tester"), [(query["tester"], _("one person"))]))
    return found


def back(slug: str, report_id: UUID | None = None) -> Response:
    """To the report (or the list), with the filters that the form's address carried."""
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}
    if report_id is None:
        return redirect(url_for("feedback.reports", slug=slug, **kept), 303)
    return redirect(url_for("feedback.report", slug=slug, report_id=report_id, **kept), 303)
