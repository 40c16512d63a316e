"""Trust transfer: linked accounts, logins under way elsewhere, peers, tickets, synchronised accounts."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: there are no other platforms yet."""
    op.create_table(
        "account_link",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("subject_index", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("linked_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_account_link_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("platform", "subject_index", name=op.f("uq_account_link_platform_subject_index")),
        sa.UniqueConstraint("platform", "person", name=op.f("uq_account_link_platform_person")),
    )
    op.create_index(op.f("ix_account_link_person"), "account_link", ["person"], unique=False)
    op.create_table(
        "arrival",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_arrival_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_arrival")),
    )
    op.create_index(op.f("ix_arrival_expires_at"), "arrival", ["expires_at"], unique=False)
    op.create_table(
        "peer",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("return_addresses", sa.JSON(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("max_level", sa.Integer(), nullable=False),
        sa.Column("known_as", sa.String(), nullable=False),
        sa.Column("token_address", sa.String(), nullable=False),
        sa.Column("user_address", sa.String(), nullable=False),
        sa.Column("accounts_address", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_peer_client")),
        sa.PrimaryKeyConstraint("client", name=op.f("pk_peer")),
    )
    op.create_table(
        "ticket",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("spent_at", UTCDateTime(), nullable=True),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_ticket_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
        sa.UniqueConstraint("id", name=op.f("uq_ticket_id")),
    )
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"], unique=False)
    op.create_index(op.f("ix_ticket_token_digest"), "ticket", ["token_digest"], unique=False)
    op.create_table(
        "synced_account",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_index", sa.String(), nullable=True),
        sa.Column("username_index", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_origin", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_synced_account_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synced_account")),
        sa.UniqueConstraint("source", "external_index", name=op.f("uq_synced_account_source_external_index")),
        sa.UniqueConstraint("source", "username_index", name=op.f("uq_synced_account_source_username_index")),
        sa.UniqueConstraint("source", "person", name=op.f("uq_synced_account_source_person")),
    )
    op.create_index(op.f("ix_synced_account_person"), "synced_account", ["person"], unique=False)
    op.create_table(
        "remote_account",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("remote", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_remote_account_person")),
        sa.PrimaryKeyConstraint("target", "person", name=op.f("pk_remote_account")),
    )
    op.create_table(
        "following",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_following")),
    )


def downgrade() -> None:
    """Go back: links, peers and what was synchronised are forgotten; the persons stay."""
    for table in ("following", "remote_account", "synced_account", "ticket", "peer", "arrival", "account_link"):
        op.drop_table(table)
