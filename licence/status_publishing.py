"""Publishing status lists: made from the registry when somebody asks, signed anew when something has changed.

Each process signs for itself and remembers what it signed for a minute: so a licence that is suspended shows on the
list a minute later at the latest. Every list that was signed is on record.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from licence.catalogue import Catalogue
from licence.errors import TypeUnknown
from licence.lifecycle import LicenceState, TypeState
from licence.status import standing_repository
from licence.status.repository import allot_number, code_numbered, number_of
from licence.status_list import LicenceStatus, StatusList, length_of, put, sign_status_list
from licence.types.kind import LicenceType
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.founding import Role, ServiceKeys
from trust.signing import SigningUnavailable
from trust.store import Reading, Store

__all__ = ["STATUSES", "PublishedStatusList", "StatusLists"]

NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
"""How a list is asked for by its number; codes of types are longer."""

LIFETIME: Final = timedelta(days=1)
"""How long a list is good for. It is replaced when half of that is left."""

LOOK_PAUSE: Final = timedelta(seconds=60)
"""How often the registry is looked at anew, however often a list is asked for."""

LOCKS: Final = 64
"""Lists that are made at the same time, at most."""

WHOLE_PAUSE: Final = timedelta(hours=12)
"""How often all licences of a type are gone through."""

OVERLAP: Final = timedelta(minutes=10)
"""So much earlier than the look before begins what is asked for anew: a change is on record with the moment at which
its transaction began, of a clock that may be another machine's, and is seen when that is committed."""

STATUSES: Final = {
    LicenceState.PREPARED: LicenceStatus.PENDING,
    LicenceState.IN_FORCE: LicenceStatus.VALID,
    LicenceState.SUSPENDED: LicenceStatus.SUSPENDED,
    LicenceState.SUPERSEDED: LicenceStatus.INVALID,
    LicenceState.REVOKED: LicenceStatus.INVALID,
    LicenceState.WITHDRAWN: LicenceStatus.INVALID,
    LicenceState.CANCELLED: LicenceStatus.INVALID,
    LicenceState.VOID: LicenceStatus.INVALID,
}
"""What the list says of each state."""


@dataclass(frozen=True, kw_only=True)
class PublishedStatusList:
    """A list as it is handed out."""

    status_list: StatusList = field(repr=False)
    encoded: bytes = field(repr=False)
    looked_at: datetime
    """When the registry was last seen to stand so."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the licences of a type stood when the registry was looked at."""

    places: int
    octets: bytes = field(repr=False)
    at: datetime
    whole_at: datetime
    """When all of them were gone through, and not those alone with which something had happened."""


