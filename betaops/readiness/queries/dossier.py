"""What goes into a program's dossier."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Consent
from betaops.programs.models import Agreement, Program
from betaops.readiness.dossier import Consents, Contents
from betaops.readiness.queries.decisions import decisions, signatures
from betaops.readiness.queries.evidence import amendments, board, seal


def dossier_contents(session: Session, program: Program) -> Contents:
    """Everything, the newest decision first."""
    decided = decisions(session, program.id)
    return Contents(
        program=program,
        rows=board(session, program.id),
        seal=seal(session, program.id),
        amendments=amendments(session, program.id),
        decisions=decided,
        signatures=signatures(session, [each.id for each in decided]),
        consents=_consents(session, program),
    )


def _consents(session: Session, program: Program) -> list[Consents]:
    rows = session.execute(
        select(Agreement.number, Agreement.markdown, func.count(Consent.id))
        .outerjoin(Consent, Consent.agreement_id == Agreement.id)
        .where(Agreement.program_id == program.id, Agreement.published_at.is_not(None))
        .group_by(Agreement.id, Agreement.number, Agreement.markdown)
        .order_by(Agreement.number)
    )
    return [
        Consents(number, accepted, hashlib.sha256(text.encode()).hexdigest())
        for number, text, accepted in rows
    ]
