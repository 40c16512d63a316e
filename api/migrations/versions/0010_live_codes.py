"""Live codes: what holders show on their phones. And the number of each status list, which claims name it by."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: both tables begin empty; a list gets its number with the next licence of its type."""
    op.create_table(
        "live_code",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("checker", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_live_code_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_live_code_digest")),
    )
    with op.batch_alter_table("live_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_code_licence"), ["licence"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_code_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "status_list",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_status_list")),
        sa.UniqueConstraint("number", name=op.f("uq_status_list_number")),
    )


def downgrade() -> None:
    """Go back: claims that name a list by its number are not read by what was before."""
    op.drop_table("status_list")
    op.drop_table("live_code")
