"""Making signed messages: with attributes and without, attached and detached, alone and jointly, in every family."""

import base64
from dataclasses import replace

import pytest

from tests.builders import PKI, cms_signer, element_at, revocation_list
from tests.fakes.clock import NOW
from tests.trust.messages import SIGNATURE, SIGNER, Message, standard_attributes
from trust.asn1 import der, oids
from trust.cms import BytesContent, Content, Dialect, read_signed_message
from trust.cms_signing import CMSSigner, Placement, SignatureEncoding, attribute, sign_jointly
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import KEYS, AlgorithmNotSupported, Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.profiles import DOCUMENT_SIGNER
from trust.verdict import Outcome, SubIndication

CONTENT = "准予设立登记".encode()
GM, CMS = Dialect.GBT35275, Dialect.RFC5652
ATTACHED, DETACHED = Placement.ATTACHED, Placement.DETACHED
FAMILIES = ("sm2", "p256", "rsa3072", "ml-dsa-65")


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> PKI:
    """Return a PKI of each family of keys."""
    return PKI.found(KEYS[request.param])


def outcome(encoded: bytes, pki: PKI, content: Content | None) -> list[tuple[Outcome, SubIndication | None]]:
    """Return what each signer comes to, in their order."""
    reports = judge_cms(encoded, pki.evidence, now=NOW, content=content)
    return [
        (one.verdict.outcome, one.verdict.finding.sub_indication if one.verdict.finding else None) for one in reports
    ]


GOOD = (Outcome.PASSED, None)


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("plain", [True, False])
def test_every_family_signs(family: PKI, placement: Placement, plain: bool) -> None:  # noqa: FBT001
    signer = cms_signer(family.signer)
    inside = CONTENT if placement is ATTACHED else None
    encoded = (
        signer.sign_plain(CONTENT, placement=placement)
        if plain
        else signer.sign(hash_of(signer.digest, CONTENT), content=inside)
    )
    assert read_signed_message(encoded).content == inside
    assert outcome(encoded, family, BytesContent(CONTENT)) == [GOOD]
    ((verdict, _),) = outcome(encoded, family, BytesContent(CONTENT + b"."))
    assert verdict is Outcome.FAILED
    ((verdict, indication),) = outcome(encoded, family, None)
    assert (verdict, indication) == (
        GOOD if placement is ATTACHED else (Outcome.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND)
    )


def test_identifiers_of_the_families(family: PKI) -> None:
    signer = cms_signer(family.signer)
    encoded = signer.sign_plain(CONTENT)
    info = element_at(encoded, 1, 0, 4, 0)
    _, _, digest, algorithm, _ = info.children()
    expected = {
        "sm2": (Digest.SM3, b""),
        "p256": (Digest.SHA256, b""),
        "rsa3072": (Digest.SHA256, der.null()),  # RFC 5754, 3.2
        "ml-dsa-65": (Digest.SHA512, b""),  # RFC 9882, 3.3
    }
    hashed, parameters = expected[family.algorithm.name]
    assert digest.raw == der.sequence(der.oid(hashed.oid))
    assert algorithm.raw == der.sequence(der.oid(family.algorithm.signature_oid), parameters)


@pytest.mark.parametrize("placement", Placement)
def test_the_national_message_without_attributes(sm2_pki: PKI, placement: Placement) -> None:
    encoded = cms_signer(sm2_pki.signer, GM).sign_plain(CONTENT, placement=placement)
    assert element_at(encoded, 0).oid() == oids.GM_SIGNED_DATA
    assert element_at(encoded, 1, 0, 0).integer() == 1
    version, _, digest, algorithm, signature = element_at(encoded, *SIGNER).children()
    assert version.integer() == 1
    assert digest.raw == der.sequence(der.oid("1.2.156.10197.1.401"), der.null())
    assert algorithm.raw == der.sequence(der.oid("1.2.156.10197.1.301.1"), der.null())
    sm2_pki.signer.certificate.verify_message(signature.octets(), CONTENT)
    assert outcome(encoded, sm2_pki, BytesContent(CONTENT)) == [GOOD]


def raw_signer(pki: PKI, dialect: Dialect = GM) -> CMSSigner:
    """Return a signer that writes r ‖ s."""
    return replace(cms_signer(pki.signer, dialect), encoding=SignatureEncoding.RAW)


