"""absences and deputies

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "file_key",
            sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint("deputy_id <> member_id", name=op.f("ck_staff_absence_not_self")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_staff_absence_days")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff_member.id"], name=op.f("fk_staff_absence_deputy_id")),
        sa.ForeignKeyConstraint(["member_id"], ["staff_member.id"], name=op.f("fk_staff_absence_member_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_staff_absence_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
        sa.UniqueConstraint("office_id", "file_key", name=op.f("uq_staff_absence_office_id_file_key")),
    )
    with op.batch_alter_table("staff_absence", schema=None) as batch_op:
        batch_op.create_index("ix_staff_absence_office_id_last_on", ["office_id", "last_on"], unique=False)

    op.create_table(
        "staff_absence_day",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["staff_absence.id"], name=op.f("fk_staff_absence_day_absence_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_member.id"], name=op.f("fk_staff_absence_day_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "day", name=op.f("pk_staff_absence_day")),
    )
    with op.batch_alter_table("staff_absence_day", schema=None) as batch_op:
        batch_op.create_index("ix_staff_absence_day_absence_id", ["absence_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("staff_absence_day", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_absence_day_absence_id")

    op.drop_table("staff_absence_day")
    with op.batch_alter_table("staff_absence", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_absence_office_id_last_on")

    op.drop_table("staff_absence")
