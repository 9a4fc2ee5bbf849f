"""A flag as it was, and back to that."""

import uuid
from typing import Any

from flask import render_template

from betaops.flags import policy, queries, service, wording
from betaops.flags.differences import differences
from betaops.flags.models import Action, Flag, FlagRevision
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, note, program_of
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.get("/flags/<id(flg):flag_id>/revisions/<int(max=2147483647):version>")
@needs(policy.SEE)
def revision(slug: str, flag_id: uuid.UUID, version: int) -> str:
    """What the flag was, and what restoring that would change."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    kept = queries.revision(reading(), flag.id, version)
    loaded = queries.load(reading(), flag.product_id)
    names = loaded.names_of_cohorts()
    restored = _restored(flag, kept)
    was = queries.as_defined(flag, kept.definition)
    return render_template(
        "flags/revision.html",
        program=program,
        flag=flag,
        was=was,
        kept=kept,
        changes=wording.CHANGES,
        sentences=[wording.sentence(group, names) for group in was.conditions],
        finer=wording.finer(was),
        early={"feature": None},
        differences=differences(queries.definition(flag), restored, loaded.names()),
        problems=queries.problems(reading(), flag.product_id, flag.key, was.filters),
        tried=queries.dry_run(reading(), flag.product_id, flag.key, restored, clock.now(), loaded=loaded)
        if flag.archived_at is None
        else None,
        effect=wording.effect,
        reason=wording.reason,
        is_waiting_needed=queries.approval_is_needed(reading(), flag.product_id),
    )


@blueprint.post("/flags/<id(flg):flag_id>/revisions/<int(max=2147483647):version>/restoration")
@needs(policy.MANAGE)
def restore(slug: str, flag_id: uuid.UUID, version: int) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    outcome = service.make(
        writing(),
        Wanted(
            Action.RESTORE,
            program.product_id,
            flag.id,
            flag.version,
            queries.restorable(queries.revision(reading(), flag.id, version)),
            note(),
        ),
    )
    return answered(program, outcome, flag.id, _("Restored. The product gets it within a second."))


def _restored(flag: Flag, kept: FlagRevision) -> dict[str, Any]:
    """The flag with what it was; whether it is on stays as it is."""
    return {**kept.definition, "active": flag.is_active, "id": flag.number, "version": flag.version}
