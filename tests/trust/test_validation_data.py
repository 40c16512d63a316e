"""What a verifier needs besides a signature, chosen from all that is at hand: the chain's own, and no more."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.builders import FOUNDED, PKI, Party, revocation_list, signed
from tests.fakes.clock import NOW
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS, Digest
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, ISSUING
from trust.revocation import RevocationList, tbs_revocation_list
from trust.validation_data import ValidationData, validation_data

DAY: Final = timedelta(days=1)
SHARD: Final = "http://pki.test/issuing/0.crl"
OTHER_SHARD: Final = "http://pki.test/issuing/1.crl"


@pytest.fixture(scope="module")
def house() -> PKI:
    """Found a PKI."""
    return PKI.found(KEYS["p256"])


@pytest.fixture(scope="module")
def leaf(house: PKI) -> Certificate:
    """Issue a certificate that names a shard."""
    return house.issue(DOCUMENT_SIGNER, crl=SHARD).certificate


def shard(issuer: Party, point: str = SHARD, *, this_update: datetime = FOUNDED) -> RevocationList:
    """Return a shard of a list."""
    tbs = tbs_revocation_list(
        issuer.certificate,
        issuer.signer.key.algorithm,
        (),
        number=1,
        this_update=this_update,
        next_update=this_update + 365 * DAY,
        point=point,
    )
    return RevocationList(signed(tbs, issuer.signer))


def chosen(leaf: Certificate, evidence: Evidence, *lists: RevocationList) -> tuple[RevocationList, ...]:
    """Return the lists that are chosen for `leaf` from `lists`."""
    known = replace(evidence, revocation_lists=lists)
    return validation_data((leaf,), known, at=NOW).revocation_lists


def test_the_chain_up_to_its_anchor_and_a_list_for_each_below_it(house: PKI) -> None:
    evidence = house.evidence
    data = validation_data((house.signer.certificate,), evidence, at=NOW)
    above = house.issuing.certificate, house.root.certificate
    assert data.certificates == (house.signer.certificate, *above)
    assert set(data.revocation_lists) == set(evidence.revocation_lists)
    assert data.ocsp_responses == ()


def test_chains_that_meet_are_told_once(house: PKI) -> None:
    leaves = house.signer.certificate, house.time_stamper.certificate, house.signer.certificate
    data = validation_data(leaves, house.evidence, at=NOW)
    assert data.certificates == (leaves[0], house.issuing.certificate, house.root.certificate, leaves[1])
    assert len(data.revocation_lists) == 2


def test_nothing_of_other_authorities_comes_along(house: PKI) -> None:
    stranger = PKI.found(KEYS["p256"]).evidence  # with the same names, and other keys
    own = house.evidence
    known = Evidence(
        anchors=(*stranger.anchors, *own.anchors),
        certificates=(*stranger.certificates, *own.certificates),
        revocation_lists=(*stranger.revocation_lists, *own.revocation_lists),
    )
    data = validation_data((house.signer.certificate,), known, at=NOW)
    assert data == validation_data((house.signer.certificate,), own, at=NOW)


def test_a_shard_goes_before_a_complete_list(house: PKI, leaf: Certificate) -> None:
    own, complete = shard(house.issuing), revocation_list(house.issuing, this_update=NOW - DAY)
    assert chosen(leaf, house.evidence, complete, own) == (own,)
    assert chosen(leaf, house.evidence, complete) == (complete,)


def test_another_s_shard_does_not_do(house: PKI, leaf: Certificate) -> None:
    assert chosen(leaf, house.evidence, shard(house.issuing, OTHER_SHARD)) == ()


def test_of_several_the_newest_is_taken(house: PKI, leaf: Certificate) -> None:
    older, newer = shard(house.issuing), shard(house.issuing, this_update=NOW - DAY)
    assert chosen(leaf, house.evidence, newer, older) == (newer,)
    assert chosen(leaf, house.evidence, older, newer) == (newer,)


def test_of_two_of_the_same_moment_the_shorter_one_is_taken(house: PKI) -> None:
    long = revocation_list(house.issuing, {house.time_stamper.certificate: NOW - DAY})
    short = revocation_list(house.issuing)
    assert chosen(house.signer.certificate, house.evidence, long, short) == (short,)
    assert chosen(house.signer.certificate, house.evidence, short, long) == (short,)


def test_a_list_that_has_ended_is_left_out(house: PKI) -> None:
    ended = revocation_list(house.issuing, this_update=NOW - 2 * DAY, next_update=NOW - DAY)
    assert chosen(house.signer.certificate, house.evidence, ended) == ()


def test_a_list_that_its_issuer_did_not_sign_is_left_out(house: PKI) -> None:
    forged = revocation_list(house.issuing, signer=house.root.signer)
    assert chosen(house.signer.certificate, house.evidence, forged) == ()


def response_about(house: PKI, *, at: datetime, is_known: bool = True) -> OCSPResponse:
    """Return what the issuing authority itself answers about the PKI's signer."""
    named = CertificateId.of(house.signer.certificate.serial, house.issuing.certificate, digest=Digest.SHA1)
    said = StatusAnswer(id=named, is_known=is_known, revocation=None, this_update=at, next_update=at + DAY)
    tbs = tbs_response(house.issuing.certificate, [said], produced_at=at, nonce=None)
    algorithm = house.issuing.key.algorithm.signature_identifier
    return OCSPResponse.from_der(response(tbs, algorithm, house.issuing.signer.sign(tbs), ()))


def test_a_response_goes_before_a_complete_list(house: PKI) -> None:
    good = response_about(house, at=NOW - timedelta(hours=1))
    known = replace(house.evidence, status_responses=(good,))
    data = validation_data((house.signer.certificate,), known, at=NOW)
    assert data.ocsp_responses == (good,)
    assert [one.is_signed_by(house.root.certificate) for one in data.revocation_lists] == [True]
    about_another = validation_data((house.time_stamper.certificate,), known, at=NOW)
    assert about_another.ocsp_responses == ()


def test_a_response_that_has_ended_or_knows_nothing_is_left_out(house: PKI) -> None:
    ended = response_about(house, at=NOW - 2 * DAY)
    ignorant = response_about(house, at=NOW - timedelta(hours=1), is_known=False)
    known = replace(house.evidence, status_responses=(ended, ignorant))
    assert validation_data((house.signer.certificate,), known, at=NOW).ocsp_responses == ()


def test_a_certificate_whose_issuer_is_not_at_hand_stands_alone(house: PKI) -> None:
    known = replace(house.evidence, certificates=())
    data = validation_data((house.signer.certificate,), known, at=NOW)
    assert data == ValidationData(certificates=(house.signer.certificate,))


def test_an_anchor_needs_nothing(house: PKI) -> None:
    root = house.root.certificate
    assert validation_data((root,), house.evidence, at=NOW) == ValidationData(certificates=(root,))


def test_a_chain_has_an_end(house: PKI) -> None:
    above, known = house.root, []
    for number in range(9):
        above = house.issue(ISSUING, above, subject=f"Authority {number}")
        known.append(above.certificate)
    leaf = house.issue(DOCUMENT_SIGNER, above).certificate
    data = validation_data((leaf,), replace(house.evidence, certificates=tuple(known)), at=NOW)
    assert len(data.certificates) == 6
