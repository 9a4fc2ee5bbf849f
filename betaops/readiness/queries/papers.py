"""What papers are written from."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import OPEN, Kind, Report, State
from betaops.programs.models import Program
from betaops.readiness.papers.base import Material
from betaops.readiness.queries.decisions import decision_that_stands, signatures
from betaops.readiness.queries.evidence import board
from betaops.readiness.queries.people import count_answering

#: Most reports that a paper names.
MOST = 200


def material(session: Session, program: Program, *, at: str) -> Material:
    """The evidence as it stands."""
    decision = decision_that_stands(session, program.id)
    reports = select(Report).where(Report.program_id == program.id).order_by(Report.impact.desc(), Report.id)
    wanted = reports.where(Report.state.in_(OPEN), Report.kind.in_((Kind.IDEA, Kind.BUG)))
    changed = reports.where(Report.state.in_((State.FIXED, State.CLOSED)), ~Report.is_private)
    testers = select(func.count()).where(
        Enrollment.program_id == program.id, Enrollment.accepted_at.is_not(None)
    )
    return Material(
        program=program,
        at=at,
        rows=board(session, program.id),
        decision=decision,
        signatures=signatures(session, [decision.id])[decision.id] if decision else [],
        wanted=session.scalars(wanted.where(~Report.is_private).limit(MOST)).all(),
        changed=session.scalars(changed.limit(MOST)).all(),
        testers=session.scalar(testers) or 0,
        answering=count_answering(session, program.id),
    )
