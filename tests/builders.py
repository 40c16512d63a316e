"""Builders that the tests of all packages share: keys, certificates, CRLs, signers; surgery on DER; vector files.

A `PKI` is what a founding ceremony makes, in memory and in one family: a root, an issuing authority, a signer of
documents and a time-stamp authority. Everything else is made by `PKI.issue` and `revocation_list`, one deviation at a
time.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypedDict, TypeVar

from typing_extensions import Unpack

from tests.fakes.custody import MemoryCustody
from trust.asn1 import der
from trust.certificates import Certificate
from trust.clock import Clock
from trust.cms import Dialect
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.paths import Evidence
from trust.profiles import (
    DOCUMENT_SIGNER,
    ISSUING,
    ROOT,
    TIME_STAMPING,
    Addresses,
    Name,
    Profile,
    extension,
    tbs_certificate,
)
from trust.revocation import Revocation, RevocationList, tbs_revocation_list
from trust.signing import KeyPurpose, KeyReference, Signer
from trust.time_authority import TimeAuthority

__all__ = [
    "FOUNDED",
    "PKI",
    "Party",
    "cms_signer",
    "element_at",
    "grafted",
    "read_vectors",
    "revocation_list",
    "time_authority",
    "with_extension",
]

FOUNDED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When every PKI of the tests begins."""

LIST_LIFETIME: Final = timedelta(days=365)

PURPOSES: Final[Mapping[str, KeyPurpose]] = {
    "root": KeyPurpose.CERTIFICATION,
    "issuing": KeyPurpose.CERTIFICATION,
    "seal_maker": KeyPurpose.SEAL_MAKER,
    "seal_owner": KeyPurpose.SEAL_OWNER,
    "document_signer": KeyPurpose.DOCUMENT,
    "time_stamping": KeyPurpose.TIME_STAMPING,
    "claim_signer": KeyPurpose.LICENCE_CLAIM,
    "audit": KeyPurpose.AUDIT,
    "trust_list": KeyPurpose.TRUST_LIST,
    "delegation": KeyPurpose.DELEGATION,
    "status_publisher": KeyPurpose.STATUS_PUBLISHING,
    "ocsp_responder": KeyPurpose.REVOCATION_STATUS,
    "encryption": KeyPurpose.DECRYPTION,
}
"""The purpose of a key by the name of its certificate's profile."""


# --- surgery on DER --------------------------------------------------------------------------------------------------


def element_at(encoded: bytes, *path: int) -> der.Element:
    """Return the element that `path` leads to: the index among the children, level by level."""
    element = der.parse(encoded)
    for index in path:
        element = element.children()[index]
    return element


def grafted(encoded: bytes, *path: int, put: bytes) -> bytes:
    """Return `encoded` with `put` in the place of the element at `path`, and every length around it mended.

    `put` may be nothing, which takes the element out, or several elements.
    """
    if not path:
        return put
    outer = der.parse(encoded)
    parts = [child.raw for child in outer.children()]
    parts[path[0]] = grafted(parts[path[0]], *path[1:], put=put)
    return der.tlv(outer.tag, *parts)


def with_extension(tbs: bytes, added: bytes) -> bytes:
    """Return a TBSCertificate or TBSCertList with one more extension, or with another value of one that it has."""
    last = len(element_at(tbs).children()) - 1
    kept = [one.raw for one in element_at(tbs, last, 0).children() if one.children()[0].raw != element_at(added, 0).raw]
    return grafted(tbs, last, 0, put=der.sequence(*kept, added))


def without_extension(tbs: bytes, oid: str) -> bytes:
    """Return a TBSCertificate or TBSCertList that lacks the extension `oid`."""
    last = len(element_at(tbs).children()) - 1
    kept = [one.raw for one in element_at(tbs, last, 0).children() if one.children()[0].oid() != oid]
    return grafted(tbs, last, 0, put=der.sequence(*kept))


UNKNOWN_CRITICAL: Final = extension("2.25.1", der.null(), critical=True)
"""An extension that nobody understands and everybody must."""


# --- certificates and lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Party:
    """A certificate together with its key."""

    certificate: Certificate
    signer: Signer

    @property
    def key(self) -> KeyReference:
        """The key."""
        return self.signer.key


def signed(tbs: bytes, signer: Signer, *, algorithm: bytes | None = None) -> bytes:
    """Return a certificate or list around `tbs`; `algorithm` is another AlgorithmIdentifier than the right one."""
    algorithm = algorithm or signer.key.algorithm.signature_identifier
    return der.sequence(tbs, algorithm, der.bit_string(signer.sign(tbs)))


def unchanged(tbs: bytes) -> bytes:
    """Return `tbs` as it is."""
    return tbs


class Deviations(TypedDict, total=False):
    """What a certificate may have that is out of the ordinary; see `issue`."""

    key: KeyReference
    at: datetime
    not_after: datetime
    crl: str
    issuer_address: str
    ocsp: str
    change: Callable[[bytes], bytes]
    algorithm_identifier: bytes


