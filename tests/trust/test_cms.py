"""Signed messages: both dialects are written and read, and what a reader must refuse is refused."""

from collections.abc import Callable

import pytest

from tests.builders import PKI, cms_signer, element_at, grafted, revocation_list
from tests.fakes.clock import NOW
from tests.trust.messages import (
    ATTRIBUTES,
    CERTIFICATES,
    ENCAPSULATED,
    SIGNATURE,
    SIGNER,
    Message,
    standard_attributes,
)
from trust.asn1 import der, oids
from trust.cms import (
    BytesContent,
    CMSMalformed,
    Dialect,
    SignedMessage,
    read_signed_message,
)
from trust.cms_checks import check_signature
from trust.cms_signing import attribute
from trust.crypto.algorithms import AlgorithmNotSupported, Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.errors import TrustError
from trust.profiles import DOCUMENT_SIGNER
from trust.verdict import Outcome, SubIndication

CONTENT = "准予设立登记".encode()
GM, CMS = Dialect.GBT35275, Dialect.RFC5652


def made(pki: PKI, dialect: Dialect = CMS, *, attached: bool = True, content_type: str | None = None) -> bytes:
    """Return a message as this house makes it."""
    signer = cms_signer(pki.signer, dialect, chain=(pki.issuing.certificate,))
    content = CONTENT if attached else None
    return signer.sign(hash_of(signer.digest, CONTENT), content=content, content_type=content_type, signing_time=NOW)


def found(encoded: bytes, pki: PKI, content: bytes = CONTENT) -> dict[str, SubIndication | None]:
    """Return what each check of the one signer found."""
    message = read_signed_message(encoded)
    (signer,) = message.signers
    certificate = message.certificate_of(signer, (pki.signer.certificate,))
    assert certificate is not None
    checks = check_signature(message, signer, certificate, BytesContent(content), step="1")
    assert all(check.step == "1" for check in checks)
    return {check.name: check.finding.sub_indication if check.finding else None for check in checks}


OTHER = "1.2.840.113549.1.9.16.1.27"
"""id-ct-asciiTextWithCRLF: a content type that is not plain data."""

ALL_GOOD = {
    "signature.message_digest": None,
    "signature.content_type": None,
    "signature.value": None,
    "signature.signing_certificate": None,
}
DIALECTS = [("sm2", GM), ("sm2", CMS), ("p256", CMS)]


@pytest.fixture(params=DIALECTS, ids=lambda one: f"{one[0]} in {one[1]}")
def spoken(request: pytest.FixtureRequest) -> tuple[PKI, Dialect]:
    """Return a PKI and a dialect that goes with its keys."""
    family, dialect = request.param
    return request.getfixturevalue(f"{family}_pki"), dialect


@pytest.mark.parametrize("attached", [True, False])
def test_what_is_made_is_read(spoken: tuple[PKI, Dialect], attached: bool) -> None:  # noqa: FBT001
    pki, dialect = spoken
    message = read_signed_message(made(pki, dialect, attached=attached))
    assert message.dialect is dialect
    assert message.content == (CONTENT if attached else None)
    assert message.content_type == (oids.GM_DATA if dialect is GM else oids.DATA)
    assert set(message.certificates) == {pki.signer.certificate, pki.issuing.certificate}
    (signer,) = message.signers
    assert message.certificate_of(signer) == pki.signer.certificate
    assert (signer.content_type, signer.signing_time) == (message.content_type, NOW.replace(microsecond=0))
    assert signer.digest is pki.algorithm.digest
    assert signer.message_digest == hash_of(signer.digest, CONTENT)
    assert signer.signing_certificate_hashes == ((signer.digest, hash_of(signer.digest, pki.signer.certificate.der)),)
    assert signer.time_stamps == ()
    assert found(made(pki, dialect, attached=attached), pki) == ALL_GOOD


