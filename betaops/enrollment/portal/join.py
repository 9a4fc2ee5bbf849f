"""`/join/<slug>`: story, questions, agreement, person, check, look in your mail. One topic a screen.

What was answered is a row (`Application`) that the visitor's session names; nothing is asked twice, and
every screen has an address of its own, so that *back* does what people expect.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from betaops.enrollment.forms.joining import AgreeForm, PersonForm, question_form, typed
from betaops.enrollment.models import Application
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.service import applying, visiting
from betaops.kernel import clock, i18n
from betaops.kernel.db import scope_to
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs import screener
from betaops.programs.models import Program
from betaops.programs.story import Story
from betaops.web.access import public
from betaops.web.application import afterwards, reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.limits import limiter

blueprint = Blueprint("join", __name__, url_prefix="/join")

#: In the session: draft tokens by program.
DRAFTS = "drafts"
MOST_DRAFTS = 3


@blueprint.get("/<slug>")
@public
def story(slug: str) -> str:
    program = _program(slug)
    if request.method == "GET" and viewer().kind != "member":
        program_id, workspace_id = program.id, program.workspace_id

        def count(work: Any) -> None:
            work.enter(workspace_id)
            visiting.count_visit(work, program_id)

        afterwards(count)
    return render_template(
        "enrollment/join/story.html",
        program=program,
        story=Story.from_json(program.story),
        first=_first_step(program),
        has_draft=_draft(program) is not None,
        place=_own_place(program),
        waiting_list=program.seats_free == 0,
    )


@blueprint.route("/<slug>/questions/<int:number>", methods=["GET", "POST"])
@public
def question(slug: str, number: int) -> Any:
    program = _program(slug)
    if (closed := _turn_away(program)) is not None:
        return closed
    asked = screener.questions(program.screener)
    if not 1 <= number <= len(asked):
        return redirect(_first_step(program), 303)
    present = asked[number - 1]
    draft = _draft(program)
    kept = typed(present, (draft.answers if draft else {}).get(present.name))
    form = question_form(present)(data={"answer": kept})
    if form.validate_on_submit():
        with refusals(form):
            draft = draft or _begin(program)
            applying.answer(writing(), draft, {present.name: form.value})
            if screener.is_ruled_out([present], {present.name: form.value}):
                return redirect(url_for(".sorry", slug=slug), 303)
            if request.args.get("then") == "check":
                return redirect(url_for(".check", slug=slug), 303)
            return redirect(_step_after_question(program, number, len(asked)), 303)
    page = render_template(
        "enrollment/join/question.html",
        program=program,
        form=form,
        question=present,
        number=number,
        total=len(asked) + 2,
        back=url_for(".question", slug=slug, number=number - 1)
        if number > 1
        else url_for(".story", slug=slug),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<slug>/sorry")
@public
def sorry(slug: str) -> str:
    return render_template("enrollment/join/sorry.html", program=_program(slug))


@blueprint.route("/<slug>/agreement", methods=["GET", "POST"])
@public
def agreement(slug: str) -> Any:
    program = _program(slug)
    if (closed := _turn_away(program)) is not None:
        return closed
    in_force = program_queries.agreement_in_force(reading(), program.id)
    if in_force is None:
        return redirect(url_for(".person", slug=slug), 303)
    draft = _draft(program)
    ticked = draft is not None and draft.agreement_id == in_force.id
    form = AgreeForm(data={"agreed": ticked})
    is_newer = form.is_submitted() and form.number.data != str(in_force.number)
    if is_newer:
        form.agreed.data = False
    elif form.validate_on_submit():
        with refusals(form):
            applying.agree(writing(), draft or _begin(program), in_force)
            then = ".check" if request.args.get("then") == "check" else ".person"
            return redirect(url_for(then, slug=slug), 303)
    form.number.data = str(in_force.number)
    asked = len(program.screener)
    page = render_template(
        "enrollment/join/agreement.html",
        program=program,
        form=form,
        agreement=in_force,
        is_newer=is_newer,
        number=asked + 1,
        total=asked + 2,
        back=url_for(".question", slug=slug, number=asked) if asked else url_for(".story", slug=slug),
    )
    return page, 422 if form.errors or is_newer else 200


@blueprint.route("/<slug>/you", methods=["GET", "POST"])
@public
def person(slug: str) -> Any:
    program = _program(slug)
    if (closed := _turn_away(program)) is not None:
        return closed
    draft = _draft(program)
    form = PersonForm(data={"name": draft.name, "mail": draft.mail} if draft else None)
    if form.validate_on_submit():
        with refusals(form):
            applying.introduce(
                writing(), draft or _begin(program), name=form.name.data or "", mail=form.mail.data or ""
            )
            return redirect(url_for(".check", slug=slug), 303)
    asked = len(program.screener)
    page = render_template(
        "enrollment/join/person.html",
        program=program,
        form=form,
        number=asked + 2,
        total=asked + 2,
        back=url_for(".agreement", slug=slug),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/<slug>/check", methods=["GET", "POST"])
@public
@limiter.limit("60/hour", methods=["POST"])
def check(slug: str) -> Any:
    """Everything once more before it is sent; the address is confirmed by mail."""
    program = _program(slug)
    if (closed := _turn_away(program)) is not None:
        return closed
    draft = _draft(program)
    if draft is None:
        return redirect(url_for(".story", slug=slug), 303)
    missing = queries.missing_step(reading(), draft, program)
    if missing is not None:
        return redirect(_step(program, missing, draft), 303)
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals(form):
            applying.send(writing(), draft)
            return redirect(url_for(".sent", slug=slug), 303)
    return render_template(
        "enrollment/join/check.html", program=program, form=form, items=_answers(program, draft), draft=draft
    )


@blueprint.route("/<slug>/sent", methods=["GET", "POST"])
@public
@limiter.limit("20/hour", methods=["POST"])
def sent(slug: str) -> Any:
    """“Check your email”, the same whoever the address belongs to. POST sends once more."""
    program = _program(slug)
    draft = _draft(program)
    if draft is None or draft.sent_at is None:
        return redirect(url_for(".story", slug=slug), 303)
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals(form):
            applying.send(writing(), draft)
            flash(_("Sent once more. Only the newest mail works."))
            return redirect(url_for(".sent", slug=slug), 303)
    return render_template("enrollment/join/sent.html", program=program, form=form, mail=draft.mail)


def _program(slug: str) -> Program:
    program = program_queries.program_for_strangers(reading(), slug)
    scope_to(reading(), program.workspace_id)
    return program


def _turn_away(program: Program) -> Response | None:
    """The story page says why nobody can apply now."""
    return None if program.is_open else redirect(url_for(".story", slug=program.slug), 303)


def _draft(program: Program) -> Application | None:
    """This browser's application, unless it is confirmed, too old, or of another program."""
    token = session.get(DRAFTS, {}).get(str(program.id))
    found = queries.draft(reading(), token) if token else None
    if found is None or found.program_id != program.id or found.confirmed_at is not None:
        return None
    return found if found.expires_at > clock.now() else None


