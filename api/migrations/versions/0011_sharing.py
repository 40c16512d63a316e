"""Sharing: who may ask, what holders agreed to, what was asked, annotated copies, temporary addresses."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: nobody may ask anything yet."""
    op.create_table(
        "sharing_grant",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_sharing_grant_client")),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_sharing_grant_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_grant")),
    )
    with op.batch_alter_table("sharing_grant", schema=None) as batch_op:
        for column in ("state", "issuer", "client"):
            batch_op.create_index(batch_op.f(f"ix_sharing_grant_{column}"), [column], unique=False)
    op.create_table(
        "licence_consent",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("grant", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("words_version", sa.Integer(), nullable=False),
        sa.Column("words_digest", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["grant"], ["sharing_grant.id"], name=op.f("fk_licence_consent_grant")),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_consent_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_consent")),
    )
    with op.batch_alter_table("licence_consent", schema=None) as batch_op:
        for column in ("grant", "holder"):
            batch_op.create_index(batch_op.f(f"ix_licence_consent_{column}"), [column], unique=False)
    op.create_table(
        "licence_use",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("type_code", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("grant", sa.String(), nullable=True),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("handed_out", sa.String(), nullable=True),
        sa.Column("protected", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_use")),
    )
    with op.batch_alter_table("licence_use", schema=None) as batch_op:
        for columns in (["holder", "id"], ["licence", "client", "id"], ["type_code", "id"], ["client", "id"]):
            batch_op.create_index(batch_op.f(f"ix_licence_use_{'_'.join(columns)}"), columns, unique=False)
    op.create_table(
        "licence_copy",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("grant", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("stamping", sa.String(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["consent"], ["licence_consent.id"], name=op.f("fk_licence_copy_consent")),
        sa.ForeignKeyConstraint(["grant"], ["sharing_grant.id"], name=op.f("fk_licence_copy_grant")),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_copy_licence")),
        sa.ForeignKeyConstraint(["stamping"], ["stamping.id"], name=op.f("fk_licence_copy_stamping")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_copy")),
        sa.UniqueConstraint("stamping", name=op.f("uq_licence_copy_stamping")),
    )
    with op.batch_alter_table("licence_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_copy_file"), ["file"], unique=False)
        columns = ["licence", "client", "id"]
        batch_op.create_index(batch_op.f("ix_licence_copy_licence_client_id"), columns, unique=False)
    op.create_table(
        "licence_download",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("grant", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("copy_of_licence", sa.String(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consent"], ["licence_consent.id"], name=op.f("fk_licence_download_consent")),
        sa.ForeignKeyConstraint(
            ["copy_of_licence"], ["licence_copy.id"], name=op.f("fk_licence_download_copy_of_licence")
        ),
        sa.ForeignKeyConstraint(["grant"], ["sharing_grant.id"], name=op.f("fk_licence_download_grant")),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_download_licence")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_licence_download")),
    )
    with op.batch_alter_table("licence_download", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_download_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    """Go back: what was agreed to and asked is forgotten."""
    for table in ("licence_download", "licence_copy", "licence_use", "licence_consent", "sharing_grant"):
        op.drop_table(table)
