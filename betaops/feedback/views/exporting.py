"""The list as it is shown, as CSV."""

import csv
import io
from collections.abc import Iterator

from werkzeug.wrappers import Response

from betaops.accounts.permissions import Permission
from betaops.enrollment.sheets import safe
from betaops.feedback import environment, labels, queries
from betaops.feedback.models import Report
from betaops.feedback.views.frame import Place, blueprint, place
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading

#: Rows of one file; a program with more narrows the list, or takes the API.
MOST_ROWS = 10_000


@blueprint.get("/programs/<slug>/feedback/export.csv")
@needs(Permission.EXPORT_READ)
def export(slug: str) -> Response:
    """What the filters of the address leave, in their order. Cells that a sheet would compute stay text."""
    here = place(slug)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([_("Number"), _("Kind"), _("Title"), _("Text"), _("Steps"), _("Severity"), _("State"),
                    _("People"), _("Impact"), _("Version"), _("Device"), _("Reporter"), _("Owner"),
                    _("Reported"), _("Outcome")])  # fmt: skip
    for item in _all(here):
        sheet.writerow([safe(cell) for cell in _cells(item)])
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{here.program.slug}-feedback.csv"'
    return response


def _all(here: Place) -> Iterator[queries.Listed]:
    cursor: str | None = None
    for _page in range(MOST_ROWS // 200):
        page = queries.listed(
            reading(),
            here.program.id,
            here.wanted,
            order=here.order,
            now=clock.now(),
            cursor=cursor,
            size=200,
        )
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _cells(item: queries.Listed) -> list[str]:
    report: Report = item.report
    return [
        str(report.number),
        str(labels.KINDS[report.kind]),
        report.title,
        report.body,
        report.steps,
        str(labels.SEVERITIES[report.severity]) if report.severity else "",
        str(labels.STATES[report.state]),
        str(report.people),
        str(report.impact),
        report.app_version,
        environment.summary(report.environment),
        item.reporter or "",
        item.owner or "",
        report.created_at.isoformat(timespec="minutes"),
        report.outcome_note,
    ]
