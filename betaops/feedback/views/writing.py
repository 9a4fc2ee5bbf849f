"""Writing a report down for somebody: what a tester said on the phone, in a chat, in a meeting."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment import addresses
from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import testers as tester_queries
from betaops.feedback import policy, service
from betaops.feedback.forms import ChosenKindForm
from betaops.feedback.models import Kind, Severity, Source
from betaops.feedback.views.frame import blueprint, program_of
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/programs/<slug>/feedback/new", methods=["GET", "POST"])
@needs(policy.TRIAGE)
def new(slug: str) -> Response | tuple[str, int]:
    """The form, and what it sends."""
    program = program_of(slug)
    form = ChosenKindForm(kind=request.args.get("kind", Kind.BUG.value))
    if form.validate_on_submit():
        with refusals(form):
            report = service.write(
                writing(),
                program,
                service.Draft(
                    kind=Kind(form.kind.data),
                    title=form.title.data or "",
                    body=form.body.data or "",
                    steps=form.steps.data or "",
                    severity=Severity(form.severity.data) if form.severity.data else None,
                    app_version=form.app_version.data or "",
                    pictures=form.uploads(),
                ),
                enrollment=_teller(program, form.mail.data or ""),
                source=Source.CONSOLE,
            )
            flash(_("Report #%(number)d is written down.", number=report.number))
            return redirect(url_for("feedback.report", slug=slug, report_id=report.id), 303)
    return render_template("feedback/new.html", program=program, form=form), (422 if form.errors else 200)


def _teller(program: Program, mail: str) -> Enrollment | None:
    """Whose report it is; nobody's where no address was given."""
    if not mail:
        return None
    tester = tester_queries.tester_by_key(reading(), addresses.mail_key(mail))
    places = tester_queries.enrollments_of(reading(), tester.id) if tester is not None else []
    found = next((place for place in places if place.program_id == program.id), None)
    if found is None:
        raise Refused(
            "no_such_tester", _("Nobody with this address takes part in this program."), field="mail"
        )
    return found
