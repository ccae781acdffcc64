"""questions of residents, calendar feeds of desks, exports

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forwarded_by", sa.String(length=80), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("told", sa.String(length=8), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_question_case_id")),
        sa.ForeignKeyConstraint(["member_id"], ["staff_member.id"], name=op.f("fk_case_question_member_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_question_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_question")),
    )
    with op.batch_alter_table("case_question", schema=None) as batch_op:
        batch_op.create_index("ix_case_question_case_id", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_question_office_id_answered_at", ["office_id", "answered_at", "asked_at"], unique=False
        )

    op.create_table(
        "desk_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_uses", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_desk_feed_desk_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_desk_feed_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_feed_token_hash")),
    )
    with op.batch_alter_table("desk_feed", schema=None) as batch_op:
        batch_op.create_index("ix_desk_feed_desk_id", ["desk_id"], unique=False)

    op.create_table(
        "export_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_export_run_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
        sa.UniqueConstraint("office_id", "since", name=op.f("uq_export_run_office_id_since")),
    )


def downgrade() -> None:
    op.drop_table("export_run")
    with op.batch_alter_table("desk_feed", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_feed_desk_id")

    op.drop_table("desk_feed")
    with op.batch_alter_table("case_question", schema=None) as batch_op:
        batch_op.drop_index("ix_case_question_office_id_answered_at")
        batch_op.drop_index("ix_case_question_case_id")

    op.drop_table("case_question")
