"""What a response writes touches fewer pages: answers have no id and no index, their key is the table on SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0040"
down_revision = "0039"

_PART = ("response_id", "question_id", "row", "code", "workspace_id")
_OF_PEOPLE = {"ix_response_enrollment": "enrollment_id", "ix_response_tester": "tester_id"}


def upgrade() -> None:
    _tags_aside("t.workspace_id, response_id, question_id, row, code", "t.answer_id = a.id")
    with _anew("answer", ", ".join((*_PART, "number", "text"))):
        op.create_table(
            "answer",
            *_ids("response_id", "question_id"),
            *_typed(),
            *_ids("workspace_id"),
            _of_response("answer"),
            sa.PrimaryKeyConstraint(*_PART, name=op.f("pk_answer")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "answer_tag",
        *_ids("workspace_id", "response_id", "question_id", "id"),
        sa.Column("row", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        *_tag(),
        sa.ForeignKeyConstraint(
            _PART,
            [f"answer.{name}" for name in _PART],
            name=op.f("fk_answer_tag_answer"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(*_PART, "key", name=op.f("uq_answer_tag_key")),
    )
    op.create_index("ix_answer_tag_question", "answer_tag", ["workspace_id", "question_id", "key"])
    _tags_back("workspace_id, response_id, question_id, row, code")
    with _anew("tail_response", "workspace_id, response_id, survey_id"):
        op.create_table(
            "tail_response",
            *_ids("workspace_id", "response_id", "survey_id"),
            *_tail(),
            sa.PrimaryKeyConstraint("response_id", "workspace_id", name=op.f("pk_tail_response")),
            sqlite_with_rowid=False,
        )
        op.create_index("ix_tail_response_survey", "tail_response", ["survey_id", "response_id"])
    _subjects(with_rowid=False)
    for name, column in _OF_PEOPLE.items():
        op.drop_index(name, "response")
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            name, "response", ["workspace_id", column], sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    for name, column in _OF_PEOPLE.items():
        op.drop_index(name, "response")
        op.create_index(name, "response", ["workspace_id", column])
    _subjects(with_rowid=True)
    with _anew("tail_response", "workspace_id, response_id, survey_id, id", "*, response_id AS id"):
        op.create_table(
            "tail_response",
            *_ids("workspace_id", "response_id", "survey_id", "id"),
            *_tail(),
            _of_workspace("tail_response"),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_tail_response")),
            sa.UniqueConstraint("response_id", name=op.f("uq_tail_response_response_id")),
            sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tail_response_workspace_id_id")),
        )
        op.create_index("ix_tail_response_survey", "tail_response", ["survey_id", "response_id"])
    columns = ", ".join((*_PART, "number", "text"))
    op.execute("CREATE TABLE former_tag AS SELECT * FROM answer_tag")
    op.drop_table("answer_tag")
    with _anew("answer", f"{columns}, id", f"{columns}, {_new_id()} AS id"):
        op.create_table(
            "answer",
            *_ids("workspace_id", "response_id", "question_id", "id"),
            *_typed(),
            _of_response("answer"),
            sa.ForeignKeyConstraint(
                ["workspace_id", "question_id"],
                ["survey_question.workspace_id", "survey_question.id"],
                name=op.f("fk_answer_workspace_id_question_id"),
                ondelete="NO ACTION",
            ),
            _of_workspace("answer"),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
            sa.UniqueConstraint(*_PART[:-1], name=op.f("uq_answer_response_id_question_id_row_code")),
            sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_answer_workspace_id_id")),
        )
    op.create_index(
        "ix_answer_question",
        "answer",
        ["workspace_id", "question_id", "row", "code", "number", "response_id"],
    )
    op.execute("ALTER TABLE former_tag RENAME TO found_tag")
    where = " AND ".join(f"t.{name} = a.{name}" for name in _PART)
    op.execute(
        "CREATE TABLE former_tag AS SELECT t.id, t.workspace_id, a.id AS answer_id, name, key, created_at, "  # noqa: S608  # our own words
        f"created_by FROM found_tag t JOIN answer a ON {where}"
    )
    op.drop_table("found_tag")
    op.create_table(
        "answer_tag",
        *_ids("workspace_id", "answer_id", "id"),
        *_tag(),
        sa.ForeignKeyConstraint(
            ["workspace_id", "answer_id"],
            ["answer.workspace_id", "answer.id"],
            name=op.f("fk_answer_tag_workspace_id_answer_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("answer_id", "key", name=op.f("uq_answer_tag_answer_id_key")),
    )
    op.create_index("ix_answer_tag_key", "answer_tag", ["workspace_id", "key", "answer_id"])
    _tags_back("workspace_id, answer_id")


@contextmanager
def _anew(table: str, columns: str, found: str | None = None) -> Iterator[None]:
    """The rows stand aside while the table is made anew; `found`: what of them, where that is more than `columns`."""
    op.execute(f"CREATE TABLE former_{table} AS SELECT {found or columns} FROM {table}")  # noqa: S608  # our own words
    op.drop_table(table)
    yield
    # In the order of the key: a table that is its key is then written from one end to the other.
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM former_{table} ORDER BY {columns}")  # noqa: S608  # our own words
    op.drop_table(f"former_{table}")


def _tags_aside(key: str, where: str) -> None:
    op.execute(
        f"CREATE TABLE former_tag AS SELECT {key}, t.id, name, key, created_at, created_by "  # noqa: S608  # our own words
        f"FROM answer_tag t JOIN answer a ON {where}"
    )
    op.drop_table("answer_tag")


def _tags_back(key: str) -> None:
    columns = f"{key}, id, name, key, created_at, created_by"
    op.execute(f"INSERT INTO answer_tag ({columns}) SELECT {columns} FROM former_tag")  # noqa: S608  # our own words
    op.drop_table("former_tag")


def _subjects(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    with _anew("event_subject", "subject_id, event_id"):
        op.create_table(
            "event_subject",
            *_ids("subject_id", "event_id"),
            sa.ForeignKeyConstraint(
                ["event_id"], ["event.id"], name=op.f("fk_event_subject_event_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("subject_id", "event_id", name=op.f("pk_event_subject")),
            sqlite_with_rowid=with_rowid,
        )
        op.create_index(op.f("ix_event_subject_event_id"), "event_subject", ["event_id"])


def _new_id() -> str:
    """Random: those of anonymous answers must not tell when they came."""
    return "lower(hex(randomblob(16)))" if op.get_bind().dialect.name == "sqlite" else "gen_random_uuid()"


def _ids(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def _typed() -> list[sa.Column[object]]:
    return [
        sa.Column("row", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
    ]


def _tag() -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_answer_tag_a_tag_says_something")),
        _of_workspace("answer_tag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_tag")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_answer_tag_workspace_id_id")),
    ]


def _tail() -> list[sa.Constraint]:
    return [
        _of_response("tail_response"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_tail_response_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
    ]


def _of_response(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "response_id"],
        ["response.workspace_id", "response.id"],
        name=op.f(f"fk_{table}_workspace_id_response_id"),
        ondelete="CASCADE",
    )


def _of_workspace(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
    )
