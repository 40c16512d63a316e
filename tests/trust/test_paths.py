"""Certification paths: each rule broken alone, on a chain that is otherwise good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.builders import (
    FOUNDED,
    PKI,
    UNKNOWN_CRITICAL,
    Party,
    grafted,
    revocation_list,
    with_extension,
    without_extension,
)
from tests.trust.verdicts import AT, BROKEN, GOOD, NO_CHAIN, judged
from trust.asn1 import der
from trust.certificates import Certificate
from trust.paths import MAX_PATH, Evidence, Purpose, validate
from trust.profiles import (
    CRL_SIGN,
    DOCUMENT_SIGNER,
    ISSUING,
    KEY_CERT_SIGN,
    ROOT,
    SEAL_MAKER,
    SEAL_OWNER,
    TIME_STAMPING,
    TIME_STAMPING_PURPOSE,
    extension,
    key_usage,
)
from trust.verdict import Outcome, SubIndication, Verdict

DAY = timedelta(days=1)
DOCUMENTS = (Purpose.SIGNING, Purpose.SEALING, Purpose.SEAL_MAKING)


def below(pki: PKI, authority: Party) -> tuple[Certificate, Evidence]:
    """Return a signer below `authority`, which stands below the root, and the evidence for it."""
    signer = pki.issue(DOCUMENT_SIGNER, authority)
    evidence = Evidence(
        anchors=(pki.root.certificate,),
        certificates=(authority.certificate,),
        revocation_lists=(revocation_list(pki.root), revocation_list(authority)),
    )
    return signer.certificate, evidence


def test_a_good_chain_passes(pki: PKI) -> None:
    path = validate(pki.signer.certificate, pki.evidence, purpose=Purpose.SIGNING, at=AT)
    assert path.certificates == (pki.signer.certificate, pki.issuing.certificate, pki.root.certificate)
    assert [check.name for check in path.checks] == [
        "certificate.path",
        "certificate.validity",
        "certificate.key_usage",
        "certificate.revocation",
        "certificate.revocation",
    ]
    assert Verdict(checks=path.checks).outcome is Outcome.PASSED


@pytest.mark.parametrize("purpose", DOCUMENTS)
def test_purposes_of_documents(pki: PKI, purpose: Purpose) -> None:
    assert judged(pki.issue(SEAL_MAKER).certificate, pki.evidence, purpose=purpose) == GOOD
    assert judged(pki.time_stamper.certificate, pki.evidence, purpose=purpose) == BROKEN
    assert judged(pki.issuing.certificate, pki.evidence, purpose=purpose) == BROKEN


def test_the_owner_of_a_seal_makes_none(pki: PKI) -> None:
    owner = pki.issue(SEAL_OWNER).certificate
    assert judged(owner, pki.evidence, purpose=Purpose.SEALING) == GOOD
    assert judged(owner, pki.evidence, purpose=Purpose.SEAL_MAKING) == BROKEN


def test_the_purpose_of_time_stamping(pki: PKI) -> None:
    assert judged(pki.time_stamper.certificate, pki.evidence, purpose=Purpose.TIME_STAMPING) == GOOD
    assert judged(pki.signer.certificate, pki.evidence, purpose=Purpose.TIME_STAMPING) == BROKEN


def with_purposes(*oids: str, critical: bool = True) -> Callable[[bytes], bytes]:
    """Return a change that sets extKeyUsage."""
    value = extension("2.5.29.37", der.sequence(*(der.oid(oid) for oid in oids)), critical=critical)
    return lambda tbs: with_extension(tbs, value)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_purposes(TIME_STAMPING_PURPOSE, "1.3.6.1.5.5.7.3.4"), id="and another purpose"),
        pytest.param(with_purposes("2.5.29.37.0"), id="any purpose"),
        pytest.param(with_purposes(TIME_STAMPING_PURPOSE, critical=False), id="not critical"),
        pytest.param(lambda tbs: without_extension(tbs, "2.5.29.37"), id="no purpose"),
        pytest.param(
            lambda tbs: with_extension(tbs, extension("2.5.29.15", key_usage((KEY_CERT_SIGN,)), critical=True)),
            id="no digital signature",
        ),
    ],
)
def test_an_authority_of_time_has_exactly_that_purpose(pki: PKI, change: Callable[[bytes], bytes]) -> None:
    made = pki.issue(TIME_STAMPING, change=change).certificate  # RFC 3161, 2.3
    assert judged(made, pki.evidence, purpose=Purpose.TIME_STAMPING) == BROKEN


def test_odd_purposes_of_real_seal_makers_are_tolerated(pki: PKI) -> None:
    made = pki.issue(SEAL_MAKER, change=with_purposes("1.3.6.1.5.5.7.3.1")).certificate
    assert judged(made, pki.evidence, purpose=Purpose.SEAL_MAKING) == GOOD


def test_an_anchor_may_be_the_leaf(pki: PKI) -> None:
    evidence = Evidence(anchors=(pki.signer.certificate,))
    assert judged(pki.signer.certificate, evidence) == GOOD
    path = validate(pki.signer.certificate, evidence, purpose=Purpose.SIGNING, at=AT)
    assert path.certificates == (pki.signer.certificate,)


def test_without_an_anchor_there_is_no_path(pki: PKI) -> None:
    for evidence in (Evidence(), replace(pki.evidence, anchors=()), replace(pki.evidence, certificates=())):
        assert judged(pki.signer.certificate, evidence) == NO_CHAIN
    path = validate(pki.signer.certificate, Evidence(), purpose=Purpose.SIGNING, at=AT)
    assert path.certificates == (pki.signer.certificate,)
    assert "测试签发机构" in str(path.checks[0].finding)


def test_a_self_signed_leaf_is_no_anchor(pki: PKI, sm2_pki: PKI) -> None:
    stranger = PKI.found(pki.algorithm)
    assert judged(stranger.root.certificate, sm2_pki.evidence) == NO_CHAIN


def test_authorities_may_come_from_the_file(pki: PKI) -> None:
    trusted = Evidence(anchors=pki.evidence.anchors, revocation_lists=pki.evidence.revocation_lists)
    assert judged(pki.signer.certificate, trusted) == NO_CHAIN
    assert judged(pki.signer.certificate, trusted.joined_by((pki.issuing.certificate,))) == GOOD
    lists = pki.evidence.revocation_lists
    assert judged(pki.signer.certificate, replace(pki.evidence, revocation_lists=()).joined_by((), lists)) == GOOD


def test_anchors_never_come_from_the_file(pki: PKI) -> None:
    stranger = PKI.found(pki.algorithm)
    brought = pki.evidence.joined_by((stranger.root.certificate, stranger.issuing.certificate))
    assert judged(stranger.signer.certificate, brought) == NO_CHAIN


def test_a_forged_authority_of_the_same_name(pki: PKI) -> None:
    forger = PKI.found(pki.algorithm)
    # Without the key identifier the name alone leads to our authority.
    forged = forger.issue(DOCUMENT_SIGNER, change=lambda tbs: without_extension(tbs, "2.5.29.35")).certificate
    assert forged.issuer == pki.issuing.certificate.subject
    assert judged(forged, pki.evidence) == BROKEN


def test_key_identifiers_choose_between_authorities_of_one_name(pki: PKI) -> None:
    namesake = pki.issue(ISSUING, pki.root, subject="测试签发机构")
    evidence = pki.evidence.joined_by((namesake.certificate,), (revocation_list(namesake),))
    for authority in (pki.issuing, namesake):
        signer = pki.issue(DOCUMENT_SIGNER, authority).certificate
        path = validate(signer, evidence, purpose=Purpose.SIGNING, at=AT)
        assert path.certificates[1] == authority.certificate
        assert Verdict(checks=path.checks).outcome is Outcome.PASSED


def test_a_name_is_enough_where_identifiers_are_absent(pki: PKI) -> None:
    made = pki.issue(DOCUMENT_SIGNER, change=lambda tbs: without_extension(tbs, "2.5.29.35")).certificate
    assert judged(made, pki.evidence) == GOOD
    nameless = pki.issue(ISSUING, pki.root, subject="no SKI", change=lambda tbs: without_extension(tbs, "2.5.29.14"))
    assert judged(*below(pki, nameless)) == GOOD


def test_a_signature_that_does_not_hold(pki: PKI) -> None:
    encoded = pki.signer.certificate.der
    later = der.sequence(der.x509_time(FOUNDED), der.x509_time(FOUNDED + 9999 * DAY))
    assert judged(Certificate(grafted(encoded, 0, 4, put=later)), pki.evidence) == BROKEN


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tbs: without_extension(tbs, "2.5.29.19"), id="no basicConstraints"),
        pytest.param(
            lambda tbs: with_extension(tbs, extension("2.5.29.19", der.sequence(), critical=True)), id="CA is false"
        ),
        pytest.param(
            lambda tbs: with_extension(tbs, extension("2.5.29.15", key_usage((CRL_SIGN,)), critical=True)),
            id="no keyCertSign",
        ),
    ],
)
def test_who_is_no_authority_issues_nothing(pki: PKI, change: Callable[[bytes], bytes]) -> None:
    assert judged(*below(pki, pki.issue(ISSUING, pki.root, subject="fallen", change=change))) == BROKEN


def test_a_signer_issues_nothing(pki: PKI) -> None:
    forged = pki.issue(DOCUMENT_SIGNER, pki.signer).certificate
    lists = (*pki.evidence.revocation_lists, revocation_list(pki.signer))
    evidence = replace(pki.evidence, revocation_lists=lists).joined_by((pki.signer.certificate,))
    assert judged(forged, evidence) == BROKEN


def test_an_anchor_must_be_an_authority_as_well(pki: PKI) -> None:
    forged = pki.issue(DOCUMENT_SIGNER, pki.signer).certificate
    assert judged(forged, Evidence(anchors=(pki.signer.certificate,))) == BROKEN


def test_path_length(pki: PKI) -> None:
    lower = pki.issue(ISSUING, pki.issuing, subject="too low")  # the issuing authority may have none below it
    signer = pki.issue(DOCUMENT_SIGNER, lower).certificate
    lists = (*pki.evidence.revocation_lists, revocation_list(lower))
    evidence = replace(pki.evidence, revocation_lists=lists).joined_by((lower.certificate,))
    assert judged(signer, evidence) == BROKEN
    unlimited = replace(ISSUING, path_length=None)
    upper = pki.issue(unlimited, pki.root, subject="upper")
    middle = pki.issue(unlimited, upper, subject="middle")
    deep = pki.issue(DOCUMENT_SIGNER, middle).certificate
    lists = tuple(revocation_list(one) for one in (pki.root, upper, middle))
    known = Evidence(certificates=(upper.certificate, middle.certificate), revocation_lists=lists)
    assert judged(deep, replace(known, anchors=(pki.root.certificate,))) == BROKEN  # the root allows one
    free_root = pki.issue(replace(ROOT, path_length=None), pki.root, subject="Test Root", key=pki.root.key)
    assert judged(deep, replace(known, anchors=(free_root.certificate,))) == GOOD


def test_the_longest_path(pki: PKI) -> None:
    authority, known = pki.root, []
    for depth in range(MAX_PATH - 1):
        known.append(authority)
        authority = pki.issue(replace(ISSUING, path_length=None), authority, subject=f"level {depth}")
    free_root = pki.issue(replace(ROOT, path_length=None), pki.root, subject="Test Root", key=pki.root.key)
    evidence = Evidence(
        anchors=(free_root.certificate,),
        certificates=tuple(one.certificate for one in known[1:]),
        revocation_lists=tuple(revocation_list(one) for one in known),
    )
    signer = pki.issue(DOCUMENT_SIGNER, known[-1]).certificate
    assert judged(signer, evidence) == GOOD
    deeper = pki.issue(DOCUMENT_SIGNER, authority).certificate
    assert judged(deeper, evidence.joined_by((authority.certificate,))) == NO_CHAIN


@pytest.mark.parametrize("place", ["leaf", "authority"])
def test_unknown_critical_extensions(pki: PKI, place: str) -> None:
    def change(tbs: bytes) -> bytes:
        return with_extension(tbs, UNKNOWN_CRITICAL)

    if place == "leaf":
        assert judged(pki.issue(DOCUMENT_SIGNER, change=change).certificate, pki.evidence) == BROKEN
    else:
        assert judged(*below(pki, pki.issue(ISSUING, pki.root, subject="unknown", change=change))) == BROKEN


def test_critical_name_constraints_are_not_passed_over(pki: PKI) -> None:
    subtree = der.sequence(der.context(2, b"example", constructed=False))
    constraints = extension("2.5.29.30", der.sequence(der.context(0, subtree)), critical=True)
    authority = pki.issue(ISSUING, pki.root, subject="narrow", change=lambda tbs: with_extension(tbs, constraints))
    assert judged(*below(pki, authority)) == BROKEN


@pytest.mark.parametrize(
    ("at", "proven", "expected"),
    [
        pytest.param(FOUNDED - timedelta(minutes=5), False, None, id="the first moment"),
        pytest.param(FOUNDED - timedelta(minutes=5, microseconds=1), False, "NOT_YET_VALID", id="too early"),
        pytest.param(FOUNDED + 10 * DAY, False, None, id="the last moment"),
        pytest.param(FOUNDED + 10 * DAY + timedelta(seconds=1), False, "OUT_OF_BOUNDS_NO_POE", id="too late"),
        pytest.param(FOUNDED + 10 * DAY + timedelta(seconds=1), True, "EXPIRED", id="proven to be too late"),
    ],
)
@pytest.mark.parametrize("place", ["leaf", "authority", "anchor"])
def test_validity(pki: PKI, at: datetime, proven: bool, expected: str | None, place: str) -> None:  # noqa: FBT001
    end = FOUNDED + 10 * DAY
    if place == "leaf":
        leaf, evidence = pki.issue(DOCUMENT_SIGNER, not_after=end).certificate, pki.evidence
    elif place == "authority":
        leaf, evidence = below(pki, pki.issue(ISSUING, pki.root, subject="short", not_after=end))
    else:
        leaf, evidence = pki.signer.certificate, pki.evidence
        anchor = pki.issue(ROOT, pki.root, subject="Test Root", key=pki.root.key, not_after=end)
        evidence = replace(evidence, anchors=(anchor.certificate,))
    _, sub_indication = judged(leaf, evidence, at=at, time_is_proven=proven)
    assert sub_indication == expected


def weak_chain(hash_: hashes.HashAlgorithm) -> tuple[Certificate, Evidence]:
    """Return a leaf that an RSA anchor signed over `hash_`."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "RSA Root")])
    period = (FOUNDED, FOUNDED + 90 * DAY)
    authority = x509.CertificateBuilder(name, name, key.public_key(), 1, *period)
    root = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    leaf = x509.CertificateBuilder(name, x509.Name([]), key.public_key(), 2, *period)
    made = [one.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER) for one in (root, leaf)]
    if isinstance(hash_, hashes.SHA1):  # cryptography signs no more certificates with it
        algorithm = der.sequence(der.oid("1.2.840.113549.1.1.5"), der.null())
        tbs = grafted(der.parse(made[1]).sequence()[0].raw, 2, put=algorithm)
        made[1] = der.sequence(tbs, algorithm, der.bit_string(key.sign(tbs, padding.PKCS1v15(), hash_)))
    return Certificate(made[1]), Evidence(anchors=(Certificate(made[0]),))


def test_weak_algorithms() -> None:
    strong, evidence = weak_chain(hashes.SHA256())
    assert judged(strong, evidence) == (Outcome.INDETERMINATE, SubIndication.TRY_LATER)  # all but the list is there
    weak, evidence = weak_chain(hashes.SHA1())  # noqa: S303 - what must be refused
    assert judged(weak, evidence) == (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def test_a_certificate_signed_with_an_algorithm_that_nobody_knows(sm2_pki: PKI) -> None:
    unknown = der.sequence(der.oid("1.2.3"))
    strange = sm2_pki.issue(
        DOCUMENT_SIGNER, change=lambda tbs: grafted(tbs, 2, put=unknown), algorithm_identifier=unknown
    )
    expected = (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
    assert judged(strange.certificate, sm2_pki.evidence) == expected


def test_an_unknown_algorithm(pki: PKI) -> None:
    unknown = grafted(pki.signer.certificate.der, 1, put=der.sequence(der.oid("1.2.3")))
    assert judged(Certificate(unknown), pki.evidence) == BROKEN
