"""facts of cases: ready, waiting, doubted, to be clarified, card; reasons of rejections

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _key(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.String(length=length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "case_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _key(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("value", _key(40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_fact_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_fact_office_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["case_fact.id"], name=op.f("fk_case_fact_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_fact")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_case_fact_undoes_id")),
    )
    op.create_index("ix_case_fact_case_id", "case_fact", ["case_id"])
    # Columns that may be empty: no row is rewritten, on either engine.
    op.add_column("service_case", sa.Column("unready_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_case", sa.Column("waiting_for", _key(40), nullable=True))
    op.add_column("service_case", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_case", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.add_column("service_case", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_case", sa.Column("clarify_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_case", sa.Column("card_state", sa.String(length=12), nullable=True))
    op.add_column("service_case", sa.Column("card_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_case", sa.Column("bring_by_on", sa.Date(), nullable=True))
    op.add_column("service_case", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_requirement", sa.Column("reason_id", _key(40), nullable=True))


def downgrade() -> None:
    op.drop_column("case_requirement", "reason_id")
    for name in (
        "told_at",
        "bring_by_on",
        "card_at",
        "card_state",
        "clarify_at",
        "doubted_at",
        "follow_up_on",
        "waiting_since",
        "waiting_for",
        "unready_at",
    ):
        op.drop_column("service_case", name)
    op.drop_table("case_fact")
