"""The sample's surveys: a check-in that three weeks of testers have answered, a short one inside the product, a draft."""

import datetime as dt
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from betaops.enrollment.models import Enrollment, State
from betaops.kernel.work import Actor, Work
from betaops.surveys import links, queries, respond, service, showing
from betaops.surveys.engine.scene import first_values
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLink
from betaops.surveys.queries.doors import Door, Way

if TYPE_CHECKING:
    from betaops.accounts.sample import World

FOLDER = Path(__file__).parent
SEED = 2028
NAME = "Week 2 check-in"
COMPLETE = 131
PARTIAL = 14
SENT_DAYS_AGO = 19.0
#: Chances, as they come in betas: people who answer at once are many, stragglers few.
NPS = {0: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 7, 7: 17, 8: 27, 9: 23, 10: 16}
IMPORT = {"yes": 48, "tried": 11, "no": 41}
#: By whether they came through with it.
EASY = {"yes": {2: 4, 3: 12, 4: 41, 5: 43}, "tried": {1: 35, 2: 45, 3: 20}}
SATISFIED = {
    "speed": {2: 5, 3: 16, 4: 45, 5: 34},
    "sync": {1: 5, 2: 13, 3: 22, 4: 34, 5: 26},
    "editor": {2: 2, 3: 10, 4: 40, 5: 48},
    "search": {2: 6, 3: 20, 4: 43, 5: 31},
}
MISS = {"promoter": {"very": 74, "somewhat": 24, "not": 2}, "passive": {"very": 31, "somewhat": 56, "not": 13},
        "detractor": {"very": 6, "somewhat": 40, "not": 54}}  # fmt: skip

EXIT: dict[str, Any] = {
    "title": "Before you go",
    "pages": [
        {
            "name": "leaving",
            "elements": [
                {
                    "type": "radiogroup",
                    "name": "reason",
                    "title": "What made you stop?",
                    "isRequired": True,
                    "choices": [
                        "Too little time",
                        "It did not do what I need",
                        "It did not work well enough",
                    ],
                    "showOtherItem": True,
                },
                {
                    "type": "comment",
                    "name": "missing",
                    "title": "What was missing?",
                    "visibleIf": "{reason} = 'It did not do what I need'",
                },
            ],
        }
    ],
}

IN_PRODUCT = "After syncing"
IN_PRODUCT_SEEN, IN_PRODUCT_ANSWERED = 64, 23
SHORT: dict[str, Any] = {
    "title": IN_PRODUCT,
    "completedHtml": "<p>Thank you. We read every word.</p>",
    "pages": [
        {
            "name": "syncing",
            "elements": [
                {
                    "type": "rating",
                    "name": "recommend",
                    "title": "How likely are you to recommend Aurora Notes to a colleague?",
                    "isRequired": True,
                    "rateMin": 0,
                    "rateMax": 10,
                    "minRateDescription": "Not at all",
                    "maxRateDescription": "Very likely",
                    "x-betaops": {"instrument": "nps"},
                },
                {
                    "type": "comment",
                    "name": "missing",
                    "title": "What would have to be better?",
                    "visibleIf": "{recommend} <= 6",
                },
                {
                    "type": "comment",
                    "name": "best",
                    "title": "What do you like most?",
                    "visibleIf": "{recommend} >= 9",
                },
            ],
        }
    ],
}


def plant(world: "World") -> None:
    """The surveys with links and answers; facts `survey`, `survey_id`, `survey_url`, `survey_questions` (ids by name)."""
    program_id: UUID = world.facts["program_id"]
    with world.work(SENT_DAYS_AGO + 2) as work:
        found = next((each for each in queries.surveys(work.session, program_id) if each.name == NAME), None)
        survey_id = found.id if found is not None else _plant(world, work, program_id)
    with world.work() as work:
        public = links.public_link(work, survey_id)
        world.facts["survey"] = NAME
        world.facts["survey_id"] = survey_id
        world.facts["survey_url"] = f"{world.platform.settings.base_url}/s/{public.token}"
        rows = queries.survey_questions(work.session, survey_id)
        world.facts["survey_questions"] = {row.name: row.id for row in rows}