@pytest.mark.parametrize(
    "digest", [sm3(CONTENT), base64.b64encode(sm3(CONTENT)), base64.b64encode(sm3(CONTENT)) + b"\n"]
)
def test_the_dialect_that_signs_the_hash_as_content(sm2_pki: PKI, digest: bytes) -> None:
    # As standards practice measured it: the content is the hash of the document, the signature is r ‖ s.
    encoded = raw_signer(sm2_pki).sign_plain(digest)
    assert len(element_at(encoded, *SIGNER, 4).octets()) == 64
    (report,) = judge_cms(encoded, sm2_pki.evidence, now=NOW, content=BytesContent(CONTENT))
    assert report.verdict.outcome is Outcome.PASSED
    assert "the hash of the content" in report.checks[0].note
    assert outcome(encoded, sm2_pki, BytesContent(CONTENT + b"."))[0][0] is Outcome.FAILED


@pytest.mark.parametrize("stand_in", [hash_of(Digest.SHA256, CONTENT), sm3(CONTENT)[:-1], bytes(65), b""])
def test_nothing_else_stands_for_the_content(sm2_pki: PKI, stand_in: bytes) -> None:
    encoded = cms_signer(sm2_pki.signer).sign_plain(stand_in)
    assert outcome(encoded, sm2_pki, BytesContent(CONTENT)) == [(Outcome.FAILED, SubIndication.SIG_CRYPTO_FAILURE)]


def test_the_hash_as_content_with_attributes(sm2_pki: PKI) -> None:
    inside = sm3(CONTENT)
    encoded = raw_signer(sm2_pki).sign(sm3(inside), content=inside)
    assert len(element_at(encoded, *SIGNATURE).octets()) == 64
    assert outcome(encoded, sm2_pki, BytesContent(CONTENT)) == [GOOD]


@pytest.mark.parametrize("dialect", Dialect)
def test_the_national_forms_are_for_national_keys(p256_pki: PKI, dialect: Dialect) -> None:
    with pytest.raises(AlgorithmNotSupported):
        raw_signer(p256_pki, dialect)


# --- several signers


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("dialect", Dialect)
def test_several_signers(sm2_pki: PKI, dialect: Dialect, placement: Placement) -> None:
    second = sm2_pki.issue(DOCUMENT_SIGNER, subject="某市公安局")
    signers = [cms_signer(one, dialect, chain=(sm2_pki.issuing.certificate,)) for one in (sm2_pki.signer, second)]
    encoded = sign_jointly(signers, CONTENT, placement=placement, signing_time=NOW)
    message = read_signed_message(encoded)
    assert {message.certificate_of(one) for one in message.signers} == {
        sm2_pki.signer.certificate,
        second.certificate,
    }
    assert len(message.certificates) == 3  # the authority's once
    assert outcome(encoded, sm2_pki, BytesContent(CONTENT)) == [GOOD, GOOD]
    assert [one[0] for one in outcome(encoded, sm2_pki, BytesContent(b"."))] == [Outcome.FAILED] * 2


def test_signers_of_two_families(sm2_pki: PKI, p256_pki: PKI) -> None:
    encoded = sign_jointly([cms_signer(sm2_pki.signer), cms_signer(p256_pki.signer)], CONTENT)
    algorithms = element_at(encoded, 1, 0, 1).children()
    assert {one.children()[0].oid() for one in algorithms} == {Digest.SM3.oid, Digest.SHA256.oid}
    for pki in (sm2_pki, p256_pki):
        outcomes = [one[0] for one in outcome(encoded, pki, BytesContent(CONTENT))]
        assert sorted(outcomes) == [Outcome.INDETERMINATE, Outcome.PASSED]  # the other family's anchor is not there


def test_signers_who_cannot_sign_together(sm2_pki: PKI) -> None:
    for signers in ([], [cms_signer(sm2_pki.signer, one) for one in Dialect]):
        with pytest.raises(ValueError, match="one dialect"):
            sign_jointly(signers, CONTENT)


# --- which certificate the signer says is his


def naming(pki: PKI, *hashed: bytes, other: bytes = b"") -> bytes:
    """Return a message that names its certificate by SHA-1, as older programs do (RFC 2634, 5.4)."""
    old = attribute(
        oids.ID_SIGNING_CERTIFICATE,
        der.sequence(der.sequence(*(der.sequence(der.octet_string(one)) for one in hashed))),
    )
    attributes = standard_attributes(CONTENT, Digest.SM3, others=(old, other) if other else (old,))
    return Message(party=pki.signer, content=CONTENT, attributes=attributes).encoded


