"""Reads and writes the tables of licences. Data is enciphered on its way in and revealed on its way out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import col, select

from identity.subject import SubjectId
from identity.version_repository import organisations_as, persons_as
from licence.grounds import Ground
from licence.lifecycle import ENDED, LicenceEvent, LicenceState
from licence.query_repository import LicenceQuery, conditions_of, names_of
from licence.records import AWAITING, CHINA, HISTORY_PREFIX, DataLater, Licence, LicenceHistoryEntry, Origin
from licence.tables import LicenceEventRow, LicenceRow
from trust.blobs import BlobId
from trust.identifiers import new_id
from trust.pki_repository import revocation_of
from trust.protection import DataProtection
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = [
    "SHOWN_BY_DIGEST",
    "VERSIONS_BY_DIGEST",
    "Licence",
    "LicenceHistoryEntry",
    "LicenceQuery",
    "LicenceRepository",
]

LICENCES: Final = Row.metadata.tables[LicenceRow.__tablename__]
EVENTS: Final = Row.metadata.tables[LicenceEventRow.__tablename__]


# Statements of every licence, written once: through the session each costs several times as much.
NEW_LICENCE: Final = Written(sa.insert(LICENCES))
NEW_EVENT: Final = Written(sa.insert(EVENTS))
CHANGED: Final = (
    "state",
    "last_actor",
    "entered_at",
    "steps",
    "successor",
    "stamping",
    "file",
    "former_file",
    "level",
    "time_stamp_due",
    "claim",
)
"""What may change in a licence after it was prepared."""

PUT: Final = Written(
    sa.update(LICENCES)
    .where(LICENCES.c.id == bindparam("name"), LICENCES.c.version == bindparam("seen"))
    .values(
        version=LICENCES.c.version + 1, **{one: bindparam(f"now_{one}", type_=LICENCES.c[one].type) for one in CHANGED}
    )
)
BY_ID: Final = Written(sa.select(LICENCES).where(LICENCES.c.id == bindparam("name")))
BY_IDENTIFIER: Final = Written(sa.select(LICENCES).where(LICENCES.c.identifier == bindparam("name")))
BY_DIGEST: Final = Written(sa.select(LICENCES).where(LICENCES.c.digest == bindparam("name")))
AUTHORITY: Final = organisations_as("authority")
OWNER: Final = organisations_as("owner")
PERSON: Final = persons_as("person_named")
SURVIVOR: Final = persons_as("survivor")
"""Into whom a person was merged."""

WITH_NAMES: Final = (
    LICENCES.outerjoin(AUTHORITY, AUTHORITY.c.id == LICENCES.c.issuer)
    .outerjoin(OWNER, OWNER.c.id == LICENCES.c.holder)
    .outerjoin(PERSON, PERSON.c.id == LICENCES.c.holder)
    .outerjoin(SURVIVOR, SURVIVOR.c.id == PERSON.c.merged_into)
)
VERSIONS: Final = (
    LICENCES.c.version,
    LICENCES.c.state,
    *(one.c.version for one in (AUTHORITY, OWNER, PERSON, SURVIVOR)),
)
SIGNER_REVOKED: Final = revocation_of("signer")
"""When the certificate was revoked whose key signed a code."""

VERSIONS_BY_DIGEST: Final = (
    sa.select(*VERSIONS, SIGNER_REVOKED).select_from(WITH_NAMES).where(LICENCES.c.digest == bindparam("name"))
)
"""What grows with every change of a licence, of its issuer and of its holder, whose names an answer about it tells."""

SHOWN_BY_DIGEST: Final = (
    sa.select(
        *LICENCES.c,
        AUTHORITY.c.name.label("authority_name"),
        AUTHORITY.c.version.label("authority_version"),
        OWNER.c.name.label("owner_name"),
        OWNER.c.state.label("owner_state"),
        OWNER.c.version.label("owner_version"),
        *(
            one.c[column].label(f"{name}_{column}")
            for name, one in (("person", PERSON), ("survivor", SURVIVOR))
            for column in ("id", "protected", "state", "version", "merged_into")
        ),
        SIGNER_REVOKED.label("signer_revoked"),
    )
    .select_from(WITH_NAMES)
    .where(LICENCES.c.digest == bindparam("name"))
)
"""A licence with the names that an answer about it tells, in one question and so as of one moment."""

BY_STAMPING: Final = Written(sa.select(LICENCES).where(LICENCES.c.stamping == bindparam("name")))
BEARING: Final = Written(
    sa.select(LICENCES).where(
        LICENCES.c.number == bindparam("name"),
        LICENCES.c.type == bindparam("of"),
        *(LICENCES.c.state != state.value for state in sorted(ENDED)),
    )
)
NEWEST_EDITION: Final = Written(sa.select(sa.func.max(LICENCES.c.edition)).where(LICENCES.c.chain == bindparam("name")))
NEWEST_RELEASED: Final = Written(
    sa.select(LICENCES)
    .where(
        LICENCES.c.chain == bindparam("name"),
        LICENCES.c.state != LicenceState.PREPARED.value,
        LICENCES.c.state != LicenceState.VOID.value,
    )
    .order_by(LICENCES.c.edition.desc())
    .limit(sa.literal_column("1"))
)


def context_of(licence: str) -> str:
    """Return what a licence's enciphered data is bound to."""
    return f"licence {licence}"


