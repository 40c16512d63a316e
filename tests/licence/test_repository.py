"""The tables of licences: what goes in comes out, on either database, and data stands in them enciphered."""

from dataclasses import replace
from datetime import UTC, date

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from api.demo import cast
from identity.subject import SubjectKind
from licence.lifecycle import LicenceState, TypeState
from licence.tables import LicenceRow
from tests.fakes.clock import NOW
from tests.licence.builders import REASON, Desk
from trust.blobs import BlobId
from trust.events import AuditEvent
from trust.protection import ProtectionUnavailable

EVENT = AuditEvent(tag="test:change:done", actor="test", subject="test")


def test_a_type_comes_out_as_it_went_in(any_desk: Desk) -> None:
    registry, store = any_desk.house.registry, any_desk.house.store
    with store.transaction() as tx:
        known = registry.type_by_code(tx, cast.FOOD_TYPE)
        assert known is not None
        kind = replace(
            known,
            id="type_new",
            code=f"{cast.DEFINER}500",
            state=TypeState.DRAFT,
            holder_kind=SubjectKind.PERSON,
            lifetime_days=36500,
            schema={**cast.FOOD_SCHEMA, "title": "𠮷"},
        )
        registry.add_type(tx, kind)
        tx.record(EVENT)
    with store.reading() as view:
        assert kind == registry.type(view, "type_new") == registry.type_by_code(view, kind.code)
        assert known == registry.type(view, known.id)


def test_what_is_not_there_is_none(any_desk: Desk) -> None:
    registry = any_desk.house.registry
    with any_desk.house.store.reading() as view:
        assert registry.type(view, "type_1") is None
        assert registry.type_by_code(view, "1") is None
        assert registry.get(view, "lic_1") is None
        assert registry.by_identifier(view, "1") is None
        assert registry.by_digest(view, bytes(16)) is None
        assert registry.by_stamping(view, "stamp_1") is None
        assert registry.bearing(view, any_desk.house.names[cast.FOOD_TYPE], "1") is None
        assert registry.prepared(view) == ()
        assert registry.history(view, "lic_1") == ()


def test_a_licence_comes_out_as_it_went_in_and_is_found_by_each_name(any_desk: Desk) -> None:
    licence = any_desk.issue(last_day=date(9999, 12, 31))
    registry = any_desk.house.registry
    with any_desk.house.store.reading() as view:
        assert licence == registry.get(view, licence.id)
        assert licence == registry.by_identifier(view, licence.identifier)
        assert licence == registry.by_digest(view, licence.digest)
        assert licence == registry.by_stamping(view, licence.stamping or "")
        assert licence == registry.bearing(view, licence.type, licence.number)
    assert (licence.prepared_at, licence.prepared_at.tzinfo) == (NOW, UTC)


def test_a_change_is_of_the_state_and_the_file_alone(any_desk: Desk) -> None:
    licence = any_desk.issue()
    changed = replace(
        licence,
        state=LicenceState.SUSPENDED,
        last_actor="x",
        file=BlobId("00"),
        claim="c",
        number="other",
        data={"a": "b"},
    )
    with any_desk.house.store.transaction() as tx:
        any_desk.house.registry.put(tx, changed)
        tx.record(EVENT)
    assert any_desk.kept(licence.id) == replace(changed, number=licence.number, data=licence.data)


def test_data_of_the_holder_stand_enciphered(any_desk: Desk) -> None:
    licence = any_desk.issue()
    with any_desk.house.store.writer.connect() as connection:
        row = dict(connection.execute(select(LicenceRow.__table__)).mappings().one())  # type: ignore[attr-defined] # set by SQLModel
        protected = row.pop("protected")
    assert isinstance(protected, bytes)
    for value in cast.food_record(cast.ENTERPRISE).values():
        assert value.encode() not in protected
        assert value not in {str(one) for one in row.values()}
    assert licence.data["legal_representative"] == cast.ENTERPRISE.representative


def test_data_of_one_licence_do_not_pass_for_those_of_another(any_desk: Desk) -> None:
    first, second = any_desk.issue(), any_desk.issue()
    rows = LicenceRow.__table__  # type: ignore[attr-defined] # likewise
    with any_desk.house.store.writer.begin() as connection:
        stolen = connection.execute(select(rows.c.protected).where(rows.c.id == first.id)).scalar_one()
        connection.execute(update(rows).where(rows.c.id == second.id).values(protected=stolen))
    with pytest.raises(ProtectionUnavailable):
        any_desk.kept(second.id)


def test_only_prepared_licences_are_left_behind(any_desk: Desk) -> None:
    kept = {state: any_desk.in_state(state) for state in LicenceState}
    with any_desk.house.store.reading() as view:
        assert any_desk.house.registry.prepared(view) == (kept[LicenceState.PREPARED],)


@pytest.mark.parametrize("column", ["identifier", "digest"])
def test_the_database_keeps_names_apart(any_desk: Desk, column: str) -> None:
    first, second = any_desk.issue(), any_desk.issue()
    statement = text(f"UPDATE licence SET {column} = (SELECT {column} FROM licence WHERE id = :a) WHERE id = :b")  # noqa: S608 - our own names
    with pytest.raises(IntegrityError), any_desk.house.store.writer.begin() as connection:
        connection.execute(statement, {"a": first.id, "b": second.id})


def test_the_history_is_of_one_licence_in_its_order(any_desk: Desk) -> None:
    first, second = any_desk.issue(), any_desk.issue()
    any_desk.house.licences.suspend(any_desk.officer, first.id, reason=REASON)
    any_desk.house.licences.cancel(any_desk.officer, second.id, reason=REASON)
    any_desk.house.licences.restore(any_desk.second, first.id, reason=REASON)
    with any_desk.house.store.reading() as view:
        history = any_desk.house.registry.history(view, first.id)
    assert [one.state.value for one in history] == ["prepared", "in_force", "suspended", "in_force"]
    assert {one.at for one in history} == {NOW}


def test_a_type_or_licence_that_is_gone_is_not_written_anew(any_desk: Desk) -> None:
    registry, licence = any_desk.house.registry, any_desk.issue()
    with any_desk.house.store.transaction() as tx:
        kind = registry.type_by_code(tx, cast.FOOD_TYPE)
        assert kind is not None
        registry.put(tx, replace(licence, id="lic_1"))
        registry.move_type(tx, "type_1", TypeState.RETIRED, actor="x")
        registry.redraft_type(tx, replace(kind, id="type_1"))
        assert not tx.session.dirty
        assert not tx.session.new
