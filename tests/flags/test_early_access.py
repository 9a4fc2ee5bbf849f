"""Features that people join and leave, and values set by hand, from the choice to what SDKs are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select

from betaops.accounts import activity
from betaops.cohorts.models import Trait
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service import enrolling, testers
from betaops.flags import queries, service
from betaops.flags.models import Feature, FeatureChoice, Flag, ProductGroup, Stage
from betaops.flags.service import choosing
from betaops.kernel.errors import DomainError, Invalid, Refused
from betaops.kernel.events import history
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.identities import signature
from betaops.programs.models import Identities, Product, Program
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser
from tests.support.running import RunJobs

Asked = Callable[..., Any]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", name="Ana")


@pytest.fixture
def flag(work: Work, product: Product) -> Flag:
    """For nobody by its conditions."""
    return a_flag(work, product=product, key="focus", conditions=[])


@pytest.fixture
def feature(work: Work, flag: Flag) -> Feature:
    return a_feature(work, flag)


@pytest.fixture
def asked(work: Work, client: Browser, product: Product, soon: Callable[[], None]) -> Asked:
    """(value, reason) of the flag "focus", as an SDK is told a moment later."""

    def ask(distinct_id: str, **properties: Any) -> tuple[Any, str]:
        work.session.commit()
        soon()
        body = {"token": product.project_key, "distinct_id": distinct_id, "person_properties": properties}
        record = client.post("/flags/?v=4", data=orjson.dumps(body), csrf=False).json["flags"]["focus"]
        return record["value"], record["reason"]["code"]

    return ask


CLAIM = "$feature_enrollment/focus"
OFF, ON = (False, "no_condition_match"), (True, "super_condition_value")


def told(work: Work, distinct_id: str, joins: Any = True, *, minutes: float = 0, **more: Any) -> Captured:
    """As the browser SDK sends it."""
    properties = {"$feature_flag": "focus", "$feature_enrollment": joins, "$feature_enrollment_stage": "beta"}
    return Captured(
        uuid4(), distinct_id, "$feature_enrollment_update", work.now + timedelta(minutes=minutes),
        {**properties, "$set": {CLAIM: joins}, **more},
    )  # fmt: skip


def test_joining_leaving_and_what_is_set_by_hand(
    work: Work, flag: Flag, feature: Feature, ana: Enrollment, asked: Asked
) -> None:
    assert asked("ana@example.com") == OFF
    assert service.choose(work, feature.id, ana.tester_id, joins=True) is True
    assert service.choose(work, feature.id, ana.tester_id, joins=True) is False
    assert asked("ana@example.com") == ON
    assert asked("somebody") == OFF
    service.set_override(work, flag.id, ana.tester_id, False, why="It crashes on her tablet.")
    assert asked("ana@example.com") == (False, "super_condition_value")
    service.clear_override(work, flag.id, ana.tester_id)
    service.clear_override(work, flag.id, ana.tester_id)
    assert asked("ana@example.com") == ON
    service.choose(work, feature.id, ana.tester_id, joins=False)
    assert asked("ana@example.com") == (False, "super_condition_value")


def test_who_left_is_left_alone_even_by_a_condition_for_everybody(
    work: Work, product: Product, ana: Enrollment, asked: Asked
) -> None:
    feature = a_feature(work, a_flag(work, product=product, key="focus"), stage=Stage.GENERAL_AVAILABILITY)
    service.choose(work, feature.id, ana.tester_id, joins=False)
    assert asked("ana@example.com") == (False, "super_condition_value")
    assert asked("somebody")[0] is True


def test_at_concept_joining_is_a_place_on_a_list(
    work: Work, flag: Flag, ana: Enrollment, asked: Asked
) -> None:
    feature = a_feature(work, flag, stage=Stage.CONCEPT)
    service.choose(work, feature.id, ana.tester_id, joins=True)
    assert asked("ana@example.com", **{CLAIM: True}) == OFF
    service.promote(work, feature.id, Stage.ALPHA)
    assert asked("ana@example.com") == ON
    service.demote(work, feature.id, Stage.CONCEPT)
    assert asked("ana@example.com") == OFF


def test_a_request_may_claim_what_nobody_has_said_otherwise(
    work: Work, feature: Feature, ana: Enrollment, asked: Asked
) -> None:
    assert asked("somebody", **{CLAIM: "true"}) == ON
    assert asked("somebody", **{CLAIM: False}) == (False, "super_condition_value")
    assert asked("ana@example.com", **{CLAIM: True}) == ON
    service.choose(work, feature.id, ana.tester_id, joins=False)
    assert asked("ana@example.com", **{CLAIM: True}) == (False, "super_condition_value")
    service.withdraw_offer(work, feature.id)
    assert asked("somebody", **{CLAIM: True}) == OFF


def test_a_choice_that_is_being_made_counts_before_its_event_comes_and_an_old_one_not_again(
    work: Work, asked: Asked, flag: Flag, feature: Feature, ana: Enrollment
) -> None:
    def says(device: str, joined: bool) -> Any:
        return asked("ana@example.com", **{"$device_id": device, CLAIM: joined})[0]

    for device in ("laptop", "phone"):
        assert says(device, True) is True
    service.choose(work, feature.id, ana.tester_id, joins=True)
    assert says("laptop", False) is False, "she leaves on her laptop, which asks before it tells"
    assert says("phone", True) is True
    service.choose(work, feature.id, ana.tester_id, joins=False)
    assert says("phone", True) is False, "where she joined once: no news"
    work = replace(work, now=work.now + timedelta(minutes=1))
    service.choose(work, feature.id, ana.tester_id, joins=True)
    assert says("laptop", False) is True, "she joined again on her page here"
    service.set_override(work, flag.id, ana.tester_id, False, why="It crashes there.")
    assert says("phone", False) is False
    assert says("phone", True) is False, "what was set by hand wins"


def test_posthogs_own_switch_goes_on_working_where_there_is_no_feature(
    work: Work, product: Product, ana: Enrollment, asked: Asked
) -> None:
    flag = a_flag(work, product=product, key="focus", conditions=[])
    service.change_flag(work, flag.id, version=None, filters={"groups": [], "feature_enrollment": True})
    assert asked("somebody", **{CLAIM: True}) == ON
    feature = a_feature(work, flag, stage=Stage.CONCEPT)
    service.choose(work, feature.id, ana.tester_id, joins=True)
    assert asked("ana@example.com", **{CLAIM: True}) == OFF


def test_joining_counts_while_there_is_a_seat(
    work: Work, program: Program, feature: Feature, ana: Enrollment, asked: Asked, run_jobs: RunJobs
) -> None:
    service.choose(work, feature.id, ana.tester_id, joins=True)
    enrolling.change(work, ana.id, State.REMOVED)
    run_jobs()
    assert asked("ana@example.com", **{CLAIM: True}) == OFF
    enrolling.change(work, ana.id, State.APPLIED)
    enrolling.change(work, ana.id, State.ACCEPTED)
    run_jobs()
    assert asked("ana@example.com") == ON


def test_what_the_product_tells_is_kept_once_and_the_latest_counts(
    work: Work, product: Product, feature: Feature, ana: Enrollment, asked: Asked
) -> None:
    def take(event: Captured) -> None:
        service.read_update(work, product.id, ana.tester_id, event)

    take(told(work, "ana@example.com", minutes=2))
    take(told(work, "ana@example.com", minutes=2))
    take(told(work, "ana@example.com", joins=False, minutes=1))
    assert asked("ana@example.com") == ON
    take(told(work, "ana@example.com", joins="false", minutes=3, **{"$feature_enrollment_stage": "alpha"}))
    assert asked("ana@example.com") == (False, "super_condition_value")
    [choice] = work.session.scalars(select(FeatureChoice)).all()
    assert (choice.tester_id, choice.stage, choice.who) == (ana.tester_id, Stage.ALPHA, "")


def test_of_two_choices_at_one_moment_neither_is_lost_nor_refused(
    work: Work,
    product: Product,
    feature: Feature,
    ana: Enrollment,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if each had looked before the other wrote."""
    monkeypatch.setattr(choosing, "_former", lambda *_who: None)
    service.read_update(work, product.id, ana.tester_id, told(work, "ana@example.com", minutes=1))
    service.read_update(work, product.id, ana.tester_id, told(work, "ana@example.com", joins=False))
    assert asked("ana@example.com") == ON


