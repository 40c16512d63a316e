"""Bulk jobs: many licences from a table, or of a whole type, in pieces that survive a crash."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: there were no jobs before."""
    op.create_table(
        "bulk_job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("proceeds", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("upload", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_bulk_job_issuer")),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_bulk_job_seal")),
        sa.ForeignKeyConstraint(["type"], ["licence_type.id"], name=op.f("fk_bulk_job_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_job")),
    )
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        for column in ("ended_at", "issuer", "state", "type"):
            batch_op.create_index(batch_op.f(f"ix_bulk_job_{column}"), [column], unique=False)
    op.create_table(
        "bulk_piece",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["bulk_job.id"], name=op.f("fk_bulk_piece_job")),
        sa.PrimaryKeyConstraint("job", "place", name=op.f("pk_bulk_piece")),
    )
    op.create_table(
        "bulk_chunk",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=True),
        sa.Column("outcomes", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["bulk_job.id"], name=op.f("fk_bulk_chunk_job")),
        sa.PrimaryKeyConstraint("job", "place", name=op.f("pk_bulk_chunk")),
    )
    with op.batch_alter_table("bulk_chunk", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_chunk_job_state_place", ["job", "state", "place"], unique=False)


def downgrade() -> None:
    """Go back: jobs are forgotten, and what they issued stays."""
    op.drop_table("bulk_chunk")
    op.drop_table("bulk_piece")
    op.drop_table("bulk_job")
