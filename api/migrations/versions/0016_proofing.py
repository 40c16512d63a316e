"""Proofings with evidence and an end, questions to providers, recoveries, and notices to persons."""

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SUBJECTS = ("person", "organisation")
ASSURANCE = ("assurance_level", "assurance_source", "assurance_by", "assurance_at")
LASTS = timedelta(days=1825)
"""What a check at the counter or in a ceremony is good for: each that there was has been one."""

SEEN = {"person": "document_seen face_in_person", "organisation": "registration_seen representative_present"}


def upgrade() -> None:
    """Go forward: what was proven of somebody becomes a proofing, which counts for five years from when it was made."""
    op.create_table(
        "proofing",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("sources", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("officers", sa.JSON(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("transaction", sa.String(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofing")),
        sa.UniqueConstraint("provider", "transaction", name=op.f("uq_proofing_provider_transaction")),
    )
    op.create_index(op.f("ix_proofing_subject"), "proofing", ["subject"], unique=False)
    for table in SUBJECTS:
        carry(table)
        for column in ASSURANCE:
            op.drop_column(table, column)
    op.create_table(
        "level_cap",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_level_cap_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_cap")),
    )
    op.create_index(op.f("ix_level_cap_person"), "level_cap", ["person"], unique=False)
    op.create_table(
        "proofing_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("transaction", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofing_order")),
        sa.UniqueConstraint("provider", "transaction", name=op.f("uq_proofing_order_provider_transaction")),
    )
    op.create_index(op.f("ix_proofing_order_applicant"), "proofing_order", ["applicant"], unique=False)
    op.create_table(
        "recovery",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("proofing_order", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("ready_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_recovery_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("digest", name=op.f("uq_recovery_digest")),
        sa.UniqueConstraint("proofing_order", name=op.f("uq_recovery_proofing_order")),
    )
    op.create_index(op.f("ix_recovery_person"), "recovery", ["person"], unique=False)
    op.create_table(
        "person_notice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_person_notice_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_notice")),
    )
    op.create_index(op.f("ix_person_notice_person"), "person_notice", ["person"], unique=False)


def carry(table: str) -> None:
    """Write a proofing for everybody in a table who was proven."""
    held = sa.table(
        table,
        *(sa.column(name, sa.String()) for name in ("id", "assurance_source", "assurance_by")),
        sa.column("assurance_level", sa.Integer()),
        sa.column("assurance_at", UTCDateTime()),
    )
    made = sa.table(
        "proofing",
        *(sa.column(name, sa.String()) for name in ("id", "subject", "method", "sources", "provider", "state")),
        *(sa.column(name, sa.JSON()) for name in ("officers", "evidence")),
        *(sa.column(name, sa.Integer()) for name in ("version", "level")),
        *(sa.column(name, UTCDateTime()) for name in ("at", "expires_at")),
    )
    connection = op.get_bind()
    proven = connection.execute(sa.select(held).where(held.c.assurance_level.is_not(None))).mappings().all()
    rows = [
        {
            "version": 1,
            "id": f"prf_{one['id']}",
            "subject": one["id"],
            "method": one["assurance_source"],
            "sources": SEEN[table],
            "level": one["assurance_level"],
            "officers": [one["assurance_by"]],
            "provider": "",
            "evidence": [],
            "at": one["assurance_at"],
            "expires_at": one["assurance_at"] + LASTS,
            "state": "in_force",
        }
        for one in proven
    ]
    if rows:
        connection.execute(sa.insert(made), rows)


def downgrade() -> None:
    """Go back: the best proofing of everybody that has not been withdrawn stands beside them, and has no end."""
    op.drop_table("person_notice")
    op.drop_table("recovery")
    op.drop_table("proofing_order")
    op.drop_table("level_cap")
    for table in SUBJECTS:
        op.add_column(table, sa.Column("assurance_level", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("assurance_source", sa.String(), nullable=True))
        op.add_column(table, sa.Column("assurance_by", sa.String(), nullable=True))
        op.add_column(table, sa.Column("assurance_at", UTCDateTime(), nullable=True))
        give_back(table)
    op.drop_table("proofing")


def give_back(table: str) -> None:
    """Write the best proofing of everybody in a table beside them."""
    made = sa.table(
        "proofing",
        *(sa.column(name, sa.String()) for name in ("subject", "method", "provider", "state")),
        sa.column("officers", sa.JSON()),
        sa.column("level", sa.Integer()),
        sa.column("at", UTCDateTime()),
    )
    held = sa.table(
        table,
        *(sa.column(name, sa.String()) for name in ("id", "assurance_source", "assurance_by")),
        sa.column("assurance_level", sa.Integer()),
        sa.column("assurance_at", UTCDateTime()),
    )
    connection = op.get_bind()
    standing = sa.select(made).where(made.c.state == "in_force").order_by(made.c.level, made.c.at)
    for one in connection.execute(standing).mappings().all():
        officers = one["officers"]
        told = json.loads(officers) if isinstance(officers, str) else officers
        at: datetime = one["at"]
        values = {
            "assurance_level": one["level"],
            "assurance_source": one["method"],
            "assurance_by": one["provider"] or told[-1],
            "assurance_at": at,
        }
        connection.execute(sa.update(held).where(held.c.id == one["subject"]).values(values))
