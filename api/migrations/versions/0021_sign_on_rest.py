"""When each session was used last, and before which moment nothing of an account counts any more."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: of sessions that are open nothing is known but when they began, and counting begins there."""
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("used_at", UTCDateTime(), nullable=True))
    op.execute(sa.text("UPDATE token SET used_at = begun_at"))
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.alter_column("used_at", existing_type=UTCDateTime(), nullable=False)
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sessions_void_before", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Go back: what was before knows no idle sessions, and nothing that outlives them."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("sessions_void_before")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_column("used_at")
