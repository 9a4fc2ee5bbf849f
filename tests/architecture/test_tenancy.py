"""S3: sessions see one workspace. The criterion is on every statement, and what goes around it is listed."""

import ast
import uuid
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased, configure_mappers

from betaops import wiring
from betaops.accounts.models import MemberInvitation, Workspace
from betaops.accounts.permissions import Role
from betaops.kernel import tokens
from betaops.kernel.clock import now
from betaops.kernel.db import Base, Database, Owned, Unscoped
from betaops.kernel.errors import NotFound
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.support.tree import name_of, parsed, room_files

wiring.load_models()
configure_mappers()
TENANTS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)),
    key=lambda each: each.__name__,
)


@pytest.fixture
def workspaces(database: Database) -> list[uuid.UUID]:
    """Two, with an invitation each."""
    ids = []
    with database.writing() as session:
        for name in ("one", "two"):
            workspace = Workspace(name=name, slug=f"{name}-workspace", created_at=now())
            session.add(workspace)
            session.flush()
            session.add(an_invitation(workspace.id, name))
            ids.append(workspace.id)
    return ids


def an_invitation(workspace_id: uuid.UUID, name: str) -> MemberInvitation:
    return MemberInvitation(
        workspace_id=workspace_id,
        mail=f"{name}@example.com",
        mail_key=f"{name}@example.com",
        role=Role.VIEWER,
        token_digest=tokens.mint().digest,
        created_at=now(),
        expires_at=now(),
    )


_other = aliased(MemberInvitation)
WAYS: dict[str, Any] = {
    "entities": select(MemberInvitation.mail),
    "an alias": select(_other.mail),
    "a subquery": select(select(MemberInvitation.mail).subquery().c.mail),
    "a CTE": select(select(MemberInvitation.mail).cte().c.mail),
    "EXISTS": select(Workspace.slug + "@example.com")
    .where(exists().where(MemberInvitation.workspace_id == Workspace.id))
    .order_by(Workspace.slug),
    "a join": select(MemberInvitation.mail).join(Workspace, Workspace.id == MemberInvitation.workspace_id),
    "an outer join": select(MemberInvitation.mail)
    .select_from(Workspace)
    .outerjoin(MemberInvitation, MemberInvitation.workspace_id == Workspace.id)
    .where(MemberInvitation.id.is_not(None)),
    "a self join": select(MemberInvitation.mail).join(
        _other, _other.mail_key != MemberInvitation.mail_key, full=True
    ),
    "a union": select(MemberInvitation.mail).union(select(_other.mail)),
}


@pytest.mark.parametrize("way", WAYS)
def test_s03_a_session_sees_its_own_workspace_however_it_asks(
    database: Database, workspaces: list[uuid.UUID], way: str
) -> None:
    with database.reading(workspaces[0]) as session:
        found = {mail for mail in session.scalars(WAYS[way]) if mail is not None}
    assert "two@example.com" not in found
    assert "two-workspace@example.com" not in found


def test_s03_counts_changes_and_deletions_stay_in_the_workspace(
    database: Database, workspaces: list[uuid.UUID]
) -> None:
    with database.writing(workspaces[0]) as session:
        assert session.scalar(select(func.count()).select_from(MemberInvitation)) == 1
        session.execute(update(MemberInvitation).values(role=Role.OWNER))
    with database.writing(workspaces[0]) as session:
        session.execute(delete(MemberInvitation))
    with database.reading(workspaces[1]) as session:
        (left,) = session.scalars(select(MemberInvitation)).all()
        assert (left.mail, left.role) == ("two@example.com", Role.VIEWER)


def test_s03_a_row_of_another_workspace_is_not_found_by_its_id(
    database: Database, platform: Platform, workspaces: list[uuid.UUID]
) -> None:
    with database.reading(workspaces[1]) as session:
        foreign = session.scalars(select(MemberInvitation.id)).one()
    with database.writing(workspaces[0]) as session:
        assert session.get(MemberInvitation, foreign) is None
        with pytest.raises(NotFound):
            Work(session, platform, SYSTEM, now()).lock(MemberInvitation, foreign)


def test_s03_without_a_workspace_nothing_of_a_tenant_can_be_asked_for(database: Database) -> None:
    for model in TENANTS:
        with database.reading() as session, pytest.raises(Unscoped):
            session.execute(select(model))


#: Look-ups by token, public name or key, before it is known whose workspace it is, and sweeps over all of them.
#: A new line here is a decision about tenancy: the statement must name a secret, a public name, or a workspace.
OUTSIDE = {
    "betaops/accounts/queries/access.py", "betaops/accounts/queries/people.py", "betaops/cohorts/queries/cohorts.py",
    "betaops/enrollment/queries/portal.py", "betaops/enrollment/service/applying.py",
    "betaops/enrollment/service/signing_in.py", "betaops/enrollment/viewers.py",
    "betaops/feedback/queries/figures.py", "betaops/flags/queries/definitions.py",
    "betaops/flags/queries/due.py", "betaops/flags/queries/flags.py",
    "betaops/enrollment/service/telling.py",
    "betaops/messaging/queries/reminders.py", "betaops/programs/queries.py",
    "betaops/programs/service/programs.py", "betaops/readiness/queries/people.py",
    "betaops/readiness/queries/files.py", "betaops/readiness/queries/sharing.py", "betaops/surveys/queries/doors.py",
    "betaops/surveys/queries/allotments.py", "betaops/surveys/queries/journeys.py", "betaops/surveys/queries/rollups.py",
    "betaops/surveys/queries/surveys.py", "betaops/usage/queries/events.py",
}  # fmt: skip
#: Writing many rows at once goes by tables, which no session guards; each names the workspace itself.
BY_TABLE = {
    "betaops/enrollment/service/importing.py", "betaops/flags/service/exposures.py",
}  # fmt: skip


def test_s03_only_known_doors_look_outside_a_workspace() -> None:
    found = {
        name_of(path)
        for path in room_files()
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.keyword) and node.arg == "unscoped")
        or (isinstance(node, ast.Constant) and node.value == "unscoped")
    }
    assert found == OUTSIDE


def test_s03_nobody_goes_around_the_session_by_tables_or_by_written_sql() -> None:
    by_table, by_text = set(), set()
    for path in room_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr == "__table__":
                by_table.add(name_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                words = ast.unparse(node.args[0]).strip("'\"").upper()
                if words.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                    by_text.add(f"{name_of(path)}:{node.lineno}")
    assert by_table == BY_TABLE
    assert by_text == set()