@pytest.mark.parametrize(
    "properties", [{"$feature_enrollment": None}, {"$feature_enrollment": 1}, {"$feature_flag": "none"}]
)
def test_what_says_nothing_about_a_feature_is_refused(
    work: Work, product: Product, feature: Feature, properties: dict[str, Any]
) -> None:
    with pytest.raises(DomainError):
        service.read_update(work, product.id, None, told(work, "somebody", **properties))
    assert work.session.scalars(select(FeatureChoice)).all() == []


def send(client: Browser, product: Product, *events: dict[str, Any]) -> None:
    body = {"api_key": product.project_key, "batch": [{"uuid": str(uuid4()), **event} for event in events]}
    assert client.post("/batch/", data=orjson.dumps(body), csrf=False).status_code == 200


def joined(distinct_id: str) -> dict[str, Any]:
    properties = {"$feature_flag": "focus", "$feature_enrollment": True}
    return {"event": "$feature_enrollment_update", "distinct_id": distinct_id, "properties": properties}


def test_a_visitors_choice_becomes_the_testers_who_they_are(
    work: Work,
    client: Browser,
    product: Product,
    feature: Feature,
    ana: Enrollment,
    asked: Asked,
    run_jobs: RunJobs,
) -> None:
    send(client, product, joined("anonymous-1"))
    assert asked("anonymous-1") == ON
    assert asked("anonymous-2") == OFF
    identify = {"event": "$identify", "distinct_id": "ana-4711"}
    send(
        client,
        product,
        {
            **identify,
            "properties": {"$anon_distinct_id": "anonymous-1", "$set": {"email": "ana@example.com"}},
        },
    )
    assert asked("anonymous-1") == ON
    run_jobs()
    [choice] = work.session.scalars(select(FeatureChoice)).all()
    assert (choice.tester_id, choice.distinct_id) == (ana.tester_id, None)
    for distinct_id in ("anonymous-1", "ana-4711", "ana@example.com"):
        assert asked(distinct_id) == ON


