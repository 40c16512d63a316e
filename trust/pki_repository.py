"""Reads and writes the tables of certification: authorities, what they issued and revoked, lists and responders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from trust.certificates import Certificate, certificate_of
from trust.repository import aware, reference
from trust.revocation import RevocationList
from trust.signing import KeyReference
from trust.status import Revocation
from trust.store import Reading, Transaction
from trust.tables import AuthorityRow, CertificateRow, CounterRow, ResponderRow, RevocationListRow

__all__ = [
    "COMPLETE",
    "Authority",
    "KeptList",
    "ListId",
    "Responder",
    "add_authority",
    "add_certificate",
    "authorities",
    "authority",
    "certificate",
    "count",
    "generations",
    "kept_lists",
    "put_responder",
    "put_revocation_list",
    "responder",
    "revocation_list",
    "revocations",
    "revoke_certificate",
    "revoked",
    "status",
]

COMPLETE: Final = -1
"""What stands for the number of a shard where a list is complete."""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certification authority: its certificate, its key, and who certified it (None: itself)."""

    name: str
    certificate: Certificate
    key: KeyReference
    issuer: str | None
    line: str
    """The name of the first generation, by which the newest one is asked for."""

    generation: int = 1


@dataclass(frozen=True, order=True)
class ListId:
    """A list of an authority: the complete one, or the shard of that number."""

    issuer: str
    shard: int = COMPLETE

    @property
    def is_complete(self) -> bool:
        """Whether this is the complete list."""
        return self.shard == COMPLETE

    @property
    def path(self) -> str:
        """Where it is published, below the address of the authorities."""
        return f"{self.issuer}.crl" if self.is_complete else f"{self.issuer}/{self.shard}.crl"


@dataclass(frozen=True, kw_only=True)
class KeptList:
    """What is known of a list without reading it."""

    number: int
    entries: int
    this_update: datetime
    next_update: datetime


@dataclass(frozen=True, kw_only=True)
class Responder:
    """The key that answers for an authority by OCSP, and its certificate."""

    authority: str
    key: KeyReference
    certificate: Certificate


# --- authorities -----------------------------------------------------------------------------------------------------


def add_authority(tx: Transaction, made: Authority) -> None:
    """Keep a new certification authority."""
    tx.add(
        AuthorityRow(
            name=made.name,
            key_handle=made.key.handle,
            key_purpose=made.key.purpose,
            certificate=made.certificate.der,
            issuer=made.issuer,
            line=None if made.line == made.name else made.line,
            generation=None if made.line == made.name else made.generation,
        )
    )


def to_authority(row: AuthorityRow) -> Authority:
    """Return the value of a row."""
    key = reference(row.key_handle, row.key_purpose, row.certificate)
    return Authority(
        name=row.name,
        certificate=certificate_of(row.certificate),
        key=key,
        issuer=row.issuer,
        line=row.line or row.name,
        generation=row.generation or 1,
    )


def authority(view: Reading, name: str) -> Authority | None:
    """Return the certification authority `name`, if there is one."""
    row = view.get(AuthorityRow, name)
    return None if row is None else to_authority(row)


def authorities(view: Reading) -> tuple[Authority, ...]:
    """Return every certification authority, by name."""
    return tuple(to_authority(row) for row in view.exec(select(AuthorityRow).order_by(col(AuthorityRow.name))))


def generations(view: Reading, line: str) -> tuple[Authority, ...]:
    """Return every generation of an authority, the newest first."""
    is_first = (col(AuthorityRow.name) == line) & col(AuthorityRow.line).is_(None)
    rows = view.exec(select(AuthorityRow).where(is_first | (col(AuthorityRow.line) == line)))
    return tuple(sorted(map(to_authority, rows), key=lambda one: -one.generation))


# --- certificates ----------------------------------------------------------------------------------------------------


def add_certificate(
    tx: Transaction, certificate: Certificate, *, issuer: str, key: KeyReference, shard: int | None = None
) -> None:
    """Keep a certificate that one of our authorities issued, and the shard that it names."""
    tx.add(
        CertificateRow(
            fingerprint=certificate.fingerprint,
            issuer=issuer,
            shard=shard,
            serial=f"{certificate.serial:x}",
            der=certificate.der,
            key_handle=key.handle,
            not_after=certificate.not_after,
        )
    )


def certificate(view: Reading, fingerprint: str) -> Certificate | None:
    """Return a certificate that one of our authorities issued, if one did."""
    row = view.get(CertificateRow, fingerprint)
    return None if row is None else certificate_of(row.der)


def revocation_of(fingerprint: str) -> sa.ScalarSelect[Any]:
    """Return the part of a question that tells when the certificate was revoked that a parameter of this name names."""
    return (
        sa.select(col(CertificateRow.revoked_at))
        .where(col(CertificateRow.fingerprint) == sa.bindparam(fingerprint))
        .scalar_subquery()
    )


def is_revoked(view: Reading, certificate: Certificate) -> bool:
    """Tell whether a certificate that one of our authorities issued was revoked."""
    row = view.get(CertificateRow, certificate.fingerprint)
    return row is not None and row.revoked_at is not None


