"""The tables of licences: what goes in comes out, on either database, and data stands in them enciphered."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from api.demo import cast
from licence.grounds import Ground
from licence.lifecycle import LicenceState
from licence.query_repository import names_of
from licence.repository import Licence, LicenceQuery
from licence.tables import LicenceRow
from tests.fakes.clock import NOW
from tests.licence.builders import REASON, Desk
from trust.blobs import BlobId
from trust.events import AuditEvent
from trust.protection import ProtectionUnavailable
from trust.store import LostRace

EVENT = AuditEvent(tag="test:change:done", actor="test", subject="test")


def put(desk: Desk, licence: Licence) -> None:
    """Write a licence that has changed."""
    with desk.house.store.transaction() as tx:
        desk.house.registry.put(tx, licence)
        tx.record(EVENT)


def test_what_is_not_there_is_none(any_desk: Desk) -> None:
    registry = any_desk.house.registry
    with any_desk.house.store.reading() as view:
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
    any_desk.house.licences.cancel(any_desk.officer, second.id, reason=REASON, ground=Ground.RENOUNCED)
    any_desk.house.licences.restore(any_desk.second, first.id, reason=REASON)
    with any_desk.house.store.reading() as view:
        history = any_desk.house.registry.history(view, first.id)
    assert [one.state.value for one in history] == ["prepared", "in_force", "suspended", "in_force"]
    assert {one.at for one in history} == {NOW}


def test_a_licence_that_is_gone_is_not_written_anew(any_desk: Desk) -> None:
    licence = any_desk.issue()
    with pytest.raises(LostRace):
        put(any_desk, replace(licence, id="lic_1"))


def test_of_two_changes_of_one_version_the_slower_is_lost(any_desk: Desk) -> None:
    licence = any_desk.issue()
    any_desk.house.licences.suspend(any_desk.officer, licence.id, reason=REASON)
    with pytest.raises(LostRace):
        put(any_desk, replace(licence, state=LicenceState.REVOKED))
    assert any_desk.kept(licence.id).state is LicenceState.SUSPENDED


def test_licences_are_searched_by_what_issuers_know(any_desk: Desk) -> None:
    old = any_desk.issue(last_day=date(2027, 1, 31))
    any_desk.at(NOW + timedelta(days=2))
    mid = any_desk.in_state(LicenceState.SUSPENDED)
    any_desk.house.clock.advance(timedelta(seconds=1))
    new = any_desk.issue(last_day=date(2027, 2, 1))
    issuer, every = any_desk.staff.organisation, [new, mid, old]

    def found(before: str | None = None, limit: int = 10, **told: Any) -> list[Licence]:  # noqa: ANN401 - of a query
        query = LicenceQuery(issuer=issuer, **told)
        with any_desk.house.store.reading() as view:
            return list(any_desk.house.registry.search(view, query, before=before, limit=limit))

    assert found() == every
    assert found(limit=2) == [new, mid]
    assert found(before=mid.id) == [old]
    assert found(state=LicenceState.SUSPENDED) == [mid]
    assert found(number=old.number) == found(identifier=old.identifier) == [old]
    assert found(type=old.type, holder=old.holder) == every
    assert found(type="type_1") == found(holder="O1") == []
    assert found(issued_from=NOW + timedelta(days=1)) == [new, mid]
    assert found(issued_before=NOW + timedelta(days=1)) == [old]
    assert found(issued_from=NOW, issued_before=NOW) == []
    assert found(ends_from=date(2027, 2, 1), ends_until=date(2027, 2, 1)) == [new]
    assert found(ends_until=date(2027, 1, 31)) == [old]
    assert found(ends_until=date(2027, 1, 31), state=LicenceState.IN_FORCE, type=old.type) == [old]
    assert found(ends_until=date(2027, 1, 31), state=LicenceState.REVOKED) == []
    assert found(ends_until=date(2030, 1, 31), before=new.id) == [old]
    assert found(ends_until=date(2027, 1, 31), number=new.number) == []
    with any_desk.house.store.reading() as view:
        assert any_desk.house.registry.search(view, LicenceQuery(issuer="O1"), before=None, limit=10) == ()


@pytest.mark.parametrize("few", [0, 1, 2])
def test_what_ends_soon_is_found_alike_whether_it_is_many_or_few(any_desk: Desk, few: int) -> None:
    made = [any_desk.issue(last_day=date(2027, 1, day)) for day in (30, 31)]
    any_desk.issue(last_day=date(2028, 1, 1))
    query = LicenceQuery(issuer=any_desk.staff.organisation, ends_from=date(2027, 1, 1), ends_until=date(2027, 12, 31))
    with any_desk.house.store.reading() as view:
        names = [row.id for row in view.rows(names_of(view, query, before=None, few=few))]
    assert names == sorted((one.id for one in made), reverse=True)


def test_few_that_end_are_reached_without_passing_by_the_others(desk: Desk) -> None:
    query = LicenceQuery(issuer="O1", type="t", state=LicenceState.IN_FORCE, ends_until=date(2027, 1, 1))
    with desk.house.store.reading() as view:
        asked = names_of(view, query, before=None).limit(50)
        told = str(asked.compile(desk.house.store.reader, compile_kwargs={"literal_binds": True}))
        plan = str(view.rows(text(f"EXPLAIN QUERY PLAN {told}")))
    assert "ix_licence_issuer_last_day" in plan
    assert "MATERIALIZE ending" in plan
    assert "id=?)" in plan  # one by one


@pytest.mark.parametrize(
    ("told", "index"),
    [
        ("issuer = 'O1' AND id < 'x' ORDER BY id DESC", "ix_licence_issuer_id"),
        ("issuer = 'O1' AND type = 't' AND state = 'suspended' ORDER BY id DESC", "ix_licence_issuer_type_state_id"),
        ("issuer = 'O1' AND state = 'suspended' ORDER BY id DESC", "ix_licence_state_issuer_id"),
        ("issuer = 'O1' AND last_day <= '2027-01-01' AND last_day >= '2026-12-01'", "ix_licence_issuer_last_day"),
        ("number = '1' AND type = 't' AND state != 'void'", "ix_licence_number_type"),
        ("holder = 'O1' ORDER BY id DESC", "ix_licence_holder_id"),
        ("type = 't' AND state = 'void' AND id > 'x' ORDER BY id", "ix_licence_type_state_id"),
        ("id IN (SELECT licence FROM licence_event WHERE id >= 'le_1')", "sqlite_autoindex_licence_event_1 (id>?)"),
        ("time_stamp_due <= '2026-01-01' ORDER BY time_stamp_due", "ix_licence_time_stamp_due"),
        ("state = 'prepared'", "ix_licence_state_issuer_id"),
    ],
)
def test_what_is_asked_often_is_answered_by_an_index(desk: Desk, told: str, index: str) -> None:
    with desk.house.store.writer.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM licence WHERE {told}").all()  # noqa: S608 - our own words
    assert index in str(plan)
    assert "SCAN licence" not in str(plan)