def test_where_signatures_are_wanted_nobody_chooses_or_names_a_group_for_somebody_else(
    work: Work, client: Browser, product: Product, feature: Feature, ana: Enrollment
) -> None:
    secret = program_service.replace_identity_secret(work, product.id)
    program_service.change_trust(work, product.id, version=None, identities=Identities.SIGNED)
    work.session.commit()
    group = {"$group_type": "company", "$group_key": "acme", "$group_set": {"plan": "pro"}}
    named = {"event": "$groupidentify", "distinct_id": "ana@example.com", "properties": group}
    send(client, product, joined("ana@example.com"), joined("somebody"), named)
    assert work.session.scalars(select(FeatureChoice)).all() == []
    assert work.session.scalars(select(ProductGroup)).all() == []
    proof = {"$identity_hash": signature(secret, "ana@example.com")}
    for event in (joined("ana@example.com"), named):
        send(client, product, {**event, "properties": {**event["properties"], **proof}})
    [choice] = work.session.scalars(select(FeatureChoice)).all()
    assert (choice.tester_id, choice.distinct_id) == (ana.tester_id, None)
    assert [group.key for group in work.session.scalars(select(ProductGroup))] == ["acme"]


def test_of_a_visitors_and_a_testers_own_choice_the_later_counts(
    work: Work, product: Product, feature: Feature, ana: Enrollment, asked: Asked
) -> None:
    service.choose(work, feature.id, ana.tester_id, joins=False)
    for minutes, distinct_id in ((-5, "before"), (5, "after")):
        service.read_update(work, product.id, None, told(work, distinct_id, minutes=minutes))
        testers.link_identity(work, ana.tester_id, distinct_id)
        assert service.adopt(work, ana.tester_id, distinct_id) == 1
        assert service.adopt(work, ana.tester_id, distinct_id) == 0
        assert asked("ana@example.com")[0] is (distinct_id == "after")


def test_the_audit_log_says_who_chose(
    work: Work, product: Product, feature: Feature, ana: Enrollment, client: Browser, app: Any
) -> None:
    service.choose(replace(work, actor=Actor("member", None, "Mara")), feature.id, ana.tester_id, joins=True)
    service.read_update(work, product.id, ana.tester_id, told(work, "ana@example.com", joins=False))
    service.read_update(work, product.id, None, told(work, "somebody"))
    recorded = history(work.session, work.workspace_id, feature.id, limit=3)
    lines = [(line.who, line.said) for line in activity.lines(work.session, reversed(recorded))]
    assert lines == [
        ("A former member", "enrolled Ana in focus"),
        ("Ana", "left focus"),
        ("A visitor", "joined focus"),
    ]


