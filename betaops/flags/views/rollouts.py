"""Roll-outs on the console: the card of a flag's page, planning one, and its buttons."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from betaops.flags import guardrails, policy, queries, rolling, service, wording
from betaops.flags.forms import RolloutForm
from betaops.flags.models import (
    LIVE,
    UNDER_WAY,
    Action,
    Flag,
    FlagProposal,
    FlagSchedule,
    Guardrail,
    Rollout,
    RolloutState,
    ScheduleState,
)
from betaops.flags.rolling import Step
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, note, program_of
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals
from betaops.web.templating import moment


class Reach(NamedTuple):
    """How many people have the flag now, and would at the next step and at the one before."""

    looked_at: int
    now: int
    next: int
    back: int


class Rail(NamedTuple):
    """A guardrail in words; `reading` is the one that broke it where it is broken."""

    row: Guardrail
    label: str
    limit: str
    reading: str | None

    @classmethod
    def of(cls, row: Guardrail) -> Self:
        value = row.reading if row.broken_reading is None else row.broken_reading
        return cls(
            row,
            guardrails.label(row.measure, row.event),
            guardrails.amount(row.measure, row.limit),
            None if value is None else guardrails.amount(row.measure, value),
        )


class Card(NamedTuple):
    """Everything that the flag's page says about what changes it by itself."""

    rollout: Rollout | None
    steps: list[dict[str, Any]]
    #: The condition that it drives, in words; None for all of them.
    who: str | None
    reach: Reach | None
    rails: Sequence[Rail]
    schedules: Sequence[FlagSchedule]

    @property
    def is_any(self) -> bool:
        return bool(self.rollout or self.rails or self.schedules)

    @property
    def goes_on(self) -> bool:
        """Whether something would happen by itself: archiving the flag ends that."""
        return self.is_live or any(each.state is ScheduleState.WAITING for each in self.schedules)

    @property
    def broken(self) -> list[Rail]:
        return [rail for rail in self.rails if rail.row.broken_at is not None]

    @property
    def is_live(self) -> bool:
        return self.rollout is not None and self.rollout.state in LIVE


def card_of(
    session: Session,
    flag: Flag,
    sentences: Sequence[wording.Sentence],
    loaded: queries.Loaded,
    people: Sequence[queries.Seated],
) -> Card:
    """`sentences` are the flag's conditions in words; `loaded` and `people` what the page has of its product."""
    rollout = queries.last_rollout(session, flag.id)
    rails = [Rail.of(row) for row in queries.guardrails_of(session, flag.id)]
    who = None
    if rollout is not None and rollout.condition is not None and rollout.condition < len(sentences):
        who = sentences[rollout.condition].who if len(sentences) > 1 else None
    return Card(
        rollout,
        _drawn(session, rollout) if rollout is not None else [],
        who,
        _reach(session, flag, rollout, loaded, people)
        if rollout is not None and viewer().can(policy.MANAGE)
        else None,
        rails,
        queries.schedules_of(session, flag.id),
    )


def _drawn(session: Session, rollout: Rollout) -> list[dict[str, Any]]:
    """The steps for the stepper: each with the day on which it was, or will be, entered."""
    entered = queries.entered_steps(session, rollout)
    here = -1 if rollout.step is None else rollout.step
    first_due = rollout.starts_at if rollout.step is None else rollout.next_at
    is_moving = rollout.state in (RolloutState.WAITING, RolloutState.RUNNING) and rollout.held_at is None
    dates = rolling.moments(rollout.plan[here + 1 :], first_due) if is_moving and first_due else []
    drawn = []
    for number, step in enumerate(rollout.plan):
        is_done = number < here or rollout.state is RolloutState.FINISHED
        at = entered.get(number) if number <= here else _at(dates, number - here - 1)
        drawn.append(
            {
                "label": _("%(share)s %%", share=f"{step.share:g}"),
                "state": "done" if is_done else "current" if number == here else "next",
                "note": moment(at, "d MMM, HH:mm") if at else None,
            }
        )
    return drawn


def _at(dates: Sequence[datetime], index: int) -> datetime | None:
    return dates[index] if index < len(dates) else None


def _reach(
    session: Session,
    flag: Flag,
    rollout: Rollout,
    loaded: queries.Loaded,
    people: Sequence[queries.Seated],
) -> Reach | None:
    if rollout.state not in UNDER_WAY or rollout.step is None:
        return None
    plan = rollout.plan
    around = [plan[min(rollout.step + 1, len(plan) - 1)], plan[max(rollout.step - 1, 0)]]
    wanted = [rolling.with_share(flag.filters, rollout.condition, step.share) for step in around]
    filters = [flag.filters, *wanted]
    looked_at, counts = queries.reach(session, flag, filters, clock.now(), loaded=loaded, people=people)
    return Reach(looked_at, *counts)


