"""Steps that two persons take; life of business systems, their keys and quotas; duties with an end; frozen accounts."""

import base64
import hashlib
import json

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CLIENT = sa.table("client", sa.column("id", sa.String()), sa.column("public_jwk", sa.JSON()))
CLIENT_KEY = sa.table(
    "client_key",
    sa.column("version", sa.Integer()),
    sa.column("client", sa.String()),
    sa.column("kid", sa.String()),
    sa.column("jwk", sa.JSON()),
    sa.column("state", sa.String()),
    sa.column("added_at", UTCDateTime()),
)


def upgrade() -> None:
    """Go forward: the key of each business system becomes its first, named by its thumbprint (RFC 7638)."""
    op.create_table(
        "proposal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("open_key", name=op.f("uq_proposal_open_key")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        for column in ("proposed_by", "state", "subject"):
            batch_op.create_index(batch_op.f(f"ix_proposal_{column}"), [column], unique=False)
    op.create_table(
        "client_key",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_client_key_client")),
        sa.PrimaryKeyConstraint("client", "kid", name=op.f("pk_client_key")),
    )
    connection = op.get_bind()
    for client, jwk in connection.execute(sa.select(CLIENT.c.id, CLIENT.c.public_jwk)).all():
        row = {"version": 1, "client": client, "kid": thumbprint(jwk), "jwk": jwk, "state": "active"}
        connection.execute(sa.insert(CLIENT_KEY).values(**row, added_at=sa.func.current_timestamp()))
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_column("public_jwk")
        batch_op.add_column(sa.Column("description", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("contact", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("requests_per_minute", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("requests_per_day", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stampings_per_day", sa.Integer(), nullable=True))
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.alter_column("description", server_default=None)
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_until", UTCDateTime(), nullable=True))
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("frozen_by", sa.String(), nullable=True))


def thumbprint(jwk: dict[str, str]) -> str:
    """Return the thumbprint of an EC key with SHA-256 (RFC 7638, 3.2), as it was when this was written."""
    told = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(told.encode()).digest()).rstrip(b"=").decode()


def downgrade() -> None:
    """Go back: of each business system's keys one is kept, the oldest in use; what was proposed is forgotten."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("frozen_by")
    op.execute(sa.text('DELETE FROM "grant" WHERE valid_until IS NOT NULL'))  # would have no end any more
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_column("valid_until")
    with op.batch_alter_table("client", schema=None) as batch_op:
        for column in ("stampings_per_day", "requests_per_day", "requests_per_minute", "contact", "description"):
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("public_jwk", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    asked = sa.select(CLIENT_KEY.c.client, CLIENT_KEY.c.jwk).where(CLIENT_KEY.c.state == "active")
    for client, jwk in reversed(connection.execute(asked.order_by(CLIENT_KEY.c.added_at, CLIENT_KEY.c.kid)).all()):
        connection.execute(sa.update(CLIENT).where(CLIENT.c.id == client).values(public_jwk=jwk))
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.alter_column("public_jwk", server_default=None)
    op.drop_table("client_key")
    op.drop_table("proposal")
