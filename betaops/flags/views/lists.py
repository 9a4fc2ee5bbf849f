"""The list of flags, one flag with who gets it, and what one tester gets."""

import uuid

from flask import render_template, request

from betaops.accounts import queries as account_queries
from betaops.enrollment.queries import testers as tester_queries
from betaops.flags import policy, queries, wording
from betaops.flags.events import FlagCreated, FlagEdited, FlagKilled, FlagRevived
from betaops.flags.views.frame import blueprint, flag_of, program_of
from betaops.flags.views.rollouts import card_of
from betaops.kernel import clock
from betaops.kernel.events import history
from betaops.web.access import needs
from betaops.web.application import reading, viewer
from betaops.web.forms import EmptyForm

LONGEST_SEARCH = 200
#: What stands in the history of a flag; what roll-outs and guardrails did stands on their card.
_CHANGES = tuple(event.kind for event in (FlagCreated, FlagEdited, FlagKilled, FlagRevived))


@blueprint.get("/flags")
@needs(policy.SEE)
def index(slug: str) -> str:
    program = program_of(slug)
    loaded = queries.load(reading(), program.product_id)
    names = loaded.names_of_cohorts()
    return render_template(
        "flags/index.html",
        program=program,
        flags=loaded.flags,
        sentences={flag.id: wording.in_short(flag.filters, names) for flag in loaded.flags},
        marks=queries.marks(reading(), program.product_id),
    )


@blueprint.get("/flags/<id(flg):flag_id>")
@needs(policy.SEE)
def show(slug: str, flag_id: uuid.UUID) -> str:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    loaded = queries.load(reading(), flag.product_id)
    names = loaded.names_of_cohorts()
    words = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    recorded = history(reading(), flag.workspace_id, flag.id, limit=20, kinds=_CHANGES)
    actors = {row.actor_id for row in recorded if row.actor_id is not None}
    sentences = [wording.sentence(group, names) for group in flag.conditions]
    return render_template(
        "flags/show.html",
        program=program,
        flag=flag,
        sentences=sentences,
        rolling=card_of(reading(), flag, sentences),
        runtime=wording.RUNTIMES[flag.runtime],
        audience=queries.audience(reading(), flag, clock.now(), loaded),
        words=words,
        found=queries.found_people(reading(), flag, words, clock.now()),
        reason=wording.reason,
        value_word=queries.value_word,
        history=[(row, row.event()) for row in recorded],
        names=account_queries.names(reading(), actors),
        button_form=EmptyForm(),
    )


@blueprint.get("/testers/<id(enr):enrollment_id>/flags")
@needs(policy.SEE)
def person(slug: str, enrollment_id: uuid.UUID) -> str:
    """Every flag with its value for one tester and why."""
    program = program_of(slug)
    enrollment = tester_queries.enrollment(reading(), program.id, enrollment_id)
    tester = tester_queries.tester(reading(), enrollment.tester_id)
    return render_template(
        "flags/person.html",
        program=program,
        enrollment=enrollment,
        tester=tester,
        flags=queries.flags_for(reading(), program.product_id, tester, clock.now()),
        distinct_id=queries.distinct_id_of(reading(), tester),
        reason=wording.reason,
        value_word=queries.value_word,
        may_see_person=viewer().can("testers:read"),
    )
