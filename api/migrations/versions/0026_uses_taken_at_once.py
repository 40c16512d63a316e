"""Uses of delegations that a bulk job takes at once, with its start; from where recoveries were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("mandate_use") as table:
        table.add_column(sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("within", sa.String(), nullable=True))
    with op.batch_alter_table("mandate_use") as table:
        table.alter_column("count", server_default=None)
    with op.batch_alter_table("proofing_order") as table:
        table.add_column(sa.Column("origin", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("proofing_order") as table:
        table.alter_column("origin", server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("proofing_order") as table:
        table.drop_column("origin")
    with op.batch_alter_table("mandate_use") as table:
        table.drop_column("within")
        table.drop_column("count")
