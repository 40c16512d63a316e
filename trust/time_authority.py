"""A time-stamp authority (GM/T 0033-2014, RFC 3161) that signs with a key in custody, in either family."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Final

from trust.asn1 import der, oids
from trust.clock import Clock
from trust.cms import CMSSigner
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.timestamping import TimeStampingUnavailable

__all__ = ["TimeAuthority"]

POLICY: Final = "2.25.100749876099576447481748526452989408099"
"""Our time-stamping policy: to the second, by the operator's clock. An identifier under a UUID (ITU-T X.667)."""

SERIAL_BITS: Final = 127


@dataclass
class TimeAuthority:
    """Makes tokens. Its clock may never run backwards: while it does, no token is made."""

    signer: CMSSigner
    clock: Clock

    def __post_init__(self) -> None:
        self.lock = Lock()
        self.latest: datetime | None = None

    @property
    def digest(self) -> Digest:
        """The hash function of the messages that it stamps: the one that goes with its key."""
        return self.signer.digest

    @cached_property
    def name(self) -> bytes:
        """The tsa field: the authority's name from its certificate (RFC 3161, 2.4.2)."""
        return der.context(0, der.context(4, self.signer.certificate.subject))

    def time(self) -> datetime:
        """Return the present moment, or raise `TimeStampingUnavailable` when the clock went back."""
        with self.lock:
            now = self.clock.now()
            if self.latest is not None and now < self.latest:
                raise TimeStampingUnavailable
            self.latest = now
            return now

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`."""
        now = self.time()
        algorithm = der.sequence(der.oid(self.digest.oid))
        info = der.sequence(
            der.integer(1),
            der.oid(POLICY),
            der.sequence(algorithm, der.octet_string(hash_of(self.digest, message))),
            der.integer(secrets.randbits(SERIAL_BITS)),
            der.generalized_time(now),
            der.sequence(der.integer(1)),  # accuracy: one second
            self.name,
        )
        return self.signer.sign(hash_of(self.digest, info), content=info, content_type=oids.TST_INFO, signing_time=now)
