"""Making, changing, killing, importing and exporting flags."""

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from betaops.accounts.models import Workspace
from betaops.cohorts import service as cohort_service
from betaops.flags import queries, service
from betaops.flags.models import Flag
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.events import history
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from betaops.web.application import Application
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, in_cohort, person
from tests.factories.programs import a_product, a_program
from tests.support.examples import examples


def revision(work: Work, product: Product) -> int:
    work.session.flush()
    work.session.expire_all()
    return program_queries.product(work.session, product.id).revision


def kinds(work: Work, flag: Flag) -> list[str]:
    return [row.kind for row in history(work.session, work.workspace_id, flag.id)]


def test_every_change_counts_up_the_revision_and_stands_in_the_history(work: Work) -> None:
    product = a_product(work)
    seen = [revision(work, product)]
    flag = a_flag(work, product=product, key="new-editor")
    seen.append(revision(work, product))
    service.change_flag(work, flag.id, version=flag.version, description="The new editor")
    seen.append(revision(work, product))
    service.kill(work, flag.id, note="It ate a note")
    service.kill(work, flag.id)
    seen.append(revision(work, product))
    service.revive(work, flag.id)
    seen.append(revision(work, product))
    assert seen == sorted(set(seen))
    assert kinds(work, flag) == ["flag_revived", "flag_killed", "flag_edited", "flag_created"]


def test_a_stale_page_does_not_overwrite_a_newer_one(work: Work) -> None:
    flag = a_flag(work)
    service.change_flag(work, flag.id, version=flag.version, description="newer")
    with pytest.raises(Stale):
        service.change_flag(work, flag.id, version=flag.version - 1, description="older")


def test_two_flags_of_a_product_have_two_keys(work: Work) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="x")
    with pytest.raises(Invalid, match="this key"):
        a_flag(work, product=product, key="x")
    a_flag(work, product=a_product(work, name="Other"), key="x")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "filters",
    [
        {"groups": "x"},
        {"groups": [7]},
        {"groups": [{"properties": "x"}]},
        {"groups": [{"properties": [7]}]},
        {"groups": [{"properties": [person("", "x")]}]},
        {"groups": [{"properties": [person("age", "many", "gt")]}]},
        {"groups": [{"properties": [person("v", "new", "semver_gt")]}]},
        {"groups": [{"properties": [person("d", "soon", "is_date_after")]}]},
        {"groups": [{"properties": [person("n", "(", "regex")]}]},
        {"groups": [{"properties": [person("n", "(?=x)", "regex")]}]},
        {"groups": [{"properties": [person("n", [1, 2], "between")]}]},
        {"groups": [{"properties": [{"type": "cohort", "key": "id", "value": 99}]}]},
        {
            "groups": [
                {
                    "properties": [
                        {"type": "flag", "key": "gone", "operator": "flag_evaluates_to", "value": True}
                    ]
                }
            ]
        },
        {"groups": [{"rollout_percentage": 101}]},
        {"groups": [{"rollout_percentage": "all"}]},
        {"groups": [{"variant": "nobody"}]},
        {"groups": [], "multivariate": {"variants": [{"key": "a", "rollout_percentage": 60}]}},
        {"groups": [], "multivariate": {"variants": [{"key": "a"}]}},
        {"groups": [], "multivariate": [1]},
        {"groups": [], "multivariate": {"variants": {"a": 1}}},
        {"groups": [{"properties": [person("n", 2**70)]}]},
        {"groups": [], "payloads": {"nobody": "1"}},
        {"groups": [], "payloads": [1]},
        {"groups": [{}] * 101},
    ],
)
def test_what_sdks_would_not_agree_on_is_refused_with_a_sentence(work: Work, filters: dict[str, Any]) -> None:
    product = a_product(work)
    with pytest.raises(Invalid) as refused:
        service.create_flag(work, product.id, key="x", filters=filters)
    assert str(refused.value.message).endswith(".")


def test_a_flag_cannot_come_to_depend_on_itself(work: Work) -> None:
    product = a_product(work)
    a, b = a_flag(work, product=product, key="a"), a_flag(work, product=product, key="b")

    def rests_on(key: str) -> dict[str, Any]:
        prop = {"type": "flag", "key": key, "operator": "flag_evaluates_to", "value": True}
        return {"groups": [{"properties": [prop], "rollout_percentage": 100}]}

    service.change_flag(work, b.id, version=None, filters=rests_on("a"))
    with pytest.raises(Invalid, match="depend on itself"):
        service.change_flag(work, a.id, version=None, filters=rests_on("b"))
    with pytest.raises(Refused, match="b depends"):
        service.delete_flag(work, a.id)
    written = queries.written(work.session, product.id, queries.load(work.session, product.id))
    chains = {flag["key"]: flag["filters"]["groups"][0]["properties"] for flag in written["flags"]}
    assert chains["b"][0]["dependency_chain"] == ["a"]