@blueprint.route("/flags/<id(flg):flag_id>/rollouts/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new_rollout(slug: str, flag_id: uuid.UUID) -> Any:
    """Planned in two looks: the steps first, then how many people each of them reaches."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    names = queries.load(reading(), program.product_id).names_of_cohorts()
    form = RolloutForm()
    present = [wording.sentence(group, names) for group in flag.conditions]
    form.offer([each.who for each in present], viewer().timezone)
    preview = None
    if form.validate_on_submit() and _is_sound(form, flag):
        if form.seen.data == form.fingerprint():
            with refusals(form):
                values = {"steps": form.plan(), "condition": form.driven(), "at": form.moment()}
                wanted = Wanted(
                    Action.ROLL_OUT, flag.product_id, flag.id, values=values, note=form.note.data or ""
                )
                done = (
                    _("The roll-out is planned.")
                    if values["at"]
                    else _("The roll-out has begun. The product gets it within a second.")
                )
                return answered(program, service.make(writing(), wanted), flag.id, done, anchor="rollout")
        form.seen.data = form.fingerprint()
        preview = preview_of(flag, form.plan(), form.driven(), form.moment())
    page = render_template(
        "flags/rollout.html",
        program=program,
        flag=flag,
        form=form,
        preview=preview,
        present=present,
        own="own",
        is_waiting_needed=queries.approval_is_needed(reading(), program.product_id),
    )
    return page, 422 if form.errors else 200


def _is_sound(form: RolloutForm, flag: Flag) -> bool:
    """What can be said before anybody counts people."""
    at = form.moment()
    problems = [
        (rolling.problem_of_condition(flag.filters, form.driven()), "condition"),
        (rolling.problem_of_steps(form.plan()), "steps"),
        (rolling.problem_of_moment(at, clock.now()) if at else None, "at"),
    ]
    for sentence, field in problems:
        if sentence is not None:
            form.refuse(sentence, field)
    return not form.errors


def preview_of(
    flag: Flag, plan: Sequence[Step], condition: int | None, at: datetime | None
) -> dict[str, Any]:
    """Each step of a plan with its moment and how many people it reaches."""
    wanted = [rolling.with_share(flag.filters, condition, step.share) for step in plan]
    looked_at, (now, *counts) = queries.reach(reading(), flag, [flag.filters, *wanted], clock.now())
    begins_at = at or clock.now()
    return {
        "looked_at": looked_at,
        "now": now if flag.is_active else 0,
        "rows": list(zip(plan, rolling.moments(plan, begins_at), counts, strict=False)),
        "ends_at": rolling.moments(plan, begins_at)[-1],
        "loses": max(now - counts[0], 0) if flag.is_active else 0,
    }


@blueprint.post("/flags/<id(flg):flag_id>/rollout/pause")
@needs(policy.MANAGE)
def pause_rollout(slug: str, flag_id: uuid.UUID) -> Any:
    """Nobody new gets it."""
    service.pause_rollout(writing(), _live(slug, flag_id).id, _note())
    return _back_to(slug, flag_id, _("The roll-out is paused. Whoever has the feature keeps it."))


@blueprint.post("/flags/<id(flg):flag_id>/rollout/pause/deletion")
@needs(policy.MANAGE)
def resume_rollout(slug: str, flag_id: uuid.UUID) -> Any:
    """Go on; a broken guardrail needs the signature of `guardrails.resume`."""
    service.resume_rollout(writing(), _live(slug, flag_id).id)
    return _back_to(slug, flag_id, _("The roll-out goes on."))


@blueprint.post("/flags/<id(flg):flag_id>/rollout/<any(next, previous):way>")
@needs(policy.MANAGE)
def move_rollout(slug: str, flag_id: uuid.UUID, way: str) -> Any:
    """One step on or back from the step that the page showed."""
    shown = request.form.get("step", "")
    step = int(shown) if shown.isdecimal() and len(shown) < 4 else None
    rollout = _live(slug, flag_id)
    if way == "next":
        program = program_of(slug)
        values = {"rollout_id": rollout.id, "step": rollout.step if step is None else step}
        wanted = Wanted(Action.SKIP, program.product_id, flag_id, values=values, note=note())
        outcome = service.make(writing(), wanted)
        if isinstance(outcome, FlagProposal):
            return answered(program, outcome, flag_id, "")
    else:
        service.step_back(writing(), rollout.id, step)
    if rollout.state is RolloutState.FINISHED:
        return _back_to(slug, flag_id, _("The roll-out is finished."))
    return _back_to(slug, flag_id, _("The roll-out is at %(share)s %%.", share=f"{rollout.share:g}"))


@blueprint.post("/flags/<id(flg):flag_id>/rollout/deletion")
@needs(policy.MANAGE)
def end_rollout(slug: str, flag_id: uuid.UUID) -> Any:
    """It goes no further; the share stays."""
    service.end_rollout(writing(), _live(slug, flag_id).id, _note())
    return _back_to(slug, flag_id, _("The roll-out is ended. The share stays where it is."))


def _live(slug: str, flag_id: uuid.UUID) -> Rollout:
    """The flag's newest: what cannot be done with one that is over, the service says."""
    rollout = queries.last_rollout(reading(), flag_of(program_of(slug), flag_id).id)
    if rollout is None:
        raise NotFound
    return rollout


def _note() -> str:
    return request.form.get("note", "")


def _back_to(slug: str, flag_id: uuid.UUID, words: str) -> Any:
    flash(words)
    return redirect(url_for(".show", slug=slug, flag_id=flag_id, _anchor="rollout"), 303)
