"""The document's signature for readers of the world: PAdES (ETSI EN 319 142-1), and what each level adds to it."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from seal.data.acting import ACTING, ActingFor
from seal.data.carrying import carried_attribute, digest_attribute
from seal.stamping.orders import Outage
from trust.certificates import Certificate
from trust.cms import read_signed_message
from trust.cms_signing import CMSSigner, attribute
from trust.errors import TrustError
from trust.paths import Evidence
from trust.pdf.signing import (
    DOCUMENT_TIME_STAMP,
    PreparedPDF,
    SignatureRequest,
    append_security_store,
    prepare_signature,
)
from trust.timestamping import TimeStamper, TimeStampingUnavailable
from trust.validation_data import validation_data

__all__ = [
    "RecordingStamper",
    "sign_document",
    "time_stamp_document",
    "with_validation_data",
]

TIME_STAMP_FIELD: Final = "DocumentTimeStamp"
TOKEN_ROOM: Final = 12_288
"""Octets kept for a time-stamp over the document: a token with its chain, and as much again."""

MOST_CERTIFICATES: Final = 6
"""Certificates that are taken from one token."""


@dataclass
class RecordingStamper:
    """Hands time-stamps through, and keeps them; and keeps that there was none to be had."""

    stamper: TimeStamper
    outage: Outage = Outage.REFUSE
    tokens: list[bytes] = field(default_factory=list, repr=False)
    missed: bool = False
    """Whether a time-stamp is not there because no authority answered."""

    def stamp(self, message: bytes) -> bytes | None:
        """Return a token over the hash of `message`, or None in an outage that the order bears.

        Raise what the authority raises else: a token that does not hold is no outage.
        """
        try:
            self.tokens.append(self.stamper.stamp(message))
        except TimeStampingUnavailable:
            if self.outage is Outage.REFUSE:
                raise
            self.missed = True
            return None
        return self.tokens[-1]

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that the tokens bring along. What cannot be read is left to whoever judges."""
        found: dict[Certificate, None] = {}
        for token in self.tokens:
            with suppress(TrustError):
                found.update(dict.fromkeys(read_signed_message(token).certificates[:MOST_CERTIFICATES]))
        return tuple(found)


def sign_document(
    signer: CMSSigner,
    prepared: PreparedPDF,
    *,
    stamper: RecordingStamper | None,
    seal_signature: bytes | None = None,
    acting: ActingFor | None = None,
) -> bytes:
    """Return the CMS over a prepared document: B-T with `stamper` where that gives a token, else B-B.

    `seal_signature` is carried along, `acting` is put under the signature. Raise `SigningUnavailable`,
    `TimeStampingUnavailable`.
    """
    signed, unsigned = [], []
    if acting is not None:
        signed.append(attribute(ACTING, acting.der))
    if seal_signature is not None:
        signed.append(digest_attribute(seal_signature))
        unsigned.append(carried_attribute(seal_signature))
    return signer.sign(
        prepared.digest(signer.digest),
        stamp=None if stamper is None else stamper.stamp,
        also_signed=signed,
        unsigned=unsigned,
    )


def with_validation_data(pdf: bytes, leaves: tuple[Certificate, ...], evidence: Evidence, *, at: datetime) -> bytes:
    """Return a signed document with everything that validating it needs in its security store (B-LT)."""
    data = validation_data(leaves, evidence, at=at)
    return append_security_store(
        pdf,
        certificates=data.certificates,
        revocation_lists=data.revocation_lists,
        ocsp_responses=data.ocsp_responses,
    )


def time_stamp_document(pdf: bytes, stamper: TimeStamper, *, at: datetime) -> tuple[bytes, dict[str, bytes]]:
    """Return a document under a time-stamp over all of it (B-LTA), and the token by the field that holds it."""
    request = SignatureRequest(form=DOCUMENT_TIME_STAMP, field=TIME_STAMP_FIELD, at=at, reserve=TOKEN_ROOM)
    prepared = prepare_signature(pdf, request)
    empty = prepared.fill(b"")
    token = stamper.stamp(empty[: prepared.gap_start] + empty[prepared.gap_end :])
    return prepared.fill(token), {prepared.field: token}