@dataclass(frozen=True, kw_only=True)
class PKI:
    """A root, an issuing authority below it, and below that a signer of documents and a time-stamp authority."""

    custody: MemoryCustody
    algorithm: KeyAlgorithm
    root: Party
    issuing: Party
    signer: Party
    time_stamper: Party

    @classmethod
    def found(cls, algorithm: KeyAlgorithm = KEYS["sm2"], *, custody: MemoryCustody | None = None) -> "PKI":
        """Make a whole PKI."""
        custody = custody or MemoryCustody()
        root = issue(ROOT, None, custody=custody, algorithm=algorithm, subject="Test Root")
        issuing = issue(ISSUING, root, custody=custody, algorithm=algorithm, subject="测试签发机构")
        return cls(
            custody=custody,
            algorithm=algorithm,
            root=root,
            issuing=issuing,
            signer=issue(DOCUMENT_SIGNER, issuing, custody=custody, algorithm=algorithm, subject="某市市场监督管理局"),
            time_stamper=issue(TIME_STAMPING, issuing, custody=custody, algorithm=algorithm, subject="Test TSA"),
        )

    def issue(
        self,
        profile: Profile,
        issuer: Party | None = None,
        *,
        subject: str | Name = "",
        **deviations: Unpack[Deviations],
    ) -> Party:
        """Issue one more certificate, below the issuing authority unless told otherwise; see `issue`."""
        subject = subject or profile.name
        parent = issuer or self.issuing
        return issue(profile, parent, custody=self.custody, algorithm=self.algorithm, subject=subject, **deviations)

    @property
    def evidence(self) -> Evidence:
        """What a verifier needs to find everything good: the anchor, the authority, and both lists, empty."""
        return Evidence(
            anchors=(self.root.certificate,),
            certificates=(self.issuing.certificate,),
            revocation_lists=(revocation_list(self.root), revocation_list(self.issuing)),
        )


def issue(
    profile: Profile,
    issuer: Party | None,
    *,
    custody: MemoryCustody,
    algorithm: KeyAlgorithm,
    subject: str | Name,
    key: KeyReference | None = None,
    at: datetime = FOUNDED,
    not_after: datetime | None = None,
    crl: str | None = None,
    issuer_address: str | None = None,
    ocsp: str | None = None,
    change: Callable[[bytes], bytes] = unchanged,
    algorithm_identifier: bytes | None = None,
) -> Party:
    """Issue a certificate under `issuer`, or a self-signed one when that is None.

    `change` alters the TBSCertificate before it is signed; `algorithm_identifier` is what the certificate
    says it was signed with.
    """
    key = key or custody.make(PURPOSES[profile.name], algorithm)
    name = subject if isinstance(subject, Name) else Name(common_name=subject, organisation="Test")
    signer = issuer.signer if issuer else Signer(custody, key)
    tbs = tbs_certificate(
        profile,
        issuer=issuer.certificate.subject if issuer else name.der,
        issuer_key=signer.key.public_key,
        issuer_algorithm=signer.key.algorithm,
        subject=name.der,
        key=key.public_key,
        at=at,
        addresses=Addresses(crl=crl, issuer=issuer_address, ocsp=ocsp),
        not_after=not_after,
    )
    return Party(
        certificate=Certificate(signed(change(tbs), signer, algorithm=algorithm_identifier)),
        signer=Signer(custody, key),
    )


def revocation_list(
    issuer: Party,
    revoked: Mapping[Certificate, datetime] | Iterable[Revocation] = (),
    *,
    number: int = 1,
    this_update: datetime = FOUNDED,
    next_update: datetime | None = None,
    signer: Signer | None = None,
    change: Callable[[bytes], bytes] = unchanged,
    algorithm: bytes | None = None,
) -> RevocationList:
    """Return a CRL in the name of `issuer`, signed by its key or by `signer`."""
    if isinstance(revoked, Mapping):
        revoked = [Revocation(serial=one.serial, at=at) for one, at in revoked.items()]
    tbs = tbs_revocation_list(
        issuer.certificate,
        (signer or issuer.signer).key.algorithm,
        revoked,
        number=number,
        this_update=this_update,
        next_update=next_update or this_update + LIST_LIFETIME,
    )
    return RevocationList(signed(change(tbs), signer or issuer.signer, algorithm=algorithm))


def foreign_certificate(spki: bytes, issuer: Party, *, profile: Profile = DOCUMENT_SIGNER) -> Certificate:
    """Return a certificate of a key that this house cannot use, such as RSA or a broken one."""
    tbs = tbs_certificate(
        profile,
        issuer=issuer.certificate.subject,
        issuer_key=issuer.key.public_key,
        issuer_algorithm=issuer.key.algorithm,
        subject=Name(common_name="foreign").der,
        key=PublicKey(spki),
        at=FOUNDED,
    )
    return Certificate(signed(tbs, issuer.signer))


# --- signers ---------------------------------------------------------------------------------------------------------


def cms_signer(party: Party, dialect: Dialect = Dialect.RFC5652, *, chain: tuple[Certificate, ...] = ()) -> CMSSigner:
    """Return what signs messages with the key of `party`."""
    return CMSSigner(signer=party.signer, certificate=party.certificate, chain=chain, dialect=dialect)


def time_authority(party: Party, clock: Clock, dialect: Dialect = Dialect.RFC5652) -> TimeAuthority:
    """Return a time-stamp authority with the key of `party`."""
    return TimeAuthority(signer=cms_signer(party, dialect), clock=clock)


# --- vectors ---------------------------------------------------------------------------------------------------------

VECTORS: Final = Path(__file__).parent / "vectors"

Case = TypeVar("Case")


def read_vectors(file: str, kind: type[Case]) -> list[Case]:
    """Return the cases of a vector file as values of the dataclass `kind`. A key that `kind` lacks is an error."""
    content = json.loads((VECTORS / file).read_text(encoding="utf-8"))
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type] # every `kind` is a dataclass
    for case in content["cases"]:
        if set(case) != known or set(content) != {"source", "cases"}:
            raise ValueError(f"{file}: unknown or missing keys in {case.get('name')}")
    return [kind(**case) for case in content["cases"]]
