"""Every expectation at two times: in two waves of surveys, or of two builds of the product."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.programs.models import Program
from betaops.readiness.board import Row
from betaops.readiness.judging.comparing import Change, compare
from betaops.readiness.judging.market import Margin, weigh
from betaops.readiness.measures import Measure, Sample, is_anonymous
from betaops.readiness.queries.builds import builds
from betaops.readiness.queries.evidence import board
from betaops.readiness.queries.market import cells, ground_rules, margins_of
from betaops.readiness.queries.people import scope
from betaops.readiness.queries.waves import waves_of_program


class By(StrEnum):
    WAVE = "wave"
    BUILD = "build"


class Moment(NamedTuple):
    """A wave or a build."""

    by: By
    name: str

    @property
    def key(self) -> str:
        """What names it in addresses."""
        return f"{self.by.value}:{self.name}"

    def takes(self, measure: Measure) -> bool:
        return not measure.is_counted and (measure.takes_wave if self.by is By.WAVE else measure.takes_build)


class Compared(NamedTuple):
    row: Row
    change: Change


def moments(session: Session, program: Program) -> list[Moment]:
    """What can be compared, in order: waves first, then builds; none of a kind of which there is only one."""
    waves = [Moment(By.WAVE, str(number)) for number in waves_of_program(session, program.id)]
    known = [Moment(By.BUILD, each.name) for each in builds(session, program.product_id) if each.people]
    return [each for found in (waves, known) if len(found) > 1 for each in found]


def compared(session: Session, program: Program, before: Moment, after: Moment) -> list[Compared]:
    """Those expectations whose measure can be read at such a time; both are of one kind. Anonymous answers are of none."""
    margins = margins_of(ground_rules(session, program.id))
    known = cells(session, program.id, margins)
    return [
        Compared(row, _change(session, program, row, (before, after), margins, known))
        for row in board(session, program.id)
        if before.takes(row.measure) and not is_anonymous(session, row.expectation.parameters)
    ]


def _change(
    session: Session,
    program: Program,
    row: Row,
    times: tuple[Moment, Moment],
    margins: Sequence[Margin],
    known: Mapping[UUID, Sequence[str | None]],
) -> Change:
    was, now = (_sample(session, program, row, each) for each in times)
    direction = row.expectation.direction
    if not margins:
        return compare(was.scores, now.scores, direction)
    weighed = (
        weigh(was.levels, was.scores, known, margins),
        weigh(now.levels, now.scores, known, margins),
    )
    return compare(was.scores, now.scores, direction, weighed, (was.levels, now.levels))


def _sample(session: Session, program: Program, row: Row, moment: Moment) -> Sample:
    whom = scope(
        session,
        program,
        row.expectation.cohort_id,
        wave=int(moment.name) if moment.by is By.WAVE else None,
        build=moment.name if moment.by is By.BUILD else None,
    )
    return row.measure.sample(session, whom, row.parameters)
