"""What testers see: writing a report, what became of theirs, and what others have found."""

from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment import providers
from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import portal as enrollment_queries
from betaops.enrollment.queries import quoting as quoting_queries
from betaops.enrollment.quoting import Quoting
from betaops.feedback import labels, policy, queries, service, triage
from betaops.feedback.forms import AnswerForm, ReportForm, ReportQuotingForm
from betaops.feedback.models import Kind, Severity
from betaops.feedback.serving import served
from betaops.kernel import ids
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.tasks import queries as task_queries
from betaops.web.access import tester
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.limits import limiter

blueprint = Blueprint("feedback_portal", __name__, url_prefix="/portal/<slug>")


def _place(slug: str) -> Enrollment:
    """The viewer's own place in the program; 404 for anybody who does not take part (any more)."""
    viewer_id = viewer().id
    if viewer_id is None:
        raise NotFound
    enrollment = enrollment_queries.enrollment_by_slug(reading(), viewer_id, slug)
    if not policy.may_report(enrollment):
        raise NotFound
    return enrollment


def _page(template: str, enrollment: Enrollment, current: str = "", **values: Any) -> str:
    slug = enrollment.program.slug
    return render_template(
        f"feedback/portal/{template}.html",
        program=enrollment.program,
        is_inside=True,
        slug=slug,
        links=providers.tabs(
            enrollment, url_for("portal.program", slug=slug), current and url_for(f".{current}", slug=slug)
        ),
        labels=labels,
        takes_reports=policy.takes_reports(enrollment.program),
        **values,
    )


@blueprint.get("/reports")
@tester
def own(slug: str) -> str:
    """Everything I reported, and what became of it."""
    enrollment = _place(slug)
    return _page("own", enrollment, "own", reports=queries.own_reports(reading(), enrollment.id))


@blueprint.get("/reports/others")
@tester
def board(slug: str) -> str:
    """What others reported, as far as the program shows it."""
    enrollment = _place(slug)
    words = request.args.get("q", "").replace("\0", "")[:200]
    return _page(
        "board",
        enrollment,
        "board",
        is_open=queries.board_is_open(reading(), enrollment.program_id),
        page=queries.board(reading(), enrollment, cursor=request.args.get("cursor"), words=words),
        words=words,
        empty_form=EmptyForm(),
    )


@blueprint.route("/reports/new", methods=["GET", "POST"])
@tester
@limiter.limit("30 per hour", methods=["POST"], key_func=lambda: f"report:{viewer().id}")
def new(slug: str) -> Response | str | tuple[str, int]:
    """First what kind of report it is, then the report."""
    enrollment = _place(slug)
    kind = next((kind for kind in Kind if kind == request.args.get("kind")), None)
    if kind is None or not policy.takes_reports(enrollment.program):
        return _page("kinds", enrollment, kinds=list(Kind))
    given = _stopped_at(enrollment)
    form = ReportForm(
        submission=ids.encode("rpt", ids.new_id()), quoting=_standing(enrollment), **_begun(enrollment, given)
    )
    if form.validate_on_submit():
        with refusals(form):
            report = service.write(
                writing(),
                enrollment.program,
                _draft(form, kind, given),
                enrollment=enrollment,
                submission=_submission(form.submission.data),
            )
            flash(_("Thank you. Your report is number %(number)d.", number=report.number))
            return redirect(url_for(".report", slug=slug, report_id=report.id, new=1), 303)
    return _page("new", enrollment, form=form, kind=kind, given=given), (422 if form.errors else 200)


def _standing(enrollment: Enrollment) -> str:
    """What they said for the whole program is where a report begins."""
    choice = quoting_queries.standing_of(reading(), enrollment.id)
    return (choice.quoting if choice is not None else Quoting.NEVER).value


