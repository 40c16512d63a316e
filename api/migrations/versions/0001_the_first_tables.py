"""The first tables. Longer than a module should be: a migration that ran somewhere is never parted or changed."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "assertion",
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("client", "jti", name=op.f("pk_assertion")),
    )
    with op.batch_alter_table("assertion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assertion_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "audit_checkpoint",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_event",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_tag"), ["tag"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "authority",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("key_purpose", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_authority_issuer")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_authority")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "grant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("holder", "duty", "organisation", name=op.f("uq_grant_holder_duty_organisation")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_holder"), ["holder"], unique=False)

    op.create_table(
        "key",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key")),
    )
    op.create_table(
        "person",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("assurance_level", sa.Integer(), nullable=True),
        sa.Column("assurance_source", sa.String(), nullable=True),
        sa.Column("assurance_by", sa.String(), nullable=True),
        sa.Column("assurance_at", UTCDateTime(), nullable=True),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("number_index", name=op.f("uq_person_number_index")),
    )
    op.create_table(
        "request",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_request")),
    )
    op.create_table(
        "token",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("is_client", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_token")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_token_holder"), ["holder"], unique=False)

    op.create_table(
        "account",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("activation_hash", sa.String(), nullable=True),
        sa.Column("activation_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_account_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("activation_hash", name=op.f("uq_account_activation_hash")),
        sa.UniqueConstraint("person", name=op.f("uq_account_person")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "certificate",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("not_after", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revocation_reason", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_certificate_issuer")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_certificate")),
        sa.UniqueConstraint("issuer", "serial", name=op.f("uq_certificate_issuer_serial")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_issuer"), ["issuer"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("assurance_level", sa.Integer(), nullable=True),
        sa.Column("assurance_source", sa.String(), nullable=True),
        sa.Column("assurance_by", sa.String(), nullable=True),
        sa.Column("assurance_at", UTCDateTime(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=False),
        sa.Column("legal_representative", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["legal_representative"], ["person.id"], name=op.f("fk_organisation_legal_representative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
    )
    op.create_table(
        "revocation_list",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("next_update", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_revocation_list_issuer")),
        sa.PrimaryKeyConstraint("issuer", name=op.f("pk_revocation_list")),
    )
    op.create_table(
        "service_key",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("key_purpose", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_service_key_issuer")),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_service_key")),
    )
    op.create_table(
        "client",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_client_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_organisation"), ["organisation"], unique=False)

    op.create_table(
        "licence_type",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("holder_kind", sa.String(), nullable=False),
        sa.Column("data_schema", sa.JSON(), nullable=False),
        sa.Column("lifetime_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_licence_type_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_type")),
        sa.UniqueConstraint("code", name=op.f("uq_licence_type_code")),
    )
    with op.batch_alter_table("licence_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_type_issuer"), ["issuer"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_type_state"), ["state"], unique=False)

    op.create_table(
        "seal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rim", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("diameter_mm", sa.Integer(), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("owner_key", sa.String(), nullable=True),
        sa.Column("owner_public_key", sa.LargeBinary(), nullable=True),
        sa.Column("owner_certificate", sa.LargeBinary(), nullable=True),
        sa.Column("document_key", sa.String(), nullable=True),
        sa.Column("document_public_key", sa.LargeBinary(), nullable=True),
        sa.Column("document_certificate", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("filing_number", sa.String(), nullable=True),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("lost_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["organisation.id"], name=op.f("fk_seal_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("code", name=op.f("uq_seal_code")),
        sa.UniqueConstraint("filing_number", name=op.f("uq_seal_filing_number")),
    )
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_seal_state"), ["state"], unique=False)
        in_life = sa.text("kind = 'statutory_name' AND state NOT IN ('withdrawn', 'rejected', 'cancelled')")
        batch_op.create_index(
            "uq_seal_statutory_name", ["owner"], unique=True, sqlite_where=in_life, postgresql_where=in_life
        )

    op.create_table(
        "seal_authorisation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("document_kinds", sa.JSON(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_seal_authorisation_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_authorisation")),
    )
    with op.batch_alter_table("seal_authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_authorisation_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_seal_authorisation_seal"), ["seal"], unique=False)

    op.create_table(
        "seal_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lost_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_seal_event_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_event")),
        sa.UniqueConstraint("seal", "sequence", name=op.f("uq_seal_event_seal_sequence")),
    )
    with op.batch_alter_table("seal_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_event_seal"), ["seal"], unique=False)

    op.create_table(
        "stamping",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("authorisation", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("document_kind", sa.String(), nullable=False),
        sa.Column("document_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authorisation"], ["seal_authorisation.id"], name=op.f("fk_stamping_authorisation")),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_stamping_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamping")),
    )
    with op.batch_alter_table("stamping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamping_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamping_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamping_authorisation"), ["authorisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamping_document_hash"), ["document_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamping_seal"), ["seal"], unique=False)
        batch_op.create_index(batch_op.f("ix_stamping_state"), ["state"], unique=False)

    op.create_table(
        "licence",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_at", UTCDateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("stamping", sa.String(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("claim", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_licence_seal")),
        sa.ForeignKeyConstraint(["stamping"], ["stamping.id"], name=op.f("fk_licence_stamping")),
        sa.ForeignKeyConstraint(["type"], ["licence_type.id"], name=op.f("fk_licence_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("digest", name=op.f("uq_licence_digest")),
        sa.UniqueConstraint("identifier", name=op.f("uq_licence_identifier")),
        sa.UniqueConstraint("stamping", name=op.f("uq_licence_stamping")),
        sa.UniqueConstraint("type", "status_index", name=op.f("uq_licence_type_status_index")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_file"), ["file"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_seal"), ["seal"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_type"), ["type"], unique=False)

    op.create_table(
        "licence_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_event_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_event")),
        sa.UniqueConstraint("licence", "sequence", name=op.f("uq_licence_event_licence_sequence")),
    )
    with op.batch_alter_table("licence_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_event_licence"), ["licence"], unique=False)

    # The trail begins with nothing: the hash that the first event's hash covers in place of a predecessor.
    op.execute(
        sa.text("INSERT INTO audit_head (id, sequence, digest) VALUES (1, 0, :genesis)").bindparams(genesis=bytes(32))
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("licence_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_event_licence"))

    op.drop_table("licence_event")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_type"))
        batch_op.drop_index(batch_op.f("ix_licence_state"))
        batch_op.drop_index(batch_op.f("ix_licence_seal"))
        batch_op.drop_index(batch_op.f("ix_licence_number"))
        batch_op.drop_index(batch_op.f("ix_licence_holder"))
        batch_op.drop_index(batch_op.f("ix_licence_file"))

    op.drop_table("licence")
    with op.batch_alter_table("stamping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamping_state"))
        batch_op.drop_index(batch_op.f("ix_stamping_seal"))
        batch_op.drop_index(batch_op.f("ix_stamping_document_hash"))
        batch_op.drop_index(batch_op.f("ix_stamping_authorisation"))
        batch_op.drop_index(batch_op.f("ix_stamping_at"))
        batch_op.drop_index(batch_op.f("ix_stamping_actor"))

    op.drop_table("stamping")
    with op.batch_alter_table("seal_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_event_seal"))

    op.drop_table("seal_event")
    with op.batch_alter_table("seal_authorisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_authorisation_seal"))
        batch_op.drop_index(batch_op.f("ix_seal_authorisation_holder"))

    op.drop_table("seal_authorisation")
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_state"))
        batch_op.drop_index(batch_op.f("ix_seal_owner"))

    op.drop_table("seal")
    with op.batch_alter_table("licence_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_type_state"))
        batch_op.drop_index(batch_op.f("ix_licence_type_issuer"))

    op.drop_table("licence_type")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_organisation"))

    op.drop_table("client")
    op.drop_table("service_key")
    op.drop_table("revocation_list")
    op.drop_table("organisation")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_issuer"))

    op.drop_table("certificate")
    op.drop_table("account")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_token_holder"))

    op.drop_table("token")
    op.drop_table("request")
    op.drop_table("person")
    op.drop_table("key")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_holder"))

    op.drop_table("grant")
    op.drop_table("counter")
    op.drop_table("authority")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_tag"))
        batch_op.drop_index(batch_op.f("ix_audit_event_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor"))

    op.drop_table("audit_event")
    op.drop_table("audit_checkpoint")
    with op.batch_alter_table("assertion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assertion_expires_at"))

    op.drop_table("assertion")
