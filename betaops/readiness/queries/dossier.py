"""What goes into a program's dossier."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.accounts import queries as account_queries
from betaops.enrollment.models import Consent, Enrollment
from betaops.programs import queries as program_queries
from betaops.programs.models import Agreement, Program
from betaops.readiness import evidence
from betaops.readiness.board import Row
from betaops.readiness.dossier import Agreed, AuditHead, Consented, Contents
from betaops.readiness.models import Fulfilment, Waiver
from betaops.readiness.queries.decisions import decisions, signatures
from betaops.readiness.queries.evidence import amendments, board, seal
from betaops.readiness.queries.market import ground_rules
from betaops.readiness.queries.people import scope
from betaops.readiness.scope import Scope

#: Up to so many testers a dossier is answered at once; above, a job writes it.
AT_ONCE = 2_000

#: Called with how many expectations are read, of how many.
Progress = Callable[[int, int], None]


def dossier_contents(session: Session, program: Program, progress: Progress | None = None) -> Contents:
    """Everything, the newest decision first."""
    decided, rows = decisions(session, program.id), board(session, program.id)
    decision_ids = [each.id for each in decided]
    return Contents(
        program=program,
        product=program_queries.product(session, program.product_id),
        phases=program_queries.phases(session, program.id),
        rows=rows,
        scores=_scores(session, program, rows, progress),
        seal=seal(session, program.id),
        rules=ground_rules(session, program.id),
        amendments=amendments(session, program.id),
        decisions=decided,
        signatures=signatures(session, decision_ids),
        fulfilments=_fulfilments(session, decision_ids),
        waivers=_waivers(session, decision_ids),
        agreements=_agreements(session, program),
        consents=_consents(session, program),
        audit=_audit(session, program),
    )


def _scores(
    session: Session, program: Program, rows: Sequence[Row], progress: Progress | None
) -> dict[UUID, Mapping[UUID, float]]:
    """Each tester's score by expectation, as it is now: readings keep counts only."""
    scopes: dict[UUID | None, Scope] = {}
    found: dict[UUID, Mapping[UUID, float]] = {}
    for at, row in enumerate(rows):
        if progress is not None:
            progress(at, len(rows))
        if row.measure.is_counted:
            continue
        cohort_id = row.expectation.cohort_id
        if cohort_id not in scopes:
            scopes[cohort_id] = scope(session, program, cohort_id)
        found[row.expectation.id] = row.measure.sample(session, scopes[cohort_id], row.parameters).scores
    return found


def count_let_in(session: Session, program_id: UUID) -> int:
    """Testers who were ever let in: about how large a dossier is."""
    found = select(func.count()).where(
        Enrollment.program_id == program_id, Enrollment.accepted_at.is_not(None)
    )
    return session.scalar(found) or 0


def dossier_digest(session: Session, program: Program) -> str:
    """SHA-256, in hex, of what tells whether two dossiers would say the same: it changes with every reading, decision,
    signature, condition, waiver, amendment, consent and phase, and is found without going through people."""
    rules, sealed, decided = (
        ground_rules(session, program.id),
        seal(session, program.id),
        decisions(session, program.id),
    )
    decision_ids = [each.id for each in decided]
    changed = amendments(session, program.id)
    return evidence.digest(
        {
            "program": [program.version, program.phase.value],
            "rows": [row.to_json() for row in board(session, program.id)],
            "rules": rules.version if rules else 0,
            "sealed": sealed.digest if sealed else None,
            "amended": [str(each.id) for each in changed],
            "decided": [[each.digest, each.state.value] for each in decided],
            "signed": [len(each) for each in signatures(session, decision_ids).values()],
            "met": sorted(
                str(each.id) for rows in _fulfilments(session, decision_ids).values() for each in rows
            ),
            "waived": sorted(
                str(each.id) for rows in _waivers(session, decision_ids).values() for each in rows
            ),
            "agreements": [each.digest for each in _agreements(session, program)],
            "consents": session.scalar(
                select(func.count())
                .select_from(Consent)
                .join(Enrollment, Enrollment.id == Consent.enrollment_id)
                .where(Enrollment.program_id == program.id)
            ),
        }
    )


def _fulfilments(session: Session, decision_ids: Sequence[UUID]) -> dict[UUID, list[Fulfilment]]:
    found: dict[UUID, list[Fulfilment]] = defaultdict(list)
    for row in session.scalars(
        select(Fulfilment).where(Fulfilment.decision_id.in_(decision_ids)).order_by(Fulfilment.number)
    ):
        found[row.decision_id].append(row)
    return found


def _waivers(session: Session, decision_ids: Sequence[UUID]) -> dict[UUID, list[Waiver]]:
    found: dict[UUID, list[Waiver]] = defaultdict(list)
    for row in session.scalars(
        select(Waiver).where(Waiver.decision_id.in_(decision_ids)).order_by(Waiver.given_at, Waiver.id)
    ):
        found[row.decision_id].append(row)
    return found


def _agreements(session: Session, program: Program) -> list[Agreed]:
    rows = session.execute(
        select(Agreement.number, Agreement.markdown)
        .where(Agreement.program_id == program.id, Agreement.published_at.is_not(None))
        .order_by(Agreement.number)
    )
    return [Agreed(number, hashlib.sha256(text.encode()).hexdigest()) for number, text in rows]


def _consents(session: Session, program: Program) -> list[Consented]:
    rows = session.execute(
        select(Enrollment.tester_id, Consent.number, Consent.signed_at)
        .join(Enrollment, Enrollment.id == Consent.enrollment_id)
        .where(Enrollment.program_id == program.id)
    )
    return [Consented(tester_id, number, signed_at.date()) for tester_id, number, signed_at in rows]


def _audit(session: Session, program: Program) -> AuditHead | None:
    head = account_queries.newest_seal(session, program.workspace_id)
    return None if head is None else AuditHead(head.number, head.digest.hex(), head.sealed_at)
