"""Products, programs, phases, agreements, seats."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from betaops.kernel import tokens
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.events import history
from betaops.kernel.work import Work
from betaops.programs import queries, service
from betaops.programs.models import FOLLOWING, Agreement, Phase, Program, PublishedIsFinal
from betaops.programs.screener import Question
from betaops.programs.story import Charter, Story
from tests.factories.programs import a_product, a_program


def test_a_product_is_found_by_its_public_and_by_its_secret_key(work: Work) -> None:
    product, secret = service.create_product(work, name="Aurora Notes")
    assert product.project_key.startswith("bo_")
    assert queries.product_by_project_key(work.session, product.project_key) is product
    assert queries.product_by_secret_key(work.session, secret) is product
    with pytest.raises(NotFound):
        queries.product_by_secret_key(work.session, secret + "x")


def test_security_38_a_secret_key_is_kept_only_hashed_and_sealed(work: Work) -> None:
    product, secret = service.create_product(work, name="Aurora Notes")
    assert product.secret_digest == tokens.digest(secret)
    assert secret not in product.secret_sealed
    assert service.secret_key(work, product) == secret


def test_a_replaced_secret_key_opens_nothing_any_more(work: Work) -> None:
    product, old = service.create_product(work, name="Aurora Notes")
    new = service.replace_secret_key(work, product.id)
    work.session.flush()
    assert queries.product_by_secret_key(work.session, new) is product
    with pytest.raises(NotFound):
        queries.product_by_secret_key(work.session, old)


@pytest.mark.parametrize(
    "origin",
    [
        "app.example.com",
        "https://",
        "https://*.example.com",
        "ftp://x.com",
        "https://a.com/b",
        "https://u@a.com",
        "https://a.com:x",
    ],
)
def test_what_is_no_origin_is_refused(work: Work, origin: str) -> None:
    with pytest.raises(Invalid):
        service.create_product(work, name="Aurora", origins=[origin])


def test_origins_are_kept_as_browsers_send_them(work: Work) -> None:
    product, _ = service.create_product(
        work, name="A", origins=["HTTPS://App.Example.com/", "http://localhost:3000", " "]
    )
    assert product.origins == ["https://app.example.com", "http://localhost:3000"]


def test_two_products_of_one_name_get_two_slugs(work: Work) -> None:
    assert [a_product(work).slug, a_product(work).slug] == ["aurora-notes", "aurora-notes-2"]


def test_revisions_count_up(work: Work) -> None:
    product = a_product(work)
    assert [service.bump_revision(work, product.id), service.bump_revision(work, product.id)] == [1, 2]


@pytest.mark.parametrize("template", ["closed_beta", "open_beta", "customer_pilot"])
def test_a_template_fills_a_program_that_can_recruit_after_publishing_its_agreement(
    work: Work, template: str
) -> None:
    program = service.create_program(work, product_id=a_product(work).id, name="Two", template=template)
    with pytest.raises(Refused) as caught:
        service.change_phase(work, program.id, Phase.RECRUITING)
    assert caught.value.values["missing"] == ["agreement"]
    service.publish_agreement(work, program.id)
    service.change_phase(work, program.id, Phase.RECRUITING)
    assert program.phase is Phase.RECRUITING


def test_an_unknown_template_is_refused(work: Work) -> None:
    with pytest.raises(Invalid):
        service.create_program(work, product_id=a_product(work).id, name="Two", template="secret")


def test_addresses_are_unique_in_the_whole_installation(work: Work) -> None:
    product = a_product(work)
    first = service.create_program(work, product_id=product.id, name="Beta", template="open_beta")
    second = service.create_program(work, product_id=product.id, name="Beta", template="open_beta")
    assert [first.slug, second.slug] == ["beta", "beta-2"]
    with pytest.raises(Invalid) as caught:
        service.create_program(work, product_id=product.id, name="Beta", template="open_beta", slug="beta")
    assert caught.value.code == "slug_taken"


@pytest.mark.parametrize("slug", ["new", "sign-in", "Über", "a b", "-a", ""])
def test_an_address_that_cannot_be_one_is_refused(work: Work, slug: str) -> None:
    if slug == "":
        assert service.create_program(
            work, product_id=a_product(work).id, name="Beta", template="open_beta", slug=""
        ).slug
        return
    with pytest.raises(Invalid):
        service.create_program(
            work, product_id=a_product(work).id, name="Beta", template="open_beta", slug=slug
        )


def test_a_program_goes_only_where_its_phase_leads(work: Work) -> None:
    program = a_program(work)
    for phase in Phase:
        for wanted in Phase:
            program.phase = phase
            work.session.flush()
            if wanted is phase or (wanted in FOLLOWING[phase]):
                assert service.change_phase(work, program.id, wanted).phase is wanted
            else:
                with pytest.raises(Refused):
                    service.change_phase(work, program.id, wanted)


def test_a_phase_said_twice_is_one_change(work: Work) -> None:
    program = a_program(work)
    before = len(queries.phases(work.session, program.id))
    service.change_phase(work, program.id, Phase.RUNNING)
    service.change_phase(work, program.id, Phase.RUNNING)
    assert len(queries.phases(work.session, program.id)) == before + 1


def test_a_stale_save_says_who_saved_before_and_changes_nothing(work: Work) -> None:
    program = a_program(work)
    seen = program.version
    service.change_goals(work, program.id, version=seen, goals="Mine", charter=Charter())
    program.changed_by = "Mara"
    with pytest.raises(Stale) as caught:
        service.change_story(work, program.id, version=seen, name="Other", codename="", story=Story())
    assert caught.value.values["who"] == "Mara"
    assert program.goals == "Mine"


def test_a_save_that_changes_nothing_makes_no_version_and_no_event(work: Work) -> None:
    program = a_program(work)
    events = len(history(work.session, work.workspace_id, program.id))
    service.change_screener(work, program.id, version=program.version, asked=[])
    assert len(history(work.session, work.workspace_id, program.id)) == events


def test_a_screener_with_faults_is_refused_whole(work: Work) -> None:
    program = a_program(work)
    with pytest.raises(Invalid):
        service.change_screener(work, program.id, version=None, asked=[Question(name="a", label="")])
    assert program.screener == []


def test_an_archived_program_stays_as_it_was(work: Work) -> None:
    program = a_program(work, phase=Phase.ARCHIVED)
    with pytest.raises(Refused):
        service.change_goals(work, program.id, version=None, goals="New", charter=Charter())


def test_the_end_cannot_lie_before_the_start(work: Work) -> None:
    program = a_program(work)
    with pytest.raises(Invalid):
        _schedule(work, program, ends_on=program.starts_on - timedelta(days=1))


def test_seats_cannot_become_fewer_than_are_taken(work: Work) -> None:
    program = a_program(work, capacity=5)
    assert service.take_seats(work, program.id, 3) == 3
    with pytest.raises(Refused) as caught:
        _schedule(work, program, capacity=2)
    assert caught.value.values["taken"] == 3


def test_seats_are_taken_while_there_are_any(work: Work) -> None:
    program = a_program(work, capacity=5)
    assert [service.take_seats(work, program.id, 4), service.take_seats(work, program.id, 4)] == [4, 1]
    assert service.take_seats(work, program.id) == 0
    service.release_seats(work, program.id, 2)
    assert program.seats_free == 2


def test_the_database_refuses_a_seat_too_many(work: Work) -> None:
    program = a_program(work, capacity=1)
    program.seats_taken = 2
    with pytest.raises(IntegrityError):
        work.session.flush()
    work.session.rollback()


def test_a_published_agreement_never_changes(work: Work) -> None:
    program = a_program(work)
    first = queries.agreement(work.session, program.id, 1)
    draft = service.save_draft(work, program.id, version=None, markdown="New words")
    assert draft.number == 2
    assert queries.agreement_in_force(work.session, program.id) is first
    service.publish_agreement(work, program.id)
    work.session.flush()
    assert queries.agreement_in_force(work.session, program.id) is draft
    work.session.commit()
    first.markdown = "Forged"
    with pytest.raises(PublishedIsFinal):
        work.session.flush()
    work.session.rollback()


def test_a_program_has_one_draft_at_a_time(work: Work) -> None:
    program = a_program(work)
    service.save_draft(work, program.id, version=0, markdown="One")
    draft = service.save_draft(work, program.id, version=1, markdown="Two")
    assert draft.version == 2
    with pytest.raises(Stale):
        service.save_draft(work, program.id, version=1, markdown="Three")
    second = Agreement(
        program_id=program.id, number=9, markdown="x", created_at=work.now, changed_at=work.now
    )
    with pytest.raises(IntegrityError):
        work.add(second)
    work.session.rollback()


def test_a_discarded_draft_leaves_what_is_in_force(work: Work) -> None:
    program = a_program(work)
    service.save_draft(work, program.id, version=None, markdown="One")
    service.discard_draft(work, program.id)
    work.session.flush()
    assert [row.number for row in queries.agreements(work.session, program.id)] == [1]
    with pytest.raises(Refused):
        service.publish_agreement(work, program.id)


def test_security_2_another_workspace_sees_none_of_it(work: Work) -> None:
    from betaops.accounts.models import Workspace

    program = a_program(work)
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.session.flush()
    work.enter(other.id)
    for ask in (
        lambda: queries.program(work.session, program.id),
        lambda: queries.program_by_slug(work.session, program.slug),
        lambda: queries.product(work.session, program.product_id),
        lambda: service.change_phase(work, program.id, Phase.RUNNING),
        lambda: service.save_draft(work, program.id, version=None, markdown="x"),
        lambda: service.replace_secret_key(work, program.product_id),
    ):
        with pytest.raises(NotFound):
            ask()


def _schedule(work: Work, program: Program, **changed: object) -> Program:
    values = {
        "starts_on": program.starts_on,
        "ends_on": program.ends_on,
        "capacity": program.capacity,
        "accepts_automatically": False,
        "recruits_while_running": True,
        **changed,
    }
    return service.change_schedule(work, program.id, version=None, **values)  # type: ignore[arg-type]
