"""shared parts of letters

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "context_parts",
                sa.String(length=128).with_variant(sa.String(length=128, collation="C"), "postgresql"),
                nullable=True,
            )
        )
        batch_op.drop_index("ix_outbox_office_id_created_at")


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_office_id_created_at", ["office_id", "created_at"], unique=False)
        batch_op.drop_column("context_parts")