def test_a_cohort_that_a_flag_needs_cannot_go(work: Work, app: Application) -> None:
    program = a_program(work)
    cohort = a_cohort(work, program=program)
    a_flag(
        work,
        product=program_queries.product(work.session, program.product_id),
        key="new-editor",
        cohort=cohort,
    )
    with pytest.raises(Refused, match="new-editor"):
        cohort_service.delete_cohort(work, cohort.id)


DOCUMENT: dict[str, Any] = {
    "flags": [
        {
            "id": 17,
            "key": "beta",
            "name": "The beta",
            "active": True,
            "version": 4,
            "ensure_experience_continuity": True,
            "evaluation_runtime": "server",
            "filters": {
                "groups": [
                    {
                        "properties": [{"key": "id", "type": "cohort", "operator": "in", "value": 5}],
                        "rollout_percentage": 50,
                    },
                    {
                        "properties": [person("email", "@acme.com", "icontains")],
                        "rollout_percentage": 100,
                        "variant": "b",
                    },
                ],
                "multivariate": {
                    "variants": [
                        {"key": "a", "rollout_percentage": 40},
                        {"key": "b", "rollout_percentage": 60},
                    ]
                },
                "payloads": {"a": "[1]"},
                "holdout": {"id": 3, "exclusion_percentage": 5},
            },
        },
        {"id": 18, "key": "gone", "active": False, "deleted": True, "filters": {}},
        {"id": 19, "key": "off", "active": False, "filters": {"groups": []}},
    ],
    "cohorts": {"5": {"type": "OR", "values": [person("plan", "pro")]}},
    "static_cohorts": {"6": ["ana", "ben"]},
    "group_type_mapping": {"0": "company"},
    "property_matching_version": 2,
}


def test_definitions_come_in_and_go_out_the_same(work: Work) -> None:
    product = a_product(work)
    report = service.import_definitions(work, product.id, DOCUMENT)
    assert (report.created, report.cohorts, report.warnings) == (2, 2, [])
    first = queries.exported(work.session, product.id)
    assert [flag["key"] for flag in first["flags"]] == ["beta", "off"]
    assert first["flags"][0]["filters"] == DOCUMENT["flags"][0]["filters"]
    assert (first["flags"][0]["id"], first["flags"][0]["version"]) == (17, 4)
    assert first["flags"][0]["ensure_experience_continuity"] is True
    assert {name: first[name] for name in ("cohorts", "static_cohorts", "group_type_mapping")} == {
        name: DOCUMENT[name] for name in ("cohorts", "static_cohorts", "group_type_mapping")
    }
    assert first["property_matching_version"] == 2
    other = a_product(work, name="Other")
    service.import_definitions(work, other.id, orjson.loads(orjson.dumps(first)))
    assert queries.exported(work.session, other.id) == first


def test_a_flag_with_anothers_id_is_refused_by_name(work: Work) -> None:
    product = a_product(work)
    service.import_definitions(work, product.id, DOCUMENT)
    copied = {**DOCUMENT["flags"][0], "key": "copied"}
    for document in (
        {"flags": [copied]},
        {"flags": [{**copied, "id": 4711}, {**copied, "id": 4711, "key": "b"}]},
    ):
        with pytest.raises(Invalid, match="Give it one of its own"):
            service.import_definitions(work, product.id, document)
    service.import_definitions(work, product.id, {"flags": [copied]}, replace=True)
    assert [flag.key for flag in queries.flags(work.session, product.id)] == ["copied"]


def test_a_key_that_came_with_an_import_keeps_nobody_from_changing_the_flag(work: Work) -> None:
    product = a_product(work)
    report = service.import_definitions(work, product.id, {"flags": [{"id": 3, "key": "odd one!"}]})
    assert len(report.warnings) == 1
    (flag,) = queries.flags(work.session, product.id)
    service.change_flag(work, flag.id, version=None, filters={"groups": [{"properties": []}]})
    assert flag.conditions == [{"properties": []}]


