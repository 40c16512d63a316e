"""The owner's ledger: every line that is asked for and no other, page by page, and what a month comes to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from identity.duties import Duty
from identity.errors import DutyMissing
from seal.errors import SealUnknown
from seal.ledger import stamping_repository
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.reading import MOST_LINES, PAGE, LedgerReading, Month, MonthMalformed, MonthNotOver, MonthTooLong
from seal.ledger.search import LedgerSearch
from tests.fakes.clock import NOW
from tests.seal.holders import Holder
from tests.seal.houses import House, actor
from trust.blobs import BlobId
from trust.events import AuditEvent
from trust.identifiers import new_id

OCTOBER = Month(year=2026, month=10)
HOUR = timedelta(hours=1)


def lines(holder: Holder, *described: dict[str, object], at: datetime = NOW, apart: timedelta = HOUR) -> list[str]:
    """Put lines into the ledger of a seal, and return their names."""
    usual = {
        "seal": holder.seal,
        "authorisation": holder.authorisation.id,
        "actor": "client_1",
        "purpose": "document.stamp",
        "document_kind": "notice",
        "document_hash": "00" * 32,
        "state": StampingState.PREPARED,
    }
    stampings = []
    for number, told in enumerate(described):
        moment = at + number * apart
        stampings.append(Stamping(id=new_id("stamp", at=moment), at=moment, **{**usual, **told}))  # type: ignore[arg-type]
    write(holder.house, stampings)
    return [one.id for one in stampings]


def write(house: House, stampings: Sequence[Stamping]) -> None:
    """Write lines as they are."""
    wrote = AuditEvent(tag="test:write:done", actor="test", subject="test")
    with house.store.transaction() as tx:
        stamping_repository.add_stampings(tx, [replace(one, state=StampingState.PREPARED) for one in stampings])
        tx.record(wrote)
    with house.store.transaction() as tx:
        stamping_repository.end_stampings(tx, [one for one in stampings if one.state is not StampingState.PREPARED])
        tx.record(wrote)


def found(holder: Holder, **asked: object) -> list[str]:
    """Return the names of the lines that a search finds, the newest first."""
    ledger = LedgerReading(holder.house.store)
    search = LedgerSearch(seal=holder.seal, **asked)  # type: ignore[arg-type]
    return [one.id for one in ledger.search(holder.house.authority.owner, search)]


def test_each_question_finds_its_lines_and_no_other(either: Holder) -> None:
    described: list[dict[str, object]] = [
        {"actor": "client_2", "batch": "batch_1"},
        {"purpose": "licence.issue"},
        {"document_kind": "采购合同", "document_hash": "11" * 32},
        {"operation": Operation.DIGEST, "reference": "浙市监〔2026〕17号 ABC"},
        {"property_info": "urn:file:100%_x"},
    ]
    names = lines(either, *described)
    questions: list[tuple[dict[str, object], list[int]]] = [
        ({}, [4, 3, 2, 1, 0]),
        ({"actor": "client_2"}, [0]),
        ({"batch": "batch_1"}, [0]),
        ({"purpose": "licence.issue"}, [1]),
        ({"document_kind": "采购合同"}, [2]),
        ({"document_hash": "11" * 32}, [2]),
        ({"operation": Operation.DIGEST}, [3]),
        ({"operation": Operation.DOCUMENT}, [4, 2, 1, 0]),
        ({"operation": Operation.MESSAGE}, []),
        ({"authorisation": either.authorisation.id}, [4, 3, 2, 1, 0]),
        ({"authorisation": "auth_none"}, []),
        ({"since": NOW + 2 * HOUR}, [4, 3, 2]),
        ({"until": NOW + 2 * HOUR}, [1, 0]),
        ({"since": NOW + HOUR, "until": NOW + 2 * HOUR}, [1]),
        ({"text": "17号"}, [3]),
        ({"text": "abc"}, [3]),
        ({"text": "100%_"}, [4]),
        ({"text": "%"}, [4]),
        ({"text": "采购"}, [2]),
        ({"text": "LICENCE"}, [1]),
        ({"state": StampingState.PREPARED}, [4, 3, 2, 1, 0]),
        ({"state": StampingState.DONE}, []),
        ({"actor": "client_2", "purpose": "licence.issue"}, []),
    ]
    for asked, expected in questions:
        assert found(either, **asked) == [names[place] for place in expected], asked


def test_the_lines_of_another_seal_are_not_found(holder: Holder) -> None:
    (name,) = lines(holder, {})
    assert found(holder) == [name]
    other = LedgerReading(holder.house.store)
    assert other.search(holder.house.authority.owner, LedgerSearch(seal=holder.house.seal)) == ()


def test_a_line_of_before_there_were_operations_was_a_document(holder: Holder) -> None:
    (name,) = lines(holder, {})
    with holder.house.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE stamping SET operation = NULL")
    assert found(holder, operation=Operation.DOCUMENT) == [name]
    assert found(holder, operation=Operation.DIGEST) == []


def test_pages_follow_each_other(holder: Holder) -> None:
    names = lines(holder, *[{}] * 5)
    ledger, owner = LedgerReading(holder.house.store), holder.house.authority.owner
    search = LedgerSearch(seal=holder.seal)
    first = ledger.search(owner, search, limit=2)
    second = ledger.search(owner, search, before=first[-1].id, limit=2)
    third = ledger.search(owner, search, before=second[-1].id, limit=2)
    assert [one.id for one in (*first, *second, *third)] == names[::-1]


def test_an_export_has_every_line_the_oldest_first(holder: Holder) -> None:
    names = lines(holder, *[{}] * (PAGE + 2), at=NOW - timedelta(days=1), apart=timedelta(milliseconds=1))
    ledger = LedgerReading(holder.house.store)
    exported = list(ledger.export(holder.house.authority.owner, LedgerSearch(seal=holder.seal)))
    assert [one.id for one in exported] == names


def test_an_export_ends_where_it_began(holder: Holder) -> None:
    (before,) = lines(holder, {}, at=NOW)
    ledger = LedgerReading(holder.house.store)
    export = ledger.export(holder.house.authority.owner, LedgerSearch(seal=holder.seal))
    lines(holder, {}, at=NOW + timedelta(microseconds=1))
    assert [one.id for one in export] == [before]
    earlier = LedgerSearch(seal=holder.seal, until=NOW)
    assert list(ledger.export(holder.house.authority.owner, earlier)) == []


def test_the_ledger_is_the_owners(holder: Holder) -> None:
    ledger, search = LedgerReading(holder.house.store), LedgerSearch(seal=holder.seal)
    for stranger in (actor("stranger"), actor("reviewer", Duty.SEAL_REVIEWER), holder.house.authority.client):
        with pytest.raises(DutyMissing):
            ledger.search(stranger, search)
        with pytest.raises(DutyMissing):
            ledger.export(stranger, search)  # and not only with the first line
        with pytest.raises(DutyMissing):
            ledger.statement(stranger, holder.seal, OCTOBER)
    with pytest.raises(SealUnknown):
        ledger.search(holder.house.authority.owner, LedgerSearch(seal="seal_none"))


# --- months


def test_a_month_is_one_of_the_calendar_in_china() -> None:
    assert Month.of("2026-10") == OCTOBER
    assert (OCTOBER.begins.astimezone(UTC), OCTOBER.ends.astimezone(UTC)) == (
        datetime(2026, 9, 30, 16, tzinfo=UTC),
        datetime(2026, 10, 31, 16, tzinfo=UTC),
    )
    assert Month.of("2026-12").ends.astimezone(UTC) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert str(Month.of("2026-02")) == "2026-02"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "1999-12", "3000-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(MonthMalformed) as caught:
        Month.of(text)
    assert caught.value.code == "ledger.month_malformed"


def test_a_statement_counts_what_came_to_an_end(holder: Holder) -> None:
    begins, ends = OCTOBER.begins.astimezone(UTC), OCTOBER.ends.astimezone(UTC)
    done = {"state": StampingState.DONE, "ended_at": NOW, "result": BlobId("aa")}
    instant = timedelta(microseconds=1)
    inside = [
        *lines(holder, {**done, "purpose": "b"}, at=begins),
        *lines(holder, {**done, "purpose": "c"}, {**done, "purpose": "a"}, {**done, "purpose": "a"}, at=begins + HOUR),
        *lines(holder, {"state": StampingState.VOID, "ended_at": NOW, "purpose": "d"}, {}, at=begins + 9 * HOUR),
        *lines(holder, {**done, "purpose": "b", "actor": "client_2"}, at=ends - instant),
    ]
    lines(holder, done, at=begins - instant)
    lines(holder, done, at=ends)
    statement = LedgerReading(holder.house.store).statement(holder.house.authority.owner, holder.seal, OCTOBER)
    assert [one.id for one in statement.lines] == inside
    assert (statement.done, statement.seal.id) == (5, holder.seal)
    assert list(statement.totals("purpose").items()) == [("a", 2), ("b", 2), ("c", 1)]
    assert list(statement.totals("actor").items()) == [("client_1", 4), ("client_2", 1)]


def test_a_month_that_is_not_over_has_no_statement(holder: Holder) -> None:
    ledger, owner = LedgerReading(holder.house.store), holder.house.authority.owner
    november = Month.of("2026-11")
    for moment in (NOW, november.ends - timedelta(microseconds=1)):
        holder.house.clock.set(moment)
        with pytest.raises(MonthNotOver) as caught:
            ledger.statement(owner, holder.seal, november)
        assert caught.value.code == "ledger.month_not_over"
    holder.house.clock.set(november.ends)
    assert ledger.statement(owner, holder.seal, november).lines == ()


def test_a_month_with_too_many_lines_has_no_statement(holder: Holder) -> None:
    ledger, owner = LedgerReading(holder.house.store), holder.house.authority.owner
    lines(holder, *[{}] * MOST_LINES, at=OCTOBER.begins, apart=timedelta(milliseconds=1))
    assert len(ledger.statement(owner, holder.seal, OCTOBER).lines) == MOST_LINES
    lines(holder, {}, at=OCTOBER.begins + HOUR)
    with pytest.raises(MonthTooLong) as caught:
        ledger.statement(owner, holder.seal, OCTOBER)
    assert (caught.value.code, caught.value.details) == ("ledger.month_too_long", {"allowed": MOST_LINES})
