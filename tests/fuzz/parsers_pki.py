"""Parsers of what strangers send to the PKI, and of what it publishes for strangers."""

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Final

from tests.builders import Party, revocation_list
from tests.fakes.clock import NOW, SettableClock
from tests.fuzz import seeds
from tests.fuzz.harness import AnyHarness, Harness
from trust.asn1 import ber, der
from trust.asn1.der import Malformed
from trust.certificates import Certificate
from trust.certification_requests import CertificationRequest, make_request
from trust.cms import Dialect
from trust.cms_enveloped import ContentCipher, EnvelopedMessage, RecipientForm, encipher, read_enveloped_message
from trust.crypto.algorithms import KEYS, Digest
from trust.crypto.sm2_encryption import SM2Ciphertext, encrypt
from trust.enveloped_keys import EnvelopedKey
from trust.errors import TrustError
from trust.events import canonical
from trust.external_authorities import certificates_of
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import OCSPRequest, response, tbs_response
from trust.profiles import ENCRYPTION, OCSP_RESPONDER, TRUST_LIST, Name
from trust.revocation import Revocation
from trust.signed_documents import octets_of, text_of
from trust.signing import KeyPurpose
from trust.time_requests import (
    Failure,
    TimeStampRequest,
    TimeStampResponse,
    granted,
    read_request,
    rejection,
)
from trust.trust_list import ListedCertificate, ListedState, TrustList, sign_trust_list
from trust.trust_list_reading import JudgedTrustList, read_trust_list
from trust.validation_policy import Purpose
from trust.verdict import Outcome

__all__ = ["HARNESSES"]

POLICY: Final = "1.2.3.4"
FAMILIES: Final = ("sm2", "p256")


# --- SM2 ciphertexts and keys on their way ---------------------------------------------------------------------------


@cache
def ciphertexts() -> tuple[SM2Ciphertext, ...]:
    """Return ciphertexts of several lengths."""
    key = seeds.pki().signer.key.public_key.sm2
    assert key is not None
    return tuple(encrypt(key, bytes(range(1, 1 + length))) for length in (1, 16, 32, 200))


def enveloped_keys() -> Iterable[bytes]:
    """Return SM2EnvelopedKeys of both lengths."""
    _, session, *_ = ciphertexts()
    return [EnvelopedKey(session, session.point, bytes(range(length))).der for length in (32, 64)]


def written_key(key: EnvelopedKey) -> bytes:
    """Return an SM2EnvelopedKey as we write it, where it was read as such."""
    return key.der


def read_canonical_key(octets: bytes) -> EnvelopedKey:
    """Read an SM2EnvelopedKey that names its cipher as we do: others may leave out NULL, or the mode."""
    key = EnvelopedKey.from_der(octets)
    algorithm = der.parse(octets).sequence()[0].raw
    if algorithm != der.parse(key.der).sequence()[0].raw:
        raise Malformed(expected="our own spelling", offset=0)
    return key


# --- OCSP ------------------------------------------------------------------------------------------------------------


def questions() -> Iterable[bytes]:
    """Return OCSP requests with and without a nonce, about one certificate and several."""
    found = []
    for digest in (Digest.SM3, Digest.SHA1, Digest.SHA256):
        issuing = seeds.pki().issuing.certificate
        one = CertificateId.of(seeds.pki().signer.certificate.serial, issuing, digest=digest)
        found.append(OCSPRequest(questions=(one,)).der)
        found.append(OCSPRequest(questions=(one, CertificateId.of(7, issuing, digest=digest)), nonce=bytes(32)).der)
    return found


@cache
def answers(family: str) -> tuple[bytes, ...]:
    """Return OCSP responses of the authority itself and of a responder that it appointed."""
    pki = seeds.pki(family)
    found = []
    for responder, nonce in ((pki.issuing, None), (pki.issue(OCSP_RESPONDER, at=NOW - timedelta(days=1)), bytes(16))):
        told = []
        for revocation in (None, Revocation(serial=5, at=NOW - timedelta(days=3), reason=1)):
            serial = pki.signer.certificate.serial if revocation is None else revocation.serial
            told.append(
                StatusAnswer(
                    id=CertificateId.of(serial, pki.issuing.certificate, digest=Digest.SHA1),
                    is_known=True,
                    revocation=revocation,
                    this_update=NOW - timedelta(hours=1),
                    next_update=NOW + timedelta(hours=1),
                    archive_cutoff=NOW - timedelta(days=400),
                )
            )
        tbs = tbs_response(responder.certificate, told, produced_at=NOW - timedelta(hours=1), nonce=nonce)
        algorithm = responder.key.algorithm.signature_identifier
        carried = () if responder is pki.issuing else (responder.certificate,)
        found.append(response(tbs, algorithm, responder.signer.sign(tbs), carried))
    return tuple(found)