def _plant(world: "World", work: Work, program_id: UUID) -> UUID:
    chance = Random(f"{SEED}:surveys")  # noqa: S311  # a sample, not a secret
    work.actor = Actor("system", None, "Mara Klein")
    definition = orjson.loads((FOLDER / "sample_definition.json").read_bytes())
    survey = service.create_survey(work, program_id=program_id, name=NAME, definition=definition)
    service.publish(work, survey.id, note="First version")
    work.now = world.ago(6)
    service.create_survey(work, program_id=program_id, name="Before you go", definition=EXIT)
    work.now = world.ago(SENT_DAYS_AGO)
    survey = work.lock(Survey, survey.id)
    survey.sent_at = work.now
    _answer(world, work, survey, chance)
    _plant_in_product(world, work, program_id)
    return survey.id


def _plant_in_product(world: "World", work: Work, program_id: UUID) -> None:
    """Some of the people saw it in the product since last week; fewer answered, some closed it."""
    chance = Random(f"{SEED}:product")  # noqa: S311  # a sample, not a secret
    work.now = world.ago(7)
    survey = service.create_survey(work, program_id=program_id, name=IN_PRODUCT, definition=SHORT)
    service.publish(work, survey.id, note="Short enough to be asked in between")
    placement = service.change_placement(
        work, survey.id, version=None, is_on=True, events=["note synced"], delay_seconds=3
    )
    service.begin_placement(work, survey.id)
    words: dict[str, list[str]] = orjson.loads((FOLDER / "sample_words.json").read_bytes())
    people = _users(world, work, program_id)
    for number, place in enumerate(chance.sample(people, min(len(people), IN_PRODUCT_SEEN))):
        work.now = world.ago(chance.uniform(0.5, 6.8))
        showing.note_shown(work, placement, program_id, place.tester_id, work.now)
        if number >= IN_PRODUCT_ANSWERED:
            if chance.random() < 0.6:
                showing.note_dismissed(work, placement, program_id, place.tester_id, work.now)
            continue
        door = Door(Way.PRODUCT, survey, None, place)
        response = respond.begin(work, door, submission_key=f"sample-product-{place.id.hex}").response
        nps = chance.choices(list(NPS), list(NPS.values()))[0]
        told: dict[str, Any] = {"recommend": nps}
        if nps <= 6:
            told["missing"] = chance.choice(words["detractor"])
        elif nps >= 9 and chance.random() < 0.6:
            told["best"] = chance.choice(words["promoter"])
        respond.save(work, response, told)
        respond.finish(work, response, queries.published(work.session, response.version_id))


def _users(world: "World", work: Work, program_id: UUID) -> list[Enrollment]:
    """Those who use the product, but for Ana, who is still to see it."""
    return list(
        work.session.scalars(
            select(Enrollment)
            .where(
                Enrollment.program_id == program_id,
                Enrollment.state == State.ACTIVE,
                Enrollment.tester_id != world.facts.get("tester_id"),
            )
            .order_by(Enrollment.applied_at, Enrollment.id)
        )
    )


def _answer(world: "World", work: Work, survey: Survey, chance: Random) -> None:
    """Links to everybody inside; most who opened theirs answer within days, some never finish."""
    places = list(
        work.session.scalars(
            select(Enrollment)
            .where(
                Enrollment.program_id == survey.program_id,
                Enrollment.state.in_((State.ACTIVE, State.ACCEPTED)),
            )
            .order_by(Enrollment.applied_at, Enrollment.id)
        )
    )
    chance.shuffle(places)
    for place in places:
        links.personal_link(work, survey.id, place.id)
    active = [place for place in places if place.state is State.ACTIVE]
    words: dict[str, list[str]] = orjson.loads((FOLDER / "sample_words.json").read_bytes())
    waits = [chance.expovariate(1 / 5.2) for _ in range(COMPLETE)]
    late = SENT_DAYS_AGO - 0.2
    moments = sorted(SENT_DAYS_AGO - (wait if wait < late else chance.uniform(3, late)) for wait in waits)[
        ::-1
    ]
    # Ana, behind the sample's own sign-in link, is still to answer.
    people = [place for place in active if place.id != _ana(world, work, survey)]
    for place, days_ago in zip(people[:COMPLETE], moments, strict=False):
        work.now = world.ago(days_ago)
        _open_link(work, survey, place, days_ago=chance.random() * 0.01)
        answers = _answers(chance, words)
        respond.submit(work, survey, answers, submission_key=f"sample-{place.id.hex}", enrollment=place)
        _begin_earlier(work, survey, place, minutes=chance.uniform(1.5, 7))
    for place in people[COMPLETE : COMPLETE + PARTIAL]:
        work.now = world.ago(chance.uniform(1, SENT_DAYS_AGO))
        _open_link(work, survey, place, days_ago=0)
        _leave_unfinished(work, survey, place, _answers(chance, words))


