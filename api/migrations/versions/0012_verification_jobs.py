"""Verification jobs: files that are judged later, and what came of them, for a day."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: nobody has asked for anything yet."""
    op.create_table(
        "verification_job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_job")),
        sa.UniqueConstraint("digest", name=op.f("uq_verification_job_digest")),
    )
    with op.batch_alter_table("verification_job", schema=None) as batch_op:
        for column in ("state", "expires_at"):
            batch_op.create_index(batch_op.f(f"ix_verification_job_{column}"), [column], unique=False)
    op.create_table(
        "verification_piece",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["verification_job.id"], name=op.f("fk_verification_piece_job")),
        sa.PrimaryKeyConstraint("job", "part", "place", name=op.f("pk_verification_piece")),
    )


def downgrade() -> None:
    """Go back: files and verdicts are erased."""
    op.drop_table("verification_piece")
    op.drop_table("verification_job")
