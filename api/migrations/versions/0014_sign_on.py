"""Signing on: authenticators beside passwords, questions that keys answer, attempts, and sessions with a level."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: nobody has an authenticator yet. Sessions end; everybody logs in again.

    Who has an account already may enrol the first authenticator within a day of this change, as if the password had
    just been chosen.
    """
    op.execute(sa.text("DELETE FROM token"))
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("begun_at", UTCDateTime(), nullable=False))
        batch_op.add_column(sa.Column("level", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("factors", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("agent", sa.String(), nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_token_id"), ["id"])
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("activated_at", UTCDateTime(), nullable=True))
    op.execute(sa.text("UPDATE account SET activated_at = CURRENT_TIMESTAMP WHERE username IS NOT NULL"))
    op.create_table(
        "authenticator",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=True),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_authenticator_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator")),
        sa.UniqueConstraint("lookup", name=op.f("uq_authenticator_lookup")),
    )
    with op.batch_alter_table("authenticator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authenticator_person"), ["person"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_challenge_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_challenge")),
    )
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", UTCDateTime(), nullable=True),
        sa.Column("forgotten_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_forgotten_at"), ["forgotten_at"], unique=False)


def downgrade() -> None:
    """Go back: sessions end, and what was enrolled is forgotten."""
    op.drop_table("attempts")
    op.drop_table("challenge")
    op.drop_table("authenticator")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("activated_at")
    op.execute(sa.text("DELETE FROM token"))
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_token_id"), type_="unique")
        for column in ("agent", "factors", "level", "begun_at", "id"):
            batch_op.drop_column(column)
