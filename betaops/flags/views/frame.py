"""What the console's flag pages share. A flag belongs to the product; its page stands in each of its programs."""

from uuid import UUID

from flask import Blueprint

from betaops.flags import queries
from betaops.flags.models import Flag
from betaops.kernel.errors import NotFound
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
