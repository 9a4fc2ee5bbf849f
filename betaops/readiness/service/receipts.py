"""Telling testers what was decided: one sentence, when the product manager chooses to."""

from uuid import UUID

from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import DecisionShared
from betaops.readiness.models import Decision, DecisionState, Receipt

LONGEST_SENTENCE = 500


def tell_testers(
    work: Work, program: Program, decision_id: UUID, sentence: str, *, names_needs: bool, writes: bool
) -> Receipt:
    """From now on their page says it; said anew, the words are replaced. `writes` has everybody who took part get a mail,
    each once however often this is done."""
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id:
        raise NotFound
    if decision.state is not DecisionState.IN_FORCE:
        raise Refused("not_in_force", _("Only a decision in force is told to testers."))
    sentence = sentence.strip()
    if not sentence:
        raise Invalid("sentence", _("Write what testers may know, in a sentence."), field="sentence")
    if len(sentence) > LONGEST_SENTENCE:
        raise Invalid(
            "sentence", _("Keep it under %(most)s characters.", most=LONGEST_SENTENCE), field="sentence"
        )
    row = queries.receipt_of(work.session, decision.id) or Receipt(decision_id=decision.id)
    row.sentence, row.names_needs = sentence, names_needs
    row.shared_at, row.shared_by = work.now, work.actor.name
    if writes and row.mailed_at is None:
        row.mailed_at = work.now
        work.enqueue(
            "readiness.send_receipts",
            {"program_id": str(program.id), "decision_id": str(decision.id)},
            once=f"readiness.receipts:{decision.id}",
        )
    work.add(row)
    work.record(DecisionShared(decision_id=decision.id, program_id=program.id, sentence=sentence))
    return row
