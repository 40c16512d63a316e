"""Whether what was said of a licence is still so: asked of the database each time, without reading all of it again.

Every row that an answer to a QR code is made of grows a version with each change. So an answer that was given before
may be given again while these versions, the day, and the keys that sign codes are the same; whatever changes them shows
in the very next answer, in every process.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from identity.subject import SubjectKind
from identity.version_repository import VERSION_OF_ORGANISATION, VERSION_OF_PERSON
from licence.lifecycle import LicenceState
from licence.repository import VERSION_BY_DIGEST
from licence.types.validity import day_of
from trust.certificates import Certificate
from trust.founding import Role, ServiceKeys
from trust.store import Store

__all__ = ["Fresh", "Freshness"]

Versions: TypeAlias = tuple[object, ...]

BY_ITSELF: Final = frozenset({LicenceState.IN_FORCE, LicenceState.SUSPENDED, LicenceState.REVOKED})
"""States in which the answer rests on the licence's own row and those of its issuer and its holder alone. Of the others
it may tell of another edition, or of a ground."""


@dataclass(frozen=True)
class Fresh:
    """What an answer rests on."""

    versions: Versions
    day: date
    """In China: licences begin and end with a day."""

    signers: tuple[Certificate, ...]
    """Whose signatures on codes are good."""


class Freshness:
    """Tells what answers to QR codes rest on now. Safe to share between threads."""

    def __init__(self, store: Store, service_keys: ServiceKeys) -> None:
        self.store = store
        self.service_keys = service_keys
        self.licence = store.question(VERSION_BY_DIGEST)
        self.organisation = store.question(VERSION_OF_ORGANISATION)
        self.person = store.question(VERSION_OF_PERSON)

    def of(self, digest: bytes) -> Fresh | None:
        """Return what an answer about the licence with this digest rests on; None where it rests on more.

        Raise `StoreUnavailable`.
        """
        found = self.licence(name=digest.hex())
        if found is None or found[1] not in BY_ITSELF:
            return None
        version, state, issuer, holder = found
        subject = self.person if holder[0] == SubjectKind.PERSON.value else self.organisation
        return Fresh(
            versions=(version, state, self.organisation(name=issuer), subject(name=holder)),
            day=day_of(self.store.clock.now()),
            signers=self.service_keys.certificates(Role.LICENCE_CLAIM),
        )
