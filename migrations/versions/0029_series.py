"""Series: a question that means something else now begins anew under its name, and its answers so far stay apart."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_BEFORE = "CONSTRAINT uq_survey_question_survey_id_name UNIQUE (survey_id, name)"
_AFTER = "CONSTRAINT uq_survey_question_survey_id_name_series UNIQUE (survey_id, name, series)"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE survey_question ADD COLUMN series INTEGER DEFAULT '1' NOT NULL"
        " CONSTRAINT ck_survey_question_series_count_from_one CHECK (series >= 1)"
    )
    _unique(_BEFORE, _AFTER)


def downgrade() -> None:
    later = "SELECT id FROM survey_question WHERE series > 1"
    for table in ("answer", "answer_tally", "question_tally"):
        op.execute(f"DELETE FROM {table} WHERE question_id IN ({later})")  # noqa: S608  # our own words
    op.execute("DELETE FROM survey_question WHERE series > 1")
    _unique(_AFTER, _BEFORE)
    op.execute("ALTER TABLE survey_question DROP COLUMN series")


def _unique(before: str, after: str) -> None:
    """Another rule of what is unique. SQLite would have to rebuild the table, on which answers hang: as for checks
    (0025) the table's text is changed instead, and its indexes are made anew from the rows."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE survey_question DROP {before.partition(' UNIQUE')[0]}")
        op.execute(f"ALTER TABLE survey_question ADD {after}")
        return
    sql = bind.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'survey_question'")
    )
    if sql.count(before) != 1:
        raise RuntimeError(f"the table survey_question has no such rule: {before}")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'survey_question'"),
        {"sql": sql.replace(before, after)},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    bind.exec_driver_sql("REINDEX survey_question")
