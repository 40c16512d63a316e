"""Pictures of holders in licences, and the addresses in the QR codes of annotated copies."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNUSED = sa.text("used_at IS NULL")


def upgrade() -> None:
    """Go forward: no licence has a picture yet, and copies of before keep having no code."""
    op.create_table(
        "licence_picture",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_licence_picture_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_picture")),
    )
    op.create_index(
        "ix_licence_picture_unused",
        "licence_picture",
        ["uploaded_at"],
        unique=False,
        sqlite_where=UNUSED,
        postgresql_where=UNUSED,
    )
    with op.batch_alter_table("licence_copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back: what was before knows no pictures."""
    with op.batch_alter_table("licence_copy", schema=None) as batch_op:
        batch_op.drop_column("address")
    op.drop_table("licence_picture")
