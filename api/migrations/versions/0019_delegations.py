"""Delegations and their signed chains."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: authorisations that were given are signed by the next round of housekeeping, and hold meanwhile.

    Whoever asked for a stamping before had a level that nobody wrote down.
    """
    op.create_table(
        "mandate",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("delegator_kind", sa.String(), nullable=False),
        sa.Column("delegator", sa.String(), nullable=False),
        sa.Column("delegate_kind", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("seals", sa.JSON(), nullable=False),
        sa.Column("licence_types", sa.JSON(), nullable=False),
        sa.Column("document_kinds", sa.JSON(), nullable=False),
        sa.Column("operations", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("not_after", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_level", sa.Integer(), nullable=False),
        sa.Column("given_session", sa.String(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["mandate.id"], name=op.f("fk_mandate_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_delegate"), ["delegate"], unique=False)
        batch_op.create_index(batch_op.f("ix_mandate_delegator"), ["delegator"], unique=False)
        batch_op.create_index(batch_op.f("ix_mandate_parent"), ["parent"], unique=False)
    with op.batch_alter_table("seal_authorisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("session", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("statement", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("stamping", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_stamping_authorisation"), type_="foreignkey")
        batch_op.add_column(sa.Column("level", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("evidence", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back: statements are forgotten; what was stamped keeps them."""
    with op.batch_alter_table("seal_authorisation", schema=None) as batch_op:
        batch_op.drop_column("statement")
        batch_op.drop_column("session")
        batch_op.drop_column("level")
    with op.batch_alter_table("stamping", schema=None) as batch_op:
        batch_op.drop_column("evidence")
        batch_op.drop_column("level")
        batch_op.create_foreign_key(
            batch_op.f("fk_stamping_authorisation"), "seal_authorisation", ["authorisation"], ["id"]
        )
    op.drop_table("mandate")