def test_the_older_attribute_names_the_certificate_as_well(sm2_pki: PKI) -> None:
    right = hash_of(Digest.SHA1, sm2_pki.signer.certificate.der)
    newer = cms_signer(sm2_pki.signer).signing_certificate
    wrong = (Outcome.FAILED, SubIndication.SIG_CONSTRAINTS_FAILURE)
    assert outcome(naming(sm2_pki, right), sm2_pki, None) == [GOOD]
    assert outcome(naming(sm2_pki, right, bytes(20)), sm2_pki, None) == [GOOD]  # others of the chain follow
    assert outcome(naming(sm2_pki, right, other=newer), sm2_pki, None) == [GOOD]
    assert outcome(naming(sm2_pki, bytes(20)), sm2_pki, None) == [wrong]
    assert outcome(naming(sm2_pki, bytes(20), right), sm2_pki, None) == [wrong]
    assert outcome(naming(sm2_pki, bytes(20), other=newer), sm2_pki, None) == [wrong]


# --- what travels along


def test_lists_travel_along(sm2_pki: PKI) -> None:
    lists = (revocation_list(sm2_pki.root), revocation_list(sm2_pki.issuing))
    signer = cms_signer(sm2_pki.signer, GM, chain=(sm2_pki.issuing.certificate,))
    alone = replace(sm2_pki.evidence, certificates=(), revocation_lists=())
    for encoded in (
        signer.sign(sm3(CONTENT), content=CONTENT, revocation_lists=lists),
        signer.sign_plain(CONTENT, revocation_lists=lists),
        sign_jointly([signer], CONTENT, revocation_lists=lists),
    ):
        assert set(read_signed_message(encoded).revocation_lists) == set(lists)
        (report,) = judge_cms(encoded, alone, now=NOW, content=None)
        assert report.verdict.outcome is Outcome.PASSED


def test_no_certificate_travels_along(sm2_pki: PKI) -> None:
    encoded = replace(cms_signer(sm2_pki.signer), chain=None).sign_plain(CONTENT)
    assert read_signed_message(encoded).certificates == ()
    assert outcome(encoded, sm2_pki, None)[0][0] is Outcome.INDETERMINATE


def test_a_time_stamp_over_a_message_without_attributes(sm2_pki: PKI) -> None:
    seen: list[bytes] = []

    def stamp(signature: bytes) -> bytes:
        seen.append(signature)
        return der.sequence()

    encoded = cms_signer(sm2_pki.signer).sign_plain(CONTENT, stamp=stamp)
    (signer,) = read_signed_message(encoded).signers
    assert (signer.signature,) == tuple(seen)
    assert signer.time_stamps == (der.sequence(),)


# --- further attributes


MINE, ALSO_MINE = "2.25.1", "2.25.2"


@pytest.mark.parametrize("stamped", [True, False], ids=["stamped", "not stamped"])
def test_further_attributes_stand_where_they_are_signed_or_not(family: PKI, *, stamped: bool) -> None:
    signer, value = cms_signer(family.signer), der.octet_string(b"value")
    encoded = signer.sign(
        hash_of(signer.digest, CONTENT),
        stamp=(lambda _: der.sequence(der.integer(1))) if stamped else None,
        also_signed=[attribute(MINE, value)],
        unsigned=[attribute(ALSO_MINE, der.integer(7))],
    )
    (read,) = read_signed_message(encoded).signers
    assert read.signed_values[MINE] == (value,)
    assert MINE not in read.unsigned_values
    assert read.unsigned_values[ALSO_MINE] == (der.integer(7),)
    assert len(read.time_stamps) == stamped
    assert (oids.ID_SIGNATURE_TIME_STAMP in read.unsigned_values) is stamped
    assert set(read.signed_values) >= {oids.ID_CONTENT_TYPE, oids.ID_MESSAGE_DIGEST, MINE}
    unstamped = signer.sign(hash_of(signer.digest, CONTENT), also_signed=[attribute(MINE, value)])
    assert outcome(unstamped, family, BytesContent(CONTENT)) == [GOOD]


def test_what_is_signed_besides_cannot_be_changed(family: PKI) -> None:
    signer = cms_signer(family.signer)
    told = attribute(MINE, der.octet_string(b"value"))
    encoded = signer.sign(hash_of(signer.digest, CONTENT), also_signed=[told])
    changed = encoded.replace(b"\x04\x05value", b"\x04\x05other")
    assert changed != encoded
    (found,) = outcome(changed, family, BytesContent(CONTENT))
    assert found == (Outcome.FAILED, SubIndication.SIG_CRYPTO_FAILURE)
