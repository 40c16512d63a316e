"""Authorities for tests: those of a PKI in memory put into a database, and ones that are established there."""

from datetime import timedelta
from typing import Final

from tests.builders import PKI, Party
from tests.fakes.custody import MemoryCustody
from trust import pki_repository
from trust.authority import Authorities, Order
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.events import AuditEvent
from trust.pki_repository import Authority, KeptList
from trust.profiles import DOCUMENT_SIGNER, ISSUING, ROOT, Name, Profile
from trust.revocation import RevocationList
from trust.signing import KeyPurpose
from trust.store import Store

__all__ = ["ADDRESS", "EVENT", "established", "issued", "keep", "known", "ordered", "revoke"]

ADDRESS: Final = "https://ca.example"
EVENT: Final = AuditEvent(tag="test:change:done", actor="actor", subject="subject")


def keep(store: Store, pki: PKI, *parties: Party, shard: int | None = None) -> None:
    """Keep the authorities of a PKI, and certificates that the issuing one issued."""
    with store.transaction() as tx:
        for name, party, issuer in (("root", pki.root, None), ("issuing", pki.issuing, "root")):
            made = Authority(name=name, certificate=party.certificate, key=party.key, issuer=issuer, line=name)
            pki_repository.add_authority(tx, made)
            tx.flush()
        for party in parties:
            pki_repository.add_certificate(tx, party.certificate, issuer="issuing", key=party.key, shard=shard)
        tx.record(EVENT)


def known(made: RevocationList, *, number: int = 1, entries: int = 0) -> KeptList:
    """Return what is known of a list."""
    end = made.next_update or made.this_update + timedelta(days=7)
    return KeptList(number=number, entries=entries, this_update=made.this_update, next_update=end)


def ordered(
    authorities: Authorities,
    issuer: str | None,
    profile: Profile,
    purpose: KeyPurpose,
    algorithm: KeyAlgorithm = KEYS["sm2"],
) -> Order:
    """Order a certificate."""
    subject = Name(common_name=f"{profile.name} of {issuer}")
    with authorities.store.transaction() as tx:
        key = authorities.custody.generate(tx, purpose, algorithm)
        if issuer is None:
            return authorities.prepare_root(tx, profile=profile, subject=subject, key=key)
        return authorities.prepare(tx, issuer=issuer, profile=profile, subject=subject, key=key)


def established(store: Store, custody: MemoryCustody, algorithm: KeyAlgorithm = KEYS["sm2"]) -> Authorities:
    """Establish a root and an issuing authority, without lists."""
    made = Authorities(store, custody, address=ADDRESS)
    for name, issuer, profile in (("root", None, ROOT), ("issuing", "root", ISSUING)):
        order = ordered(made, issuer, profile, KeyPurpose.CERTIFICATION, algorithm)
        certificate = made.sign(order)
        with store.transaction() as tx:
            made.establish(tx, name, order, certificate)
    return made


def issued(authorities: Authorities, algorithm: KeyAlgorithm = KEYS["sm2"]) -> Certificate:
    """Issue a certificate to a signer."""
    order = ordered(authorities, "issuing", DOCUMENT_SIGNER, KeyPurpose.DOCUMENT, algorithm)
    certificate = authorities.sign(order)
    with authorities.store.transaction() as tx:
        authorities.record(tx, order, certificate)
    return certificate


def revoke(authorities: Authorities, certificate: Certificate, *, reason: int = 4) -> None:
    """Revoke a certificate."""
    with authorities.store.transaction() as tx:
        authorities.revoke(tx, certificate, reason=reason, actor="act_1")