def said_by(family: str) -> AnyHarness:
    """Return the harness of OCSP responses for the issuing authority of a family."""

    def proves(_octets: bytes, found: OCSPResponse) -> bytes | None:
        return found.basic.signed if found.signed_by(seeds.pki(family).issuing.certificate) else None

    return Harness[OCSPResponse](
        name=f"ocsp response {family}",
        seeds=lambda: answers(family),
        read=OCSPResponse.from_der,
        proves=proves,
    )


# --- requests for certificates ---------------------------------------------------------------------------------------


@cache
def requests(family: str) -> tuple[bytes, ...]:
    """Return certification requests."""
    custody = seeds.pki(family).custody
    key = custody.make(KeyPurpose.SEAL_OWNER, KEYS[family])
    names = (Name(common_name="某局"), Name(common_name="a", organisation="b", organisation_identifier="c"))
    return tuple(make_request(custody, key, name.der).der for name in names)


def asked_for(family: str) -> AnyHarness:
    """Return the harness of certification requests in a family."""

    def proves(_octets: bytes, request: CertificationRequest) -> bytes | None:
        try:
            request.prove()
        except TrustError:
            return None
        return request.members[0]

    return Harness[CertificationRequest](
        name=f"certification request {family}",
        seeds=lambda: requests(family),
        read=CertificationRequest.read,
        proves=proves,
    )


# --- time-stamps -----------------------------------------------------------------------------------------------------


def time_requests() -> Iterable[bytes]:
    """Return requests for time-stamps with everything that may stand in one."""
    full = TimeStampRequest.over(seeds.CONTENT, Digest.SM3)
    plain = TimeStampRequest(digest=Digest.SHA256, imprint=bytes(32))
    policy = TimeStampRequest(digest=Digest.SM3, imprint=bytes(32), policy=POLICY, nonce=1 << 63)
    return [full.der, plain.der, policy.der]


def read_time_request(octets: bytes) -> TimeStampRequest:
    """Read a request for a time-stamp."""
    return read_request(octets, digests=frozenset(Digest), policies={POLICY})


def written_time_request(request: TimeStampRequest) -> bytes:
    """Return a request for a time-stamp as we write it."""
    return request.der


def read_canonical_time_request(octets: bytes) -> TimeStampRequest:
    """Read a request whose hash has no parameters: NULL may stand there."""
    request = read_time_request(octets)
    if der.parse(octets).sequence()[1].raw != der.parse(request.der).sequence()[1].raw:
        raise Malformed(expected="our own spelling", offset=0)
    return request


def time_responses() -> Iterable[bytes]:
    """Return answers to requests for time-stamps."""
    token = next(iter(seeds.tokens()))
    return [granted(token), *(rejection(failure, "原因 reason") for failure in Failure)]


# --- enveloped messages ----------------------------------------------------------------------------------------------


def enveloped_messages() -> Iterable[bytes]:
    """Return enveloped messages of both dialects and both ciphers."""
    pki = seeds.pki()
    recipients = [pki.issue(ENCRYPTION, subject=f"recipient {number}").certificate for number in range(2)]
    by_identifier = RecipientForm.KEY_IDENTIFIER
    return [
        encipher(seeds.CONTENT, recipients),
        encipher(seeds.CONTENT, recipients[:1], dialect=Dialect.GBT35275),
        encipher(seeds.CONTENT, recipients[:1], cipher=ContentCipher.SM4_GCM, form=by_identifier),
    ]


def open_lengths() -> Iterable[bytes]:
    """Return BER with open lengths and strings in pieces."""
    pieces = b"\x24\x80" + der.octet_string(b"one") + der.octet_string(b"two") + b"\0\0"
    return [b"\x30\x80" + der.integer(5) + pieces + b"\0\0", b"\x30\x81\x03" + der.integer(5), *enveloped_messages()]


