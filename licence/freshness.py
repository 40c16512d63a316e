"""What an answer to a QR code rests on: read in one question, and asked again without reading all of it.

Every row that an answer to a QR code is made of grows a version with each change. So an answer that was given before
may be given again while these versions, the day, and the keys that sign codes are the same, and the one that signed
this code is not revoked; whatever changes them shows in the very next answer, in every process.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from identity.lifecycle import SubjectState
from identity.repository import IdentityRepository
from identity.subject import Named
from licence.lifecycle import LicenceState
from licence.records import Licence
from licence.repository import SHOWN_BY_DIGEST, VERSIONS_BY_DIGEST, LicenceRepository
from licence.types.validity import day_of
from trust.certificates import Certificate
from trust.founding import Role, ServiceKeys
from trust.store import Store

__all__ = ["Fresh", "Freshness", "Grounds", "Seen"]

Versions: TypeAlias = tuple[object, ...]

BY_ITSELF: Final = frozenset({LicenceState.IN_FORCE, LicenceState.SUSPENDED, LicenceState.REVOKED})
"""States in which the answer rests on the licence's own row and those of its issuer and its holder alone. Of the others
it may tell of another edition, or of a ground."""

STATE: Final = 1
"""Where the state of the licence stands among the versions."""


@dataclass(frozen=True)
class Fresh:
    """What an answer rests on."""

    versions: Versions
    day: date
    """In China: licences begin and end with a day."""

    signers: tuple[Certificate, ...]
    """Whose signatures on codes are good."""


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What an answer to a QR code rests on, so that it may be given again for as long as that is the same."""

    licence: bytes
    """The digest of the licence."""

    signer: Certificate
    """Whose key signed the code."""

    fresh: Fresh


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What an answer is made of, all of one moment."""

    licence: Licence
    issuer: str
    holder: Named
    now: datetime
    versions: Versions = field(repr=False)

    def fresh(self, signers: tuple[Certificate, ...]) -> Fresh:
        """Return what an answer rests on that was made of this, and of codes that these have signed."""
        return Fresh(versions=self.versions, day=day_of(self.now), signers=signers)


class Freshness:
    """Tells what answers to QR codes rest on now. Safe to share between threads."""

    def __init__(
        self, store: Store, service_keys: ServiceKeys, licences: LicenceRepository, subjects: IdentityRepository
    ) -> None:
        self.store = store
        self.service_keys = service_keys
        self.licences = licences
        self.subjects = subjects
        self.versions = store.question(VERSIONS_BY_DIGEST)
        self.shown = store.typed_question(SHOWN_BY_DIGEST)

    def of(self, digest: bytes, signer: Certificate) -> Fresh | None:
        """Return what an answer about the licence with this digest rests on; None where it rests on more.

        `signer` is the certificate whose key signed the code. Raise `StoreUnavailable`.
        """
        found = self.versions(name=digest.hex(), signer=signer.fingerprint)
        if found is None or found[STATE] not in BY_ITSELF:
            return None
        return Fresh(
            versions=tuple(found),
            day=day_of(self.store.clock.now()),
            signers=self.service_keys.certificates(Role.LICENCE_CLAIM),
        )

    def look(self, digest: bytes, signer: Certificate) -> Seen | None:
        """Return what an answer about the licence with this digest is made of; None where it is made of more.

        `signer` is the certificate whose key signed the code. Raise `StoreUnavailable`.
        """
        row = self.shown(name=digest.hex(), signer=signer.fingerprint)
        if row is None or row.state not in BY_ITSELF or row.signer_revoked is not None:
            return None
        holder = self.holder(row)
        if row.authority_name is None or holder is None:
            return None
        return Seen(
            licence=self.licences.shown(row),
            issuer=row.authority_name,
            holder=holder,
            now=self.store.clock.now(),
            versions=(
                row.version,
                row.state,
                row.authority_version,
                row.owner_version,
                row.person_version,
                row.survivor_version,
                row.signer_revoked,
            ),
        )

    def holder(self, row: Any) -> Named | None:  # noqa: ANN401 - columns by their names
        """Return how the holder is called and stands; None where more has to be read to know.

        Of a person who was merged into another it is the other one.
        """
        if row.owner_name is not None:
            return Named(name=row.owner_name, state=SubjectState(row.owner_state))
        if row.person_id is None:
            return None
        if row.person_merged_into is None:
            return self.subjects.named_person(row.person_id, row.person_protected, row.person_state)
        if row.survivor_id is None or row.survivor_merged_into is not None:
            return None
        return self.subjects.named_person(row.survivor_id, row.survivor_protected, row.survivor_state)
