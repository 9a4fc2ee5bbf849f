"""The sample's flags: for the pilot, in two variants, for half of a cohort, archived, to join, under way to everybody."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.flags import service
from betaops.flags.builder import CohortRow, Condition, Draft, PropertyRow, Variant
from betaops.flags.models import Flag, Stage
from betaops.flags.rolling import CAREFUL
from betaops.kernel.work import SYSTEM, Actor, Work

if TYPE_CHECKING:
    from betaops.accounts.sample import World


def plant(world: "World") -> None:
    product_id: UUID = world.facts["product_id"]
    with world.work(16) as work:
        if work.session.scalar(select(Flag.id).where(Flag.product_id == product_id).limit(1)) is not None:
            return
        numbers = _cohorts(work, world.facts["program_id"])
        mara = Actor("member", world.facts.get("owner_id"), "Mara Klein")
        work.actor = mara
        editor = service.create_flag(
            work,
            product_id,
            key="new-editor",
            description="The new editor with blocks, tables and drag and drop.",
            filters=_for(numbers["iOS pilot"], 25, payload='{"toolbar": "compact", "autosave_seconds": 5}'),
        )
        engine = service.create_flag(
            work,
            product_id,
            key="sync-engine",
            description="How two edits of one note are brought together: the old log, or the new merge.",
            filters=_in_variants(numbers["Daily writers"]),
        )
        tour = service.create_flag(
            work,
            product_id,
            key="first-tour",
            description="A tour for people who open the beta for the first time.",
            filters=_for(numbers["Daily writers"], 100),
        )
        work.now = world.ago(12)
        service.create_flag(
            work,
            product_id,
            key="ai-summaries",
            description="A summary above long notes. For half of the paying people, to compare.",
            filters=_for(numbers["Pro plan"], 50),
        )
        work.now = world.ago(10)
        service.change_flag(
            work,
            editor.id,
            version=None,
            filters=_for(numbers["iOS pilot"], 100, payload='{"toolbar": "compact", "autosave_seconds": 5}'),
            note="No crash in a week with a quarter of the pilot.",
        )
        work.now = world.ago(8)
        service.archive_flag(work, tour.id, note="Nobody finished it; the help page does it better.")
        work.now = world.ago(6.2)
        service.kill(work, engine.id, note="Doubled notes on Android after two hours offline.")
        work.now = world.ago(4.1)
        service.revive(work, engine.id, note="2.0.409 mends it.")
        _roll_out(work, world, product_id)
        work.actor = mara
        _features(world, work, product_id, world.facts["program_id"])


def _features(world: "World", work: Work, product_id: UUID, program_id: UUID) -> None:
    """One in beta, tried by some and given back by one; one that is an idea with a list."""
    work.now = world.ago(9)
    focus = _feature(
        work,
        product_id,
        "focus-mode",
        service.FeatureDraft(
            name="Focus mode",
            description="Only the note you write, nothing around it. Press Esc to get everything back.",
            documentation_url="https://aurora.example/help/focus-mode",
        ),
        Stage.BETA,
    )
    work.now = world.ago(5)
    voice = _feature(
        work,
        product_id,
        "voice-notes",
        service.FeatureDraft(name="Voice notes", description="Say a note instead of writing it."),
        Stage.CONCEPT,
    )
    people = work.session.execute(
        select(Tester.id, Tester.name)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(
            Enrollment.program_id == program_id,
            Enrollment.state == State.ACTIVE,
            Tester.id != world.facts["tester_id"],
        )
        .order_by(Tester.name, Tester.id)
        .limit(17)
    ).all()
    for index, person in enumerate(people):
        work.now, work.actor = world.ago(8 - index * 0.4), Actor("tester", person.id, person.name)
        service.choose(work, focus, person.id, joins=True)
        if index % 4 == 0:
            service.choose(work, voice, person.id, joins=True)
    work.now = world.ago(0.6)
    service.choose(work, focus, work.actor.id or people[-1].id, joins=False)


def _feature(work: Work, product_id: UUID, key: str, draft: service.FeatureDraft, stage: Stage) -> UUID:
    flag = service.create_flag(work, product_id, key=key, description=draft.description)
    return service.offer(work, flag.id, draft, stage=stage).id


def _roll_out(work: Work, world: "World", product_id: UUID) -> None:
    """Under way at its second of four steps, with a guardrail that holds."""
    work.now = world.ago(1.9)
    attachments = service.create_flag(
        work,
        product_id,
        key="large-attachments",
        description="Files up to 1 GB in a note, sent in pieces.",
        filters=Draft((Condition(percentage=0),)).filters(),
    )
    service.set_guardrail(
        work, attachments.id, "people_with_event", event="$exception", limit=5, window_hours=24
    )
    rollout = service.start_rollout(work, attachments.id, CAREFUL)
    work.now, work.actor = world.ago(0.89), SYSTEM
    service.advance_rollout(work, rollout.id)


def _cohorts(work: Work, program_id: UUID) -> dict[str, int]:
    rows = work.session.execute(select(Cohort.name, Cohort.number).where(Cohort.program_id == program_id))
    return {row.name: row.number for row in rows}


def _for(number: int, percentage: float, payload: str = "") -> dict[str, Any]:
    condition = Condition(cohorts=(CohortRow(number),), percentage=percentage)
    return Draft((condition,), payload=payload).filters()


def _in_variants(number: int) -> dict[str, Any]:
    modern = PropertyRow("app_version", "semver_gte", "2.0.400")
    return Draft(
        (Condition(cohorts=(CohortRow(number),), properties=(modern,)),),
        (Variant("log", 50), Variant("merge", 50, '{"batch": 20}')),
    ).filters()
