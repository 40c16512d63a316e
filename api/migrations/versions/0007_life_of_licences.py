"""The whole life of licences: editions and their chain, grounds, requests for review, scans, time-stamps that wait."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LICENCE = (
    ("issuer", sa.String()),
    ("chain", sa.String()),
    ("edition", sa.Integer()),
    ("origin", sa.String()),
    ("predecessor", sa.String()),
    ("successor", sa.String()),
    ("entered_at", UTCDateTime()),
    ("steps", sa.Integer()),
    ("type_version", sa.Integer()),
    ("first_day", sa.Date()),
    ("paper_issued_on", sa.Date()),
    ("level", sa.String()),
    ("time_stamp_due", UTCDateTime()),
    ("former_file", sa.String()),
)
EVENT = (
    ("ground", sa.String()),
    ("request", sa.String()),
)
INDEXES = (
    ("ix_licence_issuer_id", ["issuer", "id"]),
    ("ix_licence_issuer_last_day", ["issuer", "last_day"]),
    ("ix_licence_state_issuer_id", ["state", "issuer", "id"]),
    ("ix_licence_type_state_id", ["type", "state", "id"]),
    ("ix_licence_holder_id", ["holder", "id"]),
    ("ix_licence_number_type", ["number", "type"]),
)
SUPERSEDED_INDEXES = ("holder", "number", "state", "type")
"""Columns whose own index is the beginning of a wider one now."""

STAMP_AWAITED = "time_stamp_due IS NOT NULL"
ONE_SUCCESSOR = "predecessor IS NOT NULL AND state <> 'void'"
NEW_STATES = "('superseded', 'withdrawn')"


def upgrade() -> None:
    """Go forward: a licence of before is the first of its chain, issued, with a time-stamp in its file."""
    # Columns that may be empty alone, and none in a batch: SQLite would make a table anew that others point to.
    for name, kind in LICENCE:
        op.add_column("licence", sa.Column(name, kind, nullable=True))
    for name, kind in EVENT:
        op.add_column("licence_event", sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE licence SET chain = id, edition = 1, origin = 'issue', type_version = 1, level = 'B-T', "
        "issuer = (SELECT issuer FROM licence_type WHERE licence_type.id = licence.type), "
        "entered_at = (SELECT MAX(at) FROM licence_event WHERE licence_event.licence = licence.id), "
        "steps = (SELECT COUNT(*) FROM licence_event WHERE licence_event.licence = licence.id)"
    )
    for column in SUPERSEDED_INDEXES:
        op.drop_index(op.f(f"ix_licence_{column}"), table_name="licence")
    for index, columns in INDEXES:
        op.create_index(op.f(index), "licence", columns, unique=False)
    op.create_index(op.f("uq_licence_chain_edition"), "licence", ["chain", "edition"], unique=True)
    index_where("uq_licence_predecessor", "predecessor", ONE_SUCCESSOR, unique=True)
    index_where("ix_licence_time_stamp_due", "time_stamp_due", STAMP_AWAITED, unique=False)
    op.create_table(
        "licence_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_licence_request_issuer")),
        sa.ForeignKeyConstraint(["type"], ["licence_type.id"], name=op.f("fk_licence_request_type")),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_request_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_request")),
    )
    op.create_index(op.f("ix_licence_request_issuer_state_id"), "licence_request", ["issuer", "state", "id"])
    op.create_table(
        "licence_scan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("licence", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["organisation.id"], name=op.f("fk_licence_scan_issuer")),
        sa.ForeignKeyConstraint(["licence"], ["licence.id"], name=op.f("fk_licence_scan_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_scan")),
    )
    op.create_index(op.f("ix_licence_scan_licence"), "licence_scan", ["licence"], unique=False)


def index_where(index: str, column: str, where: str, *, unique: bool) -> None:
    """Index the licences for which `where` holds."""
    told = sa.text(where)
    name = op.f(index)
    op.create_index(name, "licence", [column], unique=unique, sqlite_where=told, postgresql_where=told)


def downgrade() -> None:
    """Go back: what was superseded or withdrawn has been revoked; requests, scans and waiting time-stamps go."""
    op.drop_index(op.f("ix_licence_scan_licence"), table_name="licence_scan")
    op.drop_table("licence_scan")
    op.drop_index(op.f("ix_licence_request_issuer_state_id"), table_name="licence_request")
    op.drop_table("licence_request")
    for index in (
        "ix_licence_time_stamp_due",
        "uq_licence_predecessor",
        "uq_licence_chain_edition",
        *(name for name, _ in INDEXES),
    ):
        op.drop_index(op.f(index), table_name="licence")
    for column in SUPERSEDED_INDEXES:
        op.create_index(op.f(f"ix_licence_{column}"), "licence", [column], unique=False)
    op.execute(f"UPDATE licence SET state = 'revoked' WHERE state IN {NEW_STATES}")  # noqa: S608 - our own words
    op.execute(f"UPDATE licence_event SET state = 'revoked' WHERE state IN {NEW_STATES}")  # noqa: S608 - likewise
    for name, _ in EVENT:
        op.drop_column("licence_event", name)
    for name, _ in LICENCE:
        op.drop_column("licence", name)
