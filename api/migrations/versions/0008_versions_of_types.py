"""Versions of licence types: each with its rules, its template and the day from which it is in effect."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FORM = "xinyin/licence-type/1"
MOVED = (
    ("state", sa.String(), ""),
    ("last_actor", sa.String(), ""),
    ("name", sa.String(), ""),
    ("template", sa.String(), ""),
    ("holder_kind", sa.String(), ""),
    ("data_schema", sa.JSON(), "{}"),
    ("lifetime_days", sa.Integer(), None),
)
"""What a type said of itself, and what each of its versions says now."""

BEGINNING = date(1970, 1, 1)
"""From when the types of before are in effect: whatever was issued under them was."""

TYPE = sa.table(
    "licence_type",
    sa.column("id", sa.String()),
    sa.column("code", sa.String()),
    sa.column("issuer", sa.String()),
    *(sa.column(name, kind) for name, kind, _ in MOVED),
)
VERSION = sa.table(
    "licence_type_version",
    sa.column("version", sa.Integer()),
    sa.column("id", sa.String()),
    sa.column("type", sa.String()),
    sa.column("number", sa.Integer()),
    sa.column("state", sa.String()),
    sa.column("last_actor", sa.String()),
    sa.column("effective_from", sa.Date()),
    sa.column("template", sa.String()),
    sa.column("issuing", sa.JSON()),
    sa.column("particulars", sa.JSON()),
    sa.column("data_schema", sa.JSON()),
)


def particulars_of(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of a table that the program knows no more
    """Return what a type of before says, in the form that versions have; what it did not say has its default."""
    validity: dict[str, Any] = {"rule": "as_recorded", "open_end": True}
    if row.lifetime_days is not None:
        validity = {"rule": "lasting", "count": row.lifetime_days, "unit": "days", "from": "issue"}
    return {
        "form": FORM,
        "code": row.code,
        "name": row.name,
        "holders": ["natural_person"] if row.holder_kind == "P" else ["legal_person", "other_organisation"],
        "validity": validity,
    }


def upgrade() -> None:
    """Go forward: what a type was becomes its first version, in effect from the beginning."""
    op.create_table(
        "licence_type_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_actor", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("issuing", sa.JSON(), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("data_schema", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["type"], ["licence_type.id"], name=op.f("fk_licence_type_version_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_type_version")),
        sa.UniqueConstraint("type", "number", name=op.f("uq_licence_type_version_type_number")),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(TYPE)).all():
        told = {
            "version": 1,
            "id": f"{row.id}.1",
            "type": row.id,
            "number": 1,
            "state": row.state,
            "last_actor": row.last_actor,
            "effective_from": None if row.state in ("draft", "reviewed") else BEGINNING,
            "template": row.template,
            "issuing": [{"authority": row.issuer, "seal": None}],
            "particulars": particulars_of(row),
            "data_schema": row.data_schema,
        }
        connection.execute(VERSION.insert().values(**told))
    op.drop_index(op.f("ix_licence_type_state"), table_name="licence_type")
    for name, _, _ in MOVED:
        op.drop_column("licence_type", name)  # not in a batch, which would make the table anew: others point to it


def downgrade() -> None:
    """Go back: of each type its newest published version stays, as far as it could be said before."""
    for name, kind, default in MOVED:
        op.add_column("licence_type", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index(op.f("ix_licence_type_state"), "licence_type", ["state"], unique=False)
    connection = op.get_bind()
    for row in connection.execute(sa.select(VERSION).order_by(VERSION.c.type, VERSION.c.number)).all():
        if row.number > 1 and row.effective_from is None:
            continue  # the draft of a next version
        validity = row.particulars.get("validity", {})
        in_days = validity.get("rule") == "lasting" and validity["unit"] == "days"
        told = {
            "state": row.state,
            "last_actor": row.last_actor,
            "name": row.particulars["name"],
            "template": row.template,
            "holder_kind": "P" if "natural_person" in row.particulars["holders"] else "O",
            "data_schema": row.data_schema,
            "lifetime_days": validity["count"] if in_days else None,
        }
        connection.execute(TYPE.update().where(TYPE.c.id == row.type).values(**told))
    op.drop_table("licence_type_version")
