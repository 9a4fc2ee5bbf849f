"""Who entered and left the cohorts of a program, when and why."""

from typing import Any
from uuid import UUID

from flask import render_template, request

from betaops.cohorts import policy, queries, wording
from betaops.cohorts.models import Cause
from betaops.cohorts.views.frame import blueprint, program_of
from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import decode, encode
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading

LONGEST_SEARCH = 200
WAYS = {"in": True, "out": False}


@blueprint.get("/history")
@needs(policy.SEE)
def history(slug: str) -> str:
    """Of the whole program, narrowed by the address: to a cohort, a person, a way, a cause."""
    program = program_of(slug)
    wanted = _wanted()
    labels = queries.labels(reading(), program)
    page = queries.history(reading(), program.id, wanted, cursor=request.args.get("cursor"))
    return render_template(
        "cohorts/history.html",
        program=program,
        page=page,
        whys={each.change.id: wording.why(each.change, labels) for each in page},
        words=wanted.words,
        fields=_fields(program, wanted),
        is_narrowed=wanted != queries.Wanted(),
    )


def _wanted() -> queries.Wanted:
    """What is not understood in the address is left out rather than refused: links grow old."""
    cause = request.args.get("cause", "")
    return queries.Wanted(
        cohort_id=_id("coh", request.args.get("cohort", "")),
        tester_id=_id("tst", request.args.get("tester", "")),
        is_in=WAYS.get(request.args.get("way", "")),
        cause=Cause(cause) if cause in list(Cause) else None,
        words=request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
    )


def _id(prefix: str, text: str) -> UUID | None:
    try:
        return decode(prefix, text)
    except NotFound:
        return None


def _fields(program: Program, wanted: queries.Wanted) -> list[dict[str, Any]]:
    """For the `filters` component."""
    fields: list[dict[str, Any]] = [
        {
            "name": "cohort",
            "label": _("Cohort"),
            "options": [
                (encode("coh", each.cohort.id), each.cohort.name)
                for each in queries.cohorts(reading(), program.id)
            ],
            "value": encode("coh", wanted.cohort_id) if wanted.cohort_id else None,
        },
        {
            "name": "way",
            "label": _("Way"),
            "options": [("in", _("Came in")), ("out", _("Went out"))],
            "value": {True: "in", False: "out", None: None}[wanted.is_in],
        },
        {
            "name": "cause",
            "label": _("Why"),
            "options": [(cause.value, str(words)) for cause, words in wording.CAUSES.items()],
            "value": wanted.cause.value if wanted.cause else None,
        },
    ]
    if wanted.tester_id is not None:
        names = tester_queries.tester_names(reading(), {wanted.tester_id})
        person = encode("tst", wanted.tester_id)
        fields.append(
            {
                "name": "tester",
                "label": _("Person"),
                "options": [(person, names.get(wanted.tester_id, _("gone")))],
                "value": person,
            }
        )
    return fields
