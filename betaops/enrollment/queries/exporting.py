"""The testers list as a CSV."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from betaops.enrollment import sheets
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.queries.testers import Wanted
from betaops.kernel.ids import encode
from betaops.programs import queries as program_queries
from betaops.programs.models import Program

PAGE = 500
#: Up to so many rows an export is answered at once; above, a job writes it.
AT_ONCE = 2_000


def csv_of(
    session: Session, program: Program, wanted: Wanted, progress: Callable[[int, int], None] | None = None
) -> bytes:
    """Everybody who matches, in the order of the list: the fixed columns, attributes, screener answers."""
    total = queries.count(session, program, wanted)
    attributes = sorted(queries.attribute_names(session, program))
    questions = [question.name for question in program_queries.questions(program)]
    heading = [
        "id", "email", "name", "state", "source", "language", "applied_at", "accepted_at", "last_seen_at",
        *(f"attribute.{name}" for name in attributes),
        *(f"answer.{name}" for name in questions),
    ]  # fmt: skip
    rows = _rows(session, program, wanted, total, progress)
    return b"".join(sheets.write(heading, rows))


def _rows(
    session: Session,
    program: Program,
    wanted: Wanted,
    total: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[dict[str, Any]]:
    cursor, done = None, 0
    while True:
        page = queries.enrollments(session, program, wanted, cursor=cursor, size=PAGE)
        for enrollment in page:
            tester = enrollment.tester
            yield {
                "id": encode("tst", tester.id),
                "email": tester.mail,
                "name": tester.name,
                "state": enrollment.state.value,
                "source": enrollment.source,
                "language": tester.locale,
                "applied_at": enrollment.applied_at.isoformat(),
                "accepted_at": enrollment.accepted_at.isoformat() if enrollment.accepted_at else "",
                "last_seen_at": tester.seen_at.isoformat() if tester.seen_at else "",
                **{f"attribute.{name}": value for name, value in tester.attributes.items()},
                **{f"answer.{name}": value for name, value in enrollment.answers.items()},
            }
        done += len(page)
        for enrollment in page:
            session.expunge(enrollment.tester)
            session.expunge(enrollment)
        if progress is not None:
            progress(done, max(total, done))
        if page.next is None:
            return
        cursor = page.next
