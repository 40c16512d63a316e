"""The OpenID Provider."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: no business system is registered for sign-on yet."""
    op.create_table(
        "openid_client",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("registered", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_openid_client_client")),
        sa.PrimaryKeyConstraint("client", name=op.f("pk_openid_client")),
    )
    op.create_table(
        "openid_request",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("is_pushed", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_openid_request_client")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_openid_request")),
    )
    with op.batch_alter_table("openid_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_openid_request_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "openid_grant",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("factors", sa.String(), nullable=False),
        sa.Column("authenticated_at", UTCDateTime(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("delegation", sa.String(), nullable=True),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_openid_grant_client")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_openid_grant_person")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_openid_grant_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_grant")),
    )
    with op.batch_alter_table("openid_grant", schema=None) as batch_op:
        for column in ("client", "person", "session", "expires_at"):
            batch_op.create_index(batch_op.f(f"ix_openid_grant_{column}"), [column], unique=False)
    op.create_table(
        "openid_token",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("grant", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["grant"], ["openid_grant.id"], name=op.f("fk_openid_token_grant")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_openid_token")),
    )
    with op.batch_alter_table("openid_token", schema=None) as batch_op:
        for column in ("grant", "expires_at"):
            batch_op.create_index(batch_op.f(f"ix_openid_token_{column}"), [column], unique=False)
    op.create_table(
        "openid_consent",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_openid_consent_client")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_openid_consent_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_consent")),
        sa.UniqueConstraint("person", "client", name=op.f("uq_openid_consent_person_client")),
    )
    op.create_table(
        "openid_participant",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_openid_participant_client")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_openid_participant_person")),
        sa.PrimaryKeyConstraint("session", "client", name=op.f("pk_openid_participant")),
        sa.UniqueConstraint("sid", name=op.f("uq_openid_participant_sid")),
    )
    op.create_table(
        "openid_key",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_openid_key")),
        sa.UniqueConstraint("slot", name=op.f("uq_openid_key_slot")),
    )


def downgrade() -> None:
    """Go back: every registration, consent and token is forgotten."""
    for table in ("key", "participant", "consent", "token", "grant", "request", "client"):
        op.drop_table(f"openid_{table}")
