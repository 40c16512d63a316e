"""Versions, places, uses and limits of keys; data keys; proofs of destruction; versions of the service's own keys."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PROTECTION = ("personal data", "blind index")
"""Keys that an instance of the first migration derives from its root key: rows without `wrapped` say so."""


def service_key_table(*, versions: list[sa.Column[int]]) -> sa.Table:
    """Make the table of the service's own keys, whose primary key is the role and its version, if it has one."""
    return op.create_table(
        "service_key",
        sa.Column("role", sa.String(), nullable=False),
        *versions,
        sa.Column("key_handle", sa.String(), nullable=False),
        sa.Column("key_purpose", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["issuer"], ["authority.name"], name=op.f("fk_service_key_issuer")),
        sa.PrimaryKeyConstraint("role", *(one.name for one in versions), name=op.f("pk_service_key")),
    )


def upgrade() -> None:
    """Go forward: a key of before is the first version of a ring of its own, in software."""
    op.create_table(
        "data_key",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_data_key")),
    )
    op.create_table(
        "key_destruction",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_key_destruction")),
    )
    with op.batch_alter_table("key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ring", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("ring_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("scheme", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("location", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("uses", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("use_limit", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("signs_until", UTCDateTime(), nullable=True))
    op.execute("UPDATE key SET ring = id, ring_version = 1, scheme = 'software', location = '', uses = 0")
    for name, table in (("role", "service_key"), ("name", "authority")):
        of_key = f"FROM {table} WHERE key_handle = 'software:' || key.id"
        op.execute(f"UPDATE key SET ring = (SELECT {name} {of_key}) WHERE EXISTS (SELECT 1 {of_key})")  # noqa: S608
    with op.batch_alter_table("key", schema=None) as batch_op:
        for name, kind in (("ring", sa.String()), ("ring_version", sa.Integer()), ("scheme", sa.String())):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.alter_column("location", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("uses", existing_type=sa.BigInteger(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_key_ring_ring_version"), ["ring", "ring_version"])
    for name in PROTECTION:
        op.execute(
            sa.text(
                "INSERT INTO data_key (name, version, wrapped, created_at) "
                "SELECT :name, 1, NULL, MIN(created_at) FROM key HAVING COUNT(*) > 0"
            ).bindparams(name=name)
        )
    replace_service_keys([sa.Column("version", sa.Integer(), autoincrement=False, nullable=False)], "*, 1 AS version")


def replace_service_keys(versions: list[sa.Column[int]], columns: str) -> None:
    """Make the table of the service's own keys anew, with the rows that it had: no database changes a primary key."""
    connection = op.get_bind()
    kept = [dict(row) for row in connection.execute(sa.text(f"SELECT {columns} FROM service_key")).mappings()]  # noqa: S608 - our own words
    op.drop_table("service_key")
    made = service_key_table(versions=versions)
    if kept:
        op.bulk_insert(made, kept)


def downgrade() -> None:
    """Go back: of the service's own keys the newest versions stay."""
    op.execute(
        "DELETE FROM service_key WHERE EXISTS (SELECT 1 FROM service_key newer "
        "WHERE newer.role = service_key.role AND newer.version > service_key.version)"
    )
    replace_service_keys([], "role, key_handle, key_purpose, certificate, issuer")
    with op.batch_alter_table("key", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_key_ring_ring_version"), type_="unique")
        for name in ("signs_until", "use_limit", "uses", "location", "scheme", "ring_version", "ring"):
            batch_op.drop_column(name)
    op.drop_table("key_destruction")
    op.drop_table("data_key")
