"""The list of flags, and one flag with who gets it."""

import uuid

from flask import render_template

from betaops.flags import policy, queries, stages, wording
from betaops.flags.evaluation import FlagSet
from betaops.flags.models import Flag
from betaops.flags.views.features import early_access
from betaops.flags.views.frame import blueprint, flag_of, program_of, words
from betaops.flags.views.history import history_of
from betaops.flags.views.rollouts import card_of
from betaops.kernel import clock
from betaops.web.access import needs
from betaops.web.application import reading, viewer
from betaops.web.forms import EmptyForm

LONGEST_SEARCH = 200


@blueprint.get("/flags")
@needs(policy.SEE)
def index(slug: str) -> str:
    """The product's flags; archived ones only where the filter asks for them."""
    program = program_of(slug)
    every = queries.flags(reading(), program.product_id)
    waiting = queries.approval(reading(), program.product_id).waiting
    keys = {each.key for each in waiting}
    state, text = words("state", 20), words("q", LONGEST_SEARCH)
    loaded = queries.load(reading(), program.product_id)
    names = loaded.names_of_cohorts()
    return render_template(
        "flags/index.html",
        program=program,
        is_empty=not every and not waiting,
        flags=[flag for flag in every if _is_shown(flag, state, text.casefold(), keys)],
        sentences={flag.id: wording.in_short(flag.filters, names, loaded.group_types) for flag in every},
        waiting=waiting,
        actions=wording.ACTIONS,
        waiting_keys=keys,
        states=wording.STATES,
        state=state,
        words=text,
        total=sum(flag.archived_at is None for flag in every),
        can_choose=viewer().can(policy.KILL) and state != "archived",
        features=loaded.features,
        marks=queries.marks(reading(), program.product_id),
        stage_names=stages.NAMES,
    )


@blueprint.get("/flags/<id(flg):flag_id>")
@needs(policy.SEE)
def show(slug: str, flag_id: uuid.UUID) -> str:
    program = program_of(slug)
    loaded = queries.load(reading(), program.product_id)
    flag = loaded.flag(flag_id) or flag_of(program, flag_id)
    names = loaded.names_of_cohorts()
    whom = wording.group_type(flag.filters, loaded.group_types)
    text = words("q", LONGEST_SEARCH)
    people = list(queries.seated(reading(), flag.product_id, FlagSet(loaded.compiled_from())))
    approval = queries.approval(reading(), flag.product_id)
    sentences = [wording.sentence(group, names, whom) for group in flag.conditions]
    return render_template(
        "flags/show.html",
        program=program,
        flag=flag,
        sentences=sentences,
        rolling=card_of(reading(), flag, sentences, loaded, people),
        finer=wording.finer(flag),
        audience=queries.audience(reading(), flag, clock.now(), loaded, people),
        seen=queries.seen(reading(), flag, clock.now().date()),
        switched=_switched(flag, loaded, people),
        effect=wording.effect,
        words=text,
        found=queries.found_people(reading(), flag, text, clock.now(), loaded),
        reason=wording.reason,
        value_word=queries.value_word,
        history=history_of(flag, loaded.names(), words("cursor", 1000) or None),
        proposals=[each for each in approval.waiting if each.flag_id == flag.id],
        actions=wording.ACTIONS,
        is_waiting_needed=approval.is_needed,
        early=early_access(flag, loaded.features.get(flag.id)),
        button_form=EmptyForm(),
    )


def _is_shown(flag: Flag, state: str, text: str, waiting: set[str]) -> bool:
    fits = {
        "on": flag.is_active,
        "off": not flag.is_active and flag.archived_at is None,
        "archived": flag.archived_at is not None,
        "waiting": flag.key in waiting,
    }
    if not fits.get(state, flag.archived_at is None):
        return False
    return text in flag.key.casefold() or text in flag.description.casefold()


def _switched(flag: Flag, loaded: queries.Loaded, people: list[queries.Seated]) -> queries.DryRun | None:
    """Whom switching it the other way would change; None where it cannot be switched, or not by this viewer."""
    if flag.archived_at is not None or not viewer().can(policy.KILL):
        return None
    definition = {**queries.definition(flag), "active": not flag.is_active}
    return queries.dry_run(
        reading(), flag.product_id, flag.key, definition, clock.now(), loaded=loaded, people=people
    )