def settled(octets: bytes) -> bytes:
    """Turn BER into DER twice: what is definite already stays as it is."""
    once = ber.definite(octets)
    if ber.definite(once) != once:
        raise AssertionError("not settled")
    return once


# --- trust lists -----------------------------------------------------------------------------------------------------


@cache
def trust_lists() -> tuple[bytes, ...]:
    """Return trust lists of one PKI."""
    pki, every, signer = seeds.pki(), frozenset(Purpose), list_signer()
    found = []
    for sequence in (1, 300):
        told = TrustList(
            source="https://trust.example.cn",
            sequence=sequence,
            issued=NOW - timedelta(hours=1),
            next_update=NOW + timedelta(days=7),
            anchors=(ListedCertificate(name="root-sm2", certificate=pki.root.certificate, purposes=every),),
            authorities=(ListedCertificate(name="issuing", certificate=pki.issuing.certificate, purposes=every),),
            signers=(
                ListedCertificate(
                    name="signer",
                    certificate=pki.signer.certificate,
                    purposes=frozenset({Purpose.SIGNING}),
                    state=ListedState.SUPERSEDED,
                ),
            ),
            revocation_lists=(revocation_list(pki.root), revocation_list(pki.issuing)),
        )
        found.append(sign_trust_list(told, signer.signer, (signer.certificate, pki.issuing.certificate)))
    return tuple(found)


@cache
def list_signer() -> Party:
    """Return who signs trust lists."""
    return seeds.pki().issue(TRUST_LIST, subject="信任列表")


def payloads() -> Iterable[bytes]:
    """Return what is signed of trust lists."""
    return [octets_of(json.loads(one)["payload"]) for one in trust_lists()]


def read_signed_payload(octets: bytes) -> JudgedTrustList:
    """Read a trust list whose signer signed whatever stands in it."""
    chain = (list_signer().certificate, seeds.pki().issuing.certificate)
    envelope = {
        "payload": text_of(octets),
        "signature": text_of(list_signer().signer.sign(octets)),
        "certificates": [text_of(one.der) for one in chain],
    }
    return read_list(canonical(envelope))


def read_list(octets: bytes) -> JudgedTrustList:
    """Read a trust list as somebody who has pinned the root."""
    return read_trust_list(octets, (seeds.pki().root.certificate,), now=SettableClock().now())


def listed(_octets: bytes, judged: JudgedTrustList) -> bytes | None:
    """Return what a list makes a reader trust."""
    return judged.trust_list.payload if judged.verdict.outcome is Outcome.PASSED else None


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[SM2Ciphertext](
        name="sm2 ciphertext",
        seeds=lambda: [one.der for one in ciphertexts()],
        read=SM2Ciphertext.from_der,
        write=lambda one: one.der,
    ),
    Harness[SM2Ciphertext](
        name="sm2 ciphertext, raw",
        seeds=lambda: [one.raw for one in ciphertexts()],
        read=SM2Ciphertext.from_raw,
        write=lambda one: one.raw,
    ),
    Harness[EnvelopedKey](name="sm2 enveloped key", seeds=enveloped_keys, read=read_canonical_key, write=written_key),
    Harness[OCSPRequest](name="ocsp request", seeds=questions, read=OCSPRequest.from_der),
    *map(said_by, FAMILIES),
    *map(asked_for, FAMILIES),
    Harness[TimeStampRequest](
        name="time-stamp request",
        seeds=time_requests,
        read=read_canonical_time_request,
        write=written_time_request,
    ),
    Harness[TimeStampResponse](name="time-stamp response", seeds=time_responses, read=TimeStampResponse.read),
    Harness[tuple[Certificate, ...]](name="certificate bundle", seeds=seeds.pems, read=certificates_of),
    Harness[EnvelopedMessage](name="enveloped message", seeds=enveloped_messages, read=read_enveloped_message),
    Harness[bytes](name="ber", seeds=open_lengths, read=settled),
    Harness[JudgedTrustList](name="trust list", seeds=trust_lists, read=read_list, proves=listed),
    Harness[JudgedTrustList](name="trust list, signed by its signer", seeds=payloads, read=read_signed_payload),
)
"""Every harness of this file."""
