"""The triage list, and beside it one report."""

from typing import Any, NamedTuple
from uuid import UUID

from flask import render_template, request
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from betaops.accounts import queries as account_queries
from betaops.feedback import environment, labels, policy, queries, triage
from betaops.feedback.forms import DetailsForm, MergeForm, NoteForm, ReplyForm, StateForm
from betaops.feedback.models import OUTCOMES, Report, Severity, State
from betaops.feedback.views.frame import TABS, Place, blueprint, fields, place, report_of
from betaops.feedback.views.history import told
from betaops.kernel import clock, ids
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer
from betaops.web.forms import EmptyForm, Form


@blueprint.get("/programs/<slug>/feedback")
@needs(policy.SEE)
def reports(slug: str) -> str:
    """The list alone."""
    here = place(slug)
    return render_template("feedback/reports.html", **listing(here, Around.of(here)), shown=None)


@blueprint.get("/programs/<slug>/feedback/<id(rpt):report_id>")
@needs(policy.SEE)
def report(slug: str, report_id: UUID) -> str:
    """The list with one report beside it."""
    here = place(slug)
    return page(here, report_of(here.program, report_id))


def page(here: Place, row: Report, **forms: Form) -> str:
    """List and report; `forms` are those that were sent and refused, ready to be sent over what is there now."""
    around = Around.of(here)
    for form in forms.values():
        if "version" in form:
            form["version"].data = str(row.version)
    return render_template(
        "feedback/reports.html", **listing(here, around), shown=beside(row, around, **forms)
    )


class Around(NamedTuple):
    """What list and panel both need, asked once."""

    #: Who may own a report: (id in addresses, name).
    owners: list[tuple[str, str]]
    #: Versions that reports name, the newest first.
    versions: list[str]
    #: (key, name)
    themes: list[tuple[str, str]]

    @classmethod
    def of(cls, here: Place) -> "Around":
        return cls(
            owners(),
            queries.versions(reading(), here.program.id),
            queries.theme_names(reading(), here.program.id),
        )


def listing(here: Place, around: Around) -> dict[str, Any]:
    session, now = reading(), clock.now()
    found = queries.listed(
        session, here.program.id, here.wanted, order=here.order, now=now, cursor=request.args.get("cursor")
    )
    by_state = queries.counts(session, here.program.id)
    return {
        "program": here.program,
        "place": here,
        "page": found,
        "total": queries.count(session, here.program.id, here.wanted, now)
        if found.next or found.previous
        else len(found),
        "tabs_counted": {tab: sum(by_state[state] for state in states) for tab, states in TABS.items()},
        "is_empty": not any(by_state.values()),
        "fields": fields(here, around.owners, around.versions, around.themes),
        "labels": labels,
        "board_is_open": queries.board_is_open(session, here.program.id),
        "outcomes": OUTCOMES,
        "empty_form": EmptyForm(),
    }


def beside(row: Report, around: Around, **forms: Form) -> dict[str, Any]:
    """Everything the panel shows of one report."""
    session = reading()
    people = queries.people_behind(session, row.id)
    owner = ids.encode("usr", row.owner_id) if row.owner_id else ""
    return {
        "report": row,
        "people": people,
        "reporter": people[0] if people and people[0].vote.is_reporter else None,
        "owner": dict(around.owners).get(owner),
        "owner_choice": owner,
        "owners": [("", _("Nobody")), *around.owners],
        "severities": [(each.value, labels.SEVERITIES[each]) for each in Severity],
        "themes": queries.themes_of(session, row.id),
        "theme_names": [name for _key, name in around.themes],
        "comments": queries.thread(session, row.id, with_notes=True),
        "pictures": queries.attachments(session, row.id),
        "duplicates": queries.duplicates_of(session, row.id),
        "into": queries.report(session, row.merged_into_id) if row.merged_into_id else None,
        "similar": queries.similar(session, row.program_id, row.fingerprint, but=row.id)
        if row.is_open
        else [],
        "environment": environment.summary(row.environment),
        "staleness": triage.staleness(
            is_open=row.is_open,
            version=row.app_version,
            latest_version=around.versions[0] if around.versions else "",
            touched_at=row.touched_at,
            now=clock.now(),
        ),
        "history": told(session, row),
        "next_states": [state for state in State if row.may_become(state)],
        "state_form": forms.get("state_form")
        or StateForm(formdata=None, prefix="state-", version=str(row.version)),
        "details_form": forms.get("details_form") or details_form(row, around.owners),
        "reply_form": forms.get("reply_form") or ReplyForm(formdata=None, prefix="reply-"),
        "note_form": forms.get("note_form") or NoteForm(formdata=None, prefix="note-"),
        "merge_form": forms.get("merge_form") or MergeForm(formdata=None, prefix="merge-"),
        "may_triage": viewer().can(policy.TRIAGE),
        "is_quotable": queries.is_quotable(session, row.id),
        "task": queries.task_of(session, row.id),
    }


def details_form(row: Report, known: list[tuple[str, str]], *, sent: bool = False) -> DetailsForm:
    """With what the row says, or with what was `sent`."""
    values = {
        "kind": row.kind.value,
        "title": row.title,
        "severity": row.severity.value if row.severity else "",
        "app_version": row.app_version,
        "owner": ids.encode("usr", row.owner_id) if row.owner_id else "",
        "is_private": row.is_private,
        "version": str(row.version),
    }
    form = (
        DetailsForm(prefix="details-", data=values)
        if sent
        else DetailsForm(formdata=None, prefix="details-", data=values)
    )
    choices = [("", "–"), *known]
    if row.owner_id and values["owner"] not in {value for value, _name in choices}:
        choices.append((ids.encode("usr", row.owner_id), "?"))
    form.owner.choices = [SelectChoice(value, name) for value, name in choices]
    return form


def owners() -> list[tuple[str, str]]:
    """Who may own a report: (id in addresses, name), in the order of names."""
    return [
        (ids.encode("usr", member.user.id), member.user.name) for member in account_queries.members(reading())
    ]
