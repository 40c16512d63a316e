"""The migration to the use of seals: authorisations and stampings of before read as what they meant, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from api import migrations
from seal.ledger import stamping_repository
from seal.ledger.entries import DOCUMENTS_ALONE, Operation, StampingState
from tests.api.bare_rows import put
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0004", "0019"  # of the tables that are read, later ones add columns
AUTHORISATION = (
    "INSERT INTO seal_authorisation (version, id, seal, holder, purpose, document_kinds, valid_until, times, used, "
    "granted_by, granted_at) VALUES (1, 'auth_1', 'seal_1', 'client_1', 'document.stamp', '[\"notice\"]', :at, 3, 1, "
    "'owner', :at)"
)
STAMPING = (
    "INSERT INTO stamping (version, id, seal, authorisation, actor, at, purpose, document_kind, document_hash, state, "
    "result) VALUES (1, 'stamp_1', 'seal_1', 'auth_1', 'client_1', :at, 'document.stamp', 'notice', 'aa', 'done', 'bb')"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def to(engine: Engine, revision: str) -> None:
    """Go to a revision, forward or back."""
    at, config = migrations.current(engine), migrations.configuration(engine)
    (command.upgrade if at is None or at < revision else command.downgrade)(config, revision)


def test_what_stood_there_means_what_it_meant(store: Store) -> None:
    to(store.writer, BEFORE)
    put(store.writer, AUTHORISATION, STAMPING, seal="seal_1")
    to(store.writer, AFTER)
    with store.reading() as view:
        authorisation = stamping_repository.authorisation(view, "auth_1")
        stamping = stamping_repository.stamping(view, "stamp_1")
    assert authorisation is not None
    assert (authorisation.operations, authorisation.valid_from) == (DOCUMENTS_ALONE, authorisation.granted_at)
    assert (authorisation.needs_approval, authorisation.parent, authorisation.used) == (False, None, 1)
    assert stamping is not None
    assert (stamping.operation, stamping.state, stamping.result) == (Operation.DOCUMENT, StampingState.DONE, "bb")
    assert (stamping.batch, stamping.approval, stamping.reference, stamping.signature) == (None, None, "", None)
    to(store.writer, BEFORE)
    with store.writer.connect() as connection:
        assert connection.execute(text("SELECT id, used FROM seal_authorisation")).all() == [("auth_1", 1)]
        assert connection.execute(text("SELECT id, state FROM stamping")).all() == [("stamp_1", "done")]