@dataclass
class StatusLists:
    """Makes and hands out the status lists of an instance. Safe to share between threads."""

    store: Store
    catalogue: Catalogue
    service_keys: ServiceKeys
    source: str
    """Address of the instance."""

    def __post_init__(self) -> None:
        self.locks = tuple(Lock() for _ in range(LOCKS))
        self.kept: dict[str, PublishedStatusList] = {}
        self.standings: dict[str, Standing] = {}

    def current(self, name: str) -> PublishedStatusList:
        """Return the list of the licence type with this code, or the list with this number.

        Raise `TypeUnknown`, also for one that was never published, or `SigningUnavailable`.
        """
        code = self.code_of(int(name)) if NUMBER.fullmatch(name) else name
        return self.fresh(code) or self.looked_at_anew(code)

    def fresh(self, code: str) -> PublishedStatusList | None:
        """Return the list of a type where it need not be looked at anew. Nobody waits for that, whoever renews one."""
        kept, now = self.kept.get(code), self.store.clock.now()
        is_fresh = kept is not None and kept.looked_at <= now < kept.looked_at + LOOK_PAUSE
        return kept if is_fresh else None

    def looked_at_anew(self, code: str) -> PublishedStatusList:
        """Return the list of a type as it stands now, one thread at a time: the others find what the first has made.

        Who asks for the list of another type does not wait for that.
        """
        with self.lock_of(code):
            found = self.fresh(code)
            if found is None:
                found = self.kept[code] = self.renewed(code, self.kept.get(code), self.store.clock.now())
            return found

    def lock_of(self, code: str) -> Lock:
        """Return what whoever makes the list of a type holds. There are so many, whatever strangers ask for."""
        return self.locks[hash(code) % LOCKS]

    def code_of(self, number: int) -> str:
        """Return the code of the type whose list has this number, or raise `TypeUnknown`."""
        with self.store.reading() as view:
            code = code_numbered(view, number)
        if code is None:
            raise TypeUnknown
        return code

    def renewed(self, code: str, kept: PublishedStatusList | None, now: datetime) -> PublishedStatusList:
        """Return the list as it stands now: the one that was made before where it still says all."""
        with self.store.reading() as view:
            kind = self.catalogue.require(view, code)
            if kind.code != code or kind.state not in (TypeState.PUBLISHED, TypeState.RETIRED):
                raise TypeUnknown
            number = number_of(view, kind.code)
        if number is None:  # nothing was issued yet
            with self.store.transaction() as tx:
                number = allot_number(tx, kind.code)
        with self.store.reading() as view:  # one snapshot, whatever is issued meanwhile
            draft = self.draft(view, kind, number)
        before = None if kept is None else kept.status_list
        is_same = before is not None and (before.places, before.octets) == (draft.places, draft.octets)
        if kept is not None and is_same and kept.status_list.next_update - now > LIFETIME / 2:
            return replace(kept, looked_at=now)
        try:
            return PublishedStatusList(status_list=draft, encoded=self.sign(draft), looked_at=now)
        except SigningUnavailable:
            if kept is not None and is_same and kept.status_list.next_update > now:  # it says what is so
                return replace(kept, looked_at=now)
            raise

    def draft(self, view: Reading, kind: LicenceType, number: int) -> StatusList:
        """Return what the registry says now."""
        standing = self.standings[kind.code] = self.standing(view, kind, self.standings.get(kind.code))
        issued = view.now.replace(microsecond=0)
        return StatusList(
            source=self.source,
            licence_type=kind.code,
            number=number,
            issued=issued,
            next_update=issued + LIFETIME,
            places=standing.places,
            octets=standing.octets,
        )

    def standing(self, view: Reading, kind: LicenceType, known: Standing | None) -> Standing:
        """Return how the licences of a type stand now: what is known, with what has happened since.

        Of a type with millions of licences that have ended, nobody goes through all of them every minute.
        """
        places = standing_repository.places(view, kind.id)
        if known is None or not known.at <= view.now < known.whole_at + WHOLE_PAUSE:
            octets, whole_at = bytearray(length_of(places)), view.now
            found = standing_repository.not_in_force(view, kind.id)
        else:
            octets, whole_at = bytearray(known.octets.ljust(length_of(places), b"\0")), known.whole_at
            found = standing_repository.moved(view, kind.id, since=known.at - OVERLAP)
        for state, standing_so in found:
            put(octets, standing_so, STATUSES[state])
        if places:
            put(octets, (0,), LicenceStatus.PENDING)  # numbers begin with 1
        return Standing(places=places, octets=bytes(octets), at=view.now, whole_at=whole_at)

    def sign(self, draft: StatusList) -> bytes:
        """Sign a list, and put it on record."""
        signer, certificate = self.service_keys.credential(Role.LICENCE_CLAIM)
        encoded = sign_status_list(draft, signer, certificate)
        facts: dict[str, Fact] = {
            "list": sm3(encoded).hex(),
            "places": draft.places,
            "next_update": draft.next_update.isoformat(),
        }
        with self.store.transaction() as tx:
            tag = "status_list:publish:done"
            tx.record(AuditEvent(tag=tag, actor="system", subject=draft.licence_type, facts=facts))
        return encoded
