"""The audit trail searched in the order of time, by who, what and which thing; stampings counted by state and time."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SEARCHED = ("tag", "actor", "subject")


def upgrade() -> None:
    """Go forward."""
    for column in SEARCHED:
        op.drop_index(f"ix_audit_event_{column}", table_name="audit_event")
        op.create_index(f"ix_audit_event_{column}_at", "audit_event", [column, "at"])
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.drop_index("ix_stamping_state", table_name="stamping")
    op.create_index("ix_stamping_state_at", "stamping", ["state", "at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_stamping_state_at", table_name="stamping")
    op.create_index("ix_stamping_state", "stamping", ["state"])
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    for column in SEARCHED:
        op.drop_index(f"ix_audit_event_{column}_at", table_name="audit_event")
        op.create_index(f"ix_audit_event_{column}", "audit_event", [column])
