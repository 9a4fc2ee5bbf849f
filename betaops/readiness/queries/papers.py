"""Papers, and what they are written from."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops import __version__
from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Enrollment
from betaops.feedback.models import OPEN, Kind, Report, State, Vote
from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import evidence
from betaops.readiness.documents import Document
from betaops.readiness.judging.flipping import FEWEST_NAMED
from betaops.readiness.papers import PAPERS, moment
from betaops.readiness.papers.base import Material, People
from betaops.readiness.queries.decisions import decision_that_stands, signatures
from betaops.readiness.queries.evidence import amendments, board, seal
from betaops.readiness.queries.people import count_answering
from betaops.readiness.queries.quoting import ids_by_expectation, with_quotes
from betaops.readiness.taking_part import took_part

#: Most reports that a paper names, and most cohorts.
MOST, MOST_COHORTS = 200, 6


class PaperNow(NamedTuple):
    """A paper on the evidence as it stands; `digest` is of what its PDF shows, the moment left out."""

    document: Document
    digest: str


def paper_now(session: Session, program: Program, name: str, now: datetime) -> PaperNow:
    """By its name in `PAPERS`; `NotFound` for others."""
    if name not in PAPERS:
        raise NotFound
    found = material(session, program, at=moment(now))
    told = with_quotes(session, PAPERS[name].write(found))
    return PaperNow(told, pdf_digest(told, of=found.product.name))


def pdf_digest(document: Document, *, of: str) -> str:
    """SHA-256, in hex, of what its PDF shows, quotes with their words; `of` stands for the line that says as of when.

    Of a paper on the evidence as it stands that is what does not change from one minute to the next: the product's name.
    """
    return evidence.digest({**document.to_json(), "at": of, "made_by": __version__})


def material(session: Session, program: Program, *, at: str) -> Material:
    """The evidence as it stands."""
    decision = decision_that_stands(session, program.id)
    reports = select(Report).where(Report.program_id == program.id).order_by(Report.impact.desc(), Report.id)
    wanted = reports.where(Report.state.in_(OPEN), Report.kind.in_((Kind.IDEA, Kind.BUG)))
    changed = reports.where(Report.state.in_((State.FIXED, State.CLOSED)), ~Report.is_private)
    return Material(
        program=program,
        product=program_queries.product(session, program.product_id),
        at=at,
        rows=board(session, program.id),
        seal=seal(session, program.id),
        amendments=amendments(session, program.id),
        decision=decision,
        signatures=signatures(session, [decision.id])[decision.id] if decision else [],
        wanted=session.scalars(wanted.where(~Report.is_private).limit(MOST)).all(),
        changed=session.scalars(changed.limit(MOST)).all(),
        people=_people(session, program),
        quotes=ids_by_expectation(session, program.id),
    )


def _people(session: Session, program: Program) -> People:
    let_in = (Enrollment.program_id == program.id, Enrollment.accepted_at.is_not(None))
    testers = frozenset(session.scalars(select(Enrollment.tester_id).where(*let_in)))
    began = select(func.count(Enrollment.activated_at)).where(*let_in)
    reported = (
        select(func.count(Enrollment.tester_id.distinct()))
        .join(Vote, Vote.enrollment_id == Enrollment.id)
        .where(*let_in, Vote.is_reporter)
    )
    cohorts = (
        select(Cohort.name, func.count(Enrollment.tester_id.distinct()).label("people"))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Enrollment, Enrollment.tester_id == CohortMember.tester_id)
        .where(Cohort.program_id == program.id, *let_in)
        .group_by(Cohort.id, Cohort.name)
        .having(func.count(Enrollment.tester_id.distinct()) >= FEWEST_NAMED)
        .order_by(func.count(Enrollment.tester_id.distinct()).desc(), Cohort.name)
        .limit(MOST_COHORTS)
    )
    return People(
        let_in=len(testers),
        began=session.scalar(began) or 0,
        took_part=len(took_part(session, program.id, program.product_id) & testers),
        answered=count_answering(session, program.id),
        reported=session.scalar(reported) or 0,
        cohorts=[(name, people) for name, people in session.execute(cohorts)],
    )