def test_the_national_dialect_octet_by_octet(sm2_pki: PKI) -> None:
    encoded = made(sm2_pki, GM)
    assert element_at(encoded, 0).oid() == "1.2.156.10197.6.1.4.2.2"
    assert element_at(encoded, 1, 0, 0).integer() == 1
    assert element_at(encoded, *ENCAPSULATED, 0).oid() == "1.2.156.10197.6.1.4.2.1"
    null = der.null()
    assert element_at(encoded, *SIGNER, 0).integer() == 1
    assert element_at(encoded, *SIGNER, 2).raw == der.sequence(der.oid("1.2.156.10197.1.401"), null)
    assert element_at(encoded, *SIGNER, 4).raw == der.sequence(der.oid("1.2.156.10197.1.301.1"), null)


def test_the_international_dialect_octet_by_octet(pki: PKI) -> None:
    encoded = made(pki, CMS)
    assert element_at(encoded, 0).oid() == oids.SIGNED_DATA
    assert element_at(encoded, *SIGNER, 2).raw == der.sequence(der.oid(cms_signer(pki.signer).digest.oid))
    assert element_at(encoded, *SIGNER, 4).raw == der.sequence(der.oid(pki.algorithm.signature_oid))
    attributes = [one.raw for one in element_at(encoded, *ATTRIBUTES).children()]
    assert attributes == sorted(attributes)  # DER: the signature is over the sorted set


@pytest.mark.parametrize(
    ("dialect", "content_type", "version"),
    [(CMS, None, 1), (CMS, oids.DATA, 1), (CMS, OTHER, 3), (GM, None, 1), (GM, OTHER, 1)],
)
def test_versions(sm2_pki: PKI, dialect: Dialect, content_type: str | None, version: int) -> None:
    encoded = made(sm2_pki, dialect, content_type=content_type)
    assert element_at(encoded, 1, 0, 0).integer() == version
    assert read_signed_message(encoded).content == CONTENT
    assert found(encoded, sm2_pki) == ALL_GOOD


def test_the_national_dialect_is_for_national_keys(p256_pki: PKI) -> None:
    # It would name SM2 as the algorithm of an ECDSA signature.
    with pytest.raises((TrustError, ValueError, TypeError)):
        made(p256_pki, GM)


def test_the_signing_time_may_be_left_out(pki: PKI) -> None:
    encoded = cms_signer(pki.signer).sign(hash_of(cms_signer(pki.signer).digest, CONTENT))
    message = read_signed_message(encoded)
    assert message.signers[0].signing_time is None
    assert message.certificates == (pki.signer.certificate,)


def test_a_time_stamp_is_over_the_signature(pki: PKI) -> None:
    stamped: list[bytes] = []

    def stamp(signature: bytes) -> bytes:
        stamped.append(signature)
        return der.sequence(der.oid(oids.SIGNED_DATA), der.context(0, der.null()))

    encoded = cms_signer(pki.signer).sign(hash_of(cms_signer(pki.signer).digest, CONTENT), stamp=stamp)
    assert stamped == [element_at(encoded, *SIGNATURE).octets()]
    attribute_ = element_at(encoded, *SIGNER, 6, 0)
    assert attribute_.children()[0].oid() == oids.ID_SIGNATURE_TIME_STAMP


# --- what others write -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("oid", ["1.2.156.10197.1.501", "1.2.156.10197.1.301.1"])
@pytest.mark.parametrize("raw", [True, False], ids=["raw r ‖ s", "DER"])
def test_signatures_without_attributes_cover_the_content(sm2_pki: PKI, oid: str, raw: bool) -> None:  # noqa: FBT001
    message = Message(
        party=sm2_pki.signer,
        content=CONTENT,
        signature_algorithm=der.sequence(der.oid(oid), der.null()),
        outer=oids.GM_SIGNED_DATA,
        content_type=oids.GM_DATA,
        raw_signature=raw,
    )
    assert found(message.encoded, sm2_pki) == {"signature.value": None}
    message.attached = False
    assert found(message.encoded, sm2_pki) == {"signature.value": None}
    assert found(message.encoded, sm2_pki, b"other") == {"signature.value": SubIndication.SIG_CRYPTO_FAILURE}


