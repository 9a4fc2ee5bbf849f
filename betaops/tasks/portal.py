"""What testers see: the current build, what they are asked to do, and one task with what they say of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment import providers
from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import portal as enrollment_queries
from betaops.kernel import clock
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.tasks import policy, queries, service, words
from betaops.tasks.forms import EaseForm, OptOutForm, StoppedForm
from betaops.tasks.models import OutcomeState
from betaops.tasks.service import Said
from betaops.web.access import tester
from betaops.web.application import afterwards, reading, viewer, writing
from betaops.web.forms import EmptyForm, Form, refusals

blueprint = Blueprint("tasks_portal", __name__, url_prefix="/portal/<slug>/tasks")


def _place(slug: str) -> Enrollment:
    """The viewer's own place in the program; 404 for anybody who does not take part (any more)."""
    viewer_id = viewer().id
    if viewer_id is None:
        raise NotFound
    enrollment = enrollment_queries.enrollment_by_slug(reading(), viewer_id, slug)
    if not policy.may_see(enrollment):
        raise NotFound
    return enrollment


def _page(template: str, enrollment: Enrollment, **values: Any) -> str:
    slug = enrollment.program.slug
    return render_template(
        f"tasks/portal/{template}.html",
        program=enrollment.program,
        is_inside=True,
        slug=slug,
        links=providers.tabs(enrollment, url_for("portal.program", slug=slug), url_for(".index", slug=slug)),
        words=words,
        may_do=policy.may_do(enrollment),
        **values,
    )


@blueprint.get("")
@tester
def index(slug: str) -> str:
    """The current build, what is to do, and what is done."""
    enrollment = _place(slug)
    everything = queries.given(reading(), enrollment)
    return _page(
        "index",
        enrollment,
        build=queries.current_build(reading(), enrollment.program.product_id),
        to_do=[each for each in everything if each.is_open] if policy.may_do(enrollment) else [],
        settled=[each for each in everything if each.is_settled],
    )


@blueprint.get("/<id(tsk):task_id>")
@tester
def task(slug: str, task_id: UUID) -> str:
    """What to do and why, and the buttons that say what became of it."""
    enrollment = _place(slug)
    shown = _task(enrollment, task_id)
    enrollment_id = enrollment.id
    if policy.may_do(enrollment):
        afterwards(lambda work: service.view(work, task_id, enrollment_id))
    return shown


def _task(enrollment: Enrollment, task_id: UUID, **forms: Form) -> str:
    session, slug = reading(), enrollment.program.slug
    everything = queries.given(session, enrollment)
    given = next((each for each in everything if each.task.id == task_id), None)
    if given is None:
        raise NotFound
    later = [each for each in everything if each.is_open and each.task.id != task_id]
    report_url = providers.provided.report_url(slug) if providers.provided.report_url else None
    return _page(
        "task",
        enrollment,
        task=given.task,
        outcome=given.outcome,
        is_settled=given.is_settled,
        former=queries.former(session, enrollment.id, given.task),
        next=later[0].task if later else None,
        survey=queries.survey_after(session, enrollment, given.task, clock.now()),
        report_url=report_url,
        stopped_form=forms.get("stopped_form") or StoppedForm(formdata=None, prefix="stopped-"),
        opt_out_form=forms.get("opt_out_form") or OptOutForm(formdata=None, prefix="out-"),
        ease_form=forms.get("ease_form") or EaseForm(formdata=None),
        empty_form=EmptyForm(),
    )


def _asked(slug: str, task_id: UUID) -> Enrollment:
    """The viewer's place, where they have this task and may do it. Who looked at it may be too late, and is told so."""
    enrollment = _place(slug)
    if not policy.may_do(enrollment):
        raise NotFound
    task = queries.task(reading(), task_id, program_id=enrollment.program_id)
    if queries.outcome(reading(), task, enrollment.id) is None:
        queries.given_one(reading(), enrollment, task_id)
    return enrollment


def _again(slug: str, task_id: UUID, **forms: Form) -> str:
    """The task as it is now, with what was typed. What was refused has undone the transaction, and all that was read."""
    try:
        return _task(_place(slug), task_id, **forms)
    except NotFound:
        raise Refused("not_asked_now", _("This task is not asked any more. Thank you for looking.")) from None


def _round() -> int:
    """The round of the task that the page showed; a page without one is of none."""
    text = request.form.get("round", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _back(slug: str, task_id: UUID) -> Response:
    return redirect(url_for(".task", slug=slug, task_id=task_id), 303)


@blueprint.post("/<id(tsk):task_id>/start")
@tester
def start(slug: str, task_id: UUID) -> Response:
    """I begin now, for the first time or again."""
    enrollment = _asked(slug, task_id)
    again = request.form.get("again") == "yes"
    service.start(writing(), task_id, enrollment.id, round=_round(), again=again)
    return _back(slug, task_id)


@blueprint.post("/<id(tsk):task_id>/completion")
@tester
def complete(slug: str, task_id: UUID) -> Response:
    """I did it."""
    enrollment = _asked(slug, task_id)
    service.record(writing(), task_id, enrollment.id, Said(state=OutcomeState.COMPLETED), round=_round())
    return _back(slug, task_id)


@blueprint.post("/<id(tsk):task_id>/block")
@tester
def block(slug: str, task_id: UUID) -> Response | tuple[str, int]:
    """Something stopped me."""
    form = StoppedForm(prefix="stopped-")
    return _with_note(slug, task_id, OutcomeState.BLOCKED, form) or (
        _again(slug, task_id, stopped_form=form),
        422,
    )


@blueprint.post("/<id(tsk):task_id>/opt-out")
@tester
def opt_out(slug: str, task_id: UUID) -> Response | tuple[str, int]:
    """Not for me."""
    form = OptOutForm(prefix="out-")
    return _with_note(slug, task_id, OutcomeState.OPTED_OUT, form) or (
        _again(slug, task_id, opt_out_form=form),
        422,
    )


def _with_note(
    slug: str, task_id: UUID, state: OutcomeState, form: StoppedForm | OptOutForm
) -> Response | None:
    """None where it was refused; `form` says why."""
    enrollment = _asked(slug, task_id)
    if form.validate_on_submit():
        with refusals(form, field="note"):
            said = Said(state=state, note=form.note.data or "")
            service.record(writing(), task_id, enrollment.id, said, round=_round())
            return _back(slug, task_id)
    return None


@blueprint.post("/<id(tsk):task_id>/ease")
@tester
def rate(slug: str, task_id: UUID) -> Response | tuple[str, int]:
    """How easy it was."""
    enrollment = _asked(slug, task_id)
    form = EaseForm()
    if form.validate_on_submit():
        service.rate(writing(), task_id, enrollment.id, int(form.ease.data), round=_round())
        flash(_("Thank you. That helps us see where it is hard."))
        return _back(slug, task_id)
    return _again(slug, task_id, ease_form=form), 422
