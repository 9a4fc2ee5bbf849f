"""The list of flags, and one flag with who gets it."""

import uuid

from flask import render_template, request

from betaops.accounts import queries as account_queries
from betaops.flags import policy, queries, stages, wording
from betaops.flags.views.features import early_access
from betaops.flags.views.frame import blueprint, flag_of, program_of
from betaops.kernel import clock
from betaops.kernel.events import history
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.forms import EmptyForm

LONGEST_SEARCH = 200


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
        features=loaded.features,
        stage_names=stages.NAMES,
        sentences={flag.id: wording.in_short(flag.filters, names) for flag in loaded.flags},
    )


@blueprint.get("/flags/<id(flg):flag_id>")
@needs(policy.SEE)
def show(slug: str, flag_id: uuid.UUID) -> str:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    loaded = queries.load(reading(), flag.product_id)
    names = loaded.names_of_cohorts()
    words = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    recorded = history(reading(), flag.workspace_id, flag.id, limit=20)
    actors = {row.actor_id for row in recorded if row.actor_id is not None}
    return render_template(
        "flags/show.html",
        program=program,
        flag=flag,
        sentences=[wording.sentence(group, names) for group in flag.conditions],
        runtime=wording.RUNTIMES[flag.runtime],
        audience=queries.audience(reading(), flag, clock.now(), loaded),
        words=words,
        found=queries.found_people(reading(), flag, words, clock.now()),
        reason=wording.reason,
        value_word=queries.value_word,
        history=[(row, row.event()) for row in recorded],
        names=account_queries.names(reading(), actors),
        early=early_access(flag, loaded.features.get(flag.id)),
        button_form=EmptyForm(),
    )
