"""Early access on the pages of testers and members, without a script."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from betaops.enrollment.models import Enrollment, State
from betaops.flags import promotion, queries, service
from betaops.flags.models import Feature, Flag, Stage
from betaops.kernel import clock
from betaops.kernel.ids import encode
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]
Tester = Callable[[Enrollment], Browser]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def flag(work: Work, product: Product) -> Flag:
    return a_flag(work, product=product, key="focus", conditions=[])


@pytest.fixture
def feature(work: Work, flag: Flag) -> Feature:
    return a_feature(work, flag)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", name="Ana Ruiz")


def in_portal(program: Program) -> str:
    return f"/portal/{program.slug}/features"


def of_flag(program: Program, flag: Flag, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/flags/{encode('flg', flag.id)}{rest}"


def of_person(program: Program, place: Enrollment, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/testers/{encode('enr', place.id)}/flags{rest}"


def test_a_tester_joins_and_leaves(
    work: Work, program: Program, feature: Feature, ana: Enrollment, tester_client: Tester
) -> None:
    browser = tester_client(ana)
    assert "There is a feature to try" in browser.get(f"/portal/{program.slug}").text
    page = browser.get(in_portal(program)).text
    assert "Focus mode" in page
    assert "Nearly done" in page
    for _twice in range(2):
        browser.post(f"{in_portal(program)}/{encode('fea', feature.id)}/choice", data={"joins": "yes"})
    page = browser.get(in_portal(program)).text
    assert "You are trying it" in page
    assert "is switched on for you" in page
    assert "There is a feature to try" not in browser.get(f"/portal/{program.slug}").text
    browser.submit(in_portal(program), action="/choice")
    assert "You left it" in browser.get(in_portal(program)).text
    assert "Focus mode" in browser.get("/portal/me/data.json").text


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage.CONCEPT, "Put me on the list"),
        (Stage.ALPHA, "Expect rough edges"),
        (Stage.GENERAL_AVAILABILITY, "on its way to you"),
    ],
)
def test_each_stage_has_its_own_words(
    work: Work, program: Program, flag: Flag, ana: Enrollment, tester_client: Tester, stage: Stage, words: str
) -> None:
    a_feature(work, flag, stage=stage)
    assert words in tester_client(ana).get(in_portal(program)).text


def test_what_is_on_for_everybody_says_so(
    work: Work, program: Program, product: Product, ana: Enrollment, tester_client: Tester
) -> None:
    a_feature(work, a_flag(work, product=product), stage=Stage.GENERAL_AVAILABILITY)
    assert "On for everybody now" in tester_client(ana).get(in_portal(program)).text


def test_without_features_there_is_no_tab_and_the_page_says_why(
    work: Work, program: Program, ana: Enrollment, tester_client: Tester
) -> None:
    browser = tester_client(ana)
    assert "Features to try" not in browser.get(f"/portal/{program.slug}").text
    assert "Nothing to try at the moment" in browser.get(in_portal(program)).text


def test_only_who_has_a_seat_in_a_program_of_the_product_joins(
    work: Work, program: Program, feature: Feature, ana: Enrollment, tester_client: Tester
) -> None:
    choice = f"{in_portal(program)}/{encode('fea', feature.id)}/choice"
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    assert tester_client(waiting).get(in_portal(program)).status_code == 404
    assert tester_client(waiting).post(choice, data={"joins": "yes"}).status_code == 404
    other = a_program(work, name="Other", codename="Other")
    elsewhere = an_enrollment(work, program=other)
    browser = tester_client(elsewhere)
    assert browser.post(choice.replace(program.slug, other.slug), data={"joins": "yes"}).status_code == 404
    assert tester_client(ana).post(choice, data={"joins": "perhaps"}).status_code == 409
    assert queries.choice_counts(work.session, [feature.id])[feature.id] == (0, 0)


def test_early_access_is_offered_changed_and_ended(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    browser = member_client("manager")
    assert "Offer early access" in browser.get(of_flag(program, flag)).text
    wrong = {"name": "", "payload": "[1]", "stage": "soon", "documentation_url": "javascript:alert(1)"}
    refused = browser.submit(of_flag(program, flag, "/feature"), wrong)
    assert refused.status_code == 422
    for sentence in ("Give it a name", "This is no JSON object", "Choose a stage"):
        assert sentence in refused.text
    refused = browser.submit(
        of_flag(program, flag, "/feature"), {"name": "Focus mode", "documentation_url": "help"}
    )
    assert "Write a whole address" in refused.text
    saved = browser.submit(of_flag(program, flag, "/feature"), {"name": "Focus mode", "stage": "beta"})
    assert saved.status_code == 303
    page = browser.get(of_flag(program, flag)).text
    assert "0 joined" in page
    assert "offered early access" in page
    browser.submit(of_flag(program, flag, "/feature"), {"description": "Quiet."})
    assert "Quiet." in browser.get(of_flag(program, flag)).text
    stale = browser.submit(of_flag(program, flag, "/feature"), {"name": "Old", "version": "1"})
    assert stale.status_code == 422
    assert "saved a newer version" in stale.text
    browser.submit(of_flag(program, flag), action="/feature/deletion")
    assert queries.feature_of(work.session, flag.id) is None


def test_a_promotion_says_what_changes_for_how_many(
    work: Work, program: Program, flag: Flag, ana: Enrollment, member_client: Member
) -> None:
    an_enrollment(work, program=program, name="Ben")
    feature = a_feature(work, flag, stage=Stage.CONCEPT)
    service.choose(work, feature.id, ana.tester_id, joins=True)
    browser = member_client("manager")
    assert "1 waits for it" in browser.get(of_flag(program, flag)).text
    confirm = of_flag(program, flag, "/feature/stage?to=alpha")
    assert "1 person gets it within a second." in browser.get(confirm).text
    assert browser.submit(confirm).status_code == 303
    assert queries.feature_of(work.session, flag.id).stage is Stage.ALPHA  # type: ignore[union-attr]
    back = browser.get(of_flag(program, flag, "/feature/stage?to=concept")).text
    assert "1 person loses it within a second." in back
    release = browser.get(of_flag(program, flag, "/feature/stage?to=general-availability")).text
    assert "Nobody gets or loses it by that." in release
    assert "1 person gets it within a second." in release
    browser.submit(of_flag(program, flag, "/feature/stage?to=general-availability"))
    audience = queries.audience(work.session, queries.flag(work.session, flag.id), work.now)
    assert (audience.looked_at, audience.on) == (2, 2)


def test_what_blocks_a_promotion_is_shown_and_nothing_moves(
    work: Work,
    program: Program,
    flag: Flag,
    feature: Feature,
    member_client: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = member_client("manager")
    monkeypatch.setattr(promotion, "_gates", [lambda *_about: ["Lantern: no GO is decided yet."]])
    assert "no GO is decided yet" in browser.get(of_flag(program, flag)).text
    confirm = of_flag(program, flag, "/feature/stage?to=general-availability")
    assert "no GO is decided yet" in browser.get(confirm).text
    sent = browser.post(confirm, data={"for_everybody": "y"})
    assert (sent.status_code, "no GO is decided yet" in sent.text) == (422, True)
    assert queries.feature_of(work.session, flag.id).stage is Stage.BETA  # type: ignore[union-attr]
    assert queries.flag(work.session, flag.id).conditions == []
    browser.submit(of_flag(program, flag, "/feature/stage?to=alpha"))
    assert queries.feature_of(work.session, flag.id).stage is Stage.ALPHA  # type: ignore[union-attr]


def test_somebody_is_enrolled_and_withdrawn_by_hand(
    work: Work, program: Program, feature: Feature, ana: Enrollment, flag: Flag, member_client: Member
) -> None:
    browser = member_client("manager")
    choice = of_person(program, ana, f"/{encode('flg', flag.id)}/choice")
    browser.post(choice, data={"joins": "yes"})
    page = browser.get(of_person(program, ana)).text
    assert "Enrolled by hand by Manager" in page
    assert "Early access, beta: joined" in page
    browser.post(choice, data={"joins": "no"})
    assert "Withdrawn by hand by Manager" in browser.get(of_person(program, ana)).text
    service.choose(by_tester(work, ana), feature.id, ana.tester_id, joins=True)
    assert "They chose it themselves" in browser.get(of_person(program, ana)).text
    assert "They chose it themselves" in browser.get(of_flag(program, flag, "?q=Ana")).text


def by_tester(work: Work, place: Enrollment) -> Work:
    """What the tester does now: later than what members did on pages meanwhile."""
    return replace(work, actor=Actor("tester", place.tester_id, "Ana Ruiz"), now=clock.now())


def test_a_value_is_set_by_hand_with_a_reason_and_cleared(
    work: Work, program: Program, product: Product, ana: Enrollment, member_client: Member
) -> None:
    flag = a_flag(work, product=product, key="sync", variants={"log": 100, "merge": 0})
    browser = member_client("manager")
    value = of_person(program, ana, f"/{encode('flg', flag.id)}/value")
    refused = browser.submit(value, {"value": "variant:merge"})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert browser.post(value, data={"value": "variant:gone", "why": "x"}).status_code == 422
    assert browser.submit(value, {"value": "variant:merge", "why": "To see it."}).status_code == 303
    page = browser.get(of_person(program, ana)).text
    assert "Set by hand by Manager: To see it." in page
    assert "Set by hand by Manager: To see it." in browser.get(of_flag(program, flag, "?q=Ana")).text
    assert "set it to merge by hand for Ana Ruiz" in browser.get(of_flag(program, flag)).text
    for _twice in range(2):
        browser.post(f"{value}/deletion")
    assert "Condition 1 fits" in browser.get(of_person(program, ana)).text
    browser.submit(value, {"value": "off", "why": "It crashes."})
    browser.submit(value, {"value": "rules"})
    assert "Condition 1 fits" in browser.get(of_person(program, ana)).text


def test_who_may_only_look_sees_reasons_and_no_buttons(
    work: Work, program: Program, feature: Feature, ana: Enrollment, flag: Flag, member_client: Member
) -> None:
    browser = member_client("analyst")
    assert "Promote" not in browser.get(of_flag(program, flag)).text
    assert "Set by hand" not in browser.get(of_person(program, ana)).text
    assert browser.get(of_person(program, ana, f"/{encode('flg', flag.id)}/value")).status_code == 403
