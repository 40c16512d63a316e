"""Trust lists 信任列表: all that a verifier without a network has to know of an instance, in one signed document.

A list names the anchors and what each is trusted for, the authorities, every generation of the keys that the service
signs with and what each may sign, and the newest revocation lists. It is JSON, signed with SM2 over its very bytes, by
a key whose certificate leads to an anchor that the verifier has pinned. docs/trust-list.md describes it byte by byte.

Numbers only grow: a verifier remembers the highest that it saw, and nobody can hand it an older list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from trust.certificates import Certificate
from trust.events import canonical
from trust.paths import Evidence
from trust.revocation import RevocationList
from trust.signed_documents import moment_of, sign_document, text_of
from trust.signing import Signer
from trust.validation_policy import RULES, Purpose, ValidationPolicy

__all__ = ["ListedCertificate", "ListedState", "TrustList", "sign_trust_list"]

TYPE: Final = "xinyin.trust-list"
VERSION: Final = 1


class ListedState(StrEnum):
    """How a certificate stands when the list is made."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    """A newer generation has taken over; what this one signed stays signed."""

    REVOKED = "revoked"


def purpose_name(purpose: Purpose) -> str:
    """Return how a list names a purpose."""
    return purpose.name.lower()


@dataclass(frozen=True, kw_only=True)
class ListedCertificate:
    """A certificate on a list, and what may be signed with its key, or with the keys that it certifies."""

    name: str
    certificate: Certificate
    purposes: frozenset[Purpose]
    state: ListedState = ListedState.ACTIVE

    @property
    def value(self) -> dict[str, Any]:
        """What stands in the list. What the certificate itself says is repeated for readers that know no ASN.1."""
        return {
            "name": self.name,
            "certificate": text_of(self.certificate.der),
            "fingerprint": self.certificate.fingerprint,
            "public_key": text_of(self.certificate.public_key.spki),
            "not_before": moment_of(self.certificate.not_before),
            "not_after": moment_of(self.certificate.not_after),
            "state": self.state.value,
            "purposes": sorted(map(purpose_name, self.purposes)),
        }


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """What a list says."""

    source: str
    """Address of the instance that it tells of."""

    sequence: int
    issued: datetime
    next_update: datetime
    anchors: tuple[ListedCertificate, ...]
    authorities: tuple[ListedCertificate, ...] = ()
    signers: tuple[ListedCertificate, ...] = ()
    revocation_lists: tuple[RevocationList, ...] = field(default=(), repr=False)
    rules: tuple[str, ...] = ()
    """What kinds of rules the instance judges by besides (`trust.validation_policy.RULES`): whoever judges by this list
    alone may pass what the instance does not."""

    def __post_init__(self) -> None:
        if self.sequence < 1 or self.issued >= self.next_update:
            raise ValueError("a list has a number from 1 on, and ends after it was issued")
        if len({one.certificate for one in self.all}) != len(self.all):
            raise ValueError("a certificate stands on a list once")
        if self.rules != tuple(one for one in RULES if one in self.rules):
            raise ValueError("rules are named in their order, each once")

    @property
    def all(self) -> tuple[ListedCertificate, ...]:
        """Every certificate."""
        return (*self.anchors, *self.authorities, *self.signers)

    @property
    def content(self) -> Mapping[str, Any]:
        """What changes from list to list for another reason than that time passes."""
        return {
            "type": TYPE,
            "version": VERSION,
            "source": self.source,
            "anchors": [one.value for one in self.anchors],
            "authorities": [one.value for one in self.authorities],
            "signers": [one.value for one in self.signers],
            "revocation_lists": [text_of(one.der) for one in self.revocation_lists],
            **({"rules": list(self.rules)} if self.rules else {}),
        }

    @property
    def payload(self) -> bytes:
        """The bytes that are signed."""
        told = {"sequence": self.sequence, "issued": moment_of(self.issued), "next_update": moment_of(self.next_update)}
        return canonical({**self.content, **told})

    @property
    def evidence(self) -> Evidence:
        """What a verifier trusts who trusts this list: its anchors, each for its purposes and for nothing else."""
        return Evidence(
            anchors=tuple(one.certificate for one in self.anchors),
            certificates=tuple(one.certificate for one in (*self.authorities, *self.signers)),
            revocation_lists=self.revocation_lists,
            policy=ValidationPolicy(
                anchor_purposes={one.certificate.fingerprint: one.purposes for one in self.anchors},
                other_anchors=frozenset(),
            ),
        )


def sign_trust_list(trust_list: TrustList, signer: Signer, chain: tuple[Certificate, ...]) -> bytes:
    """Return the list with its signature and the signer's certificate with those above it, without the anchor."""
    return sign_document(trust_list.payload, signer, chain)
