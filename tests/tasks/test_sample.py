"""The sample's builds and tasks: there once, and a retest that shows why there are rounds."""

import pytest

from betaops.enrollment.queries import portal as enrollment_queries
from betaops.tasks import queries
from betaops.tasks.models import BuildState, OutcomeState
from tests.support.sample import Sample


@pytest.mark.slow
def test_the_sample_has_three_betas_and_four_tasks_of_which_one_is_retested(sample: Sample) -> None:
    program_id, product_id = sample.facts["program_id"], sample.facts["product_id"]
    with sample.reading() as session:
        builds = queries.builds(session, product_id)
        assert [each.state for each in builds].count(BuildState.LIVE) == 2
        current = queries.current_build(session, product_id)
        assert current is not None
        assert (len(builds), current.name) == (4, "2.0-beta.3")
        tasks, progress = queries.tasks(session, program_id), queries.progress(session, program_id)
        assert [each.round for each in tasks] == [1, 2, 1, 1]
        assert all(progress[each.id].completed and progress[each.id].silent for each in tasks)
        (former,) = queries.former_rounds(session, tasks[1])
        assert former.blocked > 5 * progress[tasks[1].id].blocked
        (place,) = enrollment_queries.places(session, sample.facts["tester_id"])
        given = queries.given(session, place)
        assert [each.task.id for each in given if each.is_open] == [tasks[1].id]
        (said,) = queries.former(session, place.id, tasks[1])
        assert said.state is OutcomeState.BLOCKED
