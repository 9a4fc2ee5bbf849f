"""Products and programs of one workspace, and programs as strangers find them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from betaops.kernel import tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs import checklist, screener
from betaops.programs.models import Agreement, Phase, Product, Program, ProgramPhase, Trust
from betaops.programs.story import Charter, Story


def products(session: Session) -> Sequence[Product]:
    return session.scalars(select(Product).order_by(Product.name, Product.id)).all()


def product(session: Session, product_id: UUID) -> Product:
    found = session.scalar(select(Product).where(Product.id == product_id))
    if found is None:
        raise NotFound
    return found


def product_by_slug(session: Session, slug: str) -> Product:
    found = session.scalar(select(Product).where(Product.slug == slug))
    if found is None:
        raise NotFound
    return found


def product_by_project_key(session: Session, project_key: str) -> Product:
    """For callers who show a public key, of whatever workspace: `scope_to` its workspace afterwards."""
    found = session.scalar(
        select(Product).where(Product.project_key == project_key).execution_options(unscoped=True)
    )
    if found is None:
        raise NotFound
    return found


def trust_of(session: Session, product_id: UUID) -> Trust | None:
    """None: the defaults hold."""
    return session.scalar(select(Trust).where(Trust.product_id == product_id))


def product_by_secret_key(session: Session, secret_key: str) -> Product:
    """For servers that show the secret key: `scope_to` its workspace afterwards."""
    found = session.scalar(
        select(Product)
        .where(Product.secret_digest == tokens.digest(secret_key))
        .execution_options(unscoped=True)
    )
    if found is None:
        raise NotFound
    return found


def product_by_key(session: Session, key: str) -> Product:
    """By either of its keys, of whatever workspace: `scope_to` its workspace afterwards."""
    try:
        return product_by_project_key(session, key)
    except NotFound:
        return product_by_secret_key(session, key)


def programs_of_product(session: Session, product_id: UUID) -> Sequence[Program]:
    return session.scalars(
        select(Program).where(Program.product_id == product_id).order_by(Program.created_at.desc())
    ).all()


def programs(session: Session, *, with_archived: bool = True) -> Sequence[Program]:
    """All of the workspace, the newest first, each with its product."""
    found = (
        select(Program).options(joinedload(Program.product)).order_by(Program.created_at.desc(), Program.id)
    )
    if not with_archived:
        found = found.where(Program.phase != Phase.ARCHIVED)
    return session.scalars(found).all()


def products_page(session: Session, *, cursor: str | None, size: int) -> Page[Product]:
    return keyset(
        session,
        select(Product),
        order=[(Product.created_at, "desc"), (Product.id, "desc")],
        cursor=cursor,
        size=size,
    )


def programs_page(session: Session, *, cursor: str | None, size: int) -> Page[Program]:
    return keyset(
        session,
        select(Program),
        order=[(Program.created_at, "desc"), (Program.id, "desc")],
        cursor=cursor,
        size=size,
    )


def program(session: Session, program_id: UUID) -> Program:
    found = session.scalar(
        select(Program).options(joinedload(Program.product)).where(Program.id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def program_names(session: Session, program_ids: set[UUID]) -> dict[UUID, str]:
    """Names of programs by id; ids of none are left out."""
    rows = session.execute(select(Program.id, Program.name).where(Program.id.in_(program_ids)))
    return {row.id: row.name for row in rows}


def program_by_slug(session: Session, slug: str) -> Program:
    """One of this workspace, with its product."""
    found = session.scalar(select(Program).options(joinedload(Program.product)).where(Program.slug == slug))
    if found is None:
        raise NotFound
    return found


def program_for_strangers(session: Session, slug: str) -> Program:
    """By its public address, of whatever workspace: `scope_to` its workspace afterwards.

    A draft and an archived program are not there for strangers.
    """
    found = session.scalar(
        select(Program)
        .where(Program.slug == slug, Program.phase.not_in((Phase.DRAFT, Phase.ARCHIVED)))
        .execution_options(unscoped=True)
    )
    if found is None:
        raise NotFound
    return found


def program_of_installation(session: Session, slug: str) -> Program:
    """By its short name, of whatever workspace and phase: for the operator's commands."""
    found = session.scalar(select(Program).where(Program.slug == slug).execution_options(unscoped=True))
    if found is None:
        raise NotFound
    return found


def phases(session: Session, program_id: UUID) -> Sequence[ProgramPhase]:
    """The program's way so far, oldest first."""
    return session.scalars(
        select(ProgramPhase)
        .where(ProgramPhase.program_id == program_id)
        .order_by(ProgramPhase.at, ProgramPhase.id)
    ).all()


def agreements(session: Session, program_id: UUID) -> Sequence[Agreement]:
    """Every number, the newest first; at most the first is a draft."""
    return session.scalars(
        select(Agreement).where(Agreement.program_id == program_id).order_by(Agreement.number.desc())
    ).all()


def agreement(session: Session, program_id: UUID, number: int) -> Agreement:
    found = session.scalar(
        select(Agreement).where(Agreement.program_id == program_id, Agreement.number == number)
    )
    if found is None:
        raise NotFound
    return found


def agreement_in_force(session: Session, program_id: UUID) -> Agreement | None:
    """The newest published one: what people accept now."""
    return session.scalar(
        select(Agreement)
        .where(Agreement.program_id == program_id, Agreement.published_at.is_not(None))
        .order_by(Agreement.number.desc())
        .limit(1)
    )


def questions(program: Program) -> list[screener.Question]:
    return screener.questions(program.screener)


def checklist_of(session: Session, program: Program, today: date) -> list[checklist.Item]:
    """The set-up checklist of `program` as it stands."""
    return checklist.checklist(
        program,
        story=Story.from_json(program.story),
        charter=Charter.from_json(program.charter),
        screener=questions(program),
        has_published_agreement=agreement_in_force(session, program.id) is not None,
        today=today,
    )
