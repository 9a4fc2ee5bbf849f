"""Papers: looked at in the console, taken along as Markdown."""

from babel.dates import format_datetime
from flask import Response, render_template

from betaops.kernel import clock, i18n
from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import policy, queries
from betaops.readiness.papers import PAPERS
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/papers")
@needs(policy.SEE)
def papers(slug: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    return render_template("readiness/papers.html", program=program, papers=PAPERS)


@blueprint.get("/papers/<name>")
@needs(policy.SEE)
def paper(slug: str, name: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    text = _written(program, name)
    # The title is the page's already.
    body = text.partition("\n")[2]
    return render_template("readiness/paper.html", program=program, name=name, paper=PAPERS[name], body=body)


@blueprint.get("/papers/<name>.md")
@needs(policy.SEE)
def take_paper(slug: str, name: str) -> Response:
    program = program_queries.program_by_slug(reading(), slug)
    response = Response(_written(program, name), content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{program.slug}.md"'
    return response


def _written(program: Program, name: str) -> str:
    if name not in PAPERS:
        raise NotFound
    return PAPERS[name].write(queries.material(reading(), program, at=_now_in_words()))


def _now_in_words() -> str:
    """With its zone: papers go to people elsewhere."""
    return format_datetime(clock.now(), "d MMM y, HH:mm 'UTC'", locale=i18n.locale())
