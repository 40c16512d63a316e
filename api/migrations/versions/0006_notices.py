"""The outbox: messages to the platform above; an index for the ledger of a seal, page by page."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: what happened before is not told anew."""
    op.create_table(
        "outbox_message",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("number", name=op.f("uq_outbox_message_number")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        waiting = ["state", "topic", "subject", "number"]
        batch_op.create_index(batch_op.f("ix_outbox_message_waiting"), waiting, unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_subject"), ["subject"], unique=False)
    op.create_index(op.f("ix_stamping_seal_id"), "stamping", ["seal", "id"], unique=False)


def downgrade() -> None:
    """Go back: what was not delivered yet is forgotten."""
    op.drop_index(op.f("ix_stamping_seal_id"), table_name="stamping")
    op.drop_table("outbox_message")