def _stopped_at(enrollment: Enrollment) -> task_queries.Given | None:
    """The task from which this report was opened, of which they said what became."""
    try:
        task_id = ids.decode("tsk", request.args.get("task", ""))
        given = task_queries.given_one(reading(), enrollment, task_id)
    except NotFound:
        return None
    return given if given.outcome is not None else None


def _begun(enrollment: Enrollment, given: task_queries.Given | None) -> dict[str, str]:
    """What a report begins with that was opened from a task on which somebody was blocked: theirs to change."""
    if given is None or given.outcome is None:
        return {}
    build = given.task.build or task_queries.current_build(reading(), enrollment.program.product_id)
    return {
        "title": _("Stopped at “%(task)s”", task=given.task.title)[:200],
        "body": given.outcome.note,
        "app_version": build.name if build is not None else "",
    }


def _draft(form: ReportForm, kind: Kind, given: task_queries.Given | None) -> service.Draft:
    return service.Draft(
        kind=kind,
        title=form.title.data or "",
        body=form.body.data or "",
        steps=form.steps.data or "",
        severity=Severity(form.severity.data) if kind is Kind.BUG and form.severity.data else None,
        app_version=form.app_version.data or "",
        told={
            name.removeprefix("env_"): value
            for name, value in request.form.items()
            if name.startswith("env_")
        },
        user_agent=request.headers.get("User-Agent", ""),
        pictures=form.uploads(),
        quoting=Quoting(form.quoting.data or Quoting.NEVER),
        task_id=given.task.id if given is not None else None,
    )


def _submission(text: str | None) -> UUID | None:
    """Which form this is; None (then nothing tells a repetition) where it was altered."""
    try:
        return ids.decode("rpt", text or "")
    except NotFound:
        return None


@blueprint.get("/reports/similar")
@tester
def similar(slug: str) -> Response:
    """What the board has that is like `title`: asked for by the form's script while it is written."""
    enrollment = _place(slug)
    title = request.args.get("title", "").replace("\0", "")[:200]
    found = _similar(enrollment, title, "") if len(title) >= 8 else []
    items = [
        {
            "title": each.report.title,
            "state": str(labels.STATES_FOR_TESTERS[each.report.state]),
            "url": url_for(".report", slug=slug, report_id=each.report.id),
        }
        for each in found
    ]
    return Response(orjson.dumps({"items": items}), content_type="application/json")


def _similar(enrollment: Enrollment, title: str, body: str, but: UUID | None = None) -> list[queries.Similar]:
    if not queries.board_is_open(reading(), enrollment.program_id):
        return []
    wanted = triage.fingerprint(title, body)
    return queries.similar(reading(), enrollment.program_id, wanted, but=but, for_testers=True, limit=3)


@blueprint.get("/reports/<id(rpt):report_id>")
@tester
def report(slug: str, report_id: UUID) -> str:
    """One report: mine in full, another's as the board shows it."""
    return _report(_place(slug), report_id)


def _report(
    enrollment: Enrollment,
    report_id: UUID,
    answer_form: AnswerForm | None = None,
    quoting_form: ReportQuotingForm | None = None,
) -> str:
    seen = queries.report_for(reading(), enrollment, report_id)
    found = seen.report
    is_new = bool(request.args.get("new")) and seen.is_own
    return _page(
        "report",
        enrollment,
        "own" if seen.is_own else "board",
        seen=seen,
        report=found,
        comments=queries.thread(reading(), report_id, with_notes=False) if seen.is_own else [],
        pictures=queries.attachments(reading(), report_id) if seen.is_own else [],
        similar=_similar(enrollment, found.title, found.body, but=found.id) if is_new else [],
        is_new=is_new,
        may_vote=policy.may_vote(
            found, enrollment, board_is_open=queries.board_is_open(reading(), enrollment.program_id)
        ),
        answer_form=answer_form or AnswerForm(formdata=None),
        quoting_form=(quoting_form or _quoting_form(report_id)) if seen.is_own else None,
        task=queries.task_of(reading(), report_id) if seen.is_own else None,
        empty_form=EmptyForm(),
    )


