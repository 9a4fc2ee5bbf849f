"""Changes that wait for a second person. Approving and rejecting is for people in the console."""

from flask import Response
from pydantic import Field

from betaops.flags import policy, queries, service
from betaops.flags.api.shapes import OfProduct, ProposalList, ShownProposal, blueprint, shown_proposal
from betaops.flags.models import ProposalState
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Paging, Shown, path_id, shown
from betaops.web.application import reading, writing


class OfProposal(Shown):
    proposal_id: path_id("fpr") = Field(description="`fpr_…`")  # type: ignore[valid-type]  # a type made by a function


class Listing(Paging):
    state: ProposalState | None = Field(None, description="Only those")


@blueprint.get("/products/<product_id>/flag_proposals", responses={"200": ProposalList})
@scope(policy.SEE)
def proposals(path: OfProduct, query: Listing) -> Response:
    """What was proposed for a product's flags, the newest first."""
    product = program_queries.product(reading(), path.product_id)
    page = queries.proposals_page(
        reading(), product.id, state=query.state, cursor=query.cursor, size=query.limit
    )
    return shown(ProposalList(items=[shown_proposal(each) for each in page], next=page.next))


@blueprint.get("/flag_proposals/<proposal_id>", responses={"200": ShownProposal})
@scope(policy.SEE)
def proposal(path: OfProposal) -> Response:
    return shown(shown_proposal(queries.proposal(reading(), path.proposal_id)))


@blueprint.delete("/flag_proposals/<proposal_id>", responses={"200": ShownProposal})
@scope(policy.MANAGE)
def withdraw(path: OfProposal) -> Response:
    """Take it back: with the key that proposed it, or another of the same person."""
    return shown(shown_proposal(service.withdraw(writing(), path.proposal_id)))
