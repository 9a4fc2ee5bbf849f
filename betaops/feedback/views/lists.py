"""The triage list, and beside it one report."""

from typing import Any
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
    return render_template("feedback/reports.html", **listing(place(slug)), shown=None)


@blueprint.get("/programs/<slug>/feedback/<id(rpt):report_id>")
@needs(policy.SEE)
def report(slug: str, report_id: UUID) -> str:
    """The list with one report beside it."""
    here = place(slug)
    return page(here, report_of(here.program, report_id))


def page(here: Place, row: Report, **forms: Form) -> str:
    """List and report; `forms` are those that were sent and refused."""
    return render_template("feedback/reports.html", **listing(here), shown=beside(here, row, **forms))


def listing(here: Place) -> dict[str, Any]:
    session, now = reading(), clock.now()
    found = queries.listed(
        session, here.program.id, here.wanted, order=here.order, now=now, cursor=request.args.get("cursor")
    )
    by_state = queries.counts(session, here.program.id)
    people = [(ids.encode("usr", user_id), name) for user_id, name in members()]
    return {
        "program": here.program,
        "place": here,
        "page": found,
        "total": queries.count(session, here.program.id, here.wanted, now)
        if found.next or found.previous
        else len(found),
        "tabs_counted": {tab: sum(by_state[state] for state in states) for tab, states in TABS.items()},
        "is_empty": not any(by_state.values()),
        "fields": fields(here, people),
        "labels": labels,
        "board_is_open": queries.board_is_open(session, here.program.id),
        "outcomes": OUTCOMES,
        "empty_form": EmptyForm(),
    }


def beside(here: Place, row: Report, **forms: Form) -> dict[str, Any]:
    """Everything the panel shows of one report."""
    session = reading()
    people = queries.people_behind(session, row.id)
    owners = [(ids.encode("usr", user_id), name) for user_id, name in members()]
    owner = ids.encode("usr", row.owner_id) if row.owner_id else ""
    named = queries.versions(session, row.program_id)
    return {
        "report": row,
        "people": people,
        "reporter": people[0] if people and people[0].vote.is_reporter else None,
        "owner": dict(owners).get(owner),
        "owner_choice": owner,
        "owners": [("", _("Nobody")), *owners],
        "severities": [(each.value, labels.SEVERITIES[each]) for each in Severity],
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
            latest_version=named[0] if named else "",
            touched_at=row.touched_at,
            now=clock.now(),
        ),
        "history": told(session, row),
        "next_states": [state for state in State if row.may_become(state)],
        "state_form": forms.get("state_form")
        or StateForm(formdata=None, prefix="state-", version=str(row.version)),
        "details_form": forms.get("details_form") or details_form(row),
        "reply_form": forms.get("reply_form") or ReplyForm(formdata=None, prefix="reply-"),
        "note_form": forms.get("note_form") or NoteForm(formdata=None, prefix="note-"),
        "merge_form": forms.get("merge_form") or MergeForm(formdata=None, prefix="merge-"),
        "may_triage": viewer().can(policy.TRIAGE),
    }


def details_form(row: Report, *, sent: bool = False) -> DetailsForm:
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
    choices = [("", "–"), *((ids.encode("usr", user_id), name) for user_id, name in members())]
    if row.owner_id and values["owner"] not in {value for value, _name in choices}:
        choices.append((ids.encode("usr", row.owner_id), "?"))
    form.owner.choices = [SelectChoice(value, name) for value, name in choices]
    return form


def members() -> list[tuple[UUID, str]]:
    """Who may own a report: (user id, name), in the order of names."""
    return [(member.user.id, member.user.name) for member in account_queries.members(reading())]
