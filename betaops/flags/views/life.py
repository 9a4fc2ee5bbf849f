"""Switching off and on again, archiving and deleting."""

import uuid
from contextlib import suppress
from typing import Any

from flask import flash, redirect, request, url_for

from betaops.flags import policy, service
from betaops.flags.models import Action, FlagProposal
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, note, program_of, words
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import decode
from betaops.web.access import needs
from betaops.web.application import writing


@blueprint.post("/flags/<id(flg):flag_id>/kill")
@needs(policy.KILL)
def kill(slug: str, flag_id: uuid.UUID) -> Any:
    """Off for everybody."""
    program = program_of(slug)
    flag = service.kill(writing(), flag_of(program, flag_id).id, note=note())
    return answered(program, flag, flag.id, _("“%(key)s” is off for everybody.", key=flag.key))


@blueprint.post("/flags/kill")
@needs(policy.KILL)
def kill_many(slug: str) -> Any:
    """The chosen flags, off for everybody."""
    program = program_of(slug)
    keys = service.kill_many(writing(), program.product_id, _chosen(), note=note())
    if keys:
        flash(_("Off for everybody: %(keys)s.", keys=", ".join(keys)))
    else:
        flash(_("Nothing was switched off: choose flags that are on."), "warning")
    return redirect(
        url_for(".index", slug=slug, q=words("q", 200) or None, state=words("state", 20) or None), 303
    )


@blueprint.post("/flags/<id(flg):flag_id>/kill/deletion")
@needs(policy.KILL)
def revive(slug: str, flag_id: uuid.UUID) -> Any:
    """On again for whom its conditions name."""
    return _made(slug, flag_id, Action.REVIVE, _("It is on again for whom its conditions name."))


@blueprint.post("/flags/<id(flg):flag_id>/archive")
@needs(policy.MANAGE)
def archive(slug: str, flag_id: uuid.UUID) -> Any:
    return _made(
        slug, flag_id, Action.ARCHIVE, _("It is archived. The product is told nothing of it any more.")
    )


@blueprint.post("/flags/<id(flg):flag_id>/archive/deletion")
@needs(policy.MANAGE)
def bring_back(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = service.bring_back(writing(), flag_of(program, flag_id).id, note=note())
    return answered(program, flag, flag.id, _("“%(key)s” is back, switched off.", key=flag.key))


@blueprint.post("/flags/<id(flg):flag_id>/deletion")
@needs(policy.MANAGE)
def delete(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    key = flag.key
    outcome = service.make(writing(), Wanted(Action.DELETE, program.product_id, flag.id, note=note()))
    if isinstance(outcome, FlagProposal):
        return answered(program, outcome, flag_id, "")
    flash(_("The flag “%(key)s” is gone.", key=key))
    return redirect(url_for(".index", slug=slug), 303)


def _made(slug: str, flag_id: uuid.UUID, action: Action, done: str) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    outcome = service.make(writing(), Wanted(action, program.product_id, flag.id, note=note()))
    return answered(program, outcome, flag.id, done)


def _chosen() -> set[uuid.UUID]:
    """Ids that the page sent; what is none is passed over."""
    found = set()
    for text in request.form.getlist("ids"):
        with suppress(NotFound):
            found.add(decode("flg", text))
    return found