def revoke_certificate(
    tx: Transaction, certificate: Certificate, *, at: datetime, reason: int, invalid_since: datetime | None = None
) -> bool:
    """Mark a certificate as revoked and tell whether it is one of ours; one that is revoked keeps its first date."""
    row = tx.get(CertificateRow, certificate.fingerprint)
    if row is not None and row.revoked_at is None:
        row.revoked_at, row.revocation_reason, row.invalid_since = at, reason, invalid_since
    return row is not None


def revocations(view: Reading, wanted: ListId) -> tuple[Revocation, ...]:
    """Return what belongs on a list: on the complete one everything that the authority revoked."""
    row = CertificateRow
    statement = sa.select(
        col(row.serial), col(row.revoked_at), col(row.revocation_reason), col(row.invalid_since)
    ).where(col(row.issuer) == wanted.issuer, col(row.revoked_at).is_not(None))
    if not wanted.is_complete:
        statement = statement.where(col(CertificateRow.shard) == wanted.shard)
    found = (
        Revocation(
            serial=int(serial, 16), at=aware(at), reason=reason, invalid_since=None if since is None else aware(since)
        )
        for serial, at, reason, since in view.rows(statement)
    )
    return tuple(sorted(found, key=lambda one: one.serial))  # not by the database: it would pass over its index


def revoked(view: Reading) -> Mapping[ListId, int]:
    """Return how many entries belong on each list that has any."""
    statement = (
        sa.select(col(CertificateRow.issuer), col(CertificateRow.shard), sa.func.count())
        .where(col(CertificateRow.revoked_at).is_not(None))
        .group_by(col(CertificateRow.issuer), col(CertificateRow.shard))
    )
    found: dict[ListId, int] = {}
    for issuer, shard, entries in view.rows(statement):
        complete = ListId(issuer)
        found[complete] = found.get(complete, 0) + entries
        if shard is not None:
            found[ListId(issuer, shard)] = entries
    return found


def status(view: Reading, issuer: str, serial: int) -> tuple[bool, Revocation | None]:
    """Return whether an authority issued a serial number, and when and why it was revoked, if it was."""
    statement = sa.select(col(CertificateRow.revoked_at), col(CertificateRow.revocation_reason)).where(
        col(CertificateRow.issuer) == issuer, col(CertificateRow.serial) == f"{serial:x}"
    )
    rows = view.rows(statement)
    if not rows:
        return False, None
    ((at, reason),) = rows
    return True, None if at is None else Revocation(serial=serial, at=aware(at), reason=reason)


def count(view: Reading, name: str) -> int:
    """Return where the counter `name` stands; 0 where it was never asked for a number."""
    row = view.get(CounterRow, name)
    return 0 if row is None else row.value


# --- lists -----------------------------------------------------------------------------------------------------------


def put_revocation_list(tx: Transaction, place: ListId, made: RevocationList, known: KeptList) -> None:
    """Keep a CRL as the newest in its place, unless a newer one is there already."""
    row = tx.get(RevocationListRow, (place.issuer, place.shard))
    if row is None:
        tx.add(
            RevocationListRow(
                issuer=place.issuer,
                shard=place.shard,
                number=known.number,
                entries=known.entries,
                der=made.der,
                this_update=known.this_update,
                next_update=known.next_update,
            )
        )
    elif row.number < known.number:
        row.number, row.entries, row.der = known.number, known.entries, made.der
        row.this_update, row.next_update = known.this_update, known.next_update


def revocation_list(view: Reading, issuer: str, shard: int = COMPLETE) -> RevocationList | None:
    """Return the newest CRL of an authority, complete or a shard, if it has published one."""
    row = view.get(RevocationListRow, (issuer, shard))
    return None if row is None else RevocationList(row.der)


def kept_lists(view: Reading) -> Mapping[ListId, KeptList]:
    """Return what is known of every list that was published, without reading any."""
    row = RevocationListRow
    columns = (row.issuer, row.shard, row.number, row.entries, row.this_update, row.next_update)
    statement = sa.select(*(col(one) for one in columns))
    return {
        ListId(issuer, shard): KeptList(
            number=number, entries=entries, this_update=aware(this_update), next_update=aware(next_update)
        )
        for issuer, shard, number, entries, this_update, next_update in view.rows(statement)
    }


# --- responders ------------------------------------------------------------------------------------------------------


def put_responder(tx: Transaction, appointed: Responder) -> None:
    """Keep the responder of an authority in the place of the one before it."""
    row = tx.get(ResponderRow, appointed.authority)
    if row is None:
        tx.add(
            ResponderRow(
                authority=appointed.authority,
                key_handle=appointed.key.handle,
                key_purpose=appointed.key.purpose,
                certificate=appointed.certificate.der,
            )
        )
    else:
        row.key_handle, row.key_purpose = appointed.key.handle, appointed.key.purpose
        row.certificate = appointed.certificate.der


def responder(view: Reading, authority: str) -> Responder | None:
    """Return who answers for an authority, if somebody does."""
    row = view.get(ResponderRow, authority)
    if row is None:
        return None
    key = reference(row.key_handle, row.key_purpose, row.certificate)
    return Responder(authority=authority, key=key, certificate=certificate_of(row.certificate))
