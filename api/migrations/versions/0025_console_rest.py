"""What the console asks for further: a reviewer's word on a draft, where an approved seal goes, a file's name."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("licence_type_version") as table:
        table.add_column(sa.Column("remark", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("licence_type_version") as table:
        table.alter_column("remark", server_default=None)
    with op.batch_alter_table("stamping_approval") as table:
        table.add_column(sa.Column("reference", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("asked", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("stamping_approval") as table:
        table.alter_column("reference", server_default=None)
        table.alter_column("asked", server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("stamping_approval") as table:
        table.drop_column("asked")
        table.drop_column("reference")
    with op.batch_alter_table("licence_type_version") as table:
        table.drop_column("remark")
