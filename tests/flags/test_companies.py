"""Flags decided by company: a cohort that holds companies answers for the company itself."""

from typing import Any

import pytest
from posthog.client import Client

from betaops.cohorts import queries as cohort_queries
from betaops.cohorts import service as cohort_service
from betaops.flags import queries, service
from betaops.flags.conditions import Person
from betaops.flags.evaluation import FlagSet
from betaops.flags.models import Dialect
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, in_cohort
from tests.factories.programs import a_product, a_program


@pytest.mark.parametrize("operator", ["in", "not_in"])
@pytest.mark.parametrize("by_flag", [True, False], ids=["the flag", "the condition"])
def test_our_answer_and_that_of_an_sdk_by_itself_are_one(work: Work, operator: str, by_flag: bool) -> None:
    product = a_product(work)
    program: Program = a_program(work, product=product)
    an_enrollment(work, program=program, mail="ana@example.com", attributes={"company": "acme"})
    pilot = a_cohort(work, program=program)
    cohort_service.add_companies(work, pilot.id, ["Acme", "Zeta GmbH"])
    work.add(Dialect(product_id=product.id, matching_version=1, group_types={"0": "company"}))
    condition: dict[str, Any] = {
        "properties": [in_cohort(pilot, operator)], "rollout_percentage": 100, "variant": None,
        "aggregation_group_type_index": 0,
    }  # fmt: skip
    flag = a_flag(work, product=product, key="new-editor", conditions=[condition])
    if by_flag:
        flag.filters = {**flag.filters, "aggregation_group_type_index": 0}
        del condition["aggregation_group_type_index"]
        work.session.flush()
    loaded = queries.load(work.session, product.id)
    flags = FlagSet(loaded.compiled_from())
    written = queries.written(work.session, product.id, loaded)
    client = Client("bo_test", sync_mode=True, send=False, host="http://127.0.0.1:9")
    snapshot = {
        **client._local_evaluation_snapshot(),
        **written,
        "flags_by_key": {each["key"]: each for each in written["flags"]},
    }
    for company, is_held in (("acme", True), ("ZETA GMBH", True), ("Other", False)):
        groups = {"company": company}
        person = Person("ana@example.com", {"distinct_id": "ana@example.com"}, groups=groups)
        ours = flags.evaluate(person, work.now)["new-editor"].value
        theirs = client._compute_flag_locally(
            written["flags"][0],
            "ana@example.com",
            groups=groups,
            person_properties={"distinct_id": "ana@example.com"},
            group_properties={"company": {"$group_key": company}},
            _definition_snapshot=snapshot,
        )
        assert ours is theirs is (is_held is (operator == "in")), company
    nobody = flags.evaluate(Person("ana@example.com", {}), work.now)["new-editor"]
    assert (nobody.value, nobody.code) == (False, "no_group_type")


def test_a_cohort_of_people_alone_holds_no_company_whoever_asks(work: Work) -> None:
    product = a_product(work)
    program = a_program(work, product=product)
    ana = an_enrollment(work, program=program, mail="ana@example.com")
    pilot = a_cohort(work, program=program, members=[ana])
    condition = {
        "properties": [in_cohort(pilot)],
        "rollout_percentage": 100,
        "aggregation_group_type_index": 0,
    }
    [problem] = queries.problems(work.session, product.id, "new-editor", {"groups": [condition]})
    assert problem.place == "groups.0.properties.0"
    cohort_service.add_companies(work, pilot.id, ["Acme"])
    a_flag(work, product=product, key="new-editor", conditions=[condition])
    [acme] = cohort_queries.companies(work.session, pilot.id)
    cohort_service.remove_companies(work, pilot.id, [acme.id])
    loaded = queries.load(work.session, product.id)
    bits = loaded.compiled_from().places()[pilot.number]
    asks = Person("ana@example.com", {}, bits, groups={"company": "acme"})
    assert FlagSet(loaded.compiled_from()).evaluate(asks, work.now)["new-editor"].value is False
    [group] = queries.written(work.session, product.id, loaded)["flags"][0]["filters"]["groups"]
    assert group["properties"][0]["key"] == "$group_key"


def test_companies_of_a_cohort_come_along_in_a_file(work: Work) -> None:
    product = a_product(work)
    pilot = a_cohort(work, program=a_program(work, product=product))
    cohort_service.add_companies(work, pilot.id, ["Acme", "Zeta GmbH"])
    work.add(Dialect(product_id=product.id, matching_version=1, group_types={"0": "company"}))
    condition = {
        "properties": [in_cohort(pilot)],
        "rollout_percentage": 100,
        "aggregation_group_type_index": 0,
    }
    a_flag(work, product=product, key="new-editor", conditions=[condition])
    exported = queries.exported(work.session, product.id)
    assert exported["static_cohort_companies"] == {str(pilot.number): ["Acme", "Zeta GmbH"]}
    elsewhere = a_product(work, name="Elsewhere")
    report = service.import_definitions(work, elsewhere.id, exported)
    assert report.warnings == []
    assert queries.exported(work.session, elsewhere.id) == exported
    flags = FlagSet(queries.load(work.session, elsewhere.id).compiled_from())
    for company, is_held in (("acme", True), ("Other", False)):
        person = Person("ana@example.com", {}, groups={"company": company})
        assert flags.evaluate(person, work.now)["new-editor"].value is is_held


def test_a_condition_about_people_asks_for_the_people_of_the_company(work: Work) -> None:
    product = a_product(work)
    program = a_program(work, product=product)
    an_enrollment(work, program=program, mail="ana@example.com", attributes={"company": "acme"})
    pilot = a_cohort(work, program=program)
    cohort_service.add_companies(work, pilot.id, ["Acme"])
    a_flag(work, product=product, key="new-editor", cohort=pilot)
    loaded = queries.load(work.session, product.id)
    written = queries.written(work.session, product.id, loaded)
    members = written["cohorts"][str(pilot.number)]["values"][0]["value"]
    assert "ana@example.com" in members
    assert written["flags"][0]["filters"]["groups"][0]["properties"] == [in_cohort(pilot)]
