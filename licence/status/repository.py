"""Which number the status list of a licence type has: allotted once, with the first licence, and never changed."""

from typing import Final

from sqlmodel import col, select

from licence.claim import LISTS
from licence.status.errors import StatusListsExhausted
from licence.status.tables import StatusListRow
from trust.events import AuditEvent
from trust.repository import next_number
from trust.store import Reading, Transaction

__all__ = ["allot_number", "code_numbered", "number_of"]

COUNTER: Final = "status lists"


def allot_number(tx: Transaction, code: str) -> int:
    """Return the number of the list of a type by its code; the next one where it has none yet.

    Two that allot one at the same time for the same type cannot both win: the slower meets `LostRace`.
    Raise `StatusListsExhausted`.
    """
    known = number_of(tx, code)
    if known is not None:
        return known
    number = next_number(tx, COUNTER)
    if number not in LISTS:
        raise StatusListsExhausted
    tx.add(StatusListRow(code=code, number=number))
    tx.flush()
    tx.record(AuditEvent(tag="status_list:number:done", actor="system", subject=code, facts={"number": number}))
    return number


def number_of(view: Reading, code: str) -> int | None:
    """Return the number of the list of a type, where it has one."""
    row = view.get(StatusListRow, code)
    return None if row is None else row.number


def code_numbered(view: Reading, number: int) -> str | None:
    """Return the code of the type whose list has this number, where there is one."""
    row = view.first(select(StatusListRow).where(col(StatusListRow.number) == number))
    return None if row is None else row.code
