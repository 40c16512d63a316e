"""Reads and writes the tables of authentication. What authenticators hold is enciphered on its way in."""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from sqlalchemy import delete
from sqlmodel import col, select

from identity.authentication.authenticators import (
    Authenticator,
    AuthenticatorKind,
    Held,
    HeldCertificate,
    OneTimeCodes,
)
from identity.authentication.passkeys import Passkey
from identity.authentication.tables import AttemptsRow, AuthenticatorRow, ChallengeRow
from trust.certificates import Certificate
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["AuthenticationRepository", "Tried"]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How often somebody tried."""

    failures: int
    blocked_until: datetime | None
    """Until when nothing is looked at."""

    forgotten_at: datetime
    """When counting begins anew."""


class AuthenticationRepository:
    """The tables of authentication."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- authenticators

    def add(self, tx: Transaction, one: Authenticator) -> None:
        """Keep a new authenticator."""
        tx.add(
            AuthenticatorRow(
                id=one.id,
                person=one.person,
                kind=one.kind,
                name=one.name,
                lookup=self.lookup(one.held),
                protected=self.enciphered(one.id, one.held),
                added_at=one.added_at,
                used_at=one.used_at,
            )
        )

    def of_person(self, view: Reading, person: str) -> tuple[Authenticator, ...]:
        """Return with what a person comes back, in the order in which it was added."""
        asked = select(AuthenticatorRow).where(col(AuthenticatorRow.person) == person)
        rows = view.exec(asked.order_by(col(AuthenticatorRow.added_at), col(AuthenticatorRow.id)))
        return tuple(self.to_authenticator(row) for row in rows)

    def by_lookup(self, view: Reading, kind: AuthenticatorKind, name: str) -> Authenticator | None:
        """Return the authenticator that calls itself by this name, in hexadecimal digits, if there is one."""
        index = self.protection.index(name, kind=f"authenticator {kind}")
        row = view.first(select(AuthenticatorRow).where(col(AuthenticatorRow.lookup) == index))
        return None if row is None else self.to_authenticator(row)

    def used(self, tx: Transaction, one: Authenticator, held: Held) -> None:
        """Write down that an authenticator was used, and how it stands since."""
        row = tx.get(AuthenticatorRow, one.id)
        if row is not None:
            row.protected, row.used_at = self.enciphered(one.id, held), tx.now

    def rename(self, tx: Transaction, one: Authenticator, name: str) -> None:
        """Call an authenticator by another name."""
        row = tx.get(AuthenticatorRow, one.id)
        if row is not None:
            row.name = name

    def remove_all(self, tx: Transaction, person: str) -> int:
        """Forget with what a person comes back, and what was asked; return how many authenticators there were."""
        tx.change(delete(ChallengeRow).where(col(ChallengeRow.person) == person))
        return tx.change(delete(AuthenticatorRow).where(col(AuthenticatorRow.person) == person))

    def remove(self, tx: Transaction, name: str) -> None:
        """Forget an authenticator."""
        tx.change(delete(AuthenticatorRow).where(col(AuthenticatorRow.id) == name))

    def lookup(self, held: Held) -> str | None:
        """Return under which keyed hash an authenticator is found by what it calls itself, if it does."""
        match held:
            case OneTimeCodes():
                return None
            case Passkey():
                return self.protection.index(held.credential.hex(), kind=f"authenticator {AuthenticatorKind.PASSKEY}")
            case HeldCertificate():
                name = held.certificate.fingerprint
                return self.protection.index(name, kind=f"authenticator {AuthenticatorKind.CERTIFICATE}")
            case _:
                assert_never(held)

    def enciphered(self, name: str, held: Held) -> bytes:
        """Return what an authenticator holds, enciphered."""
        return self.protection.protect(json.dumps(members_of(held)).encode(), context=context_of(name))

    def to_authenticator(self, row: AuthenticatorRow) -> Authenticator:
        """Return the value of a row."""
        members = json.loads(self.protection.reveal(row.protected, context=context_of(row.id)))
        return Authenticator(
            id=row.id,
            person=row.person,
            name=row.name,
            held=held_of(AuthenticatorKind(row.kind), members),
            added_at=row.added_at.astimezone(UTC),
            used_at=None if row.used_at is None else row.used_at.astimezone(UTC),
        )

    # --- challenges

    def ask(self, tx: Transaction, digest: str, *, kind: str, person: str | None, until: datetime) -> None:
        """Keep a question that was asked, and forget those that nobody has answered in time."""
        tx.change(delete(ChallengeRow).where(col(ChallengeRow.expires_at) <= tx.now))
        tx.add(ChallengeRow(digest=digest, kind=kind, person=person, expires_at=until))

    def answered(self, tx: Transaction, digest: str, *, kind: str, person: str | None) -> bool:
        """Tell whether a question was asked of this person, or of anybody, and is open. From now on it is not."""
        row = tx.get(ChallengeRow, digest)
        if row is None:
            return False
        is_open = row.kind == kind and row.person == person and row.expires_at.astimezone(UTC) > tx.now
        # Of two who answer at the same time, one takes the question away, and the other finds nothing to take.
        return tx.change(delete(ChallengeRow).where(col(ChallengeRow.digest) == digest)) == 1 and is_open

    # --- attempts

    def attempts(self, tx: Transaction, key: str) -> Tried | None:
        """Return how often was tried under a key; whoever reads it has it alone until `tx` ends."""
        row = tx.first(select(AttemptsRow).where(col(AttemptsRow.key) == key).with_for_update())
        if row is None or row.forgotten_at.astimezone(UTC) <= tx.now:
            return None
        blocked = None if row.blocked_until is None else row.blocked_until.astimezone(UTC)
        return Tried(failures=row.failures, blocked_until=blocked, forgotten_at=row.forgotten_at.astimezone(UTC))

    def begin_attempts(self, tx: Transaction, key: str, tried: Tried) -> None:
        """Begin to count under a key, and forget what is too long ago to matter.

        Of two who begin at the same time one has lost the race: its attempt must not pass uncounted.
        """
        tx.change(delete(AttemptsRow).where(col(AttemptsRow.forgotten_at) <= tx.now))
        tx.add(AttemptsRow(key=key, **asdict(tried)))

    def go_on_with_attempts(self, tx: Transaction, key: str, tried: Tried) -> None:
        """Write how often was tried under a key that `attempts` has found."""
        row = tx.get(AttemptsRow, key)
        if row is not None:
            row.failures, row.blocked_until, row.forgotten_at = tried.failures, tried.blocked_until, tried.forgotten_at

    def forget_attempts(self, tx: Transaction, key: str) -> None:
        """Count from nothing again under a key."""
        tx.change(delete(AttemptsRow).where(col(AttemptsRow.key) == key))