def _ana(world: "World", work: Work, survey: Survey) -> UUID | None:
    return work.session.scalar(
        select(Enrollment.id).where(
            Enrollment.program_id == survey.program_id, Enrollment.tester_id == world.facts.get("tester_id")
        )
    )


def _answers(chance: Random, words: dict[str, list[str]]) -> dict[str, Any]:
    def pick(weights: dict[Any, int]) -> Any:
        return chance.choices(list(weights), list(weights.values()))[0]

    nps = pick(NPS)
    mood = "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"
    lift = 1 if mood == "promoter" else -1 if mood == "detractor" else 0
    found: dict[str, Any] = {
        "satisfaction": {
            row: min(5, max(1, pick(weights) + (lift if chance.random() < 0.4 else 0)))
            for row, weights in SATISFIED.items()
        },
        "used_import": pick(IMPORT),
        "platforms": chance.sample(
            ["iOS", "Android", "macOS", "Windows", "Web"], chance.choice((1, 2, 2, 3))
        ),
        "nps": nps,
        "would_miss": pick(MISS[mood]),
    }
    if found["used_import"] != "no":
        found["import_easy"] = pick(EASY[found["used_import"]])
        if found["import_easy"] <= 3 and chance.random() < 0.8:
            found["import_trouble"] = chance.choice(words["import_trouble"])
    if chance.random() < 0.55:
        found["nps_why"] = chance.choice(words[mood])
    if chance.random() < 0.85:
        found["pay"] = chance.random() < {"promoter": 0.72, "passive": 0.4, "detractor": 0.08}[mood]
    return found


def _open_link(work: Work, survey: Survey, place: Enrollment, *, days_ago: float) -> None:
    link_id = work.session.scalar(
        select(SurveyLink.id).where(SurveyLink.survey_id == survey.id, SurveyLink.enrollment_id == place.id)
    )
    if link_id is not None:
        now, work.now = work.now, work.now - dt.timedelta(days=days_ago)
        links.count_openings(work, {link_id: 1})
        work.now = now


def _begin_earlier(work: Work, survey: Survey, place: Enrollment, *, minutes: float) -> None:
    work.session.execute(
        update(Response)
        .where(Response.survey_id == survey.id, Response.enrollment_id == place.id)
        .values(started_at=work.now - dt.timedelta(minutes=minutes))
        .execution_options(synchronize_session=False)
    )


def _leave_unfinished(work: Work, survey: Survey, place: Enrollment, answers: dict[str, Any]) -> None:
    """The first page only."""
    live = queries.live_version(work.session, survey)
    if live is None:
        return
    first = {
        question.key for question in queries.published(work.session, live.id).definition.pages[0].questions
    }
    definition = queries.published(work.session, live.id).definition
    work.add(
        Response(
            survey_id=survey.id,
            version_id=live.id,
            enrollment_id=place.id,
            tester_id=place.tester_id,
            submission_key=f"sample-{place.id.hex}",
            state=ResponseState.PARTIAL,
            page=1,
            answers={
                **first_values(definition),
                **{key: value for key, value in answers.items() if key in first},
            },
            started_at=work.now,
            saved_at=work.now,
        )
    )