def test_importing_again_changes_nothing_and_replace_drops_the_rest(work: Work) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="own")
    service.import_definitions(work, product.id, DOCUMENT)
    again = service.import_definitions(work, product.id, DOCUMENT)
    assert (again.created, again.changed, again.unchanged, again.deleted) == (0, 0, 2, 0)
    only = service.import_definitions(work, product.id, {"flags": [DOCUMENT["flags"][2]]}, replace=True)
    assert (only.deleted, only.unchanged) == (2, 1)
    assert [flag.key for flag in queries.flags(work.session, product.id)] == ["off"]
    assert queries.load(work.session, product.id).segments == []


def test_a_cohort_of_our_own_keeps_its_meaning(work: Work) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    ana = an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, members=[ana])
    a_flag(work, product=product, key="new-editor", cohort=cohort)
    exported = queries.exported(work.session, product.id)
    assert encode("tst", ana.tester_id) in exported["static_cohorts"][str(cohort.number)]
    exported["static_cohorts"][str(cohort.number)] = ["somebody else"]
    service.import_definitions(work, product.id, exported, replace=True)
    assert queries.load(work.session, product.id).segments == []


def test_what_nobody_can_match_is_taken_with_a_warning(work: Work) -> None:
    product = a_product(work)
    odd = {
        "id": 1,
        "key": "odd",
        "active": True,
        "filters": {"groups": [{"properties": [person("n", 1, "between")]}]},
    }
    report = service.import_definitions(work, product.id, {"flags": [odd]})
    assert report.created == 1
    assert "odd" in report.warnings[0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"flags": {}},
        {"flags": [7]},
        {"flags": [{"key": "x"}]},
        {"flags": [{"id": "1", "key": "x"}]},
        {"flags": [{"id": 1, "key": ""}]},
        {"flags": [{"id": 1, "key": "x"}, {"id": 2, "key": "x"}]},
        {"flags": [{"id": 1, "key": "x", "filters": {"groups": [[]]}}]},
        {"flags": [{"id": 1, "key": "x", "filters": {"groups": [], "multivariate": {"variants": [{}]}}}]},
        {"flags": [{"id": 1, "key": "x", "filters": {"groups": [], "payloads": [1]}}]},
        {"flags": [], "cohorts": [1]},
        {"flags": [], "cohorts": {"1": {"n": 2**70}}},
        {"flags": [], "cohorts": {"x": {}}},
        {"flags": [], "cohorts": {"1": []}},
        {"flags": [], "static_cohorts": {"1": {"a": 1}}},
        {"flags": [], "property_matching_version": 3},
    ],
)
def test_what_is_no_document_changes_nothing(work: Work, document: Any) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="own")
    work.session.commit()
    with pytest.raises(Invalid), work.session.begin_nested():
        service.import_definitions(work, product.id, document, replace=True)
    work.session.rollback()
    assert [flag.key for flag in queries.flags(work.session, product.id)] == ["own"]


NAMES = [
    "groups",
    "properties",
    "key",
    "type",
    "value",
    "operator",
    "variants",
    "multivariate",
    "values",
    "payloads",
    "holdout",
]
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(filters=junk, cohort=junk)
def test_no_document_makes_flags_that_cannot_be_evaluated(work: Work, filters: Any, cohort: Any) -> None:
    """Whatever is taken, a snapshot can be compiled from it."""
    from betaops.flags.evaluation import FlagSet

    with work.session.begin_nested() as savepoint:
        product = a_product(work)
        document = {"flags": [{"id": 1, "key": "x", "filters": filters}], "cohorts": {"1": cohort}}
        try:
            service.import_definitions(work, product.id, document)
        except Invalid:
            pass
        else:
            FlagSet(queries.load(work.session, product.id).compiled_from())
        savepoint.rollback()


def test_another_workspaces_flags_are_not_there(work: Work) -> None:
    flag = a_flag(work)
    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    for attempt in (
        lambda: queries.flag(work.session, flag.id),
        lambda: service.kill(work, flag.id),
        lambda: service.import_definitions(work, flag.product_id, {"flags": []}),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_conditions_by_hand_written_cohort_rows_are_understood(work: Work) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    cohort = a_cohort(work, program=program)
    flag = a_flag(work, product=product, conditions=[{"properties": [in_cohort(cohort, "not_in")]}])
    assert queries.load(work.session, product.id).stored == {cohort.number}
    assert flag.conditions[0]["properties"][0]["operator"] == "not_in"
