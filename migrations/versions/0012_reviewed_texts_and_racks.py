"""reviewed texts; blank lists for the rack

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _key(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.String(length=length, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        # No office has reviewed anything yet.
        batch_op.add_column(sa.Column("reviewed_texts", _JSON, nullable=False, server_default="{}"))
    op.create_table(
        "text_review",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("language", _key(20), nullable=False),
        sa.Column("digest", _key(64), nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_text_review_office_id")),
        sa.PrimaryKeyConstraint("office_id", "language", "digest", name=op.f("pk_text_review")),
    )
    op.create_table(
        "rack_print",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("locales", _JSON, nullable=False),
        sa.Column("is_large", sa.Boolean(), nullable=False),
        sa.Column("lists", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_rack_print_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rack_print")),
    )
    with op.batch_alter_table("rack_print", schema=None) as batch_op:
        batch_op.create_index(
            "uq_rack_print_open",
            ["office_id"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("rack_print")
    op.drop_table("text_review")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("reviewed_texts")
