"""The use of seals: authorisations with more terms, approvals before use, every kind of stamping."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AUTHORISATION = (
    ("valid_from", UTCDateTime()),
    ("needs_approval", sa.Boolean()),
    ("operations", sa.JSON()),
    ("parent", sa.String()),
)
STAMPING = (
    ("operation", sa.String()),
    ("parent", sa.String()),
    ("approval", sa.String()),
    ("batch", sa.String()),
    ("reference", sa.String()),
    ("property_info", sa.String()),
    ("signed_at", UTCDateTime()),
    ("signature", sa.LargeBinary()),
    ("time_stamp", sa.LargeBinary()),
    ("ended_at", UTCDateTime()),
)


def upgrade() -> None:
    """Go forward: what stands there reads as before, since what is empty means what there was before."""
    # Nothing but columns that may be empty: SQLite makes a table anew for anything else, and others point to these.
    for table, columns, index in (("seal_authorisation", AUTHORISATION, "parent"), ("stamping", STAMPING, "batch")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, kind in columns:
                batch_op.add_column(sa.Column(name, kind, nullable=True))
            batch_op.create_index(batch_op.f(f"ix_{table}_{index}"), [index], unique=False)
    op.create_table(
        "stamping_approval",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("document_hash", sa.String(), nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("document_kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("stamping", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_stamping_approval_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamping_approval")),
    )
    with op.batch_alter_table("stamping_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamping_approval_seal_state"), ["seal", "state"], unique=False)


def downgrade() -> None:
    """Go back: what was stamped otherwise than in a PDF, and what was approved, is forgotten; the trail keeps both."""
    op.drop_table("stamping_approval")
    for table, columns, index in (("stamping", STAMPING, "batch"), ("seal_authorisation", AUTHORISATION, "parent")):
        op.drop_index(op.f(f"ix_{table}_{index}"), table_name=table)
        for name, _ in columns:
            op.drop_column(table, name)  # not in a batch, which would make the table anew
