"""attempts to reach people

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reach_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("title_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_reach_attempt_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_reach_attempt_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reach_attempt_person_id")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_reach_attempt_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_attempt")),
    )
    with op.batch_alter_table("reach_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_reach_attempt_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_reach_attempt_title_id", ["title_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reach_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_reach_attempt_title_id")
        batch_op.drop_index("ix_reach_attempt_case_id")

    op.drop_table("reach_attempt")
