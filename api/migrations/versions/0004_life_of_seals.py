"""The whole life of seals: designs, likenesses, succession, grounds of their ends, evidence, proofs of destruction."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ONE_BEFORE = "kind = 'statutory_name' AND state NOT IN ('withdrawn', 'rejected', 'cancelled')"
ONE_NOW = (
    "kind = 'statutory_name' AND (state IN ('active', 'suspended', 'resuming', 'cancelling') "
    "OR (supersedes IS NULL AND state IN ('applied', 'returned', 'approved', 'made', 'filed', 'issued')))"
)
ONE_SUCCESSOR = "supersedes IS NOT NULL AND state NOT IN ('withdrawn', 'rejected', 'cancelled', 'invalidated')"
NEW_STATES = "('cancelling', 'superseded', 'invalidated', 'destroying', 'destroyed')"

SEAL = sa.table(
    "seal",
    *map(sa.column, ("id", "rim", "row", "diameter_mm")),
    sa.column("design", sa.JSON()),
)


def statutory_index(where: str) -> None:
    """Let the database see to it that an organisation has one statutory-name seal."""
    condition = sa.text(where)
    op.create_index(
        op.f("uq_seal_statutory_name"),
        "seal",
        ["owner"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def upgrade() -> None:
    """Go forward: a seal of before is round, with its name on the rim, and stands where its last step put it."""
    # Columns that may be empty alone, and none in a batch: SQLite would make a table anew that others point to.
    for column in (
        sa.Column("design", sa.JSON(), nullable=True),
        sa.Column("likeness", sa.String(), nullable=True),
        sa.Column("bearer", sa.String(), nullable=True),
        sa.Column("entered_at", UTCDateTime(), nullable=True),
        sa.Column("supersedes", sa.String(), nullable=True),
        sa.Column("superseded_by", sa.String(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
    ):
        op.add_column("seal", column)
    for column in (
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=True),
    ):
        op.add_column("seal_event", column)
    op.add_column("certificate", sa.Column("invalid_since", UTCDateTime(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(SEAL.c.id, SEAL.c.rim, SEAL.c.row, SEAL.c.diameter_mm)).all():
        design = {"shape": "round", "name": row.rim, "row": row.row, "diameter_mm": row.diameter_mm, "centre": "star"}
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(design=design))
    op.execute("UPDATE seal SET entered_at = (SELECT MAX(at) FROM seal_event WHERE seal_event.seal = seal.id)")
    op.drop_index(op.f("uq_seal_statutory_name"), table_name="seal")
    for name in ("rim", "row", "diameter_mm"):
        op.drop_column("seal", name)
    statutory_index(ONE_NOW)
    condition = sa.text(ONE_SUCCESSOR)
    op.create_index(
        op.f("uq_seal_supersedes"),
        "seal",
        ["supersedes"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )
    op.create_index(op.f("ix_seal_name"), "seal", ["name"], unique=False)
    op.create_table(
        "seal_evidence",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("seal", sa.String(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_seal_evidence_organisation")),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_seal_evidence_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_evidence")),
    )
    op.create_index(op.f("ix_seal_evidence_seal"), "seal_evidence", ["seal"], unique=False)
    op.create_table(
        "seal_destruction",
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seal"], ["seal.id"], name=op.f("fk_seal_destruction_seal")),
        sa.PrimaryKeyConstraint("seal", "key", name=op.f("pk_seal_destruction")),
    )


def downgrade() -> None:
    """Go back: what has ended in a way of now has been cancelled; evidence and proofs go, the blobs stay."""
    op.drop_table("seal_destruction")
    op.drop_index(op.f("ix_seal_evidence_seal"), table_name="seal_evidence")
    op.drop_table("seal_evidence")
    for index in ("ix_seal_name", "uq_seal_supersedes", "uq_seal_statutory_name"):
        op.drop_index(op.f(index), table_name="seal")
    for column in (
        sa.Column("rim", sa.String(), nullable=False, server_default=""),
        sa.Column("row", sa.String(), nullable=False, server_default=""),
        sa.Column("diameter_mm", sa.Integer(), nullable=False, server_default="42"),
    ):
        op.add_column("seal", column)
    connection = op.get_bind()
    for row in connection.execute(sa.select(SEAL.c.id, SEAL.c.design)).all():
        told = row.design or {}
        values = {"rim": told.get("name", ""), "row": told.get("row", ""), "diameter_mm": told.get("diameter_mm", 42)}
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(**values))
    op.execute(f"UPDATE seal SET state = 'cancelled' WHERE state IN {NEW_STATES}")  # noqa: S608 - our own words
    op.execute(f"UPDATE seal_event SET state = 'cancelled' WHERE state IN {NEW_STATES}")  # noqa: S608 - likewise
    op.drop_column("certificate", "invalid_since")
    for name in ("changes", "ground"):
        op.drop_column("seal_event", name)
    for name in ("ground", "superseded_by", "supersedes", "entered_at", "bearer", "likeness", "design"):
        op.drop_column("seal", name)
    statutory_index(ONE_BEFORE)
