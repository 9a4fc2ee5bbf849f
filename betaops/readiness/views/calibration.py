"""Calibration: predictions of a decision beside what came true 30 and 90 days after the launch."""

from itertools import groupby
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for

from betaops.enrollment.sheets import decode
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.readiness import measures, policy, queries, service
from betaops.readiness.deciding import calibration
from betaops.readiness.deciding.calibration import Summary
from betaops.readiness.deciding.realities import Refusal
from betaops.readiness.figures import figure, span
from betaops.readiness.forms.calibration import FileForm, LaunchForm, RealitiesForm, realities_form
from betaops.readiness.models import Horizon
from betaops.readiness.queries import Launched, Outturn, Scored
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, Form, refusals
from betaops.web.templating import percent

LARGEST_FILE = 1_000_000
#: Beyond it a chance is not told apart.
MOST_LIKELY = 0.99


class Line(NamedTuple):
    """One summary under its name."""

    name: str
    summary: Summary


@blueprint.get("/calibration")
@needs(policy.SEE)
def calibrate(slug: str) -> str:
    return _page(slug)[0]


@blueprint.post("/calibration/launch")
@needs(policy.CHANGE)
def launch(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = LaunchForm(prefix="launch-")
    if form.validate_on_submit() and form.launched_on.data is not None:
        with refusals(form):
            service.launch(writing(), program, form.launched_on.data)
            flash(_("Saved."))
            return redirect(url_for(".calibrate", slug=slug), 303)
    return _page(slug, form)


@blueprint.post("/calibration/<int:days>")
@needs(policy.CHANGE)
def note(slug: str, days: int) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    found = queries.launched(reading(), program.id)
    if found is None or days not in list(Horizon):
        raise NotFound
    outturns = queries.outturns(reading(), found.decision)
    form = realities_form(outturns, days)
    if form.validate_on_submit():
        values = form.values(outturns)
        if values is not None:
            with refusals(form):
                service.note_reality(writing(), program, days, values)
                flash(_("Saved."))
                return redirect(url_for(".calibrate", slug=slug, _anchor=f"days-{days}"), 303)
    return _page(slug, form, days=days)


@blueprint.post("/calibration/<int:days>/usage")
@needs(policy.CHANGE)
def take_usage(slug: str, days: int) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    if days not in list(Horizon):
        raise NotFound
    form = EmptyForm()
    with refusals(form):
        taken = service.take_from_usage(writing(), program, days)
        flash(ngettext("%(num)s value was taken from usage.", "%(num)s values were taken from usage.", taken))
        return redirect(url_for(".calibrate", slug=slug, _anchor=f"days-{days}"), 303)
    return _page(slug, form)


@blueprint.post("/calibration/file")
@needs(policy.CHANGE)
def take_file(slug: str) -> Any:
    """What was taken and what was refused is said on the page; sent again, it changes nothing."""
    program = program_queries.program_by_slug(reading(), slug)
    form = FileForm(prefix="upload-")
    if form.validate_on_submit():
        data = form.file.data.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            form.refuse(_("The file is larger than 1 MB."), "file")
        else:
            with refusals(form, "file"):
                report = service.import_realities(writing(), program, decode(data))
                return _page(slug, report=report)
    return _page(slug, form)


def _page(
    slug: str,
    sent: Form | None = None,
    *,
    days: int | None = None,
    report: tuple[int, list[Refusal]] | None = None,
) -> tuple[str, int]:
    session = writing().session if request.method == "POST" else reading()
    program = program_queries.program_by_slug(session, slug)
    found = queries.launched(session, program.id)
    outturns = queries.outturns(session, found.decision) if found is not None else []
    scored = queries.scores(session)
    rendered = render_template(
        "readiness/calibration.html",
        program=program,
        launched=found,
        outturns=outturns,
        horizons=[int(each) for each in Horizon],
        today=clock.now().date(),
        forms={
            int(each): sent
            if isinstance(sent, RealitiesForm) and days == each
            else realities_form(outturns, each, formdata=None)
            for each in Horizon
        },
        launch=sent
        if isinstance(sent, LaunchForm)
        else LaunchForm(
            prefix="launch-", formdata=None, data={"launched_on": found.launched_on if found else None}
        ),
        upload=sent if isinstance(sent, FileForm) else FileForm(prefix="upload-", formdata=None),
        refused=sent if isinstance(sent, EmptyForm) or _has_no_place(sent, found, days) else None,
        report=report,
        reads_usage=any(each.row.measure.kind == "usage_share" for each in outturns),
        predicted=_predicted,
        likely=_likely,
        came=_came,
        off=_off,
        by_program=_lines(scored, lambda each: each.program),
        by_measure=_lines(scored, lambda each: str(measures.named(each.measure).label)),
    )
    return rendered, 422 if sent is not None and sent.errors else 200


def _has_no_place(sent: Form | None, found: Launched | None, days: int | None) -> bool:
    """A form about days that are not over is not on the page."""
    is_early = found is not None and days is not None and found.due_on(days) > clock.now().date()
    return isinstance(sent, RealitiesForm) and is_early


def _lines(scored: list[Scored], name: Any) -> list[Line]:
    ordered = sorted(scored, key=name)
    return [
        Line(title, calibration.summary(each.score for each in group))
        for title, group in groupby(ordered, key=name)
    ]


def _predicted(outturn: Outturn) -> str:
    """“84%, from 70% to 93%”."""
    unit, told = outturn.row.measure.unit, outturn.prediction
    if told.estimate is None:
        return "–"
    if told.low is None or told.high is None:
        return figure(told.estimate, unit)
    return _(
        "%(estimate)s (%(range)s)",
        estimate=figure(told.estimate, unit),
        range=span(told.low, told.high, unit),
    )


def _likely(chance: float | None) -> str:
    """Nothing is certain: “> 99%” is the most that is said, “< 1%” the least."""
    if chance is None:
        return "–"
    if chance > MOST_LIKELY:
        return f"> {percent(MOST_LIKELY)}"
    return f"< {percent(1 - MOST_LIKELY)}" if chance < 1 - MOST_LIKELY else percent(chance)


def _came(outturn: Outturn, days: int) -> str:
    known = outturn.realities.get(days)
    return "" if known is None else figure(known.value, outturn.row.measure.unit)


def _off(outturn: Outturn, days: int) -> str:
    """How far the estimate was off, with its sign, in the unit; of shares in percentage points."""
    score = outturn.score(days)
    if score is None or score.error is None:
        return ""
    unit = outturn.row.measure.unit.value
    if unit == "share":
        return _("%(points)s points", points=f"{score.error * 100:+.0f}".replace("-", "−"))
    return f"{score.error:+.1f}".replace("-", "−")