def _quoting_form(report_id: UUID) -> ReportQuotingForm:
    """With what holds now."""
    now = queries.quoting_of(reading(), report_id)
    return ReportQuotingForm(formdata=None, prefix="quote-", data={"quoting": now.value})


@blueprint.post("/reports/<id(rpt):report_id>/quoting")
@tester
def choose_quoting(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Allow a report of mine to be quoted, or take it back."""
    enrollment = _place(slug)
    seen = queries.report_for(reading(), enrollment, report_id)
    if not seen.is_own:
        raise NotFound
    form = ReportQuotingForm(prefix="quote-")
    if form.validate_on_submit():
        service.choose_quoting(writing(), seen.report, enrollment, form.choice)
        flash(_("Saved. It holds from now on."))
        return redirect(url_for(".report", slug=slug, report_id=report_id), 303)
    return _report(enrollment, report_id, quoting_form=form), 422


@blueprint.post("/reports/<id(rpt):report_id>/answers")
@tester
def answer(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Write back to the team about a report of mine."""
    enrollment = _place(slug)
    seen = queries.report_for(reading(), enrollment, report_id)
    if not seen.is_own:
        raise NotFound
    form = AnswerForm()
    if form.validate_on_submit():
        service.answer(writing(), seen.report, form.body.data or "")
        flash(_("Your answer is with the team."))
        return redirect(url_for(".report", slug=slug, report_id=report_id), 303)
    return _report(enrollment, report_id, form), 422


@blueprint.post("/reports/<id(rpt):report_id>/vote")
@tester
def vote(slug: str, report_id: UUID) -> Response:
    """Me too."""
    enrollment = _place(slug)
    service.vote(writing(), queries.report_for(reading(), enrollment, report_id).report, enrollment)
    flash(_("Counted. You will hear what becomes of it."))
    return _back(slug, report_id)


@blueprint.post("/reports/<id(rpt):report_id>/vote/undo")
@tester
def withdraw(slug: str, report_id: UUID) -> Response:
    """Not me after all."""
    enrollment = _place(slug)
    service.withdraw_vote(writing(), queries.report_for(reading(), enrollment, report_id).report, enrollment)
    flash(_("Your voice is taken back."))
    return _back(slug, report_id)


def _back(slug: str, report_id: UUID) -> Response:
    """To the list that the button stood in, else to the report."""
    if request.args.get("from") == "board":
        kept: dict[str, Any] = {
            name: request.args[name] for name in ("q", "cursor") if request.args.get(name)
        }
        return redirect(url_for(".board", slug=slug, **kept), 303)
    return redirect(url_for(".report", slug=slug, report_id=report_id), 303)


@blueprint.post("/reports/<id(rpt):report_id>/check")
@tester
def check(slug: str, report_id: UUID) -> Response:
    """I tried the fix."""
    enrollment = _place(slug)
    works = request.form.get("works")
    if works not in ("yes", "no"):
        raise Refused("no_answer", _("Say whether it works."))
    seen = queries.report_for(reading(), enrollment, report_id)
    service.check_fix(writing(), seen.report, enrollment, works=works == "yes")
    flash(_("Good to know. Thank you.") if works == "yes" else _("Thank you. The report is open again."))
    return redirect(url_for(".report", slug=slug, report_id=report_id), 303)


@blueprint.get("/reports/<id(rpt):report_id>/pictures/<id(att):attachment_id>")
@tester
def picture(slug: str, report_id: UUID, attachment_id: UUID) -> Response:
    """A picture of a report of mine; others' pictures are never shown."""
    seen = queries.report_for(reading(), _place(slug), report_id)
    found = queries.attachment(reading(), attachment_id)
    if not seen.is_own or found.report_id != report_id:
        raise NotFound
    return served(found)
