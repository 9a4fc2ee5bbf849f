"""In which arm a person is stands by itself, so that it is known before they begin."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

#: Whoever has begun stays in the arm of their first response.
KNOWN = """
INSERT INTO survey_allotment (id, workspace_id, survey_id, enrollment_id, arm_id)
SELECT id, workspace_id, survey_id, enrollment_id, arm_id FROM (
    SELECT response.id, response.workspace_id, response.survey_id, response.enrollment_id, survey_arm.id AS arm_id,
        row_number() OVER (
            PARTITION BY response.survey_id, response.enrollment_id ORDER BY response.started_at, response.id
        ) AS place
    FROM response
    JOIN survey_arm ON survey_arm.survey_id = response.survey_id AND survey_arm.name = response.arm
    WHERE response.enrollment_id IS NOT NULL AND response.state <> 'test'
) AS begun
WHERE place = 1
"""


def upgrade() -> None:
    op.create_table(
        "survey_allotment",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("arm_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _in_workspace("survey", "CASCADE"),
        _in_workspace("enrollment", "CASCADE"),
        _in_workspace("arm", "NO ACTION", "survey_arm"),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_allotment_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_allotment")),
        sa.UniqueConstraint(
            "survey_id", "enrollment_id", name=op.f("uq_survey_allotment_survey_id_enrollment_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_allotment_workspace_id_id")),
    )
    op.create_index("ix_survey_allotment_enrollment", "survey_allotment", ["workspace_id", "enrollment_id"])
    op.create_index("ix_survey_allotment_arm", "survey_allotment", ["workspace_id", "arm_id"])
    op.execute(KNOWN)


def downgrade() -> None:
    op.drop_table("survey_allotment")


def _in_workspace(name: str, ondelete: str, table: str = "") -> sa.ForeignKeyConstraint:
    parent = table or name
    return sa.ForeignKeyConstraint(
        ["workspace_id", f"{name}_id"],
        [f"{parent}.workspace_id", f"{parent}.id"],
        name=op.f(f"fk_survey_allotment_workspace_id_{name}_id"),
        ondelete=ondelete,
    )
