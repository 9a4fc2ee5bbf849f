from importlib import import_module

import pytest

from betaops import wiring
from betaops.accounts.sample import World
from betaops.kernel.db import Database
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.readiness import board, queries, sample
from betaops.readiness.recommendation import Choice
from betaops.readiness.verdict import Verdict

#: What the expectations look at.
BELOW = ("accounts", "programs", "enrollment", "surveys", "usage", "feedback")


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_needs_of_the_sample_are_met_two_are_open_and_one_fails(
    database: Database, platform: Platform
) -> None:
    assert platform.database is database
    wiring.connect()
    world = World(platform)
    for room in BELOW:
        import_module(f"betaops.{room}.sample").plant(world)
    sample.plant(world)
    sample.plant(world)  # a second time changes nothing
    with world.work() as work:
        program = program_queries.program(work.session, world.facts["program_id"])
        rows = queries.board(work.session, program.id)
        assert {row.expectation.need: row.verdict for row in rows} == {
            "Sync never loses a note": Verdict.NOT_MET,
            "Import is easy": Verdict.INCONCLUSIVE,
            "The new editor is at least as good as the old one": Verdict.MET,
            "I would recommend it to a colleague": Verdict.INCONCLUSIVE,
            "It becomes part of my week": Verdict.MET,
        }
        assert board.recommended(rows) is Choice.NO_GO
        histories = queries.histories(work.session, program.id, program.starts_on)
        assert all(len(histories[row.expectation.id]) > 10 for row in rows)
        first, last = histories[rows[1].expectation.id][0], histories[rows[1].expectation.id][-1]
        assert first.n < last.n
        assert len(queries.weeks(work.session, program.id)) > 2
