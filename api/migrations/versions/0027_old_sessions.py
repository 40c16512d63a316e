"""Sessions and tokens found by when they end, so that those that have are forgotten a portion at a time."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_token_expires_at", "token", ["expires_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_token_expires_at", table_name="token")
