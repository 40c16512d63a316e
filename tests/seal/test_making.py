"""Making an electronic seal: what was ordered is in it, and the maker has signed it."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PIL import Image

from seal.data.asn1 import CertificateListType, SealExtension, SealVersion
from seal.data.reading import read_seal
from seal.errors import OwnWorkRefused
from seal.image.drawing import SealDesign
from seal.kinds import TYPE_NUMBERS, SealKind
from seal.life.making import PICTURE_RESOLUTION, SealOrder, make_seal, require_maker
from seal.verification.signatures import judge_seal
from tests.builders import PKI, Party, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.fakes.faulty import Faults, FaultyStamper
from trust.crypto.algorithms import KEYS
from trust.crypto.sm3 import sm3
from trust.paths import Evidence
from trust.profiles import SEAL_MAKER, SEAL_OWNER
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStamper, TimeStampingUnavailable, judge_time_stamp
from trust.verdict import Outcome

DAY = timedelta(days=1)
START = NOW.replace(microsecond=0)
END = START + timedelta(days=1824)


@pytest.fixture
def maker(sm2_pki: PKI) -> Party:
    return sm2_pki.issue(SEAL_MAKER)


@pytest.fixture
def order(sm2_pki: PKI) -> SealOrder:
    return SealOrder(
        code="33019900000001",
        name="云州市市场监督管理局业务专用章",
        type=TYPE_NUMBERS[SealKind.BUSINESS],
        design=SealDesign(name="云州市市场监督管理局", row="业务专用章", code="33019900000001", diameter_mm=45),
        owner_certificate=sm2_pki.issue(SEAL_OWNER).certificate,
        made_at=START,
        valid_until=END,
    )


def made(order: SealOrder, maker: Party) -> bytes:
    return make_seal(order, maker=maker.signer, maker_certificate=maker.certificate)


def test_a_seal_holds_what_was_ordered(order: SealOrder, maker: Party) -> None:
    seal = read_seal(made(order, maker))
    assert (seal.version, seal.vendor) == (SealVersion.GBT38540_2020, "XINYIN")
    assert (seal.identifier, seal.name, seal.type) == (order.code, order.name, 6)
    assert (seal.list_type, seal.listed) == (CertificateListType.CERTIFICATES, (order.owner_certificate.der,))
    assert (seal.created_at, seal.valid_from, seal.valid_until) == (START, START, END)
    assert seal.maker_certificate == maker.certificate.der
    assert (seal.time_stamp, seal.deviations) == (None, ())


def test_the_picture_has_the_size_of_the_design_and_a_clear_ground(order: SealOrder, maker: Party) -> None:
    picture = read_seal(made(order, maker)).picture
    assert (picture.type, picture.width_mm, picture.height_mm) == ("PNG", 45, 45)
    image = Image.open(io.BytesIO(picture.data)).convert("RGBA")
    assert image.width == image.height
    assert abs(image.width - 45 / 25.4 * PICTURE_RESOLUTION) <= 1
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index] # four bands


def test_a_seal_stays_small_enough_to_travel_in_every_signature(order: SealOrder, maker: Party) -> None:
    assert len(made(order, maker)) < 64_000


def test_a_seal_passes_verification(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    seal = made(order, maker)
    assert judge_seal(seal, sm2_pki.evidence, now=NOW).report.verdict.outcome is Outcome.PASSED


def test_a_seal_that_ended_does_not_pass(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    ended = replace(order, made_at=START - timedelta(days=2), valid_until=START - timedelta(days=1))
    report = judge_seal(made(ended, maker), sm2_pki.evidence, now=NOW).report
    assert [check.name for check in report.checks if check.outcome is not Outcome.PASSED] == ["seal.validity"]


def test_a_maker_s_key_that_does_not_answer(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    sm2_pki.custody.unavailable = True
    try:
        with pytest.raises(SigningUnavailable):
            made(order, maker)
    finally:
        sm2_pki.custody.unavailable = False


# --- the standard of 2025


@pytest.fixture
def newer(order: SealOrder) -> SealOrder:
    return replace(order, version=SealVersion.GMT0031_2025)


def stamper(sm2_pki: PKI, at: datetime = NOW) -> TimeStamper:
    return time_authority(sm2_pki.time_stamper, SettableClock(at))


def test_a_seal_of_2025_says_when_it_was_made(newer: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    made_ = make_seal(newer, maker=maker.signer, maker_certificate=maker.certificate, stamper=stamper(sm2_pki))
    seal = read_seal(made_)
    assert (seal.version, seal.deviations) == (SealVersion.GMT0031_2025, ())
    assert seal.time_stamp is not None
    assert judge_time_stamp(seal.time_stamp, seal.signature, sm2_pki.evidence, now=NOW).proven_time is not None
    report = judge_seal(made_, sm2_pki.evidence, now=NOW).report
    assert (Outcome.PASSED, NOW.replace(microsecond=0)) == (
        report.verdict.outcome,
        report.proven_time and report.proven_time.replace(microsecond=0),
    )


def test_a_seal_of_2025_may_go_without(newer: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    seal = read_seal(made(newer, maker))
    assert (seal.version, seal.time_stamp) == (SealVersion.GMT0031_2025, None)
    assert judge_seal(seal.raw, sm2_pki.evidence, now=NOW).report.verdict.outcome is Outcome.PASSED


def silent(sm2_pki: PKI) -> TimeStamper:
    """Return an authority that does not answer."""
    faults = Faults()
    faults.fail("stamp:seal", TimeStampingUnavailable())
    return FaultyStamper(stamper(sm2_pki), faults, "seal")


def test_a_seal_of_2020_has_no_room_for_a_time_stamp(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    # Nobody is asked for one, not even an authority that does not answer.
    told = make_seal(order, maker=maker.signer, maker_certificate=maker.certificate, stamper=silent(sm2_pki))
    assert read_seal(told).time_stamp is None


def test_an_authority_that_does_not_answer(newer: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    with pytest.raises(TimeStampingUnavailable):
        make_seal(newer, maker=maker.signer, maker_certificate=maker.certificate, stamper=silent(sm2_pki))


def test_the_version_of_2014_is_not_made(order: SealOrder, maker: Party) -> None:
    with pytest.raises(ValueError, match="version 4 or 5"):
        made(replace(order, version=SealVersion.GMT0031_2014), maker)


# --- what may be ordered besides


def test_an_owner_named_by_a_digest(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    seal = read_seal(made(replace(order, list_type=CertificateListType.DIGESTS), maker))
    assert (CertificateListType.DIGESTS, (sm3(order.owner_certificate.der),)) == (seal.list_type, seal.listed)
    assert order.owner_certificate.der not in seal.raw
    assert judge_seal(seal.raw, sm2_pki.evidence, now=NOW).report.verdict.outcome is Outcome.PASSED


def test_extensions_that_were_ordered(order: SealOrder, maker: Party, sm2_pki: PKI) -> None:
    extensions = (SealExtension(oid="1.2.156.10197.6.7.2.2.1", value=b"2.1"),)
    seal = read_seal(made(replace(order, extensions=extensions), maker))
    assert (extensions, ()) == (seal.extensions, seal.deviations)
    assert judge_seal(seal.raw, sm2_pki.evidence, now=NOW).report.verdict.outcome is Outcome.PASSED


# --- the maker's certificate first


def test_a_good_maker(maker: Party, sm2_pki: PKI) -> None:
    require_maker(maker.certificate, sm2_pki.evidence, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (lambda pki: (pki.issue(SEAL_MAKER, not_after=NOW - DAY), pki.evidence), "certificate.validity"),
        (lambda pki: (pki.issue(SEAL_MAKER, at=NOW + DAY), pki.evidence), "certificate.validity"),
        (lambda pki: (pki.issue(SEAL_OWNER), pki.evidence), "certificate.key_usage"),
        (lambda pki: (PKI.found(KEYS["sm2"]).issue(SEAL_MAKER), pki.evidence), "certificate.path"),
        (lambda pki: (pki.issue(SEAL_MAKER), replace(pki.evidence, revocation_lists=())), "certificate.revocation"),
    ],
    ids=["ended", "not begun", "an owner", "a stranger", "of unknown status"],
)
def test_no_seal_by_a_maker_that_is_not_good(
    sm2_pki: PKI, wrong: Callable[[PKI], tuple[Party, Evidence]], check: str
) -> None:
    party, evidence = wrong(sm2_pki)
    with pytest.raises(OwnWorkRefused) as caught:
        require_maker(party.certificate, evidence, at=NOW)
    assert caught.value.details == {"check": check}
