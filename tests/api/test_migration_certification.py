"""The migration to generations and shards: what an instance of before published is there afterwards, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from api import migrations
from tests.builders import FOUNDED, PKI, revocation_list
from tests.fakes.clock import SettableClock
from trust import pki_repository
from trust.audit import AuditTrail
from trust.pki_repository import ListId
from trust.revocation import Revocation
from trust.store import Store

BEFORE = "0002"


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


def test_lists_and_authorities_come_along(store: Store, sm2_pki: PKI) -> None:
    to(store.writer, BEFORE)
    made = revocation_list(sm2_pki.issuing, [Revocation(serial=5, at=FOUNDED, reason=1)], number=7)
    insert_authority = (
        "INSERT INTO authority (name, key_handle, key_purpose, certificate, issuer) VALUES (:n, 'h', :p, :c, :i)"
    )
    insert_list = "INSERT INTO revocation_list (issuer, number, der, next_update) VALUES ('issuing', 7, :d, :u)"
    with store.writer.begin() as connection:
        for name, party, issuer in (("root", sm2_pki.root, None), ("issuing", sm2_pki.issuing, "root")):
            values = {"n": name, "p": party.key.purpose.value, "c": party.certificate.der, "i": issuer}
            connection.execute(text(insert_authority), values)
        connection.execute(text(insert_list), {"d": made.der, "u": "2027-01-01 00:00:00.000000"})
    to(store.writer, "0003")
    with store.reading() as view:
        (known,) = pki_repository.kept_lists(view).items()
        (issuing,) = pki_repository.generations(view, "issuing")
        assert pki_repository.revocation_list(view, "issuing") == made
    assert known[0] == ListId("issuing")
    assert (known[1].number, known[1].entries, known[1].this_update) == (7, 1, made.this_update)
    assert (issuing.name, issuing.generation, issuing.issuer) == ("issuing", 1, "root")
    to(store.writer, BEFORE)
    with store.writer.begin() as connection:
        (row,) = connection.execute(text("SELECT issuer, number, der FROM revocation_list")).all()
        assert (row.issuer, row.number, row.der) == ("issuing", 7, made.der)
        assert connection.execute(text("SELECT count(*) FROM authority")).scalar_one() == 2
