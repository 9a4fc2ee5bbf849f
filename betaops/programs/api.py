"""Products and programs over the REST API."""

from datetime import date, datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.kernel import ids
from betaops.programs import policy, queries, service
from betaops.programs.models import Identities, Phase, Product, Program, Trust
from betaops.programs.screener import Kind, Question
from betaops.programs.service.programs import MOST_SEATS
from betaops.programs.story import Story
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Bool, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "programs_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "programs", "description": "Products, and the programs that test them."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

LARGEST_INT = 2**31 - 1


class OfProduct(Shown):
    product_id: path_id("prd") = Field(description="`prd_…`")  # type: ignore[valid-type]  # a type made by a function


class OfProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class NewProduct(Body):
    name: Text = Field(min_length=1, max_length=200, pattern=r"\S")
    origins: list[Text] = Field(
        default_factory=list,
        max_length=50,
        description="Web origins that may use the public key; none means any",
    )


class ShownProduct(Shown):
    id: str
    name: str
    slug: str
    project_key: str
    origins: list[str]
    revision: int
    created_at: datetime


class MadeProduct(ShownProduct):
    secret_key: str = Field(description="Shown this once")


class ShownTrust(Shown):
    identities: Identities = Field(
        description="`signed`: what is stored about a person counts only for requests that prove who they are about"
    )
    servers_use_public_key: bool = Field(
        description="Whether programs (never pages) get flags for servers with the public key"
    )
    has_identity_secret: bool
    version: int


class TrustChange(Body):
    """What is to be different; what is left out stays. Identity secrets are made in the console."""

    identities: Identities | None = None
    servers_use_public_key: Bool | None = None
    version: Int | None = Field(
        None, ge=1, le=LARGEST_INT, description="Refused (409) when it is not the newest"
    )


class ProductList(Shown):
    items: list[ShownProduct]
    next: str | None


class StoryBody(Body):
    title: Text = Field("", max_length=120)
    lines: list[Text] = Field(default_factory=list, max_length=5)
    audience: Text = Field("", max_length=300)
    asked: Text = Field("", max_length=300)
    minutes_per_week: Int = Field(0, ge=0, le=2400)
    reward: Text = Field("", max_length=300)


class QuestionBody(Body):
    name: Text = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: Text = Field(min_length=1, max_length=300)
    kind: Kind = Kind.TEXT
    hint: Text = Field("", max_length=300)
    options: list[Text] = Field(default_factory=list, max_length=100)
    required: Bool = True
    knock_out: list[Text] = Field(default_factory=list, max_length=100)
    keep_as: Text = Field("", max_length=40)


class NewProgram(Body):
    product: Text = Field(description="`prd_…`")
    name: Text = Field(min_length=1, max_length=200, pattern=r"\S")
    template: Text = Field("closed_beta", description="closed_beta, open_beta or customer_pilot")
    codename: Text = Field("", max_length=200)
    slug: Text | None = Field(
        None, max_length=60, description="In the public address; made from the codename if left out"
    )
    starts_on: date | None = None


class ProgramChange(Body):
    """What is to be different; what is left out stays."""

    name: Text | None = Field(None, min_length=1, max_length=200, pattern=r"\S")
    codename: Text | None = Field(None, max_length=200)
    story: StoryBody | None = None
    screener: list[QuestionBody] | None = Field(None, max_length=40)
    starts_on: date | None = None
    ends_on: date | None = None
    capacity: Int | None = Field(None, ge=0, le=MOST_SEATS)
    accepts_automatically: Bool | None = None
    recruits_while_running: Bool | None = None
    version: Int | None = Field(
        None, ge=1, le=LARGEST_INT, description="Refused (409) when it is not the newest"
    )


class PhaseBody(Body):
    phase: Phase
    note: Text = Field("", max_length=2000)


class ShownProgram(Shown):
    id: str
    product: str
    name: str
    codename: str
    slug: str
    phase: Phase
    capacity: int
    seats_taken: int
    accepts_automatically: bool
    recruits_while_running: bool
    story: dict[str, Any]
    screener: list[dict[str, Any]]
    starts_on: date
    ends_on: date
    created_at: datetime
    version: int


class ProgramList(Shown):
    items: list[ShownProgram]
    next: str | None


@blueprint.get("/products", responses={"200": ProductList})
@scope(policy.READ)
def products(query: Paging) -> Response:
    """Products, the newest first."""
    page = queries.products_page(reading(), cursor=query.cursor, size=query.limit)
    return shown(ProductList(items=[_product(product) for product in page], next=page.next))


@blueprint.post("/products", responses={"201": MadeProduct})
@scope(policy.WRITE)
def make_product(body: NewProduct) -> Response:
    """A new product with its keys. The secret key is in this answer and in no other."""
    product, secret = service.create_product(writing(), name=body.name.strip(), origins=body.origins)
    return shown(MadeProduct(**_product(product).model_dump(), secret_key=secret), 201)


