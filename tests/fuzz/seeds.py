"""What the house itself makes of every format: the valid octets that mutations begin with. Made once in a process."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from identity.credit_code import CreditCode, check_character
from licence.claim import Claim, licence_digest, sign_claim
from seal.data.acting import ActingFor
from tests.builders import PKI, Party, cms_signer, revocation_list, time_authority
from tests.builders_ofd import SealKit, archive, attached_message, document, listing, sign
from tests.fakes.clock import NOW, SettableClock
from tests.seal.kits import Bench, both
from tests.seal.structures import World
from tests.trust.delegated import chain_of, signer_of
from tests.trust.messages import Message, standard_attributes
from tests.trust.pdf.paper import compressed, paper
from trust.asn1 import der
from trust.certificates import pem
from trust.cms import Dialect, read_signed_message
from trust.crypto.algorithms import KEYS, Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.delegations import Chain
from trust.paths import Evidence
from trust.profiles import CLAIM_SIGNER, DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER
from trust.revocation import Revocation

__all__ = ["CONTENT", "evidence", "pki", "seal_kit"]

BODY: Final = "11330000MB0A00018"
"""A credit code without its check character."""

CONTENT: Final = "证照内容".encode()
HIGH_TAG: Final = der.sequence(der.context(5, der.boolean(value=True)), der.null(), der.tlv(0x0A, b"\x03"))


@cache
def founded(family: str) -> PKI:
    """Found the PKI of a family."""
    return PKI.found(KEYS[family])


def pki(family: str = "sm2") -> PKI:
    """Return the PKI of a family."""
    return founded(family)


@cache
def evidence() -> Evidence:
    """Return the evidence of both families."""
    return both(pki("sm2"), pki("p256"))


@cache
def seal_kit() -> SealKit:
    """Return a seal with its keys."""
    return SealKit(maker=pki().issue(SEAL_MAKER), owner=pki().issue(SEAL_OWNER))


@cache
def world() -> World:
    """Return what makes seals of every version."""
    return World.of(pki())


def certificates(family: str) -> Iterable[bytes]:
    """Return certificates that the issuing authority of a family signed."""
    found = pki(family)
    address = {"crl": "http://pki.example.cn/crl/issuing.crl", "issuer_address": "http://pki.example.cn/issuing.cer"}
    named = found.issue(DOCUMENT_SIGNER, subject="某局", crl=address["crl"], issuer_address=address["issuer_address"])
    return [one.certificate.der for one in (found.signer, found.time_stamper, named, found.issue(SEAL_OWNER))]


def revocation_lists(family: str) -> Iterable[bytes]:
    """Return lists of the issuing authority: empty, with entries, with and without reasons."""
    found = pki(family)
    revoked = [Revocation(serial=7 << 100, at=NOW - timedelta(days=2)), Revocation(serial=9, at=NOW, reason=1)]
    return [
        revocation_list(found.issuing).der,
        revocation_list(found.issuing, {found.signer.certificate: NOW}).der,
        revocation_list(found.issuing, revoked, number=300).der,
    ]


def public_keys() -> Iterable[bytes]:
    """Return keys of every family."""
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    keys = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    )
    theirs = [key.public_key().public_bytes(encoding, form) for key in keys]
    return [pki().signer.key.public_key.spki, *theirs]


def signatures() -> Iterable[bytes]:
    """Return SM2 signatures in DER."""
    return [pki().signer.signer.sign(CONTENT + bytes((number,))) for number in range(8)]


def messages() -> Iterable[bytes]:
    """Return signed messages of both dialects, with and without content, attributes and time-stamps."""
    stamper = time_authority(pki().time_stamper, SettableClock())
    found = []
    for party, dialect in ((pki().signer, Dialect.RFC5652), (pki().signer, Dialect.GBT35275)):
        signer = cms_signer(party, dialect, chain=(pki().issuing.certificate,))
        hashed = hash_of(signer.digest, CONTENT)
        found.append(signer.sign(hashed, content=CONTENT, signing_time=NOW, stamp=stamper.stamp))
        found.append(signer.sign(hashed))
    signer = cms_signer(pki("p256").signer)
    found.append(signer.sign(hash_of(signer.digest, CONTENT), content=CONTENT, signing_time=NOW))
    found.append(Message(party=pki().signer, content=CONTENT).encoded)
    lists = (revocation_list(pki().issuing).der,)
    attributes = standard_attributes(CONTENT, Digest.SM3)
    found.append(Message(party=pki().signer, content=CONTENT, attributes=attributes, lists=lists).encoded)
    return found


def attached_messages() -> Iterable[bytes]:
    """Return the messages that hold what they cover."""
    return [one for one in messages() if read_signed_message(one).content is not None]


def tokens() -> Iterable[bytes]:
    """Return time-stamp tokens of both families and dialects."""
    clock = SettableClock()
    return [
        time_authority(pki().time_stamper, clock).stamp(CONTENT),
        time_authority(pki().time_stamper, clock, Dialect.GBT35275).stamp(CONTENT),
        time_authority(pki("p256").time_stamper, clock).stamp(CONTENT),
    ]


def seals() -> Iterable[bytes]:
    """Return seals of every version."""
    flagged = der.sequence(der.oid("1.2.156.10197.6.7.2.2.1"), der.boolean(value=True), der.octet_string(b"2.1"))
    digest = der.sequence(der.printable_string("SM3"), der.octet_string(sm3(b"certificate")))
    stamp = der.context(0, der.bit_string(world().token(b"value")))
    return [
        seal_kit().seal,
        *(world().seal(version) for version in (1, 4, 5)),
        world().seal(4, extDatas=der.sequence(flagged), certListType=der.integer(2), certList=der.sequence(digest)),
        world().seal(5, timeStamp=stamp),
    ]


def odd_seals() -> Iterable[bytes]:
    """Return seals that deviate from the standards in all that is tolerated."""
    unflagged = der.sequence(der.oid("1.2.3"), der.boolean(value=False), der.octet_string(b""))
    texts = {"Vid": der.utf8_string("厂商"), "esID": der.ia5_string("es_1"), "picture_type": der.ia5_string("ofd")}
    listed = der.sequence(der.tlv(der.Tag.IA5_STRING, world().owner.certificate.der))
    loose = der.tlv(der.Tag.GENERALIZED_TIME, b"20260131000000.5")
    digest = der.sequence(der.utf8_string("SM3"), der.octet_string(sm3(b"certificate")))
    value = der.bit_string(bytes(64))
    return [
        world().seal(1, number=der.integer(11), certList=listed, validEnd=der.generalized_time(NOW), signedValue=value),
        world().seal(4, extDatas=der.context(0, der.sequence(unflagged)), createDate=loose, **texts),
        world().seal(
            5, timeStamp=der.octet_string(b"token"), certListType=der.integer(2), certList=der.sequence(digest)
        ),
        world().seal(5, timeStamp=der.context(0, b"\0token", constructed=False), validStart=der.utc_time(NOW)),
    ]


def seal_signatures() -> Iterable[bytes]:
    """Return seal signatures of every version, with and without time-stamps, and with deviations."""
    properties = der.ia5_string('{"doc.DocID":"1";"ofd.Sign":"/Doc_0/Signs/Sign_0/Signature.xml"}')
    return [
        seal_kit().value(b"<Signature/>", "/Doc_0/Signs/Sign_0/Signature.xml"),
        *(world().signature(version) for version in (1, 4, 5)),
        world().stamped(4),
        world().stamped(5),
        world().signature(1, timeInfo=der.bit_string(world().token(b"value"))),
        world().signature(4, propertyInfo=properties, sign_extDatas=der.sequence(), sign_version=der.integer(5)),
        world().signature(5, eseal=list(odd_seals())[-1], timeInfo=der.utc_time(NOW)),
    ]


def claims() -> Iterable[bytes]:
    """Return claims of QR codes of both versions, with and without a last day."""
    signer: Party = pki().issue(CLAIM_SIGNER, subject="二维码")
    texts = []
    for number, (last_day, status_list) in enumerate(((None, None), (date(2031, 11, 21), None), (None, 7))):
        claim = Claim(
            licence=licence_digest(f"1.2.156.3005.2.{number}"),
            issuer=CreditCode(BODY + check_character(BODY)),
            last_day=last_day,
            status_index=number,
            status_list=status_list,
        )
        texts.append(sign_claim(claim, signer.signer, signer.certificate).encode())
    return texts


def chains_of_evidence() -> Iterable[bytes]:
    """Return who acted in a stamping."""
    for purpose in ("document.stamp", "证照签发"):
        yield ActingFor(actor="person_01k9", authorisation="auth_01k9", purpose=purpose).der
    for chain in delegations():
        told = ActingFor(actor="person_01k9", authorisation="auth_01k9", purpose="x", level=2, chain=Chain.read(chain))
        yield replace(told, document_kind="通知", operation="document").der


@cache
def delegations() -> tuple[bytes, ...]:
    """Return chains of delegations, of one statement and of several."""
    party = signer_of(pki())
    return tuple(chain_of(party, count).der for count in (1, 3))


def pdfs() -> Iterable[bytes]:
    """Return small PDF files: plain, compressed, and with a seal."""
    return [paper(), compressed(), Bench.of(pki("sm2"), pki("p256")).stamp(paper())]


def packages() -> Iterable[bytes]:
    """Return OFD packages with a seal, and with a signed list of their files."""
    return [archive(sign(document(), seal_kit().value)), archive(listed_files())]


def listed_files() -> dict[str, bytes]:
    """Return the files of a signed package with a signed list of them."""
    return listing(sign(document(), seal_kit().value), lambda entries: attached_message(pki().signer, entries))


@cache
def package_files() -> Iterable[bytes]:
    """Return each XML file of a signed package, behind its name and a zero octet."""
    files = listed_files()
    return [name.encode() + b"\0" + content for name, content in files.items() if name.endswith(".xml")]


def pems() -> Iterable[bytes]:
    """Return certificates in PEM, one alone and one after another."""
    first, second, *_ = certificates("sm2")
    return [pem(first), b"text before\n" + pem(first) + pem(second)]


def structures() -> Iterable[bytes]:
    """Return DER of every kind that the reader knows."""
    every = der.sequence(
        HIGH_TAG,
        der.set_of([der.integer(-129), der.integer(2**255), der.integer(0)]),
        der.sequence(der.utf8_string("印章"), der.printable_string("Xinyin"), der.ia5_string("a@b")),
        der.sequence(der.utc_time(NOW), der.generalized_time(NOW)),
        der.sequence(der.oid("2.25.100749876099576447481748526452989408099"), der.oid("1.2.156.10197.1.501")),
        der.bit_string(sm3(b"")),
        der.octet_string(der.sequence(der.boolean(value=False))),
    )
    return [every, pki().signer.certificate.der, *seals()]
