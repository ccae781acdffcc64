"""weeks of openings

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parity", sa.String(length=4), nullable=True))
        batch_op.add_column(sa.Column("every_weeks", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_column("every_weeks")
        batch_op.drop_column("parity")