def test_international_messages_without_attributes_are_plain_data(p256_pki: PKI) -> None:
    ecdsa = der.sequence(der.oid("1.2.840.10045.4.3.2"))
    message = Message(party=p256_pki.signer, content=CONTENT, digest=Digest.SHA256, signature_algorithm=ecdsa)
    assert found(message.encoded, p256_pki) == {"signature.value": None}
    message.content_type = OTHER  # RFC 5652, 5.3: other content must be named by an attribute
    message.version = 3
    missing = {"signature.message_digest": SubIndication.FORMAT_FAILURE, "signature.value": None}
    assert found(message.encoded, p256_pki) == missing


def test_the_two_names_of_plain_data_may_stand_side_by_side(sm2_pki: PKI) -> None:
    attributes = standard_attributes(CONTENT, Digest.SM3, content_type=oids.GM_DATA)
    encoded = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes, outer=oids.GM_SIGNED_DATA).encoded
    message = read_signed_message(encoded)
    certificate = sm2_pki.signer.certificate
    checks = check_signature(message, message.signers[0], certificate, BytesContent(CONTENT), step="")
    (note,) = [check for check in checks if check.note]
    assert (note.name, note.outcome) == ("signature.content_type", Outcome.PASSED)


def test_a_signer_may_be_named_by_the_key(sm2_pki: PKI) -> None:
    identifier = der.context(0, sm2_pki.signer.certificate.subject_key_identifier or b"", constructed=False)
    encoded = Message(party=sm2_pki.signer, content=CONTENT, identifier=identifier).encoded
    message = read_signed_message(encoded)
    assert message.certificate_of(message.signers[0]) == sm2_pki.signer.certificate
    assert not message.signers[0].matches(sm2_pki.issuing.certificate)


def test_lists_travel_along(sm2_pki: PKI) -> None:
    made_list = revocation_list(sm2_pki.issuing)
    message = read_signed_message(Message(party=sm2_pki.signer, content=CONTENT, lists=(made_list.der,)).encoded)
    assert message.revocation_lists == (made_list,)


def test_the_certificate_may_be_elsewhere(sm2_pki: PKI) -> None:
    message = read_signed_message(Message(party=sm2_pki.signer, content=CONTENT, certificates=()).encoded)
    (signer,) = message.signers
    assert message.certificate_of(signer) is None
    assert message.certificate_of(signer, (sm2_pki.issuing.certificate, sm2_pki.signer.certificate)) is not None


@pytest.mark.parametrize("padding", [b"\0", bytes(4096)])
def test_zeros_after_the_message_are_padding(pki: PKI, padding: bytes) -> None:
    assert read_signed_message(made(pki) + padding).content == CONTENT


@pytest.mark.parametrize("garbage", [b"\x01", b"\0\0\x30", b"\n", b"\x30\x00"])
def test_anything_else_after_the_message_is_refused(pki: PKI, garbage: bytes) -> None:
    with pytest.raises(CMSMalformed):
        read_signed_message(made(pki) + garbage)


# --- what was tampered with ------------------------------------------------------------------------------------------


