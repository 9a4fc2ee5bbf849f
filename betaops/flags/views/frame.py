"""What the console's flag pages share. A flag belongs to the product; its page stands in each of its programs."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for

from betaops.flags import queries, service
from betaops.flags.models import Flag, FlagProposal
from betaops.flags.service import Made
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import reading

blueprint = Blueprint("flags", __name__, url_prefix="/console/programs/<slug>")


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def flag_of(program: Program, flag_id: UUID) -> Flag:
    """One of the program's product."""
    flag = queries.flag(reading(), flag_id)
    if flag.product_id != program.product_id:
        raise NotFound
    return flag


def words(name: str, longest: int) -> str:
    """What the address or the form says under `name`, as it can be searched for."""
    return request.values.get(name, "").replace("\0", "").strip()[:longest]


def note() -> str:
    """Why, as the form says."""
    return words("note", service.LONGEST_NOTE)


def answered(
    program: Program,
    outcome: Made | FlagProposal,
    flag_id: UUID | None,
    done: str,
    *,
    anchor: str | None = None,
) -> Any:
    """To the flag and what was done; to the proposal where it waits for somebody else. A new flag brings its id."""
    if isinstance(outcome, FlagProposal):
        flash(_("Proposed. It is made as soon as somebody else approves it."))
        return redirect(url_for(".proposal", slug=program.slug, proposal_id=outcome.id), 303)
    flash(done)
    flag_id = outcome.id if isinstance(outcome, Flag) else flag_id
    return redirect(url_for(".show", slug=program.slug, flag_id=flag_id, _anchor=anchor), 303)
