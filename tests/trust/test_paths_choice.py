"""Certification paths: which of several is taken, and that a verifier is neither kept busy nor led astray."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import FOUNDED, PKI, without_extension
from tests.trust.verdicts import AT, BROKEN, GOOD, NO_CHAIN, judged
from trust.certificates import Certificate
from trust.paths import Evidence, Path, Purpose, validate
from trust.profiles import DOCUMENT_SIGNER, ISSUING, ROOT
from trust.verdict import Outcome, SubIndication

DAY = timedelta(days=1)


def crossed(pki: PKI, count: int) -> tuple[Certificate, tuple[Certificate, ...]]:
    """Return a signer below authorities that all certified each other."""
    free = replace(ISSUING, path_length=None)
    circle = [pki.issue(free, pki.root, subject=f"cross {number}") for number in range(count)]
    crosses = [
        pki.issue(free, issuer, subject=f"cross {number}", key=subject.key).certificate
        for number, subject in enumerate(circle)
        for issuer in circle
        if issuer is not subject
    ]
    return pki.issue(DOCUMENT_SIGNER, circle[0]).certificate, tuple(crosses)


def test_loops_of_cross_certificates_end(pki: PKI) -> None:
    signer, crosses = crossed(pki, 4)
    assert judged(signer, pki.evidence.joined_by(crosses)) == NO_CHAIN


def test_a_bag_of_cross_certificates_ends_soon(sm2_pki: PKI) -> None:
    signer, crosses = crossed(sm2_pki, 12)  # some 100,000 chains of six, if one tried them all
    assert judged(signer, sm2_pki.evidence.joined_by(crosses)) == NO_CHAIN


def test_strangers_in_the_bag_do_not_hide_the_path(pki: PKI) -> None:
    # Anybody can add certificates to a message, since they are not signed.
    forger = PKI.found(pki.algorithm)

    def nameless(tbs: bytes) -> bytes:
        return without_extension(tbs, "2.5.29.14")

    strangers = tuple(
        forger.issue(ISSUING, forger.root, subject="测试签发机构", change=nameless).certificate for _ in range(70)
    )
    assert judged(pki.signer.certificate, pki.evidence.joined_by(strangers)) == GOOD


def test_the_better_of_two_paths_wins(pki: PKI) -> None:
    expired = pki.issue(ISSUING, pki.root, subject="测试签发机构", key=pki.issuing.key, not_after=FOUNDED + DAY)
    for certificates in (
        (expired.certificate, pki.issuing.certificate),
        (pki.issuing.certificate, expired.certificate),
    ):
        evidence = replace(pki.evidence, certificates=certificates)
        assert judged(pki.signer.certificate, evidence) == GOOD
    only_expired = replace(pki.evidence, certificates=(expired.certificate,))
    assert judged(pki.signer.certificate, only_expired)[1] is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_an_indeterminate_path_wins_over_one_that_failed(pki: PKI) -> None:
    fallen = pki.issue(
        ISSUING,
        pki.root,
        subject="测试签发机构",
        key=pki.issuing.key,
        change=lambda tbs: without_extension(tbs, "2.5.29.19"),
    )
    for certificates in ((fallen.certificate, pki.issuing.certificate), (pki.issuing.certificate, fallen.certificate)):
        evidence = Evidence(anchors=pki.evidence.anchors, certificates=certificates)
        path: Path = validate(pki.signer.certificate, evidence, purpose=Purpose.SIGNING, at=AT)
        assert path.certificates[1] == pki.issuing.certificate
        assert judged(pki.signer.certificate, evidence) == (Outcome.INDETERMINATE, SubIndication.TRY_LATER)


def test_a_verifier_gives_up_after_so_many_paths(sm2_pki: PKI) -> None:
    fallen = tuple(
        sm2_pki.issue(
            ISSUING,
            sm2_pki.root,
            subject="测试签发机构",
            key=sm2_pki.issuing.key,
            change=lambda tbs: without_extension(tbs, "2.5.29.19"),
        ).certificate
        for _ in range(40)
    )
    second = sm2_pki.issue(ROOT, sm2_pki.root, subject="Test Root", key=sm2_pki.root.key).certificate
    evidence = Evidence(anchors=(sm2_pki.root.certificate, second), certificates=fallen)
    assert judged(sm2_pki.signer.certificate, evidence) == BROKEN
