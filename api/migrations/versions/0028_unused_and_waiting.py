"""Scans and documents that no step has used are forgotten; jobs tell since when they wait; chunks count their rows."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

COUNTS = ("last_line", "issued", "refused")


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("licence_scan") as table:
        table.add_column(sa.Column("asked_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("forgotten_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("seal_evidence") as table:
        table.add_column(sa.Column("forgotten_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("bulk_job") as table:
        table.add_column(sa.Column("moved_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("bulk_chunk") as table:
        for name in COUNTS:
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
    op.create_index("ix_licence_issuer_type_state_id", "licence", ["issuer", "type", "state", "id"])


def downgrade() -> None:
    """Go back. What was marked is gone, or nearly: its row must not be found again."""
    op.drop_index("ix_licence_issuer_type_state_id", table_name="licence")
    op.execute("DELETE FROM licence_scan WHERE forgotten_at IS NOT NULL")
    op.execute("DELETE FROM seal_evidence WHERE forgotten_at IS NOT NULL")
    with op.batch_alter_table("bulk_chunk") as table:
        for name in COUNTS:
            table.drop_column(name)
    with op.batch_alter_table("bulk_job") as table:
        table.drop_column("moved_at")
    with op.batch_alter_table("seal_evidence") as table:
        table.drop_column("forgotten_at")
    with op.batch_alter_table("licence_scan") as table:
        table.drop_column("forgotten_at")
        table.drop_column("asked_at")
