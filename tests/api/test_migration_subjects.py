"""From persons with a citizen number to persons with documents: everybody of before is found and read as before."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import create_engine, make_url, text

from api import migrations
from identity.lifecycle import SubjectState
from identity.repository import IdentityRepository
from identity.service import IdentityService, RegisterPerson
from identity.subject import SubjectId, SubjectKind, new_unified_identifier
from keys.wrapping import EnvelopeProtection, RootKey
from tests.fakes.clock import SettableClock
from tests.identity.builders import SECRET, organisation_code, person_number
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0014", "0015"
NAME, NUMBER = "慕容𠮷㛃", person_number(321)
PERSON: Final = (
    "INSERT INTO person (version, id, state, last_actor, registered_at, protected, number_index) "
    "VALUES (1, :id, 'active', 'somebody', '2026-11-01 08:00:00+00', :protected, :lookup)"
)
ORGANISATION: Final = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code, legal_representative) "
    "VALUES (1, :id, 'active', 'somebody', '2026-11-01 08:00:00+00', '云州市某某局', :code, :person)"
)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an empty database of each kind in turn."""
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
        yield made
        made.close()
        return
    address, schema = request.getfixturevalue("postgres_url"), f"subjects_{uuid4().hex}"
    administrator = create_engine(address)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(address).update_query_dict({"options": f"-csearch_path={schema}"})
    made = Store(url.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


def lived(store: Store, protection: EnvelopeProtection) -> tuple[SubjectId, SubjectId]:
    """Put a person and an organisation into the database as the service of before wrote them."""
    person, organisation = (new_unified_identifier(kind) for kind in SubjectKind)
    plain = json.dumps({"name": NAME, "citizen_number": NUMBER}).encode()
    with store.writer.begin() as connection:
        values = {
            "id": person,
            "protected": protection.protect(plain, context=f"person {person}"),
            "lookup": protection.index(NUMBER, kind="citizen number"),
        }
        connection.execute(text(PERSON), values)
        told = {"id": organisation, "code": organisation_code(1), "person": person}
        connection.execute(text(ORGANISATION), told)
    return person, organisation


def test_everybody_of_before_is_found_and_read(store: Store) -> None:
    protection, config = EnvelopeProtection.derived(RootKey(SECRET)), migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    person, organisation = lived(store, protection)
    command.upgrade(config, "head")
    identity = IdentityService(store, IdentityRepository(protection))
    with store.reading() as view:
        found = identity.person_of_code(view, NUMBER)
        assert found is not None
        assert (found.id, found.name.value, found.code, found.merged_into) == (person, NAME, NUMBER, None)
        (kept,) = identity.repository.documents.of(view, person)
        assert (kept.id, kept.document, kept.ended_at) == (person, found.document, None)
        assert identity.repository.person_by_document(view, [kept.document.lookup]) == found
        assert [one.id for one in identity.repository.represented_by(view, person)] == [organisation]
    with store.transaction() as tx:
        other = identity.add_person(tx, RegisterPerson(name=NAME, citizen_number=person_number(322)), by="somebody")
        identity.repository.documents.move(tx, before=person, after=other.id)
    with store.reading() as view:  # it is read wherever it belongs
        kept_on = identity.repository.documents.get(view, person)
        assert kept_on == replace(kept, person=other.id)


def test_going_back_closes_who_was_merged_or_erased(store: Store) -> None:
    protection, config = EnvelopeProtection.derived(RootKey(SECRET)), migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    lived(store, protection)
    command.upgrade(config, AFTER)
    for state in (SubjectState.MERGED, SubjectState.ERASED, SubjectState.FROZEN):
        with store.writer.begin() as connection:
            connection.execute(text("UPDATE person SET state = :state"), {"state": state.value})
        command.downgrade(config, BEFORE)
        with store.writer.begin() as connection:
            (told,) = connection.execute(text("SELECT state FROM person")).scalars()
        assert told == ("frozen" if state is SubjectState.FROZEN else "closed")
        command.upgrade(config, AFTER)
