"""The sample's product and program: a closed beta of a note-taking app, on day 19 of 42."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from betaops.kernel.work import Actor, Work
from betaops.programs import service
from betaops.programs.models import Phase, Product, Program
from betaops.programs.screener import Kind, Question
from betaops.programs.story import Charter, Story

if TYPE_CHECKING:
    from betaops.accounts.sample import World

SLUG = "lantern"
DAY, DAYS = 19, 42
#: Days ago: drafted, recruiting, running.
DRAFTED, RECRUITED, STARTED = 33.0, 30.0, DAY - 1

SCREENER = (
    Question(
        name="platform",
        label="Where do you take most of your notes?",
        kind=Kind.CHOICE,
        options=("iOS", "Android", "macOS", "Windows", "Web"),
        keep_as="platform",
    ),
    Question(
        name="plan",
        label="Which plan of Aurora Notes do you use today?",
        kind=Kind.CHOICE,
        options=("Free", "Pro", "Team"),
        keep_as="plan",
    ),
    Question(
        name="role",
        label="What do you do?",
        hint="Your work, in a few words.",
        required=False,
        keep_as="role",
    ),
    Question(
        name="how_often",
        label="How often do you write notes?",
        kind=Kind.CHOICE,
        options=("Every day", "A few times a week", "Less often", "Never"),
        knock_out=("Never",),
        keep_as="how_often",
    ),
)

STORY = Story(
    title="Notes that are there, also on the train",
    lines=(
        "We have rebuilt how notes move between your devices.",
        "They should be there at once, and never be lost, also when you were offline.",
        "Importing from other apps is new, and we want it to be easy for everybody.",
        "Use it for your real notes for six weeks and tell us where it lets you down.",
        "Each report is read by the people who write the code.",
    ),
    audience="People who write notes every week, on a phone or a computer, alone or in a team.",
    asked="Take your notes as always, answer a short survey now and then, report what goes wrong.",
    minutes_per_week=20,
    reward="A year of Pro for everybody who takes part to the end, and your name in the release notes.",
)

CHARTER = Charter(
    hypothesis="People who write notes every week trust the new sync within six weeks and find import easy.",
    baseline="In 1.9, 6 % of active people report a lost or doubled note each month.",
    threshold="At least 97 % report no lost note, at least 75 % call import easy, no blocker older than two days.",
    decider="Mara Klein",
)

GOALS = """- Sync never loses a note
- Importing from other apps is easy
- People would miss it if it were gone
- It feels fast on an old phone
- Teams can share without surprises
"""


def plant(world: "World") -> None:
    """Aurora Notes and its beta, dated as if it had been run by Mara."""
    with world.work(DRAFTED) as work:
        program = work.session.scalar(select(Program).where(Program.slug == SLUG))
        if program is None:
            product, _secret = service.create_product(work, name="Aurora Notes", slug="aurora-notes")
            program = _program(work, product, world)
        product = work.session.scalars(select(Product).where(Product.id == program.product_id)).one()
        world.facts |= {
            "product": product.slug,
            "program": program.slug,
            "project_key": product.project_key,
            "secret_key": service.secret_key(work, product),
            "product_id": product.id,
            "program_id": program.id,
            "portal_url": f"{world.platform.settings.base_url}/join/{program.slug}",
        }


def _program(work: Work, product: Product, world: "World") -> Program:
    work.actor = Actor("member", world.facts.get("owner_id"), "Mara Klein")
    program = service.create_program(
        work,
        product_id=product.id,
        name="Aurora Notes 2.0 closed beta",
        codename="Project Lantern",
        slug=SLUG,
        template="closed_beta",
        starts_on=world.ago(STARTED).date(),
    )
    service.change_story(
        work, program.id, version=None, name=program.name, codename=program.codename, story=STORY
    )
    service.change_goals(work, program.id, version=None, goals=GOALS, charter=CHARTER)
    service.change_screener(work, program.id, version=None, asked=SCREENER)
    service.change_schedule(
        work,
        program.id,
        version=None,
        starts_on=program.starts_on,
        ends_on=program.starts_on + timedelta(days=DAYS - 1),
        capacity=220,
        accepts_automatically=False,
        recruits_while_running=True,
    )
    service.publish_agreement(work, program.id)
    for phase, days_ago in ((Phase.RECRUITING, RECRUITED), (Phase.RUNNING, STARTED)):
        work.now = world.ago(days_ago)
        service.change_phase(work, program.id, phase)
    return program