def test_another_content(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    expected = {**ALL_GOOD, "signature.message_digest": SubIndication.HASH_FAILURE}
    assert found(made(pki, dialect), pki, b"other") == expected


@pytest.mark.parametrize("index", range(4))
def test_a_changed_attribute(spoken: tuple[PKI, Dialect], index: int) -> None:
    pki, dialect = spoken
    encoded = made(pki, dialect)
    value = element_at(encoded, *ATTRIBUTES, index).raw
    changed = grafted(encoded, *ATTRIBUTES, index, put=value[:-1] + bytes([value[-1] ^ 1]))
    try:
        result = found(changed, pki)
    except TrustError:
        return  # the attribute cannot even be read any more
    assert result["signature.value"] is SubIndication.SIG_CRYPTO_FAILURE


@pytest.mark.parametrize("index", range(4))
def test_a_removed_attribute(spoken: tuple[PKI, Dialect], index: int) -> None:
    pki, dialect = spoken
    result = found(grafted(made(pki, dialect), *ATTRIBUTES, index, put=b""), pki)
    assert result["signature.value"] is SubIndication.SIG_CRYPTO_FAILURE


def test_removed_attributes(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    result = found(grafted(made(pki, dialect), *ATTRIBUTES, put=b""), pki)
    assert result["signature.value"] is SubIndication.SIG_CRYPTO_FAILURE


def test_a_changed_signature(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    other = pki.signer.signer.sign(b"another message")
    for value in (other, b"", other[:-1], other + b"\0", bytes(64)):
        result = found(grafted(made(pki, dialect), *SIGNATURE, put=der.octet_string(value)), pki)
        assert result == {**ALL_GOOD, "signature.value": SubIndication.SIG_CRYPTO_FAILURE}


def test_another_algorithm_than_the_keys(sm2_pki: PKI) -> None:
    ecdsa = der.sequence(der.oid("1.2.840.10045.4.3.2"))
    result = found(grafted(made(sm2_pki), *SIGNER, 4, put=ecdsa), sm2_pki)
    assert result["signature.value"] is SubIndication.CRYPTO_CONSTRAINTS_FAILURE


def test_a_substituted_certificate(pki: PKI) -> None:
    """The same issuer, serial number and key, but another subject: only signingCertificateV2 tells them apart."""
    serial = element_at(pki.signer.certificate.der, 0, 1).raw
    twin = pki.issue(
        DOCUMENT_SIGNER,
        key=pki.signer.key,
        subject="somebody else",
        change=lambda tbs: grafted(tbs, 1, put=serial),
    ).certificate
    encoded = grafted(made(pki), *CERTIFICATES, put=der.set_of([twin.der], tag=0xA0))
    message = read_signed_message(encoded)
    assert message.certificate_of(message.signers[0]) == twin
    expected = {**ALL_GOOD, "signature.signing_certificate": SubIndication.SIG_CONSTRAINTS_FAILURE}
    assert found(encoded, pki) == expected


def test_a_signed_content_type_of_another_message(sm2_pki: PKI) -> None:
    attributes = standard_attributes(CONTENT, Digest.SM3, content_type=OTHER)
    encoded = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes).encoded
    assert found(encoded, sm2_pki)["signature.content_type"] is SubIndication.SIG_CONSTRAINTS_FAILURE
    attributes = standard_attributes(CONTENT, Digest.SM3)
    encoded = Message(
        party=sm2_pki.signer, content=CONTENT, attributes=attributes, content_type=OTHER, version=3
    ).encoded
    assert found(encoded, sm2_pki)["signature.content_type"] is SubIndication.SIG_CONSTRAINTS_FAILURE


@pytest.mark.parametrize(
    ("kept", "name", "expected"),
    [
        (1, "signature.content_type", SubIndication.SIG_CONSTRAINTS_FAILURE),
        (0, "signature.message_digest", SubIndication.HASH_FAILURE),
    ],
    ids=["no contentType", "no messageDigest"],
)
def test_attributes_that_must_be_there(sm2_pki: PKI, kept: int, name: str, expected: SubIndication) -> None:
    attributes = standard_attributes(CONTENT, Digest.SM3)[kept : kept + 1]
    result = found(Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes).encoded, sm2_pki)
    assert (result[name], result["signature.value"]) == (expected, None)


def test_sha1_ties_no_content_to_a_signature(sm2_pki: PKI) -> None:
    # Two files of one SHA-1 hash can be made today: whoever signs one has signed the other.
    attributes = standard_attributes(CONTENT, Digest.SHA1)
    encoded = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes, digest=Digest.SHA1).encoded
    assert set(found(encoded, sm2_pki).values()) & {SubIndication.CRYPTO_CONSTRAINTS_FAILURE}


def doubled(oid: str, *values: bytes) -> tuple[bytes, ...]:
    """Return the standard attributes and one more of a kind that is there already."""
    return standard_attributes(CONTENT, Digest.SM3, others=tuple(attribute(oid, value) for value in values))


