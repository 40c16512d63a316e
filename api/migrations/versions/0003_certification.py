"""Generations of authorities, shards of revocation lists, responders, authorities outside."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from cryptography import x509
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COMPLETE = -1
IS_REVOKED = "revoked_at IS NOT NULL"


def list_table(*parts: sa.Column[int] | sa.Column[sa.DateTime], keys: tuple[str, ...]) -> sa.Table:
    """Make the table of revocation lists, with the columns and the primary key of one revision."""
    return op.create_table(
        "revocation_list",
        sa.Column("issuer", sa.String(), nullable=False),
        *parts,
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("next_update", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_revocation_list_issuer")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_revocation_list")),
    )


def lists() -> list[dict[str, Any]]:
    """Take every complete list out of its table, which is made anew: no database changes a primary key."""
    table = sa.table(
        "revocation_list", *map(sa.column, ("issuer", "number", "der")), sa.column("next_update", UTCDateTime())
    )
    return [dict(row) for row in op.get_bind().execute(sa.select(table)).mappings()]


def upgrade() -> None:
    """Go forward: every authority is the first of its line, every list is complete."""
    # Nothing but columns that may be empty: SQLite makes a table anew for anything else, and others point to this one.
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_authority_line"), ["line"], unique=False)
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shard", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_certificate_revoked"),
            ["issuer", "shard"],
            unique=False,
            sqlite_where=sa.text(IS_REVOKED),
            postgresql_where=sa.text(IS_REVOKED),
        )
    kept = lists()
    op.drop_table("revocation_list")
    made = list_table(
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("this_update", UTCDateTime(), nullable=False),
        keys=("issuer", "shard"),
    )
    for row in kept:
        read = x509.load_der_x509_crl(row["der"])
        told = {"shard": COMPLETE, "entries": len(read), "this_update": read.last_update_utc}
        op.bulk_insert(made, [{**row, **told}])
    op.create_table(
        "responder",
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("key_purpose", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["authority"], ["authority.name"], name=op.f("fk_responder_authority")),
        sa.PrimaryKeyConstraint("authority", name=op.f("pk_responder")),
    )
    op.create_table(
        "outside_certificate",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("purposes", sa.String(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("not_after", UTCDateTime(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_outside_certificate")),
    )
    op.create_table(
        "outside_list",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("this_update", UTCDateTime(), nullable=False),
        sa.Column("next_update", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_outside_list")),
    )
    op.create_table(
        "certification_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("key_purpose", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate"], ["outside_certificate.fingerprint"], name=op.f("fk_certification_request_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_request")),
    )
    with op.batch_alter_table("certification_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_request_key_handle"), ["key_handle"], unique=False)


def downgrade() -> None:
    """Go back: complete lists stay, shards go; certificates that name one are found on the complete list as well."""
    op.drop_table("certification_request")
    op.drop_table("outside_list")
    op.drop_table("outside_certificate")
    op.drop_table("responder")
    op.execute("DELETE FROM revocation_list WHERE shard <> -1")
    kept = lists()
    op.drop_table("revocation_list")
    made = list_table(keys=("issuer",))
    op.bulk_insert(made, kept)
    for table, index, columns in (
        ("certificate", "ix_certificate_revoked", ("shard",)),
        ("authority", "ix_authority_line", ("generation", "line")),
    ):
        op.drop_index(op.f(index), table_name=table)
        for column in columns:
            op.drop_column(table, column)  # not in a batch, which would make the table anew
