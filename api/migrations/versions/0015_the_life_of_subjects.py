"""The life of subjects: identity documents of every kind, what was changed, who looked at whose data."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: of everybody the citizen number is the first document.

    What is enciphered stays as it is: no migration has the keys. A document of before bears the person's identifier as
    its own, and the person's enciphered data, which hold the number.
    """
    # Not in a batch: that would make the table anew, and other tables point at it.
    op.add_column("person", sa.Column("merged_into", sa.String(), nullable=True))
    op.create_index(op.f("ix_person_merged_into"), "person", ["merged_into"], unique=False)
    op.create_index(op.f("ix_organisation_legal_representative"), "organisation", ["legal_representative"])
    op.create_table(
        "identity_document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_identity_document_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_document")),
        sa.UniqueConstraint("lookup", name=op.f("uq_identity_document_lookup")),
    )
    op.create_index(op.f("ix_identity_document_person"), "identity_document", ["person"], unique=False)
    op.execute(
        sa.text(
            "INSERT INTO identity_document (id, person, protected, lookup, added_at) "
            "SELECT id, id, protected, number_index, registered_at FROM person"
        )
    )
    op.create_table(
        "subject_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_change")),
    )
    op.create_index(op.f("ix_subject_change_subject"), "subject_change", ["subject"], unique=False)
    op.create_table(
        "data_access",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_access")),
    )
    op.create_index(op.f("ix_data_access_subject"), "data_access", ["subject"], unique=False)


def downgrade() -> None:
    """Go back: history, accesses and further documents are forgotten, and who was merged or erased is closed.

    The service of before reads citizen numbers alone: it cannot read persons who are known by another document.
    """
    op.execute(sa.text("UPDATE person SET state = 'closed' WHERE state IN ('merged', 'erased')"))
    op.drop_table("data_access")
    op.drop_table("subject_change")
    op.drop_table("identity_document")
    op.drop_index(op.f("ix_organisation_legal_representative"), table_name="organisation")
    op.drop_index(op.f("ix_person_merged_into"), table_name="person")
    op.drop_column("person", "merged_into")