REFUSED: dict[str, tuple[bytes, ...]] = {
    "two messageDigests": doubled(oids.ID_MESSAGE_DIGEST, der.octet_string(sm3(b"another content"))),
    "two contentTypes": doubled(oids.ID_CONTENT_TYPE, der.oid(OTHER)),
    "two values in one messageDigest": (
        *standard_attributes(CONTENT, Digest.SM3)[:1],
        der.sequence(
            der.oid(oids.ID_MESSAGE_DIGEST), der.set_of([der.octet_string(sm3(CONTENT)), der.octet_string(sm3(b""))])
        ),
    ),
    "no value in messageDigest": (
        *standard_attributes(CONTENT, Digest.SM3)[:1],
        der.sequence(der.oid(oids.ID_MESSAGE_DIGEST), der.set_of([])),
    ),
    "a messageDigest that is a number": (
        *standard_attributes(CONTENT, Digest.SM3)[:1],
        attribute(oids.ID_MESSAGE_DIGEST, der.integer(5)),
    ),
    "a signingTime that is a number": doubled(oids.ID_SIGNING_TIME, der.integer(5)),
    "a signingTime without a zone": doubled(oids.ID_SIGNING_TIME, der.tlv(0x18, b"20261122040506")),
    "signingCertificateV2 of no sense": doubled(oids.ID_SIGNING_CERTIFICATE_V2, der.null()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_attributes_of_no_sense(sm2_pki: PKI, name: str) -> None:
    # RFC 5652, 5.3 and 11: each at most once, each with exactly one value.
    with pytest.raises(TrustError):
        read_signed_message(Message(party=sm2_pki.signer, content=CONTENT, attributes=REFUSED[name]).encoded)


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda _: bytes(100),
    "garbage": lambda _: b"garbage",
    "cut off": lambda encoded: encoded[:-1],
    "half": lambda encoded: encoded[: len(encoded) // 2],
    "no content": lambda encoded: grafted(encoded, 1, put=b""),
    "plain data": lambda encoded: grafted(encoded, 0, put=der.oid(oids.DATA)),
    "enveloped data": lambda encoded: grafted(encoded, 0, put=der.oid("1.2.840.113549.1.7.3")),
    "national plain data": lambda encoded: grafted(encoded, 0, put=der.oid(oids.GM_DATA)),
    "an unknown type": lambda encoded: grafted(encoded, 0, put=der.oid("1.2.3")),
    "a certificate of no sense": lambda encoded: grafted(encoded, *CERTIFICATES, put=der.context(0, der.sequence())),
    "a list of no sense": lambda encoded: grafted(
        encoded, *CERTIFICATES, put=element_at(encoded, *CERTIFICATES).raw + der.context(1, der.sequence(der.null()))
    ),
    "a signer of no sense": lambda encoded: grafted(encoded, *SIGNER, put=der.sequence()),
    "signed data inside": lambda encoded: grafted(encoded, *ENCAPSULATED, put=encoded),
    "content that is a number": lambda encoded: grafted(encoded, *ENCAPSULATED, 1, put=der.context(0, der.integer(1))),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_signed_message(spoken: tuple[PKI, Dialect], how: str) -> None:
    pki, dialect = spoken
    with pytest.raises(TrustError):
        read_signed_message(MALFORMED[how](made(pki, dialect)))


@pytest.mark.parametrize("place", [2, 4], ids=["digest", "signature"])
def test_unknown_algorithms(pki: PKI, place: int) -> None:
    unknown = der.sequence(der.oid("1.2.3"))
    with pytest.raises(AlgorithmNotSupported):
        read_signed_message(grafted(made(pki), *SIGNER, place, put=unknown))


def test_nobody_signed(pki: PKI) -> None:
    message: SignedMessage = read_signed_message(grafted(made(pki), 1, 0, 4, put=der.set_of([])))
    assert message.signers == ()


def test_a_certificate_of_a_version_that_does_not_exist(sm2_pki: PKI) -> None:
    broken = grafted(sm2_pki.signer.certificate.der, 0, 0, 0, put=der.integer(3))
    with pytest.raises(TrustError):
        read_signed_message(Message(party=sm2_pki.signer, content=CONTENT, certificates=(broken,)).encoded)