@blueprint.get("/products/<product_id>", responses={"200": ShownProduct})
@scope(policy.READ)
def product(path: OfProduct) -> Response:
    return shown(_product(queries.product(reading(), path.product_id)))


@blueprint.get("/products/<product_id>/trust", responses={"200": ShownTrust})
@scope(policy.READ)
def trust(path: OfProduct) -> Response:
    """Whom the product trusts."""
    found = queries.product(reading(), path.product_id)
    return shown(_trust(queries.trust_of(reading(), found.id)))


@blueprint.patch("/products/<product_id>/trust", responses={"200": ShownTrust})
@scope(policy.WRITE)
def change_trust(path: OfProduct, body: TrustChange) -> Response:
    changed = service.change_trust(
        writing(),
        path.product_id,
        version=body.version,
        identities=body.identities,
        servers_use_public_key=body.servers_use_public_key,
    )
    return shown(_trust(changed))


@blueprint.get("/programs", responses={"200": ProgramList})
@scope(policy.READ)
def programs(query: Paging) -> Response:
    """Programs, the newest first, archived ones too."""
    page = queries.programs_page(reading(), cursor=query.cursor, size=query.limit)
    return shown(ProgramList(items=[_program(program) for program in page], next=page.next))


@blueprint.post("/programs", responses={"201": ShownProgram})
@scope(policy.WRITE)
def make_program(body: NewProgram) -> Response:
    """A draft filled from a template."""
    program = service.create_program(
        writing(),
        product_id=ids.decode("prd", body.product),
        name=body.name.strip(),
        template=body.template,
        codename=body.codename,
        slug=body.slug,
        starts_on=body.starts_on,
    )
    return shown(_program(program), 201)


@blueprint.get("/programs/<program_id>", responses={"200": ShownProgram})
@scope(policy.READ)
def program(path: OfProgram) -> Response:
    return shown(_program(queries.program(reading(), path.program_id)))


@blueprint.patch("/programs/<program_id>", responses={"200": ShownProgram})
@scope(policy.WRITE)
def change_program(path: OfProgram, body: ProgramChange) -> Response:
    """Change settings. All of it, or nothing."""
    work, program_id = writing(), path.program_id
    present = queries.program(work.session, program_id)
    version = body.version
    if body.name is not None or body.codename is not None or body.story is not None:
        story = Story.from_json(body.story.model_dump() if body.story else present.story)
        present = service.change_story(
            work,
            program_id,
            version=version,
            name=(body.name or present.name).strip(),
            codename=present.codename if body.codename is None else body.codename,
            story=story,
        )
        version = None
    if body.screener is not None:
        asked = [
            Question(
                **{**item.model_dump(), "options": tuple(item.options), "knock_out": tuple(item.knock_out)}
            )
            for item in body.screener
        ]
        present = service.change_screener(work, program_id, version=version, asked=asked)
        version = None
    schedule = body.model_dump(
        include={"starts_on", "ends_on", "capacity", "accepts_automatically", "recruits_while_running"},
        exclude_none=True,
    )
    if schedule:
        kept = {name: getattr(present, name) for name in ("starts_on", "ends_on", "capacity")}
        kept |= {name: getattr(present, name) for name in ("accepts_automatically", "recruits_while_running")}
        present = service.change_schedule(work, program_id, version=version, **{**kept, **schedule})
    return shown(_program(present))


@blueprint.post("/programs/<program_id>/phase", responses={"200": ShownProgram})
@scope(policy.WRITE)
def change_phase(path: OfProgram, body: PhaseBody) -> Response:
    """Move the program to another phase, if it may follow the present one."""
    return shown(_program(service.change_phase(writing(), path.program_id, body.phase, note=body.note)))


def _product(row: Product) -> ShownProduct:
    return ShownProduct(
        id=ids.encode("prd", row.id),
        name=row.name,
        slug=row.slug,
        project_key=row.project_key,
        origins=row.origins,
        revision=row.revision,
        created_at=row.created_at,
    )


def _trust(row: Trust | None) -> ShownTrust:
    return ShownTrust(
        identities=row.identities if row else Identities.OPEN,
        servers_use_public_key=row is not None and row.servers_use_public_key,
        has_identity_secret=row is not None and bool(row.identity_sealed),
        version=row.version if row else 1,
    )


def _program(row: Program) -> ShownProgram:
    return ShownProgram(
        id=ids.encode("prg", row.id),
        product=ids.encode("prd", row.product_id),
        **{name: getattr(row, name) for name in ShownProgram.model_fields if name not in ("id", "product")},
    )
