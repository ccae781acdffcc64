"""interim confirmations

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interim_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_interim_note_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_interim_note_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interim_note")),
    )
    with op.batch_alter_table("interim_note", schema=None) as batch_op:
        batch_op.create_index(
            "uq_interim_note_in_force",
            ["case_id", "kind"],
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )

    op.create_table(
        "interim_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("answer_note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_interim_request_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_interim_request_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interim_request")),
    )
    with op.batch_alter_table("interim_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_interim_request_office_id_answered_at", ["office_id", "answered_at"], unique=False
        )
        batch_op.create_index(
            "uq_interim_request_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "interim_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ref",
            sa.String(length=24).with_variant(sa.String(length=24, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "status_code",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome_kind", sa.String(length=12), nullable=False),
        sa.Column("outcome_code", sa.String(length=60), nullable=False),
        sa.Column("rule_version", sa.String(length=40), nullable=False),
        sa.Column("is_machine_checked", sa.Boolean(), nullable=False),
        sa.Column("title_ends_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_released_by", sa.String(length=80), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=False),
        sa.Column("release_note", sa.String(length=300), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("check_again_on", sa.Date(), nullable=False),
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column(
            "key_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=False),
        sa.Column("end_note", sa.String(length=300), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["staff_member.id"], name=op.f("fk_interim_confirmation_assigned_to")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_interim_confirmation_case_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_interim_confirmation_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interim_confirmation")),
        sa.UniqueConstraint("case_id", "sequence", name=op.f("uq_interim_confirmation_case_id_sequence")),
        sa.UniqueConstraint("ref", name=op.f("uq_interim_confirmation_ref")),
        sa.UniqueConstraint("status_code", name=op.f("uq_interim_confirmation_status_code")),
    )
    with op.batch_alter_table("interim_confirmation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_interim_confirmation_office_id_state", ["office_id", "state", "check_again_on"], unique=False
        )
        batch_op.create_index("ix_interim_confirmation_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_interim_confirmation_issued",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.create_index(
            "uq_interim_confirmation_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'released')"),
            postgresql_where=sa.text("state IN ('proposed', 'released')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("interim_confirmation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interim_confirmation_open",
            sqlite_where=sa.text("state IN ('proposed', 'released')"),
            postgresql_where=sa.text("state IN ('proposed', 'released')"),
        )
        batch_op.drop_index(
            "uq_interim_confirmation_issued",
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.drop_index("ix_interim_confirmation_person_id")
        batch_op.drop_index("ix_interim_confirmation_office_id_state")

    op.drop_table("interim_confirmation")
    with op.batch_alter_table("interim_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interim_request_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index("ix_interim_request_office_id_answered_at")

    op.drop_table("interim_request")
    with op.batch_alter_table("interim_note", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interim_note_in_force",
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )

    op.drop_table("interim_note")
