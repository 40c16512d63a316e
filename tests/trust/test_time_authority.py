"""Our time-stamp authority: what stands in its tokens, and when it makes none."""

import re
from datetime import timedelta
from uuid import RFC_4122, UUID

import pytest
from asn1crypto import tsp

from tests.builders import PKI, cms_signer, time_authority
from tests.fakes.clock import NOW, SettableClock
from trust.cms import Dialect, read_signed_message
from trust.crypto.sm3 import hash_of
from trust.errors import Unavailable
from trust.signing import SigningUnavailable
from trust.time_authority import POLICY, TimeAuthority
from trust.timestamping import TimeStampingUnavailable

MESSAGE = b"message"


def info_of(token: bytes) -> tsp.TSTInfo:
    """Return the TSTInfo of a token, as another library reads it."""
    content = read_signed_message(token).content
    assert content is not None
    return tsp.TSTInfo.load(content, strict=True)


@pytest.mark.parametrize("dialect", Dialect)
def test_what_a_token_says(pki: PKI, clock: SettableClock, dialect: Dialect) -> None:
    if dialect is Dialect.GBT35275 and pki.algorithm.name != "sm2":
        return  # the national dialect is for national keys
    authority = time_authority(pki.time_stamper, clock, dialect)
    token = authority.stamp(MESSAGE)
    info = info_of(token)
    assert info["version"].native == "v1"
    assert info["policy"].dotted == POLICY
    imprint = info["message_imprint"]
    assert imprint["hash_algorithm"]["algorithm"].dotted == authority.digest.oid
    assert imprint["hashed_message"].native == hash_of(authority.digest, MESSAGE)
    assert info["gen_time"].native == NOW.replace(microsecond=0)
    assert info["accuracy"]["seconds"].native == 1
    assert info["tsa"].chosen.untag().dump() == pki.time_stamper.certificate.subject
    (signer,) = read_signed_message(token).signers
    assert signer.signing_time == NOW.replace(microsecond=0)
    assert signer.content_type == "1.2.840.113549.1.9.16.1.4"
    assert signer.signing_certificate_hashes != ()


def test_serial_numbers_are_unique(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    serials = [info_of(authority.stamp(MESSAGE))["serial_number"].native for _ in range(20)]
    assert len(set(serials)) == 20
    assert all(0 < serial < 2**127 for serial in serials)


def test_time_may_stand_still_or_go_on(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    for _ in range(3):
        authority.stamp(MESSAGE)
    clock.advance(timedelta(hours=1))
    assert info_of(authority.stamp(MESSAGE))["gen_time"].native.hour == NOW.hour + 1


def test_time_may_not_go_back(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    authority.stamp(MESSAGE)
    for back in (timedelta(microseconds=1), timedelta(days=1)):
        clock.set(NOW - back)
        with pytest.raises(TimeStampingUnavailable):
            authority.stamp(MESSAGE)
    clock.set(NOW)
    authority.stamp(MESSAGE)
    assert issubclass(TimeStampingUnavailable, Unavailable)


def test_a_key_that_does_not_answer(sm2_pki: PKI, clock: SettableClock) -> None:
    own = PKI.found(sm2_pki.algorithm)
    own.custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        time_authority(own.time_stamper, clock).stamp(MESSAGE)


def test_the_chain_travels_along(sm2_pki: PKI, clock: SettableClock) -> None:
    signer = cms_signer(sm2_pki.time_stamper, chain=(sm2_pki.issuing.certificate,))
    token = TimeAuthority(signer=signer, clock=clock).stamp(MESSAGE)
    certificates = set(read_signed_message(token).certificates)
    assert certificates == {sm2_pki.time_stamper.certificate, sm2_pki.issuing.certificate}


def test_the_policy_is_named_under_a_uuid() -> None:
    found = re.fullmatch(r"2\.25\.(\d+)", POLICY)
    assert found is not None
    uuid = UUID(int=int(found[1]))
    assert uuid.variant == RFC_4122  # ITU-T X.667, 6.2: anything else may collide with somebody's own numbers
