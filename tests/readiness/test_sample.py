"""What the sample's expectations say on its nineteenth day."""

import pytest

from betaops.programs import queries as program_queries
from betaops.readiness import board, queries
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import CriterionKind, DecisionState, Stance
from betaops.readiness.verdict import Verdict
from tests.support.sample import Sample


@pytest.mark.slow
def test_two_needs_of_the_sample_are_met_two_are_open_and_one_fails(sample: Sample) -> None:
    with sample.reading() as session:
        program = program_queries.program(session, sample.facts["program_id"])
        rows = queries.board(session, program.id)
        assert {row.expectation.need: row.verdict for row in rows} == {
            "Sync never loses a note": Verdict.NOT_MET,
            "Import is easy": Verdict.INCONCLUSIVE,
            "The new editor is at least as good as the old one": Verdict.MET,
            "I would recommend it to a colleague": Verdict.INCONCLUSIVE,
            "It becomes part of my week": Verdict.MET,
        }
        assert board.recommended(rows) is Choice.NO_GO
        histories = queries.histories(session, program.id, program.starts_on)
        assert all(len(histories[row.expectation.id]) > 10 for row in rows)
        first, last = histories[rows[1].expectation.id][0], histories[rows[1].expectation.id][-1]
        assert first.n < last.n
        assert len(queries.weeks(session, program.id)) > 2


@pytest.mark.slow
def test_the_gate_of_the_sample_was_reviewed_once_against_a_dissent_and_is_open_to_decide(
    sample: Sample,
) -> None:
    with sample.reading() as session:
        program = program_queries.program(session, sample.facts["program_id"])
        standings = queries.gate(session, program)
        assert {each.criterion.kind for each in standings} == set(CriterionKind)
        assert {each.holds for each in standings if each.criterion.kind is CriterionKind.EXIT} == {
            True,
            False,
        }
        assert queries.suspended_by(session, program, standings) == []
        roles = [(role.name, role.holder) for role in queries.roles_to_sign(session, program.id)]
        assert roles == [("Product", "Mara Klein"), ("Engineering", "Jonas Okafor"), ("Support", "")]
        decision = queries.decisions(session, program.id)[0]
        assert decision.state is DecisionState.WITHDRAWN
        signed = queries.signatures(session, [decision.id])[decision.id]
        assert [each.stance for each in signed] == [Stance.ASSENT, Stance.DISSENT]
        assert [bool(each.fulfilment) for each in queries.conditions(session, decision)] == [False, True]
        assert [each[0].need for each in queries.waivers(session, decision.id).values()] == [
            "Sync never loses a note"
        ]
        assert queries.decision_that_stands(session, program.id) is None
