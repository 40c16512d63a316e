"""A time-stamp authority (GM/T 0033-2014, RFC 3161) that signs with a key in custody, in either family.

It stamps what the house itself signs, and answers the requests of others. Its tokens say when, to the second, by a
clock that is guarded; while the time or the key is not to be had, it says so instead.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol

from trust.asn1 import der, oids
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import Digest, KeyKind
from trust.crypto.sm3 import hash_of
from trust.errors import Unavailable
from trust.time_ledger import TimeLedger
from trust.time_requests import Failure, RequestRefused, TimeStampRequest, granted, read_request, rejection
from trust.timestamping import TimeStampingUnavailable

__all__ = ["POLICY", "TimeAuthority", "TimeSource"]

POLICY: Final = "2.25.100749876099576447481748526452989408099"
"""Our time-stamping policy: to the second, by the operator's clock. An identifier under a UUID (ITU-T X.667)."""

SERIAL_BITS: Final = 127
"""Random bits of a token's serial number: none comes twice, whichever process makes it."""

ACCURACY_SECONDS: Final = 1

INTERNATIONAL: Final = (Digest.SHA256, Digest.SHA384, Digest.SHA512)

TEXTS: Final[Mapping[Failure, str]] = {
    Failure.BAD_ALGORITHM: "the hash function is not accepted here",
    Failure.BAD_REQUEST: "the version of the request is not 1",
    Failure.BAD_DATA_FORMAT: "not a TimeStampReq in DER with a hash of the right length",
    Failure.TIME_NOT_AVAILABLE: "the clock cannot be trusted now",
    Failure.UNACCEPTED_POLICY: f"the policy here is {POLICY}",
    Failure.UNACCEPTED_EXTENSION: "no extension is supported",
    Failure.SYSTEM_FAILURE: "the authority cannot sign now",
}
"""What a rejection says to people."""


class TimeSource(Protocol):
    """Tells a moment that may be stated to others: a guarded clock. Safe to share between threads."""

    def now(self) -> datetime:
        """Return the present moment, or raise `TimeStampingUnavailable`."""
        ...


@dataclass(frozen=True)
class TimeAuthority:
    """Makes tokens. What it issues goes into `ledger`, where it has one, under its `name`."""

    signer: CMSSigner
    clock: TimeSource
    name: str = ""
    ledger: TimeLedger | None = None

    @property
    def digest(self) -> Digest:
        """The hash function of the messages that it stamps: the one that goes with its key."""
        return self.signer.digest

    @cached_property
    def digests(self) -> tuple[Digest, ...]:
        """The hash functions that requests may name: SM3 alone in the national family (GM/T 0033-2014)."""
        return (Digest.SM3,) if self.signer.signer.key.algorithm.kind is KeyKind.SM2 else INTERNATIONAL

    @cached_property
    def bare_signer(self) -> CMSSigner:
        """The signer for whoever does not want certificates in the token."""
        return replace(self.signer, chain=None)

    @cached_property
    def own_name(self) -> bytes:
        """The tsa field: the authority's name from its certificate (RFC 3161, 2.4.2)."""
        return der.context(0, der.context(4, self.signer.certificate.subject))

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`, or raise `TimeStampingUnavailable` or `SigningUnavailable`."""
        imprint = hash_of(self.digest, message)
        return self.issue(TimeStampRequest(digest=self.digest, imprint=imprint, wants_certificate=True))

    def answer(self, encoded: bytes) -> bytes:
        """Return a TimeStampResp to whatever was sent: a token, or why there is none."""
        try:
            request = read_request(encoded, digests=self.digests, policies=(POLICY,))
            return granted(self.issue(request))
        except RequestRefused as error:
            failure = error.failure
        except TimeStampingUnavailable:
            failure = Failure.TIME_NOT_AVAILABLE
        except Unavailable:
            failure = Failure.SYSTEM_FAILURE
        return rejection(failure, TEXTS[failure])

    def issue(self, request: TimeStampRequest) -> bytes:
        """Return a token for `request`."""
        now = self.clock.now()
        algorithm = der.sequence(der.oid(request.digest.oid))
        info = der.sequence(
            der.integer(1),
            der.oid(POLICY),
            der.sequence(algorithm, der.octet_string(request.imprint)),
            der.integer(secrets.randbits(SERIAL_BITS)),
            der.generalized_time(now),
            der.sequence(der.integer(ACCURACY_SECONDS)),
            b"" if request.nonce is None else der.integer(request.nonce),
            self.own_name,
        )
        signer = self.signer if request.wants_certificate else self.bare_signer
        token = signer.sign(hash_of(self.digest, info), content=info, content_type=oids.TST_INFO, signing_time=now)
        if self.ledger is not None:
            self.ledger.issued(self.name, token, now)
        return token