def _begin(program: Program) -> Application:
    work = writing()
    draft, token = applying.begin(work, program, locale=i18n.language(), address=request.remote_addr or "")
    kept = dict(list(session.get(DRAFTS, {}).items())[-MOST_DRAFTS + 1 :])
    session[DRAFTS] = {**kept, str(program.id): token}
    return draft


def _own_place(program: Program) -> Any:
    """Where the signed-in tester stands in this program already, if they do."""
    who = viewer()
    if who.kind != "tester" or who.id is None or who.workspace_id != program.workspace_id:
        return None
    return next(
        (place for place in queries.places(reading(), who.id) if place.program_id == program.id), None
    )


def _first_step(program: Program) -> str:
    if program.screener:
        return url_for(".question", slug=program.slug, number=1)
    return url_for(".agreement", slug=program.slug)


def _step_after_question(program: Program, number: int, total: int) -> str:
    if number < total:
        return url_for(".question", slug=program.slug, number=number + 1)
    return url_for(".agreement", slug=program.slug)


def _step(program: Program, missing: str, draft: Application) -> str:
    """The screen of what is missing; among questions the first without a good answer."""
    if missing == "questions":
        asked = screener.questions(program.screener)
        _good, wrong = screener.read_all(asked, draft.answers)
        number = next((n for n, question in enumerate(asked, start=1) if question.name in wrong), 1)
        return url_for(".question", slug=program.slug, number=number)
    return url_for(f".{missing}", slug=program.slug)


def _answers(program: Program, draft: Application) -> list[dict[str, Any]]:
    items = [
        {
            "label": question.label,
            "value": _shown(draft.answers.get(question.name)),
            "change": url_for(".question", slug=program.slug, number=number, then="check"),
        }
        for number, question in enumerate(screener.questions(program.screener), start=1)
    ]
    change = url_for(".person", slug=program.slug)
    items.append({"label": _("Your name"), "value": draft.name, "change": change})
    items.append({"label": _("Your e-mail address"), "value": draft.mail, "change": change})
    return items


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
