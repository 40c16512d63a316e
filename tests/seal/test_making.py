"""Making an electronic seal: what was ordered is in it, and the maker has signed it."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from seal.asn1 import CertificateListType, SealVersion
from seal.image import SealDesign
from seal.kinds import TYPE_NUMBERS, SealKind
from seal.making import PICTURE_RESOLUTION, SealOrder, make_seal
from seal.reading import read_seal
from seal.verification import judge_seal
from tests.builders import PKI, Party
from tests.fakes.clock import NOW
from trust.profiles import SEAL_MAKER, SEAL_OWNER
from trust.signing import SigningUnavailable
from trust.verdict import Outcome

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
