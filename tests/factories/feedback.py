"""Reports, written the way testers write them."""

import io
from typing import Any

from PIL import Image

from betaops.enrollment.models import Enrollment
from betaops.feedback import service
from betaops.feedback.models import Kind, Report, Severity, Source, State
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.enrollment import an_enrollment


def a_picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form)
    return out.getvalue()


def a_report(
    work: Work,
    *,
    program: Program | None = None,
    enrollment: Enrollment | None = None,
    kind: Kind = Kind.BUG,
    title: str = "Sync loses a note after airplane mode",
    body: str = "I wrote a note on the train. Back online it was gone.",
    severity: Severity | None = Severity.MAJOR,
    state: State = State.NEW,
    source: Source = Source.PORTAL,
    with_picture: bool = False,
    **more: Any,
) -> Report:
    """From `enrollment`, or from a new active tester of `program`; moved on to `state`. `more` are columns."""
    if enrollment is None and source is Source.PORTAL:
        enrollment = an_enrollment(work, program=program)
    if program is None:
        from betaops.programs import queries

        assert enrollment is not None
        program = queries.program(work.session, enrollment.program_id)
    draft = service.Draft(
        kind=kind,
        title=title,
        body=body,
        severity=severity if kind is Kind.BUG else None,
        pictures=[service.Upload("screen.png", a_picture())] if with_picture else (),
    )
    report = service.write(work, program, draft, enrollment=enrollment, source=source)
    if state is not State.NEW:
        service.change_state(work, report, state)
    for column, value in more.items():
        setattr(report, column, value)
    work.session.flush()
    return report
