"""Indexes by which the lists of the console are found: seals by their words, subjects in order of registration."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STAMP_AWAITED = sa.text("time_stamp_due IS NOT NULL")
SUBJECTS = ("person", "organisation")


def upgrade() -> None:
    """Go forward."""
    op.drop_index("ix_seal_state", table_name="seal")
    op.create_index("ix_seal_state_valid_until", "seal", ["state", "valid_until"])
    listed = ["id", "state", "kind", "owner", "name", "code", "filing_number"]
    op.create_index("ix_seal_listed", "seal", listed)
    for table in SUBJECTS:
        op.create_index(f"ix_{table}_registered_at", table, ["registered_at"])
        op.create_index(f"ix_{table}_state_registered_at", table, ["state", "registered_at"])
    op.create_index("ix_grant_duty_id", "grant", ["duty", "id"])
    op.create_index("ix_grant_organisation_id", "grant", ["organisation", "id"])
    op.create_index("ix_licence_issuer_type_id", "licence", ["issuer", "type", "id"])
    op.create_index(
        "ix_licence_stamp_awaited",
        "licence",
        ["issuer", "id"],
        sqlite_where=STAMP_AWAITED,
        postgresql_where=STAMP_AWAITED,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_licence_stamp_awaited", table_name="licence")
    op.drop_index("ix_licence_issuer_type_id", table_name="licence")
    op.drop_index("ix_grant_organisation_id", table_name="grant")
    op.drop_index("ix_grant_duty_id", table_name="grant")
    for table in SUBJECTS:
        op.drop_index(f"ix_{table}_state_registered_at", table_name=table)
        op.drop_index(f"ix_{table}_registered_at", table_name=table)
    op.drop_index("ix_seal_listed", table_name="seal")
    op.drop_index("ix_seal_state_valid_until", table_name="seal")
    op.create_index("ix_seal_state", "seal", ["state"])
