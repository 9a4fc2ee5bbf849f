"""The history on a flag's page: revisions and what else was done, in one line of time."""

from collections.abc import Callable

import pytest

from betaops.flags import happened, promotion, queries, service
from betaops.flags.differences import Names
from betaops.flags.models import Flag, Stage
from betaops.flags.queries import Happened
from betaops.flags.rolling import Step
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import Application
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.flags.test_pages import at
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.signed_in import a_member


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def flag(work: Work, program: Program) -> Flag:
    product = program_queries.product(work.session, program.product_id)
    user = a_member(work, "manager")
    work.actor = Actor("member", user.id, user.name)
    return a_flag(work, product=product, key="focus", percentage=0)


def lived(work: Work, program: Program, flag: Flag) -> None:
    """Seven things after it was made."""
    ana = an_enrollment(work, program=program, name="Ana Ruiz").tester_id
    feature = a_feature(work, flag, stage=Stage.CONCEPT)
    service.promote(work, feature.id, Stage.BETA)
    service.change_flag(work, flag.id, version=None, description="Quiet")
    service.set_override(work, flag.id, ana, True, why="She asked")
    service.clear_override(work, flag.id, ana)
    service.start_rollout(work, flag.id, (Step(10, 24), Step(100, 0)))


def told(work: Work, flag: Flag, cursor: str | None = None, size: int = 3) -> tuple[list[str], str | None]:
    page = queries.happenings(work.session, flag, Names({}), happened.KINDS, cursor=cursor, size=size)
    kinds = [each.event.kind if isinstance(each, Happened) else each.revision.change.value for each in page]
    return kinds, page.next


def test_everything_stands_in_one_order_on_as_many_pages_as_it_takes(
    work: Work, program: Program, flag: Flag
) -> None:
    lived(work, program, flag)
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        some, cursor = told(work, flag, cursor)
        found, pages = found + some, pages + 1
    assert (pages, found) == (
        3,
        [
            "stepped",
            "rollout_planned",
            "override_cleared",
            "override_set",
            "edited",
            "feature_stage_changed",
            "feature_offered",
            "created",
        ],
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_tells_it_in_words_with_names(
    work: Work, program: Program, flag: Flag, member_client: Callable[..., Browser]
) -> None:
    lived(work, program, flag)
    page = member_client("analyst").get(at(program, flag)).text
    for words in (
        "offered early access: concept",
        "moved the early access: concept → beta",
        "set it to on by hand for Ana Ruiz",
        "She asked",
        "let the rules decide again for Ana Ruiz",
        "planned a roll-out",
        "Roll-out, step 1 of 2",
        "<b>Manager</b>",
    ):
        assert words in page, words


def test_a_broken_guardrail_stands_in_the_way_of_every_stage(
    app: Application, work: Work, flag: Flag, clock: Clock
) -> None:
    feature = a_feature(work, flag, stage=Stage.CONCEPT)
    rail = service.set_guardrail(work, flag.id, "new_blockers", limit=0, window_hours=1)
    assert promotion.blocks(work.session, flag.product_id, flag, Stage.ALPHA) == []
    service.note_readings(work, flag.id, [queries.Reading(rail.id, rail.counts_since, 1.0)])
    [sentence] = promotion.blocks(work.session, flag.product_id, flag, Stage.ALPHA)
    assert "New blocker reports" in sentence
    service.sign_resume(work, flag.id, "Mended")
    service.promote(work, feature.id, Stage.ALPHA)
