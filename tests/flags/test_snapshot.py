"""What processes hold in memory follows the database, at the price of what changed."""

import json

import pytest

from betaops.cohorts import service as cohorts
from betaops.enrollment.service import leaving, testers
from betaops.flags.keyring import Keyring
from betaops.flags.posthog_wire import Question
from betaops.flags.snapshot import Snapshot, Snapshots
from betaops.kernel.db import Database
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_product, a_program
from tests.support.running import RunJobs


class Process:
    """One process that serves `product`, and looks at the database at every question."""

    def __init__(self, database: Database, product: Product) -> None:
        self._snapshots, self._product = Snapshots(database, Keyring(database, poll_seconds=0)), product

    @property
    def snapshot(self) -> Snapshot:
        found = self._snapshots.by_project_key(self._product.project_key)
        assert found is not None
        return found

    def value(self, distinct_id: str, key: str) -> bool | str:
        outcomes = self.snapshot.outcomes(Question("", distinct_id, keys=(key,)))
        return next(iter(outcomes)).value


def test_a_persons_facts_are_read_anew_in_every_process_and_nobody_elses(
    database: Database, work: Work, run_jobs: RunJobs
) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    other_product = a_product(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"})
    ben = an_enrollment(work, program=program, attributes={"plan": "pro"})
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "is", "pro"))
    a_flag(work, product=product, key="by-cohort", cohort=cohort)
    for each in (product, other_product):
        a_flag(work, product=each, key="by-plan", conditions=[{"properties": [person("plan", "pro")]}])
    run_jobs()
    ana_id, ben_id = encode("tst", ana.tester_id), encode("tst", ben.tester_id)
    processes = [Process(database, product), Process(database, product)]
    elsewhere = Process(database, other_product)
    for process in processes:
        assert [process.value(ana_id, key) for key in ("by-cohort", "by-plan")] == [False, False]
        assert process.value(ben_id, "by-cohort") is True
    assert elsewhere.value(ana_id, "by-plan") is False
    kept = [(process.snapshot, process.snapshot.people.get(ben_id)) for process in processes]

    tester = testers.change_own(work, ana.tester_id, name="Ana", locale="de")
    testers.set_attributes(work, tester, {"plan": "pro"})
    run_jobs()

    for process, (snapshot, known) in zip(processes, kept, strict=True):
        assert [process.value(ana_id, key) for key in ("by-cohort", "by-plan")] == [True, True]
        assert process.snapshot is snapshot
        assert process.snapshot.people.get(ben_id) is known
    # What is known about people holds in every product of their workspace.
    assert elsewhere.value(ana_id, "by-plan") is True


def test_who_was_erased_is_forgotten(database: Database, work: Work) -> None:
    product = a_product(work)
    ana = an_enrollment(work, attributes={"plan": "pro"})
    a_flag(work, product=product, key="by-plan", conditions=[{"properties": [person("plan", "pro")]}])
    work.session.commit()
    process, ana_id = Process(database, product), encode("tst", ana.tester_id)
    assert process.value(ana_id, "by-plan") is True
    leaving.erase(work, ana.tester_id)
    work.session.commit()
    assert process.value(ana_id, "by-plan") is False
    assert process.snapshot.people.get(ana_id) is None


def test_definitions_list_who_is_in_a_cohort_now(database: Database, work: Work) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    ana, ben = an_enrollment(work, program=program), an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, members=[ana])
    a_flag(work, product=product, key="by-cohort", cohort=cohort)
    work.session.commit()
    process = Process(database, product)
    body, etag = process.snapshot.definitions(with_cohorts=True)
    assert process.snapshot.definitions(with_cohorts=True)[0] is body
    cohorts.add_members(work, cohort.id, [ben.tester_id])
    work.session.commit()
    again, new_etag = process.snapshot.definitions(with_cohorts=True)
    listed = json.loads(again)["cohorts"][str(cohort.number)]["values"][0]["value"]
    assert {encode("tst", each.tester_id) for each in (ana, ben)} <= {*listed}
    assert new_etag != etag


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_change_of_flags_is_a_new_snapshot(database: Database, work: Work) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="one")
    work.session.commit()
    process = Process(database, product)
    before = process.snapshot
    assert process.snapshot is before
    a_flag(work, product=product, key="two")
    work.session.commit()
    assert process.snapshot is not before
    assert process.value("somebody", "two") is True
