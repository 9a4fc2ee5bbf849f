"""A program's settings."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries, screener
from betaops.programs.events import CapacityRaised, ProgramChanged, ProgramCreated
from betaops.programs.models import Agreement, Phase, Program, ProgramPhase
from betaops.programs.outlines import outline
from betaops.programs.slugs import LONGEST, PATTERN, RESERVED, candidates
from betaops.programs.story import Charter, Story

MOST_SEATS = 1_000_000
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


def create_program(
    work: Work,
    *,
    product_id: UUID,
    name: str,
    template: str,
    codename: str = "",
    slug: str | None = None,
    starts_on: date | None = None,
) -> Program:
    """A draft filled from a template, with its first agreement as a draft.

    `slug` must be free in the whole installation; without one a free one is made from the codename, which
    is what strangers may know.
    """
    product = queries.product(work.session, product_id)
    try:
        plan = outline(template, product.name)
    except KeyError:
        raise Invalid("unknown_template", _("There is no such template."), field="template") from None
    codename = codename.strip() or name
    starts_on = starts_on or work.now.date() + timedelta(days=7)
    _check_dates(starts_on, starts_on)
    program = Program(
        product_id=product.id,
        name=name,
        codename=codename,
        slug=_free_slug(work, slug, codename),
        capacity=plan.capacity,
        accepts_automatically=plan.accepts_automatically,
        goals=plan.goals,
        story=plan.story.to_json(),
        charter=plan.charter.to_json(),
        screener=[question.to_json() for question in plan.screener],
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=plan.weeks),
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    work.add(program)
    work.session.flush()
    work.add(ProgramPhase(program_id=program.id, phase=Phase.DRAFT, at=work.now, who=work.actor.name))
    work.add(
        Agreement(
            program_id=program.id,
            number=1,
            markdown=plan.agreement,
            created_at=work.now,
            changed_at=work.now,
            changed_by=work.actor.name,
        )
    )
    work.session.flush()
    work.record(ProgramCreated(program_id=program.id, product_id=product.id, name=name, template=template))
    return program


def change_story(
    work: Work, program_id: UUID, *, version: int | None, name: str, codename: str, story: Story
) -> Program:
    return _change(work, program_id, version, name=name, codename=codename or name, story=story.to_json())


def change_goals(
    work: Work, program_id: UUID, *, version: int | None, goals: str, charter: Charter
) -> Program:
    return _change(work, program_id, version, goals=goals, charter=charter.to_json())


def change_screener(
    work: Work, program_id: UUID, *, version: int | None, asked: Sequence[screener.Question]
) -> Program:
    """Questions from now on; answers already given stay as they were given."""
    try:
        screener.check(asked)
    except screener.BadScreener as error:
        raise Invalid("bad_screener", "\n".join(error.problems.values()), problems=error.problems) from error
    return _change(work, program_id, version, screener=[question.to_json() for question in asked])


def change_schedule(
    work: Work,
    program_id: UUID,
    *,
    version: int | None,
    starts_on: date,
    ends_on: date,
    capacity: int,
    accepts_automatically: bool,
    recruits_while_running: bool,
) -> Program:
    """Dates, seats and how they are given. More seats are offered to the waitlist afterwards."""
    _check_dates(starts_on, ends_on)
    if not 0 <= capacity <= MOST_SEATS:
        raise Invalid("bad_capacity", _("Between 0 and %(most)s seats.", most=MOST_SEATS), field="capacity")
    program = work.lock(Program, program_id)
    if capacity < program.seats_taken:
        raise Refused(
            "seats_in_use",
            _(
                "%(taken)s seats are taken: remove testers first, or keep at least that many.",
                taken=program.seats_taken,
            ),
            taken=program.seats_taken,
        )
    former = program.capacity
    program = _change(
        work,
        program_id,
        version,
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=capacity,
        accepts_automatically=accepts_automatically,
        recruits_while_running=recruits_while_running,
    )
    if capacity > former:
        work.record(CapacityRaised(program_id=program.id, former=former, capacity=capacity))
    return program


def _change(work: Work, program_id: UUID, version: int | None, **values: Any) -> Program:
    program = work.lock(Program, program_id)
    if program.phase is Phase.ARCHIVED:
        raise Refused("archived", _("An archived program stays as it was."))
    changed = edit(work, program, version, **values)
    if changed:
        work.record(ProgramChanged(program_id=program.id, changed=changed))
    return program


def _free_slug(work: Work, wanted: str | None, name: str) -> str:
    tries = [wanted] if wanted else candidates(name, "program")
    if wanted and (wanted in RESERVED or not PATTERN.fullmatch(wanted) or len(wanted) > LONGEST):
        raise Invalid("bad_slug", _("Use small letters, digits and dashes, like notes-beta."), field="slug")
    taken = set(
        work.session.scalars(
            select(Program.slug).where(Program.slug.in_(tries)).execution_options(unscoped=True)
        )
    )
    free = next((candidate for candidate in tries if candidate not in taken), None)
    if free is None:
        raise Invalid("slug_taken", _("This address is taken. Choose another."), field="slug")
    return free


def _check_dates(starts_on: date, ends_on: date) -> None:
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not EARLIEST <= day <= LATEST:
            raise Invalid("far_date", _("Take a day between 2000 and 2200."), field=field)
    if ends_on < starts_on:
        raise Invalid("ends_before_start", _("The end lies before the start."), field="ends_on")