STAMPED: Final = ("B-LT", "B-LTA", "B-T")
"""Levels of files with time-stamps in them."""

STANDING: Final = (LicenceState.IN_FORCE.value, LicenceState.SUSPENDED.value)


def still_proving(view: Reading) -> sa.ColumnElement[bool]:
    """Return the condition that a licence proves something, or may again once it is restored."""
    last_day = LICENCES.c.last_day
    today = view.now.astimezone(CHINA).date()
    return sa.and_(LICENCES.c.state.in_(STANDING), sa.or_(last_day.is_(None), last_day >= today))


class LicenceRepository:
    """The tables of licences."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- licences

    def add(self, tx: Transaction, licence: Licence) -> None:
        """Keep a new licence. Of two that would be the same edition, or the next of one, one is a lost race."""
        plain = json.dumps(dict(licence.data), ensure_ascii=False).encode()
        row = {
            "version": licence.version,
            "id": licence.id,
            "state": licence.state.value,
            "last_actor": licence.last_actor,
            "type": licence.type,
            "issuer": licence.issuer,
            "chain": licence.chain,
            "edition": licence.edition,
            "origin": licence.origin.value,
            "predecessor": licence.predecessor,
            "entered_at": licence.entered_at,
            "steps": licence.steps,
            "type_version": licence.type_version,
            "first_day": licence.first_day,
            "paper_issued_on": licence.paper_issued_on,
            "identifier": licence.identifier,
            "digest": licence.digest.hex(),
            "number": licence.number,
            "holder": licence.holder,
            "seal": licence.seal,
            "status_index": licence.status_index,
            "protected": self.protection.protect(plain, context=context_of(licence.id)),
            "prepared_at": licence.prepared_at,
            "issued_on": licence.issued_on,
            "last_day": licence.last_day,
        }
        tx.later(NEW_LICENCE, row)
        tx.flush()

    def put(self, tx: Transaction, licence: Licence) -> Licence:
        """Write a licence that has changed: its state, and its file once there is one. Return it as it is then.

        The commit is a `LostRace` where somebody else has changed it since it was read.
        """
        row: dict[str, Any] = {f"now_{one}": getattr(licence, one) for one in CHANGED}
        tx.later(PUT, row | {"now_state": licence.state.value, "name": licence.id, "seen": licence.version})
        return replace(licence, version=licence.version + 1)

    def get(self, view: Reading, name: str) -> Licence | None:
        """Return the licence `name`, if there is one."""
        return self.found(view, BY_ID, name=name)

    def by_identifier(self, view: Reading, identifier: str) -> Licence | None:
        """Return the licence with a licence identifier, if there is one."""
        return self.found(view, BY_IDENTIFIER, name=identifier)

    def by_digest(self, view: Reading, digest: bytes) -> Licence | None:
        """Return the licence that a QR code stands for, if there is one."""
        return self.found(view, BY_DIGEST, name=digest.hex())

    def by_stamping(self, view: Reading, stamping: str) -> Licence | None:
        """Return the licence that a stamping sealed, if it sealed one."""
        return self.found(view, BY_STAMPING, name=stamping)

    def bearing(self, view: Reading, kind: str, number: str) -> Licence | None:
        """Return the newest licence of a type that bears a number and is not at its end, if there is one."""
        rows = view.rows(BEARING, name=number, of=kind)
        return None if not rows else self.to_licence(max(rows, key=lambda row: row.id))

    def newest_edition(self, view: Reading, chain: str) -> int:
        """Return the number of the newest edition of a licence, whatever came of it."""
        ((newest,),) = view.rows(NEWEST_EDITION, name=chain)
        return int(newest or 0)

    def newest_released(self, view: Reading, chain: str) -> Licence | None:
        """Return the newest edition of a licence that was ever in force, if one was."""
        return self.found(view, NEWEST_RELEASED, name=chain)

    def found(self, view: Reading, statement: Written, **parameters: object) -> Licence | None:
        """Return the licence that a statement selects, if it selects one."""
        row = next(iter(view.rows(statement, **parameters)), None)
        return None if row is None else self.to_licence(row)

    def prepared(self, view: Reading) -> tuple[Licence, ...]:
        """Return the licences that were prepared and never released."""
        return self.select(view, sa.select(LICENCES).where(LICENCES.c.state == LicenceState.PREPARED.value))

    def awaiting_time_stamp(self, view: Reading, *, limit: int) -> tuple[Licence, ...]:
        """Return licences whose files wait for a time-stamp that is due, the longest due first, at most `limit`.

        A further one is due for those alone that still prove something.
        """
        due, level = LICENCES.c.time_stamp_due, LICENCES.c.level
        is_wanted = sa.or_(level.in_(sorted(AWAITING)), still_proving(view))
        return self.select(view, sa.select(LICENCES).where(due <= view.now, is_wanted).order_by(due).limit(limit))

    def never_renewed(self, view: Reading, *, limit: int) -> tuple[Licence, ...]:
        """Return licences that still prove something, of whose files nobody has noted when their time-stamps end.

        The oldest first, at most `limit`.
        """
        wanted = (LICENCES.c.time_stamp_due.is_(None), LICENCES.c.level.in_(STAMPED), still_proving(view))
        return self.select(view, sa.select(LICENCES).where(*wanted).order_by(LICENCES.c.id).limit(limit))

    def search(self, view: Reading, query: LicenceQuery, *, before: str | None, limit: int) -> tuple[Licence, ...]:
        """Return licences of an authority, newest first, from before the licence `before` on, at most `limit`."""
        newest = names_of(view, query, before=before).limit(limit)
        return self.select(view, sa.select(LICENCES).where(LICENCES.c.id.in_(newest)).order_by(LICENCES.c.id.desc()))

    def names(self, view: Reading, query: LicenceQuery, *, before: str | None, limit: int) -> tuple[str, ...]:
        """Return the names of what `search` returns: nothing is deciphered."""
        return tuple(row.id for row in view.rows(names_of(view, query, before=before).limit(limit)))

    def counted(self, view: Reading, query: LicenceQuery) -> Mapping[tuple[int, str], int]:
        """Return how many licences of an authority answer a question, by the version of their type and their seal."""
        by = (LICENCES.c.type_version, LICENCES.c.seal)
        counted = sa.select(*by, sa.func.count()).where(*conditions_of(query)).group_by(*by).order_by(*by)
        return {(int(version), str(seal)): int(count) for version, seal, count in view.rows(counted)}

    def select(self, view: Reading, statement: sa.Select[Any]) -> tuple[Licence, ...]:
        """Return the licences that a statement selects."""
        return tuple(self.to_licence(row) for row in view.rows(statement))

    def to_licence(self, row: Any, data: Mapping[str, Any] | None = None) -> Licence:  # noqa: ANN401 - columns by their names
        """Return the value of a row. Its data is revealed here, where none is given that is revealed later."""
        if data is None:
            data = self.revealed(row.id, row.protected)
        return Licence(
            version=row.version,
            id=row.id,
            state=LicenceState(row.state),
            last_actor=row.last_actor,
            type=row.type,
            type_version=row.type_version,
            issuer=SubjectId(row.issuer),
            chain=row.chain,
            edition=row.edition,
            origin=Origin(row.origin),
            predecessor=row.predecessor,
            successor=row.successor,
            entered_at=row.entered_at.astimezone(UTC),
            steps=row.steps,
            first_day=row.first_day,
            paper_issued_on=row.paper_issued_on,
            level=row.level,
            time_stamp_due=None if row.time_stamp_due is None else row.time_stamp_due.astimezone(UTC),
            former_file=None if row.former_file is None else BlobId(row.former_file),
            identifier=row.identifier,
            digest=bytes.fromhex(row.digest),
            number=row.number,
            holder=SubjectId(row.holder),
            seal=row.seal,
            status_index=row.status_index,
            data=data,
            prepared_at=row.prepared_at.astimezone(UTC),
            issued_on=row.issued_on,
            last_day=row.last_day,
            stamping=row.stamping,
            file=None if row.file is None else BlobId(row.file),
            claim=row.claim,
        )

    def shown(self, row: Any) -> Licence:  # noqa: ANN401 - columns by their names
        """Return the value of a row for who tells of a licence, and nothing of its data but where it is asked for."""
        return self.to_licence(row, DataLater(partial(self.revealed, row.id, row.protected)))

    def revealed(self, licence: str, protected: bytes) -> dict[str, Any]:
        """Return the data of a licence."""
        data: dict[str, Any] = json.loads(self.protection.reveal(protected, context=context_of(licence)))
        return data

    # --- history

    def add_history(self, tx: Transaction, licence: Licence, entry: LicenceHistoryEntry) -> None:
        """Add the newest step to the history of a licence: the one that it counts as its last."""
        row = {
            "id": new_id(HISTORY_PREFIX, at=entry.at),
            "licence": licence.id,
            "sequence": licence.steps,
            "event": "prepare" if entry.event is None else entry.event.value,
            "state": entry.state.value,
            "actor": entry.actor,
            "at": entry.at,
            "reason": entry.reason,
            "ground": None if entry.ground is None else entry.ground.value,
            "request": entry.request,
        }
        tx.later(NEW_EVENT, row)

    def history(self, view: Reading, licence: str) -> tuple[LicenceHistoryEntry, ...]:
        """Return the history of a licence, oldest first."""
        statement = select(LicenceEventRow).where(col(LicenceEventRow.licence) == licence)
        return tuple(map(to_entry, view.exec(statement.order_by(col(LicenceEventRow.sequence)))))

    def editions(self, view: Reading, chain: str) -> tuple[Licence, ...]:
        """Return every edition of a licence, oldest first."""
        return self.select(view, sa.select(LICENCES).where(LICENCES.c.chain == chain).order_by(LICENCES.c.edition))


def to_entry(row: LicenceEventRow) -> LicenceHistoryEntry:
    """Return the value of a row."""
    return LicenceHistoryEntry(
        event=None if row.event == "prepare" else LicenceEvent(row.event),
        state=LicenceState(row.state),
        actor=row.actor,
        at=row.at.astimezone(UTC),
        reason=row.reason,
        ground=None if row.ground is None else Ground(row.ground),
        request=row.request,
    )