def test_cohorts_can_ask_who_joined(
    work: Work, program: Program, feature: Feature, ana: Enrollment, run_jobs: RunJobs
) -> None:
    cohort = a_cohort(work, program=program, rule=where(f"trait.{CLAIM}", "is", True))
    service.choose(work, feature.id, ana.tester_id, joins=True)
    run_jobs()
    assert cohort_members(work, cohort.id) == [ana.tester_id]
    service.delete_flag(work, feature.flag_id)
    run_jobs()
    assert work.session.scalars(select(Trait)).all() == []
    assert cohort_members(work, cohort.id) == []


def cohort_members(work: Work, cohort_id: UUID) -> list[UUID]:
    from betaops.cohorts.models import CohortMember

    return list(
        work.session.scalars(select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id))
    )


def test_a_feature_needs_a_flag_that_people_can_switch(
    work: Work, product: Product, feature: Feature
) -> None:
    many = a_flag(work, product=product, key="sync", variants={"a": 50, "b": 50})
    with pytest.raises(Refused, match="variants"):
        a_feature(work, many)
    with pytest.raises(Refused, match="already"):
        service.offer(work, feature.flag_id, service.FeatureDraft(name="Again"))
    with pytest.raises(Refused, match="variants"):
        service.change_flag(work, feature.flag_id, version=None, filters=many.filters)
    with pytest.raises(Refused, match="characters"):
        a_feature(work, a_flag(work, product=product, key="k" * 101))
    with pytest.raises(Invalid, match="whole address"):
        service.change_feature(
            work,
            feature.id,
            service.FeatureDraft(name="x", documentation_url="javascript:alert(1)"),
            version=None,
        )


@pytest.mark.parametrize(("value", "why"), [("gone", "x"), (True, "x"), ("a", " "), (False, "y" * 2001)])
def test_a_value_by_hand_is_one_of_the_flags_and_has_a_reason(
    work: Work, product: Product, ana: Enrollment, value: bool | str, why: str
) -> None:
    flag = a_flag(work, product=product, variants={"a": 50, "b": 50})
    with pytest.raises(Invalid):
        service.set_override(work, flag.id, ana.tester_id, value, why=why)
    service.set_override(work, flag.id, ana.tester_id, "b", why="To see it.")
    [given] = queries.flags_for(work.session, product.id, ana_of(work, ana), work.now)
    assert given.outcome.value == "b"


def ana_of(work: Work, place: Enrollment) -> Any:
    from betaops.enrollment.queries import testers as tester_queries

    return tester_queries.tester(work.session, place.tester_id)


def test_features_come_in_and_go_out_with_their_flags(work: Work, product: Product, feature: Feature) -> None:
    draft = service.FeatureDraft(
        name="Focus mode",
        description="Quiet.",
        documentation_url="https://example.com",
        payload={"icon": "moon"},
    )
    service.change_feature(work, feature.id, draft, version=None)
    first = queries.exported(work.session, product.id)
    other = a_product(work, name="Other")
    service.import_definitions(work, other.id, orjson.loads(orjson.dumps(first)), replace=True)
    assert queries.exported(work.session, other.id) == first
    posthogs = {name: value for name, value in first.items() if name != "early_access_features"}
    service.import_definitions(work, other.id, posthogs, replace=True)
    assert queries.exported(work.session, other.id) == first
    service.import_definitions(work, other.id, {**first, "early_access_features": []}, replace=True)
    assert queries.exported(work.session, other.id)["early_access_features"] == []


def test_a_file_with_an_odd_feature_is_refused_as_a_whole(
    work: Work, product: Product, feature: Feature
) -> None:
    first = queries.exported(work.session, product.id)
    other = a_product(work, name="Other")
    for change in ({"stage": "soon"}, {"flag_key": "none"}, {"payload": [1]}, {"name": 7}):
        odd = {**first, "early_access_features": [{**first["early_access_features"][0], **change}]}
        with pytest.raises(Invalid):
            service.import_definitions(work, other.id, odd)
