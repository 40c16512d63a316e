"""What a revocation list tells of: all that its issuer issued, or a part of it (RFC 5280, 5.2.5)."""

from dataclasses import dataclass
from typing import Final

from trust.asn1 import der
from trust.certificates import Certificate

__all__ = ["Scope"]

NAMED: Final = 0xA0
ONLY_SUBSCRIBERS: Final = 0x81
ONLY_AUTHORITIES: Final = 0x82
"""Tags of an IssuingDistributionPoint that are in use here: its name, onlyContainsUserCerts, onlyContainsCACerts."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a list tells of (issuingDistributionPoint, RFC 5280, 5.2.5); by default of all that its issuer issued.

    Reading one refuses what this house does not use: lists for some reasons, of other issuers, of attributes, and names
    relative to the issuer's.
    """

    names: frozenset[bytes] | None = None
    """The GeneralNames, in DER, that a certificate has to name among its distribution points; None: it has not to."""

    subscribers: bool = True
    """Whether it tells of certificates that are no authority's."""

    authorities: bool = True
    """Whether it tells of authorities' certificates."""

    @classmethod
    def read(cls, value: bytes) -> "Scope":
        """Read an IssuingDistributionPoint. Raise `Malformed`, for an empty one and for what is not used as well."""
        body = der.parse(value)
        members = body.sequence()
        tags = [one.tag for one in members]
        if not tags or tags != sorted(set(tags)) or not {*tags} <= {NAMED, ONLY_SUBSCRIBERS, ONLY_AUTHORITIES}:
            raise body.fail("a distribution point of this issuer for every reason")
        names: frozenset[bytes] | None = None
        if tags[0] == NAMED:
            told = members[0].children()
            if len(told) != 1 or told[0].tag != NAMED or not told[0].children():
                raise members[0].fail("the full name of a distribution point")
            names = frozenset(one.raw for one in told[0].children())
        if any(one.body != b"\xff" for one in members if one.tag != NAMED):
            raise body.fail("TRUE, since FALSE is the default")
        if {ONLY_SUBSCRIBERS, ONLY_AUTHORITIES} <= {*tags}:
            raise body.fail("one of two limits")
        return cls(names=names, subscribers=ONLY_AUTHORITIES not in tags, authorities=ONLY_SUBSCRIBERS not in tags)

    def tells_of(self, certificate: Certificate) -> bool:
        """Tell whether a certificate is among what the list tells of (RFC 5280, 6.3.3, b)."""
        is_meant = self.authorities if certificate.is_authority else self.subscribers
        return is_meant and (self.names is None or not self.names.isdisjoint(certificate.distribution_points))
