"""Reads and writes the tables of authorities outside: what they certified, whom the operator trusts, their lists."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import update
from sqlmodel import col, select

from trust.certificates import Certificate, certificate_of
from trust.certification_requests import CertificationRequest
from trust.crypto.sm3 import sm3
from trust.repository import aware
from trust.revocation import RevocationList
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.store import Reading, Transaction
from trust.tables import CertificationRequestRow, OutsideCertificateRow, OutsideListRow
from trust.validation_policy import Purpose

__all__ = [
    "KeptRequest",
    "OutsideCertificate",
    "OutsideRole",
    "add_request",
    "answer_request",
    "certificates",
    "list_like",
    "lists",
    "put_certificate",
    "put_list",
    "request",
    "requests",
    "withdraw",
]


class OutsideRole(StrEnum):
    """What a certificate of an authority outside is to us."""

    ANCHOR = "anchor"
    AUTHORITY = "authority"
    SUBJECT = "subject"


@dataclass(frozen=True, kw_only=True)
class OutsideCertificate:
    """A certificate that did not come from an authority of ours."""

    certificate: Certificate
    role: OutsideRole
    purposes: frozenset[Purpose] = frozenset()
    """What an anchor is trusted for."""

    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class KeptRequest:
    """A request of a key in our custody, and the fingerprint of the certificate that came of it, if one did."""

    id: str
    key: KeyReference
    profile: str
    request: CertificationRequest
    made_at: datetime
    certificate: str | None = None


# --- requests --------------------------------------------------------------------------------------------------------


def add_request(tx: Transaction, made: KeptRequest) -> None:
    """Keep a request that was made."""
    tx.add(
        CertificationRequestRow(
            id=made.id,
            key_handle=made.key.handle,
            key_purpose=made.key.purpose,
            profile=made.profile,
            der=made.request.der,
            made_at=made.made_at,
            certificate=made.certificate,
        )
    )


def to_request(row: CertificationRequestRow) -> KeptRequest:
    """Return the value of a row."""
    asked = CertificationRequest(row.der)
    key = KeyReference(
        handle=KeyHandle(row.key_handle), public_key=asked.public_key, purpose=KeyPurpose(row.key_purpose)
    )
    return KeptRequest(
        id=row.id,
        key=key,
        profile=row.profile,
        request=asked,
        made_at=aware(row.made_at),
        certificate=row.certificate,
    )


def request(view: Reading, name: str) -> KeptRequest | None:
    """Return a request, if there is one by that name."""
    row = view.get(CertificationRequestRow, name)
    return None if row is None else to_request(row)


def requests(view: Reading) -> tuple[KeptRequest, ...]:
    """Return every request, the oldest first."""
    statement = select(CertificationRequestRow).order_by(col(CertificationRequestRow.id))
    return tuple(map(to_request, view.exec(statement)))


def answer_request(tx: Transaction, name: str, fingerprint: str) -> None:
    """Write down which certificate came of a request."""
    is_it = col(CertificationRequestRow.id) == name
    tx.change(update(CertificationRequestRow).where(is_it).values(certificate=fingerprint))


# --- certificates ----------------------------------------------------------------------------------------------------


def put_certificate(tx: Transaction, kept: OutsideCertificate) -> None:
    """Keep a certificate, in the role and for the purposes that it has now; one that was withdrawn stands again."""
    row = tx.get(OutsideCertificateRow, kept.certificate.fingerprint)
    purposes = ",".join(sorted(kept.purposes))
    if row is None:
        tx.add(
            OutsideCertificateRow(
                fingerprint=kept.certificate.fingerprint,
                role=kept.role,
                purposes=purposes,
                der=kept.certificate.der,
                not_after=kept.certificate.not_after,
                added_at=tx.now,
            )
        )
        tx.flush()
        return
    stands_as_anchor = row.withdrawn_at is None and OutsideRole(row.role) is OutsideRole.ANCHOR
    if kept.role is OutsideRole.ANCHOR or not stands_as_anchor:  # a file with a chain does not take a trusted root away
        row.role, row.purposes, row.withdrawn_at = kept.role, purposes, None


def certificates(view: Reading, *roles: OutsideRole) -> tuple[OutsideCertificate, ...]:
    """Return every certificate in one of `roles`, withdrawn ones among them, in the order of their ends."""
    statement = select(OutsideCertificateRow).where(col(OutsideCertificateRow.role).in_(roles))
    rows = view.exec(statement.order_by(col(OutsideCertificateRow.not_after), col(OutsideCertificateRow.fingerprint)))
    return tuple(
        OutsideCertificate(
            certificate=certificate_of(row.der),
            role=OutsideRole(row.role),
            purposes=frozenset(map(Purpose, filter(None, row.purposes.split(",")))),
            withdrawn=row.withdrawn_at is not None,
        )
        for row in rows
    )


def withdraw(tx: Transaction, fingerprint: str) -> bool:
    """Mark a certificate as trusted no more, and tell whether it was until now."""
    is_it = (col(OutsideCertificateRow.fingerprint) == fingerprint) & col(OutsideCertificateRow.withdrawn_at).is_(None)
    return tx.change(update(OutsideCertificateRow).where(is_it).values(withdrawn_at=tx.now)) == 1


# --- lists -----------------------------------------------------------------------------------------------------------

SEPARATOR: Final = b"\n"


def scope_of(made: RevocationList) -> str:
    """Return what tells lists of one issuer and one scope from all others."""
    scope = made.scope
    names = () if scope is None or scope.names is None else sorted(scope.names)
    limits = b"" if scope is None else bytes((scope.subscribers, scope.authorities))
    return sm3(SEPARATOR.join((made.issuer, limits, *names))).hex()


def list_like(view: Reading, made: RevocationList) -> RevocationList | None:
    """Return the list of the same issuer and scope that was kept before, if one was."""
    row = view.get(OutsideListRow, scope_of(made))
    return None if row is None else RevocationList(row.der)


def put_list(tx: Transaction, made: RevocationList) -> None:
    """Keep a list in the place of the one like it."""
    row = tx.get(OutsideListRow, scope_of(made))
    next_update = made.next_update or made.this_update
    if row is None:
        tx.add(
            OutsideListRow(scope=scope_of(made), der=made.der, this_update=made.this_update, next_update=next_update)
        )
    else:
        row.der, row.this_update, row.next_update = made.der, made.this_update, next_update


def lists(view: Reading) -> tuple[RevocationList, ...]:
    """Return every list that was brought in."""
    return tuple(
        RevocationList(row.der) for row in view.exec(select(OutsideListRow).order_by(col(OutsideListRow.scope)))
    )