def context_of(name: str) -> str:
    """Return what an authenticator's enciphered data is bound to."""
    return f"authenticator {name}"


def members_of(held: Held) -> dict[str, Any]:
    """Return what an authenticator holds as JSON has it."""
    match held:
        case OneTimeCodes():
            return {"secret": held.secret, "last_step": held.last_step}
        case Passkey():
            return {
                "credential": held.credential.hex(),
                "public_key": held.public_key.hex(),
                "uses": held.uses,
                "is_synced": held.is_synced,
            }
        case HeldCertificate():
            return {"certificate": base64.b64encode(held.certificate.der).decode()}
        case _:
            assert_never(held)


def held_of(kind: AuthenticatorKind, members: dict[str, Any]) -> Held:
    """Return what `members_of` was given."""
    match kind:
        case AuthenticatorKind.ONE_TIME_CODES:
            return OneTimeCodes(secret=members["secret"], last_step=members["last_step"])
        case AuthenticatorKind.PASSKEY:
            return Passkey(
                credential=bytes.fromhex(members["credential"]),
                public_key=bytes.fromhex(members["public_key"]),
                uses=members["uses"],
                is_synced=members["is_synced"],
            )
        case AuthenticatorKind.CERTIFICATE:
            return HeldCertificate(Certificate(base64.b64decode(members["certificate"])))
        case _:
            assert_never(kind)
