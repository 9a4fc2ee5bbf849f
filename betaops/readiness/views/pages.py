"""The readiness page: every expectation with its verdict, and what the rules recommend."""

from datetime import timedelta

from flask import render_template

from betaops.kernel import clock
from betaops.programs import queries as program_queries
from betaops.readiness import board, evidence, policy, queries, wording
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.verdict import Verdict
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("")
@needs(policy.SEE)
def index(slug: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    rows = queries.board(reading(), program.id)
    decision = queries.decision_that_stands(reading(), program.id)
    amendments = queries.amendments(reading(), program.id)
    return render_template(
        "readiness/index.html",
        program=program,
        groups=[(weight, [row for row in rows if row.expectation.weight is weight]) for weight in Weight],
        rows=rows,
        seal=queries.seal(reading(), program.id),
        amendments=amendments,
        amended={
            row.expectation.id: [each for each in amendments if each.expectation_id == row.expectation.id]
            for row in rows
        },
        compositions=queries.composition(reading(), program.id),
        turned=[row for row in rows if row.by_weight is not None and row.by_weight.differs],
        words={each: wording.word(each).lower() for each in Verdict},
        recommended=board.recommended(rows),
        tally=board.tally(rows),
        missing=board.missing(rows),
        far=board.far(rows),
        histories=queries.histories(
            reading(), program.id, clock.now().date() - timedelta(days=queries.HISTORY)
        ),
        decision=decision,
        signatures=queries.signatures(reading(), [decision.id])[decision.id] if decision else [],
        seen=evidence.fingerprint([row.to_json() for row in rows]),
    )
