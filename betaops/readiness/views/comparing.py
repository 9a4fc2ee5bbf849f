"""Two waves or two builds side by side."""

from flask import render_template, request

from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries
from betaops.readiness.judging.comparing import Finding, sentence
from betaops.readiness.queries.comparing import By, Moment
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/compare")
@needs(policy.SEE)
def compare(slug: str) -> str:
    """`before` and `after` name a wave or a build; without them the last two of the first kind that there is."""
    program = program_queries.program_by_slug(reading(), slug)
    known = queries.moments(reading(), program)
    before, after = _chosen(known)
    found = []
    if before is not None and after is not None and before.by is after.by and before != after:
        found = queries.compared(reading(), program, before, after)
    order = list(Finding)
    return render_template(
        "readiness/compare.html",
        program=program,
        known=[(_NAMES[by](), [each for each in known if each.by is by]) for by in By],
        named=named,
        before=before,
        after=after,
        groups=[(finding, [each for each in found if each.change.finding is finding]) for finding in order],
        compared=found,
        sentence=sentence,
    )


def named(moment: Moment) -> str:
    if moment.by is By.BUILD:
        return _("Build %(name)s", name=moment.name)
    return _("Wave %(number)s", number=moment.name) if moment.name != "0" else _("Outside waves")


_NAMES = {By.WAVE: lambda: _("Waves of surveys"), By.BUILD: lambda: _("Builds")}


def _chosen(known: list[Moment]) -> tuple[Moment | None, Moment | None]:
    by_key = {each.key: each for each in known}
    usual = [each for each in known if each.by is known[0].by][-2:] if known else []
    first, last = usual if len(usual) == 2 else (None, None)
    return by_key.get(request.args.get("before", ""), first), by_key.get(request.args.get("after", ""), last)
