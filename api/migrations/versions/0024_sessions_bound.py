"""What binds sessions and tokens to who may use them, and to what they are for; what was done by a mandate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ADDED = (
    ("token", "key"),
    ("token", "device"),
    ("openid_grant", "key"),
    ("openid_grant", "resource"),
    ("openid_token", "key"),
    ("openid_token", "resource"),
)


def upgrade() -> None:
    """Go forward."""
    for table, column in ADDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, sa.String(), nullable=True))
    op.create_table(
        "key_proof",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_key_proof")),
    )
    op.create_table(
        "mandate_use",
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mandate"], ["mandate.id"], name=op.f("fk_mandate_use_mandate")),
        sa.PrimaryKeyConstraint("thing", name=op.f("pk_mandate_use")),
    )
    with op.batch_alter_table("key_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_proof_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    """Go back: what is bound ends, since what was before would take it from everybody."""
    for table in ("token", "openid_token"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE key IS NOT NULL"))  # noqa: S608 - no value comes from outside
    op.execute(sa.text("DELETE FROM token WHERE device IS NOT NULL"))
    op.drop_table("mandate_use")
    op.drop_table("key_proof")
    for table, column in reversed(ADDED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
